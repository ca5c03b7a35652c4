//! Revocation lists that expire, break, roll back or are missing: the last good one holds, then nothing does.

use lienthong::auth::trust::crl::CrlFault;
use lienthong::server::run::Hub;
use lienthong::server::start_error::StartError;
use lienthong::server::tls::TlsConfigError;
use lienthong::server::tls_alarm::TlsAlarm;

use super::world::{ASK, Files, LiveStream, World, list, looking_at, refusal, soon};
use crate::harness::TestHub;
use crate::harness::agencies::{BANK, BANK_2};
use crate::harness::ids::{SeededIds, clock};
use crate::harness::wire::reason;

fn bearer(hub: &TestHub) -> String {
    let keys = hub.keys(BANK);
    format!("Bearer {}", hub.minter(BANK, keys, keys).token().expect("a token"))
}

fn refused(fault: CrlFault) -> TlsAlarm {
    TlsAlarm::CrlRefused { file: 1, fault }
}

backends! {
    async fn a_broken_list_keeps_the_last_good_one_until_it_expires_and_then_nobody_gets_in(database) {
        let world = World::start(&database).await;
        let hub = &world.hubs[0];
        let other = hub.keys(BANK_2);
        world.files.put("crl.pem", &list(&hub.authority, &[other], 2, 24));
        let other_bearer = format!("Bearer {}", hub.minter(BANK_2, other, other).token().expect("a token"));
        soon("the list is taken", async || refusal(hub, other, ASK, &other_bearer).await == "NO CONNECTION").await;

        world.files.put("crl.pem", "-----BEGIN X509 CRL-----\nhalf a list");
        soon("told", async || hub.tls_state().alarms.contains(&refused(CrlFault::NotACrl))).await;
        world.files.remove("crl.pem");
        soon("told", async || hub.tls_state().alarms.contains(&refused(CrlFault::Unreadable))).await;
        // What it revoked stays revoked, and the others go on.
        assert_eq!(refusal(hub, other, ASK, &other_bearer).await, "NO CONNECTION");
        let client = hub.client(BANK).await;
        client.raw(ASK, Vec::new()).await.expect("the last good list holds");
        let stream = LiveStream::of(&client).await;

        hub.clock.advance_micros(25 * 3_600_000_000);
        let late = client.raw(ASK, Vec::new()).await.expect_err("the list has expired");
        assert_eq!(reason(&late), "CERTIFICATE_NOT_REGISTERED");
        soon("told", async || hub.tls_state().alarms.contains(&TlsAlarm::CrlExpired { lists: 1 })).await;
        soon("the stream is cut", async || stream.has_ended()).await;
        soon("the connection is closed", async || hub.connections() == 0).await;
        assert_eq!(refusal(hub, hub.keys(BANK), ASK, &bearer(hub)).await, "NO CONNECTION");

        world.files.put("crl.pem", &list(&hub.authority, &[other], 3, 72));
        soon("a good list opens again", async || refusal(hub, hub.keys(BANK), ASK, &bearer(hub)).await == "ACCEPTED").await;
        assert_eq!(refusal(hub, other, ASK, &other_bearer).await, "NO CONNECTION");
        soon("all is well", async || hub.tls_state().alarms.is_empty()).await;
        world.stop().await;
    }

    async fn an_older_list_is_not_taken(database) {
        let world = World::start(&database).await;
        let hub = &world.hubs[0];
        let keys = hub.keys(BANK);
        let before = list(&hub.authority, &[], 4, 48);
        world.files.put("crl.pem", &list(&hub.authority, &[keys], 5, 24));
        soon("revoked", async || refusal(hub, keys, ASK, &bearer(hub)).await == "NO CONNECTION").await;
        world.files.put("crl.pem", &before);
        soon("told", async || hub.tls_state().alarms == [refused(CrlFault::Older)]).await;
        assert_eq!(refusal(hub, keys, ASK, &bearer(hub)).await, "NO CONNECTION");
        world.stop().await;
    }

    async fn a_hub_does_not_start_with_a_list_that_says_nothing(database) {
        let hub = TestHub::start(&database).await;
        let authority = std::sync::Arc::clone(&hub.authority);
        hub.stop().await;
        let files = Files::new(&authority);
        let start = async |crls: &[&str], require: bool| {
            let settings = looking_at(&database, &authority, files.source(crls, require));
            match Hub::start(settings, clock(), SeededIds::new(8)).await {
                Ok(running) => {
                    running.stop().await;
                    None
                }
                Err(StartError::Tls(error)) => Some(error),
                Err(other) => panic!("{other:?}"),
            }
        };
        let fault = |error: Option<TlsConfigError>| match error {
            Some(TlsConfigError::Crl { fault, .. }) => fault,
            other => panic!("{other:?}"),
        };
        assert!(matches!(start(&[], true).await, Some(TlsConfigError::CrlMissing)));
        assert_eq!(fault(start(&["no-such-file"], false).await), CrlFault::Unreadable);
        let most = 16 << 20;
        for (bytes, expected) in [(most, CrlFault::NotACrl), (most + 1, CrlFault::TooLarge)] {
            files.put("crl.pem", &"x".repeat(bytes));
            assert_eq!(fault(start(&["crl.pem"], false).await), expected, "{bytes}");
        }
        files.put("crl.pem", "no list");
        assert_eq!(fault(start(&["crl.pem"], false).await), CrlFault::NotACrl);
        files.put("crl.pem", &list(&authority, &[], 1, 0));
        assert_eq!(fault(start(&["crl.pem"], false).await), CrlFault::Expired);
        files.put("crl.pem", &list(&authority, &[], 1, 24));
        assert!(start(&["crl.pem"], true).await.is_none());
    }
}
