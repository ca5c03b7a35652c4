//! CalendarService: the days on which deadlines are counted.

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::caller::{actor, caller, reply};
use super::convert::agency::{idempotency_key, with_key_fault};
use super::convert::calendar as convert;
use super::convert::receipt::receipt;
use crate::app::App;
use crate::app::calendar::CalendarWrite;
use crate::app::jobs::Recomputed;
use crate::domain::error::Result;

/// Pieces of requests that an import computes again before it answers; the rest is done after.
const PIECES: usize = 4;

/// The service.
#[derive(Debug, Clone)]
pub struct CalendarService {
    app: App,
}

impl CalendarService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn list(&self, message: &v1::ListCalendarDaysRequest) -> Result<v1::ListCalendarDaysResponse> {
        let asked = convert::days_asked(message)?;
        self.app.follow_calendar().await?;
        Ok(convert::days(&asked, &self.app.calendar.get()))
    }

    async fn import(&self, request: Request<v1::ImportCalendarDaysRequest>) -> Result<v1::ImportCalendarDaysResponse> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let days = convert::imported_days(&message);
        let key = match idempotency_key(&message.idempotency_key) {
            Ok(key) => key,
            Err(error) => return Err(with_key_fault(&error, days)),
        };
        let write = CalendarWrite {
            actor: actor(&caller),
            key,
            content: Bytes::from(message.encode_to_vec()),
        };
        let imported = self.app.import_calendar_days(write, days).await?;
        // The days are in; what cannot be computed now is computed later.
        let recomputed = self.app.recompute_deadlines(PIECES).await.unwrap_or_else(|error| {
            tracing::warn!(code = error.code().as_str(), "calendar.recompute.failed");
            Recomputed { moved: 0, more: true }
        });
        Ok(v1::ImportCalendarDaysResponse {
            receipt: Some(receipt(imported.receipt)?),
            version: imported.version,
            moved_requests: i32::try_from(recomputed.moved).unwrap_or(i32::MAX),
            more: recomputed.more,
        })
    }
}

#[tonic::async_trait]
impl v1::calendar_service_server::CalendarService for CalendarService {
    async fn list_calendar_days(
        &self,
        request: Request<v1::ListCalendarDaysRequest>,
    ) -> Result<Response<v1::ListCalendarDaysResponse>, Status> {
        reply(self.list(request.get_ref()).await)
    }

    async fn import_calendar_days(
        &self,
        request: Request<v1::ImportCalendarDaysRequest>,
    ) -> Result<Response<v1::ImportCalendarDaysResponse>, Status> {
        reply(self.import(request).await)
    }
}
