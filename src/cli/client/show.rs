//! What the hub answers, as lines and tables for people.

use lienthong_proto::v1;

use super::print::{Lines, Table, plain};
use super::words;

/// The rows of a list of requests.
pub(super) fn requests(requests: &[v1::EnforcementRequest]) -> String {
    if requests.is_empty() {
        return "Không có yêu cầu nào. / No requests.\n".to_owned();
    }
    let mut table = Table::new(&[
        "Mã yêu cầu",
        "Loại",
        "Trạng thái",
        "Nơi gửi",
        "Nơi nhận",
        "Số vào sổ",
        "Gửi lúc",
        "Hạn chót",
        "Kết quả",
    ]);
    for request in requests {
        table.row(&[
            request.enforcement_request_id.clone(),
            request.kind.clone(),
            words::state_vi(request.state),
            request.sender_agency_code.clone(),
            request.recipient_agency_code.clone(),
            request.registry_number.clone(),
            words::clock(request.submit_time),
            words::clock(request.due_time),
            request.outcome.clone(),
        ]);
    }
    table.text("")
}

/// The envelope of a request.
pub(super) fn envelope(request: &v1::EnforcementRequest) -> String {
    let mut lines = Lines::default();
    lines.add("Mã yêu cầu / request", &request.enforcement_request_id);
    lines.add("Gửi nhiều nơi nhận / broadcast", &request.broadcast_id);
    lines.add(
        "Loại / kind",
        &format!(
            "{} (bản {}, luật {})",
            request.kind, request.kind_revision, request.regime
        ),
    );
    lines.add(
        "Trạng thái / state",
        &format!(
            "{} ({}), phiên bản {}",
            words::state_vi(request.state),
            words::state(request.state),
            request.version
        ),
    );
    if request.content_erased {
        lines.add(
            "Nội dung / content",
            "đã xóa sau thời hạn lưu / erased after its retention",
        );
    }
    lines.add("Nơi gửi / sender", &request.sender_agency_code);
    lines.add("Nơi nhận / recipient", &request.recipient_agency_code);
    if request.channel == i32::from(v1::Channel::Paper) {
        lines.add("Cách gửi / channel", "văn bản giấy / paper");
    }
    if request.confidential {
        lines.add(
            "Không được cung cấp cho người phải thi hành án, người khác",
            "Nghị định 152/2026/NĐ-CP, Điều 21.6b",
        );
    }
    lines.add("Gửi lúc / submitted", &words::clock(request.submit_time));
    let delivered = match request.delivered_time {
        Some(time) => words::clock(Some(time)),
        None if request.delivered => "có / yes".to_owned(),
        None => "chưa / not yet".to_owned(),
    };
    lines.add("Đã đến / delivered", &delivered);
    lines.add("Số vào sổ / registry number", &request.registry_number);
    lines.add("Vào sổ lúc / registered", &words::clock(request.registered_time));
    lines.add("Đơn vị / unit", &request.assigned_unit_id);
    lines.add("Cán bộ / officer in charge", &request.assigned_officer_id);
    lines.add("Kết quả / outcome", &request.outcome);
    lines.add("Hạn chót / due", &words::clock(request.due_time));
    lines.finish()
}

/// The deadlines of a request; with `why` the trace of each.
pub(super) fn deadlines(deadlines: &[v1::Deadline], why: bool) -> String {
    let mut lines = Lines::default();
    if deadlines.is_empty() {
        return lines.finish();
    }
    lines.heading("Thời hạn / deadlines");
    for deadline in deadlines {
        lines.text(&deadline_line(deadline));
        if why {
            for step in &deadline.trace {
                let reason = step.reason.clone().unwrap_or_default();
                lines.text(&format!(
                    "      {}  {} / {}\n",
                    step.date,
                    plain(&reason.vi),
                    plain(&reason.en)
                ));
            }
        }
    }
    lines.finish()
}

