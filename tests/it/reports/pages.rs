//! Pages to print over a province with enough in it to be looked at: units and officers, courts and banks. With
//! `LIENTHONG_REPORT_PAGES` they are kept in that folder.

use lienthong::domain::report::Report;
use lienthong_proto::{Rpc, v1};
use serde_json::json;

use super::figures::{judgment, november};
use super::page;
use crate::cases::Case;
use crate::harness::agencies::{COURT_37, THADS_37};
use crate::harness::hub::Client;
use crate::lives::world::World;

/// Cases of three marks and four ages, some of them done.
async fn cases(world: &World) {
    for number in 1..=18_u32 {
        let mut item = crate::cases::item();
        let month = number % 9 + 1;
        item["decision_number"] = format!("{}/QĐ-THADS", 100 + number).into();
        item["decision_date"] = format!("{}-{month:02}-{:02}", 2021 + number % 6, number % 20 + 1).into();
        item["initiative"] = if number % 3 == 0 { "PROACTIVE" } else { "ON_REQUEST" }.into();
        item["obligations"][0]["amount"] = format!("{}", u64::from(number) * 137_500_000).into();
        item["tags"] = match number % 4 {
            0 => json!(["CREDIT", "LARGE_VALUE"]),
            1 => json!(["CREDIT"]),
            2 => json!(["KEY_CASE"]),
            _ => json!([]),
        };
        let case = Case::open(world, THADS_37, item).await;
        let amount = u64::from(number) * 137_500_000;
        if number % 3 == 0 {
            case.record(&[
                json!({ "change": "collected", "date": "2026-11-03", "obligation": "1", "amount": amount.to_string(), "source": "VOLUNTARY" }),
                json!({ "change": "status_changed", "date": "2026-11-04", "to": "COMPLETED", "ground": "L106_55_3" }),
            ])
            .await;
        } else if number % 5 == 0 {
            let without = json!({
                "change": "status_changed", "date": "2026-11-02", "to": "NO_CONDITIONS", "ground": "L106_38_1_A", "verified": "2026-11-01",
            });
            case.record(&[without]).await;
        } else {
            let half = (amount / 2).to_string();
            case.record(&[
                json!({ "change": "collected", "date": "2026-10-20", "obligation": "1", "amount": half, "source": "VOLUNTARY" }),
            ])
            .await;
        }
    }
}

async fn close_october(client: &Client) {
    let message = v1::ClosePeriodRequest {
        idempotency_key: "close-october".to_owned(),
        period: "2026-10".to_owned(),
        figures_digest: String::new(),
    };
    client
        .send(Rpc::ReportBookServiceClosePeriod, &message)
        .await
        .expect("closed");
}

#[expect(
    clippy::disallowed_methods,
    reason = "a developer's switch for this test, no setting of the hub"
)]
fn folder() -> Option<std::path::PathBuf> {
    std::env::var_os("LIENTHONG_REPORT_PAGES").map(std::path::PathBuf::from)
}

backends! {
    async fn who_closed_a_period_signs_what_its_books_tell_and_nothing_else(database) {
        let world = World::start(&database).await;
        cases(&world).await;
        let signs = "Kỳ này đã khóa";
        assert!(!page(world.client(THADS_37), "results-cases?period=2026-10").await.contains(signs), "it is open");
        close_october(world.client(THADS_37)).await;
        for (report, is_signed) in [
            ("results-cases?period=2026-10", true),
            ("results-money?period=2026-10", true),
            ("credit-cases?period=2026-10", true),
            ("results-cases?period=2026-11", false),
            ("indicators?period=2026-10", false),
            ("officer-targets?period=2026-10", false),
            ("coordination?period=2026-10", false),
            ("partner-scorecards?period=2026-10", false),
            ("late-transfers?period=2026-10", false),
        ] {
            let page = page(world.client(THADS_37), report).await;
            assert_eq!(page.contains(signs), is_signed, "{report}");
            assert_eq!(page.contains(&format!(">{}<", THADS_37.officer().full_name)), is_signed, "{report}");
        }
        world.end(&database).await;
    }

    async fn every_page_has_its_letterhead_its_figures_and_a_table_beside_each_chart(database) {
        let world = World::start(&database).await;
        cases(&world).await;
        for (number, effective) in [("5/2026/DS-ST", "2026-11-05"), ("6/2026/DS-ST", "2026-10-01"), ("9/2026/DS-ST", "2026-09-30")] {
            world.open_with("judgment-transfer", COURT_37, THADS_37, judgment(number, effective)).await;
        }
        november(&world).await;
        let folder = folder();
        for report in Report::ALL.iter().copied() {
            let figure = report.figures().first().map(|figure| format!("figure={figure}"));
            let land = "agency=GIA-LAP.VPDKDD.01&partner=GIA-LAP.THADS.37&period=2026-11-01..2026-12-31";
            let reference = if report == Report::RequestList {
                format!("{report}?{land}&figure=received")
            } else if report == Report::CaseList {
                format!("{report}?figure=total")
            } else {
                format!("{report}?{}", figure.unwrap_or_default())
            };
            let page = page(world.client(THADS_37), &reference).await;
            assert!(page.contains("Thi hành án dân sự tỉnh Ninh Bình (giả lập)"), "{report}: who reports");
            assert_eq!(page.matches("<figure ").count(), page.matches("class=\"beside\"").count(), "{report}");
            if let Some(folder) = &folder {
                std::fs::write(folder.join(format!("{report}.html")), page).expect("written");
            }
        }
        world.end(&database).await;
    }
}
