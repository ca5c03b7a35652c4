//! Results of the cases of one mark, by case and by money beside each other: what is reviewed of credit institutions each year.

use super::super::catalogue::rule::Certainty;
use super::super::time::Timestamp;
use super::catalogue::Report;
use super::figures::{Amount, PeriodFigures};
use super::parameter::By;
use super::reference::Reference;
use super::results::Division;
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};

/// A pair of columns: keys and headings of cases and of money, and what they take of a division.
type Measured = (
    [&'static str; 2],
    [&'static str; 2],
    [&'static str; 2],
    fn(&PeriodFigures) -> Amount,
);

static MEASURED: [Measured; 6] = [
    (
        ["carried_in", "carried_in_dong"],
        ["Cũ chuyển sang (việc)", "Cũ chuyển sang (đồng)"],
        ["Carried in (cases)", "Carried in (đồng)"],
        PeriodFigures::carried_in,
    ),
    (
        ["new", "new_dong"],
        ["Thụ lý mới (việc)", "Thụ lý mới (đồng)"],
        ["New (cases)", "New (đồng)"],
        PeriodFigures::taken_on,
    ),
    (
        ["with_conditions", "with_conditions_dong"],
        ["Có điều kiện (việc)", "Có điều kiện (đồng)"],
        ["With conditions (cases)", "With conditions (đồng)"],
        PeriodFigures::with_conditions,
    ),
    (
        ["done", "done_dong"],
        ["Xong, đình chỉ (việc)", "Xong, đình chỉ, miễn, giảm (đồng)"],
        ["Done (cases)", "Done (đồng)"],
        PeriodFigures::done,
    ),
    (
        ["without_conditions", "without_conditions_dong"],
        ["Chưa có điều kiện (việc)", "Chưa có điều kiện (đồng)"],
        ["Without conditions (cases)", "Without conditions (đồng)"],
        PeriodFigures::without_conditions,
    ),
    (
        ["carried_over", "carried_over_dong"],
        ["Còn tồn, chuyển kỳ sau (việc)", "Còn tồn, chuyển kỳ sau (đồng)"],
        ["Carried over (cases)", "Carried over (đồng)"],
        PeriodFigures::carried_over,
    ),
];

/// The report over credit-institution cases.
pub fn credit_cases(
    by: By,
    divisions: &[Division],
    (whole, list): (&PeriodFigures, Option<&Reference>),
    scope: Vec<String>,
    as_of: Timestamp,
) -> Table {
    let told = Report::CreditCases.description();
    let (vi, en) = by.heading();
    let numbers = MEASURED.iter().flat_map(|(keys, vi, en, _)| {
        let [cases, dong] = *keys;
        [
            Column::count(cases, vi[0], en[0]).opening(),
            Column::new(dong, ColumnKind::Dong, vi[1], en[1]).opening(),
        ]
    });
    let rates = [
        Column::new(
            "cases_done",
            ColumnKind::Percent,
            "Tỷ lệ về việc (%)",
            "Done, cases (%)",
        ),
        Column::new(
            "money_done",
            ColumnKind::Percent,
            "Tỷ lệ về tiền (%)",
            "Done, money (%)",
        ),
    ];
    let cells = |name: &str, figures: &PeriodFigures| -> Vec<Cell> {
        let numbers = MEASURED.iter().flat_map(|(.., take)| {
            let amount = take(figures);
            [Cell::Count(amount.cases), Cell::Dong(amount.dong)]
        });
        let rates = [figures.cases_done(), figures.money_done()].map(Cell::tenths);
        std::iter::once(Cell::text(name)).chain(numbers).chain(rates).collect()
    };
    let rows = divisions.iter().map(|division| Row {
        cells: cells(&division.name, &division.figures),
        is_total: false,
        list: division.list.clone(),
    });
    let total = Row {
        cells: cells("Tổng số", whole),
        is_total: true,
        list: list.cloned(),
    };
    Table {
        code: Report::CreditCases.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns: std::iter::once(Column::text("division", vi, en))
            .chain(numbers)
            .chain(rates)
            .collect(),
        rows: rows.chain([total]).collect(),
        notes: vec![
            Note {
                text:
                    "Việc có nhãn CREDIT. Còn tồn theo tuổi: case-ages?tag=CREDIT; từng việc: mở danh sách của số liệu."
                        .to_owned(),
                basis: told.basis,
                certainty: told.certainty,
            },
            Note {
                text: "Khó khăn, vướng mắc của từng việc: credit-case-list.".to_owned(),
                basis: "",
                certainty: Certainty::Derived,
            },
        ],
        charts: vec![Chart {
            kind: ChartKind::Bars,
            vi: "Án tín dụng: có điều kiện, xong và còn tồn (việc)".to_owned(),
            names: "division",
            series: vec!["with_conditions", "done", "carried_over"],
        }],
        as_of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_opens_a_list_of_its_figure() {
        for (keys, ..) in &MEASURED {
            for key in keys {
                let figure = Report::CaseList.figure(key).unwrap_or_else(|| panic!("{key}"));
                assert_eq!(figure, keys[0]);
            }
        }
    }
}