fn deadline_line(deadline: &v1::Deadline) -> String {
    let due = match deadline.due_time {
        None if deadline.status() == v1::DeadlineStatus::Paused => "tính tiếp khi được làm rõ".to_owned(),
        None => "chưa tính được (chưa có lịch làm việc)".to_owned(),
        Some(time) if deadline.immediately => format!("ngay (chỉ tiêu nội bộ: {})", words::clock(Some(time))),
        Some(time) => words::clock(Some(time)),
    };
    let stopped = match deadline.stop_time {
        Some(time) => format!("; thực hiện lúc {}", words::clock(Some(time))),
        None => String::new(),
    };
    format!(
        "  {} ({}): {due} – {}{stopped}\n    {} [{}; {}]\n",
        plain(&deadline.name),
        words::party_vi(deadline.obligor),
        words::deadline_status_vi(deadline.status),
        plain(&deadline.basis),
        words::rule_source_vi(deadline.source),
        words::certainty_vi(deadline.certainty),
    )
}

/// Measures.
pub(super) fn measures(measures: &[v1::Measure]) -> String {
    let mut table = Table::new(&[
        "Mã biện pháp",
        "Loại",
        "Còn hiệu lực",
        "Nơi giữ",
        "Nơi ra quyết định",
        "Số, ký hiệu",
        "Ngày",
        "Đang giữ",
        "Từ",
    ]);
    for measure in measures {
        table.row(&[
            measure.measure_id.clone(),
            measure.kind.clone(),
            if measure.in_force { "có" } else { "không" }.to_owned(),
            measure.holder_agency_code.clone(),
            measure.issuer_agency_code.clone(),
            measure.decision_number.clone(),
            measure.decision_date.clone(),
            amounts(&measure.held),
            words::clock(measure.start_time),
        ]);
    }
    table.text("  ")
}

/// What is held, one after the other.
pub(super) fn amounts(held: &[v1::Amount]) -> String {
    let held: Vec<String> = held.iter().map(amount).collect();
    held.join("; ")
}

/// With dots between thousands, as on Vietnamese papers, for example `153.500.000 VND`; a fraction follows a comma.
fn amount(amount: &v1::Amount) -> String {
    let (whole, fraction) = amount.value.split_once('.').unwrap_or((&amount.value, ""));
    let digits = whole.chars().count();
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (digits - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.extend([",", fraction]);
    }
    format!("{text} {}", amount.unit)
}

/// Attachments.
pub(super) fn attachments(attachments: &[v1::AttachmentRef]) -> String {
    let mut table = Table::new(&["Mã tài liệu", "Tên", "Loại tệp", "Số byte"]);
    for document in attachments.iter().filter_map(|attachment| attachment.document.as_ref()) {
        table.row(&[
            document.document_id.clone(),
            if document.content_erased {
                "(đã xóa / erased)".to_owned()
            } else {
                document.name.clone()
            },
            document.media_type.clone(),
            document.size.to_string(),
        ]);
    }
    table.text("  ")
}

/// A receipt on one line.
pub(super) fn receipt(receipt: &v1::Receipt) -> String {
    let mut lines = Lines::default();
    lines.add("Mã yêu cầu / request", &receipt.enforcement_request_id);
    if receipt.state != 0 {
        let state = receipt.state;
        lines.add(
            "Trạng thái / state",
            &format!(
                "{} ({}), phiên bản {}",
                words::state_vi(state),
                words::state(state),
                receipt.version
            ),
        );
    }
    lines.add(
        "Biên nhận điện tử / receipt",
        &format!(
            "{}, số {} trong nhật ký, {}",
            words::action_vi(receipt.action),
            receipt.log_index,
            words::clock(receipt.hub_time)
        ),
    );
    lines.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_as_on_vietnamese_papers() {
        let told = |value: &str| {
            amount(&v1::Amount {
                value: value.to_owned(),
                unit: "VND".to_owned(),
            })
        };
        assert_eq!(told("153500000"), "153.500.000 VND");
        assert_eq!(
            (told("1000"), told("12")),
            ("1.000 VND".to_owned(), "12 VND".to_owned())
        );
        assert_eq!(told("86.5"), "86,5 VND");
    }
}
