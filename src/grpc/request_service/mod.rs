//! RequestService: decode, call the use case, encode.

mod content;
mod measures;
mod registers;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use lienthong_proto::v1;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::caller::{caller, reply, viewer};
use super::convert::fields::Fields;
use super::convert::instruction::{Instructs, instruction};
use super::convert::receipt::{receipt, receipts};
use super::convert::{check, event, request as convert, text_or_empty, time};
use super::page::Tokens;
use super::status::to_status;
use crate::app::App;
use crate::app::requests::filter::Filter;
use crate::app::requests::state::StepDocument;
use crate::app::requests::submit::Submitted;
use crate::auth::admission::{Admission, OverRate};
use crate::auth::directory::Authenticator;
use crate::domain::document::{
    AcknowledgeDocument, AnswerDocument, ClarifyDocument, CorrectDocument, RecordAnswerDocument, ReportDocument,
    SendBackDocument, ServeDocument, WithdrawDocument,
};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{BroadcastId, RequestId};
use content::Carries;

/// Entries per page when the caller names no number, and at most.
const PAGE: (i32, i32) = (50, 500);

/// Likewise of what names an account: each brings what its documents say.
const ACCOUNT_PAGE: (i32, i32) = (20, 50);

/// The service.
#[derive(Debug, Clone)]
pub struct RequestService {
    app: App,
    authenticator: Arc<Authenticator>,
    admission: Arc<Admission>,
    message_bytes: usize,
}

impl RequestService {
    /// Over the use cases of `app`. `authenticator` and `admission` are asked about every message of a stream.
    /// `message_bytes` is the most bytes that the server lets a message have; it is told to who sends more.
    pub fn new(app: App, authenticator: Arc<Authenticator>, admission: Arc<Admission>, message_bytes: usize) -> Self {
        Self {
            app,
            authenticator,
            admission,
            message_bytes,
        }
    }

    async fn submit_order(&self, request: Request<v1::SubmitRequest>) -> Result<v1::SubmitResponse> {
        let viewer = viewer(&*caller(&request)?);
        let over_rate = request.extensions().get::<OverRate>().map(|over| over.error());
        let (document, _) = request.into_inner().carried()?;
        submit_response(self.app.submit(&viewer, document, over_rate).await?)
    }

    async fn try_order(&self, request: Request<v1::CheckOrderRequest>) -> Result<v1::CheckOrderResponse> {
        let viewer = viewer(&*caller(&request)?);
        let (document, _) = request.into_inner().carried()?;
        let found = self.app.check_before_sending(&viewer, &document).await?;
        Ok(check::checked(&found))
    }

    /// A step that a document states.
    async fn state<D: StepDocument, M: Carries>(&self, request: Request<M>) -> Result<Option<v1::Receipt>> {
        let viewer = viewer(&*caller(&request)?);
        let (document, version) = request.into_inner().carried()?;
        receipt(self.app.state::<D>(&viewer, document, version).await?).map(Some)
    }

    /// A step that has no document: its content is the message encoded again.
    async fn instruct<M: Instructs>(&self, request: Request<M>) -> Result<Option<v1::Receipt>> {
        let viewer = viewer(&*caller(&request)?);
        let message = request.into_inner();
        let (key, instruction) = match instruction(&message) {
            (Some(key), instruction) => (key, instruction),
            (None, Err(failure)) => return Err(failure),
            (None, Ok(_)) => return Err(Error::internal("a message without a key was taken")),
        };
        let content = Bytes::from(message.encode_to_vec());
        receipt(
            self.app
                .instruct(&viewer, key, content, message.action(), instruction)
                .await?,
        )
        .map(Some)
    }

    async fn get_request(&self, request: &Request<v1::GetRequest>) -> Result<v1::GetResponse> {
        let caller = caller(request)?;
        let message = request.get_ref();
        let id = request_id(&message.enforcement_request_id)?;
        let detail = self
            .app
            .request(&viewer(&caller), &id, message.include_documents)
            .await?;
        let is_sender = detail.view.request.sender == viewer(&caller).agency;
        let mut reply = convert::detail(detail);
        if !is_sender {
            reply.follow_ups.clear();
        }
        Ok(reply)
    }

