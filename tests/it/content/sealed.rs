//! What stands in the database.

use lienthong::verify::{Outside, Place, Source, Verdict, What, verify};

use super::{opens_all, other_key};
use crate::harness::audit::audit;
use crate::harness::raw::Raw;
use crate::harness::{Backend, Order, TestDatabase, TestLedger, agencies};
use crate::kit::content_keys;

/// A name that stands in the order of the test, and nowhere else.
const NAME: &str = "NGUYEN VAN NIEM PHONG";

async fn with_an_order(database: &TestDatabase) {
    let hub = TestLedger::start(database).await;
    let mut order = Order::freeze(&[agencies::BANK]).submit("sealed-1", "");
    let body = order.body.as_mut().expect("a body");
    body.content = format!(r#"{{"debtor":"{NAME}"}}"#).into();
    hub.done(order).await;
    let bodies = hub
        .store
        .bodies(&[i64::try_from(hub.store.head().await.expect("a head").frontier.size()).expect("a size") - 1])
        .await;
    let content = bodies
        .expect("a body is read")
        .pop()
        .expect("the order's")
        .content
        .expect("its bytes");
    assert!(std::str::from_utf8(&content).expect("UTF-8").contains(NAME));
    hub.stop().await;
}

/// Every text and blob of every table.
async fn holds(database: &TestDatabase, marker: &str) -> Vec<String> {
    let raw = database.raw().await;
    let mut found = Vec::new();
    for select in lienthong::verify::VERIFIED {
        for column in select.columns() {
            let text = match database.backend() {
                Backend::Sqlite => format!(
                    "SELECT COUNT(*) AS count FROM {} WHERE instr(CAST({column} AS BLOB), CAST('{marker}' AS BLOB)) > 0",
                    select.table
                ),
                Backend::Postgres => format!(
                    "SELECT COUNT(*) AS count FROM {} WHERE position('{marker}' in encode(convert_to({column}::text, 'UTF8'), 'escape')) > 0 OR {column}::text LIKE '%{marker}%'",
                    select.table
                ),
            };
            if raw.rows(&text).await[0]["count"].integer() > 0 {
                found.push(format!("{}.{column}", select.table));
            }
        }
    }
    found
}

async fn judged(database: &TestDatabase, masters: Option<&str>) -> Verdict {
    let masters = masters.map(|text| text.parse().expect("master keys"));
    let place = Place::parse(&database.url()).expect("a place");
    let mut source = Source::open(&place).await.expect("a database of ours");
    let outside = Outside {
        known: None,
        masters: masters.as_ref(),
    };
    let verdict = verify(&mut source, outside, &()).await.expect("it can be read");
    source.close().await;
    verdict
}

async fn drop_triggers(raw: &Raw, backend: Backend) {
    let list = match backend {
        Backend::Sqlite => "SELECT 'DROP TRIGGER ' || name AS text FROM sqlite_master WHERE type = 'trigger'",
        Backend::Postgres => {
            "SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass AS text FROM pg_trigger WHERE NOT tgisinternal"
        }
    };
    for row in raw.rows(list).await {
        raw.execute(row["text"].text().to_owned()).await.expect("done");
    }
}

backends! {
    async fn nothing_of_an_order_can_be_read_without_the_master_key(database) {
        with_an_order(&database).await;
        assert_eq!(holds(&database, NAME).await, Vec::<String>::new());
        assert!(opens_all(&database, &content_keys()).await && !opens_all(&database, &other_key()).await);
        audit(&database).await;
    }

    async fn a_database_is_verified_without_master_keys_as_it_was_stored(database) {
        with_an_order(&database).await;
        let (with, without) = (judged(&database, Some(&content_keys())).await, judged(&database, None).await);
        assert!(with.faults.is_empty() && without.faults.is_empty(), "{with:?} {without:?}");
        assert!(with.unopened == 0 && without.unopened > 0 && with.bodies == without.bodies);
        let wrong = judged(&database, Some(&other_key())).await;
        assert_eq!(wrong.faults.list()[0].what, What::Key, "keys that open nothing are told");
    }

    async fn a_change_of_what_is_sealed_is_found_without_master_keys_and_one_of_its_key_with_them(database) {
        with_an_order(&database).await;
        let raw = database.raw().await;
        drop_triggers(&raw, database.backend()).await;
        let index = raw.rows("SELECT MAX(log_index) AS last FROM content_key").await[0]["last"].integer();
        let other = raw.rows("SELECT MIN(log_index) AS first FROM content_key").await[0]["first"].integer();
        let before = raw.rows(&format!("SELECT content FROM body WHERE log_index = {index}")).await;
        assert!(before[0]["content"].bytes().len() > 48);
        // The keys of two entries change places: each opens at its own alone.
        let swap = format!(
            "UPDATE content_key SET wrapped = (SELECT k.wrapped FROM content_key k WHERE k.log_index = {other}) WHERE log_index = {index}"
        );
        raw.execute(swap).await.expect("done");
        let found = judged(&database, Some(&content_keys())).await;
        assert_eq!((found.faults.list()[0].table, found.faults.list()[0].what), ("content_key", What::Key));
        assert!(judged(&database, None).await.faults.is_empty(), "which only the key tells");
        let swap = format!(
            "UPDATE body SET content = (SELECT b.content FROM body b WHERE b.log_index = {other}) WHERE log_index = {index}"
        );
        raw.execute(swap).await.expect("done");
        let found = judged(&database, None).await;
        assert_eq!((found.faults.list()[0].table, found.faults.list()[0].what), ("body", What::Content));
    }
}
