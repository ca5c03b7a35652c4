//! What the hub did because a moment had come, as the log tells it.

use std::collections::BTreeMap;

use lienthong::domain::event::EventDetails;
use lienthong::domain::time::Timestamp;

use crate::harness::TestDatabase;
use crate::harness::raw::{Raw, Row};

/// One thing that comes with time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Thing {
    request: String,
    action: String,
    /// Of a rung: its clock and name.
    rung: Option<(String, u32, String)>,
}

/// When it was to be done, and when it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    /// Absent: the end of a quiet period, of which the log says no more than that it was over.
    pub(super) moment: Option<Timestamp>,
    pub(super) entered: Timestamp,
}

/// What the hub did, read as it grows.
pub(super) struct Fired {
    raw: Raw,
    /// Read up to here.
    next: i64,
    pub(super) things: BTreeMap<Thing, Vec<When>>,
    /// The latest moment and time of what was read last.
    pub(super) latest: Option<Timestamp>,
}

impl Fired {
    pub(super) async fn begin(database: &TestDatabase) -> Self {
        let raw = database.raw().await;
        Self {
            raw,
            next: 0,
            things: BTreeMap::new(),
            latest: None,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.things.values().map(Vec::len).sum()
    }

    /// Reads what is new.
    pub(super) async fn read(&mut self) {
        let text = format!(
            "SELECT log_index, subject, action, hub_time, details FROM event WHERE log_index >= {} AND action IN \
             ('remind', 'overdue', 'escalate', 'draft_notice', 'resume_clocks', 'close') ORDER BY log_index",
            self.next
        );
        self.latest = None;
        for row in self.raw.rows(text).await {
            self.next = row["log_index"].integer() + 1;
            let (thing, when) = read(&row);
            self.latest = self.latest.max(when.moment).max(Some(when.entered));
            self.things.entry(thing).or_default().push(when);
        }
    }

    /// Whether something is due at `now` that was not done.
    pub(super) async fn is_behind(&self, now: Timestamp) -> bool {
        let text = format!("SELECT COUNT(*) AS n FROM timer WHERE due_time <= {}", now.micros());
        self.raw.rows(text).await[0]["n"].integer() > 0
    }
}

fn read(row: &Row) -> (Thing, When) {
    let details: EventDetails = serde_json::from_str(row["details"].text()).expect("details");
    let notice = details.notice.as_deref();
    let thing = Thing {
        request: row["subject"].text().to_owned(),
        action: row["action"].text().to_owned(),
        rung: notice.map(|notice| (notice.clock.clone(), notice.occurrence, notice.rung.clone())),
    };
    let when = When {
        moment: notice.map(|notice| notice.moment),
        entered: Timestamp::from_micros(row["hub_time"].integer()),
    };
    (thing, when)
}
