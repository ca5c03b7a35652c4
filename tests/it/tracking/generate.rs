//! A hub's database with as many requests as are wanted, put in by a few statements and not through the API: 200 partners, 60
//! senders, a year. Every request has three events and two clocks, as a real one that was sent through the ledger has them; one of
//! thirteen is open. Nothing here is signed or verifiable: it is for measuring reads alone.

use lienthong::app::ledger::command::Statement;
use lienthong::domain::response_time::Histogram;
use lienthong::domain::workflow::Action;

use crate::harness::agencies::{LAND_OFFICE, THADS};
use crate::harness::commands::{Target, final_answer};
use crate::harness::ids::start;
use crate::harness::raw::{Raw, Value};
use crate::harness::{Order, TestDatabase, TestLedger};

/// Partners that answer, and offices that send.
pub(super) const PARTNERS: u32 = 200;
const SENDERS: u32 = 60;
/// One request of so many is open.
const OPEN: u32 = 13;
/// And of these, one of so many is overdue; the others are due within three months. With no number is there a common divisor, so each
/// partner has some of every sort.
const OVERDUE: u32 = 3;
/// A year in microseconds.
const YEAR: i64 = 365 * 86_400_000_000;

/// How the two databases say what differs here.
struct Dialect {
    numbers: &'static str,
    hex: &'static str,
    padded: fn(&str, u8) -> String,
    month: &'static str,
}

const SQLITE: Dialect = Dialect {
    numbers: "WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < @N)",
    hex: "printf('%012x', i)",
    padded: |number, width| format!("printf('%0{width}d', {number})"),
    month: "strftime('%Y-%m', submit_time / 1000000 + 25200, 'unixepoch')",
};

const POSTGRES: Dialect = Dialect {
    numbers: "WITH g AS (SELECT generate_series(1, @N)::bigint AS i)",
    hex: "lpad(to_hex(i), 12, '0')",
    padded: |number, width| format!("lpad(({number})::text, {width}, '0')"),
    month: "to_char(to_timestamp(submit_time / 1000000) AT TIME ZONE INTERVAL '+07:00', 'YYYY-MM')",
};

/// The code of a partner.
pub(super) fn partner(number: u32) -> String {
    format!("GIA-LAP.NH.1{:05}", number % PARTNERS)
}

/// The code of a sender.
pub(super) fn sender(number: u32) -> String {
    format!("GIA-LAP.THADS.1{:03}", number % SENDERS)
}

/// The id of a generated request.
pub(super) fn request(number: u32) -> String {
    format!("req_019aa9c0a10070008000{number:012x}")
}

fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn blob(raw: &Raw, bytes: &[u8]) -> String {
    let hex = bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    match raw {
        Raw::Sqlite(_) => format!("x'{hex}'"),
        Raw::Postgres(_) => format!("'\\x{hex}'::bytea"),
    }
}

/// A histogram with so many answers of every length up to a month.
fn durations(answers: i64) -> Vec<u8> {
    let mut histogram = Histogram::default();
    for number in 0..answers {
        histogram.add(60 + number * (30 * 86_400) / answers.max(1));
    }
    histogram.to_bytes()
}

/// The `state` of a clock, with a due time of its own in place of its own.
fn with_due(state: &str, due: &str) -> String {
    let (before, own) = state.split_once("\"due\":").expect("a due time");
    let after = own.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{} || {due} || {}", text(&format!("{before}\"due\":")), text(after))
}

