//! What is due, soonest first, and what each event did to the clocks.

use lienthong::domain::time::Timestamp;
use lienthong_proto::v1::{ClockChange, DeadlineSide, DeadlineStatus, Duty};
use lienthong_proto::{Rpc, v1};
use prost::Message as _;

use crate::harness::Fixture;
use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, THADS};
use crate::harness::wire::{fields, reason};

use super::world::World;

fn moment(text: &str) -> prost_types::Timestamp {
    let time = Timestamp::parse_rfc3339(&format!("{text}:00+07:00")).expect("a moment");
    lienthong::grpc::convert::time(time)
}

impl World {
    async fn deadlines(
        &self,
        of: Fixture,
        change: impl FnOnce(&mut v1::ListDeadlinesRequest),
    ) -> Result<v1::ListDeadlinesResponse, tonic::Status> {
        let mut asked = v1::ListDeadlinesRequest {
            side: DeadlineSide::OwedByUs.into(),
            page_size: 200,
            ..Default::default()
        };
        change(&mut asked);
        let reply = self.client(of).send(Rpc::TrackingServiceListDeadlines, &asked).await?;
        Ok(v1::ListDeadlinesResponse::decode(reply.as_slice()).expect("a reply"))
    }

    async fn all_deadlines(
        &self,
        of: Fixture,
        change: impl FnOnce(&mut v1::ListDeadlinesRequest),
    ) -> Vec<v1::ListedDeadline> {
        let page = self.deadlines(of, change).await.expect("a page");
        assert!(page.next_page_token.is_empty());
        page.deadlines
    }
}

fn place(listed: &v1::ListedDeadline) -> (i64, String, String) {
    let deadline = listed.deadline.clone().expect("a deadline");
    let due = deadline.due_time.map_or(i64::MAX, |due| due.seconds);
    (due, listed.enforcement_request_id.clone(), deadline.name)
}

