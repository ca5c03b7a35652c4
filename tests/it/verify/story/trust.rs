//! What the log knows of keys: those of hubs, and the papers of authorities.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use lienthong::app::ledger::catalogue::{StatedKind, catalogue_subject};
use lienthong::app::ledger::command::{CatalogueStatement, NewBody, TrustPaper};
use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::app::signatures::Paper as _;
use lienthong::auth::trust::anchor::Anchor;
use lienthong::auth::trust::book::CrlBook;
use lienthong::client::pki::{Authority, Validity};
use lienthong::domain::catalogue::Kind;
use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::evidence::digest::{hex, sha256};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;

use super::Story;
use crate::harness::commands::CATALOGUE;
use crate::harness::ledger::register_key;

impl Story<'_> {
    /// Another hub's keys come and go.
    pub(super) async fn keys(&self) {
        self.pass();
        let other = self.hub.app().await.hub_key.clone();
        self.pass();
        let retirement = Command {
            operation: Operation::RetireHubKey(other.clone()),
            ..register_key(other)
        };
        self.hub.done(retirement).await;
        self.pass();
    }

    /// Two catalogues, smaller than real ones.
    pub(super) async fn catalogues(&self) {
        for kinds in [1, 2] {
            let kinds: Vec<_> = CATALOGUE.kinds().take(kinds).collect();
            let definition = |kind: &&Arc<Kind>| format!("kinds/{}/kind.toml", kind.code());
            let paths: Vec<String> = kinds.iter().map(definition).collect();
            let files: BTreeMap<_, _> = CATALOGUE
                .files()
                .iter()
                .filter(|(path, _)| paths.contains(path))
                .collect();
            let parts = files.iter().flat_map(|(path, text)| [path, text]);
            let counted: String = parts
                .map(|part| format!("{}:{part}", part.len()))
                .collect::<Vec<_>>()
                .concat();
            let stated = CatalogueStatement {
                subject: catalogue_subject(&hex(&sha256(counted.as_bytes()))),
                kinds: kinds
                    .into_iter()
                    .map(|kind| StatedKind {
                        code: kind.code().clone(),
                        revision: kind.revision(),
                    })
                    .collect(),
            };
            let files = json!(files).to_string();
            self.rely("application/json", files.into(), Operation::Catalogue(stated))
                .await;
        }
    }

    /// The hub itself enters what it relies on.
    async fn rely(&self, media_type: &'static str, content: Bytes, operation: Operation) {
        self.act(relied(media_type, content, operation)).await;
    }

    /// Authorities and lists of one of them.
    pub(super) async fn authorities(&self) {
        let now = self.hub.clock.now();
        for (paper, der) in papers(now) {
            self.rely(paper.kind.media_type(), der, Operation::Trust(paper)).await;
        }
    }
}

/// How a hub enters what it relies on.
pub(in crate::verify) fn relied(media_type: &'static str, content: Bytes, operation: Operation) -> Command {
    Command {
        actor: Actor::hub(),
        key: None,
        content_sha256: sha256(&content),
        body: Some(NewBody { media_type, content }),
        verified: None,
        operation,
    }
}

/// Two authorities and two lists of the first one, as a hub reads them at `now`.
pub(in crate::verify) fn papers(now: Timestamp) -> Vec<(TrustPaper, Bytes)> {
    let validity = |hours: i64| Validity {
        not_before: now.plus_hours(-hours),
        not_after: now.plus_hours(24),
    };
    let authorities = ["CA một", "CA hai"].map(|name| Authority::new(name, validity(48)).expect("an authority"));
    let anchors = authorities.each_ref().map(|authority| {
        let der = CertificateDer::from_pem_slice(authority.certificate_pem().as_bytes());
        Anchor::read(der.expect("a certificate")).expect("a certificate")
    });
    let mut papers: Vec<_> = anchors.iter().map(Anchor::content).collect();
    let mut book = CrlBook::default();
    for (number, hours) in [(1, 2), (2, 1)] {
        let list = authorities[0]
            .revocation_list(&[], number, validity(hours))
            .expect("a list");
        let (next, faults) = book.after(&[Ok(list.as_bytes())], &anchors, now);
        assert!(faults.is_empty(), "{faults:?}");
        book = next;
        papers.extend(book.papers());
    }
    papers
}