/// Puts `requests` requests into a database; gives the moment that is now.
pub(super) async fn generate(database: &TestDatabase, requests: u32) -> i64 {
    let raw = database.raw().await;
    let (states, details, indexes) = example(database, &raw).await;
    let dialect = match raw {
        Raw::Sqlite(_) => &SQLITE,
        Raw::Postgres(_) => &POSTGRES,
    };
    let now = start().micros() + YEAR;
    let numbers = dialect.numbers.replace("@N", &requests.to_string());
    let id = format!("'req_019aa9c0a10070008000' || {}", dialect.hex);
    let to = format!("'GIA-LAP.NH.1' || {}", (dialect.padded)(&format!("i % {PARTNERS}"), 5));
    let from = format!(
        "'GIA-LAP.THADS.1' || {}",
        (dialect.padded)(&format!("(i / {PARTNERS}) % {SENDERS}"), 3)
    );
    let kind = "CASE i % 5 WHEN 0 THEN 'account-information' WHEN 1 THEN 'land-information' ELSE 'account-freeze' END";
    let sent = format!("({now} - CAST({requests} - i AS BIGINT) * ({YEAR} / {requests}))");
    let is_open = format!("i % {OPEN} = 0");
    // Behind what the hub itself still writes.
    let first = format!("({indexes} + 100 + i * 3)");
    let due = format!(
        "(CASE WHEN {is_open} AND i % {OVERDUE} <> 0 THEN {now} + (i % 90) * 86400000000 ELSE {sent} + 259200000000 END)"
    );
    let no = match raw {
        Raw::Sqlite(_) => "0",
        Raw::Postgres(_) => "FALSE",
    };
    // The same order and the same columns as the hub writes them.
    run(&raw, format!(
        "INSERT INTO enforcement_request (id, kind, kind_revision, sender, recipient, channel, lane, recipient_position, \
         submit_index, body_index, submit_time, state, version, update_time, registry_number, registered_time, extended, \
         outcome, answer_index, answer_count, due_time, register, registered_by, sender_officer, first_answer_index) \
         {numbers} SELECT {id}, {kind}, 1, {from}, {to}, 'DIGITAL', 'NORMAL', i, {first}, {first}, {sent}, \
         CASE WHEN {is_open} THEN 'ACKNOWLEDGED' ELSE 'ANSWERED' END, 3, {sent}, CAST(i AS TEXT), {sent}, {no}, \
         CASE WHEN {is_open} THEN NULL ELSE 'FOUND' END, CASE WHEN {is_open} THEN NULL ELSE {first} + 2 END, 1, \
         CASE WHEN {is_open} THEN {due} END, 'incoming', {to}, 'can.bo', \
         CASE WHEN {is_open} THEN NULL ELSE {first} + 2 END FROM g"
    ))
    .await;
    for (offset, (action, before, after)) in [
        ("submit", "NULL", "'SUBMITTED'"),
        ("acknowledge", "'SUBMITTED'", "'ACKNOWLEDGED'"),
        ("answer_final", "'ACKNOWLEDGED'", "'ANSWERED'"),
    ]
    .into_iter()
    .enumerate()
    {
        let told = text(&details[offset]);
        let (agency, party, other) = if offset == 0 {
            (&from, "SENDER", &to)
        } else {
            (&to, "RECIPIENT", &from)
        };
        run(&raw, format!(
            "INSERT INTO event (log_index, entry_type, subject, version, action, from_state, to_state, agency, officer, party, \
             counterparty, hub_time, details) {numbers} SELECT {first} + {offset}, 1, {id}, {offset} + 1, '{action}', {before}, \
             {after}, {agency}, 'can.bo', '{party}', {other}, {sent}, {told} FROM g"
        ))
        .await;
    }
    let clock = |name: &str, status: &str, state: &str, duty: &str, which: &str| {
        let state = with_due(state, &due);
        format!(
            "INSERT INTO deadline (enforcement_request_id, name, occurrence, status, due_time, state, agency, counterparty, duty, \
             sort_time) {numbers} SELECT {id}, '{name}', 1, '{status}', {due}, {state}, {to}, {from}, '{duty}', {due} FROM g \
             WHERE {which}"
        )
    };
    run(&raw, clock("answer", "RUNNING", &states[0], "ANSWER", &is_open)).await;
    run(
        &raw,
        clock(
            "answer",
            "MET",
            &states[1],
            "ANSWER",
            &format!("NOT ({is_open}) AND i % 10 <> 1"),
        ),
    )
    .await;
    run(
        &raw,
        clock(
            "answer",
            "BREACHED",
            &states[1],
            "ANSWER",
            &format!("NOT ({is_open}) AND i % 10 = 1"),
        ),
    )
    .await;
    run(
        &raw,
        clock("refuse", "CANCELLED", &states[1], "REFUSE", &format!("NOT ({is_open})")),
    )
    .await;
    sums(&raw, dialect).await;
    // What PostgreSQL does by itself in service; without it no index is read alone.
    let settled = match raw {
        Raw::Sqlite(_) => "ANALYZE",
        Raw::Postgres(_) => "VACUUM ANALYZE",
    };
    run(&raw, settled.to_owned()).await;
    now
}

