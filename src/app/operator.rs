//! What operators do beside the API: noted in the database that it was done to, entered by a hub, read by who watches over them.

use super::App;
use super::ledger::command::Command;
use super::ledger::{Actor, Operation};
use super::requests::list::Page;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::operator::{Facts, LineId, Migrate, Occasion, OperatorLine};
use crate::domain::time::Timestamp;
use crate::store::rows::EventRow;
use crate::store::{SchemaChange, Store, schema_version};

/// Lines that are entered at once.
const LINES: usize = 64;

/// What became of the lines of the outbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entered {
    /// So many were entered by this hub.
    pub entered: usize,
    /// So many this program does not know: they wait for one that does.
    pub unknown: usize,
}

/// Something that an operator did, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorEntry {
    /// Its entry.
    pub log_index: i64,
    /// When a hub entered it.
    pub hub_time: Timestamp,
    /// What it says.
    pub line: OperatorLine,
}

impl OperatorEntry {
    fn of(event: &EventRow) -> Result<Self> {
        let line = OperatorLine::parse(&event.subject, &event.action, &event.details);
        Ok(Self {
            log_index: event.log_index,
            hub_time: event.hub_time,
            line: line.ok_or_else(|| Error::internal("an entry of an operator that says nothing known"))?,
        })
    }
}

/// Notes that the schema of this database is the one of this binary, unless it is noted or entered. So it is told once, also if
/// whoever changed it was killed before he could say so.
///
/// # Errors
/// The database's.
pub async fn note_schema(store: &Store, change: SchemaChange, occasion: &Occasion) -> Result<()> {
    let from = match change {
        SchemaChange::Created => Some(0),
        SchemaChange::Upgraded { from } => Some(from),
        SchemaChange::Unchanged => None,
    };
    let to = schema_version();
    let line = occasion.line(Facts::Migrate(Migrate { from, to }));
    if store.knows_subject(line.id.as_str()).await? {
        return Ok(());
    }
    store.note_operator_line(&line).await
}

impl App {
    /// Enters the lines of the outbox, each once however many hubs try. A hub that may not write leaves them where they are.
    ///
    /// # Errors
    /// The ledger's. What was entered stays; trying again enters the rest.
    pub async fn enter_operator_lines(&self) -> Result<Entered> {
        let mut done = Entered::default();
        if self.ledger.takes_writes().is_err() {
            return Ok(done);
        }
        let (mut after, limit) = (String::new(), i64::try_from(LINES).unwrap_or(i64::MAX));
        loop {
            let rows = self.store.outbox(&after, limit).await?;
            let known: Vec<LineId> = rows.iter().filter_map(|row| Some(row.line()?.id)).collect();
            done.unknown += rows.len() - known.len();
            if !known.is_empty() {
                match self.execute(entering(known)).await {
                    Ok(receipts) => done.entered += receipts.len(),
                    // Trying is what lets a hub go on whose log is whole again.
                    Err(error) if error.code() == ErrorCode::LedgerReadOnly => return Ok(done),
                    Err(error) => return Err(error),
                }
            }
            match rows.last() {
                Some(last) if rows.len() == LINES => after.clone_from(&last.id),
                Some(_) | None => return Ok(done),
            }
        }
    }

    /// What operators did, newest first, before the log index `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn operator_actions(&self, before: Option<i64>, limit: usize) -> Result<Page<OperatorEntry>> {
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut events = self
            .store
            .operator_entries(before.unwrap_or(i64::MAX), one_more)
            .await?;
        let more = events.len() > limit;
        events.truncate(limit);
        let items = events.iter().map(OperatorEntry::of).collect::<Result<_>>()?;
        Ok(Page { items, more })
    }
}

fn entering(lines: Vec<LineId>) -> Command {
    Command {
        actor: Actor::hub(),
        key: None,
        content_sha256: [0; 32],
        body: None,
        verified: None,
        operation: Operation::Operator(lines),
    }
}
