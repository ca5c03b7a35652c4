//! Evidence: signed documents, the bytes of log entries and the tree over them (DESIGN section 8). Pure; knows no wire type and no SQL.

pub mod certificate_life;
pub mod digest;
pub mod jws;
pub mod leaf;
pub mod merkle;

/// A SHA-256 digest.
pub type Digest = [u8; 32];
