//! How partners keep their times, as a table.

use super::super::catalogue::rule::Certainty;
use super::super::response_time::{Histogram, Overdue, Sum, What};
use super::super::time::Timestamp;
use super::catalogue::Report;
use super::parameter::By;
use super::ratio::Tenths;
use super::reference::Reference;
use super::request_figure::{OverdueFigure, RequestFigure};
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};

/// A row: an agency, or whatever response times are told apart by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerRow {
    /// What it is called.
    pub name: String,
    /// Whether it tells of all requests of the agency, or of those with the reader alone.
    pub is_whole: bool,
    /// What was counted.
    pub sum: Sum,
    /// What is overdue now; none if the rows are no agencies.
    pub overdue: Option<Overdue>,
    /// The list behind it, without the figure.
    pub list: Option<Reference>,
}

/// What is printed of what was counted, in the order of the columns.
const COUNTED: [What; 12] = [
    What::Received,
    What::RegisteredInTime,
    What::RegisteredLate,
    What::AnsweredInTime,
    What::AnsweredLate,
    What::AnsweredUntimed,
    What::Refused,
    What::SentBack,
    What::Disputed,
    What::Paused,
    What::OwnInTime,
    What::OwnLate,
];

/// What is printed of what is overdue.
const OVERDUE: [OverdueFigure; 6] = [
    OverdueFigure::Silent,
    OverdueFigure::Overdue,
    OverdueFigure::Day,
    OverdueFigure::Week,
    OverdueFigure::Month,
    OverdueFigure::Older,
];

const fn overdue_of(overdue: &Overdue, figure: OverdueFigure) -> i64 {
    match figure {
        OverdueFigure::Overdue => overdue.day + overdue.week + overdue.month + overdue.older,
        OverdueFigure::Day => overdue.day,
        OverdueFigure::Week => overdue.week,
        OverdueFigure::Month => overdue.month,
        OverdueFigure::Older => overdue.older,
        OverdueFigure::Silent => overdue.silent,
    }
}

/// Of the first final answers that a limit held for, those in time.
fn in_time(sum: &Sum) -> Option<Tenths> {
    let [in_time, late] = [What::AnsweredInTime, What::AnsweredLate].map(|what| i128::from(sum.of(what)));
    Tenths::share(in_time, in_time + late)
}

/// Tenths of an hour, half up.
fn hours(durations: &Histogram, percent: u32) -> Option<Tenths> {
    let seconds = durations.percentile(percent)?;
    let tenths = seconds.saturating_mul(10).saturating_add(1_800) / 3_600;
    i64::try_from(tenths).ok().map(Tenths::new)
}

/// The table. `scope`: the period and whose view it is.
pub fn scorecards(by: By, rows: &[PartnerRow], scope: Vec<String>, as_of: Timestamp) -> Table {
    let told = Report::PartnerScorecards.description();
    let has_overdue = rows.iter().any(|row| row.overdue.is_some());
    let total = total(rows);
    let all = rows.iter().map(|row| (row, false));
    let all = all.chain(Some((&total, true)).filter(|_| rows.len() > 1));
    let (vi, en) = by.heading();
    Table {
        code: Report::PartnerScorecards.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns: columns(vi, en, has_overdue),
        rows: all.map(|(line, is_total)| row(line, has_overdue, is_total)).collect(),
        notes: notes(has_overdue),
        charts: charts(),
        as_of,
    }
}

fn columns(vi: &'static str, en: &'static str, has_overdue: bool) -> Vec<Column> {
    let named = |figure: RequestFigure| {
        let (vi, en) = figure.label();
        Column::count(figure.as_str(), vi, en).opening()
    };
    let hours = |key, vi, en| Column::new(key, ColumnKind::Hours, vi, en);
    let counted = COUNTED.iter().map(|what| named(RequestFigure::Counted(*what)));
    let overdue = OVERDUE.iter().filter(|_| has_overdue);
    let overdue = overdue.map(|figure| named(RequestFigure::Overdue(*figure)));
    [Column::text("name", vi, en), Column::text("view", "Phạm vi", "View")]
        .into_iter()
        .chain(counted)
        .chain([
            Column::new("in_time", ColumnKind::Percent, "Tỷ lệ đúng hạn (%)", "In time (%)"),
            hours("p50", "Giờ làm việc p50", "Working hours p50"),
            hours("p90", "Giờ làm việc p90", "Working hours p90"),
            hours("p99", "Giờ làm việc p99", "Working hours p99"),
        ])
        .chain(overdue)
        .collect()
}

