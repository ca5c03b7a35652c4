//! What was asked of agencies in a period, each request followed to its end: complaints and letters, and administrative
//! judgments, of both of which all are to be answered, and in time.

use std::collections::BTreeMap;

use super::super::catalogue::rule::Certainty;
use super::super::macros::text_enum;
use super::super::time::Timestamp;
use super::catalogue::Report;
use super::parameter::By;
use super::ratio::Tenths;
use super::reference::Reference;
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};

text_enum! {
    /// How a request stands.
    pub enum Standing {
        /// Answered, and no clock of the answer was missed.
        InTime => "in_time",
        /// Answered, and one was missed.
        Late => "late",
        /// Answered; no clock ran.
        NoLimit => "no_limit",
        /// Sent back or taken back without an answer.
        Returned => "returned",
        /// Nothing was told yet, and nothing is overdue.
        Open => "open",
        /// Accepted, or told how far it is; nothing is overdue now, though a limit may have been missed on the way.
        UnderWay => "under_way",
        /// Not answered, and overdue.
        Overdue => "overdue",
    }
}

impl Standing {
    /// What it is called on papers.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::InTime => ("Đã trả lời đúng hạn", "Answered in time"),
            Self::Late => ("Đã trả lời quá hạn", "Answered late"),
            Self::NoLimit => ("Đã trả lời, không tính hạn", "Answered, no limit"),
            Self::Returned => ("Trả lại, lấy lại", "Sent back, taken back"),
            Self::Open => ("Chưa trả lời, trong hạn", "Open, in time"),
            Self::UnderWay => ("Đã thụ lý, đang giải quyết", "Accepted, under way"),
            Self::Overdue => ("Chưa trả lời, quá hạn", "Open, overdue"),
        }
    }
}

text_enum! {
    /// Which of the requests that were sent in a period.
    pub enum FollowedFigure {
        /// All.
        Received => "received",
        /// As [`Standing::InTime`].
        InTime => "in_time",
        /// As [`Standing::Late`].
        Late => "late",
        /// As [`Standing::NoLimit`].
        NoLimit => "no_limit",
        /// As [`Standing::Returned`].
        Returned => "returned",
        /// As [`Standing::Open`].
        Open => "open",
        /// As [`Standing::UnderWay`].
        UnderWay => "under_way",
        /// As [`Standing::Overdue`].
        Overdue => "overdue",
    }
}

impl FollowedFigure {
    /// The standings that it counts.
    pub const fn standings(self) -> &'static [Standing] {
        match self {
            Self::Received => Standing::ALL,
            Self::InTime => &[Standing::InTime],
            Self::Late => &[Standing::Late],
            Self::NoLimit => &[Standing::NoLimit],
            Self::Returned => &[Standing::Returned],
            Self::Open => &[Standing::Open],
            Self::UnderWay => &[Standing::UnderWay],
            Self::Overdue => &[Standing::Overdue],
        }
    }

    /// What it is called on papers.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self.standings() {
            [standing] => standing.label(),
            _ => ("Đã nhận", "Received"),
        }
    }
}

/// A report that follows requests to their end, and the kinds of which it tells.
#[derive(Debug, PartialEq, Eq)]
pub struct Subject {
    /// The report.
    pub report: Report,
    /// Kinds that the recipient answers.
    pub answered: &'static [&'static str],
    /// Kinds whose sending itself is the duty, which the sender has.
    pub sent: &'static [&'static str],
    /// What is called a share of what is done.
    done: (&'static str, &'static str),
    /// What counts as done.
    is_done: &'static [FollowedFigure],
    /// How that share is made, in words.
    told: &'static str,
    /// The sum of what is answered.
    total: &'static str,
}

/// Complaints, denunciations and what citizens say, and the decisions on complaints that go to the procuracy.
pub static COMPLAINTS: Subject = Subject {
    report: Report::Complaints,
    answered: &["complaint-transfer", "denunciation-transfer", "public-reflection"],
    sent: &["complaint-decision-copy"],
    done: ("Tỷ lệ đã giải quyết (%)", "Resolved (%)"),
    is_done: &[FollowedFigure::InTime, FollowedFigure::Late, FollowedFigure::NoLimit],
    told: "Tỷ lệ đã giải quyết = đã trả lời trên số đã nhận, trừ số trả lại, lấy lại. Thời hạn thụ lý và giải quyết theo loại đơn (docs/kinds.md). Việc gửi quyết định \
           giải quyết khiếu nại cho Viện kiểm sát: xem theo loại (by=kind), không cộng vào tổng số đơn thư.",
    total: "Tổng số đơn thư",
};

