//! WebhookService: the endpoints of an agency, and what was sent to them.

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message;
use tonic::{Request, Response, Status};

use super::caller::{actor, caller, reply, viewer};
use super::convert::agency::{idempotency_key, with_key_fault};
use super::convert::fields::Fields;
use super::convert::mailbox::positions_to_wire;
use super::convert::receipt::receipt;
use super::convert::vocabulary::OnWire as _;
use super::convert::webhook as convert;
use super::page::Tokens;
use crate::app::ledger::Actor;
use crate::app::webhooks::{Asked, Changed, WebhookWrite, Webhooks};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, WebhookId};
use crate::domain::mailbox::Lane;
use crate::domain::webhook::WebhookAction;

/// Deliveries per page when the caller names no number, and at most.
const DELIVERIES: (i32, i32) = (50, 200);

/// The service.
#[derive(Debug, Clone)]
pub struct WebhookService {
    webhooks: Webhooks,
}

/// A message that changes an endpoint.
trait Changes: Message {
    const ACTION: WebhookAction;
    fn key(&self) -> &str;
    fn asked(&self) -> Result<Asked>;
}

macro_rules! changes {
    ($($message:ident: $action:ident by $asked:ident;)+) => {$(
        impl Changes for v1::$message {
            const ACTION: WebhookAction = WebhookAction::$action;
            fn key(&self) -> &str {
                &self.idempotency_key
            }
            fn asked(&self) -> Result<Asked> {
                convert::$asked(self)
            }
        }
    )+};
}

changes! {
    RegisterEndpointRequest: Register by register;
    UpdateEndpointRequest: Update by update;
    RotateEndpointKeyRequest: Rotate by rotate;
    RemoveEndpointRequest: Remove by remove;
}

impl WebhookService {
    /// Over the use cases of webhooks.
    pub fn new(webhooks: Webhooks) -> Self {
        Self { webhooks }
    }

    async fn change<M: Changes>(&self, actor: Actor, message: M) -> Result<Changed> {
        let asked = message.asked();
        let key = match idempotency_key(message.key()) {
            Ok(key) => key,
            Err(error) => return Err(with_key_fault(&error, asked)),
        };
        let write = WebhookWrite {
            actor,
            key,
            content: Bytes::from(message.encode_to_vec()),
            action: M::ACTION,
        };
        self.webhooks.write(write, asked).await
    }

    async fn register(
        &self,
        actor: Actor,
        message: v1::RegisterEndpointRequest,
    ) -> Result<v1::RegisterEndpointResponse> {
        let changed = self.change(actor, message).await?;
        Ok(v1::RegisterEndpointResponse {
            endpoint: Some(convert::endpoint(&changed.view)),
            secret: changed.secret.unwrap_or_default(),
            receipt: Some(receipt(changed.receipt)?),
        })
    }

    async fn update(&self, actor: Actor, message: v1::UpdateEndpointRequest) -> Result<v1::UpdateEndpointResponse> {
        let changed = self.change(actor, message).await?;
        Ok(v1::UpdateEndpointResponse {
            endpoint: Some(convert::endpoint(&changed.view)),
            receipt: Some(receipt(changed.receipt)?),
        })
    }

    async fn rotate(
        &self,
        actor: Actor,
        message: v1::RotateEndpointKeyRequest,
    ) -> Result<v1::RotateEndpointKeyResponse> {
        let changed = self.change(actor, message).await?;
        Ok(v1::RotateEndpointKeyResponse {
            endpoint: Some(convert::endpoint(&changed.view)),
            secret: changed.secret.unwrap_or_default(),
            receipt: Some(receipt(changed.receipt)?),
        })
    }

    async fn remove(&self, actor: Actor, message: v1::RemoveEndpointRequest) -> Result<v1::RemoveEndpointResponse> {
        let changed = self.change(actor, message).await?;
        Ok(v1::RemoveEndpointResponse {
            receipt: Some(receipt(changed.receipt)?),
        })
    }

    async fn endpoints(
        &self,
        agency: AgencyCode,
        _message: v1::ListEndpointsRequest,
    ) -> Result<v1::ListEndpointsResponse> {
        let endpoints = self.webhooks.endpoints(&agency).await?;
        Ok(v1::ListEndpointsResponse {
            endpoints: endpoints.iter().map(convert::endpoint).collect(),
        })
    }

