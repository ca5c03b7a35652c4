//! Readers that lose their connections again and again, on two hubs, while others write: nothing is skipped, each lane stays in
//! its order, and with the cursor `intake` no release is seen before the freeze that it lifts.
//!
//! `LIENTHONG_STORM_ORDERS` sets how many orders are sent (`make storm` sends many); the seed is fixed, the interleaving is not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use lienthong::auth::admission::AdmissionLimits;
use lienthong_proto::v1;
use lienthong_proto::v1::subscribe_response::Content;
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, THADS, THADS_37};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::{Client, settings};
use crate::harness::{Backend, Fixture, TestDatabase, TestHub, block_on_for, documents};

const WRITERS: usize = 6;
const READERS_EACH: usize = 3;
/// The longest that a storm may take.
const LIMIT: Duration = Duration::from_mins(30);

#[expect(clippy::disallowed_methods, reason = "the length of a test, no setting of the hub")]
fn orders() -> usize {
    let stated = std::env::var("LIENTHONG_STORM_ORDERS").ok();
    stated.and_then(|text| text.parse().ok()).unwrap_or(600)
}

#[test]
fn sqlite() {
    storm(Backend::Sqlite);
}

#[test]
fn postgres() {
    storm(Backend::Postgres);
}

fn storm(backend: Backend) {
    if backend.is_available() {
        block_on_for(LIMIT, async {
            let database = TestDatabase::create(backend).await;
            run(&database, backend).await;
        });
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).expect("small")
}

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

async fn hubs(database: &TestDatabase, backend: Backend) -> Vec<TestHub> {
    let limits = AdmissionLimits {
        calls_per_second: std::num::NonZeroU32::MAX,
        burst: std::num::NonZeroU32::MAX,
        ..AdmissionLimits::default()
    };
    let first = TestHub::start_with(database, |settings| settings.limits.admission = limits).await;
    let mut hubs = vec![first];
    if backend == Backend::Postgres {
        let mut beside = settings(database, &hubs[0].authority);
        beside.limits.admission = limits;
        let second = hubs[0].beside(beside, 99).await;
        hubs.push(second);
    }
    hubs
}

async fn clients(hubs: &[TestHub], agency: Fixture) -> Vec<Client> {
    let mut clients = Vec::new();
    for hub in hubs {
        clients.push(hub.client(agency).await);
    }
    clients
}

fn submit(order: &serde_json::Value) -> v1::SubmitRequest {
    v1::SubmitRequest {
        content: Some(v1::submit_request::Content::Document(order.to_string())),
    }
}

/// Sends `count` orders, each to a hub that the dice choose; gives each release with the freeze that it lifts.
async fn write(clients: Vec<Client>, sender: Fixture, writer: usize, count: usize) -> Vec<(String, String)> {
    let mut dice = Dice(0x9e37_79b9 + number(writer) * 7_919);
    let (mut freezes, mut releases) = (Vec::<(String, Fixture, String)>::new(), Vec::new());
    for turn in 0..count {
        let key = format!("storm-{writer}-{turn:06}");
        let client = &clients[usize::try_from(dice.below(number(clients.len()))).expect("small")];
        let order = match dice.below(3) {
            0 => documents::order(&kind("land-information"), &key, sender, &[LAND_OFFICE]),
            1 if !freezes.is_empty() => {
                let (freeze, bank, number) = freezes.swap_remove(0);
                let mut order = documents::order(&kind("freeze-release"), &key, sender, &[bank]);
                order["relations"] = json!([{ "type": "releases", "enforcement_request_id": freeze }]);
                order["payload"]["decision"]["number"] = number.into();
                releases.push((String::new(), freeze));
                order
            }
            _ => {
                let bank = if dice.below(2) == 0 { BANK } else { BANK_2 };
                let mut order = documents::order(&kind("account-freeze"), &key, sender, &[bank]);
                order["head"]["number"] = format!("{}", 1_000 + turn * WRITERS + writer).into();
                order
            }
        };
        let receipt = client
            .requests()
            .submit(submit(&order))
            .await
            .expect("accepted")
            .into_inner()
            .receipts
            .remove(0);
        let id = receipt.enforcement_request_id;
        match order["kind"].as_str() {
            Some("account-freeze") => {
                let bank = if order["recipients"][0] == BANK.code_text() {
                    BANK
                } else {
                    BANK_2
                };
                let symbol = order["head"]["symbol"].as_str().unwrap_or_default();
                let number = format!("{}/{symbol}", order["head"]["number"].as_str().expect("a number"));
                freezes.push((id, bank, number));
            }
            Some("freeze-release") => releases.last_mut().expect("just pushed").0 = id,
            _ => {}
        }
    }
    releases
}

/// What a reader has seen.
#[derive(Default)]
struct Seen {
    is_intake: bool,
    last: BTreeMap<v1::Lane, i64>,
    submits: BTreeSet<String>,
    /// Each release, with what had been seen before it.
    releases: BTreeMap<String, BTreeSet<String>>,
    breaks: usize,
}

