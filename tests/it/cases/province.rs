//! Provinces whose figures are known by construction, made as cases and what happened in them through the API, never as totals; then the
//! year is closed and the figures read back. `LIENTHONG_FIGURES` says of how many cases the smallest of a batch makes one (100; 1
//! makes Nghệ An 2020 whole, as it was printed: `make figures`).

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

/// What Nghệ An reported of 2020: 14,186 cases and 404,438,921,000 đồng done.
fn nghe_an() -> Vec<Batch> {
    let (done, with_conditions) = (404_438_921_000, 998_614_620_000);
    vec![
        batch(true, COMPLETED, 4_000, 120 * TY, 120 * TY),
        batch(false, COMPLETED, 9_400, done - 170 * TY, done - 170 * TY),
        batch(false, DISCONTINUED, 786, 25 * TY, 5 * TY),
        batch(true, IN_PROGRESS, 1_823, with_conditions - done - 125 * TY, 25 * TY),
        batch(false, POSTPONED, 1_000, 150 * TY, 0),
        batch(true, NO_CONDITIONS, 5_200, 700 * TY, 0),
    ]
}

/// The share of the `index`-th of `count`, together `total`.
fn share(total: i128, count: i128, index: i128) -> i128 {
    let even = total / count;
    even + if index + 1 == count { total % count } else { 0 }
}

/// A case of a batch: its number, what it owes and pays.
struct Made<'a> {
    batch: &'a Batch,
    number: usize,
    owed: i128,
    paid: i128,
}

impl Made<'_> {
    fn item(&self) -> Value {
        let mut item = json!({
            "decision_number": format!("{}/QĐ-THADS", self.number), "decision_date": "2019-10-01", "initiative": "ON_REQUEST",
            "obligations": [{
                "id": "1", "kind": "MONEY", "amount": self.owed.to_string(),
                "debtors": [{ "name": "Nguyễn Văn Giả" }], "creditors": [{ "name": "Trần Thị Mẫu" }],
            }],
        });
        if self.batch.is_brought {
            item["carried_over_from"] = "2019-09-30".into();
            item["taken_on"] = "2019-10-01".into();
            item["decision_date"] = "2019-03-01".into();
        }
        item
    }

    fn steps(&self, id: &str) -> Vec<Value> {
        let month = 1 + self.number % 9;
        let date = format!("2020-{month:02}-15");
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
fn made(batches: &[Batch], scale: i128) -> Vec<Made<'_>> {
    let mut made = Vec::new();
    for batch in batches {
        let count = (batch.cases / scale).max(1);
        for index in 0..count {
            made.push(Made {
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

fn a_province_reports_what_its_cases_were(backend: Backend) {
    if !backend.is_available() {
        return;
    }
    let scale: i128 = setting("LIENTHONG_FIGURES").map_or(100, |text| text.parse().expect("a number"));
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(backend).await;
        let world = World::start(&database).await;
        let client = world.client(THADS_37);
        let batches = nghe_an();
        let made = made(&batches, scale);
        enter(&world, client, &made).await;
        let seen = figures(client, "TK2020").await;
        let message = v1::ClosePeriodRequest {
            idempotency_key: "close-2020".to_owned(),
            period: "TK2020".to_owned(),
            figures_digest: seen.figures_digest.clone(),
        };
        let closed: Result<v1::ClosePeriodResponse, tonic::Status> =
            ask(client, Rpc::ReportBookServiceClosePeriod, &message).await;
        closed.expect("closed");
        let year = read(&figures(client, "TK2020").await.figures);
        expect(&year, &made);
        if scale == 1 {
            let printed = |share: Option<Tenths>| share.expect("a share").vi();
            assert_eq!(year.done(), Amount::new(14_186, 404_438_921_000));
            assert_eq!(
                (printed(year.cases_done()), printed(year.money_done())),
                ("83,4".to_owned(), "40,5".to_owned())
            );
        }
        world.end(&database).await;
    });
}

#[test]
fn a_province_reports_what_its_cases_were_on_sqlite() {
    a_province_reports_what_its_cases_were(Backend::Sqlite);
}

#[test]
fn a_province_reports_what_its_cases_were_on_postgres() {
    a_province_reports_what_its_cases_were(Backend::Postgres);
}
