//! Mailboxes between the wire and the hub.

use std::collections::BTreeMap;
use std::time::Duration;

use lienthong_proto::v1;

use super::fields::Fields;
use super::receipt::action_number;
use super::vocabulary::OnWire as _;
use super::{instant, text_or_empty, time};
use crate::app::ledger::command::{Advance, Way};
use crate::app::mailbox::{Entry, Pull, Pulled, Target};
use crate::app::requests::history::{PROTOBUF, SentDocument};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, CursorName, OfficerId, UnitId};
use crate::domain::mailbox::Lane;
use crate::domain::time::Timestamp;
use crate::store::Cursors;

/// Entries per Pull when the caller does not say, and the most.
const PULL: (i32, i32) = (100, 1_000);
/// Longest wait of a Pull, in seconds.
const MAX_WAIT: i32 = 30;

/// Where a Subscribe starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Start {
    /// From this cursor on.
    pub(crate) cursor: CursorName,
    /// Except in these lanes.
    pub(crate) start_after: Cursors,
}

/// What Pull asks for, in the mailbox of `agency`.
pub(crate) fn pull(message: &v1::PullRequest, agency: &AgencyCode) -> Result<Pull> {
    let mut fields = Fields::default();
    let cursor = cursor(&mut fields, &message.cursor);
    let limit = fields.page_size("max_entries", message.max_entries, PULL.0, PULL.1);
    fields.within("wait_seconds", message.wait_seconds, &(0..=MAX_WAIT));
    let wait = Duration::from_secs(u64::try_from(message.wait_seconds).unwrap_or_default());
    let include_documents = message.include_documents;
    fields.finish(cursor.map(|cursor| Pull {
        agency: agency.clone(),
        cursor,
        limit,
        wait,
        include_documents,
    }))
}

/// Where Subscribe asks to start.
pub(crate) fn start(message: &v1::SubscribeRequest) -> Result<Start> {
    let mut fields = Fields::default();
    let cursor = cursor(&mut fields, &message.cursor);
    let start_after = positions(&mut fields, "start_after", &message.start_after);
    fields.finish(cursor.map(|cursor| Start { cursor, start_after }))
}

/// What Advance asks for.
pub(crate) fn advance(message: &v1::AdvanceRequest) -> Result<Advance> {
    let mut fields = Fields::default();
    let cursor = cursor(&mut fields, &message.cursor);
    if message.positions.is_empty() {
        fields.missing("positions");
    }
    let positions = positions(&mut fields, "positions", &message.positions);
    fields.finish(cursor.map(|cursor| Advance {
        cursor,
        positions,
        way: Way::Forward,
    }))
}

/// What Seek asks for.
pub(crate) fn seek(message: &v1::SeekRequest) -> Result<(CursorName, Target)> {
    use v1::seek_request::Target as Wire;
    let mut fields = Fields::default();
    let cursor = cursor(&mut fields, &message.cursor);
    let target = match &message.target {
        None => {
            fields.missing("target");
            None
        }
        Some(Wire::Positions(places)) => {
            if places.positions.is_empty() {
                fields.missing("positions.positions");
            }
            Some(Target::After(positions(
                &mut fields,
                "positions.positions",
                &places.positions,
            )))
        }
        Some(Wire::Time(stated)) => {
            let time = instant(stated);
            if time.is_none() {
                fields.push("time", "out_of_range", "Thời điểm không hợp lệ.", "Not a valid time.");
            }
            time.map(Target::Time)
        }
        Some(Wire::End(number)) => match v1::MailboxEnd::try_from(*number) {
            Ok(v1::MailboxEnd::First) => Some(Target::First),
            Ok(v1::MailboxEnd::Last) => Some(Target::Last),
            Ok(v1::MailboxEnd::Unspecified) | Err(_) => {
                fields.missing("end");
                None
            }
        },
    };
    fields.finish(cursor.zip(target))
}

fn cursor(fields: &mut Fields, text: &str) -> Option<CursorName> {
    if text.is_empty() {
        Some(CursorName::intake())
    } else {
        fields.id("cursor", text)
    }
}

/// Positions, each lane at most once.
pub(super) fn positions(fields: &mut Fields, field: &str, wire: &[v1::LanePosition]) -> Cursors {
    fields.at_most(field, wire.len(), Lane::ALL.len());
    let mut positions = Cursors::new();
    for (index, place) in wire.iter().take(Lane::ALL.len()).enumerate() {
        let at_lane = format!("{field}[{index}].lane");
        match Lane::from_wire(place.lane) {
            None => fields.missing(&at_lane),
            Some(lane) => {
                if positions.insert(lane, place.position).is_some() {
                    fields.push(&at_lane, "repeated", "Mỗi làn chỉ nêu một lần.", "Name each lane once.");
                }
            }
        }
        if place.position < 0 {
            let at = format!("{field}[{index}].position");
            fields.push(&at, "out_of_range", "Không được là số âm.", "It cannot be negative.");
        }
    }
    positions
}

/// Positions on the wire, URGENT first.
pub(crate) fn positions_to_wire(positions: &BTreeMap<Lane, i64>) -> Vec<v1::LanePosition> {
    positions
        .iter()
        .map(|(lane, position)| v1::LanePosition {
            lane: lane.to_wire(),
            position: *position,
        })
        .collect()
}

