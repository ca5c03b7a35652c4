//! What an operator does with a hub beside its API, as the log tells it
//! ([decision 0026](../../docs/decisions/0026-operator-actions.md)). Facts that mean the same on every machine: sizes, digests,
//! numbers of versions. No paths, no addresses, no secrets.

use serde::{Deserialize, Serialize};

use super::ids::{IdSource, OperatorActionId};
use super::macros::{checked_text, text_enum};
use super::time::Timestamp;

text_enum! {
    /// What was done.
    pub enum OperatorAction {
        /// Khởi động cổng.
        HubStart => "hub_start",
        /// Dừng cổng, có trật tự.
        HubStop => "hub_stop",
        /// Sao lưu.
        Backup => "backup",
        /// Phục hồi từ bản sao lưu.
        Restore => "restore",
        /// Chép từ cơ sở dữ liệu khác vào.
        CopyIn => "copy_in",
        /// Chép sang cơ sở dữ liệu khác.
        CopyOut => "copy_out",
        /// Nâng cấp cấu trúc cơ sở dữ liệu.
        Migrate => "migrate",
    }
}

/// The subject of a change of the schema begins with this; the number of the newest migration follows.
const SCHEMA: &str = "migration/";

fn is_line_id(text: &str) -> bool {
    let is_version = |digits: &str| {
        let is_number = (1..=9).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        is_number && !digits.starts_with('0')
    };
    OperatorActionId::parse(text).is_ok() || text.strip_prefix(SCHEMA).is_some_and(is_version)
}

checked_text! {
    /// What tells one thing done from every other, once in a log: an id of its own, or `migration/N` for the schema N.
    pub struct LineId(is_line_id, "op_ and 32 hex digits, or migration/ and the number of a migration");
}

/// The account under which something was done, as the operating system tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OsUser {
    /// Number of the account that the program ran as.
    pub uid: u32,
    /// Its name, where the machine's own list of accounts has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Number of the account that somebody logged in with, whatever he became afterwards (`sudo`); nobody for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_uid: Option<u32>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_name: Option<String>,
}

macro_rules! facts {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$field_meta])* pub $field: $type,)+ }
        )+

        /// What there is to say of an action.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Facts { $($(#[$meta])* $name($name),)+ }

        impl Facts {
            /// Of which action.
            pub fn action(&self) -> OperatorAction {
                match self { $(Self::$name(_) => OperatorAction::$name,)+ }
            }
        }
    };
}

facts! {
    /// A hub began to serve.
    HubStart {
        /// Its name.
        hub_id: String,
        /// The keys that it signs with: name and id of the Ed25519 key.
        signer: String,
        /// SHA-256 of its settings, hex, as `lienthong config show` tells it; null where a program of another made them.
        settings_sha256: Option<String>,
        /// Id of the master key by which it seals content; null: it seals none.
        master_key: Option<String>,
        /// Number of the newest migration.
        schema_version: i64,
        /// Entries in the log that it found.
        tree_size: u64,
        /// Why it wrote nothing, if so: a reason of LEDGER_READ_ONLY.
        read_only: Option<String>,
    }
    /// A hub ended in order.
    HubStop {
        /// The keys that it signed with.
        signer: String,
        /// Whether every call under way was finished.
        drained: bool,
    }
    /// A backup was made of this database.
    Backup {
        /// Entries in the log.
        tree_size: u64,
        /// Their root, hex.
        root_hash: String,
        /// Rows of all tables.
        rows: u64,
        /// Files of documents.
        documents: u64,
        /// Their bytes.
        document_bytes: u64,
        /// Documents that were missing or damaged.
        documents_missing: u64,
        /// Whether the log made the tree of its head.
        tree_fits: bool,
        /// SHA-256 of `manifest.json`, hex.
        manifest_sha256: String,
    }
    /// This database was made of a backup.
    Restore {
        /// Entries in the log.
        tree_size: u64,
        /// Their root, hex.
        root_hash: String,
        /// Rows of all tables.
        rows: u64,
        /// Files of documents.
        documents: u64,
        /// SHA-256 of the backup's `manifest.json`, hex.
        manifest_sha256: String,
        /// When the backup was begun, RFC 3339, as it says.
        made_time: String,
        /// The program that made it, as it says.
        made_by: String,
        /// `sqlite` or `postgres`, as it says.
        made_from: String,
    }
    /// This database was made of another.
    CopyIn {
        /// Entries in the log.
        tree_size: u64,
        /// Their root, hex.
        root_hash: String,
        /// Rows of all tables.
        rows: u64,
        /// `sqlite` or `postgres`.
        from: String,
    }
    /// This database was copied into another.
    CopyOut {
        /// Entries in the log.
        tree_size: u64,
        /// Their root, hex.
        root_hash: String,
        /// Rows of all tables.
        rows: u64,
        /// `sqlite` or `postgres`.
        to: String,
    }
    /// The schema was made or brought up to date.
    Migrate {
        /// Number of the newest migration before; 0: there was no schema; null: nobody noted it when it was done.
        from: Option<i64>,
        /// Number of the newest migration now.
        to: i64,
    }
}

