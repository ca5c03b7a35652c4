//! Messages of steps that have no document.

use lienthong_proto::v1;
use prost::Message;

use super::fields::Fields;
use crate::app::ledger::command::Statement;
use crate::app::requests::instruct::Instruction;
use crate::domain::document::parts::Code;
use crate::domain::error::Result;
use crate::domain::ids::IdempotencyKey;
use crate::domain::workflow::Action;

/// The longest question of a recipient and reason of a dispute, in characters.
const LONG_TEXT: usize = 4_000;
/// The longest other reason, in characters.
const SHORT_TEXT: usize = 2_000;
/// The longest name of a clock, in characters.
const CLOCK_NAME: usize = 64;

/// A message that asks for a step without a document.
pub(crate) trait Instructs: Message {
    /// The step that it asks for.
    fn action(&self) -> Action;

    /// What all of them have: key, request, expected version.
    fn head(&self) -> (&str, &str, i64);

    /// What it states. Every wrong field goes to `fields`.
    fn statement(&self, fields: &mut Fields) -> Statement;
}

/// The key, if it can be read, and what the message asks for or everything that is wrong in it.
pub(crate) fn instruction(message: &impl Instructs) -> (Option<IdempotencyKey>, Result<Instruction>) {
    let mut fields = Fields::default();
    let (key, id, expected_version) = message.head();
    let key = fields.id("idempotency_key", key);
    let request_id = fields.id("enforcement_request_id", id);
    let statement = message.statement(&mut fields);
    let instruction = request_id.map(|request_id| Instruction {
        request_id,
        expected_version,
        statement,
    });
    (key, fields.finish(instruction))
}

macro_rules! instructs {
    ($($message:ident: $action:expr, $statement:expr;)+) => {
        $(impl Instructs for v1::$message {
            fn action(&self) -> Action {
                let action: fn(&Self) -> Action = $action;
                action(self)
            }

            fn head(&self) -> (&str, &str, i64) {
                (&self.idempotency_key, &self.enforcement_request_id, self.expected_version)
            }

            fn statement(&self, fields: &mut Fields) -> Statement {
                let statement: fn(&Self, &mut Fields) -> Statement = $statement;
                statement(self, fields)
            }
        })+
    };
}

instructs! {
    AssignRequest: |_| Action::Assign, assign;
    ForwardRequest: |_| Action::Forward, |message, fields| Statement {
        unit: fields.id("unit_id", &message.unit_id),
        ..Statement::default()
    };
    AskClarificationRequest: |_| Action::AskClarification, |message, fields| {
        fields.paragraph("question", &message.question, 1..=LONG_TEXT);
        Statement::default()
    };
    ExtendRequest: |_| Action::Extend, |message, fields| {
        fields.line("deadline_name", &message.deadline_name, 1..=CLOCK_NAME);
        fields.paragraph("reason", &message.reason, 1..=SHORT_TEXT);
        Statement { clock: Some(message.deadline_name.clone()), ..Statement::default() }
    };
    DisputeRequest: |_| Action::Dispute, |message, fields| {
        let code: Option<Code> = fields.id("reason_code", &message.reason_code);
        fields.paragraph("reason", &message.reason, 1..=LONG_TEXT);
        Statement {
            reason: code.map(|code| code.to_string()),
            unfounded_return: message.unfounded_return,
            ..Statement::default()
        }
    };
    DecideWithdrawalRequest: |message| {
        if message.accept { Action::AcceptWithdrawal } else { Action::RefuseWithdrawal }
    }, |message, fields| {
        fields.paragraph("reason", &message.reason, usize::from(!message.accept)..=SHORT_TEXT);
        Statement::default()
    };
    CloseRequest: |_| Action::Close, |message, fields| {
        fields.paragraph("reason", &message.reason, 0..=SHORT_TEXT);
        Statement::default()
    };
}

fn assign(message: &v1::AssignRequest, fields: &mut Fields) -> Statement {
    if message.unit_id.is_empty() && message.officer_id.is_empty() {
        fields.push(
            "unit_id",
            "required",
            "Phải nêu đơn vị hoặc cán bộ.",
            "A unit or an officer must be named.",
        );
    }
    Statement {
        unit: fields.optional_id("unit_id", &message.unit_id),
        officer: fields.optional_id("officer_id", &message.officer_id),
        ..Statement::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Error;

    fn wrong(message: &impl Instructs) -> Vec<String> {
        let mut fields = Fields::default();
        message.statement(&mut fields);
        let error = fields.finish(Some(())).err();
        let found = error.iter().flat_map(Error::fields);
        found
            .map(|violation| format!("{} {}", violation.field, violation.reason))
            .collect()
    }

    #[test]
    fn an_assignment_names_a_unit_or_an_officer() {
        let assign = |unit: &str, officer: &str| {
            wrong(&v1::AssignRequest {
                unit_id: unit.into(),
                officer_id: officer.into(),
                ..Default::default()
            })
        };
        assert!(assign("branch", "").is_empty() && assign("", "an").is_empty());
        assert_eq!(assign("", ""), ["unit_id required"]);
        assert_eq!(assign("a b", "an an"), ["unit_id format", "officer_id format"]);
    }

    #[test]
    fn a_refused_withdrawal_needs_a_reason_and_an_accepted_one_does_not() {
        let decide = |accept| {
            wrong(&v1::DecideWithdrawalRequest {
                accept,
                ..Default::default()
            })
        };
        assert!(decide(true).is_empty());
        assert_eq!(decide(false), ["reason required"]);
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let dispute = v1::DisputeRequest {
            reason_code: "lower".into(),
            reason: "a\0".into(),
            ..Default::default()
        };
        assert_eq!(wrong(&dispute), ["reason_code format", "reason control_character"]);
        let (key, instruction) = instruction(&v1::ExtendRequest {
            idempotency_key: "key-00001".into(),
            ..Default::default()
        });
        assert!(key.is_some());
        let found: Vec<String> = instruction
            .unwrap_err()
            .fields()
            .iter()
            .map(|found| found.field.clone())
            .collect();
        assert_eq!(found, ["enforcement_request_id", "deadline_name", "reason"]);
    }
}