/// Administrative judgments: orders of courts, and notices to who must carry them out or directs it.
pub static ADMINISTRATIVE: Subject = Subject {
    report: Report::AdministrativeJudgments,
    answered: &["administrative-enforcement-order", "administrative-execution-notice"],
    sent: &[],
    done: ("Tỷ lệ đã theo dõi (%)", "Followed (%)"),
    is_done: &[
        FollowedFigure::InTime,
        FollowedFigure::Late,
        FollowedFigure::NoLimit,
        FollowedFigure::UnderWay,
    ],
    told: "Tỷ lệ đã theo dõi = đã trả lời, hoặc đã làm việc mà chưa trả lời xong, trên số đã nhận, trừ số trả lại, lấy lại. Văn bản gửi để biết không có thời hạn trả lời.",
    total: "Tổng số",
};

/// The kind by which courts are asked for judgments.
pub const JUDGMENT_REQUEST: &str = "judgment-request";

/// Every kind that some report follows and the recipient answers.
pub fn answered_kinds() -> impl Iterator<Item = &'static str> {
    let subjects = [&COMPLAINTS, &ADMINISTRATIVE].into_iter();
    subjects
        .flat_map(|subject| subject.answered)
        .copied()
        .chain([JUDGMENT_REQUEST])
}

/// Whether sending itself is the duty of a kind.
pub fn is_sent(kind: &str) -> bool {
    COMPLAINTS.sent.contains(&kind)
}

/// How many requests stand how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standings(BTreeMap<Standing, i64>);

impl Standings {
    /// Adds so many.
    pub fn add(&mut self, standing: Standing, requests: i64) {
        *self.0.entry(standing).or_default() += requests;
    }

    /// Adds all of others.
    pub fn merge(&mut self, others: &Self) {
        for (standing, requests) in &others.0 {
            self.add(*standing, *requests);
        }
    }

    /// How many the figure counts.
    pub fn of(&self, figure: FollowedFigure) -> i64 {
        let standings = figure.standings().iter();
        standings.filter_map(|standing| self.0.get(standing)).sum()
    }

    fn sum(&self, figures: &[FollowedFigure]) -> i128 {
        figures.iter().map(|figure| i128::from(self.of(*figure))).sum()
    }
}

/// A row: an agency that must answer, or a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedRow {
    /// What it is called.
    pub name: String,
    /// How its requests stand.
    pub standings: Standings,
    /// Whether they belong to the sum: what is sent beside it does not.
    pub is_summed: bool,
    /// The list behind it, without the figure.
    pub list: Option<Reference>,
}

/// All of them in time.
const TARGET: Tenths = Tenths::new(1_000);

impl Subject {
    /// The table.
    pub fn table(&self, by: By, rows: &[FollowedRow], scope: Vec<String>, as_of: Timestamp) -> Table {
        let told = self.report.description();
        let mut sum = Standings::default();
        for row in rows.iter().filter(|row| row.is_summed) {
            sum.merge(&row.standings);
        }
        let lines = rows.iter().map(|row| Row {
            cells: self.cells(&row.name, &row.standings),
            is_total: false,
            list: row.list.clone(),
        });
        let total = Row {
            cells: self.cells(self.total, &sum),
            is_total: true,
            list: None,
        };
        Table {
            code: self.report.as_str(),
            vi: told.vi.to_owned(),
            en: told.en.to_owned(),
            scope,
            columns: self.columns(by),
            rows: lines.chain([total]).collect(),
            notes: self.notes(),
            charts: vec![Chart {
                kind: ChartKind::Bars,
                vi: "Đúng hạn, quá hạn và chưa trả lời".to_owned(),
                names: "name",
                series: vec!["in_time", "late", "overdue"],
            }],
            as_of,
        }
    }

    fn columns(&self, by: By) -> Vec<Column> {
        let (vi, en) = if by == By::Kind {
            By::Kind.heading()
        } else {
            ("Cơ quan phải trả lời", "Who must answer")
        };
        let percent = |key, vi, en| Column::new(key, ColumnKind::Percent, vi, en);
        let figures = FollowedFigure::ALL.iter().map(|figure| {
            let (vi, en) = figure.label();
            Column::count(figure.as_str(), vi, en).opening()
        });
        [Column::text("name", vi, en)]
            .into_iter()
            .chain(figures)
            .chain([
                percent("done_share", self.done.0, self.done.1),
                percent("in_time_share", "Tỷ lệ đúng hạn (%)", "In time (%)"),
                percent("target", "Chỉ tiêu (%)", "Target (%)"),
                Column::new(
                    "to_target",
                    ColumnKind::Points,
                    "So với chỉ tiêu (điểm %)",
                    "Against the target (points)",
                ),
            ])
            .collect()
    }

