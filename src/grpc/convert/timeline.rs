//! Timelines on the wire, with what happened to each clock in words.

use lienthong_proto::v1;

use super::receipt::action_number;
use super::request::deadline;
use super::vocabulary::{OnWire as _, number_of};
use super::{localized, text_or_empty, time};
use crate::app::tracking::{Timeline, TimelineEntry};
use crate::domain::calendar::{date_en, date_vi};
use crate::domain::deadline::{ClockChange, Deadline};
use crate::domain::time::Timestamp;
use crate::domain::timer::Notice;

/// A page of a timeline.
pub(crate) fn response(timeline: &Timeline, next_page_token: String) -> v1::GetTimelineResponse {
    let now = timeline.now;
    v1::GetTimelineResponse {
        entries: timeline.page.items.iter().map(entry).collect(),
        deadlines: timeline
            .deadlines
            .iter()
            .map(|clock| deadline(clock, &[], now))
            .collect(),
        next_page_token,
        as_of_time: Some(time(now)),
    }
}

fn entry(entry: &TimelineEntry) -> v1::TimelineEntry {
    let event = &entry.event;
    let clocks = entry.clocks.iter().map(|(after, changes)| v1::TimelineClock {
        changes: changes.iter().map(|change| change.to_wire()).collect(),
        // As it stood then: whether it is late now is for the list of deadlines to say.
        deadline: Some(deadline(after, &[], event.hub_time)),
        reason: Some(reason(after, changes, entry.notice.as_deref())),
    });
    v1::TimelineEntry {
        log_index: event.log_index,
        version: event.version,
        action: action_number(&event.action),
        party: number_of(event.party),
        actor_agency_code: event.agency.to_string(),
        actor_officer_id: event.officer.to_string(),
        hub_time: Some(time(event.hub_time)),
        from_state: number_of(event.from_state),
        to_state: number_of(event.to_state),
        reason_code: text_or_empty(entry.reason.as_deref()),
        clocks: clocks.collect(),
    }
}

/// What happened, when it is due, and the article: `Bắt đầu tính; hạn chót thứ Năm 26/11/2026 23:59 (NĐ 152 Điều 21)`. Of a clock that was
/// told of, what the rung does.
fn reason(after: &Deadline, changes: &[ClockChange], notice: Option<&Notice>) -> v1::LocalizedText {
    let mut vi: Vec<String> = changes.iter().map(|change| change.label_vi().to_owned()).collect();
    let mut en: Vec<String> = changes.iter().map(|change| change.as_str().to_lowercase()).collect();
    if let Some(notice) = notice.filter(|notice| (&notice.clock, notice.occurrence) == (&after.name, after.occurrence))
    {
        let late = notice.late_working_days;
        let (late_vi, late_en) = match late {
            0 => (String::new(), String::new()),
            _ => (
                format!(", quá {late} ngày làm việc"),
                format!(", {late} working days late"),
            ),
        };
        vi.push(format!("{}{late_vi}", notice.text_vi));
        en.push(format!("{}{late_en}", notice.text_en));
    }
    let (mut vi, mut en) = (vi.join(", "), en.join(", "));
    if let Some(due) = after.due {
        vi = format!("{vi}; hạn chót {} {}", date_vi(due.date()), hour(due));
        en = format!("{en}; due {} {}", date_en(due.date()), hour(due));
    }
    localized(format!("{vi} ({})", after.basis), format!("{en} ({})", after.basis))
}

fn hour(time: Timestamp) -> String {
    time.civil().time().strftime("%H:%M").to_string()
}
