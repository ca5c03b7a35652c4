//! SandboxService: the clock of a hub to try things on. Added to the routes of sandboxes alone.

use bytes::Bytes;
use lienthong_proto::v1;
use lienthong_proto::v1::advance_clock_request::Advance;
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::caller::{actor, caller, reply};
use super::convert::agency::{idempotency_key, with_key_fault};
use super::convert::fields::Fields;
use super::convert::receipt::receipt;
use super::convert::{instant, time};
use crate::app::App;
use crate::app::ledger::clock::ClockAdvance;
use crate::domain::error::{Error, Result};
use crate::domain::time::Timestamp;
use crate::evidence::leaf::Leaf;

/// The service.
#[derive(Debug, Clone)]
pub struct SandboxService {
    app: App,
}

impl SandboxService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn advance(&self, request: Request<v1::AdvanceClockRequest>) -> Result<v1::AdvanceClockResponse> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let advance = way(&message);
        let key = match idempotency_key(&message.idempotency_key) {
            Ok(key) => key,
            Err(error) => return Err(with_key_fault(&error, advance)),
        };
        let content = Bytes::from(message.encode_to_vec());
        let accepted = self.app.advance_clock(actor(&caller), key, content, advance).await?;
        let leaf = Leaf::decode(&accepted.leaf).map_err(Error::internal)?;
        Ok(v1::AdvanceClockResponse {
            hub_time: Some(time(Timestamp::from_micros(leaf.hub_time))),
            receipt: Some(receipt(accepted)?),
        })
    }
}

/// How far the clock is to go.
fn way(message: &v1::AdvanceClockRequest) -> Result<ClockAdvance> {
    let mut fields = Fields::default();
    let advance = match &message.advance {
        None => {
            fields.missing("advance");
            None
        }
        Some(Advance::BySeconds(seconds)) => Some(ClockAdvance::By(seconds.saturating_mul(1_000_000))),
        Some(Advance::To(to)) => {
            let to = instant(to);
            if to.is_none() {
                fields.push("to", "out_of_range", "Thời điểm không hợp lệ.", "No such instant.");
            }
            to.map(ClockAdvance::To)
        }
    };
    fields.finish(advance)
}

#[tonic::async_trait]
impl v1::sandbox_service_server::SandboxService for SandboxService {
    async fn advance_clock(
        &self,
        request: Request<v1::AdvanceClockRequest>,
    ) -> Result<Response<v1::AdvanceClockResponse>, Status> {
        reply(self.advance(request).await)
    }
}
