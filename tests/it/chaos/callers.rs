//! Callers who write and read while something goes wrong beneath the hub. They send again with the same key until they have a
//! receipt; a refusal must be clear, and come in time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lienthong::client::channel::HubAddress;
use lienthong_proto::v1;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use prost::Message as _;
use tokio::task::JoinSet;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::harness::TestDatabase;
use crate::harness::audit::audit;
use crate::harness::database::setting;
use crate::kit::{Keys, Member, Orders, submitter};

/// Callers who write, at each hub.
const WRITERS: usize = 6;
/// Between two orders of a writer: the database of a test shall not grow without need.
const PAUSE: Duration = Duration::from_millis(25);
/// Between a refusal and the next attempt.
const AGAIN: Duration = Duration::from_millis(200);
/// A call has its answer within this time, whatever becomes of the database.
pub(crate) const ANSWER_LIMIT: Duration = Duration::from_secs(25);
/// How long a reader lets the hub wait for something to read, seconds.
const LONG_POLL: i32 = 3;

/// How many times each fault is made: `LIENTHONG_FAULT_ROUNDS` (1).
pub(crate) fn rounds() -> u64 {
    setting("LIENTHONG_FAULT_ROUNDS")
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
}

/// A number below `below` that differs from round to round.
pub(crate) fn point(round: u64, below: u64) -> u64 {
    (round.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 17) % below
}

/// What the callers of one hub have seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    acknowledged: AtomicU64,
    refused: AtomicU64,
    read: AtomicU64,
    reads_refused: AtomicU64,
}

impl Seen {
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::SeqCst)
    }

    pub(crate) fn read(&self) -> u64 {
        self.read.load(Ordering::SeqCst)
    }

    pub(crate) fn reads_refused(&self) -> u64 {
        self.reads_refused.load(Ordering::SeqCst)
    }
}

#[derive(Debug, Default)]
struct Common {
    next: AtomicU64,
    is_over: AtomicBool,
    receipts: Mutex<BTreeMap<u64, Vec<u8>>>,
    slowest: Mutex<Duration>,
    complaints: Mutex<Vec<String>>,
}

impl Common {
    fn took(&self, since: Instant, limit: Duration) {
        let took = since.elapsed();
        let mut slowest = self.slowest.lock().expect("no panic");
        *slowest = took.max(*slowest);
        if took > limit {
            self.complain(format!("a call took {took:?}"));
        }
    }

    /// A refusal names its reason, says when to come again, and speaks Vietnamese.
    fn refused(&self, status: &Status) {
        let details = status.get_error_details();
        let is_clear = status.code() == Code::Unavailable
            && details.error_info().is_some_and(|info| info.reason == "UNAVAILABLE")
            && details.retry_info().is_some_and(|info| info.retry_delay.is_some())
            && details.localized_message().is_some_and(|text| text.locale == "vi");
        if !is_clear {
            self.complain(format!("{status:?}"));
        }
    }

    fn complain(&self, complaint: String) {
        self.complaints.lock().expect("no panic").push(complaint);
    }

    fn has_no_complaints(&self) {
        let complaints = self.complaints.lock().expect("no panic");
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}

/// Callers at several hubs.
pub(crate) struct Callers {
    pub(crate) seen: Vec<Arc<Seen>>,
    common: Arc<Common>,
    tasks: JoinSet<()>,
}

impl Callers {
    /// Six writers and two readers at each hub. They go on until [`Callers::stop`].
    pub(crate) async fn start(keys: &Arc<Keys>, orders: &Orders, hubs: &[HubAddress]) -> Self {
        let mut this = Self {
            seen: Vec::new(),
            common: Arc::default(),
            tasks: JoinSet::new(),
        };
        for hub in hubs {
            let seen = Arc::<Seen>::default();
            for _ in 0..WRITERS {
                let (common, seen, orders) = (Arc::clone(&this.common), Arc::clone(&seen), orders.clone());
                let client = submitter(keys, hub).await.expect("a connection");
                this.tasks.spawn(write(client, orders, common, seen));
            }
            for (member, wait) in [(&keys.bank, 0), (&keys.sender, LONG_POLL)] {
                let client = mailbox(member, hub).await;
                this.tasks
                    .spawn(read(client, wait, Arc::clone(&this.common), Arc::clone(&seen)));
            }
            this.seen.push(seen);
        }
        this
    }

