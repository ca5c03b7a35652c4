//! Provinces whose figures are known by construction, made as cases and changes, never as totals. Two of them reproduce
//! what was printed: Nghệ An 2020 and Hà Nội 2017 (the press reports among the sources; LAW.md section 11).

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use super::super::parameter::By;
use super::super::period::{Month, Period};
use super::super::ratio::Tenths;
use super::super::results::{Division, Results};
use super::super::table::Table;
use super::super::targets::YearTarget;
use super::{Amount, Book, PeriodFigures, count};
use crate::domain::enforcement_case::{
    CaseChange, CaseStatus, CollectionSource, Dong, EnforcementCase, Ground, Initiative, Obligation, ObligationId,
    ObligationKind, Opened,
};
use crate::domain::ids::{AgencyCode, OfficerId, UnitId};
use crate::domain::time::Timestamp;

/// So many cases that begin and end alike, and what they owe and pay together, in đồng.
struct Batch {
    is_brought: bool,
    ends: CaseStatus,
    cases: i64,
    owed: i64,
    collected: i64,
}

impl Batch {
    const fn new(is_brought: bool, ends: CaseStatus, cases: i64, owed: i64, collected: i64) -> Self {
        Self {
            is_brought,
            ends,
            cases,
            owed,
            collected,
        }
    }
}

/// The share of the `index`-th of `count`, all different, together `total`.
fn share(total: i64, count: i64, index: i64) -> i64 {
    let even = total / count;
    let skew = even / 3;
    match (index % 2, index + 1 == count) {
        (_, true) if count % 2 == 1 => even + total % count,
        (0, false) => even + skew * (index / 2 % 7) / 7,
        (_, is_last) => even - skew * (index / 2 % 7) / 7 + if is_last { total % count } else { 0 },
    }
}

struct Province {
    agency: AgencyCode,
    book: Book,
    cases: i64,
}

impl Province {
    fn new(code: &str) -> Self {
        Self {
            agency: AgencyCode::parse(code).unwrap(),
            book: Book::default(),
            cases: 0,
        }
    }

    fn step(&mut self, before: Option<&EnforcementCase>, change: &CaseChange) -> EnforcementCase {
        let after = EnforcementCase::apply(before, change, date(2100, 1, 1)).unwrap();
        let moves = count(&self.agency, before, &after, change);
        self.book.enter(Month::of(change.date()), moves);
        after
    }

    /// The cases of a batch, in the statistical year `year`.
    fn enter(&mut self, year: i16, batch: &Batch) {
        for index in 0..batch.cases {
            self.cases += 1;
            let owed = share(batch.owed, batch.cases, index);
            let collected = share(batch.collected, batch.cases, index).min(owed);
            let month = Month::of(date(year - 1, 10, 1)).plus(i16::try_from(index % 11).unwrap());
            let begins = if batch.is_brought {
                date(year - 1, 10, 1)
            } else {
                month.first_day()
            };
            let case = self.step(None, &self.opened(begins, batch.is_brought, owed));
            self.go_on(&case, month.plus(1).first_day(), batch.ends, collected);
        }
    }

    fn opened(&self, begins: Date, is_brought: bool, owed: i64) -> CaseChange {
        let number = self.cases;
        CaseChange::Opened(Opened {
            date: begins,
            initiative: if number % 3 == 0 {
                Initiative::OnRequest
            } else {
                Initiative::Proactive
            },
            status: CaseStatus::InProgress,
            ground: None,
            since: None,
            obligations: vec![obligation(owed)],
            tags: BTreeSet::new(),
            unit: Some(UnitId::parse(&format!("pkv-{}", number % 9)).unwrap()),
            officer: Some(OfficerId::parse(&format!("chv-{}", number % 40)).unwrap()),
            carried_over_from: is_brought.then_some(begins),
            verified: None,
            verify_every: None,
            transfer: None,
        })
    }

