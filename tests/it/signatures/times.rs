//! Time and signatures: what was good when the hub took it stays good, whatever becomes of the certificate; what comes after
//! its end is refused. Each certificate has the days that its case needs; the clock is the test's.

use lienthong::app::ledger::LedgerSettings;
use lienthong::client::pki::{KeyedCertificate, Leaf, Usage, Validity, fingerprint};
use lienthong::client::signing::Times;
use lienthong::domain::time::Clock as _;
use lienthong::evidence::certificate_life::{CertificateLife, LogPoint};
use lienthong::evidence::digest::hex;
use lienthong::evidence::jws::{Jws, VerificationKey};
use lienthong_proto::v1::CredentialPurpose;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;

use super::world::{freeze, refusal, register, revoke, sealed_with, send};
use crate::harness::agencies::THADS;
use crate::harness::audit::audit;
use crate::harness::{TestDatabase, TestHub, seals};

const DAY: i64 = 86_400_000_000;

/// What happens to a certificate before the document is sent, and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    Revoked,
    Expired,
    RevokedAndExpired,
    AnotherRegistered,
}

/// The certificate is valid from `first` to `last` days after the start; the document is sent on day `sent`.
struct Case {
    name: &'static str,
    first: i64,
    last: i64,
    before: Then,
    sent: i64,
    after: Then,
    refused: Option<&'static str>,
}

const fn case(
    name: &'static str,
    days: (i64, i64, i64),
    before: Then,
    after: Then,
    refused: Option<&'static str>,
) -> Case {
    let (first, last, sent) = days;
    Case {
        name,
        first,
        last,
        before,
        sent,
        after,
        refused,
    }
}

/// In the order of the days on which they are sent.
const CASES: &[Case] = &[
    case(
        "valid, and valid still",
        (-5, 300, 0),
        Then::Nothing,
        Then::Nothing,
        None,
    ),
    case("since expired", (-5, 3, 0), Then::Nothing, Then::Expired, None),
    case("since revoked", (-5, 300, 0), Then::Nothing, Then::Revoked, None),
    case(
        "since revoked, then expired",
        (-5, 3, 0),
        Then::Nothing,
        Then::RevokedAndExpired,
        None,
    ),
    case("on its last day", (-5, 0, 0), Then::Nothing, Then::Expired, None),
    case(
        "revoked before, at the same instant",
        (-5, 300, 0),
        Then::Revoked,
        Then::Nothing,
        Some("certificate_revoked"),
    ),
    case(
        "not valid yet",
        (2, 300, 0),
        Then::Nothing,
        Then::Nothing,
        Some("certificate_not_yet_valid"),
    ),
    case(
        "since replaced by another",
        (-5, 300, 0),
        Then::Nothing,
        Then::AnotherRegistered,
        None,
    ),
    case("on its first day", (1, 300, 1), Then::Nothing, Then::Revoked, None),
    case(
        "revoked the day before",
        (-5, 300, 1),
        Then::Revoked,
        Then::Nothing,
        Some("certificate_revoked"),
    ),
    case(
        "expired the day before",
        (-5, 1, 2),
        Then::Nothing,
        Then::Nothing,
        Some("certificate_expired"),
    ),
    case(
        "revoked and expired before",
        (-5, 1, 2),
        Then::Revoked,
        Then::Nothing,
        Some("certificate_revoked"),
    ),
    case(
        "replaced before, still valid",
        (-5, 300, 2),
        Then::AnotherRegistered,
        Then::Nothing,
        None,
    ),
    case(
        "most of a year later",
        (-5, 400, 300),
        Then::Nothing,
        Then::Revoked,
        None,
    ),
];

fn der(keys: &KeyedCertificate) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(keys.certificate.as_bytes()).expect("a certificate")
}

/// What the log says of a certificate: when it was registered and revoked, read from the entries alone.
async fn life(database: &TestDatabase, keys: &KeyedCertificate) -> CertificateLife {
    let digest = hex(&fingerprint(&keys.certificate).expect("a certificate"));
    let store = database.store().await;
    let (mut registered, mut revoked, mut days) = (None, None, (0, 0));
    for entry in store.log_entries(0, i64::MAX).await.expect("the log") {
        let leaf = lienthong::evidence::leaf::Leaf::decode(&entry.leaf).expect("a leaf");
        let at = LogPoint {
            log_index: entry.log_index,
            hub_time: leaf.hub_time,
        };
        let details = details(database, entry.log_index).await;
        for credential in details["credentials"].as_array().into_iter().flatten() {
            if credential["sha256"] == *digest {
                let micros = |name: &str| credential[name].as_i64().expect("a time");
                days = (micros("not_before"), micros("not_after"));
                if credential["revoked_time"].is_null() {
                    registered = registered.or(Some(at));
                } else {
                    revoked = revoked.or(Some(at));
                }
            }
        }
    }
    store.close().await;
    CertificateLife {
        registered: registered.expect("registered"),
        revoked,
        not_before: days.0,
        not_after: days.1,
    }
}

async fn details(database: &TestDatabase, log_index: i64) -> Value {
    let raw = database.raw().await;
    let rows = raw
        .rows(&format!("SELECT details FROM event WHERE log_index = {log_index}"))
        .await;
    serde_json::from_str(rows[0]["details"].text()).expect("JSON")
}

