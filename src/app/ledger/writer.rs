//! The writer: takes what has queued, commits it as one transaction, answers each caller.
//!
//! ```text
//! lock the head → read all that the batch touches → decide each command in order over the overlay
//!   → write one final row per key, set-based → leaves, checkpoint, head → COMMIT → answer
//! ```
//!
//! Batches are what queued while the last commit ran; nothing waits to make them larger. A caller that goes away does
//! not undo its write. If the database fails a batch, its commands are tried one by one, so only the culprit fails.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::command::{Command, Operation, Outcome};
use super::decide::{Decided, decide};
use super::environment::{CurrentCalendar, Environment};
use super::meter::LedgerMeter;
use super::needs::Needs;
use super::pace::Pace;
use super::queue::{FairQueue, Priority, QueueLimits, Refusal};
use super::state::{Registry, State};
use super::wakeup::Wakeups;
use crate::domain::calendar::Calendar;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, IdSource};
use crate::domain::mailbox::Lane;
use crate::domain::time::Clock;
use crate::evidence::leaf::leaf_hash;
use crate::store::rows::{CalendarDayRow, Checkpoint, Head, OfficerRow};
use crate::store::write::LedgerTx;
use crate::store::{Shown, Store, store_error};

/// Writes are refused while the clock stands this far behind the latest entry, in microseconds.
pub const MAX_SKEW_MICROS: i64 = 2_000_000;

/// The longest time that a batch may take, from the lock to the end of its COMMIT.
const COMMIT_LIMIT: Duration = Duration::from_secs(20);

/// How the ledger is sized.
#[derive(Debug, Clone, Copy)]
pub struct LedgerSettings {
    /// Commands that may wait; beyond it callers are told to retry.
    pub queue: usize,
    /// How many of these places are kept for releases, and with them the same share of the memory.
    pub queue_for_releases: usize,
    /// Commands of one agency that may wait, and as many releases again.
    pub queue_per_agency: usize,
    /// The most commands in one transaction.
    pub batch: usize,
    /// The most memory that waiting commands may take, KiB: four times their bytes, for what was made of them.
    pub queue_kib: usize,
    /// The most memory that waiting commands of one agency may take, KiB.
    pub queue_kib_per_agency: usize,
}

impl LedgerSettings {
    /// The share of memory that only releases may take: as large as their share of the places, KiB.
    fn queue_kib_for_releases(&self) -> usize {
        self.queue_kib.saturating_mul(self.queue_for_releases) / self.queue.max(1)
    }
}

impl Default for LedgerSettings {
    fn default() -> Self {
        Self {
            queue: 4_096,
            queue_for_releases: 512,
            queue_per_agency: 1_024,
            batch: 256,
            queue_kib: 128 * 1_024,
            queue_kib_per_agency: 32 * 1_024,
        }
    }
}

type Reply = oneshot::Sender<Result<Outcome>>;

struct Queued {
    command: Command,
    reply: Reply,
}

impl std::fmt::Debug for Queued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queued")
    }
}

/// The way into the ledger. Cheap to clone; when the last clone is dropped the writer commits what is queued and ends.
#[derive(Debug, Clone)]
pub struct Ledger {
    entrance: Arc<Entrance>,
    registry_version: watch::Receiver<i64>,
    calendar: CurrentCalendar,
    meter: LedgerMeter,
}

/// The queue as long as anybody may put something in.
#[derive(Debug)]
struct Entrance {
    queue: Arc<FairQueue<Queued>>,
    pace: Arc<Pace>,
}

impl Drop for Entrance {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// The queue as long as somebody takes things out. Whoever still waits then is told to come again.
struct Exit(Arc<FairQueue<Queued>>);

impl Drop for Exit {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl Ledger {
    /// Starts the writer. The returned task ends when every `Ledger` is dropped and the queue is empty.
    pub fn start(
        store: Store,
        hub_id: String,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        calendar: Arc<Calendar>,
        wakeups: Arc<Wakeups>,
        settings: LedgerSettings,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let queue = Arc::new(FairQueue::new(QueueLimits {
            total: settings.queue,
            reserved: settings.queue_for_releases,
            per_agency: settings.queue_per_agency,
            kib: settings.queue_kib,
            reserved_kib: settings.queue_kib_for_releases(),
            per_agency_kib: settings.queue_kib_per_agency,
        }));
        let pace = Arc::new(Pace::default());
        let (version_sender, registry_version) = watch::channel(0);
        let current_calendar = CurrentCalendar::new(Arc::clone(&calendar));
        let writer = Writer {
            store,
            environment: Environment {
                hub_id,
                clock,
                ids,
                calendar,
            },
            registry: Registry::default(),
            registry_version: version_sender,
            calendar: current_calendar.clone(),
            wakeups,
            pace: Arc::clone(&pace),
            meter: LedgerMeter::default(),
        };
        let meter = writer.meter.clone();
        let task = tokio::spawn(writer.run(Exit(Arc::clone(&queue)), settings.batch));
        (
            Self {
                entrance: Arc::new(Entrance { queue, pace }),
                registry_version,
                calendar: current_calendar,
                meter,
            },
            task,
        )
    }

