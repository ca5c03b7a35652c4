//! A forger who owns the database and knows all that we know: changes an event and computes the leaf, the tree, every checkpoint
//! and the head again, and signs with the hub's own keys. The database fits itself then; a checkpoint that somebody has kept does not.

use lienthong::evidence::checkpoint::Checkpoint;
use lienthong::evidence::digest::RowDigest;
use lienthong::evidence::leaf::{Leaf, leaf_hash};
use lienthong::evidence::merkle::Frontier;
use lienthong::evidence::nodes::Growth;
use lienthong::evidence::proof::TreeRoot;
use lienthong::sealing::{MasterKeys, entry_place};
use lienthong::verify::{Row, Tables, Value, What};

use super::{judged, newest, story, tables};
use crate::harness::ledger::{HUB, same_keys};
use crate::harness::{Backend, TestDatabase, run};
use crate::kit::content_keys;

fn digest(row: &Row) -> [u8; 32] {
    let mut digest = RowDigest::default();
    for value in row.values() {
        match value {
            Value::Null => digest.text(None),
            Value::Text(text) => digest.text(Some(text)),
            Value::Integer(number) => digest.integer(*number),
            Value::Bytes(bytes) => digest.bytes(bytes),
            Value::Strange => panic!("no value of ours"),
        }
    }
    digest.finish()
}

fn set(tables: &mut Tables, table: &str, row: usize, place: usize, value: Value) {
    let rows = tables.get_mut(table).expect("a table");
    let mut values = rows[row].values().to_vec();
    values[place] = value;
    rows[row] = Row::from(values);
}

/// Signs every checkpoint anew, with the keys that the hub itself has.
fn sign(tables: &mut Tables, hashes: &[[u8; 32]]) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut signer = same_keys(&folder.path().join("own"), HUB, 1);
    let mut before = Frontier::default();
    for place in 0..tables["checkpoint"].len() {
        let values = tables["checkpoint"][place].values().to_vec();
        let (Value::Integer(size), Value::Integer(hub_time)) = (&values[0], &values[2]) else {
            panic!("a checkpoint")
        };
        let size = usize::try_from(*size).expect("a size");
        let begin = usize::try_from(before.size()).expect("a size");
        let growth = Growth::new(before, hashes[begin..size].to_vec());
        let tree = TreeRoot {
            size: growth.after().size(),
            root: growth.after().root(),
        };
        let stated = Checkpoint {
            origin: HUB.to_owned(),
            tree,
            hub_time: *hub_time,
        };
        let (signatures, _pending) = signer.sign(&growth, &stated).expect("it goes on from the last");
        signer.settle(true);
        set(tables, "checkpoint", place, 1, Value::Bytes(tree.root.to_vec()));
        set(tables, "checkpoint", place, 4, Value::Bytes(signatures.note));
        set(tables, "checkpoint", place, 5, Value::Bytes(signatures.seal));
        before = growth.after().clone();
    }
}

/// Makes leaf, tree, checkpoints with their signatures, and head those of the events as they stand.
fn fit(tables: &mut Tables) {
    let mut frontier = Frontier::default();
    let mut hashes = Vec::new();
    for place in 0..tables["log_entry"].len() {
        let event = tables["event"][place].clone();
        let Value::Bytes(bytes) = &tables["log_entry"][place].values()[1] else {
            panic!("bytes")
        };
        let text = |place: usize| match &event.values()[place] {
            Value::Text(text) => text.clone(),
            Value::Null | Value::Integer(_) | Value::Bytes(_) | Value::Strange => String::new(),
        };
        let leaf = Leaf {
            action: text(4),
            officer: text(8),
            row_digest: digest(&event),
            ..Leaf::decode(bytes).expect("a leaf")
        };
        frontier.append(leaf_hash(&leaf.encode()));
        hashes.push(leaf_hash(&leaf.encode()));
        set(tables, "log_entry", place, 1, Value::Bytes(leaf.encode()));
    }
    sign(tables, &hashes);
    assert!(hashes.len() < 256, "no node is stored yet");
    set(tables, "ledger_head", 0, 2, Value::Bytes(frontier.root().to_vec()));
    set(tables, "ledger_head", 0, 3, Value::Bytes(frontier.to_bytes()));
}

