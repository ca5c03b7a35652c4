//! Reading agencies, officers and credentials.

use super::backend::on_pool;
use super::rows::{ConnectedAgency, CredentialRow, EventRow, OfficerRow, RegisteredAgency};
use super::{Store, json_list, json_pairs, sql, store_error};
use crate::domain::agency::{Agency, Credential, Officer, Purpose, Role};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::evidence::Digest;
use crate::evidence::digest::hex;

impl Store {
    /// The version of the registry: it moves with every change of agencies, officers and credentials.
    pub async fn registry_version(&self) -> Result<i64> {
        Ok(self.head().await?.registry_version)
    }

    /// An agency.
    pub async fn agency(&self, code: &AgencyCode) -> Result<Option<Agency>> {
        let list = json_list([code.as_str()]);
        let row: Option<ConnectedAgency> = on_pool!(self, sql::AGENCIES_BY_CODES, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .fetch_optional(pool))
        .map_err(store_error)?;
        Ok(row.map(|row| row.registered.agency))
    }

    /// Agencies after the code `after`, in order of code, of one role or all, of one province or (empty) all.
    pub async fn agency_page(
        &self,
        after: &str,
        role: Option<Role>,
        province_code: &str,
        limit: i64,
    ) -> Result<Vec<Agency>> {
        let rows: Vec<RegisteredAgency> = on_pool!(self, sql::AGENCY_PAGE, |sql, pool| sqlx::query_as(sql)
            .bind(after)
            .bind(role.map_or("", Role::as_str))
            .bind(province_code)
            .bind(limit)
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.agency).collect())
    }

    /// Whether the hub has been initialised: there is at least one agency.
    pub async fn is_initialised(&self) -> Result<bool> {
        let count: i64 = on_pool!(self, sql::AGENCY_COUNT, |sql, pool| sqlx::query_scalar(sql)
            .fetch_one(pool))
        .map_err(store_error)?;
        Ok(count > 0)
    }

    /// An officer.
    pub async fn officer(&self, agency: &AgencyCode, id: &OfficerId) -> Result<Option<Officer>> {
        let pairs = json_pairs([(agency.as_str(), id.as_str())]);
        let row: Option<OfficerRow> = on_pool!(self, sql::OFFICERS_BY_IDS, |sql, pool| sqlx::query_as(sql)
            .bind(&pairs)
            .fetch_optional(pool))
        .map_err(store_error)?;
        Ok(row.map(|row| row.officer))
    }

    /// The officers of an agency.
    pub async fn officers_of(&self, agency: &AgencyCode) -> Result<Vec<Officer>> {
        let rows: Vec<OfficerRow> = on_pool!(self, sql::OFFICERS_OF_AGENCY, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.officer).collect())
    }

    /// The credential that a certificate is registered as for `purpose`.
    pub async fn credential_by_fingerprint(
        &self,
        fingerprint: &[u8; 32],
        purpose: Purpose,
    ) -> Result<Option<Credential>> {
        let row: Option<CredentialRow> = on_pool!(self, sql::CREDENTIAL_FOR_PURPOSE, |sql, pool| sqlx::query_as(sql)
            .bind(fingerprint.as_slice())
            .bind(purpose.as_str())
            .fetch_optional(pool))
        .map_err(store_error)?;
        Ok(row.map(|row| row.0))
    }

    /// What a certificate is registered for, revoked or not.
    pub async fn credentials_by_fingerprint(&self, fingerprint: &Digest) -> Result<Vec<Credential>> {
        let list = json_list([hex(fingerprint).as_str()]);
        let rows: Vec<CredentialRow> =
            on_pool!(self, sql::CREDENTIALS_BY_FINGERPRINTS, |sql, pool| sqlx::query_as(sql)
                .bind(&list)
                .fetch_all(pool))
            .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// The entries of an agency that say something of its officers, the newest first.
    pub async fn officers_entered(&self, agency: &AgencyCode) -> Result<Vec<EventRow>> {
        on_pool!(self, sql::OFFICERS_ENTERED, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// The credentials of an agency, revoked ones included.
    pub async fn credentials_of(&self, agency: &AgencyCode) -> Result<Vec<Credential>> {
        let rows: Vec<CredentialRow> = on_pool!(self, sql::CREDENTIALS_OF_AGENCY, |sql, pool| sqlx::query_as(sql)
            .bind(agency.as_str())
            .fetch_all(pool))
        .map_err(store_error)?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}
