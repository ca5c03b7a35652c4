//! What stands beside an entry in tables of its own: the bytes that it brought, the key that it was the first of, and the
//! document that it entered.

use serde::Deserialize;

use super::Verdict;
use super::compare::compare;
use super::entry::Event;
use super::expected::bytes_of;
use super::fault::What;
use super::row::{Row, Value};
use super::select::{ATTACHMENT, BODY, CONTENT_KEY, EVENT, IDEMPOTENCY};
use crate::domain::event::Beside;
use crate::evidence::Digest;
use crate::evidence::digest::{hex, salted, sha256};
use crate::evidence::leaf::{Leaf, NO_CONTENT};
use crate::sealing::{MasterKeys, entry_place};

/// The rows of one entry.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) bodies: Vec<Row>,
    pub(super) content_keys: Vec<Row>,
    pub(super) keys: Vec<Row>,
    pub(super) attachments: Vec<Row>,
}

impl Own {
    /// The bytes that the entry brought, as they stand in their row.
    pub(super) fn content(&self) -> Option<&[u8]> {
        self.bodies.first()?.at(3).bytes()
    }
}

/// What is known of the contents of a log on the way through it.
#[derive(Debug, Default)]
pub(super) struct Contents {
    masters: MasterKeys,
    /// The entry that brought bytes last, and their digest: the requests of a broadcast share them.
    last: (i64, Digest),
}

impl Contents {
    /// With these keys to open what is sealed.
    pub(super) fn opened_by(masters: Option<&MasterKeys>) -> Self {
        Self {
            masters: masters.cloned().unwrap_or_default(),
            last: Default::default(),
        }
    }
}

/// A body as it stands in its row.
struct Stored<'a> {
    salt: Option<&'a [u8]>,
    content: Option<&'a [u8]>,
}

impl Stored<'_> {
    fn of(row: &Row) -> Option<Stored<'_>> {
        let optional = |value: &'_ Value| matches!(value, Value::Null | Value::Bytes(_));
        let (salt, content) = (row.at(2), row.at(3));
        (optional(salt) && optional(content)).then_some(Stored {
            salt: salt.bytes(),
            content: content.bytes(),
        })
    }
}

