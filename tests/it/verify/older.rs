//! An older copy, brought back whole, is sound in itself: only what somebody outside has kept shows it. Brought back in part it
//! shows by itself.

use lienthong::app::ledger::LedgerSettings;
use lienthong::verify::{Tables, VERIFIED, What};

use super::{judged, kept, newest, story, tables};
use crate::harness::ids::clock;
use crate::harness::{Order, TestLedger};

/// Where a table of one state differs from the other.
fn differ<'a>(older: &'a Tables, newer: &'a Tables) -> impl Iterator<Item = &'static str> + 'a {
    let tables = VERIFIED.iter().map(|select| select.table);
    tables.filter(|table| older[table] != newer[table])
}

backends! {
    async fn an_older_copy_is_found_by_a_newer_checkpoint_and_by_nothing_else(database) {
        story::live(&database, 20).await;
        let older = tables(&database).await;
        let before = newest(&judged(&older, None).await);
        let later = clock();
        later.advance_micros(90 * 24 * 3_600 * 1_000_000);
        // Another hub, whose keys come into the log first.
        let hub = TestLedger::start_bare(&database, later, 9, LedgerSettings::default()).await;
        hub.open(&Order::land(), "one-more-order").await;
        hub.stop().await;
        let newer = tables(&database).await;
        let after = newest(&judged(&newer, None).await);
        assert_eq!(after.size, before.size + 2);

        let judgement = judged(&newer, Some(&before)).await;
        assert!(judgement.faults.is_empty(), "an older checkpoint is contained: {:?}", judgement.faults.list());
        assert_eq!(judgement.contains, Some(before.size));

        assert!(judged(&older, None).await.faults.is_empty());
        let judgement = judged(&older, Some(&after)).await;
        let [fault] = judgement.faults.list() else { panic!("{:?}", judgement.faults.list()) };
        assert_eq!((fault.what, fault.row.as_str()), (What::CutOff, format!("log_index={}", before.size).as_str()));

        let mut rolled_back = 0;
        for table in differ(&older, &newer) {
            let mut mixed = newer.clone();
            mixed.insert(table, older[table].clone());
            let judgement = judged(&mixed, None).await;
            assert!(!judgement.faults.is_empty(), "{table} alone is older");
            rolled_back += 1;
        }
        assert!(rolled_back > 8, "{rolled_back} tables were brought back alone");
    }

    async fn another_hub_s_checkpoint_and_another_tree_are_refused(database) {
        story::live(&database, 0).await;
        let tables = tables(&database).await;
        let known = newest(&judged(&tables, None).await);
        let other_hub = lienthong::verify::Known { origin: "another.hub".to_owned(), ..known.clone() };
        assert_eq!(judged(&tables, Some(&other_hub)).await.faults.list()[0].what, What::OtherHub);
        let other_root = kept(known.size - 3, [7; 32]);
        let judgement = judged(&tables, Some(&other_root)).await;
        assert_eq!(judgement.faults.list()[0].what, What::Rewritten);
        assert_eq!(judgement.contains, None);
    }
}
