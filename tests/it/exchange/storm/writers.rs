//! Those who send orders: of many kinds, to many agencies, each order again with its key until a hub acknowledges it.

use std::sync::Arc;
use std::time::Duration;

use lienthong::domain::mailbox::Lane;
use lienthong_proto::v1;
use lienthong_proto::v1::request_service_client::RequestServiceClient;
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::cast::{Caller, Tally, rest};
use super::dice::Dice;
use crate::harness::agencies::{
    BANK, BANK_2, COURT_37, INSURANCE_37, LAND_37, LAND_OFFICE, PAYER_37, POLICE_HOA_LU, THADS, THADS_37,
};
use crate::harness::commands::kind;
use crate::harness::{Fixture, documents, seals};

/// Longer than any call takes that a hub still works on.
const PATIENCE: Duration = Duration::from_mins(1);

/// What enforcement sends beside measures and their releases.
const ENQUIRIES: &[(&str, Fixture)] = &[
    ("account-information", BANK),
    ("account-information", BANK_2),
    ("land-information", LAND_OFFICE),
    ("residence-information", POLICE_HOA_LU),
    ("income-information", INSURANCE_37),
    ("income-information", PAYER_37),
    ("judgment-clarification", COURT_37),
];

/// What can be released later.
const MEASURES: &[(&str, Fixture)] = &[
    ("account-freeze", BANK),
    ("account-freeze", BANK_2),
    ("registration-suspension", LAND_37),
];

/// An order that was sent.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) sender: Fixture,
    pub(super) recipient: Fixture,
    pub(super) key: String,
    /// The lane of its kind.
    pub(super) lane: Lane,
    /// The measure that it lifts.
    pub(super) lifts: Option<String>,
    /// The requests that it opened, the recipient's first; none: the call broke off and was never made again.
    pub(super) opened: Option<Vec<String>>,
}

/// A measure that is not released yet.
struct Held {
    id: String,
    kind: &'static str,
    recipient: Fixture,
    number: String,
}

/// One who sends orders, and now and then takes a step on them.
pub(super) struct Writer {
    pub(super) number: usize,
    pub(super) sender: Fixture,
    /// Its own connections.
    pub(super) caller: Caller,
    /// Everyone's: a writer also takes steps of recipients.
    pub(super) everyone: Arc<[(Fixture, Caller)]>,
    pub(super) dice: Dice,
    pub(super) tally: Arc<Tally>,
}

impl Writer {
    /// Sends `count` orders, one after another.
    pub(super) async fn run(mut self, count: usize) -> Vec<Sent> {
        let (mut held, mut all) = (Vec::new(), Vec::with_capacity(count));
        for turn in 0..count {
            let key = format!("storm-{}-{turn:07}", self.number);
            let (order, mut sent) = self.order(&key, &mut held);
            let ask = Ask::Submit(v1::SubmitRequest {
                content: seals::submit_now(&order.to_string()),
            });
            sent.opened = self.until_answered(self.sender, &ask, true).await;
            if let Some([id, ..]) = sent.opened.as_deref() {
                if MEASURES.iter().any(|(kind, _)| order["kind"] == *kind) {
                    held.push(held_by(&order, id, sent.recipient));
                } else if self.dice.one_in(6) {
                    self.step(&key, id, sent.recipient).await;
                }
            }
            all.push(sent);
            Tally::count(&self.tally.orders);
        }
        all
    }

    /// The next order; takes what it releases from `held`.
    fn order(&mut self, key: &str, held: &mut Vec<Held>) -> (Value, Sent) {
        let mut lifts = None;
        let (code, recipient) = match self.dice.below(10) {
            _ if self.sender == COURT_37 => ("judgment-transfer", *self.dice.pick(&[THADS, THADS_37])),
            0..3 => *self.dice.pick(MEASURES),
            3..6 if !held.is_empty() => {
                let measure = held.swap_remove(self.dice.place(held.len()));
                let release = if measure.kind == "account-freeze" {
                    "freeze-release"
                } else {
                    "registration-release"
                };
                let recipient = measure.recipient;
                lifts = Some(measure);
                (release, recipient)
            }
            _ => *self.dice.pick(ENQUIRIES),
        };
        let kind = kind(code);
        let mut order = documents::order(&kind, key, self.sender, &[recipient]);
        order["head"]["number"] = key.trim_start_matches("storm-").into();
        if let Some(province) = order["payload"].get_mut("province_code") {
            *province = recipient.agency().province_code.into();
        }
        if let Some(measure) = &lifts {
            order["relations"] = json!([{ "type": "releases", "enforcement_request_id": measure.id }]);
            order["payload"]["ground_date"] = "2026-11-20".into();
            for decision in ["decision", "decision_ended"] {
                if let Some(decision) = order["payload"].get_mut(decision) {
                    decision["number"] = measure.number.clone().into();
                }
            }
        }
        let sent = Sent {
            sender: self.sender,
            recipient,
            key: key.to_owned(),
            lane: kind.definition.lane,
            lifts: lifts.map(|measure| measure.id),
            opened: None,
        };
        (order, sent)
    }

