//! How much room a disk has left.

use std::io;
use std::path::Path;

/// The room of a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeSpace {
    /// What ordinary users may still fill.
    pub free: u64,
    /// What it holds in all.
    pub total: u64,
}

impl FreeSpace {
    /// What documents leave free for all else, the database's log first: a twentieth, at most 1 GiB.
    pub fn reserve(self) -> u64 {
        (self.total / 20).min(1024 * 1024 * 1024)
    }
}

/// The room of the file system on which `path` is.
///
/// # Errors
/// What the operating system says.
pub fn free_space(path: &Path) -> io::Result<FreeSpace> {
    let told = rustix::fs::statvfs(path)?;
    Ok(FreeSpace {
        free: told.f_bavail.saturating_mul(told.f_frsize),
        total: told.f_blocks.saturating_mul(told.f_frsize),
    })
}
