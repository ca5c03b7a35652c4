//! A whole erasure: what two persons do, what is gone then, and what stays.

use lienthong_proto::{Rpc, v1};
use tonic::Code;

use super::world::{World, ask, propose};
use crate::documents::exchange::{download, files, pdf};
use crate::harness::agencies::{BANK, BANK_2, THADS};
use crate::harness::audit::audit;
use crate::harness::wire::reason;

/// After the ten years of every kind.
const LATER: &str = "2037-03-01T09:00";

backends! {
    async fn two_persons_erase_what_is_kept_no_longer_and_the_proofs_stay(database) {
        let world = World::start(&database).await;
        let content = pdf(3_000);
        let document = world.upload(&content).await;
        let id = world.closed_enquiry(&[&content]).await;
        let receipt_of = |id: String| v1::GetReceiptRequest {
            entry: Some(v1::get_receipt_request::Entry::EnforcementRequestId(id)),
        };
        let before: v1::GetReceiptResponse =
            ask(&world.land, Rpc::EvidenceServiceGetReceipt, &receipt_of(id.clone())).await.expect("a receipt");
        assert!(world.due(&world.first).await.is_empty(), "it has just ended");

        world.at(LATER);
        let due = world.due(&world.first).await;
        assert_eq!(due.len(), 1);
        assert_eq!((due[0].enforcement_request_id.as_str(), due[0].order_id.as_str()), (id.as_str(), id.as_str()));
        assert_eq!((due[0].retention_years, due[0].kept_through_date.as_str()), (10, "2036-11-20"));
        assert!(due[0].hindrances.is_empty());
        assert!(world.due(&world.land).await.is_empty(), "the order is the sender's");

        let proposed = world.propose(&world.first, &id).await.expect("proposed");
        let proposal = proposed.erasure.expect("a proposal");
        let receipt = proposed.receipt.expect("a receipt");
        assert_eq!((receipt.action(), receipt.log_index), (v1::Action::ProposeErasure, proposal.proposal_index));
        assert_eq!((proposal.state(), proposal.reason.as_str()), (v1::ErasureState::Proposed, "Hết thời hạn lưu"));
        assert_eq!(world.erasures(&world.second, true).await, std::slice::from_ref(&proposal));
        assert_eq!(world.get(&world.first, &id).await.documents.len(), 2, "nothing is gone yet");

        let decided = world.decide(&world.second, proposal.proposal_index, v1::ErasureDecision::Confirm).await;
        let decided = decided.expect("confirmed");
        assert_eq!(decided.receipt.expect("a receipt").action(), v1::Action::Erase);
        let erasure = decided.erasure.expect("an erasure");
        assert_eq!(erasure.state(), v1::ErasureState::Erased);
        assert!(erasure.decision_index > Some(proposal.proposal_index));
        assert!(world.erasures(&world.second, true).await.is_empty());
        assert!(world.due(&world.first).await.is_empty());

        for client in [&world.first, &world.land] {
            let shown = world.get(client, &id).await;
            let request = shown.enforcement_request.expect("the envelope");
            assert!(request.content_erased && request.state() == v1::State::Closed);
            assert_eq!((shown.documents.len(), shown.omitted_documents), (0, 0));
            let attached = shown.attachments[0].document.as_ref().expect("what it was");
            assert!(attached.content_erased && attached.name.is_empty() && attached.size == i64::try_from(content.len()).expect("small"));
            let refused = download(client, &document, 0).await.expect_err("its bytes are gone");
            assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "CONTENT_ERASED"));
            let ask_events = v1::ListEventsRequest { enforcement_request_id: id.clone(), ..Default::default() };
            let events = client.requests().list_events(ask_events).await.expect("events").into_inner().events;
            assert_eq!(events.len(), 3);
            assert!(events.iter().all(|event| event.content_sha256.is_empty()));
            let pull = v1::PullRequest { include_documents: true, ..Default::default() };
            let entries = client.mailbox().pull(pull).await.expect("a page").into_inner().entries;
            assert!(!entries.is_empty() && entries.iter().all(|entry| entry.document.is_none()));
        }
        let after: v1::GetReceiptResponse =
            ask(&world.land, Rpc::EvidenceServiceGetReceipt, &receipt_of(id.clone())).await.expect("a receipt");
        let proof = |told: &v1::GetReceiptResponse| {
            let receipt = told.receipts[0].receipt.clone().expect("a receipt");
            (receipt.leaf, receipt.inclusion_proof, receipt.checkpoint)
        };
        assert_eq!(proof(&after), proof(&before), "the proof of what was accepted is the same");
        assert!(after.receipts[0].content_salt.is_empty());
        while files(&database).contains(&document) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn an_erased_order_is_found_by_no_account_any_more(database) {
        let world = World::start(&database).await;
        let bank = world.hub.client(BANK).await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let id = world.send("account-freeze", &[BANK], |_| {}).await.remove(0);
            world.answer(&bank, "account-freeze", "NO_CLIENT", BANK, &id).await;
            world.close(&id).await;
            ids.push(id);
        }
        let found = async || {
            let ask = v1::ListAccountHoldsRequest { account: "0011004001234".to_owned(), ..Default::default() };
            let page = bank.requests().list_account_holds(ask).await.expect("a page").into_inner();
            let ids = page.holds.into_iter().filter_map(|hold| hold.enforcement_request);
            ids.map(|order| order.enforcement_request_id).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(found().await, ids.iter().cloned().collect());
        world.at(LATER);
        world.erase(&ids[0]).await;
        assert_eq!(found().await, [ids[1].clone()].into());
        assert_eq!(database.raw().await.count("account_document").await, 1);
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn nobody_alone_and_no_other_agency_erases_anything(database) {
        let world = World::start(&database).await;
        let id = world.closed_enquiry(&[]).await;
        super::world::register(&world.first, "chv.hep", v1::OfficerScope::Own).await;
        let narrow = world.hub.officer(THADS, "chv.hep").await;
        let bank = world.hub.client(BANK).await;
        world.at(LATER);
        for (client, code) in [
            (&world.land, "METHOD_NOT_ALLOWED"),
            (&bank, "REQUEST_NOT_FOUND"),
            (&narrow, "OFFICER_SCOPE_TOO_NARROW"),
        ] {
            let refused = world.propose(client, &id).await.expect_err("not his");
            assert_eq!(reason(&refused), code);
        }
        let proposed = world.propose(&world.first, &id).await.expect("proposed");
        let index = proposed.erasure.expect("a proposal").proposal_index;
        let again = world.propose(&world.second, &id).await.expect_err("one waits");
        assert_eq!(reason(&again), "ERASURE_PENDING");
        for decision in [v1::ErasureDecision::Confirm, v1::ErasureDecision::Reject] {
            for (client, code) in [
                (&world.first, "SECOND_PERSON_REQUIRED"),
                (&bank, "ERASURE_NOT_FOUND"),
                (&world.land, "ERASURE_NOT_FOUND"),
                (&narrow, "OFFICER_SCOPE_TOO_NARROW"),
            ] {
                let refused = world.decide(client, index, decision).await.expect_err("not his to decide");
                assert_eq!(reason(&refused), code);
            }
        }
        let rejected = world.decide(&world.second, index, v1::ErasureDecision::Reject).await.expect("rejected");
        assert_eq!(rejected.erasure.expect("a proposal").state(), v1::ErasureState::Rejected);
        let late = world.decide(&world.second, index, v1::ErasureDecision::Confirm).await.expect_err("decided");
        assert_eq!(reason(&late), "ERASURE_NOT_PENDING");
        assert_eq!(world.get(&world.first, &id).await.documents.len(), 2);

        // A proposal that nobody decides lapses, and another may be made.
        let lapsing = world.propose(&world.first, &id).await.expect("proposed again").erasure.expect("a proposal");
        world.at("2037-04-01T09:00");
        let late = world.decide(&world.second, lapsing.proposal_index, v1::ErasureDecision::Confirm).await;
        assert_eq!(reason(&late.expect_err("31 days later")), "ERASURE_NOT_PENDING");
        assert!(world.erasures(&world.first, true).await.is_empty());
        let erased = world.erase(&id).await;
        assert_eq!(erased.state(), v1::ErasureState::Erased);
        let states: Vec<_> = world.erasures(&world.first, false).await.iter().map(v1::Erasure::state).collect();
        assert_eq!(states, [v1::ErasureState::Erased, v1::ErasureState::Lapsed, v1::ErasureState::Rejected]);
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn a_retry_gives_the_same_receipt_and_does_nothing_more(database) {
        let world = World::start(&database).await;
        let id = world.closed_enquiry(&[]).await;
        world.at(LATER);
        let first = propose(&world.first, "propose-0001", &id).await.expect("proposed");
        let again = propose(&world.first, "propose-0001", &id).await.expect("the same");
        assert_eq!(again, first);
        let message = v1::DecideErasureRequest {
            idempotency_key: "decide-0001".to_owned(),
            proposal_index: first.erasure.expect("a proposal").proposal_index,
            decision: v1::ErasureDecision::Confirm.into(),
            reason: String::new(),
        };
        let rpc = Rpc::EvidenceServiceDecideErasure;
        let decided: v1::DecideErasureResponse = ask(&world.second, rpc, &message).await.expect("confirmed");
        let before = database.raw().await.counts().await;
        let again: v1::DecideErasureResponse = ask(&world.second, rpc, &message).await.expect("the same");
        assert_eq!(again, decided);
        let again = propose(&world.first, "propose-0001", &id).await.expect("the first receipt");
        assert_eq!(again.receipt, first.receipt);
        let other = v1::DecideErasureRequest { decision: v1::ErasureDecision::Reject.into(), ..message };
        let refused = ask::<v1::DecideErasureResponse>(&world.second, rpc, &other).await.expect_err("another content");
        assert_eq!(reason(&refused), "KEY_REUSED");
        assert_eq!(database.raw().await.counts().await, before);
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn a_broadcast_is_erased_as_one(database) {
        let world = World::start(&database).await;
        let ids = world.send("account-information", &[BANK, BANK_2], |_| {}).await;
        world.withdraw(&ids[0]).await;
        world.at("2037-01-04T09:00");
        let refused = world.propose(&world.first, &ids[0]).await.expect_err("the other one is open");
        assert_eq!(reason(&refused), "ERASURE_NOT_DUE");
        assert_eq!(crate::harness::wire::fields(&refused), [format!("enforcement_requests[{}]", ids[1])]);
        world.withdraw(&ids[1]).await;
        world.at("2048-01-04T09:00");
        assert_eq!(world.due(&world.first).await.len(), 2);
        let erasure = world.erase(&ids[1]).await;
        assert!(erasure.order_id.starts_with("brd_"));
        assert_eq!(erasure.requests.len(), 2);
        for id in &ids {
            let shown = world.get(&world.first, id).await;
            assert!(shown.enforcement_request.expect("an envelope").content_erased && shown.documents.is_empty());
        }
        world.hub.stop().await;
        audit(&database).await;
    }
}
