//! Cases that are not done, by age: how many, how much is owed, and why they stand where they stand.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::super::catalogue::rule::Certainty;
use super::super::enforcement_case::{CaseStatus, Ground};
use super::super::time::Timestamp;
use super::catalogue::{OpenFigure, Report};
use super::figures::Amount;
use super::judgments::Age;
use super::no_conditions::ground_vi;
use super::parameter::{By, Parameter};
use super::reference::Reference;
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};

impl OpenFigure {
    /// The statuses that it counts.
    pub const fn statuses(self) -> &'static [CaseStatus] {
        match self {
            Self::Cases => &[
                CaseStatus::InProgress,
                CaseStatus::Postponed,
                CaseStatus::Suspended,
                CaseStatus::NoConditions,
                CaseStatus::SeparateRegister,
            ],
            Self::InProgress => &[CaseStatus::InProgress],
            Self::Paused => &[CaseStatus::Postponed, CaseStatus::Suspended],
            Self::NoConditions => &[CaseStatus::NoConditions],
            Self::Separate => &[CaseStatus::SeparateRegister],
        }
    }

    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Cases => ("Số việc chưa xong", "Cases not done"),
            Self::InProgress => ("Đang thi hành", "In progress"),
            Self::Paused => ("Hoãn, tạm đình chỉ", "Postponed, suspended"),
            Self::NoConditions => ("Chưa có điều kiện", "Without conditions"),
            Self::Separate => ("Sổ theo dõi riêng", "Separate register"),
        }
    }
}

impl Age {
    /// The last day on which what is of this age today, or older, began; none of the youngest.
    pub fn latest(self, today: Date) -> Option<Date> {
        let months: i32 = match self {
            Self::UnderSixMonths => return None,
            Self::SixToTwelveMonths => 6,
            Self::OneToTwoYears => 12,
            Self::TwoToFiveYears => 24,
            Self::FiveYears => 60,
        };
        // The corresponding date may lie up to three days later where the month is longer.
        let mut day = today.checked_sub(months.months()).ok()?;
        while let Some(next) = day.tomorrow().ok().filter(|next| Self::of(*next, today) >= self) {
            day = next;
        }
        Some(day)
    }

    /// The age above it; none above the oldest.
    pub fn older(self) -> Option<Self> {
        Self::ALL.iter().copied().find(|age| *age > self)
    }
}

/// What is not done of one division and age, by status.
pub type ByStatus = BTreeMap<CaseStatus, Amount>;

/// A row: a division and an age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeRow {
    /// What the division is called; empty if there is none.
    pub division: String,
    /// How old.
    pub age: Age,
    /// What is not done.
    pub by_status: ByStatus,
    /// The list behind it, without the figure.
    pub list: Option<Reference>,
}

fn sum(by_status: &ByStatus, figure: OpenFigure) -> Amount {
    let found = figure.statuses().iter().filter_map(|status| by_status.get(status));
    found.fold(Amount::default(), |sum, amount| sum.plus(*amount))
}

/// The table; `by`: what the divisions are, none for ages alone.
pub fn case_ages(
    by: Option<By>,
    rows: &[AgeRow],
    list: Option<&Reference>,
    scope: Vec<String>,
    as_of: Timestamp,
) -> Table {
    let told = Report::CaseAges.description();
    let figures = OpenFigure::ALL;
    let cells = |names: Vec<Cell>, by_status: &ByStatus| -> Vec<Cell> {
        let counts = figures.iter().map(|figure| Cell::Count(sum(by_status, *figure).cases));
        let money = Cell::Dong(sum(by_status, OpenFigure::Cases).dong);
        names.into_iter().chain(counts).chain([money]).collect()
    };
    let mut names = vec![Column::text("age", "Tuổi của việc", "Age")];
    if let Some(by) = by {
        let (vi, en) = by.heading();
        names.insert(0, Column::text("division", vi, en));
    }
    let counted = figures.iter().map(|figure| {
        let (vi, en) = figure.label();
        Column::count(figure.as_str(), vi, en).opening()
    });
    let money = Column::new(
        "owed",
        ColumnKind::Dong,
        "Số tiền còn phải thi hành (đồng)",
        "Still owed (đồng)",
    );
    let mut all = ByStatus::new();
    for (status, amount) in rows.iter().flat_map(|row| &row.by_status) {
        let sum = all.entry(*status).or_default();
        *sum = sum.plus(*amount);
    }
    let lines = rows.iter().map(|row| {
        let age = Cell::text(row.age.label_vi());
        let names = by.map(|_| Cell::text(&row.division)).into_iter().chain([age]);
        Row {
            cells: cells(names.collect(), &row.by_status),
            is_total: false,
            list: row.list.clone(),
        }
    });
    let total = by
        .map(|_| Cell::text(""))
        .into_iter()
        .chain([Cell::text("Tổng số")])
        .rev();
    let total = Row {
        cells: cells(total.collect(), &all),
        is_total: true,
        list: list.cloned(),
    };
    let chart = Chart {
        kind: ChartKind::Bars,
        vi: "Việc chưa xong theo tuổi".to_owned(),
        names: "age",
        series: vec!["cases"],
    };
    Table {
        code: Report::CaseAges.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns: names.into_iter().chain(counted).chain([money]).collect(),
        rows: lines.chain([total]).collect(),
        notes: vec![Note {
            text: "Tuổi tính từ ngày quyết định thi hành án đến hôm nay; tháng, năm tròn tính đến ngày tương ứng."
                .to_owned(),
            basis: "Bộ luật Dân sự, Điều 148.3",
            certainty: Certainty::Derived,
        }],
        charts: if by.is_none() { vec![chart] } else { Vec::new() },
        as_of,
    }
}

