//! Webhooks between the wire and the hub.

use std::collections::BTreeSet;
use std::time::Duration;

use lienthong_proto::v1;

use super::fields::Fields;
use super::mailbox::positions;
use super::vocabulary::{OnWire, number_of};
use super::{instant, time};
use crate::app::ledger::webhook::Wish;
use crate::app::webhooks::deliver::entry_message_id;
use crate::app::webhooks::{Asked, EndpointView, OVERLAP, Target};
use crate::domain::error::Result;
use crate::domain::ids::WebhookId;
use crate::domain::mailbox::Lane;
use crate::domain::webhook::{EndpointKey, MalformedUrl, Signing, WebhookUrl};
use crate::domain::workflow::Action;
use crate::store::rows::{DeliveryRow, WebhookCursorRow};

/// Longest overlap of two keys, in hours.
const MOST_OVERLAP: i32 = 168;
const HOUR: Duration = Duration::from_hours(1);

/// What RegisterEndpoint asks for.
pub(crate) fn register(message: &v1::RegisterEndpointRequest) -> Result<Asked> {
    let mut fields = Fields::default();
    let signing = match message.signing() {
        v1::WebhookSigning::Unspecified | v1::WebhookSigning::Ed25519 => Signing::Ed25519,
        v1::WebhookSigning::Hmac => Signing::Hmac,
    };
    if Signing::from_wire(message.signing).is_none() && message.signing != 0 {
        unknown(&mut fields, "signing");
    }
    let wish = wish(&mut fields, &message.url, &message.lanes, &message.actions);
    fields.finish(wish.map(|wish| Asked::Register(wish, signing)))
}

/// What UpdateEndpoint asks for.
pub(crate) fn update(message: &v1::UpdateEndpointRequest) -> Result<Asked> {
    let mut fields = Fields::default();
    let id = fields.id("endpoint_id", &message.endpoint_id);
    let wish = wish(&mut fields, &message.url, &message.lanes, &message.actions);
    fields.finish(id.zip(wish).map(|(id, wish)| Asked::Update(id, wish, message.enabled)))
}

/// What RotateEndpointKey asks for.
pub(crate) fn rotate(message: &v1::RotateEndpointKeyRequest) -> Result<Asked> {
    let mut fields = Fields::default();
    let id = fields.id("endpoint_id", &message.endpoint_id);
    let hours = message.overlap_hours;
    if let Some(hours) = hours {
        fields.within("overlap_hours", hours, &(0..=MOST_OVERLAP));
    }
    let overlap = hours.map_or(OVERLAP, |hours| HOUR * u32::try_from(hours).unwrap_or_default());
    fields.finish(id.map(|id| Asked::Rotate(id, overlap)))
}

/// What RemoveEndpoint asks for.
pub(crate) fn remove(message: &v1::RemoveEndpointRequest) -> Result<Asked> {
    let mut fields = Fields::default();
    let id = fields.id("endpoint_id", &message.endpoint_id);
    fields.finish(id.map(Asked::Remove))
}

fn unknown(fields: &mut Fields, field: &str) {
    fields.push(
        field,
        "unknown",
        "Giá trị không có trong danh mục.",
        "Not a value of this enum.",
    );
}

fn wish(fields: &mut Fields, url: &str, lanes: &[i32], actions: &[i32]) -> Option<Wish> {
    let url = address(fields, url);
    let lanes: BTreeSet<Lane> = if lanes.is_empty() {
        Lane::ALL.iter().copied().collect()
    } else {
        listed(fields, "lanes", lanes)
    };
    let actions: BTreeSet<Action> = listed(fields, "actions", actions);
    url.map(|url| Wish { url, lanes, actions })
}

fn listed<T: OnWire + Ord>(fields: &mut Fields, field: &str, numbers: &[i32]) -> BTreeSet<T> {
    let mut found = BTreeSet::new();
    for (index, number) in numbers.iter().enumerate() {
        match T::from_wire(*number) {
            Some(value) => {
                found.insert(value);
            }
            None => unknown(fields, &format!("{field}[{index}]")),
        }
    }
    found
}

fn address(fields: &mut Fields, text: &str) -> Option<WebhookUrl> {
    if text.is_empty() {
        fields.missing("url");
        return None;
    }
    match text.parse() {
        Ok(url) => Some(url),
        Err(fault) => {
            let (reason, vi, en) = match fault {
                MalformedUrl::Form => (
                    "format",
                    "Cần https://MÁY[:CỔNG]/ĐƯỜNG_DẪN, không quá 512 ký tự.",
                    "Expected https://HOST[:PORT]/PATH, at most 512 characters.",
                ),
                MalformedUrl::Secret => (
                    "secret",
                    "Không được có người dùng, mật khẩu, phần sau dấu ? và dấu #: địa chỉ được ghi nhật ký vĩnh viễn.",
                    "No user, password, query or fragment: the address stands in the log for ever.",
                ),
            };
            fields.push("url", reason, vi, en);
            None
        }
    }
}

/// What is sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Replayed {
    /// Everything from there on.
    From(Target),
    /// One entry.
    One(Lane, i64),
}

