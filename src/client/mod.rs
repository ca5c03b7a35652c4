//! What a partner needs to talk to the hub: a connection, tokens, and certificates for development. Used by the command
//! line, the demo and the tests; knows nothing of the hub's inside.

pub mod call;
pub mod channel;
pub mod documents;
pub mod log_memory;
pub mod pkcs11;
pub mod pki;
pub mod receipts;
pub mod reports;
pub mod signing;
pub mod token;
pub mod witness_key;
