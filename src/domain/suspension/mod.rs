//! Clocks of many requests that stand still together (tạm dừng tính thời hạn): maintenance that a recipient has published, an outage of
//! the hub, a decision of whoever may decide ([decision 0033](../../../docs/decisions/0033-suspensions-sandbox-silence.md)).
//!
//! [`ClockSuspension`] says from when to when, for which clocks and why; [`known`] makes the list of them out of the log's entries;
//! [`limits`] says which may be entered; [`apply`] lets the clocks of a request stand still.

pub mod apply;
pub mod known;
pub mod limits;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::agency::Agency;
use crate::domain::catalogue::definition::{Effect as KindEffect, KindDefinition};
use crate::domain::catalogue::rule::Nature;
use crate::domain::deadline::Deadline;
use crate::domain::ids::{AgencyCode, KindCode, SuspensionId};
use crate::domain::macros::text_enum;
use crate::domain::mailbox::Lane;
use crate::domain::time::Timestamp;
use crate::domain::workflow::{Party, StartingPoint};

text_enum! {
    /// Why clocks stand still.
    pub enum Cause {
        /// Bảo trì đã công bố: of a recipient's systems, told in advance.
        Maintenance => "MAINTENANCE",
        /// Sự cố của cổng: the hub could not be reached, recorded afterwards.
        Outage => "OUTAGE",
        /// Theo văn bản của cấp có thẩm quyền: for a disaster, an epidemic, a change of organisation.
        Decree => "DECREE",
    }
}

impl Cause {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Maintenance => "Bảo trì đã công bố",
            Self::Outage => "Sự cố của cổng",
            Self::Decree => "Theo văn bản của cấp có thẩm quyền",
        }
    }

    /// The label in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::Maintenance => "Published maintenance",
            Self::Outage => "Outage of the hub",
            Self::Decree => "By a decision of whoever may decide",
        }
    }

    /// What it does to a clock of this nature. The law knows no pause for a recipient's maintenance, so it moves only what is the
    /// hub's own policy. What nobody can help moves everything (force majeure; Civil Code Art. 156–157, not verified, certainty D).
    pub const fn effect(self, nature: Nature) -> Effect {
        match (self, nature) {
            (Self::Maintenance, Nature::Law) => Effect::Explains,
            (Self::Maintenance, Nature::Policy) | (Self::Outage | Self::Decree, Nature::Law | Nature::Policy) => {
                Effect::Moves
            }
        }
    }
}

/// What a suspension does to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The clock stands still.
    Moves,
    /// The due time stays; why the recipient was not to be reached is told.
    Explains,
}

/// Which clocks. What names nothing means all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Codes of kinds.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<KindCode>,
    /// Names of clocks, as in the kinds.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub clocks: BTreeSet<String>,
    /// Provinces of the agency whose duty it is, two digits.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub provinces: BTreeSet<String>,
    /// Agencies whose duty it is.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub agencies: BTreeSet<AgencyCode>,
}

/// A stretch of time in which clocks stand still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSuspension {
    /// Its id.
    pub id: SuspensionId,
    /// Why.
    pub cause: Cause,
    /// From when.
    pub from: Timestamp,
    /// Until when; none: until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// Which clocks.
    pub scope: Scope,
    /// The article, or the policy, as printed.
    pub basis: String,
    /// Number and date of the text that decides it, or the evidence for an outage, as printed.
    pub document: String,
    /// In words.
    pub reason: String,
    /// Who entered it.
    pub agency: AgencyCode,
}

/// One side of a request, as a scope sees it.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The agency.
    pub code: &'a AgencyCode,
    /// Its province, two digits; empty if it has none.
    pub province: &'a str,
}

impl<'a> Side<'a> {
    /// Of an agency.
    pub fn of(agency: &'a Agency) -> Self {
        let (code, province) = (&agency.code, agency.province_code.as_str());
        Self { code, province }
    }
}

/// A request, as a scope sees it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its kind.
    pub kind: &'a KindCode,
    /// Who sent it.
    pub sender: Side<'a>,
    /// Who is to answer.
    pub recipient: Side<'a>,
}

impl Scope {
    /// Whether it names the clock: by its kind, its name, and whose duty it is.
    fn names(&self, subject: &Subject<'_>, deadline: &Deadline) -> bool {
        let obligor = match deadline.obligor {
            Party::Sender => subject.sender,
            Party::Recipient => subject.recipient,
            Party::Hub => return false,
        };
        let is_one = |set: &BTreeSet<String>, text: &str| set.is_empty() || set.contains(text);
        (self.kinds.is_empty() || self.kinds.contains(subject.kind))
            && is_one(&self.clocks, &deadline.name)
            && is_one(&self.provinces, obligor.province)
            && (self.agencies.is_empty() || self.agencies.contains(obligor.code))
    }
}

impl ClockSuspension {
    /// What it does to the clock; none: it is not about it. A clock counted back from a fixed event never stands still.
    pub fn effect_on(&self, subject: &Subject<'_>, deadline: &Deadline) -> Option<Effect> {
        let meets = self.to.is_none_or(|to| to > deadline.start.max(self.from));
        let is_about = meets && deadline.starts_on != StartingPoint::Before && self.scope.names(subject, deadline);
        is_about.then(|| self.cause.effect(deadline.nature))
    }
}

/// Whether a recipient's maintenance may let clocks of this kind stand still: never what is urgent, and never what holds an asset
/// or lets it go, for money leaves by the second.
pub fn may_wait_for_maintenance(definition: &KindDefinition) -> bool {
    definition.lane != Lane::Urgent && definition.effect != KindEffect::UntilReleased
}
