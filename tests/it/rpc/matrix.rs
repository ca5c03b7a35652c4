//! RPC × credential × own, foreign, missing: one table. [`row`] is a total match, so a new RPC does not compile without
//! its line here, and the tests go through `Rpc::ALL`.

use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::same_key::submit;
use crate::harness::agencies::{ALL, BANK, BANK_2, LAND_OFFICE, OPERATOR, PROCURACY, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::{Client, validity};
use crate::harness::ids::{clock, start};
use crate::harness::ledger::HUB;
use crate::harness::wire::{call, reason};
use crate::harness::{Fixture, TestHub, documents};

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// Nothing that belongs to an agency.
    Nothing,
    /// A freeze of THADS at BANK, just submitted.
    Request,
    /// A broadcast of THADS.
    Broadcast,
    /// The agency BANK.
    Agency,
}

/// Makes the message of `caller` about `subject`, with a key of its own.
type Make = fn(caller: Fixture, subject: &str, key: &str) -> Vec<u8>;

/// One line of the table. Outcomes are `OK` or the reason of the refusal.
struct Row {
    /// Who has the right.
    caller: Fixture,
    about: About,
    make: Make,
    /// To the caller.
    own: &'static str,
    /// To another agency of the same role.
    foreign: &'static str,
    /// To that agency about something that does not exist.
    missing: &'static str,
}

const NOT_FOUND: &str = "REQUEST_NOT_FOUND";
const WRONG_STATE: &str = "TRANSITION_NOT_ALLOWED";

/// A method that everyone may call and that is about nothing of an agency's.
fn open(make: Make) -> Row {
    Row { caller: BANK, about: About::Nothing, make, own: "OK", foreign: "OK", missing: "OK" }
}

/// A method about a request, for one of its parties.
fn party(caller: Fixture, own: &'static str, make: Make) -> Row {
    Row { caller, about: About::Request, make, own, foreign: NOT_FOUND, missing: NOT_FOUND }
}

/// A method for the operator alone. Others are told so before anything is read.
fn operator(make: Make) -> Row {
    let denied = "METHOD_NOT_ALLOWED";
    Row { caller: OPERATOR, about: About::Agency, make, own: "OK", foreign: denied, missing: denied }
}

/// A method on an agency's own officers and certificates.
fn own_agency(own: &'static str, make: Make) -> Row {
    let hidden = "AGENCY_NOT_FOUND";
    Row { caller: BANK, about: About::Agency, make, own, foreign: hidden, missing: hidden }
}

/// A message that carries a document.
macro_rules! carrying {
    ($message:ident, $module:ident, $document:expr) => {
        v1::$message {
            content: Some(v1::$module::Content::Document($document.to_string())),
            ..Default::default()
        }
        .encode_to_vec()
    };
}

