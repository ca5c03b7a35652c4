//! Steps that a document states: acknowledge, answer, report, correct, send back, clarify, withdraw.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::accept::{Arrived, Checked, Checks, Sent, only, read};
use super::step::{Stated, expected_version};
use crate::app::App;
use crate::app::ledger::Receipt;
use crate::app::ledger::command::{Holding, Statement};
use crate::app::signatures::Asked;
use crate::domain::catalogue::{AnswerFacts, Kind};
use crate::domain::document::parts::{Attachment, Head, Reason};
use crate::domain::document::{
    AcknowledgeDocument, AnswerDocument, ClarifyDocument, CorrectDocument, Document, OrderDocument,
    RecordAnswerDocument, ReportDocument, SendBackDocument, ServeDocument, WithdrawDocument,
};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::event::Served;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::{Action, Party};

/// A document that states a step of a request.
pub(crate) trait StepDocument: Document + Send + Sync {
    /// The actions that it may state.
    const ACTIONS: &'static [Action];

    /// Whether it is checked against the order.
    const AGAINST_ORDER: bool = false;

    /// What comes with it.
    fn attachments(&self) -> &[Attachment] {
        &[]
    }

    /// The head of the agency's own paper, if there is a paper.
    fn head(&self) -> Option<&Head> {
        None
    }

    /// The date of a partner's paper, of a step that the sender enters for a partner that is not connected.
    fn paper_date(&self) -> Option<Date> {
        None
    }

    /// Checks it against its kind, and the order if [`Self::AGAINST_ORDER`]; gives the step that it states.
    fn stated(&self, kind: &Kind, order: Option<&OrderDocument>) -> Result<Stated>;
}

impl App {
    /// Takes the step that a document states, or says why not. `version` is the one that the caller has seen; 0 does not
    /// check.
    ///
    /// # Errors
    /// `DOCUMENT_*`, `SIGNATURE_*`, `SIGNER_NOT_AUTHORISED`, `AGENCY_MISMATCH`, `REQUEST_NOT_FOUND`, `TRANSITION_NOT_ALLOWED`, `VERSION_CONFLICT`,
    /// `REFERENCE_NOT_FOUND`, `KEY_REUSED`.
    pub(crate) async fn state<D: StepDocument>(
        &self,
        viewer: &Viewer,
        arrived: Arrived,
        version: i64,
    ) -> Result<Receipt> {
        let (sent, document) = read::<D>(viewer, &arrived)?;
        let document = match document {
            Ok(document) => document,
            Err(failure) => return only(self.settle(viewer, &sent, D::ACTIONS, Err(failure)).await?),
        };
        let mut checks = Checks::begin();
        loop {
            let checked = self.check_step(viewer, &sent, &document, version).await;
            let settled = self.settle(viewer, &sent, D::ACTIONS, checked).await?;
            if settled.is_some() {
                return only(settled);
            }
            checks.again()?;
        }
    }

    async fn check_step<D: StepDocument>(
        &self,
        viewer: &Viewer,
        sent: &Sent,
        document: &D,
        version: i64,
    ) -> Result<Checked> {
        let version = expected_version(version)?;
        let id = document.enforcement_request_id();
        let id = id.ok_or_else(|| Error::internal("a step's document names no request"))?;
        let target = self.target(viewer, id).await?;
        let order = if D::AGAINST_ORDER {
            Some(self.order_of(&target.request).await?)
        } else {
            None
        };
        let mut stated = document.stated(&target.kind, order.as_ref())?;
        let is_sender = target.request.party_of(viewer) == Some(Party::Sender);
        let partners_paper = document.paper_date().filter(|_| is_sender);
        let asked = Asked {
            kind: &target.kind,
            action: stated.action,
            head: document.head().filter(|_| partners_paper.is_none()),
        };
        let verified = self.signatures(viewer, sent, &asked).await?;
        if let Some(date) = partners_paper {
            self.check_paper_date(&target.request, date)?;
            // What a partner's paper states was done by the end of its date.
            stated.done = stated
                .done
                .or(Some(Timestamp::from_civil(date.at(23, 59, 59, 999_999_000))));
        }
        if let Some(done) = stated.done.filter(|_| stated.action == Action::Serve) {
            self.check_service(&target.request, done).await?;
        }
        stated.statement.attachments = self.attached(viewer, document.attachments()).await?;
        Ok((self.step(target, stated, version, order).await?, verified))
    }
}

