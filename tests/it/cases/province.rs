//! Provinces whose figures are known by construction, made as cases and what happened in them through the API, never as totals; then the
//! year is closed and the figures read back. `LIENTHONG_FIGURES` says of how many cases the smallest of a batch makes one (100; 1
//! makes Nghệ An 2020 and Hà Nội 2017 whole, as they were printed: `make figures`).

use std::collections::BTreeMap;
use std::time::Duration;

use lienthong::domain::report::ratio::Tenths;
use lienthong::domain::report::{Amount, Figures, Line, PeriodFigures};
use lienthong_proto::{Rpc, v1};
use serde_json::{Value, json};

use super::{ask, cases, progress, record, register};
use crate::harness::agencies::THADS_37;
use crate::harness::database::setting;
use crate::harness::hub::Client;
use crate::harness::{Backend, TestDatabase, block_on_for};
use crate::lives::world::World;
use crate::reports::{number, rows};

/// Items of a document.
const PIECE: usize = 200;
const LIMIT: Duration = Duration::from_mins(40);
/// A thousand million đồng.
const TY: i128 = 1_000_000_000;

/// So many cases that begin and end alike, and what they owe and pay together, in đồng.
struct Batch {
    is_brought: bool,
    ends: &'static str,
    ground: &'static str,
    cases: i128,
    owed: i128,
    collected: i128,
}

const fn batch(
    is_brought: bool,
    (ends, ground): (&'static str, &'static str),
    cases: i128,
    owed: i128,
    collected: i128,
) -> Batch {
    Batch {
        is_brought,
        ends,
        ground,
        cases,
        owed,
        collected,
    }
}

const COMPLETED: (&str, &str) = ("COMPLETED", "L106_55_3");
const DISCONTINUED: (&str, &str) = ("DISCONTINUED", "L106_48");
const IN_PROGRESS: (&str, &str) = ("IN_PROGRESS", "");
const POSTPONED: (&str, &str) = ("POSTPONED", "L106_46");
const NO_CONDITIONS: (&str, &str) = ("NO_CONDITIONS", "L106_38_1_A");

/// A province in a statistical year.
struct Province {
    year: i16,
    batches: Vec<Batch>,
    /// Cases and đồng done; shares done of cases and of money, and how much fewer cases and less money is carried over, as printed.
    printed: (Option<Amount>, [Option<&'static str>; 4]),
}

impl Province {
    fn period(&self) -> String {
        format!("TK{}", self.year)
    }
}

/// What Nghệ An reported of 2020: 14,186 cases and 404,438,921,000 đồng done.
fn nghe_an() -> Province {
    let (done, with_conditions) = (404_438_921_000, 998_614_620_000);
    let batches = vec![
        batch(true, COMPLETED, 4_000, 120 * TY, 120 * TY),
        batch(false, COMPLETED, 9_400, done - 170 * TY, done - 170 * TY),
        batch(false, DISCONTINUED, 786, 25 * TY, 5 * TY),
        batch(true, IN_PROGRESS, 1_823, with_conditions - done - 125 * TY, 25 * TY),
        batch(false, POSTPONED, 1_000, 150 * TY, 0),
        batch(true, NO_CONDITIONS, 5_200, 700 * TY, 0),
    ];
    Province {
        year: 2020,
        batches,
        printed: (
            Some(Amount::new(14_186, done)),
            [Some("83,4"), Some("40,5"), None, None],
        ),
    }
}

/// What Hà Nội reported of 2017: 80 % of cases, 34.5 % of money, 8.5 % fewer cases and 3.6 % less money carried over.
fn ha_noi() -> Province {
    let batches = vec![
        batch(true, COMPLETED, 12_000, 4_000 * TY, 4_000 * TY),
        batch(true, NO_CONDITIONS, 5_500, 36_000 * TY, 900 * TY),
        batch(true, IN_PROGRESS, 2_500, 10_000 * TY, 0),
        batch(false, COMPLETED, 18_900, 1_800 * TY, 1_800 * TY),
        batch(false, DISCONTINUED, 300, 200 * TY, 0),
        batch(false, NO_CONDITIONS, 5_000, 5_000, 0),
        batch(false, IN_PROGRESS, 5_300, 3_100 * TY, 0),
    ];
    Province {
        year: 2017,
        batches,
        printed: (None, [Some("80,0"), Some("34,5"), Some("-8,5"), Some("-3,6")]),
    }
}

/// The share of the `index`-th of `count`, together `total`.
fn share(total: i128, count: i128, index: i128) -> i128 {
    let even = total / count;
    even + if index + 1 == count { total % count } else { 0 }
}

/// A case of a batch: its number, what it owes and pays.
struct Made<'a> {
    year: i16,
    batch: &'a Batch,
    number: usize,
    owed: i128,
    paid: i128,
}

impl Made<'_> {
    fn item(&self) -> Value {
        let before = self.year - 1;
        let mut item = json!({
            "decision_number": format!("{}/QĐ-THADS", self.number), "decision_date": format!("{before}-10-01"), "initiative": "ON_REQUEST",
            "obligations": [{
                "id": "1", "kind": "MONEY", "amount": self.owed.to_string(),
                "debtors": [{ "name": "Nguyễn Văn Giả" }], "creditors": [{ "name": "Trần Thị Mẫu" }],
            }],
        });
        if self.batch.is_brought {
            item["carried_over_from"] = format!("{before}-09-30").into();
            item["taken_on"] = format!("{before}-10-01").into();
            item["decision_date"] = format!("{before}-03-01").into();
        }
        item
    }

