//! The writer: takes what has queued, commits it as one transaction, answers each caller.
//!
//! ```text
//! lock the head → read all that the batch touches → decide each command in order over the overlay
//!   → write one final row per key, set-based → leaves, checkpoint, head → COMMIT → answer
//! ```
//!
//! Batches are what queued while the last commit ran; nothing waits to make them larger. A caller that goes away does
//! not undo its write. If the database fails a batch, its commands are tried one by one, so only the culprit fails. One that
//! takes nothing at all is left in peace: callers are told to come again, until it does (`outage.rs`).

use std::sync::{Arc, Mutex};

use tokio::sync::{oneshot, watch};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::command::{Command, Operation, Outcome};
use super::environment::{CurrentCalendar, Environment};
use super::meter::LedgerMeter;
use super::outage::{come_again, is_silence, not_tried, refuse};
use super::pace::Pace;
use super::queue::{FairQueue, Priority, QueueLimits, Refusal};
use super::state::Registry;
use super::steady::SteadyClock;
use super::trial::Trial;
use super::wakeup::Wakeups;
use crate::app::TRACE;
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::AgencyCode;
use crate::domain::ids::IdSource;
use crate::domain::time::Clock;
use crate::signing::{LogBreak, Signer};
use crate::store::{Outage, Shown, Store, store_error};

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

pub(super) struct Queued {
    command: Command,
    reply: Reply,
}

impl Queued {
    pub(super) fn answer(self, outcome: Result<Outcome>) {
        // The caller may have gone; its write stands all the same.
        drop(self.reply.send(outcome));
    }
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
    outage: watch::Receiver<Option<Outage>>,
    log_break: watch::Receiver<Option<LogBreak>>,
    clock: Arc<SteadyClock>,
    meter: LedgerMeter,
    trial: Arc<Trial>,
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
pub(super) struct Exit(pub(super) Arc<FairQueue<Queued>>);

impl Drop for Exit {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// What a ledger is made from.
pub struct LedgerParts {
    /// The database, migrated.
    pub store: Store,
    /// The hub's name.
    pub hub_id: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes for ids and salts.
    pub ids: Arc<dyn IdSource>,
    /// The calendar that holds until days are in the database.
    pub calendar: Arc<Calendar>,
    /// All kinds, and who is told when a clock runs out.
    pub catalogue: Arc<Catalogue>,
    /// Bells for readers of mailboxes.
    pub wakeups: Arc<Wakeups>,
    /// The hub's keys and what it has signed.
    pub signer: Signer,
    /// How it is sized.
    pub settings: LedgerSettings,
}

impl std::fmt::Debug for LedgerParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerParts")
            .field("hub_id", &self.hub_id)
            .finish_non_exhaustive()
    }
}

