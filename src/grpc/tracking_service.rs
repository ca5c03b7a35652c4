//! TrackingService: when something is due and why, what happened to it, and how partners keep their times.

use lienthong_proto::v1;
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::caller::{caller, reply, viewer};
use super::convert::fields::Fields;
use super::convert::{deadlines, response_times, timeline, tracking as convert};
use super::page::Tokens;
use crate::app::App;
use crate::domain::error::Result;
use crate::domain::ids::RequestId;
use crate::domain::response_time::Month;
use crate::domain::viewer::Viewer;
use crate::evidence::digest::{hex, sha256};
use crate::store::DeadlinePosition;

/// Events per page of a timeline when the caller names no number, and at most.
const EVENTS: (i32, i32) = (50, 500);

/// The service.
#[derive(Debug, Clone)]
pub struct TrackingService {
    app: App,
}

impl TrackingService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    fn compute(&self, message: &v1::ComputeDeadlineRequest) -> Result<v1::ComputeDeadlineResponse> {
        let question = convert::question(message)?;
        Ok(convert::computed(&self.app.compute_deadlines(&question)?))
    }

    async fn deadlines(
        &self,
        viewer: Viewer,
        mut message: v1::ListDeadlinesRequest,
    ) -> Result<v1::ListDeadlinesResponse> {
        let asked = deadlines::asked(&message)?;
        let token = std::mem::take(&mut message.page_token);
        message.page_size = 0;
        // What is asked, whatever the size of a page.
        let filter = hex(&sha256(&message.encode_to_vec()));
        let tokens = Tokens::of(&["deadlines", viewer.agency.as_str(), &filter]);
        let after: Option<DeadlinePosition> = tokens.position(&token)?;
        let found = self
            .app
            .deadlines(
                &viewer,
                asked.side,
                asked.filter,
                asked.overdue_only,
                after,
                asked.limit,
            )
            .await?;
        let last = found.page.items.last().filter(|_| found.page.more);
        let next = last.map(|last| tokens.after(&DeadlinePosition::from(last).to_string()));
        Ok(deadlines::page(&found.page.items, found.now, next.unwrap_or_default()))
    }

    async fn scorecards(&self, viewer: Viewer, message: v1::GetScorecardRequest) -> Result<v1::GetScorecardResponse> {
        let (agency, period) = response_times::scorecard_asked(&message, self.this_month())?;
        let found = self.app.scorecards(&viewer, agency.as_ref(), period).await?;
        Ok(response_times::scorecards(&found, period))
    }

    async fn response_times(
        &self,
        viewer: Viewer,
        message: v1::QueryResponseTimesRequest,
    ) -> Result<v1::QueryResponseTimesResponse> {
        let (period, filter, by) = response_times::times_asked(&message, self.this_month())?;
        let found = self.app.response_times(&viewer, period, &filter, &by).await?;
        Ok(response_times::response_times(&found))
    }

    fn this_month(&self) -> Month {
        Month::of(self.app.clock.now())
    }

    async fn timeline(&self, viewer: Viewer, message: v1::GetTimelineRequest) -> Result<v1::GetTimelineResponse> {
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, EVENTS.0, EVENTS.1);
        let id = fields.id("enforcement_request_id", &message.enforcement_request_id);
        let id: RequestId = fields.finish(id)?;
        let tokens = Tokens::of(&["timeline", viewer.agency.as_str(), id.as_str()]);
        let after: i64 = tokens.position(&message.page_token)?.unwrap_or(0);
        let found = self.app.timeline(&viewer, &id, after, limit).await?;
        let last = found.page.items.last().filter(|_| found.page.more);
        let next = last.map(|last| tokens.after(&last.event.version.to_string()));
        Ok(timeline::response(&found, next.unwrap_or_default()))
    }
}

#[tonic::async_trait]
impl v1::tracking_service_server::TrackingService for TrackingService {
    async fn compute_deadline(
        &self,
        request: Request<v1::ComputeDeadlineRequest>,
    ) -> Result<Response<v1::ComputeDeadlineResponse>, Status> {
        reply(self.compute(request.get_ref()))
    }

    async fn list_deadlines(
        &self,
        request: Request<v1::ListDeadlinesRequest>,
    ) -> Result<Response<v1::ListDeadlinesResponse>, Status> {
        reply(match caller(&request) {
            Ok(caller) => self.deadlines(viewer(&caller), request.into_inner()).await,
            Err(error) => Err(error),
        })
    }

    async fn get_timeline(
        &self,
        request: Request<v1::GetTimelineRequest>,
    ) -> Result<Response<v1::GetTimelineResponse>, Status> {
        reply(match caller(&request) {
            Ok(caller) => self.timeline(viewer(&caller), request.into_inner()).await,
            Err(error) => Err(error),
        })
    }

    async fn get_scorecard(
        &self,
        request: Request<v1::GetScorecardRequest>,
    ) -> Result<Response<v1::GetScorecardResponse>, Status> {
        reply(match caller(&request) {
            Ok(caller) => self.scorecards(viewer(&caller), request.into_inner()).await,
            Err(error) => Err(error),
        })
    }

    async fn query_response_times(
        &self,
        request: Request<v1::QueryResponseTimesRequest>,
    ) -> Result<Response<v1::QueryResponseTimesResponse>, Status> {
        reply(match caller(&request) {
            Ok(caller) => self.response_times(viewer(&caller), request.into_inner()).await,
            Err(error) => Err(error),
        })
    }
}
