//! SuspensionService: clocks of many requests that stand still together.

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::caller::{actor, caller, reply, viewer};
use super::convert::agency::{idempotency_key, with_key_fault};
use super::convert::fields::Fields;
use super::convert::receipt::receipt;
use super::convert::suspension as convert;
use super::page::Tokens;
use super::request_service::request_id;
use crate::app::App;
use crate::app::ledger::suspension::SuspensionStep;
use crate::auth::principal::Principal;
use crate::domain::error::Result;
use crate::domain::viewer::Viewer;

/// Suspensions per page when the caller names no number, and at most.
const PAGE: (i32, i32) = (50, 200);

/// The service.
#[derive(Debug, Clone)]
pub struct SuspensionService {
    app: App,
}

impl SuspensionService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    /// Takes the step; gives its receipt and the suspension.
    async fn step(
        &self,
        caller: &Principal,
        key: &str,
        content: Vec<u8>,
        step: Result<SuspensionStep>,
    ) -> Result<(Option<v1::Receipt>, Option<v1::Suspension>)> {
        let key = match idempotency_key(key) {
            Ok(key) => key,
            Err(error) => return Err(with_key_fault(&error, step)),
        };
        let (accepted, known) = self.app.suspend(actor(caller), key, Bytes::from(content), step).await?;
        Ok((Some(receipt(accepted)?), Some(convert::suspension(&known))))
    }

    async fn maintenance(
        &self,
        request: Request<v1::PublishMaintenanceRequest>,
    ) -> Result<v1::PublishMaintenanceResponse> {
        let (caller, message) = (caller(&request)?, request.into_inner());
        let new = convert::maintenance(&message, &caller.agency.code, |kinds| {
            self.app.kinds_for_maintenance(kinds)
        });
        let (key, content) = (message.idempotency_key.clone(), message.encode_to_vec());
        let (receipt, suspension) = self
            .step(&caller, &key, content, new.map(SuspensionStep::Enter))
            .await?;
        Ok(v1::PublishMaintenanceResponse { receipt, suspension })
    }

    async fn outage(&self, request: Request<v1::RecordOutageRequest>) -> Result<v1::RecordOutageResponse> {
        let (caller, message) = (caller(&request)?, request.into_inner());
        let new = convert::outage(&message);
        let (key, content) = (message.idempotency_key.clone(), message.encode_to_vec());
        let (receipt, suspension) = self
            .step(&caller, &key, content, new.map(SuspensionStep::Enter))
            .await?;
        Ok(v1::RecordOutageResponse { receipt, suspension })
    }

    async fn decree(&self, request: Request<v1::SuspendClocksRequest>) -> Result<v1::SuspendClocksResponse> {
        let (caller, message) = (caller(&request)?, request.into_inner());
        let new = convert::decree(&message);
        if message.dry_run {
            let (tried, preview) = self
                .app
                .try_suspension(&actor(&caller), caller.agency.role, new?)
                .await?;
            return Ok(v1::SuspendClocksResponse {
                receipt: None,
                suspension: Some(convert::tried(&tried)),
                preview: Some(convert::preview(&preview)),
            });
        }
        let (key, content) = (message.idempotency_key.clone(), message.encode_to_vec());
        let (receipt, suspension) = self
            .step(&caller, &key, content, new.map(SuspensionStep::Enter))
            .await?;
        Ok(v1::SuspendClocksResponse {
            receipt,
            suspension,
            preview: None,
        })
    }

    async fn end(&self, request: Request<v1::EndSuspensionRequest>) -> Result<v1::EndSuspensionResponse> {
        let (caller, message) = (caller(&request)?, request.into_inner());
        let step = convert::end(&message);
        let (key, content) = (message.idempotency_key.clone(), message.encode_to_vec());
        let (receipt, suspension) = self.step(&caller, &key, content, step).await?;
        Ok(v1::EndSuspensionResponse { receipt, suspension })
    }

    async fn list(&self, viewer: Viewer, message: v1::ListSuspensionsRequest) -> Result<v1::ListSuspensionsResponse> {
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, PAGE.0, PAGE.1);
        let limit = fields.finish(Some(limit))?;
        let asked = message.enforcement_request_id.as_str();
        let id = (!asked.is_empty()).then(|| request_id(asked)).transpose()?;
        let about = id.as_ref().map(|id| (&viewer, id));
        let current = if message.current_only { "current" } else { "all" };
        let tokens = Tokens::of(&["suspensions", current, asked, viewer.agency.as_str()]);
        let before: Option<i64> = tokens.position(&message.page_token)?;
        let page = self.app.suspensions(before, message.current_only, about, limit).await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListSuspensionsResponse {
            next_page_token: last
                .map(|(last, _)| tokens.after(&last.opened_index.to_string()))
                .unwrap_or_default(),
            suspensions: page.items.iter().map(convert::listed).collect(),
        })
    }
}

#[tonic::async_trait]
impl v1::suspension_service_server::SuspensionService for SuspensionService {
    async fn publish_maintenance(
        &self,
        request: Request<v1::PublishMaintenanceRequest>,
    ) -> Result<Response<v1::PublishMaintenanceResponse>, Status> {
        reply(self.maintenance(request).await)
    }

    async fn record_outage(
        &self,
        request: Request<v1::RecordOutageRequest>,
    ) -> Result<Response<v1::RecordOutageResponse>, Status> {
        reply(self.outage(request).await)
    }

    async fn suspend_clocks(
        &self,
        request: Request<v1::SuspendClocksRequest>,
    ) -> Result<Response<v1::SuspendClocksResponse>, Status> {
        reply(self.decree(request).await)
    }

    async fn end_suspension(
        &self,
        request: Request<v1::EndSuspensionRequest>,
    ) -> Result<Response<v1::EndSuspensionResponse>, Status> {
        reply(self.end(request).await)
    }

    async fn list_suspensions(
        &self,
        request: Request<v1::ListSuspensionsRequest>,
    ) -> Result<Response<v1::ListSuspensionsResponse>, Status> {
        let told = match caller(&request) {
            Ok(caller) => self.list(viewer(&caller), request.into_inner()).await,
            Err(error) => Err(error),
        };
        reply(told)
    }
}
