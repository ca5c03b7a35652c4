//! What the agency erases, what it does not, and what still waits.

use lienthong::app::ledger::command::{Statement, Upload};
use lienthong::app::ledger::{Command, Operation};
use lienthong::domain::erasure::ErasureAction;
use lienthong::domain::ids::{DocumentId, IdempotencyKey};
use lienthong::domain::time::Clock as _;
use lienthong::domain::workflow::{Action, Party};
use lienthong::evidence::digest::sha256;
use lienthong::sealing::DataKey;

use super::Story;
use crate::harness::Order;
use crate::harness::agencies::THADS;
use crate::harness::commands::Target;
use crate::harness::erasing::{register_second, step};
use crate::harness::ids::SeededIds;
use crate::harness::ledger::{leaf, targets};

const DAY: i64 = 86_400_000_000;

impl Story<'_> {
    pub(super) async fn erasing(&self) {
        self.act(register_second(THADS)).await;
        let mut ended = Vec::new();
        for number in 0..3 {
            ended.push(self.withdrawn(number).await);
        }
        self.hub.clock.advance_micros(2 * DAY);
        let [erased, rejected, waiting] = ended.try_into().expect("three");
        self.decided(&erased, ErasureAction::Reject).await;
        self.decided(&erased, ErasureAction::Erase).await;
        self.decided(&rejected, ErasureAction::Reject).await;
        self.proposed(&waiting).await;
    }

    /// An order with a document, taken back.
    async fn withdrawn(&self, number: u64) -> Target {
        let key = self.key();
        let id = DocumentId::generate(&*SeededIds::new(7_000 + number), self.hub.clock.now());
        let upload = Upload {
            id: id.clone(),
            name: format!("Văn bản {number}.pdf"),
            media_type: "application/pdf".to_owned(),
            size: 4_096,
            sha256: sha256(key.as_bytes()),
            data_key: DataKey::new(sha256(key.as_bytes())),
        };
        let command = Command::new(
            THADS.actor(),
            IdempotencyKey::parse(&key).expect("a key"),
            "application/protobuf",
            key.into(),
            Operation::Upload(Box::new(upload)),
        );
        self.act(command).await;
        let order = Order::land();
        let mut command = order.submit(&self.key(), "to be erased");
        if let Operation::Submit(submit) = &mut command.operation {
            submit.attachments = vec![id];
        }
        let receipts = self.act(command).await;
        let [target] = targets(&order, &receipts).try_into().expect("one");
        let withdraw = target.step_by(Party::Sender, &self.key(), Action::Withdraw, Statement::default());
        self.act(withdraw).await;
        target
    }

    async fn proposed(&self, target: &Target) -> i64 {
        let command = step(self.hub, target, THADS, &self.key(), ErasureAction::Propose, None).await;
        let receipts = self.act(command).await;
        assert_eq!(leaf(&receipts[0]).action, "propose_erasure");
        receipts[0].log_index
    }

    async fn decided(&self, target: &Target, action: ErasureAction) {
        let proposed = self.proposed(target).await;
        self.act(step(self.hub, target, THADS, &self.key(), action, Some(proposed)).await)
            .await;
    }
}