    /// Waits until `holds`.
    pub(crate) async fn until(&self, what: &str, limit: Duration, holds: impl Fn() -> bool) -> Duration {
        let began = Instant::now();
        while !holds() {
            self.common.has_no_complaints();
            let seen = &self.seen;
            assert!(began.elapsed() < limit, "not within {limit:?}: {what}; {seen:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        began.elapsed()
    }

    /// Waits until so many orders more were acknowledged at each hub.
    pub(crate) async fn until_acknowledged(&self, more: u64, limit: Duration) -> Duration {
        let enough: Vec<u64> = self.seen.iter().map(|seen| seen.acknowledged() + more).collect();
        let mut both = self.seen.iter().zip(enough);
        let holds = || both.clone().all(|(seen, enough)| seen.acknowledged() >= enough);
        let took = self.until("orders are acknowledged", limit, holds).await;
        both.by_ref().for_each(drop);
        took
    }

    /// Waits until writes are refused at hub `hub`.
    pub(crate) async fn until_refused(&self, hub: usize) -> Duration {
        let seen = &self.seen[hub];
        let before = seen.refused();
        self.until("writes are refused", ANSWER_LIMIT, || seen.refused() > before)
            .await
    }

    /// Lets every writer send its last order until it has a receipt. Gives every order's receipt and the longest call.
    pub(crate) async fn stop(mut self) -> (BTreeMap<u64, Vec<u8>>, Duration) {
        self.common.is_over.store(true, Ordering::SeqCst);
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("no caller panics");
        }
        self.common.has_no_complaints();
        let receipts = std::mem::take(&mut *self.common.receipts.lock().expect("no panic"));
        let sent = self.common.next.load(Ordering::SeqCst);
        assert_eq!(u64::try_from(receipts.len()), Ok(sent), "every order got its receipt");
        let slowest = *self.common.slowest.lock().expect("no panic");
        (receipts, slowest)
    }
}

type Submitter = v1::request_service_client::RequestServiceClient<lienthong::client::channel::HubChannel>;
type Mailbox = MailboxServiceClient<lienthong::client::channel::HubChannel>;

async fn mailbox(member: &Member, hub: &HubAddress) -> Mailbox {
    MailboxServiceClient::new(member.connect(hub).await.expect("a connection"))
}

async fn write(mut client: Submitter, orders: Orders, common: Arc<Common>, seen: Arc<Seen>) {
    while !common.is_over.load(Ordering::SeqCst) {
        let number = common.next.fetch_add(1, Ordering::SeqCst);
        let receipt = loop {
            let sent = Instant::now();
            let reply = client.submit(orders.submit(&key(number))).await;
            common.took(sent, ANSWER_LIMIT);
            match reply {
                Ok(reply) => break reply.into_inner().encode_to_vec(),
                Err(status) => common.refused(&status),
            }
            seen.refused.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(AGAIN).await;
        };
        common.receipts.lock().expect("no panic").insert(number, receipt);
        seen.acknowledged.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(PAUSE).await;
    }
}

async fn read(mut client: Mailbox, wait_seconds: i32, common: Arc<Common>, seen: Arc<Seen>) {
    while !common.is_over.load(Ordering::SeqCst) {
        let request = v1::PullRequest {
            max_entries: 10,
            wait_seconds,
            ..v1::PullRequest::default()
        };
        let sent = Instant::now();
        let reply = client.pull(request).await;
        common.took(
            sent,
            ANSWER_LIMIT + Duration::from_secs(u64::try_from(wait_seconds).expect("small")),
        );
        match reply {
            Ok(_) => {
                seen.read.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(PAUSE).await;
            }
            Err(status) => {
                common.refused(&status);
                seen.reads_refused.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

fn key(number: u64) -> String {
    format!("fault-{number:08}")
}

/// Every order that was acknowledged is there once and keeps its receipt, byte for byte, and the database is sound.
pub(crate) async fn prove(
    keys: &Keys,
    orders: &Orders,
    hub: &HubAddress,
    database: &TestDatabase,
    receipts: &BTreeMap<u64, Vec<u8>>,
) {
    let mut client = submitter(keys, hub).await.expect("a connection");
    let mut ids = BTreeSet::new();
    for (number, receipt) in receipts {
        let again = client.submit(orders.submit(&key(*number))).await.expect("a retry");
        let again = again.into_inner();
        assert_eq!(again.encode_to_vec(), *receipt, "order {number} keeps its receipt");
        ids.extend(again.receipts.into_iter().map(|receipt| receipt.enforcement_request_id));
    }
    assert_eq!(ids.len(), receipts.len(), "each order opened its own request");
    let requests = database.raw().await.count("enforcement_request").await;
    assert_eq!(usize::try_from(requests), Ok(receipts.len()), "each order acted once");
    audit(database).await;
}