    fn cells(&self, name: &str, standings: &Standings) -> Vec<Cell> {
        use FollowedFigure::{InTime, Late, Overdue, Received, Returned};
        let done = standings.sum(self.is_done);
        let kept = standings.sum(&[Received]) - standings.sum(&[Returned]);
        let in_time = Tenths::share(standings.sum(&[InTime]), standings.sum(&[InTime, Late, Overdue]));
        let figures = FollowedFigure::ALL
            .iter()
            .map(|figure| Cell::Count(standings.of(*figure)));
        [Cell::text(name)]
            .into_iter()
            .chain(figures)
            .chain([
                Cell::tenths(Tenths::share(done, kept)),
                Cell::tenths(in_time),
                Cell::Tenths(TARGET),
                Cell::tenths(in_time.map(|reached| reached.less(TARGET))),
            ])
            .collect()
    }

    fn notes(&self) -> Vec<Note> {
        let told = self.report.description();
        let note = |text: &str, basis, certainty| Note {
            text: text.to_owned(),
            basis,
            certainty,
        };
        vec![
            note(
                "Các yêu cầu gửi trong kỳ, theo tình trạng đến lúc lập báo cáo. Đúng hạn: mọi thời hạn của việc trả lời đều được giữ; quá hạn: có thời \
                 hạn không được giữ.",
                told.basis,
                told.certainty,
            ),
            note(
                "Tỷ lệ đúng hạn = đúng hạn trên số đã trả lời có thời hạn và số chưa trả lời đã quá hạn; việc còn trong hạn chưa tính. Chỉ tiêu 100 %.",
                "Báo cáo năm 2020 của THADS Nghệ An",
                Certainty::Partly,
            ),
            note(self.told, "", Certainty::Derived),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::{Format, Letterhead};

    fn standings(counts: [i64; 7]) -> Standings {
        let mut standings = Standings::default();
        for (standing, count) in Standing::ALL.iter().zip(counts) {
            standings.add(*standing, count);
        }
        standings
    }

    fn told(subject: &Subject, rows: &[FollowedRow]) -> serde_json::Value {
        let as_of = Timestamp::parse_rfc3339("2026-11-28T05:00:00Z").unwrap();
        let table = subject.table(By::Agency, rows, Vec::new(), as_of);
        serde_json::from_slice(&table.render(Format::Json, &Letterhead::default()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_not_due_yet_spoils_no_share_and_what_came_back_is_nobodys_work() {
        let row = |name: &str, counts, is_summed| FollowedRow {
            name: name.to_owned(),
            standings: standings(counts),
            is_summed,
            list: Some(Reference::to(Report::FollowedList)),
        };
        // In time 6, late 1, no limit 1, returned 2, open 3, under way 4, overdue 1.
        let rows = [
            row("A", [6, 1, 1, 2, 3, 4, 1], true),
            row("B", [5, 0, 0, 0, 0, 0, 0], false),
        ];
        let json = told(&COMPLAINTS, &rows);
        let first = &json["rows"][0];
        assert_eq!(first["received"], 18);
        assert_eq!(
            (&first["done_share"], &first["in_time_share"]),
            (&"50.0".into(), &"75.0".into())
        );
        assert_eq!(
            (&first["target"], &first["to_target"]),
            (&"100.0".into(), &"-25.0".into())
        );
        assert_eq!(first["lists"]["overdue"], "followed-list?figure=overdue");
        let (copies, total) = (&json["rows"][1], &json["rows"][2]);
        assert_eq!(
            (&copies["in_time_share"], &copies["to_target"]),
            (&"100.0".into(), &"0.0".into())
        );
        assert_eq!(total["received"], 18, "decision copies are no letters");
        // A judgment that is under way is followed.
        assert_eq!(told(&ADMINISTRATIVE, &rows)["rows"][0]["done_share"], "75.0");
        let nothing = told(&COMPLAINTS, &[row("C", [0; 7], true)]);
        assert_eq!(
            nothing["rows"][0]["in_time_share"],
            serde_json::Value::Null,
            "of nothing there is no share"
        );
    }

    #[test]
    fn every_standing_is_counted_once_beside_the_sum() {
        let single = FollowedFigure::ALL.iter().skip(1).flat_map(|figure| figure.standings());
        assert!(single.eq(Standing::ALL));
        for (figure, standing) in FollowedFigure::ALL.iter().skip(1).zip(Standing::ALL) {
            assert_eq!(figure.as_str(), standing.as_str());
        }
    }

    #[test]
    fn the_kinds_that_are_followed_are_kinds_of_the_catalogue() {
        let catalogue = crate::domain::catalogue::Catalogue::embedded().unwrap();
        let known: Vec<&str> = catalogue.kinds().map(|kind| kind.code().as_str()).collect();
        for kind in answered_kinds().chain(COMPLAINTS.sent.iter().copied()) {
            assert!(known.contains(&kind), "{kind}");
            assert_eq!(is_sent(kind), kind == "complaint-decision-copy");
        }
    }
}