/// A cursor on the wire, in both lanes.
pub(crate) fn cursor_to_wire(cursor: &Cursors) -> Vec<v1::LanePosition> {
    let both = Lane::ALL
        .iter()
        .map(|lane| (*lane, cursor.get(lane).copied().unwrap_or(0)));
    positions_to_wire(&both.collect())
}

/// What Pull read.
pub(crate) fn pulled(pulled: Pulled) -> v1::PullResponse {
    v1::PullResponse {
        advance_to: positions_to_wire(&pulled.advance_to),
        more: pulled.more,
        entries: pulled.entries.into_iter().map(entry).collect(),
    }
}

/// An entry on the wire.
pub(crate) fn entry(read: Entry) -> v1::MailboxEntry {
    let withdrawn = read.is_withdrawn_since();
    let Entry {
        entry,
        event,
        view,
        document,
        notice,
    } = read;
    let (document, message): (Option<SentDocument>, _) = match document {
        Some(message) if message.media_type == PROTOBUF => (None, Some(message)),
        document => (document, None),
    };
    let text = message
        .map(|message| super::event::stated_text(&event.action, &message.content))
        .or_else(|| super::event::notice_text(&event.action, &event.details));
    v1::MailboxEntry {
        lane: entry.lane.to_wire(),
        position: entry.position,
        log_index: entry.log_index,
        action: action_number(&event.action),
        enforcement_request_id: entry.request_id.to_string(),
        hub_time: Some(time(event.hub_time)),
        enforcement_request: view.as_ref().map(super::request::envelope),
        document: document.map(super::event::document),
        text: text.unwrap_or_default(),
        unit_id: text_or_empty(entry.unit.as_ref().map(UnitId::as_str)),
        officer_id: text_or_empty(entry.officer.as_ref().map(OfficerId::as_str)),
        lifted: entry.lifted,
        withdrawn,
        notice: notice.as_ref().map(super::notice::notice),
    }
}

/// One entry on a stream.
pub(crate) fn streamed(read: Entry) -> v1::SubscribeResponse {
    let content = v1::subscribe_response::Content::Entry(entry(read));
    v1::SubscribeResponse { content: Some(content) }
}

/// A sign of life on a stream.
pub(crate) fn heartbeat(now: Timestamp, last_positions: &BTreeMap<Lane, i64>) -> v1::SubscribeResponse {
    let heartbeat = v1::Heartbeat {
        hub_time: Some(time(now)),
        last_positions: positions_to_wire(last_positions),
    };
    v1::SubscribeResponse {
        content: Some(v1::subscribe_response::Content::Heartbeat(heartbeat)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Error;

    fn place(lane: v1::Lane, position: i64) -> v1::LanePosition {
        v1::LanePosition {
            lane: lane.into(),
            position,
        }
    }

    fn faults(error: &Error) -> Vec<(&str, &str)> {
        error
            .fields()
            .iter()
            .map(|field| (field.field.as_str(), field.reason.as_str()))
            .collect()
    }

    #[test]
    fn an_empty_cursor_is_intake_and_zero_entries_means_100() {
        let agency = AgencyCode::parse("BANK.1").unwrap();
        let read = pull(&v1::PullRequest::default(), &agency).unwrap();
        assert!(read.cursor.is_intake() && read.limit == 100 && read.wait.is_zero());
        let message = v1::PullRequest {
            max_entries: 1_001,
            wait_seconds: 31,
            cursor: "a b".into(),
            ..Default::default()
        };
        let error = pull(&message, &agency).unwrap_err();
        assert_eq!(
            faults(&error),
            [
                ("cursor", "format"),
                ("max_entries", "out_of_range"),
                ("wait_seconds", "out_of_range")
            ]
        );
    }

    #[test]
    fn advance_names_each_lane_once_and_at_least_one() {
        let ask = |positions: Vec<v1::LanePosition>| {
            advance(&v1::AdvanceRequest {
                cursor: String::new(),
                positions,
            })
        };
        assert_eq!(faults(&ask(Vec::new()).unwrap_err()), [("positions", "required")]);
        let twice = ask(vec![place(v1::Lane::Urgent, 1), place(v1::Lane::Urgent, 2)]).unwrap_err();
        assert_eq!(faults(&twice), [("positions[1].lane", "repeated")]);
        let wrong = ask(vec![place(v1::Lane::Unspecified, 1), place(v1::Lane::Normal, -1)]).unwrap_err();
        assert_eq!(
            faults(&wrong),
            [
                ("positions[0].lane", "required"),
                ("positions[1].position", "out_of_range")
            ]
        );
        let moved = ask(vec![place(v1::Lane::Normal, 7), place(v1::Lane::Urgent, 0)]).unwrap();
        assert_eq!(moved.positions, Cursors::from([(Lane::Urgent, 0), (Lane::Normal, 7)]));
    }

    #[test]
    fn a_cursor_is_shown_in_both_lanes_urgent_first() {
        let shown = cursor_to_wire(&Cursors::from([(Lane::Normal, 3)]));
        assert_eq!(shown, [place(v1::Lane::Urgent, 0), place(v1::Lane::Normal, 3)]);
    }
}