/// What would have been counted, on the three levels.
async fn sums(raw: &Raw, dialect: &Dialect) {
    for (level, other, kind, province, by, answers) in [
        ("AGENCY", "''", "''", "''", "recipient", 5_000),
        ("PAIR", "sender", "''", "''", "recipient, sender", 100),
        ("DETAIL", "sender", "kind", "'01'", "recipient, sender, kind", 20),
    ] {
        let month = dialect.month;
        let group = format!("GROUP BY {by}, {month}");
        let answered = "SUM(CASE WHEN answer_index IS NULL THEN 0 ELSE 1 END)";
        let zeros = "0, ".repeat(15);
        run(raw, format!(
            "INSERT INTO response_count (level, agency, month, counterparty, unit, kind, province, received, taken_over, \
             handed_over, registered_in_time, registered_late, registered_untimed, interim, answered_in_time, answered_late, \
             answered_untimed, refused, answered_again, answered_again_late, sent_back, sent_back_late, disputed, corrected, \
             withdrawn, extended, paused, duty_in_time, duty_late, own_in_time, own_late, paused_seconds) \
             SELECT '{level}', recipient, {month}, {other}, '', {kind}, {province}, COUNT(*), 0, 0, COUNT(*), 0, 0, 0, \
             {answered} - {answered} / 10, {answered} / 10, {zeros}0 FROM enforcement_request \
             WHERE recipient LIKE 'GIA-LAP.NH.1%' {group}"
        ))
        .await;
        let bytes = blob(raw, &durations(answers));
        run(raw, format!(
            "INSERT INTO response_histogram (level, agency, month, counterparty, unit, kind, province, working, wall) \
             SELECT level, agency, month, counterparty, unit, kind, province, {bytes}, {bytes} FROM response_count \
             WHERE level = '{level}' AND agency LIKE 'GIA-LAP.NH.1%'"
        ))
        .await;
    }
}

async fn run(raw: &Raw, statement: String) {
    let outcome = raw.execute(statement.clone()).await;
    outcome.unwrap_or_else(|error| panic!("{error}\n{}", statement.chars().take(600).collect::<String>()));
}

/// A real request of each sort: the state of its clock `answer` while it runs and after it was answered, the details of its three
/// events, and the first log index that is free.
async fn example(database: &TestDatabase, raw: &Raw) -> ([String; 2], Vec<String>, i64) {
    let hub = TestLedger::start(database).await;
    let target: Target = hub.open(&Order::land(), "example-0001").await;
    let state = async || {
        let rows = raw.rows("SELECT state FROM deadline WHERE name = 'answer'").await;
        rows[0]["state"].text().to_owned()
    };
    let running = state().await;
    hub.done(target.step("example-0002", Action::Acknowledge, Statement::default()))
        .await;
    hub.done(target.step("example-0003", Action::AnswerFinal, final_answer(&target.kind)))
        .await;
    let answered = state().await;
    hub.stop().await;
    assert_eq!((target.sender, target.recipient), (THADS.code(), LAND_OFFICE.code()));
    let events = raw
        .rows(format!(
            "SELECT details FROM event WHERE subject = '{}' ORDER BY version",
            target.id
        ))
        .await;
    let details: Vec<String> = events.iter().map(|row| row["details"].text().to_owned()).collect();
    let last = raw.rows("SELECT MAX(log_index) AS last FROM event").await;
    let Value::Integer(last) = last[0]["last"] else {
        panic!("a number")
    };
    ([running, answered], details, last + 1)
}
