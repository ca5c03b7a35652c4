//! The log of a backup, computed again: each leaf against its event, each digest of a body against the body, the tree
//! against every checkpoint and the head. Five files are read side by side, a row of each at a time.

use std::collections::BTreeMap;
use std::path::Path;

use super::fault::Faults;
use super::files::{Line, TableReader};
use super::manifest::Manifest;
use super::uploads::Uploads;
use super::{KeepError, Progress, Result, at, backup};
use crate::domain::event::{Beside, EventDetails};
use crate::evidence::Digest;
use crate::evidence::digest::{RowDigest, hex, salted, sha256};
use crate::evidence::leaf::{EntryType, Leaf, NO_CONTENT, leaf_hash};
use crate::evidence::merkle::Frontier;
use crate::store::{KeptTable, Value, kept_tables};

/// What the log says, once computed again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogVerdict {
    /// Entries.
    pub size: u64,
    /// The root of their tree.
    pub root: Digest,
    /// Checkpoints that fit the tree.
    pub checkpoints: u64,
    /// Bodies whose digest was computed again: sealed, they are those that were stored.
    pub bodies: u64,
    /// Of these, bodies whose key was destroyed.
    pub erased: u64,
}

/// Bodies that are remembered for the entries after them. The requests of a broadcast share the body of the first, and
/// stand a batch apart at most.
const REMEMBERED: usize = 100_000;

const LEAF: (&str, &str) = (
    "mục nhật ký không đúng với sự kiện",
    "the entry is not that of its event",
);
const INDEX: (&str, &str) = ("số thứ tự nhật ký không liên tục", "the log's indexes are not dense");
const BODY: (&str, &str) = (
    "nội dung không đúng với mã băm trong nhật ký",
    "the content is not that of the digest in the log",
);
const NO_KEY: (&str, &str) = (
    "thiếu khóa của nội dung đã mã hóa",
    "the key of the sealed content is missing",
);
const NO_BODY: (&str, &str) = ("thiếu nội dung của mục nhật ký", "the content of the entry is missing");
const TOO_MANY: (&str, &str) = ("dòng không thuộc mục nhật ký nào", "the row belongs to no entry");
const CHECKPOINT: (&str, &str) = (
    "gốc cây của điểm kiểm tra không đúng",
    "the checkpoint's root is not that of the tree",
);
const HEAD: (&str, &str) = ("đầu nhật ký không đúng với cây", "the head is not that of the tree");

/// A file with its next row at hand.
struct Ahead {
    reader: TableReader,
    row: Option<Vec<Value>>,
}

impl Ahead {
    async fn open(folder: &Path, name: &str) -> Result<Self> {
        let table = kept_tables().iter().find(|table| table.name() == name);
        let Some(table) = table else {
            return Err(KeepError::NotABackup {
                path: folder.to_owned(),
                reason: format!("no table {name}"),
            });
        };
        let reader = TableReader::open(folder, table).await;
        let reader = reader.map_err(|(path, source)| KeepError::File { path, source })?;
        let mut ahead = Self { reader, row: None };
        ahead.advance().await?;
        Ok(ahead)
    }

    async fn advance(&mut self) -> Result<Option<Vec<Value>>> {
        let next = self.reader.next().await.map_err(at(Path::new(self.table().name())))?;
        let next = match next {
            Some(Line::Row(row)) => Some(row),
            Some(Line::Broken) | None => None,
        };
        Ok(std::mem::replace(&mut self.row, next))
    }

    fn table(&self) -> &'static KeptTable {
        self.reader.table
    }

    /// The number of the row at hand.
    fn number(&self) -> u64 {
        self.reader.number
    }

    fn integer(&self, column: &str) -> Option<i64> {
        let row = self.row.as_deref()?;
        self.table().value(row, column).integer()
    }

    fn text(&self, column: &str) -> &str {
        let row = self.row.as_deref().unwrap_or_default();
        self.table().value(row, column).text().unwrap_or_default()
    }

    fn bytes(&self, column: &str) -> Option<&[u8]> {
        let row = self.row.as_deref()?;
        self.table().value(row, column).bytes()
    }
}

