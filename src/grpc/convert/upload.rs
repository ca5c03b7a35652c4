//! Uploaded documents.

use bytes::Bytes;
use lienthong_proto::v1;

use super::fields::Fields;
use super::time;
use crate::app::documents::{Declared, DocumentView};
use crate::domain::document::parts::MediaType;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{IdempotencyKey, RequestId};
use crate::evidence::Digest;
use crate::store::rows::{AttachmentRow, NamedAttachment};

/// Most characters of a file's name.
const NAME: usize = 200;

/// Reads an upload's header: its key, if that can be read, and all that it declares, if nothing is wrong.
pub(crate) fn header(header: &v1::UploadHeader) -> (Option<IdempotencyKey>, Result<Declared>) {
    let mut fields = Fields::default();
    let key = fields.id("header.idempotency_key", &header.idempotency_key);
    fields.line("header.name", &header.name, 1..=NAME);
    if header.name.contains(['/', '\\']) {
        fields.push(
            "header.name",
            "path",
            "Chỉ ghi tên tệp, không ghi đường dẫn.",
            "Only the file's name, without a path.",
        );
    }
    let media_type = media_type(&mut fields, &header.media_type);
    let size = u64::try_from(header.size).ok();
    if size.is_none() {
        fields.push(
            "header.size",
            "out_of_range",
            "Số byte không được âm.",
            "The number of bytes must not be negative.",
        );
    }
    let sha256 = Digest::try_from(header.sha256.as_ref()).ok();
    if sha256.is_none() {
        fields.push(
            "header.sha256",
            "format",
            "SHA-256 gồm đúng 32 byte.",
            "A SHA-256 digest has exactly 32 bytes.",
        );
    }
    let declared = media_type
        .zip(size)
        .zip(sha256)
        .filter(|_| key.is_some())
        .map(|((media_type, size), sha256)| Declared {
            name: header.name.clone(),
            media_type,
            size,
            sha256,
        });
    (key, fields.finish(declared))
}

/// Where an upload goes on.
pub(crate) fn offset(offset: i64) -> Result<u64> {
    u64::try_from(offset).map_err(|_negative| {
        Error::field(
            "offset",
            "out_of_range",
            "Vị trí gửi tiếp không được âm.",
            "The offset must not be negative.",
        )
    })
}

fn media_type(fields: &mut Fields, text: &str) -> Option<MediaType> {
    if text.is_empty() {
        fields.missing("header.media_type");
        return None;
    }
    let media_type = MediaType::parse(text)
        .ok()
        .filter(|_| !text.bytes().any(|byte| byte.is_ascii_uppercase()));
    if media_type.is_none() {
        fields.push(
            "header.media_type",
            "format",
            "Kiểu tệp viết thường, không có tham số, ví dụ application/pdf.",
            "Expected a media type in lower case, without parameters, such as application/pdf.",
        );
    }
    media_type
}

/// What a document is.
pub(crate) fn info(document: AttachmentRow) -> v1::DocumentInfo {
    v1::DocumentInfo {
        content_erased: document.is_erased(),
        document_id: document.id.to_string(),
        name: document.name,
        media_type: document.media_type,
        size: document.size,
        sha256: Bytes::copy_from_slice(&document.sha256),
        owner_agency_code: document.owner.to_string(),
        upload_time: Some(time(document.upload_time)),
        log_index: document.log_index,
    }
}

/// What a document is, and which of its reader's requests name it.
pub(crate) fn view(view: DocumentView) -> v1::GetDocumentResponse {
    v1::GetDocumentResponse {
        document: Some(info(view.document)),
        enforcement_request_ids: view.named_by.iter().map(RequestId::to_string).collect(),
    }
}

/// A document as an order or step names it.
pub(super) fn attachment(named: NamedAttachment) -> v1::AttachmentRef {
    v1::AttachmentRef {
        document: Some(info(named.document)),
        log_index: named.named_index,
        position: named.position,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> v1::UploadHeader {
        v1::UploadHeader {
            idempotency_key: "upload-0001".to_owned(),
            name: "Quyết định 125.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            size: 7,
            sha256: vec![1; 32].into(),
        }
    }

    #[test]
    fn a_sound_header_is_read() {
        let (key, declared) = header(&sound());
        assert_eq!(key.unwrap().as_str(), "upload-0001");
        let declared = declared.unwrap();
        assert_eq!((declared.size, declared.sha256), (7, [1; 32]));
    }

    #[test]
    fn every_wrong_field_is_named_and_the_key_is_read_all_the_same() {
        let wrong = v1::UploadHeader {
            name: "../mật khẩu".to_owned(),
            media_type: "Application/PDF".to_owned(),
            size: -1,
            sha256: vec![1; 31].into(),
            ..sound()
        };
        let (key, declared) = header(&wrong);
        assert!(key.is_some());
        let error = declared.unwrap_err();
        let named: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!(
            named,
            ["header.name", "header.media_type", "header.size", "header.sha256"]
        );
        let (key, declared) = header(&v1::UploadHeader::default());
        assert!(key.is_none() && declared.is_err());
    }
}
