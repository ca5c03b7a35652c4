//! How documents stand where their bytes are.

use sqlx::Row as _;

use super::backend::{Sql, from_row, parsed};
use super::snapshot::{Snapshot, on_snapshot};
use super::sql::texts;
use super::store_error;
use crate::domain::error::Result;
use crate::domain::ids::DocumentId;

texts! {
    DOCUMENTS_AT_REST = Sql::both(
        "SELECT a.id, a.size, k.log_index AS sealed_index, k.wrapped IS NULL AS has_no_key \
         FROM attachment a LEFT JOIN content_key k ON k.log_index = a.log_index WHERE a.id > $1 ORDER BY a.id LIMIT $2"
    );
}

/// In which form the bytes of a document stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentForm {
    /// As they came, from before documents were sealed.
    Plain,
    /// Sealed.
    Sealed,
    /// Sealed, and the key is destroyed: the bytes are of no use, and may be gone.
    Erased,
}

/// A document, as its bytes should stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentAtRest {
    /// Its id.
    pub id: DocumentId,
    /// Its bytes, opened.
    pub size: u64,
    /// In which form they stand.
    pub form: DocumentForm,
}

from_row!(DocumentAtRest, |row| {
    let sealed_index: Option<i64> = row.try_get("sealed_index")?;
    let size: i64 = row.try_get("size")?;
    Ok(Self {
        id: parsed(row, "id")?,
        size: u64::try_from(size).unwrap_or_default(),
        form: match (sealed_index, row.try_get("has_no_key")?) {
            (None, _) => DocumentForm::Plain,
            (Some(_), false) => DocumentForm::Sealed,
            (Some(_), true) => DocumentForm::Erased,
        },
    })
});

impl Snapshot {
    /// The next documents after this id, at most so many.
    ///
    /// # Errors
    /// The database's.
    pub async fn documents_at_rest(&mut self, after: &str, most: i64) -> Result<Vec<DocumentAtRest>> {
        on_snapshot!(self, DOCUMENTS_AT_REST, |sql, connection| sqlx::query_as(sql)
            .bind(after)
            .bind(most)
            .fetch_all(connection))
        .map_err(store_error)
    }
}
