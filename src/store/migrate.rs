//! Migrations: forward only, the same numbers and names for both databases, built into the binary.

use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use super::Store;
use super::backend::{Pools, Sql};

macro_rules! migrations {
    ($($version:literal => $name:literal),+ $(,)?) => {
        /// Number, name and text of every migration.
        pub(super) const MIGRATIONS: &[(i64, &str, Sql)] = &[$((
            $version,
            $name,
            Sql::pair(
                include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
                include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
            ),
        )),+];
    };
}

migrations! {
    1 => "0001_core",
}

fn migrator(text: impl Fn(&Sql) -> &'static str) -> Migrator {
    Migrator::with_migrations(
        MIGRATIONS
            .iter()
            .map(|(version, name, sql)| {
                let text = text(sql).into_sql_str();
                Migration::new(*version, (*name).into(), MigrationType::Simple, text, false)
            })
            .collect(),
    )
}

impl Store {
    /// Brings the schema up to date. Refuses a database that is newer than this binary or whose migrations differ.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => migrator(|sql| sql.sqlite).run(writer).await,
            Pools::Postgres { pool } => migrator(|sql| sql.postgres).run(pool).await,
        }
    }
}
