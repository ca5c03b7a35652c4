//! How long reads take among `LIENTHONG_FIGURES_REQUESTS` requests (50,000; `make figures-scale` takes 1,000,000), and by which plans.
//! Says what it measured; fails if a promise of decision 0029 does not hold.

use std::io::Write as _;
use std::time::{Duration, Instant};

use lienthong::domain::deadline::DeadlineStatus;
use lienthong::domain::ids::{AgencyCode, RequestId};
use lienthong::domain::response_time::Month;
use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::domain::viewer::Viewer;
use lienthong::store::backend::Sql;
use lienthong::store::{DeadlineFilter, Period, Side, sql_catalogue};

use super::generate::{PARTNERS, generate, partner, request, sender};
use crate::harness::database::setting;
use crate::harness::ids::clock;
use crate::harness::raw::{Raw, Value};
use crate::harness::{Backend, TestDatabase, TestLedger, block_on_for};
use lienthong::app::ledger::LedgerSettings;

/// How long one database may take, generating included.
const LIMIT: Duration = Duration::from_mins(40);
/// How often each read is done.
const READS: u32 = 300;
/// The promises: one scorecard, a page or a timeline at the 99th percentile, and all scorecards.
const ONE: Duration = Duration::from_millis(10);
const ALL: Duration = Duration::from_millis(100);

fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("stderr takes a line");
}

fn code(text: &str) -> AgencyCode {
    AgencyCode::parse(text).expect("a code")
}

