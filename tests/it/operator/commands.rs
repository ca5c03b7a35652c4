//! Every command that leaves a line leaves one, in the database that it acts on, and a hub makes one entry of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use lienthong::client::pki::Authority;
use lienthong::domain::operator::OperatorAction;
use lienthong::domain::time::ManualClock;
use lienthong::evidence::digest::{hex, sha256};
use lienthong::server::run::Hub;
use lienthong::store::schema_version;

use super::{Entry, actions, entries, outbox, until_left};
use crate::harness::agencies::THADS;
use crate::harness::audit::audit;
use crate::harness::hub::{settings, validity};
use crate::harness::ids::{SeededIds, clock};
use crate::harness::older::BEFORE_OPERATORS;
use crate::harness::{Backend, TestDatabase, TestHub, TestLedger};
use crate::kit::{HUB_ID, Keys, initialise};

/// What a program said and how it ended.
#[derive(Debug)]
struct Done {
    status: i32,
    stdout: String,
    stderr: String,
}

/// The built program, with nothing of this environment.
fn run(arguments: &[&str]) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lienthong"));
    let output = command
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Done {
        status: output.status.code().expect("an exit status"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn done(arguments: &[&str]) -> String {
    let done = run(arguments);
    assert_eq!(done.status, 0, "{arguments:?}: {}", done.stderr);
    done.stdout
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn other(backend: Backend) -> Backend {
    match backend {
        Backend::Sqlite if Backend::Postgres.is_available() => Backend::Postgres,
        Backend::Sqlite | Backend::Postgres => Backend::Sqlite,
    }
}

fn back_up(database: &TestDatabase, out: &Path) -> String {
    let (url, documents) = (database.url(), database.documents());
    std::fs::create_dir_all(&documents).expect("a folder");
    done(&[
        "backup",
        "--database",
        &url,
        "--documents",
        text(&documents),
        "--out",
        text(out),
    ])
}

fn restore(from: &Path, target: &TestDatabase) -> String {
    let (url, documents) = (target.url(), target.documents());
    done(&[
        "restore",
        "--from",
        text(from),
        "--database",
        &url,
        "--documents",
        text(&documents),
    ])
}

/// A folder of the test and a place in it that is not there yet.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("backup");
    (folder, out)
}

/// A hub starts here, enters what waits, and ends.
async fn serve_once(database: &TestDatabase, clock: &Arc<ManualClock>, seed: u64) {
    let authority = Authority::new("CA giả lập", validity()).expect("an authority");
    clock.advance_micros(1_000_000);
    let hub = Hub::start(settings(database, &authority), clock.clone(), SeededIds::new(seed)).await;
    hub.expect("the hub serves").stop().await;
}

fn of<'a>(entries: &'a [Entry], action: &str) -> Vec<&'a Entry> {
    entries.iter().filter(|entry| entry.action == action).collect()
}

fn is_mine(entry: &Entry) {
    let by = &entry.details["by"];
    assert_eq!(by["uid"], rustix::process::geteuid().as_raw(), "{entry:?}");
    assert_eq!(entry.details["program_version"], env!("CARGO_PKG_VERSION"));
    assert!(
        entry.details["done_time"].as_i64().expect("a time") > 1_700_000_000_000_000,
        "the operator's own clock"
    );
}

/// Nothing of an entry says where anything is.
fn names_no_place(entry: &Entry, database: &TestDatabase) {
    let said = entry.details.to_string();
    for place in ["/", "postgres:", "sqlite:", text(&database.documents())] {
        assert!(!said.contains(place), "{place}: {said}");
    }
}

