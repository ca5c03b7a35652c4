//! The bytes of uploaded documents: one file for each in one folder, named by the document's own random id, never shared.
//!
//! A document is written under a temporary name, fsynced, given its name, and the folder fsynced: whatever bears a
//! document's name is whole and survives a power cut. The bytes go through in pieces; no document is ever in memory as a
//! whole.

mod disk;
mod draft;
mod folder;

pub use disk::{FreeSpace, free_space};
pub use draft::Draft;
pub use folder::{Folder, FolderFault};
