//! Kills around signing and COMMIT. strace kills the unmodified hub on entering the n-th system call of one sort: the write of what it
//! signs, its fsync, the statements up to COMMIT and what the database answers, the note of what was committed, the reply. Whatever
//! moment it was: the published heads are states of one log, never two of one size; every acknowledged write is in the log with the
//! receipt that was given; and the hub goes on. On PostgreSQL a second hub writes the same log meanwhile.
//!
//! `LIENTHONG_SIGNING_KILLS` says how often on each database (6 unless said; `make chaos` says 200).

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lienthong::client::channel::HubChannel;
use lienthong::evidence::checkpoint::{self, Checkpoint};
use lienthong::evidence::hub_key::HubKey;
use lienthong::evidence::leaf::leaf_hash;
use lienthong::evidence::merkle::Frontier;
use lienthong::evidence::proof::TreeRoot;
use lienthong_proto::v1;
use lienthong_proto::v1::evidence_service_client::EvidenceServiceClient;
use prost::Message as _;

use super::process::{HubProcess, HubProgram};
use crate::harness::audit::audit;
use crate::harness::database::setting;
use crate::harness::{Backend, DropDatabases, TestDatabase};
use crate::kit::{Keys, Orders, initialise, register, submitter};

/// Submits at most before a kill that has not come is made by hand.
const MOST_SUBMITS: u64 = 12;

/// A system call, and the farthest one of its sort that is tried: counted in each thread from the moment on that strace looks.
type Call = (&'static str, u64);
/// What it signs and, on SQLite, the log of the database go to the disk by the first two; replies leave by the third.
const OF_SQLITE: &[Call] = &[("fdatasync", 6), ("pwrite64", 40), ("writev", 6)];
/// Statements, COMMIT among them, leave by `sendto`; what they did comes back by `recvfrom`.
const OF_POSTGRES: &[Call] = &[
    ("fdatasync", 4),
    ("sendto", 40),
    ("pwrite64", 6),
    ("recvfrom", 40),
    ("writev", 6),
];

#[test]
fn heads_never_fork_whatever_call_of_a_commit_is_the_last_sqlite() {
    run(Backend::Sqlite, OF_SQLITE);
}

#[test]
fn heads_never_fork_whatever_call_of_a_commit_is_the_last_postgres() {
    run(Backend::Postgres, OF_POSTGRES);
}

fn kills() -> u64 {
    setting("LIENTHONG_SIGNING_KILLS")
        .and_then(|text| text.parse().ok())
        .unwrap_or(6)
}

fn run(backend: Backend, calls: &[Call]) {
    if !backend.is_available() {
        return;
    }
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        crate::harness::database::skipped(
            "the kills around signing, because there is no strace here (make test installs it)",
        );
        return;
    }
    let _after_the_runtime = DropDatabases;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(kill_at_each_call(backend, calls));
}

/// What was seen from outside: heads that were shown, and what was acknowledged.
#[derive(Default)]
struct Seen {
    heads: BTreeMap<u64, BTreeSet<[u8; 32]>>,
    acknowledged: BTreeMap<String, Vec<u8>>,
    unanswered: BTreeSet<String>,
}

impl Seen {
    fn head(&mut self, tree: TreeRoot) {
        self.heads.entry(tree.size).or_default().insert(tree.root);
    }

    fn note(&mut self, note: &str, keys: &[HubKey]) {
        let (Checkpoint { tree, .. }, _) = checkpoint::verify(note, keys).expect("signed by a hub of this log");
        self.head(tree);
    }

    async fn submit(&mut self, hub: &At<'_>, key: &str) -> bool {
        let Ok(mut client) = submitter(hub.keys, &hub.address()).await else {
            self.unanswered.insert(key.to_owned());
            return false;
        };
        match client.submit(hub.orders.submit(key)).await {
            Ok(reply) => {
                self.unanswered.remove(key);
                self.acknowledged
                    .insert(key.to_owned(), reply.into_inner().encode_to_vec());
                true
            }
            Err(_lost) => {
                self.unanswered.insert(key.to_owned());
                false
            }
        }
    }

    /// What the hub shows, and what its database holds: every head there was committed.
    async fn look(&mut self, hub: &At<'_>, database: &TestDatabase) {
        let mut evidence = hub.evidence().await;
        let keys = evidence
            .list_hub_keys(v1::ListHubKeysRequest {})
            .await
            .expect("keys")
            .into_inner()
            .keys;
        let keys: Vec<HubKey> = keys.iter().map(|key| key.public_keys.parse().expect("keys")).collect();
        let told = evidence.get_checkpoint(v1::GetCheckpointRequest { tree_size: 0 }).await;
        let told = told
            .expect("a checkpoint")
            .into_inner()
            .checkpoint
            .expect("a checkpoint");
        self.note(&told.note, &keys);
        for reply in self.acknowledged.values() {
            let reply = v1::SubmitResponse::decode(reply.as_slice()).expect("a reply");
            let note = reply.receipts[0]
                .checkpoint
                .as_ref()
                .map(|checkpoint| checkpoint.note.clone());
            let (Checkpoint { tree, .. }, _) = checkpoint::verify(&note.expect("a checkpoint"), &keys).expect("signed");
            self.heads.entry(tree.size).or_default().insert(tree.root);
        }
        for row in database
            .raw()
            .await
            .rows("SELECT tree_size, root_hash FROM checkpoint")
            .await
        {
            let size = u64::try_from(row["tree_size"].integer()).expect("a size");
            let root = row["root_hash"].bytes().try_into().expect("32 bytes");
            self.head(TreeRoot { size, root });
        }
    }
}

/// One of the hubs.
struct At<'a> {
    keys: &'a Keys,
    orders: &'a Orders,
    program: &'a HubProgram,
}