/// A body as it stands in the backup.
#[derive(Clone, Copy)]
enum Seen {
    /// The digest of salt and bytes.
    Open(Digest),
    /// SHA-256 of what is stored, and the digest that the leaf of its own entry says.
    Sealed { stored: Digest, content: Digest },
    /// It has neither.
    Nothing,
}

type Bodies = BTreeMap<i64, Seen>;

pub(super) async fn check_log(
    folder: &Path,
    manifest: &Manifest,
    faults: &mut Faults,
    progress: &dyn Progress,
) -> Result<LogVerdict> {
    let mut entries = Ahead::open(folder, "log_entry").await?;
    let mut events = Ahead::open(folder, "event").await?;
    let mut bodies = Ahead::open(folder, "body").await?;
    let mut keys = Ahead::open(folder, "content_key").await?;
    let mut checkpoints = Ahead::open(folder, "checkpoint").await?;
    let (mut frontier, mut known, mut verdict) = (Frontier::default(), Bodies::new(), LogVerdict::default());
    let mut uploads = Uploads::read(folder, faults).await?;
    let (mut index, mut last_time) = (0_i64, i64::MIN);
    while entries.row.is_some() {
        let number = entries.number();
        if entries.integer("log_index") != Some(index) {
            faults.add("log_entry", Some(number), INDEX);
        }
        let bytes = entries.bytes("leaf").unwrap_or_default();
        frontier.append(leaf_hash(bytes));
        let leaf = Leaf::decode(bytes).ok();
        while bodies.integer("log_index").is_some_and(|at| at <= index) {
            let content = leaf.as_ref().map_or(NO_CONTENT, |leaf| leaf.content_digest);
            note_body(
                (&mut bodies, &mut keys),
                (index, content),
                &mut known,
                &mut verdict,
                faults,
            )
            .await?;
        }
        match (&leaf, events.integer("log_index") == Some(index)) {
            (Some(leaf), true) => {
                check_entry(leaf, &events, &known, index, faults);
                if leaf.entry_type == EntryType::Document {
                    let details = events.text("details");
                    uploads.compare(index, &leaf.subject, details, events.number(), faults);
                }
                if leaf.hub_time < last_time {
                    faults.add("log_entry", Some(number), LEAF);
                }
                last_time = leaf.hub_time;
            }
            _ => faults.add("log_entry", Some(number), LEAF),
        }
        events.advance().await?;
        index += 1;
        if checkpoints.integer("tree_size") == Some(index) {
            if is_checkpoint(&checkpoints, &frontier, last_time, &manifest.hub_id) {
                verdict.checkpoints += 1;
            } else {
                faults.add("checkpoint", Some(checkpoints.number()), CHECKPOINT);
            }
            checkpoints.advance().await?;
        }
        entries.advance().await?;
        if frontier.size() % backup::STEP == 0 {
            progress.step("log", frontier.size());
        }
    }
    for rest in [&events, &bodies, &keys, &checkpoints] {
        if rest.row.is_some() {
            faults.add(rest.table().name(), Some(rest.number()), TOO_MANY);
        }
    }
    uploads.rest(faults);
    let head = Ahead::open(folder, "ledger_head").await?;
    let fits = head.integer("tree_size") == Some(index)
        && head.bytes("root_hash") == Some(&frontier.root())
        && head.bytes("frontier") == Some(&frontier.to_bytes())
        && head.integer("hub_time") == Some(manifest.hub_time)
        && (index == 0 || manifest.hub_time == last_time)
        && (manifest.tree_size, manifest.root_hash.as_str()) == (frontier.size(), hex(&frontier.root()).as_str());
    if !fits {
        faults.add("ledger_head", Some(1), HEAD);
    }
    verdict.size = frontier.size();
    verdict.root = frontier.root();
    Ok(verdict)
}

