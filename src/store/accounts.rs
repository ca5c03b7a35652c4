//! Accounts: the key of their digests, and the documents that name them
//! ([decision 0039](../../docs/decisions/0039-holds-on-an-account.md)).

use super::backend::{on_pool, on_tx};
use super::rows::{AccountDocumentRow, AccountKeyRow, KeptDocument, NamingDocument};
use super::write::LedgerTx;
use super::{Store, json_list, sql_account, store_error};
use crate::domain::account::AccountNumber;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{AgencyCode, RelatedId, UnitId};
use crate::domain::viewer::Viewer;
use crate::sealing::{ACCOUNT_KEY_PLACE, AccountDigest, AccountKey, DataKey, MasterId};

impl Store {
    /// What stands for these accounts; nothing while the key is not known.
    pub fn account_digests<'a>(&self, numbers: impl IntoIterator<Item = &'a AccountNumber>) -> Vec<AccountDigest> {
        let key = self.account_key.get();
        let digest = |number: &AccountNumber| Some(key?.digest(number.as_str()));
        numbers.into_iter().filter_map(digest).collect()
    }

    /// Brings in the key that is kept. Says whether it is known from now on; one that cannot be opened is told in the log.
    ///
    /// # Errors
    /// The database's.
    pub async fn bring_account_key(&self) -> Result<bool> {
        let Some(kept) = self.kept_account_key().await? else {
            return Ok(false);
        };
        match kept.open(&self.masters) {
            Ok(key) => {
                self.account_key.get_or_init(|| AccountKey::new(&key));
                Ok(true)
            }
            Err(fault) => {
                tracing::error!(%fault, "account_key.unreadable");
                Ok(false)
            }
        }
    }

    /// The same; a database that has no key gets one, and so does one whose key is lost before anything was found by it. `fill` gives
    /// random bytes.
    ///
    /// # Errors
    /// The database's; INTERNAL if no master key is known.
    pub async fn keep_account_key(&self, fill: impl Fn(&mut [u8])) -> Result<()> {
        let is_lost = |kept: &Option<AccountKeyRow>| kept.as_ref().is_none_or(|kept| kept.open(&self.masters).is_err());
        if is_lost(&self.kept_account_key().await?) {
            let (mut random, mut nonce) = ([0; 32], [0; 12]);
            fill(&mut random);
            fill(&mut nonce);
            let wrapped = self.masters.wrap(ACCOUNT_KEY_PLACE, &DataKey::new(random), nonce);
            let wrapped = wrapped.map_err(Error::internal)?;
            let (mut tx, head) = self.begin_ledger().await.map_err(store_error)?;
            // Another hub may have been faster.
            let still_lost = is_lost(&tx.account_key().await.map_err(store_error)?);
            if still_lost && !tx.names_accounts().await.map_err(store_error)? {
                let all = i64::try_from(head.frontier.size()).map_err(Error::internal)?;
                let row = AccountKeyRow::new(wrapped, all);
                tx.write(&vec![row]).await.map_err(store_error)?;
                tx.commit().await.map_err(store_error)?;
            }
        }
        self.bring_account_key().await.map(drop)
    }

    /// Wraps the key anew by the newest master key, if another one wraps it. Gives how many keys were wrapped anew, and how many could
    /// not be opened.
    ///
    /// # Errors
    /// The database's.
    pub async fn rewrap_account_key(&self, nonce: impl FnOnce() -> [u8; 12] + Send) -> Result<(usize, usize)> {
        let newest = self.masters.newest().map(MasterId::as_str).unwrap_or_default();
        let is_old = |kept: &AccountKeyRow| !kept.is_wrapped_by(newest);
        if self.kept_account_key().await?.filter(is_old).is_none() {
            return Ok((0, 0));
        }
        let (mut tx, _head) = self.begin_ledger().await.map_err(store_error)?;
        let Some(kept) = tx.account_key().await.map_err(store_error)?.filter(is_old) else {
            return Ok((0, 0));
        };
        let Ok(key) = kept.open(&self.masters) else {
            return Ok((0, 1));
        };
        let wrapped = self.masters.wrap(ACCOUNT_KEY_PLACE, &key, nonce());
        let row = AccountKeyRow::new(wrapped.map_err(Error::internal)?, kept.indexed_from);
        tx.write(&vec![row]).await.map_err(store_error)?;
        tx.commit().await.map_err(store_error)?;
        Ok((1, 0))
    }

    async fn kept_account_key(&self) -> Result<Option<AccountKeyRow>> {
        on_pool!(self, sql_account::ACCOUNT_KEY, |sql, pool| sqlx::query_as(sql)
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// Documents of entries before this one are still to be looked through; 0: all are. None if there is no key that is known here.
    ///
    /// # Errors
    /// The database's.
    pub async fn accounts_indexed_from(&self) -> Result<Option<i64>> {
        if self.account_key.get().is_none() {
            return Ok(None);
        }
        Ok(self.kept_account_key().await?.map(|kept| kept.indexed_from))
    }

    /// The documents of these entries that may name accounts, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn documents_between(&self, from: i64, end: i64) -> Result<Vec<KeptDocument>> {
        on_pool!(self, sql_account::DOCUMENTS_BETWEEN, |sql, pool| sqlx::query_as(sql)
            .bind(from)
            .bind(end)
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Enters what was found in the documents of the entries from `from` on and before `end`, up to which all were left to do. Nothing
    /// is done if another hub did it meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_older_accounts(&self, from: i64, end: i64, found: &Vec<AccountDocumentRow>) -> Result<()> {
        let (mut tx, _head) = self.begin_ledger().await.map_err(store_error)?;
        let moved: Option<i64> = on_tx!(&mut tx.tx, sql_account::ACCOUNTS_INDEXED, |sql, connection| {
            sqlx::query_scalar(sql).bind(end).bind(from).fetch_optional(connection)
        })
        .map_err(store_error)?;
        if moved.is_none() {
            return Ok(());
        }
        tx.write(found).await.map_err(store_error)?;
        // What was erased since it was read is not known any more.
        tx.forget_accounts_again().await.map_err(store_error)?;
        tx.commit().await.map_err(store_error)
    }

    /// The requests and measures that name the account and that `viewer` may see, at one holder or (none) at all, after `after`: measures
    /// from before or outside the hub, then requests, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn subjects_of_account(
        &self,
        viewer: &Viewer,
        account: &AccountDigest,
        holder: Option<&AgencyCode>,
        after: Option<&RelatedId>,
        limit: i64,
    ) -> Result<Vec<RelatedId>> {
        let found: Vec<String> = on_pool!(self, sql_account::SUBJECTS_OF_ACCOUNT, |sql, pool| sqlx::query_scalar(
            sql
        )
        .bind(account.as_str())
        .bind(after.map_or("", RelatedId::as_str))
        .bind(holder.map_or("", AgencyCode::as_str))
        .bind(viewer.agency.as_str())
        .bind(viewer.scope.as_str())
        .bind(viewer.officer.as_str())
        .bind(viewer.unit_reached().map(UnitId::as_str))
        .bind(limit)
        .fetch_all(pool))
        .map_err(store_error)?;
        let parse = |id: &String| id.parse().map_err(Error::internal);
        found.iter().map(parse).collect()
    }

    /// The documents of these that name the account, by subject and entry.
    ///
    /// # Errors
    /// The database's.
    pub async fn documents_of_account(
        &self,
        account: &AccountDigest,
        subjects: &[RelatedId],
    ) -> Result<Vec<NamingDocument>> {
        let list = json_list(subjects.iter().map(RelatedId::as_str));
        on_pool!(self, sql_account::DOCUMENTS_OF_ACCOUNT, |sql, pool| sqlx::query_as(sql)
            .bind(account.as_str())
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)
    }
}

