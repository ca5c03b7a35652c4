//! What every test stands on: a database of its own, a clock that it moves, ids that repeat, agencies that exist.

pub(crate) mod agencies;
pub(crate) mod audit;
pub(crate) mod commands;
pub(crate) mod database;
pub(crate) mod documents;
pub(crate) mod erasing;
pub(crate) mod frames;
pub(crate) mod hub;
pub(crate) mod ids;
pub(crate) mod ledger;
pub(crate) mod older;
pub(crate) mod raw;
pub(crate) mod refusal;
pub(crate) mod seals;
pub(crate) mod watch;
pub(crate) mod wire;

use std::time::Duration;

pub(crate) use agencies::{Fixture, fixture};
pub(crate) use commands::Order;
pub(crate) use database::{Backend, DropDatabases, TestDatabase};
pub(crate) use hub::TestHub;
pub(crate) use ledger::TestLedger;
pub(crate) use refusal::Refusal;

/// A test that hangs is stopped after this time and fails.
const LIMIT: Duration = Duration::from_secs(90);

/// Runs one test on one database. Without a PostgreSQL its variant is left out, loudly.
///
/// The runtime has one thread, so tasks that were spawned together run in that order before anything else: a test can
/// queue a whole batch before the writer sees any of it.
pub(crate) fn run<F, T>(backend: Backend, test: F)
where
    F: FnOnce(TestDatabase) -> T,
    T: Future<Output = ()>,
{
    if !backend.is_available() {
        return;
    }
    block_on(async {
        let database = TestDatabase::create(backend).await;
        test(database).await;
    });
}

/// Runs a future to its end on a runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    block_on_for(LIMIT, future)
}

/// Runs a future to its end on a runtime of its own, for at most `limit`.
pub(crate) fn block_on_for<T>(limit: Duration, future: impl Future<Output = T>) -> T {
    watch::begin();
    let _after_the_runtime = DropDatabases;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        tokio::time::timeout(limit, future)
            .await
            .expect("the test ends in time")
    })
}

/// Makes `name::sqlite` and `name::postgres` of each async test.
macro_rules! backends {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block)+) => {$(
        $(#[$meta])*
        async fn $name($database: $crate::harness::TestDatabase) $body

        mod $name {
            #[test]
            fn sqlite() {
                $crate::harness::run($crate::harness::Backend::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::harness::run($crate::harness::Backend::Postgres, super::$name);
            }
        }
    )+};
}
