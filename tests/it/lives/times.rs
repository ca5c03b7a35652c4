//! How agencies keep their times, counted by hand: what each step counts for whom, and who sees whose figures.

use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use serde_json::{Value, json};

use crate::harness::Fixture;
use crate::harness::agencies::{BANK, BANK_2, COURT_37, LAND_OFFICE, OPERATOR, THADS, THADS_37};
use crate::harness::wire::{fields, reason};

use super::life::Life;
use super::world::World;

const HOUR: i64 = 3_600;

impl World {
    async fn scorecards(&self, by: Fixture, of: &str, months: [&str; 2]) -> Result<Vec<v1::Scorecard>, tonic::Status> {
        let asked = v1::GetScorecardRequest {
            agency_code: of.to_owned(),
            from_month: months[0].to_owned(),
            to_month: months[1].to_owned(),
        };
        let reply = self.client(by).send(Rpc::TrackingServiceGetScorecard, &asked).await?;
        Ok(v1::GetScorecardResponse::decode(reply.as_slice())
            .expect("a reply")
            .scorecards)
    }

    /// The agency's own scorecard over both months of the tests.
    async fn own(&self, of: Fixture) -> v1::Scorecard {
        let mut cards = self
            .scorecards(of, of.code_text(), ["2026-11", "2026-12"])
            .await
            .expect("its own");
        assert_eq!(cards.len(), 1);
        cards.remove(0)
    }

    async fn times(
        &self,
        by: Fixture,
        change: impl FnOnce(&mut v1::QueryResponseTimesRequest),
    ) -> Vec<v1::ResponseTimes> {
        let mut asked = v1::QueryResponseTimesRequest {
            from_month: "2026-11".to_owned(),
            to_month: "2026-12".to_owned(),
            ..Default::default()
        };
        change(&mut asked);
        let reply = self
            .client(by)
            .send(Rpc::TrackingServiceQueryResponseTimes, &asked)
            .await
            .expect("times");
        v1::QueryResponseTimesResponse::decode(reply.as_slice())
            .expect("a reply")
            .rows
    }
}

/// What the last event counts for an agency.
async fn counted(life: &Life<'_>, agency: Fixture) -> Value {
    let events = life.events().await;
    let details: Value = serde_json::from_str(&events.last().expect("an event").details).expect("JSON");
    let counted = details["counted"].as_array().cloned().unwrap_or_default();
    let mut of_agency = counted
        .into_iter()
        .filter(|counted| counted["agency"] == agency.code_text());
    of_agency.next().unwrap_or(Value::Null)
}

fn figures(card: &v1::Scorecard) -> v1::ResponseFigures {
    card.figures.expect("figures")
}

/// Whether a percentile is within a sixteenth.
fn is_about(told: i64, exact: i64) -> bool {
    (told - exact).abs() * 16 <= exact
}

