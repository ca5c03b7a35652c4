//! The way of every write to the ledger. Promise 2: once the key is readable, it is looked up before any other check
//! speaks, so a retry gets its first receipts even if the kind, the signer or the format has ended meanwhile.

use bytes::Bytes;
use serde::Deserialize;

use crate::app::App;
use crate::app::ledger::{Actor, Command, Operation, Receipt};
use crate::domain::document::{self, Document};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::IdempotencyKey;
use crate::domain::json::MAX_DOCUMENT_BYTES;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;
use crate::evidence::leaf::{Leaf, content_sha256};

/// What an agency sent: the bytes that its key is bound to.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) key: IdempotencyKey,
    pub(super) media_type: &'static str,
    pub(super) content: Bytes,
}

/// The media type of a document.
pub(super) const JSON: &str = "application/json";

/// Reads a document: its key and, if nothing in it is wrong, the whole of it. Fails only if not even the key can be read.
pub(super) fn read<D: Document>(viewer: &Viewer, content: &Bytes) -> Result<(Sent, Result<D>)> {
    let sent = |key| Sent {
        key,
        media_type: JSON,
        content: content.clone(),
    };
    match document::parse::<D>(content) {
        Ok(document) if *document.agency() == viewer.agency => {
            Ok((sent(document.idempotency_key().clone()), Ok(document)))
        }
        Ok(document) => {
            let failure = Error::new(ErrorCode::AgencyMismatch).with("field", "/agency");
            Ok((sent(document.idempotency_key().clone()), Err(failure)))
        }
        Err(failure) => match key_of(content) {
            Some(key) => Ok((sent(key), Err(failure))),
            None => Err(failure),
        },
    }
}

/// The key in a document that is otherwise wrong, if it can be read without doubt.
fn key_of(content: &[u8]) -> Option<IdempotencyKey> {
    #[derive(Deserialize)]
    struct Keyed {
        idempotency_key: IdempotencyKey,
    }
    if content.len() > MAX_DOCUMENT_BYTES {
        return None;
    }
    let keyed: Keyed = serde_json::from_slice(content).ok()?;
    Some(keyed.idempotency_key)
}

impl App {
    /// Carries out what the checks made of `sent`; if they failed, its key may still have acted before. A key that acted
    /// in something else than `actions` was used for other content, whatever the bytes.
    pub(super) async fn settle(
        &self,
        viewer: &Viewer,
        sent: Sent,
        actions: &[Action],
        checked: Result<Operation>,
    ) -> Result<Vec<Receipt>> {
        let receipts = match checked {
            Ok(operation) => {
                let command = Command::new(Actor::of(viewer), sent.key, sent.media_type, sent.content, operation);
                self.execute(command).await?
            }
            Err(failure) => {
                let digest = content_sha256(&sent.content);
                self.replay_or(&viewer.agency, &sent.key, digest, failure).await?
            }
        };
        for receipt in &receipts {
            let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
            if !actions.iter().any(|action| action.as_str() == leaf.action) {
                return Err(Error::new(ErrorCode::KeyReused));
            }
        }
        Ok(receipts)
    }

    /// Likewise for a write about one request, which has one receipt.
    pub(super) async fn settle_one(
        &self,
        viewer: &Viewer,
        sent: Sent,
        actions: &[Action],
        checked: Result<Operation>,
    ) -> Result<Receipt> {
        let receipts = self.settle(viewer, sent, actions, checked).await?;
        receipts
            .into_iter()
            .next()
            .ok_or_else(|| Error::internal("a step without an entry"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::WithdrawDocument;
    use crate::domain::ids::AgencyCode;

    fn viewer() -> Viewer {
        Viewer::whole(&AgencyCode::parse("VN.THADS").unwrap())
    }

    fn withdraw(agency: &str, extra: &str) -> Bytes {
        let id = "0".repeat(32);
        format!(
            r#"{{"schema":"lienthong/withdraw/1","idempotency_key":"key-00001","agency":"{agency}",
            "enforcement_request_id":"req_{id}","explanation":"Gửi nhầm"{extra}}}"#
        )
        .into()
    }

    fn failure(content: &Bytes) -> (Option<IdempotencyKey>, ErrorCode) {
        match read::<WithdrawDocument>(&viewer(), content) {
            Err(error) => (None, error.code()),
            Ok((sent, document)) => (Some(sent.key), document.unwrap_err().code()),
        }
    }

    #[test]
    fn a_sound_document_is_read_with_its_exact_bytes() {
        let content = withdraw("VN.THADS", "");
        let (sent, document) = read::<WithdrawDocument>(&viewer(), &content).unwrap();
        assert_eq!((sent.content, sent.media_type), (content, JSON));
        assert_eq!(document.unwrap().explanation.as_str(), "Gửi nhầm");
    }

    #[test]
    fn the_key_is_known_whatever_else_is_wrong() {
        let key = IdempotencyKey::parse("key-00001").ok();
        let mismatch = failure(&withdraw("VN.BANK-A", ""));
        assert_eq!(mismatch, (key.clone(), ErrorCode::AgencyMismatch));
        assert_eq!(
            failure(&withdraw("VN.THADS", r#","x":1"#)),
            (key.clone(), ErrorCode::DocumentInvalid)
        );
        assert_eq!(
            failure(&withdraw("VN.THADS", r#","head":{"a":1,"a":2}"#)),
            (key, ErrorCode::DocumentMalformed)
        );
    }

    #[test]
    fn a_key_that_cannot_be_read_without_doubt_is_none() {
        let twice = withdraw("VN.THADS", r#","idempotency_key":"key-00002""#);
        assert_eq!(failure(&twice), (None, ErrorCode::DocumentMalformed));
        assert_eq!(failure(&Bytes::from_static(b"{")), (None, ErrorCode::DocumentMalformed));
        assert_eq!(
            failure(&Bytes::from(vec![b' '; MAX_DOCUMENT_BYTES + 1])),
            (None, ErrorCode::DocumentTooLarge)
        );
    }
}
