//! What supervision shows, for people and for scripts.

use std::path::PathBuf;

use lienthong_proto::v1;
use serde_json::{Value, json};

use super::print::{Lines, Table};
use super::{show, view, words};

/// By what right, for scripts.
pub(super) fn right_value(right: &v1::SupervisionRight) -> Value {
    json!({
        "name": right.name,
        "sight": words::sight(right.sight),
        "source": words::rule_source(right.source),
        "basis": right.basis,
        "certainty": words::certainty(right.certainty),
    })
}

fn sight_vi(number: i32) -> String {
    match v1::SupervisionSight::try_from(number) {
        Ok(v1::SupervisionSight::Envelope) => "thông tin chung và tiến độ".to_owned(),
        Ok(v1::SupervisionSight::Documents) => "cả văn bản".to_owned(),
        Ok(v1::SupervisionSight::Unspecified) | Err(_) => words::sight(number),
    }
}

fn look_vi(number: i32) -> String {
    match v1::SupervisionLook::try_from(number) {
        Ok(v1::SupervisionLook::Request) => "xem yêu cầu".to_owned(),
        Ok(v1::SupervisionLook::List) => "xem danh sách".to_owned(),
        Ok(v1::SupervisionLook::Events) => "xem diễn biến".to_owned(),
        Ok(v1::SupervisionLook::Unspecified) | Err(_) => words::look(number),
    }
}

fn hours_vi(number: i32) -> String {
    match v1::SupervisionHours::try_from(number) {
        Ok(v1::SupervisionHours::Working) => "trong giờ".to_owned(),
        Ok(v1::SupervisionHours::Off) => "ngoài giờ".to_owned(),
        Ok(v1::SupervisionHours::Unknown) => "chưa có lịch".to_owned(),
        Ok(v1::SupervisionHours::Unspecified) | Err(_) => words::hours(number),
    }
}

/// One request, for people.
pub(super) fn detail(
    request: &v1::EnforcementRequest,
    answer: &v1::GetSupervisedResponse,
    why: bool,
    files: &[PathBuf],
) -> String {
    let mut lines = Lines::default();
    lines.text(&show::envelope(request));
    if let Some(right) = &answer.right {
        lines.add("Căn cứ giám sát / basis", &right.basis);
        lines.add("Được xem / shown", &sight_vi(right.sight));
    }
    if let Some(receipt) = &answer.receipt {
        lines.add(
            "Lượt xem đã ghi nhật ký / logged as entry",
            &receipt.log_index.to_string(),
        );
    }
    lines.text(&show::deadlines(&request.deadlines, why));
    if !request.measures.is_empty() {
        lines.heading("Biện pháp / measures");
        lines.text(&show::measures(&request.measures));
    }
    if !answer.attachments.is_empty() {
        lines.heading("Tài liệu kèm theo / attachments");
        lines.text(&show::attachments(&answer.attachments));
    }
    if !files.is_empty() {
        lines.heading("Đã ghi / written");
        for file in files {
            lines.text(&format!("  {}\n", file.display()));
        }
    }
    lines.finish()
}

/// Requests, for people.
pub(super) fn requests(requests: &[v1::EnforcementRequest], more: bool) -> String {
    with_more(show::requests(requests), more)
}

fn with_more(mut text: String, more: bool) -> String {
    if more {
        text.push_str("Còn nữa: --all. / There are more: --all.\n");
    }
    text
}

/// Events, for people.
pub(super) fn events(events: &[v1::Event]) -> String {
    let mut table = Table::new(&["Lúc", "Việc", "Trạng thái", "Cơ quan", "Cán bộ", "Phiên bản"]);
    for event in events {
        table.row(&[
            words::clock(event.hub_time),
            words::action_vi(event.action),
            words::state_vi(event.to_state),
            event.actor_agency_code.clone(),
            event.actor_officer_id.clone(),
            event.version.to_string(),
        ]);
    }
    table.text("")
}

/// A look at a request, for scripts.
pub(super) fn read_of_request(read: &v1::SupervisionRead) -> Value {
    json!({
        "log_index": read.log_index,
        "agency_code": read.agency_code,
        "officer_id": read.officer_id,
        "read_time": view::time(read.read_time),
        "look": words::look(read.look),
        "hours": words::hours(read.hours),
        "purpose": view::text(&read.purpose),
        "cited": read.cited,
    })
}

/// The same with what those are told who watch over the reader.
pub(super) fn read_of_agency(read: &v1::SupervisionRead) -> Value {
    let mut value = read_of_request(read);
    view::set(&mut value, "shown_count", read.shown_count);
    view::set(
        &mut value,
        "enforcement_request_ids",
        read.enforcement_request_ids.clone(),
    );
    value
}

fn cells(read: &v1::SupervisionRead) -> [String; 6] {
    [
        words::clock(read.read_time),
        read.agency_code.clone(),
        read.officer_id.clone(),
        look_vi(read.look),
        hours_vi(read.hours),
        if read.cited {
            read.purpose.clone()
        } else {
            "không nêu vụ việc".to_owned()
        },
    ]
}

/// Who looked at a request, for people.
pub(super) fn reads(reads: &[v1::SupervisionRead]) -> String {
    let mut table = Table::new(&["Lúc", "Cơ quan", "Cán bộ", "Việc", "Giờ", "Vụ việc, mục đích"]);
    for read in reads {
        table.row(&cells(read));
    }
    if table.is_empty() {
        return "Không có lượt xem nào được báo cho các bên. / No look is told to the parties.\n".to_owned();
    }
    table.text("")
}

/// What an agency looked at, for people.
pub(super) fn audit(reads: &[v1::SupervisionRead], more: bool) -> String {
    let mut table = Table::new(&[
        "Mục",
        "Lúc",
        "Cơ quan",
        "Cán bộ",
        "Việc",
        "Giờ",
        "Vụ việc, mục đích",
        "Số yêu cầu",
        "Yêu cầu đầu tiên",
    ]);
    for read in reads {
        let [at, agency, officer, look, hours, purpose] = cells(read);
        table.row(&[
            read.log_index.to_string(),
            at,
            agency,
            officer,
            look,
            hours,
            purpose,
            read.shown_count.to_string(),
            read.enforcement_request_ids.first().cloned().unwrap_or_default(),
        ]);
    }
    with_more(table.text(""), more)
}

/// A line of statistics, for scripts.
pub(super) fn line_value(line: &v1::ReadStatistics) -> Value {
    json!({
        "date": line.date,
        "officer_id": line.officer_id,
        "reads": line.reads,
        "shown": line.shown,
        "off_hours": line.off_hours,
        "hours_unknown": line.hours_unknown,
        "not_cited": line.not_cited,
        "in_vain": line.in_vain,
    })
}

/// Statistics, for people.
pub(super) fn statistics(lines: &[v1::ReadStatistics]) -> String {
    let mut table = Table::new(&[
        "Ngày",
        "Cán bộ",
        "Lượt xem",
        "Yêu cầu đã xem",
        "Ngoài giờ",
        "Chưa có lịch",
        "Không nêu vụ việc",
        "Xem không có kết quả",
    ]);
    for line in lines {
        table.row(&[
            line.date.clone(),
            line.officer_id.clone(),
            line.reads.to_string(),
            line.shown.to_string(),
            line.off_hours.to_string(),
            line.hours_unknown.to_string(),
            line.not_cited.to_string(),
            line.in_vain.to_string(),
        ]);
    }
    table.text("")
}
