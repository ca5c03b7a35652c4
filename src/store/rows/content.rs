//! Content as it is stored and as it is read: sealed, with the key that opens it.

use bytes::Bytes;

use super::log::BodyRow;
use super::{Cell, integer, row, text};
use crate::domain::error::{Error, Result};
use crate::sealing::{DataKey, MasterKeys, WrappedKey, entry_place};
use crate::store::backend::from_row;

/// The key of an entry's content, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentKeyRow {
    /// The entry.
    pub log_index: i64,
    /// The id of the master key by which it is wrapped.
    pub master: String,
    /// The wrapped key; `None` once it was destroyed.
    pub wrapped: Option<Vec<u8>>,
}

impl ContentKeyRow {
    /// The key of the entry `log_index`.
    pub(crate) fn new(log_index: i64, key: WrappedKey) -> Self {
        Self {
            log_index,
            master: key.master.to_string(),
            wrapped: Some(key.bytes),
        }
    }

    /// The key itself; `None` once it was destroyed.
    ///
    /// # Errors
    /// INTERNAL: its master key is not known to this hub, or it was changed.
    pub fn open(&self, masters: &MasterKeys) -> Result<Option<DataKey>> {
        let unwrap = |wrapped: &Vec<u8>| masters.unwrap(&entry_place(self.log_index), &self.master, wrapped);
        self.wrapped.as_ref().map(unwrap).transpose().map_err(|fault| {
            tracing::error!(log_index = self.log_index, %fault, "content.unreadable");
            Error::internal(fault)
        })
    }
}

row!(ContentKeyRow, CONTENT_KEY, |row| [
    integer(row.log_index),
    text(&row.master),
    Cell::Bytes(row.wrapped.as_deref()),
]);
from_row!(ContentKeyRow, |row| {
    use sqlx::Row as _;
    Ok(Self {
        log_index: row.try_get("log_index")?,
        master: row.try_get("master")?,
        wrapped: row.try_get("wrapped")?,
    })
});

/// A body with its key, as they are stored.
#[derive(Debug)]
pub(crate) struct KeptBody {
    row: BodyRow,
    key: Option<ContentKeyRow>,
}

from_row!(KeptBody, |row| {
    use sqlx::Row as _;
    let master: Option<String> = row.try_get("master")?;
    let body = <BodyRow as sqlx::FromRow<'_, _>>::from_row(row)?;
    let key = master
        .map(|_is_sealed| <ContentKeyRow as sqlx::FromRow<'_, _>>::from_row(row))
        .transpose()?;
    Ok(Self { row: body, key })
});

/// The bytes that an agency sent, as they arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The log index of the entry that brought them.
    pub log_index: i64,
    /// Their media type.
    pub media_type: String,
    /// The salt of their digest; `None` after erasure.
    pub salt: Option<Vec<u8>>,
    /// The bytes; `None` after erasure.
    pub content: Option<Bytes>,
}

impl KeptBody {
    /// Opens what is sealed.
    ///
    /// # Errors
    /// INTERNAL: it cannot be opened, since the master key is not known to this hub, or key or bytes were changed.
    pub(crate) fn open(self, masters: &MasterKeys) -> Result<Body> {
        let Self { row, key } = self;
        let body = |salt, content| Body {
            log_index: row.log_index,
            media_type: row.media_type,
            salt,
            content,
        };
        let Some(stored) = key else {
            return Ok(body(row.salt, row.content));
        };
        let (Some(key), Some(sealed)) = (stored.open(masters)?, row.content) else {
            return Ok(body(None, None));
        };
        let opened = key.open_body(row.log_index, sealed.into()).map_err(|fault| {
            tracing::error!(log_index = stored.log_index, %fault, "content.unreadable");
            Error::internal(fault)
        })?;
        Ok(body(Some(opened.salt.to_vec()), Some(opened.content.into())))
    }
}
