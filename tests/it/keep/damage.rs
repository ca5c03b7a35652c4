//! Whatever is changed in a backup is found and named.

use std::path::{Path, PathBuf};

use lienthong::app::keep::KeepError;
use lienthong::app::keep::check::check;
use lienthong::store::kept_tables;
use serde_json::Value;

use super::{backed_up, filled, place, restored, run_program, seal, text};
use crate::harness::TestDatabase;

/// A backup, and how to put a file of it back.
struct Sound {
    _folder: tempfile::TempDir,
    out: PathBuf,
}

impl Sound {
    async fn make(database: &TestDatabase) -> Self {
        let (hub, _) = filled(database).await;
        hub.stop().await;
        let (folder, out) = place();
        backed_up(database, &out, &()).await.expect("a backup");
        assert_eq!(places(&out).await, Vec::<String>::new(), "it is sound");
        Self { _folder: folder, out }
    }

    /// The places that are named once `change` has been made to the file `name`; then the file is as before.
    async fn found(&self, name: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<String> {
        let path = self.out.join(name);
        let before = std::fs::read(&path).expect("a file");
        std::fs::write(&path, change(before.clone())).expect("written");
        let found = places(&self.out).await;
        std::fs::write(&path, before).expect("written");
        found
    }

    /// The places that are named once a forger has changed rows of a table and written every sum anew.
    async fn forged(&self, table: &str, change: impl FnOnce(&mut Vec<Vec<Value>>)) -> Vec<String> {
        let files = [
            format!("tables/{table}.jsonl"),
            "manifest.json".into(),
            "SHA256SUMS".into(),
        ];
        let before = files
            .clone()
            .map(|name| std::fs::read(self.out.join(name)).expect("a file"));
        let mut rows = seal::rows(&self.out, table);
        change(&mut rows);
        seal::write(&self.out, table, &rows);
        let found = places(&self.out).await;
        for (name, content) in files.iter().zip(before) {
            std::fs::write(self.out.join(name), content).expect("written");
        }
        found
    }
}

/// Where something is wrong: `table:row` or the file.
async fn places(backup: &Path) -> Vec<String> {
    let faults = match check(backup, &()).await {
        Ok(verdict) => verdict.faults,
        Err(KeepError::Damaged(faults)) => faults,
        Err(other) => panic!("{other}"),
    };
    let place = |fault: &lienthong::app::keep::Fault| match fault.row {
        Some(row) => format!("{}:{row}", fault.place),
        None => fault.place.clone(),
    };
    faults.list().iter().map(place).collect()
}

/// Flips one bit of the byte at `place`.
fn flip(mut content: Vec<u8>, place: usize) -> Vec<u8> {
    content[place] ^= 1;
    content
}

fn swap_first_two_lines(content: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = content.split_inclusive(|byte| *byte == b'\n').collect();
    lines.swap(0, 1);
    lines.concat()
}

fn lines(content: &[u8]) -> usize {
    content.split_inclusive(|byte| *byte == b'\n').count()
}

/// Where line `number` begins.
fn begin_of(content: &[u8], number: usize) -> usize {
    let lines = content.split_inclusive(|byte| *byte == b'\n');
    lines.take(number - 1).map(<[u8]>::len).sum()
}

backends! {
    async fn a_flipped_bit_a_cut_and_swapped_rows_are_named_in_every_table(database) {
        let sound = Sound::make(&database).await;
        let mut filled_tables = 0;
        for table in kept_tables() {
            let name = table.name();
            let file = format!("tables/{name}.jsonl");
            let content = std::fs::read(sound.out.join(&file)).expect("a file");
            let count = lines(&content);
            let longer = sound.found(&file, |content| [content, b"x".to_vec()].concat()).await;
            assert_eq!(longer[0], format!("{name}:{}", count + 1));
            if count == 0 {
                continue;
            }
            filled_tables += 1;
            let row = count.div_ceil(2);
            for offset in [0, 16, 17, 18, 30] {
                let place = begin_of(&content, row) + offset;
                let found = sound.found(&file, |content| flip(content, place)).await;
                assert!(found.contains(&format!("{name}:{row}")), "{name} {offset}: {found:?}");
                assert!(found.contains(&name.to_owned()), "{found:?}");
            }
            let cut = sound.found(&file, |content| content[..content.len() - 1].to_vec()).await;
            assert_eq!(cut[0], format!("{name}:{count}"));
            let last_gone = begin_of(&content, count);
            let cut = sound.found(&file, |content| content[..last_gone].to_vec()).await;
            assert_eq!(cut[0], format!("{name}:{count}"), "the first missing row is named");
            if count > 1 {
                let swapped = sound.found(&file, |content| swap_first_two_lines(&content)).await;
                assert_eq!(swapped[..2], [format!("{name}:1"), format!("{name}:2")]);
            }
        }
        assert!(filled_tables > 12, "{filled_tables} tables hold rows");
    }

    async fn every_byte_of_the_manifest_and_the_sums_counts(database) {
        let sound = Sound::make(&database).await;
        for name in ["manifest.json", "SHA256SUMS"] {
            let length = std::fs::read(sound.out.join(name)).expect("a file").len();
            for place in (0..length).step_by(37) {
                let found = sound.found(name, |content| flip(content, place)).await;
                assert!(found.contains(&"manifest.json".to_owned()), "{name} {place}: {found:?}");
            }
        }
    }

    async fn documents_that_are_gone_changed_or_strange_are_named(database) {
        let sound = Sound::make(&database).await;
        let mut names: Vec<String> = std::fs::read_dir(sound.out.join("documents"))
            .expect("a folder")
            .map(|entry| format!("documents/{}", entry.expect("an entry").file_name().to_string_lossy()))
            .collect();
        names.sort();
        let [first, second] = names.as_slice() else { panic!("{names:?}") };
        assert_eq!(sound.found(first, |content| flip(content, 77_777)).await, [first.as_str()]);
        assert_eq!(sound.found(second, |content| content[1..].to_vec()).await, [second.as_str()]);
        let other = std::fs::read(sound.out.join(second)).expect("a file");
        assert_eq!(sound.found(first, |_| other).await, [first.as_str()]);
        let list = sound.found("documents.sha256", |content| flip(content, 3)).await;
        assert_eq!(list, ["documents.sha256", first.as_str()]);
        std::fs::remove_file(sound.out.join(first)).expect("removed");
        std::fs::write(sound.out.join("documents/stranger"), "x").expect("written");
        std::fs::write(sound.out.join("tables/stranger.jsonl"), "").expect("written");
        assert_eq!(
            places(&sound.out).await,
            [first.as_str(), "documents/stranger", "tables/stranger.jsonl"]
        );
    }

    async fn a_forger_who_writes_every_sum_anew_is_found_by_the_log(database) {
        let sound = Sound::make(&database).await;
        let at = |table: &str, column: &str| seal::column(&sound.out, table, column);
        let last = seal::rows(&sound.out, "log_entry").len();
        let change_text = |place: usize| move |rows: &mut Vec<Vec<Value>>| {
            let text = format!("{} ", rows[last - 1][place].as_str().expect("a text"));
            rows[last - 1][place] = text.into();
        };
        for column in ["details", "subject", "action", "agency"] {
            let found = sound.forged("event", change_text(at("event", column))).await;
            assert_eq!(found, [format!("event:{last}")], "{column}");
        }
        let content = at("body", "content");
        let found = sound.forged("body", |rows| rows[0][content] = "AAAA".into()).await;
        assert!(found[0].starts_with("event:"), "{found:?}");
        let found = sound.forged("body", |rows| drop(rows.remove(0))).await;
        assert!(found[0].starts_with("event:"), "{found:?}");
        let leaf = at("log_entry", "leaf");
        let found = sound
            .forged("log_entry", |rows| {
                let other = rows[1][leaf].clone();
                rows[2][leaf] = other;
            })
            .await;
        assert!(found.contains(&"event:3".to_owned()) && found.contains(&"ledger_head:1".to_owned()), "{found:?}");
        let (digest, size) = (at("attachment", "sha256"), at("attachment", "size"));
        let found = sound.forged("attachment", |rows| rows[1][digest] = rows[0][digest].clone()).await;
        assert!(found.contains(&"attachment:2".to_owned()), "{found:?}");
        let found = sound.forged("attachment", |rows| rows[0][size] = 7.into()).await;
        assert!(found.contains(&"attachment:1".to_owned()), "{found:?}");
        let found = sound.forged("attachment", |rows| drop(rows.pop())).await;
        assert!(found[0].starts_with("event:"), "{found:?}");
        let root = at("checkpoint", "root_hash");
        let count = seal::rows(&sound.out, "checkpoint").len();
        let found = sound
            .forged("checkpoint", |rows| {
                let other = rows[0][root].clone();
                rows[count - 1][root] = other;
            })
            .await;
        assert_eq!(found, [format!("checkpoint:{count}")]);
        for table in ["log_entry", "event"] {
            let found = sound.forged(table, |rows| rows.truncate(last - 1)).await;
            assert!(!found.is_empty(), "a cut {table}");
            let found = sound.forged(table, |rows| rows.swap(3, 4)).await;
            assert!(found.contains(&format!("{table}:4")) || found.contains(&"log_entry:4".to_owned()), "{found:?}");
        }
        let found = sound.forged("ledger_head", |rows| rows[0][at("ledger_head", "hub_time")] = 7.into()).await;
        assert_eq!(found, ["ledger_head:1"]);
    }

    async fn nothing_of_a_damaged_backup_is_restored(database) {
        let sound = Sound::make(&database).await;
        let file = sound.out.join("tables/deadline.jsonl");
        let content = std::fs::read(&file).expect("a file");
        let place = content.len() / 2;
        std::fs::write(&file, flip(content, place)).expect("written");
        let target = TestDatabase::empty(database.backend()).await;
        let refusal = restored(&sound.out, &target).await.expect_err("it is damaged");
        assert!(matches!(refusal, KeepError::Damaged(_)), "{refusal}");
        let raw = target.raw().await;
        assert_eq!((raw.count("log_entry").await, raw.count("agency").await), (0, 0));
        let checked = run_program(&["restore", "--verify", "--from", text(&sound.out)]);
        assert_eq!(checked.status, 1);
        assert!(checked.stderr.contains("deadline, dòng / row "), "{}", checked.stderr);
    }
}
