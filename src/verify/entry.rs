//! One entry: its leaf and its event, and whether they say the same.

use super::row::{Row, Value};
use crate::evidence::leaf::{EntryType, Leaf};

/// An event as it stands in its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'a> {
    pub(super) index: i64,
    pub(super) entry_type: EntryType,
    pub(super) subject: &'a str,
    pub(super) version: i64,
    pub(super) action: &'a str,
    pub(super) from_state: Option<&'a str>,
    pub(super) to_state: Option<&'a str>,
    pub(super) agency: &'a str,
    pub(super) officer: &'a str,
    pub(super) counterparty: Option<&'a str>,
    pub(super) hub_time: i64,
    pub(super) details: &'a str,
}

/// A text or NULL.
#[expect(clippy::option_option, reason = "a value may be neither: then the row is no event")]
fn optional(value: &Value) -> Option<Option<&str>> {
    match value {
        Value::Null => Some(None),
        Value::Text(text) => Some(Some(text)),
        Value::Integer(_) | Value::Bytes(_) | Value::Strange => None,
    }
}

impl<'a> Event<'a> {
    /// None: the values are not those of an event.
    pub(super) fn of(row: &'a Row) -> Option<Self> {
        let [
            index,
            entry_type,
            subject,
            version,
            action,
            from_state,
            to_state,
            agency,
            officer,
            party,
            counterparty,
            hub_time,
            details,
        ] = row.values()
        else {
            return None;
        };
        optional(party)?;
        Some(Self {
            index: index.integer()?,
            entry_type: EntryType::from_code(u8::try_from(entry_type.integer()?).ok()?)?,
            subject: subject.text()?,
            version: version.integer()?,
            action: action.text()?,
            from_state: optional(from_state)?,
            to_state: optional(to_state)?,
            agency: agency.text()?,
            officer: officer.text()?,
            counterparty: optional(counterparty)?,
            hub_time: hub_time.integer()?,
            details: details.text()?,
        })
    }

    /// The columns that the leaf tells otherwise; what the leaf does not hold itself its digest of the row does.
    pub(super) fn different(&self, row: &Row, leaf: &Leaf) -> Vec<&'static str> {
        let pairs = [
            ("log_index", u64::try_from(self.index) == Ok(leaf.log_index)),
            ("entry_type", self.entry_type == leaf.entry_type),
            ("subject", self.subject == leaf.subject),
            ("version", self.version == leaf.version),
            ("action", self.action == leaf.action),
            ("from_state", self.from_state.unwrap_or_default() == leaf.from_state),
            ("to_state", self.to_state.unwrap_or_default() == leaf.to_state),
            ("agency", self.agency == leaf.agency),
            ("officer", self.officer == leaf.officer),
            (
                "counterparty",
                self.counterparty.unwrap_or_default() == leaf.counterparty,
            ),
            ("hub_time", self.hub_time == leaf.hub_time),
        ];
        let mut different: Vec<_> = pairs.iter().filter(|(_, same)| !same).map(|(name, _)| *name).collect();
        if different.is_empty() && row.digest() != leaf.row_digest {
            different.extend(["party", "details"]);
        }
        different
    }
}
