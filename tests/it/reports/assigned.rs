//! What units, officers and campaigns were assigned, what they did of it, and who signed the period off.

use lienthong_proto::{Rpc, v1};
use serde_json::{Value, json};

use super::{every_list_adds_up, number, row, rows};
use crate::cases::Case;
use crate::harness::agencies::THADS_37;
use crate::lives::world::World;

/// The first two months of the statistical year.
const PERIOD: &str = "period=TK2027/2";
const UNIT: &str = "pgd.hoan-kiem";
const MILLION: i128 = 1_000_000;

/// Two cases of October: one of 400 million that a unit and an officer have and have done, one of 100 million that nobody has.
async fn two_cases(world: &World) {
    let item = |number: &str, amount: &str| {
        let mut item = crate::cases::item();
        item["decision_number"] = number.into();
        item["decision_date"] = "2026-10-01".into();
        item["obligations"][0]["amount"] = amount.into();
        item
    };
    Case::open(world, THADS_37, item("1/QĐ-THADS", "100000000")).await;
    let done = Case::open(world, THADS_37, item("2/QĐ-THADS", "400000000")).await;
    done.record(&[
        json!({ "change": "assigned", "date": "2026-10-02", "unit": UNIT, "officer_id": THADS_37.officer_text() }),
        json!({ "change": "collected", "date": "2026-11-03", "obligation": "1", "amount": "400000000", "source": "VOLUNTARY" }),
        json!({ "change": "status_changed", "date": "2026-11-03", "to": "COMPLETED", "ground": "L106_55_3" }),
    ])
    .await;
}

fn in_cases(_figure: &str, row: &Value) -> i128 {
    number(&row["cases"])
}

/// What a case counts for a figure of the tables of targets.
fn done(figure: &str, row: &Value) -> i128 {
    number(&row[if figure.ends_with("_dong") { "dong" } else { "cases" }])
}

backends! {
    async fn units_and_officers_stand_apart_from_what_nobody_has(database) {
        let world = World::start(&database).await;
        two_cases(&world).await;
        let client = world.client(THADS_37);
        let officer = THADS_37.officer().full_name;
        for (by, name) in [("unit", "Phòng 1"), ("officer", officer.as_str())] {
            let report = format!("results-cases?{PERIOD}&by={by}");
            let told = rows(client, &report).await;
            let of = |begins: &str| ["new", "moved", "total", "completed", "carried_over"].map(|key| number(&row(&told, "division", begins)[key]));
            assert_eq!(of(name), [0, 1, 1, 1, 0], "{by}");
            assert_eq!(of("Chưa phân công"), [2, -1, 1, 0, 1], "{by}");
            assert_eq!(of("Tổng số"), [2, 0, 2, 1, 1], "{by}");
            assert!(every_list_adds_up(client, &report, in_cases).await > 30, "{by}");
        }
        let one = format!("results-money?{PERIOD}&by=unit&officer={}", THADS_37.officer_text());
        let total = rows(client, &one).await;
        assert_eq!(number(&row(&total, "division", "Tổng số")["completed"]), 400 * MILLION);
        world.end(&database).await;
    }

    async fn what_was_assigned_is_held_against_what_was_done(database) {
        let world = World::start(&database).await;
        two_cases(&world).await;
        let client = world.client(THADS_37);
        let unit = |id: &str, cases: &str| v1::UnitTarget {
            unit_id: id.to_owned(), cases_done: cases.to_owned(), ..Default::default()
        };
        let month = |month: &str, cases: u32, dong: &str| v1::OfficerTarget {
            officer_id: THADS_37.officer_text().to_owned(), month: month.to_owned(), cases, dong: dong.to_owned(),
        };
        let targets = v1::SetTargetsRequest {
            idempotency_key: world.key(),
            year: 2027,
            units: vec![unit("", "83,5"), unit(UNIT, "50")],
            officers: vec![month("2026-10", 1, "0"), month("2026-11", 2, "800000000")],
        };
        client.send(Rpc::ReportBookServiceSetTargets, &targets).await.expect("set");
        let told = rows(client, &format!("indicators?{PERIOD}")).await;
        let cases = |division: &str| {
            let found = told.iter().find(|row| {
                row["division"].as_str().is_some_and(|name| name.starts_with(division)) && row["indicator"] == "Thi hành xong về việc"
            });
            ["reached", "target", "above", "met"].map(|key| found.expect("a row")[key].clone())
        };
        assert_eq!(cases("Toàn cơ quan"), [json!("50.0"), json!("83.5"), json!("-33.5"), json!("Chưa đạt")]);
        assert_eq!(cases("Phòng 1"), [json!("100.0"), json!("50.0"), json!("50.0"), json!("Đạt")]);

        let report = format!("officer-targets?{PERIOD}");
        let told = rows(client, &report).await;
        let of = |month: &str| {
            let row = row(&told, "month", month);
            (["target", "done", "done_dong"].map(|key| number(&row[key])), row["cases_reached"].clone(), row["money_reached"].clone())
        };
        assert_eq!(of("10/2026"), ([1, 0, 0], json!("0.0"), Value::Null));
        assert_eq!(of("11/2026"), ([2, 1, 400 * MILLION], json!("50.0"), json!("50.0")));
        assert_eq!(every_list_adds_up(client, &report, done).await, 4);
        world.end(&database).await;
    }

    async fn a_campaign_counts_what_it_covers_and_a_closing_names_its_head(database) {
        let world = World::start(&database).await;
        two_cases(&world).await;
        let client = world.client(THADS_37);
        let campaign = v1::SetCampaignRequest {
            idempotency_key: world.key(),
            campaign: Some(v1::CampaignPlan {
                code: "cao-diem-2026".to_owned(), period: "2026-11-01..2026-11-30".to_owned(), tag: "CREDIT".to_owned(),
                cases: 4, dong: "500000000".to_owned(), ..Default::default()
            }),
        };
        client.send(Rpc::ReportBookServiceSetCampaign, &campaign).await.expect("set");
        let told = rows(client, &format!("campaigns?{PERIOD}")).await;
        let told = row(&told, "code", "cao-diem-2026");
        assert_eq!(["target", "done", "target_dong", "done_dong"].map(|key| number(&told[key])), [4, 1, 500 * MILLION, 400 * MILLION]);
        assert_eq!((&told["cases_reached"], &told["money_reached"]), (&json!("25.0"), &json!("80.0")));
        assert_eq!(["left", "left_dong"].map(|key| number(&told[key])), [1, 100 * MILLION]);
        assert_eq!(every_list_adds_up(client, &format!("campaigns?{PERIOD}"), done).await, 4);

        assert_eq!(rows(client, "closings").await.len(), 0);
        let close = v1::ClosePeriodRequest {
            idempotency_key: world.key(), period: "2026-10".to_owned(), figures_digest: String::new(),
        };
        client.send(Rpc::ReportBookServiceClosePeriod, &close).await.expect("closed");
        let closings = rows(client, "closings").await;
        assert_eq!(closings.len(), 1);
        let officer = THADS_37.officer().full_name;
        assert_eq!((&closings[0]["head"], number(&closings[0]["agencies"])), (&json!(officer), 1));
        assert_eq!(closings[0]["digest"].as_str().map(str::len), Some(64));
        world.end(&database).await;
    }
}
