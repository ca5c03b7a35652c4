//! MailboxService: an agency's ordered feed.

use std::sync::Arc;
use std::time::Duration;

use lienthong_proto::v1;
use prost::Message as _;
use tonic::{Request, Response, Status};

use super::caller::{actor, caller, reply};
use super::convert::mailbox as convert;
use super::convert::receipt::receipts;
use super::subscription::{Feed, Subscription};
use crate::app::App;
use crate::auth::directory::Authenticator;
use crate::domain::error::Result;

/// The service.
#[derive(Debug, Clone)]
pub struct MailboxService {
    app: App,
    authenticator: Arc<Authenticator>,
    stalled: Duration,
}

impl MailboxService {
    /// Over the use cases of `app`; `authenticator` is asked whether the caller of an open stream may go on. A reader of a
    /// stream may take nothing for as long as `stalled`.
    pub fn new(app: App, authenticator: Arc<Authenticator>, stalled: Duration) -> Self {
        Self {
            app,
            authenticator,
            stalled,
        }
    }

    async fn read(&self, request: Request<v1::PullRequest>) -> Result<v1::PullResponse> {
        let caller = caller(&request)?;
        let pull = convert::pull(request.get_ref(), &caller.agency.code)?;
        let pulled = self.app.pull(&pull).await?;
        // The caller may have waited long; a page leaves as a message of a stream does.
        self.authenticator.confirm(&caller).await?;
        Ok(convert::pulled(pulled))
    }

    async fn open(&self, request: Request<v1::SubscribeRequest>) -> Result<Feed> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let start = convert::start(&message)?;
        let agency = &caller.agency.code;
        let reader = self
            .app
            .reader(agency, &start.cursor, &start.start_after, message.include_documents)
            .await?;
        Ok(Subscription::start(
            self.app.clone(),
            Arc::clone(&self.authenticator),
            caller,
            reader,
            self.stalled,
        ))
    }

    async fn pass(&self, request: Request<v1::AdvanceRequest>) -> Result<v1::AdvanceResponse> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let advance = convert::advance(&message)?;
        let (cursor, moved) = self
            .app
            .advance(actor(&caller), advance, &message.encode_to_vec())
            .await?;
        Ok(v1::AdvanceResponse {
            positions: convert::cursor_to_wire(&cursor),
            receipts: receipts(moved)?,
        })
    }

    async fn seek_cursor(&self, request: Request<v1::SeekRequest>) -> Result<v1::SeekResponse> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let (cursor, target) = convert::seek(&message)?;
        let cursor = self
            .app
            .seek(actor(&caller), cursor, target, &message.encode_to_vec())
            .await?;
        Ok(v1::SeekResponse {
            positions: convert::cursor_to_wire(&cursor),
        })
    }
}

#[tonic::async_trait]
impl v1::mailbox_service_server::MailboxService for MailboxService {
    type SubscribeStream = Feed;

    async fn pull(&self, request: Request<v1::PullRequest>) -> Result<Response<v1::PullResponse>, Status> {
        reply(self.read(request).await)
    }

    async fn subscribe(
        &self,
        request: Request<v1::SubscribeRequest>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        reply(self.open(request).await)
    }

    async fn advance(&self, request: Request<v1::AdvanceRequest>) -> Result<Response<v1::AdvanceResponse>, Status> {
        reply(self.pass(request).await)
    }

    async fn seek(&self, request: Request<v1::SeekRequest>) -> Result<Response<v1::SeekResponse>, Status> {
        reply(self.seek_cursor(request).await)
    }
}
