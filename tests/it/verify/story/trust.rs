//! What the log knows of keys: those of hubs, and the papers of authorities.

use lienthong::app::ledger::command::{NewBody, TrustPaper};
use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::time::Clock as _;
use lienthong::domain::trust::TrustKind;
use lienthong::evidence::digest::sha256;

use super::Story;
use crate::harness::ledger::register_key;

impl Story<'_> {
    /// Another hub's keys come and go.
    pub(super) async fn keys(&self) {
        let other = self.hub.app().await.hub_key.clone();
        self.pass();
        let retirement = Command {
            operation: Operation::RetireHubKey(other.clone()),
            ..register_key(other)
        };
        self.hub.done(retirement).await;
        self.pass();
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
            let command = Command {
                actor: Actor::hub(),
                key: None,
                content_sha256: digest(der),
                body: Some(NewBody {
                    media_type: kind.media_type(),
                    content: der.into(),
                }),
                verified: None,
                operation: Operation::Trust(paper),
            };
            self.act(command).await;
        }
    }
}