impl App {
    /// A partner's paper is not from the future, nor from before the order reached the partner.
    fn check_paper_date(&self, request: &EnforcementRequest, date: Date) -> Result<()> {
        let reached = request.served_time.unwrap_or(request.submit_time);
        let (reason, vi, en) = if date > self.clock.now().date() {
            (
                "in_future",
                "Ngày của văn bản không được ở tương lai.",
                "The paper's date is in the future.",
            )
        } else if date < reached.date() {
            (
                "before_service",
                "Ngày của văn bản trả lời không được trước ngày nơi nhận nhận được yêu cầu.",
                "The paper's date is before the day on which the order reached the partner.",
            )
        } else {
            return Ok(());
        };
        Err(invalid(vec![FieldViolation::new("/head/date", reason, vi, en)]))
    }

    /// A paper is served after its date and not in the future.
    async fn check_service(&self, request: &EnforcementRequest, served: Timestamp) -> Result<()> {
        let order = self.order_of(request).await?;
        let wrong = if served > self.clock.now() {
            (
                "in_future",
                "Thời điểm giao không được ở tương lai.",
                "The time of service is in the future.",
            )
        } else if served.date() < order.head.date {
            (
                "before_issue",
                "Thời điểm giao không được trước ngày ban hành văn bản.",
                "The time of service is before the date of issue.",
            )
        } else {
            return Ok(());
        };
        let (reason, vi, en) = wrong;
        Err(invalid(vec![FieldViolation::new("/served_time", reason, vi, en)]))
    }
}

impl StepDocument for ServeDocument {
    const ACTIONS: &'static [Action] = &[Action::Serve];

    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn stated(&self, kind: &Kind, _order: Option<&OrderDocument>) -> Result<Stated> {
        kind.check_serve(self).map_err(invalid)?;
        let statement = Statement {
            served: Some(Served {
                at: self.served_time,
                way: self.way,
                refused: self.refusal.is_some(),
            }),
            ..Statement::default()
        };
        Ok(Stated {
            done: Some(self.served_time),
            ..Stated::new(Action::Serve, statement)
        })
    }
}

impl StepDocument for RecordAnswerDocument {
    const ACTIONS: &'static [Action] = &[Action::RecordAnswer];
    const AGAINST_ORDER: bool = true;

    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn paper_date(&self) -> Option<Date> {
        Some(self.head.date)
    }

    fn stated(&self, kind: &Kind, order: Option<&OrderDocument>) -> Result<Stated> {
        let facts = kind.check_record_answer(present(order)?, self).map_err(invalid)?;
        Ok(result(Action::RecordAnswer, kind, facts, &self.reasons))
    }
}

impl StepDocument for AcknowledgeDocument {
    const ACTIONS: &'static [Action] = &[Action::Acknowledge];

    fn stated(&self, _kind: &Kind, _order: Option<&OrderDocument>) -> Result<Stated> {
        let statement = Statement {
            registry_number: self.registry_number.as_ref().map(|number| number.as_str().to_owned()),
            unit: self.unit.clone(),
            officer: Some(self.officer_id.clone()),
            ..Statement::default()
        };
        Ok(Stated::new(Action::Acknowledge, statement))
    }
}

impl StepDocument for SendBackDocument {
    const ACTIONS: &'static [Action] = &[Action::SendBack];

    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn paper_date(&self) -> Option<Date> {
        self.head.as_ref().map(|head| head.date)
    }

    fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    fn stated(&self, kind: &Kind, _order: Option<&OrderDocument>) -> Result<Stated> {
        kind.check_send_back(self).map_err(invalid)?;
        let statement = Statement {
            reason: Some(self.reason.code.to_string()),
            competent: self.competent_agency.clone(),
            ..Statement::default()
        };
        Ok(Stated::new(Action::SendBack, statement))
    }
}

impl StepDocument for ClarifyDocument {
    const ACTIONS: &'static [Action] = &[Action::Clarify];

    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    fn stated(&self, kind: &Kind, _order: Option<&OrderDocument>) -> Result<Stated> {
        kind.check_clarify(self).map_err(invalid)?;
        Ok(Stated::new(Action::Clarify, Statement::default()))
    }
}

impl StepDocument for WithdrawDocument {
    const ACTIONS: &'static [Action] = &[Action::Withdraw];

    fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    fn stated(&self, _kind: &Kind, _order: Option<&OrderDocument>) -> Result<Stated> {
        Ok(Stated::new(Action::Withdraw, Statement::default()))
    }
}

