//! One batch as one transaction: from the lock on the head to the end of its COMMIT.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::books;
use super::command::{Command, Outcome};
use super::decide::{Decided, decide};
use super::needs::Needs;
use super::reports;
use super::signed::{self, Signed};
use super::state::{Registry, State};
use super::tally;
use super::timers;
use super::webhook;
use super::writer::Writer;
use crate::domain::calendar::Calendar;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::AgencyCode;
use crate::evidence::nodes::Growth;
use crate::store::nodes_of;
use crate::store::rows::{CalendarDayRow, Checkpoint, Head, OfficerRow, TimerRow};
use crate::store::write::LedgerTx;

/// The longest time that a batch may take, from waiting for a connection to the end of its COMMIT. PostgreSQL cuts who
/// holds the lock on the head and does nothing after 5 s.
const COMMIT_LIMIT: Duration = Duration::from_secs(10);

impl Writer {
    /// A database that has gone without a word must not hold up the ledger for ever. What a cut COMMIT did is found out
    /// when its commands come again: by their keys.
    pub(super) async fn commit_in_time(&mut self, commands: &[&Command]) -> Result<Vec<Result<Outcome>>, sqlx::Error> {
        let cut = |_elapsed| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
        let started = Instant::now();
        let committed = tokio::time::timeout(COMMIT_LIMIT, self.commit(commands)).await;
        self.meter.batch(commands.len(), started.elapsed());
        committed.map_err(cut)?
    }

    async fn commit(&mut self, commands: &[&Command]) -> Result<Vec<Result<Outcome>>, sqlx::Error> {
        let (mut tx, head) = self.store.begin_ledger().await?;
        let followed = signed::follow(&mut tx, &head, &mut self.signer).await?;
        if let Err(log_break) = self.note_log(followed) {
            let refuse = || Err(Error::new(ErrorCode::LedgerReadOnly).with("reason", log_break.as_str()));
            return Ok(commands.iter().map(|_| refuse()).collect());
        }
        let clock = Arc::clone(&self.environment.clock);
        clock.follow(head.hub_time);
        let Some(hub_time) = clock.time_after(head.hub_time) else {
            let refuse = || Err(Error::new(ErrorCode::ClockSkew).retry_after_millis(5_000));
            return Ok(commands.iter().map(|_| refuse()).collect());
        };
        let first_index = i64::try_from(head.frontier.size()).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let mut state = State::new(hub_time, first_index, head.registry_version);
        if clock.is_sandbox() {
            state.machine_time = clock.machine_now();
        }
        self.registry.follow(head.registry_version);
        self.follow_calendar(&mut tx, head.calendar_version).await?;
        if let Some(newer) = tx.follow_suspensions(&self.environment.suspensions).await? {
            self.environment.suspensions = Arc::new(newer);
        }
        Needs::of(commands.iter().copied(), hub_time)
            .read(&mut tx, &mut state, &mut self.registry)
            .await?;

        let decide_all = || -> Vec<Result<Decided>> {
            commands
                .iter()
                .map(|command| decide(&mut state, &mut self.registry, &self.environment, command))
                .collect()
        };
        // A fault in a rule must hurt its own command only: the batch is rolled back and tried one by one.
        let decided = std::panic::catch_unwind(AssertUnwindSafe(decide_all))
            .map_err(|_panic| sqlx::Error::Protocol("a decision panicked".to_owned()))?;

        let mut written = self.write(&mut tx, &head, &state).await?;
        let told: BTreeSet<&AgencyCode> = state.appended.mailbox.iter().map(|entry| &entry.agency).collect();
        tx.hint(&told).await?;
        let expected = written
            .as_ref()
            .map(|(_, checkpoint)| (checkpoint.tree_size, checkpoint.root_hash));
        if let Err(error) = tx.commit().await
            && !self.has_committed(expected).await?
        {
            return Err(error);
        }
        self.signer.settle(true);
        clock.follow(state.hub_time);
        if state.registry_version != head.registry_version {
            // What is known of agencies is read again: a change may have connected one.
            self.registry = Registry::default();
        }
        self.registry_version.send_replace(state.registry_version);
        if !state.calendar_days.is_empty() {
            self.keep_calendar(self.environment.calendar.with(state.calendar_days.clone()));
        }
        self.wakeups.ring(told);
        let outcomes = decided.into_iter().map(|decided| {
            let committed = written.as_mut().map(|(growth, checkpoint)| (&*checkpoint, growth));
            decided.map(|decided| decided.into_outcome(committed))
        });
        Ok(outcomes.collect())
    }

    /// Reads the calendar again if another hub has changed it: under the lock of the head nobody else can change it now.
    async fn follow_calendar(&mut self, tx: &mut LedgerTx, version: i64) -> Result<(), sqlx::Error> {
        if self.environment.calendar.version() != version {
            let states = tx.calendar_days().await?;
            let sessions = self.environment.calendar.sessions().to_vec();
            self.keep_calendar(Calendar::of_states(states, sessions));
        }
        Ok(())
    }

    fn keep_calendar(&mut self, calendar: Calendar) {
        self.environment.calendar = Arc::new(calendar);
        self.calendar.show(Arc::clone(&self.environment.calendar));
    }

