//! A database that is away means "retry"; everything else is a fault of ours whose cause never leaves.

use lienthong::domain::error::ErrorCode;
use lienthong::domain::ids::CursorName;
use lienthong::domain::viewer::Viewer;

use crate::harness::agencies::BANK;
use crate::harness::{Order, TestLedger};

backends! {
    async fn a_closed_database_is_unavailable_with_a_retry_hint(database) {
        let store = database.store().await;
        store.close().await;
        let error = store.head().await.expect_err("closed");
        assert_eq!(error.code(), ErrorCode::Unavailable);
        assert!(error.retry_hint_millis().is_some());
    }

    async fn a_broken_schema_is_internal_and_its_cause_stays_inside(database) {
        let raw = database.raw().await;
        raw.execute("DROP TABLE mailbox_cursor").await.expect("dropped");
        let store = database.store().await;
        let error = store
            .cursor(&BANK.code(), &CursorName::intake())
            .await
            .expect_err("no such table");
        assert_eq!(error.code(), ErrorCode::Internal);
        assert!(
            error
                .cause()
                .is_some_and(|cause| cause.to_string().contains("mailbox_cursor"))
        );
        for text in [error.text().vi, error.text().en, error.to_string()] {
            assert!(!text.contains("mailbox_cursor"), "{text}");
        }
    }

    async fn a_row_that_does_not_parse_is_not_trusted(database) {
        let hub = TestLedger::start(&database).await;
        let request = hub.open(&Order::land(), "errors-1").await;
        let raw = database.raw().await;
        raw.execute("UPDATE enforcement_request SET state = 'LOST'")
            .await
            .expect("changed");
        let error = hub
            .store
            .request_of(&Viewer::whole(&request.sender), &request.id)
            .await
            .expect_err("an unknown state");
        assert_eq!(error.code(), ErrorCode::Internal);
    }
}