/// A case that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCase {
    /// Its id.
    pub id: String,
    /// Number of the enforcement decision.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// Since when it is enforced.
    pub opened: Date,
    /// Where it stands.
    pub status: CaseStatus,
    /// Why.
    pub ground: Option<Ground>,
    /// Since when.
    pub since: Date,
    /// Its unit.
    pub unit: String,
    /// Its officer.
    pub officer: String,
    /// What is still owed, đồng.
    pub rest: i64,
}

/// Cases that are not done, one by one.
pub fn open_case_list(cases: &[OpenCase], today: Date, scope: Vec<String>, as_of: Timestamp) -> Table {
    let told = Report::OpenCaseList.description();
    let date = |key, vi, en| Column::new(key, ColumnKind::Date, vi, en);
    let columns = vec![
        Column::text("number", "Quyết định thi hành án số", "Decision"),
        date("date", "Ngày quyết định", "Date"),
        date("opened", "Thi hành từ ngày", "Opened"),
        Column::text("age", "Tuổi của việc", "Age"),
        Column::text("status", "Trạng thái", "Status"),
        Column::text("ground", "Căn cứ", "Ground"),
        date("since", "Từ ngày", "Since"),
        Column::text("unit", "Đơn vị", "Unit"),
        Column::text("officer", "Chấp hành viên", "Officer"),
        Column::new(
            "owed",
            ColumnKind::Dong,
            "Còn phải thi hành (đồng)",
            "Still owed (đồng)",
        ),
        Column::text("id", "Mã việc", "Case"),
    ];
    let rows = cases.iter().map(|case| Row {
        cells: vec![
            Cell::text(&case.number),
            Cell::Date(case.date),
            Cell::Date(case.opened),
            Cell::text(Age::of(case.opened, today).label_vi()),
            Cell::text(case.status.label().vi),
            Cell::text(ground_vi(case.ground)),
            Cell::Date(case.since),
            Cell::text(&case.unit),
            Cell::text(&case.officer),
            Cell::Dong(case.rest.into()),
            Cell::text(&case.id),
        ],
        is_total: false,
        list: None,
    });
    Table {
        code: Report::OpenCaseList.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns,
        rows: rows.collect(),
        notes: Vec::new(),
        charts: Vec::new(),
        as_of,
    }
}

/// The list of a row.
pub fn open_cases_of(base: &Reference, age: Age) -> Reference {
    base.clone().with(Parameter::Age, age)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_latest_day_of_an_age_is_where_the_age_begins(days in 0..4_000_i32) {
            let today = date(2020, 1, 1).saturating_add(days.days());
            for age in Age::ALL.iter().copied().filter(|age| *age != Age::UnderSixMonths) {
                let latest = age.latest(today).unwrap();
                prop_assert!(Age::of(latest, today) >= age, "{latest} {today} {age}");
                prop_assert!(Age::of(latest.tomorrow().unwrap(), today) < age, "{latest} {today} {age}");
            }
        }
    }

    #[test]
    fn every_open_status_is_counted_once_beside_the_sum() {
        let counted: Vec<_> = OpenFigure::ALL
            .iter()
            .skip(1)
            .flat_map(|figure| figure.statuses())
            .collect();
        let all: Vec<_> = OpenFigure::Cases.statuses().iter().collect();
        assert_eq!(counted, all);
        assert!(all.iter().all(|status| !status.is_final()));
        let open = CaseStatus::ALL.iter().filter(|status| !status.is_final()).count();
        assert_eq!(open, all.len());
    }
}
