//! ReportService: reports, written as files and sent in pieces.

use std::sync::Arc;

use bytes::Bytes;
use lienthong_proto::v1;
use lienthong_proto::v1::run_report_response::Part;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::caller::{caller, reply, viewer};
use super::convert::report as convert;
use super::page::Tokens;
use super::status::to_status;
use crate::app::App;
use crate::auth::directory::Authenticator;
use crate::auth::principal::Principal;
use crate::domain::error::{Error, Result};

/// Bytes of a file in one message.
const PIECE: usize = 64 * 1_024;
/// Pieces between the file and the connection.
const ROOM: usize = 4;

type Item = Result<v1::RunReportResponse, Status>;

/// The service.
#[derive(Debug, Clone)]
pub struct ReportService {
    app: App,
    authenticator: Arc<Authenticator>,
}

impl ReportService {
    /// Over the use cases of `app`. `authenticator` is asked whether the caller of a stream may go on.
    pub fn new(app: App, authenticator: Arc<Authenticator>) -> Self {
        Self { app, authenticator }
    }

    async fn run(&self, request: Request<v1::RunReportRequest>) -> Result<ReceiverStream<Item>> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let (asked, format, limit) = convert::asked(&message, self.app.clock.now().date())?;
        let reference = asked.reference().to_string();
        let tokens = Tokens::of(&["report", caller.agency.code.as_str(), &reference]);
        let part = convert::part(tokens.position(&message.page_token)?, limit);
        let run = self
            .app
            .run_report(&caller.agency, &viewer(&caller), &asked, &part)
            .await?;
        let next = run.next.as_deref().map(|next| tokens.after(next)).unwrap_or_default();
        // A large workbook takes a moment to write.
        let written = tokio::task::spawn_blocking(move || {
            let file = convert::rendered(&run, format)?;
            Ok::<_, Error>((convert::head(&run, format, file.len(), next), file))
        });
        let (head, file) = written.await.map_err(Error::internal)??;
        Ok(start(head, file.into(), caller, Arc::clone(&self.authenticator)))
    }
}

/// Starts to send. Every piece leaves only while the caller may still act.
fn start(
    head: v1::ReportHead,
    file: Bytes,
    caller: Arc<Principal>,
    authenticator: Arc<Authenticator>,
) -> ReceiverStream<Item> {
    let (sender, receiver) = mpsc::channel(ROOM);
    tokio::spawn(async move {
        if let Err(error) = send(head, file, caller, &authenticator, &sender).await {
            // Fails only if the client has gone.
            drop(sender.send(Err(to_status(&error))).await);
        }
    });
    ReceiverStream::new(receiver)
}

async fn send(
    head: v1::ReportHead,
    mut file: Bytes,
    mut caller: Arc<Principal>,
    authenticator: &Authenticator,
    sender: &mpsc::Sender<Item>,
) -> Result<()> {
    let mut part = Part::Head(head);
    loop {
        let message = v1::RunReportResponse { part: Some(part) };
        if sender.send(Ok(message)).await.is_err() || file.is_empty() {
            return Ok(());
        }
        caller = authenticator.confirm(&caller).await?;
        part = Part::Piece(file.split_to(PIECE.min(file.len())));
    }
}

#[tonic::async_trait]
impl v1::report_service_server::ReportService for ReportService {
    async fn list_reports(
        &self,
        _request: Request<v1::ListReportsRequest>,
    ) -> Result<Response<v1::ListReportsResponse>, Status> {
        Ok(Response::new(convert::descriptions()))
    }

    type RunReportStream = ReceiverStream<Item>;

    async fn run_report(
        &self,
        request: Request<v1::RunReportRequest>,
    ) -> Result<Response<Self::RunReportStream>, Status> {
        reply(self.run(request).await)
    }
}
