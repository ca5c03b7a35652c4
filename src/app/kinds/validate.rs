//! Validate: the content of a document, checked by the same functions as a write. What depends on the state of the hub (who
//! calls, who receives, uploads, where the request stands) is for the write to check.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::app::App;
use crate::domain::catalogue::Kind;
use crate::domain::catalogue::schema::Schema;
use crate::domain::catalogue::sums::{Source, Term};
use crate::domain::document::parts::Code;
use crate::domain::document::{
    self, AcknowledgeDocument, AnswerDocument, ClarifyDocument, Document, OrderDocument, ReportDocument,
    SendBackDocument, WithdrawDocument,
};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::ids::{KindCode, RequestId};
use crate::domain::json::Limits;
use crate::domain::regulation::{Pair, not_agreed};
use crate::domain::viewer::Viewer;

/// Where a document's payload stands in it.
const PAYLOAD: &str = "/payload";

/// A document to check, as JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Draft {
    /// `OrderDocument`.
    Order(String),
    /// `AnswerDocument`.
    Answer(String),
    /// `AcknowledgeDocument`.
    Acknowledge(String),
    /// `SendBackDocument`.
    SendBack(String),
    /// `ClarifyDocument`.
    Clarify(String),
    /// `WithdrawDocument`.
    Withdraw(String),
    /// `ReportDocument`.
    Report(String),
}

/// The kind that the caller wants to check against.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgainstKind {
    /// Its code; an order names its own.
    pub code: Option<KindCode>,
    /// Its revision; none means the newest, for an order the one in force today if there is one.
    pub revision: Option<u32>,
}

/// What Validate found.
#[derive(Debug, Clone)]
pub struct Validated {
    /// Everything that is wrong.
    pub violations: Vec<FieldViolation>,
    /// The kind that it was checked against; none for an order whose kind does not exist.
    pub kind: Option<Arc<Kind>>,
}

/// What can be read of a document that is otherwise wrong.
#[derive(Deserialize)]
struct Fragment<'a> {
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl App {
    /// Checks a document and stores nothing. `viewer` is the caller: an answer or report is held against its order if he may see
    /// the request.
    ///
    /// # Errors
    /// `FIELD_INVALID` or `KIND_NOT_FOUND` if there is no kind to check against; `DOCUMENT_TOO_LARGE`.
    pub async fn validate(&self, viewer: &Viewer, against: &AgainstKind, draft: &Draft) -> Result<Validated> {
        if let Draft::Order(text) = draft {
            return self.validate_order(against, text);
        }
        let Some(code) = &against.code else {
            return Err(Error::field(
                "kind",
                "required",
                "Phải nêu loại yêu cầu.",
                "Name the kind.",
            ));
        };
        let kind = Arc::clone(self.kind_named(code, against.revision)?);
        let violations = match draft {
            Draft::Order(text) => parsed::<OrderDocument>(text)?.err().unwrap_or_default(),
            Draft::Acknowledge(text) => parsed::<AcknowledgeDocument>(text)?.err().unwrap_or_default(),
            Draft::Withdraw(text) => parsed::<WithdrawDocument>(text)?.err().unwrap_or_default(),
            Draft::Clarify(text) => match parsed::<ClarifyDocument>(text)? {
                Ok(document) => kind.check_clarify(&document).err().unwrap_or_default(),
                Err(found) => found,
            },
            Draft::SendBack(text) => match parsed::<SendBackDocument>(text)? {
                Ok(document) => kind.check_send_back(&document).err().unwrap_or_default(),
                Err(found) => found,
            },
            Draft::Answer(text) => {
                let check = |order: &OrderDocument, answer: &AnswerDocument| kind.check_answer(order, answer).err();
                let mut found = self.validate_against_order(viewer, &kind, text, check).await?;
                if let Ok(answer) = parsed::<AnswerDocument>(text)? {
                    let id = &answer.enforcement_request_id;
                    found.extend(self.outcome_not_agreed(viewer, &kind, id, &answer.outcome).await?);
                }
                found
            }
            Draft::Report(text) => {
                let check = |order: &OrderDocument, report: &ReportDocument| kind.check_report(order, report).err();
                let mut found = self.validate_against_order(viewer, &kind, text, check).await?;
                if let Ok(report) = parsed::<ReportDocument>(text)? {
                    let id = &report.enforcement_request_id;
                    found.extend(self.outcome_not_agreed(viewer, &kind, id, &report.outcome).await?);
                }
                found
            }
        };
        Ok(Validated {
            violations,
            kind: Some(kind),
        })
    }

    fn validate_order(&self, against: &AgainstKind, text: &str) -> Result<Validated> {
        let order = parsed::<OrderDocument>(text)?;
        let stated = match &order {
            Ok(order) => Some(order.kind.clone()),
            Err(_) => stated_kind(text),
        };
        let mut violations = Vec::new();
        if let (Some(wanted), Some(stated)) = (&against.code, &stated)
            && wanted != stated
        {
            violations.push(FieldViolation::new(
                "/kind",
                "other_kind",
                "Văn bản nêu loại yêu cầu khác.",
                "The document names another kind.",
            ));
        }
        let kind = stated
            .as_ref()
            .and_then(|code| self.kind_to_submit(code, against.revision));
        let in_force = kind.is_some_and(|kind| against.revision.is_some() || self.is_in_force(kind));
        if stated.is_some() && !in_force {
            violations.push(FieldViolation::new(
                "/kind",
                "unknown_code",
                ErrorCode::KindUnknown.text_vi(),
                ErrorCode::KindUnknown.text_en(),
            ));
        }
        violations.extend(match (order, kind) {
            (Ok(order), Some(kind)) => kind.check_order(&order).err().unwrap_or_default(),
            (Ok(_), None) => Vec::new(),
            (Err(found), kind) => with_payload(found, text, kind.map(|kind| &kind.order_schema)),
        });
        Ok(Validated {
            violations,
            kind: kind.cloned(),
        })
    }

    fn kind_to_submit(&self, code: &KindCode, revision: Option<u32>) -> Option<&Arc<Kind>> {
        match revision {
            Some(revision) => self.catalogue.kind_revision(code, revision),
            None => self
                .catalogue
                .kind(code, self.clock.now().date())
                .or_else(|| self.catalogue.newest(code)),
        }
    }

    fn is_in_force(&self, kind: &Arc<Kind>) -> bool {
        let known = self.catalogue.kind(kind.code(), self.clock.now().date());
        known.is_some_and(|known| Arc::ptr_eq(known, kind))
    }

    async fn validate_against_order<D: Document>(
        &self,
        viewer: &Viewer,
        kind: &Kind,
        text: &str,
        check: impl Fn(&OrderDocument, &D) -> Option<Vec<FieldViolation>>,
    ) -> Result<Vec<FieldViolation>> {
        let document = match parsed::<D>(text)? {
            Ok(document) => document,
            Err(found) => return Ok(with_payload(found, text, Some(&kind.answer_schema))),
        };
        let order = match document.enforcement_request_id() {
            Some(id) => self.order_for(viewer, kind, id).await?,
            None => None,
        };
        if let Some(order) = order {
            return Ok(check(&order, &document).unwrap_or_default());
        }
        // Without the order, the kind's example stands in for it, and rules between the two say nothing.
        let example = document::parse::<OrderDocument>(kind.order_example.as_bytes()).map_err(Error::internal)?;
        let mut found = check(&example, &document).unwrap_or_default();
        found.retain(|violation| !comes_from_order(kind, violation));
        Ok(found)
    }

    /// What the ledger would say of an outcome that a regulation adds, if the caller may see the request.
    async fn outcome_not_agreed(
        &self,
        viewer: &Viewer,
        kind: &Kind,
        id: &RequestId,
        outcome: &Code,
    ) -> Result<Option<FieldViolation>> {
        let stated = kind.outcome(outcome).filter(|outcome| outcome.regulation.is_some());
        let (Some(stated), Some(request)) = (stated, self.store.request_of(viewer, id).await?) else {
            return Ok(None);
        };
        let (senders, recipients) = (&kind.definition.sender_roles, &kind.definition.recipient_roles);
        let sender = self.agency_of_roles(senders, &request.sender).await?;
        let Some(recipient) = self.agency_of_roles(recipients, &request.recipient).await? else {
            return Ok(None);
        };
        let pair = Pair {
            sender: &request.sender,
            sender_province: sender.as_ref().map_or("", |agency| &agency.province_code),
            recipient: &request.recipient,
            recipient_province: &recipient.province_code,
            recipient_role: recipient.role,
        };
        let today = self.clock.now().date();
        let is_agreed = self.catalogue.regulations().allow(stated, kind.code(), &pair, today);
        Ok((!is_agreed).then(not_agreed))
    }

    /// The order behind a request of the caller's, if it is of this kind and its bytes are still there.
    async fn order_for(&self, viewer: &Viewer, kind: &Kind, id: &RequestId) -> Result<Option<OrderDocument>> {
        match self.store.request_of(viewer, id).await? {
            Some(request) if request.kind == *kind.code() => self.kept_order_of(&request).await,
            Some(_) | None => Ok(None),
        }
    }
}