/// Checks the bytes of an entry; gives the salt of their digest, if it is known. `shared` is the entry whose bytes it shares, as
/// its event says.
pub(super) fn check_body(
    (event, leaf, shared): (&Event<'_>, &Leaf, Option<i64>),
    beside: &Beside,
    own: &Own,
    contents: &mut Contents,
    verdict: &mut Verdict,
) -> Option<Vec<u8>> {
    let faults = &mut verdict.faults;
    let row_name = || format!("log_index={}", event.index);
    let is_shared = shared.is_some_and(|shared| shared != event.index);
    if is_shared && (shared, leaf.content_digest) != (Some(contents.last.0), contents.last.1) {
        faults.place(&EVENT, row_name(), What::Content);
    }
    if is_shared || leaf.content_digest == NO_CONTENT {
        faults.added(&BODY, &own.bodies);
        faults.added(&CONTENT_KEY, &own.content_keys);
        return None;
    }
    contents.last = (event.index, leaf.content_digest);
    let Some((row, more)) = own.bodies.split_first() else {
        faults.place(&BODY, row_name(), What::Missing);
        return None;
    };
    faults.added(&BODY, more);
    let told = beside.media_type.as_deref();
    if told.map_or(row.at(1).text().is_none(), |told| row.at(1) != &Value::from(told)) {
        faults.columns(&BODY, row, vec!["media_type"], What::Differs);
    }
    let stored = Stored::of(row).map(|stored| (stored.salt, stored.content));
    match (stored, &beside.sealed) {
        (Some((Some(salt), Some(content))), None) if salted(salt, content) == leaf.content_digest => {
            faults.added(&CONTENT_KEY, &own.content_keys);
            verdict.bodies += 1;
            Some(salt.to_vec())
        }
        (Some((None, Some(sealed))), Some(told)) if hex(&sha256(sealed)) == *told => {
            verdict.bodies += 1;
            check_content_key(leaf, own, sealed, &contents.masters, verdict)
        }
        _ => {
            faults.columns(&BODY, row, vec!["salt", "content"], What::Content);
            None
        }
    }
}

/// Checks the key of sealed bytes, and what is sealed if its master key is known; gives the salt then.
fn check_content_key(
    leaf: &Leaf,
    own: &Own,
    sealed: &[u8],
    masters: &MasterKeys,
    verdict: &mut Verdict,
) -> Option<Vec<u8>> {
    let faults = &mut verdict.faults;
    let index = i64::try_from(leaf.log_index).ok()?;
    let Some((row, more)) = own.content_keys.split_first() else {
        faults.place(&CONTENT_KEY, format!("log_index={index}"), What::Missing);
        return None;
    };
    faults.added(&CONTENT_KEY, more);
    let (master, wrapped) = match (row.at(1).text(), row.at(2)) {
        (Some(master), Value::Bytes(wrapped)) => (master, wrapped),
        // Destroyed: whether in order is asked when all of the log is known.
        (Some(""), Value::Null) => return None,
        _ => {
            faults.columns(&CONTENT_KEY, row, vec!["master", "wrapped"], What::Differs);
            return None;
        }
    };
    if masters.newest().is_none() {
        verdict.unopened += 1;
        return None;
    }
    let Ok(key) = masters.unwrap(&entry_place(index), master, wrapped) else {
        faults.columns(&CONTENT_KEY, row, vec!["master", "wrapped"], What::Key);
        return None;
    };
    let opened = key.open_body(index, sealed.to_vec()).ok();
    let opened = opened.filter(|opened| salted(&opened.salt, &opened.content) == leaf.content_digest);
    if opened.is_none() {
        faults.place(&BODY, format!("log_index={index}"), What::Content);
    }
    opened.map(|opened| opened.salt.to_vec())
}

/// Checks the key of an entry.
pub(super) fn check_key(event: &Event<'_>, beside: &Beside, own: &Own, verdict: &mut Verdict) {
    let faults = &mut verdict.faults;
    let Some(told) = &beside.key else {
        for row in &own.keys {
            if fits_body(event, row, own.bodies.first()) {
                verdict.unbound_keys += 1;
            } else {
                faults.row(&IDEMPOTENCY, row, What::Added);
            }
        }
        return;
    };
    let (same, others): (Vec<&Row>, Vec<&Row>) = own.keys.iter().partition(|row| hex(&row.digest()) == *told);
    let mut others = others.into_iter();
    match same.len() {
        0 => match others.next() {
            Some(row) => faults.row(&IDEMPOTENCY, row, What::Differs),
            None => faults.place(&IDEMPOTENCY, format!("log_index={}", event.index), What::Missing),
        },
        _ => verdict.keys += 1,
    }
    for row in same.into_iter().skip(1).chain(others) {
        faults.row(&IDEMPOTENCY, row, What::Added);
    }
}

/// An entry from before the log told of keys: its body holds the key, and is what the key stands for. With an erased body
/// there is nothing left to hold it against.
fn fits_body(event: &Event<'_>, row: &Row, body: Option<&Row>) -> bool {
    let [agency, key, content_sha256, _, count] = row.values() else {
        return false;
    };
    let (Some(key), Some(body)) = (key.text(), body) else {
        return false;
    };
    let is_own = agency.text() == Some(event.agency) && count.integer().is_some_and(|count| count > 0);
    let fits = |content: &[u8]| {
        let holds = content.windows(key.len().max(1)).any(|part| part == key.as_bytes());
        holds && content_sha256.bytes() == Some(&sha256(content))
    };
    is_own && Stored::of(body).is_some_and(|stored| stored.content.is_none_or(fits))
}

/// What the entry of an upload says.
#[derive(Deserialize)]
struct Uploaded {
    owner: String,
    media_type: String,
    size: i64,
    sha256: String,
    /// SHA-256 of the body's salt and the file's name; an older entry does not say it.
    #[serde(default)]
    name_digest: Option<String>,
}

/// Checks the document that an entry entered. None: the event does not say what one must.
pub(super) fn check_attachment(event: &Event<'_>, own: &Own, salt: Option<&[u8]>, verdict: &mut Verdict) -> Option<()> {
    let told: Uploaded = serde_json::from_str(event.details).ok()?;
    if (event.version, told.owner.as_str()) != (1, event.agency) {
        return None;
    }
    let stored = own.attachments.first();
    let name = stored.map_or(&Value::Null, |row| row.at(2));
    let is_name = match (&told.name_digest, salt, name.text()) {
        // Erased: whether in order is asked when all of the log is known.
        (Some(told), Some(salt), Some(name)) => name.is_empty() || hex(&salted(salt, name.as_bytes())) == *told,
        // Its salt is sealed, or it is from before the log told of names: what is left is that there is one.
        (None, _, Some(_)) | (Some(_), None, Some(_)) => true,
        (_, _, None) => false,
    };
    let must = Row::from([
        event.subject.into(),
        told.owner.into(),
        if is_name { name.clone() } else { Value::Strange },
        told.media_type.into(),
        told.size.into(),
        Value::Bytes(bytes_of(&told.sha256)?),
        event.hub_time.into(),
        event.index.into(),
    ]);
    compare(&ATTACHMENT, vec![must], own.attachments.clone(), &mut verdict.faults);
    Some(())
}
