//! A period that its head has closed stays as it is: what comes later counts in the first open month.

use lienthong::app::ledger::cases::CaseWork;
use lienthong::app::ledger::reports::{PeriodToClose, ReportStep};
use lienthong::app::ledger::{Command, Operation, Outcome};
use lienthong::domain::enforcement_case::CaseEvent;
use lienthong::domain::ids::{CaseId, IdempotencyKey};
use lienthong::domain::report::period::Month;
use lienthong_proto::{Rpc, v1};
use serde_json::{Value, json};

use super::{Case, ask, collected, item};
use crate::harness::TestLedger;
use crate::harness::agencies::{BANK, THADS, THADS_37};
use crate::harness::audit::audit;
use crate::harness::hub::Client;
use crate::harness::wire::{fields, reason};
use crate::lives::world::World;

const OCTOBER: &str = "2026-10";

fn close(key: &str, period: &str, digest: &str) -> v1::ClosePeriodRequest {
    v1::ClosePeriodRequest {
        idempotency_key: key.to_owned(),
        period: period.to_owned(),
        figures_digest: digest.to_owned(),
    }
}

async fn closed(client: &Client, message: &v1::ClosePeriodRequest) -> Result<v1::ClosePeriodResponse, tonic::Status> {
    ask(client, Rpc::ReportBookServiceClosePeriod, message).await
}

async fn figures(client: &Client, period: &str) -> v1::GetPeriodFiguresResponse {
    let message = v1::GetPeriodFiguresRequest {
        period: period.to_owned(),
    };
    let reply = ask(client, Rpc::ReportBookServiceGetPeriodFigures, &message).await;
    reply.expect("figures")
}

fn booked(event: &v1::CaseHistoryEvent) -> String {
    let told: Value = serde_json::from_str(&event.details).expect("JSON");
    told["booked"].as_str().expect("a month").to_owned()
}

