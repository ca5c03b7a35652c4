//! The calendar as data: a year without data, days that come to be known while clocks run, and what an agency's successor
//! takes over.

use lienthong::app::ledger::command::{CalendarImport, RegistryChange, Statement};
use lienthong::app::ledger::sweep::RECOMPUTE_JOB;
use lienthong::app::ledger::{Command, LedgerSettings, Operation, Outcome};
use lienthong::domain::agency::Agency;
use lienthong::domain::calendar::{CalendarDay, DayKind, DayOrigin};
use lienthong::domain::deadline::{Deadline, DeadlineStatus};
use lienthong::domain::event::EventDetails;
use lienthong::domain::ids::IdempotencyKey;
use lienthong::domain::request::EnforcementRequest;
use lienthong::domain::time::Timestamp;
use lienthong::domain::viewer::Viewer;
use lienthong::domain::workflow::Action;
use lienthong::store::rows::EventRow;

use crate::harness::agencies::{ALL, BANK, BANK_2, LAND_OFFICE, OPERATOR, THADS, registry_command};
use crate::harness::audit::audit;
use crate::harness::commands::{Target, final_answer};
use crate::harness::ids::{clock, start};
use crate::harness::ledger::leaf;
use crate::harness::{Order, TestDatabase, TestLedger};

fn day(date: &str, kind: DayKind) -> CalendarDay {
    CalendarDay {
        date: date.parse().expect("a date"),
        kind,
        name: format!("Ngày giả lập {date}"),
        basis: "Thông báo giả lập".to_owned(),
        certainty: "giả lập".to_owned(),
        known_from: None,
    }
}

/// The days off of 2028, invented as far as they are not fixed.
fn year_2028() -> Vec<CalendarDay> {
    [
        "01-01", "01-26", "01-27", "01-28", "01-31", "02-01", "04-04", "04-30", "05-01", "09-01", "09-02", "11-24",
    ]
    .map(|date| day(&format!("2028-{date}"), DayKind::Holiday))
    .to_vec()
}

pub(super) fn import(key: &str, days: Vec<CalendarDay>) -> Command {
    Command::new(
        OPERATOR.actor(),
        IdempotencyKey::parse(key).expect("a key"),
        "application/protobuf",
        format!("{key} {days:?}").into(),
        Operation::Calendar(CalendarImport { days }),
    )
}

/// A ledger with all agencies, whose certificates last for years, at this moment.
async fn started_at(database: &TestDatabase, now: &str) -> TestLedger {
    let now = Timestamp::parse_rfc3339(now).expect("RFC 3339");
    let clock = clock();
    clock.advance_micros(now.micros() - start().micros());
    let hub = TestLedger::start_bare(database, clock, 1, LedgerSettings::default()).await;
    for fixture in ALL {
        let mut credentials = fixture.paper_credentials();
        for credential in &mut credentials {
            credential.not_after = now.plus_hours(24 * 365);
        }
        hub.done(fixture.registration(credentials)).await;
    }
    hub.bring_in_calendar().await;
    hub
}

async fn request(hub: &TestLedger, target: &Target) -> EnforcementRequest {
    let found = hub
        .store
        .request_of(&Viewer::whole(&target.sender), &target.id)
        .await
        .expect("a query");
    found.expect("a request")
}

async fn clock_of(hub: &TestLedger, target: &Target, name: &str) -> Deadline {
    let request = request(hub, target).await;
    let deadlines = hub.store.deadlines_of([&request]).await.expect("deadlines");
    let mut named = deadlines[&target.id].iter().filter(|clock| clock.name == name);
    named.next().expect("a clock of that name").clone()
}

/// The last event of a request with what it says.
async fn last_event(hub: &TestLedger, target: &Target) -> (EventRow, EventDetails) {
    let request = request(hub, target).await;
    let event = hub
        .store
        .events_of(&request, 0, 100)
        .await
        .expect("events")
        .pop()
        .expect("an event");
    let details = serde_json::from_str(&event.details).expect("details");
    (event, details)
}

fn due(deadline: &Deadline) -> Option<String> {
    deadline.due.map(|due| due.date().to_string())
}

