//! What a step of a random walk states: mostly what the workflow asks for, now and then what is refused.

use lienthong::app::ledger::command::{Holding, Statement};
use lienthong::domain::catalogue::RelatedFacts;
use lienthong::domain::document::parts::RelationType;
use lienthong::domain::document::step::ServiceWay;
use lienthong::domain::event::Served;
use lienthong::domain::ids::{OfficerId, UnitId};
use lienthong::domain::money::Money;
use lienthong::domain::workflow::Action;

use crate::harness::agencies::BANK_2;
use crate::harness::commands::{Target, final_answer};
use crate::harness::ids::start;

pub(super) fn statement(target: &Target, action: Action, detail: u8) -> Statement {
    let empty = Statement::default();
    match action {
        Action::Acknowledge => {
            let number = match detail % 6 {
                0 => Some(format!("{}/2026", detail / 2)),
                1 => Some("Sổ 3, số 17".to_owned()),
                _ => None,
            };
            Statement {
                registry_number: number,
                ..empty
            }
        }
        Action::Assign => {
            let own = crate::harness::fixture(&target.recipient).officer_id();
            let officer = if detail.is_multiple_of(4) {
                OfficerId::parse("nobody").expect("an id")
            } else {
                own
            };
            Statement {
                officer: Some(officer),
                ..empty
            }
        }
        Action::Forward => {
            let unit = if detail.is_multiple_of(4) {
                "nowhere"
            } else {
                "pgd.hoan-kiem"
            };
            Statement {
                unit: Some(UnitId::parse(unit).expect("an id")),
                ..empty
            }
        }
        Action::AnswerInterim => Statement {
            outcome: Some("IN_PROGRESS".to_owned()),
            ..empty
        },
        Action::SendBack => Statement {
            reason: Some("WRONG_OFFICE".to_owned()),
            competent: Some(BANK_2.code()),
            ..empty
        },
        Action::Extend => Statement {
            clock: Some("answer".to_owned()),
            ..empty
        },
        Action::Dispute => Statement {
            reason: Some("INCOMPLETE".to_owned()),
            unfounded_return: detail.is_multiple_of(2),
            ..empty
        },
        Action::Report | Action::Correct if detail.is_multiple_of(3) => Statement {
            holding: Some(Holding::Nothing),
            ..empty
        },
        Action::Serve => Statement {
            served: Some(Served {
                at: start(),
                way: ServiceWay::ByHand,
                refused: false,
            }),
            ..empty
        },
        Action::AnswerFinal | Action::RecordAnswer | Action::Report | Action::Correct => Statement {
            related: related(target.kind.code().as_str(), detail),
            ..final_answer(&target.kind)
        },
        Action::Submit
        | Action::AskClarification
        | Action::Clarify
        | Action::Withdraw
        | Action::AcceptWithdrawal
        | Action::RefuseWithdrawal
        | Action::Close
        | Action::Recompute
        | Action::SuspendClocks
        | Action::ReleaseClocks
        | Action::Succeed
        | Action::CaseNotice
        | Action::FollowUp
        | Action::FollowUpLost
        | Action::Remind
        | Action::Overdue
        | Action::Escalate
        | Action::DraftNotice
        | Action::ConfirmNotice
        | Action::DiscardNotice
        | Action::ResumeClocks => empty,
    }
}

/// What an answer does to the freeze that its order relates to.
fn related(kind: &str, detail: u8) -> Option<RelatedFacts> {
    let relation = match kind {
        "freeze-release" => RelationType::Releases,
        "account-debit" => RelationType::Follows,
        _ => return None,
    };
    let ends = detail.is_multiple_of(3);
    let money = serde_json::json!({ "amount": "60000000", "currency": "VND" });
    Some(RelatedFacts {
        relation,
        reduce_by: Money::from_json(&money).filter(|_| !ends),
        ends,
    })
}
