//! Judgments that an enforcement agency asked a court for, because the court had not transferred them.

use jiff::civil::Date;

use super::super::catalogue::rule::Certainty;
use super::super::macros::text_enum;
use super::super::time::Timestamp;
use super::catalogue::Report;
use super::followed::Standing;
use super::reference::Reference;
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};

/// The answer that says that the judgment was transferred.
const TRANSFERRED: &str = "TRANSFERRED";

text_enum! {
    /// Which of the judgments that were asked for.
    pub enum JudgmentRequestFigure {
        /// All.
        Asked => "asked",
        /// The court says that it has transferred it.
        Transferred => "transferred",
        /// The court says why it does not.
        Declined => "declined",
        /// Sent back or taken back.
        Returned => "returned",
        /// No answer yet.
        NotTransferred => "not_transferred",
        /// No answer yet, and it is overdue.
        Overdue => "overdue",
    }
}

impl JudgmentRequestFigure {
    /// The standings that it counts.
    pub const fn standings(self) -> &'static [Standing] {
        match self {
            Self::Asked => Standing::ALL,
            Self::Transferred | Self::Declined => &[Standing::InTime, Standing::Late, Standing::NoLimit],
            Self::Returned => &[Standing::Returned],
            Self::NotTransferred => &[Standing::Open, Standing::UnderWay, Standing::Overdue],
            Self::Overdue => &[Standing::Overdue],
        }
    }

    /// The outcome that alone it counts, and the one that it leaves out; empty: any, none.
    pub const fn outcomes(self) -> (&'static str, &'static str) {
        match self {
            Self::Transferred => (TRANSFERRED, ""),
            Self::Declined => ("", TRANSFERRED),
            Self::Asked | Self::Returned | Self::NotTransferred | Self::Overdue => ("", ""),
        }
    }

    fn counts(self, standing: Standing, outcome: &str) -> bool {
        let (only, but) = self.outcomes();
        self.standings().contains(&standing)
            && (only.is_empty() || outcome == only)
            && (but.is_empty() || outcome != but)
    }

    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Asked => ("Đã đề nghị", "Asked for"),
            Self::Transferred => ("Tòa án trả lời đã chuyển giao", "Transferred after"),
            Self::Declined => ("Tòa án trả lời không chuyển giao", "Not to be transferred"),
            Self::Returned => ("Trả lại, lấy lại", "Sent back, taken back"),
            Self::NotTransferred => ("Chưa chuyển giao", "Not transferred"),
            Self::Overdue => ("Trong đó quá hạn trả lời", "Of these overdue"),
        }
    }
}

/// Requests of one court, standing and outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFor {
    /// How they stand.
    pub standing: Standing,
    /// What was answered; empty without an answer.
    pub outcome: String,
    /// How many.
    pub requests: i64,
    /// When the first of them was sent.
    pub first: Timestamp,
}

/// A row: the agency on the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRow {
    /// What it is called.
    pub name: String,
    /// Its requests.
    pub asked: Vec<AskedFor>,
    /// The list behind it, without the figure.
    pub list: Option<Reference>,
}

/// What was asked for and came, by court.
pub fn judgment_requests(rows: &[AskedRow], scope: Vec<String>, as_of: Timestamp) -> Table {
    let told = Report::JudgmentRequests.description();
    let figures = JudgmentRequestFigure::ALL;
    let cells = |name: &str, asked: &[&AskedFor]| -> Vec<Cell> {
        let count = |figure: JudgmentRequestFigure| {
            let counted = asked.iter().filter(|part| figure.counts(part.standing, &part.outcome));
            Cell::Count(counted.map(|part| part.requests).sum())
        };
        let open = JudgmentRequestFigure::NotTransferred;
        let open = asked.iter().filter(|part| open.counts(part.standing, &part.outcome));
        let oldest = open.map(|part| part.first).min();
        [Cell::text(name)]
            .into_iter()
            .chain(figures.iter().map(|figure| count(*figure)))
            .chain([oldest.map_or(Cell::None, |first| Cell::Date(first.date()))])
            .collect()
    };
    let lines = rows.iter().map(|row| Row {
        cells: cells(&row.name, &row.asked.iter().collect::<Vec<_>>()),
        is_total: false,
        list: row.list.clone(),
    });
    let all: Vec<&AskedFor> = rows.iter().flat_map(|row| &row.asked).collect();
    let total = Row {
        cells: cells("Tổng số", &all),
        is_total: true,
        list: None,
    };
    let counted = figures.iter().map(|figure| {
        let (vi, en) = figure.label();
        Column::count(figure.as_str(), vi, en).opening()
    });
    Table {
        code: Report::JudgmentRequests.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns: [Column::text("court", "Tòa án, cơ quan", "Court, agency")]
            .into_iter()
            .chain(counted)
            .chain([Column::new(
                "oldest",
                ColumnKind::Date,
                "Đề nghị lâu nhất chưa có trả lời",
                "Oldest without an answer",
            )])
            .collect(),
        rows: lines.chain(Some(total).filter(|_| rows.len() > 1)).collect(),
        notes: vec![
            Note {
                text: "Bản án, quyết định đã có hiệu lực mà cơ quan thi hành án đề nghị Tòa án chuyển giao trong kỳ, theo trả lời của Tòa án đến lúc lập báo cáo."
                    .to_owned(),
                basis: told.basis,
                certainty: told.certainty,
            },
            Note {
                text: "Thời hạn trả lời 05 ngày làm việc là quy ước của cổng; thời hạn chuyển giao của luật: xem late-transfers.".to_owned(),
                basis: "",
                certainty: Certainty::Derived,
            },
        ],
        charts: vec![Chart {
            kind: ChartKind::Bars,
            vi: "Đã chuyển giao và chưa chuyển giao sau khi đề nghị".to_owned(),
            names: "court",
            series: vec!["transferred", "not_transferred"],
        }],
        as_of,
    }
}

