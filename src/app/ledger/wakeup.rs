//! Waking readers of a mailbox when something was committed for them, by this hub or, so PostgreSQL tells, by another. Only a
//! hint: a reader also looks by itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::ids::AgencyCode;

/// One bell per agency that somebody waits for.
#[derive(Debug, Default)]
pub struct Wakeups {
    bells: Mutex<BTreeMap<AgencyCode, Arc<Notify>>>,
}

impl Wakeups {
    /// The bell of `agency`.
    pub fn bell(&self, agency: &AgencyCode) -> Arc<Notify> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(agency.clone()).or_default())
    }

    /// Rings for everyone who waits.
    pub fn ring_all(&self) {
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        bells.values().for_each(|bell| bell.notify_waiters());
    }

    /// Rings for everyone who waits for one of `agencies`; forgets bells that nobody holds.
    pub fn ring<'a>(&self, agencies: impl IntoIterator<Item = &'a AgencyCode>) {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        for agency in agencies {
            if let Some(bell) = bells.get(agency) {
                bell.notify_waiters();
                if Arc::strong_count(bell) == 1 {
                    bells.remove(agency);
                }
            }
        }
    }
}
