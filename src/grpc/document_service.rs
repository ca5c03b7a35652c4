//! DocumentService: bytes in, bytes out, a piece at a time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use lienthong_proto::v1;
use lienthong_proto::v1::upload_request::Content;
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::caller::{actor, caller, reply, viewer};
use super::convert::fields::Fields;
use super::convert::receipt::receipt;
use super::convert::time;
use super::convert::upload as convert;
use super::refusal::refusal;
use super::status::to_status;
use crate::app::documents::{Begun, Documents, Incoming, Outgoing, UploadId, UploadState, Uploaded};
use crate::auth::directory::Authenticator;
use crate::auth::principal::Principal;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::DocumentId;

/// The longest that an upload may say nothing. The time of the whole is bounded by this and its size alone.
const SILENCE: Duration = Duration::from_mins(1);
/// Chunks between the file and the connection.
const ROOM: usize = 4;

/// The service.
#[derive(Debug, Clone)]
pub struct DocumentService {
    documents: Documents,
    authenticator: Arc<Authenticator>,
    message_bytes: usize,
}

/// A message of a download, or its end.
type Item = Result<v1::DownloadResponse, Status>;

impl DocumentService {
    /// Over the use cases of documents. `authenticator` is asked whether a caller may go on. `message_bytes` is the most
    /// bytes that the server lets a message have; it is told to who sends more.
    pub fn new(documents: Documents, authenticator: Arc<Authenticator>, message_bytes: usize) -> Self {
        Self {
            documents,
            authenticator,
            message_bytes,
        }
    }

    async fn take(&self, request: Request<Streaming<v1::UploadRequest>>) -> Result<v1::UploadResponse> {
        let caller = caller(&request)?;
        let mut messages = request.into_inner();
        let Some((Content::Header(header), offset)) = self.next(&mut messages).await? else {
            return Err(header_missing());
        };
        let content = Bytes::from(header.encode_to_vec());
        let (key, declared) = convert::header(&header);
        let Some(key) = key else {
            declared?;
            return Err(Error::internal("a header without a key was taken"));
        };
        let upload = UploadId {
            agency: &caller.agency.code,
            key: &key,
            header: &content,
        };
        if let Some(uploaded) = self.documents.accepted_before(upload).await? {
            return response(header, uploaded);
        }
        let begun = self.documents.receive(upload, declared?, convert::offset(offset)?);
        let mut incoming = match begun.await? {
            Begun::Accepted(uploaded) => return response(header, uploaded),
            Begun::Incoming(incoming) => *incoming,
        };
        if let Err(error) = self.fill(&mut incoming, &mut messages).await {
            incoming.give_up().await;
            return Err(error);
        }
        // The bytes may have been coming for long.
        let caller = self.authenticator.confirm(&caller).await?;
        let uploaded = self.documents.keep(actor(&caller), key, content, incoming).await?;
        response(header, uploaded)
    }

    /// Takes all chunks.
    async fn fill(&self, incoming: &mut Incoming, messages: &mut Streaming<v1::UploadRequest>) -> Result<()> {
        let superseded = incoming.superseded();
        loop {
            let next = tokio::select! {
                biased;
                () = superseded.cancelled() => return Err(broken()),
                next = self.next(messages) => next?,
            };
            let Some((content, _)) = next else { return Ok(()) };
            match content {
                Content::Chunk(bytes) => incoming.take(&bytes).await?,
                Content::Header(_) => {
                    return Err(Error::field(
                        "header",
                        "repeated",
                        "Phần khai báo (header) chỉ được gửi một lần.",
                        "The header comes only once.",
                    ));
                }
            }
        }
    }

    async fn look(&self, request: &Request<v1::GetUploadRequest>) -> Result<v1::GetUploadResponse> {
        let caller = caller(request)?;
        let header = request.get_ref().header.clone().ok_or_else(header_missing)?;
        let content = header.encode_to_vec();
        let (key, declared) = convert::header(&header);
        let Some(key) = key else {
            declared?;
            return Err(Error::internal("a header without a key was taken"));
        };
        let upload = UploadId {
            agency: &caller.agency.code,
            key: &key,
            header: &content,
        };
        let size = u64::try_from(header.size).unwrap_or_default();
        Ok(match self.documents.state(upload, size).await? {
            UploadState::Accepted(uploaded) => v1::GetUploadResponse {
                received_bytes: header.size,
                expire_time: None,
                accepted: Some(response(header, uploaded)?),
            },
            UploadState::Unfinished { received, expires } => {
                declared?;
                v1::GetUploadResponse {
                    received_bytes: i64::try_from(received).map_err(Error::internal)?,
                    expire_time: expires.map(time),
                    accepted: None,
                }
            }
        })
    }