/// What ReplayDeliveries asks for.
pub(crate) fn replayed(message: &v1::ReplayDeliveriesRequest) -> Result<(WebhookId, Replayed)> {
    use v1::replay_deliveries_request::Target as Wire;
    let mut fields = Fields::default();
    let id = fields.id("endpoint_id", &message.endpoint_id);
    let replayed = match &message.target {
        None => {
            fields.missing("target");
            None
        }
        Some(Wire::Positions(places)) => {
            if places.positions.is_empty() {
                fields.missing("positions.positions");
            }
            let places = positions(&mut fields, "positions.positions", &places.positions);
            Some(Replayed::From(Target::After(places)))
        }
        Some(Wire::Time(stated)) => {
            let time = instant(stated);
            if time.is_none() {
                fields.push("time", "out_of_range", "Thời điểm không hợp lệ.", "Not a valid time.");
            }
            time.map(|time| Replayed::From(Target::Time(time)))
        }
        Some(Wire::Delivery(place)) => {
            let lane = Lane::from_wire(place.lane);
            if lane.is_none() {
                fields.missing("delivery.lane");
            }
            if place.position < 1 {
                let (vi, en) = ("Phải từ 1 trở lên.", "Expected 1 or more.");
                fields.push("delivery.position", "out_of_range", vi, en);
            }
            lane.map(|lane| Replayed::One(lane, place.position))
        }
    };
    fields.finish(id.zip(replayed))
}

/// An endpoint.
pub(crate) fn endpoint(view: &EndpointView) -> v1::WebhookEndpoint {
    let endpoint = &view.endpoint;
    let failing = view.cursors.iter().max_by_key(|cursor| cursor.failed);
    let failing = failing.filter(|cursor| cursor.failed > 0);
    v1::WebhookEndpoint {
        endpoint_id: endpoint.id.to_string(),
        url: endpoint.url.to_string(),
        lanes: endpoint.lanes.iter().map(|lane| lane.to_wire()).collect(),
        actions: endpoint.actions.iter().map(|action| action.to_wire()).collect(),
        signing: endpoint.signing.to_wire(),
        keys: endpoint.keys.iter().map(key).collect(),
        state: endpoint.state.to_wire(),
        reason: number_of(endpoint.reason),
        create_time: Some(time(endpoint.registered)),
        update_time: Some(time(endpoint.updated)),
        version: endpoint.version,
        positions: view.cursors.iter().map(position).collect(),
        failed_attempts: failing.map_or(0, |cursor| i32::try_from(cursor.failed).unwrap_or(i32::MAX)),
        next_attempt_time: failing.map(|cursor| time(cursor.next)),
    }
}

fn key(key: &EndpointKey) -> v1::WebhookKey {
    v1::WebhookKey {
        number: key.number,
        public_key: key.public.clone().unwrap_or_default(),
        create_time: Some(time(key.made)),
        end_time: key.ends.map(time),
    }
}

fn position(cursor: &WebhookCursorRow) -> v1::LanePosition {
    v1::LanePosition {
        lane: cursor.lane.to_wire(),
        position: cursor.position,
    }
}

/// What was sent of an entry.
pub(crate) fn delivery(row: &DeliveryRow) -> v1::WebhookDelivery {
    v1::WebhookDelivery {
        lane: row.lane.to_wire(),
        position: row.position,
        log_index: row.log_index,
        webhook_id: entry_message_id(&row.endpoint, row.lane, row.position),
        delivered: row.delivered,
        attempts: i32::try_from(row.attempts).unwrap_or(i32::MAX),
        first_attempt_time: Some(time(row.first)),
        last_attempt_time: Some(time(row.last)),
        outcome: row.outcome.to_wire(),
        status_code: row
            .status
            .and_then(|status| i32::try_from(status).ok())
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(message: &v1::RegisterEndpointRequest) -> Vec<(String, String)> {
        let error = register(message).unwrap_err();
        let named = error
            .fields()
            .iter()
            .map(|field| (field.field.clone(), field.reason.clone()));
        named.collect()
    }

    #[test]
    fn every_wrong_field_of_an_endpoint_is_named() {
        let message = v1::RegisterEndpointRequest {
            url: "https://user:word@a.vn/".to_owned(),
            lanes: vec![1, 9],
            actions: vec![1, 0, 9_999],
            signing: 7,
            ..Default::default()
        };
        let named = [
            ("signing", "unknown"),
            ("url", "secret"),
            ("lanes[1]", "unknown"),
            ("actions[1]", "unknown"),
            ("actions[2]", "unknown"),
        ];
        assert_eq!(
            faults(&message),
            named.map(|(field, reason)| (field.to_owned(), reason.to_owned()))
        );
        assert_eq!(
            faults(&v1::RegisterEndpointRequest::default()),
            [("url".to_owned(), "required".to_owned())]
        );
    }

    #[test]
    fn nothing_stated_means_both_lanes_every_action_and_ed25519() {
        let message = v1::RegisterEndpointRequest {
            url: "https://a.vn/".to_owned(),
            ..Default::default()
        };
        let Ok(Asked::Register(wish, signing)) = register(&message) else {
            panic!("it is good")
        };
        assert_eq!(
            (wish.lanes.len(), wish.actions.len(), signing),
            (2, 0, Signing::Ed25519)
        );
    }
}
