//! Accounts: the key of their digests, and the documents that name them
//! ([decision 0039](../../docs/decisions/0039-holds-on-an-account.md)).

use std::collections::BTreeMap;

use super::backend::{on_pool, on_tx};
use super::rows::{AccountDocumentRow, AccountKeyRow, KeptDocument, NamingDocument};
use super::write::LedgerTx;
use super::{Store, json_list, sql_account, store_error};
use crate::domain::account::AccountNumber;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{AgencyCode, RelatedId, RequestId, UnitId};
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

    /// Whether this hub knows the key.
    pub(crate) fn knows_account_key(&self) -> bool {
        self.account_key.get().is_some()
    }

    /// Brings in the key for a hub that writes, told apart from others by `hub`; a database that has no key gets one, and so does one whose
    /// key is lost before anything was found by it. `fill` gives random bytes.
    ///
    /// # Errors
    /// The database's; INTERNAL if no master key is known.
    pub async fn keep_account_key(&self, hub: &str, fill: impl Fn(&mut [u8])) -> Result<()> {
        let opens = |kept: &AccountKeyRow| kept.open(&self.masters).is_ok();
        let is_ready = |kept: &AccountKeyRow| opens(kept) && kept.is_used_by(hub);
        if self.kept_account_key().await?.as_ref().is_some_and(is_ready) {
            return self.bring_account_key().await.map(drop);
        }
        let (mut random, mut nonce) = ([0; 32], [0; 12]);
        fill(&mut random);
        fill(&mut nonce);
        let wrapped = self.masters.wrap(ACCOUNT_KEY_PLACE, &DataKey::new(random), nonce);
        let wrapped = wrapped.map_err(Error::internal)?;
        let (mut tx, head) = self.begin_ledger().await.map_err(store_error)?;
        let end = i64::try_from(head.frontier.size()).map_err(Error::internal)?;
        let row = match tx.account_key().await.map_err(store_error)? {
            // Another hub may have been faster.
            Some(kept) if is_ready(&kept) => None,
            Some(kept) if opens(&kept) => Some(kept.used_also_by(hub, end)),
            Some(lost) if !lost.is_used_only_by(hub) || tx.names_accounts().await.map_err(store_error)? => None,
            Some(_) | None => Some(AccountKeyRow::new(wrapped, end, hub)),
        };
        if let Some(row) = row {
            tx.write(&vec![row]).await.map_err(store_error)?;
            tx.commit().await.map_err(store_error)?;
        } else {
            drop(tx);
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
        if !self.kept_account_key().await?.as_ref().is_some_and(is_old) {
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
        let row = kept.wrapped_anew(wrapped.map_err(Error::internal)?);
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

    /// Enters what was found in the documents of the entries from `from` on and before `end`, up to which all were left to do; `missed`: some
    /// could not be read. False, and nothing is done, if another hub changed that meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_older_accounts(
        &self,
        (from, end): (i64, i64),
        found: &Vec<AccountDocumentRow>,
        missed: bool,
    ) -> Result<bool> {
        let (mut tx, _head) = self.begin_ledger().await.map_err(store_error)?;
        let moved: Option<i64> = on_tx!(&mut tx.tx, sql_account::ACCOUNTS_INDEXED, |sql, connection| {
            sqlx::query_scalar(sql)
                .bind(end)
                .bind(from)
                .bind(i64::from(missed))
                .fetch_optional(connection)
        })
        .map_err(store_error)?;
        if moved.is_none() {
            return Ok(false);
        }
        tx.write(found).await.map_err(store_error)?;
        // What was erased since it was read is not known any more.
        let _forgotten: Vec<i64> = on_tx!(&mut tx.tx, sql_account::FORGET_ACCOUNTS_BETWEEN, |sql, connection| {
            sqlx::query_scalar(sql).bind(from).bind(end).fetch_all(connection)
        })
        .map_err(store_error)?;
        tx.commit().await.map_err(store_error)?;
        Ok(true)
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

impl Store {
    /// The entry of the newest report of each of these requests that has one.
    ///
    /// # Errors
    /// The database's.
    pub async fn newest_reports<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a RequestId>,
    ) -> Result<BTreeMap<RequestId, i64>> {
        let list = json_list(ids.into_iter().map(RequestId::as_str));
        let found: Vec<(String, i64)> = on_pool!(self, sql_account::NEWEST_REPORTS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        let parse = |(id, index): (String, i64)| Ok((RequestId::parse(&id).map_err(Error::internal)?, index));
        found.into_iter().map(parse).collect()
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

    /// A hub that does not know the key has written up to this entry: what it wrote is still to be looked through.
    pub(crate) async fn accounts_not_named(&mut self, end: i64) -> Written<()> {
        let _from: Option<i64> = on_tx!(&mut self.tx, sql_account::ACCOUNTS_NOT_NAMED, |sql, connection| {
            sqlx::query_scalar(sql).bind(end).fetch_optional(connection)
        })?;
        Ok(())
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