    /// What the next message says; `None` at the end.
    async fn next(&self, messages: &mut Streaming<v1::UploadRequest>) -> Result<Option<(Content, i64)>> {
        let message = tokio::time::timeout(SILENCE, messages.message()).await;
        let message = message.map_err(|_elapsed| broken())?;
        let message = message.map_err(|status| refusal(&status, self.message_bytes).unwrap_or_else(broken))?;
        let Some(message) = message else { return Ok(None) };
        let offset = message.offset;
        let content = message.content.map(|content| Some((content, offset)));
        content.ok_or_else(|| {
            Error::field(
                "content",
                "required",
                "Thông điệp phải có header hoặc chunk.",
                "A message has a header or a chunk.",
            )
        })
    }

    async fn open(&self, request: &Request<v1::DownloadRequest>) -> Result<ReceiverStream<Item>> {
        let caller = caller(request)?;
        let message = request.get_ref();
        let id = document_id(&message.document_id)?;
        let outgoing = self.documents.open(&viewer(&caller), &id, message.offset).await?;
        let (sender, receiver) = mpsc::channel(ROOM);
        let authenticator = Arc::clone(&self.authenticator);
        tokio::spawn(async move {
            if let Err(error) = send(outgoing, caller, &authenticator, &sender).await {
                // Fails only if the client has gone.
                drop(sender.send(Err(to_status(&error))).await);
            }
        });
        Ok(ReceiverStream::new(receiver))
    }

    async fn describe(&self, request: &Request<v1::GetDocumentRequest>) -> Result<v1::GetDocumentResponse> {
        let caller = caller(request)?;
        let id = document_id(&request.get_ref().document_id)?;
        let view = self.documents.document(&viewer(&caller), &id).await?;
        Ok(convert::view(view))
    }
}

/// Sends a document: first what it is, then its bytes, each only while the caller may still read. Ends early if the client
/// has gone.
async fn send(
    mut outgoing: Outgoing,
    mut caller: Arc<Principal>,
    authenticator: &Authenticator,
    sender: &mpsc::Sender<Item>,
) -> Result<()> {
    use v1::download_response::Content as Sent;
    let mut content = Sent::Document(convert::info(outgoing.document.clone()));
    loop {
        let Ok(room) = sender.reserve().await else {
            return Ok(());
        };
        caller = authenticator.confirm(&caller).await?;
        room.send(Ok(v1::DownloadResponse { content: Some(content) }));
        match outgoing.next().await? {
            Some(bytes) => content = Sent::Chunk(bytes),
            None => return Ok(()),
        }
    }
}

fn header_missing() -> Error {
    Error::field(
        "header",
        "required",
        "Thông điệp đầu tiên phải là phần khai báo (header).",
        "The first message must be the header.",
    )
}

/// The client fell silent or went away; if it is still there, it may send the whole again.
fn broken() -> Error {
    Error::new(ErrorCode::Unavailable)
        .with_detail(
            "Việc tải lên bị gián đoạn; hãy hỏi GetUpload xem đã nhận đến đâu rồi gửi tiếp với cùng khóa.",
            "The upload broke off; ask GetUpload how far it came and go on from there with the same key.",
        )
        .retry_after_millis(1_000)
}

/// The answer to an upload, the same for the first call and every retry.
fn response(header: v1::UploadHeader, uploaded: Uploaded) -> Result<v1::UploadResponse> {
    Ok(v1::UploadResponse {
        document_id: uploaded.id.to_string(),
        sha256: header.sha256,
        size: header.size,
        receipt: Some(receipt(uploaded.receipt)?),
    })
}

fn document_id(text: &str) -> Result<DocumentId> {
    let mut fields = Fields::default();
    let id = fields.id("document_id", text);
    fields.finish(id)
}

#[tonic::async_trait]
impl v1::document_service_server::DocumentService for DocumentService {
    type DownloadStream = ReceiverStream<Item>;

    async fn upload(
        &self,
        request: Request<Streaming<v1::UploadRequest>>,
    ) -> Result<Response<v1::UploadResponse>, Status> {
        reply(self.take(request).await)
    }

    async fn get_upload(
        &self,
        request: Request<v1::GetUploadRequest>,
    ) -> Result<Response<v1::GetUploadResponse>, Status> {
        reply(self.look(&request).await)
    }

    async fn download(&self, request: Request<v1::DownloadRequest>) -> Result<Response<Self::DownloadStream>, Status> {
        reply(self.open(&request).await)
    }

    async fn get_document(
        &self,
        request: Request<v1::GetDocumentRequest>,
    ) -> Result<Response<v1::GetDocumentResponse>, Status> {
        reply(self.describe(&request).await)
    }
}
