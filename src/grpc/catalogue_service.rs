//! CatalogueService: the kinds, and checking a document before it is sent.

use lienthong_proto::v1;
use tonic::{Request, Response, Status};

use super::caller::{caller, reply, viewer};
use super::convert::kind as convert;
use crate::app::App;
use crate::domain::error::Result;

/// The service.
#[derive(Debug, Clone)]
pub struct CatalogueService {
    app: App,
}

impl CatalogueService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    fn list(&self, message: &v1::ListKindsRequest) -> Result<v1::ListKindsResponse> {
        let kinds = self.app.kinds(convert::effective_on(message)?);
        Ok(v1::ListKindsResponse {
            kinds: convert::summaries(&kinds),
            catalogue_revision: self.app.catalogue.revision().to_owned(),
        })
    }

    fn get(&self, message: &v1::GetKindRequest) -> Result<v1::GetKindResponse> {
        let (code, revision) = convert::kind_asked(message)?;
        let kind = self.app.kind_named(&code, revision)?;
        Ok(v1::GetKindResponse {
            kind: Some(convert::kind(kind)),
        })
    }

    async fn check(&self, request: Request<v1::ValidateRequest>) -> Result<v1::ValidateResponse> {
        let caller = caller(&request)?;
        let (against, draft) = convert::draft(request.into_inner())?;
        let validated = self.app.validate(&viewer(&caller), &against, &draft).await?;
        Ok(convert::validated(&validated))
    }
}

#[tonic::async_trait]
impl v1::catalogue_service_server::CatalogueService for CatalogueService {
    async fn list_kinds(
        &self,
        request: Request<v1::ListKindsRequest>,
    ) -> Result<Response<v1::ListKindsResponse>, Status> {
        reply(self.list(request.get_ref()))
    }

    async fn get_kind(&self, request: Request<v1::GetKindRequest>) -> Result<Response<v1::GetKindResponse>, Status> {
        reply(self.get(request.get_ref()))
    }

    async fn validate(&self, request: Request<v1::ValidateRequest>) -> Result<Response<v1::ValidateResponse>, Status> {
        reply(self.check(request).await)
    }
}
