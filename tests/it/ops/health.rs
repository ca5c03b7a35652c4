//! A hub that cannot serve says so, with the reason, on both ways.

use std::net::SocketAddr;

use lienthong_proto::{Rpc, v1};
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::{get, until_status};
use crate::documents::exchange::header;
use crate::harness::agencies::{BANK, THADS};
use crate::harness::database::server;
use crate::harness::raw::{Raw, fixed};
use crate::harness::{Backend, TestDatabase, TestHub};

/// What the gRPC health service says of the hub and of every service: the same of all.
async fn serving(channel: &Channel) -> ServingStatus {
    let of_every_hub = Rpc::ALL.iter().filter(|rpc| **rpc != Rpc::SandboxServiceAdvanceClock);
    let mut services: Vec<&str> = of_every_hub.map(|rpc| rpc.service()).collect();
    services.push("");
    services.sort_unstable();
    services.dedup();
    let mut told = Vec::new();
    for service in services {
        let question = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = HealthClient::new(channel.clone())
            .check(question)
            .await
            .expect("an answer");
        told.push(answer.into_inner().status());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "every service is told the same: {told:?}");
    told[0]
}

/// Waits until the hub is not ready, and gives the only check that does not hold.
async fn failing(address: SocketAddr) -> String {
    let answer = until_status(address, "/healthz/ready", 503).await.json();
    assert_eq!(answer["ready"], false);
    let checks = answer["checks"].as_array().expect("checks").iter();
    let failing: Vec<_> = checks.filter(|check| check["ok"] == false).collect();
    assert_eq!(failing.len(), 1, "{answer}");
    for language in ["vi", "en"] {
        assert!(!failing[0][language].as_str().expect("a reason").is_empty(), "{answer}");
    }
    failing[0]["check"].as_str().expect("a name").to_owned()
}

async fn raw(database: &TestDatabase, text: &str) {
    let raw: Raw = database.raw().await;
    raw.execute(text).await.expect("it is done");
}

/// Makes the hub not ready by `spoil`, which breaks `check` alone, and ready again by `mend`.
async fn breaks(database: &TestDatabase, check: &str, spoil: &str, mend: &str) {
    let mut hub = TestHub::start(database).await;
    let address = hub.open_metrics().await;
    let channel = hub.client(BANK).await.channel;
    let ready = until_status(address, "/healthz/ready", 200).await.json();
    let names = ready["checks"].as_array().expect("checks").iter();
    assert!(names.clone().any(|known| known["check"] == check), "{ready}");
    assert_eq!(serving(&channel).await, ServingStatus::Serving);
    raw(database, spoil).await;
    assert_eq!(failing(address).await, check);
    assert_eq!(
        get(address, "/healthz/live").await.status,
        200,
        "a restart would not help"
    );
    raw(database, mend).await;
    until_status(address, "/healthz/ready", 200).await;
    assert_eq!(serving(&channel).await, ServingStatus::Serving);
    hub.stop().await;
}

backends! {
    async fn a_clock_that_is_off_makes_the_hub_not_ready(database) {
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        let channel = hub.client(BANK).await.channel;
        until_status(address, "/healthz/ready", 200).await;
        hub.clock.advance_micros(-3_000_000);
        assert_eq!(failing(address).await, "clock");
        assert_eq!(serving(&channel).await, ServingStatus::NotServing);
        let metrics = get(address, "/metrics").await.body;
        assert!(metrics.contains("lienthong_ready 0\n"), "{metrics}");
        assert!(metrics.contains("lienthong_check_ok{check=\"clock\"} 0\n"), "{metrics}");
        assert!(metrics.contains("lienthong_clock_skew_seconds 3.0\n"), "{metrics}");
        hub.clock.advance_micros(3_000_000);
        hub.clock.leap_micros(3_600_000_000);
        assert_eq!(failing(address).await, "clock", "it has leapt ahead");
        hub.clock.leap_micros(-3_600_000_000);
        until_status(address, "/healthz/ready", 200).await;
        assert_eq!(serving(&channel).await, ServingStatus::Serving);
        hub.stop().await;
    }

    async fn a_schema_of_another_program_makes_the_hub_not_ready(database) {
        breaks(
            &database,
            "schema",
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
             SELECT 9999, 'from_the_future', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
            "DELETE FROM _sqlx_migrations WHERE version = 9999",
        )
        .await;
    }

    async fn a_database_that_cannot_be_read_makes_the_hub_not_ready(database) {
        let (spoil, mend) = ("ALTER TABLE ledger_head RENAME TO gone", "ALTER TABLE gone RENAME TO ledger_head");
        breaks(&database, "database", spoil, mend).await;
    }

    async fn a_server_that_turns_the_hub_away_makes_it_not_ready(database) {
        if database.backend() == Backend::Sqlite {
            return;
        }
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        until_status(address, "/healthz/ready", 200).await;
        let url = database.url();
        let name = url.rsplit('/').next().and_then(|rest| rest.split('?').next()).expect("a name");
        let mut admin = PgConnection::connect_with(&server()).await.expect("PostgreSQL answers");
        let turn_away = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        admin.execute(fixed(turn_away)).await.expect("it is done");
        let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        admin.execute(fixed(cut)).await.expect("it is done");
        assert_eq!(failing(address).await, "database");
        let let_in = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
        admin.execute(fixed(let_in)).await.expect("it is done");
        until_status(address, "/healthz/ready", 200).await;
        admin.close().await.expect("the connection closes");
        hub.stop().await;
    }

    async fn a_folder_for_documents_that_is_gone_makes_the_hub_not_ready(database) {
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        until_status(address, "/healthz/ready", 200).await;
        let (folder, aside) = (database.documents(), database.documents().with_extension("aside"));
        std::fs::rename(&folder, &aside).expect("it moves");
        assert_eq!(failing(address).await, "documents");
        std::fs::rename(&aside, &folder).expect("it moves back");
        until_status(address, "/healthz/ready", 200).await;
        hub.stop().await;
    }

    async fn a_certificate_that_has_ended_makes_the_hub_not_ready(database) {
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        until_status(address, "/healthz/ready", 200).await;
        hub.clock.advance_micros(366 * 24 * 3_600_000_000);
        assert_eq!(failing(address).await, "certificate");
        hub.stop().await;
    }

    async fn a_hub_that_stops_is_alive_and_not_ready(database) {
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        let sender = hub.client(THADS).await;
        let (messages, input) = mpsc::channel(1);
        let mut documents = sender.documents();
        let upload = tokio::spawn(async move { documents.upload(ReceiverStream::new(input)).await });
        let first: v1::UploadRequest = header("stopping-0001", b"%PDF-1.7 x");
        messages.send(first).await.expect("the upload reads");
        let in_flight = "lienthong_calls_in_flight{rpc=\"DocumentService/Upload\"} 1\n";
        while !get(address, "/metrics").await.body.contains(in_flight) {}
        let stopping = tokio::spawn(hub.stop());
        assert_eq!(failing(address).await, "draining");
        assert_eq!(get(address, "/healthz/live").await.status, 200);
        drop(messages);
        upload.await.expect("the call ends").expect_err("an upload without its bytes");
        stopping.await.expect("the hub stops");
    }
}
