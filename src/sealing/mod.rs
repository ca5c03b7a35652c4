//! Content at rest: what agencies send is kept sealed, each entry's under a key of its own, so that whoever destroys the key
//! has destroyed the content, wherever copies of it are, and nothing of the log has changed (DESIGN section 8).
//!
//! Pure: no file, no SQL, no randomness of its own. AES-256-GCM (NIST SP 800-38D) throughout. A data key seals one thing of
//! each sort only, so its nonces are fixed: the first byte says which sort it is.

mod account_key;
mod data_key;
mod master;
pub mod stream;

/// What the key of the entry `log_index` is wrapped for.
pub fn entry_place(log_index: i64) -> String {
    format!("entry {log_index}")
}

/// What the key of an unfinished upload is wrapped for.
pub fn upload_place(name: &str) -> String {
    format!("upload {name}")
}

pub use account_key::{ACCOUNT_KEY_PLACE, AccountDigest, AccountKey};
pub use data_key::{DataKey, OpenedBody, Unopened};
pub use master::{MalformedMasterKeys, MasterId, MasterKeys, NoSuchMaster, UnwrapFault, WrappedKey};
