//! All SQL. `Store` is cheap to clone; every test runs on SQLite and on PostgreSQL.

mod accounts;
mod attachments;
pub mod backend;
mod books;
mod bulk;
mod calendar;
mod cases;
mod connect;
mod content;
mod database_file;
mod deadlines;
mod documents_at_rest;
mod erasures;
mod error;
mod followed;
mod hints;
mod inspect;
mod kept;
mod loading;
mod log;
mod mailbox;
mod migrate;
mod operator;
mod pool_use;
mod publications;
mod registers;
mod registry;
mod report_books;
mod reports;
mod requests;
mod responses;
pub mod rows;
pub mod schema;
mod snapshot;
mod sql;
mod sql_account;
mod sql_book;
mod sql_case;
mod sql_erasure;
mod sql_followed;
mod sql_operator;
mod sql_publication;
mod sql_report;
mod sql_supervision;
mod sql_suspension;
mod sql_timer;
mod sql_tracking;
mod sql_webhook;
mod supervision;
mod suspensions;
mod timers;
mod tree;
mod under_way;
mod webhooks;
pub mod write;

pub use books::{BookDetail, CasesBehind, MovementPosition, Of};
pub use cases::CaseFilter;
pub use connect::{ConnectError, Database};
pub use content::{MasterUse, Rewrapped};
pub use database_file::FileFault;
pub use deadlines::{DeadlineFilter, DeadlinePosition, MalformedDeadlinePosition, Side};
pub use documents_at_rest::{DocumentAtRest, DocumentForm};
pub use erasures::KeptUntil;
pub use error::Outage;
pub(crate) use error::{Shown, store_error};
pub use followed::{Followed, FollowedFilter, FollowedPart, FollowedSide};
pub use hints::{Hint, Hints};
pub use inspect::{AgencyCount, CredentialEnd, KeptRequests, LogShape};
pub use kept::{KeptTable, KeptType, Value, kept_tables};
pub use loading::Loading;
pub use mailbox::Cursors;
pub use migrate::{SchemaChange, SchemaMismatch, schema_version};
pub use operator::OutboxRow;
pub use pool_use::PoolUse;
pub use publications::PublicityFilter;
pub use registers::{MalformedPosition, MeasureFilter, RegisterPosition};
pub use report_books::BookSums;
pub use reports::{Division, FigureOf, OpenCaseFilter, OverdueFilter, Span, TransferFilter};
pub use requests::{Direction, RequestFilter};
pub use responses::{Period, SumFilter, Whose};
pub use snapshot::{KeptStream, Snapshot};
pub use supervision::{ReadFilter, SupervisedFilter};
pub use timers::{DraftedNotice, NOT_BEFORE_A_CHANGE};
pub(crate) use tree::nodes_of;
pub use webhooks::{ClaimedLane, Settled, WebhookHealth};

use std::sync::{Arc, OnceLock};

use backend::{Pools, Sql};

use crate::sealing::{AccountKey, MasterKeys};

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
    /// What opens content; none for who only looks after rows.
    masters: Arc<MasterKeys>,
    /// What makes digests of accounts, once it was brought in.
    account_key: Arc<OnceLock<AccountKey>>,
}

/// Which database the hub stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// SQLite: one machine.
    Sqlite,
    /// PostgreSQL: one or several hubs.
    Postgres,
}

impl Store {
    /// The same database with the master keys that open its content.
    #[must_use]
    pub fn with_masters(self, masters: Arc<MasterKeys>) -> Self {
        Self { masters, ..self }
    }

    /// The master keys that open its content, and seal it.
    pub fn masters(&self) -> &Arc<MasterKeys> {
        &self.masters
    }

    /// Which database this is.
    pub fn database_kind(&self) -> DatabaseKind {
        match self.pools {
            Pools::Sqlite { .. } => DatabaseKind::Sqlite,
            Pools::Postgres { .. } => DatabaseKind::Postgres,
        }
    }
}

/// Every SQL text of the hub by name, bulk writes included: for the test that prepares them all on both databases.
pub fn sql_catalogue() -> Vec<(String, Sql)> {
    let named = sql::ALL.iter().map(|(name, text)| ((*name).to_owned(), *text));
    let supervision = sql_supervision::ALL
        .iter()
        .chain(sql_operator::ALL)
        .chain(sql_suspension::ALL)
        .chain(sql_tracking::ALL)
        .chain(sql_account::ALL)
        .chain(sql_webhook::ALL)
        .map(|(name, text)| ((*name).to_owned(), *text));
    let at_rest = documents_at_rest::ALL
        .iter()
        .map(|(name, text)| ((*name).to_owned(), *text));
    let erasure = sql_erasure::ALL.iter().map(|(name, text)| ((*name).to_owned(), *text));
    named
        .chain(supervision)
        .chain(at_rest)
        .chain(erasure)
        .chain(sql_case::ALL.iter().map(|(name, text)| ((*name).to_owned(), *text)))
        .chain(sql_report::ALL.iter().map(|(name, text)| ((*name).to_owned(), *text)))
        .chain(sql_followed::ALL.iter().map(|(name, text)| ((*name).to_owned(), *text)))
        .chain(
            sql_publication::ALL
                .iter()
                .map(|(name, text)| ((*name).to_owned(), *text)),
        )
        .chain(under_way::ALL.iter().map(|(name, text)| ((*name).to_owned(), *text)))
        .chain(sql_book::ALL.iter().map(|(name, text)| ((*name).to_owned(), *text)))
        .chain(sql_timer::ALL.iter().map(|(name, text)| ((*name).to_owned(), *text)))
        .chain(bulk::texts())
        .chain(kept::texts())
        .collect()
}

/// A set of keys as one JSON parameter.
fn json_list<I: AsRef<str>>(keys: impl IntoIterator<Item = I>) -> String {
    let keys: Vec<serde_json::Value> = keys.into_iter().map(|key| key.as_ref().into()).collect();
    serde_json::Value::Array(keys).to_string()
}

/// A set of pairs as one JSON parameter.
fn json_pairs<A: Into<serde_json::Value>, B: Into<serde_json::Value>>(
    pairs: impl IntoIterator<Item = (A, B)>,
) -> String {
    let pairs: Vec<serde_json::Value> = pairs
        .into_iter()
        .map(|(a, b)| serde_json::Value::Array(vec![a.into(), b.into()]))
        .collect();
    serde_json::Value::Array(pairs).to_string()
}