backends! {
    async fn what_is_due_is_listed_soonest_first_and_pages_equal_the_whole_list(database) {
        let world = World::start(&database).await;
        for (at, code) in [
            ("2026-11-20T09:10", "account-freeze"),
            ("2026-11-20T09:20", "account-information"),
            ("2026-11-20T10:30", "account-freeze"),
            ("2026-11-23T08:00", "account-information"),
            ("2026-11-23T08:00", "account-freeze"),
        ] {
            world.at(at);
            world.open(code, THADS, BANK).await;
        }
        let whole = world.all_deadlines(BANK, |_| {}).await;
        assert!(whole.len() >= 10, "{} clocks", whole.len());
        assert!(whole.is_sorted_by_key(place));
        assert!(whole.iter().all(|listed| listed.recipient_agency_code == BANK.code_text()));
        assert_eq!(world.all_deadlines(THADS, |asked| asked.side = DeadlineSide::OwedToUs.into()).await, whole);
        for size in [1, 2, 3, 7] {
            let (mut paged, mut token) = (Vec::new(), String::new());
            loop {
                let page = world.deadlines(BANK, |asked| {
                    asked.page_size = size;
                    asked.page_token.clone_from(&token);
                });
                let page = page.await.expect("a page");
                assert!(page.deadlines.len() <= usize::try_from(size).expect("small"));
                paged.extend(page.deadlines);
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(paged, whole, "pages of {size}");
        }

        let freezes = world.all_deadlines(BANK, |asked| asked.kind = "account-freeze".to_owned()).await;
        assert!(freezes.iter().all(|listed| listed.kind == "account-freeze"));
        assert_eq!(freezes.len(), whole.iter().filter(|listed| listed.kind == "account-freeze").count());
        let from_thads = world.all_deadlines(BANK, |asked| asked.counterparty_agency_code = THADS.code_text().to_owned()).await;
        assert_eq!(from_thads, whole);
        let (from, before) = (moment("2026-11-20T12:00"), moment("2026-11-23T12:00"));
        let between = world.all_deadlines(BANK, |asked| (asked.due_from, asked.due_before) = (Some(from), Some(before))).await;
        let within = |listed: &&v1::ListedDeadline| (from.seconds..before.seconds).contains(&place(listed).0);
        let expected: Vec<v1::ListedDeadline> = whole.iter().filter(within).cloned().collect();
        assert!(!expected.is_empty() && expected.len() < whole.len());
        assert_eq!(between, expected);

        // On Monday at 12:00 what was due by then is overdue, and shown as such.
        world.at("2026-11-23T12:00");
        let overdue = world.all_deadlines(BANK, |asked| asked.overdue_only = true).await;
        let late: Vec<_> = whole.iter().filter(|listed| place(listed).0 < before.seconds).map(place).collect();
        assert_eq!(overdue.iter().map(place).collect::<Vec<_>>(), late);
        let statuses = overdue.iter().map(|listed| listed.deadline.clone().expect("a deadline").status());
        assert!(statuses.into_iter().all(|status| status == DeadlineStatus::Breached));

        assert!(world.all_deadlines(BANK_2, |_| {}).await.is_empty(), "a stranger owes nothing of it");
        let side = world.deadlines(BANK, |asked| asked.side = 0).await.expect_err("no side");
        assert_eq!((reason(&side).as_str(), fields(&side)), ("FIELD_INVALID", vec!["side".to_owned()]));
        for status in [DeadlineStatus::Met, DeadlineStatus::Cancelled] {
            let refused = world.deadlines(BANK, |asked| asked.status = status.into()).await.expect_err("in no list");
            assert_eq!(fields(&refused), ["status"]);
        }
        let first = world.deadlines(BANK, |asked| asked.page_size = 1).await.expect("a page");
        let elsewhere = world.deadlines(BANK, |asked| {
            asked.page_token = first.next_page_token;
            asked.kind = "account-freeze".to_owned();
        });
        assert_eq!(fields(&elsewhere.await.expect_err("another list's token")), ["page_token"]);
        world.end(&database).await;
    }

    async fn what_stands_still_and_what_was_late_have_lists_of_their_own(database) {
        let world = World::start(&database).await;
        let life = world.open("land-information", THADS, LAND_OFFICE).await;
        life.acknowledge().await;
        life.ask().await;
        let with_status = async |status: DeadlineStatus| {
            let listed = world.all_deadlines(LAND_OFFICE, |asked| asked.status = status.into()).await;
            let acts = listed.iter().filter(|listed| listed.duty() != Duty::Refuse);
            acts.map(|listed| (listed.duty(), listed.deadline.clone().expect("a deadline").name)).collect::<Vec<_>>()
        };
        assert_eq!(with_status(DeadlineStatus::Paused).await, [(Duty::Answer, "answer".to_owned())]);
        life.clarify().await;
        world.at("2026-12-10T09:00");
        life.answer("FOUND").await;
        assert_eq!(with_status(DeadlineStatus::Running).await, []);
        assert_eq!(with_status(DeadlineStatus::Breached).await, [(Duty::Answer, "answer".to_owned())]);
        world.end(&database).await;
    }

    async fn a_timeline_tells_each_event_and_what_it_did_to_the_clocks(database) {
        use ClockChange::{Breached, Cancelled, Paused, Resumed, Started};
        let world = World::start(&database).await;
        let life = world.open("land-information", THADS, LAND_OFFICE).await;
        world.at("2026-11-23T09:00");
        life.acknowledge().await;
        life.ask().await;
        world.at("2026-11-25T09:00");
        life.clarify().await;
        world.at("2026-12-10T09:00");
        life.answer("FOUND").await;
        let timeline = async |of: Fixture, page_size: i32| {
            let mut asked = v1::GetTimelineRequest {
                enforcement_request_id: life.id.clone(),
                page_size,
                ..Default::default()
            };
            let mut entries = Vec::new();
            loop {
                let reply = world.client(of).send(Rpc::TrackingServiceGetTimeline, &asked).await.expect("a page");
                let page = v1::GetTimelineResponse::decode(reply.as_slice()).expect("a reply");
                entries.extend(page.entries);
                asked.page_token = page.next_page_token;
                if asked.page_token.is_empty() {
                    return (entries, page.deadlines);
                }
            }
        };
        let (entries, deadlines) = timeline(THADS, 0).await;
        let events = life.events().await;
        assert_eq!(entries.len(), events.len());
        for (entry, event) in entries.iter().zip(&events) {
            let of_event = (event.log_index, event.version, event.action, event.party, event.hub_time, event.to_state);
            assert_eq!((entry.log_index, entry.version, entry.action, entry.party, entry.hub_time, entry.to_state), of_event);
            assert_eq!((&entry.actor_agency_code, &entry.actor_officer_id), (&event.actor_agency_code, &event.actor_officer_id));
        }
        let of_answer = |entry: &v1::TimelineEntry| {
            let clock = entry.clocks.iter().find(|clock| clock.deadline.as_ref().is_some_and(|deadline| deadline.name == "answer"));
            clock.map_or(Vec::new(), |clock| clock.changes().collect())
        };
        let changes: Vec<Vec<ClockChange>> = entries.iter().map(of_answer).collect();
        assert_eq!(changes, [vec![Started], vec![], vec![Paused], vec![Resumed], vec![Breached]]);
        let refuse = entries[4].clocks.iter().find(|clock| clock.deadline.as_ref().is_some_and(|deadline| deadline.name == "refuse"));
        assert_eq!(refuse.expect("a clock").changes().collect::<Vec<_>>(), [Cancelled]);
        let why = entries[0].clocks[0].reason.clone().expect("a reason").vi;
        assert!(why.starts_with("Bắt đầu tính; hạn chót thứ Năm 26/11/2026 23:59 (") && why.contains("Điều"), "{why}");
        assert_eq!(deadlines.len(), life.get().await.deadlines.len());
        for size in [1, 2, 4] {
            assert_eq!(timeline(LAND_OFFICE, size).await.0, entries, "pages of {size}, told to the other party");
        }
        let stranger = v1::GetTimelineRequest { enforcement_request_id: life.id.clone(), ..Default::default() };
        let refused = world.client(BANK).send(Rpc::TrackingServiceGetTimeline, &stranger).await;
        assert_eq!(reason(&refused.expect_err("no party")), "REQUEST_NOT_FOUND");
        world.end(&database).await;
    }
}