fn row(rpc: Rpc) -> Row {
    match rpc {
        Rpc::AdminServiceGetServerInfo => open(|_, _, _| v1::GetServerInfoRequest {}.encode_to_vec()),
        Rpc::CatalogueServiceListKinds => open(|_, _, _| v1::ListKindsRequest::default().encode_to_vec()),
        Rpc::CatalogueServiceGetKind => {
            open(|_, _, _| v1::GetKindRequest { code: "account-freeze".to_owned(), revision: 0 }.encode_to_vec())
        }
        Rpc::CatalogueServiceValidate => open(|_, _, key| {
            let order = documents::order(&kind("land-information"), key, THADS, &[LAND_OFFICE]).to_string();
            let document = Some(v1::validate_request::Document::Order(order));
            v1::ValidateRequest { document, ..Default::default() }.encode_to_vec()
        }),
        Rpc::MailboxServicePull => open(|_, _, _| v1::PullRequest::default().encode_to_vec()),
        Rpc::MailboxServiceSubscribe => open(|_, _, _| v1::SubscribeRequest::default().encode_to_vec()),
        Rpc::MailboxServiceAdvance => open(|_, _, _| v1::AdvanceRequest::default().encode_to_vec()),
        Rpc::AgencyServiceListAgencies => open(|_, _, _| v1::ListAgenciesRequest::default().encode_to_vec()),
        Rpc::RequestServiceList => {
            open(|_, _, _| v1::ListRequest { filter: "direction=received".to_owned(), ..Default::default() }.encode_to_vec())
        }
        // Names and codes are for everyone; officers and certificates are not (`others_see_no_officers`).
        Rpc::AgencyServiceGetAgency => Row {
            foreign: "OK",
            ..own_agency("OK", |_, code, _| v1::GetAgencyRequest { code: code.to_owned() }.encode_to_vec())
        },

        Rpc::RequestServiceSubmit => Row { caller: THADS, foreign: "KIND_NOT_ALLOWED", missing: "KIND_NOT_ALLOWED", ..open(order) },
        Rpc::RequestServiceSubmitStream => Row { caller: THADS, ..open(stream_order) },

        Rpc::RequestServiceGet => party(BANK, "OK", |_, id, _| {
            v1::GetRequest { enforcement_request_id: id.to_owned(), include_documents: true }.encode_to_vec()
        }),
        Rpc::RequestServiceListEvents => party(BANK, "OK", |_, id, _| {
            v1::ListEventsRequest { enforcement_request_id: id.to_owned(), ..Default::default() }.encode_to_vec()
        }),
        Rpc::RequestServiceGetBroadcast => Row {
            caller: THADS,
            about: About::Broadcast,
            make: |_, id, _| v1::GetBroadcastRequest { broadcast_id: id.to_owned() }.encode_to_vec(),
            own: "OK",
            foreign: "BROADCAST_NOT_FOUND",
            missing: "BROADCAST_NOT_FOUND",
        },
        Rpc::RequestServiceAcknowledge => party(BANK, "OK", |caller, id, key| {
            carrying!(AcknowledgeRequest, acknowledge_request, documents::acknowledge(key, caller, id))
        }),
        Rpc::RequestServiceAnswer => party(BANK, "OK", |caller, id, key| {
            carrying!(AnswerRequest, answer_request, documents::answer(&kind("account-freeze"), "NO_CLIENT", key, caller, id))
        }),
        Rpc::RequestServiceSendBack => party(BANK, "OK", |caller, id, key| {
            carrying!(SendBackRequest, send_back_request, documents::send_back(key, caller, id))
        }),
        Rpc::RequestServiceReport => party(BANK, WRONG_STATE, |caller, id, key| {
            carrying!(ReportRequest, report_request, restated("report", caller, id, key))
        }),
        Rpc::RequestServiceCorrect => party(BANK, WRONG_STATE, |caller, id, key| {
            carrying!(CorrectRequest, correct_request, restated("correct", caller, id, key))
        }),
        Rpc::RequestServiceClarify => party(THADS, WRONG_STATE, |caller, id, key| {
            carrying!(ClarifyRequest, clarify_request, documents::clarify(key, caller, id))
        }),
        Rpc::RequestServiceWithdraw => party(THADS, "OK", |caller, id, key| {
            carrying!(WithdrawRequest, withdraw_request, documents::withdraw(key, caller, id))
        }),
        Rpc::RequestServiceAssign => party(BANK, "OK", |caller, id, key| {
            let officer_id = caller.officer_id().to_string();
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            v1::AssignRequest { idempotency_key, enforcement_request_id, officer_id, ..Default::default() }.encode_to_vec()
        }),
        Rpc::RequestServiceForward => party(BANK, "OK", |_, id, key| {
            let unit_id = "pgd.hoan-kiem".to_owned();
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            v1::ForwardRequest { idempotency_key, enforcement_request_id, unit_id, ..Default::default() }.encode_to_vec()
        }),
        Rpc::RequestServiceAskClarification => party(BANK, WRONG_STATE, |_, id, key| {
            let question = "Đề nghị làm rõ số tài khoản.".to_owned();
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            v1::AskClarificationRequest { idempotency_key, enforcement_request_id, question, ..Default::default() }.encode_to_vec()
        }),
        // No kind has a clock that can be extended yet: the name of the clock is refused.
        Rpc::RequestServiceExtend => party(BANK, "FIELD_INVALID", |_, id, key| {
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            let (deadline_name, reason) = ("answer".to_owned(), "Hồ sơ phức tạp.".to_owned());
            v1::ExtendRequest { idempotency_key, enforcement_request_id, deadline_name, reason, ..Default::default() }.encode_to_vec()
        }),
        Rpc::RequestServiceDispute => party(THADS, WRONG_STATE, |_, id, key| {
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            let (reason_code, reason) = ("INCOMPLETE".to_owned(), "Chưa trả lời đủ.".to_owned());
            v1::DisputeRequest { idempotency_key, enforcement_request_id, reason_code, reason, ..Default::default() }.encode_to_vec()
        }),
        Rpc::RequestServiceDecideWithdrawal => party(BANK, WRONG_STATE, |_, id, key| {
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            v1::DecideWithdrawalRequest { idempotency_key, enforcement_request_id, accept: true, ..Default::default() }.encode_to_vec()
        }),
        Rpc::RequestServiceClose => party(THADS, WRONG_STATE, |_, id, key| {
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            v1::CloseRequest { idempotency_key, enforcement_request_id, ..Default::default() }.encode_to_vec()
        }),

        Rpc::AgencyServiceCreateAgency => operator(|_, _, key| {
            let agency = v1::Agency { code: format!("GIA-LAP.{key}"), ..bank() };
            let idempotency_key = key.to_owned();
            v1::CreateAgencyRequest { idempotency_key, agency: Some(agency), ..Default::default() }.encode_to_vec()
        }),
        Rpc::AgencyServiceUpdateAgency => operator(|_, _, key| {
            v1::UpdateAgencyRequest { idempotency_key: key.to_owned(), agency: Some(bank()) }.encode_to_vec()
        }),
        Rpc::AgencyServiceSuspendAgency => operator(|_, code, key| {
            let (idempotency_key, code, reason) = (key.to_owned(), code.to_owned(), "Kiểm tra".to_owned());
            v1::SuspendAgencyRequest { idempotency_key, code, suspended: false, reason }.encode_to_vec()
        }),
        Rpc::AgencyServiceRegisterOfficer => own_agency("OK", |_, code, key| {
            let officer = v1::Officer {
                officer_id: "nh.moi".to_owned(),
                full_name: "Lý Thị Mới".to_owned(),
                position: "Giao dịch viên".to_owned(),
                valid_from: "2026-11-20".to_owned(),
                ..Default::default()
            };
            let (idempotency_key, agency_code) = (key.to_owned(), code.to_owned());
            v1::RegisterOfficerRequest { idempotency_key, agency_code, officer: Some(officer) }.encode_to_vec()
        }),
        Rpc::AgencyServiceEndOfficer => own_agency("OFFICER_NOT_FOUND", |_, code, key| {
            let (idempotency_key, agency_code) = (key.to_owned(), code.to_owned());
            let (officer_id, valid_to) = ("nh.khong-co".to_owned(), "2026-11-30".to_owned());
            v1::EndOfficerRequest { idempotency_key, agency_code, officer_id, valid_to }.encode_to_vec()
        }),
        Rpc::AgencyServiceRegisterCredential => own_agency("FIELD_INVALID", |_, code, key| {
            let credential = v1::NewCredential { certificate_pem: "none".to_owned(), purposes: vec![1] };
            let (idempotency_key, agency_code) = (key.to_owned(), code.to_owned());
            v1::RegisterCredentialRequest { idempotency_key, agency_code, credential: Some(credential) }.encode_to_vec()
        }),
        Rpc::AgencyServiceRevokeCredential => own_agency("CREDENTIAL_NOT_FOUND", |_, code, key| {
            let (idempotency_key, agency_code) = (key.to_owned(), code.to_owned());
            v1::RevokeCredentialRequest { idempotency_key, agency_code, sha256: vec![7; 32].into(), ..Default::default() }.encode_to_vec()
        }),
    }
}

