//! Uploaded documents.

use serde::Serialize;

use super::command::{Command, Upload};
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::State;
use crate::app::documents::UPLOAD;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, DocumentId, RequestId};
use crate::evidence::digest::{hex, salted};
use crate::evidence::leaf::EntryType;
use crate::store::rows::{AttachmentRow, RequestAttachmentRow};

/// What the event of an upload says. The file's name may be personal: it stands in the body, and here its digest with the body's
/// salt, which goes when the body goes.
#[derive(Serialize)]
struct Uploaded<'a> {
    owner: &'a AgencyCode,
    media_type: &'a str,
    size: i64,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_digest: Option<String>,
}

/// Enters a document whose bytes are kept. Its id is fresh, so nothing can stand against it.
pub(super) fn upload(state: &mut State, environment: &Environment, command: &Command, upload: &Upload) -> Result<()> {
    let owner = &command.actor.agency;
    let kept = state.keep_sealed(command.body.as_ref(), environment, &upload.data_key)?;
    let details = Uploaded {
        owner,
        media_type: &upload.media_type,
        size: upload.size,
        sha256: hex(&upload.sha256),
        name_digest: kept.salt.map(|salt| hex(&salted(&salt, upload.name.as_bytes()))),
    };
    let entry = NewEntry {
        entry_type: EntryType::Document,
        subject: upload.id.to_string(),
        version: 1,
        action: UPLOAD,
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details: details_text(&details)?,
        content_digest: kept.digest,
    };
    let log_index = state.append(&command.actor, entry);
    state.appended.attachments.push(AttachmentRow {
        id: upload.id.clone(),
        owner: owner.clone(),
        name: upload.name.clone(),
        media_type: upload.media_type.clone(),
        size: upload.size,
        sha256: upload.sha256,
        upload_time: state.hub_time,
        log_index,
    });
    Ok(())
}

/// Keeps which documents the entry `log_index` of a request names.
pub(super) fn name_attachments(state: &mut State, request: &RequestId, log_index: i64, documents: &[DocumentId]) {
    let rows = documents
        .iter()
        .zip(0_i64..)
        .map(|(document, position)| RequestAttachmentRow {
            request_id: request.clone(),
            log_index,
            position,
            document_id: document.clone(),
        });
    state.appended.request_attachments.extend(rows);
}
