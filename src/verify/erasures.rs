//! Erasures: two persons' decisions beside their table, and beside them which content has its key and which has not.

use serde::Deserialize;

use super::compare::compare;
use super::entry::Event;
use super::expected::bytes_of;
use super::fault::{Faults, What};
use super::log::{Done, Effect};
use super::row::{Row, Value};
use super::rows::{ByOwner, Rows};
use super::select::{ATTACHMENT, CONTENT_KEY, ERASED_BY, ERASED_CONTENT, ERASURE, ERASURE_EVENT, EVENT};
use super::source::Source;
use super::{Result, Verdict};
use crate::domain::erasure::{Decided, Erasure, ErasureAction, ErasureState, erasure_subject};
use crate::domain::ids::{AgencyCode, OfficerId, RequestId};
use crate::domain::time::Timestamp;
use crate::evidence::digest::Sha256;

/// What the entry of an erasure says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    body_index: Option<i64>,
    requests: Vec<RequestId>,
    proposed: Option<i64>,
    keys: Option<i64>,
    keys_sha256: Option<String>,
}

fn told(event: &Event<'_>) -> Option<(ErasureAction, Told)> {
    let action: ErasureAction = event.action.parse().ok()?;
    let told: Told = serde_json::from_str(event.details).ok()?;
    let is_about = told.body_index.is_some() && !told.requests.is_empty();
    let is_whole = match action {
        ErasureAction::Propose => is_about && told.proposed.is_none() && told.keys.is_none(),
        ErasureAction::Erase => {
            is_about && told.proposed.is_some() && told.keys.is_some() && told.keys_sha256.is_some()
        }
        ErasureAction::Reject => !is_about && told.proposed.is_some() && told.keys.is_none(),
    };
    is_whole.then_some((action, told))
}

/// What an entry does to requests. None: it does not say what that of an erasure must.
pub(super) fn effects(event: &Event<'_>) -> Option<Vec<Effect>> {
    let (action, told) = told(event)?;
    let body_index = told.body_index.filter(|_| action == ErasureAction::Erase);
    let effects = body_index.map(|body_index| {
        let of_one = |request| Effect {
            request,
            index: event.index,
            what: Done::Erased { body_index },
        };
        told.requests.into_iter().map(of_one).collect()
    });
    Some(effects.unwrap_or_default())
}

/// What an erasure destroyed, by its entry.
struct Destroyed {
    index: i64,
    keys: i64,
    keys_sha256: Vec<u8>,
}

/// The tables against the events of a sound log.
pub(super) async fn check(source: &mut Source, verdict: &mut Verdict) -> Result<()> {
    let faults = &mut verdict.faults;
    let mut destroyed = decisions(source, faults).await?;
    destroyed.sort_by_key(|destroyed| destroyed.index);
    digests(source, destroyed, faults).await?;
    contents(source, faults).await?;
    source.settle().await
}

/// Proposals and decisions, one order after the other, beside the table that is made of them.
async fn decisions(source: &mut Source, faults: &mut Faults) -> Result<Vec<Destroyed>> {
    let mut events = source.rows(&ERASURE_EVENT).await?;
    let mut stored = ByOwner::of(source.rows(&ERASURE).await?, "subject");
    let mut destroyed = Vec::new();
    while let Some(rows) = next_order(&mut events).await? {
        let mut order = Vec::new();
        for (row, version) in rows.iter().zip(1..) {
            let followed = Event::of(row).and_then(|event| {
                let (action, told) = told(&event).filter(|_| event.version == version)?;
                follow(&event, action, &told, &mut order)?;
                Some((event.index, told))
            });
            let Some((index, told)) = followed else {
                faults.row(&EVENT, row, What::DoesNotFollow);
                break;
            };
            destroyed.extend(destroyed_by(index, &told));
        }
        let Some(first) = order.first() else { continue };
        let taken = stored.take(&Value::from(first.subject.as_str())).await?;
        faults.added(&ERASURE, &taken.strays);
        compare(&ERASURE, order.iter().map(erasure_row).collect(), taken.own, faults);
    }
    let strays = stored.rest().await?;
    faults.added(&ERASURE, &strays);
    source.settle().await?;
    Ok(destroyed)
}

/// The events about the next order.
async fn next_order(events: &mut Rows) -> Result<Option<Vec<Row>>> {
    let Some(first) = events.next().await? else {
        return Ok(None);
    };
    let subject = first.at(2).clone();
    let mut rows = vec![first];
    while events.peek().await?.is_some_and(|row| *row.at(2) == subject) {
        rows.extend(events.next().await?);
    }
    Ok(Some(rows))
}