fn order(caller: Fixture, _: &str, key: &str) -> Vec<u8> {
    submit(&documents::order(&kind("account-freeze"), key, caller, &[BANK])).encode_to_vec()
}

fn stream_order(caller: Fixture, _: &str, key: &str) -> Vec<u8> {
    let document = documents::order(&kind("account-freeze"), key, caller, &[BANK]).to_string();
    let content = Some(v1::submit_stream_request::Content::Document(document));
    v1::SubmitStreamRequest { sequence: 1, content }.encode_to_vec()
}

/// A report or a correction: the answer's own parts, stated anew.
fn restated(name: &str, caller: Fixture, id: &str, key: &str) -> Value {
    let outcome = if name == "report" { "HELD_FULL" } else { "NO_CLIENT" };
    let answer = documents::answer(&kind("account-freeze"), outcome, key, caller, id);
    let mut own = json!({ "outcome": answer["outcome"], "head": answer["head"], "payload": answer["payload"] });
    if name == "correct" {
        own["explanation"] = "Nhập nhầm kết quả.".into();
    }
    documents::small(name, key, caller, id, &own)
}

fn bank() -> v1::Agency {
    v1::Agency {
        code: BANK.code_text().to_owned(),
        role: v1::Role::Bank.into(),
        name: "Ngân hàng Giả Lập".to_owned(),
        channel: v1::Channel::Digital.into(),
        ..Default::default()
    }
}

