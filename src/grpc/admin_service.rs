//! AdminService: what the hub says about itself.

use bytes::Bytes;
use lienthong_proto::v1;
use tonic::{Request, Response, Status};

use super::caller::reply;
use super::convert::time;
use crate::app::App;
use crate::domain::error::Result;
use crate::store::DatabaseKind;

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
}
