//! Reading how requests stand that are followed to their end. Whose they may be is decided before, in `app::reports`.

use super::backend::on_pool;
use super::reports::Span;
use super::rows::{FollowedCount, FollowedRow};
use super::{Store, json_list, sql_followed, store_error};
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;
use crate::domain::time::Timestamp;

/// Whose requests are counted, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// What agencies must answer, by them.
    AnsweredBy,
    /// What agencies asked for, by who must answer.
    AnsweredTo,
    /// What agencies must answer, by who asked.
    AskedByEach,
    /// What agencies had to send, by them.
    SentBy,
    /// What agencies had to be sent, by who had to send it.
    SentTo,
}

/// Whose requests are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowedSide {
    /// Those that the agency must answer.
    Recipient,
    /// Those that it asked.
    Sender,
    /// Those that it had to send.
    Sent,
}

/// Which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedFilter<'a> {
    /// The kinds.
    pub kinds: Vec<&'a str>,
    /// Sent in it.
    pub span: Span,
    /// As they stand at this instant.
    pub now: Timestamp,
}

/// Which of them, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedPart<'a> {
    /// The agency on the other side; none: any.
    pub partner: Option<&'a AgencyCode>,
    /// The standings, each between commas.
    pub standings: String,
    /// The only outcome, and one that is left out; empty: any, none.
    pub outcomes: (&'a str, &'a str),
    /// After this id.
    pub after: &'a str,
    /// How many.
    pub limit: i64,
}

impl Store {
    /// How many requests of `agencies` stand how.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn followed(
        &self,
        followed: Followed,
        agencies: &[&AgencyCode],
        filter: &FollowedFilter<'_>,
    ) -> Result<Vec<FollowedCount>> {
        let text = match followed {
            Followed::AnsweredBy => sql_followed::ANSWERED_BY,
            Followed::AnsweredTo => sql_followed::ANSWERED_TO,
            Followed::AskedByEach => sql_followed::ASKED_BY_EACH,
            Followed::SentBy => sql_followed::SENT_BY,
            Followed::SentTo => sql_followed::SENT_TO,
        };
        let agencies = json_list(agencies.iter().map(|agency| agency.as_str()));
        let kinds = json_list(&filter.kinds);
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(&agencies)
            .bind(&kinds)
            .bind(filter.now.micros())
            .bind(filter.span.from.micros())
            .bind(filter.span.to.micros())
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Requests of an agency one by one, by id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn followed_page(
        &self,
        (agency, side): (&AgencyCode, FollowedSide),
        filter: &FollowedFilter<'_>,
        part: &FollowedPart<'_>,
    ) -> Result<Vec<FollowedRow>> {
        let text = match side {
            FollowedSide::Recipient => sql_followed::FOLLOWED_AT_RECIPIENT,
            FollowedSide::Sender => sql_followed::FOLLOWED_AT_SENDER,
            FollowedSide::Sent => sql_followed::FOLLOWED_SENT,
        };
        let agencies = json_list([agency.as_str()]);
        let kinds = json_list(&filter.kinds);
        let (only, but) = part.outcomes;
        on_pool!(self, text, |sql, pool| sqlx::query_as(sql)
            .bind(&agencies)
            .bind(&kinds)
            .bind(filter.now.micros())
            .bind(filter.span.from.micros())
            .bind(filter.span.to.micros())
            .bind(part.partner.map_or("", AgencyCode::as_str))
            .bind(&part.standings)
            .bind(only)
            .bind(but)
            .bind(part.after)
            .bind(part.limit)
            .fetch_all(pool))
        .map_err(store_error)
    }
}