    fn steps(&self, id: &str) -> Vec<Value> {
        let month = 1 + self.number % 9;
        let date = format!("{}-{month:02}-15", self.year);
        let mut steps = Vec::new();
        if self.paid > 0 {
            steps.push(
                json!({ "case_id": id, "change": "collected", "date": date, "obligation": "1",
                "amount": self.paid.to_string(), "source": "VOLUNTARY" }),
            );
        }
        if self.batch.ends != IN_PROGRESS.0 {
            steps.push(
                json!({ "case_id": id, "change": "status_changed", "date": date, "to": self.batch.ends,
                "ground": self.batch.ground }),
            );
        }
        steps
    }
}

/// The cases of all batches, a batch of `count` making `count / scale`, one at least.
fn made(province: &Province, scale: i128) -> Vec<Made<'_>> {
    let mut made = Vec::new();
    for batch in &province.batches {
        let count = (batch.cases / scale).max(1);
        for index in 0..count {
            made.push(Made {
                year: province.year,
                batch,
                number: made.len() + 1,
                owed: share(batch.owed, count, index),
                paid: share(batch.collected, count, index),
            });
        }
    }
    made
}

async fn enter(world: &World, client: &Client, made: &[Made<'_>]) {
    for piece in made.chunks(PIECE / 2) {
        let items: Vec<Value> = piece.iter().map(Made::item).collect();
        let document = cases(&world.key(), THADS_37, &items);
        let opened = register(client, &document).await.expect("registered");
        let steps: Vec<Value> = piece
            .iter()
            .zip(&opened.case_ids)
            .flat_map(|(made, id)| made.steps(id))
            .collect();
        if !steps.is_empty() {
            record(client, &progress(&world.key(), THADS_37, &steps))
                .await
                .expect("recorded");
        }
    }
}

/// The figures of all cases, out of the text that the head signs.
fn read(text: &str) -> PeriodFigures {
    let told: Value = serde_json::from_str(text).expect("JSON");
    let sum = |name: &str| {
        let mut figures = Figures::default();
        let rows = told[name].as_array().expect("rows");
        for row in rows.iter().filter(|row| row[4].is_null()) {
            let line: Line = row[5].as_str().expect("a line").parse().expect("a line");
            let dong: i128 = row[7].as_str().expect("đồng").parse().expect("đồng");
            figures.add(line, Amount::new(row[6].as_i64().expect("cases"), dong));
        }
        figures
    };
    PeriodFigures {
        opening: sum("opening"),
        within: sum("within"),
    }
}

async fn figures(client: &Client, period: &str) -> v1::GetPeriodFiguresResponse {
    let message = v1::GetPeriodFiguresRequest {
        period: period.to_owned(),
    };
    let reply = ask(client, Rpc::ReportBookServiceGetPeriodFigures, &message).await;
    reply.expect("figures")
}

fn expect(year: &PeriodFigures, made: &[Made<'_>]) {
    let mut sums: BTreeMap<&str, Amount> = BTreeMap::new();
    let mut total = Amount::default();
    let mut paid = 0;
    for case in made {
        let left = Amount::new(1, case.owed - case.paid);
        let sum = sums.entry(case.batch.ends).or_default();
        *sum = sum.plus(left);
        total = total.plus(Amount::new(1, case.owed));
        paid += case.paid;
    }
    let of = |ends: &str| sums.get(ends).copied().unwrap_or_default();
    let ended = of(COMPLETED.0).plus(of(DISCONTINUED.0));
    assert_eq!(year.total(), total);
    assert_eq!(year.done(), Amount::new(ended.cases, of(DISCONTINUED.0).dong + paid));
    assert_eq!(year.without_conditions(), of(NO_CONDITIONS.0));
    let left = of(IN_PROGRESS.0).plus(of(POSTPONED.0)).plus(of(NO_CONDITIONS.0));
    assert_eq!(year.carried_over(), left);
}

/// What the reports tell of the year in their last line, in cases and in đồng.
async fn served(client: &Client, period: &str, year: &PeriodFigures) {
    for report in ["results-cases", "results-money"] {
        let take = |amount: Amount| {
            if report == "results-cases" {
                i128::from(amount.cases)
            } else {
                amount.dong
            }
        };
        let told = rows(client, &format!("{report}?period={period}")).await;
        let total = told.last().expect("a total");
        let expected = [
            ("carried_in", year.carried_in()),
            ("total", year.total()),
            ("completed", year.completed()),
            ("discontinued", year.discontinued()),
            ("without_conditions", year.without_conditions()),
            ("carried_over", year.carried_over()),
        ];
        for (key, amount) in expected {
            assert_eq!(number(&total[key]), take(amount), "{report}: {key}");
        }
    }
    let told = rows(client, &format!("indicators?period={period}")).await;
    let whole: Vec<&Value> = told
        .iter()
        .filter(|row| row["is_total"] == true)
        .map(|row| &row["reached"])
        .collect();
    let fall = |growth: Option<Tenths>| growth.map(|growth| Tenths::new(0).less(growth));
    let expected = [
        year.cases_done(),
        year.money_done(),
        fall(year.cases_carried_growth()),
        fall(year.money_carried_growth()),
    ];
    let expected: Vec<Value> = expected
        .into_iter()
        .map(|share| share.map_or(Value::Null, |share| share.vi().replace(',', ".").into()))
        .collect();
    assert_eq!(whole, expected.iter().collect::<Vec<_>>());
}

fn a_province_reports_what_its_cases_were(backend: Backend, province: &Province) {
    if !backend.is_available() {
        return;
    }
    let scale: i128 = setting("LIENTHONG_FIGURES").map_or(100, |text| text.parse().expect("a number"));
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(backend).await;
        let world = World::start(&database).await;
        let client = world.client(THADS_37);
        let made = made(province, scale);
        enter(&world, client, &made).await;
        let period = province.period();
        let seen = figures(client, &period).await;
        let message = v1::ClosePeriodRequest {
            idempotency_key: "close-the-year".to_owned(),
            period: period.clone(),
            figures_digest: seen.figures_digest.clone(),
        };
        let closed: Result<v1::ClosePeriodResponse, tonic::Status> =
            ask(client, Rpc::ReportBookServiceClosePeriod, &message).await;
        closed.expect("closed");
        let year = read(&figures(client, &period).await.figures);
        expect(&year, &made);
        served(client, &period, &year).await;
        let (done, shares) = &province.printed;
        // Batches that a scale divides keep their shares.
        if province.batches.iter().all(|batch| batch.cases % scale == 0) {
            let reached = [
                year.cases_done(),
                year.money_done(),
                year.cases_carried_growth(),
                year.money_carried_growth(),
            ];
            for (reached, printed) in reached.into_iter().zip(shares) {
                if let Some(printed) = printed {
                    assert_eq!(reached.expect("a share").vi(), *printed);
                }
            }
        }
        if let Some(done) = done.filter(|_| scale == 1) {
            assert_eq!(year.done(), done);
        }
        world.end(&database).await;
    });
}

#[test]
fn nghe_an_2020_reports_what_its_cases_were_on_sqlite() {
    a_province_reports_what_its_cases_were(Backend::Sqlite, &nghe_an());
}

#[test]
fn nghe_an_2020_reports_what_its_cases_were_on_postgres() {
    a_province_reports_what_its_cases_were(Backend::Postgres, &nghe_an());
}

#[test]
fn ha_noi_2017_reports_what_its_cases_were_on_sqlite() {
    a_province_reports_what_its_cases_were(Backend::Sqlite, &ha_noi());
}

#[test]
fn ha_noi_2017_reports_what_its_cases_were_on_postgres() {
    a_province_reports_what_its_cases_were(Backend::Postgres, &ha_noi());
}