    async fn deliveries(
        &self,
        agency: AgencyCode,
        message: v1::ListDeliveriesRequest,
    ) -> Result<v1::ListDeliveriesResponse> {
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, DELIVERIES.0, DELIVERIES.1);
        let id = fields.id("endpoint_id", &message.endpoint_id);
        let id: WebhookId = fields.finish(id)?;
        let undelivered = if message.undelivered_only { "undelivered" } else { "" };
        let tokens = Tokens::of(&["webhook-deliveries", agency.as_str(), id.as_str(), undelivered]);
        let after: Option<Place> = tokens.position(&message.page_token)?;
        let after = after.map(|place| (place.log_index, place.lane));
        let page = self
            .webhooks
            .deliveries(&agency, &id, message.undelivered_only, after, limit);
        let page = page.await?;
        let last = page.items.last().filter(|_| page.more);
        let next = last.map(|last| tokens.after(&format!("{}/{}", last.log_index, last.lane)));
        Ok(v1::ListDeliveriesResponse {
            deliveries: page.items.iter().map(convert::delivery).collect(),
            next_page_token: next.unwrap_or_default(),
        })
    }

    async fn replay(
        &self,
        agency: AgencyCode,
        message: v1::ReplayDeliveriesRequest,
    ) -> Result<v1::ReplayDeliveriesResponse> {
        let (id, replayed) = convert::replayed(&message)?;
        match replayed {
            convert::Replayed::From(target) => Ok(v1::ReplayDeliveriesResponse {
                positions: positions_to_wire(&self.webhooks.replay(&agency, &id, target).await?),
                ..Default::default()
            }),
            convert::Replayed::One(lane, position) => {
                let attempt = self.webhooks.send_again(&agency, &id, lane, position).await?;
                Ok(v1::ReplayDeliveriesResponse {
                    positions: Vec::new(),
                    outcome: attempt.outcome.to_wire(),
                    status_code: attempt.status.map_or(0, i32::from),
                })
            }
        }
    }

    async fn test(&self, agency: AgencyCode, message: v1::SendTestEventRequest) -> Result<v1::SendTestEventResponse> {
        let mut fields = Fields::default();
        let id = fields.id("endpoint_id", &message.endpoint_id);
        let id: WebhookId = fields.finish(id)?;
        let (webhook_id, attempt) = self.webhooks.send_test(&agency, &id).await?;
        Ok(v1::SendTestEventResponse {
            outcome: attempt.outcome.to_wire(),
            status_code: attempt.status.map_or(0, i32::from),
            webhook_id,
        })
    }
}

/// Where a page of deliveries ends.
struct Place {
    log_index: i64,
    lane: Lane,
}

impl std::str::FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (log_index, lane) = text.split_once('/').ok_or(())?;
        Ok(Self {
            log_index: log_index.parse().map_err(|_malformed| ())?,
            lane: lane.parse().map_err(|_malformed| ())?,
        })
    }
}

macro_rules! methods {
    (write: { $($write:ident($write_asked:ident) -> $write_told:ident by $write_by:ident;)+ }
     read: { $($read:ident($read_asked:ident) -> $read_told:ident by $read_by:ident;)+ }) => {
        #[tonic::async_trait]
        impl v1::webhook_service_server::WebhookService for WebhookService {
            $(async fn $write(&self, request: Request<v1::$write_asked>) -> Result<Response<v1::$write_told>, Status> {
                let told = match caller(&request) {
                    Ok(caller) => self.$write_by(actor(&caller), request.into_inner()).await,
                    Err(error) => Err(error),
                };
                reply(told)
            })+
            $(async fn $read(&self, request: Request<v1::$read_asked>) -> Result<Response<v1::$read_told>, Status> {
                let told = match caller(&request) {
                    Ok(caller) => self.$read_by(viewer(&caller).agency, request.into_inner()).await,
                    Err(error) => Err(error),
                };
                reply(told)
            })+
        }
    };
}

methods! {
    write: {
        register_endpoint(RegisterEndpointRequest) -> RegisterEndpointResponse by register;
        update_endpoint(UpdateEndpointRequest) -> UpdateEndpointResponse by update;
        rotate_endpoint_key(RotateEndpointKeyRequest) -> RotateEndpointKeyResponse by rotate;
        remove_endpoint(RemoveEndpointRequest) -> RemoveEndpointResponse by remove;
    }
    read: {
        list_endpoints(ListEndpointsRequest) -> ListEndpointsResponse by endpoints;
        list_deliveries(ListDeliveriesRequest) -> ListDeliveriesResponse by deliveries;
        replay_deliveries(ReplayDeliveriesRequest) -> ReplayDeliveriesResponse by replay;
        send_test_event(SendTestEventRequest) -> SendTestEventResponse by test;
    }
}
