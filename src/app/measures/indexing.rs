//! Looking through the documents of before for the accounts that they name, the newest first, in pieces.

use serde::Deserialize;
use serde_json::Value;

use crate::app::App;
use crate::domain::catalogue::account::PayloadOf;
use crate::domain::error::{Error, Result};
use crate::domain::ids::RelatedId;
use crate::domain::workflow::Action;
use crate::evidence::jws::document_in;
use crate::store::rows::{AccountDocumentRow, KeptDocument};

/// Entries of a piece.
const PIECE: i64 = 500;
/// Bodies that are open at a time.
const BODIES: usize = 50;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indexed {
    /// How many documents were found that name an account, one for each account.
    pub found: usize,
    /// Whether anything is left.
    pub more: bool,
}

#[derive(Deserialize)]
struct WithPayload {
    payload: Value,
}

/// The payload of a document that was accepted.
pub(super) fn payload_in(document: &[u8]) -> Result<Value> {
    let read: WithPayload = serde_json::from_slice(document).map_err(Error::internal)?;
    Ok(read.payload)
}

/// Whose payload the document of a step brings.
pub(super) fn payload_of(action: Action) -> PayloadOf {
    if action == Action::Submit {
        PayloadOf::Order
    } else {
        PayloadOf::Answer
    }
}

impl App {
    /// Does at most `pieces` pieces of the work. Two hubs at it at once do nothing twice.
    ///
    /// # Errors
    /// The database's. What was done stays.
    pub async fn index_accounts(&self, pieces: usize) -> Result<Indexed> {
        let mut found = 0;
        for _ in 0..pieces {
            let end = self.store.accounts_indexed_from().await?.unwrap_or_default();
            if end == 0 {
                return Ok(Indexed { found, more: false });
            }
            let from = end.saturating_sub(PIECE).max(0);
            let documents = self.store.documents_between(from, end).await?;
            let mut rows = Vec::new();
            for some in documents.chunks(BODIES) {
                rows.extend(self.accounts_named(some).await?);
            }
            self.store.keep_older_accounts(from, end, &rows).await?;
            found += rows.len();
        }
        Ok(Indexed { found, more: true })
    }

    async fn accounts_named(&self, documents: &[KeptDocument]) -> Result<Vec<AccountDocumentRow>> {
        let indexes: Vec<i64> = documents.iter().map(|document| document.log_index).collect();
        let bodies = self.store.bodies(&indexes).await?;
        let mut rows = Vec::new();
        for document in documents {
            let revision = u32::try_from(document.kind_revision).unwrap_or_default();
            let kind = self.catalogue.kind_revision(&document.kind, revision);
            let body = bodies.iter().find(|body| body.log_index == document.log_index);
            let kept = body.and_then(|body| Some((&body.media_type, body.content.as_ref()?)));
            let (Some(kind), Some((media_type, content))) = (kind, kept) else {
                continue;
            };
            let text = document_in(media_type, content).map_err(Error::internal)?;
            let action: Action = document.action.parse().map_err(Error::internal)?;
            let numbers = kind.accounts_in(payload_of(action), &payload_in(&text)?);
            let row = |digest| AccountDocumentRow {
                digest,
                subject: RelatedId::Request(document.request_id.clone()),
                log_index: document.log_index,
            };
            rows.extend(self.store.account_digests(&numbers).into_iter().map(row));
        }
        Ok(rows)
    }
}
