//! Uploaded documents: taken in, gone on with after a break, kept in a folder or in a bucket, given out to who may read
//! them.

mod bucket;
mod by_kind;
pub(crate) mod exchange;
mod large;
mod leftovers;
pub(crate) mod rclone;
mod resume;
mod sealed;
