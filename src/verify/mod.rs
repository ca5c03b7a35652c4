//! The offline verifier of a whole database (DESIGN section 8; promise 7): is what stands in the tables what the log says, and
//! does the log contain the checkpoint that somebody outside has kept?
//!
//! It takes streams of rows from plain SELECTs (`select.rs`) and shares nothing with `store`: neither its texts nor its rows.
//! What it computes again: every leaf from its event row, every digest of a body, the tree, its checkpoints and its head, the
//! keys, and every projection by a replay of the events with the pure rules of `domain`. It reads the log once in its own
//! order and the events of requests once more in the order of the requests, side by side with the tables that are made of
//! them, so that memory grows with agencies, measures and releases, not with requests.

mod beside;
mod bodies;
pub mod bundle;
mod cases;
mod compare;
mod database;
mod entry;
mod erasures;
mod expected;
mod fault;
mod log;
mod measures;
mod note;
mod operator;
mod reads;
mod registry;
mod reports;
mod requests;
mod row;
mod rows;
mod select;
mod signed;
mod small;
mod source;
mod trust;
mod webhooks;

use std::path::PathBuf;

pub use database::Place;
pub use fault::{Fault, Faults, What};
pub use note::{Known, NoCheckpoint};
pub use row::{Row, Value};
pub use select::{Select, VERIFIED};
pub use signed::Notes;
pub use source::{Source, Tables};

use crate::evidence::Digest;
use crate::evidence::published::PublishedKey;
use crate::sealing::MasterKeys;

/// Why a database cannot be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Neither a path nor a URL of PostgreSQL.
    #[error("a database is named by a path, sqlite:PATH or postgres://USER@HOST/NAME")]
    Place,
    /// There is no such file.
    #[error("there is no file {0}")]
    NoFile(PathBuf),
    /// PostgreSQL does not answer.
    #[error("PostgreSQL does not answer within 10 s")]
    NoAnswer,
    /// The database cannot be read.
    #[error("the database cannot be read: {0}")]
    Database(#[source] sqlx::Error),
    /// It holds no tables of ours.
    #[error("this is no database of a hub")]
    NoHub,
    /// A hub writes so much that connections never stand at the same state.
    #[error("the hub writes without a pause: no state could be held; verify a copy")]
    Restless,
    /// A table has another column than this program knows.
    #[error("the database has another schema than this program: column {column} {}", if *.is_there { "is unknown" } else { "is missing" })]
    OtherSchema {
        /// Table and column.
        column: String,
        /// Whether the database has it.
        is_there: bool,
    },
}

type Result<T> = std::result::Result<T, VerifyError>;

/// Who is told how far long work has come.
pub trait Progress: Send + Sync {
    /// `done` of something was done; `what` is `log` or `requests`.
    fn step(&self, what: &str, done: u64);
}

/// Nobody.
impl Progress for () {
    fn step(&self, _what: &str, _done: u64) {}
}

/// How many things pass between two words of progress.
const STEP: u64 = 1_000;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The hub's name; none in an empty log.
    pub hub_id: Option<String>,
    /// Entries of the log.
    pub size: u64,
    /// The root of their tree, computed again.
    pub root: Digest,
    /// The time of the last entry, microseconds since 1970-01-01 UTC.
    pub hub_time: i64,
    /// Checkpoints that fit the tree.
    pub checkpoints: u64,
    /// Bodies whose digest was computed again: of the bytes as they are stored, and, with master keys, of what is sealed.
    pub bodies: u64,
    /// Of these, sealed ones that were not opened, since no master key was given.
    pub unopened: u64,
    /// Keys that are what the log says.
    pub keys: u64,
    /// Keys of entries from before the log told of keys: held against their bodies alone.
    pub unbound_keys: u64,
    /// Requests that were replayed.
    pub requests: u64,
    /// Whether the projections were replayed; not if the log itself is damaged.
    pub replayed: bool,
    /// The size of the checkpoint given, if the log contains it.
    pub contains: Option<u64>,
    /// The public keys that the log registers, and from where on it retires them.
    pub hub_keys: Vec<PublishedKey>,
    /// What is wrong.
    pub faults: Faults,
}

/// What the verifier has from outside the database.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outside<'a> {
    /// A checkpoint that the log must contain.
    pub known: Option<&'a Known>,
    /// The master keys of content, to open what is sealed. Without them content is held against the bytes as they were stored.
    pub masters: Option<&'a MasterKeys>,
}

/// Verifies everything.
///
/// # Errors
/// The database cannot be read. What is wrong with what was read stands in the verdict.
pub async fn verify(source: &mut Source, outside: Outside<'_>, progress: &dyn Progress) -> Result<Verdict> {
    verify_again(source, outside, progress, &mut Notes::default()).await
}

/// The same for who judges nearly the same database many times: `notes` remembers which signatures are good.
///
/// # Errors
/// As [`verify`].
pub async fn verify_again(
    source: &mut Source,
    outside: Outside<'_>,
    progress: &dyn Progress,
    notes: &mut Notes,
) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let mut log = log::read(source, outside, &mut verdict, progress, notes).await?;
    source.settle().await?;
    if log.is_sound {
        requests::check(source, &mut log, &mut verdict, progress).await?;
        source.settle().await?;
        reads::check(source, &mut verdict).await?;
        erasures::check(source, &mut verdict).await?;
        cases::check(source, &log, &mut verdict).await?;
        small::check(source, &log, &mut verdict).await?;
        verdict.replayed = true;
    }
    if log.is_dense {
        small::check_head(source, &log, &mut verdict).await?;
    }
    Ok(verdict)
}
