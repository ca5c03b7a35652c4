//! Those who read a mailbox to its end, losing their streams again and again, and what they have seen.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use lienthong::domain::mailbox::Lane;
use lienthong_proto::v1;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use lienthong_proto::v1::subscribe_response::Content;
use tokio::sync::watch;
use tonic::Status;

use super::cast::{Caller, Tally, rest};
use super::dice::Dice;
use crate::harness::Fixture;

/// How long a reader listens to silence before it looks whether it is at the end.
const SILENCE: Duration = Duration::from_millis(250);

/// The last position of each lane when the last order stood, by agency; none: it is not known yet.
pub(super) type End = watch::Receiver<Option<BTreeMap<(String, Lane), i64>>>;

/// When and where an order was first seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// How many other orders had been seen before it.
    pub(super) ordinal: usize,
    /// Its position in its own lane; none: so far only entered again in URGENT, lifted.
    pub(super) position: Option<i64>,
}

/// What a reader has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The log index that stands at each position of a lane, from position 1.
    pub(super) lanes: BTreeMap<Lane, Vec<i64>>,
    /// The orders, by request.
    pub(super) orders: HashMap<String, Place>,
    pub(super) lifted: usize,
}

impl Seen {
    /// Takes an entry; `stream` holds the last position in each lane of the stream that brings it.
    fn take(&mut self, entry: &v1::MailboxEntry, stream: &mut BTreeMap<Lane, i64>) {
        let lane = lane_of(entry.lane());
        let position = entry.position;
        if let Some(last) = stream.insert(lane, position) {
            assert_eq!(position, last + 1, "{lane}: one stream goes on without gaps");
        }
        let entries = self.lanes.entry(lane).or_default();
        let place = usize::try_from(position - 1).expect("positions count from 1");
        if let Some(before) = entries.get(place) {
            assert_eq!(*before, entry.log_index, "{lane} {position} comes again as it was");
            return;
        }
        assert_eq!(
            place,
            entries.len(),
            "{lane}: nothing is skipped before position {position}"
        );
        entries.push(entry.log_index);
        self.lifted += usize::from(entry.lifted);
        if entry.action() == v1::Action::Submit {
            let ordinal = self.orders.len();
            let order = self.orders.entry(entry.enforcement_request_id.clone());
            let order = order.or_insert(Place {
                ordinal,
                position: None,
            });
            if !entry.lifted {
                assert_eq!(order.position, None, "{} stands twice", entry.enforcement_request_id);
                order.position = Some(position);
            }
        }
    }

    fn last(&self, lane: Lane) -> i64 {
        let count = self.lanes.get(&lane).map_or(0, Vec::len);
        i64::try_from(count).expect("fits")
    }

    fn positions(&self) -> Vec<v1::LanePosition> {
        let position = |lane: v1::Lane| v1::LanePosition {
            lane: lane.into(),
            position: self.last(lane_of(lane)),
        };
        [v1::Lane::Urgent, v1::Lane::Normal].map(position).into()
    }
}

fn lane_of(lane: v1::Lane) -> Lane {
    match lane {
        v1::Lane::Urgent => Lane::Urgent,
        v1::Lane::Normal => Lane::Normal,
        v1::Lane::Unspecified => panic!("an entry stands in a lane"),
    }
}

/// One who reads an agency's mailbox with a named cursor.
pub(super) struct Reader {
    pub(super) agency: Fixture,
    pub(super) cursor: &'static str,
    pub(super) caller: Caller,
    pub(super) dice: Dice,
    pub(super) tally: Arc<Tally>,
    pub(super) end: End,
}

/// A reader that is at the end.
pub(super) struct Read {
    pub(super) agency: Fixture,
    pub(super) cursor: &'static str,
    pub(super) seen: Seen,
}

impl Reader {
    /// Reads to the end on any hub, breaking off again and again; moves its cursor now and then.
    pub(super) async fn run(mut self) -> Read {
        let mut seen = Seen::default();
        while !self.is_at_end(&seen) {
            // A hub that is killed breaks the stream, or does not even begin it.
            if self.stream(&mut seen).await.is_err() {
                rest(&mut self.dice).await;
            }
            Tally::count(&self.tally.breaks);
            if self.dice.below(3) > 0 {
                drop(self.advance(&seen).await);
            }
        }
        Read {
            agency: self.agency,
            cursor: self.cursor,
            seen,
        }
    }

    fn is_at_end(&self, seen: &Seen) -> bool {
        let end = self.end.borrow();
        let end = end.as_ref();
        end.is_some_and(|end| {
            [Lane::Urgent, Lane::Normal].iter().all(|lane| {
                let key = (self.agency.code_text().to_owned(), *lane);
                seen.last(*lane) >= end.get(&key).copied().unwrap_or(0)
            })
        })
    }

    /// One stream: a few messages, or hundreds.
    async fn stream(&mut self, seen: &mut Seen) -> Result<(), Status> {
        let ask = v1::SubscribeRequest {
            cursor: self.cursor.to_owned(),
            include_documents: self.dice.one_in(8),
            ..Default::default()
        };
        let mut mailbox = MailboxServiceClient::new(self.caller.channel(&mut self.dice).await);
        let mut stream = mailbox.subscribe(ask).await?.into_inner();
        let mut last = BTreeMap::new();
        let messages = 2_u64 << self.dice.below(9);
        for _ in 0..=self.dice.below(messages) {
            let Ok(message) = tokio::time::timeout(SILENCE, stream.message()).await else {
                break;
            };
            if let Some(Content::Entry(entry)) = message?.and_then(|message| message.content) {
                seen.take(&entry, &mut last);
            }
        }
        Ok(())
    }

    async fn advance(&mut self, seen: &Seen) -> Result<(), Status> {
        let ask = v1::AdvanceRequest {
            cursor: self.cursor.to_owned(),
            positions: seen.positions(),
        };
        let mut mailbox = MailboxServiceClient::new(self.caller.channel(&mut self.dice).await);
        mailbox.advance(ask).await.map(drop)
    }
}
