//! Database errors as the rest of the hub sees them: unavailable (retry with the same key) or internal.

use std::fmt;

use sqlx::error::DatabaseError;

use crate::domain::error::{Error, ErrorCode};

/// A database error as the log may hold it: the database's own words may repeat values of a row, which are personal data.
#[derive(Debug)]
pub(crate) struct Shown<'a>(pub(crate) &'a sqlx::Error);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sqlx::Error::Database(refusal) = self.0 else {
            return self.0.fmt(f);
        };
        let code = refusal.code().unwrap_or_default();
        write!(f, "the database says {code}: {}", words(refusal.as_ref(), &code))?;
        for (what, name) in [("table", refusal.table()), ("constraint", refusal.constraint())] {
            if let Some(name) = name {
                write!(f, ", {what} {name}")?;
            }
        }
        Ok(())
    }
}

/// What the database says, up to where it may repeat a value. SQLite repeats none but in what a trigger says (1811);
/// PostgreSQL names nothing but tables and columns in class 42 and may repeat a value in all others.
fn words<'a>(refusal: &'a dyn DatabaseError, code: &str) -> &'a str {
    let message = refusal.message();
    let is_postgres = code.len() == 5;
    if is_postgres && !code.starts_with("42") || code == "1811" {
        message
            .split([':', '"', '\'', '('])
            .next()
            .unwrap_or_default()
            .trim_end()
    } else {
        message
    }
}

/// [`Shown`] as the cause of an error.
#[derive(Debug)]
struct Cause(sqlx::Error);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown(&self.0).fmt(f)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The refusal itself would say the database's own words once more.
        let is_refusal = matches!(self.0, sqlx::Error::Database(_));
        (!is_refusal).then(|| self.0.source()).flatten()
    }
}

/// Why the database cannot do now what was asked, through no fault of who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Its disk has no room left.
    StorageFull,
    /// It does not answer, lets nobody in, or its disk fails.
    Away,
    /// Others are in the way: a lock, a serialisation failure, a statement that took too long.
    Busy,
}

impl Outage {
    /// The outage that an error tells of, if it does.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the driver's enum is open: what it adds is no outage until we say so"
    )]
    pub(crate) fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Some(Self::Away),
            sqlx::Error::Database(database) => database.code().and_then(|code| Self::of_code(&code)),
            _ => None,
        }
    }

    fn of_code(code: &str) -> Option<Self> {
        /// Beginnings of PostgreSQL's codes. The first that fits counts.
        const POSTGRES: [(&str, Outage); 12] = [
            // disk_full
            ("53100", Outage::StorageFull),
            // Connection, resources, shutdown, system errors (its files cannot be read or written).
            ("08", Outage::Away),
            ("53", Outage::Away),
            ("57P", Outage::Away),
            ("58", Outage::Away),
            // It lets the hub in no more, or as a standby takes no writes; it has cut a transaction that stood still.
            ("28", Outage::Away),
            ("3D", Outage::Away),
            ("25006", Outage::Away),
            ("25P03", Outage::Away),
            // Serialisation and deadlocks, lock_not_available, statement_timeout.
            ("40", Outage::Busy),
            ("55P03", Outage::Busy),
            ("57014", Outage::Busy),
        ];
        if code.len() == 5 {
            let found = POSTGRES.iter().find(|(start, _)| code.starts_with(start));
            return found.map(|(_, outage)| *outage);
        }
        // SQLite: extended codes keep the primary one in the low byte.
        match code.parse::<u32>().ok()? & 0xff {
            5 | 6 => Some(Self::Busy),
            // I/O error, cannot open.
            10 | 14 => Some(Self::Away),
            13 => Some(Self::StorageFull),
            _ => None,
        }
    }

    /// Whether the next one who asks would most likely be told the same.
    pub(crate) fn lasts(self) -> bool {
        self != Self::Busy
    }

    /// Its name in the log.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::StorageFull => "storage_full",
            Self::Away => "away",
            Self::Busy => "busy",
        }
    }
}

/// Classifies a database error. The cause is kept for the log.
pub(crate) fn store_error(error: sqlx::Error) -> Error {
    if Outage::of(&error).is_some() {
        Error::new(ErrorCode::Unavailable)
            .retry_after_millis(1_000)
            .with_cause(Cause(error))
    } else {
        Error::internal(Cause(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_an_outage_only_if_whoever_asked_is_not_at_fault() {
        for (code, outage) in [
            ("53100", Some(Outage::StorageFull)),
            ("53300", Some(Outage::Away)),
            ("57P01", Some(Outage::Away)),
            ("57014", Some(Outage::Busy)),
            ("40001", Some(Outage::Busy)),
            ("23505", None),
            ("42P01", None),
            // SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_BUSY, SQLITE_CONSTRAINT_UNIQUE
            ("13", Some(Outage::StorageFull)),
            ("778", Some(Outage::Away)),
            ("5", Some(Outage::Busy)),
            ("2067", None),
        ] {
            assert_eq!(Outage::of_code(code), outage, "{code}");
        }
    }
}
