//! The way of every write to the ledger. Promise 2: once the key is readable, it is looked up before any other check
//! speaks, so a retry gets its first receipts even if the kind, the signer or the format has ended meanwhile.

use bytes::Bytes;
use serde::Deserialize;

use crate::app::App;
use crate::app::ledger::command::Verified;
use crate::app::ledger::{Actor, Command, Operation, Receipt};
use crate::app::signatures::{Asked, malformed};
use crate::domain::document::{self, Document};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::IdempotencyKey;
use crate::domain::json::MAX_DOCUMENT_BYTES;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;
use crate::evidence::Digest;
use crate::evidence::jws::{COMPACT, GENERAL, Jws};
use crate::evidence::leaf::{Leaf, content_sha256};

/// A document as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// JSON text.
    Document(Bytes),
    /// The same, signed.
    Jws(Bytes),
}

/// What an agency sent, and what its key is bound to.
#[derive(Debug, Clone)]
pub(in crate::app) struct Sent {
    pub(super) key: IdempotencyKey,
    pub(super) media_type: &'static str,
    /// The bytes as they arrived.
    pub(super) content: Bytes,
    /// Of the document: of a signed one its payload, so that the same signed anew is the same.
    pub(super) content_sha256: Digest,
}

/// What a command comes to, and the signatures on its document.
pub(in crate::app) type Checked = (Operation, Option<Verified>);

/// The media type of a document that is not signed.
pub(super) const JSON: &str = "application/json";

/// How often a document is checked again if the registry moves under it.
const MOST_CHECKS: u32 = 5;

/// Reads a document: its key and, if nothing in it is wrong, the whole of it. Fails only if not even the key can be read.
/// Signatures are not looked at yet.
pub(in crate::app) fn read<D: Document>(viewer: &Viewer, arrived: &Arrived) -> Result<(Sent, Result<D>)> {
    let (media_type, content, payload) = match arrived {
        Arrived::Document(content) => (JSON, content, content.clone()),
        Arrived::Jws(content) => {
            let jws = Jws::open(content).map_err(malformed)?;
            (jws.format.media_type(), content, jws.payload.into())
        }
    };
    let (key, document) = read_document(viewer, &payload)?;
    let sent = Sent {
        key,
        media_type,
        content: content.clone(),
        content_sha256: content_sha256(&payload),
    };
    Ok((sent, document))
}

