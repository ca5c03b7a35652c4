//! A disk that is full while callers write: writes are refused clearly, reads go on, and when there is room again the hub goes on
//! by itself. Nothing acknowledged is lost, and nothing half-written is left.
//!
//! `LIENTHONG_FAULT_ROUNDS` says how many times each (1 unless said; `make faults` says 100).

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lienthong::evidence::digest::sha256;
use lienthong_proto::v1;
use lienthong_proto::v1::document_service_client::DocumentServiceClient;
use lienthong_proto::v1::upload_request::Content;
use tonic_types::StatusExt as _;

use super::callers::{ANSWER_LIMIT, Callers, point, prove, rounds};
use super::cluster::{Cluster, is_possible};
use super::process::HubProgram;
use super::small_disk::SmallDisk;
use crate::harness::{Backend, TestDatabase};
use crate::kit::{Keys, Orders, initialise, register};
use crate::ops::until_status;

/// Faults on one database; then what is in it is looked at.
const ROUNDS_EACH: u64 = 10;
/// Between room on the disk and the next order that is acknowledged.
const RESUME_LIMIT: Duration = Duration::from_secs(10);

#[test]
fn a_full_disk_under_sqlite_costs_refusals_and_nothing_else() {
    if let Some(disk) = SmallDisk::take("SQLite") {
        run(async |rounds| fill_sqlite(&disk, rounds).await);
    }
}

#[test]
fn a_full_disk_under_postgres_costs_refusals_and_nothing_else() {
    if is_possible()
        && let Some(disk) = SmallDisk::take("PostgreSQL")
    {
        run(async |rounds| fill_postgres(&disk, rounds).await);
    }
}

#[test]
fn a_full_disk_under_the_documents_refuses_uploads_and_keeps_nothing_of_them() {
    if let Some(disk) = SmallDisk::take("the folder of documents") {
        run(async |rounds| fill_documents(&disk, rounds).await);
    }
}

fn run(chapter: impl AsyncFn(std::ops::Range<u64>)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let rounds = rounds();
        for first in (0..rounds).step_by(usize::try_from(ROUNDS_EACH).expect("small")) {
            chapter(first..rounds.min(first + ROUNDS_EACH)).await;
        }
    });
}

/// Waits until this check does not hold, and says why in both languages.
async fn fails(program: &HubProgram, check: &str) {
    let began = Instant::now();
    loop {
        let answer = until_status(program.watched_at(), "/healthz/ready", 503).await.json();
        let checks = answer["checks"].as_array().expect("checks").iter();
        if let Some(told) = checks
            .clone()
            .find(|told| told["check"] == check && told["ok"] == false)
        {
            assert!(told["vi"].is_string() && told["en"].is_string(), "{told}");
            return;
        }
        assert!(began.elapsed() < ANSWER_LIMIT, "{check} holds: {answer}");
    }
}

async fn fill_sqlite(disk: &SmallDisk, rounds: std::ops::Range<u64>) {
    let database = TestDatabase::below(&disk.path);
    let keys = Arc::new(Keys::generate().expect("keys"));
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let program = HubProgram::new(&keys, database.url()).watched();
    let process = program.start(&[]);
    let hub = keys.address(program.port());
    register(&keys, &hub).await.expect("the agencies are registered");
    let orders = Orders::new(&keys, "account-freeze", true).expect("orders");
    let callers = Callers::start(&keys, &orders, std::slice::from_ref(&hub)).await;
    let seen = &callers.seen[0];
    let mut documents = DocumentServiceClient::new(keys.sender.connect(&hub).await.expect("a connection"));
    let mut kept = 0;
    for round in rounds.clone() {
        callers.until_acknowledged(1 + point(round, 40), ANSWER_LIMIT).await;
        disk.fill(point(round, 300_000));
        callers.until_refused(0).await;
        fails(&program, "writes").await;
        let read = seen.read() + 5;
        callers.until("reads go on", ANSWER_LIMIT, || seen.read() >= read).await;
        let uploaded = documents
            .upload(tokio_stream::iter(upload(&key(round), &content(round))))
            .await;
        // Its entry is small: it may find the last room.
        match uploaded {
            Ok(_) => kept += 1,
            Err(status) => refused_clearly(&status),
        }
        assert_eq!(files(&program.path("documents")), kept, "a file stays with its entry");
        disk.make_room();
        let took = callers.until_acknowledged(1, RESUME_LIMIT).await;
        until_status(program.watched_at(), "/healthz/ready", 200).await;
        println!("full disk under SQLite, {round}: the next receipt after {took:.1?}");
    }
    assert_eq!(seen.reads_refused(), 0, "no read is refused");
    let refused = seen.refused();
    let (receipts, slowest) = callers.stop().await;
    let lines = program.lines("ledger.writes.refused").len();
    println!(
        "full disk under SQLite: {} orders, {refused} refusals, {lines} lines of the log, longest call {slowest:.1?}",
        receipts.len()
    );
    assert_eq!(
        lines,
        program.lines("ledger.writes.resumed").len(),
        "told when it is over"
    );
    assert!(program.lines("storage_full").len() >= usize::try_from(rounds.end - rounds.start).expect("small"));
    assert!(process.terminate(), "the hub ends in order");
    let process = program.start(&[]);
    prove(&keys, &orders, &hub, &database, &receipts).await;
    assert!(process.terminate(), "the hub ends in order");
}

