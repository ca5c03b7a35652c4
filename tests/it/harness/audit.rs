//! What must hold of every database at any time, read by plain SQL: the log is dense and its tree is the head's, every
//! leaf is the digest of its row and its body, positions are dense, and the projections equal a replay of the events.

use std::collections::BTreeMap;

use lienthong::domain::event::EventDetails;
use lienthong::evidence::Digest;
use lienthong::evidence::checkpoint::{Checkpoint, verify};
use lienthong::evidence::digest::salted;
use lienthong::evidence::hub_key::HubKey;
use lienthong::evidence::leaf::{EntryType, Leaf, NO_CONTENT, leaf_hash};
use lienthong::evidence::merkle::Frontier;
use lienthong::evidence::nodes::Growth;
use lienthong::evidence::proof::TreeRoot;
use lienthong::store::rows::EventRow;

use super::TestDatabase;
use super::raw::{Raw, Row, Value};
use super::replay;

/// Checks everything; panics with what does not hold.
pub(crate) async fn audit(database: &TestDatabase) {
    let raw = database.raw().await;
    let leaves = check_log(&raw).await;
    let events = raw.events().await;
    check_events(&leaves, &events);
    check_bodies(&raw, &leaves, &events).await;
    check_positions(&raw).await;
    check_keys(&raw, leaves.len()).await;
    replay::check(&raw, &events).await;
}

impl Raw {
    /// Every event in the order of the log.
    pub(crate) async fn events(&self) -> Vec<EventRow> {
        const TEXT: &str = "SELECT * FROM event ORDER BY log_index";
        let events = match self {
            Self::Sqlite(pool) => sqlx::query_as(TEXT).fetch_all(pool).await,
            Self::Postgres(pool) => sqlx::query_as(TEXT).fetch_all(pool).await,
        };
        events.expect("rows that parse")
    }
}

/// The keys in the log, and the node of every 256 leaves.
async fn check_signed(raw: &Raw, checkpoints: &BTreeMap<i64, Row>, leaves: &[Vec<u8>]) {
    let keys: Vec<(i64, HubKey)> = raw
        .table("hub_key")
        .await
        .iter()
        .map(|row| {
            let key = row["public_keys"].text().parse().expect("keys");
            (row["registered_index"].integer(), key)
        })
        .collect();
    for (size, row) in checkpoints {
        let stated = Checkpoint {
            origin: row["hub_id"].text().to_owned(),
            tree: TreeRoot {
                size: u64::try_from(*size).expect("a size"),
                root: row["root_hash"].bytes().try_into().expect("a digest"),
            },
            hub_time: row["hub_time"].integer(),
        };
        let note = stated.signed(&[row["note_signature"].bytes(), row["seal_signature"].bytes()]);
        let known = keys
            .iter()
            .filter(|(index, _)| index < size)
            .map(|(_, key)| key.clone());
        let known: Vec<HubKey> = known.collect();
        verify(&note.to_string(), &known).unwrap_or_else(|error| panic!("checkpoint {size}: {error}"));
    }
    let hashes = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let completed = Growth::new(Frontier::default(), hashes);
    let expected: Vec<_> = completed.completed().collect();
    let nodes = raw.rows("SELECT * FROM tree_node ORDER BY level, position").await;
    let stored: Vec<_> = nodes
        .iter()
        .map(|node| {
            let place = |column: &str| node[column].integer();
            let hash: Digest = node["hash"].bytes().try_into().expect("a digest");
            (
                u32::try_from(place("level")).expect("a level"),
                u64::try_from(place("position")).expect("a position"),
                hash,
            )
        })
        .collect();
    assert_eq!(stored, expected, "the stored nodes are those of the log");
}

async fn check_log(raw: &Raw) -> Vec<Leaf> {
    let entries = raw
        .rows("SELECT log_index, leaf FROM log_entry ORDER BY log_index")
        .await;
    let checkpoints: BTreeMap<i64, Row> = raw
        .table("checkpoint")
        .await
        .into_iter()
        .map(|checkpoint| (checkpoint["tree_size"].integer(), checkpoint))
        .collect();
    let mut frontier = Frontier::default();
    let mut leaves = Vec::with_capacity(entries.len());
    let mut unseen = checkpoints.len();
    for (entry, index) in entries.iter().zip(0_i64..) {
        assert_eq!(entry["log_index"].integer(), index, "log indexes are dense");
        let bytes = entry["leaf"].bytes();
        frontier.append(leaf_hash(bytes));
        let leaf = Leaf::decode(bytes).expect("every leaf decodes");
        assert_eq!(i64::try_from(leaf.log_index), Ok(index), "a leaf knows its index");
        if let Some(checkpoint) = checkpoints.get(&(index + 1)) {
            assert_eq!(
                checkpoint["root_hash"].bytes(),
                frontier.root(),
                "the root of checkpoint {}",
                index + 1
            );
            assert_eq!(
                checkpoint["hub_time"].integer(),
                leaf.hub_time,
                "the time of checkpoint {}",
                index + 1
            );
            unseen -= 1;
        }
        leaves.push(leaf);
    }
    let bytes: Vec<Vec<u8>> = entries.iter().map(|entry| entry["leaf"].bytes().to_vec()).collect();
    check_signed(raw, &checkpoints, &bytes).await;
    assert_eq!(unseen, 0, "a checkpoint stands for a tree that is there");
    assert!(
        leaves.is_sorted_by_key(|leaf| leaf.hub_time),
        "the hub's time never goes back"
    );

    let head = raw.table("ledger_head").await;
    let [head] = head.as_slice() else {
        panic!("one head, not {}", head.len())
    };
    assert_eq!(
        head["tree_size"].integer(),
        i64::try_from(leaves.len()).expect("a small tree"),
        "size of the head"
    );
    assert_eq!(head["root_hash"].bytes(), frontier.root(), "root of the head");
    assert_eq!(head["frontier"].bytes(), frontier.to_bytes(), "frontier of the head");
    assert_eq!(
        head["hub_time"].integer(),
        leaves.last().map_or(0, |leaf| leaf.hub_time),
        "time of the head"
    );
    if let Some((last, _)) = checkpoints.last_key_value() {
        assert_eq!(*last, head["tree_size"].integer(), "the last checkpoint is the head's");
    }
    for (column, entry_type) in [
        ("registry_version", EntryType::Registry),
        ("calendar_version", EntryType::Calendar),
    ] {
        let changes = leaves.iter().filter(|leaf| leaf.entry_type == entry_type).count();
        assert_eq!(
            Ok(head[column].integer()),
            i64::try_from(changes),
            "{column} of the head"
        );
    }
    leaves
}

