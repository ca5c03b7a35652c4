//! How the story is told: Vietnamese first, English below it.

use lienthong_proto::v1;

use crate::cli::output;
use crate::domain::time::Timestamp;

/// Tells the story, step by step.
#[derive(Debug, Default)]
pub(super) struct Teller {
    step: usize,
}

impl Teller {
    /// A new step.
    pub(super) fn step(&mut self, vi: &str, en: &str) {
        self.step += 1;
        output::line(&format!("\n{}. {vi}\n   {en}", self.step));
    }

    /// The number of the step that is being told.
    pub(super) fn number(&self) -> String {
        self.step.to_string()
    }
}

/// What happened in the step.
pub(super) fn event(vi: &str, en: &str) {
    output::line(&format!("   • {vi}\n     {en}"));
}

/// The deadlines of a request, each with its basis.
pub(super) fn deadlines(envelope: &v1::EnforcementRequest) {
    deadlines_or_why(envelope, false);
}

/// The deadlines of a request, and of those that run also each day counted.
pub(super) fn deadlines_and_why(envelope: &v1::EnforcementRequest) {
    deadlines_or_why(envelope, true);
}

fn deadlines_or_why(envelope: &v1::EnforcementRequest, with_trace: bool) {
    let mut told: &[v1::TraceStep] = &[];
    for deadline in &envelope.deadlines {
        let (due_vi, due_en) = due(deadline);
        let (name_vi, name_en) = clock_name(&deadline.name);
        let (status_vi, status_en) = status(deadline);
        event(
            &format!("Hạn chót – {name_vi}: {due_vi}{status_vi}"),
            &format!("Due – {name_en}: {due_en}{status_en}"),
        );
        basis(&deadline.basis);
        let is_open = matches!(
            deadline.status(),
            v1::DeadlineStatus::Running | v1::DeadlineStatus::Breached
        );
        if with_trace && is_open && deadline.trace == told {
            output::line("       Cách tính như trên / Counted as above");
        } else if with_trace && is_open {
            why(&deadline.trace);
            told = &deadline.trace;
        }
    }
}

/// The provision behind it.
pub(super) fn basis(provision: &str) {
    output::line(&format!("       Căn cứ: {provision}"));
}

/// Why it is due then: each day counted or skipped.
pub(super) fn why(trace: &[v1::TraceStep]) {
    for step in trace {
        if let Some(reason) = &step.reason {
            output::line(&format!("       {}  {} / {}", step.date, reason.vi, reason.en));
        }
    }
}

fn status(deadline: &v1::Deadline) -> (String, String) {
    let (vi, en) = match deadline.status() {
        v1::DeadlineStatus::Met => (" – đã thực hiện đúng hạn", " – met"),
        v1::DeadlineStatus::Breached => return late(deadline),
        v1::DeadlineStatus::Paused => (" – đang tạm dừng tính thời hạn", " – paused"),
        v1::DeadlineStatus::Cancelled => (" – không còn phải thực hiện", " – no longer owed"),
        v1::DeadlineStatus::Running | v1::DeadlineStatus::PendingCalendar | v1::DeadlineStatus::Unspecified => ("", ""),
    };
    (vi.to_owned(), en.to_owned())
}

fn late(deadline: &v1::Deadline) -> (String, String) {
    let days = days_late(deadline);
    let (count, plural) = (days.to_string(), if days == 1 { "day" } else { "days" });
    (
        format!(" – quá hạn {count} ngày"),
        format!(" – missed by {count} {plural}"),
    )
}

/// By how many calendar days the duty was done late.
pub(super) fn days_late(deadline: &v1::Deadline) -> i32 {
    let dates = deadline.due_time.zip(deadline.stop_time);
    let days = dates.and_then(|(due, stop)| instant(due).date().until(instant(stop).date()).ok());
    days.map_or(0, |span| span.get_days())
}

fn due(deadline: &v1::Deadline) -> (String, String) {
    let Some(due) = deadline.due_time else {
        return (
            "chưa tính được (chưa có lịch làm việc)".to_owned(),
            "not known yet (no calendar)".to_owned(),
        );
    };
    let time = time(due);
    if deadline.immediately {
        (
            format!("ngay (chỉ tiêu nội bộ: {time})"),
            format!("immediately (service level: {time})"),
        )
    } else {
        (time.clone(), time)
    }
}

/// The domain's instant.
pub(super) fn instant(time: prost_types::Timestamp) -> Timestamp {
    let micros = time
        .seconds
        .saturating_mul(1_000_000)
        .saturating_add(i64::from(time.nanos) / 1_000);
    Timestamp::from_micros(micros)
}

/// A moment on the clock in Viet Nam, for example `23/11/2026 17:00`.
pub(super) fn time(time: prost_types::Timestamp) -> String {
    instant(time).civil().strftime("%d/%m/%Y %H:%M").to_string()
}

/// What a clock is of.
pub(super) fn clock_name(code: &str) -> (&str, &str) {
    match code {
        "acknowledge" => ("tiếp nhận, vào sổ", "registering"),
        "answer" => ("trả lời", "the answer"),
        "execute" => ("thực hiện", "carrying it out"),
        "report" => ("thông báo kết quả thực hiện", "reporting the result"),
        "refuse" => ("từ chối, nêu rõ lý do", "refusing with reasons"),
        "transfer" => ("chuyển giao, gửi", "the transfer"),
        "issue" => ("ra quyết định", "issuing the decision"),
        other => (other, other),
    }
}

/// A record, one line for each field.
pub(super) fn record(fields: &[(&str, &str)]) {
    for (name, value) in fields {
        output::line(&format!("     {name}: {value}"));
    }
}

/// A table with its columns in line.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) {
    let headings: Vec<String> = headings.iter().map(|&heading| heading.to_owned()).collect();
    let all = || std::iter::once(&headings).chain(rows);
    let width = |column: usize| {
        let cells = all().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    for row in all() {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let padding = width(column).saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(padding))
        });
        output::line(&format!("     {}", cells.collect::<Vec<_>>().join(" | ").trim_end()));
    }
}

/// An amount of đồng with separators, for example `153.500.000 đồng`.
pub(super) fn dong(value: &str) -> String {
    format!("{} đồng", grouped(value, '.'))
}

/// The same in English, for example `153,500,000 VND`.
pub(super) fn vnd(value: &str) -> String {
    format!("{} VND", grouped(value, ','))
}

fn grouped(value: &str, separator: char) -> String {
    let digits = value.len();
    value
        .char_indices()
        .flat_map(|(index, digit)| {
            let starts_group = index > 0 && (digits - index).is_multiple_of(3);
            starts_group.then_some(separator).into_iter().chain([digit])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_as_on_vietnamese_papers() {
        assert_eq!(dong("153500000"), "153.500.000 đồng");
        assert_eq!(vnd("1000"), "1,000 VND");
        assert_eq!(dong("12"), "12 đồng");
    }
}
