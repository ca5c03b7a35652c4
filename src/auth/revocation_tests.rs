//! What an authority has revoked counts in the very next call, for connections and tokens, remembered or not.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::sync::watch;

use super::directory::Authenticator;
use super::principal::Principal;
use super::test_registry::{HUB, Registry, start};
use super::trust::anchor::Anchor;
use super::trust::book::CrlBook;
use crate::client::pki::{KeyedCertificate, Validity};
use crate::domain::error::{Error, ErrorCode};

struct Hub {
    registry: Registry,
    authenticator: Authenticator,
    lists: watch::Sender<Arc<CrlBook>>,
}

impl Hub {
    async fn new() -> Self {
        let registry = Registry::new().await;
        let (lists, receiver) = watch::channel(Arc::new(CrlBook::default()));
        let authenticator = Authenticator::new(registry.store.clone(), registry.clock.clone(), HUB.into())
            .with_revocation_lists(receiver);
        Self {
            registry,
            authenticator,
            lists,
        }
    }

    /// Puts a list in force that ends after a day, in a book of its own.
    fn revoke(&self, revoked: &[&KeyedCertificate]) {
        let authority = &self.registry.authority;
        let list = authority
            .revocation_list(revoked, 1, Validity::days(start(), 1))
            .unwrap();
        let anchor = Anchor::read(CertificateDer::from_pem_slice(authority.certificate_pem().as_bytes()).unwrap());
        let (book, faults) = CrlBook::new(true).after(&[Ok(list.as_bytes())], &[anchor.unwrap()], start());
        assert_eq!(faults, []);
        self.lists.send_replace(Arc::new(book));
    }

    async fn call(&self, bearer: &str) -> Result<Arc<Principal>, Error> {
        let peer = self.registry.bank.peer();
        self.authenticator.authenticate(&peer, Some(bearer)).await
    }

    /// The same for a new call, for a stream that is open, and for a connection.
    async fn told(&self, bearer: &str, stream: &Arc<Principal>) -> [Option<(ErrorCode, String)>; 3] {
        let told = |error: Error| {
            let reason = error.metadata().get("reason").cloned();
            (error.code(), reason.unwrap_or_default())
        };
        let peer = self.registry.bank.peer();
        [
            self.call(bearer).await.err().map(told),
            self.authenticator.confirm(stream).await.err().map(told),
            self.authenticator.authenticate_connection(&peer).await.err().map(told),
        ]
    }
}

fn refused(code: ErrorCode, reason: &str) -> (ErrorCode, String) {
    (code, reason.to_owned())
}

#[tokio::test]
async fn a_remembered_token_ends_with_the_list_that_names_its_key_and_the_connection_stays() {
    let hub = Hub::new().await;
    let bearer = hub.registry.bank.bearer(&hub.registry.clock);
    let stream = hub.call(&bearer).await.unwrap();
    hub.revoke(&[&hub.registry.bank.token]);
    let out = Some(refused(ErrorCode::TokenInvalid, "key_not_usable"));
    assert_eq!(hub.told(&bearer, &stream).await, [out.clone(), out, None]);
    // Nothing of the refusal is remembered either.
    hub.lists.send_replace(Arc::new(CrlBook::default()));
    assert_eq!(hub.told(&bearer, &stream).await, [None, None, None]);
}

#[tokio::test]
async fn a_listed_certificate_ends_connection_calls_and_streams() {
    let hub = Hub::new().await;
    let bearer = hub.registry.bank.bearer(&hub.registry.clock);
    let stream = hub.call(&bearer).await.unwrap();
    hub.revoke(&[&hub.registry.bank.tls]);
    let out = Some(refused(ErrorCode::CertificateNotRegistered, "revoked"));
    assert_eq!(hub.told(&bearer, &stream).await, [out.clone(), out.clone(), out]);
}

#[tokio::test]
async fn an_expired_list_and_a_required_one_that_is_missing_let_nobody_in() {
    let hub = Hub::new().await;
    let bearer = hub.registry.bank.bearer(&hub.registry.clock);
    let stream = hub.call(&bearer).await.unwrap();
    let out = Some(refused(ErrorCode::CertificateNotRegistered, "revocation_unknown"));
    let all_out = [out.clone(), out.clone(), out];
    hub.lists.send_replace(Arc::new(CrlBook::new(true)));
    assert_eq!(hub.told(&bearer, &stream).await, all_out);
    hub.revoke(&[]);
    assert_eq!(hub.told(&bearer, &stream).await, [None, None, None]);
    hub.registry.clock.advance_micros(24 * 3_600_000_000);
    let bearer = hub.registry.bank.bearer(&hub.registry.clock);
    assert_eq!(hub.told(&bearer, &stream).await, all_out);
}
