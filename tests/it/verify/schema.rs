//! No table and no column can be forgotten: what the verifier reads is what the schema calls evidence or projection.

use std::collections::BTreeSet;

use lienthong::store::schema::{Class, TABLES};
use lienthong::verify::{Place, Source, VERIFIED, VerifyError};

use crate::harness::raw::Raw;

async fn opened(database: &crate::harness::TestDatabase) -> Result<(), VerifyError> {
    let place = Place::parse(&database.url()).expect("a place");
    Source::open(&place).await?.close().await;
    Ok(())
}

async fn columns(raw: &Raw, table: &str) -> BTreeSet<String> {
    let text = match raw {
        Raw::Sqlite(_) => format!("SELECT name FROM pragma_table_info('{table}')"),
        Raw::Postgres(_) => format!(
            "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 \
             AND NOT attisdropped"
        ),
    };
    raw.rows(text)
        .await
        .iter()
        .map(|row| row["name"].text().to_owned())
        .collect()
}

backends! {
    async fn every_column_of_every_table_that_is_no_operational_one_is_verified(database) {
        let raw = database.raw().await;
        let verified: BTreeSet<&str> = VERIFIED.iter().map(|select| select.table).collect();
        assert_eq!(verified.len(), VERIFIED.len(), "each once");
        let classed: BTreeSet<&str> = TABLES
            .iter()
            .filter(|(_, class)| *class != Class::Operational)
            .map(|(table, _)| *table)
            .collect();
        assert_eq!(verified, classed);
        for select in VERIFIED {
            let read: BTreeSet<String> = select.columns().into_iter().map(str::to_owned).collect();
            assert_eq!(read, columns(&raw, select.table).await, "{}", select.table);
        }
    }

    async fn a_schema_that_the_verifier_does_not_know_is_not_judged(database) {
        opened(&database).await.expect("ours");
        let raw = database.raw().await;
        raw.execute("ALTER TABLE officer ADD COLUMN secret TEXT").await.expect("added");
        let refused = opened(&database).await.expect_err("another schema");
        assert!(
            matches!(&refused, VerifyError::OtherSchema { column, is_there: true } if column == "officer.secret"),
            "{refused}"
        );
        raw.execute("ALTER TABLE officer DROP COLUMN secret").await.expect("dropped");
        raw.execute("ALTER TABLE officer DROP COLUMN scope").await.expect("dropped");
        let refused = opened(&database).await.expect_err("another schema");
        assert!(
            matches!(&refused, VerifyError::OtherSchema { column, is_there: false } if column == "officer.scope"),
            "{refused}"
        );
    }
}
