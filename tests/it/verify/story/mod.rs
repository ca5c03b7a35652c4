//! A hub at which everything has happened that can: every kind, and a row of every table with something in every column.

mod cases;
mod erasing;
mod operator;
mod supervision;
mod timing;
pub(super) mod trust;
mod webhooks;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use lienthong::app::ledger::command::{
    CalendarImport, CopyByRight, Holding, NewMeasure, RegistryChange, Statement, Sweep, SweepTask, Upload,
};
use lienthong::app::ledger::{Actor, Command, LedgerSettings, Operation, Outcome, Receipt};
use lienthong::domain::agency::{Agency, Alias, Officer, Unit};
use lienthong::domain::calendar::{CalendarDay, DayKind};
use lienthong::domain::catalogue::RelatedFacts;
use lienthong::domain::document::parts::RelationType;
use lienthong::domain::document::step::ServiceWay;
use lienthong::domain::event::{DecisionRef, Measure, Relation, Served};
use lienthong::domain::ids::{AgencyCode, DocumentId, IdempotencyKey, MeasureId, RelatedId, UnitId};
use lienthong::domain::money::Money;
use lienthong::domain::time::Clock as _;
use lienthong::domain::workflow::Action;
use lienthong::evidence::digest::sha256;
use lienthong::sealing::DataKey;
use lienthong::verify::VERIFIED;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::harness::agencies::{
    ALL, BANK, BANK_2, LAND_OFFICE, OPERATOR, PAPER_BANK, PROCURACY, THADS, registry_command,
};
use crate::harness::commands::{CATALOGUE, Target, advance, final_answer, kind};
use crate::harness::ids::{SeededIds, clock, start};
use crate::harness::ledger::leaf;
use crate::harness::{Order, TestDatabase, TestLedger, fixture, seals};
use crate::ledger::walk::{Walker, walks};

const UNIT: &str = "pgd.hoan-kiem";

/// A hub whose clock moves before every command, as clocks do.
struct Story<'a> {
    hub: &'a TestLedger,
    count: Cell<u32>,
}

/// Kinds of a story in a log that has no whole tile.
const FEW: usize = 14;

/// Lets everything happen, and then, if there are any, `attempts` of a random walk in a log that has a whole tile. Without them the log stays
/// short of one: few of the kinds come in it.
pub(super) async fn live(database: &TestDatabase, attempts: usize) {
    happen(database, attempts, true).await;
}

/// Lets everything happen but that content is erased.
pub(super) async fn live_without_erasing(database: &TestDatabase) {
    happen(database, 0, false).await;
}

async fn happen(database: &TestDatabase, attempts: usize, erases: bool) {
    let hub = TestLedger::start_bare(database, clock(), 1, LedgerSettings::default()).await;
    let story = Story {
        hub: &hub,
        count: Cell::default(),
    };
    for agency in ALL {
        story.act(agency.registration(agency.paper_credentials())).await;
    }
    story.pass();
    hub.bring_in_calendar().await;
    story.registry().await;
    story.calendar().await;
    story.each_kind(if attempts > 0 { usize::MAX } else { FEW }).await;
    story.money().await;
    story.documents().await;
    story.on_paper().await;
    story.outside_measures().await;
    story.copies().await;
    story.authorities().await;
    story.catalogues().await;
    story.cases().await;
    story.supervision().await;
    story.operators().await;
    story.webhooks().await;
    story.timing().await;
    if erases {
        story.erasing().await;
    }
    story.keys().await;
    if attempts > 0 {
        story.walk(attempts).await;
        story.whole_tile().await;
    }
    hub.stop().await;
    require_a_time_for_each_batch(database).await;
}

/// Of two batches in one microsecond the first one's checkpoint can be taken away unseen (docs/verify.md); a story without them has
/// no change that may go undetected.
async fn require_a_time_for_each_batch(database: &TestDatabase) {
    let select = VERIFIED
        .iter()
        .find(|select| select.table == "checkpoint")
        .expect("a table");
    let time = select
        .columns()
        .into_iter()
        .position(|column| column == "hub_time")
        .expect("a column");
    let mut seen = BTreeSet::new();
    for row in &super::tables(database).await["checkpoint"] {
        assert!(
            seen.insert(row.values()[time].clone()),
            "a second batch of the same time: {row:?}"
        );
    }
}

