//! AdminService: what the hub says about itself, and what its operators did.

use bytes::Bytes;
use lienthong_proto::v1;
use tonic::{Request, Response, Status};

use super::caller::{caller, reply, viewer};
use super::convert::fields::Fields;
use super::convert::{operator, time};
use super::page::Tokens;
use crate::app::App;
use crate::domain::error::Result;
use crate::domain::viewer::Viewer;
use crate::store::DatabaseKind;

/// Actions per page when the caller names no number, and at most.
const ACTIONS: (i32, i32) = (50, 200);

/// The service.
#[derive(Debug, Clone)]
pub struct AdminService {
    app: App,
}

impl AdminService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn info(&self) -> Result<v1::GetServerInfoResponse> {
        let info = self.app.server_info().await?;
        let database_kind = match info.database {
            DatabaseKind::Sqlite => v1::DatabaseKind::Sqlite,
            DatabaseKind::Postgres => v1::DatabaseKind::Postgres,
        };
        Ok(v1::GetServerInfoResponse {
            version: info.version.to_owned(),
            hub_id: info.hub_id,
            database_kind: database_kind.into(),
            // A log index is a positive i64 in the database, so the size fits.
            tree_size: i64::try_from(info.tree_size).unwrap_or(i64::MAX),
            root_hash: Bytes::copy_from_slice(&info.root),
            hub_time: Some(time(info.hub_time)),
            registry_version: info.registry_version,
            catalogue_revision: info.catalogue_revision,
            sandbox: info.sandbox,
        })
    }

    async fn actions(
        &self,
        viewer: Viewer,
        message: v1::ListOperatorActionsRequest,
    ) -> Result<v1::ListOperatorActionsResponse> {
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, ACTIONS.0, ACTIONS.1);
        let limit = fields.finish(Some(limit))?;
        let tokens = Tokens::of(&["operator-actions", viewer.agency.as_str()]);
        let before: Option<i64> = tokens.position(&message.page_token)?;
        let page = self.app.operator_actions(before, limit).await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListOperatorActionsResponse {
            next_page_token: last
                .map(|last| tokens.after(&last.log_index.to_string()))
                .unwrap_or_default(),
            actions: page.items.iter().map(operator::action).collect::<Result<_>>()?,
        })
    }
}

#[tonic::async_trait]
impl v1::admin_service_server::AdminService for AdminService {
    async fn get_server_info(
        &self,
        _request: Request<v1::GetServerInfoRequest>,
    ) -> Result<Response<v1::GetServerInfoResponse>, Status> {
        reply(self.info().await)
    }

    async fn list_operator_actions(
        &self,
        request: Request<v1::ListOperatorActionsRequest>,
    ) -> Result<Response<v1::ListOperatorActionsResponse>, Status> {
        let told = match caller(&request) {
            Ok(caller) => self.actions(viewer(&caller), request.into_inner()).await,
            Err(error) => Err(error),
        };
        reply(told)
    }
}
