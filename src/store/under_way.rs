//! What a sender has under way: orders that wait for an answer, and those whose measure is in force.

use super::backend::{Sql, on_pool};
use super::sql::{reaches_sent, request_columns, texts};
use super::{Store, json_list, store_error};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, KindCode, UnitId};
use crate::domain::request::EnforcementRequest;
use crate::domain::viewer::Viewer;
use crate::sealing::AccountDigest;

/// The text with the kinds $2 and the recipients $3, JSON arrays of texts, and what more is asked.
macro_rules! under_way {
    ($kinds:literal, $recipients:literal, $more:expr) => {
        concat!(
            "SELECT ",
            request_columns!(),
            " FROM enforcement_request r WHERE r.sender = $1 AND r.kind IN (SELECT value FROM ",
            $kinds,
            ") AND r.recipient IN (SELECT value FROM ",
            $recipients,
            ") AND (r.state IN ('SUBMITTED', 'ACKNOWLEDGED', 'CLARIFYING', 'WITHDRAWAL_PENDING') ",
            "OR EXISTS (SELECT 1 FROM measure m WHERE m.enforcement_request_id = r.id AND m.in_force)) AND ",
            reaches_sent!(5, 6, 7),
            $more,
            " ORDER BY r.id DESC LIMIT $4"
        )
    };
}

/// Of those, the ones that name an account of $8.
macro_rules! names_one_of {
    ($accounts:literal) => {
        concat!(
            " AND r.id IN (SELECT i.subject FROM account_document i WHERE i.digest IN (SELECT value FROM ",
            $accounts,
            "))"
        )
    };
}

texts! {
    REQUESTS_UNDER_WAY = Sql::pair(
        under_way!("json_each($2)", "json_each($3)", ""),
        under_way!("json_array_elements_text($2::json) AS value", "json_array_elements_text($3::json) AS value", ""),
    );
    REQUESTS_UNDER_WAY_ON_ACCOUNTS = Sql::pair(
        under_way!("json_each($2)", "json_each($3)", names_one_of!("json_each($8)")),
        under_way!(
            "json_array_elements_text($2::json) AS value",
            "json_array_elements_text($3::json) AS value",
            names_one_of!("json_array_elements_text($8::json) AS value")
        ),
    );
}

impl Store {
    /// The viewer's own requests of these kinds at these recipients that wait for an answer or whose measure is in force, newest first.
    pub async fn under_way(
        &self,
        viewer: &Viewer,
        kinds: &[&KindCode],
        recipients: &[AgencyCode],
        limit: i64,
    ) -> Result<Vec<EnforcementRequest>> {
        let kinds = json_list(kinds.iter().map(|kind| kind.as_str()));
        let recipients = json_list(recipients.iter().map(AgencyCode::as_str));
        on_pool!(self, REQUESTS_UNDER_WAY, |sql, pool| sqlx::query_as(sql)
            .bind(viewer.agency.as_str())
            .bind(&kinds)
            .bind(&recipients)
            .bind(limit)
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Those of them whose documents name one of these accounts.
    pub async fn under_way_on_accounts(
        &self,
        viewer: &Viewer,
        (kinds, recipients): (&[&KindCode], &[AgencyCode]),
        accounts: &[AccountDigest],
        limit: i64,
    ) -> Result<Vec<EnforcementRequest>> {
        if accounts.is_empty() {
            return Ok(Vec::new());
        }
        let kinds = json_list(kinds.iter().map(|kind| kind.as_str()));
        let recipients = json_list(recipients.iter().map(AgencyCode::as_str));
        let accounts = json_list(accounts.iter().map(AccountDigest::as_str));
        on_pool!(self, REQUESTS_UNDER_WAY_ON_ACCOUNTS, |sql, pool| sqlx::query_as(sql)
            .bind(viewer.agency.as_str())
            .bind(&kinds)
            .bind(&recipients)
            .bind(limit)
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .bind(&accounts)
            .fetch_all(pool))
        .map_err(store_error)
    }
}
