//! RPC × credential × own, foreign, missing: every line of [`super::table`], tried with the right credential and with all
//! the wrong ones. The tests go through `Rpc::ALL`.

use std::sync::Arc;

use lienthong::client::token::TokenMinter;
use lienthong::domain::time::ManualClock;
use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use tonic::{Code, Status};

use super::same_key::submit;
use super::table::{About, row};
use crate::harness::agencies::{ALL, BANK, BANK_2, LAND_OFFICE, OPERATOR, PROCURACY, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::{Client, minter, validity};
use crate::harness::ids::{clock, start};
use crate::harness::ledger::HUB;
use crate::harness::wire::{call, reason};
use crate::harness::{Refusal, TestHub, documents};

const CHECK: &str = "/grpc.health.v1.Health/Check";

/// What came of a call: `OK` or the reason. A stream tells the reason of a refusal in its message.
fn outcome(rpc: Rpc, reply: &Result<Vec<u8>, Status>) -> String {
    let refused = |bytes: &Vec<u8>| {
        let reply = v1::SubmitStreamResponse::decode(bytes.as_slice()).expect("a message of the stream");
        match reply.result {
            Some(v1::submit_stream_response::Result::Rejected(failure)) => Some(failure.reason),
            Some(v1::submit_stream_response::Result::Accepted(_)) => None,
            None => Some("a message without a result".to_owned()),
        }
    };
    match reply {
        Ok(bytes) if rpc == Rpc::RequestServiceSubmitStream => refused(bytes).unwrap_or_else(|| "OK".to_owned()),
        Ok(_) => "OK".to_owned(),
        Err(status) => reason(status),
    }
}

/// A subject of each sort that exists, made for one line; and one that does not.
async fn subjects(sender: &Client, about: About, key: &str) -> (String, &'static str) {
    match about {
        About::Nothing => (String::new(), ""),
        About::Agency => (BANK.code_text().to_owned(), "GIA-LAP.KHONG.CO"),
        About::Request => {
            let order = documents::order(&kind("account-freeze"), key, THADS, &[BANK]);
            let reply = sender
                .requests()
                .submit(submit(&order))
                .await
                .expect("accepted")
                .into_inner();
            (
                reply.receipts[0].enforcement_request_id.clone(),
                "req_019aa9c0a1007000800000000000abcd",
            )
        }
        About::Document => {
            let content = b"%PDF-1.7 matrix";
            let uploaded =
                crate::documents::exchange::upload(sender, crate::documents::exchange::of(key, content), content).await;
            (
                uploaded.expect("accepted").document_id,
                "doc_019aa9c0a1007000800000000000abcd",
            )
        }
        About::Broadcast => {
            let order = documents::order(&kind("account-freeze"), key, THADS, &[BANK, BANK_2]);
            let reply = sender
                .requests()
                .submit(submit(&order))
                .await
                .expect("accepted")
                .into_inner();
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
        for (number, rpc) in Rpc::ALL.iter().enumerate() {
            let row = row(*rpc);
            let (own, missing) = subjects(&sender, row.about, &format!("matrix-subject-{number}")).await;
            let foreign = stranger
                .raw(*rpc, (row.make)(BANK_2, &own, &format!("foreign-{number:03}")))
                .await;
            let nothing = stranger
                .raw(*rpc, (row.make)(BANK_2, missing, &format!("missing-{number:03}")))
                .await;
            assert_eq!(outcome(*rpc, &foreign), row.foreign, "{rpc:?}: foreign");
            assert_eq!(outcome(*rpc, &nothing), row.missing, "{rpc:?}: missing");
            if let (Err(foreign), Err(nothing)) = (&foreign, &nothing)
                && row.foreign == row.missing
            {
                assert_eq!(
                    Refusal::of(foreign),
                    Refusal::of(nothing),
                    "{rpc:?}: foreign answers exactly as missing"
                );
            }
            let caller = hub.client(row.caller).await;
            let reply = caller
                .raw(*rpc, (row.make)(row.caller, &own, &format!("own-{number:03}-key")))
                .await;
            assert_eq!(outcome(*rpc, &reply), row.own, "{rpc:?}: own: {:?}", reply.err());
        }
    }

    async fn no_rpc_is_open_to_a_wrong_credential(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let unregistered = hub
            .authority
            .issue_client(BANK.code_text(), validity())
            .expect("a certificate");
        let unregistered_channel = hub.channel(&unregistered).await.expect("a handshake");
        for (number, rpc) in Rpc::ALL.iter().enumerate() {
            let row = row(*rpc);
            let (own, _) = subjects(&sender, row.about, &format!("credential-subject-{number}")).await;
            let message = (row.make)(row.caller, &own, &format!("credential-{number:03}"));
            let keys = hub.keys(row.caller);
            let channel = hub.channel(keys).await.expect("a connection");
            let other = if row.caller == BANK_2 { BANK } else { BANK_2 };
            let early = Arc::new(ManualClock::new(start().plus_hours(-1)));
            let bearer = |tokens: Arc<TokenMinter>| Some(format!("Bearer {}", tokens.token().expect("a token")));
            let good = bearer(hub.minter(row.caller, keys, keys));
            let wrong = [
                (
                    "an unregistered certificate",
                    &unregistered_channel,
                    bearer(hub.minter(row.caller, keys, &unregistered)),
                ),
                ("no token", &channel, None),
                (
                    "an expired token",
                    &channel,
                    bearer(minter(row.caller, HUB, keys, keys, early)),
                ),
                (
                    "another hub's token",
                    &channel,
                    bearer(minter(row.caller, "hub.khac.test", keys, keys, clock())),
                ),
                (
                    "another agency's token",
                    &channel,
                    bearer(hub.minter(other, hub.keys(other), keys)),
                ),
            ];
            let before = database.raw().await.counts().await;
            for (name, channel, authorization) in wrong {
                let reply = call(channel.clone(), rpc.path(), authorization.as_deref(), message.clone()).await;
                let status = reply.expect_err(name);
                assert_eq!(status.code(), Code::Unauthenticated, "{rpc:?}: {name}");
                let expected = if name == "an unregistered certificate" {
                    "CERTIFICATE_NOT_REGISTERED"
                } else {
                    "TOKEN_INVALID"
                };
                assert_eq!(reason(&status), expected, "{rpc:?}: {name}");
            }
            assert_eq!(
                database.raw().await.counts().await,
                before,
                "{rpc:?}: nothing was stored"
            );
            let reply = call(channel, rpc.path(), good.as_deref(), message).await;
            assert_eq!(outcome(*rpc, &reply), row.own, "{rpc:?}: the right one");
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
                let status = hub
                    .client(agency)
                    .await
                    .raw(*rpc, message)
                    .await
                    .expect_err("not the operator");
                assert_eq!(
                    (status.code(), reason(&status).as_str()),
                    (Code::PermissionDenied, "METHOD_NOT_ALLOWED"),
                    "{rpc:?}"
                );
            }
        }
        assert!(closed >= 3, "{closed} methods of the operator");
    }

    async fn others_see_no_officers_and_no_certificates(database) {
        let hub = TestHub::start(&database).await;
        for (caller, sees) in [
            (BANK, true),
            (OPERATOR, true),
            (BANK_2, false),
            (THADS, false),
            (PROCURACY, false),
        ] {
            let ask = v1::GetAgencyRequest {
                code: BANK.code_text().to_owned(),
            };
            let reply = hub
                .client(caller)
                .await
                .agencies()
                .get_agency(ask)
                .await
                .expect("an agency")
                .into_inner();
            assert_eq!(!reply.officers.is_empty(), sees, "{}", caller.code_text());
            assert_eq!(!reply.credentials.is_empty(), sees, "{}", caller.code_text());
        }
        let listed = hub
            .client(BANK_2)
            .await
            .agencies()
            .list_agencies(v1::ListAgenciesRequest::default())
            .await;
        assert_eq!(listed.expect("a page").into_inner().agencies.len(), ALL.len());
    }

    async fn health_needs_a_registered_connection_and_no_token(database) {
        let hub = TestHub::start(&database).await;
        let bank = hub.channel(hub.keys(BANK)).await.expect("a connection");
        let reply = call(bank.clone(), CHECK, None, Vec::new()).await.expect("an answer");
        // HealthCheckResponse { status: SERVING }
        assert_eq!(reply, [8, 1]);
        let stranger = hub.authority.issue_client("X", validity()).expect("a certificate");
        let stranger = hub.channel(&stranger).await.expect("a handshake");
        let status = call(stranger, CHECK, None, Vec::new())
            .await
            .expect_err("not registered");
        assert_eq!(reason(&status), "CERTIFICATE_NOT_REGISTERED");
        let unknown = call(bank, "/lienthong.hub.v1.RequestService/Nothing", None, Vec::new())
            .await
            .expect_err("no such method");
        assert_eq!(
            (unknown.code(), reason(&unknown).as_str()),
            (Code::Unimplemented, "METHOD_UNKNOWN")
        );
    }
}