backends! {
    async fn a_closed_period_keeps_its_figures_and_late_changes_count_in_the_first_open_month(database) {
        let world = World::start(&database).await;
        let client = world.client(THADS_37);
        let case = Case::open(&world, THADS_37, item()).await;
        case.record(&[collected("1000", "2026-10-05")]).await;
        let seen = figures(client, OCTOBER).await;
        assert!(seen.figures.contains(r#""completed",0,"1000""#), "{}", seen.figures);
        assert!(seen.closing.is_none());
        assert_eq!(reason(&closed(client, &close("close-00001", "2026-11", "")).await.expect_err("it runs")), "PERIOD_NOT_OVER");
        assert_eq!(reason(&closed(world.client(BANK), &close("close-00001", OCTOBER, "")).await.expect_err("no cases")), "METHOD_NOT_ALLOWED");
        assert_eq!(fields(&closed(client, &close("close-00001", "2026-10-01..2026-10-31", "")).await.expect_err("a window")), ["period"]);
        case.record(&[collected("500", "2026-10-06")]).await;
        let other = closed(client, &close("close-00001", OCTOBER, &seen.figures_digest)).await.expect_err("others than seen");
        assert_eq!(reason(&other), "PERIOD_FIGURES_CHANGED");

        let seen = figures(client, OCTOBER).await;
        let message = close("close-00002", OCTOBER, &seen.figures_digest);
        let first = closed(client, &message).await.expect("closed");
        let closing = first.closing.clone().expect("a closing");
        assert_eq!((closing.figures_digest.as_str(), closing.officer_id.as_str()), (seen.figures_digest.as_str(), THADS_37.officer_text()));
        assert_eq!(closed(client, &message).await.expect("the same"), first, "byte for byte");
        assert_eq!(reason(&closed(client, &close("close-00003", OCTOBER, "")).await.expect_err("once")), "PERIOD_ALREADY_CLOSED");

        case.record(&[collected("7", "2026-10-07")]).await;
        case.record(&[collected("8", "2026-11-08")]).await;
        let late: Vec<String> = case.events().await.iter().skip(3).map(booked).collect();
        assert_eq!(late, ["2026-11", "2026-11"]);
        let kept = figures(client, OCTOBER).await;
        assert_eq!(kept.figures, seen.figures, "closed figures stay");
        assert_eq!(kept.closing, Some(closing));
        let november = figures(client, "2026-11").await;
        assert!(november.figures.contains(r#""completed",0,"15""#), "{}", november.figures);
        // Another year closes over it, with what is in it.
        closed(client, &close("close-00004", "TK2026", "")).await.expect("the year before");
        let listed: v1::ListClosingsResponse = ask(client, Rpc::ReportBookServiceListClosings, &v1::ListClosingsRequest::default()).await.expect("a list");
        let periods: Vec<&str> = listed.closings.iter().map(|closing| closing.period.as_str()).collect();
        assert_eq!(periods, ["TK2026", OCTOBER]);
        world.end(&database).await;
    }

    async fn targets_and_campaigns_are_set_whole_and_name_what_is_wrong(database) {
        let world = World::start(&database).await;
        let client = world.client(THADS_37);
        let target = |unit: &str, cases: &str| v1::UnitTarget { unit_id: unit.to_owned(), cases_done: cases.to_owned(), ..Default::default() };
        let message = |key: &str, units: Vec<v1::UnitTarget>| v1::SetTargetsRequest {
            idempotency_key: key.to_owned(),
            year: 2027,
            units,
            officers: vec![v1::OfficerTarget {
                officer_id: THADS_37.officer_text().to_owned(), month: "2026-12".to_owned(), cases: 12, dong: "1500000".to_owned(),
            }],
        };
        let set = async |message: v1::SetTargetsRequest| -> Result<v1::SetTargetsResponse, tonic::Status> {
            ask(client, Rpc::ReportBookServiceSetTargets, &message).await
        };
        let first = set(message("targets-0001", vec![target("", "83,5")])).await.expect("set").targets.expect("targets");
        assert_eq!((first.version, first.units[0].cases_done.as_str(), first.officers[0].dong.as_str()), (1, "83,5", "1500000"));
        let wrong = set(message("targets-0002", vec![target("", "83,5"), target("", "abc")])).await.expect_err("wrong");
        assert_eq!(fields(&wrong), ["units[1].cases_done", "units"]);
        let unknown = set(message("targets-0002", vec![target("nowhere", "80")])).await.expect_err("unknown");
        assert_eq!(fields(&unknown), ["units[0].unit_id"]);
        let second = set(message("targets-0003", vec![])).await.expect("set").targets.expect("targets");
        assert_eq!((second.version, second.units.len()), (2, 0), "whole");
        let listed: v1::ListTargetsResponse = ask(client, Rpc::ReportBookServiceListTargets, &v1::ListTargetsRequest::default()).await.expect("a list");
        assert_eq!(listed.targets, [second]);

        let plan = |period: &str| v1::CampaignPlan {
            code: "quy-1-2027".to_owned(), period: period.to_owned(), tag: "CREDIT".to_owned(), cases: 40, dong: "9".to_owned(), ..Default::default()
        };
        let set = async |key: &str, plan: v1::CampaignPlan| -> Result<v1::SetCampaignResponse, tonic::Status> {
            let message = v1::SetCampaignRequest { idempotency_key: key.to_owned(), campaign: Some(plan) };
            ask(client, Rpc::ReportBookServiceSetCampaign, &message).await
        };
        let half = set("campaign-0001", plan("2027-01-01..2027-03-15")).await.expect_err("half a month");
        assert_eq!(fields(&half), ["campaign.period"]);
        let whole = plan("2027-01-01..2027-03-31");
        set("campaign-0001", whole.clone()).await.expect("set");
        let again = set("campaign-0002", whole.clone()).await.expect("set").campaign.expect("a campaign");
        assert_eq!((again.version, again.plan.clone()), (2, Some(whole)));
        let listed: v1::ListCampaignsResponse = ask(client, Rpc::ReportBookServiceListCampaigns, &v1::ListCampaignsRequest::default()).await.expect("a list");
        assert_eq!(listed.campaigns, [again]);
        world.end(&database).await;
    }

    async fn a_change_lands_before_the_closing_or_counts_after_it(database) {
        let hub = TestLedger::start(&database).await;
        let command = |key: &str, operation: Operation| {
            let key = IdempotencyKey::parse(key).expect("a key");
            Command::new(THADS.actor(), key.clone(), "application/json", format!("\"{key}\"").into(), operation)
        };
        let opened = super::seeds::opening(1, (1, 2, 2, 900_000, 500));
        let receipts = hub.done(command("open-the-case", Operation::Cases(CaseWork::Steps(vec![opened])))).await;
        let case_id = CaseId::parse(&crate::harness::ledger::leaf(&receipts[0]).subject).expect("a case");
        let paid = |number: usize| {
            let change = json!({ "change": "collected", "date": "2026-10-09", "obligation": "1", "amount": "1", "source": "VOLUNTARY" });
            let change = serde_json::from_value(change).expect("a change");
            let step = lienthong::app::ledger::cases::CaseStep::Change { case_id: case_id.clone(), expected_version: None, change };
            command(&format!("paid-{number:04}"), Operation::Cases(CaseWork::Steps(vec![step])))
        };
        let closing = command("close-october", Operation::Reports(Box::new(ReportStep::Close(PeriodToClose {
            period: OCTOBER.parse().expect("a period"),
            agencies: vec![THADS.code()],
            registry_version: hub.store.registry_version().await.expect("a version"),
            seen: None,
        }))));
        let mut commands: Vec<Command> = (0..60).map(paid).collect();
        commands.insert(30, closing);
        for outcome in hub.at_once(commands).await {
            assert!(matches!(outcome, Ok(Outcome::Done(_))), "{outcome:?}");
        }
        let events = database.raw().await.events().await;
        let closed_at = events.iter().find(|event| event.action == "period_closed").expect("a closing").log_index;
        let (october, november): (Month, Month) = (OCTOBER.parse().expect("a month"), "2026-11".parse().expect("a month"));
        let mut after = 0;
        for event in events.iter().filter(|event| event.action == "collected") {
            let told: CaseEvent = serde_json::from_str(&event.details).expect("an event");
            let is_after = event.log_index > closed_at;
            after += usize::from(is_after);
            assert_eq!(told.booked, Some(if is_after { november } else { october }));
        }
        assert!(after > 0, "something came after it");
        hub.stop().await;
        audit(&database).await;
    }
}
