//! What must hold of every database at any time, as the offline verifier finds it: the log is dense and its tree is the
//! head's, every leaf is the digest of its row and its body, positions are dense, and the projections equal a replay of the
//! events. It reads by plain SELECTs of its own and shares nothing with the store.

use lienthong::store::rows::EventRow;
use lienthong::verify::{Outside, Place, Source, Verdict, verify};

use super::TestDatabase;
use super::raw::Raw;
use crate::kit::content_keys;

/// Checks everything; panics with what does not hold.
pub(crate) async fn audit(database: &TestDatabase) {
    let verdict = verdict(database).await;
    let faults: Vec<String> = verdict.faults.list().iter().map(|fault| format!("{fault:?}")).collect();
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        verdict.faults.count(),
        faults.join("\n")
    );
    assert!(verdict.replayed, "the projections were replayed");
    assert_eq!(verdict.unbound_keys, 0, "every key stands in the log");
}

/// What the verifier finds.
pub(crate) async fn verdict(database: &TestDatabase) -> Verdict {
    let place = Place::parse(&database.url()).expect("a place");
    let mut source = Source::open(&place).await.expect("a database of ours");
    let masters = content_keys().parse().expect("master keys");
    let outside = Outside {
        known: None,
        masters: Some(&masters),
    };
    let verdict = verify(&mut source, outside, &()).await.expect("it can be read");
    source.close().await;
    verdict
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
