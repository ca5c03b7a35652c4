//! Rows of accounts: the key of their digests, and which documents name them.

use sqlx::Row as _;

use super::{Cell, integer, row, text};
use crate::domain::ids::{KindCode, RelatedId, RequestId};
use crate::domain::time::Timestamp;
use crate::sealing::{ACCOUNT_KEY_PLACE, AccountDigest, DataKey, MasterKeys, UnwrapFault, WrappedKey};
use crate::store::backend::{from_row, parsed};

/// The one key, wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountKeyRow {
    master: String,
    wrapped: Vec<u8>,
    /// Documents of entries before this one are still to be looked through.
    pub(crate) indexed_from: i64,
    /// The hubs that name accounts in what they write.
    pub(crate) hubs: String,
}

impl AccountKeyRow {
    /// A key that this hub is the first to use.
    pub(crate) fn new(wrapped: WrappedKey, indexed_from: i64, hub: &str) -> Self {
        Self {
            master: wrapped.master.to_string(),
            wrapped: wrapped.bytes,
            indexed_from,
            hubs: serde_json::Value::from(vec![hub]).to_string(),
        }
    }

    /// The same key, wrapped anew.
    pub(crate) fn wrapped_anew(self, wrapped: WrappedKey) -> Self {
        Self {
            master: wrapped.master.to_string(),
            wrapped: wrapped.bytes,
            ..self
        }
    }

    /// Whether this hub names accounts in what it writes.
    pub(crate) fn is_used_by(&self, hub: &str) -> bool {
        self.used_by().iter().any(|known| known == hub)
    }

    /// Whether no other hub does.
    pub(crate) fn is_used_only_by(&self, hub: &str) -> bool {
        self.used_by().iter().all(|known| known == hub)
    }

    /// From now on this hub does, too. Everything up to `end` is looked through once more.
    pub(crate) fn used_also_by(self, hub: &str, end: i64) -> Self {
        let mut hubs = self.used_by();
        hubs.push(hub.to_owned());
        Self {
            hubs: serde_json::Value::from(hubs).to_string(),
            indexed_from: end,
            ..self
        }
    }

    fn used_by(&self) -> Vec<String> {
        serde_json::from_str(&self.hubs).unwrap_or_default()
    }

    /// Whether this master key wraps it.
    pub(crate) fn is_wrapped_by(&self, master: &str) -> bool {
        self.master == master
    }

    pub(crate) fn open(&self, masters: &MasterKeys) -> Result<DataKey, UnwrapFault> {
        masters.unwrap(ACCOUNT_KEY_PLACE, &self.master, &self.wrapped)
    }
}

row!(AccountKeyRow, ACCOUNT_KEY, |row| [
    integer(1),
    text(&row.master),
    Cell::Bytes(Some(&row.wrapped)),
    integer(row.indexed_from),
    text(&row.hubs),
]);
from_row!(AccountKeyRow, |row| {
    Ok(Self {
        master: row.try_get("master")?,
        wrapped: row.try_get("wrapped")?,
        indexed_from: row.try_get("indexed_from")?,
        hubs: row.try_get("hubs")?,
    })
});

/// A document that names an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDocumentRow {
    /// The account.
    pub digest: AccountDigest,
    /// The request, or the measure from before or outside the hub.
    pub subject: RelatedId,
    /// The entry of the document.
    pub log_index: i64,
}

row!(AccountDocumentRow, ACCOUNT_DOCUMENT, |row| [
    text(row.digest.as_str()),
    text(row.subject.as_str()),
    integer(row.log_index),
]);

/// A document that names the account that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingDocument {
    /// Of which request or measure.
    pub subject: String,
    /// Its entry.
    pub log_index: i64,
    /// What it did.
    pub action: String,
    /// When.
    pub time: Timestamp,
}

from_row!(NamingDocument, |row| {
    Ok(Self {
        subject: row.try_get("subject")?,
        log_index: row.try_get("log_index")?,
        action: row.try_get("action")?,
        time: Timestamp::from_micros(row.try_get("hub_time")?),
    })
});

/// A document that may name accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDocument {
    /// Its entry.
    pub log_index: i64,
    /// What it did.
    pub action: String,
    /// Its request.
    pub request_id: RequestId,
    /// The request's kind.
    pub kind: KindCode,
    /// In which revision.
    pub kind_revision: i64,
}

from_row!(KeptDocument, |row| {
    Ok(Self {
        log_index: row.try_get("log_index")?,
        action: row.try_get("action")?,
        request_id: parsed(row, "id")?,
        kind: parsed(row, "kind")?,
        kind_revision: row.try_get("kind_revision")?,
    })
});