backends! {
    async fn a_backup_of_a_serving_hub_is_entered_by_it(database) {
        let hub = TestHub::start(&database).await;
        let (_folder, out) = place();
        let said = back_up(&database, &out);
        until_left(&database, 0).await;
        let told = entries(&database).await;
        let [backup] = *of(&told, "backup").as_slice() else { panic!("{told:?}") };
        is_mine(backup);
        names_no_place(backup, &database);
        let manifest = std::fs::read(out.join("manifest.json")).expect("a manifest");
        let facts = backup.facts();
        assert_eq!(facts["manifest_sha256"], hex(&sha256(&manifest)));
        assert!(said.contains(facts["root_hash"].as_str().expect("a text")), "{said}");
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
        assert_eq!(facts["tree_size"], manifest["tree_size"]);
        assert_eq!((&facts["tree_fits"], &facts["documents_missing"]), (&true.into(), &0.into()));
        // Another one is another entry.
        let (_folder, out) = place();
        back_up(&database, &out);
        until_left(&database, 0).await;
        assert_eq!(of(&entries(&database).await, "backup").len(), 2);
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_restore_of_an_old_backup_is_in_the_log_with_the_start_after_it(database) {
        let hub = TestHub::start(&database).await;
        let clock = Arc::clone(&hub.clock);
        let (_folder, out) = place();
        back_up(&database, &out);
        until_left(&database, 0).await;
        super::starts::send(&hub.client(THADS).await, "after-backup").await;
        hub.stop().await;
        let target = TestDatabase::empty(other(database.backend())).await;
        let said = restore(&out, &target);
        assert_eq!(outbox(&target).await.len(), 1, "the restore alone");
        serve_once(&target, &clock, 41).await;
        let told = entries(&target).await;
        // The backup knows neither of itself nor of what came after it. Hub and program go by two clocks here.
        let mut done: Vec<&str> = told.iter().map(|entry| entry.action.as_str()).collect();
        done.sort_unstable();
        assert_eq!(done, ["hub_start", "hub_start", "hub_stop", "migrate", "restore"]);
        let [restored] = *of(&told, "restore").as_slice() else { panic!("{told:?}") };
        is_mine(restored);
        names_no_place(restored, &target);
        let manifest = std::fs::read(out.join("manifest.json")).expect("a manifest");
        let facts = restored.facts();
        assert_eq!(facts["manifest_sha256"], hex(&sha256(&manifest)));
        assert_eq!((&facts["made_by"], &facts["made_from"]), (&env!("CARGO_PKG_VERSION").into(), &database.database().name().into()));
        assert!(said.contains(facts["root_hash"].as_str().expect("a text")), "{said}");
        audit(&target).await;
    }

    async fn a_line_that_a_backup_holds_is_entered_in_both_databases_once(database) {
        let hub = TestHub::start(&database).await;
        let clock = Arc::clone(&hub.clock);
        hub.stop().await;
        let (_folder, out) = place();
        back_up(&database, &out);
        let (_folder, second) = place();
        // The second backup holds the line of the first.
        back_up(&database, &second);
        let target = TestDatabase::empty(other(database.backend())).await;
        restore(&second, &target);
        assert_eq!((outbox(&database).await.len(), outbox(&target).await.len()), (2, 2));
        serve_once(&database, &clock, 41).await;
        serve_once(&target, &clock, 42).await;
        assert_eq!(of(&entries(&database).await, "backup").len(), 2);
        let told = entries(&target).await;
        assert_eq!((of(&told, "backup").len(), of(&told, "restore").len()), (1, 1));
        for database in [&database, &target] {
            assert_eq!(outbox(database).await, Vec::<String>::new());
            audit(database).await;
        }
    }

    async fn a_copy_is_told_of_on_both_sides_under_one_id(database) {
        let hub = TestHub::start(&database).await;
        let clock = Arc::clone(&hub.clock);
        hub.stop().await;
        let target = TestDatabase::empty(other(database.backend())).await;
        done(&["db", "copy", "--from", &database.url(), "--to", &target.url()]);
        serve_once(&database, &clock, 41).await;
        serve_once(&target, &clock, 42).await;
        let (from, to) = (entries(&database).await, entries(&target).await);
        let copies = [of(&from, "copy_out"), of(&to, "copy_in")].concat();
        let [copied_out, copied_in] = copies.as_slice() else { panic!("{from:?} {to:?}") };
        assert_eq!(copied_out.subject, copied_in.subject);
        for (entry, name, kind) in [(copied_out, "to", &target), (copied_in, "from", &database)] {
            is_mine(entry);
            names_no_place(entry, &database);
            assert_eq!(entry.facts()[name], kind.database().name());
        }
        assert_eq!(copied_out.facts()["root_hash"], copied_in.facts()["root_hash"]);
        assert!(of(&from, "copy_in").is_empty() && of(&to, "copy_out").is_empty());
        audit(&database).await;
        audit(&target).await;
    }

    async fn an_upgrade_of_the_schema_is_told_once_with_both_versions(database) {
        // A log from before it told of operators.
        let ledger = TestLedger::start(&database).await;
        let clock = Arc::clone(&ledger.clock);
        ledger.stop().await;
        let raw = database.raw().await;
        for text in BEFORE_OPERATORS {
            raw.execute(*text).await.expect("a schema of before");
        }
        let before = raw.rows("SELECT MAX(version) AS version FROM _sqlx_migrations").await[0]["version"].integer();
        let url = database.url();
        for words in ["upgraded", "nothing was changed"] {
            let said = done(&["migrate", "--database", &url]);
            assert!(said.contains(words), "{said}");
            assert_eq!(outbox(&database).await, [format!("migration/{}", schema_version())]);
        }
        for seed in [41, 42] {
            serve_once(&database, &clock, seed).await;
            let told = entries(&database).await;
            let [change] = *of(&told, "migrate").as_slice() else { panic!("{told:?}") };
            is_mine(change);
            assert_eq!((&change.facts()["from"], &change.facts()["to"]), (&before.into(), &schema_version().into()));
        }
        audit(&database).await;
    }

    async fn what_is_done_before_there_is_a_hub_is_told_by_its_first_entries(database) {
        let empty = TestDatabase::empty(database.backend()).await;
        let url = empty.url();
        done(&["migrate", "--database", &url]);
        assert_eq!(outbox(&empty).await, Vec::<String>::new(), "there is no log that could tell of it");
        let keys = Keys::generate().expect("keys");
        initialise(&keys, &url).expect("initialised");
        let told = entries(&empty).await;
        let [schema] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(schema.subject, format!("migration/{}", schema_version()));
        is_mine(schema);
        initialise(&keys, &url).expect_err("other keys to sign with");
        assert_eq!(actions(&empty).await, ["migrate"]);
        let fresh = TestDatabase::empty(database.backend()).await;
        initialise(&keys, &fresh.url()).expect("initialised");
        let told = entries(&fresh).await;
        assert_eq!(told[0].facts()["from"], 0, "{HUB_ID} began with nothing");
        audit(&empty).await;
        audit(&fresh).await;
    }

    async fn what_cannot_be_noted_is_done_all_the_same_and_told(database) {
        let hub = TestHub::start(&database).await;
        hub.stop().await;
        let raw = database.raw().await;
        let forbids = match database.backend() {
            Backend::Sqlite => vec![
                "CREATE TRIGGER no_notes BEFORE INSERT ON operator_action BEGIN SELECT RAISE(ABORT, 'read only'); END".to_owned(),
            ],
            Backend::Postgres => vec![
                "CREATE FUNCTION no_notes() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'read only'; END $$".to_owned(),
                "CREATE TRIGGER no_notes BEFORE INSERT ON operator_action FOR EACH ROW EXECUTE FUNCTION no_notes()".to_owned(),
            ],
        };
        for text in forbids {
            raw.execute(text).await.expect("a trigger");
        }
        let (_folder, out) = place();
        let (url, documents) = (database.url(), database.documents());
        let told = run(&["backup", "--database", &url, "--documents", text(&documents), "--out", text(&out)]);
        assert_eq!(told.status, 1, "{told:?}");
        assert!(told.stderr.contains("could not be noted") && told.stderr.contains("không ghi lại được"), "{}", told.stderr);
        assert!(told.stdout.contains("is backed up"), "{}", told.stdout);
        done(&["restore", "--verify", "--from", text(&out)]);
        // A hub serves all the same, and tells of its start once it can.
        let authority = Authority::new("CA giả lập", validity()).expect("an authority");
        let clock = clock();
        clock.advance_micros(5_000_000);
        let hub = Hub::start(settings(&database, &authority), clock, SeededIds::new(51)).await.expect("it serves");
        let before = of(&entries(&database).await, "hub_start").len();
        raw.execute(match database.backend() {
            Backend::Sqlite => "DROP TRIGGER no_notes",
            Backend::Postgres => "DROP TRIGGER no_notes ON operator_action",
        })
        .await
        .expect("writable again");
        for _ in 0..600 {
            if of(&entries(&database).await, "hub_start").len() > before {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(of(&entries(&database).await, "hub_start").len(), before + 1);
        hub.stop().await;
        audit(&database).await;
    }
}

#[test]
fn every_action_is_tried_here() {
    let source = include_str!("commands.rs").to_owned() + include_str!("starts.rs");
    let missing: BTreeSet<&str> = OperatorAction::ALL
        .iter()
        .map(|action| action.as_str())
        .filter(|action| !source.contains(&format!("\"{action}\"")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
