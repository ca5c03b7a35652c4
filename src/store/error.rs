//! Database errors as the rest of the hub sees them: unavailable (retry with the same key) or internal.

use crate::domain::error::{Error, ErrorCode};

/// Classifies a database error. The cause is kept for the log.
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
            .with_cause(error)
    } else {
        Error::internal(error)
    }
}
