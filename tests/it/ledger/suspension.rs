//! Clocks of many requests that stand still together: what is decided moves what is open and what begins, once, whoever does the work and
//! whenever; each request says why.

use lienthong::app::ledger::clock::ClockStep;
use lienthong::app::ledger::command::Statement;
use lienthong::app::ledger::suspension::{NewSuspension, SuspensionStep};
use lienthong::app::ledger::{Command, Operation, Outcome};
use lienthong::domain::agency::Role;
use lienthong::domain::calendar::{CalendarDay, DayKind};
use lienthong::domain::deadline::{Deadline, DeadlineStatus};
use lienthong::domain::error::ErrorCode;
use lienthong::domain::event::EventDetails;
use lienthong::domain::ids::{IdempotencyKey, SuspensionId};
use lienthong::domain::response_time::What;
use lienthong::domain::suspension::{Cause, Effect, Scope};
use lienthong::domain::time::Timestamp;
use lienthong::domain::viewer::Viewer;
use lienthong::domain::workflow::Action;
use lienthong::store::rows::EventRow;

use super::calendar::import;
use crate::harness::agencies::{BANK, LAND_OFFICE, OPERATOR, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::{Target, final_answer, kind};
use crate::harness::ids::start;
use crate::harness::ledger::leaf;
use crate::harness::{Backend, Fixture, Order, TestDatabase, TestLedger};
use crate::verify::second::second;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{text}:00+07:00")).expect("a moment")
}

fn decree(from: &str, to: Option<&str>) -> NewSuspension {
    NewSuspension {
        cause: Cause::Decree,
        from: at(from),
        to: to.map(at),
        scope: Scope::default(),
        basis: "Luật Phòng thủ dân sự 18/2023/QH15 Điều 25".to_owned(),
        document: "12/QĐ-UBND ngày 20/11/2026".to_owned(),
        reason: "Bão số 9".to_owned(),
    }
}

fn command(by: Fixture, key: &str, step: SuspensionStep) -> Command {
    Command::new(
        by.actor(),
        IdempotencyKey::parse(key).expect("a key"),
        "application/protobuf",
        format!("{key} {step:?}").into(),
        Operation::Clocks(Box::new(ClockStep::Suspend(step))),
    )
}

/// Enters it; gives its id.
async fn entered(hub: &TestLedger, by: Fixture, key: &str, new: NewSuspension) -> SuspensionId {
    let receipts = hub.done(command(by, key, SuspensionStep::Enter(new))).await;
    SuspensionId::parse(&leaf(&receipts[0]).subject).expect("an id")
}

async fn follow(hub: &TestLedger) -> usize {
    let done = hub.app().await.follow_suspensions(20).await.expect("a job");
    assert!(!done.more);
    done.moved
}

async fn clocks(hub: &TestLedger, target: &Target) -> Vec<Deadline> {
    let viewer = Viewer::whole(&target.sender);
    let request = hub
        .store
        .request_of(&viewer, &target.id)
        .await
        .expect("a query")
        .expect("a request");
    hub.store
        .deadlines_of([&request])
        .await
        .expect("deadlines")
        .remove(&target.id)
        .expect("clocks")
}

async fn clock(hub: &TestLedger, target: &Target, name: &str) -> Deadline {
    let all = clocks(hub, target).await;
    all.into_iter()
        .find(|clock| clock.name == name)
        .expect("a clock of that name")
}

fn due(deadline: &Deadline) -> String {
    deadline.due.map(|due| due.date().to_string()).unwrap_or_default()
}

async fn events(hub: &TestLedger, target: &Target) -> Vec<EventRow> {
    let viewer = Viewer::whole(&target.sender);
    let request = hub
        .store
        .request_of(&viewer, &target.id)
        .await
        .expect("a query")
        .expect("a request");
    hub.store.events_of(&request, 0, 100).await.expect("events")
}

/// What the last event counts for the recipient.
async fn counted(hub: &TestLedger, target: &Target) -> (Vec<What>, Option<i64>) {
    let event = events(hub, target).await.pop().expect("an event");
    let details: EventDetails = serde_json::from_str(&event.details).expect("details");
    let of_recipient = details
        .counted
        .into_iter()
        .find(|counted| counted.agency == target.recipient);
    of_recipient.map_or_else(Default::default, |counted| (counted.what, counted.paused_seconds))
}