fn row(line: &PartnerRow, has_overdue: bool, is_total: bool) -> Row {
    let view = if line.is_whole {
        "toàn bộ"
    } else {
        "với cơ quan mình"
    };
    let counted = COUNTED.iter().map(|what| Cell::Count(line.sum.of(*what)));
    let overdue = OVERDUE.iter().filter(|_| has_overdue).map(|figure| {
        let overdue = line.overdue.as_ref();
        overdue.map_or(Cell::None, |overdue| Cell::Count(overdue_of(overdue, *figure)))
    });
    let cells = [Cell::text(&line.name), Cell::text(if is_total { "" } else { view })]
        .into_iter()
        .chain(counted)
        .chain([Cell::tenths(in_time(&line.sum))])
        .chain([50, 90, 99].map(|percent| Cell::tenths(hours(&line.sum.working, percent))))
        .chain(overdue);
    Row {
        cells: cells.collect(),
        is_total,
        list: line.list.clone(),
    }
}

fn total(rows: &[PartnerRow]) -> PartnerRow {
    let mut total = PartnerRow {
        name: "Tổng số".to_owned(),
        is_whole: true,
        sum: Sum::default(),
        overdue: rows.iter().any(|row| row.overdue.is_some()).then(Overdue::default),
        list: None,
    };
    for row in rows {
        total.sum.merge(&row.sum);
        if let (Some(sum), Some(more)) = (&mut total.overdue, &row.overdue) {
            sum.day += more.day;
            sum.week += more.week;
            sum.month += more.month;
            sum.older += more.older;
            sum.silent += more.silent;
        }
    }
    total
}

fn notes(has_overdue: bool) -> Vec<Note> {
    let note = |text: &str| Note {
        text: text.to_owned(),
        basis: "",
        certainty: Certainty::Derived,
    };
    let mut notes = vec![
        note(
            "Mỗi việc làm được đếm trong tháng nó xảy ra; trả lời là trả lời cuối cùng lần đầu, đúng hạn hay quá hạn theo thời hạn của loại yêu cầu.",
        ),
        note(
            "Tỷ lệ đúng hạn tính trên các trả lời có thời hạn. Giờ làm việc không gồm thời gian tạm dừng; p50, p90, p99: một nửa, chín phần mười, 99 phần trăm trả lời không lâu hơn, sai số tối đa 1/16.",
        ),
        note("Cơ quan không thuộc phạm vi giám sát: chỉ đếm các yêu cầu với cơ quan mình."),
    ];
    if has_overdue {
        notes.push(note(
            "Quá hạn, im lặng: đến lúc lập báo cáo, mỗi yêu cầu một lần theo việc quá hạn lâu nhất, tính bằng ngày làm việc.",
        ));
    }
    notes
}

fn charts() -> Vec<Chart> {
    vec![
        Chart {
            kind: ChartKind::Bars,
            vi: "Trả lời đúng hạn và quá hạn".to_owned(),
            names: "name",
            series: vec!["answered_in_time", "answered_late"],
        },
        Chart {
            kind: ChartKind::Lines,
            vi: "Tỷ lệ trả lời đúng hạn (%)".to_owned(),
            names: "name",
            series: vec!["in_time"],
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::{Format, Letterhead, Parameter};

    #[test]
    fn counts_add_up_and_each_opens_its_list() {
        let row = |name: &str, in_time: i64, late: i64| {
            let mut sum = Sum::default();
            sum.add(What::AnsweredInTime, in_time);
            sum.add(What::AnsweredLate, late);
            (0..in_time).for_each(|_| sum.working.add(3_600));
            PartnerRow {
                name: name.to_owned(),
                is_whole: false,
                sum,
                overdue: Some(Overdue {
                    day: 1,
                    older: 2,
                    silent: 2,
                    ..Overdue::default()
                }),
                list: Some(Reference::to(Report::RequestList).with(Parameter::Agency, name)),
            }
        };
        let as_of = Timestamp::parse_rfc3339("2026-11-28T05:00:00Z").unwrap();
        let table = scorecards(By::Agency, &[row("A", 3, 1), row("B", 0, 0)], Vec::new(), as_of);
        let json = table.render(Format::Json, &Letterhead::default()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let (first, second, total) = (&json["rows"][0], &json["rows"][1], &json["rows"][2]);
        assert_eq!((&first["in_time"], &first["p50"]), (&"75.0".into(), &"1.0".into()));
        assert_eq!(
            (&second["in_time"], &second["p50"]),
            (&serde_json::Value::Null, &serde_json::Value::Null)
        );
        assert_eq!(
            (&total["answered_in_time"], &total["overdue"], &total["silent"]),
            (&3.into(), &6.into(), &4.into())
        );
        assert_eq!(
            first["lists"]["answered_late"],
            "request-list?agency=A&figure=answered_late"
        );
        let opened = first["lists"].as_object().unwrap();
        assert_eq!(
            opened.len(),
            COUNTED.len() + OVERDUE.len(),
            "every figure opens its list"
        );
        assert!(opened.keys().all(|key| RequestFigure::named(key).is_some()));
    }
}
