//! The acts and the overdue duties behind a figure of response times, one by one. Requests are named by id and kind, never by
//! what stands in them.

use std::collections::BTreeMap;

use super::super::catalogue::rule::Certainty;
use super::super::ids::AgencyCode;
use super::super::time::Timestamp;
use super::super::workflow::{Action, State};
use super::catalogue::Report;
use super::request_figure::RequestFigure;
use super::table::{Cell, Column, ColumnKind, Note, Row, Table};

/// Something that was counted, or is overdue, of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRequest {
    /// The request's id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Who owes or acts.
    pub agency: AgencyCode,
    /// The other side.
    pub counterparty: AgencyCode,
    /// The unit that had it.
    pub unit: String,
    /// When it was sent.
    pub sent: Timestamp,
    /// When it was counted; of what is overdue, when it was due.
    pub at: Timestamp,
    /// The act; none of what is overdue.
    pub action: Option<Action>,
    /// Where it stands now.
    pub state: State,
    /// The register number.
    pub registry_number: String,
    /// How often it counts.
    pub count: i64,
}

/// What kinds and agencies are called, by their codes.
#[derive(Debug, Clone, Default)]
pub struct Called {
    /// Title and code of a kind.
    pub kinds: BTreeMap<String, String>,
    /// Name and code of an agency.
    pub agencies: BTreeMap<AgencyCode, String>,
}

impl Called {
    pub(super) fn kind(&self, code: &str) -> Cell {
        Cell::text(self.kinds.get(code).map_or(code, String::as_str))
    }

    pub(super) fn agency(&self, code: &AgencyCode) -> Cell {
        Cell::text(self.agencies.get(code).map_or(code.as_str(), String::as_str))
    }
}

/// The list of a figure.
pub fn request_list(
    figure: RequestFigure,
    listed: &[ListedRequest],
    called: &Called,
    scope: Vec<String>,
    as_of: Timestamp,
) -> Table {
    let (vi, en) = figure.label();
    let told = Report::RequestList.description();
    let (at_vi, at_en) = match figure {
        RequestFigure::Counted(_) => ("Ngày được đếm", "Counted"),
        RequestFigure::Overdue(_) => ("Hạn", "Due"),
    };
    let date = |key, vi, en| Column::new(key, ColumnKind::Date, vi, en);
    let columns = vec![
        Column::text("id", "Mã yêu cầu", "Request"),
        Column::text("kind", "Loại yêu cầu", "Kind"),
        Column::text("agency", "Cơ quan thực hiện", "Agency"),
        Column::text("unit", "Đơn vị", "Unit"),
        Column::text("counterparty", "Bên kia", "Other side"),
        date("sent", "Ngày gửi", "Sent"),
        date("at", at_vi, at_en),
        Column::text("action", "Việc làm", "Act"),
        Column::text("state", "Trạng thái hiện nay", "State now"),
        Column::text("registry_number", "Số vào sổ", "Register number"),
        Column::count("count", "Số lần đếm", "Counts"),
    ];
    let rows = listed.iter().map(|listed| Row {
        cells: vec![
            Cell::text(&listed.id),
            called.kind(&listed.kind),
            called.agency(&listed.agency),
            Cell::text(&listed.unit),
            called.agency(&listed.counterparty),
            Cell::Date(listed.sent.date()),
            Cell::Date(listed.at.date()),
            Cell::text(listed.action.map_or("", Action::label_vi)),
            Cell::text(listed.state.label_vi()),
            Cell::text(&listed.registry_number),
            Cell::Count(listed.count),
        ],
        is_total: false,
        list: None,
    });
    Table {
        code: Report::RequestList.as_str(),
        vi: format!("{}: {vi}", told.vi),
        en: format!("{}: {en}", told.en),
        scope,
        columns,
        rows: rows.collect(),
        notes: vec![Note {
            text: "Tổng cột Số lần đếm của mọi trang bằng số liệu đã mở.".to_owned(),
            basis: "",
            certainty: Certainty::Derived,
        }],
        charts: Vec::new(),
        as_of,
    }
}