    async fn list_requests(&self, request: &Request<v1::ListRequest>) -> Result<v1::ListResponse> {
        let caller = caller(request)?;
        let agency = &caller.agency.code;
        let message = request.get_ref();
        let limit = page_size(message.page_size)?;
        let filter = Filter::parse(&message.filter)?;
        let tokens = Tokens::of(&["requests", agency.as_str(), &message.filter]);
        let after: Option<RequestId> = tokens.position(&message.page_token)?;
        let page = self
            .app
            .requests(&viewer(&caller), &filter, after.as_ref(), limit)
            .await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListResponse {
            next_page_token: last
                .map(|last| tokens.after(last.request.id.as_str()))
                .unwrap_or_default(),
            enforcement_requests: page.items.iter().map(convert::envelope).collect(),
        })
    }

    async fn list_request_events(&self, request: &Request<v1::ListEventsRequest>) -> Result<v1::ListEventsResponse> {
        let caller = caller(request)?;
        let agency = &caller.agency.code;
        let message = request.get_ref();
        let id = request_id(&message.enforcement_request_id)?;
        let limit = page_size(message.page_size)?;
        let tokens = Tokens::of(&["events", agency.as_str(), id.as_str()]);
        let after: i64 = tokens.position(&message.page_token)?.unwrap_or(0);
        let page = self.app.events(&viewer(&caller), &id, after, limit).await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListEventsResponse {
            next_page_token: last
                .map(|last| tokens.after(&last.event.version.to_string()))
                .unwrap_or_default(),
            events: page.items.into_iter().map(event::event).collect(),
        })
    }

    async fn get_members(&self, request: &Request<v1::GetBroadcastRequest>) -> Result<v1::GetBroadcastResponse> {
        let caller = caller(request)?;
        let mut fields = Fields::default();
        let id = fields.id("broadcast_id", &request.get_ref().broadcast_id);
        let id: BroadcastId = fields.finish(id)?;
        let views = self.app.broadcast(&viewer(&caller), &id).await?;
        let first = views.first().map(|view| &view.request);
        Ok(v1::GetBroadcastResponse {
            broadcast_id: id.to_string(),
            kind: text_or_empty(first.map(|request| request.kind.as_str())),
            sender_agency_code: caller.agency.code.to_string(),
            submit_time: first.map(|request| time(request.submit_time)),
            members: views.iter().map(convert::member).collect(),
        })
    }
}

/// The answer to a submit, the same for the first call and every retry.
fn submit_response(submitted: Submitted) -> Result<v1::SubmitResponse> {
    Ok(v1::SubmitResponse {
        receipts: receipts(submitted.receipts)?,
        broadcast_id: text_or_empty(submitted.broadcast_id.as_ref().map(BroadcastId::as_str)),
    })
}

pub(super) fn request_id(text: &str) -> Result<RequestId> {
    let mut fields = Fields::default();
    let id = fields.id("enforcement_request_id", text);
    fields.finish(id)
}

fn page_size(size: i32) -> Result<usize> {
    page_size_of(size, PAGE)
}

fn page_size_of(size: i32, (usual, most): (i32, i32)) -> Result<usize> {
    let mut fields = Fields::default();
    let size = fields.page_size("page_size", size, usual, most);
    fields.finish(Some(size))
}

/// The service's trait: methods as written in full, and those that give one receipt, which differ only in their types.
/// A step is stated by a document, or else by the message itself.
macro_rules! methods {
    (
        { $($full:tt)* }
        stated { $($stated:ident($stated_in:ident, $document:ident) -> $stated_out:ident;)+ }
        instructed { $($instructed:ident($instructed_in:ident) -> $instructed_out:ident;)+ }
    ) => {
        #[tonic::async_trait]
        impl v1::request_service_server::RequestService for RequestService {
            $($full)*

            $(async fn $stated(&self, request: Request<v1::$stated_in>) -> Result<Response<v1::$stated_out>, Status> {
                let receipt = self.state::<$document, _>(request).await;
                reply(receipt.map(|receipt| v1::$stated_out { receipt }))
            })+

            $(async fn $instructed(
                &self,
                request: Request<v1::$instructed_in>,
            ) -> Result<Response<v1::$instructed_out>, Status> {
                let receipt = self.instruct(request).await;
                reply(receipt.map(|receipt| v1::$instructed_out { receipt }))
            })+
        }
    };
}