impl At<'_> {
    fn address(&self) -> lienthong::client::channel::HubAddress {
        self.keys.address(self.program.port())
    }

    async fn evidence(&self) -> EvidenceServiceClient<HubChannel> {
        EvidenceServiceClient::new(self.keys.sender.connect(&self.address()).await.expect("a connection"))
    }
}

async fn kill_at_each_call(backend: Backend, calls: &[Call]) {
    let database = TestDatabase::empty(backend).await;
    let keys = Keys::generate().expect("keys");
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let orders = Orders::new(&keys, "account-freeze", true).expect("orders");
    let program = HubProgram::new(&keys, database.url());
    let beside = HubProgram::new(&keys, database.url());
    let first = At {
        keys: &keys,
        orders: &orders,
        program: &program,
    };
    let second = At {
        keys: &keys,
        orders: &orders,
        program: &beside,
    };
    let mut process = program.start(&[]);
    register(&keys, &first.address())
        .await
        .expect("the agencies are registered");
    let other = (backend == Backend::Postgres).then(|| beside.start(&[]));

    let mut seen = Seen::default();
    let (mut number, mut hits) = (0_u64, BTreeMap::<&str, u64>::new());
    for kill in 0..kills() {
        let sorts = u64::try_from(calls.len()).expect("a few");
        let (round, place) = (kill / sorts, kill % sorts);
        let (call, farthest) = calls[usize::try_from(place).expect("a few")];
        // Seven divides none of them: in as many rounds each is tried once, near and far ones in turn.
        let farther = (round * 7 + place * 5) % farthest + 1;
        let Some(watcher) = Watcher::attach(&process, call, farther).await else {
            return;
        };
        let mut lost = false;
        for _ in 0..MOST_SUBMITS {
            number += 1;
            let answered = seen.submit(&first, &key(number)).await;
            if other.is_some() {
                number += 1;
                assert!(seen.submit(&second, &key(number)).await, "the second hub serves");
            }
            if !answered {
                lost = true;
                break;
            }
        }
        if lost || process.has_ended() {
            *hits.entry(call).or_default() += 1;
        }
        process.kill();
        watcher.end();
        if other.is_some() {
            seen.look(&second, &database).await;
        }
        process = program.start(&[]);
        for key in seen.unanswered.clone() {
            assert!(
                seen.submit(&first, &key).await,
                "a retry succeeds after {call} {farther}"
            );
        }
        seen.look(&first, &database).await;
    }
    let hit: u64 = hits.values().sum();
    assert!(
        hit * 2 >= kills(),
        "{hit} of {} kills came from within: {hits:?}",
        kills()
    );

    for (key, reply) in seen.acknowledged.clone() {
        assert!(seen.submit(&first, &key).await, "a retry succeeds");
        assert_eq!(seen.acknowledged[&key], reply, "{key} keeps its receipt, byte for byte");
    }
    assert!(process.terminate(), "the hub ends in order");
    if let Some(other) = other {
        assert!(other.terminate(), "the hub ends in order");
    }
    one_log(&seen, &database).await;
    audit(&database).await;
}

fn key(number: u64) -> String {
    format!("signing-{number:08}")
}

/// Every head that was ever seen is a state of the log as it is now, and every acknowledged write is in it.
async fn one_log(seen: &Seen, database: &TestDatabase) {
    let rows = database
        .raw()
        .await
        .rows("SELECT log_index, leaf FROM log_entry ORDER BY log_index")
        .await;
    let mut frontier = Frontier::default();
    let mut roots = BTreeMap::new();
    let mut leaves = Vec::new();
    for row in rows {
        let leaf = row["leaf"].bytes().to_vec();
        frontier.append(leaf_hash(&leaf));
        roots.insert(frontier.size(), frontier.root());
        leaves.push(leaf);
    }
    assert!(seen.heads.len() > 3, "heads were seen");
    for (size, shown) in &seen.heads {
        assert_eq!(shown.len(), 1, "two published heads of size {size}");
        assert_eq!(
            roots.get(size),
            shown.first(),
            "the published head of size {size} is the log's"
        );
    }
    for (key, reply) in &seen.acknowledged {
        let reply = v1::SubmitResponse::decode(reply.as_slice()).expect("a reply");
        let receipt = &reply.receipts[0];
        let index = usize::try_from(receipt.log_index).expect("an index");
        assert_eq!(
            leaves[index], receipt.leaf,
            "what was acknowledged under {key} is in the log"
        );
    }
}

/// strace, which kills the hub on entering the n-th call of one sort.
struct Watcher(Child);

impl Watcher {
    async fn attach(hub: &HubProcess, call: &str, farther: u64) -> Option<Self> {
        let inject = format!("inject={call}:signal=KILL:when={farther}");
        let started = Command::new("strace")
            .args([
                "-f",
                "-qq",
                "-e",
                &format!("trace={call}"),
                "-e",
                &inject,
                "-o",
                "/dev/null",
                "-p",
                hub.pid(),
            ])
            .stderr(Stdio::null())
            .spawn();
        let mut child = started.expect("strace starts");
        for _ in 0..1_500 {
            if is_traced(hub.pid()) {
                return Some(Self(child));
            }
            if child.try_wait().expect("strace").is_some() {
                crate::harness::database::skipped("the kills around signing, because strace may not attach");
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("strace attaches within thirty seconds");
    }

    fn end(mut self) {
        // It ends with the hub; what is left of it is stopped.
        drop(self.0.kill());
        self.0.wait().expect("strace ends");
    }
}

/// Whether every thread of the process is traced.
fn is_traced(pid: &str) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the hub lives");
    tasks.flatten().all(|task| {
        let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
        status
            .lines()
            .any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
    })
}
