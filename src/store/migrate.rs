//! Migrations: forward only, the same numbers and names for both databases, built into the binary.

use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use super::backend::{Pools, Sql, on_pool};
use super::{DatabaseKind, Store, sql, store_error};
use crate::domain::error::Result;

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
    2 => "0002_legal_engine",
    3 => "0003_calendar",
    4 => "0004_attachment",
    5 => "0005_register_owner",
    6 => "0006_officer_scope",
    7 => "0007_signed_log",
    8 => "0008_officer_credential",
    9 => "0009_supervision",
    10 => "0010_trust_paper",
    11 => "0011_content_key",
    12 => "0012_erasure",
    13 => "0013_operator_action",
    14 => "0014_timer",
    15 => "0015_response_time",
    16 => "0016_case",
    17 => "0017_webhook",
    18 => "0018_case_book",
    19 => "0019_suspension",
    20 => "0020_report_entry",
    21 => "0021_coercion",
    22 => "0022_account",
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

/// What bringing the schema up to date did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaChange {
    /// There was none before.
    Created,
    /// It was older.
    Upgraded {
        /// The number of its newest migration.
        from: i64,
    },
    /// It was up to date.
    Unchanged,
}

/// Why the schema is not the one of this binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SchemaMismatch {
    /// Migrations of the binary are missing in the database.
    #[error("the database's schema is older than this binary: migration {0} is missing")]
    Older(i64),
    /// The database has migrations that the binary does not know.
    #[error("the database's schema is newer than this binary: migration {0} is unknown to it")]
    Newer(i64),
    /// A migration ended half-way, or its text was another.
    #[error("the database's schema is not the one of this binary: migration {0} differs or did not finish")]
    Different(i64),
}

impl Store {
    /// Brings the schema up to date. Refuses a database that is newer than this binary or whose migrations differ.
    pub async fn migrate(&self) -> std::result::Result<SchemaChange, MigrateError> {
        // Without a schema there is no such table. What else is wrong comes up when the migrations run.
        let before = self.applied().await.unwrap_or_default();
        match &self.pools {
            Pools::Sqlite { writer, .. } => migrator(|sql| sql.sqlite).run(writer).await?,
            Pools::Postgres { pool, .. } => migrator(|sql| sql.postgres).run(pool).await?,
        }
        self.complete_tree().await.map_err(MigrateError::Execute)?;
        let newest = before.iter().map(|(version, ..)| *version).max();
        Ok(match newest {
            None => SchemaChange::Created,
            Some(from) if before.len() < MIGRATIONS.len() => SchemaChange::Upgraded { from },
            Some(_) => SchemaChange::Unchanged,
        })
    }

    /// Whether the schema is exactly the one of this binary; changes nothing.
    pub async fn check_schema(&self) -> Result<std::result::Result<(), SchemaMismatch>> {
        let applied = self.applied().await.map_err(store_error)?;
        Ok(judge(&applied, self.database_kind()))
    }

    async fn applied(&self) -> std::result::Result<Vec<Applied>, sqlx::Error> {
        on_pool!(self, sql::MIGRATIONS_APPLIED, |sql, pool| sqlx::query_as(sql)
            .fetch_all(pool))
    }
}

/// Number, checksum and success of a migration in the database.
pub(super) type Applied = (i64, Vec<u8>, bool);

/// The number of the newest migration of this binary.
pub fn schema_version() -> i64 {
    MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or(0)
}

/// Whether these are exactly the migrations of this binary.
pub(super) fn judge(applied: &[Applied], kind: DatabaseKind) -> std::result::Result<(), SchemaMismatch> {
    let known = match kind {
        DatabaseKind::Sqlite => migrator(|sql| sql.sqlite),
        DatabaseKind::Postgres => migrator(|sql| sql.postgres),
    };
    compare(applied, &known)
}

fn compare(applied: &[Applied], known: &Migrator) -> std::result::Result<(), SchemaMismatch> {
    for (version, checksum, success) in applied {
        match known.iter().find(|migration| migration.version == *version) {
            None => return Err(SchemaMismatch::Newer(*version)),
            Some(migration) if !success || *migration.checksum != **checksum => {
                return Err(SchemaMismatch::Different(*version));
            }
            Some(_) => {}
        }
    }
    let missing = known
        .iter()
        .find(|migration| applied.iter().all(|(version, ..)| *version != migration.version));
    missing.map_or(Ok(()), |migration| Err(SchemaMismatch::Older(migration.version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_that_is_not_of_this_binary_is_told_apart() {
        let known = migrator(|sql| sql.sqlite);
        let same: Vec<Applied> = known
            .iter()
            .map(|one| (one.version, one.checksum.to_vec(), true))
            .collect();
        assert_eq!(compare(&same, &known), Ok(()));
        assert_eq!(compare(&[], &known), Err(SchemaMismatch::Older(1)));
        let mut newer = same.clone();
        newer.push((9999, Vec::new(), true));
        assert_eq!(compare(&newer, &known), Err(SchemaMismatch::Newer(9999)));
        let mut edited = same.clone();
        edited[0].1 = vec![0];
        assert_eq!(compare(&edited, &known), Err(SchemaMismatch::Different(1)));
        let mut unfinished = same;
        unfinished[0].2 = false;
        assert_eq!(compare(&unfinished, &known), Err(SchemaMismatch::Different(1)));
    }
}
