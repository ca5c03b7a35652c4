//! Results from the books of cases, known by construction, and the cases behind each figure.

use serde_json::{Value, json};

use super::figures::open_cases;
use super::{all_rows, every_list_adds_up, number, row, rows};
use crate::cases::Case;
use crate::harness::agencies::{PROCURACY_37, THADS_37};
use crate::lives::world::World;

const PERIOD: &str = "period=TK2027/2";

/// What a case of a list counts: of a figure in money its đồng, else 1 or what it counts in cases.
fn in_cases(_figure: &str, row: &Value) -> i128 {
    number(&row["cases"])
}

fn in_money(_figure: &str, row: &Value) -> i128 {
    number(&row["dong"])
}

backends! {
    async fn results_by_case_and_by_money_carry_in_and_out_and_each_figure_opens_its_cases(database) {
        let world = World::start(&database).await;
        open_cases(&world, THADS_37).await;
        let client = world.client(THADS_37);
        let keys = [
            "carried_in", "new", "total", "with_conditions", "completed", "without_conditions", "in_progress", "carried_over",
        ];
        let total = async |report: &str| {
            let told = rows(client, &format!("{report}?{PERIOD}")).await;
            let total = told.last().expect("a total").clone();
            assert_eq!(total["is_total"], true);
            (keys.map(|key| number(&total[key])), total["rate"].clone())
        };
        let million = 1_000_000;
        assert_eq!(total("results-cases").await, ([2, 2, 4, 3, 1, 1, 2, 3], json!("33.3")));
        let (money, rate) = total("results-money").await;
        assert_eq!(money, [500, 500, 1_000, 700, 400, 300, 300, 600].map(|part| part * million));
        assert_eq!(rate, "57.1");
        for by in ["unit", "officer", "initiative", "tag"] {
            let reference = format!("results-cases?{PERIOD}&by={by}");
            let opened = every_list_adds_up(client, &reference, in_cases).await;
            assert!(opened >= 15 * 2, "{by}: {opened}");
        }
        every_list_adds_up(client, &format!("results-money?{PERIOD}"), in_money).await;
        // A month alone, and a year that has nothing yet.
        let of = |told: &[Value], key: &str| number(&told.last().expect("a total")[key]);
        let october = rows(client, "results-cases?period=2026-10").await;
        assert_eq!(["carried_in", "new", "completed", "carried_over"].map(|key| of(&october, key)), [2, 2, 0, 4]);
        let later = rows(client, "results-cases?period=TK2028").await;
        assert_eq!(["carried_in", "new", "completed", "carried_over"].map(|key| of(&later, key)), [3, 0, 0, 3]);
        let credit = rows(client, &format!("results-cases?{PERIOD}&tag=CREDIT")).await;
        assert_eq!(["carried_in", "new", "total"].map(|key| of(&credit, key)), [1, 1, 2]);
        every_list_adds_up(client, &format!("results-cases?{PERIOD}&tag=CREDIT"), in_cases).await;
        world.end(&database).await;
    }

    async fn credit_cases_stand_by_case_and_by_money_beside_each_other(database) {
        let world = World::start(&database).await;
        open_cases(&world, THADS_37).await;
        let client = world.client(THADS_37);
        let told = rows(client, &format!("credit-cases?{PERIOD}")).await;
        let total = told.last().expect("a total");
        let of = |key: &str| number(&total[key]);
        assert_eq!(["carried_in", "new", "without_conditions", "carried_over"].map(of), [1, 1, 1, 2]);
        assert_eq!(of("carried_over_dong"), 400_000_000);
        let measure = |figure: &str, row: &Value| {
            if figure.ends_with("_dong") { in_money(figure, row) } else { in_cases(figure, row) }
        };
        assert!(every_list_adds_up(client, &format!("credit-cases?{PERIOD}"), measure).await >= 12);
        world.end(&database).await;
    }

    async fn what_counts_later_than_its_date_is_listed_page_by_page(database) {
        let world = World::start(&database).await;
        let case = Case::open(&world, THADS_37, crate::cases::item()).await;
        let client = world.client(THADS_37);
        let collected = |date: &str, amount: &str| json!({
            "change": "collected", "date": date, "obligation": "1", "amount": amount, "source": "VOLUNTARY",
        });
        case.record(&[collected("2026-11-10", "1000")]).await;
        assert_eq!(rows(client, &format!("late-entries?{PERIOD}")).await.len(), 0);
        case.record(&[collected("2026-10-15", "2000")]).await;
        let late = all_rows(client, &format!("late-entries?{PERIOD}"), 1).await;
        let completed = row(&late, "line", "Thi hành xong");
        assert_eq!((&completed["date"], &completed["month"]), (&json!("2026-10-15"), &json!("11/2026")));
        assert_eq!(number(&completed["dong"]), 2_000);
        assert!(late.len() > 1, "each line of the books is told");
        // It counts in November and not in October.
        let money = async |period: &str| {
            let told = rows(client, &format!("results-money?period={period}")).await;
            number(&told.last().expect("a total")["completed"])
        };
        assert_eq!((money("2026-10").await, money("2026-11").await), (0, 3_000));
        world.end(&database).await;
    }

    async fn a_supervisor_sees_results_of_those_under_it_by_agency_and_opens_no_case(database) {
        let world = World::start(&database).await;
        open_cases(&world, THADS_37).await;
        let told = rows(world.client(PROCURACY_37), &format!("results-cases?{PERIOD}&by=agency")).await;
        let below = row(&told, "division", "Thi hành án dân sự tỉnh Ninh Bình");
        assert_eq!((number(&below["total"]), number(&below["completed"])), (4, 1));
        assert!(told.iter().all(|row| row.get("lists").is_none()));
        assert_eq!(number(&told.last().expect("a total")["total"]), 4);
        world.end(&database).await;
    }
}
