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

/// Classifies a database error. The cause is kept for the log, without values of rows.
pub(crate) fn store_error(error: sqlx::Error) -> Error {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the driver's enum is open: what it adds is no outage until we say so"
    )]
    let is_outage = match &error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        // PostgreSQL classes 08 (connection), 53 (resources), 55P03 and 40 (locks, serialisation), 57P (shutdown);
        // SQLite 5 (busy), 6 (locked), 10 (I/O), 13 (full), whose extended codes keep the primary one in the low byte.
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            ["08", "53", "40", "57P", "55P03"]
                .iter()
                .any(|class| code.len() == 5 && code.starts_with(class))
                || code.len() < 5
                    && code
                        .parse::<u32>()
                        .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13))
        }),
        _ => false,
    };
    if is_outage {
        Error::new(ErrorCode::Unavailable)
            .retry_after_millis(1_000)
            .with_cause(Cause(error))
    } else {
        Error::internal(Cause(error))
    }
}
