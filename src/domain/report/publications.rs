//! Whether debtors without conditions are published, and nobody else: cases against the requests that publish them, and both
//! against the statistics.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::catalogue::rule::Certainty;
use super::super::enforcement_case::{CaseStatus, Ground};
use super::super::macros::text_enum;
use super::super::time::Timestamp;
use super::catalogue::Report;
use super::no_conditions::ground_vi;
use super::parameter::By;
use super::reference::Reference;
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};

text_enum! {
    /// How a case stands to its publication.
    pub enum Publicity {
        /// Without conditions, and published.
        Published => "published",
        /// Without conditions; it was sent to be published, and nobody says that it is.
        Sent => "sent",
        /// Without conditions; not sent, and there is still time.
        NotDue => "not_due",
        /// Without conditions; not sent, and it is late.
        Missing => "missing",
        /// Published, though it is not without conditions.
        StillPublic => "still_public",
    }
}

impl Publicity {
    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Published => ("Đã công khai ít nhất ở một nơi", "Published in one place at least"),
            Self::Sent => ("Đã gửi, chưa có trả lời đã công khai", "Sent, not yet published"),
            Self::NotDue => ("Chưa gửi, còn trong hạn", "Not sent, in time"),
            Self::Missing => (
                "Phải công khai mà chưa gửi hoặc bị trả lại, quá hạn",
                "Must be published and is not",
            ),
            Self::StillPublic => (
                "Đang công khai, không còn chưa có điều kiện",
                "Published though no longer so",
            ),
        }
    }
}

text_enum! {
    /// What was late of a publication.
    pub enum Lateness {
        /// Sending it.
        Sent => "sent",
        /// Publishing it.
        Posted => "posted",
    }
}

text_enum! {
    /// Which cases.
    pub enum PublicationFigure {
        /// Without conditions: all that must be published.
        Must => "must",
        /// As [`Publicity::Published`].
        Published => "published",
        /// As [`Publicity::Sent`].
        Sent => "sent",
        /// As [`Publicity::NotDue`].
        NotDue => "not_due",
        /// As [`Publicity::Missing`].
        Missing => "missing",
        /// Published or sent, and that was late.
        SentLate => "sent_late",
        /// Published, and who publishes was late.
        PostedLate => "posted_late",
        /// As [`Publicity::StillPublic`].
        StillPublic => "still_public",
        /// All that is published.
        Public => "public",
    }
}

impl PublicationFigure {
    /// What it counts.
    pub const fn publicities(self) -> &'static [Publicity] {
        use Publicity::{Missing, NotDue, Published, Sent, StillPublic};
        match self {
            Self::Must => &[Published, Sent, NotDue, Missing],
            Self::Published | Self::PostedLate => &[Published],
            Self::Sent => &[Sent],
            Self::NotDue => &[NotDue],
            Self::Missing => &[Missing],
            Self::SentLate => &[Published, Sent],
            Self::StillPublic => &[StillPublic],
            Self::Public => &[Published, StillPublic],
        }
    }

    /// What must have been late of those that it counts.
    pub const fn lateness(self) -> Option<Lateness> {
        match self {
            Self::SentLate => Some(Lateness::Sent),
            Self::PostedLate => Some(Lateness::Posted),
            Self::Must
            | Self::Published
            | Self::Sent
            | Self::NotDue
            | Self::Missing
            | Self::StillPublic
            | Self::Public => None,
        }
    }

    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Must => ("Chưa có điều kiện, phải công khai (việc)", "Without conditions (cases)"),
            Self::Published => Publicity::Published.label(),
            Self::Sent => Publicity::Sent.label(),
            Self::NotDue => Publicity::NotDue.label(),
            Self::Missing => Publicity::Missing.label(),
            Self::SentLate => ("Gửi công khai chậm", "Sent late"),
            Self::PostedLate => ("Nơi nhận công khai chậm", "Published late"),
            Self::StillPublic => Publicity::StillPublic.label(),
            Self::Public => ("Tổng số đang công khai", "All that is published"),
        }
    }
}

/// How many cases stand alike, and how many of them were late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublicityCount {
    /// All.
    pub cases: i64,
    /// Sent late.
    pub sent_late: i64,
    /// Published late.
    pub posted_late: i64,
}

/// Cases of one division, by how they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publicities(BTreeMap<Publicity, PublicityCount>);