/// A judgment that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedJudgment {
    /// The request's id.
    pub id: String,
    /// The agency on the other side.
    pub partner: String,
    /// The judgment's number; empty if the content was erased.
    pub number: String,
    /// The judgment's date.
    pub date: Option<Date>,
    /// When it was asked for.
    pub asked: Date,
    /// When the answer was due.
    pub due: Option<Date>,
    /// How the request stands.
    pub standing: Standing,
    /// What was answered, in words; empty without an answer.
    pub answer: String,
    /// The court's register number.
    pub registry_number: String,
}

/// Judgments that were asked for, one by one.
pub fn judgment_request_list(
    figure: JudgmentRequestFigure,
    asked: &[AskedJudgment],
    scope: Vec<String>,
    as_of: Timestamp,
) -> Table {
    let told = Report::JudgmentRequestList.description();
    let (vi, en) = figure.label();
    let date = |key, vi, en| Column::new(key, ColumnKind::Date, vi, en);
    let day = |date: Option<Date>| date.map_or(Cell::None, Cell::Date);
    let rows = asked.iter().map(|asked| Row {
        cells: vec![
            Cell::text(&asked.partner),
            Cell::text(&asked.number),
            day(asked.date),
            Cell::Date(asked.asked),
            day(asked.due),
            Cell::text(asked.standing.label().0),
            Cell::text(&asked.answer),
            Cell::text(&asked.registry_number),
            Cell::text(&asked.id),
        ],
        is_total: false,
        list: None,
    });
    Table {
        code: Report::JudgmentRequestList.as_str(),
        vi: format!("{}: {vi}", told.vi),
        en: format!("{}: {en}", told.en),
        scope,
        columns: vec![
            Column::text("partner", "Tòa án, cơ quan", "Court, agency"),
            Column::text("number", "Bản án, quyết định số", "Judgment"),
            date("date", "Ngày bản án", "Judgment's date"),
            date("asked", "Ngày đề nghị", "Asked for"),
            date("due", "Hạn trả lời", "Due"),
            Column::text("standing", "Tình trạng", "Standing"),
            Column::text("answer", "Trả lời của Tòa án", "The court's answer"),
            Column::text("registry_number", "Số vào sổ", "Register number"),
            Column::text("id", "Mã yêu cầu", "Request"),
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
    fn each_request_is_transferred_declined_returned_or_not_transferred() {
        let day = |day: i8| Timestamp::from_civil(jiff::civil::date(2026, 11, day).at(9, 0, 0, 0));
        let part = |standing, outcome: &str, requests, first| AskedFor {
            standing,
            outcome: outcome.to_owned(),
            requests,
            first: day(first),
        };
        let row = AskedRow {
            name: "Tòa án".to_owned(),
            asked: vec![
                part(Standing::InTime, "TRANSFERRED", 2, 1),
                part(Standing::Late, "TRANSFERRED", 1, 2),
                part(Standing::InTime, "NO_SUCH_JUDGMENT", 1, 3),
                part(Standing::Returned, "", 1, 4),
                part(Standing::Open, "", 2, 20),
                part(Standing::Overdue, "", 3, 5),
            ],
            list: Some(Reference::to(Report::JudgmentRequestList)),
        };
        let table = judgment_requests(&[row.clone(), row], Vec::new(), day(28));
        let json = table.render(Format::Json, &Letterhead::default()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let of = |row: usize| {
            let figures = JudgmentRequestFigure::ALL.iter();
            figures
                .map(|figure| json["rows"][row][figure.as_str()].as_i64().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(of(0), [10, 3, 1, 1, 5, 3]);
        assert_eq!(of(2), [20, 6, 2, 2, 10, 6], "the sum of both");
        assert_eq!(json["rows"][0]["oldest"], "2026-11-05", "of those without an answer");
        let opened = json["rows"][0]["lists"].as_object().unwrap();
        assert_eq!(opened.len(), JudgmentRequestFigure::ALL.len());
    }

    #[test]
    fn the_kind_has_the_answer_that_says_so() {
        let catalogue = crate::domain::catalogue::Catalogue::embedded().unwrap();
        let kind = catalogue
            .kinds()
            .find(|kind| kind.code().as_str() == super::super::followed::JUDGMENT_REQUEST)
            .unwrap();
        let mut outcomes = kind.definition.outcomes.iter();
        assert!(outcomes.any(|outcome| outcome.r#final && outcome.code.as_str() == TRANSFERRED));
    }
}