fn read_document<D: Document>(viewer: &Viewer, content: &[u8]) -> Result<(IdempotencyKey, Result<D>)> {
    match document::parse::<D>(content) {
        Ok(document) if *document.agency() == viewer.agency => Ok((document.idempotency_key().clone(), Ok(document))),
        Ok(document) => {
            let failure = Error::new(ErrorCode::AgencyMismatch).with("field", "/agency");
            Ok((document.idempotency_key().clone(), Err(failure)))
        }
        Err(failure) => match key_of(content) {
            Some(key) => Ok((key, Err(failure))),
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

impl Sent {
    /// What would be sent to the ledger.
    pub(super) fn tried(&self, viewer: &Viewer, (operation, verified): Checked) -> Command {
        self.command(viewer, operation, verified)
    }

    fn command(&self, viewer: &Viewer, operation: Operation, verified: Option<Verified>) -> Command {
        let (key, content) = (self.key.clone(), self.content.clone());
        Command {
            content_sha256: self.content_sha256,
            verified: verified.map(Box::new),
            ..Command::new(Actor::of(viewer), key, self.media_type, content, operation)
        }
    }

    /// The signed form of the document, if it is signed.
    pub(super) fn jws(&self) -> Option<&Bytes> {
        Some(&self.content).filter(|_| self.media_type == COMPACT || self.media_type == GENERAL)
    }
}

impl App {
    /// The signatures on what was sent; `None` if there are none and none are asked for.
    ///
    /// # Errors
    /// As [`App::verify_signatures`]; `SIGNATURE_REQUIRED`.
    pub(super) async fn signatures(&self, viewer: &Viewer, sent: &Sent, asked: &Asked<'_>) -> Result<Option<Verified>> {
        match sent.jws() {
            None => asked.unsigned().map(|()| None),
            Some(jws) => self.verify_signatures(viewer, jws, asked).await.map(Some),
        }
    }

    /// The same for a document that is tried: one that is not signed yet is held against the authority of its paper's signer, and no
    /// entry is made of what certificates were judged by.
    pub(super) async fn signatures_tried(
        &self,
        viewer: &Viewer,
        sent: &Sent,
        asked: &Asked<'_>,
    ) -> Result<Option<Verified>> {
        match sent.jws() {
            None => self.check_signer_of_draft(viewer, asked).await.map(|()| None),
            Some(jws) => {
                let (verified, _judged) = self.judge_signatures(viewer, jws, asked).await?;
                Ok(Some(verified))
            }
        }
    }

    /// Carries out what the checks made of `sent`; if they failed, its key may still have acted before. A key whose first entry acted in
    /// something else than `actions` was used for other content, whatever the bytes. `None`: nothing was done, and a signed document must be
    /// checked again, since the registry has moved.
    pub(super) async fn settle(
        &self,
        viewer: &Viewer,
        sent: &Sent,
        actions: &[Action],
        checked: Result<Checked>,
    ) -> Result<Option<Vec<Receipt>>> {
        let is_one = |leaf: &Leaf| actions.iter().any(|action| action.as_str() == leaf.action);
        self.settle_first(viewer, sent, is_one, checked).await
    }

    /// The same of a command whose first entry tells what its key was used for.
    pub(in crate::app) async fn settle_first(
        &self,
        viewer: &Viewer,
        sent: &Sent,
        is_ours: impl FnOnce(&Leaf) -> bool,
        checked: Result<Checked>,
    ) -> Result<Option<Vec<Receipt>>> {
        let receipts = self.carry_out(viewer, sent, checked).await?;
        if let Some(first) = receipts.iter().flatten().next() {
            require_use(first, is_ours)?;
        }
        Ok(receipts)
    }

    async fn carry_out(&self, viewer: &Viewer, sent: &Sent, checked: Result<Checked>) -> Result<Option<Vec<Receipt>>> {
        match checked {
            Ok((operation, verified)) => self.execute_checked(sent.command(viewer, operation, verified)).await,
            Err(failure) => {
                let digest = sent.content_sha256;
                self.replay_or(&viewer.agency, &sent.key, digest, failure)
                    .await
                    .map(Some)
            }
        }
    }
}

/// The key was used for this, and not for other content, whatever the bytes.
fn require_use(receipt: &Receipt, is_ours: impl FnOnce(&Leaf) -> bool) -> Result<()> {
    let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
    if is_ours(&leaf) {
        Ok(())
    } else {
        Err(Error::new(ErrorCode::KeyReused))
    }
}

/// How often a signed document may be checked again because the registry moves under it.
#[derive(Debug)]
pub(super) struct Checks(u32);

impl Checks {
    pub(super) const fn begin() -> Self {
        Self(MOST_CHECKS)
    }

    /// One more check; fails if the registry never stood still.
    pub(super) fn again(&mut self) -> Result<()> {
        self.0 = self.0.saturating_sub(1);
        if self.0 > 0 {
            return Ok(());
        }
        Err(Error::new(ErrorCode::Unavailable)
            .with("reason", "registry_moving")
            .with_nothing_done()
            .retry_after_millis(1_000))
    }
}

/// The receipt of a write about one request.
pub(super) fn only(receipts: Option<Vec<Receipt>>) -> Result<Receipt> {
    let first = receipts.into_iter().flatten().next();
    first.ok_or_else(|| Error::internal("a step without an entry"))
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
        match read::<WithdrawDocument>(&viewer(), &Arrived::Document(content.clone())) {
            Err(error) => (None, error.code()),
            Ok((sent, document)) => (Some(sent.key), document.unwrap_err().code()),
        }
    }

    #[test]
    fn a_sound_document_is_read_with_its_exact_bytes() {
        let content = withdraw("VN.THADS", "");
        let (sent, document) = read::<WithdrawDocument>(&viewer(), &Arrived::Document(content.clone())).unwrap();
        assert_eq!(sent.content_sha256, content_sha256(&content));
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

    #[test]
    fn a_signed_document_keeps_the_bytes_that_came_and_its_key_is_bound_to_the_payload() {
        let payload = withdraw("VN.THADS", "");
        let part = |bytes: &[u8]| crate::evidence::jws::encode(bytes);
        for signature in ["one", "another"] {
            let jws = Bytes::from(format!(
                "{}.{}.{}",
                part(b"{}"),
                part(&payload),
                part(signature.as_bytes())
            ));
            let (sent, document) = read::<WithdrawDocument>(&viewer(), &Arrived::Jws(jws.clone())).unwrap();
            assert!(document.is_ok());
            assert_eq!(sent.jws(), Some(&jws));
            assert_eq!(
                (sent.media_type, sent.content_sha256),
                (COMPACT, content_sha256(&payload))
            );
        }
        let broken = read::<WithdrawDocument>(&viewer(), &Arrived::Jws(Bytes::from_static(b"a.b")));
        assert_eq!(broken.unwrap_err().code(), ErrorCode::SignatureInvalid);
    }
}