impl Publicities {
    /// Adds so many.
    pub fn add(&mut self, publicity: Publicity, count: PublicityCount) {
        let sum = self.0.entry(publicity).or_default();
        sum.cases += count.cases;
        sum.sent_late += count.sent_late;
        sum.posted_late += count.posted_late;
    }

    /// How many the figure counts.
    pub fn of(&self, figure: PublicationFigure) -> i64 {
        let counted = figure
            .publicities()
            .iter()
            .filter_map(|publicity| self.0.get(publicity));
        counted
            .map(|count| match figure.lateness() {
                None => count.cases,
                Some(Lateness::Sent) => count.sent_late,
                Some(Lateness::Posted) => count.posted_late,
            })
            .sum()
    }

    fn merge(&mut self, others: &Self) {
        for (publicity, count) in &others.0 {
            self.add(*publicity, *count);
        }
    }
}

/// A row: a division of an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationRow {
    /// What it is called.
    pub name: String,
    /// How its cases stand.
    pub publicities: Publicities,
    /// What the statistics say is without conditions, the separate register included.
    pub statistics: i64,
    /// The list behind it, without the figure.
    pub list: Option<Reference>,
}

/// The table. `unnamed`: how many requests to publish name no case; `list`: the list behind the sum.
pub fn publications(
    by: By,
    rows: &[PublicationRow],
    (unnamed, list): (i64, Option<&Reference>),
    scope: Vec<String>,
    as_of: Timestamp,
) -> Table {
    let told = Report::Publications.description();
    let mut all = PublicationRow {
        name: "Tổng số".to_owned(),
        publicities: Publicities::default(),
        statistics: 0,
        list: list.cloned(),
    };
    for row in rows {
        all.publicities.merge(&row.publicities);
        all.statistics += row.statistics;
    }
    let (vi, en) = by.heading();
    let figures = PublicationFigure::ALL.iter().map(|figure| {
        let (vi, en) = figure.label();
        Column::count(figure.as_str(), vi, en).opening()
    });
    Table {
        code: Report::Publications.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns: [Column::text("division", vi, en)]
            .into_iter()
            .chain(figures)
            .chain([
                Column::count(
                    "statistics",
                    "Số liệu thống kê chưa có điều kiện",
                    "Statistics: without conditions",
                ),
                Column::count("difference", "Chênh lệch (phải bằng 0)", "Difference (must be 0)"),
            ])
            .collect(),
        rows: rows
            .iter()
            .map(|row| line(row, false))
            .chain([line(&all, true)])
            .collect(),
        notes: notes(unnamed),
        charts: vec![Chart {
            kind: ChartKind::Bars,
            vi: "Phải công khai, đang công khai và số liệu thống kê".to_owned(),
            names: "division",
            series: vec!["must", "public", "statistics"],
        }],
        as_of,
    }
}

fn line(row: &PublicationRow, is_total: bool) -> Row {
    let count = |figure: &PublicationFigure| Cell::Count(row.publicities.of(*figure));
    let difference = row.publicities.of(PublicationFigure::Public) - row.statistics;
    Row {
        cells: [Cell::text(&row.name)]
            .into_iter()
            .chain(PublicationFigure::ALL.iter().map(count))
            .chain([Cell::Count(row.statistics), Cell::Count(difference)])
            .collect(),
        is_total,
        list: row.list.clone(),
    }
}

fn notes(unnamed: i64) -> Vec<Note> {
    let told = Report::Publications.description();
    let note = |text: String, basis, certainty| Note { text, basis, certainty };
    let mut notes = vec![
        note(
            "Việc chưa có điều kiện, kể cả đã chuyển sổ theo dõi riêng, phải gửi công khai trong 05 ngày làm việc kể từ ngày quyết định; đến lúc lập báo cáo. Đang công khai: \
             ít nhất một nơi nhận (Ủy ban nhân dân cấp xã, cổng thông tin) trả lời đã niêm yết, đăng tải và chưa trả lời đã chấm dứt; luật đòi cả hai nơi."
                .to_owned(),
            told.basis,
            told.certainty,
        ),
        note(
            "Chênh lệch = tổng số đang công khai trừ số liệu thống kê (chưa có điều kiện và sổ theo dõi riêng đến hết tháng này).".to_owned(),
            "Số liệu đăng tải phải phù hợp và khớp với số liệu trong báo cáo thống kê (THADS Hà Nội, 2017)",
            Certainty::Partly,
        ),
        note(
            "Chỉ tính yêu cầu công khai nêu việc (case_id). Công khai ngoài cổng thì cổng không biết.".to_owned(),
            "",
            Certainty::Derived,
        ),
    ];
    if unnamed > 0 {
        notes.push(note(
            format!("Có {unnamed} yêu cầu công khai của cơ quan không nêu việc: không đối chiếu được."),
            "",
            Certainty::Derived,
        ));
    }
    notes
}

