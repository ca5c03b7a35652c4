//! Lists of deadlines on the wire.

use lienthong_proto::v1;

use super::fields::Fields;
use super::request::deadline;
use super::vocabulary::OnWire as _;
use super::{instant, text_or_empty, time};
use crate::domain::deadline::DeadlineStatus;
use crate::domain::error::Result;
use crate::domain::ids::{OfficerId, UnitId};
use crate::domain::time::Timestamp;
use crate::store::rows::ListedDeadline;
use crate::store::{DeadlineFilter, Side};

/// Entries per page when the caller names no number, and at most.
const PAGE: (i32, i32) = (50, 200);

/// What ListDeadlines asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeadlinesAsked {
    /// Whose duties.
    pub(crate) side: Side,
    /// Which.
    pub(crate) filter: DeadlineFilter,
    /// Those past their due time alone.
    pub(crate) overdue_only: bool,
    /// How many.
    pub(crate) limit: usize,
}

/// Reads what ListDeadlines asks.
pub(crate) fn asked(message: &v1::ListDeadlinesRequest) -> Result<DeadlinesAsked> {
    let mut fields = Fields::default();
    let side = match v1::DeadlineSide::try_from(message.side) {
        Ok(v1::DeadlineSide::OwedByUs) => Some(Side::OwedByUs),
        Ok(v1::DeadlineSide::OwedToUs) => Some(Side::OwedToUs),
        Ok(v1::DeadlineSide::Unspecified) | Err(_) => {
            fields.missing("side");
            None
        }
    };
    let limit = fields.page_size("page_size", message.page_size, PAGE.0, PAGE.1);
    let filter = DeadlineFilter {
        status: status(&mut fields, message),
        due_from: moment(&mut fields, "due_from", message.due_from.as_ref()),
        due_before: moment(&mut fields, "due_before", message.due_before.as_ref()),
        kind: fields.optional_id("kind", &message.kind),
        counterparty: fields.optional_id("counterparty_agency_code", &message.counterparty_agency_code),
        unit: fields.optional_id("unit_id", &message.unit_id),
        officer: fields.optional_id("officer_id", &message.officer_id),
    };
    fields.finish(side.map(|side| DeadlinesAsked {
        side,
        filter,
        overdue_only: message.overdue_only,
        limit,
    }))
}

fn status(fields: &mut Fields, message: &v1::ListDeadlinesRequest) -> DeadlineStatus {
    let status = match DeadlineStatus::from_wire(message.status) {
        None if message.status == 0 => DeadlineStatus::Running,
        Some(DeadlineStatus::Met | DeadlineStatus::Cancelled) | None => {
            fields.push(
                "status",
                "value",
                "Chỉ có danh sách thời hạn đang tính, tạm dừng, chờ lịch hoặc quá hạn.",
                "Only running, paused, pending or breached deadlines are listed.",
            );
            DeadlineStatus::Running
        }
        Some(status) => status,
    };
    if message.overdue_only && status != DeadlineStatus::Running {
        fields.push(
            "overdue_only",
            "value",
            "Chỉ dùng với thời hạn đang tính.",
            "Only deadlines that run can be overdue.",
        );
    }
    status
}

fn moment(fields: &mut Fields, field: &str, stated: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    let time = stated.map(instant);
    if time == Some(None) {
        fields.push(field, "out_of_range", "Thời điểm không hợp lệ.", "Not a valid time.");
    }
    time.flatten()
}

/// One line of the list.
fn listed(item: &ListedDeadline, now: Timestamp) -> v1::ListedDeadline {
    let request = &item.request;
    v1::ListedDeadline {
        enforcement_request_id: request.id.to_string(),
        kind: request.kind.to_string(),
        sender_agency_code: request.sender.to_string(),
        recipient_agency_code: request.recipient.to_string(),
        state: request.state.to_wire(),
        lane: request.lane.to_wire(),
        registry_number: text_or_empty(request.registry_number.as_deref()),
        assigned_unit_id: text_or_empty(request.assigned_unit.as_ref().map(UnitId::as_str)),
        assigned_officer_id: text_or_empty(request.assigned_officer.as_ref().map(OfficerId::as_str)),
        duty: item.deadline.duty().to_wire(),
        deadline: Some(deadline(&item.deadline, &[], now)),
    }
}

/// A page.
pub(crate) fn page(items: &[ListedDeadline], now: Timestamp, next_page_token: String) -> v1::ListDeadlinesResponse {
    v1::ListDeadlinesResponse {
        deadlines: items.iter().map(|item| listed(item, now)).collect(),
        next_page_token,
        as_of_time: Some(time(now)),
    }
}
