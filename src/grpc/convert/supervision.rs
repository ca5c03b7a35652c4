//! Supervision on the wire.

use lienthong_proto::v1;
use prost::Message as _;

use super::event::event;
use super::receipt::receipt;
use super::request;
use super::time;
use super::timeline;
use super::vocabulary::OnWire as _;
use crate::app::supervision::{ReadView, SupervisedDetail, SupervisedEvents, SupervisedPage, SupervisedTimeline};
use crate::domain::error::Result;
use crate::domain::ids::RequestId;
use crate::domain::supervision::{Look, Right};
use crate::store::rows::ReadCount;

fn right(right: &Right) -> v1::SupervisionRight {
    v1::SupervisionRight {
        name: right.name.to_owned(),
        sight: right.sight.to_wire(),
        source: right.nature.to_wire(),
        basis: right.basis.to_owned(),
        certainty: right.certainty.to_wire(),
    }
}

/// One request.
pub(crate) fn detail(shown: SupervisedDetail) -> Result<v1::GetSupervisedResponse> {
    let v1::GetResponse {
        enforcement_request,
        documents,
        omitted_documents,
        attachments,
        // What its sender may do next is no matter of supervision.
        follow_ups: _,
    } = request::detail(shown.detail);
    Ok(v1::GetSupervisedResponse {
        enforcement_request,
        documents,
        omitted_documents,
        attachments,
        right: Some(right(shown.right)),
        receipt: Some(receipt(shown.receipt)?),
    })
}

/// A page of requests.
pub(crate) fn page(shown: SupervisedPage, next_page_token: String) -> Result<v1::ListSupervisedResponse> {
    Ok(v1::ListSupervisedResponse {
        enforcement_requests: shown.page.items.iter().map(request::envelope).collect(),
        next_page_token,
        receipt: Some(receipt(shown.receipt)?),
    })
}

/// Events.
pub(crate) fn events(shown: SupervisedEvents, next_page_token: String) -> Result<v1::ListSupervisedEventsResponse> {
    Ok(v1::ListSupervisedEventsResponse {
        events: shown.page.items.into_iter().map(event).collect(),
        next_page_token,
        right: Some(right(shown.right)),
        receipt: Some(receipt(shown.receipt)?),
    })
}

/// A timeline.
pub(crate) fn timeline(
    shown: SupervisedTimeline,
    next_page_token: String,
) -> Result<v1::GetSupervisedTimelineResponse> {
    Ok(v1::GetSupervisedTimelineResponse {
        timeline: Some(timeline::response(&shown.timeline, next_page_token)),
        right: Some(right(shown.right)),
        receipt: Some(receipt(shown.receipt)?),
    })
}

/// A read, as the parties of a request are told of it.
pub(crate) fn read_of_request(view: &ReadView) -> v1::SupervisionRead {
    let read = &view.read;
    let message = view.message.as_deref().unwrap_or_default();
    v1::SupervisionRead {
        log_index: read.log_index,
        agency_code: read.agency.to_string(),
        officer_id: read.officer.to_string(),
        read_time: Some(time(read.read_time)),
        look: read.look.to_wire(),
        hours: read.hours.to_wire(),
        purpose: purpose(read.look, message),
        cited: read.is_cited,
        shown_count: 0,
        enforcement_request_ids: Vec::new(),
    }
}

/// A read, as those who watch over the reader are told of it.
pub(crate) fn read_of_agency(view: &ReadView) -> v1::SupervisionRead {
    v1::SupervisionRead {
        shown_count: view.read.shown,
        enforcement_request_ids: view.shown.iter().map(RequestId::to_string).collect(),
        ..read_of_request(view)
    }
}

/// The case or purpose that the message of a look names.
fn purpose(look: Look, message: &[u8]) -> String {
    let purpose = match look {
        Look::Request => v1::GetSupervisedRequest::decode(message).map(|message| message.purpose),
        Look::List => v1::ListSupervisedRequest::decode(message).map(|message| message.purpose),
        Look::Events => v1::ListSupervisedEventsRequest::decode(message).map(|message| message.purpose),
    };
    purpose.unwrap_or_default()
}

/// A line of statistics.
pub(crate) fn count(count: &ReadCount) -> v1::ReadStatistics {
    v1::ReadStatistics {
        date: count.date().to_string(),
        officer_id: count.officer.to_string(),
        reads: count.reads,
        shown: count.shown,
        off_hours: count.off_hours,
        hours_unknown: count.hours_unknown,
        not_cited: count.not_cited,
        in_vain: count.in_vain,
    }
}
