//! Endpoints of webhooks: registered, changed, disabled, removed.

use std::collections::BTreeSet;
use std::time::Duration;

use lienthong::app::ledger::webhook::{NewKey, WebhookChange, WebhookStep, Wish};
use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::ids::{IdempotencyKey, WebhookId};
use lienthong::domain::mailbox::Lane;
use lienthong::domain::time::Clock as _;
use lienthong::domain::webhook::{DisabledReason, Signing};
use lienthong::domain::workflow::Action;
use lienthong::sealing::DataKey;

use super::Story;
use crate::harness::agencies::BANK;
use crate::harness::ids::SeededIds;

fn wish(path: &str, actions: &[Action]) -> Wish {
    Wish {
        url: format!("https://hooks.example.vn/{path}").parse().expect("an address"),
        lanes: BTreeSet::from([Lane::Urgent, Lane::Normal]),
        actions: actions.iter().copied().collect(),
    }
}

fn key(byte: u8, public: Option<&str>) -> NewKey {
    NewKey {
        secret: DataKey::new([byte; 32]),
        public: public.map(str::to_owned),
    }
}

impl Story<'_> {
    pub(super) async fn webhooks(&self) {
        let register = |seed, signing, key| {
            let id = WebhookId::generate(&*SeededIds::new(seed), self.hub.clock.now());
            let wish = wish("first", &[Action::Submit]);
            (id, WebhookChange::Register { wish, signing, key })
        };
        let (first, change) = register(9_001, Signing::Ed25519, key(1, Some("whpk_1")));
        self.webhook(&first, change).await;
        let rotate = WebhookChange::Rotate {
            key: key(2, Some("whpk_2")),
            overlap: Duration::from_hours(24),
        };
        self.webhook(&first, rotate).await;
        let (second, change) = register(9_002, Signing::Hmac, key(3, None));
        self.webhook(&second, change).await;
        for enabled in [false, true] {
            let wish = wish("second", &[]);
            self.webhook(&second, WebhookChange::Update { wish, enabled }).await;
        }
        let (reason, version) = (DisabledReason::Gone, 3);
        self.webhook(&second, WebhookChange::Disable { reason, version }).await;
        let (third, change) = register(9_003, Signing::Hmac, key(4, None));
        self.webhook(&third, change).await;
        self.webhook(&third, WebhookChange::Remove).await;
    }

    async fn webhook(&self, id: &WebhookId, change: WebhookChange) {
        let by_hub = matches!(change, WebhookChange::Disable { .. });
        let step = WebhookStep {
            agency: BANK.code(),
            id: id.clone(),
            change,
        };
        let operation = Operation::Webhook(Box::new(step));
        let command = if by_hub {
            Command {
                actor: Actor::hub(),
                key: None,
                content_sha256: [0; 32],
                body: None,
                verified: None,
                operation,
            }
        } else {
            let key = self.key();
            let idempotency_key = IdempotencyKey::parse(&key).expect("a key");
            Command::new(
                BANK.actor(),
                idempotency_key,
                "application/protobuf",
                key.into(),
                operation,
            )
        };
        assert_eq!(self.act(command).await.len(), 1, "one entry");
    }
}