impl Ledger {
    /// Starts the writer. The returned task ends when every `Ledger` is dropped and the queue is empty.
    pub fn start(parts: LedgerParts) -> (Self, tokio::task::JoinHandle<()>) {
        let LedgerParts {
            store,
            hub_id,
            clock,
            ids,
            calendar,
            catalogue,
            wakeups,
            signer,
            settings,
        } = parts;
        let clock = Arc::new(SteadyClock::new(clock));
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
        let (outage_sender, outage) = watch::channel(None);
        let (break_sender, log_break) = watch::channel(signer.log_break());
        let current_calendar = CurrentCalendar::new(Arc::clone(&calendar));
        let masters = Arc::clone(store.masters());
        let trial = Arc::new(Trial {
            store: store.clone(),
            hub_id: hub_id.clone(),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            masters: Arc::clone(&masters),
            calendar: current_calendar.clone(),
            catalogue: Arc::clone(&catalogue),
            suspensions: Mutex::default(),
        });
        let writer = Writer {
            store,
            environment: Environment {
                hub_id,
                clock: Arc::clone(&clock),
                ids,
                masters,
                calendar,
                suspensions: Arc::default(),
                catalogue,
            },
            registry: Registry::default(),
            registry_version: version_sender,
            calendar: current_calendar.clone(),
            wakeups,
            outage: outage_sender,
            signer,
            log_break: break_sender,
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
                outage,
                log_break,
                clock,
                meter,
                trial,
            },
            task,
        )
    }

    /// Carries out one command. Once it is queued it is carried out even if the caller goes away.
    pub async fn execute(&self, command: Command) -> Result<Outcome> {
        let waiting = self.meter.waiting();
        let span = tracing::info_span!(target: TRACE, "ledger.execute");
        let outcome = self.queue_and_wait(command).instrument(span).await;
        waiting.told(&outcome);
        outcome
    }

    async fn queue_and_wait(&self, command: Command) -> Result<Outcome> {
        let queue = &self.entrance.queue;
        let (agency, priority, kib) = (command.actor.agency.clone(), priority(&command), kib_of(&command));
        let (reply, outcome) = oneshot::channel();
        let pushed = queue.push(&agency, priority, kib, Queued { command, reply });
        pushed.map_err(|refusal| self.refused(refusal))?;
        outcome.await.unwrap_or_else(|_closed| Err(come_again()))
    }

    fn refused(&self, refusal: Refusal) -> Error {
        let overloaded = |scope, waiting| {
            Error::new(ErrorCode::Overloaded)
                .with("scope", scope)
                .retry_after_millis(self.entrance.pace.until_done(waiting))
        };
        match refusal {
            Refusal::AgencyFull(waiting) => overloaded("agency", waiting),
            Refusal::Full(waiting) => overloaded("hub", waiting),
            Refusal::Closed => not_tried(),
        }
    }

    /// Refuses what could not wait now, before signatures and schemas are looked at in vain: so that overload costs little.
    ///
    /// # Errors
    /// OVERLOADED, UNAVAILABLE.
    pub fn has_room(&self, agency: &AgencyCode, is_release: bool, bytes: usize) -> Result<()> {
        let priority = if is_release {
            Priority::Release
        } else {
            Priority::Ordinary
        };
        let room = self.entrance.queue.room(agency, priority, kib_of_bytes(bytes));
        room.map_err(|refusal| self.refused(refusal))
    }

    /// How many commands wait.
    pub fn waiting(&self) -> usize {
        self.entrance.queue.len()
    }

    /// The registry version after the last local write; follows every change made through this hub at once.
    pub fn registry_version(&self) -> watch::Receiver<i64> {
        self.registry_version.clone()
    }

    /// Refuses while the database takes no write, for those who would otherwise work in vain.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub fn takes_writes(&self) -> Result<()> {
        let outage = *self.outage.borrow();
        outage.map_or(Ok(()), |_| Err(not_tried()))
    }

    /// Why writes are refused, as long as the database takes none.
    pub fn outage(&self) -> watch::Receiver<Option<Outage>> {
        self.outage.clone()
    }

    /// How the log does not go on from what this hub has signed, if it does not: nothing is written then.
    pub fn log_break(&self) -> watch::Receiver<Option<LogBreak>> {
        self.log_break.clone()
    }

    /// The clock by which entries are made: while it has leapt ahead nothing is written.
    pub const fn clock(&self) -> &Arc<SteadyClock> {
        &self.clock
    }

    /// What commands are tried over.
    pub(super) fn trial(&self) -> &Trial {
        &self.trial
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
    kib_of_bytes(command.body.as_ref().map_or(0, |body| body.content.len()))
}

fn kib_of_bytes(bytes: usize) -> usize {
    bytes.saturating_mul(4) / 1_024 + 1
}

/// What lifts a measure goes first. What only is urgent waits its turn: it begins to hold somebody.
fn priority(command: &Command) -> Priority {
    match &command.operation {
        Operation::Submit(submit) if submit.kind.lifts() => Priority::Release,
        Operation::Submit(_)
        | Operation::Step(_)
        | Operation::Advance(_)
        | Operation::Registry(_)
        | Operation::Calendar(_)
        | Operation::Clocks(_)
        | Operation::Sweep(_)
        | Operation::Timers(_)
        | Operation::Erasure(_)
        | Operation::Measures(_)
        | Operation::Upload(_)
        | Operation::Read(_)
        | Operation::HubKey(_)
        | Operation::RetireHubKey(_)
        | Operation::Catalogue(_)
        | Operation::Operator(_)
        | Operation::Webhook(_)
        | Operation::Cases(_)
        | Operation::Reports(_)
        | Operation::Trust(_) => Priority::Ordinary,
    }
}

pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) environment: Environment,
    pub(super) registry: Registry,
    pub(super) registry_version: watch::Sender<i64>,
    pub(super) calendar: CurrentCalendar,
    pub(super) wakeups: Arc<Wakeups>,
    pub(super) outage: watch::Sender<Option<Outage>>,
    pub(super) signer: Signer,
    pub(super) log_break: watch::Sender<Option<LogBreak>>,
    pace: Arc<Pace>,
    pub(super) meter: LedgerMeter,
}

impl Writer {
    async fn run(mut self, exit: Exit, batch: usize) {
        while let Some(queued) = exit.0.take(batch).await {
            let (count, began) = (queued.len(), Instant::now());
            let mut rest = queued.into_iter().peekable();
            while rest.peek().is_some() && !self.is_refusing() {
                let mut run = Vec::new();
                while let Some(next) = rest.next_if(|next| run.is_empty() || joins(&run, next)) {
                    run.push(next);
                }
                let commands: Vec<&Command> = run.iter().map(|queued| &queued.command).collect();
                let span = tracing::info_span!(target: TRACE, parent: None, "ledger.batch", commands = commands.len());
                let outcomes = self.carry_out(&commands).instrument(span).await;
                for (queued, outcome) in run.into_iter().zip(outcomes) {
                    queued.answer(outcome);
                }
            }
            if self.is_refusing() {
                refuse(rest);
                self.refuse_until_it_writes(&exit, batch).await;
            } else {
                self.pace.measured(count, began.elapsed());
            }
        }
    }

    /// Commits a batch; falls back to one by one if the database refuses it, since only one of them may be at fault. Of a
    /// database that has said nothing nobody is. A connection that was lost may be the only one.
    async fn carry_out(&mut self, commands: &[&Command]) -> Vec<Result<Outcome>> {
        let error = match self.commit_in_time(commands).await {
            Ok(outcomes) => return outcomes,
            Err(error) => error,
        };
        self.registry = Registry::default();
        // Of a batch without room nothing was kept.
        let others = if is_full(&error) { not_tried } else { come_again };
        let mut outcomes = Vec::with_capacity(commands.len());
        let is_lost = Outage::of(&error) == Some(Outage::Away);
        if is_silence(&error) || commands.len() == 1 && !is_lost {
            outcomes.push(Err(self.failed(error)));
        } else {
            tracing::warn!(error = %Shown(&error), commands = commands.len(), "ledger.batch.failed");
            for command in commands {
                let outcome = match self.commit_in_time(std::slice::from_ref(command)).await {
                    Ok(mut single) => single.pop().unwrap_or_else(|| Err(Error::new(ErrorCode::Internal))),
                    Err(error) => {
                        self.registry = Registry::default();
                        Err(self.failed(error))
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
        }
        outcomes.resize_with(commands.len(), || Err(others()));
        outcomes
    }

    /// What the callers are told of a failure; it is written down.
    fn failed(&mut self, error: sqlx::Error) -> Error {
        if !self.note_outage(&error) {
            tracing::error!(error = %Shown(&error), "ledger.command.failed");
        }
        let is_full = is_full(&error);
        let error = store_error(error);
        if is_full { error.with_nothing_done() } else { error }
    }
}

fn is_full(error: &sqlx::Error) -> bool {
    Outage::of(error) == Some(Outage::StorageFull)
}

/// Whether `next` may share a transaction with the commands of `run`. A change of the registry or of the calendar stands
/// alone: what it changes is what every other command is checked against. So does a sweep, for its size, and an erasure: nobody
/// may name in the same batch what goes with it. Where figures are signed off nothing moves at the same time.
fn joins(run: &[Queued], next: &Queued) -> bool {
    let stands_alone = |queued: &Queued| match queued.command.operation {
        Operation::Registry(_)
        | Operation::Calendar(_)
        | Operation::Clocks(_)
        | Operation::Sweep(_)
        | Operation::Erasure(_)
        | Operation::Reports(_)
        | Operation::HubKey(_)
        | Operation::RetireHubKey(_) => true,
        Operation::Timers(ref work) => work.stands_alone(),
        Operation::Submit(_)
        | Operation::Step(_)
        | Operation::Advance(_)
        | Operation::Measures(_)
        | Operation::Upload(_)
        | Operation::Read(_)
        | Operation::Catalogue(_)
        | Operation::Operator(_)
        | Operation::Webhook(_)
        | Operation::Cases(_)
        | Operation::Trust(_) => false,
    };
    !stands_alone(next) && !run.iter().any(stands_alone)
}
