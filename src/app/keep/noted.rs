//! What is done with a whole database is noted in it. A backup or a copy that cannot be noted (a standby, a full disk, an account
//! that may only read) is made all the same: it may be the last there will be. Whoever makes it is told.

use super::{KeepError, Result};
use crate::domain::operator::OperatorLine;
use crate::store::{Database, Store};

/// Whether it was noted, and why not.
pub type Noted = std::result::Result<(), KeepError>;

/// Notes a line in a database that a hub may be serving from.
pub(super) async fn note(database: &Database, line: &OperatorLine) -> Result<()> {
    database.must_exist()?;
    let store = Store::connect(database).await?;
    let noted = store.note_operator_line(line).await;
    store.close().await;
    Ok(noted?)
}
