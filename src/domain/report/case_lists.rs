//! The cases behind a figure of the books, and what was entered after its month was closed. Cases are named by number and id, never
//! by who owes.

use jiff::civil::Date;

use super::super::catalogue::rule::Certainty;
use super::super::enforcement_case::CaseStatus;
use super::super::time::Timestamp;
use super::catalogue::Report;
use super::figures::case_figure::CaseFigure;
use super::figures::{Amount, Line};
use super::period::Month;
use super::table::{Cell, Column, ColumnKind, Note, Row, Table};

/// A case, and what it counts for a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseBehind {
    /// Its id.
    pub id: String,
    /// Number of the enforcement decision.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// Where it stands now.
    pub status: CaseStatus,
    /// What it counts.
    pub amount: Amount,
}

fn made(report: Report, columns: Vec<Column>, rows: Vec<Row>, scope: Vec<String>, as_of: Timestamp) -> Table {
    let told = report.description();
    Table {
        code: report.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns,
        rows,
        notes: Vec::new(),
        charts: Vec::new(),
        as_of,
    }
}

/// The cases of a figure.
pub fn case_list(figure: CaseFigure, cases: &[CaseBehind], scope: Vec<String>, as_of: Timestamp) -> Table {
    let columns = vec![
        Column::text("number", "Quyết định thi hành án số", "Decision"),
        Column::new("date", ColumnKind::Date, "Ngày quyết định", "Date"),
        Column::text("status", "Trạng thái hiện nay", "Status now"),
        Column::count("cases", "Tính (việc)", "Counts (cases)"),
        Column::new("dong", ColumnKind::Dong, "Tính (đồng)", "Counts (đồng)"),
        Column::text("id", "Mã việc", "Case"),
    ];
    let rows = cases.iter().map(|case| Row {
        cells: vec![
            Cell::text(&case.number),
            Cell::Date(case.date),
            Cell::text(case.status.label().vi),
            Cell::Count(case.amount.cases),
            Cell::Dong(case.amount.dong),
            Cell::text(&case.id),
        ],
        is_total: false,
        list: None,
    });
    let mut table = made(Report::CaseList, columns, rows.collect(), scope, as_of);
    let (vi, en) = figure.label();
    table.vi = format!("{}: {vi}", table.vi);
    table.en = format!("{}: {en}", table.en);
    table.notes = vec![Note {
        text: "Tổng hai cột Tính của mọi trang bằng số liệu đã mở; việc chỉ tăng, giảm tiền tính 0 việc.".to_owned(),
        basis: "",
        certainty: Certainty::Derived,
    }];
    table
}

/// Something that counts in another month than its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateEntry {
    /// The case's id.
    pub id: String,
    /// Number of the enforcement decision.
    pub number: String,
    /// On which line.
    pub line: Line,
    /// The day of the change.
    pub date: Date,
    /// The month in which it counts.
    pub month: Month,
    /// What it moves.
    pub amount: Amount,
}

/// What counts later than its date says.
pub fn late_entries(entries: &[LateEntry], scope: Vec<String>, as_of: Timestamp) -> Table {
    let columns = vec![
        Column::text("number", "Quyết định thi hành án số", "Decision"),
        Column::text("line", "Dòng của sổ", "Line"),
        Column::new("date", ColumnKind::Date, "Ngày thay đổi", "Date of the change"),
        Column::text("month", "Tính vào tháng", "Counted in"),
        Column::count("cases", "Số việc", "Cases"),
        Column::new("dong", ColumnKind::Dong, "Số tiền (đồng)", "Money (đồng)"),
        Column::text("id", "Mã việc", "Case"),
    ];
    let rows = entries.iter().map(|entry| Row {
        cells: vec![
            Cell::text(&entry.number),
            Cell::text(entry.line.label_vi()),
            Cell::Date(entry.date),
            Cell::text(entry.month.label_vi()),
            Cell::Count(entry.amount.cases),
            Cell::Dong(entry.amount.dong),
            Cell::text(&entry.id),
        ],
        is_total: false,
        list: None,
    });
    let mut table = made(Report::LateEntries, columns, rows.collect(), scope, as_of);
    table.notes = vec![Note {
        text: "Thay đổi có ngày thuộc tháng đã khóa, hoặc trước lần tính sau cùng của chính việc đó, được tính vào tháng đầu tiên chưa khóa; số liệu đã \
               khóa không đổi."
            .to_owned(),
        basis: "",
        certainty: Certainty::Derived,
    }];
    table
}

impl Line {
    /// What it is called on papers.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Brought => "Cũ chuyển sang",
            Self::Opened => "Thụ lý mới",
            Self::Reopened => "Thụ lý lại",
            Self::FromSeparate => "Từ sổ theo dõi riêng trở lại",
            Self::ToSeparate => "Chuyển sổ theo dõi riêng",
            Self::Moved => "Nhận, chuyển nội bộ",
            Self::Amended => "Tăng, giảm số tiền",
            Self::Entrusted => "Ủy thác đi",
            Self::Revoked => "Thu hồi, hủy",
            Self::SentBack => "Gửi lại yêu cầu",
            Self::Completed => "Thi hành xong",
            Self::Discontinued => "Đình chỉ",
            Self::Discharged => "Miễn, giảm, đình chỉ một phần",
            Self::InProgress => "Đang thi hành",
            Self::Postponed => "Hoãn",
            Self::Suspended => "Tạm đình chỉ",
            Self::NoConditions => "Chưa có điều kiện",
            Self::Separate => "Sổ theo dõi riêng",
        }
    }
}