    fn go_on(&mut self, case: &EnforcementCase, day: Date, ends: CaseStatus, collected: i64) {
        let mut case = case.clone();
        if collected > 0 {
            let paid = CaseChange::Collected {
                date: day,
                obligation: ObligationId::parse("n1").unwrap(),
                amount: Dong::new(collected).unwrap(),
                source: CollectionSource::Voluntary,
                request: None,
            };
            case = self.step(Some(&case), &paid);
        }
        if ends == CaseStatus::InProgress {
            return;
        }
        let ground = if ends == CaseStatus::Completed {
            Ground::Fulfilled
        } else {
            *Ground::ALL.iter().find(|ground| ground.leads_to(ends)).unwrap()
        };
        let end = CaseChange::StatusChanged {
            date: day,
            to: ends,
            ground,
            verified: None,
            verify_every: None,
        };
        self.step(Some(&case), &end);
    }

    fn figures(&self, period: &str) -> PeriodFigures {
        self.book.figures(period.parse().unwrap(), |key| key.tag.is_none())
    }
}

fn obligation(owed: i64) -> Obligation {
    Obligation {
        id: ObligationId::parse("n1").unwrap(),
        kind: ObligationKind::Money,
        amount: Dong::new(owed),
        joint: false,
        interest_until: None,
        settled_before: Dong::NOTHING,
    }
}

fn printed(tenths: Option<Tenths>) -> String {
    tenths.unwrap().vi()
}

/// A thousand million đồng.
const TY: i64 = 1_000_000_000;

#[test]
fn shares_add_up() {
    for (total, count) in [(100, 3), (404_438_921_000, 14_186), (7, 7), (5 * TY, 1), (1_000, 2)] {
        let sum: i64 = (0..count).map(|index| share(total, count, index)).sum();
        assert_eq!(sum, total, "{total} among {count}");
    }
}

/// `14.186 việc/404.438.921.000 đồng, đạt tỉ lệ 83,4% về việc và 40,5% về tiền, so với chỉ tiêu được giao vượt 3,4% về việc,
/// 2,5% về tiền`.
#[test]
fn nghe_an_2020_is_reproduced_to_the_digit() {
    let mut province = Province::new("THADS-40");
    let done = 404_438_921_000;
    let with_conditions = 998_614_620_000;
    for batch in [
        Batch::new(true, CaseStatus::Completed, 4_000, 120 * TY, 120 * TY),
        Batch::new(false, CaseStatus::Completed, 9_400, done - 170 * TY, done - 170 * TY),
        Batch::new(false, CaseStatus::Discontinued, 786, 25 * TY, 5 * TY),
        Batch::new(
            true,
            CaseStatus::InProgress,
            1_500,
            with_conditions - done - 200 * TY + 25 * TY,
            25 * TY,
        ),
        Batch::new(false, CaseStatus::Postponed, 1_000, 150 * TY, 0),
        Batch::new(true, CaseStatus::Suspended, 323, 50 * TY, 0),
        Batch::new(true, CaseStatus::NoConditions, 5_200, 700 * TY, 0),
        Batch::new(false, CaseStatus::Entrusted, 211, 31 * TY, 0),
        Batch::new(false, CaseStatus::Revoked, 17, 2 * TY, 0),
    ] {
        province.enter(2020, &batch);
    }
    let year = province.figures("TK2020");
    assert_eq!(year.done(), Amount::new(14_186, done.into()));
    assert_eq!(year.with_conditions(), Amount::new(17_009, with_conditions.into()));
    assert_eq!(
        year.total(),
        Amount::new(17_009 + 5_200, i128::from(with_conditions + 700 * TY))
    );
    assert_eq!(
        (printed(year.cases_done()), printed(year.money_done())),
        ("83,4".to_owned(), "40,5".to_owned())
    );
    let target = YearTarget {
        cases_done: Tenths::parse("80"),
        money_done: Tenths::parse("38"),
        ..YearTarget::default()
    };
    let period: Period = "TK2020".parse().unwrap();
    let units = province
        .book
        .by(period, |key| key.tag.is_none().then(|| key.unit.clone()));
    let divisions: Vec<_> = units
        .into_iter()
        .map(|(unit, figures)| Division {
            id: String::new(),
            name: unit.unwrap().to_string(),
            figures,
            list: None,
        })
        .collect();
    let results = Results {
        period,
        scope: &["Thi hành án dân sự tỉnh Nghệ An".to_owned()],
        by: By::Unit,
        divisions: &divisions,
        whole: &year,
        list: None,
        as_of: Timestamp::from_civil(date(2020, 10, 1).at(8, 0, 0, 0)),
    };
    let shown = |table: &Table, row: usize, key: &str| {
        let place = table.columns.iter().position(|column| column.key == key).unwrap();
        table.rows[row].cells[place].vi()
    };
    let (cases, money) = (results.by_case(), results.by_money());
    let total = cases.rows.len() - 1;
    assert_eq!(total, 9, "nine units and their sum");
    assert_eq!(shown(&cases, total, "rate"), "83,4");
    assert_eq!(shown(&money, total, "rate"), "40,5");
    let indicators = results.indicators(|division| division.is_none().then_some(&target));
    let whole = indicators.rows.len() - 4;
    assert_eq!(
        (
            shown(&indicators, whole, "above"),
            shown(&indicators, whole + 1, "above")
        ),
        ("3,4".into(), "2,5".into())
    );
    assert_eq!(shown(&indicators, whole, "met"), "Đạt");
    assert_eq!(shown(&indicators, 0, "target"), "–", "no unit was assigned anything");
}

