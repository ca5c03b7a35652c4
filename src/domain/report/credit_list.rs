//! Credit-institution cases that are not done, one by one, with what stands in their way: where each stands and why, what others
//! owe it, and what the agency itself noted of it.

use jiff::civil::Date;

use super::super::catalogue::rule::Certainty;
use super::super::time::Timestamp;
use super::case_ages::OpenCase;
use super::catalogue::Report;
use super::judgments::Age;
use super::no_conditions::ground_vi;
use super::table::{Cell, Column, ColumnKind, Note, Row, Table};

/// A case and its difficulties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditCase {
    /// The case.
    pub case: OpenCase,
    /// How many requests in it are overdue.
    pub overdue: i64,
    /// What the agency noted last; empty if nothing.
    pub note: String,
}

/// The list.
pub fn credit_case_list(cases: &[CreditCase], today: Date, scope: Vec<String>, as_of: Timestamp) -> Table {
    let told = Report::CreditCaseList.description();
    let date = |key, vi, en| Column::new(key, ColumnKind::Date, vi, en);
    let rows = cases.iter().map(|credit| {
        let case = &credit.case;
        Row {
            cells: vec![
                Cell::text(&case.number),
                Cell::Date(case.date),
                Cell::text(Age::of(case.opened, today).label_vi()),
                Cell::text(case.status.label().vi),
                Cell::text(ground_vi(case.ground)),
                Cell::Date(case.since),
                Cell::text(&case.unit),
                Cell::text(&case.officer),
                Cell::Dong(case.rest.into()),
                Cell::Count(credit.overdue),
                Cell::text(&credit.note),
                Cell::text(&case.id),
            ],
            is_total: false,
            list: None,
        }
    });
    let note = |text: &str, basis, certainty| Note {
        text: text.to_owned(),
        basis,
        certainty,
    };
    Table {
        code: Report::CreditCaseList.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns: vec![
            Column::text("number", "Quyết định thi hành án số", "Decision"),
            date("date", "Ngày quyết định", "Date"),
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
            Column::count("overdue", "Yêu cầu quá hạn ở nơi khác", "Requests overdue"),
            Column::text(
                "difficulty",
                "Khó khăn, vướng mắc (cơ quan ghi)",
                "Difficulties, as noted",
            ),
            Column::text("id", "Mã việc", "Case"),
        ],
        rows: rows.collect(),
        notes: vec![
            note(
                "Việc có nhãn CREDIT, chưa xong. Khó khăn, vướng mắc: ghi chú (note) mới nhất của cơ quan trong năm bước gần nhất của việc, nguyên văn; xem lại trước khi \
                 gửi nơi khác.",
                told.basis,
                told.certainty,
            ),
            note(
                "Yêu cầu quá hạn: số yêu cầu của việc mà nơi nhận chưa làm dù đã quá hạn.",
                "",
                Certainty::Derived,
            ),
        ],
        charts: Vec::new(),
        as_of,
    }
}