backends! {
    async fn an_answer_in_time_is_counted_with_its_working_hours_over_a_weekend_and_a_day_off(database) {
        let world = World::start(&database).await;
        let life = world.open("land-information", THADS, LAND_OFFICE).await;
        world.at("2026-11-23T09:00");
        life.acknowledge().await;
        world.at("2026-11-25T10:00");
        life.answer("FOUND").await;
        // Work is from 8 to 12 and from 13 to 17. Friday from 09:00, Monday; Tuesday is a day off; Wednesday until 10:00.
        let working = (7 + 8 + 2) * HOUR;
        let wall = 5 * 24 * HOUR + HOUR;
        let told = counted(&life, LAND_OFFICE).await;
        assert_eq!(told["what"], json!(["ANSWERED_IN_TIME"]));
        assert_eq!((&told["working_seconds"], &told["wall_seconds"]), (&working.into(), &wall.into()));
        assert_eq!((&told["counterparty"], &told["province"]), (&THADS.code_text().into(), &"01".into()));

        let own = world.own(LAND_OFFICE).await;
        assert!(own.whole && own.share_in_time_permille == 1_000);
        let of = figures(&own);
        assert_eq!((of.received, of.answered_in_time, of.answered_late, of.registered_untimed), (1, 1, 0, 1));
        let (by_work, by_wall) = (of.working.expect("durations"), of.wall.expect("durations"));
        assert_eq!((by_work.count, by_wall.count), (1, 1));
        for told in [by_work.p50_seconds, by_work.p90_seconds, by_work.p99_seconds] {
            assert!(is_about(told, working), "{told} for {working}");
        }
        assert!(is_about(by_wall.p99_seconds, wall));
        let overdue = own.overdue.expect("figures");
        assert_eq!((overdue.day, overdue.week, overdue.month, overdue.older, overdue.silent), (0, 0, 0, 0, 0));

        // The sender sees what was done on its requests, and of the rest the share; a stranger sees nothing of it.
        let theirs = world.scorecards(THADS, LAND_OFFICE.code_text(), ["2026-11", "2026-11"]).await.expect("a partner's");
        assert_eq!((theirs[0].whole, theirs[0].figures), (false, own.figures));
        for missing in [LAND_OFFICE.code_text(), "KHONG.CO"] {
            let refused = world.scorecards(BANK, missing, ["2026-11", "2026-11"]).await.expect_err("nothing to do with it");
            assert_eq!(reason(&refused), "AGENCY_NOT_FOUND");
        }
        world.end(&database).await;
    }

    async fn a_late_answer_a_pause_and_a_second_answer_are_counted_each_as_what_it_is(database) {
        let world = World::start(&database).await;
        let life = world.open("land-information", THADS, LAND_OFFICE).await;
        life.acknowledge().await;
        world.at("2026-11-20T10:00");
        life.ask().await;
        assert_eq!(counted(&life, LAND_OFFICE).await["what"], json!(["PAUSED"]));
        world.at("2026-11-23T10:00");
        life.clarify().await;
        let pause = 3 * 24 * HOUR;
        assert_eq!(counted(&life, LAND_OFFICE).await["paused_seconds"], pause);
        world.at("2026-12-01T09:00");
        life.answer("FOUND").await;
        let first = counted(&life, LAND_OFFICE).await;
        assert_eq!(first["what"], json!(["ANSWERED_LATE"]));
        // An hour on Friday; Monday from 10:00; Wednesday to Friday, Monday; Tuesday until 09:00.
        let working = (1 + 6 + 3 * 8 + 8 + 1) * HOUR;
        assert_eq!(first["working_seconds"], working);
        assert_eq!(first["wall_seconds"], 11 * 24 * HOUR);

        life.dispute(false).await.expect("disputed");
        assert_eq!(counted(&life, LAND_OFFICE).await["what"], json!(["DISPUTED"]));
        world.at("2026-12-02T09:00");
        life.answer("FOUND").await;
        let again = counted(&life, LAND_OFFICE).await;
        assert_eq!(again["what"], json!(["ANSWERED_AGAIN"]));
        assert_eq!((&again["working_seconds"], &again["wall_seconds"]), (&Value::Null, &Value::Null));
        life.correct("FOUND").await;
        assert_eq!(counted(&life, LAND_OFFICE).await["what"], json!(["CORRECTED"]));

        let of = figures(&world.own(LAND_OFFICE).await);
        let answers = (of.answered_in_time, of.answered_late, of.answered_again, of.answered_again_late);
        assert_eq!((of.received, answers), (1, (0, 1, 1, 0)));
        assert_eq!((of.disputed, of.corrected, of.paused, of.paused_seconds), (1, 1, 1, pause));
        assert_eq!(of.wall.expect("durations").count, 1, "one request, one answer");
        world.end(&database).await;
    }

    async fn a_return_a_refusal_and_a_withdrawal_are_counted_as_such(database) {
        let world = World::start(&database).await;
        let returned = world.open("land-information", THADS, LAND_OFFICE).await;
        let example = crate::harness::documents::send_back(&world.key(), LAND_OFFICE, &returned.id);
        returned.document(Rpc::RequestServiceSendBack, LAND_OFFICE, &example).await.expect("sent back");
        assert_eq!(counted(&returned, LAND_OFFICE).await["what"], json!(["SENT_BACK"]));
        let withdrawn = world.open("land-information", THADS, LAND_OFFICE).await;
        withdrawn.withdraw().await;
        assert_eq!(counted(&withdrawn, LAND_OFFICE).await, Value::Null, "it is only asked for");
        withdrawn.decide(LAND_OFFICE, true).await.expect("agreed");
        assert_eq!(counted(&withdrawn, LAND_OFFICE).await["what"], json!(["WITHDRAWN"]));
        let refused = world.open("land-information", THADS, LAND_OFFICE).await;
        refused.answer("REFUSED").await;
        let told = counted(&refused, LAND_OFFICE).await;
        assert_eq!(told["what"], json!(["REGISTERED_UNTIMED", "ANSWERED_IN_TIME", "REFUSED"]));
        let of = figures(&world.own(LAND_OFFICE).await);
        assert_eq!((of.received, of.sent_back, of.sent_back_late, of.withdrawn, of.refused), (3, 1, 0, 1, 1));
        world.end(&database).await;
    }

    async fn an_act_counts_in_the_month_of_viet_nam_in_which_it_is_done(database) {
        let world = World::start(&database).await;
        world.at("2026-11-30T23:59");
        let life = world.open("land-information", THADS, LAND_OFFICE).await;
        world.at("2026-12-01T00:30");
        life.answer("FOUND").await;
        let months = world.times(LAND_OFFICE, |asked| asked.group_by = vec![v1::ResponseGroup::Month.into()]).await;
        let told: Vec<_> = months.iter().map(|row| {
            let figures = row.figures.expect("figures");
            (row.month.as_str(), figures.received, figures.answered_in_time)
        }).collect();
        assert_eq!(told, [("2026-11", 1, 0), ("2026-12", 0, 1)]);
        let november = world.scorecards(LAND_OFFICE, "", ["2026-11", "2026-11"]).await.expect("its own");
        assert_eq!((figures(&november[0]).received, figures(&november[0]).answered_in_time), (1, 0));
        let wrong = world.scorecards(LAND_OFFICE, "", ["2026-12", "2026-11"]).await.expect_err("backwards");
        assert_eq!(fields(&wrong), ["to_month"]);
        let wrong = world.scorecards(LAND_OFFICE, "", ["11/2026", ""]).await.expect_err("no month");
        assert_eq!(fields(&wrong), ["from_month"]);
        world.end(&database).await;
    }

    async fn figures_are_told_apart_by_agency_kind_and_province_and_are_silent_of_others(database) {
        let world = World::start(&database).await;
        world.open("account-freeze", THADS, BANK).await.answer("HELD_FULL").await;
        world.open("account-information", THADS, BANK).await.answer("NOT_FOUND").await;
        world.open("account-freeze", THADS_37, BANK).await.answer("HELD_FULL").await;
        world.open("account-freeze", THADS_37, BANK_2).await;
        let by = vec![v1::ResponseGroup::Agency.into(), v1::ResponseGroup::Kind.into(), v1::ResponseGroup::Province.into()];
        let rows = |rows: Vec<v1::ResponseTimes>| -> Vec<(String, String, String, i64)> {
            let of = |row: v1::ResponseTimes| {
                let received = row.figures.expect("figures").received;
                (row.agency_code, row.kind, row.province_code, received)
            };
            rows.into_iter().map(of).filter(|row| row.3 > 0 && row.0.contains(".NH.")).collect()
        };
        let row = |agency: Fixture, kind: &str, province: &str, received: i64| {
            (agency.code_text().to_owned(), kind.to_owned(), province.to_owned(), received)
        };
        let own = rows(world.times(BANK, |asked| asked.group_by.clone_from(&by)).await);
        let expected = [
            row(BANK, "account-freeze", "01", 1),
            row(BANK, "account-freeze", "37", 1),
            row(BANK, "account-information", "01", 1),
        ];
        assert_eq!(own, expected);
        let of_partners = rows(world.times(THADS_37, |asked| asked.group_by.clone_from(&by)).await);
        assert_eq!(of_partners, [row(BANK_2, "account-freeze", "37", 1), row(BANK, "account-freeze", "37", 1)]);
        let narrower = rows(world.times(BANK, |asked| {
            asked.group_by.clone_from(&by);
            asked.kind = "account-freeze".to_owned();
            asked.province_code = "37".to_owned();
        }).await);
        assert_eq!(narrower, [row(BANK, "account-freeze", "37", 1)]);
        assert_eq!(world.times(LAND_OFFICE, |asked| asked.group_by.clone_from(&by)).await, []);
        // All that one may see, one's own first; a bank is told nothing of another.
        let cards = world.scorecards(THADS_37, "", ["2026-11", "2026-11"]).await.expect("cards");
        let codes: Vec<&str> = cards.iter().map(|card| card.agency_code.as_str()).filter(|code| code.contains(".NH.")).collect();
        assert_eq!((cards[0].agency_code.as_str(), codes), (THADS_37.code_text(), vec![BANK_2.code_text(), BANK.code_text()]));
        assert_eq!(figures(&cards.iter().find(|card| card.agency_code == BANK.code_text()).expect("a card").clone()).received, 1);
        let bank = world.scorecards(BANK, "", ["2026-11", "2026-11"]).await.expect("cards");
        assert!(bank.iter().all(|card| card.agency_code != BANK_2.code_text()));
        world.end(&database).await;
    }

    async fn what_nobody_did_is_overdue_by_age_and_silent(database) {
        let world = World::start(&database).await;
        let open = world.open("land-information", THADS, LAND_OFFICE).await;
        let ages = async |at: &str| {
            world.at(at);
            let told = world.own(LAND_OFFICE).await.overdue.expect("figures");
            let theirs = world.scorecards(THADS, LAND_OFFICE.code_text(), ["2026-11", "2026-11"]).await.expect("a partner's");
            assert_eq!(theirs[0].overdue, Some(told));
            [told.day, told.week, told.month, told.older, told.silent]
        };
        assert_eq!(ages("2026-11-20T10:00").await, [0, 0, 0, 0, 0]);
        let due = open.get().await.deadlines.iter().filter(|clock| clock.name == "answer").find_map(|clock| clock.due_time);
        let due = lienthong::domain::time::Timestamp::from_micros(due.expect("a due time").seconds * 1_000_000);
        assert_eq!(due.date(), jiff::civil::date(2026, 11, 26), "three working days");
        assert_eq!(ages("2026-11-27T09:00").await, [1, 0, 0, 0, 1]);
        assert_eq!(ages("2026-12-01T09:00").await, [0, 1, 0, 0, 1]);
        assert_eq!(ages("2026-12-20T09:00").await, [0, 0, 1, 0, 1]);
        assert_eq!(ages("2026-12-28T09:00").await, [0, 0, 0, 1, 1]);
        world.end(&database).await;
    }

    async fn a_court_s_own_transfer_counts_in_its_own_figures(database) {
        let world = World::start(&database).await;
        let life = world.open("judgment-transfer", COURT_37, THADS_37).await;
        let verdicts = life.get().await.deadlines.into_iter().filter(|clock| clock.obligor() == v1::Party::Sender);
        let verdicts: Vec<v1::DeadlineStatus> = verdicts.map(|clock| clock.status()).collect();
        assert_eq!(verdicts.len(), 1, "the example states when the judgment took effect");
        let of = figures(&world.own(COURT_37).await);
        let expected = if verdicts[0] == v1::DeadlineStatus::Met { (1, 0) } else { (0, 1) };
        assert_eq!((of.own_in_time, of.own_late, of.received), (expected.0, expected.1, 0));
        world.at("2026-11-20T11:00");
        life.acknowledge().await;
        assert_eq!(counted(&life, THADS_37).await["what"], json!(["REGISTERED_IN_TIME"]));
        world.end(&database).await;
    }

    async fn a_successor_takes_over_open_requests_and_answers_them_in_its_own_name(database) {
        let world = World::start(&database).await;
        let life = world.open("account-information", THADS, BANK).await;
        let mut agencies = world.client(OPERATOR).agencies();
        let ask = v1::GetAgencyRequest { code: BANK.code_text().to_owned() };
        let agency = agencies.get_agency(ask).await.expect("an agency").into_inner().agency.expect("an agency");
        let ended = v1::Agency { successor_code: BANK_2.code_text().to_owned(), ..agency };
        let ask = v1::UpdateAgencyRequest { idempotency_key: world.key(), agency: Some(ended) };
        agencies.update_agency(ask).await.expect("updated");
        super::succession::passed_on(&life).await;
        let life = Life { recipient: BANK_2, ..life };
        assert_eq!(counted(&life, BANK).await["what"], json!(["HANDED_OVER"]));
        assert_eq!(counted(&life, BANK_2).await["what"], json!(["TAKEN_OVER"]));
        let _in_its_mailbox = world.entries(BANK_2, &life.id).await;
        life.answer("NOT_FOUND").await;
        let (before, after) = (figures(&world.own(BANK).await), figures(&world.own(BANK_2).await));
        assert_eq!((before.received, before.handed_over, before.answered_in_time), (1, 1, 0));
        assert_eq!((after.received, after.taken_over, after.answered_in_time), (0, 1, 1));
        world.end(&database).await;
    }
}
