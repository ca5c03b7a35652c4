//! What each command that is no agency's leaves in the log of the hub whose data it touches. A command that is missing here does
//! not pass: so none that reads or writes a whole database can be forgotten.

use std::collections::BTreeMap;

use clap::{Command, CommandFactory as _, Subcommand as _};

use super::{Cli, client::Client};
use crate::domain::operator::OperatorAction::{self, Backup, CopyIn, CopyOut, HubStart, HubStop, Migrate, Restore};

/// What it leaves.
enum Leaves {
    /// Lines of the outbox, which become entries of type 10.
    Lines(&'static [OperatorAction]),
    /// Entries of another type, made by the command itself or by the API it calls.
    Entries,
    /// Nothing, and why.
    Nothing(&'static str),
}
use Leaves::{Entries, Lines, Nothing};

const OFFLINE: &str = "touches no hub's data";
const VERDICT: &str = "reads, changes nothing, and gives away counts and digests alone; an auditor runs it with an account that may only read";
const OUTSIDE: &str = "asks a hub by its API, as anybody may";

const TABLE: &[(&str, Leaves)] = &[
    ("init", Entries),
    ("serve", Lines(&[HubStart, HubStop, Migrate])),
    ("config example", Nothing(OFFLINE)),
    ("config check", Nothing(VERDICT)),
    ("config show", Nothing(OFFLINE)),
    ("migrate", Lines(&[Migrate])),
    ("backup", Lines(&[Backup])),
    ("restore", Lines(&[Restore])),
    ("db copy", Lines(&[CopyIn, CopyOut])),
    ("master-keys new", Nothing(OFFLINE)),
    (
        "master-keys rotate",
        Nothing("changes a file; the next start says by which key it seals"),
    ),
    ("master-keys status", Nothing(VERDICT)),
    ("retire-signer", Entries),
    ("doctor", Nothing(VERDICT)),
    ("verify receipt", Nothing(OFFLINE)),
    ("verify bundle", Nothing(OFFLINE)),
    ("verify silence", Nothing(OFFLINE)),
    ("verify database", Nothing(VERDICT)),
    ("witness", Nothing(OUTSIDE)),
    ("certs dev", Nothing(OFFLINE)),
    ("catalogue list", Nothing(OFFLINE)),
    ("catalogue show", Nothing(OFFLINE)),
    ("catalogue regulations", Nothing(OFFLINE)),
    ("catalogue check", Nothing(OFFLINE)),
    ("catalogue diff", Nothing(VERDICT)),
    ("deadline", Nothing(OFFLINE)),
    ("interchange edxml export", Nothing(OFFLINE)),
    ("interchange edxml import", Nothing(OFFLINE)),
    ("interchange edxml status", Nothing(OFFLINE)),
    ("interchange iso20022 order", Nothing(OFFLINE)),
    ("interchange iso20022 answer", Nothing(OFFLINE)),
    ("interchange iso20022 import", Nothing(OFFLINE)),
    ("calendar list", Nothing(OUTSIDE)),
    ("calendar import", Entries),
    ("calendar check", Nothing(OFFLINE)),
    ("place", Nothing(OFFLINE)),
    ("demo", Lines(&[HubStart, HubStop])),
];

fn leaves(command: &Command, path: &str, found: &mut Vec<String>) {
    for command in command.get_subcommands() {
        let path = format!("{path} {}", command.get_name()).trim_start().to_owned();
        if command.get_subcommands().next().is_some() {
            leaves(command, &path, found);
        } else {
            found.push(path);
        }
    }
}

fn commands() -> Vec<String> {
    let mut found = Vec::new();
    leaves(&Cli::command(), "", &mut found);
    found
}

#[test]
fn every_command_of_an_operator_says_what_it_leaves_in_the_log() {
    let is_an_agencys = |path: &str| Client::has_subcommand(path.split(' ').next().unwrap_or_default());
    let told: BTreeMap<&str, &Leaves> = TABLE.iter().map(|(path, leaves)| (*path, leaves)).collect();
    assert_eq!(told.len(), TABLE.len(), "each once");
    let found: Vec<String> = commands().into_iter().filter(|path| !is_an_agencys(path)).collect();
    let unknown: Vec<_> = found.iter().filter(|path| !told.contains_key(path.as_str())).collect();
    assert!(
        unknown.is_empty(),
        "say in the table what these leave in the log: {unknown:?}"
    );
    let gone: Vec<_> = told
        .keys()
        .filter(|path| found.iter().all(|found| found != *path))
        .collect();
    assert!(gone.is_empty(), "no commands: {gone:?}");
}

#[test]
fn every_action_is_left_by_a_command_and_nothing_is_left_without_a_reason() {
    for action in OperatorAction::ALL {
        let by = TABLE
            .iter()
            .any(|(_, leaves)| matches!(leaves, Lines(actions) if actions.contains(action)));
        assert!(by, "{action}");
    }
    assert!(
        TABLE
            .iter()
            .all(|(_, leaves)| !matches!(leaves, Nothing(reason) if reason.is_empty()))
    );
}

/// Whoever opens a whole database can only do so where lines are written: a module of commands that begins to is found by its words.
#[test]
fn no_other_module_of_commands_opens_a_database() {
    let may = [
        "backup.rs",
        "catalogue_diff.rs",
        "db.rs",
        "doctor.rs",
        "init.rs",
        "master_keys.rs",
        "migrate.rs",
        "restore.rs",
        "retire_signer.rs",
        "serve.rs",
        "verify.rs",
        "config/check_database.rs",
        "demo/mod.rs",
    ];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli");
    let (mut folders, mut opens) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let words = [
                "OpenDatabase::open",
                "Snapshot::open",
                "Source::open",
                "Store::connect",
                "BackupPlan {",
                "Patient {",
                "HubSettings {",
            ];
            if !path.ends_with("operator_table.rs") && words.iter().any(|word| text.contains(word)) {
                opens.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    opens.retain(|name| !may.contains(&name.as_str()));
    assert!(
        opens.is_empty(),
        "say in the table what these leave in the log, then here that they may: {opens:?}"
    );
}
