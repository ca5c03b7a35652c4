//! Evidence: signed documents, the bytes of log entries, the tree over them, what the hub signs of it, and how all that is checked
//! without the hub (DESIGN section 8). Pure; knows no wire type and no SQL.

pub mod certificate_life;
pub mod checkpoint;
pub mod cosignature;
pub mod digest;
pub mod hub_key;
pub mod jws;
pub mod leaf;
pub mod merkle;
pub mod nodes;
pub mod note;
pub mod proof;
pub mod published;
pub mod receipt;
pub mod silence;
pub mod split;
pub mod webhook;

/// A SHA-256 digest.
pub type Digest = [u8; 32];
