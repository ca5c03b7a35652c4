//! Events and documents.

use std::borrow::Cow;

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message as _;

use super::receipt::action_number;
use super::time;
use super::vocabulary::{OnWire as _, number_of};
use crate::app::requests::history::{EventView, SentDocument};
use crate::domain::event::EventDetails;
use crate::domain::signature::SignatureFormat;
use crate::domain::workflow::Action;
use crate::evidence::digest::sha256;
use crate::evidence::jws::document_in;

/// An event on the wire.
pub fn event(view: EventView) -> v1::Event {
    let EventView {
        event,
        content_sha256,
        message,
    } = view;
    let text = message.map(|message| stated_text(&event.action, &message));
    v1::Event {
        log_index: event.log_index,
        action: action_number(&event.action),
        from_state: number_of(event.from_state),
        to_state: number_of(event.to_state),
        party: number_of(event.party),
        actor_agency_code: event.agency.to_string(),
        actor_officer_id: event.officer.to_string(),
        hub_time: Some(time(event.hub_time)),
        version: event.version,
        details: event.details,
        content_sha256: content_sha256
            .map(|digest| Bytes::copy_from_slice(&digest))
            .unwrap_or_default(),
        text: text.unwrap_or_default(),
    }
}

/// What the notice of a case says to the holder of a measure, in words; none of any other event.
pub(super) fn notice_text(action: &str, details: &str) -> Option<String> {
    if action != Action::CaseNotice.as_str() {
        return None;
    }
    let details: EventDetails = serde_json::from_str(details).ok()?;
    let notice = details.case_notice?;
    let status = notice.status.label().vi;
    let fate = notice.fate.label().vi;
    Some(format!("Việc thi hành án: {status}. {fate}."))
}

/// What the message of a step without a document says in words.
pub(super) fn stated_text(action: &str, message: &[u8]) -> String {
    macro_rules! text_of {
        ($request:ident, $field:ident) => {
            v1::$request::decode(message).map(|message| message.$field)
        };
    }
    let text = match action.parse() {
        Ok(Action::AskClarification) => text_of!(AskClarificationRequest, question),
        Ok(Action::Extend) => text_of!(ExtendRequest, reason),
        Ok(Action::Dispute) => text_of!(DisputeRequest, reason),
        Ok(Action::AcceptWithdrawal | Action::RefuseWithdrawal) => text_of!(DecideWithdrawalRequest, reason),
        Ok(Action::Close) => text_of!(CloseRequest, reason),
        // The other steps come as documents, or say nothing in words.
        _ => Ok(String::new()),
    };
    text.unwrap_or_default()
}

/// A document on the wire: the bytes that arrived.
pub fn document(document: SentDocument) -> v1::Document {
    // What is kept was read when it came; of bytes that are no JWS any more their own digest tells.
    let stated = document_in(&document.media_type, &document.content).unwrap_or(Cow::Borrowed(&document.content));
    v1::Document {
        sha256: Bytes::copy_from_slice(&sha256(&stated)),
        signature_format: number_of(SignatureFormat::of_media_type(&document.media_type)),
        content: document.content,
        media_type: document.media_type,
        log_index: document.log_index,
        action: document.action.to_wire(),
        salt: document.salt.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_leaves_with_its_bytes_and_their_digest() {
        let content = Bytes::from_static("{\"a\":\"ệ\"}".as_bytes());
        let wire = document(SentDocument {
            log_index: 3,
            action: Action::AnswerFinal,
            media_type: "application/json".into(),
            content: content.clone(),
            salt: vec![5; 16],
        });
        assert_eq!((wire.salt.as_ref(), &wire.content), ([5; 16].as_slice(), &content));
        assert_eq!(wire.sha256.as_ref(), sha256(&content));
        assert_eq!(wire.action(), v1::Action::AnswerFinal);
    }
}