/// One more entry about an order: a proposal when none waits, or the decision of another officer of the same agency.
fn follow(event: &Event<'_>, action: ErasureAction, told: &Told, order: &mut Vec<Erasure>) -> Option<()> {
    let time = Timestamp::from_micros(event.hub_time);
    let officer: OfficerId = event.officer.parse().ok()?;
    let waiting = order
        .last_mut()
        .filter(|last| last.state_at(time) == ErasureState::Proposed);
    if action != ErasureAction::Propose {
        let last = waiting?;
        let is_second = last.agency.as_str() == event.agency && last.proposed_by != officer;
        let is_this = told.proposed == Some(last.proposed_index);
        let is_same = told.body_index.is_none_or(|index| index == last.body_index);
        last.decided = Some(Decided {
            index: event.index,
            officer,
            time,
            erased: action == ErasureAction::Erase,
        });
        return (is_second && is_this && is_same).then_some(());
    }
    if waiting.is_some() {
        return None;
    }
    let subject = event.subject.strip_prefix(&erasure_subject(""))?.to_owned();
    order.push(Erasure {
        proposed_index: event.index,
        subject,
        body_index: told.body_index?,
        agency: AgencyCode::parse(event.agency).ok()?,
        proposed_by: officer,
        proposed_time: time,
        decided: None,
    });
    Some(())
}

fn destroyed_by(index: i64, told: &Told) -> Option<Destroyed> {
    Some(Destroyed {
        index,
        keys: told.keys?,
        keys_sha256: bytes_of(told.keys_sha256.as_deref()?)?,
    })
}

fn erasure_row(erasure: &Erasure) -> Row {
    let decided = erasure.decided.as_ref();
    let state = match decided {
        None => ErasureState::Proposed,
        Some(decided) if decided.erased => ErasureState::Erased,
        Some(_) => ErasureState::Rejected,
    };
    Row::from([
        erasure.subject.as_str().into(),
        erasure.proposed_index.into(),
        erasure.body_index.into(),
        erasure.agency.as_str().into(),
        erasure.proposed_by.as_str().into(),
        erasure.proposed_time.micros().into(),
        state.as_str().into(),
        decided.map(|decided| decided.index).into(),
        decided.map(|decided| decided.officer.as_str()).into(),
        decided.map(|decided| decided.time.micros()).into(),
    ])
}

/// The entries that each erasure names are those of its digest. Which of them is wrong a digest cannot tell.
async fn digests(source: &mut Source, destroyed: Vec<Destroyed>, faults: &mut Faults) -> Result<()> {
    let mut named = ByOwner::of(source.rows(&ERASED_BY).await?, "erasure_index");
    for erasure in destroyed {
        let taken = named.take(&erasure.index.into()).await?;
        faults.added(&ERASED_CONTENT, &taken.strays);
        let mut digest = Sha256::default();
        for row in &taken.own {
            digest.update(row.at(0).integer().unwrap_or(-1).to_string().as_bytes());
            digest.update(b"\n");
        }
        let count = i64::try_from(taken.own.len()).unwrap_or(i64::MAX);
        if count != erasure.keys || erasure.keys_sha256 != digest.finish() {
            let what = if count < erasure.keys {
                What::Missing
            } else {
                What::Differs
            };
            faults.place(&ERASED_CONTENT, format!("erasure_index={}", erasure.index), what);
        }
    }
    let strays = named.rest().await?;
    faults.added(&ERASED_CONTENT, &strays);
    source.settle().await
}

/// A key is gone where an erasure says so, and nowhere else; so is the name of a document.
async fn contents(source: &mut Source, faults: &mut Faults) -> Result<()> {
    let mut erased = source.rows(&ERASED_CONTENT).await?;
    let mut keys = ByOwner::of(source.rows(&CONTENT_KEY).await?, "log_index");
    let mut documents = ByOwner::of(source.rows(&ATTACHMENT).await?, "log_index");
    while let Some(row) = erased.next().await? {
        let index = row.at(0).clone();
        let taken = keys.take(&index).await?;
        check_kept(&taken.strays, faults);
        match taken.own.first() {
            Some(key) if *key.at(2) != Value::Null => {
                faults.columns(&CONTENT_KEY, key, vec!["wrapped"], What::NotErased);
            }
            Some(_) => {}
            None => faults.place(
                &CONTENT_KEY,
                format!("log_index={}", index.integer().unwrap_or(-1)),
                What::Missing,
            ),
        }
        let taken = documents.take(&index).await?;
        check_named(&taken.strays, faults);
        for document in taken.own.iter().filter(|document| document.at(2).text() != Some("")) {
            faults.columns(&ATTACHMENT, document, vec!["name"], What::NotErased);
        }
    }
    check_kept(&keys.rest().await?, faults);
    check_named(&documents.rest().await?, faults);
    Ok(())
}

/// Keys that no erasure has destroyed.
fn check_kept(keys: &[Row], faults: &mut Faults) {
    for key in keys.iter().filter(|key| *key.at(2) == Value::Null) {
        faults.columns(&CONTENT_KEY, key, vec!["wrapped"], What::Erased);
    }
}

/// Documents that no erasure has taken.
fn check_named(documents: &[Row], faults: &mut Faults) {
    for document in documents.iter().filter(|document| document.at(2).text() == Some("")) {
        faults.columns(&ATTACHMENT, document, vec!["name"], What::Erased);
    }
}