    /// Carries out one command. Once it is queued it is carried out even if the caller goes away.
    pub async fn execute(&self, command: Command) -> Result<Outcome> {
        let waiting = self.meter.waiting();
        let outcome = self.queue_and_wait(command).await;
        waiting.told(&outcome);
        outcome
    }

    async fn queue_and_wait(&self, command: Command) -> Result<Outcome> {
        let Entrance { queue, pace } = self.entrance.as_ref();
        let (agency, priority, kib) = (command.actor.agency.clone(), priority(&command), kib_of(&command));
        let (reply, outcome) = oneshot::channel();
        let pushed = queue.push(&agency, priority, kib, Queued { command, reply });
        pushed.map_err(|refusal| match refusal {
            Refusal::AgencyFull(waiting) => Error::new(ErrorCode::Overloaded)
                .with("scope", "agency")
                .retry_after_millis(pace.until_done(waiting)),
            Refusal::Full(waiting) => Error::new(ErrorCode::Overloaded)
                .with("scope", "hub")
                .retry_after_millis(pace.until_done(waiting)),
            Refusal::Closed => Error::new(ErrorCode::Unavailable).retry_after_millis(1_000),
        })?;
        outcome
            .await
            .unwrap_or_else(|_closed| Err(Error::new(ErrorCode::Unavailable).retry_after_millis(1_000)))
    }

    /// How many commands wait.
    pub fn waiting(&self) -> usize {
        self.entrance.queue.len()
    }

    /// The registry version after the last local write; follows every change made through this hub at once.
    pub fn registry_version(&self) -> watch::Receiver<i64> {
        self.registry_version.clone()
    }

    /// What the ledger counts of its own work.
    pub fn meter(&self) -> &LedgerMeter {
        &self.meter
    }

    /// The calendar in force: the one that the ledger was started with until days are in the database; follows every
    /// import made through this hub at once.
    pub fn calendar(&self) -> &CurrentCalendar {
        &self.calendar
    }
}

/// The memory that a command is counted with.
fn kib_of(command: &Command) -> usize {
    let bytes = command.body.as_ref().map_or(0, |body| body.content.len());
    bytes.saturating_mul(4) / 1_024 + 1
}

/// What goes into the URGENT lane of mailboxes goes first here too.
fn priority(command: &Command) -> Priority {
    match &command.operation {
        Operation::Submit(submit) if submit.kind.definition.lane == Lane::Urgent => Priority::Release,
        Operation::Submit(_)
        | Operation::Step(_)
        | Operation::Advance(_)
        | Operation::Registry(_)
        | Operation::Calendar(_)
        | Operation::Sweep(_)
        | Operation::Measures(_)
        | Operation::Upload(_) => Priority::Ordinary,
    }
}

struct Writer {
    store: Store,
    environment: Environment,
    registry: Registry,
    registry_version: watch::Sender<i64>,
    calendar: CurrentCalendar,
    wakeups: Arc<Wakeups>,
    pace: Arc<Pace>,
    meter: LedgerMeter,
}

impl Writer {
    async fn run(mut self, exit: Exit, batch: usize) {
        while let Some(queued) = exit.0.take(batch).await {
            let (count, began) = (queued.len(), Instant::now());
            let mut rest = queued.into_iter().peekable();
            while rest.peek().is_some() {
                let mut run = Vec::new();
                while let Some(next) = rest.next_if(|next| run.is_empty() || joins(&run, next)) {
                    run.push(next);
                }
                let commands: Vec<&Command> = run.iter().map(|queued| &queued.command).collect();
                let outcomes = self.carry_out(&commands).await;
                for (queued, outcome) in run.into_iter().zip(outcomes) {
                    // The caller may have gone; its write stands all the same.
                    drop(queued.reply.send(outcome));
                }
            }
            self.pace.measured(count, began.elapsed());
        }
    }

    /// Commits a batch; falls back to one by one if the database refuses it.
    async fn carry_out(&mut self, commands: &[&Command]) -> Vec<Result<Outcome>> {
        let error = match self.commit_in_time(commands).await {
            Ok(outcomes) => return outcomes,
            Err(error) => error,
        };
        self.registry = Registry::default();
        if let [_only] = commands {
            tracing::error!(error = %Shown(&error), "ledger.command.failed");
            return vec![Err(store_error(error))];
        }
        tracing::warn!(error = %Shown(&error), commands = commands.len(), "ledger.batch.failed");
        let mut outcomes = Vec::with_capacity(commands.len());
        for command in commands {
            let outcome = match self.commit_in_time(std::slice::from_ref(command)).await {
                Ok(mut single) => single.pop().unwrap_or_else(|| Err(Error::new(ErrorCode::Internal))),
                Err(error) => {
                    self.registry = Registry::default();
                    tracing::error!(error = %Shown(&error), "ledger.command.failed");
                    Err(store_error(error))
                }
            };
            let is_outage = outcome
                .as_ref()
                .err()
                .is_some_and(|error| error.code() == ErrorCode::Unavailable);
            outcomes.push(outcome);
            if is_outage {
                break;
            }
        }
        outcomes.resize_with(commands.len(), || {
            Err(Error::new(ErrorCode::Unavailable).retry_after_millis(1_000))
        });
        outcomes
    }

