//! MailboxService: an agency's ordered feed.

use std::sync::Arc;

use lienthong_proto::v1;
use prost::Message as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::caller::{actor, caller, reply};
use super::convert::mailbox as convert;
use super::convert::receipt::receipts;
use super::subscription::{self, Subscription};
use crate::app::App;
use crate::auth::directory::Authenticator;
use crate::domain::error::Result;

/// The service.
#[derive(Debug, Clone)]
pub struct MailboxService {
    app: App,
    authenticator: Arc<Authenticator>,
}

impl MailboxService {
    /// Over the use cases of `app`; `authenticator` is asked whether the caller of an open stream may go on.
    pub fn new(app: App, authenticator: Arc<Authenticator>) -> Self {
        Self { app, authenticator }
    }

    async fn read(&self, request: Request<v1::PullRequest>) -> Result<v1::PullResponse> {
        let caller = caller(&request)?;
        let pull = convert::pull(request.get_ref(), &caller.agency.code)?;
        let pulled = self.app.pull(&pull).await?;
        // The caller may have waited long; a page leaves as a message of a stream does.
        self.authenticator.confirm(&caller).await?;
        Ok(convert::pulled(pulled))
    }

    async fn open(&self, request: Request<v1::SubscribeRequest>) -> Result<ReceiverStream<subscription::Item>> {
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
}

#[tonic::async_trait]
impl v1::mailbox_service_server::MailboxService for MailboxService {
    type SubscribeStream = ReceiverStream<subscription::Item>;

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
}
