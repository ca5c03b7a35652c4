//! SubmitStream: many submits on one call. Memory is bounded: a message is read only when there is room to work on it,
//! and there is room again only when its answer was taken.

use std::sync::Arc;

use lienthong_proto::v1;
use tokio::sync::{Semaphore, mpsc};
use tonic::{Status, Streaming};

use super::content::Carries as _;
use super::submit_response;
use crate::app::App;
use crate::auth::admission::{Admission, OverRate};
use crate::auth::directory::Authenticator;
use crate::auth::principal::Principal;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::viewer::Viewer;
use crate::grpc::caller::viewer;
use crate::grpc::convert::failure::failure;
use crate::grpc::refusal::refusal;
use crate::grpc::status::to_status;

/// Submits of one stream that are worked on at a time.
const IN_FLIGHT: u32 = 64;
/// Answers that may wait for the client to read them.
const WAITING_ANSWERS: usize = 64;

/// What a client reads.
pub(super) type Answers = mpsc::Receiver<Result<v1::SubmitStreamResponse, Status>>;
type Sink = mpsc::Sender<Result<v1::SubmitStreamResponse, Status>>;

/// Starts to work on a stream. The work ends with the stream, when the caller may no longer act, or when nobody reads
/// the answers; what was queued by then is carried out all the same. `message_bytes` is the most bytes of one message.
pub(super) fn start(
    app: App,
    authenticator: Arc<Authenticator>,
    admission: Arc<Admission>,
    principal: Arc<Principal>,
    messages: Streaming<v1::SubmitStreamRequest>,
    message_bytes: usize,
) -> Answers {
    let (sink, answers) = mpsc::channel(WAITING_ANSWERS);
    let gate = Gate {
        authenticator,
        admission,
        principal,
    };
    tokio::spawn(run(app, gate, messages, message_bytes, sink));
    answers
}

/// Lets a message of the stream in when its agency's rate allows it and its caller may still act.
struct Gate {
    authenticator: Arc<Authenticator>,
    admission: Arc<Admission>,
    principal: Arc<Principal>,
}

impl Gate {
    /// A stream that is over the rate is not refused: it is read more slowly.
    async fn at_its_rate(&self) {
        while let Err(OverRate(wait)) = self.admission.take(&self.principal.agency.code) {
            tokio::time::sleep(wait).await;
        }
    }

    /// Who acts, as known now: a handshake and a token of an hour ago say nothing.
    async fn viewer(&mut self) -> Result<Viewer> {
        self.principal = self.authenticator.confirm(&self.principal).await?;
        Ok(viewer(&self.principal))
    }
}

async fn run(
    app: App,
    mut gate: Gate,
    mut messages: Streaming<v1::SubmitStreamRequest>,
    message_bytes: usize,
    sink: Sink,
) {
    let room = Arc::new(Semaphore::new(usize::try_from(IN_FLIGHT).unwrap_or(1)));
    let end = loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let message = tokio::select! {
            () = sink.closed() => return,
            message = async {
                gate.at_its_rate().await;
                messages.message().await
            } => message,
        };
        let message = match message {
            Ok(Some(message)) => message,
            Ok(None) => break None,
            Err(status) => break Some(to_status(&broken_input(&status, message_bytes))),
        };
        let viewer = match gate.viewer().await {
            Ok(viewer) => viewer,
            Err(error) => break Some(to_status(&error)),
        };
        let (app, sink) = (app.clone(), sink.clone());
        tokio::spawn(async move {
            let answer = answer(&app, &viewer, message).await;
            // Nobody may be reading any more; the submit stands all the same.
            drop(sink.send(Ok(answer)).await);
            drop(permit);
        });
    };
    // Every answer leaves before the reason for the end.
    if let Some(status) = end
        && room.acquire_many(IN_FLIGHT).await.is_ok()
    {
        drop(sink.send(Err(status)).await);
    }
}

/// Why no more messages can be read. What is no refusal is a connection that broke off.
fn broken_input(status: &Status, message_bytes: usize) -> Error {
    refusal(status, message_bytes).unwrap_or_else(|| Error::new(ErrorCode::Unavailable).retry_after_millis(1_000))
}

async fn answer(app: &App, viewer: &Viewer, message: v1::SubmitStreamRequest) -> v1::SubmitStreamResponse {
    use v1::submit_stream_response::Result as Answer;
    let sequence = message.sequence;
    let result = match submit(app, viewer, message).await {
        Ok(accepted) => Answer::Accepted(accepted),
        Err(error) => Answer::Rejected(failure(&error)),
    };
    v1::SubmitStreamResponse {
        sequence,
        result: Some(result),
    }
}

async fn submit(app: &App, viewer: &Viewer, message: v1::SubmitStreamRequest) -> Result<v1::SubmitResponse> {
    let (document, _) = message.carried()?;
    submit_response(app.submit(viewer, document, None).await?)
}
