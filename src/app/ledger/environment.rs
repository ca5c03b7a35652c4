//! What decisions depend on beside the database.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;
use tokio::sync::watch;

use super::state::Registry;
use super::steady::SteadyClock;
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::rule::DeadlineRule;
use crate::domain::ids::{AgencyCode, IdSource};
use crate::domain::suspension::known::KnownSuspensions;
use crate::sealing::MasterKeys;

/// The hub's name, time, randomness and the calendar of the head.
pub(crate) struct Environment {
    pub(crate) hub_id: String,
    pub(crate) clock: Arc<SteadyClock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) masters: Arc<MasterKeys>,
    pub(crate) calendar: Arc<Calendar>,
    /// What lets clocks stand still, as of the head.
    pub(crate) suspensions: Arc<KnownSuspensions>,
    pub(crate) catalogue: Arc<Catalogue>,
}

impl Environment {
    /// The clocks of a kind from sender to recipient: the kind's own, as regulations between the two change them.
    pub(super) fn rules<'k>(
        &self,
        registry: &Registry,
        kind: &'k Kind,
        (sender, recipient): (&AgencyCode, &AgencyCode),
        today: Date,
    ) -> Cow<'k, [DeadlineRule]> {
        match registry.pair(sender, recipient) {
            Some(pair) => self.catalogue.regulations().rules(kind, &pair, today),
            None => Cow::Borrowed(&kind.definition.deadlines),
        }
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("hub_id", &self.hub_id)
            .finish_non_exhaustive()
    }
}

/// The calendar in force, as everybody of this hub sees it.
#[derive(Debug, Clone)]
pub struct CurrentCalendar(Arc<watch::Sender<Arc<Calendar>>>);

impl CurrentCalendar {
    pub(crate) fn new(calendar: Arc<Calendar>) -> Self {
        Self(Arc::new(watch::Sender::new(calendar)))
    }

    /// The newest version that this hub has seen.
    pub fn get(&self) -> Arc<Calendar> {
        Arc::clone(&self.0.borrow())
    }

    /// Shows a version to everybody, unless a newer one is known.
    pub(crate) fn show(&self, calendar: Arc<Calendar>) {
        self.0.send_if_modified(|current| {
            let is_newer = current.version() < calendar.version();
            if is_newer {
                *current = calendar;
            }
            is_newer
        });
    }
}