async fn sound(database: &TestDatabase) {
    audit(database).await;
    if database.backend() == Backend::Sqlite {
        assert_eq!(second(database, None)["verdict"], "SOUND");
    }
}

backends! {
    async fn a_decree_moves_what_is_open_once_and_what_begins_and_both_parties_are_told(database) {
        let hub = TestLedger::start(&database).await;
        let land = hub.open(&Order::land(), "before-the-storm").await;
        assert_eq!(due(&clock(&hub, &land, "answer").await), "2026-11-26");
        // 25/11 and 26/11; midnight takes no office hour of the 27th.
        let storm = decree("2026-11-25T00:00", Some("2026-11-27T00:00"));
        let app = hub.app().await;
        let tried = app.try_suspension(&OPERATOR.actor(), Role::Operator, storm.clone()).await;
        let (_, preview) = tried.expect("a trial");
        let answer = preview.samples.iter().find(|sample| sample.name == "answer").expect("a sample");
        assert_eq!((preview.requests, preview.complete), (1, true));
        assert_eq!(answer.due.expect("due").date().to_string(), "2026-11-26");
        assert_eq!(answer.new_due.expect("due").date().to_string(), "2026-11-30");
        assert_eq!(due(&clock(&hub, &land, "answer").await), "2026-11-26", "a trial moves nothing");

        let id = entered(&hub, OPERATOR, "the-storm", storm).await;
        assert_eq!((follow(&hub).await, follow(&hub).await), (1, 0));
        let moved = clock(&hub, &land, "answer").await;
        assert_eq!((due(&moved).as_str(), moved.status), ("2026-11-30", DeadlineStatus::Running));
        let trace = moved.trace(&hub.ledger.calendar().get()).expect("a trace");
        let told = trace.iter().filter(|step| step.vi.contains("12/QĐ-UBND"));
        assert!(told.clone().count() == 2 && told.clone().all(|step| step.basis.is_some()), "{trace:?}");
        let event = events(&hub, &land).await.pop().expect("an event");
        let details: EventDetails = serde_json::from_str(&event.details).expect("details");
        assert_eq!((event.action.as_str(), details.suspended_by), (Action::SuspendClocks.as_str(), Some(id)));
        let told: Vec<&str> = details.entered.iter().map(|entered| entered.agency.as_str()).collect();
        assert_eq!(told, [THADS.code_text(), LAND_OFFICE.code_text()]);
        assert_eq!(i64::try_from(details.former.len()), Ok(preview.deadlines));

        let new = hub.open(&Order::land(), "during-the-storm").await;
        assert_eq!(due(&clock(&hub, &new, "answer").await), "2026-11-30");
        assert_eq!(events(&hub, &new).await.len(), 1, "it began so");
        sound(&database).await;
    }

    async fn an_open_one_pauses_until_it_is_ended_also_through_a_clarification(database) {
        let hub = TestLedger::start(&database).await;
        let land = hub.open(&Order::land(), "before-the-decree").await;
        let id = entered(&hub, OPERATOR, "open-ended", decree("2026-11-20T00:00", None)).await;
        follow(&hub).await;
        let paused = clock(&hub, &land, "answer").await;
        assert_eq!((paused.status, paused.due), (DeadlineStatus::Paused, None));
        let other = hub.open(&Order::land(), "answered-meanwhile").await;
        hub.done(other.step("answer-meanwhile", Action::AnswerFinal, final_answer(&other.kind))).await;
        assert_eq!(clock(&hub, &other, "answer").await.status, DeadlineStatus::Met);
        hub.clock.advance_micros(at("2026-11-25T20:00").micros() - start().micros());
        let end = |key: &str, to| command(OPERATOR, key, SuspensionStep::End { id: id.clone(), to });
        assert_eq!(hub.refused(end("into-the-past", Some(at("2026-11-24T00:00")))).await, ErrorCode::FieldInvalid);
        hub.done(end("it-is-over", None)).await;
        assert_eq!(follow(&hub).await, 1);
        let goes_on = clock(&hub, &land, "answer").await;
        // 26/11, 27/11 and 30/11 are left, all three.
        assert_eq!((goes_on.status, due(&goes_on).as_str()), (DeadlineStatus::Running, "2026-11-30"));
        let last = events(&hub, &land).await.pop().expect("an event");
        assert_eq!(last.action, Action::SuspendClocks.as_str().replace("suspend", "release"));
        assert_eq!(clock(&hub, &other, "answer").await.status, DeadlineStatus::Met);
        sound(&database).await;
    }

    async fn maintenance_moves_targets_of_the_hub_and_neither_the_law_nor_a_freeze(database) {
        let hub = TestLedger::start(&database).await;
        let information = Order { kind: kind("account-information"), recipients: vec![BANK], ..Order::land() };
        let kinds = hub.app().await.kinds_for_maintenance(&[]).expect("all that may wait");
        let scope = Scope { kinds, agencies: [BANK.code()].into(), ..Scope::default() };
        let maintenance = NewSuspension {
            cause: Cause::Maintenance,
            scope: scope.clone(),
            ..decree("2026-12-01T00:00", Some("2026-12-02T00:00"))
        };
        let others = NewSuspension { scope: Scope { agencies: [LAND_OFFICE.code()].into(), ..scope }, ..maintenance.clone() };
        assert_eq!(hub.refused(command(BANK, "for-another", SuspensionStep::Enter(others))).await, ErrorCode::MethodNotAllowed);
        assert_eq!(
            hub.refused(command(BANK, "no-operator", SuspensionStep::Enter(decree("2026-12-01T00:00", None)))).await,
            ErrorCode::MethodNotAllowed
        );
        let id = entered(&hub, BANK, "maintenance", maintenance).await;
        assert_eq!(follow(&hub).await, 0, "nothing is due then");
        hub.clock.advance_micros(at("2026-11-30T15:00").micros() - start().micros());
        let asked = hub.open(&information, "asked-the-day-before").await;
        let freeze = hub.open(&Order::freeze(&[BANK]), "frozen-the-day-before").await;
        let answer = clock(&hub, &asked, "answer").await;
        assert_eq!(due(&answer), "2026-12-02", "the rest of the hours, after the day of maintenance");
        let refuse = clock(&hub, &asked, "refuse").await;
        assert_eq!(due(&refuse), "2026-12-03", "the law's three days stay");
        assert!(clocks(&hub, &freeze).await.iter().all(|clock| clock.suspensions.is_empty()));
        // It takes place no more.
        hub.done(command(BANK, "called-off", SuspensionStep::End { id, to: None })).await;
        assert_eq!(follow(&hub).await, 1);
        assert_eq!(due(&clock(&hub, &asked, "answer").await), "2026-12-01");
        sound(&database).await;
    }

    async fn a_holiday_that_comes_to_be_known_keeps_what_was_suspended(database) {
        let hub = TestLedger::start(&database).await;
        let land = hub.open(&Order::land(), "storm-and-holiday").await;
        entered(&hub, OPERATOR, "the-storm", decree("2026-11-25T00:00", Some("2026-11-26T00:00"))).await;
        follow(&hub).await;
        assert_eq!(due(&clock(&hub, &land, "answer").await), "2026-11-27");
        let holiday = CalendarDay {
            date: "2026-11-27".parse().expect("a date"),
            kind: DayKind::Holiday,
            name: "Ngày giả lập".to_owned(),
            basis: "Thông báo giả lập".to_owned(),
            certainty: String::new(),
            known_from: None,
        };
        hub.done(import("a-holiday", vec![holiday])).await;
        hub.app().await.recompute_deadlines(9).await.expect("a job");
        let moved = clock(&hub, &land, "answer").await;
        assert_eq!((due(&moved).as_str(), moved.suspensions.len()), ("2026-11-30", 1));
        assert_eq!(follow(&hub).await, 0);
        sound(&database).await;
    }

    async fn a_step_before_the_hub_has_come_to_a_request_is_judged_by_what_was_decided(database) {
        let hub = TestLedger::start(&database).await;
        let land = hub.open(&Order::land(), "answered-late").await;
        hub.clock.advance_micros(at("2026-11-27T10:00").micros() - start().micros());
        let outage = NewSuspension { cause: Cause::Outage, ..decree("2026-11-23T00:00", Some("2026-11-24T00:00")) };
        let enter = || command(OPERATOR, "the-outage", SuspensionStep::Enter(outage.clone()));
        hub.done(enter()).await;
        assert!(matches!(hub.execute(enter()).await, Ok(Outcome::Replayed { .. })));
        hub.done(land.step("answer-after-all", Action::AnswerFinal, final_answer(&land.kind))).await;
        assert_eq!(clock(&hub, &land, "answer").await.status, DeadlineStatus::Met, "due on the 27th");
        assert_eq!(follow(&hub).await, 0, "nothing is open any more");
        sound(&database).await;
    }

    async fn the_limit_of_a_clarification_ends_its_own_pause_and_each_counts_once(database) {
        let hub = TestLedger::start(&database).await;
        let land = hub.open(&Order::land(), "unclear-order").await;
        hub.done(land.step("register", Action::Acknowledge, Statement::default())).await;
        hub.done(land.step("ask-back", Action::AskClarification, Statement::default())).await;
        assert_eq!(counted(&hub, &land).await, (vec![What::Paused], None));
        let id = entered(&hub, OPERATOR, "open-ended", decree("2026-11-20T00:00", None)).await;
        follow(&hub).await;
        assert_eq!(counted(&hub, &land).await, (vec![What::Paused], None));
        hub.clock.advance_micros(at("2026-12-18T09:00").micros() - start().micros());
        let app = hub.app().await;
        while app.fire_timers(at("2026-12-18T09:00")).await.expect("fired").more {}
        let last = events(&hub, &land).await.pop().expect("an event");
        assert_eq!(last.action, Action::ResumeClocks.as_str());
        let paused = clock(&hub, &land, "answer").await;
        assert_eq!(paused.status, DeadlineStatus::Paused, "the decision holds it");
        let own = paused.suspensions.iter().find(|pause| pause.decided.is_none()).expect("a pause of its own");
        let seconds = |from: Timestamp, to: Timestamp| (to.micros() - from.micros()) / 1_000_000;
        let own = (own.from, own.to.expect("over"));
        assert_eq!(counted(&hub, &land).await, (vec![], Some(seconds(own.0, own.1))));
        hub.done(command(OPERATOR, "it-is-over", SuspensionStep::End { id, to: None })).await;
        assert_eq!(follow(&hub).await, 1);
        assert_eq!(clock(&hub, &land, "answer").await.status, DeadlineStatus::Running);
        hub.clock.advance_micros(3_600_000_000);
        hub.done(land.step("answer-at-last", Action::AnswerFinal, final_answer(&land.kind))).await;
        // From the start to the end of the decision, but for the pause of its own, which was counted.
        let (what, halted) = counted(&hub, &land).await;
        assert_eq!(what, [What::AnsweredInTime]);
        assert_eq!(halted, Some(seconds(start(), at("2026-12-18T09:00")) - seconds(own.0, own.1)));
        sound(&database).await;
    }

    async fn what_concerns_a_request_is_told_with_what_it_does_and_to_its_parties_alone(database) {
        let hub = TestLedger::start(&database).await;
        let app = hub.app().await;
        let land = hub.open(&Order::land(), "storm-and-maintenance").await;
        let storm = entered(&hub, OPERATOR, "the-storm", decree("2026-11-25T00:00", Some("2026-11-26T00:00"))).await;
        let kinds = app.kinds_for_maintenance(&[]).expect("all that may wait");
        let scope = Scope { kinds, agencies: [LAND_OFFICE.code()].into(), ..Scope::default() };
        let maintenance = NewSuspension {
            cause: Cause::Maintenance,
            scope,
            ..decree("2026-11-26T00:00", Some("2026-11-27T00:00"))
        };
        let maintenance = entered(&hub, LAND_OFFICE, "maintenance", maintenance).await;
        entered(&hub, OPERATOR, "much-later", decree("2027-01-25T00:00", Some("2027-01-26T00:00"))).await;
        assert_eq!(follow(&hub).await, 1);
        let about = |by: Fixture| (Viewer::whole(&by.code()), land.id.clone());
        let (viewer, id) = about(LAND_OFFICE);
        let page = app.suspensions(None, false, Some((&viewer, &id)), 9).await.expect("a page");
        let told: Vec<_> = page.items.into_iter().map(|(known, effect)| (known.suspension.id, effect)).collect();
        assert_eq!(told, [(maintenance, Some(Effect::Explains)), (storm, Some(Effect::Moves))]);
        let (stranger, id) = about(BANK);
        let refused = app.suspensions(None, false, Some((&stranger, &id)), 9).await.expect_err("a stranger");
        assert_eq!(refused.code(), ErrorCode::RequestNotFound);
        assert_eq!(app.suspensions(None, false, None, 9).await.expect("a page").items.len(), 3);
    }
}
