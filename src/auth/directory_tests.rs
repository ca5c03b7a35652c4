//! Who is let in, and what a change of the registry does to those who are in.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::directory::Authenticator;
use super::principal::Principal;
use super::test_registry::{HUB, Member, Registry, credential, minter, peer, start};
use crate::client::pki::Validity;
use crate::domain::agency::{Credential, Officer, Purpose, Scope};
use crate::domain::error::{Error, ErrorCode, Result};

const DAY_MICROS: i64 = 86_400_000_000;

fn code_and_reason(result: &Result<Arc<Principal>>) -> (ErrorCode, &str) {
    let error: &Error = result.as_ref().expect_err("it must be refused");
    (error.code(), error.metadata().get("reason").map_or("", String::as_str))
}

fn revoked(credential: Credential) -> Credential {
    Credential {
        revoked_time: Some(start()),
        ..credential
    }
}

impl Registry {
    async fn call(&self, member: &Member) -> Result<Arc<Principal>> {
        let bearer = member.bearer(&self.clock);
        self.authenticator.authenticate(&member.peer(), Some(&bearer)).await
    }
}

#[tokio::test]
async fn an_officer_with_certificate_and_token_is_known() {
    let registry = Registry::new().await;
    let bank = &registry.bank;
    let principal = registry.call(bank).await.unwrap();
    assert_eq!(*principal.agency, bank.agency);
    assert_eq!(*principal.officer, bank.officer);
    assert_eq!(&*principal.roles, ["enforcer"]);
    assert_eq!(principal.expires, start().plus_micros(300_000_000));
    assert_eq!(
        principal.registry_version,
        registry.store.registry_version().await.unwrap()
    );
    let party = registry
        .authenticator
        .authenticate_connection(&bank.peer())
        .await
        .unwrap();
    assert_eq!(*party.agency, bank.agency);
}

#[tokio::test]
async fn a_token_is_remembered_until_it_expires_and_no_longer() {
    let registry = Registry::new().await;
    let bearer = registry.bank.bearer(&registry.clock);
    let peer = registry.bank.peer();
    let first = registry.authenticator.authenticate(&peer, Some(&bearer)).await.unwrap();
    registry.clock.advance_micros(299_999_999);
    let again = registry.authenticator.authenticate(&peer, Some(&bearer)).await.unwrap();
    assert!(Arc::ptr_eq(&first, &again));
    registry.clock.advance_micros(1);
    let late = registry.authenticator.authenticate(&peer, Some(&bearer)).await;
    assert_eq!(code_and_reason(&late), (ErrorCode::TokenInvalid, "expired"));
}

#[tokio::test]
async fn a_certificate_must_be_registered_for_connections() {
    let registry = Registry::new().await;
    let bank = &registry.bank;
    let unregistered = registry
        .authority
        .issue_client("BANK.1", Validity::days(start(), 10))
        .unwrap();
    for tls in [&unregistered, &bank.token] {
        let token = minter(&bank.agency.code, "officer.1", &bank.token, tls, &registry.clock)
            .token()
            .unwrap();
        let result = registry
            .authenticator
            .authenticate(&peer(tls), Some(&format!("Bearer {token}")))
            .await;
        assert_eq!(
            code_and_reason(&result),
            (ErrorCode::CertificateNotRegistered, "not_registered")
        );
    }
}

#[tokio::test]
async fn a_token_is_good_only_from_its_agency_on_its_connection_with_its_key() {
    let registry = Registry::new().await;
    let (bank, court) = (&registry.bank, &registry.court);
    let try_with = async |agency: &Member, key: &Member, tls: &Member, peer: &Member| {
        let minter = minter(&agency.agency.code, "officer.1", &key.token, &tls.tls, &registry.clock);
        let bearer = format!("Bearer {}", minter.token().unwrap());
        let result = registry.authenticator.authenticate(&peer.peer(), Some(&bearer)).await;
        code_and_reason(&result).1.to_owned()
    };
    assert_eq!(try_with(bank, bank, bank, court).await, "certificate_mismatch");
    assert_eq!(try_with(bank, bank, court, court).await, "wrong_issuer");
    assert_eq!(try_with(court, bank, court, court).await, "unknown_key");
    // The certificate for connections is not registered for tokens.
    let tls_signs = minter(&bank.agency.code, "officer.1", &bank.tls, &bank.tls, &registry.clock)
        .token()
        .unwrap();
    let result = registry
        .authenticator
        .authenticate(&bank.peer(), Some(&format!("Bearer {tls_signs}")))
        .await;
    assert_eq!(code_and_reason(&result), (ErrorCode::TokenInvalid, "unknown_key"));
    // A token that is good on its own connection is not remembered for another.
    let bearer = bank.bearer(&registry.clock);
    registry
        .authenticator
        .authenticate(&bank.peer(), Some(&bearer))
        .await
        .unwrap();
    let stolen = registry.authenticator.authenticate(&court.peer(), Some(&bearer)).await;
    assert_eq!(code_and_reason(&stolen).1, "certificate_mismatch");
}

