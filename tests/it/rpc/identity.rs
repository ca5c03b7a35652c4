//! Wrong certificates and wrong tokens over the wire: nothing gets past, and nothing is stored.

use std::sync::Arc;

use lienthong::client::pki::{Authority, KeyedCertificate, Leaf, Usage, Validity, fingerprint, self_signed};
use lienthong::client::token::TokenMinter;
use lienthong::domain::time::ManualClock;
use lienthong_proto::{Rpc, v1};
use tonic::Code;

use crate::harness::TestHub;
use crate::harness::agencies::{BANK, BANK_2, OPERATOR};
use crate::harness::hub::{minter, validity};
use crate::harness::ids::start;
use crate::harness::ledger::HUB;
use crate::harness::wire::{call, reason, text_vi};

const PULL: &str = Rpc::MailboxServicePull.path();

/// What a connection with these keys comes to: no connection at all, or the reason of the refusal.
async fn refusal(hub: &TestHub, keys: &KeyedCertificate, bearer: &str) -> String {
    let Ok(channel) = hub.channel(keys).await else {
        return "NO CONNECTION".to_owned();
    };
    match call(channel, PULL, Some(bearer), Vec::new()).await {
        Ok(_) => "ACCEPTED".to_owned(),
        // In TLS 1.3 a client learns only with the first call that its certificate was not taken.
        Err(status) if reason(&status).is_empty() => "NO CONNECTION".to_owned(),
        Err(status) => {
            assert_eq!(status.code(), Code::Unauthenticated, "{status:?}");
            assert!(!text_vi(&status).is_empty());
            reason(&status)
        }
    }
}

