//! The use cases. Every way into the hub (gRPC, pages, timers) comes through here; every write goes to the ledger.

use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::calendar::Calendar;
use crate::domain::catalogue::Catalogue;
use crate::domain::ids::IdSource;
use crate::domain::time::Clock;
use crate::evidence::hub_key::HubKey;
use crate::signing::Signer;
use crate::store::Store;
use ledger::{CurrentCalendar, Ledger, LedgerParts, LedgerSettings, Wakeups};

pub mod agencies;
pub mod bundle;
pub mod calendar;
pub mod cases;
pub mod documents;
pub mod erasure;
pub mod evidence;
pub mod jobs;
pub mod keep;
pub mod kinds;
pub mod ledger;
pub mod mailbox;
pub mod measures;
pub mod notices;
pub mod operator;
mod places;
pub mod receipts;
pub mod registers;
pub mod report_books;
pub mod reports;
pub mod requests;
mod sandbox;
pub mod server_info;
pub mod signatures;
pub mod silence;
pub mod supervision;
pub mod suspensions;
pub mod tracking;
mod trust;
pub mod verified_cache;
pub mod views;
pub mod webhooks;

/// The target of spans that are traces alone: they go to a collector, if there is one, and never to the log.
pub const TRACE: &str = "lienthong::trace";

/// What the hub is made of. Shared by every use case.
#[derive(Clone)]
pub struct App {
    /// The hub's name: the audience of tokens and the origin of the log.
    pub hub_id: Arc<str>,
    /// The database, for reading.
    pub store: Store,
    /// The only way to write.
    pub ledger: Ledger,
    /// All kinds.
    pub catalogue: Arc<Catalogue>,
    /// Working days and holidays, as they stand in the database.
    pub calendar: CurrentCalendar,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The public keys with which this hub signs the log.
    pub hub_key: HubKey,
    /// Bells for readers of mailboxes.
    pub wakeups: Arc<Wakeups>,
    /// Counts how often the clock of a sandbox was moved: the hub's own work begins at once then.
    pub clock_moved: Arc<watch::Sender<u64>>,
    /// Turns of readers of mailboxes.
    turns: Arc<mailbox::Turns>,
    /// Agencies by territory, remembered for a moment.
    places: Arc<places::Places>,
    /// Who signs documents.
    signers: Arc<signatures::Signers>,
    /// Who stands below whom.
    hierarchy: Arc<supervision::KnownHierarchy>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("hub_id", &self.hub_id)
            .finish_non_exhaustive()
    }
}

/// What an [`App`] is made from.
pub struct Parts {
    /// The hub's name.
    pub hub_id: Arc<str>,
    /// The database, migrated.
    pub store: Store,
    /// All kinds.
    pub catalogue: Arc<Catalogue>,
    /// The catalogue's working days and holidays: what holds until days are in the database.
    pub calendar: Arc<Calendar>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes for ids and salts.
    pub ids: Arc<dyn IdSource>,
    /// The hub's keys and what it has signed.
    pub signer: Signer,
    /// How the ledger is sized.
    pub ledger: LedgerSettings,
    /// Which authorities stand behind the certificates of signatures; none: the registry alone decides.
    pub trust: Option<Arc<dyn signatures::ChainTrust>>,
}

impl App {
    /// Starts the ledger's writer. The task ends, with everything queued committed, when every clone of the `App` is gone.
    pub fn start(parts: Parts) -> (Self, tokio::task::JoinHandle<()>) {
        let wakeups = Arc::new(Wakeups::default());
        let hub_key = parts.signer.key().clone();
        let (ledger, writer) = Ledger::start(LedgerParts {
            store: parts.store.clone(),
            hub_id: parts.hub_id.to_string(),
            clock: Arc::clone(&parts.clock),
            ids: parts.ids,
            calendar: parts.calendar,
            catalogue: Arc::clone(&parts.catalogue),
            wakeups: Arc::clone(&wakeups),
            signer: parts.signer,
            settings: parts.ledger,
        });
        let app = Self {
            hub_id: parts.hub_id,
            store: parts.store,
            catalogue: parts.catalogue,
            calendar: ledger.calendar().clone(),
            ledger,
            clock: parts.clock,
            hub_key,
            wakeups,
            clock_moved: Arc::new(watch::Sender::new(0)),
            turns: Arc::default(),
            places: Arc::default(),
            signers: Arc::new(signatures::Signers::new(parts.trust)),
            hierarchy: Arc::default(),
        };
        (app, writer)
    }
}
