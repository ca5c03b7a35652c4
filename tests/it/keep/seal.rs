//! The format of a backup written anew, from its description alone: what a forger with write access could do.

use std::path::Path;

use lienthong::app::keep::manifest::Manifest;
use lienthong::evidence::digest::{hex, sha256};
use serde_json::Value;

/// The rows of a table's file.
pub(super) fn rows(backup: &Path, table: &str) -> Vec<Vec<Value>> {
    let content = std::fs::read_to_string(backup.join(format!("tables/{table}.jsonl"))).expect("a file");
    let parse = |line: &str| {
        let (_, json) = line.split_once(' ').expect("a check and a row");
        serde_json::from_str(json).expect("a row")
    };
    content.lines().map(parse).collect()
}

pub(super) fn manifest(backup: &Path) -> Manifest {
    let content = std::fs::read(backup.join("manifest.json")).expect("a file");
    serde_json::from_slice(&content).expect("a manifest")
}

/// The place of a column in a row.
pub(super) fn column(backup: &Path, table: &str, name: &str) -> usize {
    let manifest = manifest(backup);
    let table = manifest.tables.iter().find(|one| one.name == table).expect("a table");
    let place = table.columns.iter().position(|(column, _)| column == name);
    place.expect("a column")
}

/// Writes a table's rows with their checks, and all sums over them.
pub(super) fn write(backup: &Path, table: &str, rows: &[Vec<Value>]) {
    let line = |(row, number): (&Vec<Value>, u64)| {
        let json = Value::from(row.clone()).to_string();
        let mut check = hex(&sha256(format!("{table}\n{number}\n{json}").as_bytes()));
        check.truncate(16);
        format!("{check} {json}\n")
    };
    let content: String = rows.iter().zip(1..).map(line).collect();
    std::fs::write(backup.join(format!("tables/{table}.jsonl")), &content).expect("written");
    let mut manifest = manifest(backup);
    let stated = manifest
        .tables
        .iter_mut()
        .find(|one| one.name == table)
        .expect("a table");
    stated.rows = u64::try_from(rows.len()).expect("few rows");
    stated.bytes = u64::try_from(content.len()).expect("a small file");
    stated.sha256 = hex(&sha256(content.as_bytes()));
    seal(backup, &manifest);
}

/// Writes the manifest and the sums over it.
pub(super) fn seal(backup: &Path, manifest: &Manifest) {
    let text = serde_json::to_string_pretty(manifest).expect("JSON") + "\n";
    let own = format!("{}  manifest.json\n", hex(&sha256(text.as_bytes())));
    let sums = manifest.tables.iter().fold(own, |sums, table| {
        sums + &format!("{}  tables/{}.jsonl\n", table.sha256, table.name)
    });
    let sums = sums + &format!("{}  documents.sha256\n", manifest.documents.sha256);
    std::fs::write(backup.join("manifest.json"), text).expect("written");
    std::fs::write(backup.join("SHA256SUMS"), sums).expect("written");
}
