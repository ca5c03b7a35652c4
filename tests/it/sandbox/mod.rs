//! A hub whose clock is moved ahead: for everybody on it, never back, on after a restart, and for nothing that is about security.

use std::time::Duration;

use lienthong::domain::sandbox::{MARK_VI, is_sandbox};
use lienthong::evidence::silence::SilenceFile;
use lienthong::server::run::Hub;
use lienthong::server::settings::{HubSettings, TimerSettings};
use lienthong::server::start_error::StartError;
use lienthong_proto::v1::advance_clock_request::Advance;
use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use tonic::Status;

use crate::evidence::published;
use crate::harness::agencies::{BANK, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::{self, Client};
use crate::harness::ids::{SeededIds, start};
use crate::harness::wire::reason;
use crate::harness::{Backend, TestDatabase, TestHub, documents};
use crate::rpc::same_key::submit;
use crate::verify::second::second;

const DAY: i64 = 86_400;

fn as_sandbox(settings: &mut HubSettings) {
    settings.sandbox = true;
    settings.hub_id = "sandbox.lienthong.test".to_owned();
}

async fn sandbox(database: &TestDatabase) -> TestHub {
    TestHub::start_with(database, as_sandbox).await
}

/// The settings of another hub of the sandbox, or of the same one after a stop.
fn settings(database: &TestDatabase, hub: &TestHub) -> HubSettings {
    let mut settings = hub::settings(database, &hub.authority);
    as_sandbox(&mut settings);
    settings
}

async fn advance(client: &Client, key: &str, advance: Advance) -> Result<v1::AdvanceClockResponse, Status> {
    let message = v1::AdvanceClockRequest {
        idempotency_key: key.to_owned(),
        advance: Some(advance),
    };
    let reply = client.send(Rpc::SandboxServiceAdvanceClock, &message).await?;
    Ok(v1::AdvanceClockResponse::decode(reply.as_slice()).expect("a response"))
}

async fn info(client: &Client) -> v1::GetServerInfoResponse {
    let reply = client
        .send(Rpc::AdminServiceGetServerInfo, &v1::GetServerInfoRequest {})
        .await;
    v1::GetServerInfoResponse::decode(reply.expect("an answer").as_slice()).expect("a response")
}

/// How far the hub is ahead of the machine, whole days.
async fn days_ahead(client: &Client) -> i64 {
    let time = info(client).await.hub_time.expect("a time");
    (time.seconds - start().seconds()) / DAY
}

async fn send(client: &Client, key: &str) -> Result<v1::SubmitResponse, Status> {
    let order = documents::order(&kind("account-freeze"), key, THADS, &[BANK]);
    client
        .requests()
        .submit(submit(&order))
        .await
        .map(tonic::Response::into_inner)
}

backends! {
    async fn the_clock_goes_ahead_for_all_and_what_is_about_security_stays(database) {
        let hub = sandbox(&database).await;
        let (sender, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        assert!(info(&bank).await.sandbox);
        send(&sender, "before-the-advance").await.expect("accepted");
        // Beyond the end of every certificate, which is good for a year.
        let moved = advance(&bank, "advance-400-days", Advance::BySeconds(300 * DAY)).await.expect("moved");
        advance(&bank, "advance-again-100", Advance::BySeconds(100 * DAY)).await.expect("moved");
        let receipt = moved.receipt.expect("a receipt");
        assert_eq!(receipt.action(), v1::Action::AdvanceClock);
        assert_eq!(days_ahead(&sender).await, 400);
        // Tokens and signatures are made, and judged, by the machine's time.
        let sent = send(&sender, "after-the-advance").await.expect("accepted");
        let accepted = sent.receipts[0].hub_time.expect("a time").seconds - start().seconds();
        assert!(accepted >= 400 * DAY, "the order came on the sandbox's day: {accepted}");
        hub.clock.advance_micros(366 * DAY * 1_000_000);
        let refused = send(&sender, "a-year-of-the-machine").await.expect_err("certificates have expired");
        assert_eq!(reason(&refused), "CERTIFICATE_NOT_REGISTERED");
        hub.stop().await;
        audit(&database).await;
        if database.backend() == Backend::Sqlite {
            assert_eq!(second(&database, None)["verdict"], "SOUND");
        }
    }

    async fn a_retry_does_not_move_it_again_and_back_it_never_goes(database) {
        let hub = sandbox(&database).await;
        let bank = hub.client(BANK).await;
        let first = advance(&bank, "advance-once", Advance::BySeconds(DAY)).await.expect("moved");
        assert_eq!(advance(&bank, "advance-once", Advance::BySeconds(DAY)).await.expect("moved"), first);
        assert_eq!(days_ahead(&bank).await, 1);
        let other = advance(&bank, "advance-once", Advance::BySeconds(2)).await.expect_err("another advance");
        assert_eq!(reason(&other), "KEY_REUSED");
        let at = |micros: i64| Advance::To(lienthong::grpc::convert::time(start().plus_micros(micros)));
        let cases = [
            ("back", at(0)),
            ("nowhere", Advance::BySeconds(0)),
            ("backwards", Advance::BySeconds(-5)),
            ("too-far", Advance::BySeconds(367 * DAY)),
            ("no-time", Advance::To(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 })),
        ];
        for (name, way) in cases {
            let refused = advance(&bank, &format!("refused-{name}"), way).await.expect_err(name);
            assert_eq!(reason(&refused), "FIELD_INVALID", "{name}");
        }
        assert_eq!(days_ahead(&bank).await, 1);
        advance(&bank, "to-a-moment", at(3 * DAY * 1_000_000)).await.expect("moved");
        assert_eq!(days_ahead(&bank).await, 3);
    }

    async fn it_goes_on_after_a_restart_and_on_every_hub(database) {
        let hub = sandbox(&database).await;
        advance(&hub.client(BANK).await, "advance-six-days", Advance::BySeconds(6 * DAY)).await.expect("moved");
        let settings = || settings(&database, &hub);
        let again = settings();
        let beside = settings();
        let hub = hub.again(again).await;
        let (sender, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        assert_eq!(days_ahead(&bank).await, 6);
        send(&sender, "after-the-restart").await.expect("accepted, no skew of clocks");
        if database.backend() == Backend::Postgres {
            let second = hub.beside(beside, 9).await;
            let elsewhere = second.client(THADS).await;
            send(&elsewhere, "at-the-second-hub").await.expect("accepted");
            advance(&bank, "advance-at-the-first", Advance::BySeconds(2 * DAY)).await.expect("moved");
            let sent = send(&elsewhere, "at-the-second-again").await.expect("accepted");
            let time = sent.receipts[0].hub_time.expect("a time").seconds;
            assert!(time >= start().seconds() + 8 * DAY, "{time}");
            assert_eq!(days_ahead(&elsewhere).await, 8);
            second.stop().await;
        }
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_hub_is_a_sandbox_by_name_and_setting_or_by_neither(database) {
        let hub = TestHub::start(&database).await;
        assert!(!info(&hub.client(BANK).await).await.sandbox);
        let plain = hub::settings(&database, &hub.authority);
        let cases = [
            HubSettings { sandbox: true, ..plain.clone() },
            HubSettings { hub_id: "sandbox.lienthong.test".to_owned(), ..plain },
        ];
        for settings in cases {
            let started = Hub::start(settings, hub.clock.clone(), SeededIds::new(4)).await;
            assert!(matches!(started, Err(StartError::SandboxName { .. })), "{started:?}");
        }
    }

    async fn what_is_due_by_the_moved_clock_comes_by_itself_and_silence_is_certified(database) {
        let hub = TestHub::start_with(&database, |settings| {
            as_sandbox(settings);
            settings.timers = TimerSettings::Running;
        })
        .await;
        let (sender, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let sent = send(&sender, "nobody-will-answer").await.expect("accepted");
        let id = sent.receipts[0].enforcement_request_id.clone();
        let message = v1::GetSilenceCertificateRequest { enforcement_request_id: id };
        let ask = async || sender.send(Rpc::EvidenceServiceGetSilenceCertificate, &message).await;
        assert_eq!(reason(&ask().await.expect_err("not yet")), "CLOCK_NOT_OVERDUE");
        advance(&bank, "advance-a-month", Advance::BySeconds(30 * DAY)).await.expect("moved");
        let mut waited = 0;
        let certificate = loop {
            match ask().await {
                Ok(reply) => break v1::GetSilenceCertificateResponse::decode(reply.as_slice()).expect("a response").certificate,
                Err(status) => assert_eq!(reason(&status), "CLOCK_NOT_OVERDUE"),
            }
            waited += 1;
            assert!(waited < 600, "no timer fired");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        // Every paper says where it comes from.
        let page = crate::reports::page(&sender, "partner-scorecards").await;
        assert!(page.contains(MARK_VI), "{page}");
        let trusted = published(&bank).await;
        let file = SilenceFile::read(&certificate).expect("a certificate");
        let proved = file.verify(&trusted).expect("it holds");
        assert!(is_sandbox(&proved.checkpoint.origin), "{}", proved.checkpoint.origin);
        hub.stop().await;
        audit(&database).await;
    }
}
