//! Steps without a document: assign, forward, ask for clarification, extend, dispute, decide a withdrawal, close.

use bytes::Bytes;

use super::accept::{Checked, Sent, only};
use super::history::PROTOBUF;
use super::step::{Stated, expected_version};
use crate::app::App;
use crate::app::ledger::Receipt;
use crate::app::ledger::command::Statement;
use crate::domain::catalogue::Kind;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{IdempotencyKey, RequestId};
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;
use crate::evidence::leaf::content_sha256;

/// A step without a document. Its free text stands in the message, which is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Which request.
    pub request_id: RequestId,
    /// The version that the caller has seen; 0 does not check.
    pub expected_version: i64,
    /// What it states.
    pub statement: Statement,
}

impl App {
    /// Takes a step that has no document, or says why not. `content` is the message encoded again in field order: what
    /// the key is bound to. `instruction` is an error if a check before this one failed; a key that acted before gives
    /// the receipt of that time all the same.
    ///
    /// # Errors
    /// `REQUEST_NOT_FOUND`, `TRANSITION_NOT_ALLOWED`, `VERSION_CONFLICT`, `MEASURE_IN_FORCE`, `UNIT_NOT_FOUND`,
    /// `OFFICER_NOT_FOUND`, `FIELD_INVALID`, `KEY_REUSED`.
    pub async fn instruct(
        &self,
        viewer: &Viewer,
        key: IdempotencyKey,
        content: Bytes,
        action: Action,
        instruction: Result<Instruction>,
    ) -> Result<Receipt> {
        let sent = Sent {
            key,
            media_type: PROTOBUF,
            content_sha256: content_sha256(&content),
            content,
        };
        let checked = match instruction {
            Ok(instruction) => self.check_instruction(viewer, action, instruction).await,
            Err(failure) => Err(failure),
        };
        only(self.settle(viewer, &sent, &[action], checked).await?)
    }

    async fn check_instruction(&self, viewer: &Viewer, action: Action, instruction: Instruction) -> Result<Checked> {
        let version = expected_version(instruction.expected_version)?;
        let target = self.target(viewer, &instruction.request_id).await?;
        if let Some(clock) = &instruction.statement.clock {
            check_clock(&target.kind, clock)?;
        }
        let stated = Stated::new(action, instruction.statement);
        Ok((self.step(target, stated, version, None).await?, None))
    }
}

/// The clock to extend is one that the kind lets the recipient extend.
fn check_clock(kind: &Kind, clock: &str) -> Result<()> {
    let rules = &kind.definition.deadlines;
    if rules
        .iter()
        .any(|rule| rule.name == clock && rule.extendable_to.is_some())
    {
        return Ok(());
    }
    Err(Error::field(
        "deadline_name",
        "not_extendable",
        "Loại yêu cầu này không có thời hạn nào có tên này được gia hạn.",
        "The kind has no deadline of that name that can be extended.",
    ))
}