/// Without room for its log PostgreSQL ends; then somebody makes room and starts it again.
async fn fill_postgres(disk: &SmallDisk, rounds: std::ops::Range<u64>) {
    let mut cluster = Cluster::start(Some(&disk.path)).await;
    let database = TestDatabase::on(cluster.options());
    let keys = Arc::new(Keys::generate().expect("keys"));
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let program = HubProgram::new(&keys, database.url()).watched();
    let process = program.start(&[]);
    let hub = keys.address(program.port());
    register(&keys, &hub).await.expect("the agencies are registered");
    let orders = Orders::new(&keys, "account-freeze", true).expect("orders");
    let callers = Callers::start(&keys, &orders, std::slice::from_ref(&hub)).await;
    for round in rounds {
        callers.until_acknowledged(1 + point(round, 40), ANSWER_LIMIT).await;
        disk.fill(point(round, 300_000));
        callers.until_refused(0).await;
        until_status(program.watched_at(), "/healthz/ready", 503).await;
        disk.make_room();
        let has_ended = cluster.has_ended();
        cluster.restart().await;
        let took = callers.until_acknowledged(1, RESUME_LIMIT).await;
        until_status(program.watched_at(), "/healthz/ready", 200).await;
        println!("full disk under PostgreSQL, {round}: ended: {has_ended}, the next receipt after {took:.1?}");
    }
    let (receipts, slowest) = callers.stop().await;
    println!(
        "full disk under PostgreSQL: {} orders, longest call {slowest:.1?}",
        receipts.len()
    );
    prove(&keys, &orders, &hub, &database, &receipts).await;
    assert!(process.terminate(), "the hub ends in order");
}

async fn fill_documents(disk: &SmallDisk, rounds: std::ops::Range<u64>) {
    let folder = tempfile::tempdir_in(&disk.path).expect("a folder");
    let database = TestDatabase::empty(Backend::Sqlite).await;
    let keys = Keys::generate().expect("keys");
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let program = HubProgram::new(&keys, database.url())
        .with_documents(folder.path().to_owned())
        .watched();
    let process = program.start(&[]);
    let hub = keys.address(program.port());
    register(&keys, &hub).await.expect("the agencies are registered");
    let channel = keys.sender.connect(&hub).await.expect("a connection");
    let mut documents = DocumentServiceClient::new(channel);
    let mut kept = Vec::new();
    for round in rounds {
        let content = content(round);
        let key = key(round);
        disk.fill(point(round, 500_000));
        let refused = documents.upload(tokio_stream::iter(upload(&key, &content))).await;
        let status = refused.expect_err("there is no room");
        refused_clearly(&status);
        assert_eq!(files(folder.path()), kept.len(), "nothing of it is left");
        disk.fill(0);
        fails(&program, "documents").await;
        disk.make_room();
        let again = documents.upload(tokio_stream::iter(upload(&key, &content))).await;
        kept.push(again.expect("there is room").into_inner().document_id);
        until_status(program.watched_at(), "/healthz/ready", 200).await;
        assert_eq!(files(folder.path()), kept.len());
    }
    drop(documents);
    assert!(process.terminate(), "the hub ends in order");
    crate::harness::audit::audit(&database).await;
}

fn refused_clearly(status: &tonic::Status) {
    assert_eq!(status.code(), tonic::Code::Unavailable, "{status:?}");
    let details = status.get_error_details();
    assert!(details.retry_info().is_some() && details.error_info().is_some());
}

fn key(round: u64) -> String {
    format!("document-{round}")
}

/// Larger than the room that is left.
fn content(round: u64) -> Vec<u8> {
    let size = usize::try_from(1_000_000 + point(round, 1_000_000)).expect("small");
    b"%PDF-1.7\n".iter().copied().cycle().take(size).collect()
}

fn upload(key: &str, content: &[u8]) -> Vec<v1::UploadRequest> {
    let message = |content| v1::UploadRequest {
        content: Some(content),
        offset: 0,
    };
    let header = v1::UploadHeader {
        idempotency_key: key.to_owned(),
        name: "quyet-dinh.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size: i64::try_from(content.len()).expect("small"),
        sha256: sha256(content).to_vec().into(),
    };
    let chunks = content.chunks(64 * 1_024);
    let chunks = chunks.map(|bytes| message(Content::Chunk(bytes.to_vec().into())));
    std::iter::once(message(Content::Header(header)))
        .chain(chunks)
        .collect()
}

/// How many documents the folder holds; what begins with a dot is the hub's own.
fn files(folder: &Path) -> usize {
    let names = std::fs::read_dir(folder).expect("a folder");
    names
        .map(|entry| entry.expect("an entry").file_name())
        .filter_map(|name| name.into_string().ok())
        .filter(|name| !name.starts_with('.') && name != "unfinished")
        .count()
}
