//! A ledger over a test's database, with agencies registered.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use lienthong::app::ledger::{
    Actor, Command, Ledger, LedgerParts, LedgerSettings, Operation, Outcome, Receipt, Wakeups,
};
use lienthong::app::signatures::ChainTrust;
use lienthong::app::{App, Parts, calendar};
use lienthong::domain::calendar::Calendar;
use lienthong::domain::error::{ErrorCode, Result};
use lienthong::domain::ids::RequestId;
use lienthong::domain::time::ManualClock;
use lienthong::evidence::hub_key::HubKey;
use lienthong::evidence::leaf::{Leaf, NO_CONTENT, leaf_hash};
use lienthong::evidence::merkle::Frontier;
use lienthong::evidence::nodes::Growth;
use lienthong::evidence::proof::inclusion;
use lienthong::signing::Signer;
use lienthong::store::Store;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::agencies::ALL;
use super::commands::{CATALOGUE, Order, Target};
use super::database::TestDatabase;
use super::ids::{SeededIds, clock};

/// The hub's name in these tests.
pub(crate) const HUB: &str = "hub.lienthong.test";

/// Signing keys that are the same for every hub of this name and seed, so that what two of them write can be compared.
pub(crate) fn same_keys(folder: &Path, hub_id: &str, seed: u64) -> Signer {
    type Files = Vec<(OsString, Vec<u8>)>;
    static MADE: Mutex<BTreeMap<(String, u64), Files>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().expect("no test ended in here");
    let files = made.entry((hub_id.to_owned(), seed)).or_insert_with(|| {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Signer::create(folder.path(), hub_id).expect("keys"));
        let entries = std::fs::read_dir(folder.path())
            .expect("the keys")
            .map(|entry| entry.expect("a file"));
        entries
            .map(|entry| (entry.file_name(), std::fs::read(entry.path()).expect("a file")))
            .collect()
    });
    std::fs::create_dir(folder).expect("a folder");
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).expect("a copy");
    }
    Signer::open(folder, hub_id).expect("keys")
}

/// How a hub registers its keys.
pub(crate) fn register_key(key: HubKey) -> Command {
    Command {
        actor: Actor::hub(),
        key: None,
        content_sha256: NO_CONTENT,
        body: None,
        verified: None,
        operation: Operation::HubKey(key),
    }
}

/// A running ledger.
#[derive(Debug)]
pub(crate) struct TestLedger {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ledger: Ledger,
    writer: JoinHandle<()>,
    keys: TempDir,
    /// How many commands of one agency may wait.
    room: usize,
}

