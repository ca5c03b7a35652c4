//! The bytes of uploaded documents, each under its own random id, never shared, and sealed with a key of its own that
//! stands with the document's entry in the log.
//!
//! What comes in is written to a file in the folder `unfinished` ([`Spool`]), where it can be gone on with after a break.
//! A document that is whole is fsynced and then kept where documents stand: as a file of the same folder, or in a bucket
//! that speaks the S3 protocol. Whatever bears a document's id is whole and survives a power cut. The bytes go through in
//! pieces; no document is ever in memory as a whole.

mod bucket;
mod chunks;
mod disk;
mod draft;
mod folder;
mod header;
mod place;
mod reader;
mod spool;
mod spool_file;
#[cfg(test)]
mod spool_tests;
mod stored;
mod upload_name;

pub use bucket::{BucketAddress, MalformedBucket};
pub use disk::{FreeSpace, free_space};
pub use draft::Draft;
pub use header::sealed_size;
pub use place::{BlobFault, Blobs, DocumentPlace, Listing};
pub use reader::{Raw, Reader};
pub use spool::{BeginFault, Spool, UploadKeys, UploadSpace};
pub use stored::Stored;
pub use upload_name::UploadName;
