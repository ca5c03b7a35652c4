//! Every SQL text of the hub is understood by its database, and no column or parameter is narrower than we count.

use lienthong::store::sql_catalogue;
use sqlx::{Column as _, Either, Executor as _, SqlSafeStr as _, Statement as _, TypeInfo as _};

use crate::harness::raw::Raw;

/// Types that PostgreSQL may tell us of: text, 64-bit integers, bytes, flags, and JSON for sets of keys.
const TYPES: &[&str] = &[
    "TEXT", "INT8", "BYTEA", "BOOL", "JSON", "TEXT[]", "INT8[]", "BYTEA[]", "BOOL[]",
];

backends! {
    async fn every_text_is_prepared(database) {
        let raw = database.raw().await;
        let texts = sql_catalogue();
        assert!(
            texts.len() > 100,
            "the catalogue holds the bulk texts too: {}",
            texts.len()
        );
        let mut faults = Vec::new();
        for (name, sql) in texts {
            if let Err(fault) = prepare(&raw, sql.sqlite, sql.postgres).await {
                faults.push(format!("{name}: {fault}"));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

/// Prepares the text of this database on a connection, outside a transaction.
async fn prepare(raw: &Raw, sqlite: &'static str, postgres: &'static str) -> Result<(), String> {
    let types: Vec<String> = match raw {
        Raw::Sqlite(pool) => {
            pool.prepare(sqlite.into_sql_str())
                .await
                .map_err(|error| error.to_string())?;
            Vec::new()
        }
        Raw::Postgres(pool) => {
            let statement = pool
                .prepare(postgres.into_sql_str())
                .await
                .map_err(|error| error.to_string())?;
            let parameters = match statement.parameters() {
                Some(Either::Left(types)) => types.iter().map(|known| known.name().to_owned()).collect(),
                Some(Either::Right(_)) | None => Vec::new(),
            };
            // A constant has no name; nobody reads it.
            let columns = statement.columns().iter().filter(|column| column.name() != "?column?");
            columns
                .map(|column| column.type_info().name().to_owned())
                .chain(parameters)
                .collect()
        }
    };
    match types.iter().find(|name| !TYPES.contains(&name.as_str())) {
        Some(name) => Err(format!("a column or parameter is {name}")),
        None => Ok(()),
    }
}
