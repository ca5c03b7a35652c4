//! Backup, restore, copy and doctor: what is kept is what was there, on either database, and what is not is found.

mod copy;
mod cut_short;
mod damage;
pub(crate) mod doctor;
mod erased;
mod online;
mod seal;
mod stated;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lienthong::app::keep::backup::{BackedUp, BackupPlan, backup};
use lienthong::app::keep::restore::{Restored, restore};
use lienthong::app::keep::{KeepError, Progress};
use lienthong::evidence::digest::sha256;
use lienthong::server::run::{OpenDatabase, open_documents};
use lienthong_proto::v1::upload_request::Content;
use lienthong_proto::{Rpc, v1};
use serde_json::Value;

use crate::harness::agencies::{BANK, BANK_2, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::ids::occasion;
use crate::harness::{Backend, TestDatabase, TestHub, documents, seals};
use crate::kit::content_keys;

/// The database that a test goes over to: the other one, if it is there.
fn other(backend: Backend) -> Backend {
    match backend {
        Backend::Sqlite if Backend::Postgres.is_available() => Backend::Postgres,
        Backend::Sqlite | Backend::Postgres => Backend::Sqlite,
    }
}

fn pdf(mark: u8) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend((0..150_000_u32).map(|place| place.to_le_bytes()[0] ^ mark));
    content
}

async fn upload(client: &Client, key: &str, content: &[u8]) -> String {
    let header = v1::UploadHeader {
        idempotency_key: key.to_owned(),
        name: "Quyết định.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size: i64::try_from(content.len()).expect("a small size"),
        sha256: sha256(content).to_vec().into(),
    };
    let message = |content| v1::UploadRequest {
        content: Some(content),
        offset: 0,
    };
    let messages = [
        message(Content::Header(header)),
        message(Content::Chunk(content.to_vec().into())),
    ];
    let reply = client.documents().upload(tokio_stream::iter(messages)).await;
    reply.expect("accepted").into_inner().document_id
}

fn freeze(key: &str) -> v1::SubmitRequest {
    let order = documents::order(&kind("account-freeze"), key, THADS, &[BANK, BANK_2]);
    v1::SubmitRequest {
        content: seals::submit(&order.to_string()),
    }
}

/// Submits a freeze to two banks; gives the bytes of the reply.
async fn submit(client: &Client, key: &str) -> Vec<u8> {
    client
        .send(Rpc::RequestServiceSubmit, &freeze(key))
        .await
        .expect("accepted")
}

/// A hub with a document, a freeze at two banks, an answer, a delivery; and the reply that the submit got.
async fn filled(database: &TestDatabase) -> (TestHub, Vec<u8>) {
    let hub = TestHub::start(database).await;
    let (sender, bank) = (hub.client(THADS).await, hub.client(BANK).await);
    upload(&sender, "keep-upload-1", &pdf(1)).await;
    upload(&sender, "keep-upload-2", &pdf(2)).await;
    let reply = submit(&sender, "keep-order-1").await;
    let receipts = <v1::SubmitResponse as prost::Message>::decode(reply.as_slice())
        .expect("a reply")
        .receipts;
    let request = &receipts[0].enforcement_request_id;
    let registered: Value = documents::acknowledge("keep-acknowledge-1", BANK, request);
    let acknowledge = v1::AcknowledgeRequest {
        content: Some(v1::acknowledge_request::Content::Document(registered.to_string())),
        ..Default::default()
    };
    bank.requests().acknowledge(acknowledge).await.expect("registered");
    let answer = documents::answer(&kind("account-freeze"), "HELD_FULL", "keep-answer-1", BANK, request);
    let answer = v1::AnswerRequest {
        content: Some(v1::answer_request::Content::Document(answer.to_string())),
        ..Default::default()
    };
    bank.requests().answer(answer).await.expect("answered");
    (hub, reply)
}

async fn backed_up(database: &TestDatabase, out: &Path, progress: &dyn Progress) -> Result<BackedUp, KeepError> {
    let plan = BackupPlan {
        database: database.database().clone(),
        documents: database.documents().into(),
        masters: content_keys().parse().expect("master keys"),
        out: out.to_owned(),
        occasion: occasion(41),
    };
    backup(&plan, progress).await
}

/// The files of the documents, in their order.
fn stored(database: &TestDatabase) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(database.documents()).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut documents: Vec<PathBuf> = names
        .filter(|name| name.to_str().is_some_and(|name| name.starts_with("doc_")))
        .map(|name| database.documents().join(name))
        .collect();
    documents.sort();
    documents
}

/// Restores into an empty database, as the command does.
async fn restored(from: &Path, target: &TestDatabase) -> Result<Restored, KeepError> {
    let database = OpenDatabase::open_empty(target.database())
        .await
        .expect("an empty database");
    let blobs = open_documents(&target.documents().into()).await.expect("a folder");
    let restored = restore(from, &database.store, &blobs, &occasion(42), &()).await;
    database.close().await;
    restored
}

/// What a program said and how it ended.
#[derive(Debug)]
struct Done {
    status: i32,
    stdout: String,
    stderr: String,
}

/// The built program, with nothing of this environment.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lienthong"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

fn run_program(arguments: &[&str]) -> Done {
    let output = program(arguments).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Done {
        status: output.status.code().expect("an exit status"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A folder of the test and a place in it that is not there yet.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("backup");
    (folder, out)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}
