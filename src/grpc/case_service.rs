//! CaseService: cases of enforcement agencies.

use lienthong_proto::v1;
use tonic::{Request, Response, Status};

use super::caller::{caller, reply, viewer};
use super::convert::case as convert;
use super::convert::fields::Fields;
use super::page::Tokens;
use crate::app::App;
use crate::app::cases::filter::Filter;
use crate::app::requests::Arrived;
use crate::domain::error::{Error, Result};
use crate::domain::ids::CaseId;

/// Entries per page when the caller names no number, and at most.
const CASES: (i32, i32) = (50, 200);
const EVENTS: (i32, i32) = (100, 500);

/// The service.
#[derive(Debug, Clone)]
pub struct CaseService {
    app: App,
}

impl CaseService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn register(&self, request: Request<v1::RegisterCasesRequest>) -> Result<v1::RegisterCasesResponse> {
        let caller = caller(&request)?;
        let arrived = arrived(request.into_inner().document)?;
        convert::registered(self.app.register_cases(&viewer(&caller), arrived).await?)
    }

    async fn record(&self, request: Request<v1::RecordProgressRequest>) -> Result<v1::RecordProgressResponse> {
        let caller = caller(&request)?;
        let arrived = arrived(request.into_inner().document)?;
        convert::recorded(self.app.record_progress(&viewer(&caller), arrived).await?)
    }

    async fn case(&self, request: &Request<v1::GetCaseRequest>) -> Result<v1::GetCaseResponse> {
        let caller = caller(request)?;
        let id = case_id(&request.get_ref().case_id)?;
        Ok(convert::detail(&self.app.case(&viewer(&caller), &id).await?))
    }

    async fn cases(&self, request: &Request<v1::ListCasesRequest>) -> Result<v1::ListCasesResponse> {
        let caller = caller(request)?;
        let viewer = viewer(&caller);
        let message = request.get_ref();
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, CASES.0, CASES.1);
        let limit = fields.finish(Some(limit))?;
        let filter = Filter::parse(&message.filter)?;
        let scope = [viewer.agency.as_str(), viewer.officer.as_str(), message.filter.as_str()];
        let tokens = Tokens::of(&["cases", scope[0], scope[1], scope[2]]);
        let after: Option<CaseId> = tokens.position(&message.page_token)?;
        let page = self.app.cases(&viewer, &filter, after.as_ref(), limit).await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListCasesResponse {
            next_page_token: last.map(|last| tokens.after(last.id.as_str())).unwrap_or_default(),
            cases: page.items.iter().map(convert::case).collect(),
        })
    }

    async fn events(&self, request: &Request<v1::ListCaseEventsRequest>) -> Result<v1::ListCaseEventsResponse> {
        let caller = caller(request)?;
        let viewer = viewer(&caller);
        let message = request.get_ref();
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, EVENTS.0, EVENTS.1);
        let id: Option<CaseId> = fields.id("case_id", &message.case_id);
        let (id, limit) = fields.finish(id.map(|id| (id, limit)))?;
        let tokens = Tokens::of(&["case_events", viewer.agency.as_str(), id.as_str()]);
        let after: Option<i64> = tokens.position(&message.page_token)?;
        let page = self
            .app
            .case_events(&viewer, &id, after.unwrap_or_default(), limit)
            .await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListCaseEventsResponse {
            next_page_token: last
                .map(|last| tokens.after(&last.version.to_string()))
                .unwrap_or_default(),
            events: page.items.into_iter().map(convert::event).collect(),
        })
    }

    async fn drafts(&self, request: &Request<v1::ListReleaseDraftsRequest>) -> Result<v1::ListReleaseDraftsResponse> {
        let caller = caller(request)?;
        let id = case_id(&request.get_ref().case_id)?;
        let drafts = self.app.release_drafts(&viewer(&caller), &id).await?;
        Ok(v1::ListReleaseDraftsResponse {
            drafts: drafts.into_iter().map(convert::draft).collect(),
        })
    }
}

fn arrived(document: String) -> Result<Arrived> {
    if document.is_empty() {
        return Err(Error::field(
            "document",
            "required",
            "Thiếu văn bản.",
            "The document is missing.",
        ));
    }
    Ok(Arrived::Document(document.into()))
}

fn case_id(text: &str) -> Result<CaseId> {
    let mut fields = Fields::default();
    let id = fields.id("case_id", text);
    fields.finish(id)
}

#[tonic::async_trait]
impl v1::case_service_server::CaseService for CaseService {
    async fn register_cases(
        &self,
        request: Request<v1::RegisterCasesRequest>,
    ) -> Result<Response<v1::RegisterCasesResponse>, Status> {
        reply(self.register(request).await)
    }

    async fn record_progress(
        &self,
        request: Request<v1::RecordProgressRequest>,
    ) -> Result<Response<v1::RecordProgressResponse>, Status> {
        reply(self.record(request).await)
    }

    async fn get_case(&self, request: Request<v1::GetCaseRequest>) -> Result<Response<v1::GetCaseResponse>, Status> {
        reply(self.case(&request).await)
    }

    async fn list_cases(
        &self,
        request: Request<v1::ListCasesRequest>,
    ) -> Result<Response<v1::ListCasesResponse>, Status> {
        reply(self.cases(&request).await)
    }

    async fn list_case_events(
        &self,
        request: Request<v1::ListCaseEventsRequest>,
    ) -> Result<Response<v1::ListCaseEventsResponse>, Status> {
        reply(self.events(&request).await)
    }

    async fn list_release_drafts(
        &self,
        request: Request<v1::ListReleaseDraftsRequest>,
    ) -> Result<Response<v1::ListReleaseDraftsResponse>, Status> {
        reply(self.drafts(&request).await)
    }
}
