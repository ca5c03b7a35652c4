//! The row of an entry as a file: the columns of the table `event`, in its order.

use serde::{Deserialize, Serialize};

use crate::evidence::Digest;
use crate::evidence::digest::RowDigest;
use crate::evidence::leaf::Leaf;

/// See the module. A column that is NULL is a member that is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFile {
    /// The entry.
    pub log_index: i64,
    /// The number of its type.
    pub entry_type: i64,
    /// What it is about.
    pub subject: String,
    /// The subject's version after it.
    pub version: i64,
    /// What was done.
    pub action: String,
    /// State before.
    pub from_state: Option<String>,
    /// State after.
    pub to_state: Option<String>,
    /// Who acted.
    pub agency: String,
    /// The officer who acted.
    pub officer: String,
    /// As which party.
    pub party: Option<String>,
    /// The other party.
    pub counterparty: Option<String>,
    /// When, microseconds since 1970-01-01 UTC.
    pub hub_time: i64,
    /// Everything else that the step said, JSON: the exact text.
    pub details: String,
}

impl EventFile {
    /// The row that a leaf, a party (empty: none) and details make.
    pub fn of(leaf: &Leaf, party: &str, details: &str) -> Self {
        let optional = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Self {
            // Numbers beyond these do not occur; if they did, the digest would be another.
            log_index: i64::try_from(leaf.log_index).unwrap_or(i64::MAX),
            entry_type: leaf.entry_type.code().into(),
            subject: leaf.subject.clone(),
            version: leaf.version,
            action: leaf.action.clone(),
            from_state: optional(&leaf.from_state),
            to_state: optional(&leaf.to_state),
            agency: leaf.agency.clone(),
            officer: leaf.officer.clone(),
            party: optional(party),
            counterparty: optional(&leaf.counterparty),
            hub_time: leaf.hub_time,
            details: details.to_owned(),
        }
    }

    /// The digest that stands in the leaf.
    pub fn digest(&self) -> Digest {
        let mut digest = RowDigest::default();
        digest.integer(self.log_index);
        digest.integer(self.entry_type);
        digest.text(Some(&self.subject));
        digest.integer(self.version);
        digest.text(Some(&self.action));
        digest.text(self.from_state.as_deref());
        digest.text(self.to_state.as_deref());
        digest.text(Some(&self.agency));
        digest.text(Some(&self.officer));
        digest.text(self.party.as_deref());
        digest.text(self.counterparty.as_deref());
        digest.integer(self.hub_time);
        digest.text(Some(&self.details));
        digest.finish()
    }

    /// The file's text: there is one only.
    pub fn text(&self) -> String {
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{json}\n")
    }

    /// Reads the file; `None`: it is none, or written in another way.
    pub fn read(text: &str) -> Option<Self> {
        let file: Self = serde_json::from_str(text).ok()?;
        (file.text() == text).then_some(file)
    }
}
