//! The suspensions that the log tells of, as they stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ClockSuspension;
use crate::domain::ids::SuspensionId;
use crate::domain::macros::text_enum;
use crate::domain::time::Timestamp;

text_enum! {
    /// What an entry about a suspension does.
    pub enum SuspensionAction {
        /// Công bố bảo trì.
        PublishMaintenance => "publish_maintenance",
        /// Ghi nhận sự cố của cổng.
        RecordOutage => "record_outage",
        /// Tạm dừng tính thời hạn theo văn bản.
        SuspendByDecree => "suspend_by_decree",
        /// Kết thúc việc tạm dừng.
        End => "end_suspension",
    }
}

impl SuspensionAction {
    /// The action that enters a suspension.
    pub fn entering(suspension: &ClockSuspension) -> Self {
        match suspension.cause {
            super::Cause::Maintenance => Self::PublishMaintenance,
            super::Cause::Outage => Self::RecordOutage,
            super::Cause::Decree => Self::SuspendByDecree,
        }
    }
}

/// What such an entry says: the suspension whole, or when one ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspensionDetails {
    /// Entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<ClockSuspension>,
    /// Ended: when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

/// An entry, as far as it tells of a suspension.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its index.
    pub log_index: i64,
    /// The suspension's id.
    pub subject: &'a str,
    /// 1 for the entry that enters it, then one more with each.
    pub version: i64,
    /// What is done.
    pub action: &'a str,
    /// As JSON.
    pub details: &'a str,
}

/// A suspension, and the entries that tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// As it stands.
    pub suspension: ClockSuspension,
    /// The entry that entered it.
    pub opened_index: i64,
    /// The entry that changed it last.
    pub changed_index: i64,
    /// How many entries tell of it.
    pub version: i64,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownSuspensions {
    all: BTreeMap<SuspensionId, Known>,
    last_index: Option<i64>,
}

impl KnownSuspensions {
    /// The last entry that was followed.
    pub fn last_index(&self) -> Option<i64> {
        self.last_index
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// One of them.
    pub fn get(&self, id: &SuspensionId) -> Option<&Known> {
        self.all.get(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Known> {
        self.all.values()
    }

    /// Takes an entry in. None: it does not follow from those before, and nothing has changed.
    #[must_use]
    pub fn follow(&mut self, told: &Told<'_>) -> Option<()> {
        let id = SuspensionId::parse(told.subject).ok()?;
        let action: SuspensionAction = told.action.parse().ok()?;
        let details: SuspensionDetails = serde_json::from_str(told.details).ok()?;
        match (action, details.suspension, details.to) {
            (SuspensionAction::End, None, Some(to)) => {
                let known = self.all.get_mut(&id)?;
                let shortens = known.suspension.to.is_none_or(|end| to < end) && to >= known.suspension.from;
                if !shortens || told.version != known.version + 1 {
                    return None;
                }
                known.suspension.to = Some(to);
                (known.changed_index, known.version) = (told.log_index, told.version);
            }
            (_, Some(suspension), None) => {
                let is_new = told.version == 1 && suspension.id == id && !self.all.contains_key(&id);
                if !is_new || action != SuspensionAction::entering(&suspension) {
                    return None;
                }
                let known = Known {
                    suspension,
                    opened_index: told.log_index,
                    changed_index: told.log_index,
                    version: 1,
                };
                self.all.insert(id, known);
            }
            _ => return None,
        }
        self.last_index = Some(told.log_index);
        Some(())
    }
}
