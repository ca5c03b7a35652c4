//! The second verifier (tools/verify.py), which shares no line with ours, says the same of every SQLite database: sound ones,
//! changed ones, older ones.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use lienthong::evidence::digest::hex;
use lienthong::verify::{VERIFIED, Verdict};
use serde_json::Value as Json;

use super::attack::Dice;
use super::{kept, story};
use crate::harness::audit::verdict;
use crate::harness::raw::{Raw, fixed};
use crate::harness::{Backend, TestDatabase, block_on_for};
use crate::kit::content_keys;

const LIMIT: std::time::Duration = std::time::Duration::from_mins(10);

/// Changed databases that both judge.
const CHANGES: usize = 42;

fn tool() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/verify.py")
}

/// How the second verifier ends, in this folder, and what it prints.
pub(crate) fn ask_second(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("python3");
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    let output = command
        .current_dir(folder)
        .arg("-B")
        .arg(tool())
        .args(arguments)
        .output();
    let output = output.expect("python3 runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).expect("UTF-8"))
}

/// What the second verifier says.
pub(crate) fn second(database: &TestDatabase, checkpoint: Option<&Path>) -> Json {
    let url = database.url();
    let path = Path::new(url.strip_prefix("sqlite:").expect("a file")).to_owned();
    second_of_all(&[path], checkpoint).remove(0)
}

/// What it says of each of these files.
fn second_of_all(paths: &[PathBuf], checkpoint: Option<&Path>) -> Vec<Json> {
    let mut command = Command::new("python3");
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .arg("-B")
        .arg(tool());
    let mut masters = tempfile::NamedTempFile::new().expect("a file");
    masters.write_all(content_keys().as_bytes()).expect("written");
    command
        .arg("database")
        .args(paths)
        .args(["-o", "json", "--master-keys"])
        .arg(masters.path());
    if let Some(checkpoint) = checkpoint {
        command.arg("--checkpoint").arg(checkpoint);
    }
    let output = command.output().expect("python3 runs");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let said: Result<Vec<Json>, _> = stdout.lines().map(serde_json::from_str).collect();
    let said = said.unwrap_or_else(|error| panic!("{error}: {stdout} {stderr}"));
    assert_eq!(said.len(), paths.len(), "{stdout} {stderr}");
    let status = i32::from(said.iter().any(|said| said["verdict"] == "DAMAGED"));
    assert_eq!(output.status.code(), Some(status), "{stdout} {stderr}");
    said
}

/// A copy of the database as it stands.
async fn copy_to(raw: &Raw, path: &Path) {
    let into = format!("VACUUM INTO '{}'", path.display());
    raw.execute(into).await.expect("copied");
}

pub(super) fn agree(first: &Verdict, second: &Json, about: &str) {
    let (ours, theirs) = (first.faults.list().first(), &second["faults"][0]);
    assert_eq!(
        first.faults.is_empty(),
        second["verdict"] == "SOUND",
        "{about}: {ours:?}, {theirs}"
    );
    if first.faults.is_empty() {
        assert_eq!(Some(hex(&first.root).as_str()), second["root"].as_str(), "{about}");
        assert_eq!(Some(first.size), second["size"].as_u64(), "{about}");
        assert_eq!(first.hub_id.as_deref(), second["hub_id"].as_str(), "{about}");
    }
}

/// Makes the rows of a table those of `rows`, in a table without constraints: who owns the file can do so.
async fn replace(raw: &Raw, table: &str, rows: &[lienthong::verify::Row], columns: &[&str]) {
    let Raw::Sqlite(pool) = raw else { panic!("SQLite") };
    let list = columns.join(", ");
    let marks = vec!["?"; columns.len()].join(", ");
    for text in [format!("DROP TABLE {table}"), format!("CREATE TABLE {table} ({list})")] {
        raw.execute(text).await.expect("done");
    }
    let insert = fixed(format!("INSERT INTO {table} ({list}) VALUES ({marks})"));
    let mut transaction = pool.begin().await.expect("begun");
    for row in rows {
        let mut query = sqlx::query(insert);
        for value in row.values() {
            query = match value {
                lienthong::verify::Value::Null | lienthong::verify::Value::Strange => query.bind(None::<i64>),
                lienthong::verify::Value::Integer(number) => query.bind(*number),
                lienthong::verify::Value::Text(text) => query.bind(text.clone()),
                lienthong::verify::Value::Bytes(bytes) => query.bind(bytes.clone()),
            };
        }
        query.execute(&mut *transaction).await.expect("inserted");
    }
    transaction.commit().await.expect("committed");
}

#[test]
fn both_verifiers_agree_on_sound_and_changed_databases() {
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        story::live(&database, 10).await;
        let sound = verdict(&database).await;
        assert!(sound.faults.is_empty() && sound.size > 100, "{sound:?}");
        agree(&sound, &second(&database, None), "what the hub wrote");

        let before = super::tables(&database).await;
        let raw = database.raw().await;
        let folder = tempfile::tempdir().expect("a folder");
        let mut dice = Dice(23);
        let (mut ours, mut copies) = (Vec::new(), Vec::new());
        while copies.len() < CHANGES {
            // Every table in turn.
            let mut attack = super::attack::any(&before, &mut dice);
            attack.select = VERIFIED[copies.len() % VERIFIED.len()];
            let columns = attack.select.columns();
            attack.row = dice.below(before[attack.select.table].len());
            attack.column = attack.column.map(|_| columns[dice.below(columns.len())]);
            let Some(rows) = attack.on(&before) else { continue };
            replace(&raw, attack.select.table, &rows, &columns).await;
            let judgement = verdict(&database).await;
            assert!(!judgement.faults.is_empty(), "{attack:?}");
            copies.push(folder.path().join(format!("{}.db", copies.len())));
            copy_to(&raw, &copies[copies.len() - 1]).await;
            ours.push((judgement, format!("{attack:?}")));
            replace(&raw, attack.select.table, &before[attack.select.table], &columns).await;
        }
        for ((judgement, about), theirs) in ours.iter().zip(second_of_all(&copies, None)) {
            agree(judgement, &theirs, about);
        }
        agree(&verdict(&database).await, &second(&database, None), "all undone");
    });
}

#[test]
fn both_verifiers_hold_a_log_against_a_kept_checkpoint() {
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        story::live(&database, 0).await;
        let sound = verdict(&database).await;
        let folder = tempfile::tempdir().expect("a folder");
        for (name, known, code) in [
            ("same", kept(sound.size, sound.root), None),
            ("newer", kept(sound.size + 1, [7; 32]), Some("CUT_OFF")),
            ("another", kept(sound.size - 1, [7; 32]), Some("REWRITTEN")),
        ] {
            let file = folder.path().join(name);
            std::fs::write(&file, super::note(&known)).expect("written");
            let said = second(&database, Some(&file));
            assert_eq!(said["faults"][0]["code"].as_str(), code, "{name}");
        }
    });
}