type Written<T> = std::result::Result<T, sqlx::Error>;

impl LedgerTx {
    async fn account_key(&mut self) -> Written<Option<AccountKeyRow>> {
        on_tx!(&mut self.tx, sql_account::ACCOUNT_KEY, |sql, connection| {
            sqlx::query_as(sql).fetch_optional(connection)
        })
    }

    /// Whether any document is known to name an account.
    async fn names_accounts(&mut self) -> Written<bool> {
        let first: Option<i64> = on_tx!(&mut self.tx, sql_account::ANY_ACCOUNT, |sql, connection| {
            sqlx::query_scalar(sql).fetch_optional(connection)
        })?;
        Ok(first.is_some())
    }

    /// Forgets which accounts the documents name whose keys this erasure destroys.
    pub(super) async fn forget_accounts(&mut self, erasure_index: i64) -> Written<()> {
        let _forgotten: Vec<i64> = on_tx!(&mut self.tx, sql_account::FORGET_ACCOUNTS, |sql, connection| {
            sqlx::query_scalar(sql).bind(erasure_index).fetch_all(connection)
        })?;
        Ok(())
    }

    /// The same of every erasure that there was.
    pub(super) async fn forget_accounts_again(&mut self) -> Written<()> {
        let _forgotten: Vec<i64> = on_tx!(&mut self.tx, sql_account::FORGET_ACCOUNTS_AGAIN, |sql, connection| {
            sqlx::query_scalar(sql).fetch_all(connection)
        })?;
        Ok(())
    }
}
