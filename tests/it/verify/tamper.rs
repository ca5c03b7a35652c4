//! Thousands of changes of the rows of a database at which everything has happened, each of them found by the real verifier,
//! and the first place named. `LIENTHONG_TAMPER` says how many (5,000; `make tamper` does 100,000), `LIENTHONG_TAMPER_SEED`
//! which. The rows are read once from a real database; what an intruder does to them is done in memory, where no trigger and
//! no constraint stands in the way, as none does of who owns the file.

use std::collections::BTreeMap;

use lienthong::verify::{Fault, Notes, Outside, Row, Source, Tables, Value, What, verify_again};

use super::attack::{Attack, Dice, any, systematic};
use super::{judged, newest, story, tables};
use crate::harness::database::setting;
use crate::harness::{Backend, TestDatabase, block_on_for};
use crate::kit::content_keys;

/// Each table is changed more often than this.
const ENOUGH: u64 = 50;

/// How long it may take, 100,000 changes included.
const LIMIT: std::time::Duration = std::time::Duration::from_mins(30);

fn number(name: &str, otherwise: u64) -> u64 {
    setting(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// The name of a row as a fault says it.
fn name(attack: &Attack, row: &Row) -> Vec<String> {
    let columns = attack.select.columns();
    let shown = |key: &&str| {
        let place = columns.iter().position(|column| column == key).expect("a key column");
        match &row.values()[place] {
            Value::Integer(number) => format!("{key}={number}"),
            // A long one is told by its beginning.
            Value::Text(text) => format!("{key}={}", text.chars().take(80).collect::<String>()),
            Value::Bytes(_) | Value::Null | Value::Strange => format!("{key}="),
        }
    };
    attack.select.key.iter().map(shown).collect()
}

/// Whether the fault is the root of the first checkpoint over the entry that was changed, whose content is erased: nothing is left
/// that the digest of the content in its leaf could be held against, so that the tree alone tells.
fn is_told_by_the_tree(attack: &Attack, before: &Tables, fault: &Fault) -> bool {
    let first = |row: &Row| match row.values()[0] {
        Value::Integer(number) => number,
        Value::Text(_) | Value::Bytes(_) | Value::Null | Value::Strange => panic!("a number"),
    };
    if (attack.select.table, fault.table, fault.what) != ("log_entry", "checkpoint", What::Root) {
        return false;
    }
    let index = first(&before["log_entry"][attack.row]);
    let is_erased = before["erased_content"].iter().any(|row| first(row) == index);
    let over = before["checkpoint"]
        .iter()
        .map(first)
        .filter(|size| *size > index)
        .min();
    is_erased && over.is_some_and(|size| fault.row.contains(&format!("tree_size={size}")))
}

/// The first fault is about the table that was changed, and about its row where that still has its name.
fn is_named(attack: &Attack, before: &Tables, fault: &Fault) -> bool {
    if is_told_by_the_tree(attack, before, fault) {
        return true;
    }
    // A leaf, its event and its body are held against each other, under one index.
    let tables: &[&str] = match attack.select.table {
        "log_entry" => &["log_entry", "event", "body"],
        table => &[table],
    };
    let is_table = tables.contains(&fault.table);
    let is_row = !attack.keeps_key() || {
        let row = &before[attack.select.table][attack.row];
        let parts = name(attack, row);
        parts.iter().all(|part| fault.row.contains(part.as_str()))
    };
    is_table && is_row
}

/// Tries one; says what it was if it was not found.
async fn try_one(
    attack: &Attack,
    before: &Tables,
    found: &mut BTreeMap<&'static str, u64>,
    notes: &mut Notes,
) -> Option<String> {
    let rows = attack.on(before)?;
    let mut tables = before.clone();
    tables.insert(attack.select.table, rows);
    let mut source = Source::held(tables);
    let masters = content_keys().parse().expect("master keys");
    let outside = Outside {
        known: None,
        masters: Some(&masters),
    };
    let verdict = verify_again(&mut source, outside, &(), notes)
        .await
        .expect("memory can be read");
    *found.entry(attack.select.table).or_default() += 1;
    match verdict.faults.list().first() {
        None => Some(format!("undetected: {attack:?}")),
        Some(fault) if !is_named(attack, before, fault) => Some(format!("{attack:?} is called {fault:?}")),
        Some(_) => None,
    }
}

#[test]
fn no_change_of_any_column_of_any_table_goes_undetected() {
    block_on_for(LIMIT, async {
        let (wanted, seed) = (number("LIENTHONG_TAMPER", 5_000), number("LIENTHONG_TAMPER_SEED", 7));
        let database = TestDatabase::create(Backend::Sqlite).await;
        story::live(&database, 110).await;
        let before = tables(&database).await;
        newest(&judged(&before, None).await);

        let mut dice = Dice(seed);
        let (mut found, mut notes) = (BTreeMap::new(), Notes::default());
        let mut wrong = Vec::new();
        for attack in systematic(&before, &mut dice) {
            wrong.extend(try_one(&attack, &before, &mut found, &mut notes).await);
        }
        while found.values().sum::<u64>() < wanted || found.values().any(|tried| *tried <= ENOUGH) {
            let attack = any(&before, &mut dice);
            wrong.extend(try_one(&attack, &before, &mut found, &mut notes).await);
        }
        let shown: Vec<&String> = wrong.iter().take(20).collect();
        assert!(
            wrong.is_empty(),
            "LIENTHONG_TAMPER_SEED={seed}: {} of {found:?}: {shown:#?}",
            wrong.len()
        );
        for (table, rows) in &before {
            assert!(!rows.is_empty(), "{table} holds rows");
            assert!(found[table] > ENOUGH, "{table} was changed {} times", found[table]);
        }
    });
}

#[test]
fn the_story_has_something_in_every_column() {
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        story::live(&database, 1).await;
        for (table, rows) in tables(&database).await {
            let select = lienthong::verify::VERIFIED.iter().find(|select| select.table == table);
            for (place, column) in select.expect("a table").columns().into_iter().enumerate() {
                let is_empty = rows.iter().all(|row| row.values()[place] == Value::Null);
                assert!(!is_empty, "{table}.{column}");
            }
        }
    });
}

backends! {
    async fn what_the_hub_wrote_raises_no_alarm(database) {
        story::live(&database, 60).await;
        let before = tables(&database).await;
        let verdict = judged(&before, None).await;
        let known = newest(&verdict);
        assert!(verdict.replayed && verdict.unbound_keys == 0, "{verdict:?}");
        for (table, count) in [
            ("checkpoint", verdict.checkpoints),
            ("body", verdict.bodies),
            ("idempotency", verdict.keys),
            ("enforcement_request", verdict.requests),
            ("log_entry", known.size),
        ] {
            assert_eq!(Ok(before[table].len()), usize::try_from(count), "{table}");
        }
        assert_eq!(judged(&before, Some(&known)).await.contains, Some(known.size));
    }
}

#[test]
fn a_body_that_was_wiped_is_missed() {
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        story::live(&database, 0).await;
        let mut tables = tables(&database).await;
        let bodies = tables.get_mut("body").expect("bodies");
        let mut values = bodies[3].values().to_vec();
        values[3] = Value::Null;
        bodies[3] = Row::from(values);
        let verdict = judged(&tables, None).await;
        let fault = &verdict.faults.list()[0];
        assert_eq!((fault.table, fault.what), ("body", What::Content));
    });
}