/// What came of a call: `OK` or the reason.
fn outcome(reply: &Result<Vec<u8>, Status>) -> String {
    reply.as_ref().map_or_else(reason, |_| "OK".to_owned())
}

/// A subject of each sort that exists, made for one line; and one that does not.
async fn subjects(sender: &Client, about: About, key: &str) -> (String, &'static str) {
    match about {
        About::Nothing => (String::new(), ""),
        About::Agency => (BANK.code_text().to_owned(), "GIA-LAP.KHONG.CO"),
        About::Request => {
            let order = documents::order(&kind("account-freeze"), key, THADS, &[BANK]);
            let reply = sender.requests().submit(submit(&order)).await.expect("accepted").into_inner();
            (reply.receipts[0].enforcement_request_id.clone(), "req_019aa9c0a1007000800000000000abcd")
        }
        About::Broadcast => {
            let order = documents::order(&kind("account-freeze"), key, THADS, &[BANK, BANK_2]);
            let reply = sender.requests().submit(submit(&order)).await.expect("accepted").into_inner();
            (reply.broadcast_id, "brd_019aa9c0a1007000800000000000abcd")
        }
    }
}

backends! {
    async fn every_rpc_knows_own_from_foreign_and_foreign_looks_like_missing(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        // Not party to any request of BANK, and of the same role.
        let stranger = hub.client(BANK_2).await;
        // Its broadcasts: one that the stranger did not send, though it is a recipient of it.
        for (number, rpc) in Rpc::ALL.iter().enumerate() {
            let row = row(*rpc);
            let (own, missing) = subjects(&sender, row.about, &format!("matrix-subject-{number}")).await;
            let foreign = stranger.raw(*rpc, (row.make)(BANK_2, &own, &format!("foreign-{number:03}"))).await;
            let nothing = stranger.raw(*rpc, (row.make)(BANK_2, missing, &format!("missing-{number:03}"))).await;
            assert_eq!(outcome(&foreign), row.foreign, "{rpc:?}: foreign");
            assert_eq!(outcome(&nothing), row.missing, "{rpc:?}: missing");
            if let (Err(foreign), Err(nothing)) = (&foreign, &nothing)
                && row.foreign == row.missing
            {
                let told = |status: &Status| (status.code(), status.message().to_owned(), status.details().to_vec());
                assert_eq!(told(foreign), told(nothing), "{rpc:?}: foreign answers exactly as missing");
            }
            let caller = hub.client(row.caller).await;
            let reply = caller.raw(*rpc, (row.make)(row.caller, &own, &format!("own-{number:03}-key"))).await;
            assert_eq!(outcome(&reply), row.own, "{rpc:?}: own: {:?}", reply.err());
        }
    }

    async fn no_rpc_is_open_to_a_wrong_credential(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let unregistered = hub.authority.issue_client(BANK.code_text(), validity()).expect("a certificate");
        let unregistered_channel = hub.channel(&unregistered).await.expect("a handshake");
        for (number, rpc) in Rpc::ALL.iter().enumerate() {
            let row = row(*rpc);
            let (own, _) = subjects(&sender, row.about, &format!("credential-subject-{number}")).await;
            let message = (row.make)(row.caller, &own, &format!("credential-{number:03}"));
            let keys = hub.keys(row.caller);
            let channel = hub.channel(keys).await.expect("a connection");
            let other = if row.caller == BANK_2 { BANK } else { BANK_2 };
            let early = std::sync::Arc::new(lienthong::domain::time::ManualClock::new(start().plus_hours(-1)));
            let bearer = |minter: std::sync::Arc<lienthong::client::token::TokenMinter>| {
                Some(format!("Bearer {}", minter.token().expect("a token")))
            };
            let good = bearer(hub.minter(row.caller, keys, keys));
            let wrong = [
                ("an unregistered certificate", &unregistered_channel, bearer(hub.minter(row.caller, keys, &unregistered))),
                ("no token", &channel, None),
                ("an expired token", &channel, bearer(hub.minter_for(row.caller, HUB, keys, keys, early))),
                ("another hub's token", &channel, bearer(hub.minter_for(row.caller, "hub.khac.test", keys, keys, clock()))),
                ("another agency's token", &channel, bearer(hub.minter(other, hub.keys(other), keys))),
            ];
            let before = database.raw().await.counts().await;
            for (name, channel, authorization) in wrong {
                let reply = call(channel.clone(), rpc.path(), authorization.as_deref(), message.clone()).await;
                let status = reply.expect_err(name);
                assert_eq!(status.code(), Code::Unauthenticated, "{rpc:?}: {name}");
                let expected = if name == "an unregistered certificate" { "CERTIFICATE_NOT_REGISTERED" } else { "TOKEN_INVALID" };
                assert_eq!(reason(&status), expected, "{rpc:?}: {name}");
            }
            assert_eq!(database.raw().await.counts().await, before, "{rpc:?}: nothing was stored");
            let reply = call(channel, rpc.path(), good.as_deref(), message).await;
            assert_eq!(outcome(&reply), row.own, "{rpc:?}: the right one");
        }
    }

    async fn methods_of_the_operator_are_closed_to_every_other_role(database) {
        let hub = TestHub::start(&database).await;
        let mut closed = 0;
        for rpc in Rpc::ALL {
            let row = row(*rpc);
            if row.caller != OPERATOR {
                continue;
            }
            closed += 1;
            for agency in [THADS, BANK, LAND_OFFICE, PROCURACY] {
                let message = (row.make)(agency, BANK.code_text(), "not-the-operator");
                let status = hub.client(agency).await.raw(*rpc, message).await.expect_err("not the operator");
                assert_eq!((status.code(), reason(&status).as_str()), (Code::PermissionDenied, "METHOD_NOT_ALLOWED"), "{rpc:?}");
            }
        }
        assert!(closed >= 3, "{closed} methods of the operator");
    }

    async fn others_see_no_officers_and_no_certificates(database) {
        let hub = TestHub::start(&database).await;
        for (caller, sees) in [(BANK, true), (OPERATOR, true), (BANK_2, false), (THADS, false), (PROCURACY, false)] {
            let ask = v1::GetAgencyRequest { code: BANK.code_text().to_owned() };
            let reply = hub.client(caller).await.agencies().get_agency(ask).await.expect("an agency").into_inner();
            assert_eq!(!reply.officers.is_empty(), sees, "{}", caller.code_text());
            assert_eq!(!reply.credentials.is_empty(), sees, "{}", caller.code_text());
        }
        let listed = hub.client(BANK_2).await.agencies().list_agencies(v1::ListAgenciesRequest::default()).await;
        assert_eq!(listed.expect("a page").into_inner().agencies.len(), ALL.len());
    }

    async fn health_needs_a_registered_connection_and_no_token(database) {
        let hub = TestHub::start(&database).await;
        const CHECK: &str = "/grpc.health.v1.Health/Check";
        let bank = hub.channel(hub.keys(BANK)).await.expect("a connection");
        let reply = call(bank.clone(), CHECK, None, Vec::new()).await.expect("an answer");
        // HealthCheckResponse { status: SERVING }
        assert_eq!(reply, [8, 1]);
        let stranger = hub.authority.issue_client("X", validity()).expect("a certificate");
        let stranger = hub.channel(&stranger).await.expect("a handshake");
        let status = call(stranger, CHECK, None, Vec::new()).await.expect_err("not registered");
        assert_eq!(reason(&status), "CERTIFICATE_NOT_REGISTERED");
        let unknown = call(bank, "/lienthong.hub.v1.RequestService/Nothing", None, Vec::new()).await.expect_err("no such method");
        assert_eq!((unknown.code(), reason(&unknown).as_str()), (Code::Unimplemented, "METHOD_UNKNOWN"));
    }
}