#[test]
fn who_computes_everything_again_is_found_by_a_checkpoint_that_was_kept() {
    run(Backend::Sqlite, |database: TestDatabase| async move {
        story::live(&database, 0).await;
        let before = tables(&database).await;
        let known = newest(&judged(&before, None).await);
        let mut fitted = before.clone();
        fit(&mut fitted);
        let again = judged(&fitted, Some(&known)).await;
        assert!(
            again.faults.is_empty(),
            "who changes nothing makes the same: {:#?}",
            again.faults.list()
        );

        let place = before["event"]
            .iter()
            .position(|row| row.values()[4] == Value::from("register_officer"))
            .expect("an event");
        set(&mut fitted, "event", place, 8, Value::from("ke.gia.mao"));
        fit(&mut fitted);
        let mut without_keys = fitted.clone();
        for (place, row) in before["checkpoint"].iter().enumerate() {
            for column in [4, 5] {
                set(
                    &mut without_keys,
                    "checkpoint",
                    place,
                    column,
                    row.values()[column].clone(),
                );
            }
        }
        let found = judged(&without_keys, None).await;
        assert_eq!(
            found.faults.list()[0].what,
            What::Signature,
            "the hub's keys are needed too"
        );
        let alone = judged(&fitted, None).await;
        assert!(alone.faults.is_empty(), "it fits itself: {:#?}", alone.faults.list());
        let judgement = judged(&fitted, Some(&known)).await;
        assert_eq!(judgement.faults.list()[0].what, What::Rewritten);
    });
}

/// Makes every body that of a hub which sealed nothing.
fn unseal(tables: &mut Tables) {
    let masters: MasterKeys = content_keys().parse().expect("master keys");
    let keys = std::mem::take(tables.get_mut("content_key").expect("keys"));
    for key in keys {
        let [Value::Integer(index), Value::Text(master), Value::Bytes(wrapped)] = key.values() else {
            panic!("a key")
        };
        let place = tables["body"]
            .iter()
            .position(|row| row.values()[0] == Value::Integer(*index));
        let place = place.expect("a body");
        let Value::Bytes(sealed) = tables["body"][place].values()[3].clone() else {
            panic!("bytes")
        };
        let key = masters.unwrap(&entry_place(*index), master, wrapped).expect("a key");
        let opened = key.open_body(*index, sealed).expect("a body");
        set(tables, "body", place, 2, Value::Bytes(opened.salt.to_vec()));
        set(tables, "body", place, 3, Value::Bytes(opened.content));
    }
}

/// The log as a hub of before wrote it: no event says what stands beside it, and nothing is sealed.
fn before_beside(tables: &mut Tables) {
    unseal(tables);
    for place in 0..tables["event"].len() {
        let Value::Text(details) = &tables["event"][place].values()[12] else {
            panic!("details")
        };
        let mut details: serde_json::Map<String, serde_json::Value> = serde_json::from_str(details).expect("JSON");
        details.shift_remove("beside");
        let text = serde_json::to_string(&details).expect("JSON");
        set(tables, "event", place, 12, Value::Text(text));
    }
    fit(tables);
}

#[test]
fn keys_from_before_the_log_told_of_them_are_held_against_their_bodies() {
    run(Backend::Sqlite, |database: TestDatabase| async move {
        story::live_without_erasing(&database).await;
        let mut old = tables(&database).await;
        before_beside(&mut old);
        let judgement = judged(&old, None).await;
        assert!(judgement.faults.is_empty(), "{:#?}", judgement.faults.list());
        let keys = u64::try_from(old["idempotency"].len()).expect("a number");
        assert_eq!((judgement.keys, judgement.unbound_keys), (0, keys));

        for (place, column, value) in [
            (0, "agency", Value::from("GIA-LAP.NH.970998")),
            (1, "key", Value::from("another-key")),
            (2, "content_sha256", Value::Bytes(vec![7; 32])),
            (4, "entry_count", Value::Integer(0)),
        ] {
            let mut changed = old.clone();
            set(&mut changed, "idempotency", 3, place, value);
            let judgement = judged(&changed, None).await;
            let found = judgement.faults.list().first().map(|fault| (fault.table, fault.what));
            assert_eq!(found, Some(("idempotency", What::Added)), "{column}");
        }
        let mut added = old.clone();
        let delivery = old["event"]
            .iter()
            .find(|row| row.values()[4] == Value::from("advance"))
            .expect("a delivery");
        let mut values = old["idempotency"][3].values().to_vec();
        (values[1], values[3]) = (Value::from("forged-key"), delivery.values()[0].clone());
        added.get_mut("idempotency").expect("keys").push(Row::from(values));
        let judgement = judged(&added, None).await;
        assert_eq!(
            judgement.faults.list()[0].what,
            What::Added,
            "an entry without bytes used no key"
        );
    });
}
