//! Cursors move forward only; passing an entry with `intake` is what delivered means.

use lienthong::app::ledger::command::Statement;
use lienthong::domain::error::ErrorCode;
use lienthong::domain::ids::CursorName;
use lienthong::domain::mailbox::Lane;
use lienthong::domain::viewer::Viewer;
use lienthong::domain::workflow::{Action, State};

use crate::harness::agencies::{BANK, LAND_OFFICE};
use crate::harness::audit::audit;
use crate::harness::commands::advance;
use crate::harness::{Order, TestLedger};

backends! {
    async fn a_cursor_does_not_pass_the_end(database) {
        let hub = TestLedger::start(&database).await;
        hub.open(&Order::land(), "one-entry").await;
        let before = database.raw().await.counts().await;
        for (lane, position) in [
            (Lane::Normal, 2),
            (Lane::Normal, -1),
            (Lane::Urgent, 1),
            (Lane::Normal, i64::MAX),
        ] {
            let beyond = advance(LAND_OFFICE, "intake", &[(lane, position)]);
            assert_eq!(
                hub.refused(beyond).await,
                ErrorCode::PositionOutOfRange,
                "{lane} {position}"
            );
        }
        let one_bad = advance(LAND_OFFICE, "intake", &[(Lane::Normal, 1), (Lane::Urgent, 1)]);
        assert_eq!(
            hub.refused(one_bad).await,
            ErrorCode::PositionOutOfRange,
            "all or nothing"
        );
        assert_eq!(database.raw().await.counts().await, before);
    }

    async fn going_back_or_standing_still_is_no_change_and_no_error(database) {
        let hub = TestLedger::start(&database).await;
        for n in 0..3 {
            hub.open(&Order::land(), &format!("entry-{n:03}")).await;
        }
        assert_eq!(
            hub.done(advance(LAND_OFFICE, "intake", &[(Lane::Normal, 2)]))
                .await
                .len(),
            1
        );
        let before = database.raw().await.counts().await;
        for position in [2, 1, 0] {
            assert_eq!(
                hub.done(advance(LAND_OFFICE, "intake", &[(Lane::Normal, position)]))
                    .await,
                []
            );
        }
        assert_eq!(database.raw().await.counts().await, before);
        let cursor = hub
            .store
            .cursor(&LAND_OFFICE.code(), &CursorName::intake())
            .await
            .expect("a cursor");
        assert_eq!(cursor.get(&Lane::Normal), Some(&2));
        audit(&database).await;
    }

    async fn only_intake_delivers_and_one_entry_covers_the_range(database) {
        let hub = TestLedger::start(&database).await;
        let requests = [
            hub.open(&Order::freeze(&[BANK]), "delivered-1").await,
            hub.open(&Order::freeze(&[BANK]), "delivered-2").await,
            hub.open(&Order::freeze(&[BANK]), "delivered-3").await,
        ];
        assert_eq!(
            hub.done(advance(BANK, "archive", &[(Lane::Normal, 3)])).await,
            [],
            "another cursor leaves no trace"
        );
        let receipts = hub.done(advance(BANK, "intake", &[(Lane::Normal, 2)])).await;
        assert_eq!(receipts.len(), 1);
        let mut states = Vec::new();
        for (number, request) in requests.iter().enumerate() {
            hub.done(request.step(&format!("withdraw-{number}"), Action::Withdraw, Statement::default()))
                .await;
            let request = hub
                .store
                .request_of(&Viewer::whole(&request.sender), &request.id)
                .await
                .expect("a query")
                .expect("a request");
            states.push(request.state);
        }
        assert_eq!(
            states,
            [State::WithdrawalPending, State::WithdrawalPending, State::Withdrawn]
        );
        audit(&database).await;
    }
}