/// Does a read [`READS`] times, says how long it took, and gives the 99th percentile.
async fn measure<T>(what: &str, mut read: impl AsyncFnMut(u32) -> T) -> Duration {
    let mut took = Vec::new();
    for round in 0..READS {
        let began = Instant::now();
        read(round).await;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    say(&format!("  {what}: p50 {:?}, p99 {:?}", at(50), at(99)));
    at(99)
}

/// The text of that name with these values, and how the database would carry it out.
async fn plan(raw: &Raw, name: &str, values: &[&str]) {
    let (_, Sql { sqlite, postgres }) = sql_catalogue()
        .into_iter()
        .find(|(known, _)| known == name)
        .expect("a text of the hub");
    let (mut text, explain) = match raw {
        Raw::Sqlite(_) => (sqlite.to_owned(), "EXPLAIN QUERY PLAN"),
        Raw::Postgres(_) => (postgres.to_owned(), "EXPLAIN (COSTS OFF)"),
    };
    for (number, value) in values.iter().enumerate().rev() {
        text = text.replace(&format!("${}", number + 1), value);
    }
    say(&format!("  {name}:"));
    for row in raw.rows(format!("{explain} {text}")).await {
        let line = row.get("detail").or_else(|| row.get("QUERY PLAN"));
        say(&format!("    {}", line.map_or("", Value::text)));
    }
}

async fn measured(backend: Backend) {
    let requests: u32 = setting("LIENTHONG_FIGURES_REQUESTS").map_or(50_000, |text| text.parse().expect("a number"));
    let database = TestDatabase::create(backend).await;
    let began = Instant::now();
    let now = generate(&database, requests).await;
    say(&format!(
        "{backend:?}: {requests} requests, {} events, in {:?}",
        requests * 3,
        began.elapsed()
    ));
    let hub = TestLedger::start_bare(&database, clock(), 9, LedgerSettings::default()).await;
    hub.clock.advance_micros(now - hub.clock.now().micros());
    let app = hub.app().await;
    let month = |micros: i64| Month::of(Timestamp::from_micros(micros));
    let year = Period {
        first: month(now - 365 * 86_400_000_000),
        last: month(now),
    };
    let whole = |text: &str| Viewer::whole(&code(text));

    let scorecard = measure("one partner's scorecard over a year", async |round| {
        let own = partner(round * 7);
        let found = app
            .scorecards(&whole(&own), Some(&code(&own)), year)
            .await
            .expect("a scorecard");
        assert!(found.cards[0].overdue.total() > 0 && found.cards[0].sum.answered() > 0);
    });
    let scorecard = scorecard.await;
    let overdue = DeadlineFilter {
        status: DeadlineStatus::Running,
        due_from: None,
        due_before: None,
        kind: None,
        counterparty: None,
        unit: None,
        officer: None,
    };
    let mut pages = Vec::new();
    for (what, side) in [("a partner owes", Side::OwedByUs), ("a sender is owed", Side::OwedToUs)] {
        let what = format!("a page of what {what}, overdue, at any depth");
        let page = measure(&what, async |round| {
            let reader = if side == Side::OwedByUs {
                partner(round)
            } else {
                sender(round)
            };
            let due = now - i64::from(round % 97) * 3 * 86_400_000_000;
            let after = format!("{due}/1/{}/answer", request(round)).parse().expect("a place");
            let found = app
                .deadlines(&whole(&reader), side, overdue.clone(), true, Some(after), 50)
                .await;
            found.expect("a page")
        });
        pages.push(page.await);
    }
    let timeline = measure("a timeline", async |round| {
        let number = 1 + (round * 7_919) % requests;
        let id = RequestId::parse(&request(number)).expect("an id");
        let found = app
            .timeline(&whole(&partner(number)), &id, 0, 50)
            .await
            .expect("a timeline");
        assert_eq!(found.page.items.len(), 3);
    });
    let timeline = timeline.await;
    let all = measure(
        "the scorecards of all partners of a sender over a year",
        async |round| {
            let found = app
                .scorecards(&whole(&sender(round)), None, year)
                .await
                .expect("scorecards");
            assert_eq!(found.cards.len(), usize::try_from(PARTNERS).expect("small") + 1);
        },
    );
    let all = all.await;
    let codes: Vec<AgencyCode> = (0..PARTNERS).map(|number| code(&partner(number))).collect();
    let codes: Vec<&AgencyCode> = codes.iter().collect();
    let limits = lienthong::domain::response_time::AgeLimits::at(hub.clock.now(), &app.calendar.get());
    let every = measure(
        "all that all partners count over a year, and what is overdue",
        async |_| {
            let of = lienthong::store::Whose::Of(&codes);
            let sums = hub.store.sums(of, year).await.expect("sums");
            let overdue = hub.store.overdue(of, limits).await.expect("what is overdue");
            assert_eq!(overdue.len(), codes.len());
            sums
        },
    );
    let every = every.await;

    let raw = database.raw().await;
    let (own, owed) = (format!("'{}'", partner(7)), format!("'{}'", sender(7)));
    let one = format!("'[\"{}\"]'", partner(7));
    let list: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let list = format!("'{}'", serde_json::Value::from(list));
    let (from_month, to_month) = (format!("'{}'", year.first), format!("'{}'", year.last));
    let (now, day) = (now.to_string(), (now - 86_400_000_000).to_string());
    let (week, ago) = (
        (now.parse::<i64>().expect("a number") - 7 * 86_400_000_000).to_string(),
        day.clone(),
    );
    let page = |of: &'_ str| -> Vec<String> {
        let rest = [
            "'ALL'",
            "'x'",
            "NULL",
            "'RUNNING'",
            "0",
            "''",
            "''",
            "0",
            &now,
            "''",
            "''",
            "''",
            "''",
            "51",
        ];
        std::iter::once(of).chain(rest).map(str::to_owned).collect()
    };
    let texts = |values: &[String]| values.iter().map(String::as_str).map(str::to_owned).collect::<Vec<_>>();
    for (name, values) in [
        ("SUMS_OF", vec![one.clone(), from_month.clone(), to_month.clone()]),
        ("SUMS_OF", vec![list.clone(), from_month.clone(), to_month.clone()]),
        ("TIMED_OF", vec![list.clone(), from_month.clone(), to_month.clone()]),
        ("SUMS_WITH", vec![owed.clone(), from_month, to_month]),
        (
            "OVERDUE_OF",
            vec![one, now.clone(), day.clone(), week.clone(), ago.clone()],
        ),
        ("OVERDUE_OF", vec![list, now.clone(), day, week, ago]),
        ("DEADLINES_OWED_BY", page(&own)),
        ("DEADLINES_OWED_TO", page(&owed)),
        (
            "EVENTS_OF_SUBJECT",
            texts(&[format!("'{}'", request(7)), "0".to_owned(), "500".to_owned()]),
        ),
    ] {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        plan(&raw, name, &values).await;
    }
    drop(app);
    hub.stop().await;
    for (what, took, limit) in [
        ("one scorecard", scorecard, ONE),
        ("a page of what is owed", pages[0], ONE),
        ("a page of what one is owed", pages[1], ONE),
        ("a timeline", timeline, ONE),
        ("all scorecards", all, ALL),
        ("all that all count", every, ALL),
    ] {
        assert!(took < limit, "{what} takes {took:?} at the 99th percentile");
    }
}

#[test]
#[ignore = "make figures-scale: it says what this machine can do, and needs optimised code"]
fn figures_are_read_in_time_sqlite() {
    block_on_for(LIMIT, measured(Backend::Sqlite));
}

#[test]
#[ignore = "make figures-scale: it says what this machine can do, and needs optimised code"]
fn figures_are_read_in_time_postgres() {
    if Backend::Postgres.is_available() {
        block_on_for(LIMIT, measured(Backend::Postgres));
    }
}
