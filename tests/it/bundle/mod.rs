//! Bundles: everything that proves a request, exported by the program over real mTLS, judged without the hub by the program and by
//! the second verifier. What is damaged is refused by both, with the file named.

mod damage;
mod erased;
mod forger;
mod keys;
mod life;
mod papers;
mod receipts;
mod retired;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lienthong::client::pki::Validity;
use lienthong::domain::time::Clock as _;
use lienthong::server::clock::SystemClock;
use lienthong::server::settings::{HubSettings, TlsSource};
use lienthong::server::tls_files::TlsFiles;
use serde_json::{Value, json};

use crate::cli::Desk;
use crate::harness::agencies::{BANK, THADS};
use crate::harness::{TestDatabase, seals};

/// What a verifier says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Judgement {
    /// Whether it holds.
    held: bool,
    /// The first file that is named, and the code.
    first: Option<(String, String)>,
    /// Entries, documents, signatures, attachments; of the signatures those with a list, and without one; erased.
    counts: [u64; 7],
}

fn judgement(status: Option<i32>, stdout: &[u8], stderr: &[u8]) -> Judgement {
    let (stdout, stderr) = (String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr));
    let said: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout} {stderr}"));
    let held = said["verdict"] == "HELD";
    assert_eq!(status, Some(i32::from(!held)), "{said} {stderr}");
    let first = said["faults"].get(0).map(|fault| {
        let text = |name: &str| fault[name].as_str().expect("a text").to_owned();
        (text("file"), text("code"))
    });
    assert_eq!(held, first.is_none(), "{said}");
    let counts = [
        "entries",
        "documents",
        "signatures",
        "attachments",
        "with_list",
        "without_list",
        "erased",
    ];
    Judgement {
        held,
        first,
        counts: counts.map(|name| said[name].as_u64().expect("a number")),
    }
}

/// What the program says of a folder, in a process of its own.
fn ours(folder: &Path, keys: Option<&Path>) -> Judgement {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lienthong"));
    command.args(["verify", "bundle"]);
    judged(&mut command, folder, keys)
}

/// What the second verifier says.
fn theirs(folder: &Path, keys: Option<&Path>) -> Judgement {
    judged(second().arg("bundle"), folder, keys)
}

/// The second verifier.
fn second() -> Command {
    let mut command = Command::new("python3");
    command
        .arg("-B")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/verify.py"));
    command
}

fn judged(command: &mut Command, folder: &Path, keys: Option<&Path>) -> Judgement {
    command.arg(folder).args(["-o", "json"]).stdin(Stdio::null());
    if let Some(keys) = keys {
        command.arg("--hub-keys").arg(keys);
    }
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    let output = command.output().expect("it runs");
    judgement(output.status.code(), &output.stdout, &output.stderr)
}

/// Both say the same: whether it holds, and if not, of which file, with which code.
fn both(folder: &Path, keys: Option<&Path>, about: &str) -> Judgement {
    let (ours, theirs) = (ours(folder, keys), theirs(folder, keys));
    assert_eq!(
        (ours.held, &ours.first),
        (theirs.held, &theirs.first),
        "{about}: {ours:?} {theirs:?}"
    );
    if ours.held {
        assert_eq!(ours.counts, theirs.counts, "{about}");
    }
    ours
}

/// How the desk's hub is started if it looks for lists of revocations in this file, PEM, of its folder.
fn with_list(desk: &Desk, list: &str) -> HubSettings {
    let source = TlsFiles {
        certificate: desk.path("server.pem"),
        key: desk.path("server.key"),
        client_ca: desk.path("ca.pem"),
        client_crls: vec![desk.path(list)],
        require_crl: false,
    };
    HubSettings {
        tls: TlsSource::Files(source),
        ..desk.settings().clone()
    }
}

/// A desk whose hub has a list of the authority of all seals, which revokes nobody here.
async fn open_with_list(database: &TestDatabase) -> Desk {
    let mut desk = Desk::open(database).await;
    desk.write("seals.crl", &seals::list(&[], 1, Validity::days(SystemClock.now(), 30)));
    desk.stop_hub().await;
    let settings = with_list(&desk, "seals.crl");
    desk.start_hub(settings, 31).await;
    desk
}

/// A freeze with an attached decision that the bank registered, assigned and answered in full; its id.
async fn freeze(desk: &Desk) -> String {
    let to = BANK.code_text();
    desk.write("qd.pdf", "%PDF-1.7 Quyết định giả lập");
    desk.text(
        THADS,
        &["template", "account-freeze", "order", "--to", to, "-O", "order.json"],
    )
    .await;
    let sending = ["send", "order.json", "--attach", "qd.pdf:DECISION"];
    let sent = desk.ask(THADS, &sending).await;
    let id = sent["requests"][0]["enforcement_request_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    desk.ask(BANK, &["ack", &id]).await;
    desk.ask(BANK, &["assign", &id, "--officer", BANK.officer_id().as_str()])
        .await;
    desk.text(
        BANK,
        &[
            "template",
            "account-freeze",
            "answer",
            "HELD_FULL",
            "--request",
            &id,
            "-O",
            "answer.json",
        ],
    )
    .await;
    desk.ask(BANK, &["answer", "answer.json"]).await;
    id
}

/// A release of that freeze, not answered yet; its id.
async fn release(desk: &Desk, freeze: &str) -> String {
    let to = BANK.code_text();
    desk.text(
        THADS,
        &["template", "freeze-release", "order", "--to", to, "-O", "release.json"],
    )
    .await;
    let mut order = desk.json("release.json");
    order["relations"] = json!([{ "type": "releases", "enforcement_request_id": freeze }]);
    desk.write("release.json", &order.to_string());
    let sent = desk.ask(THADS, &["send", "release.json"]).await;
    sent["requests"][0]["enforcement_request_id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

/// Exports a request's evidence as `name`, and the hub's keys; gives where both are.
async fn export(desk: &Desk, request: &str, name: &str) -> (PathBuf, PathBuf) {
    let keys = desk.text(THADS, &["evidence", "keys"]).await;
    desk.write("hub.keys", &keys);
    desk.ask(THADS, &["evidence", "export", request, "-d", name]).await;
    (desk.path(name), desk.path("hub.keys"))
}

/// The files of a folder, by their paths in it.
fn files(folder: &Path) -> Vec<String> {
    let bundle = lienthong::verify::bundle::Folder::open(folder).expect("a folder");
    bundle.names().iter().cloned().collect()
}
