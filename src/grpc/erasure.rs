//! EvidenceService: erasing content whose retention is over.

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message as _;
use tonic::Request;

use super::caller::{actor, caller, viewer};
use super::convert::agency::{idempotency_key, with_key_fault};
use super::convert::erasure as convert;
use super::convert::fields::Fields;
use super::evidence_service::EvidenceService;
use super::page::Tokens;
use crate::app::erasure::ErasureWrite;
use crate::domain::error::Result;
use crate::domain::ids::RequestId;

/// Proposals per page when the caller names no number, and at most: a broadcast has many requests.
const PROPOSALS: (i32, i32) = (20, 100);
/// Requests per page.
const REQUESTS: (i32, i32) = (50, 200);

impl EvidenceService {
    pub(super) async fn propose(
        &self,
        request: Request<v1::ProposeErasureRequest>,
    ) -> Result<v1::ProposeErasureResponse> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let proposed = convert::proposed(&message);
        let key = match idempotency_key(&message.idempotency_key) {
            Ok(key) => key,
            Err(error) => return Err(with_key_fault(&error, proposed)),
        };
        let write = ErasureWrite {
            actor: actor(&caller),
            key,
            content: Bytes::from(message.encode_to_vec()),
        };
        convert::propose_response(self.app.propose_erasure(write, proposed).await?)
    }

    pub(super) async fn decide(&self, request: Request<v1::DecideErasureRequest>) -> Result<v1::DecideErasureResponse> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let decided = convert::decided(&message);
        let key = match idempotency_key(&message.idempotency_key) {
            Ok(key) => key,
            Err(error) => return Err(with_key_fault(&error, decided)),
        };
        let write = ErasureWrite {
            actor: actor(&caller),
            key,
            content: Bytes::from(message.encode_to_vec()),
        };
        convert::decide_response(self.app.decide_erasure(write, decided).await?)
    }

    pub(super) async fn erasures(
        &self,
        request: &Request<v1::ListErasuresRequest>,
    ) -> Result<v1::ListErasuresResponse> {
        let caller = caller(request)?;
        let viewer = viewer(&caller);
        let message = request.get_ref();
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, PROPOSALS.0, PROPOSALS.1);
        let limit = fields.finish(Some(limit))?;
        let pending = if message.pending_only { "pending" } else { "" };
        let tokens = Tokens::of(&["erasures", viewer.agency.as_str(), pending]);
        let before: Option<i64> = tokens.position(&message.page_token)?;
        let page = self.app.erasures(&viewer, message.pending_only, before, limit).await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListErasuresResponse {
            next_page_token: last
                .map(|last| tokens.after(&last.erasure.proposed_index.to_string()))
                .unwrap_or_default(),
            erasures: page.items.iter().map(convert::erasure).collect(),
        })
    }

    pub(super) async fn erasable(
        &self,
        request: &Request<v1::ListErasableRequest>,
    ) -> Result<v1::ListErasableResponse> {
        let caller = caller(request)?;
        let viewer = viewer(&caller);
        let message = request.get_ref();
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, REQUESTS.0, REQUESTS.1);
        let limit = fields.finish(Some(limit))?;
        let tokens = Tokens::of(&["erasable", viewer.agency.as_str()]);
        let after: Option<RequestId> = tokens.position(&message.page_token)?;
        let page = self.app.due_for_erasure(&viewer, after.as_ref(), limit).await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListErasableResponse {
            next_page_token: last
                .map(|last| tokens.after(last.request.id.as_str()))
                .unwrap_or_default(),
            requests: page.items.iter().map(convert::erasable).collect(),
        })
    }
}