impl TestLedger {
    /// A ledger with all agencies of the tests.
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        let this = Self::start_bare(database, clock(), 1, LedgerSettings::default()).await;
        this.register_all().await;
        this
    }

    /// A ledger on a database as it is.
    pub(crate) async fn start_bare(
        database: &TestDatabase,
        clock: Arc<ManualClock>,
        seed: u64,
        settings: LedgerSettings,
    ) -> Self {
        Self::start_as(HUB, database, clock, seed, settings).await
    }

    /// The same for a hub of this name.
    pub(crate) async fn start_as(
        hub_id: &str,
        database: &TestDatabase,
        clock: Arc<ManualClock>,
        seed: u64,
        settings: LedgerSettings,
    ) -> Self {
        let store = database.store().await;
        let room = settings.queue.saturating_sub(settings.queue_for_releases);
        let room = room.min(settings.queue_per_agency).max(1);
        let keys = tempfile::tempdir().expect("a folder");
        let signer = same_keys(&keys.path().join("own"), hub_id, seed);
        let key = signer.key().clone();
        let (ledger, writer) = Ledger::start(LedgerParts {
            store: store.clone(),
            hub_id: hub_id.to_owned(),
            clock: clock.clone(),
            ids: SeededIds::new(seed),
            calendar: Arc::new(Calendar::embedded().expect("a calendar")),
            catalogue: Arc::clone(&CATALOGUE),
            wakeups: Arc::new(Wakeups::default()),
            signer,
            settings,
        });
        let this = Self {
            store,
            clock,
            ledger,
            writer,
            keys,
            room,
        };
        this.done(register_key(key)).await;
        this
    }

    /// Registers every agency of the tests.
    pub(crate) async fn register_all(&self) {
        let registrations = ALL
            .iter()
            .map(|fixture| fixture.registration(fixture.paper_credentials()));
        self.all_done(registrations).await;
        self.bring_in_calendar().await;
    }

    /// Brings the catalogue's days in, as every hub does before it serves.
    pub(crate) async fn bring_in_calendar(&self) {
        let catalogue = Calendar::embedded().expect("a calendar");
        calendar::bring_in(&self.store, &self.ledger, &catalogue)
            .await
            .expect("the catalogue's days");
    }

    pub(crate) async fn execute(&self, command: Command) -> Result<Outcome> {
        self.ledger.execute(command).await
    }

    /// The receipts of a command that must act now.
    pub(crate) async fn done(&self, command: Command) -> Vec<Receipt> {
        match self.execute(command).await {
            Ok(Outcome::Done(receipts)) => receipts,
            other => panic!("the command should have acted: {other:?}"),
        }
    }

    /// Carries out commands that must all act now, in as few transactions as the queue allows.
    pub(crate) async fn all_done(&self, commands: impl IntoIterator<Item = Command>) {
        let mut commands = commands.into_iter().peekable();
        while commands.peek().is_some() {
            for outcome in self.at_once(commands.by_ref().take(self.room)).await {
                assert!(
                    matches!(outcome, Ok(Outcome::Done(_))),
                    "the command should have acted: {outcome:?}"
                );
            }
        }
    }

    /// The code of a command that must be refused.
    pub(crate) async fn refused(&self, command: Command) -> ErrorCode {
        self.execute(command)
            .await
            .expect_err("the command should have been refused")
            .code()
    }

    /// Submits an order to one recipient; gives its request.
    pub(crate) async fn open(&self, order: &Order, key: &str) -> Target {
        let receipts = self.done(order.submit(key, "")).await;
        targets(order, &receipts).pop().expect("one request")
    }

    /// Queues the commands in their order, on any runtime, and where there is one thread before the writer sees the first; outcomes
    /// in the same order.
    pub(crate) async fn at_once(&self, commands: impl IntoIterator<Item = Command>) -> Vec<Result<Outcome>> {
        let mut running: Vec<_> = commands
            .into_iter()
            .map(|command| (Box::pin(self.ledger.execute(command)), None))
            .collect();
        std::future::poll_fn(|context| {
            let mut is_ready = true;
            for (command, outcome) in &mut running {
                if outcome.is_none() {
                    match command.as_mut().poll(context) {
                        Poll::Ready(done) => *outcome = Some(done),
                        Poll::Pending => is_ready = false,
                    }
                }
            }
            if is_ready { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        running.into_iter().filter_map(|(_, outcome)| outcome).collect()
    }

    /// The receipts of a key that acted before, read as a retry reads them.
    pub(crate) async fn receipts_of(&self, outcome: Outcome) -> Vec<Receipt> {
        match outcome {
            Outcome::Done(receipts) => receipts,
            Outcome::Outdated => panic!("no signature of a test goes out of date"),
            Outcome::Replayed {
                content_sha256,
                log_index,
                entry_count,
            } => {
                let entries = self
                    .store
                    .log_entries(log_index, entry_count)
                    .await
                    .expect("the entries");
                let checkpoint = self
                    .store
                    .checkpoint_covering(log_index)
                    .await
                    .expect("a query")
                    .expect("a checkpoint");
                let checkpoint = Arc::new(checkpoint);
                // Over the whole log, not over the nodes that the hub keeps.
                let log = self.store.log_entries(0, checkpoint.tree_size).await.expect("the log");
                let hashes = log.iter().map(|entry| leaf_hash(&entry.leaf)).collect();
                let mut tree = Growth::new(Frontier::default(), hashes);
                let size = tree.after().size();
                let receipt = |entry: lienthong::store::rows::LogEntry| Receipt {
                    log_index: entry.log_index,
                    leaf: entry.leaf.into(),
                    content_sha256,
                    proof: inclusion(&mut tree, u64::try_from(entry.log_index).expect("an index"), size)
                        .expect("a proof"),
                    checkpoint: Arc::clone(&checkpoint),
                };
                entries.into_iter().map(receipt).collect()
            }
        }
    }

    /// Ends the writer after it has committed what is queued, as a hub does that stops.
    pub(crate) async fn stop(self) {
        drop(self.ledger);
        self.writer.await.expect("the writer ends");
        self.store.close().await;
    }
}

/// The requests that a submit opened, in the order of its recipients.
pub(crate) fn targets(order: &Order, receipts: &[Receipt]) -> Vec<Target> {
    order
        .recipients
        .iter()
        .zip(receipts)
        .map(|(recipient, receipt)| Target {
            id: RequestId::parse(&leaf(receipt).subject).expect("a request id"),
            kind: Arc::clone(&order.kind),
            sender: order.sender.code(),
            recipient: recipient.code(),
        })
        .collect()
}

/// The leaf of a receipt.
pub(crate) fn leaf(receipt: &Receipt) -> Leaf {
    Leaf::decode(&receipt.leaf).expect("a leaf")
}

impl TestLedger {
    /// The use cases of another hub on the same database. It has a writer of its own.
    pub(crate) async fn app(&self) -> App {
        self.app_believing(None).await
    }

    /// The same, which asks these authorities about the certificates of signatures.
    pub(crate) async fn app_believing(&self, trust: Option<Arc<dyn ChainTrust>>) -> App {
        let folder = tempfile::tempdir_in(self.keys.path()).expect("a folder").keep();
        let signer = Signer::create(&folder, HUB).expect("keys");
        let key = signer.key().clone();
        let (app, _writer) = App::start(Parts {
            hub_id: HUB.into(),
            store: self.store.clone(),
            catalogue: Arc::clone(&CATALOGUE),
            calendar: Arc::new(Calendar::embedded().expect("a calendar")),
            clock: self.clock.clone(),
            ids: SeededIds::new(0xA),
            signer,
            ledger: LedgerSettings::default(),
            trust,
        });
        app.register_hub_key(key).await.expect("its keys are registered");
        app
    }
}
