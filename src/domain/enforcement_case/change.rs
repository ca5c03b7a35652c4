//! What can happen to a case: the steps of which its events tell, each with its date of effect.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dong::Dong;
use super::ground::Ground;
use super::status::CaseStatus;
use super::vocabulary::{CollectionSource, Initiative, Obligation, ObligationId, Tag, VerifyEvery};
use crate::domain::ids::{OfficerId, RequestId, UnitId};

/// One step of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseChange {
    /// The case is taken on. Always the first.
    Opened(Opened),
    /// It goes to another status.
    StatusChanged {
        /// From this day on.
        date: Date,
        /// To which.
        to: CaseStatus,
        /// Why.
        ground: Ground,
        /// Of a case without conditions: the day on which they were last verified; none: the date of the change.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        verified: Option<Date>,
        /// Of a case without conditions: how often they are verified again; none: every six months.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        verify_every: Option<VerifyEvery>,
    },
    /// The conditions of the debtor were verified again, and there still are none (L106 Art. 38.3).
    Verified {
        /// On this day.
        date: Date,
        /// How often from now on; none: as before.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        verify_every: Option<VerifyEvery>,
    },
    /// There are grounds for coercion: it must be applied within 10 days (L106 Art. 66.4).
    CoercionGround {
        /// Since this day.
        date: Date,
    },
    /// Coercion was decided, or will not be: what the ground was for is done.
    CoercionDecided {
        /// On this day.
        date: Date,
    },
    /// Money of an obligation arrived at the agency.
    Collected {
        /// On this day.
        date: Date,
        /// Of which.
        obligation: ObligationId,
        /// How much; more than nothing.
        amount: Dong,
        /// Where it came from.
        source: CollectionSource,
        /// The request whose answer sent it: a debit, a deduction from income.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        request: Option<RequestId>,
    },
    /// Part of an obligation fell away.
    Discharged {
        /// On this day.
        date: Date,
        /// Of which.
        obligation: ObligationId,
        /// How much; more than nothing.
        amount: Dong,
        /// Why.
        ground: Ground,
    },
    /// Money that was entered as collected was not, or was paid back. It counts in the period of this date.
    CollectionReversed {
        /// On this day.
        date: Date,
        /// Of which.
        obligation: ObligationId,
        /// How much; more than nothing.
        amount: Dong,
        /// The request of which it was said that the money came.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        request: Option<RequestId>,
    },
    /// What was entered as fallen away has not.
    DischargeReversed {
        /// On this day.
        date: Date,
        /// Of which.
        obligation: ObligationId,
        /// How much; more than nothing.
        amount: Dong,
    },
    /// The whole amount of an obligation is another from now on.
    AmountChanged {
        /// On this day.
        date: Date,
        /// Of which.
        obligation: ObligationId,
        /// The whole amount, not the difference.
        amount: Dong,
        /// Why.
        ground: Ground,
        /// Until when interest is in it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        interest_until: Option<Date>,
    },
    /// An act, land, a vehicle or another asset: it is done or handed over, or after all it is not.
    Performed {
        /// On this day.
        date: Date,
        /// Which.
        obligation: ObligationId,
        /// Whether it is done.
        done: bool,
    },
    /// It goes to a unit and an officer; absent: to none.
    Assigned {
        /// On this day.
        date: Date,
        /// The unit.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        unit: Option<UnitId>,
        /// The enforcement officer.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        officer: Option<OfficerId>,
    },
    /// Marks come and go.
    Tagged {
        /// On this day.
        date: Date,
        /// Marks that it has from now on.
        #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
        add: BTreeSet<Tag>,
        /// Marks that it has no longer.
        #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
        remove: BTreeSet<Tag>,
    },
}

/// What a case is opened with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The date of the enforcement decision (quyết định thi hành án); of a case that was carried over, the day on which the hub's
    /// books take it on.
    pub date: Date,
    /// On whose initiative.
    pub initiative: Initiative,
    /// Where it stands: in progress, unless it was carried over.
    pub status: CaseStatus,
    /// Why it stands there, if not in progress.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ground: Option<Ground>,
    /// Since when it stands there; none: since `date`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Date>,
    /// What is owed, each id once, at least one.
    pub obligations: Vec<Obligation>,
    /// Its marks.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub tags: BTreeSet<Tag>,
    /// The unit that has it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<UnitId>,
    /// The enforcement officer who has it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub officer: Option<OfficerId>,
    /// The last day of the earlier books from which it comes unfinished (cũ chuyển sang); none: it is new (mới thụ lý).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub carried_over_from: Option<Date>,
    /// Of a case without conditions: the day on which they were last verified.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verified: Option<Date>,
    /// Of a case without conditions: how often they are verified again; none: every six months.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verify_every: Option<VerifyEvery>,
    /// The judgment transfer that it came of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub transfer: Option<RequestId>,
}

impl CaseChange {
    /// The day from which it counts.
    pub const fn date(&self) -> Date {
        match self {
            Self::Opened(Opened { date, .. })
            | Self::StatusChanged { date, .. }
            | Self::Verified { date, .. }
            | Self::CoercionGround { date }
            | Self::CoercionDecided { date }
            | Self::Collected { date, .. }
            | Self::Discharged { date, .. }
            | Self::CollectionReversed { date, .. }
            | Self::DischargeReversed { date, .. }
            | Self::AmountChanged { date, .. }
            | Self::Performed { date, .. }
            | Self::Assigned { date, .. }
            | Self::Tagged { date, .. } => *date,
        }
    }

    /// The request of which it says that money came, how much, and whether it comes or goes back.
    pub const fn arrival(&self) -> Option<(&RequestId, Dong, bool)> {
        if let Self::Collected {
            request: Some(request),
            amount,
            ..
        } = self
        {
            return Some((request, *amount, true));
        }
        if let Self::CollectionReversed {
            request: Some(request),
            amount,
            ..
        } = self
        {
            return Some((request, *amount, false));
        }
        None
    }

    /// Its stable name, the action of its log entry.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::StatusChanged { .. } => "status_changed",
            Self::Verified { .. } => "verified",
            Self::CoercionGround { .. } => "coercion_ground",
            Self::CoercionDecided { .. } => "coercion_decided",
            Self::Collected { .. } => "collected",
            Self::Discharged { .. } => "discharged",
            Self::CollectionReversed { .. } => "collection_reversed",
            Self::DischargeReversed { .. } => "discharge_reversed",
            Self::AmountChanged { .. } => "amount_changed",
            Self::Performed { .. } => "performed",
            Self::Assigned { .. } => "assigned",
            Self::Tagged { .. } => "tagged",
        }
    }
}