    /// After a COMMIT whose outcome is unknown: the checkpoint of this very tree is there, or it is not.
    async fn has_committed(&self, expected: Option<(i64, [u8; 32])>) -> Result<bool, sqlx::Error> {
        let Some((tree_size, root)) = expected else {
            return Ok(false);
        };
        // Taking the lock waits until the transaction in doubt has ended one way or the other.
        let (mut tx, _head) = self.store.begin_ledger().await?;
        let found = tx.checkpoint_at(tree_size).await?;
        Ok(found.is_some_and(|checkpoint| checkpoint.root_hash == root))
    }

    /// Writes everything that the batch changed; nothing for a batch that changed nothing.
    async fn write(&mut self, tx: &mut LedgerTx, head: &Head, state: &State) -> Result<Written, sqlx::Error> {
        let timers = timers::rows(state, &self.registry, &self.environment);
        let signed = self.write_entries(tx, head, state, &timers.set).await?;
        if signed.is_none() {
            tx.write(&timers.set).await?;
        }
        tx.remove_timers(&timers.removed).await?;
        tx.write(&state.appended.notices).await?;
        tx.write(&state.appended.relations).await?;
        tx.write(&state.appended.account_documents).await?;
        tx.write(&state.appended.attachments).await?;
        tx.write(&state.appended.request_attachments).await?;
        tx.write(&state.measure_rows().map_err(encode_error)?).await?;
        tx.write(&state.case_rows().map_err(encode_error)?).await?;
        tx.write(&state.case_request_rows().map_err(encode_error)?).await?;
        tx.write(&state.counter_rows()).await?;
        tx.write(&state.cursor_rows()).await?;
        let agencies: Vec<_> = state
            .changed_agencies
            .iter()
            .filter_map(|code| {
                self.registry
                    .connected(code)
                    .map(|connected| connected.registered.clone())
            })
            .collect();
        tx.write(&agencies).await?;
        let officers: Vec<OfficerRow> = state
            .changed_officers
            .iter()
            .filter_map(|(agency, id)| self.registry.officer(agency, id).cloned().map(OfficerRow::from))
            .collect();
        tx.write(&officers).await?;
        tx.write(&state.credential_rows()).await?;
        let days = state.calendar_days.iter().cloned().map(CalendarDayRow::from);
        tx.write(&days.collect::<Vec<_>>()).await?;
        tx.write(&state.job.iter().cloned().collect::<Vec<_>>()).await?;
        tx.write(&state.appended.hub_keys).await?;
        tx.write(&state.appended.trust_papers).await?;
        tx.write(&state.appended.reads).await?;
        tx.write(&state.appended.shown).await?;
        tx.take_outbox_lines(&state.taken_lines).await?;
        self.write_erasures(tx, state).await?;
        tally::write(tx, &state.tallies).await?;
        books::write(tx, &state.books).await?;
        reports::write(tx, &state.reports).await?;
        webhook::write(tx, &state.webhooks).await?;
        let Some(signed) = signed else { return Ok(None) };
        if !self.store.knows_account_key() {
            tx.accounts_not_named(signed.checkpoint.tree_size).await?;
        }
        let (growth, checkpoint) = signed.remembered().await?;
        Ok(Some((growth, Arc::new(checkpoint))))
    }

    /// What was proposed and decided; the keys that are to go are destroyed, each of them or nothing is committed.
    async fn write_erasures(&self, tx: &mut LedgerTx, state: &State) -> Result<(), sqlx::Error> {
        let appended = &state.appended;
        tx.write(&appended.erasures).await?;
        tx.write(&appended.erased_content).await?;
        for index in &appended.erased_by {
            let destroyed = tx.destroy_keys(*index).await?;
            if destroyed != appended.erased_content.len() {
                return Err(sqlx::Error::Protocol(
                    "a key that was to be destroyed is not there".to_owned(),
                ));
            }
        }
        Ok(())
    }

    /// The entries with all that nearly every entry brings, the checkpoint and the head.
    async fn write_entries(
        &mut self,
        tx: &mut LedgerTx,
        head: &Head,
        state: &State,
        timers: &Vec<TimerRow>,
    ) -> Result<Option<Signed>, sqlx::Error> {
        let appended = &state.appended;
        if appended.entries.is_empty() {
            return Ok(None);
        }
        // The disk takes what the hub must remember while the database takes the rows.
        let signed = self.sign(head, state)?;
        tx.write_together(&[
            &appended.bodies,
            &appended.content_keys,
            &appended.events,
            &appended.entries,
            &appended.keys,
            &state.request_rows(),
            &state.deadline_rows().map_err(encode_error)?,
            timers,
            &appended.mailbox,
            &state.head_rows(),
            &vec![signed.checkpoint.clone()],
        ])
        .await?;
        tx.write(&nodes_of(&signed.growth)).await?;
        tx.write_head(&Head {
            frontier: signed.growth.after().clone(),
            root: signed.checkpoint.root_hash,
            hub_time: state.hub_time,
            registry_version: state.registry_version,
            calendar_version: head.calendar_version + i64::from(!state.calendar_days.is_empty()),
        })
        .await?;
        Ok(Some(signed))
    }
}

/// What a batch appended to the tree; `None` if it changed nothing.
type Written = Option<(Growth, Arc<Checkpoint>)>;

fn encode_error(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Encode(error.into())
}
