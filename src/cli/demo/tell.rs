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

/// The deadlines of a request. Of those still open also why they are due then: basis and each day counted.
pub(super) fn deadlines(envelope: &v1::EnforcementRequest) {
    for deadline in &envelope.deadlines {
        let (due_vi, due_en) = due(deadline);
        let (name_vi, name_en) = name(&deadline.name);
        let (status_vi, status_en) = status(deadline.status());
        event(
            &format!("Hạn chót – {name_vi}: {due_vi}{status_vi}"),
            &format!("Due – {name_en}: {due_en}{status_en}"),
        );
        if deadline.status() == v1::DeadlineStatus::Running {
            why(deadline);
        }
    }
}

fn why(deadline: &v1::Deadline) {
    output::line(&format!("       Căn cứ: {}", deadline.basis));
    for step in &deadline.trace {
        if let Some(reason) = &step.reason {
            output::line(&format!("       {}  {} / {}", step.date, reason.vi, reason.en));
        }
    }
}

fn status(status: v1::DeadlineStatus) -> (&'static str, &'static str) {
    match status {
        v1::DeadlineStatus::Met => (" – đã thực hiện đúng hạn", " – met"),
        v1::DeadlineStatus::Breached => (" – quá hạn", " – breached"),
        v1::DeadlineStatus::Paused => (" – đang tạm dừng tính thời hạn", " – paused"),
        v1::DeadlineStatus::Cancelled => (" – không còn phải thực hiện", " – no longer owed"),
        v1::DeadlineStatus::Running | v1::DeadlineStatus::PendingCalendar | v1::DeadlineStatus::Unspecified => ("", ""),
    }
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

/// A moment on the clock in Viet Nam, for example `23/11/2026 17:00`.
pub(super) fn time(instant: prost_types::Timestamp) -> String {
    let micros = instant
        .seconds
        .saturating_mul(1_000_000)
        .saturating_add(i64::from(instant.nanos) / 1_000);
    Timestamp::from_micros(micros)
        .civil()
        .strftime("%d/%m/%Y %H:%M")
        .to_string()
}

fn name(code: &str) -> (&str, &str) {
    match code {
        "acknowledge" => ("tiếp nhận, vào sổ", "registering"),
        "answer" => ("cung cấp thông tin", "the answer"),
        "execute" => ("thực hiện", "carrying it out"),
        "report" => ("thông báo kết quả thực hiện", "reporting the result"),
        "refuse" => ("từ chối, nêu rõ lý do", "refusing with reasons"),
        other => (other, other),
    }
}

/// An amount of đồng with separators, for example `153.500.000 đồng`.
pub(super) fn dong(value: &str) -> String {
    let digits = value.len();
    let grouped: String = value
        .char_indices()
        .flat_map(|(index, digit)| {
            let starts_group = index > 0 && (digits - index).is_multiple_of(3);
            starts_group.then_some('.').into_iter().chain([digit])
        })
        .collect();
    format!("{grouped} đồng")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_as_on_vietnamese_papers() {
        assert_eq!(dong("153500000"), "153.500.000 đồng");
        assert_eq!(dong("1000"), "1.000 đồng");
        assert_eq!(dong("12"), "12 đồng");
    }
}