#[tokio::test]
async fn a_call_without_a_bearer_token_is_refused() {
    let registry = Registry::new().await;
    for (value, reason) in [
        (None, "missing"),
        (Some("Basic abc"), "wrong_scheme"),
        (Some("Bearer x"), "malformed"),
    ] {
        let result = registry.authenticator.authenticate(&registry.bank.peer(), value).await;
        assert_eq!(code_and_reason(&result), (ErrorCode::TokenInvalid, reason));
    }
}

#[tokio::test]
async fn a_revoked_certificate_ends_at_once_what_it_began() {
    for purpose in [Purpose::Tls, Purpose::Token] {
        let registry = Registry::new().await;
        let bank = &registry.bank;
        let principal = registry.call(bank).await.unwrap();
        let pem = if purpose == Purpose::Tls {
            &bank.tls
        } else {
            &bank.token
        };
        let gone = revoked(credential(
            &bank.agency.code,
            pem,
            purpose,
            Validity::days(start(), 300),
        ));
        registry.put(&[], &[], &[gone]).await;
        let expected = if purpose == Purpose::Tls {
            (ErrorCode::CertificateNotRegistered, "revoked")
        } else {
            (ErrorCode::TokenInvalid, "key_not_usable")
        };
        assert_eq!(code_and_reason(&registry.call(bank).await), expected);
        assert_eq!(
            code_and_reason(&registry.authenticator.confirm(&principal).await),
            expected
        );
        registry.call(&registry.court).await.unwrap();
    }
}

#[tokio::test]
async fn a_registered_certificate_is_refused_outside_its_validity() {
    let registry = Registry::new().await;
    registry.call(&registry.bank).await.unwrap();
    registry.clock.advance_micros(301 * DAY_MICROS);
    let expected = (ErrorCode::CertificateNotRegistered, "not_valid_now");
    assert_eq!(code_and_reason(&registry.call(&registry.bank).await), expected);
    registry.clock.advance_micros(-302 * DAY_MICROS);
    assert_eq!(code_and_reason(&registry.call(&registry.bank).await), expected);
}

#[tokio::test]
async fn a_suspended_agency_is_refused_until_the_suspension_is_lifted() {
    let registry = Registry::new().await;
    let principal = registry.call(&registry.bank).await.unwrap();
    let mut agency = registry.bank.agency.clone();
    agency.suspended = true;
    registry.put(std::slice::from_ref(&agency), &[], &[]).await;
    assert_eq!(
        code_and_reason(&registry.call(&registry.bank).await).0,
        ErrorCode::AgencySuspended
    );
    assert_eq!(
        code_and_reason(&registry.authenticator.confirm(&principal).await).0,
        ErrorCode::AgencySuspended
    );
    agency.suspended = false;
    registry.put(&[agency], &[], &[]).await;
    registry.call(&registry.bank).await.unwrap();
}

#[tokio::test]
async fn an_officer_must_be_registered_and_in_office_today() {
    let registry = Registry::new().await;
    let bank = &registry.bank;
    let stranger = minter(&bank.agency.code, "stranger", &bank.token, &bank.tls, &registry.clock)
        .token()
        .unwrap();
    let result = registry
        .authenticator
        .authenticate(&bank.peer(), Some(&format!("Bearer {stranger}")))
        .await;
    assert_eq!(
        code_and_reason(&result),
        (ErrorCode::OfficerNotActive, "not_registered")
    );

    let mut ended = bank.officer.clone();
    ended.valid_to = Some(start().date().yesterday().unwrap());
    let principal = registry.call(bank).await.unwrap();
    registry.put(&[], &[ended], &[]).await;
    let expected = (ErrorCode::OfficerNotActive, "not_in_office");
    assert_eq!(code_and_reason(&registry.call(bank).await), expected);
    assert_eq!(
        code_and_reason(&registry.authenticator.confirm(&principal).await),
        expected
    );
}

#[tokio::test]
async fn a_remembered_token_does_not_outlive_the_officers_last_day() {
    let registry = Registry::new().await;
    let bank = &registry.bank;
    // Ten seconds before midnight in Viet Nam.
    let tonight = start().civil().end_of_day();
    let micros = crate::domain::time::Timestamp::from_civil(tonight).micros() - start().micros() - 10_000_000;
    let mut last_day = bank.officer.clone();
    last_day.valid_to = Some(start().date());
    registry.put(&[], &[last_day], &[]).await;
    registry.clock.advance_micros(micros);
    let bearer = bank.bearer(&registry.clock);
    let principal = registry
        .authenticator
        .authenticate(&bank.peer(), Some(&bearer))
        .await
        .unwrap();
    registry.clock.advance_micros(11_000_000);
    let expected = (ErrorCode::OfficerNotActive, "not_in_office");
    assert_eq!(
        code_and_reason(&registry.authenticator.authenticate(&bank.peer(), Some(&bearer)).await),
        expected
    );
    assert_eq!(
        code_and_reason(&registry.authenticator.confirm(&principal).await),
        expected
    );
}

