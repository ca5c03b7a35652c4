//! One database into another; and targets that are refused.

use lienthong::app::keep::copy::copy;
use lienthong::evidence::digest::hex;
use lienthong::server::run::OpenDatabase;
use lienthong::server::start_error::StartError;
use lienthong::store::Snapshot;

use super::{backed_up, filled, other, place, run_program, text};
use crate::harness::audit::audit;
use crate::harness::ids::occasion;
use crate::harness::{Backend, TestDatabase};

backends! {
    async fn a_copy_in_the_other_database_has_the_same_head_and_rows(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        let target = TestDatabase::empty(other(database.backend())).await;
        let done = run_program(&["db", "copy", "--from", &database.url(), "--to", &target.url()]);
        assert_eq!(done.status, 0, "{}", done.stderr);
        let store = database.store().await;
        let head = store.head().await.expect("a head");
        assert_eq!(done.stdout.matches(&hex(&head.root)).count(), 2, "{}", done.stdout);
        let (from, to) = (database.raw().await, target.raw().await);
        assert_eq!(from.counts().await, to.counts().await);
        assert_eq!(from.table("job").await, to.table("job").await);
        audit(&target).await;
        // And back again.
        let back = TestDatabase::empty(database.backend()).await;
        let done = run_program(&["db", "copy", "--from", &target.url(), "--to", &back.url()]);
        assert_eq!(done.status, 0, "{}", done.stderr);
        for table in ["event", "body", "checkpoint", "deadline", "credential", "ledger_head"] {
            assert_eq!(from.table(table).await, back.raw().await.table(table).await, "{table}");
        }
    }

    async fn a_source_that_is_written_to_meanwhile_is_told(database) {
        let (hub, _) = filled(&database).await;
        let target = TestDatabase::empty(other(database.backend())).await;
        if database.backend() == Backend::Sqlite {
            let refused = run_program(&["db", "copy", "--from", &database.url(), "--to", &target.url()]);
            assert!(refused.status == 1 && refused.stderr.contains("--from"), "{}", refused.stderr);
        }
        // One snapshot is copied whatever is written beside it.
        let mut source = Snapshot::open(database.database()).await.expect("a snapshot");
        super::submit(&hub.client(crate::harness::agencies::THADS).await, "keep-late").await;
        let empty = OpenDatabase::open_empty(target.database()).await.expect("empty");
        let copied = copy(&mut source, &empty.store, &occasion(43), &()).await.expect("copied");
        empty.close().await;
        assert_eq!(copied.from, copied.to);
        let now = hub_head(&database).await;
        assert!(copied.from.size < now, "the source has moved on");
        audit(&target).await;
        hub.stop().await;
    }

    async fn a_database_that_is_not_empty_is_refused_and_unchanged(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        let (_folder, out) = place();
        backed_up(&database, &out, &()).await.expect("a backup");
        let before = database.raw().await.counts().await;
        let url = database.url();
        let documents = database.documents();
        let refused = run_program(&[
            "restore", "--from", text(&out), "--database", &url, "--documents", text(&documents),
        ]);
        assert!(refused.status == 2 && refused.stderr.contains("trống"), "{}", refused.stderr);
        let refused = run_program(&["db", "copy", "--from", &url, "--to", &url]);
        assert_ne!(refused.status, 0, "{}", refused.stderr);
        assert_eq!(database.raw().await.counts().await, before);

        let strange = TestDatabase::empty(database.backend()).await;
        let raw = strange.raw().await;
        raw.execute("CREATE TABLE somebody_elses (x TEXT)").await.expect("a table");
        let refusal = OpenDatabase::open_empty(strange.database()).await.expect_err("not empty");
        assert!(matches!(&refusal, StartError::Occupied(table) if table == "somebody_elses"), "{refusal}");
        assert!(raw.execute("SELECT 1 FROM agency").await.is_err(), "no schema was made");
    }
}

async fn hub_head(database: &TestDatabase) -> u64 {
    let head = database.store().await.head().await.expect("a head");
    head.frontier.size()
}

#[test]
fn no_password_is_ever_printed() {
    let (_folder, out) = place();
    let url = "postgres://hub:geheim-7261@127.0.0.1:1/hub";
    let out = text(&out);
    for arguments in [
        vec!["backup", "--database", url, "--documents", out, "--out", out],
        vec!["doctor", "--database", url],
        vec!["db", "copy", "--from", url, "--to", "sqlite:none/hub.db"],
        vec!["db", "copy", "--from", "sqlite:none/hub.db", "--to", url],
        vec![
            "backup",
            "--database",
            "postgres://hub:geheim-7261@127.0.0.1:99999/hub",
            "--documents",
            out,
            "--out",
            out,
        ],
    ] {
        let done = run_program(&arguments);
        assert_ne!(done.status, 0, "{done:?}");
        assert!(!format!("{done:?}").contains("geheim"), "{done:?}");
    }
}
