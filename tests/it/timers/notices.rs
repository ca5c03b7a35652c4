//! What goes above the recipient's line goes when the sender's head lets it, and a stranger sees the notice alone.

use lienthong::domain::ids::CursorName;
use lienthong_proto::Rpc;
use lienthong_proto::v1;
use prost::Message as _;
use tonic::Code;

use super::world::{COMMITTEE, DEPARTMENT_OF_LAND, World};
use crate::harness::agencies::{BANK, Fixture, LAND_OFFICE, THADS};

async fn list(world: &World, agency: Fixture) -> Vec<v1::DraftedNotice> {
    let message = v1::ListNoticesRequest::default();
    let reply = world
        .client(agency)
        .await
        .send(Rpc::NoticeServiceListNotices, &message)
        .await;
    v1::ListNoticesResponse::decode(&*reply.expect("a page"))
        .expect("a page")
        .notices
}

async fn confirm(world: &World, agency: Fixture, index: i64, key: &str) -> Result<(), tonic::Status> {
    let message = v1::ConfirmNoticeRequest {
        idempotency_key: key.to_owned(),
        notice_index: index,
    };
    let reply = world
        .client(agency)
        .await
        .send(Rpc::NoticeServiceConfirmNotice, &message)
        .await;
    reply.map(drop)
}

/// What stands in the mailbox of an agency, read from the database: it has no connection in these tests.
async fn entries(world: &World, agency: Fixture) -> Vec<lienthong::app::mailbox::Entry> {
    let ask = lienthong::app::mailbox::Pull {
        agency: agency.code(),
        cursor: CursorName::intake(),
        limit: 100,
        wait: std::time::Duration::ZERO,
        include_documents: true,
    };
    world.hub.app().pull(&ask).await.expect("a page").entries
}

backends! {
    async fn a_draft_goes_when_the_senders_head_lets_it_and_once(database) {
        let world = World::start(&database).await;
        world.climb(&[(LAND_OFFICE, DEPARTMENT_OF_LAND)]).await;
        world.without_administration().await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        world.at("2026-12-21T09:00:00").await;
        assert_eq!(entries(&world, COMMITTEE).await.len(), 0, "only drafted");
        let drafts = list(&world, THADS).await;
        assert_eq!(drafts.len(), 3);
        assert_eq!(list(&world, BANK).await.len(), 0, "the sender's alone");
        let to_committee = drafts
            .iter()
            .find(|draft| draft.notice.as_ref().is_some_and(|notice| notice.addressee_agency_code == COMMITTEE.code_text()))
            .expect("the draft");
        let page = &to_committee.page_html;
        assert!(page.contains("Kính gửi") && page.contains("Điều 103"), "{page}");
        let refused = confirm(&world, LAND_OFFICE, to_committee.notice_index, "notice-stranger").await;
        assert_eq!(refused.expect_err("not the sender").code(), Code::NotFound);

        confirm(&world, THADS, to_committee.notice_index, "notice-confirm").await.expect("confirmed");
        confirm(&world, THADS, to_committee.notice_index, "notice-confirm").await.expect("the same again");
        let again = confirm(&world, THADS, to_committee.notice_index, "notice-twice").await;
        assert_eq!(again.expect_err("decided").code(), Code::FailedPrecondition);
        let told = entries(&world, COMMITTEE).await;
        assert_eq!(told.len(), 1);
        let notice = told[0].notice.as_ref().expect("a notice");
        assert_eq!((notice.notice.recipient.as_str(), notice.notice.clock.as_str()), (LAND_OFFICE.code_text(), "answer"));

        // Nobody is registered for the department: told so, never lost.
        let missing = drafts
            .iter()
            .find(|draft| draft.notice.as_ref().is_some_and(|notice| notice.addressee_missing))
            .expect("the draft");
        let refused = confirm(&world, THADS, missing.notice_index, "notice-missing").await;
        assert_eq!(refused.expect_err("nobody gets it").code(), Code::FailedPrecondition);
        let discard = v1::DiscardNoticeRequest {
            idempotency_key: "notice-discard".to_owned(),
            notice_index: missing.notice_index,
        };
        world.client(THADS).await.send(Rpc::NoticeServiceDiscardNotice, &discard).await.expect("discarded");
        let states: Vec<v1::NoticeState> = list(&world, THADS).await.iter().map(v1::DraftedNotice::state).collect();
        assert_eq!(states.iter().filter(|state| **state == v1::NoticeState::Drafted).count(), 1);
        assert!(states.contains(&v1::NoticeState::Confirmed) && states.contains(&v1::NoticeState::Discarded));
        drop(id);
        world.end(&database).await;
    }

    async fn who_is_no_party_sees_the_notice_and_nothing_else_of_the_request(database) {
        let world = World::start(&database).await;
        // A bank stands above the land office, for once: it has a connection here.
        world.climb(&[(LAND_OFFICE, BANK)]).await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        world.at("2026-12-02T09:00:00").await;
        let ask = v1::PullRequest { include_documents: true, ..Default::default() };
        let bank = world.client(BANK).await;
        let page = bank.mailbox().pull(ask).await.expect("a page").into_inner();
        assert_eq!(page.entries.len(), 1);
        let entry = &page.entries[0];
        let notice = entry.notice.as_ref().expect("a notice");
        assert_eq!(entry.action(), v1::Action::Escalate);
        assert_eq!((notice.tell(), notice.late_working_days), (v1::NoticeTell::Superior, 3));
        assert_eq!(notice.kind_title.as_ref().map(|title| title.vi.is_empty()), Some(false));
        assert_eq!((notice.sender_agency_code.as_str(), notice.recipient_agency_code.as_str()), (THADS.code_text(), LAND_OFFICE.code_text()));
        assert_eq!((&entry.enforcement_request, &entry.document, entry.text.as_str()), (&None, &None, ""));
        let get = v1::GetRequest { enforcement_request_id: id, include_documents: true };
        assert_eq!(bank.requests().get(get).await.expect_err("a stranger").code(), Code::NotFound);
        world.end(&database).await;
    }
}
