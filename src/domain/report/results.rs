//! The tables of results: by case, by money, and the four indicators against their targets.

use super::figures::{Amount, Line, PeriodFigures};
use super::parameter::By;
use super::period::Period;
use super::ratio::Tenths;
use super::reference::Reference;
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};
use super::targets::{Indicator, YearTarget};
use crate::domain::catalogue::rule::Certainty;
use crate::domain::time::Timestamp;

/// One division of an agency with its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Its code; empty for what stands in none.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its figures of the period.
    pub figures: PeriodFigures,
    /// The list behind it, without the figure; none if there is none.
    pub list: Option<Reference>,
}

/// What a table of results is made of.
#[derive(Debug, Clone, Copy)]
pub struct Results<'a> {
    /// The period.
    pub period: Period,
    /// What it covers, for its head: the agency, and what else was chosen.
    pub scope: &'a [String],
    /// What the divisions are.
    pub by: By,
    /// The divisions; but for marks each case stands in one of them.
    pub divisions: &'a [Division],
    /// All of them together.
    pub whole: &'a PeriodFigures,
    /// The list behind them, without the figure; none if there is none.
    pub list: Option<&'a Reference>,
    /// The state of the books.
    pub as_of: Timestamp,
}

const STATISTICS: &str = "Thông tư 06/2019/TT-BTP; thông tư thống kê năm 2026 chưa tìm thấy";