fn unit() -> UnitId {
    UnitId::parse(UNIT).expect("a unit")
}

impl Story<'_> {
    fn pass(&self) {
        self.hub.clock.advance_micros(1_357_911);
    }

    fn key(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("story:{:06}", self.count.get())
    }

    async fn act(&self, command: Command) -> Vec<Receipt> {
        self.pass();
        self.hub.done(command).await
    }

    async fn change(&self, change: RegistryChange) {
        self.act(registry_command(&self.key(), change)).await;
    }

    async fn open(&self, order: &Order) -> Vec<Target> {
        let receipts = self.act(order.submit(&self.key(), "story")).await;
        crate::harness::ledger::targets(order, &receipts)
    }

    async fn step(&self, target: &Target, action: Action, statement: Statement) {
        self.act(target.step(&self.key(), action, statement)).await;
    }

    async fn registry(&self) {
        let former = Alias {
            name: "Ngân hàng Cũ (giả lập)".to_owned(),
            valid_from: None,
            valid_to: Some(jiff::civil::date(2026, 6, 30)),
        };
        let bank = Agency {
            name_en: "Example Bank".to_owned(),
            parent: Some(BANK_2.code()),
            aliases: vec![former],
            territory: vec!["01".to_owned()],
            commune_code: "00004".to_owned(),
            units: vec![
                Unit {
                    territory: vec!["01".to_owned()],
                    ..BANK.agency().units[0].clone()
                },
                Unit {
                    id: UnitId::parse("hoi-so").expect("a unit"),
                    name: "Hội sở".to_owned(),
                    territory: Vec::new(),
                },
            ],
            ..BANK.agency()
        };
        self.change(RegistryChange::UpdateAgency(bank)).await;
        let ended = Agency {
            code: AgencyCode::parse("GIA-LAP.NH.970900").expect("a code"),
            successor: Some(BANK.code()),
            ..BANK_2.agency()
        };
        self.change(RegistryChange::CreateAgency {
            agency: ended,
            officer: None,
            credentials: Vec::new(),
        })
        .await;
        self.change(RegistryChange::RegisterCredentials {
            agency: THADS.code(),
            credentials: seals::credentials(THADS),
        })
        .await;
        for (agency, id, unit) in [(BANK, "nh.nguoi.cu", None), (THADS, "chv.nguoi.moi", Some(unit()))] {
            let officer = Officer {
                id: id.parse().expect("an id"),
                full_name: "Người Thứ Hai".to_owned(),
                unit,
                ..agency.officer()
            };
            self.change(RegistryChange::RegisterOfficer {
                officer,
                states_scope: true,
            })
            .await;
        }
        self.change(RegistryChange::EndOfficer {
            agency: BANK.code(),
            officer: "nh.nguoi.cu".parse().expect("an id"),
            last_day: jiff::civil::date(2026, 11, 20),
        })
        .await;
        self.change(RegistryChange::RegisterOfficer {
            officer: Officer {
                unit: Some(unit()),
                ..THADS.officer()
            },
            states_scope: true,
        })
        .await;
        self.change(RegistryChange::RevokeCredential {
            agency: PROCURACY.code(),
            fingerprint: sha256(PROCURACY.code_text().as_bytes()),
            purposes: Vec::new(),
        })
        .await;
    }

    async fn calendar(&self) {
        let day = CalendarDay {
            date: jiff::civil::date(2026, 12, 3),
            kind: DayKind::Holiday,
            name: "Ngày nghỉ giả lập".to_owned(),
            basis: "Thông báo giả lập".to_owned(),
            certainty: "giả lập".to_owned(),
            known_from: None,
        };
        let key = self.key();
        let command = Command::new(
            OPERATOR.actor(),
            IdempotencyKey::parse(&key).expect("a key"),
            "application/protobuf",
            format!("{key} {day:?}").into(),
            Operation::Calendar(CalendarImport { days: vec![day] }),
        );
        self.act(command).await;
    }

    /// An order of each of so many kinds, registered, assigned, answered with the first outcome that ends it, and taken in.
    async fn each_kind(&self, most: usize) {
        for kind in CATALOGUE.kinds().take(most) {
            let example: Value = serde_json::from_str(&kind.order_example).expect("JSON");
            let agency = |code: &Value| fixture(&code.as_str().expect("a code").parse().expect("a code"));
            let recipient = agency(&example["recipients"][0]);
            let order = Order {
                kind: std::sync::Arc::clone(kind),
                sender: agency(&example["agency"]),
                recipients: vec![recipient],
                relations: Vec::new(),
            };
            let [target] = self.open(&order).await.try_into().expect("one request");
            let lane = kind.definition.lane;
            let last = self.hub.store.mailbox_heads(&recipient.code()).await.expect("heads")[&lane].last_position;
            self.act(advance(recipient, "intake", &[(lane, last)])).await;
            self.step(&target, Action::Acknowledge, Statement::default()).await;
            let assigned = Statement {
                officer: Some(recipient.officer_id()),
                unit: Some(unit()),
                ..Statement::default()
            };
            self.step(&target, Action::Assign, assigned).await;
            let ends = kind
                .definition
                .outcomes
                .iter()
                .find(|outcome| outcome.r#final && !outcome.is_for_reports_only());
            let ends = ends.expect("an outcome that ends it");
            let holding = ends
                .measure
                .then(|| Holding::Measure(BTreeMap::from([("VND".to_owned(), "7000000".to_owned())])));
            let answer = Statement {
                outcome: Some(ends.code.to_string()),
                holding,
                ..Statement::default()
            };
            self.step(&target, Action::AnswerFinal, answer).await;
        }
    }

    async fn related(&self, freeze: &Target, code: &str, relation: RelationType, reduces: Option<&str>) {
        let order = Order {
            kind: kind(code),
            sender: THADS,
            recipients: vec![fixture(&freeze.recipient)],
            relations: vec![Relation {
                relation: relation.as_str().to_owned(),
                related_id: RelatedId::Request(freeze.id.clone()),
            }],
        };
        let [target] = self.open(&order).await.try_into().expect("one request");
        let answers = &kind(code).answer_examples;
        let facts = RelatedFacts {
            relation,
            reduce_by: reduces.and_then(|amount| Money::from_json(&json!({ "amount": amount, "currency": "VND" }))),
            ends: reduces.is_none(),
        };
        let statement = Statement {
            outcome: Some(answers.keys().next().expect("an answer").to_string()),
            related: Some(facts),
            ..Statement::default()
        };
        let mut command = target.step(&self.key(), Action::AnswerFinal, statement);
        if let Operation::Step(step) = &mut command.operation {
            step.related = vec![RelatedId::Request(freeze.id.clone())];
        }
        self.act(command).await;
    }

    /// Freezes of a broadcast: debited in part, released, answered again; and one released before it was read.
    async fn money(&self) {
        let broadcast = Order::freeze(&[BANK, BANK_2]);
        for freeze in self.open(&broadcast).await {
            self.step(&freeze, Action::Acknowledge, Statement::default()).await;
            self.step(&freeze, Action::AnswerFinal, final_answer(&freeze.kind))
                .await;
            self.related(&freeze, "account-debit", RelationType::Follows, Some("60000000"))
                .await;
            if freeze.recipient == BANK.code() {
                self.related(&freeze, "freeze-release", RelationType::Releases, None)
                    .await;
            }
        }
        let [unread] = self.open(&Order::freeze(&[BANK_2])).await.try_into().expect("one");
        let forward = Statement {
            unit: Some(unit()),
            ..Statement::default()
        };
        self.step(&unread, Action::Forward, forward).await;
        self.related(&unread, "freeze-release", RelationType::Releases, None)
            .await;
    }

    /// Documents, and an order and an answer that name them.
    async fn documents(&self) {
        let mut ids = Vec::new();
        for (owner, name) in [
            (THADS, "Quyết định.pdf"),
            (THADS, "Bản án.pdf"),
            (LAND_OFFICE, "Trích lục.pdf"),
        ] {
            let key = self.key();
            let id = DocumentId::generate(&*SeededIds::new(70 + u64::from(self.count.get())), self.hub.clock.now());
            let upload = Upload {
                id: id.clone(),
                name: name.to_owned(),
                media_type: "application/pdf".to_owned(),
                size: 4_096,
                sha256: sha256(name.as_bytes()),
                data_key: DataKey::new(sha256(key.as_bytes())),
            };
            let command = Command::new(
                owner.actor(),
                IdempotencyKey::parse(&key).expect("a key"),
                "application/protobuf",
                format!("{key} {name}").into(),
                Operation::Upload(Box::new(upload)),
            );
            self.act(command).await;
            ids.push(id);
        }
        let order = Order::land();
        let mut command = order.submit(&self.key(), "with documents");
        if let Operation::Submit(submit) = &mut command.operation {
            submit.attachments = ids[..2].to_vec();
        }
        let receipts = self.act(command).await;
        let [target] = crate::harness::ledger::targets(&order, &receipts)
            .try_into()
            .expect("one");
        let answer = Statement {
            attachments: ids[2..].to_vec(),
            ..final_answer(&target.kind)
        };
        self.step(&target, Action::AnswerFinal, answer).await;
    }

    /// A partner that is not connected.
    async fn on_paper(&self) {
        let [target] = self.open(&Order::freeze(&[PAPER_BANK])).await.try_into().expect("one");
        let served = Statement {
            served: Some(Served {
                at: start(),
                way: ServiceWay::ByHand,
                refused: false,
            }),
            ..Statement::default()
        };
        self.step(&target, Action::Serve, served).await;
        self.step(&target, Action::RecordAnswer, final_answer(&target.kind))
            .await;
    }

    /// Measures from before the hub, one of which passes to a successor.
    async fn outside_measures(&self) {
        let measure = |number: &str| Measure {
            id: MeasureId::generate(&*SeededIds::new(90), start()),
            request_id: None,
            kind: kind("account-freeze").code().clone(),
            holder: BANK.code(),
            issuer: THADS.code(),
            decision: DecisionRef {
                number: number.to_owned(),
                date: jiff::civil::date(2025, 3, 10),
                office: Some("Chi cục cũ (giả lập)".to_owned()),
            },
            in_force: true,
            amounts: BTreeMap::from([("VND".to_owned(), "1000000".to_owned())]),
            since: start(),
            ended: None,
            changed_by: None,
            taken: BTreeMap::new(),
        };
        let new = |number| NewMeasure::new(measure(number), Vec::new());
        let key = self.key();
        let command = Command::new(
            THADS.actor(),
            IdempotencyKey::parse(&key).expect("a key"),
            "application/protobuf",
            key.clone().into(),
            Operation::Measures(["7/QĐ", "8/QĐ"].map(new).into()),
        );
        let receipts = self.act(command).await;
        let succeed = Sweep {
            task: SweepTask::Succeed {
                from: BANK.code(),
                to: BANK_2.code(),
            },
            requests: Vec::new(),
            measures: vec![leaf(&receipts[0]).subject.parse().expect("a measure")],
        };
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: [0; 32],
            body: None,
            verified: None,
            operation: Operation::Sweep(succeed),
        };
        self.act(command).await;
    }

    /// A copy by right to the procuracy beside an order.
    async fn copies(&self) {
        let order = Order::freeze(&[BANK]);
        let mut command = order.submit(&self.key(), "with a copy");
        if let Operation::Submit(submit) = &mut command.operation {
            submit.copies = vec![CopyByRight {
                kind: kind("decision-copy"),
                recipient: PROCURACY.code(),
                unit: None,
            }];
        }
        self.act(command).await;
    }

    /// So many orders that a node of the tree is stored. They share one batch.
    async fn whole_tile(&self) {
        self.pass();
        let size = self.hub.store.head().await.expect("a head").frontier.size();
        let orders: Vec<Command> = (size..260).map(|_| Order::land().submit(&self.key(), "")).collect();
        for outcome in self.hub.at_once(orders).await {
            outcome.expect("accepted");
        }
    }

    /// What nobody thought of.
    async fn walk(&self, attempts: usize) {
        let mut walker = Walker::default();
        let mut runner = TestRunner::deterministic();
        let mut tried = 0;
        while tried < attempts {
            let walk = walks().new_tree(&mut runner).expect("a walk").current();
            for attempt in walk.iter().flat_map(|(_, attempts)| attempts) {
                let command = walker.next(self.hub, attempt).await;
                self.pass();
                let outcome = self.hub.execute(command).await;
                walker.learn(&outcome);
                tried += usize::from(matches!(outcome, Ok(Outcome::Done(_))));
                if tried >= attempts {
                    return;
                }
            }
        }
    }
}
