//! The same on real files and servers: the triggers fall first, as an intruder's first act, then a row is changed by SQL.

use std::collections::BTreeMap;

use lienthong::verify::{VERIFIED, Verdict};

use super::attack::Dice;
use super::story;
use crate::harness::audit::verdict;
use crate::harness::raw::{Raw, Row, Value};
use crate::harness::{Backend, TestDatabase, block_on_for};

/// Changes by SQL on each database.
const CHANGES: usize = 150;

const LIMIT: std::time::Duration = std::time::Duration::from_mins(10);

/// What an owner of the database can do with the guards of the evidence.
async fn drop_triggers(raw: &Raw) {
    match raw {
        Raw::Sqlite(_) => {
            for row in raw.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'").await {
                let drop = format!("DROP TRIGGER {}", row["name"].text());
                raw.execute(drop).await.expect("dropped");
            }
        }
        Raw::Postgres(_) => {
            for table in ["log_entry", "checkpoint", "event", "idempotency", "body"] {
                let disable = format!("ALTER TABLE {table} DISABLE TRIGGER USER");
                raw.execute(disable).await.expect("disabled");
            }
        }
    }
}

/// A value as SQL text. Flags are booleans on PostgreSQL.
fn literal(raw: &Raw, table: &str, column: &str, value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) if is_flag(table, column) && matches!(raw, Raw::Postgres(_)) => {
            (*number != 0).to_string()
        }
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Bytes(bytes) => {
            let hex = bytes
                .iter()
                .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
            match raw {
                Raw::Sqlite(_) => format!("x'{hex}'"),
                Raw::Postgres(_) => format!("'\\x{hex}'::bytea"),
            }
        }
    }
}

fn is_flag(table: &str, column: &str) -> bool {
    // A count may bear the name of a flag.
    table != "response_count"
        && matches!(
            column,
            "cited" | "extended" | "in_force" | "late" | "lifted" | "suspended"
        )
}

fn other(table: &str, column: &str, value: &Value, dice: u64) -> Value {
    match value {
        Value::Integer(number) if is_flag(table, column) => Value::Integer(1 - number),
        Value::Integer(number) => Value::Integer(number + 1 + i64::try_from(dice % 9).expect("a number")),
        Value::Text(text) => Value::Text(format!("{text}x")),
        Value::Bytes(bytes) => {
            let mut bytes = bytes.clone();
            match bytes.last_mut() {
                Some(byte) => *byte ^= 1,
                None => bytes.push(1),
            }
            Value::Bytes(bytes)
        }
        Value::Null => Value::Null,
    }
}

/// The key of a row, as a condition.
fn condition(raw: &Raw, table: &str, key: &[&str], row: &Row) -> String {
    let parts = key
        .iter()
        .map(|column| format!("{column} = {}", literal(raw, table, column, &row[*column])));
    parts.collect::<Vec<_>>().join(" AND ")
}

fn first(verdict: &Verdict) -> String {
    verdict
        .faults
        .list()
        .first()
        .map(|fault| format!("{fault:?}"))
        .unwrap_or_default()
}

/// The primary key of each table, where the name that people read is shorter.
fn key(table: &str, named: &'static [&'static str]) -> &'static [&'static str] {
    if table == "idempotency" {
        &["agency", "key"]
    } else {
        named
    }
}

async fn change_and_change_back(database: &TestDatabase, wanted: usize) -> BTreeMap<&'static str, usize> {
    let raw = database.raw().await;
    drop_triggers(&raw).await;
    let mut dice = Dice(11);
    let mut found = BTreeMap::new();
    while found.values().sum::<usize>() < wanted {
        let select = VERIFIED[dice.below(VERIFIED.len())];
        let (table, key) = (select.table, key(select.table, select.key));
        let rows = raw.table(table).await;
        let row = &rows[dice.below(rows.len())];
        let columns = select.columns();
        let column = columns[dice.below(columns.len())];
        let here = condition(&raw, table, key, row);
        let changed = other(table, column, &row[column], dice.throw());
        let (act, undo) = if dice.below(5) == 0 {
            let values = columns.iter().map(|column| literal(&raw, table, column, &row[*column]));
            let values = values.collect::<Vec<_>>().join(", ");
            let insert = format!("INSERT INTO {table} ({}) VALUES ({values})", columns.join(", "));
            (format!("DELETE FROM {table} WHERE {here}"), insert)
        } else if changed != row[column] {
            let mut moved = row.clone();
            moved.insert(column.to_owned(), changed.clone());
            let there = condition(&raw, table, key, &moved);
            let set = |value: &Value, at: &str| {
                format!(
                    "UPDATE {table} SET {column} = {} WHERE {at}",
                    literal(&raw, table, column, value)
                )
            };
            (set(&changed, &here), set(&row[column], &there))
        } else {
            continue;
        };
        // The tables' own checks refuse some of it.
        if raw.execute(act.clone()).await != Ok(1) {
            continue;
        }
        let judgement = verdict(database).await;
        assert!(!judgement.faults.is_empty(), "undetected: {act}");
        let named = judgement.faults.list()[0].table;
        assert!(
            named == table || table == "log_entry" && named == "event",
            "{act} is called {}",
            first(&judgement)
        );
        raw.execute(undo.clone())
            .await
            .unwrap_or_else(|error| panic!("{undo}: {error}"));
        *found.entry(table).or_default() += 1;
    }
    let judgement = verdict(database).await;
    assert!(
        judgement.faults.is_empty(),
        "all of it was undone: {}",
        first(&judgement)
    );
    found
}

fn every_change_by_sql_is_found(backend: Backend) {
    if !backend.is_available() {
        return;
    }
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(backend).await;
        story::live(&database, 10).await;
        let found = change_and_change_back(&database, CHANGES).await;
        assert!(found.len() > 15, "{found:?}");
    });
}

#[test]
fn every_change_by_sql_is_found_sqlite() {
    every_change_by_sql_is_found(Backend::Sqlite);
}

#[test]
fn every_change_by_sql_is_found_postgres() {
    every_change_by_sql_is_found(Backend::Postgres);
}
