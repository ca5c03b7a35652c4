//! An acknowledgement leaves after the fsync of the transaction that holds it: for each of 1,000 submits, one at a time,
//! an fsync of the write-ahead log begins after the call was sent and ends before its reply came.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use lienthong::domain::time::Clock as _;
use lienthong::server::clock::SystemClock;
use sqlx::Connection as _;

use super::process::HubProgram;
use crate::harness::{Backend, DropDatabases, TestDatabase, database};
use crate::kit::{Keys, Orders, initialise, register, submitter};

/// Submits watched on each database.
const SUBMITS: usize = 1_000;

#[test]
fn a_reply_leaves_after_the_fsync_of_the_write_ahead_log_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn a_reply_leaves_after_the_fsync_of_the_write_ahead_log_postgres() {
    run(Backend::Postgres);
}

fn run(backend: Backend) {
    if !backend.is_available() {
        return;
    }
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        let text = "\n=== SKIPPED: the fsync test, because there is no strace here (make test installs it) ===\n";
        std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).expect("stderr takes a line");
        return;
    }
    let _after_the_runtime = DropDatabases;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(watch(backend));
}

async fn watch(backend: Backend) {
    let database = TestDatabase::empty(backend).await;
    let keys = Keys::generate().expect("keys");
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let program = HubProgram::new(&keys, database.url());
    let trace = program.path("trace").display().to_string();
    let strace = [
        "strace",
        "-f",
        "-y",
        "-ttt",
        "-T",
        "-e",
        "trace=fdatasync,fsync",
        "-o",
        &trace,
    ];
    // On SQLite the hub itself writes; on PostgreSQL the server does, whose new processes are followed.
    let (process, watcher) = match backend {
        Backend::Sqlite => (program.start(&strace), None),
        Backend::Postgres => {
            let Some(watcher) = attach(&strace).await else { return };
            (program.start(&[]), Some(watcher))
        }
    };
    let hub = keys.address(program.port());
    register(&keys, &hub).await.expect("the agencies are registered");
    let orders = Orders::new(&keys, "account-freeze", true).expect("orders");
    let mut client = submitter(&keys, &hub).await.expect("a connection");
    let mut calls = Vec::with_capacity(SUBMITS);
    for number in 0..SUBMITS {
        let request = orders.submit(&format!("fsync-{number:08}"));
        let sent = SystemClock.now().micros();
        client.submit(request).await.expect("a submit");
        calls.push((sent, SystemClock.now().micros()));
    }
    drop(client);
    process.terminate();
    if let Some((mut watcher, _messages)) = watcher {
        let pid = watcher.id().to_string();
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .expect("strace lets go");
        watcher.wait().expect("strace ends");
    }

    let syncs = syncs(&std::fs::read_to_string(program.path("trace")).expect("the trace"));
    for (number, (sent, answered)) in calls.iter().enumerate() {
        let between = syncs.iter().any(|(begin, end)| sent <= begin && end <= answered);
        assert!(
            between,
            "submit {number} was answered without an fsync of the write-ahead log"
        );
    }
}

/// Attaches to the PostgreSQL server, so that the processes that it makes from now on are watched. The reader of strace's
/// messages must be kept: strace ends when nobody takes them.
async fn attach(strace: &[&str]) -> Option<(Child, BufReader<ChildStderr>)> {
    let mut connection = sqlx::PgConnection::connect_with(&database::server())
        .await
        .expect("PostgreSQL answers");
    let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut connection)
        .await
        .expect("a pid");
    let status = std::fs::read_to_string(format!("/proc/{backend}/status")).expect("a process on this machine");
    let parent = status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:"))
        .expect("a parent")
        .trim()
        .to_owned();
    let [program, options @ ..] = strace else {
        panic!("a command")
    };
    let mut child = Command::new(program)
        .args(options)
        .args(["-p", &parent])
        .stderr(Stdio::piped())
        .spawn()
        .expect("strace starts");
    let mut first = String::new();
    let mut messages = BufReader::new(child.stderr.take().expect("its messages"));
    messages.read_line(&mut first).expect("a message");
    if first.contains("attached") {
        return Some((child, messages));
    }
    let text = format!("\n=== SKIPPED: the fsync test on PostgreSQL, because strace may not attach: {first} ===\n");
    std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).expect("stderr takes a line");
    child.wait().expect("strace ends");
    None
}

/// Begin and end of every fsync of a write-ahead log, microseconds since the Unix epoch.
fn syncs(trace: &str) -> Vec<(i64, i64)> {
    let mut begun: Vec<(&str, i64)> = Vec::new();
    let mut syncs = Vec::new();
    for line in trace.lines() {
        let mut words = line.split_whitespace();
        let (Some(pid), Some(time), Some(call)) = (words.next(), words.next().and_then(micros), words.next()) else {
            continue;
        };
        let is_wal = line.contains("-wal>") || line.contains("/pg_wal/");
        if line.contains("<unfinished") && is_wal {
            begun.push((pid, time));
        } else if line.contains("resumed>") {
            // The line of the end tells the time at which the end was seen.
            if let Some(place) = begun.iter().position(|(other, _)| *other == pid) {
                syncs.push((begun.swap_remove(place).1, time));
            }
        } else if is_wal && call.contains("sync(") && line.contains(") = 0") {
            let took = line
                .rsplit_once('<')
                .and_then(|(_, took)| micros(took.trim_end_matches('>')));
            syncs.push((time, time + took.expect("a duration")));
        }
    }
    syncs
}

/// Seconds with a fraction, as microseconds.
fn micros(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.')?;
    Some(seconds.parse::<i64>().ok()? * 1_000_000 + fraction.parse::<i64>().ok()?)
}