async fn become_of(hub: &TestHub, keys: &KeyedCertificate, then: Then) {
    match then {
        Then::Nothing | Then::Expired => {}
        Then::Revoked | Then::RevokedAndExpired => revoke(hub, THADS, keys).await,
        Then::AnotherRegistered => {
            let next = seals::issue("kế tiếp");
            register(hub, THADS, &next, CredentialPurpose::Seal, "")
                .await
                .expect("registered");
        }
    }
}

backends! {
    async fn a_signature_is_judged_by_the_time_of_its_entry_for_ever(database) {
        let hub = TestHub::start(&database).await;
        let start = hub.clock.now();
        let mut day = 0;
        let mut taken = Vec::new();
        // All of them are registered on the first day.
        let mut certificates = Vec::new();
        for case in CASES {
            // Of the authority of the tests' seals, which lasts longer than any case.
            let keys = seals::issue_leaf(&Leaf {
                common_name: "dấu theo ngày",
                hosts: &[],
                usage: Usage::Client,
                validity: Validity {
                    not_before: start.plus_micros(case.first * DAY),
                    not_after: start.plus_micros(case.last * DAY),
                },
            });
            register(&hub, THADS, &keys, CredentialPurpose::Seal, "").await.unwrap_or_else(|status| panic!("{}: {status:?}", case.name));
            certificates.push(keys);
        }
        for (number, (case, keys)) in CASES.iter().zip(certificates).enumerate() {
            assert!(case.sent >= day, "in order of days");
            become_of(&hub, &keys, case.before).await;
            hub.clock.advance_micros((case.sent - day) * DAY);
            day = case.sent;
            // Its day is over before the harness's signatures end; each is signed on its day.
            let sender = hub.client(THADS).await;
            let order = freeze(&format!("time-{number:04}")).to_string();
            let times = Times::at(hub.clock.now());
            let sent = send(&sender, &sealed_with(&keys, &order, times)).await;
            match (sent, case.refused) {
                (Ok(reply), None) => {
                    become_of(&hub, &keys, case.after).await;
                    taken.push((case, keys, reply.receipts[0].clone()));
                }
                (Err(status), Some(expected)) => assert_eq!(refusal(&status).1, expected, "{}", case.name),
                (sent, expected) => panic!("{}: {sent:?}, expected {expected:?}", case.name),
            }
        }
        // Ten years later nothing of it has changed: the bytes, the certificate in the log and the order of the log tell.
        hub.clock.advance_micros(3_650 * DAY);
        hub.stop().await;
        for (case, keys, receipt) in taken {
            let store = database.store().await;
            let body = store.bodies(&[receipt.log_index]).await.expect("a query").pop().expect("the body");
            store.close().await;
            let content = body.content.expect("its bytes");
            let jws = Jws::open(&content).expect("a JWS");
            let key = VerificationKey::of_certificate(&der(&keys)).expect("a key");
            for signature in jws.signatures().expect("signatures") {
                assert_eq!(signature.verify(&key), Ok(()), "{}", case.name);
            }
            let time = receipt.hub_time.expect("a time");
            let accepted = LogPoint { log_index: receipt.log_index, hub_time: time.seconds * 1_000_000 + i64::from(time.nanos / 1_000) };
            let life = life(&database, &keys).await;
            assert_eq!(life.check(accepted), Ok(()), "{}", case.name);
            let is_revoked = matches!(case.after, Then::Revoked | Then::RevokedAndExpired);
            assert_eq!(life.revoked.is_some(), is_revoked, "{}", case.name);
            if let Some(revoked) = life.revoked {
                assert!(life.check(revoked).is_err() && life.check(LogPoint { log_index: revoked.log_index + 1, ..accepted }).is_err());
            }
        }
        audit(&database).await;
    }

    async fn a_revocation_through_another_hub_counts_for_the_next_document(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let keys = seals::issue("dấu");
        register(&hub, THADS, &keys, CredentialPurpose::Seal, "").await.expect("registered");
        let seal = |key: &str| sealed_with(&keys, &freeze(key).to_string(), seals::times());
        send(&sender, &seal("two-hubs-0001")).await.expect("taken");
        // Another writer on the same database revokes it; this hub has the certificate in its memory.
        let other = crate::harness::TestLedger::start_bare(&database, hub.clock.clone(), 9, LedgerSettings::default()).await;
        let change = lienthong::app::ledger::command::RegistryChange::RevokeCredential {
            agency: THADS.code(),
            fingerprint: fingerprint(&keys.certificate).expect("a certificate"),
            purposes: Vec::new(),
        };
        other.done(crate::harness::agencies::registry_command("revoked-elsewhere", change)).await;
        other.stop().await;
        let status = send(&sender, &seal("two-hubs-0002")).await.expect_err("revoked");
        assert_eq!(refusal(&status).1, "certificate_revoked");
        hub.stop().await;
        audit(&database).await;
    }
}

#[test]
fn there_are_at_least_twelve_cases_of_time() {
    assert!(CASES.len() >= 12);
}
