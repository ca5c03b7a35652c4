//! The hubs, each a process of its own, and the hand that kills them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lienthong::client::channel::HubAddress;

use super::cast::{Cast, Tally};
use super::dice::Dice;
use crate::chaos::process::{HubProcess, HubProgram};
use crate::harness::{Backend, TestDatabase};
use crate::kit::HUB_ID;

/// The longest that a killed hub stays away, in milliseconds.
const LONGEST_AWAY: u64 = 300;

/// Waits 0 to 12 ms before half of all commits: after everything is written, before anyone else can see it.
const DELAY_BEFORE_COMMIT: &str = "\
    CREATE FUNCTION storm_delay() RETURNS trigger LANGUAGE plpgsql AS $$ \
    BEGIN IF random() < 0.5 THEN PERFORM pg_sleep(random() * 0.012); END IF; RETURN NULL; END $$; \
    CREATE CONSTRAINT TRIGGER storm_delay AFTER UPDATE ON ledger_head DEFERRABLE INITIALLY DEFERRED \
    FOR EACH ROW EXECUTE FUNCTION storm_delay()";

/// Lets writers dawdle before they commit, where the database can.
pub(super) async fn delay_commits(database: &TestDatabase) {
    if database.backend() == Backend::Postgres {
        let raw = database.raw().await;
        raw.execute(DELAY_BEFORE_COMMIT).await.expect("a trigger of the test");
    }
}

/// A hub that comes and goes.
struct Hub {
    program: Arc<HubProgram>,
    process: Option<HubProcess>,
}

impl Hub {
    async fn start(program: Arc<HubProgram>) -> Self {
        let starts = Arc::clone(&program);
        let process = tokio::task::spawn_blocking(move || starts.start(&[]))
            .await
            .expect("the hub starts");
        Self {
            program,
            process: Some(process),
        }
    }
}

/// All hubs of one database: two on PostgreSQL, one on SQLite.
pub(super) struct Hubs(Vec<Hub>);

impl Hubs {
    pub(super) async fn start(cast: &Cast, database: &TestDatabase) -> Self {
        let count = match database.backend() {
            Backend::Sqlite => 1,
            Backend::Postgres => 2,
        };
        let mut hubs = Vec::new();
        for _ in 0..count {
            let program = HubProgram::of(HUB_ID, &cast.server, &cast.ca, database.url());
            hubs.push(Hub::start(Arc::new(program)).await);
        }
        Self(hubs)
    }

    /// Where they are.
    pub(super) fn addresses(&self, cast: &Cast) -> Vec<HubAddress> {
        let address = |hub: &Hub| HubAddress {
            uri: format!("https://localhost:{}", hub.program.port()),
            server_name: None,
            ca: cast.ca.clone(),
        };
        self.0.iter().map(address).collect()
    }

    /// kill -9 at moments that the dice choose, about `kills` times in `orders` orders; what was killed starts again while
    /// the other hub serves.
    pub(super) async fn kill_now_and_then(
        mut self,
        mut dice: Dice,
        tally: Arc<Tally>,
        orders: u64,
        kills: u64,
    ) -> Self {
        let mean = orders / (kills + 1);
        let mut at = 0;
        loop {
            at += mean / 2 + dice.below(mean.max(1));
            if at >= orders {
                return self;
            }
            while tally.orders.load(Ordering::Relaxed) < at {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tokio::time::sleep(dice.millis_below(10)).await;
            let place = dice.place(self.0.len());
            let mut hub = self.0.remove(place);
            let process = hub.process.take().expect("it runs");
            tokio::task::spawn_blocking(|| process.kill())
                .await
                .expect("the hub dies");
            Tally::count(&tally.kills);
            tokio::time::sleep(dice.millis_below(LONGEST_AWAY)).await;
            self.0.push(Hub::start(hub.program).await);
        }
    }

    /// Ends them in order.
    pub(super) async fn stop(self) {
        for mut hub in self.0 {
            let process = hub.process.take().expect("it runs");
            let ended = tokio::task::spawn_blocking(|| process.terminate()).await;
            assert!(ended.expect("no panic"), "the hub ends in order");
        }
    }
}
