//! How busy the database is for this hub: its connections, and work that cannot be done yet.

use sqlx::{Database, Pool};

use super::backend::{Pools, on_pool};
use super::{Store, sql, store_error};
use crate::domain::error::Result;

/// The connections of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// `readers` or `writer`.
    pub pool: &'static str,
    /// Connections that work right now.
    pub in_use: u64,
    /// Open connections that wait for work.
    pub idle: u64,
    /// The most there may be.
    pub most: u64,
}

impl Store {
    /// The connections of every pool.
    pub fn pool_use(&self) -> [PoolUse; 2] {
        match &self.pools {
            Pools::Sqlite { readers, writer } => [used("readers", readers), used("writer", writer)],
            Pools::Postgres { pool, writer } => [used("readers", pool), used("writer", writer)],
        }
    }

    /// How many deadlines wait for days of the calendar. Reads every open deadline: not for each call.
    pub async fn deadlines_pending_calendar(&self) -> Result<i64> {
        on_pool!(self, sql::DEADLINES_PENDING_CALENDAR, |sql, pool| sqlx::query_scalar(
            sql
        )
        .fetch_one(pool))
        .map_err(store_error)
    }
}

fn used<D: Database>(name: &'static str, pool: &Pool<D>) -> PoolUse {
    let idle = u64::try_from(pool.num_idle()).unwrap_or(u64::MAX);
    PoolUse {
        pool: name,
        in_use: u64::from(pool.size()).saturating_sub(idle),
        idle,
        most: u64::from(pool.options().get_max_connections()),
    }
}
