//! `lienthong master-keys`.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::{newest, other_key};
use crate::harness::{Backend, Order, TestDatabase, TestLedger, agencies, block_on_for};
use crate::kit::content_keys;

struct Done {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(folder: &std::path::Path, arguments: &[&str]) -> Done {
    let output = Command::new(env!("CARGO_BIN_EXE_lienthong"))
        .arg("master-keys")
        .args(arguments)
        .env_clear()
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    Done {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[test]
fn a_file_is_made_once_and_a_new_key_comes_in_front() {
    let folder = tempfile::tempdir().expect("a folder");
    let read = || std::fs::read_to_string(folder.path().join("master.keys")).expect("a file");
    let made = run(folder.path(), &["new", "master.keys"]);
    assert_eq!(made.status, Some(0), "{}", made.stderr);
    let first = newest(&read());
    assert!(made.stdout.contains(&first) && !made.stdout.contains(read().split(' ').nth(2).expect("a key").trim()));
    let again = run(folder.path(), &["new", "master.keys"]);
    assert!(
        again.status == Some(2) && again.stderr.contains("master.keys"),
        "{}",
        again.stderr
    );
    assert_eq!(newest(&read()), first, "the file is as it was");
    let rotated = run(folder.path(), &["rotate", "master.keys"]);
    assert!(
        rotated.status == Some(0) && rotated.stdout.contains(&newest(&read())),
        "{}",
        rotated.stderr
    );
    assert!(newest(&read()) != first && read().contains(&first));
    let missing = run(folder.path(), &["rotate", "none.keys"]);
    assert!(
        missing.status == Some(2) && missing.stderr.contains("none.keys"),
        "{}",
        missing.stderr
    );
}

#[test]
fn status_says_what_each_key_wraps_and_fails_if_one_is_missing() {
    block_on_for(std::time::Duration::from_mins(2), async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        let hub = TestLedger::start(&database).await;
        hub.open(&Order::freeze(&[agencies::BANK]), "status-1").await;
        hub.stop().await;
        let folder = tempfile::tempdir().expect("a folder");
        let (url, keys) = (database.url(), folder.path().join("master.keys"));
        std::fs::write(&keys, other_key() + &content_keys()).expect("a file");
        let arguments = ["status", "--database", &url, "--master-keys", "master.keys"];
        let said = run(folder.path(), &[&arguments[..], &["-o", "json"]].concat());
        let json: Value = serde_json::from_str(&said.stdout).expect("JSON");
        assert_eq!(
            (said.status, json["newest"].as_str()),
            (Some(0), Some(newest(&other_key()).as_str())),
            "{json}"
        );
        assert_eq!(json["masters"][0]["master"], newest(&content_keys()).as_str());
        assert!(
            json["masters"][0]["keys"].as_i64() > Some(0) && json["masters"][0]["is_known"] == true,
            "{json}"
        );
        std::fs::write(&keys, other_key()).expect("a file");
        let lacking = run(folder.path(), &arguments);
        assert!(
            lacking.status == Some(1) && lacking.stdout.contains("MISSING"),
            "{} {}",
            lacking.stdout,
            lacking.stderr
        );
    });
}
