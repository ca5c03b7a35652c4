//! What decisions depend on beside the database.

use std::sync::Arc;

use crate::domain::calendar::Calendar;
use crate::domain::ids::IdSource;
use crate::domain::time::Clock;

/// The hub's name, time, randomness and calendar.
pub(crate) struct Environment {
    pub(crate) hub_id: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) calendar: Arc<Calendar>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("hub_id", &self.hub_id)
            .finish_non_exhaustive()
    }
}
