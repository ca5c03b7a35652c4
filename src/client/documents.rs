//! Sending and fetching a document, going on where an earlier attempt stopped.

use bytes::Bytes;
use lienthong_proto::v1;
use lienthong_proto::v1::document_service_client::DocumentServiceClient;
use lienthong_proto::v1::download_response::Content as Received;
use lienthong_proto::v1::upload_request::Content;
use tonic::{Code, Response, Status};

use super::channel::HubChannel;

/// How often it is asked where to go on.
const MOST_ASKS: u32 = 4;
/// Bytes of one message.
const CHUNK: usize = 64 * 1024;

/// One attempt to send a document: what the hub has of it already is left out. `told` hears how many bytes are sent.
///
/// # Errors
/// What the hub or the way to it says. The same call again goes on from there.
pub async fn send(
    mut documents: DocumentServiceClient<HubChannel>,
    header: &v1::UploadHeader,
    content: &Bytes,
    told: impl Fn(u64) + Clone + Send + Sync + 'static,
) -> Result<Response<v1::UploadResponse>, Status> {
    let mut asks = 0;
    loop {
        asks += 1;
        let asked = v1::GetUploadRequest {
            header: Some(header.clone()),
        };
        let state = documents.get_upload(asked).await?.into_inner();
        if let Some(accepted) = state.accepted {
            return Ok(Response::new(accepted));
        }
        let received = usize::try_from(state.received_bytes).unwrap_or_default();
        match send_from(&mut documents, header, content, received, told.clone()).await {
            // What the hub had of it was not what it should be, and is forgotten now; or the last bytes of the attempt
            // before came in meanwhile.
            Err(status)
                if received > 0
                    && asks < MOST_ASKS
                    && matches!(status.code(), Code::InvalidArgument | Code::FailedPrecondition) => {}
            other => return other,
        }
    }
}

async fn send_from(
    documents: &mut DocumentServiceClient<HubChannel>,
    header: &v1::UploadHeader,
    content: &Bytes,
    from: usize,
    told: impl Fn(u64) + Send + 'static,
) -> Result<Response<v1::UploadResponse>, Status> {
    let message = |content, offset| v1::UploadRequest {
        content: Some(content),
        offset,
    };
    let offset = i64::try_from(from).unwrap_or_default();
    let first = message(Content::Header(header.clone()), offset);
    let content = content.clone();
    let chunks = (from..content.len()).step_by(CHUNK).map(move |start| {
        let end = content.len().min(start + CHUNK);
        told(u64::try_from(end).unwrap_or(u64::MAX));
        message(Content::Chunk(content.slice(start..end)), 0)
    });
    documents
        .upload(tokio_stream::iter(std::iter::once(first).chain(chunks)))
        .await
}

/// One attempt to fetch a document: what `content` has of it already is left out. `told` hears how many bytes came.
///
/// # Errors
/// What the hub or the way to it says. What came before it stays in `content`; the same call again goes on from there.
pub async fn fetch(
    mut documents: DocumentServiceClient<HubChannel>,
    id: &str,
    content: &mut Vec<u8>,
    told: impl Fn(u64),
) -> Result<Response<v1::DocumentInfo>, Status> {
    let asked = v1::DownloadRequest {
        document_id: id.to_owned(),
        offset: i64::try_from(content.len()).unwrap_or(i64::MAX),
    };
    let mut stream = documents.download(asked).await?.into_inner();
    let mut info = None;
    while let Some(message) = stream.message().await? {
        match message.content {
            Some(Received::Document(document)) => info = Some(document),
            Some(Received::Chunk(chunk)) => {
                content.extend_from_slice(&chunk);
                told(u64::try_from(content.len()).unwrap_or(u64::MAX));
            }
            None => {}
        }
    }
    // A hub that ends well has said what it is.
    info.map(Response::new)
        .ok_or_else(|| Status::unavailable("the stream ended before it said what the document is"))
}
