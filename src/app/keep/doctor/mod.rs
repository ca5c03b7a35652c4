//! What is wrong with a hub's data, or soon will be. One state is read, nothing is changed; a hub may be serving.

mod data;
mod finding;
mod place;
mod soon;

use std::io;
use std::path::Path;

use super::Result;
use crate::blobs::{DocumentPlace, FreeSpace};
use crate::domain::time::Timestamp;
use crate::store::{Database, Snapshot};

pub use finding::{Finding, Grade};

/// How far back entries are computed again.
const RECENT: i64 = 1_000;

/// What is to be examined, and by what clock.
pub struct Patient {
    /// The database.
    pub database: Database,
    /// Where the documents are, if that is known.
    pub documents: Option<DocumentPlace>,
    /// The time of the machine.
    pub now: Timestamp,
    /// How much room a disk has.
    pub free_space: fn(&Path) -> io::Result<FreeSpace>,
}

impl std::fmt::Debug for Patient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patient")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// Every finding, in a fixed order.
///
/// # Errors
/// [`super::KeepError`] if the database cannot be opened or read at all.
pub async fn examine(patient: &Patient) -> Result<Vec<Finding>> {
    let mut snapshot = Snapshot::open(&patient.database).await?;
    let mut findings = vec![place::schema(&mut snapshot).await];
    let is_readable = findings.iter().all(|finding| finding.grade == Grade::Ok);
    if is_readable {
        findings.push(place::settings(&mut snapshot).await);
        let head = snapshot.head().await?;
        findings.push(place::hub_id(&mut snapshot).await?);
        findings.push(place::clock(&head, patient.now));
        findings.push(data::checkpoint(&mut snapshot, &head).await?);
        findings.push(data::log(&mut snapshot, &head).await?);
        findings.push(data::leaves(&mut snapshot, &head, RECENT).await?);
        findings.push(data::projections(&mut snapshot, &head).await?);
        findings.extend(place::documents(&mut snapshot, patient.documents.as_ref()).await?);
        findings.push(soon::credentials(&mut snapshot, patient.now).await?);
        findings.push(soon::officers(&mut snapshot, patient.now).await?);
        findings.push(soon::calendar(&mut snapshot, patient.now).await?);
    }
    findings.extend(place::disks(patient));
    snapshot.close().await;
    Ok(findings)
}
