//! Cases (việc thi hành án): registering them, entering progress, and reading them
//! ([decision 0030](../../../docs/decisions/0030-cases.md)).

mod drafts;
pub mod filter;
mod view;

pub use drafts::ReleaseDraft;
pub use view::{CaseDetail, LiveMeasure};

use super::App;
use super::ledger::case_orders::NamedCase;
use super::ledger::cases::{CaseStep, CaseWork};
use super::ledger::{Actor, Command, Operation, Receipt};
use super::requests::accept::{Arrived, read};
use super::requests::list::Page;
use crate::domain::document::{CaseDocument, Document, OrderDocument, ProgressDocument};
use crate::domain::enforcement_case::{CaseRecord, DecisionNumber, Dong, OrderPurpose};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::OpenedCase;
use crate::domain::ids::CaseId;
use crate::domain::money::{Currency, Money};
use crate::domain::viewer::Viewer;
use crate::evidence::leaf::{EntryType, Leaf, NO_CONTENT};
use crate::store::rows::EventRow;
use filter::Filter;

/// Cases that are reminded of, or passed on, in one piece.
const PIECE: i64 = 200;

impl App {
    /// Registers cases: all of a `CaseDocument` or none.
    ///
    /// # Errors
    /// `DOCUMENT_*`, `AGENCY_MISMATCH`, `METHOD_NOT_ALLOWED`, `CASE_CHANGE_REFUSED` with each wrong line, `KEY_REUSED`.
    pub async fn register_cases(&self, viewer: &Viewer, arrived: Arrived) -> Result<Vec<Receipt>> {
        self.state_cases::<CaseDocument>(viewer, &arrived, |document| {
            let open = |item: &crate::domain::document::case::CaseItem| CaseStep::Open {
                decision: item.decision(),
                opened: Box::new(item.opened()),
            };
            document.cases.iter().map(open).collect()
        })
        .await
    }

    /// Enters what happened in cases: all of a `ProgressDocument` or nothing.
    ///
    /// # Errors
    /// As [`App::register_cases`]; `CASE_NOT_FOUND`, `VERSION_CONFLICT`.
    pub async fn record_progress(&self, viewer: &Viewer, arrived: Arrived) -> Result<Vec<Receipt>> {
        self.state_cases::<ProgressDocument>(viewer, &arrived, |document| {
            let steps = document.steps.iter().filter_map(|step| {
                Some(CaseStep::Change {
                    case_id: step.case_id.clone(),
                    expected_version: step.expected_version.and_then(|version| i64::try_from(version).ok()),
                    change: step.change()?,
                })
            });
            steps.collect()
        })
        .await
    }

    async fn state_cases<D: Document>(
        &self,
        viewer: &Viewer,
        arrived: &Arrived,
        steps: impl FnOnce(&D) -> Vec<CaseStep>,
    ) -> Result<Vec<Receipt>> {
        let (sent, document) = read::<D>(viewer, arrived)?;
        let checked = document.map(|document| (Operation::Cases(CaseWork::Steps(steps(&document))), None));
        let is_case = |leaf: &Leaf| leaf.entry_type == EntryType::Case;
        let receipts = self.settle_first(viewer, &sent, is_case, checked).await?;
        Ok(receipts.unwrap_or_default())
    }

    /// The cases that `viewer` sees, newest first.
    pub async fn cases(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        after: Option<&CaseId>,
        limit: usize,
    ) -> Result<Page<CaseRecord>> {
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut items = self
            .store
            .case_page(viewer, &filter.to_store(), after, one_more)
            .await?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Page { items, more })
    }

    /// The events of a case that `viewer` sees, oldest first, after version `after`.
    pub async fn case_events(&self, viewer: &Viewer, id: &CaseId, after: i64, limit: usize) -> Result<Page<EventRow>> {
        let record = self.seen_case(viewer, id).await?;
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut items = self.store.case_events(&record.id, after, one_more).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Page { items, more })
    }

    async fn seen_case(&self, viewer: &Viewer, id: &CaseId) -> Result<CaseRecord> {
        let found = self.store.case_of(viewer, id).await?;
        found.ok_or_else(|| Error::new(ErrorCode::CaseNotFound))
    }

    /// Reminds of what is due in cases, each thing once on whatever hub; gives how many entries that made.
    pub async fn remind_of_cases(&self) -> Result<usize> {
        let today = self.clock.now().date();
        let mut reminded = 0;
        loop {
            let found = self.store.cases_to_remind(today, PIECE).await?;
            if found.is_empty() {
                return Ok(reminded);
            }
            let cases = found.into_iter().map(|record| record.id).collect();
            let entered = self.work_on_cases(CaseWork::Remind(cases)).await?;
            reminded += entered;
            if entered == 0 {
                return Ok(reminded);
            }
        }
    }

    /// Carries out the hub's own work on cases; gives how many entries it made.
    pub(in crate::app) async fn work_on_cases(&self, work: CaseWork) -> Result<usize> {
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: NO_CONTENT,
            body: None,
            verified: None,
            operation: Operation::Cases(work),
        };
        Ok(self.execute(command).await?.len())
    }
}

/// The case that an order names, and what of it matters to the case.
pub(in crate::app) fn named_case(
    kind: &crate::domain::catalogue::Kind,
    order: &OrderDocument,
    payload: &serde_json::Value,
) -> Option<NamedCase> {
    let amount = |pointer: &str| {
        let money = payload.pointer(pointer).and_then(Money::from_json)?;
        let dong = Some(money).filter(|money| money.currency() == Currency::Vnd)?;
        Dong::new(i64::try_from(dong.minor()).ok()?)
    };
    let decision = order.case.enforcement_decision.as_ref().map(|decision| DecisionNumber {
        number: decision.number.as_str().to_owned(),
        date: decision.date,
    });
    Some(NamedCase {
        opened: OpenedCase {
            case_id: order.case.case_id.clone()?,
            obligations: order.case.obligations.clone(),
            purpose: OrderPurpose::of(&kind.definition),
            amount: amount("/amounts/obligation"),
            costs: amount("/amounts/costs"),
        },
        decision,
    })
}
