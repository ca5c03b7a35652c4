//! The calendar as data: days come in by the ledger, from the catalogue or from the operator, and everything that is
//! counted on them follows.

use bytes::Bytes;
use jiff::civil::Date;

use super::App;
use super::ledger::calendar::IMPORT_CALENDAR_DAYS;
use super::ledger::command::CalendarImport;
use super::ledger::{Actor, Command, Ledger, Operation, Receipt};
use crate::domain::calendar::{Calendar, CalendarDay};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::IdempotencyKey;
use crate::evidence::leaf::{Leaf, content_sha256};
use crate::store::Store;

/// The month from which the calendar of the next year is missed if it has no data.
const NEXT_YEAR_EXPECTED: i8 = 10;

/// An import, as it came.
#[derive(Debug, Clone)]
pub struct CalendarWrite {
    /// Who asks.
    pub actor: Actor,
    /// The key that makes the retry safe.
    pub key: IdempotencyKey,
    /// The message, encoded again in field order: what the key is bound to.
    pub content: Bytes,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The proof.
    pub receipt: Receipt,
    /// The version of the calendar that it made.
    pub version: i64,
}

/// Brings the days of a catalogue into the hub, as far as they are new there. Every hub does so before it serves; several
/// at once, or the same again, do nothing more.
pub async fn bring_in(store: &Store, ledger: &Ledger, catalogue: &Calendar) -> Result<()> {
    let days: Vec<CalendarDay> = catalogue.days().cloned().collect();
    let stored = Calendar::of_states(store.calendar_days().await?, Vec::new());
    // Most starts end here, without a write. What is new is decided again by the ledger, under its lock.
    if stored.news(&days, Date::MIN).is_empty() {
        return Ok(());
    }
    let import = CalendarImport { days };
    let content = serde_json::to_vec(&import.days).map_err(Error::internal)?;
    let command = Command {
        actor: Actor::hub(),
        key: None,
        content_sha256: content_sha256(&content),
        // The entry itself states the days.
        body: None,
        verified: None,
        operation: Operation::Calendar(import),
    };
    ledger.execute(command).await.map(drop)
}

impl App {
    /// Takes in days. `days` is an error if a check before this one failed; a key that acted before gives the receipt of
    /// that time all the same.
    pub async fn import_calendar_days(&self, write: CalendarWrite, days: Result<Vec<CalendarDay>>) -> Result<Imported> {
        let CalendarWrite { actor, key, content } = write;
        let receipts = match days {
            Ok(days) => {
                let operation = Operation::Calendar(CalendarImport { days });
                self.execute(Command::new(actor, key, "application/protobuf", content, operation))
                    .await?
            }
            Err(failure) => {
                self.replay_or(&actor.agency, &key, content_sha256(&content), failure)
                    .await?
            }
        };
        let receipt = receipts.into_iter().next();
        let receipt = receipt.ok_or_else(|| Error::internal("an import without a receipt"))?;
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        // The same bytes may be a message of two methods; a key that acted in another one was used for other content.
        if leaf.action != IMPORT_CALENDAR_DAYS {
            return Err(Error::new(ErrorCode::KeyReused));
        }
        Ok(Imported {
            receipt,
            version: leaf.version,
        })
    }

    /// Looks whether another hub has changed the calendar, and takes the new version over for readers.
    pub async fn follow_calendar(&self) -> Result<()> {
        let known = self.calendar.get();
        if self.store.head().await?.calendar_version > known.version() {
            let states = self.store.calendar_days().await?;
            let calendar = Calendar::of_states(states, known.sessions().to_vec());
            self.calendar.show(calendar.into());
        }
        Ok(())
    }

    /// The next year, if it is time and the calendar has no data for it yet.
    pub fn missing_next_year(&self) -> Option<i16> {
        missing_next_year(&self.calendar.get(), self.clock.now().date())
    }
}

pub(super) fn missing_next_year(calendar: &Calendar, today: Date) -> Option<i16> {
    let next = today.year().saturating_add(1);
    (today.month() >= NEXT_YEAR_EXPECTED && !calendar.has_year(next)).then_some(next)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn from_october_on_the_next_year_is_missed() {
        let calendar = Calendar::embedded().unwrap();
        assert_eq!(missing_next_year(&calendar, date(2026, 12, 31)), None);
        assert_eq!(missing_next_year(&calendar, date(2027, 9, 30)), None);
        assert_eq!(missing_next_year(&calendar, date(2027, 10, 1)), Some(2028));
    }
}