/// The document, or everything that is wrong with its form; an error only if it is too large to look at.
fn parsed<D: Document>(text: &str) -> Result<Result<D, Vec<FieldViolation>>> {
    match document::parse(text.as_bytes()) {
        Ok(document) => Ok(Ok(document)),
        Err(error) if error.code() == ErrorCode::DocumentTooLarge => Err(error),
        Err(error) if error.fields().is_empty() => {
            let malformed = error.text();
            Ok(Err(vec![FieldViolation::new(
                "",
                "malformed",
                malformed.vi,
                malformed.en,
            )]))
        }
        Err(error) => Ok(Err(error.fields().to_vec())),
    }
}

fn stated_kind(text: &str) -> Option<KindCode> {
    let fragment: Fragment<'_> = serde_json::from_str(text).ok()?;
    serde_json::from_str(fragment.kind?.get()).ok()
}

/// Adds what is wrong with the payload to what is wrong around it, so that one call tells all.
fn with_payload(mut found: Vec<FieldViolation>, text: &str, schema: Option<&Schema>) -> Vec<FieldViolation> {
    let fragment = serde_json::from_str::<Fragment<'_>>(text).ok();
    let payload = fragment.and_then(|fragment| fragment.payload);
    let payload = payload.and_then(|payload| serde_json::from_str(payload.get()).ok());
    if let (Some(schema), Some(payload)) = (schema, payload) {
        for violation in schema.violations(&payload, PAYLOAD, Limits::DOCUMENT.violations) {
            if !found.iter().any(|known| known.field == violation.field) {
                found.push(violation);
            }
        }
    }
    found
}

/// Whether a violation is of a rule that compares with the order.
fn comes_from_order(kind: &Kind, violation: &FieldViolation) -> bool {
    let reads_order = |term: &Term| term.source == Source::Order;
    let sums = kind.definition.sums.iter();
    let times = kind.definition.times.iter();
    sums.filter(|rule| rule.left.iter().chain(&rule.right).any(reads_order))
        .map(|rule| &rule.vi)
        .chain(
            times
                .filter(|rule| reads_order(&rule.earlier) || reads_order(&rule.later))
                .map(|rule| &rule.vi),
        )
        .any(|text| *text == violation.text.vi)
}