impl StepDocument for AnswerDocument {
    const ACTIONS: &'static [Action] = &[Action::AnswerInterim, Action::AnswerFinal];
    const AGAINST_ORDER: bool = true;

    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    fn stated(&self, kind: &Kind, order: Option<&OrderDocument>) -> Result<Stated> {
        let facts = kind.check_answer(present(order)?, self).map_err(invalid)?;
        let action = if facts.is_final {
            Action::AnswerFinal
        } else {
            Action::AnswerInterim
        };
        Ok(result(action, kind, facts, &self.reasons))
    }
}

impl StepDocument for ReportDocument {
    const ACTIONS: &'static [Action] = &[Action::Report];
    const AGAINST_ORDER: bool = true;

    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    fn stated(&self, kind: &Kind, order: Option<&OrderDocument>) -> Result<Stated> {
        let facts = kind.check_report(present(order)?, self).map_err(invalid)?;
        Ok(result(Action::Report, kind, facts, &[]))
    }
}

impl StepDocument for CorrectDocument {
    const ACTIONS: &'static [Action] = &[Action::Correct];
    const AGAINST_ORDER: bool = true;

    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.head)
    }

    fn stated(&self, kind: &Kind, order: Option<&OrderDocument>) -> Result<Stated> {
        let facts = kind.check_correct(present(order)?, self).map_err(invalid)?;
        Ok(result(Action::Correct, kind, facts, &self.reasons))
    }
}

fn invalid(found: Vec<FieldViolation>) -> Error {
    Error::invalid(ErrorCode::DocumentInvalid, found)
}

fn present(order: Option<&OrderDocument>) -> Result<&OrderDocument> {
    order.ok_or_else(|| Error::internal("the order was not read"))
}

/// What an answer, a report or a correction states.
fn result(action: Action, kind: &Kind, facts: AnswerFacts, reasons: &[Reason]) -> Stated {
    let statement = Statement {
        outcome: Some(facts.outcome.to_string()),
        reason: reasons.first().map(|reason| reason.code.to_string()),
        holding: holding(action, kind, &facts),
        related: facts.related.filter(|_| facts.is_final && action != Action::Report),
        ..Statement::default()
    };
    Stated {
        answer_payload: Some(facts.payload),
        ..Stated::new(action, statement)
    }
}

/// What the recipient holds from now on. An interim answer says nothing about it, nor does a kind without a measure.
fn holding(action: Action, kind: &Kind, facts: &AnswerFacts) -> Option<Holding> {
    if action == Action::AnswerInterim || !kind.definition.effect.is_measure() {
        return None;
    }
    let Some(measure) = &facts.measure else {
        // A report of something else leaves the measure as it is.
        let stays = action == Action::Report && !facts.ends_measure;
        return (!stays).then_some(Holding::Nothing);
    };
    let amounts = measure
        .amount
        .iter()
        .map(|money| (money.currency().to_string(), money.amount()));
    Some(Holding::Measure(amounts.collect::<BTreeMap<_, _>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::document::parse;
    use crate::domain::ids::KindCode;

    fn kind(code: &str) -> std::sync::Arc<Kind> {
        let catalogue = Catalogue::embedded().unwrap();
        catalogue.newest(&KindCode::parse(code).unwrap()).unwrap().clone()
    }

    fn answers(kind: &Kind) -> Vec<Stated> {
        let order: OrderDocument = parse(kind.order_example.as_bytes()).unwrap();
        let stated = |text: &String| {
            parse::<AnswerDocument>(text.as_bytes())
                .unwrap()
                .stated(kind, Some(&order))
                .unwrap()
        };
        kind.answer_examples.values().map(stated).collect()
    }

    #[test]
    fn final_answers_of_a_measure_say_what_is_held_and_interim_ones_say_nothing() {
        for stated in answers(&kind("account-freeze")) {
            let is_interim = stated.action == Action::AnswerInterim;
            assert_eq!(
                stated.statement.holding.is_none(),
                is_interim,
                "{:?}",
                stated.statement.outcome
            );
            if stated.statement.outcome.as_deref() == Some("HELD_FULL") {
                let Some(Holding::Measure(amounts)) = stated.statement.holding else {
                    panic!("a measure")
                };
                assert!(amounts.contains_key("VND"));
            }
        }
    }

    #[test]
    fn a_kind_without_a_measure_never_holds_anything() {
        let stated = answers(&kind("land-information"));
        assert!(!stated.is_empty());
        assert!(
            stated
                .iter()
                .all(|stated| stated.statement.holding.is_none() && stated.answer_payload.is_some())
        );
    }
}
