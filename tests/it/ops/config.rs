//! The configuration from outside: the built program, its environment and its file.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::serving::{self, Done};
use crate::cli::Desk;
use crate::harness::Backend;
use crate::harness::ledger::HUB;

/// The program in `folder`, with this environment and nothing else.
fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lienthong"));
    command.args(arguments).env_clear().envs(environment.iter().copied());
    let output = command
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    Done::of(&output)
}

fn setting<'v>(shown: &'v Value, key: &str) -> &'v Value {
    let settings = shown.as_array().expect("settings").iter();
    settings
        .clone()
        .find(|setting| setting["setting"] == key)
        .expect("the setting")
}

#[test]
fn the_example_is_a_file_that_show_understands() {
    let folder = tempfile::tempdir().expect("a folder");
    let example = run(folder.path(), &["config", "example"], &[]);
    assert_eq!((example.status, example.stderr.as_str()), (0, ""));
    std::fs::write(folder.path().join("hub.toml"), &example.stdout).expect("a file");
    let shown = run(
        folder.path(),
        &["config", "show", "--config", "hub.toml", "-o", "json"],
        &[],
    );
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    assert_eq!(setting(&shown.json(), "hub.id")["value"], "hub.thads.gov.vn");
}

#[test]
fn show_tells_where_every_value_came_from_and_hides_passwords() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        "[hub]\nid = \"{HUB}\"\n[tls]\ncert = \"c.pem\"\nkey = \"k.pem\"\nclient_ca = \"ca.pem\"\n\
         [documents]\nfolder = \"docs\"\n[limits]\nconnections = 5\nhandshakes = 6\ndrain_seconds = 7\n"
    );
    std::fs::write(folder.path().join("hub.toml"), text).expect("a file");
    let environment = [
        ("LIENTHONG_CONFIG", "hub.toml"),
        ("LIENTHONG_DATABASE", "postgres://hub:s3cret@localhost/hub"),
        ("LIENTHONG_SIGNER", "keys"),
        ("LIENTHONG_MASTER_KEYS", "master.keys"),
        ("LIENTHONG_CONNECTIONS", "50"),
        ("LIENTHONG_HANDSHAKES", "60"),
        ("LIENTHONG_NO_MIGRATE", "true"),
    ];
    let arguments = ["config", "show", "--origin", "--connections", "500", "-o", "json"];
    let shown = run(folder.path(), &arguments, &environment);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    let shown = shown.json();
    for (key, value, origin) in [
        ("limits.connections", "500", "--connections"),
        ("limits.handshakes", "60", "LIENTHONG_HANDSHAKES"),
        ("limits.drain_seconds", "7", "hub.toml:12"),
        ("limits.message_kib", "1024", "default"),
        ("database.url", "postgres://hub:***@localhost/hub", "LIENTHONG_DATABASE"),
        ("database.no_migrate", "true", "LIENTHONG_NO_MIGRATE"),
        ("hub.id", HUB, "hub.toml:2"),
    ] {
        let found = setting(&shown, key);
        assert_eq!(
            (&found["value"], &found["origin"]),
            (&value.into(), &origin.into()),
            "{key}"
        );
    }
    let table = run(folder.path(), &["config", "show", "--origin"], &environment);
    assert!(table.stdout.contains("LIENTHONG_HANDSHAKES"), "{}", table.stdout);
    assert!(!table.stdout.contains("s3cret"), "{}", table.stdout);
}

#[test]
fn serve_refuses_a_file_with_faults_and_tells_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "[hub]\nlistn = \"127.0.0.1:1\"\n[ledger]\nbatch = 100000\n[log]\nformat = \"xml\"\n";
    std::fs::write(folder.path().join("hub.toml"), text).expect("a file");
    let refused = run(
        folder.path(),
        &["serve", "--config", "hub.toml"],
        &[("LIENTHONG_LISTEN", "here")],
    );
    assert_eq!(refused.status, 2);
    for part in [
        "hub.toml:2: hub.listn",
        "có phải hub.listen?",
        "hub.toml:4: ledger.batch",
        "từ 1 đến 1024",
        "from 1 to 1024",
        "hub.toml:6: log.format",
        "LIENTHONG_LISTEN: ",
        "tls.cert (--tls-cert, LIENTHONG_TLS_CERT)",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    let missing = run(folder.path(), &["serve", "--config", "none.toml"], &[]);
    assert_eq!(missing.status, 2);
    assert!(
        missing.stderr.contains("--config") && missing.stderr.contains("none.toml"),
        "{}",
        missing.stderr
    );
}

backends! {
    async fn check_tells_every_fault_at_once_and_none_of_a_good_configuration(database) {
        let mut desk = Desk::open(&database).await;
        let folder = &desk.path("");
        serving::configure(folder, &database, &desk.listens_at().to_string());
        let beside = run(folder, &["config", "check", "--config", "hub.toml"], &[]);
        assert_eq!(beside.status, 0, "a running hub is no fault: {}", beside.stdout);
        assert!(beside.stdout.contains("hub.listen"), "{}", beside.stdout);
        let is_looked_into = !beside.stdout.contains("database.url");
        assert_eq!(is_looked_into, database.backend() == Backend::Postgres, "{}", beside.stdout);

        desk.stop_hub().await;
        serving::configure(folder, &database, "127.0.0.1:0");
        let check = |more: &[&str]| run(folder, &[&["config", "check", "--config", "hub.toml", "-o", "json"], more].concat(), &[]);

        let good = check(&[]);
        assert_eq!(good.status, 0, "{}{}", good.stdout, good.stderr);
        assert_eq!((&good.json()["ok"], good.json()["faults"].as_array().map(Vec::len)), (&true.into(), Some(0)));
        let notes = good.json()["notes"].to_string();
        assert!(notes.contains("hub.toml") && notes.contains("tls.cert"), "a certificate that ends within 30 days: {notes}");

        std::fs::write(folder.join("broken.pem"), "nothing").expect("a file");
        std::fs::create_dir(folder.join("catalogue")).expect("a folder");
        let bad = check(&[
            "--tls-cert", "broken.pem", "--tls-key", "missing.key", "--hub-id", "another.hub", "--catalogue", "catalogue",
            "--listen", "203.0.113.7:9", "--documents", "broken.pem",
        ]);
        assert_eq!(bad.status, 2, "{}", bad.stdout);
        let report = bad.json();
        let faults = report["faults"].as_array().expect("faults");
        let mut places: Vec<&str> = faults.iter().map(|fault| fault["setting"].as_str().expect("a setting")).collect();
        places.sort_unstable();
        assert_eq!(places, ["--catalogue", "--documents", "--hub-id", "--listen", "--tls-cert", "--tls-key"], "{report}");
        for fault in faults {
            for language in ["vi", "en"] {
                assert!(!fault[language].as_str().expect("a text").is_empty(), "{fault}");
            }
        }

        let other_key = check(&["--tls-key", &format!("{}.key", crate::harness::agencies::BANK.code_text())]);
        assert_eq!(other_key.json()["faults"].as_array().map(Vec::len), Some(1), "{}", other_key.stdout);

        let gone = match database.backend() {
            Backend::Sqlite => check(&["--database", "sqlite:none.db"]),
            Backend::Postgres => check(&["--database", "postgres://nobody@127.0.0.1:1/none"]),
        };
        assert_eq!(gone.json()["faults"][0]["setting"], "--database", "{}", gone.stdout);
    }
}
