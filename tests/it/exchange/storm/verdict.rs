//! What must hold when the storm is over: between what was acknowledged, what readers saw and what the database says.

use std::collections::{BTreeMap, BTreeSet};

use lienthong::domain::mailbox::Lane;

use super::readers::Read;
use super::writers::Sent;
use crate::harness::TestDatabase;
use crate::harness::raw::Raw;

/// The log indexes of each lane, by agency.
type Mailboxes = BTreeMap<(String, Lane), Vec<i64>>;

/// The requests that each key opened, by agency and key.
type Opened = BTreeMap<(String, String), Vec<String>>;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Orders whose call broke off and was never made again, and which acted all the same.
    pub(super) given_up_and_acted: usize,
    /// Pairs of a release and its measure, seen with `intake` in this order.
    pub(super) releases: usize,
    /// Entries of measures that their release overtook.
    pub(super) lifted: usize,
    /// Entries seen, each once per reader.
    pub(super) entries: usize,
}

/// Checks everything; panics with what does not hold.
pub(super) async fn check(database: &TestDatabase, sent: &[Vec<Sent>], read: &[Read]) -> Verdict {
    let raw = database.raw().await;
    let mut verdict = Verdict::default();
    let opened = opened(&raw).await;
    for order in sent.iter().flatten() {
        let acted = opened.get(&(order.sender.code_text().to_owned(), order.key.clone()));
        match &order.opened {
            Some(told) => assert_eq!(acted, Some(told), "{} opened what its receipts say", order.key),
            None => verdict.given_up_and_acted += usize::from(acted.is_some()),
        }
    }
    check_nothing_else(&opened, sent);
    check_mailboxes(&mailboxes(&raw).await, read);
    for reader in read {
        let seen = &reader.seen;
        verdict.entries += seen.lanes.values().map(Vec::len).sum::<usize>();
        check_orders(reader, sent);
        if reader.cursor == "intake" {
            verdict.lifted += seen.lifted;
            verdict.releases += check_releases(reader, sent, &opened);
        }
    }
    verdict
}

/// What each key opened. No order may have opened anything that its key does not stand for.
async fn opened(raw: &Raw) -> Opened {
    const KEYS: &str = "SELECT agency, key, log_index, entry_count FROM idempotency ORDER BY log_index";
    const SUBMITS: &str = "SELECT log_index, subject FROM event WHERE action = 'submit' ORDER BY log_index";
    let submits = raw.rows(SUBMITS).await;
    let mut submits = submits.iter().peekable();
    let mut opened = Opened::new();
    for key in raw.rows(KEYS).await {
        let (first, count) = (key["log_index"].integer(), key["entry_count"].integer());
        let mut ids = Vec::new();
        while let Some(submit) = submits.next_if(|submit| submit["log_index"].integer() < first + count) {
            assert!(
                submit["log_index"].integer() >= first,
                "every request has its key: {submit:?}"
            );
            ids.push(submit["subject"].text().to_owned());
        }
        if !ids.is_empty() {
            let key = (key["agency"].text().to_owned(), key["key"].text().to_owned());
            opened.insert(key, ids);
        }
    }
    assert_eq!(submits.next(), None, "every request has its key");
    opened
}

/// Each order that acted is one that was sent: none acted twice, under whatever key.
fn check_nothing_else(opened: &Opened, sent: &[Vec<Sent>]) {
    let keys: BTreeSet<(&str, &str)> = sent
        .iter()
        .flatten()
        .map(|order| (order.sender.code_text(), order.key.as_str()))
        .collect();
    let stranger = opened
        .keys()
        .find(|(agency, key)| !keys.contains(&(agency.as_str(), key.as_str())));
    assert_eq!(stranger, None, "nobody sent this");
    let requests: BTreeSet<&String> = opened.values().flatten().collect();
    assert_eq!(requests.len(), opened.values().map(Vec::len).sum::<usize>());
}

async fn mailboxes(raw: &Raw) -> Mailboxes {
    let mut mailboxes = Mailboxes::new();
    for row in raw
        .rows("SELECT agency, lane, log_index FROM mailbox_entry ORDER BY agency, lane, position")
        .await
    {
        let lane = row["lane"].text().parse().expect("a lane");
        let mailbox = mailboxes.entry((row["agency"].text().to_owned(), lane));
        mailbox.or_default().push(row["log_index"].integer());
    }
    mailboxes
}

/// Every reader has seen exactly what stands in its mailbox, up to where it stopped.
fn check_mailboxes(mailboxes: &Mailboxes, read: &[Read]) {
    for reader in read {
        assert!(!reader.seen.orders.is_empty(), "{:?} was sent something", reader.agency);
        for (lane, seen) in &reader.seen.lanes {
            let stands = &mailboxes[&(reader.agency.code_text().to_owned(), *lane)];
            assert_eq!(
                stands.get(..seen.len()),
                Some(seen.as_slice()),
                "{:?} {lane}",
                reader.agency
            );
        }
    }
}

/// The reader has seen every acknowledged order to its agency, those of one writer in the order in which they were sent.
fn check_orders(reader: &Read, sent: &[Vec<Sent>]) {
    for orders in sent {
        let mut last = BTreeMap::new();
        for order in orders.iter().filter(|order| order.recipient == reader.agency) {
            let Some([id, ..]) = order.opened.as_deref() else {
                continue;
            };
            let position = reader.seen.orders.get(id).and_then(|place| place.position);
            assert!(position.is_some(), "{} was acknowledged and not seen", order.key);
            let before = last.insert(order.lane, position);
            assert!(before < Some(position), "{} comes in its order", order.key);
        }
    }
}

/// With `intake` no release was seen before the measure that it lifts. Gives how many releases were seen.
fn check_releases(reader: &Read, sent: &[Vec<Sent>], opened: &Opened) -> usize {
    let mut count = 0;
    for release in sent.iter().flatten().filter(|order| order.recipient == reader.agency) {
        let Some(measure) = &release.lifts else { continue };
        let key = (release.sender.code_text().to_owned(), release.key.clone());
        let Some(place) = opened.get(&key).and_then(|ids| reader.seen.orders.get(&ids[0])) else {
            continue;
        };
        let lifted = reader.seen.orders.get(measure);
        assert!(
            lifted.is_some_and(|lifted| lifted.ordinal < place.ordinal),
            "{} was seen before {measure}, which it lifts",
            release.key
        );
        count += 1;
    }
    count
}

/// The last position of each lane, by agency, as it stands now.
pub(super) async fn ends(database: &TestDatabase) -> BTreeMap<(String, Lane), i64> {
    let raw = database.raw().await;
    let heads = raw.table("mailbox_head").await;
    heads
        .iter()
        .map(|head| {
            let lane = head["lane"].text().parse().expect("a lane");
            (
                (head["agency"].text().to_owned(), lane),
                head["last_position"].integer(),
            )
        })
        .collect()
}