#[tokio::test]
async fn an_open_stream_goes_on_after_its_token_expired_and_follows_the_registry() {
    let registry = Registry::new().await;
    let principal = registry.call(&registry.bank).await.unwrap();
    registry.clock.advance_micros(3_600_000_000);
    let same = registry.authenticator.confirm(&principal).await.unwrap();
    assert!(Arc::ptr_eq(&principal, &same));
    registry
        .put(std::slice::from_ref(&registry.court.agency), &[], &[])
        .await;
    let renewed = registry.authenticator.confirm(&same).await.unwrap();
    assert_eq!(renewed.registry_version, principal.registry_version + 1);
    assert!(Arc::ptr_eq(
        &renewed,
        &registry.authenticator.confirm(&renewed).await.unwrap()
    ));
}

#[tokio::test]
async fn an_officer_whose_rights_change_opens_his_streams_again() {
    let registry = Registry::new().await;
    let bank = &registry.bank;
    let principal = registry.call(bank).await.unwrap();
    let renamed = Officer {
        full_name: "Nguyễn Văn B".to_owned(),
        ..bank.officer.clone()
    };
    registry.put(&[], std::slice::from_ref(&renamed), &[]).await;
    let principal = registry.authenticator.confirm(&principal).await.unwrap();
    assert_eq!(*principal.officer, renamed);
    for scope in [Scope::Own, Scope::All] {
        let before = registry.call(bank).await.unwrap();
        let changed = Officer {
            scope,
            ..renamed.clone()
        };
        registry.put(&[], &[changed], &[]).await;
        let stream = registry.authenticator.confirm(&before).await;
        assert_eq!(code_and_reason(&stream), (ErrorCode::Unavailable, "rights_changed"));
        assert_eq!(registry.call(bank).await.unwrap().officer.scope, scope);
    }
}

#[tokio::test]
async fn another_hub_counts_by_its_own_audience() {
    let registry = Registry::new().await;
    let other_hub = Authenticator::new(
        registry.store.clone(),
        registry.clock.clone(),
        format!("{HUB}.vn").into(),
    );
    let bearer = registry.bank.bearer(&registry.clock);
    let result = other_hub.authenticate(&registry.bank.peer(), Some(&bearer)).await;
    assert_eq!(code_and_reason(&result), (ErrorCode::TokenInvalid, "wrong_audience"));
}

#[tokio::test]
async fn nobody_is_let_in_from_memory_when_the_registry_cannot_be_read() {
    let registry = Registry::new().await;
    let bank = &registry.bank;
    let bearer = bank.bearer(&registry.clock);
    let remembering =
        |fresh| Authenticator::new(registry.store.clone(), registry.clock.clone(), HUB.into()).remembering_for(fresh);
    let (lately, too_long_ago) = (remembering(Duration::from_hours(1)), remembering(Duration::ZERO));
    let mut principals = Vec::new();
    for authenticator in [&lately, &too_long_ago] {
        principals.push(authenticator.authenticate(&bank.peer(), Some(&bearer)).await.unwrap());
    }
    registry.store.close().await;

    lately.authenticate(&bank.peer(), Some(&bearer)).await.unwrap();
    lately.confirm(&principals[0]).await.unwrap();
    too_long_ago
        .authenticate(&bank.peer(), Some(&bearer))
        .await
        .unwrap_err();
    too_long_ago.authenticate_connection(&bank.peer()).await.unwrap_err();
    too_long_ago.confirm(&principals[1]).await.unwrap_err();
    lately.read_registry_version().await.unwrap_err();
}

#[tokio::test]
async fn a_change_through_this_hub_counts_for_the_next_call() {
    let registry = Registry::new().await;
    let bank = &registry.bank;
    let (ledger, version) = watch::channel(0);
    let authenticator = Authenticator::new(registry.store.clone(), registry.clock.clone(), HUB.into())
        .with_local_version(version)
        .remembering_for(Duration::from_hours(1));
    let bearer = bank.bearer(&registry.clock);
    let principal = authenticator.authenticate(&bank.peer(), Some(&bearer)).await.unwrap();
    let pem = credential(&bank.agency.code, &bank.tls, Purpose::Tls, Validity::days(start(), 300));
    registry.put(&[], &[], &[revoked(pem)]).await;
    ledger.send_replace(registry.store.registry_version().await.unwrap());

    let expected = (ErrorCode::CertificateNotRegistered, "revoked");
    let refused = authenticator.authenticate(&bank.peer(), Some(&bearer)).await;
    assert_eq!(code_and_reason(&refused), expected);
    assert_eq!(code_and_reason(&authenticator.confirm(&principal).await), expected);
}