    /// A database that has gone without a word must not hold up the ledger for ever. What a cut COMMIT did is found out
    /// when its commands come again: by their keys.
    async fn commit_in_time(&mut self, commands: &[&Command]) -> Result<Vec<Result<Outcome>>, sqlx::Error> {
        let cut = |_elapsed| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
        let started = Instant::now();
        let committed = tokio::time::timeout(COMMIT_LIMIT, self.commit(commands)).await;
        self.meter.batch(commands.len(), started.elapsed());
        committed.map_err(cut)?
    }

    async fn commit(&mut self, commands: &[&Command]) -> Result<Vec<Result<Outcome>>, sqlx::Error> {
        let (mut tx, head) = self.store.begin_ledger().await?;
        let now = self.environment.clock.now();
        if head.hub_time.micros() - now.micros() > MAX_SKEW_MICROS {
            let refuse = || Err(Error::new(ErrorCode::ClockSkew).retry_after_millis(5_000));
            return Ok(commands.iter().map(|_| refuse()).collect());
        }
        let hub_time = now.max(head.hub_time);
        let first_index = i64::try_from(head.frontier.size()).map_err(|error| sqlx::Error::Decode(error.into()))?;
        let mut state = State::new(hub_time, first_index, head.registry_version);
        self.registry.follow(head.registry_version);
        self.follow_calendar(&mut tx, head.calendar_version).await?;
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

        let checkpoint = self.write(&mut tx, &head, &state).await?;
        let told: BTreeSet<&AgencyCode> = state.appended.mailbox.iter().map(|entry| &entry.agency).collect();
        tx.hint(&told).await?;
        let expected = checkpoint
            .as_ref()
            .map(|checkpoint| (checkpoint.tree_size, checkpoint.root_hash));
        if let Err(error) = tx.commit().await
            && !self.has_committed(expected).await?
        {
            return Err(error);
        }
        if state.registry_version != head.registry_version {
            // What is known of agencies is read again: a change may have connected one.
            self.registry = Registry::default();
        }
        self.registry_version.send_replace(state.registry_version);
        if !state.calendar_days.is_empty() {
            self.keep_calendar(self.environment.calendar.with(state.calendar_days.clone()));
        }
        self.wakeups.ring(told);
        let checkpoint = checkpoint.map(Arc::new);
        Ok(decided
            .into_iter()
            .map(|decided| decided.map(|decided| decided.into_outcome(checkpoint.as_ref())))
            .collect())
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
    async fn write(&self, tx: &mut LedgerTx, head: &Head, state: &State) -> Result<Option<Checkpoint>, sqlx::Error> {
        let checkpoint = self.write_entries(tx, head, state).await?;
        tx.write(&state.appended.relations).await?;
        tx.write(&state.appended.attachments).await?;
        tx.write(&state.appended.request_attachments).await?;
        tx.write(&state.measure_rows().map_err(encode_error)?).await?;
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
        Ok(checkpoint)
    }

    /// The entries with all that nearly every entry brings, the checkpoint and the head.
    async fn write_entries(
        &self,
        tx: &mut LedgerTx,
        head: &Head,
        state: &State,
    ) -> Result<Option<Checkpoint>, sqlx::Error> {
        let appended = &state.appended;
        if appended.entries.is_empty() {
            return Ok(None);
        }
        let mut frontier = head.frontier.clone();
        for entry in &appended.entries {
            frontier.append(leaf_hash(&entry.leaf));
        }
        let checkpoint = Checkpoint {
            tree_size: state.next_index,
            root_hash: frontier.root(),
            hub_time: state.hub_time,
            hub_id: self.environment.hub_id.clone(),
        };
        tx.write_together(&[
            &appended.bodies,
            &appended.events,
            &appended.entries,
            &appended.keys,
            &state.request_rows(),
            &state.deadline_rows().map_err(encode_error)?,
            &appended.mailbox,
            &state.head_rows(),
            &vec![checkpoint.clone()],
        ])
        .await?;
        tx.write_head(&Head {
            frontier,
            root: checkpoint.root_hash,
            hub_time: state.hub_time,
            registry_version: state.registry_version,
            calendar_version: head.calendar_version + i64::from(!state.calendar_days.is_empty()),
        })
        .await?;
        Ok(Some(checkpoint))
    }
}

fn encode_error(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Encode(error.into())
}

/// Whether `next` may share a transaction with the commands of `run`. A change of the registry or of the calendar stands
/// alone: what it changes is what every other command is checked against. So does a sweep, for its size.
fn joins(run: &[Queued], next: &Queued) -> bool {
    let stands_alone = |queued: &Queued| match queued.command.operation {
        Operation::Registry(_) | Operation::Calendar(_) | Operation::Sweep(_) => true,
        Operation::Submit(_)
        | Operation::Step(_)
        | Operation::Advance(_)
        | Operation::Measures(_)
        | Operation::Upload(_) => false,
    };
    !stands_alone(next) && !run.iter().any(stands_alone)
}