impl Seen {
    fn take(&mut self, entry: &v1::MailboxEntry) {
        let lane = entry.lane();
        let last = self.last.entry(lane).or_default();
        assert!(
            entry.position <= *last + 1,
            "{lane:?}: {} follows {last}",
            entry.position
        );
        *last = entry.position.max(*last);
        if entry.action() == v1::Action::Submit {
            let id = entry.enforcement_request_id.clone();
            if lane == v1::Lane::Urgent && !entry.lifted && !self.releases.contains_key(&id) {
                self.releases.insert(id.clone(), self.submits.clone());
            }
            self.submits.insert(id);
        }
    }

    fn is_at(&self, end: &BTreeMap<v1::Lane, i64>) -> bool {
        end.iter()
            .all(|(lane, position)| self.last.get(lane).copied().unwrap_or(0) >= *position)
    }
}

/// Reads to `end`, on any hub, breaking off after a few messages; moves its cursor now and then.
async fn read(
    clients: Vec<Client>,
    name: String,
    dice: u64,
    end: Arc<tokio::sync::watch::Sender<Option<BTreeMap<v1::Lane, i64>>>>,
) -> Seen {
    let mut dice = Dice(dice);
    let mut seen = Seen {
        is_intake: name == "intake",
        ..Seen::default()
    };
    loop {
        let client = &clients[usize::try_from(dice.below(number(clients.len()))).expect("small")];
        let ask = v1::SubscribeRequest {
            cursor: name.clone(),
            include_documents: dice.below(4) == 0,
            ..Default::default()
        };
        let mut stream = client.mailbox().subscribe(ask).await.expect("a stream").into_inner();
        for _ in 0..=dice.below(60) {
            let message = tokio::time::timeout(Duration::from_secs(1), stream.message()).await;
            let Ok(message) = message else { break };
            if let Some(Content::Entry(entry)) = message.expect("it goes on").expect("a message").content {
                seen.take(&entry);
            }
        }
        drop(stream);
        seen.breaks += 1;
        if dice.below(3) > 0 && !seen.last.is_empty() {
            let positions = seen.last.iter().map(|(lane, position)| v1::LanePosition {
                lane: (*lane).into(),
                position: *position,
            });
            let ask = v1::AdvanceRequest {
                cursor: name.clone(),
                positions: positions.collect(),
            };
            client.mailbox().advance(ask).await.expect("moved");
        }
        if end.borrow().as_ref().is_some_and(|end| seen.is_at(end)) {
            return seen;
        }
    }
}

async fn run(database: &TestDatabase, backend: Backend) {
    let hubs = hubs(database, backend).await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let sender = if writer % 2 == 0 { THADS } else { THADS_37 };
        writers.spawn(write(clients(&hubs, sender).await, sender, writer, orders() / WRITERS));
    }
    let mut readers = JoinSet::new();
    let mut ends = Vec::new();
    for (place, agency) in [BANK, BANK_2, LAND_OFFICE].into_iter().enumerate() {
        let end = Arc::new(tokio::sync::watch::Sender::new(None));
        ends.push((agency, Arc::clone(&end)));
        for reader in 0..READERS_EACH {
            let name = if reader == 0 {
                "intake".to_owned()
            } else {
                format!("copy-{reader}")
            };
            let seed = 0xab_cdef + number(place * READERS_EACH + reader) * 104_729;
            readers.spawn(read(clients(&hubs, agency).await, name, seed, Arc::clone(&end)));
        }
    }
    let lifts: BTreeMap<String, String> = writers.join_all().await.into_iter().flatten().collect();
    for (agency, end) in ends {
        let mut stream = clients(&hubs, agency).await[0]
            .mailbox()
            .subscribe(v1::SubscribeRequest {
                cursor: "end".to_owned(),
                ..Default::default()
            })
            .await
            .expect("a stream")
            .into_inner();
        let first = stream.message().await.expect("a message").expect("a sign of life");
        let Some(Content::Heartbeat(heartbeat)) = first.content else {
            panic!("a heartbeat comes first")
        };
        let positions = heartbeat
            .last_positions
            .iter()
            .map(|place| (place.lane(), place.position));
        end.send_replace(Some(positions.collect()));
    }
    let seen = readers.join_all().await;
    let (mut releases, mut breaks) = (0, 0);
    for reader in &seen {
        breaks += reader.breaks;
        if !reader.is_intake {
            continue;
        }
        for (release, before) in &reader.releases {
            releases += 1;
            let freeze = &lifts[release];
            assert!(before.contains(freeze), "{release} was seen before the freeze {freeze}");
        }
    }
    assert!(
        releases > 0 && breaks > seen.len(),
        "{releases} releases, {breaks} breaks"
    );
    let told = format!(
        "\nstorm on {backend:?}: {} orders, {} hubs, {} readers, {breaks} breaks, {releases} releases seen\n",
        orders(),
        hubs.len(),
        seen.len()
    );
    std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).expect("stderr takes a line");
    for hub in hubs {
        hub.stop().await;
    }
    audit(database).await;
}
