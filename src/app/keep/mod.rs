//! Keeping the hub's data safe: backup while it serves, restore into either database, copy from one to the other, and
//! the checks of a backup and of a database as it stands. The format is that of docs/decisions/0014.

mod at_rest;
pub mod backup;
pub mod check;
pub mod copy;
pub mod doctor;
mod documents;
mod fault;
mod files;
mod intake;
mod log_check;
pub mod manifest;
mod noted;
pub mod restore;
mod row;
mod tree;
mod uploads;

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::error::Error;
use crate::evidence::Digest;
use crate::store::{ConnectError, Database, SchemaMismatch, Snapshot};

pub use fault::{Fault, Faults};
pub use noted::Noted;

/// Why something of this module could not be done.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The database cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database refuses.
    #[error(transparent)]
    Database(#[from] Error),
    /// It holds no schema of ours.
    #[error("the database cannot be read; is it a hub's?")]
    NoSchema(#[source] Error),
    /// Its schema is not that of this binary.
    #[error(transparent)]
    Schema(#[from] SchemaMismatch),
    /// There is no hub in it yet.
    #[error("the hub is not initialised: there is nothing to keep")]
    NotInitialised,
    /// A file or folder cannot be used.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The place of a new backup is taken.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// A backup to this place did not finish.
    #[error("{0} is what a backup left that did not finish, or one that is still running")]
    Unfinished(PathBuf),
    /// The folder is no backup, or its manifest cannot be read.
    #[error("{path} is no whole backup: {reason}")]
    NotABackup {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The backup's tables are those of another schema.
    #[error("the backup has schema {backup}, this program {program}")]
    OtherSchema {
        /// Of the backup.
        backup: i64,
        /// Of this binary.
        program: i64,
    },
    /// What was read is not what was written once; nothing was changed.
    #[error("{} fault(s) in what was read", .0.count())]
    Damaged(Faults),
    /// Another document of the same name stands where one is to go.
    #[error("the folder holds another document {0}")]
    DocumentInTheWay(String),
}

/// A tree of the log: how many entries, and their root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of entries.
    pub size: u64,
    /// Their root.
    pub root: Digest,
}

/// Who is told how far long work has come.
pub trait Progress: Send + Sync {
    /// `done` of something was done; `what` is a table or `documents`.
    fn step(&self, what: &str, done: u64);
}

/// Nobody.
impl Progress for () {
    fn step(&self, _what: &str, _done: u64) {}
}

type Result<T> = std::result::Result<T, KeepError>;

/// Names the file in what the operating system said.
fn at(path: &Path) -> impl FnOnce(io::Error) -> KeepError {
    let path = path.to_owned();
    move |source| KeepError::File { path, source }
}

/// Opens one state of a hub's database whose schema is this binary's.
async fn open(database: &Database) -> Result<Snapshot> {
    let mut snapshot = Snapshot::open(database).await?;
    snapshot.check_schema().await.map_err(KeepError::NoSchema)??;
    Ok(snapshot)
}
