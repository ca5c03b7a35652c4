//! The writer serves agencies by turns and releases first.

use lienthong::app::ledger::{LedgerSettings, Outcome};
use lienthong::domain::error::{ErrorCode, Result};
use lienthong::domain::event::Relation;
use lienthong::domain::ids::RelatedId;

use crate::harness::agencies::{BANK, LAND_OFFICE, THADS_37};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::ids::clock;
use crate::harness::{Order, TestLedger};

const BATCH: usize = 10;

fn settings() -> LedgerSettings {
    LedgerSettings {
        batch: BATCH,
        ..LedgerSettings::default()
    }
}

fn first_index(outcome: &Result<Outcome>) -> i64 {
    match outcome {
        Ok(Outcome::Done(receipts)) => receipts[0].log_index,
        other => panic!("it should have acted: {other:?}"),
    }
}

backends! {
    async fn a_flood_holds_up_neither_another_agency_nor_a_release(database) {
        let hub = TestLedger::start_bare(&database, clock(), 1, settings()).await;
        hub.register_all().await;
        let freeze = hub.open(&Order::freeze(&[BANK]), "the-freeze").await;
        let release = Order {
            kind: kind("freeze-release"),
            relations: vec![Relation {
                relation: "releases".to_owned(),
                related_id: RelatedId::Request(freeze.id.clone()),
            }],
            ..Order::freeze(&[BANK])
        };
        let flood = (0..300).map(|n| Order::land().submit(&format!("flood-{n:03}"), ""));
        let quiet = Order { sender: THADS_37, recipients: vec![LAND_OFFICE], ..Order::land() };
        let commands = flood.chain([quiet.submit("quiet-0001", ""), release.submit("release-001", "")]);
        let outcomes = hub.at_once(commands).await;
        let indexes: Vec<i64> = outcomes.iter().map(first_index).collect();
        let first = indexes[0];
        let batch = i64::try_from(BATCH).expect("small");
        assert!(indexes[300] - first < 3 * batch, "the quiet agency waits for no more than two batches: {}", indexes[300] - first);
        assert!(indexes[301] - first < 3 * batch, "nor does the release: {}", indexes[301] - first);
        assert!(indexes[..300].is_sorted(), "an agency's own commands stay in their order");
        audit(&database).await;
    }

    async fn places_are_kept_for_releases_when_the_queue_is_full(database) {
        let limits = LedgerSettings { queue: 20, queue_for_releases: 2, queue_per_agency: 10, ..settings() };
        let hub = TestLedger::start_bare(&database, clock(), 1, limits).await;
        hub.register_all().await;
        let freeze = hub.open(&Order::freeze(&[BANK]), "the-freeze").await;
        let release = Order {
            kind: kind("freeze-release"),
            relations: vec![Relation {
                relation: "releases".to_owned(),
                related_id: RelatedId::Request(freeze.id.clone()),
            }],
            ..Order::freeze(&[BANK])
        };
        let other = Order { sender: THADS_37, ..Order::land() };
        let of_one = (0..15).map(|n| Order::land().submit(&format!("one-{n:04}"), ""));
        let of_other = (0..15).map(|n| other.submit(&format!("other-{n:04}"), ""));
        let outcomes = hub.at_once(of_one.chain(of_other).chain([release.submit("release-001", "")])).await;
        let shed = |range: std::ops::Range<usize>| -> Vec<ErrorCode> {
            outcomes[range].iter().filter_map(|outcome| Some(outcome.as_ref().err()?.code())).collect()
        };
        assert_eq!(shed(0..15), [ErrorCode::Overloaded; 5], "ten of one agency wait");
        assert_eq!(shed(15..30), [ErrorCode::Overloaded; 7], "eighteen in all");
        assert!(shed(30..31).is_empty(), "and there is a place for the release");
        audit(&database).await;
    }
}
