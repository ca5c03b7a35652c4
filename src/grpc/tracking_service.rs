//! TrackingService: when something is due, and why.

use lienthong_proto::v1;
use tonic::{Request, Response, Status};

use super::caller::reply;
use super::convert::tracking as convert;
use crate::app::App;
use crate::domain::error::Result;

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
}

#[tonic::async_trait]
impl v1::tracking_service_server::TrackingService for TrackingService {
    async fn compute_deadline(
        &self,
        request: Request<v1::ComputeDeadlineRequest>,
    ) -> Result<Response<v1::ComputeDeadlineResponse>, Status> {
        reply(self.compute(request.get_ref()))
    }
}