methods! {
    {
        type SubmitStreamStream = ReceiverStream<Result<v1::SubmitStreamResponse, Status>>;

        async fn submit(
            &self,
            request: Request<v1::SubmitRequest>,
        ) -> Result<Response<v1::SubmitResponse>, Status> {
            reply(self.submit_order(request).await)
        }

        async fn check_order(
            &self,
            request: Request<v1::CheckOrderRequest>,
        ) -> Result<Response<v1::CheckOrderResponse>, Status> {
            reply(self.try_order(request).await)
        }

        async fn submit_stream(
            &self,
            request: Request<Streaming<v1::SubmitStreamRequest>>,
        ) -> Result<Response<Self::SubmitStreamStream>, Status> {
            let principal = caller(&request).map_err(|error| to_status(&error))?;
            let authenticator = Arc::clone(&self.authenticator);
            let answers = stream::start(
                self.app.clone(),
                authenticator,
                Arc::clone(&self.admission),
                principal,
                request.into_inner(),
                self.message_bytes,
            );
            Ok(Response::new(ReceiverStream::new(answers)))
        }

        async fn get(&self, request: Request<v1::GetRequest>) -> Result<Response<v1::GetResponse>, Status> {
            reply(self.get_request(&request).await)
        }

        async fn list(&self, request: Request<v1::ListRequest>) -> Result<Response<v1::ListResponse>, Status> {
            reply(self.list_requests(&request).await)
        }

        async fn list_events(
            &self,
            request: Request<v1::ListEventsRequest>,
        ) -> Result<Response<v1::ListEventsResponse>, Status> {
            reply(self.list_request_events(&request).await)
        }

        async fn get_broadcast(
            &self,
            request: Request<v1::GetBroadcastRequest>,
        ) -> Result<Response<v1::GetBroadcastResponse>, Status> {
            reply(self.get_members(&request).await)
        }

        async fn register_measures(
            &self,
            request: Request<v1::RegisterMeasuresRequest>,
        ) -> Result<Response<v1::RegisterMeasuresResponse>, Status> {
            reply(self.take_in_measures(request).await)
        }

        async fn list_measures(
            &self,
            request: Request<v1::ListMeasuresRequest>,
        ) -> Result<Response<v1::ListMeasuresResponse>, Status> {
            reply(self.measure_page(&request).await)
        }

        async fn list_account_holds(
            &self,
            request: Request<v1::ListAccountHoldsRequest>,
        ) -> Result<Response<v1::ListAccountHoldsResponse>, Status> {
            reply(self.account_hold_page(&request).await)
        }

        async fn list_register(
            &self,
            request: Request<v1::ListRegisterRequest>,
        ) -> Result<Response<v1::ListRegisterResponse>, Status> {
            reply(self.register_page(&request).await)
        }
    }

    stated {
        acknowledge(AcknowledgeRequest, AcknowledgeDocument) -> AcknowledgeResponse;
        answer(AnswerRequest, AnswerDocument) -> AnswerResponse;
        report(ReportRequest, ReportDocument) -> ReportResponse;
        correct(CorrectRequest, CorrectDocument) -> CorrectResponse;
        send_back(SendBackRequest, SendBackDocument) -> SendBackResponse;
        clarify(ClarifyRequest, ClarifyDocument) -> ClarifyResponse;
        withdraw(WithdrawRequest, WithdrawDocument) -> WithdrawResponse;
        serve(ServeRequest, ServeDocument) -> ServeResponse;
        record_answer(RecordAnswerRequest, RecordAnswerDocument) -> RecordAnswerResponse;
    }

    instructed {
        assign(AssignRequest) -> AssignResponse;
        forward(ForwardRequest) -> ForwardResponse;
        ask_clarification(AskClarificationRequest) -> AskClarificationResponse;
        extend(ExtendRequest) -> ExtendResponse;
        dispute(DisputeRequest) -> DisputeResponse;
        decide_withdrawal(DecideWithdrawalRequest) -> DecideWithdrawalResponse;
        close(CloseRequest) -> CloseResponse;
    }
}