fn check_events(leaves: &[Leaf], events: &[EventRow]) {
    assert_eq!(leaves.len(), events.len(), "one event for each entry");
    for (leaf, event) in leaves.iter().zip(events) {
        let index = event.log_index;
        assert_eq!(leaf.row_digest, event.digest(), "row digest of entry {index}");
        let told = Leaf {
            entry_type: EntryType::from_code(event.entry_type).expect("a type"),
            log_index: u64::try_from(index).expect("an index"),
            hub_time: event.hub_time.micros(),
            version: event.version,
            subject: event.subject.clone(),
            action: event.action.clone(),
            from_state: event.from_state.map(|state| state.to_string()).unwrap_or_default(),
            to_state: event.to_state.map(|state| state.to_string()).unwrap_or_default(),
            agency: event.agency.to_string(),
            officer: event.officer.to_string(),
            counterparty: event.counterparty.as_ref().map(ToString::to_string).unwrap_or_default(),
            content_digest: leaf.content_digest,
            row_digest: leaf.row_digest,
        };
        assert_eq!(*leaf, told, "entry {index} and its event say the same");
    }
}

async fn check_bodies(raw: &Raw, leaves: &[Leaf], events: &[EventRow]) {
    let bodies: BTreeMap<i64, Digest> = raw
        .table("body")
        .await
        .iter()
        .map(|body| {
            (
                body["log_index"].integer(),
                salted(body["salt"].bytes(), body["content"].bytes()),
            )
        })
        .collect();
    let mut used = 0;
    for (leaf, event) in leaves.iter().zip(events) {
        let opened = (leaf.entry_type == EntryType::Request)
            .then(|| serde_json::from_str::<EventDetails>(&event.details).expect("details"))
            .and_then(|details| details.opened);
        // The requests of a broadcast share the body of the first.
        let body_index = opened.map_or(event.log_index, |opened| opened.body_index);
        let expected = bodies.get(&body_index).copied().unwrap_or(NO_CONTENT);
        assert_eq!(
            leaf.content_digest, expected,
            "content digest of entry {}",
            event.log_index
        );
        used += usize::from(bodies.contains_key(&event.log_index));
    }
    assert_eq!(used, bodies.len(), "every body belongs to an entry");
}

async fn check_positions(raw: &Raw) {
    let mut lanes: BTreeMap<(Value, Value), i64> = BTreeMap::new();
    for entry in raw
        .rows("SELECT * FROM mailbox_entry ORDER BY agency, lane, position, log_index")
        .await
    {
        let last = lanes
            .entry((entry["agency"].clone(), entry["lane"].clone()))
            .or_default();
        *last += 1;
        assert_eq!(entry["position"].integer(), *last, "positions are dense: {entry:?}");
    }
    for head in raw.table("mailbox_head").await {
        let last = lanes
            .remove(&(head["agency"].clone(), head["lane"].clone()))
            .unwrap_or(0);
        assert_eq!(head["last_position"].integer(), last, "{head:?}");
        assert!((0..=last).contains(&head["delivered_position"].integer()), "{head:?}");
    }
    assert!(lanes.is_empty(), "a lane without a head: {lanes:?}");
}

/// Every key stands for entries of its own: none is bound to two keys.
async fn check_keys(raw: &Raw, size: usize) {
    let mut next = 0;
    for used in raw.rows("SELECT * FROM idempotency ORDER BY log_index").await {
        let (first, count) = (used["log_index"].integer(), used["entry_count"].integer());
        assert!(first >= next && count > 0, "{used:?}");
        next = first + count;
    }
    assert!(
        usize::try_from(next).is_ok_and(|next| next <= size),
        "a key stands for entries that are there"
    );
}