    /// Sender or recipient takes a step, which the other's mailbox tells of.
    async fn step(&mut self, key: &str, id: &str, recipient: Fixture) {
        let (key, by, ask) = (format!("{key}-step"), self.sender, self.dice.one_in(4));
        let (by, ask) = if ask {
            let document = documents::withdraw(&key, by, id).to_string();
            let content = Some(v1::withdraw_request::Content::Document(document));
            let ask = v1::WithdrawRequest {
                content,
                ..Default::default()
            };
            (by, Ask::Withdraw(ask))
        } else {
            let document = documents::acknowledge(&key, recipient, id).to_string();
            let content = Some(v1::acknowledge_request::Content::Document(document));
            let ask = v1::AcknowledgeRequest {
                content,
                ..Default::default()
            };
            (recipient, Ask::Acknowledge(ask))
        };
        self.until_answered(by, &ask, false).await;
    }

    /// Asks again, any hub, until one answers. Gives nothing if the call broke off and the dice say to leave it at that.
    async fn until_answered(&mut self, by: Fixture, ask: &Ask, may_give_up: bool) -> Option<Vec<String>> {
        let other = self
            .everyone
            .iter()
            .find(|(agency, _)| *agency == by && by != self.sender);
        let caller = other.map_or(&self.caller, |(_, caller)| caller).clone();
        loop {
            let channel = caller.channel(&mut self.dice).await;
            // Now and then a client goes before its answer comes.
            let patience = if self.dice.one_in(25) {
                self.dice.millis_below(12)
            } else {
                PATIENCE
            };
            match tokio::time::timeout(patience, ask.send(channel)).await {
                Ok(Ok(opened)) => return Some(opened),
                Ok(Err(status)) => assert!(is_broken_off(&status), "refused: {status:?} {ask:?}"),
                Err(_) => {}
            }
            Tally::count(&self.tally.broken);
            if may_give_up && self.dice.one_in(8) {
                return None;
            }
            rest(&mut self.dice).await;
        }
    }
}

/// The measure that this order asked for.
fn held_by(order: &Value, id: &str, recipient: Fixture) -> Held {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let head = &order["head"];
    let (kind, _) = *MEASURES
        .iter()
        .find(|(kind, _)| order["kind"] == *kind)
        .expect("a measure");
    Held {
        id: id.to_owned(),
        kind,
        recipient,
        number: format!("{}/{}", text(&head["number"]), text(&head["symbol"])),
    }
}

/// Whether nobody knows what became of the call, or the hub said to come again.
fn is_broken_off(status: &Status) -> bool {
    !matches!(
        status.code(),
        Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::FailedPrecondition
            | Code::OutOfRange
            | Code::Unimplemented
            | Code::Unauthenticated
            | Code::DataLoss
    )
}

/// What a writer asks for.
#[derive(Debug)]
enum Ask {
    Submit(v1::SubmitRequest),
    Acknowledge(v1::AcknowledgeRequest),
    Withdraw(v1::WithdrawRequest),
}

impl Ask {
    /// Gives the requests of the receipts.
    async fn send(&self, channel: lienthong::client::channel::HubChannel) -> Result<Vec<String>, Status> {
        let mut requests = RequestServiceClient::new(channel);
        let receipts = match self {
            Self::Submit(ask) => requests.submit(ask.clone()).await?.into_inner().receipts,
            Self::Acknowledge(ask) => requests
                .acknowledge(ask.clone())
                .await?
                .into_inner()
                .receipt
                .into_iter()
                .collect(),
            Self::Withdraw(ask) => requests
                .withdraw(ask.clone())
                .await?
                .into_inner()
                .receipt
                .into_iter()
                .collect(),
        };
        Ok(receipts
            .into_iter()
            .map(|receipt| receipt.enforcement_request_id)
            .collect())
    }
}
