//! The lines of the table about webhooks, at a hub that has them turned off: what they do is in `it/webhooks/`.

use lienthong_proto::{Rpc, v1};
use prost::Message as _;

use super::table::{Make, Row, open};

const NOTHING: &str = "whe_019aa9c0a1007000800000000000abcd";
const URL: &str = "https://hooks.example.vn/lienthong";

fn refused(told: &'static str, make: Make) -> Row {
    Row {
        own: told,
        foreign: told,
        missing: told,
        ..open(make)
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the table gives the methods of this service alone"
)]
pub(super) fn row(rpc: Rpc) -> Row {
    let (off, none) = ("WEBHOOKS_OFF", "WEBHOOK_NOT_FOUND");
    match rpc {
        Rpc::WebhookServiceRegisterEndpoint => refused(off, |_, _, key| {
            v1::RegisterEndpointRequest {
                idempotency_key: key.to_owned(),
                url: URL.to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::WebhookServiceUpdateEndpoint => refused(none, |_, _, key| {
            v1::UpdateEndpointRequest {
                idempotency_key: key.to_owned(),
                endpoint_id: NOTHING.to_owned(),
                url: URL.to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::WebhookServiceRotateEndpointKey => refused(none, |_, _, key| {
            v1::RotateEndpointKeyRequest {
                idempotency_key: key.to_owned(),
                endpoint_id: NOTHING.to_owned(),
                overlap_hours: None,
            }
            .encode_to_vec()
        }),
        Rpc::WebhookServiceRemoveEndpoint => refused(none, |_, _, key| {
            v1::RemoveEndpointRequest {
                idempotency_key: key.to_owned(),
                endpoint_id: NOTHING.to_owned(),
            }
            .encode_to_vec()
        }),
        Rpc::WebhookServiceListDeliveries => refused(none, |_, _, _| {
            v1::ListDeliveriesRequest {
                endpoint_id: NOTHING.to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::WebhookServiceReplayDeliveries => refused(off, |_, _, _| {
            let delivery = v1::LanePosition {
                lane: v1::Lane::Normal.into(),
                position: 1,
            };
            v1::ReplayDeliveriesRequest {
                endpoint_id: NOTHING.to_owned(),
                target: Some(v1::replay_deliveries_request::Target::Delivery(delivery)),
            }
            .encode_to_vec()
        }),
        Rpc::WebhookServiceSendTestEvent => refused(off, |_, _, _| {
            v1::SendTestEventRequest {
                endpoint_id: NOTHING.to_owned(),
            }
            .encode_to_vec()
        }),
        _ => open(|_, _, _| v1::ListEndpointsRequest {}.encode_to_vec()),
    }
}
