//! What comes with time: rungs of ladders, and drafts that were confirmed, discarded, or still wait.

use std::sync::Arc;

use lienthong::app::ledger::command::SweptRequest;
use lienthong::app::ledger::notices::NoticeDecision;
use lienthong::app::ledger::timers::{Addressees, Fire, TimerWork};
use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::agency::Role;
use lienthong::domain::event::EventDetails;
use lienthong::domain::ids::IdempotencyKey;
use lienthong::domain::time::Clock as _;
use lienthong::evidence::leaf::NO_CONTENT;

use super::Story;
use crate::harness::Order;
use crate::harness::agencies::{PROCURACY, THADS};

const MONTH: i64 = 30 * 86_400_000_000;

impl Story<'_> {
    /// A request that nobody answers climbs its whole ladder.
    pub(super) async fn timing(&self) {
        let target = self.open(&Order::land()).await.remove(0);
        self.hub.clock.advance_micros(MONTH);
        let request = SweptRequest {
            id: target.id,
            sender: target.sender,
            recipient: target.recipient,
        };
        let procuracy = Arc::new(vec![Arc::new(PROCURACY.agency())]);
        // One rung with each piece.
        for _ in 0..7 {
            let fire = Fire {
                requests: vec![request.clone()],
                until: self.hub.clock.now(),
                addressees: Addressees::from([(Role::Procuracy, Arc::clone(&procuracy))]),
                job: None,
            };
            self.act(Command {
                actor: Actor::hub(),
                key: None,
                content_sha256: NO_CONTENT,
                body: None,
                verified: None,
                operation: Operation::Timers(Box::new(TimerWork::Fire(fire))),
            })
            .await;
        }
        let drafts = self.hub.store.notices_of(&THADS.code(), None, i64::MAX, 100).await;
        let drafts = drafts.expect("drafts");
        assert_eq!(drafts.len(), 3);
        for draft in drafts.iter().take(2) {
            let details: EventDetails = serde_json::from_str(&draft.event.details).expect("details");
            let decision = NoticeDecision {
                draft: draft.row.drafted_index,
                request: request.clone(),
                notice: *details.notice.expect("a notice"),
                confirm: draft.row.addressee.is_some(),
                addressee: draft.row.addressee.clone(),
            };
            let key = self.key();
            self.act(Command::new(
                THADS.actor(),
                IdempotencyKey::parse(&key).expect("a key"),
                "application/protobuf",
                key.into(),
                Operation::Timers(Box::new(TimerWork::Decide(Box::new(decision)))),
            ))
            .await;
        }
    }
}
