//! Who takes part: agencies registered with keys of their own, and callers that reach any hub that answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use lienthong::app::ledger::LedgerSettings;
use lienthong::client::channel::{HubAddress, HubChannel};
use lienthong::client::pki::{Authority, KeyedCertificate, Validity};
use lienthong::domain::time::{Clock as _, ManualClock};
use lienthong::server::clock::SystemClock;

use super::dice::Dice;
use crate::harness::agencies::ALL;
use crate::harness::hub::credentials;
use crate::harness::{Fixture, TestDatabase, TestLedger, seals};
use crate::kit::{HUB_ID, Member};

/// The longest that a caller rests after a hub broke off or did not answer, in milliseconds.
const LONGEST_REST: u64 = 40;

/// What has happened so far, for the report.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Orders acknowledged or given up.
    pub(super) orders: AtomicU64,
    /// Calls of writers that broke off.
    pub(super) broken: AtomicU64,
    /// Streams that readers left or lost.
    pub(super) breaks: AtomicU64,
    pub(super) kills: AtomicU64,
}

impl Tally {
    pub(super) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn told(&self) -> String {
        let [orders, broken, breaks, kills] =
            [&self.orders, &self.broken, &self.breaks, &self.kills].map(|count| count.load(Ordering::Relaxed));
        format!("{orders} orders, {broken} calls broken off, {breaks} breaks of readers, {kills} kills")
    }
}

/// The agencies with their keys.
pub(super) struct Cast {
    pub(super) server: KeyedCertificate,
    pub(super) ca: String,
    members: Vec<(Fixture, Arc<Member>)>,
}

impl Cast {
    /// Registers every agency of the tests in the database, with certificates valid now.
    pub(super) async fn register(database: &TestDatabase) -> Self {
        let now = SystemClock.now();
        let validity = Validity::days(now, 7);
        let authority = Authority::new("CA giả lập", validity).expect("an authority");
        let clock = Arc::new(ManualClock::new(now));
        let ledger = TestLedger::start_as(HUB_ID, database, clock, 1, LedgerSettings::default()).await;
        let mut members = Vec::new();
        for agency in ALL {
            let code = agency.code_text();
            let keys = authority.issue_client(code, validity).expect("a certificate");
            let registered = if agency.is_digital() {
                let seals = seals::credentials(*agency);
                credentials(*agency, &keys, validity).into_iter().chain(seals).collect()
            } else {
                Vec::new()
            };
            ledger.done(agency.registration(registered)).await;
            let officer = agency.officer_text();
            members.push((
                *agency,
                Arc::new(Member {
                    code,
                    officer,
                    keys,
                    seal: seals::of_code(code).seal,
                }),
            ));
        }
        ledger.stop().await;
        Self {
            server: authority.issue_server(validity).expect("a certificate"),
            ca: authority.certificate_pem() + &seals::authority_pem(),
            members,
        }
    }

    /// A caller for `agency`; nothing is connected yet.
    pub(super) fn caller(&self, agency: Fixture, hubs: &[HubAddress]) -> Caller {
        let (_, member) = self
            .members
            .iter()
            .find(|(fixture, _)| *fixture == agency)
            .expect("a member");
        let line = |hub: &HubAddress| Line {
            hub: hub.clone(),
            open: Mutex::default(),
        };
        Caller {
            member: Arc::clone(member),
            lines: hubs.iter().map(line).collect(),
        }
    }
}

/// An agency's connections, one to each hub, made when they are needed. Clones share them.
#[derive(Clone)]
pub(super) struct Caller {
    member: Arc<Member>,
    lines: Arc<[Line]>,
}

struct Line {
    hub: HubAddress,
    open: Mutex<Option<HubChannel>>,
}

impl Line {
    fn open(&self) -> MutexGuard<'_, Option<HubChannel>> {
        self.open.lock().expect("nobody panics with it")
    }
}

impl Caller {
    /// A connection to a hub that the dice choose, or to another if that one does not answer. Some connections are closed and
    /// made anew first.
    pub(super) async fn channel(&self, dice: &mut Dice) -> HubChannel {
        loop {
            let line = &self.lines[dice.place(self.lines.len())];
            let is_old = dice.one_in(100);
            if is_old {
                line.open().take();
            }
            let open = line.open().clone();
            if let Some(channel) = open {
                return channel;
            }
            match self.member.connect(&line.hub).await {
                Ok(channel) => {
                    *line.open() = Some(channel.clone());
                    return channel;
                }
                // The hub was killed and has not come back yet.
                Err(_) => rest(dice).await,
            }
        }
    }
}

/// A moment for a hub to come back.
pub(super) async fn rest(dice: &mut Dice) {
    tokio::time::sleep(dice.millis_below(LONGEST_REST)).await;
}
