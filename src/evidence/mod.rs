//! Evidence: the bytes of log entries and the tree over them (DESIGN section 8). Pure; knows no wire type and no SQL.

pub mod digest;
pub mod leaf;
pub mod merkle;

/// A SHA-256 digest.
pub type Digest = [u8; 32];
