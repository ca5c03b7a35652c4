//! Signing with a key in a token (PKCS#11): a smart card, an HSM, or SoftHSM. The maker's module is loaded when it is named and
//! not before, so no library is needed to build or to run without one. Which key is said by a URI of RFC 7512 ([`uri`]); the
//! key never leaves the token.

mod fault;
mod key;
mod module;
pub mod uri;

pub use fault::TokenFault;
pub use key::TokenKey;
pub use module::{Listed, ListedKey, Module, Token};
