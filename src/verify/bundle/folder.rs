//! A folder of files, read and nothing else: no link is followed, and what is large is read in pieces.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::entries::MAX_EVIDENCE_BYTES;
use crate::evidence::Digest;
use crate::evidence::digest::Sha256;

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;
/// Folders inside each other: a bundle has one.
const DEPTH: usize = 4;

/// The files of a folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    names: BTreeSet<String>,
}

impl Folder {
    /// Lists the folder. What is neither a file nor a folder is listed too: nothing can be read of it.
    ///
    /// # Errors
    /// It cannot be read, or is no folder.
    pub fn open(root: &Path) -> io::Result<Self> {
        let mut names = BTreeSet::new();
        list(root, "", 0, &mut names)?;
        Ok(Self {
            root: root.to_owned(),
            names,
        })
    }

    /// The paths of its files, with `/` between their parts.
    pub fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// A file that is evidence itself; `None`: it is not there, or larger than such files are.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        self.read_within(name, MAX_EVIDENCE_BYTES)
    }

    /// The same of a file that may have up to `most` bytes.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_within(&self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        if !self.names.contains(name) {
            return Ok(None);
        }
        let path = self.root.join(name);
        if !fs::symlink_metadata(&path)?.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= most);
        Ok(fits.then_some(bytes))
    }

    /// The same as text; `None` also if it is no UTF-8.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn text(&self, name: &str) -> io::Result<Option<String>> {
        Ok(self.read(name)?.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// SHA-256 and size of a file, however large; of what is no file, those of nothing.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn digest(&self, name: &str) -> io::Result<(Digest, u64)> {
        let path = self.root.join(name);
        let (mut sha256, mut size) = (Sha256::default(), 0_u64);
        if fs::symlink_metadata(&path)?.is_file() {
            let mut file = File::open(path)?;
            let mut chunk = vec![0; CHUNK];
            loop {
                let read = file.read(&mut chunk)?;
                if read == 0 {
                    break;
                }
                sha256.update(chunk.get(..read).unwrap_or_default());
                size += u64::try_from(read).unwrap_or_default();
            }
        }
        Ok((sha256.finish(), size))
    }
}

fn list(folder: &Path, before: &str, depth: usize, names: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() && depth < DEPTH {
            list(&entry.path(), &format!("{name}/"), depth + 1, names)?;
        } else {
            names.insert(name);
        }
    }
    Ok(())
}