backends! {
    async fn only_a_registered_certificate_of_the_right_ca_for_tls_connects(database) {
        let hub = TestHub::start(&database).await;
        let good = hub.keys(BANK).clone();
        let other_ca = Authority::new("CA khác", validity()).expect("an authority");
        let leaf = Leaf {
            common_name: BANK.code_text(),
            hosts: &[],
            usage: Usage::Client,
            validity: validity(),
        };
        let past = Validity {
            not_before: start().plus_hours(-48),
            not_after: start().plus_hours(-24),
        };
        let future = Validity {
            not_before: start().plus_hours(24),
            not_after: start().plus_hours(48),
        };
        let issue = |validity| {
            hub.authority
                .issue_client(BANK.code_text(), validity)
                .expect("a certificate")
        };
        let token_only = issue(validity());
        register(&hub, "token-only", &token_only, &[v1::CredentialPurpose::Token]).await;
        let cases = [
            ("registered", good.clone(), "ACCEPTED"),
            (
                "of the right CA, not registered",
                issue(validity()),
                "CERTIFICATE_NOT_REGISTERED",
            ),
            ("registered for tokens alone", token_only, "CERTIFICATE_NOT_REGISTERED"),
            (
                "of another CA",
                other_ca.issue(&leaf).expect("a certificate"),
                "NO CONNECTION",
            ),
            (
                "signed by itself",
                self_signed(&leaf).expect("a certificate"),
                "NO CONNECTION",
            ),
            ("expired", issue(past), "NO CONNECTION"),
            ("not valid yet", issue(future), "NO CONNECTION"),
            (
                "a server's",
                hub.authority.issue_server(validity()).expect("a certificate"),
                "NO CONNECTION",
            ),
        ];
        for (name, keys, expected) in cases {
            let bearer = format!("Bearer {}", hub.minter(BANK, &good, &keys).token().expect("a token"));
            assert_eq!(refusal(&hub, &keys, &bearer).await, expected, "a certificate {name}");
        }
    }

    async fn a_certificate_that_ends_or_is_revoked_ends_on_a_live_connection(database) {
        let hub = TestHub::start(&database).await;
        let short = Validity {
            not_before: start(),
            not_after: start().plus_hours(1),
        };
        let keys = hub
            .authority
            .issue_client(BANK.code_text(), short)
            .expect("a certificate");
        register(&hub, "one-hour", &keys, &[v1::CredentialPurpose::Tls]).await;
        let tokens = hub.minter(BANK, hub.keys(BANK), &keys);
        let bearer = || format!("Bearer {}", tokens.token().expect("a token"));
        let channel = hub.channel(&keys).await.expect("a connection");
        call(channel.clone(), PULL, Some(&bearer()), Vec::new())
            .await
            .expect("accepted");
        hub.clock.advance_micros(3_600_000_001);
        let ended = call(channel, PULL, Some(&bearer()), Vec::new())
            .await
            .expect_err("the certificate has ended");
        assert_eq!(reason(&ended), "CERTIFICATE_NOT_REGISTERED");

        let bank = hub.client(BANK).await;
        bank.raw(Rpc::MailboxServicePull, Vec::new()).await.expect("accepted");
        let revoke = v1::RevokeCredentialRequest {
            idempotency_key: "revoke-the-bank".to_owned(),
            agency_code: BANK.code_text().to_owned(),
            sha256: fingerprint(&hub.keys(BANK).certificate)
                .expect("a certificate")
                .to_vec()
                .into(),
            purposes: Vec::new(),
            reason: "Lộ khóa".to_owned(),
        };
        hub.client(OPERATOR)
            .await
            .agencies()
            .revoke_credential(revoke)
            .await
            .expect("revoked");
        let revoked = bank
            .raw(Rpc::MailboxServicePull, Vec::new())
            .await
            .expect_err("the certificate was revoked");
        assert_eq!(revoked.code(), Code::Unauthenticated);
    }

    async fn every_wrong_token_is_refused(database) {
        let hub = TestHub::start(&database).await;
        let keys = hub.keys(BANK).clone();
        let other = hub.keys(BANK_2).clone();
        let good = hub.minter(BANK, &keys, &keys).token().expect("a token");
        let at = |seconds: i64| Arc::new(ManualClock::new(start().plus_micros(seconds * 1_000_000)));
        let mint = |tokens: Arc<TokenMinter>| tokens.token().expect("a token");
        let (head, signature) = good.rsplit_once('.').expect("three parts");
        let (_, claims) = head.split_once('.').expect("three parts");
        let mut bent = signature.to_owned();
        bent.replace_range(..1, if signature.starts_with('A') { "B" } else { "A" });
        let stranger = hub.authority.issue_client("X", validity()).expect("a certificate");
        let cases: Vec<(&str, Option<String>)> = vec![
            ("none", None),
            ("no text", Some("Bearer ".to_owned())),
            ("another scheme", Some(format!("Basic {good}"))),
            ("no token at all", Some("Bearer not-a-token".to_owned())),
            ("two parts", Some(format!("Bearer {head}"))),
            ("four parts", Some(format!("Bearer {good}.{signature}"))),
            ("another signature", Some(format!("Bearer {head}.{bent}"))),
            (
                "no signature (alg none)",
                Some(format!(
                    "Bearer eyJhbGciOiJub25lIiwidHlwIjoibGllbnRob25nK2p3dCJ9.{claims}."
                )),
            ),
            ("far too long", Some(format!("Bearer {}", "a".repeat(5_000)))),
            (
                "expired",
                Some(format!("Bearer {}", mint(minter(BANK, HUB, &keys, &keys, at(-600))))),
            ),
            (
                "not valid yet",
                Some(format!("Bearer {}", mint(minter(BANK, HUB, &keys, &keys, at(600))))),
            ),
            (
                "for another hub",
                Some(format!(
                    "Bearer {}",
                    mint(minter(BANK, "hub.khac.test", &keys, &keys, at(0)))
                )),
            ),
            (
                "of another agency",
                Some(format!("Bearer {}", mint(hub.minter(BANK_2, &other, &keys)))),
            ),
            (
                "bound to another certificate",
                Some(format!("Bearer {}", mint(hub.minter(BANK, &keys, &other)))),
            ),
            (
                "signed with another agency's key",
                Some(format!("Bearer {}", mint(hub.minter(BANK, &other, &keys)))),
            ),
            (
                "signed with a key that is not registered",
                Some(format!("Bearer {}", mint(hub.minter(BANK, &stranger, &keys)))),
            ),
        ];
        let channel = hub.channel(&keys).await.expect("a connection");
        for (name, authorization) in cases {
            let refusal = call(channel.clone(), PULL, authorization.as_deref(), Vec::new()).await;
            let status = refusal.expect_err(name);
            assert_eq!(
                (status.code(), reason(&status).as_str()),
                (Code::Unauthenticated, "TOKEN_INVALID"),
                "{name}"
            );
            assert!(!text_vi(&status).is_empty(), "{name}");
        }
        let authorization = format!("Bearer {good}");
        call(channel, PULL, Some(&authorization), Vec::new())
            .await
            .expect("the good one is taken");
    }

    async fn an_officer_who_left_and_an_agency_that_is_suspended_do_nothing(database) {
        let hub = TestHub::start(&database).await;
        let operator = hub.client(OPERATOR).await;
        let (bank, second) = (hub.client(BANK).await, hub.client(BANK_2).await);
        let end = v1::EndOfficerRequest {
            idempotency_key: "end-of-office".to_owned(),
            agency_code: BANK.code_text().to_owned(),
            officer_id: BANK.officer_id().to_string(),
            valid_to: "2026-11-19".to_owned(),
        };
        operator.agencies().end_officer(end).await.expect("ended");
        let left = bank
            .raw(Rpc::MailboxServicePull, Vec::new())
            .await
            .expect_err("the officer has left");
        assert_eq!(
            (left.code(), reason(&left).as_str()),
            (Code::PermissionDenied, "OFFICER_NOT_ACTIVE")
        );
        let suspend = v1::SuspendAgencyRequest {
            idempotency_key: "suspend-second".to_owned(),
            code: BANK_2.code_text().to_owned(),
            suspended: true,
            reason: "Kiểm tra".to_owned(),
        };
        operator.agencies().suspend_agency(suspend).await.expect("suspended");
        let suspended = second
            .raw(Rpc::MailboxServicePull, Vec::new())
            .await
            .expect_err("the agency is suspended");
        assert_eq!(
            (suspended.code(), reason(&suspended).as_str()),
            (Code::PermissionDenied, "AGENCY_SUSPENDED")
        );
    }
}

/// Registers another certificate of the bank.
async fn register(hub: &TestHub, key: &str, keys: &KeyedCertificate, purposes: &[v1::CredentialPurpose]) {
    let message = v1::RegisterCredentialRequest {
        idempotency_key: format!("register-{key}"),
        agency_code: BANK.code_text().to_owned(),
        credential: Some(v1::NewCredential {
            certificate_pem: keys.certificate.clone(),
            purposes: purposes.iter().map(|purpose| (*purpose).into()).collect(),
            officer_id: String::new(),
        }),
    };
    hub.client(OPERATOR)
        .await
        .agencies()
        .register_credential(message)
        .await
        .expect("registered");
}