/// A case with its publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCase {
    /// Its id.
    pub id: String,
    /// Number of the enforcement decision.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// Where it stands.
    pub status: CaseStatus,
    /// Why.
    pub ground: Option<Ground>,
    /// Since when.
    pub since: Date,
    /// How it stands to its publication.
    pub publicity: Publicity,
    /// Whether it was sent late.
    pub is_sent_late: bool,
    /// Whether it was published late.
    pub is_posted_late: bool,
    /// The last request to publish it; empty: none.
    pub request: String,
}

/// Cases with their publication, one by one.
pub fn publication_list(
    figure: PublicationFigure,
    cases: &[PublishedCase],
    scope: Vec<String>,
    as_of: Timestamp,
) -> Table {
    let told = Report::PublicationList.description();
    let (vi, en) = figure.label();
    let date = |key, vi, en| Column::new(key, ColumnKind::Date, vi, en);
    let late = |is_late: bool| if is_late { "chậm" } else { "" };
    let rows = cases.iter().map(|case| Row {
        cells: vec![
            Cell::text(&case.number),
            Cell::Date(case.date),
            Cell::text(case.status.label().vi),
            Cell::text(ground_vi(case.ground)),
            Cell::Date(case.since),
            Cell::text(case.publicity.label().0),
            Cell::text(late(case.is_sent_late)),
            Cell::text(late(case.is_posted_late)),
            Cell::text(&case.request),
            Cell::text(&case.id),
        ],
        is_total: false,
        list: None,
    });
    Table {
        code: Report::PublicationList.as_str(),
        vi: format!("{}: {vi}", told.vi),
        en: format!("{}: {en}", told.en),
        scope,
        columns: vec![
            Column::text("number", "Quyết định thi hành án số", "Decision"),
            date("date", "Ngày quyết định", "Date"),
            Column::text("status", "Trạng thái", "Status"),
            Column::text("ground", "Căn cứ", "Ground"),
            date("since", "Từ ngày", "Since"),
            Column::text("publicity", "Công khai", "Publication"),
            Column::text("sent_late", "Gửi chậm", "Sent late"),
            Column::text("posted_late", "Công khai chậm", "Published late"),
            Column::text("request", "Yêu cầu công khai", "Request to publish"),
            Column::text("id", "Mã việc", "Case"),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
        charts: Vec::new(),
        as_of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::{Format, Letterhead};

    #[test]
    fn what_is_public_is_held_against_the_statistics() {
        let row = |name: &str, counts: [[i64; 3]; 5], statistics| {
            let mut publicities = Publicities::default();
            for (publicity, [cases, sent_late, posted_late]) in Publicity::ALL.iter().zip(counts) {
                let count = PublicityCount {
                    cases,
                    sent_late,
                    posted_late,
                };
                publicities.add(*publicity, count);
            }
            PublicationRow {
                name: name.to_owned(),
                publicities,
                statistics,
                list: Some(Reference::to(Report::PublicationList)),
            }
        };
        let rows = [
            row("A", [[5, 1, 2], [2, 2, 1], [1, 0, 0], [3, 0, 0], [1, 0, 1]], 11),
            row("B", [[4, 0, 0], [0; 3], [0; 3], [0; 3], [0; 3]], 4),
        ];
        let as_of = Timestamp::parse_rfc3339("2026-11-28T05:00:00Z").unwrap();
        let table = publications(By::Unit, &rows, (2, None), Vec::new(), as_of);
        let json = table.render(Format::Json, &Letterhead::default()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let of = |row: usize, key: &str| json["rows"][row][key].as_i64().unwrap();
        let keys = PublicationFigure::ALL.iter().map(|figure| figure.as_str());
        let told: Vec<i64> = keys.map(|key| of(0, key)).collect();
        assert_eq!(told, [11, 5, 2, 1, 3, 3, 2, 1, 6]);
        assert_eq!([0, 1, 2].map(|row| of(row, "difference")), [-5, 0, -5]);
        assert!(json["notes"].to_string().contains("Có 2 yêu cầu công khai"), "{json}");
        let opened = json["rows"][0]["lists"].as_object().unwrap();
        assert_eq!(opened.len(), PublicationFigure::ALL.len());
    }
}
