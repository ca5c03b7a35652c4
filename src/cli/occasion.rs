//! When and by whom a command is run, for the log.

use super::failure::Failure;
use crate::app::keep::KeepError;
use crate::domain::operator::Occasion;
use crate::domain::time::Clock as _;
use crate::server::clock::SystemClock;
use crate::server::os_user;
use crate::server::random::OsRandom;

/// This very run.
pub(super) fn occasion() -> Occasion {
    Occasion::new(&OsRandom, SystemClock.now(), os_user::current())
}

/// What was asked is done, but the database that was read does not say so, and its log never will.
pub(super) fn not_noted(error: KeepError) -> Failure {
    // What the database itself says, without values of rows: that the account may not write, for example.
    let said = if let KeepError::Database(error) = &error {
        error.cause().map(|cause| format!(" ({cause})"))
    } else {
        None
    };
    let (failure, said) = (Failure::from(error), said.unwrap_or_default());
    let (vi, en) = failure.texts();
    Failure::failed(
        format!(
            "Việc đã xong, nhưng không ghi lại được vào cơ sở dữ liệu nguồn nên nhật ký của cổng sẽ không có việc này. {vi}{said}"
        ),
        format!(
            "It is done, but could not be noted in the database that was read, so the hub's log will not tell of it. {en}{said}"
        ),
    )
}
