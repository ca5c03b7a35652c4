//! NoticeService: notices above the recipient's line, which the sender's head lets go or not.

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message;
use tonic::{Request, Response, Status};

use super::caller::{actor, caller, reply};
use super::convert::agency::{idempotency_key, with_key_fault};
use super::convert::fields::Fields;
use super::convert::notice as convert;
use super::convert::receipt::receipt;
use super::page::Tokens;
use crate::app::App;
use crate::app::notices::NoticeWrite;
use crate::auth::principal::Principal;
use crate::domain::error::Result;

/// Notices per page when the caller names no number, and at most.
const NOTICES: (i32, i32) = (50, 200);

/// The service.
#[derive(Debug, Clone)]
pub struct NoticeService {
    app: App,
}

impl NoticeService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn list(&self, request: &Request<v1::ListNoticesRequest>) -> Result<v1::ListNoticesResponse> {
        let caller = caller(request)?;
        let (sender, message) = (&caller.agency.code, request.get_ref());
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, NOTICES.0, NOTICES.1);
        let limit = fields.finish(Some(limit))?;
        let drafted = if message.drafted_only { "drafted" } else { "" };
        let tokens = Tokens::of(&["notices", sender.as_str(), drafted]);
        let before: Option<i64> = tokens.position(&message.page_token)?;
        let (drafts, more) = self.app.notices(sender, message.drafted_only, before, limit).await?;
        let last = drafts.last().filter(|_| more);
        Ok(v1::ListNoticesResponse {
            next_page_token: last
                .map(|last| tokens.after(&last.drafted.row.drafted_index.to_string()))
                .unwrap_or_default(),
            notices: drafts.iter().map(convert::drafted).collect(),
        })
    }

    async fn decide(
        &self,
        caller: &Principal,
        message: &impl Message,
        (key, index): (&str, i64),
        confirm: bool,
    ) -> Result<Option<v1::Receipt>> {
        let draft = convert::decided(index);
        let key = match idempotency_key(key) {
            Ok(key) => key,
            Err(error) => return Err(with_key_fault(&error, draft)),
        };
        let write = NoticeWrite {
            actor: actor(caller),
            key,
            content: Bytes::from(message.encode_to_vec()),
            confirm,
        };
        receipt(self.app.decide_notice(write, draft).await?).map(Some)
    }
}

#[tonic::async_trait]
impl v1::notice_service_server::NoticeService for NoticeService {
    async fn list_notices(
        &self,
        request: Request<v1::ListNoticesRequest>,
    ) -> Result<Response<v1::ListNoticesResponse>, Status> {
        reply(self.list(&request).await)
    }

    async fn confirm_notice(
        &self,
        request: Request<v1::ConfirmNoticeRequest>,
    ) -> Result<Response<v1::ConfirmNoticeResponse>, Status> {
        let confirmed = async {
            let (caller, message) = (caller(&request)?, request.get_ref());
            let about = (message.idempotency_key.as_str(), message.notice_index);
            let receipt = self.decide(&caller, message, about, true).await?;
            Ok(v1::ConfirmNoticeResponse { receipt })
        };
        reply(confirmed.await)
    }

    async fn discard_notice(
        &self,
        request: Request<v1::DiscardNoticeRequest>,
    ) -> Result<Response<v1::DiscardNoticeResponse>, Status> {
        let discarded = async {
            let (caller, message) = (caller(&request)?, request.get_ref());
            let about = (message.idempotency_key.as_str(), message.notice_index);
            let receipt = self.decide(&caller, message, about, false).await?;
            Ok(v1::DiscardNoticeResponse { receipt })
        };
        reply(discarded.await)
    }
}
