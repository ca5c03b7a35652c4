//! What the hub counts is what happened, and names nobody.

use lienthong::client::pki::Authority;
use lienthong_proto::v1;
use tokio::net::TcpStream;

use super::{ask, get};
use crate::harness::agencies::{ALL, BANK, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::validity;
use crate::harness::{TestHub, documents};
use crate::rpc::same_key::submit;

/// The value of the line that begins with `series`.
fn value(text: &str, series: &str) -> Option<f64> {
    let line = text
        .lines()
        .find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')))?;
    line.rsplit(' ').next()?.parse().ok()
}

backends! {
    async fn calls_are_counted_by_method_code_and_role(database) {
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        let (sender, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let order = documents::order(&kind("account-freeze"), "counted-0001", THADS, &[BANK]);
        for _ in 0..2 {
            sender.requests().submit(submit(&order)).await.expect("accepted");
        }
        let missing = v1::GetRequest { enforcement_request_id: "req_00000000000000000000000000000000".to_owned(), ..Default::default() };
        bank.requests().get(missing.clone()).await.expect_err("no such request");
        let without_token = v1::request_service_client::RequestServiceClient::new(bank.channel.clone()).get(missing).await;
        without_token.expect_err("no token");

        // A call has ended when its answer is through, a moment after the caller has it.
        let in_flight = r#"lienthong_calls_in_flight{rpc="RequestService/Submit"}"#;
        let mut text = get(address, "/metrics").await.body;
        while value(&text, in_flight) != Some(0.0) {
            text = get(address, "/metrics").await.body;
        }
        let calls = |labels: &str| value(&text, &format!("lienthong_calls_total{{{labels}}}"));
        assert_eq!(calls(r#"rpc="RequestService/Submit",code="OK",role="ENFORCEMENT""#), Some(2.0), "{text}");
        assert_eq!(calls(r#"rpc="RequestService/Get",code="NOT_FOUND",role="BANK""#), Some(1.0), "{text}");
        assert_eq!(calls(r#"rpc="RequestService/Get",code="UNAUTHENTICATED",role="none""#), Some(1.0), "{text}");
        assert_eq!(value(&text, r#"lienthong_call_duration_seconds_count{rpc="RequestService/Submit"}"#), Some(2.0));
        assert_eq!(value(&text, "lienthong_connections_open"), Some(2.0), "{text}");
        assert!(value(&text, "lienthong_ledger_commands_total") >= Some(2.0), "{text}");
        assert!(value(&text, "lienthong_ledger_batch_commands_count") >= Some(2.0), "{text}");
        assert_eq!(value(&text, "lienthong_ledger_waiting"), Some(0.0));
        for fixture in ALL {
            assert!(!text.contains(fixture.code_text()) && !text.contains(fixture.officer_id().as_str()));
        }
        hub.stop().await;
    }

    async fn what_is_looked_at_is_shown(database) {
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        assert_eq!(get(address, "/healthz/ready").await.status, 200);
        let text = get(address, "/metrics").await.body;
        let entries = database.raw().await.count("log_entry").await;
        assert_eq!(value(&text, "lienthong_ledger_head").map(|head| format!("{head}")), Some(entries.to_string()));
        assert_eq!(value(&text, "lienthong_ready"), Some(1.0));
        assert_eq!(value(&text, r#"lienthong_check_ok{check="documents"}"#), Some(1.0));
        let end = format!("{}", validity().not_after.seconds());
        for certificate in ["server", "client_ca"] {
            let shown = value(&text, &format!("lienthong_certificate_end_timestamp_seconds{{certificate=\"{certificate}\"}}"));
            assert_eq!(shown.map(|shown| format!("{shown}")), Some(end.clone()), "{text}");
        }
        let connections = |pool: &str, state: &str| {
            value(&text, &format!("lienthong_database_connections{{pool=\"{pool}\",state=\"{state}\"}}"))
        };
        assert!(connections("readers", "most") > Some(1.0), "{text}");
        assert!(connections("writer", "in_use").is_some(), "{text}");
        assert_eq!(value(&text, r#"lienthong_job_runs_total{job="recompute",outcome="failed"}"#), None);
        hub.stop().await;
    }

    async fn a_reader_of_a_mailbox_is_counted_while_it_waits(database) {
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        let bank = hub.client(BANK).await;
        let waiting = tokio::spawn(async move {
            let message = v1::PullRequest { wait_seconds: 30, ..Default::default() };
            bank.mailbox().pull(message).await
        });
        let readers = r#"lienthong_mailbox_readers{way="pull"}"#;
        while value(&get(address, "/metrics").await.body, readers) != Some(1.0) {}
        waiting.abort();
        drop(waiting.await);
        while value(&get(address, "/metrics").await.body, readers) != Some(0.0) {}
        let text = get(address, "/metrics").await.body;
        let cancelled = r#"lienthong_calls_total{rpc="MailboxService/Pull",code="CANCELLED",role="none"}"#;
        assert_eq!(value(&text, cancelled), Some(1.0), "{text}");
        hub.stop().await;
    }

    async fn handshakes_that_fail_are_counted_by_reason(database) {
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        let strangers = Authority::new("CA lạ", validity()).expect("an authority");
        let keys = strangers.issue_client("x", validity()).expect("a certificate");
        if let Ok(channel) = hub.channel(&keys).await {
            // TLS 1.3 tells a client of its refusal with the first answer.
            let path = lienthong_proto::Rpc::AdminServiceGetServerInfo.path();
            let called = crate::harness::wire::call(channel, path, None, Vec::new()).await;
            called.expect_err("a stranger is turned away");
        }
        let failures = |reason: &str| format!("lienthong_handshake_failures_total{{reason=\"{reason}\"}}");
        while value(&get(address, "/metrics").await.body, &failures("unknown_issuer")) < Some(1.0) {}
        drop(TcpStream::connect(hub.address()).await.expect("a connection"));
        while value(&get(address, "/metrics").await.body, &failures("closed_by_client")).is_none() {}
        hub.stop().await;
    }

    async fn deadlines_that_wait_for_the_calendar_are_counted(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let order = documents::order(&kind("account-freeze"), "pending-0001", THADS, &[BANK]);
        sender.requests().submit(submit(&order)).await.expect("accepted");
        let store = database.store().await;
        assert_eq!(store.deadlines_pending_calendar().await.expect("a count"), 0);
        let changed = database.raw().await.execute("UPDATE deadline SET status = 'PENDING_CALENDAR' WHERE status = 'RUNNING'").await;
        let changed = i64::try_from(changed.expect("deadlines")).expect("a few");
        assert!(changed > 0);
        assert_eq!(store.deadlines_pending_calendar().await.expect("a count"), changed);
        store.close().await;
        hub.stop().await;
    }

    async fn the_listener_reads_only_and_knows_three_pages(database) {
        let mut hub = TestHub::start(&database).await;
        let address = hub.open_metrics().await;
        let metrics = get(address, "/metrics").await;
        assert_eq!(metrics.status, 200);
        assert!(metrics.head.contains("content-type: text/plain; version=0.0.4"), "{}", metrics.head);
        assert_eq!(get(address, "/").await.status, 404);
        let post = ask(address, "POST /metrics HTTP/1.1\r\nHost: hub\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
        assert_eq!(post.status, 405);
        hub.stop().await;
        TcpStream::connect(address).await.expect_err("it has ended with the hub");
    }
}
