//! Cases in every form: of an order that debits, of earlier books, reminded of, entrusted, assigned.

use lienthong::app::ledger::case_orders::NamedCase;
use lienthong::app::ledger::cases::{CaseStep, CaseWork};
use lienthong::app::ledger::reports::{PeriodToClose, ReportStep};
use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::document::parts::RelationType;
use lienthong::domain::enforcement_case::{DecisionNumber, Dong, OrderPurpose};
use lienthong::domain::event::{OpenedCase, Relation};
use lienthong::domain::ids::{CaseId, IdempotencyKey, RelatedId, RequestId};
use lienthong::domain::workflow::Action;
use serde_json::{Value, json};

use super::Story;
use crate::harness::Order;
use crate::harness::agencies::{BANK, COURT_37, THADS};
use crate::harness::commands::{Target, final_answer, kind};

fn dong(text: &str) -> Dong {
    Dong::parse(text).expect("an amount")
}

impl Story<'_> {
    async fn case_steps(&self, steps: Vec<CaseStep>) -> Vec<CaseId> {
        let key = self.key();
        let command = Command::new(
            THADS.actor(),
            IdempotencyKey::parse(&key).expect("a key"),
            "application/json",
            format!("{{\"key\":\"{key}\"}}").into(),
            Operation::Cases(CaseWork::Steps(steps)),
        );
        let receipts = self.act(command).await;
        let subjects = receipts
            .iter()
            .map(|receipt| crate::harness::ledger::leaf(receipt).subject);
        subjects.filter_map(|subject| CaseId::parse(&subject).ok()).collect()
    }

    async fn change_case(&self, case_id: &CaseId, change: Value) {
        let change = serde_json::from_value(change).expect("a change");
        let step = CaseStep::Change {
            case_id: case_id.clone(),
            expected_version: None,
            change,
        };
        self.case_steps(vec![step]).await;
    }

    fn opened(number: &str, opened: Value) -> CaseStep {
        CaseStep::Open {
            decision: DecisionNumber {
                number: number.to_owned(),
                date: "2024-01-10".parse().expect("a date"),
            },
            opened: Box::new(serde_json::from_value(opened).expect("what it is opened with")),
        }
    }

    async fn named(&self, case_id: &CaseId, code: &str, purpose: OrderPurpose, follows: Option<&Target>) -> Target {
        let order = Order {
            kind: kind(code),
            sender: THADS,
            recipients: vec![BANK],
            relations: follows
                .map(|target| Relation {
                    relation: RelationType::Follows.as_str().to_owned(),
                    related_id: RelatedId::Request(target.id.clone()),
                })
                .into_iter()
                .collect(),
        };
        let mut command = order.submit(&self.key(), "case");
        if let Operation::Submit(submit) = &mut command.operation {
            submit.case = Some(Box::new(NamedCase {
                opened: OpenedCase {
                    case_id: case_id.clone(),
                    obligations: vec!["1".parse().expect("an id")],
                    purpose,
                    amount: Some(dong("1000")),
                    costs: Some(dong("10")),
                },
                decision: None,
            }));
        }
        let receipts = self.act(command).await;
        crate::harness::ledger::targets(&order, &receipts).remove(0)
    }

    /// A head closes a month and sets targets and campaigns.
    async fn closed_books(&self) {
        let registry_version = self.hub.store.registry_version().await.expect("a version");
        let targets = json!({ "year": 2027, "targets": {
            "units": [{ "unit": super::UNIT, "cases_done": 835 }, { "money_carried": 10 }],
            "officers": [{ "officer": THADS.officer_text(), "month": "2026-12", "cases": 3, "dong": "70" }] } });
        let campaign = json!({ "code": "quy-1-2027", "campaign": {
            "period": "2027-01-01..2027-03-31", "units": [super::UNIT], "tag": "CREDIT", "initiative": "PROACTIVE", "cases": 4, "dong": "5" } });
        let close = |period: &str| {
            ReportStep::Close(PeriodToClose {
                period: period.parse().expect("a period"),
                agencies: vec![THADS.code(), crate::harness::agencies::THADS_37.code()],
                registry_version,
                seen: None,
            })
        };
        for step in [
            close("TK2026"),
            close("2026-10"),
            ReportStep::SetTargets(serde_json::from_value(targets.clone()).expect("targets")),
            ReportStep::SetTargets(serde_json::from_value(targets).expect("targets")),
            ReportStep::SetCampaign(serde_json::from_value(campaign).expect("a campaign")),
        ] {
            let key = self.key();
            let command = Command::new(
                THADS.actor(),
                IdempotencyKey::parse(&key).expect("a key"),
                "application/protobuf",
                key.clone().into(),
                Operation::Reports(Box::new(step)),
            );
            self.act(command).await;
        }
    }

    pub(super) async fn cases(&self) {
        let transfer = Order {
            kind: kind("judgment-transfer"),
            sender: COURT_37,
            recipients: vec![THADS],
            relations: Vec::new(),
        };
        let transfer: RequestId = self.open(&transfer).await.remove(0).id;
        let opened = json!({
            "date": "2024-01-10", "initiative": "ON_REQUEST", "status": "IN_PROGRESS", "transfer": transfer,
            "obligations": [{ "id": "1", "kind": "MONEY", "amount": "5000", "joint": true, "settled_before": "1" },
                            { "id": "2", "kind": "LAND" }],
            "tags": ["CREDIT", "KEY_CASE"], "officer": THADS.officer_text(),
        });
        let old = json!({
            "date": "2024-10-01", "initiative": "PROACTIVE", "status": "NO_CONDITIONS", "ground": "L106_38_1_C",
            "since": "2024-03-01", "carried_over_from": "2024-09-30", "verified": "2024-08-31", "verify_every": "TWELVE_MONTHS",
            "obligations": [{ "id": "1", "kind": "MONEY", "amount": "70" }],
        });
        let ids = self
            .case_steps(vec![
                Self::opened("1/QĐ-THADS", opened),
                Self::opened("2/QĐ-THADS", old),
            ])
            .await;
        let (first, second) = (&ids[0], &ids[1]);
        let freeze = self.named(first, "account-freeze", OrderPurpose::Holds, None).await;
        self.step(&freeze, Action::AnswerFinal, final_answer(&freeze.kind))
            .await;
        let debit = self
            .named(first, "account-debit", OrderPurpose::Takes, Some(&freeze))
            .await;
        self.step(&debit, Action::AnswerFinal, final_answer(&debit.kind)).await;
        let day = "2026-11-20";
        for change in [
            json!({ "change": "collected", "date": day, "obligation": "1", "amount": "900", "source": "ACCOUNT_DEBIT", "request": debit.id }),
            json!({ "change": "collection_reversed", "date": day, "obligation": "1", "amount": "100", "request": debit.id }),
            json!({ "change": "discharged", "date": day, "obligation": "1", "amount": "50", "ground": "L106_42" }),
            json!({ "change": "discharge_reversed", "date": day, "obligation": "1", "amount": "20" }),
            json!({ "change": "amount_changed", "date": day, "obligation": "1", "amount": "6000", "ground": "INTEREST", "interest_until": day }),
            json!({ "change": "coercion_ground", "date": day }),
            json!({ "change": "coercion_decided", "date": day }),
            json!({ "change": "performed", "date": day, "obligation": "2", "done": true }),
            json!({ "change": "tagged", "date": day, "add": ["COMPLEX"], "remove": ["CREDIT"] }),
            json!({ "change": "assigned", "date": day, "unit": super::UNIT, "officer": THADS.officer_text() }),
            json!({ "change": "status_changed", "date": day, "to": "POSTPONED", "ground": "L106_46" }),
            json!({ "change": "status_changed", "date": day, "to": "IN_PROGRESS", "ground": "CONTINUED" }),
            json!({ "change": "coercion_ground", "date": day }),
        ] {
            self.change_case(first, change).await;
        }
        let by_hub = |work| Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: [0; 32],
            body: None,
            verified: None,
            operation: Operation::Cases(work),
        };
        self.act(by_hub(CaseWork::Remind(vec![second.clone()]))).await;
        self.closed_books().await;
    }
}
