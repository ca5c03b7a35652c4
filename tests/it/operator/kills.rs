//! A hub is killed, on entering the n-th system call of one sort, while it starts and enters what waits: each line is in the log once
//! all the same, and none is lost. strace kills the unmodified program.
//!
//! `LIENTHONG_OPERATOR_KILLS` says how often on each database (12 unless said).

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::{entries, line, until_left};
use crate::chaos::process::HubProgram;
use crate::harness::audit::audit;
use crate::harness::database::setting;
use crate::harness::{Backend, DropDatabases, TestDatabase};
use crate::kit::{Keys, initialise};

/// System calls of a start and an entry, and about how many of each there are in the thread that has most.
const OF_SQLITE: &[(&str, u64)] = &[("pwrite64", 20), ("fsync", 3)];
const OF_POSTGRES: &[(&str, u64)] = &[("sendto", 40), ("recvfrom", 40), ("fdatasync", 6)];

#[test]
fn each_line_is_entered_once_whatever_call_is_the_last_sqlite() {
    run(Backend::Sqlite, OF_SQLITE);
}

#[test]
fn each_line_is_entered_once_whatever_call_is_the_last_postgres() {
    run(Backend::Postgres, OF_POSTGRES);
}

fn run(backend: Backend, calls: &[(&str, u64)]) {
    if !backend.is_available() {
        return;
    }
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        crate::harness::database::skipped(
            "the kills while operators' actions are entered, because there is no strace here",
        );
        return;
    }
    let _after_the_runtime = DropDatabases;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime
        .expect("a runtime")
        .block_on(kill_while_entering(backend, calls));
}

/// Starts the hub and waits until it has been killed, or serves. Whether it was killed.
fn start_and_die(program: &HubProgram, call: &str, farther: u64) -> bool {
    let inject = format!("inject={call}:signal=KILL:when={farther}");
    let trace = format!("trace={call}");
    let wrapper = ["strace", "-f", "-qq", "-e", &trace, "-e", &inject, "-o", "/dev/null"];
    let mut child = program
        .command(&wrapper)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("strace starts");
    // It says where it listens when all that belongs to its start is done.
    let serves = BufReader::new(child.stdout.take().expect("its output"))
        .lines()
        .next()
        .is_some();
    if serves {
        // strace ends with the hub.
        let hub = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).expect("Linux");
        for pid in hub.split_whitespace() {
            let sent = Command::new("kill").args(["-KILL", pid]).status();
            assert!(sent.expect("kill runs").success(), "the hub dies");
        }
    }
    child.wait().expect("it is gone");
    !serves
}

async fn kill_while_entering(backend: Backend, calls: &[(&str, u64)]) {
    let kills: u64 = setting("LIENTHONG_OPERATOR_KILLS")
        .and_then(|text| text.parse().ok())
        .unwrap_or(12);
    let database = TestDatabase::empty(backend).await;
    let keys = Keys::generate().expect("keys");
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let program = HubProgram::new(&keys, database.url());
    // It knows its keys, catalogue and calendar from here on: what is left of a start is what it tells of itself.
    assert!(program.start(&[]).terminate(), "the hub ends in order");
    let store = database.store().await;
    let (mut noted, mut killed) = (BTreeSet::new(), 0);
    for kill in 0..kills {
        for number in 0..3 {
            let line = line(1_000 + kill * 3 + number);
            store.note_operator_line(&line).await.expect("noted");
            noted.insert(line.id.to_string());
        }
        let sorts = u64::try_from(calls.len()).expect("a few");
        let (call, farthest) = calls[usize::try_from(kill % sorts).expect("a few")];
        let farther = (kill / sorts * 7 + kill * 5) % farthest + 1;
        killed += u64::from(tokio::task::block_in_place(|| start_and_die(&program, call, farther)));
        let subjects: Vec<String> = entries(&database)
            .await
            .into_iter()
            .map(|entry| entry.subject)
            .collect();
        assert_eq!(
            subjects.iter().collect::<BTreeSet<_>>().len(),
            subjects.len(),
            "once after {call} {farther}"
        );
        let waiting = super::outbox(&database).await;
        let lost: Vec<_> = noted
            .iter()
            .filter(|id| !subjects.contains(id) && !waiting.contains(id))
            .collect();
        assert!(lost.is_empty(), "after {call} {farther}: {lost:?}");
        assert!(
            waiting.iter().all(|id| !subjects.contains(id)),
            "entered and still waiting after {call} {farther}"
        );
    }
    assert!(killed * 2 >= kills, "{killed} of {kills} kills came from within");
    let hub = program.start(&[]);
    until_left(&database, 0).await;
    assert!(hub.terminate(), "the hub ends in order");
    let told: Vec<String> = entries(&database)
        .await
        .into_iter()
        .map(|entry| entry.subject)
        .collect();
    for id in &noted {
        assert_eq!(told.iter().filter(|subject| *subject == id).count(), 1, "{id}");
    }
    store.close().await;
    audit(&database).await;
}
