//! Reads through supervision, beside the tables that say who looked and at what.

use serde::Deserialize;

use super::compare::compare;
use super::entry::Event;
use super::expected::bytes_of;
use super::fault::{Faults, What};
use super::row::{Row, Value};
use super::rows::ByOwner;
use super::select::{READ_EVENT, SUPERVISION_READ, SUPERVISION_SHOWN};
use super::source::Source;
use super::{Result, Verdict};
use crate::domain::ids::RequestId;
use crate::domain::supervision::{Hours, Look};
use crate::evidence::digest::Sha256;

/// What the entry of a read says.
#[derive(Deserialize)]
struct Told {
    hours: Hours,
    cited: bool,
    shown: i64,
    shown_sha256: String,
}

/// What an event says, if it is that of a read.
fn told(event: &Event<'_>) -> Option<Told> {
    let told: Told = serde_json::from_str(event.details).ok()?;
    let is_read = event.version == 1
        && event.subject == format!("supervision/{}", event.agency)
        && event.action.parse::<Look>().is_ok()
        && told.shown >= 0;
    is_read.then_some(told)
}

/// None: the event does not say what that of a read must.
pub(super) fn is_read(event: &Event<'_>) -> Option<()> {
    told(event).map(|_| ())
}

/// The tables against the events of a sound log.
pub(super) async fn check(source: &mut Source, verdict: &mut Verdict) -> Result<()> {
    let mut events = source.rows(&READ_EVENT).await?;
    let mut reads = ByOwner::of(source.rows(&SUPERVISION_READ).await?, "log_index");
    let mut shown = ByOwner::of(source.rows(&SUPERVISION_SHOWN).await?, "log_index");
    let faults = &mut verdict.faults;
    while let Some(row) = events.next().await? {
        let Some((event, told)) = Event::of(&row).and_then(|event| Some((event, told(&event)?))) else {
            continue;
        };
        let must = Row::from([
            event.index.into(),
            event.agency.into(),
            event.officer.into(),
            event.hub_time.into(),
            event.action.into(),
            told.hours.as_str().into(),
            told.cited.into(),
            told.shown.into(),
        ]);
        let stored = reads.take(&event.index.into()).await?;
        faults.added(&SUPERVISION_READ, &stored.strays);
        compare(&SUPERVISION_READ, vec![must], stored.own, faults);
        let stored = shown.take(&event.index.into()).await?;
        faults.added(&SUPERVISION_SHOWN, &stored.strays);
        check_shown(event.index, &told, &stored.own, faults);
    }
    for table in [&mut reads, &mut shown] {
        let strays = table.rest().await?;
        faults.added(table.select(), &strays);
    }
    source.settle().await
}

/// The ids that a read showed are those of its digest. Which of them is wrong a digest cannot tell.
fn check_shown(index: i64, told: &Told, rows: &[Row], faults: &mut Faults) {
    let mut digest = Sha256::default();
    let mut are_ids = true;
    for row in rows {
        let id = row.at(1).text().unwrap_or_default();
        are_ids &= RequestId::parse(id).is_ok() && matches!(row.at(1), Value::Text(_));
        digest.update(id.as_bytes());
        digest.update(b"\n");
    }
    let is_count = usize::try_from(told.shown) == Ok(rows.len());
    let is_digest = bytes_of(&told.shown_sha256).is_some_and(|told| told == digest.finish());
    if !(are_ids && is_count && is_digest) {
        let what = if usize::try_from(told.shown).is_ok_and(|told| rows.len() < told) {
            What::Missing
        } else {
            What::Differs
        };
        faults.place(&SUPERVISION_SHOWN, format!("log_index={index}"), what);
    }
}
