//! Hints between hubs on one PostgreSQL: whose mailbox got an entry. One per batch, given with its COMMIT; nothing depends on
//! them but how soon a reader at another hub looks.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};

use super::backend::{Pools, Tx};
use super::connect::CONNECT_LIMIT;
use super::write::LedgerTx;
use super::{Store, sql, store_error};
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;

/// The channel of hints.
const CHANNEL: &str = "lienthong_mailbox";

/// The most bytes of a hint: PostgreSQL takes less than 8,000.
const MAX_BYTES: usize = 7_000;

/// After so long without a hint it is asked whether the server is still there: a connection that has gone without a word
/// would be listened to for ever.
const QUIET: Duration = Duration::from_secs(10);

/// The longest that the answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// What other hubs (and this one) say.
#[derive(Debug)]
pub struct Hints(PgListener);

/// Whose mailboxes got entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// These.
    Of(BTreeSet<AgencyCode>),
    /// Any of them: there were too many to name, or hints may have been missed.
    Any,
}

impl Store {
    /// Listens for hints. None on SQLite, which has one hub.
    pub async fn hints(&self) -> Result<Option<Hints>> {
        let Pools::Postgres { pool, .. } = &self.pools else {
            return Ok(None);
        };
        // A connection of its own: the driver would wait for the good-bye of one that has gone without a word, and a place
        // among the readers would be lost.
        let alone = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT_LIMIT);
        let alone = alone.connect_lazy_with((*pool.connect_options()).clone());
        let mut listener = PgListener::connect_with(&alone).await.map_err(store_error)?;
        listener.listen(CHANNEL).await.map_err(store_error)?;
        Ok(Some(Hints(listener)))
    }
}

impl Hints {
    /// The next hint.
    ///
    /// # Errors
    /// UNAVAILABLE if the server is no longer there.
    pub async fn next(&mut self) -> Result<Hint> {
        loop {
            if let Ok(told) = tokio::time::timeout(QUIET, self.0.try_recv()).await {
                let notification = told.map_err(store_error)?;
                return Ok(notification.map_or(Hint::Any, |notification| read(notification.payload())));
            }
            let asked = sqlx::query(sql::SERVER_IS_THERE.postgres).execute(&mut self.0);
            let answered = tokio::time::timeout(ANSWER_LIMIT, asked).await;
            let cut = |_elapsed| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
            answered
                .map_err(cut)
                .and_then(|answered| answered)
                .map_err(store_error)?;
        }
    }
}

impl LedgerTx {
    /// Gives a hint when the transaction commits.
    pub(crate) async fn hint(&mut self, agencies: &BTreeSet<&AgencyCode>) -> Result<(), sqlx::Error> {
        let Tx::Postgres(transaction) = &mut self.tx else {
            return Ok(());
        };
        if agencies.is_empty() {
            return Ok(());
        }
        sqlx::query(sql::MAILBOX_HINT.postgres)
            .bind(CHANNEL)
            .bind(write(agencies))
            .execute(&mut **transaction)
            .await
            .map(drop)
    }
}

fn write(agencies: &BTreeSet<&AgencyCode>) -> String {
    let names: Vec<&str> = agencies.iter().map(|agency| agency.as_str()).collect();
    let text = names.join(" ");
    if text.len() > MAX_BYTES { String::new() } else { text }
}

fn read(payload: &str) -> Hint {
    let agencies: std::result::Result<BTreeSet<AgencyCode>, _> =
        payload.split_ascii_whitespace().map(AgencyCode::parse).collect();
    match agencies {
        Ok(agencies) if !agencies.is_empty() => Hint::Of(agencies),
        _ => Hint::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_read_as_it_was_written_and_any_other_text_means_anybody() {
        let code = |text: String| AgencyCode::parse(&text).unwrap();
        let few = BTreeSet::from([code("NH.1".to_owned()), code("NH.2".to_owned())]);
        assert_eq!(read(&write(&few.iter().collect())), Hint::Of(few));
        let many: BTreeSet<AgencyCode> = (0..2_000).map(|n| code(format!("NH.{n:06}"))).collect();
        assert_eq!(write(&many.iter().collect()), "");
        for text in ["", "  ", "không phải mã"] {
            assert_eq!(read(text), Hint::Any, "{text}");
        }
    }
}
