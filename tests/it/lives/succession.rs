//! An agency's successor: what it had is the other's from then on.

use std::time::Duration;

use lienthong_proto::v1;

use crate::harness::agencies::{BANK, BANK_2, OPERATOR, THADS};
use crate::harness::wire::reason;

use super::life::Life;
use super::world::World;

/// Waits until the hub's own work has passed the request on.
pub(super) async fn passed_on(life: &Life<'_>) {
    let ask = v1::GetRequest {
        enforcement_request_id: life.id.clone(),
        include_documents: false,
    };
    for _ in 0..300 {
        let reply = life
            .world
            .client(THADS)
            .requests()
            .get(ask.clone())
            .await
            .expect("a request")
            .into_inner();
        if reply.enforcement_request.expect("a request").recipient_agency_code == BANK_2.code_text() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the hub does its own work within 15 seconds");
}

backends! {
    async fn a_bank_that_took_over_another_goes_on_with_its_requests_and_measures(database) {
        let world = World::start(&database).await;
        let open = world.open("account-freeze", THADS, BANK).await;
        let held = world.open("account-freeze", THADS, BANK).await;
        held.answer("HELD_FULL").await;
        let over = world.open("account-information", THADS, BANK).await;
        over.answer("NOT_FOUND").await;
        over.close().await;
        let before = world.book(BANK, "").await.expect("its book");
        assert_eq!(before, [("1/2026".to_owned(), held.id.clone()), ("2/2026".to_owned(), over.id.clone())]);

        let mut agencies = world.client(OPERATOR).agencies();
        let ask = v1::GetAgencyRequest { code: BANK.code_text().to_owned() };
        let agency = agencies.get_agency(ask).await.expect("an agency").into_inner().agency.expect("an agency");
        let ended = v1::Agency { successor_code: BANK_2.code_text().to_owned(), ..agency };
        let ask = v1::UpdateAgencyRequest { idempotency_key: world.key(), agency: Some(ended) };
        agencies.update_agency(ask).await.expect("updated");
        passed_on(&open).await;
        passed_on(&held).await;

        let [open, held] = [open, held].map(|life| Life { recipient: BANK_2, ..life });
        assert_eq!(open.state().await, "SUBMITTED");
        let entries = world.entries(BANK_2, &open.id).await;
        assert_eq!(entries.len(), 1, "it finds the request in its mailbox");
        open.acknowledge().await;
        open.answer("NO_CLIENT").await;
        open.close().await;
        assert_eq!(held.held().await, "VND 153500000");
        held.correct("NO_CLIENT").await;
        held.close().await;
        assert_eq!(held.names().await, "submit answer_final succeed correct close");
        assert_eq!(open.names().await, "submit succeed acknowledge answer_final close");
        // The book of before stays whole, and the successor keeps it; it has its own from then on.
        let own = world.book(BANK_2, "").await.expect("its own book");
        assert_eq!(own, [("1/2026".to_owned(), open.id.clone())]);
        assert_eq!(world.book(BANK_2, BANK.code_text()).await.expect("the former book"), before);
        for (who, whose) in [(THADS, BANK), (BANK_2, THADS), (BANK, BANK_2)] {
            assert_eq!(reason(&world.book(who, whose.code_text()).await.expect_err("not its book")), "AGENCY_NOT_FOUND");
        }
        assert_eq!(reason(&world.book(THADS, "KHONG.CO").await.expect_err("no such agency")), "AGENCY_NOT_FOUND");

        let order = world.order("account-freeze", THADS, &[BANK], |_| {});
        assert_eq!(reason(&world.send(THADS, &order).await.expect_err("it has ended")), "RECIPIENT_UNKNOWN");
        world.end(&database).await;
    }
}
