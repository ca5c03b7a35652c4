//! Measures by themselves: those from before the hub come in, and are lifted and debited here by their id.

use lienthong_proto::v1;
use lienthong_proto::v1::State;
use prost::Message as _;
use serde_json::{Value, json};
use tonic::Code;

use super::same_key::submit;
use crate::harness::agencies::{BANK, BANK_2, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::wire::{fields, reason};
use crate::harness::{Fixture, TestHub, documents};

/// A freeze of THADS at BANK from before the hub; its decision has the number of `key`'s bytes.
pub(crate) fn old_freeze(key: &str) -> v1::NewMeasure {
    let number: u32 = key.bytes().map(u32::from).sum();
    v1::NewMeasure {
        kind: "account-freeze".to_owned(),
        holder_agency_code: BANK.code_text().to_owned(),
        issuer_agency_code: THADS.code_text().to_owned(),
        decision_number: format!("{number}/QĐ-CCTHADS"),
        decision_date: "2025-03-10".to_owned(),
        decision_office: "Chi cục Thi hành án dân sự huyện Giả Lập".to_owned(),
        held: vec![v1::Amount {
            value: "153500000".to_owned(),
            unit: "VND".to_owned(),
        }],
        start_time: Some(prost_types::Timestamp {
            seconds: 1_741_600_000,
            nanos: 0,
        }),
        accounts: Vec::new(),
    }
}

/// What is known to hold the examples' account.
pub(crate) fn account_asked() -> Vec<u8> {
    let ask = v1::ListAccountHoldsRequest {
        account: "0011004001234".to_owned(),
        ..Default::default()
    };
    ask.encode_to_vec()
}

/// The book of incoming papers.
pub(crate) fn register_asked() -> Vec<u8> {
    let ask = v1::ListRegisterRequest {
        register: v1::Register::Incoming.into(),
        ..Default::default()
    };
    ask.encode_to_vec()
}

pub(crate) fn import(key: &str, measures: Vec<v1::NewMeasure>) -> v1::RegisterMeasuresRequest {
    v1::RegisterMeasuresRequest {
        idempotency_key: key.to_owned(),
        measures,
    }
}

/// Registers measures; their ids.
async fn imported(client: &Client, key: &str, measures: Vec<v1::NewMeasure>) -> Vec<String> {
    let reply = client.requests().register_measures(import(key, measures)).await;
    reply.expect("registered").into_inner().measure_ids
}

/// `IN FORCE 153500000 VND` of each measure that the caller sees, newest entry first.
async fn listed(client: &Client, ask: v1::ListMeasuresRequest) -> Vec<String> {
    let page = client.requests().list_measures(ask).await.expect("a page").into_inner();
    let line = |measure: &v1::Measure| {
        let state = if measure.in_force { "IN FORCE" } else { "ENDED" };
        assert_eq!(measure.end_time.is_some(), !measure.in_force);
        let held: Vec<String> = measure
            .held
            .iter()
            .map(|held| format!("{} {}", held.value, held.unit))
            .collect();
        format!("{state} {}", held.join(", ")).trim_end().to_owned()
    };
    page.measures.iter().map(line).collect()
}

async fn all(client: &Client) -> Vec<String> {
    listed(client, v1::ListMeasuresRequest::default()).await
}

/// Sends an order of a kind from THADS to BANK about `related`, changed by `change`.
async fn ordered(client: &Client, code: &str, key: &str, related: Value, change: impl FnOnce(&mut Value)) -> String {
    let mut order = documents::order(&kind(code), key, THADS, &[BANK]);
    order["relations"] = json!([related]);
    change(&mut order);
    let reply = client.requests().submit(submit(&order)).await.expect("accepted");
    reply.into_inner().receipts[0].enforcement_request_id.clone()
}

async fn answered(client: &Client, code: &str, outcome: &str, key: &str, by: Fixture, id: &str) {
    let answer = documents::answer(&kind(code), outcome, key, by, id);
    let content = Some(v1::answer_request::Content::Document(answer.to_string()));
    let ask = v1::AnswerRequest {
        content,
        ..Default::default()
    };
    client.requests().answer(ask).await.expect("answered");
}

async fn close(client: &Client, key: &str, id: &str) -> Result<(), tonic::Status> {
    let ask = v1::CloseRequest {
        idempotency_key: key.to_owned(),
        enforcement_request_id: id.to_owned(),
        ..Default::default()
    };
    client.requests().close(ask).await.map(drop)
}

async fn freeze(client: &Client, key: &str) -> String {
    let order = documents::order(&kind("account-freeze"), key, THADS, &[BANK]);
    let reply = client.requests().submit(submit(&order)).await.expect("accepted");
    reply.into_inner().receipts[0].enforcement_request_id.clone()
}

backends! {
    async fn measures_from_before_the_hub_come_in_all_or_none_and_a_retry_gives_the_same(database) {
        let hub = TestHub::start(&database).await;
        let (thads, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let message = import("import-00001", vec![old_freeze("a"), old_freeze("b")]);
        let first = thads.requests().register_measures(message.clone()).await.expect("registered").into_inner();
        assert_eq!((first.receipts.len(), first.measure_ids.len()), (2, 2));
        for receipt in &first.receipts {
            assert_eq!(receipt.action(), v1::Action::RegisterMeasure);
            assert_eq!((receipt.enforcement_request_id.as_str(), receipt.version), ("", 0));
        }
        let again = thads.requests().register_measures(message.clone()).await.expect("the same").into_inner();
        assert_eq!(again, first);
        let other = v1::RegisterMeasuresRequest { measures: vec![old_freeze("c")], ..message };
        let refused = thads.requests().register_measures(other).await.expect_err("another content");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::AlreadyExists, "KEY_REUSED"));

        // The same decision, written otherwise, by the other party: refused, and the sound one beside it is not taken.
        let twice = v1::NewMeasure { decision_number: "97/qđ-ccthads".to_owned(), ..old_freeze("a") };
        let refused = bank.requests().register_measures(import("import-00002", vec![old_freeze("c"), twice])).await;
        let refused = refused.expect_err("registered already");
        assert_eq!(fields(&refused), ["measures[1].decision_number"]);
        assert_eq!(all(&bank).await.len(), 2);

        let elsewhere = v1::NewMeasure { holder_agency_code: BANK_2.code_text().to_owned(), ..old_freeze("d") };
        let once = v1::NewMeasure { kind: "land-information".to_owned(), ..old_freeze("e") };
        let unknown = v1::NewMeasure { holder_agency_code: "GIA-LAP.KHONG.CO".to_owned(), ..old_freeze("f") };
        for (by, measure, field) in [
            (&bank, elsewhere, "measures[0]"),
            (&thads, once, "measures[0].kind"),
            (&thads, unknown, "measures[0].holder_agency_code"),
            (&thads, v1::NewMeasure { decision_date: "2027-01-01".to_owned(), ..old_freeze("g") }, "measures[0].decision_date"),
        ] {
            let refused = by.requests().register_measures(import("import-00003", vec![measure])).await;
            let refused = refused.expect_err("refused");
            assert_eq!((reason(&refused).as_str(), fields(&refused)), ("FIELD_INVALID", vec![field.to_owned()]));
        }
        hub.stop().await;
        audit(&database).await;
    }

    async fn parties_see_their_measures_and_nobody_else_does(database) {
        let hub = TestHub::start(&database).await;
        let (thads, bank, stranger) =
            (hub.client(THADS).await, hub.client(BANK).await, hub.client(BANK_2).await);
        let measures = ["a", "b", "c"].map(old_freeze).to_vec();
        let mut ids = imported(&bank, "import-00001", measures).await;
        // Of one instant the ids alone say which comes first.
        ids.sort_unstable_by(|a, b| b.cmp(a));
        assert!(all(&stranger).await.is_empty());
        assert_eq!(all(&thads).await, vec!["IN FORCE 153500000 VND"; 3]);
        let ask = v1::ListMeasuresRequest { page_size: 2, in_force_only: true, ..Default::default() };
        let first = thads.requests().list_measures(ask.clone()).await.expect("a page").into_inner();
        let next = v1::ListMeasuresRequest { page_token: first.next_page_token.clone(), ..ask.clone() };
        let second = thads.requests().list_measures(next.clone()).await.expect("a page").into_inner();
        let seen = first.measures.iter().chain(&second.measures).map(|measure| measure.measure_id.clone());
        assert_eq!(seen.collect::<Vec<_>>(), ids);
        assert!(second.next_page_token.is_empty());
        let measure = &first.measures[0];
        assert_eq!(measure.decision_office, "Chi cục Thi hành án dân sự huyện Giả Lập");
        assert_eq!((measure.effect(), measure.enforcement_request_id.as_str()), (v1::Effect::UntilReleased, ""));
        // A token is of one list of one caller.
        for (client, ask) in [
            (&bank, next.clone()),
            (&thads, v1::ListMeasuresRequest { in_force_only: false, ..next.clone() }),
            (&thads, v1::ListMeasuresRequest { kind: "account-freeze".to_owned(), ..next }),
        ] {
            let refused = client.requests().list_measures(ask).await.expect_err("another list");
            assert_eq!(fields(&refused), ["page_token"]);
        }
        for (kind, party, expected) in [
            ("account-freeze", BANK.code_text(), 3),
            ("income-deduction", "", 0),
            ("", BANK_2.code_text(), 0),
        ] {
            let ask = v1::ListMeasuresRequest {
                kind: kind.to_owned(),
                counterparty_agency_code: party.to_owned(),
                ..Default::default()
            };
            assert_eq!(listed(&thads, ask).await.len(), expected, "{kind} {party}");
        }
        hub.stop().await;
        audit(&database).await;
    }

    async fn an_old_freeze_is_released_by_its_id_where_it_is_held_and_by_its_issuer_alone(database) {
        let hub = TestHub::start(&database).await;
        let (thads, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let id = imported(&bank, "import-00001", vec![old_freeze("a")]).await.remove(0);
        hub.clock.advance_micros(5 * 86_400_000_000);
        let related = json!({"type": "releases", "measure_id": id});

        let mut elsewhere = documents::order(&kind("freeze-release"), "release-00001", THADS, &[BANK_2]);
        elsewhere["relations"] = json!([related]);
        let refused = thads.requests().submit(submit(&elsewhere)).await.expect_err("another holder");
        assert_eq!(reason(&refused), "MEASURE_NOT_IN_FORCE");
        assert_eq!(fields(&refused), ["/relations/0/measure_id"]);

        let release = ordered(&thads, "freeze-release", "release-00002", related.clone(), |_| {}).await;
        assert_eq!(all(&thads).await, ["IN FORCE 153500000 VND"]);
        answered(&bank, "freeze-release", "RELEASED", "released-0001", BANK, &release).await;
        let ended = bank.requests().list_measures(v1::ListMeasuresRequest::default()).await.expect("a page");
        let ended = ended.into_inner().measures.remove(0);
        assert!(!ended.in_force && ended.end_time.is_some());
        assert_eq!(ended.changed_by_request_id, release);
        let ask = v1::ListMeasuresRequest { in_force_only: true, ..Default::default() };
        assert!(listed(&thads, ask).await.is_empty());

        let mut again = documents::order(&kind("freeze-release"), "release-00003", THADS, &[BANK]);
        again["relations"] = json!([related]);
        let refused = thads.requests().submit(submit(&again)).await.expect_err("it is over");
        assert_eq!(reason(&refused), "MEASURE_NOT_IN_FORCE");
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_debit_that_keeps_the_hold_lessens_it_and_one_that_ends_it_lets_the_freeze_close(database) {
        let hub = TestHub::start(&database).await;
        let (thads, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let freeze = freeze(&thads, "freeze-order-01").await;
        hub.clock.advance_micros(4 * 86_400_000_000);
        answered(&bank, "account-freeze", "HELD_FULL", "held-answer-01", BANK, &freeze).await;
        assert_eq!(all(&thads).await, ["IN FORCE 153500000 VND"]);

        let follows = || json!({"type": "follows", "enforcement_request_id": freeze});
        let keep = ordered(&thads, "account-debit", "debit-order-01", follows(), |order| {
            order["payload"]["after_debit"] = "KEEP".into();
        }).await;
        answered(&bank, "account-debit", "DEBITED_PARTLY", "debit-answer-1", BANK, &keep).await;
        let kept = all(&thads).await.remove(0);
        assert!(kept.starts_with("IN FORCE ") && kept != "IN FORCE 153500000 VND", "{kept}");
        let refused = close(&thads, "close-freeze-1", &freeze).await.expect_err("a measure is in force");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "MEASURE_IN_FORCE"));

        let end = ordered(&thads, "account-debit", "debit-order-02", follows(), |order| {
            order["payload"]["after_debit"] = "END".into();
        }).await;
        answered(&bank, "account-debit", "DEBITED", "debit-answer-2", BANK, &end).await;
        assert!(all(&thads).await.remove(0).starts_with("ENDED"));
        close(&thads, "close-freeze-2", &freeze).await.expect("closed");
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_release_of_a_freeze_still_unread_brings_it_along_and_a_late_hold_binds_nobody(database) {
        let hub = TestHub::start(&database).await;
        let (thads, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let freeze = freeze(&thads, "freeze-order-01").await;
        hub.clock.advance_micros(5 * 86_400_000_000);
        let related = json!({"type": "releases", "enforcement_request_id": freeze});
        let release = ordered(&thads, "freeze-release", "release-00001", related, |_| {}).await;

        let entries = bank.mailbox().pull(v1::PullRequest::default()).await.expect("a page").into_inner().entries;
        let seen: Vec<(v1::Lane, i64, &str, bool)> = entries
            .iter()
            .map(|entry| (entry.lane(), entry.position, entry.enforcement_request_id.as_str(), entry.lifted))
            .collect();
        assert_eq!(
            seen,
            [
                (v1::Lane::Urgent, 1, freeze.as_str(), true),
                (v1::Lane::Urgent, 2, release.as_str(), false),
                (v1::Lane::Normal, 1, freeze.as_str(), false),
            ]
        );
        answered(&bank, "freeze-release", "RELEASED", "released-0001", BANK, &release).await;
        answered(&bank, "account-freeze", "HELD_FULL", "held-answer-01", BANK, &freeze).await;
        assert!(all(&bank).await.is_empty(), "what was released first binds nobody");
        let ask = v1::GetRequest { enforcement_request_id: freeze.clone(), ..Default::default() };
        let request = thads.requests().get(ask).await.expect("a request").into_inner().enforcement_request;
        let request = request.expect("a request");
        assert!(request.state() == State::Answered && request.measures.is_empty());
        close(&thads, "close-freeze-1", &freeze).await.expect("closed");
        hub.stop().await;
        audit(&database).await;
    }
}
