//! The requests behind a figure of what is followed to its end. They are named by id and kind, never by what stands in them.

use jiff::civil::Date;

use super::super::catalogue::rule::Certainty;
use super::super::ids::AgencyCode;
use super::super::time::Timestamp;
use super::catalogue::Report;
use super::followed::{FollowedFigure, Standing};
use super::request_lists::Called;
use super::table::{Cell, Column, ColumnKind, Note, Row, Table};

/// A request that is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedRequest {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Who has the duty.
    pub agency: AgencyCode,
    /// The other side.
    pub counterparty: AgencyCode,
    /// When it was sent.
    pub sent: Date,
    /// When the duty was due at the latest.
    pub due: Option<Date>,
    /// How it stands.
    pub standing: Standing,
    /// What was answered, in words; empty without an answer.
    pub answer: String,
    /// The register number.
    pub registry_number: String,
}

/// The list of a figure.
pub fn followed_list(
    figure: FollowedFigure,
    followed: &[FollowedRequest],
    called: &Called,
    scope: Vec<String>,
    as_of: Timestamp,
) -> Table {
    let told = Report::FollowedList.description();
    let (vi, en) = figure.label();
    let date = |key, vi, en| Column::new(key, ColumnKind::Date, vi, en);
    let rows = followed.iter().map(|followed| Row {
        cells: vec![
            Cell::text(&followed.id),
            called.kind(&followed.kind),
            called.agency(&followed.agency),
            called.agency(&followed.counterparty),
            Cell::Date(followed.sent),
            followed.due.map_or(Cell::None, Cell::Date),
            Cell::text(followed.standing.label().0),
            Cell::text(&followed.answer),
            Cell::text(&followed.registry_number),
        ],
        is_total: false,
        list: None,
    });
    Table {
        code: Report::FollowedList.as_str(),
        vi: format!("{}: {vi}", told.vi),
        en: format!("{}: {en}", told.en),
        scope,
        columns: vec![
            Column::text("id", "Mã yêu cầu", "Request"),
            Column::text("kind", "Loại yêu cầu", "Kind"),
            Column::text("agency", "Cơ quan phải thực hiện", "Who has the duty"),
            Column::text("counterparty", "Bên kia", "Other side"),
            date("sent", "Ngày gửi", "Sent"),
            date("due", "Hạn", "Due"),
            Column::text("standing", "Tình trạng", "Standing"),
            Column::text("answer", "Trả lời", "Answer"),
            Column::text("registry_number", "Số vào sổ", "Register number"),
        ],
        rows: rows.collect(),
        notes: vec![Note {
            text: "Số dòng của mọi trang bằng số liệu đã mở. Nội dung đơn không nêu ở đây.".to_owned(),
            basis: "",
            certainty: Certainty::Derived,
        }],
        charts: Vec::new(),
        as_of,
    }
}
