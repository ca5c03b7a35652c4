//! A case as the hub keeps it, made of its log entries. The ledger and a replay use this same function.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::change::CaseChange;
use super::due::Due;
use super::rejection::Rejection;
use super::state::EnforcementCase;
use crate::domain::event::Beside;
use crate::domain::ids::{AgencyCode, CaseId};
use crate::domain::report::period::Month;
use crate::domain::time::Timestamp;

/// The action of the entry by which the hub reminds of what is due in a case.
pub const REMINDED: &str = "reminded";

/// The action of the entry by which a case passes to the successor of its agency.
pub const SUCCEEDED: &str = "succeeded";

/// The enforcement decision that a case is named by, one file for each (Decree 152/2026 Art. 12.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionNumber {
    /// Số, ký hiệu as printed: 21101/QĐ-THADS.
    pub number: String,
    /// Its date.
    pub date: Date,
}

/// Where a document states a case: the log entry that keeps it, and the place in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// The log index of the document's bytes.
    pub body_index: i64,
    /// Which item of its list, from 0.
    pub item: i64,
}

/// What the entry of a case says. Of the three kinds of things exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaseEvent {
    /// What stands beside it in tables of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// Of an opening: the enforcement decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionNumber>,
    /// The document that states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
    /// What changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<CaseChange>,
    /// By the hub: what is due, of which it reminds this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reminded: Option<Due>,
    /// By the hub: the agency that has it from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<AgencyCode>,
    /// The month in whose books it is counted; none: it moves nothing there, or was entered before there were books.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booked: Option<Month>,
}

impl CaseEvent {
    /// The action of its entry; none if it says nothing, or more than one thing.
    pub fn action(&self) -> Option<&'static str> {
        match (&self.change, &self.reminded, &self.successor) {
            (Some(change), None, None) => Some(change.name()),
            (None, Some(_), None) => Some(REMINDED),
            (None, None, Some(_)) => Some(SUCCEEDED),
            _ => None,
        }
    }
}

/// An entry about a case, apart from what it says.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The case.
    pub id: &'a CaseId,
    /// Who acts.
    pub agency: &'a AgencyCode,
    /// When.
    pub time: Timestamp,
}

/// A case as the hub keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// Its id.
    pub id: CaseId,
    /// Whose it is.
    pub agency: AgencyCode,
    /// The enforcement decision.
    pub decision: DecisionNumber,
    /// The case itself.
    pub case: EnforcementCase,
    /// Counts its events, from 1.
    pub version: i64,
    /// When it last changed.
    pub update_time: Timestamp,
    /// Where its registration is stated.
    pub stated: Stated,
    /// What the hub reminded of last: the day on which it is due.
    pub reminded: Option<Date>,
    /// The last month in which an entry was counted; none: the books do not have the case yet.
    pub booked: Option<Month>,
}

impl CaseRecord {
    /// The case after an entry. Whoever may act was asked before.
    ///
    /// # Errors
    /// The first rule that its change breaks.
    pub fn follow(before: Option<&Self>, at: At<'_>, event: &CaseEvent) -> Result<Self, Rejection> {
        let today = at.time.date();
        match (before, &event.change) {
            (None, Some(change)) => {
                let case = EnforcementCase::apply(None, change, today)?;
                let decision = event.decision.clone().ok_or(Rejection::NotOpened)?;
                if decision.date > case.opened {
                    return Err(Rejection::TooEarly);
                }
                Ok(Self {
                    id: at.id.clone(),
                    agency: at.agency.clone(),
                    decision,
                    case,
                    version: 1,
                    update_time: at.time,
                    stated: event.stated.ok_or(Rejection::NotOpened)?,
                    reminded: None,
                    booked: event.booked,
                })
            }
            (None, None) => Err(Rejection::NotOpened),
            (Some(before), change) => {
                let mut after = Self {
                    version: before.version + 1,
                    update_time: at.time,
                    booked: event.booked.or(before.booked),
                    ..before.clone()
                };
                if let Some(change) = change {
                    after.case = EnforcementCase::apply(Some(&before.case), change, today)?;
                }
                if let Some(due) = &event.reminded {
                    after.reminded = Some(due.date);
                }
                if let Some(successor) = &event.successor {
                    after.agency = successor.clone();
                    (after.case.unit, after.case.officer) = (None, None);
                }
                Ok(after)
            }
        }
    }

    /// What is due and was not reminded of yet, on the day `today`.
    pub fn to_remind(&self, today: Date) -> Option<Due> {
        let due = self.case.due()?;
        (due.date <= today && self.reminded != Some(due.date)).then_some(due)
    }
}
