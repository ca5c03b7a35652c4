//! No release is seen before the measure that it lifts, however orders, readers of `intake` and their cursor interleave: random
//! schedules against the real ledger and the reads behind Pull and Subscribe.
//!
//! `LIENTHONG_STORM_INTERLEAVINGS` says how many schedules are tried (`make storm` tries many), `LIENTHONG_STORM_SEED` which.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use lienthong::app::App;
use lienthong::app::ledger::command::Statement;
use lienthong::app::ledger::{Command, Outcome};
use lienthong::app::mailbox::{Entry, Pull, Reader};
use lienthong::domain::document::parts::RelationType;
use lienthong::domain::error::ErrorCode;
use lienthong::domain::event::Relation;
use lienthong::domain::ids::{CursorName, RelatedId, RequestId};
use lienthong::domain::mailbox::Lane;
use lienthong::domain::viewer::Viewer;
use lienthong::domain::workflow::{Action, State};
use lienthong::evidence::digest::sha256;
use lienthong::store::Cursors;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::storm::setting;
use crate::harness::agencies::{BANK, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::{Target, advance, kind};
use crate::harness::ledger::targets;
use crate::harness::{Backend, Fixture, Order, TestDatabase, TestLedger, block_on};

/// Recipients, each with the kinds of a measure, of its release and of an order that is neither.
const PLACES: [(Fixture, [&str; 3]); 2] = [
    (BANK, ["account-freeze", "freeze-release", "account-information"]),
    (
        LAND_OFFICE,
        ["registration-suspension", "registration-release", "land-information"],
    ),
];
const MOST_READERS: usize = 3;

/// What happens next. Numbers choose among what there is when its turn comes.
#[derive(Debug, Clone)]
enum Move {
    /// A measure is ordered.
    Measure { place: bool },
    /// A measure is released, delivered or not.
    Release { which: u8 },
    /// An order that is neither.
    Other { place: bool },
    /// The sender takes a measure back.
    Withdraw { which: u8 },
    /// One of the readers does something.
    Read { reader: u8, act: Act },
}

/// What a reader does.
#[derive(Debug, Clone)]
enum Act {
    /// It pulls a page after the cursor: URGENT, then NORMAL.
    Pull(u8),
    /// Its open stream looks for so many entries after what it has sent.
    Look(Lane, u8),
    /// It sees so many of the entries on their way to it.
    See(u8),
    /// It moves `intake` to what it has seen itself.
    Advance,
    /// It loses what is on its way and begins again at the cursor.
    Break,
}

fn moves() -> impl Strategy<Value = (usize, Vec<Move>)> {
    let lane = prop_oneof![Just(Lane::Urgent), Just(Lane::Normal)];
    let act = prop_oneof![
        3 => (1_u8..6).prop_map(Act::Pull),
        4 => (lane, 1_u8..6).prop_map(|(lane, limit)| Act::Look(lane, limit)),
        6 => (1_u8..6).prop_map(Act::See),
        4 => Just(Act::Advance),
        1 => Just(Act::Break),
    ];
    let next = prop_oneof![
        4 => any::<bool>().prop_map(|place| Move::Measure { place }),
        4 => any::<u8>().prop_map(|which| Move::Release { which }),
        1 => any::<bool>().prop_map(|place| Move::Other { place }),
        1 => any::<u8>().prop_map(|which| Move::Withdraw { which }),
        18 => (any::<u8>(), act).prop_map(|(reader, act)| Move::Read { reader, act }),
    ];
    (1..=MOST_READERS, prop::collection::vec(next, 20..120))
}

/// One who reads with `intake`.
struct Session {
    place: usize,
    /// Its open stream, which knows what it has sent.
    stream: Reader,
    /// What is on its way to it.
    coming: VecDeque<Entry>,
    /// What it has seen in each lane.
    seen: Cursors,
}

/// What has become of the orders so far.
#[derive(Default)]
struct World {
    measures: Vec<(usize, Target)>,
    /// The measure that each release lifts.
    lifts: BTreeMap<RequestId, RequestId>,
    withdrawn: BTreeSet<RequestId>,
    /// What the readers of an agency have seen between them.
    seen: BTreeSet<RequestId>,
    keys: u32,
    /// Entries of measures that their release overtook.
    lifted: usize,
}

impl World {
    fn key(&mut self) -> String {
        self.keys += 1;
        format!("interleave-{:04}", self.keys)
    }

    /// Opens a request of the kind at the place; gives nothing if its measure is over.
    async fn open(&mut self, hub: &TestLedger, place: usize, sort: usize, lifts: Option<&RequestId>) -> Option<Target> {
        let (recipient, kinds) = PLACES[place];
        let relation = |id: &RequestId| Relation {
            relation: RelationType::Releases.as_str().to_owned(),
            related_id: RelatedId::Request(id.clone()),
        };
        let order = Order {
            kind: kind(kinds[sort]),
            sender: THADS,
            recipients: vec![recipient],
            relations: lifts.map(relation).into_iter().collect(),
        };
        let command: Command = order.submit(&self.key(), "");
        match hub.execute(command).await {
            Ok(Outcome::Done(receipts)) => targets(&order, &receipts).pop(),
            Err(error) if error.code() == ErrorCode::MeasureNotInForce => {
                let over = lifts.is_some_and(|id| self.withdrawn.contains(id));
                assert!(over, "only what was taken back cannot be released");
                None
            }
            other => panic!("{other:?}"),
        }
    }

    async fn withdraw(&mut self, hub: &TestLedger, target: &Target) {
        let key = self.key();
        if hub
            .execute(target.step(&key, Action::Withdraw, Statement::default()))
            .await
            .is_err()
        {
            // It was taken back before.
            return;
        }
        let viewer = Viewer::whole(&target.sender);
        let request = hub.store.request_of(&viewer, &target.id).await.expect("a query");
        if request.expect("a request").state == State::Withdrawn {
            self.withdrawn.insert(target.id.clone());
        }
    }

    /// A reader sees an entry: what it lifts was seen before, by this reader or another of the same cursor.
    fn see(&mut self, entry: &Entry) {
        let id = &entry.entry.request_id;
        if entry.event.action != Action::Submit.as_str() {
            return;
        }
        if let Some(measure) = self.lifts.get(id) {
            assert!(
                self.seen.contains(measure),
                "the release {id} was seen before {measure}"
            );
        }
        if entry.entry.lifted {
            assert!(
                self.lifts.values().any(|measure| measure == id),
                "{id} was never released"
            );
            self.lifted += 1;
        }
        self.seen.insert(id.clone());
    }
}

impl Session {
    async fn begin(app: &App, place: usize) -> Self {
        let code = PLACES[place].0.code();
        let stream = app.reader(&code, &CursorName::intake(), &Cursors::new(), false).await;
        Self {
            place,
            stream: stream.expect("a reader"),
            coming: VecDeque::new(),
            seen: Cursors::new(),
        }
    }

    async fn act(&mut self, act: Act, hub: &TestLedger, app: &App, world: &mut World) {
        match act {
            Act::Pull(limit) => self.pull(app, limit).await,
            Act::Look(lane, limit) => self.look(lane, limit).await,
            Act::See(count) => {
                for _ in 0..count {
                    self.see(world);
                }
            }
            Act::Advance => self.advance(hub).await,
            Act::Break => *self = Self::begin(app, self.place).await,
        }
    }

    /// A page after the cursor takes the place of what was on its way.
    async fn pull(&mut self, app: &App, limit: u8) {
        *self = Self::begin(app, self.place).await;
        let ask = Pull {
            agency: PLACES[self.place].0.code(),
            cursor: CursorName::intake(),
            limit: limit.into(),
            wait: Duration::ZERO,
            include_documents: false,
        };
        for entry in app.pull(&ask).await.expect("a page").entries {
            self.send(entry);
        }
    }

    /// As the task behind a stream does: NORMAL only while nothing in URGENT is left to send.
    async fn look(&mut self, lane: Lane, limit: u8) {
        let urgent = self.stream.lane(Lane::Urgent, limit.into()).await.expect("entries");
        let found = if lane == Lane::Urgent || !urgent.is_empty() {
            urgent
        } else {
            self.stream.lane(lane, limit.into()).await.expect("entries")
        };
        for entry in found {
            self.send(entry);
        }
    }

    fn send(&mut self, entry: Entry) {
        assert!(
            self.stream.is_next(&entry.entry),
            "nothing is skipped: {:?}",
            entry.entry
        );
        self.stream.pass(&entry.entry);
        self.coming.push_back(entry);
    }

    fn see(&mut self, world: &mut World) -> bool {
        let Some(entry) = self.coming.pop_front() else {
            return false;
        };
        world.see(&entry);
        self.seen.insert(entry.entry.lane, entry.entry.position);
        true
    }

    async fn advance(&self, hub: &TestLedger) {
        let positions: Vec<(Lane, i64)> = self.seen.iter().map(|(lane, position)| (*lane, *position)).collect();
        hub.done(advance(PLACES[self.place].0, "intake", &positions)).await;
    }
}

/// Gives how many releases overtook their measure.
async fn play(backend: Backend, readers: usize, moves: Vec<Move>) -> usize {
    let database = TestDatabase::create(backend).await;
    let hub = TestLedger::start(&database).await;
    let app = hub.app().await;
    let mut world = World::default();
    let mut sessions = Vec::new();
    for number in 0..readers * PLACES.len() {
        sessions.push(Session::begin(&app, number % PLACES.len()).await);
    }
    for next in moves {
        match next {
            Move::Measure { place } => {
                let target = world.open(&hub, place.into(), 0, None).await.expect("a measure");
                world.measures.push((place.into(), target));
            }
            Move::Other { place } => {
                world.open(&hub, place.into(), 2, None).await.expect("an order");
            }
            Move::Release { which } | Move::Withdraw { which } if !world.measures.is_empty() => {
                let place = usize::from(which) % world.measures.len();
                let (place, target) = world.measures[place].clone();
                if matches!(next, Move::Withdraw { .. }) {
                    world.withdraw(&hub, &target).await;
                } else if let Some(release) = world.open(&hub, place, 1, Some(&target.id)).await {
                    world.lifts.insert(release.id, target.id);
                }
            }
            Move::Release { .. } | Move::Withdraw { .. } => {}
            Move::Read { reader, act } => {
                let place = usize::from(reader) % sessions.len();
                sessions[place].act(act, &hub, &app, &mut world).await;
            }
        }
    }
    read_out(&hub, &app, &mut world).await;
    hub.stop().await;
    audit(&database).await;
    world.lifted
}

/// Whatever happened, what is left can be read to its end, and what was taken back says so.
async fn read_out(hub: &TestLedger, app: &App, world: &mut World) {
    for place in 0..PLACES.len() {
        let mut session = Session::begin(app, place).await;
        loop {
            session.look(Lane::Normal, 50).await;
            let taken_back = session.coming.iter().filter(|entry| {
                entry.event.action == Action::Submit.as_str() && world.withdrawn.contains(&entry.entry.request_id)
            });
            for entry in taken_back {
                assert!(entry.is_withdrawn_since(), "{:?}", entry.entry);
            }
            if !session.see(world) {
                break;
            }
            while session.see(world) {}
        }
        session.advance(hub).await;
    }
    let unseen: Vec<&RequestId> = world
        .measures
        .iter()
        .map(|(_, target)| &target.id)
        .chain(world.lifts.keys())
        .filter(|id| !world.seen.contains(*id))
        .collect();
    assert!(unseen.is_empty(), "never seen: {unseen:?}");
}

#[test]
fn sqlite() {
    no_release_is_seen_before_its_measure(Backend::Sqlite);
}

#[test]
fn postgres() {
    no_release_is_seen_before_its_measure(Backend::Postgres);
}

fn no_release_is_seen_before_its_measure(backend: Backend) {
    if !backend.is_available() {
        return;
    }
    let cases = setting("LIENTHONG_STORM_INTERLEAVINGS", 10);
    let config = Config {
        cases: u32::try_from(cases).expect("a number of schedules"),
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = sha256(&setting("LIENTHONG_STORM_SEED", 20_261_120).to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let lifted = std::cell::Cell::new(0);
    let outcome = TestRunner::new_with_rng(config, rng).run(&moves(), |(readers, moves)| {
        lifted.set(lifted.get() + block_on(play(backend, readers, moves)));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    assert!(lifted.get() > 0, "no release ever overtook its measure");
}
