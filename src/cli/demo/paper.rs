//! Uploaded documents: what travels beside orders and answers.

use lienthong_proto::v1;
use lienthong_proto::v1::download_response::Content as Received;
use lienthong_proto::v1::upload_request::Content as Sent;
use serde_json::json;

use super::outcome::{Outcome, check, present};
use super::partner::Partner;
use crate::evidence::digest::{hex, sha256};

/// How much of a document goes into one message.
const CHUNK_BYTES: usize = 64 * 1024;

/// A document to attach.
pub(super) struct Paper {
    /// File name as people see it.
    pub(super) name: &'static str,
    /// What it is, by the kinds' lists.
    pub(super) sort: &'static str,
    /// Media type.
    pub(super) media_type: &'static str,
    /// Its bytes.
    pub(super) content: &'static [u8],
}

impl Partner {
    /// Uploads `paper`; gives what an order or a step says of it, JSON.
    pub(super) async fn upload(&self, paper: &Paper) -> Outcome<String> {
        let digest = sha256(paper.content);
        let header = v1::UploadHeader {
            idempotency_key: self.key(&format!("upload-{}", hex(&digest))),
            name: paper.name.to_owned(),
            media_type: paper.media_type.to_owned(),
            size: i64::try_from(paper.content.len()).unwrap_or(i64::MAX),
            sha256: digest.to_vec().into(),
        };
        let chunks = paper.content.chunks(CHUNK_BYTES).map(|chunk| Sent::Chunk(chunk.into()));
        let messages: Vec<v1::UploadRequest> = std::iter::once(Sent::Header(header))
            .chain(chunks)
            .map(|content| v1::UploadRequest {
                content: Some(content),
                offset: 0,
            })
            .collect();
        let uploaded = self
            .documents()
            .upload(tokio_stream::iter(messages))
            .await?
            .into_inner();
        let receipt = present(uploaded.receipt, "an upload is receipted")?;
        check(
            receipt.action() == v1::Action::Upload && uploaded.sha256 == digest.as_slice(),
            "the receipt is of the document that was uploaded",
        )?;
        let attachment = json!({
            "name": paper.name,
            "type": paper.sort,
            "sha256": hex(&digest),
            "size": paper.content.len(),
            "media_type": paper.media_type,
        });
        Ok(attachment.to_string())
    }

    /// Downloads the only attachment of the request `id` and holds it against `paper`; gives its SHA-256 in hex.
    pub(super) async fn download(&self, id: &str, paper: &Paper) -> Outcome<String> {
        let attachments = self.get(id).await?.attachments;
        let document = attachments
            .into_iter()
            .next()
            .and_then(|attachment| attachment.document);
        let named = present(document, "the recipient sees what is attached")?;
        let asked = v1::DownloadRequest {
            document_id: named.document_id,
            offset: 0,
        };
        let mut messages = self.documents().download(asked).await?.into_inner();
        let mut content = Vec::new();
        while let Some(message) = messages.message().await? {
            if let Some(Received::Chunk(bytes)) = message.content {
                content.extend_from_slice(&bytes);
            }
        }
        let digest = sha256(&content);
        check(
            named.sha256 == digest.as_slice() && content == paper.content,
            "the recipient downloads the very bytes that were uploaded",
        )?;
        Ok(hex(&digest))
    }
}
