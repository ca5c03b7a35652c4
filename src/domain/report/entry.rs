//! What the log says of reports: a period was closed, targets or a campaign were set. Each entry says it whole, so that a replay needs
//! nothing else.

use serde::{Deserialize, Serialize};

use super::campaign::{Campaign, CampaignCode};
use super::period::{Month, Period};
use super::targets::Targets;
use crate::domain::event::Beside;
use crate::domain::ids::AgencyCode;
use crate::domain::macros::text_enum;

text_enum! {
    /// What an entry about reports does.
    pub enum ReportAction {
        /// A period is closed: its figures stay as they are.
        ClosePeriod => "period_closed",
        /// Targets of a year take the place of former ones.
        SetTargets => "targets_set",
        /// A campaign takes the place of a former one of the same code.
        SetCampaign => "campaign_set",
    }
}

/// A period that is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedPeriod {
    /// Which.
    pub period: Period,
    /// Whose books are closed up to its last month, in order: the agency's own and those of the agencies below it.
    pub agencies: Vec<AgencyCode>,
    /// SHA-256 of the figures as [`PeriodBook`](super::figures::PeriodBook) writes them, 64 hex digits.
    pub digest: String,
}

/// Targets that are set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearTargets {
    /// For the statistical year that ends in this year.
    pub year: i16,
    /// All of them.
    pub targets: Targets,
}

/// A campaign that is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedCampaign {
    /// Its code within the agency.
    pub code: CampaignCode,
    /// What it is.
    pub campaign: Campaign,
}

/// What an entry about reports says: exactly one thing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportEvent {
    /// What stands beside it in tables of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// A period is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<ClosedPeriod>,
    /// Targets are set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<YearTargets>,
    /// A campaign is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<NamedCampaign>,
}

impl ReportEvent {
    /// The action of its entry, and what the entry is about within `agency`; none if it says nothing, or more than one thing.
    pub fn told(&self, agency: &AgencyCode) -> Option<(ReportAction, String)> {
        match (&self.closed, &self.targets, &self.campaign) {
            (Some(closed), None, None) => Some((ReportAction::ClosePeriod, format!("{agency}/{}", closed.period))),
            (None, Some(set), None) => Some((ReportAction::SetTargets, format!("{agency}/targets/{}", set.year))),
            (None, None, Some(set)) => Some((ReportAction::SetCampaign, format!("{agency}/campaigns/{}", set.code))),
            _ => None,
        }
    }
}

impl Period {
    /// Its last month, if it is one that a head signs off: whole months, and no window of a campaign.
    pub fn closes(self) -> Option<Month> {
        match self {
            Self::Window { .. } => None,
            Self::Statistical { .. } | Self::Half { .. } | Self::Month(_) => self.months().map(|(_, last)| last),
        }
    }
}
