//! Trying a command: what the ledger would say of it and open by it, over the database as it stands. Nothing is locked, nothing is
//! written, and by the time the command comes for real it may be decided otherwise.

use std::sync::{Arc, Mutex, PoisonError};

use super::command::{Command, Outcome};
use super::decide::{Decided, decide};
use super::environment::{CurrentCalendar, Environment};
use super::needs::Needs;
use super::state::{Registry, State};
use super::steady::SteadyClock;
use super::writer::Ledger;
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::Catalogue;
use crate::domain::deadline::Deadline;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::IdSource;
use crate::domain::request::EnforcementRequest;
use crate::domain::suspension::known::KnownSuspensions;
use crate::domain::time::Timestamp;
use crate::sealing::MasterKeys;
use crate::store::write::LedgerTx;
use crate::store::{Store, store_error};

/// What decisions are tried over.
pub(super) struct Trial {
    pub(super) store: Store,
    pub(super) hub_id: String,
    pub(super) clock: Arc<SteadyClock>,
    pub(super) ids: Arc<dyn IdSource>,
    pub(super) masters: Arc<MasterKeys>,
    pub(super) calendar: CurrentCalendar,
    pub(super) catalogue: Arc<Catalogue>,
    /// As of the last trial.
    pub(super) suspensions: Mutex<Arc<KnownSuspensions>>,
}

impl std::fmt::Debug for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trial")
            .field("hub_id", &self.hub_id)
            .finish_non_exhaustive()
    }
}

/// What a command would come to.
#[derive(Debug, Clone)]
pub enum Tried {
    /// It would be carried out.
    Acts {
        /// The requests that it would open, in the order of their entries.
        opened: Vec<(EnforcementRequest, Vec<Deadline>)>,
        /// When.
        at: Timestamp,
    },
    /// Its key was used for this content: it would get the receipts that it got then.
    Replays {
        /// The first entry of them.
        log_index: i64,
    },
    /// The registry has moved since its signatures were checked.
    Outdated,
}

impl Ledger {
    /// Tries a command.
    ///
    /// # Errors
    /// What the command would be refused with; INTERNAL, UNAVAILABLE.
    pub async fn try_out(&self, command: &Command) -> Result<Tried> {
        let trial = self.trial();
        let (mut tx, head) = trial.store.begin_trial().await.map_err(store_error)?;
        let now = trial.clock.time_after(head.hub_time);
        let hub_time = now.ok_or_else(|| Error::new(ErrorCode::ClockSkew).retry_after_millis(5_000))?;
        let first_index = i64::try_from(head.frontier.size()).map_err(Error::internal)?;
        let mut state = State::new(hub_time, first_index, head.registry_version);
        if trial.clock.is_sandbox() {
            state.machine_time = trial.clock.machine_now();
        }
        let mut registry = Registry::default();
        registry.follow(head.registry_version);
        let environment = trial.environment(&mut tx, head.calendar_version).await?;
        let needs = Needs::of([command], hub_time);
        needs
            .read(&mut tx, &mut state, &mut registry)
            .await
            .map_err(store_error)?;
        drop(tx);
        Ok(match decide(&mut state, &mut registry, &environment, command)? {
            Decided::Acted { .. } => Tried::Acts {
                opened: state.opened(),
                at: hub_time,
            },
            Decided::Replays(Outcome::Replayed { log_index, .. }) => Tried::Replays { log_index },
            Decided::Replays(Outcome::Done(_) | Outcome::Outdated) => {
                return Err(Error::internal("a replay of nothing"));
            }
            Decided::Outdated => Tried::Outdated,
        })
    }
}

impl Trial {
    /// As of the head that `tx` sees.
    async fn environment(&self, tx: &mut LedgerTx, calendar_version: i64) -> Result<Environment> {
        let current = self.calendar.get();
        let calendar = if current.version() == calendar_version {
            current
        } else {
            let states = tx.calendar_days().await.map_err(store_error)?;
            Arc::new(Calendar::of_states(states, current.sessions().to_vec()))
        };
        let known = Arc::clone(&self.suspensions.lock().unwrap_or_else(PoisonError::into_inner));
        let newer = tx.follow_suspensions(&known).await.map_err(store_error)?;
        let suspensions = newer.map_or(known, Arc::new);
        *self.suspensions.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&suspensions);
        Ok(Environment {
            hub_id: self.hub_id.clone(),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            masters: Arc::clone(&self.masters),
            calendar,
            suspensions,
            catalogue: Arc::clone(&self.catalogue),
        })
    }
}