/// `80% về việc, 34,5% về tiền, giảm 8,5% số việc và giảm 3,6% số tiền chuyển kỳ sau`, against what 2016 carried over.
#[test]
fn ha_noi_2017_is_reproduced_to_the_digit() {
    let mut province = Province::new("THADS-01");
    for batch in [
        Batch::new(true, CaseStatus::Completed, 3_000, 900 * TY, 900 * TY),
        Batch::new(false, CaseStatus::Completed, 22_000, 4_000 * TY, 4_000 * TY),
    ] {
        province.enter(2016, &batch);
    }
    // What 2016 leaves: 20,000 cases, of which 2017 does 12,000 and finds 5,500 without conditions.
    let left = [
        (12_000, 4_000, CaseStatus::Completed, 4_000),
        (5_500, 36_000, CaseStatus::NoConditions, 900),
        (2_500, 10_000, CaseStatus::InProgress, 0),
    ];
    for (cases, owed, ends, collected) in left {
        for index in 0..cases {
            province.cases += 1;
            let opened = province.opened(date(2015, 12, 1), false, share(owed * TY, cases, index));
            let case = province.step(None, &opened);
            let collected = share(collected * TY, cases, index);
            province.go_on(&case, date(2017, 3, 15), ends, collected);
        }
    }
    for batch in [
        Batch::new(false, CaseStatus::Completed, 18_900, 1_800 * TY, 1_800 * TY),
        Batch::new(false, CaseStatus::Discontinued, 300, 200 * TY, 0),
        Batch::new(false, CaseStatus::NoConditions, 5_000, 0, 0),
        Batch::new(false, CaseStatus::InProgress, 5_300, 3_100 * TY, 0),
    ] {
        let batch = if batch.owed == 0 {
            Batch {
                owed: batch.cases,
                ..batch
            }
        } else {
            batch
        };
        province.enter(2017, &batch);
    }
    let before = province.figures("TK2016");
    let year = province.figures("TK2017");
    assert_eq!(before.carried_over(), Amount::new(20_000, i128::from(50_000 * TY)));
    assert_eq!(year.carried_in(), before.carried_over());
    assert_eq!(
        year.carried_over(),
        Amount::new(18_300, i128::from(48_200 * TY + 5_000)),
        "18.300 việc"
    );
    assert_eq!(
        (printed(year.cases_done()), printed(year.money_done())),
        ("80,0".to_owned(), "34,5".to_owned())
    );
    assert_eq!(
        (
            printed(year.cases_carried_growth()),
            printed(year.money_carried_growth())
        ),
        ("-8,5".to_owned(), "-3,6".to_owned())
    );
}

#[test]
fn no_one_has_a_rate_of_nothing() {
    let figures = Book::default().figures(Period::statistical_year(2027), |_| true);
    assert_eq!((figures.cases_done(), figures.money_carried_growth()), (None, None));
}
