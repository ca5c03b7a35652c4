//! What the log knows of keys: those of hubs, and the papers of authorities.

use bytes::Bytes;
use lienthong::app::ledger::catalogue::{StatedKind, catalogue_subject};
use lienthong::app::ledger::command::{CatalogueStatement, NewBody, TrustPaper};
use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::time::Clock as _;
use lienthong::domain::trust::TrustKind;
use lienthong::evidence::digest::{hex, sha256};
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
        for text in ["{}", "{ }"] {
            let revision = sha256(format!("16:definitions.json{}:{text}", text.len()).as_bytes());
            let stated = CatalogueStatement {
                subject: catalogue_subject(&hex(&revision)),
                kinds: CATALOGUE
                    .all()
                    .take(2)
                    .map(|kind| StatedKind {
                        code: kind.code().clone(),
                        revision: kind.revision(),
                    })
                    .collect(),
            };
            let files = json!({ "definitions.json": text }).to_string();
            self.rely("application/json", files.into(), Operation::Catalogue(stated))
                .await;
        }
    }

    /// The hub itself enters what it relies on.
    async fn rely(&self, media_type: &'static str, content: Bytes, operation: Operation) {
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: sha256(&content),
            body: Some(NewBody { media_type, content }),
            verified: None,
            operation,
        };
        self.act(command).await;
    }

    /// Authorities and their lists.
    pub(super) async fn authorities(&self) {
        let digest = |text: &str| sha256(text.as_bytes());
        for (kind, der) in [
            (TrustKind::Authority, "an authority"),
            (TrustKind::Authority, "another"),
            (TrustKind::RevocationList, "its list"),
            (TrustKind::RevocationList, "its next list"),
        ] {
            let now = self.hub.clock.now();
            let paper = TrustPaper {
                kind,
                authority_key: digest("its key"),
                valid_from: now.plus_hours(-1),
                valid_to: now.plus_hours(24),
            };
            self.rely(kind.media_type(), der.into(), Operation::Trust(paper)).await;
        }
    }
}
