//! Looking through the documents of before for the accounts that they name, the newest first, in pieces.

use serde::Deserialize;
use serde_json::Value;

use crate::app::App;
use crate::domain::catalogue::account::PayloadOf;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{IdSource, RelatedId};
use crate::domain::workflow::Action;
use crate::evidence::digest::{hex, sha256};
use crate::evidence::jws::document_in;
use crate::store::rows::{AccountDocumentRow, Body, KeptDocument};

/// Entries of a piece.
const PIECE: i64 = 100;
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
    /// Brings in the key by which accounts are found; a database without one gets one, unless this hub writes nothing. It must be known
    /// before orders come: what is written without it is looked through again.
    ///
    /// # Errors
    /// The database's; INTERNAL if no master key is known.
    pub async fn keep_account_key(&self, ids: &dyn IdSource) -> Result<()> {
        if self.ledger.log_break().borrow().is_some() {
            return self.store.bring_account_key().await.map(drop);
        }
        let own = hex(&sha256(self.hub_key.to_string().as_bytes()));
        self.store.keep_account_key(&own, |bytes| ids.fill(bytes)).await
    }

    /// Does at most `pieces` pieces of the work. Two hubs at it at once do nothing twice.
    ///
    /// # Errors
    /// The database's. What was done stays.
    pub async fn index_accounts(&self, pieces: usize) -> Result<Indexed> {
        let mut found = 0;
        if self.ledger.log_break().borrow().is_some() {
            return Ok(Indexed { found, more: false });
        }
        for _ in 0..pieces {
            let end = self.store.accounts_indexed_from().await?.unwrap_or_default();
            if end == 0 {
                return Ok(Indexed { found, more: false });
            }
            let from = end.saturating_sub(PIECE).max(0);
            let documents = self.store.documents_between(from, end).await?;
            let (mut rows, mut missed) = (Vec::new(), false);
            for some in documents.chunks(BODIES) {
                let (named, unread) = self.accounts_named(some).await?;
                rows.extend(named);
                missed |= unread > 0;
            }
            if !self.store.keep_older_accounts((from, end), &rows, missed).await? {
                return Ok(Indexed { found, more: false });
            }
            found += rows.len();
        }
        Ok(Indexed { found, more: true })
    }

    /// One that cannot be opened, which the log tells, keeps nobody from the others; gives how many there were.
    pub(super) async fn bodies_that_open(&self, indexes: &[i64]) -> Result<(Vec<Body>, usize)> {
        let is_unreadable = |error: &Error| error.code() == ErrorCode::Internal;
        match self.store.bodies(indexes).await {
            Ok(bodies) => return Ok((bodies, 0)),
            Err(error) if is_unreadable(&error) => {}
            Err(error) => return Err(error),
        }
        let (mut bodies, mut unread) = (Vec::new(), 0);
        for index in indexes {
            match self.store.bodies(&[*index]).await {
                Ok(mut body) => bodies.append(&mut body),
                Err(error) if is_unreadable(&error) => unread += 1,
                Err(error) => return Err(error),
            }
        }
        Ok((bodies, unread))
    }

    async fn accounts_named(&self, documents: &[KeptDocument]) -> Result<(Vec<AccountDocumentRow>, usize)> {
        let indexes: Vec<i64> = documents.iter().map(|document| document.log_index).collect();
        let (bodies, unread) = self.bodies_that_open(&indexes).await?;
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
        Ok((rows, unread))
    }
}