async fn note_body(
    (bodies, keys): (&mut Ahead, &mut Ahead),
    (index, content_digest): (i64, Digest),
    known: &mut Bodies,
    verdict: &mut LogVerdict,
    faults: &mut Faults,
) -> Result<()> {
    let at = bodies.integer("log_index");
    if at != Some(index) {
        faults.add("body", Some(bodies.number()), TOO_MANY);
    }
    while keys.row.is_some() && keys.integer("log_index") < at {
        faults.add("content_key", Some(keys.number()), TOO_MANY);
        keys.advance().await?;
    }
    let has_key = keys.row.is_some() && keys.integer("log_index") == at;
    let seen = match (bodies.bytes("salt"), bodies.bytes("content")) {
        (Some(salt), Some(content)) => Seen::Open(salted(salt, content)),
        (None, Some(content)) => Seen::Sealed {
            stored: sha256(content),
            content: content_digest,
        },
        (_, None) => Seen::Nothing,
    };
    match (seen, has_key) {
        (Seen::Sealed { .. }, false) => faults.add("content_key", Some(keys.number()), NO_KEY),
        (Seen::Open(_) | Seen::Nothing, true) => faults.add("content_key", Some(keys.number()), TOO_MANY),
        _ => verdict.bodies += 1,
    }
    if has_key {
        verdict.erased += u64::from(keys.bytes("wrapped").is_none());
        keys.advance().await?;
    }
    if let Some(at) = at {
        known.insert(at, seen);
    }
    if known.len() > REMEMBERED {
        known.pop_first();
    }
    bodies.advance().await.map(drop)
}

fn check_entry(leaf: &Leaf, events: &Ahead, bodies: &Bodies, index: i64, faults: &mut Faults) {
    let Some(row) = events.row.as_deref() else { return };
    let number = events.number();
    let text = |column| events.text(column);
    let entry_type = events.integer("entry_type").and_then(|code| u8::try_from(code).ok());
    let told = Leaf {
        entry_type: entry_type.and_then(EntryType::from_code).unwrap_or(leaf.entry_type),
        log_index: u64::try_from(index).unwrap_or(u64::MAX),
        hub_time: events.integer("hub_time").unwrap_or(i64::MIN),
        version: events.integer("version").unwrap_or(i64::MIN),
        subject: text("subject").to_owned(),
        action: text("action").to_owned(),
        from_state: text("from_state").to_owned(),
        to_state: text("to_state").to_owned(),
        agency: text("agency").to_owned(),
        officer: text("officer").to_owned(),
        counterparty: text("counterparty").to_owned(),
        content_digest: leaf.content_digest,
        row_digest: digest_of(row),
    };
    if *leaf != told {
        faults.add("event", Some(number), LEAF);
    }
    // The requests of a broadcast share the body of the first.
    let opened = (leaf.entry_type == EntryType::Request)
        .then(|| serde_json::from_str::<EventDetails>(text("details")).ok())
        .flatten()
        .and_then(|details| details.opened);
    let body_index = opened.map_or(index, |opened| opened.body_index);
    let sealed = Beside::of(text("details")).unwrap_or_default().sealed;
    let is_it = match (bodies.get(&body_index), sealed) {
        (None, _) if leaf.content_digest != NO_CONTENT => return faults.add("event", Some(number), NO_BODY),
        (None, sealed) => sealed.is_none(),
        (Some(Seen::Open(digest)), None) => *digest == leaf.content_digest,
        (Some(Seen::Sealed { stored, .. }), Some(told)) => body_index == index && hex(stored) == told,
        (Some(Seen::Sealed { content, .. }), None) => body_index < index && *content == leaf.content_digest,
        (Some(Seen::Open(_) | Seen::Nothing), _) => false,
    };
    if !is_it {
        faults.add("event", Some(number), BODY);
    }
}

/// The digest of an event's row as stored.
fn digest_of(row: &[Value]) -> Digest {
    let mut digest = RowDigest::default();
    for value in row {
        match value {
            Value::Null => digest.text(None),
            Value::Text(text) => digest.text(Some(text)),
            Value::Integer(value) => digest.integer(*value),
            Value::Bytes(bytes) => digest.bytes(bytes),
            Value::Flag(flag) => digest.integer(i64::from(*flag)),
        }
    }
    digest.finish()
}

fn is_checkpoint(checkpoints: &Ahead, frontier: &Frontier, time: i64, hub_id: &str) -> bool {
    checkpoints.bytes("root_hash") == Some(&frontier.root())
        && checkpoints.integer("hub_time") == Some(time)
        && checkpoints.text("hub_id") == hub_id
}