/// A column of results: its headings, and what it takes of a division.
type Measured = (&'static str, &'static str, &'static str, fn(&PeriodFigures) -> Amount);

static MEASURED: [Measured; 16] = [
    ("carried_in", "Cũ chuyển sang", "Carried in", PeriodFigures::carried_in),
    ("new", "Thụ lý mới", "New", PeriodFigures::taken_on),
    ("moved", "Nhận, chuyển nội bộ", "Moved", PeriodFigures::moved),
    ("amended", "Tăng, giảm số tiền", "Amended", PeriodFigures::amended),
    ("entrusted", "Ủy thác đi", "Entrusted", PeriodFigures::entrusted),
    ("revoked", "Thu hồi, hủy", "Revoked", PeriodFigures::revoked),
    (
        "taken_out",
        "Gửi lại, chuyển sổ riêng",
        "Taken out",
        PeriodFigures::taken_out,
    ),
    ("total", "Tổng số phải thi hành", "Total", PeriodFigures::total),
    (
        "with_conditions",
        "Có điều kiện",
        "With conditions",
        PeriodFigures::with_conditions,
    ),
    ("completed", "Thi hành xong", "Completed", PeriodFigures::completed),
    (
        "discontinued",
        "Đình chỉ, miễn, giảm",
        "Discontinued",
        PeriodFigures::discontinued,
    ),
    ("in_progress", "Đang thi hành", "In progress", |figures| {
        figures.at_end(Line::InProgress)
    }),
    (
        "paused",
        "Hoãn, tạm đình chỉ",
        "Postponed, suspended",
        |figures| figures.at_end(Line::Postponed).plus(figures.at_end(Line::Suspended)),
    ),
    (
        "without_conditions",
        "Chưa có điều kiện",
        "Without conditions",
        PeriodFigures::without_conditions,
    ),
    (
        "carried_over",
        "Chuyển kỳ sau",
        "Carried over",
        PeriodFigures::carried_over,
    ),
    (
        "separate",
        "Sổ theo dõi riêng",
        "Separate register",
        PeriodFigures::separate,
    ),
];

impl Results<'_> {
    /// Về việc.
    pub fn by_case(&self) -> Table {
        let cell = |amount: Amount| Cell::Count(amount.cases);
        let title = ("Kết quả thi hành án dân sự tính bằng việc", "Results by case");
        self.table(
            "results-cases",
            title,
            ColumnKind::Count,
            cell,
            PeriodFigures::cases_done,
        )
    }

    /// Về tiền.
    pub fn by_money(&self) -> Table {
        let cell = |amount: Amount| Cell::Dong(amount.dong);
        let title = ("Kết quả thi hành án dân sự tính bằng tiền", "Results by money");
        self.table(
            "results-money",
            title,
            ColumnKind::Dong,
            cell,
            PeriodFigures::money_done,
        )
    }

    fn table(
        &self,
        code: &'static str,
        (vi, en): (&'static str, &'static str),
        kind: ColumnKind,
        cell: fn(Amount) -> Cell,
        rate: fn(&PeriodFigures) -> Option<Tenths>,
    ) -> Table {
        // Only money can be amended.
        let is_shown = |key: &str| kind == ColumnKind::Dong || key != "amended";
        let measured: Vec<_> = MEASURED.iter().filter(|(key, ..)| is_shown(key)).collect();
        let numbers = measured
            .iter()
            .map(|&&(key, vi, en, _)| Column::new(key, kind, vi, en).opening());
        let columns = std::iter::once(Column::text("division", self.by.heading().0, self.by.heading().1))
            .chain(numbers)
            .chain([Column::new("rate", ColumnKind::Percent, "Tỷ lệ xong (%)", "Done (%)")]);
        let cells = |name: &str, figures: &PeriodFigures| -> Vec<Cell> {
            let numbers = measured.iter().map(|(.., take)| cell(take(figures)));
            std::iter::once(Cell::text(name))
                .chain(numbers)
                .chain([Cell::tenths(rate(figures))])
                .collect()
        };
        let rows = self.divisions.iter().map(|division| Row {
            cells: cells(&division.name, &division.figures),
            is_total: false,
            list: division.list.clone(),
        });
        let whole = Row {
            cells: cells("Tổng số", self.whole),
            is_total: true,
            list: self.list.cloned(),
        };
        let by = match self.by {
            By::Initiative => String::new(),
            By::Unit | By::Officer | By::Tag | By::Agency | By::Kind | By::Province | By::Month => {
                format!(" theo {}", self.by.heading().0.to_lowercase())
            }
        };
        let chart = |kind, vi: &str, series: &[&'static str]| Chart {
            kind,
            vi: vi.to_owned(),
            names: "division",
            series: series.to_vec(),
        };
        Table {
            code,
            vi: vi.to_owned(),
            en: en.to_owned(),
            scope: self.scope(),
            columns: columns.collect(),
            rows: rows.chain([whole]).collect(),
            notes: notes(),
            charts: vec![
                chart(
                    ChartKind::Bars,
                    &format!("Có điều kiện và thi hành xong{by}"),
                    &["with_conditions", "completed"],
                ),
                chart(ChartKind::Lines, &format!("Tỷ lệ thi hành xong{by}"), &["rate"]),
            ],
            as_of: self.as_of,
        }
    }

    fn scope(&self) -> Vec<String> {
        let period = std::iter::once(self.period.label_vi());
        period.chain(self.scope.iter().cloned()).collect()
    }

    /// The four indicators; `target` finds what a division was assigned, of `None` the agency.
    pub fn indicators<'t>(&self, target: impl Fn(Option<&Division>) -> Option<&'t YearTarget>) -> Table {
        let percent = |key, vi, en| Column::new(key, ColumnKind::Percent, vi, en);
        let divisions = self.divisions.iter().map(Some).chain([None]);
        let rows = divisions.flat_map(|division| {
            let assigned = target(division);
            let name = division.map_or("Toàn cơ quan", |division| division.name.as_str());
            let figures = division.map_or(self.whole, |division| &division.figures);
            Indicator::ALL.iter().map(move |indicator| {
                let reached = indicator.reached(figures);
                let target = assigned.and_then(|target| target.of(*indicator));
                let above = reached.zip(target).map(|(reached, target)| reached.less(target));
                let verdict = above.map_or("–", |above| if above.get() >= 0 { "Đạt" } else { "Chưa đạt" });
                Row {
                    cells: vec![
                        Cell::text(name),
                        Cell::text(indicator.label_vi()),
                        Cell::tenths(reached),
                        Cell::tenths(target),
                        Cell::tenths(above),
                        Cell::text(verdict),
                    ],
                    is_total: division.is_none(),
                    list: None,
                }
            })
        });
        Table {
            code: "indicators",
            vi: "Kết quả thực hiện bốn chỉ tiêu được giao".to_owned(),
            en: "The four indicators against their targets".to_owned(),
            scope: self.scope(),
            columns: vec![
                Column::new("division", ColumnKind::Text, "Đơn vị", "Division"),
                Column::new("indicator", ColumnKind::Text, "Chỉ tiêu", "Indicator"),
                percent("reached", "Kết quả (%)", "Reached (%)"),
                percent("target", "Được giao (%)", "Target (%)"),
                Column::new("above", ColumnKind::Points, "Vượt, thiếu (điểm %)", "Above (points)"),
                Column::new("met", ColumnKind::Text, "Đánh giá", "Met"),
            ],
            rows: rows.collect(),
            notes: notes(),
            charts: Vec::new(),
            as_of: self.as_of,
        }
    }
}

fn notes() -> Vec<Note> {
    let note = |text: &str, basis, certainty| Note {
        text: text.to_owned(),
        basis,
        certainty,
    };
    vec![
        note(
            "Tổng số phải thi hành = cũ chuyển sang + thụ lý mới (kể cả thụ lý lại, từ sổ theo dõi riêng trở lại) − (ủy thác đi, thu hồi, hủy, \
             gửi lại yêu cầu, chuyển sổ theo dõi riêng).",
            STATISTICS,
            Certainty::Recalled,
        ),
        note(
            "Tỷ lệ = (thi hành xong + đình chỉ, miễn, giảm) / có điều kiện, lấy một chữ số sau dấu phẩy.",
            STATISTICS,
            Certainty::Recalled,
        ),
        note(
            "Việc kết thúc khi còn tiền chưa thu: số tiền còn lại không tính là thi hành xong.",
            "",
            Certainty::Derived,
        ),
    ]
}
