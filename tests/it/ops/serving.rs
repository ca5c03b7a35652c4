//! `lienthong serve` as a program of its own, from a file, with logs for machines.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::get;
use crate::cli::Desk;
use crate::harness::TestDatabase;
use crate::harness::agencies::{ALL, BANK, THADS};
use crate::harness::ledger::HUB;
use crate::kit::content_keys;

/// What a program did.
pub(super) struct Done {
    pub(super) status: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Done {
    pub(super) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Self {
            status: output.status.code().expect("an exit status"),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

/// Writes `hub.toml` into the folder of a desk.
pub(super) fn configure(folder: &Path, database: &TestDatabase, listen: &str) {
    configure_with(folder, database, listen, "");
}

/// The same with more settings.
pub(super) fn configure_with(folder: &Path, database: &TestDatabase, listen: &str, more: &str) {
    let text = format!(
        "[hub]\nid = \"{HUB}\"\nlisten = \"{listen}\"\n[database]\nurl = \"{url}\"\n\
         [tls]\ncert = \"server.pem\"\nkey = \"server.key\"\nclient_ca = \"ca.pem\"\n\
         [content]\nmaster_keys = \"master.keys\"\n[documents]\nfolder = \"documents\"\n\
         [signer]\nfolder = \"signer\"\nnew = true\n[metrics]\nlisten = \"127.0.0.1:0\"\n\
         [log]\nformat = \"json\"\nfilter = \"trace\"\n{more}",
        url = database.url(),
    );
    std::fs::write(folder.join("hub.toml"), text).expect("a file");
    std::fs::write(folder.join("master.keys"), content_keys()).expect("a file");
}

/// A hub that serves as a program. It is killed if it is dropped before its end.
pub(super) struct Served {
    child: Child,
    pub(super) metrics: SocketAddr,
    log: std::thread::JoinHandle<String>,
}

impl Served {
    pub(super) fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lienthong"))
            .args(["serve", "--config", "hub.toml"])
            .env_clear()
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stderr = child.stderr.take().expect("its stderr");
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("UTF-8");
            text
        });
        let stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        let metrics = stdout.lines().find_map(|line| {
            let line = line.expect("a line");
            line.strip_prefix("metrics on ")
                .map(|address| address.parse().expect("an address"))
        });
        match metrics {
            Some(metrics) => Self { child, metrics, log },
            None => panic!("it does not serve: {}", log.join().expect("its log")),
        }
    }

    /// Ends it in order; gives its log.
    pub(super) fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(told.success());
        let status = self.child.wait().expect("it ends");
        let log = self.log.join().expect("its log");
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }
}

/// Every text of `value` that is long enough to be recognised.
pub(super) fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.chars().count() >= 6 => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|item| texts(item, found)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

backends! {
    async fn a_hub_from_a_file_serves_and_its_log_is_json_that_names_calls_and_nobody(database) {
        let mut desk = Desk::open(&database).await;
        let address = desk.listens_at();
        desk.stop_hub().await;
        let folder = desk.path("");
        configure(&folder, &database, &address.to_string());
        let served = {
            let folder = folder.clone();
            tokio::task::spawn_blocking(move || Served::start(&folder)).await.expect("it serves")
        };
        assert_eq!(get(served.metrics, "/healthz/ready").await.status, 200);

        let id = desk.order("account-freeze", THADS, BANK, "order.json").await;
        desk.ask(BANK, &["ack", &id]).await;
        desk.run(BANK, &["get", "req_00000000000000000000000000000000"]).await;
        let log = tokio::task::spawn_blocking(move || served.stop()).await.expect("it stops");

        let lines: Vec<Value> = log
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        let call = |rpc: &str, code: &str| {
            lines.iter().find(|line| {
                line["target"] == "lienthong::calls" && line["span"]["rpc"] == rpc && line["fields"]["code"] == code
            })
        };
        let submit = call("RequestService/Submit", "OK").expect("the submit is there");
        assert_eq!(submit["span"]["agency"], THADS.code_text());
        assert_eq!(submit["span"]["request_id"].as_str().map(str::len), Some(32));
        call("RequestService/Get", "NOT_FOUND").expect("the refusal is there");
        assert!(lines.iter().any(|line| line["fields"]["message"] == "hub.ready"));

        let mut personal = Vec::new();
        texts(&desk.json("order.json")["payload"], &mut personal);
        assert!(personal.len() > 5, "the order holds something to look for: {personal:?}");
        for fixture in ALL {
            personal.extend([fixture.officer_id().to_string(), fixture.officer().full_name]);
        }
        for text in personal {
            assert!(!log.contains(&text), "the log holds {text}");
        }
    }
}