/// What an entry about an operator's action says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorDetails {
    /// When, by the clock of the operator's machine, microseconds. The entry's own time is when a hub came to know of it.
    pub done_time: i64,
    /// By whom.
    pub by: OsUser,
    /// With which version of the program.
    pub program_version: String,
    /// What.
    pub facts: Facts,
}

/// No longer text is taken for what we have written.
const LONGEST: usize = 4_096;

/// A line of the outbox: something that was done and is no entry yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorLine {
    /// Which.
    pub id: LineId,
    /// What.
    pub details: OperatorDetails,
}

impl OperatorLine {
    /// The action.
    pub fn action(&self) -> OperatorAction {
        self.details.facts.action()
    }

    /// Reads a line or an entry. None: it is no such thing, or one of a later version of this program.
    pub fn parse(id: &str, action: &str, details: &str) -> Option<Self> {
        if details.len() > LONGEST {
            return None;
        }
        let line = Self {
            id: LineId::parse(id).ok()?,
            details: serde_json::from_str(details).ok()?,
        };
        (line.action().as_str() == action && line.is_of_its_schema()).then_some(line)
    }

    /// Changes of the schema, and nothing else, are named by it.
    fn is_of_its_schema(&self) -> bool {
        match &self.details.facts {
            Facts::Migrate(change) => self.id.as_str() == format!("{SCHEMA}{}", change.to),
            Facts::HubStart(_)
            | Facts::HubStop(_)
            | Facts::Backup(_)
            | Facts::Restore(_)
            | Facts::CopyIn(_)
            | Facts::CopyOut(_) => !self.id.as_str().starts_with(SCHEMA),
        }
    }
}

/// When and by whom something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    id: LineId,
    done_time: Timestamp,
    by: OsUser,
}

impl Occasion {
    /// Now, by `by`.
    pub fn new(ids: &dyn IdSource, now: Timestamp, by: OsUser) -> Self {
        Self {
            id: LineId(OperatorActionId::generate(ids, now).as_str().into()),
            done_time: now,
            by,
        }
    }

    /// When.
    pub fn done_time(&self) -> Timestamp {
        self.done_time
    }

    /// The line that says so.
    pub fn line(&self, facts: Facts) -> OperatorLine {
        let id = match &facts {
            Facts::Migrate(change) => LineId(format!("{SCHEMA}{}", change.to).into()),
            Facts::HubStart(_)
            | Facts::HubStop(_)
            | Facts::Backup(_)
            | Facts::Restore(_)
            | Facts::CopyIn(_)
            | Facts::CopyOut(_) => self.id.clone(),
        };
        OperatorLine {
            id,
            details: OperatorDetails {
                done_time: self.done_time.micros(),
                by: self.by.clone(),
                program_version: env!("CARGO_PKG_VERSION").to_owned(),
                facts,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl IdSource for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    fn occasion() -> Occasion {
        let by = OsUser {
            uid: 0,
            name: Some("root".to_owned()),
            login_uid: Some(1_001),
            login_name: None,
        };
        Occasion::new(&Sevens, Timestamp::from_micros(1_795_000_000_000_000), by)
    }

    fn stop() -> OperatorLine {
        occasion().line(Facts::HubStop(HubStop {
            signer: "hub.test+00000001".to_owned(),
            drained: true,
        }))
    }

    fn text(line: &OperatorLine) -> String {
        serde_json::to_string(&line.details).unwrap()
    }

    #[test]
    fn a_line_comes_back_as_it_was_and_under_its_own_action_only() {
        let line = stop();
        for action in OperatorAction::ALL {
            let read = OperatorLine::parse(line.id.as_str(), action.as_str(), &text(&line));
            let expected = (*action == OperatorAction::HubStop).then(|| line.clone());
            assert_eq!(read, expected, "{action}");
        }
    }

    #[test]
    fn what_a_later_version_says_is_not_read_as_ours() {
        let line = stop();
        let said = text(&line);
        let parse = |details: &str| OperatorLine::parse(line.id.as_str(), "hub_stop", details);
        assert!(parse(&said).is_some());
        for (from, to) in [
            ("\"drained\"", "\"more\":1,\"drained\""),
            ("\"done_time\"", "\"more\":1,\"done_time\""),
            ("\"uid\"", "\"gid\":1,\"uid\""),
            ("hub_stop", "hub_pause"),
            (",\"drained\":true", ""),
        ] {
            assert_eq!(parse(&said.replace(from, to)), None, "{from}");
        }
        assert_eq!(parse(&(said + &" ".repeat(LONGEST))), None, "longer than any of ours");
        assert_eq!(parse("null"), None);
    }

    #[test]
    fn a_change_of_the_schema_is_named_by_it_and_nothing_else_is() {
        let change = occasion().line(Facts::Migrate(Migrate { from: Some(10), to: 13 }));
        assert_eq!(change.id.as_str(), "migration/13");
        let parse = |id: &str| OperatorLine::parse(id, "migrate", &text(&change));
        assert!(parse("migration/13").is_some());
        for id in [
            "migration/12",
            "migration/013",
            "migration/",
            "migration/x",
            stop().id.as_str(),
        ] {
            assert_eq!(parse(id), None, "{id}");
        }
        assert_eq!(OperatorLine::parse("migration/13", "hub_stop", &text(&stop())), None);
    }
}
