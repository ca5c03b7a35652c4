//! Both databases have the same schema, and the list of tables is the schema's.

use std::collections::{BTreeMap, BTreeSet};

use lienthong::store::schema::TABLES;

use crate::harness::database::migrations;
use crate::harness::raw::{Raw, Row};
use crate::harness::{Backend, TestDatabase, run};

/// Columns of a table: name to type, whether NULL is allowed, and place in the primary key (0: none).
type Columns = BTreeMap<String, (String, bool, i64)>;

const SQLITE_TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
const POSTGRES_TABLES: &str = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'";

async fn tables(raw: &Raw) -> BTreeSet<String> {
    let text = match raw {
        Raw::Sqlite(_) => SQLITE_TABLES,
        Raw::Postgres(_) => POSTGRES_TABLES,
    };
    raw.rows(text)
        .await
        .iter()
        .map(|row| row["name"].text().to_owned())
        .collect()
}

async fn columns(raw: &Raw, table: &str) -> Columns {
    let text = match raw {
        Raw::Sqlite(_) => format!(
            "SELECT name, type, CASE \"notnull\" WHEN 1 THEN 'no' ELSE 'yes' END AS nullable, pk \
             FROM pragma_table_info('{table}')"
        ),
        Raw::Postgres(_) => format!(
            "SELECT a.attname::text AS name, format_type(a.atttypid, NULL) AS type, \
             CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END AS nullable, \
             COALESCE(array_position(i.indkey::smallint[], a.attnum), -1)::bigint + 1 AS pk \
             FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary \
             WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        ),
    };
    let column = |row: &Row| {
        let kind = match row["type"].text() {
            "TEXT" | "text" => "text",
            // STRICT tables of SQLite have no flags.
            "INTEGER" | "bigint" | "boolean" => "integer",
            "BLOB" | "bytea" => "bytes",
            other => panic!("{table}: {other} is no type of ours"),
        };
        (
            row["name"].text().to_owned(),
            (kind.to_owned(), row["nullable"].text() == "yes", row["pk"].integer()),
        )
    };
    raw.rows(text).await.iter().map(column).collect()
}

/// Indexes beside the primary key: name to table, columns, whether it is unique and whether it is partial.
async fn indexes(raw: &Raw) -> BTreeMap<String, String> {
    let text = match raw {
        Raw::Sqlite(_) => {
            "SELECT l.name AS name, m.name || '(' || \
             (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno)) || ')' || \
             CASE l.\"unique\" WHEN 1 THEN ' unique' ELSE '' END || CASE l.partial WHEN 1 THEN ' partial' ELSE '' END \
             AS text FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table' AND l.origin <> 'pk'"
        }
        Raw::Postgres(_) => {
            "SELECT c.relname::text AS name, t.relname || '(' || \
             (SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY k(column_number, place) \
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.column_number) || ')' || \
             CASE WHEN i.indisunique THEN ' unique' ELSE '' END || CASE WHEN i.indpred IS NULL THEN '' ELSE ' partial' END \
             AS text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid \
             JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public' AND NOT i.indisprimary"
        }
    };
    let rows = raw.rows(text).await;
    rows.iter()
        .map(|row| (row["name"].text().to_owned(), row["text"].text().to_owned()))
        .collect()
}

backends! {
    async fn every_table_is_listed_with_its_class(database) {
        let listed: BTreeSet<String> = TABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(tables(&database.raw().await).await, listed);
        assert_eq!(TABLES.len(), listed.len(), "no table is listed twice");
    }
}

#[test]
fn both_databases_have_the_same_schema() {
    run(Backend::Postgres, async |postgres| {
        let file = TestDatabase::create(Backend::Sqlite).await;
        let sqlite = file.raw().await;
        let postgres = postgres.raw().await;
        for (table, _) in TABLES {
            // sqlx makes its own table, in its own way on each database.
            if !table.starts_with('_') {
                assert_eq!(
                    columns(&sqlite, table).await,
                    columns(&postgres, table).await,
                    "table {table}"
                );
            }
        }
        assert_eq!(indexes(&sqlite).await, indexes(&postgres).await);
    });
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder| migrations(folder).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names("sqlite"), names("postgres"));
    for (name, number) in names("sqlite").iter().zip(1..) {
        assert!(
            name.starts_with(&format!("{number:04}_")),
            "numbers have no gap: {name}"
        );
    }
}
