//! The coordination report that a province asks for every six months, in the order of its directive: what was asked of whom, and
//! what came of it.

use std::collections::BTreeMap;

use super::super::catalogue::rule::Certainty;
use super::super::response_time::{Sum, What};
use super::super::time::Timestamp;
use super::catalogue::Report;
use super::figures::{Amount, PeriodFigures};
use super::ratio::Tenths;
use super::reference::Reference;
use super::request_figure::{OverdueFigure, RequestFigure};
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table, grouped};

/// A duty of partners that the directive names, and the kinds of requests that carry it.
#[derive(Debug, PartialEq, Eq)]
pub struct DutyOfDirective {
    /// Its place in the directive.
    pub number: &'static str,
    /// What it asks for.
    pub vi: &'static str,
    /// The kinds.
    pub kinds: &'static [&'static str],
}

/// The duties, in the order of the directive. Kinds that none names stand under the last.
pub static DUTIES: &[DutyOfDirective] = &[
    DutyOfDirective {
        number: "2.1",
        vi: "Công an, Tư pháp, Tài chính, Tài nguyên môi trường phối hợp khi có yêu cầu",
        kinds: &[
            "residence-information",
            "land-information",
            "registration-suspension",
            "registration-release",
            "coercion-consultation",
            "vehicle-information",
            "tax-information",
            "planning-opinion",
            "commune-verification",
            "inmate-information",
            "exit-suspension",
            "exit-suspension-change",
            "support-request",
            "coercion-plan",
            "seizure-notice",
            "title-registration",
            "certificate-revocation",
            "debtor-publication",
            "debtor-publication-change",
        ],
    },
    DutyOfDirective {
        number: "2.2a",
        vi: "Cung cấp thông tin về tài khoản, các khoản thu nhập",
        kinds: &["account-information", "income-information", "securities-information"],
    },
    DutyOfDirective {
        number: "2.2b",
        vi: "Phong tỏa, giải tỏa việc phong tỏa tài khoản, tài sản",
        kinds: &["account-freeze", "freeze-release", "securities-freeze"],
    },
    DutyOfDirective {
        number: "2.2c",
        vi: "Thực hiện quyết định trừ thu nhập, khấu trừ tài khoản, trừ vào tiền",
        kinds: &["income-deduction", "account-debit", "third-party-collection"],
    },
    DutyOfDirective {
        number: "3a",
        vi: "Tòa án chuyển giao bản án, quyết định đã có hiệu lực",
        kinds: &["judgment-transfer"],
    },
    DutyOfDirective {
        number: "3b",
        vi: "Sửa chữa, bổ sung, giải thích bản án, quyết định, trả lời kiến nghị",
        kinds: &["judgment-clarification", "review-petition"],
    },
    DutyOfDirective {
        number: "3c",
        vi: "Xem xét miễn, giảm các khoản phải thi hành nộp ngân sách nhà nước",
        kinds: &["exemption-request", "procuracy-exemption-opinion"],
    },
    DutyOfDirective {
        number: "3d",
        vi: "Kiểm sát công tác thi hành án dân sự",
        kinds: &[
            "decision-copy",
            "urgent-measure-copy",
            "protest",
            "protest-review-request",
            "procuracy-recommendation",
            "procuracy-file-request",
            "complaint-decision-copy",
            "ended-case-list",
            "returned-request-notice",
        ],
    },
    DutyOfDirective {
        number: "Khác",
        vi: "Phối hợp khác",
        kinds: &[],
    },
];

/// The kind that courts send: there the sender's own clock is what counts.
pub const TRANSFER: &str = "judgment-transfer";

/// The place in [`DUTIES`] of a kind.
pub fn duty_of(kind: &str) -> usize {
    let place = DUTIES.iter().position(|duty| duty.kinds.contains(&kind));
    place.unwrap_or(DUTIES.len().saturating_sub(1))
}

/// What came of what was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// Asked for; of judgments, transferred.
    pub asked: i64,
    /// In time.
    pub in_time: i64,
    /// Late.
    pub late: i64,
    /// Refused, with reasons.
    pub refused: i64,
    /// Sent back.
    pub sent_back: i64,
    /// Overdue now.
    pub overdue: i64,
    /// Those of them whose answer is overdue.
    pub silent: i64,
}

