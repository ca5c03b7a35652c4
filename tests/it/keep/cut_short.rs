//! What is cut short leaves nothing that passes for whole, and can be done again.

use std::path::Path;
use std::time::Duration;

use lienthong::app::keep::KeepError;
use lienthong::app::keep::check::check;
use lienthong::app::keep::restore::manifest;
use lienthong::client::pki::Authority;
use lienthong::server::run::{Hub, OpenDatabase};
use lienthong::server::start_error::StartError;

use super::{backed_up, filled, other, place, program, restored, run_program, text};
use crate::harness::audit::audit;
use crate::harness::hub::{settings, validity};
use crate::harness::ids::{SeededIds, clock};
use crate::harness::{Backend, TestDatabase};

/// Rows that make a backup take its time.
async fn make_large(database: &TestDatabase) {
    let series = match database.backend() {
        Backend::Sqlite => {
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) \
             INSERT INTO mailbox_cursor (agency, name, lane, position) SELECT 'GIA-LAP.LON', 'c' || i, 'NORMAL', 0 FROM n"
        }
        Backend::Postgres => {
            "INSERT INTO mailbox_cursor (agency, name, lane, position) \
             SELECT 'GIA-LAP.LON', 'c' || i, 'NORMAL', 0 FROM generate_series(1, 60000) AS i"
        }
    };
    database.raw().await.execute(series).await.expect("rows");
}

fn unfinished(out: &Path) -> std::path::PathBuf {
    out.with_file_name("backup.unfinished")
}

async fn serves(database: &TestDatabase) -> Result<(), StartError> {
    let authority = Authority::new("CA giả lập", validity()).expect("an authority");
    let hub = Hub::start(settings(database, &authority), clock(), SeededIds::new(5)).await?;
    hub.stop().await;
    Ok(())
}

backends! {
    async fn a_backup_that_is_given_up_leaves_nothing(database) {
        let (hub, _) = filled(&database).await;
        make_large(&database).await;
        let (_folder, out) = place();
        let mut given_up = 0;
        for millis in [1, 3, 10, 30, 60, 100] {
            let limit = Duration::from_millis(millis);
            if tokio::time::timeout(limit, backed_up(&database, &out, &())).await.is_ok() {
                break;
            }
            given_up += 1;
            assert!(!out.exists(), "after {millis} ms");
            assert!(check(&unfinished(&out), &()).await.is_err(), "what is left is no backup");
            // A write that was under way may have kept the folder from going.
            drop(std::fs::remove_dir_all(unfinished(&out)));
        }
        assert!(given_up > 2, "{given_up}");
        hub.stop().await;
    }

    async fn a_killed_backup_leaves_nothing_that_restore_takes(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        make_large(&database).await;
        let (_folder, out) = place();
        let documents = database.documents();
        let url = database.url();
        let arguments = [
            "backup", "--database", &url, "--documents", text(&documents), "--out", text(&out),
        ];
        let mut killed = program(&arguments).spawn().expect("the program runs");
        while !unfinished(&out).join("tables/event.jsonl").exists() {
            assert!(killed.try_wait().expect("a process").is_none(), "it is still running");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        killed.kill().expect("killed");
        killed.wait().expect("gone");
        assert!(!out.exists() && unfinished(&out).exists());
        let left = unfinished(&out);
        assert!(matches!(manifest(&left).await, Err(KeepError::NotABackup { .. })));
        let checked = run_program(&["restore", "--verify", "--from", text(&left)]);
        assert_eq!(checked.status, 1, "{}", checked.stderr);
        let again = run_program(&arguments);
        assert!(again.status == 2 && again.stderr.contains("backup.unfinished"), "{}", again.stderr);
        std::fs::remove_dir_all(&left).expect("removed");
        let again = run_program(&arguments);
        assert_eq!(again.status, 0, "{}", again.stderr);
        let checked = run_program(&["restore", "--verify", "--from", text(&out)]);
        assert_eq!(checked.status, 0, "{}", checked.stderr);
        let twice = run_program(&arguments);
        assert!(twice.status == 2 && twice.stderr.contains("--out"), "{}", twice.stderr);
    }

    async fn a_restore_that_is_cut_short_leaves_a_database_that_no_hub_serves(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        make_large(&database).await;
        let (_folder, out) = place();
        backed_up(&database, &out, &()).await.expect("a backup");
        let target = TestDatabase::empty(other(database.backend())).await;
        // The schema takes its time, too; only rows are to be cut.
        OpenDatabase::open_empty(target.database()).await.expect("empty").close().await;
        let mut cut = 0;
        for millis in [20, 60, 150, 300] {
            let limit = Duration::from_millis(millis);
            if tokio::time::timeout(limit, restored(&out, &target)).await.is_ok() {
                break;
            }
            // It may have been through just before; then the audit below says whether all of it is there.
            let Err(refusal) = serves(&target).await else { break };
            cut += 1;
            assert!(matches!(refusal, StartError::NotInitialised), "{refusal}");
        }
        assert!(cut > 0);
        let raw = target.raw().await;
        if raw.count("log_entry").await == 0 {
            restored(&out, &target).await.expect("done again");
        }
        raw.execute("DELETE FROM mailbox_cursor WHERE agency = 'GIA-LAP.LON'").await.expect("gone");
        audit(&target).await;
        serves(&target).await.expect("a hub serves");
    }

    async fn a_killed_restore_leaves_a_database_that_no_hub_serves(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        make_large(&database).await;
        let (_folder, out) = place();
        backed_up(&database, &out, &()).await.expect("a backup");
        let target = TestDatabase::empty(other(database.backend())).await;
        let (url, documents) = (target.url(), target.documents());
        let arguments = [
            "restore", "--from", text(&out), "--database", &url, "--documents", text(&documents),
        ];
        let mut killed = 0;
        for millis in [5, 40, 120, 200, 300, 450] {
            let mut process = program(&arguments).spawn().expect("the program runs");
            tokio::time::sleep(Duration::from_millis(millis)).await;
            if process.try_wait().expect("a process").is_some() {
                break;
            }
            process.kill().expect("killed");
            process.wait().expect("gone");
            // It may have been through just before; then the audit below says whether all of it is there.
            if serves(&target).await.is_ok() {
                break;
            }
            killed += 1;
        }
        assert!(killed > 2, "{killed}");
        if serves(&target).await.is_err() {
            let again = run_program(&arguments);
            assert_eq!(again.status, 0, "{}", again.stderr);
        }
        let raw = target.raw().await;
        raw.execute("DELETE FROM mailbox_cursor WHERE agency = 'GIA-LAP.LON'").await.expect("gone");
        audit(&target).await;
        serves(&target).await.expect("a hub serves");
    }
}