backends! {
    async fn a_year_without_data_is_accepted_waits_and_is_computed_when_its_days_are_known(database) {
        let hub = started_at(&database, "2027-12-30T09:00:00+07:00").await;
        let land = hub.open(&Order::land(), "land-at-new-year").await;
        let freeze = hub.open(&Order::freeze(&[BANK]), "freeze-at-new-year").await;
        let waiting = clock_of(&hub, &land, "answer").await;
        assert_eq!((waiting.status, waiting.due), (DeadlineStatus::PendingCalendar, None));
        let executed = clock_of(&hub, &freeze, "execute").await;
        assert_eq!(executed.due.expect("a wall clock").to_rfc3339(), "2027-12-30T11:00:00+07:00");

        let app = hub.app().await;
        assert_eq!(app.missing_next_year(), Some(2028));
        let receipts = hub.done(import("days-of-2028", year_2028())).await;
        assert_eq!((receipts.len(), leaf(&receipts[0]).version), (1, 2));
        app.follow_calendar().await.expect("another hub's calendar");
        assert_eq!(app.missing_next_year(), None);
        let recomputed = app.recompute_deadlines(1).await.expect("a job");
        assert!(recomputed.moved >= 1 && !recomputed.more, "{recomputed:?}");

        let computed = clock_of(&hub, &land, "answer").await;
        assert_eq!(computed.status, DeadlineStatus::Running);
        // 01/01/2028 is a Saturday: 31/12, 03/01 and 04/01 are the three working days.
        assert_eq!(due(&computed).as_deref(), Some("2028-01-04"));
        assert_eq!(computed.calendar_version, 2);
        let (event, details) = last_event(&hub, &land).await;
        assert_eq!((event.action.as_str(), event.agency.as_str()), (Action::Recompute.as_str(), "HUB"));
        let former = details.former.iter().find(|former| former.name == "answer").expect("the clock");
        assert_eq!(former.due, None);
        let told: Vec<&str> = details.entered.iter().map(|entered| entered.agency.as_str()).collect();
        assert_eq!(told, [THADS.code_text(), LAND_OFFICE.code_text()]);
        assert_eq!(request(&hub, &land).await.due_time, details.due_time);
        audit(&database).await;
    }

    async fn a_holiday_inside_an_open_clock_moves_it_and_a_stopped_clock_stays(database) {
        let hub = TestLedger::start(&database).await;
        let open = hub.open(&Order::land(), "still-open").await;
        let answered = hub.open(&Order::land(), "answered-before").await;
        hub.done(answered.step("answer-the-land", Action::AnswerFinal, final_answer(&answered.kind))).await;
        let before = clock_of(&hub, &answered, "answer").await;
        assert_eq!((before.status, due(&before).as_deref()), (DeadlineStatus::Met, Some("2026-11-26")));
        let trace = before.trace(&hub.ledger.calendar().get()).expect("a trace");

        hub.done(import("the-day-after", vec![day("2026-11-25", DayKind::Holiday)])).await;
        assert_eq!(hub.app().await.recompute_deadlines(9).await.expect("a job").moved, 1);
        let moved = clock_of(&hub, &open, "answer").await;
        assert_eq!(due(&moved).as_deref(), Some("2026-11-27"));
        let (_, details) = last_event(&hub, &open).await;
        let former = details.former.iter().find(|former| former.name == "answer").expect("the clock");
        assert_eq!(former.due, before.due);

        let after = clock_of(&hub, &answered, "answer").await;
        assert_eq!(after, before);
        assert_eq!(after.trace(&hub.ledger.calendar().get()).expect("a trace"), trace, "why it was that day stays true");
        // Taken back: the clock goes back too.
        hub.done(import("taken-back", vec![day("2026-11-25", DayKind::Plain)])).await;
        hub.app().await.recompute_deadlines(9).await.expect("a job");
        assert_eq!(due(&clock_of(&hub, &open, "answer").await).as_deref(), Some("2026-11-26"));
        audit(&database).await;
    }

    async fn the_same_import_again_is_a_replay(database) {
        let hub = TestLedger::start(&database).await;
        let again = || import("an-import", vec![day("2026-11-25", DayKind::Holiday)]);
        let first = hub.done(again()).await;
        let outcome = hub.execute(again()).await.expect("a replay");
        assert!(matches!(outcome, Outcome::Replayed { .. }), "{outcome:?}");
        assert_eq!(hub.receipts_of(outcome).await, first);
        assert_eq!(hub.ledger.calendar().get().version(), 2);
        audit(&database).await;
    }

    async fn a_stop_between_import_and_computing_is_made_up_for(database) {
        let hub = TestLedger::start(&database).await;
        let open = hub.open(&Order::land(), "still-open").await;
        hub.app().await.recompute_deadlines(9).await.expect("a job");
        let (clock, settings) = (hub.clock.clone(), LedgerSettings::default());
        hub.done(import("before-the-stop", vec![day("2026-11-25", DayKind::Holiday)])).await;
        hub.stop().await;

        let hub = TestLedger::start_bare(&database, clock, 2, settings).await;
        hub.bring_in_calendar().await;
        let app = hub.app().await;
        assert_eq!(app.recompute_deadlines(9).await.expect("a job").moved, 1);
        assert_eq!(due(&clock_of(&hub, &open, "answer").await).as_deref(), Some("2026-11-27"));
        assert_eq!(app.recompute_deadlines(9).await.expect("a job").moved, 0);
        let job = hub.store.job(RECOMPUTE_JOB).await.expect("a query").expect("a job");
        assert_eq!((job.version, job.position), (2, None));
        audit(&database).await;
    }

    async fn the_catalogue_comes_in_once_and_never_overrides_the_operator(database) {
        let hub = TestLedger::start(&database).await;
        let entries = database.raw().await.count("log_entry").await;
        hub.bring_in_calendar().await;
        assert_eq!(database.raw().await.count("log_entry").await, entries, "nothing is new");
        // The catalogue says that 24/11/2026 is off.
        hub.done(import("not-off-after-all", vec![day("2026-11-24", DayKind::Plain)])).await;
        hub.bring_in_calendar().await;
        let calendar = hub.ledger.calendar().get();
        assert_eq!(calendar.version(), 2);
        let state = calendar.states().find(|state| state.day.date.to_string() == "2026-11-24").expect("a state");
        assert_eq!((state.origin, state.day.kind), (DayOrigin::Operator, DayKind::Plain));
        assert!(calendar.at_version(1).is_working(state.day.date) == Ok(false));
        audit(&database).await;
    }

    async fn what_an_ended_agency_had_passes_to_its_successor(database) {
        let hub = TestLedger::start(&database).await;
        let open = hub.open(&Order::freeze(&[BANK]), "open-at-the-old").await;
        let held = hub.open(&Order::freeze(&[BANK]), "held-at-the-old").await;
        hub.done(held.step("hold-the-money", Action::AnswerFinal, final_answer(&held.kind))).await;
        let ended = Agency { successor: Some(BANK_2.code()), ..BANK.agency() };
        hub.done(registry_command("merge-the-banks", RegistryChange::UpdateAgency(ended))).await;
        let app = hub.app().await;
        assert_eq!(app.pass_to_successors().await.expect("a job"), 2);
        assert_eq!(app.pass_to_successors().await.expect("a job"), 0, "once");

        let passed = request(&hub, &open).await;
        assert_eq!(passed.recipient, BANK_2.code());
        assert!(passed.recipient_position > 0, "the successor finds it in its mailbox");
        let (event, details) = last_event(&hub, &open).await;
        assert_eq!(event.action, Action::Succeed.as_str());
        let succession = details.succession.expect("who took whose place");
        assert_eq!((succession.from, succession.to), (BANK.code(), BANK_2.code()));
        let (_, details) = last_event(&hub, &held).await;
        assert_eq!(details.measures.first().expect("the measure").holder, BANK_2.code());
        // The successor goes on where the other stopped.
        let target = Target { recipient: BANK_2.code(), ..open };
        hub.done(target.step("go-on-from-there", Action::Acknowledge, Statement::default())).await;
        audit(&database).await;
    }
}