impl Results {
    /// Of what was counted of a partner's answers.
    pub fn of(sum: &Sum) -> Self {
        Self {
            asked: sum.of(What::Received),
            in_time: sum.of(What::AnsweredInTime),
            late: sum.of(What::AnsweredLate),
            refused: sum.of(What::Refused),
            sent_back: sum.of(What::SentBack),
            ..Self::default()
        }
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.in_time += other.in_time;
        self.late += other.late;
        self.refused += other.refused;
        self.sent_back += other.sent_back;
        self.overdue += other.overdue;
        self.silent += other.silent;
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What one partner did of one duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerLine {
    /// What the partner is called.
    pub name: String,
    /// What came of it.
    pub results: Results,
    /// The list behind it, without the figure.
    pub list: Option<Reference>,
}

/// The report: of each duty, by its place, what partners did. `own`: what the agency did in its own cases; none if it has none.
pub fn coordination(
    lines: &BTreeMap<usize, Vec<PartnerLine>>,
    own: Option<&PeriodFigures>,
    scope: Vec<String>,
    as_of: Timestamp,
) -> Table {
    let told = Report::Coordination.description();
    let mut rows = Vec::new();
    for (place, duty) in DUTIES.iter().enumerate() {
        let lines = lines.get(&place).map_or(&[][..], Vec::as_slice);
        let mut all = Results::default();
        for line in lines {
            all.add(&line.results);
        }
        if duty.kinds.is_empty() && all.is_nothing() {
            continue;
        }
        rows.push(Row {
            cells: cells(duty.number, duty.vi, &all),
            is_total: true,
            list: None,
        });
        rows.extend(lines.iter().map(|line| Row {
            cells: cells("", &line.name, &line.results),
            is_total: false,
            list: line.list.clone(),
        }));
    }
    Table {
        code: Report::Coordination.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns: columns(),
        rows,
        notes: own.map(in_words).into_iter().chain(notes()).collect(),
        charts: vec![Chart {
            kind: ChartKind::Bars,
            vi: "Kết quả theo nhiệm vụ của Chỉ thị".to_owned(),
            names: "duty",
            series: vec!["answered_in_time", "answered_late", "overdue"],
        }],
        as_of,
    }
}

/// The results of an agency's own cases in one sentence.
fn in_words(own: &PeriodFigures) -> Note {
    let share = |share: Option<Tenths>| share.map_or_else(|| "–".to_owned(), |share| format!("{} %", share.vi()));
    let amount = |amount: Amount| format!("{} việc, {} đồng", grouped(amount.cases.into()), grouped(amount.dong));
    let text = format!(
        "Kết quả thi hành án của cơ quan trong kỳ: phải thi hành {}; có điều kiện {}; xong (kể cả đình chỉ, miễn, giảm) {}, đạt {} về việc và {} \
         về tiền; chuyển kỳ sau {}. Từng việc: results-cases, results-money cùng kỳ.",
        amount(own.total()),
        amount(own.with_conditions()),
        amount(own.done()),
        share(own.cases_done()),
        share(own.money_done()),
        amount(own.carried_over()),
    );
    Note {
        text,
        basis: "",
        certainty: Certainty::Derived,
    }
}

fn columns() -> Vec<Column> {
    let named = |figure: RequestFigure, vi, en| Column::count(figure.as_str(), vi, en).opening();
    let counted = |what, vi, en| named(RequestFigure::Counted(what), vi, en);
    let overdue = |figure, vi, en| named(RequestFigure::Overdue(figure), vi, en);
    vec![
        Column::text("number", "Mục", "Item"),
        Column::text("duty", "Nhiệm vụ, cơ quan phối hợp", "Duty, partner"),
        counted(What::Received, "Số yêu cầu, bản án", "Asked, transferred"),
        counted(What::AnsweredInTime, "Đúng hạn", "In time"),
        counted(What::AnsweredLate, "Quá hạn", "Late"),
        Column::new("in_time", ColumnKind::Percent, "Tỷ lệ đúng hạn (%)", "In time (%)"),
        counted(What::Refused, "Từ chối", "Refused"),
        counted(What::SentBack, "Trả lại", "Sent back"),
        overdue(OverdueFigure::Overdue, "Đang quá hạn", "Overdue now"),
        overdue(OverdueFigure::Silent, "Im lặng", "Silent"),
    ]
}

fn cells(number: &str, name: &str, results: &Results) -> Vec<Cell> {
    let timed = results.in_time + results.late;
    vec![
        Cell::text(number),
        Cell::text(name),
        Cell::Count(results.asked),
        Cell::Count(results.in_time),
        Cell::Count(results.late),
        Cell::tenths(Tenths::share(results.in_time.into(), timed.into())),
        Cell::Count(results.refused),
        Cell::Count(results.sent_back),
        Cell::Count(results.overdue),
        Cell::Count(results.silent),
    ]
}

fn notes() -> Vec<Note> {
    let note = |text: &str, basis, certainty| Note {
        text: text.to_owned(),
        basis,
        certainty,
    };
    vec![
        note(
            "Cơ quan thi hành án dân sự định kỳ 6 tháng tổng hợp, báo cáo kết quả về Ủy ban nhân dân tỉnh; các mục theo thứ tự của Chỉ thị. Chỉ thị \
             không ấn định biểu mẫu: các cột là của cổng.",
            "Chỉ thị 02/CT-UBND ngày 10/01/2017 của UBND tỉnh Hà Nam, mục 7",
            Certainty::Verified,
        ),
        note(
            "Mục 3a: số bản án, quyết định đã chuyển giao; đúng hạn, quá hạn theo thời hạn chuyển giao của Tòa án.",
            "",
            Certainty::Derived,
        ),
        note(
            "Quá hạn, im lặng: đến lúc lập báo cáo. Chỉ gồm việc đi qua cổng; giám sát của Mặt trận Tổ quốc (mục 4) không đi qua cổng.",
            "",
            Certainty::Derived,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;

    #[test]
    fn each_kind_stands_under_one_duty_and_each_duty_names_kinds_that_there_are() {
        let catalogue = Catalogue::embedded().unwrap();
        let named: Vec<&str> = DUTIES.iter().flat_map(|duty| duty.kinds).copied().collect();
        for kind in &named {
            assert_eq!(named.iter().filter(|other| other == &kind).count(), 1, "{kind}");
            assert!(
                catalogue.kinds().any(|known| known.definition.code.as_str() == *kind),
                "{kind}"
            );
        }
        assert_eq!(DUTIES[duty_of("a-kind-of-later")].number, "Khác");
        assert_eq!(DUTIES[duty_of(TRANSFER)].number, "3a");
    }
}
