//! What uploads left behind goes by itself; documents never do.

use std::path::Path;
use std::time::{Duration, SystemTime};

use lienthong::domain::ids::{DocumentId, IdSource as _};
use lienthong::domain::time::Timestamp;

use super::exchange::{download, files, pdf, uploaded};
use crate::harness::agencies::THADS;
use crate::harness::audit::audit;
use crate::harness::hub::settings;
use crate::harness::ids::{SeededIds, start};
use crate::harness::{Backend, TestHub};
use crate::ops::get;

/// What says to which log the documents belong.
const MARK: &str = ".log-head";
const HOUR: Duration = Duration::from_hours(1);

/// An id that was made at `time`.
pub(super) fn id_of(time: Timestamp) -> String {
    let ids = SeededIds::new(99);
    ids.fill(&mut [0; 4]);
    DocumentId::generate(&*ids, time).to_string()
}

/// A file to which nothing was added since `time`.
fn write(path: &Path, time: Timestamp) {
    std::fs::write(path, b"%PDF-1.7").expect("a file");
    let micros = u64::try_from(time.micros()).expect("after 1970");
    let file = std::fs::File::options().write(true).open(path).expect("a file");
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
        .expect("its time");
}

/// Waits until a hub has looked for orphans once.
async fn looked(hub: &mut TestHub) {
    let address = hub.open_metrics().await;
    let done = r#"lienthong_job_runs_total{job="collect_orphans",outcome="done"} 1"#;
    while !get(address, "/metrics").await.body.contains(done) {}
}

backends! {
    async fn what_uploads_left_goes_when_its_time_is_over_and_nothing_else_does(database) {
        let hub = TestHub::start(&database).await;
        let folder = database.documents();
        // Nothing is removed before the hub has written down to which log the documents belong.
        while !folder.join(MARK).exists() {
            tokio::task::yield_now().await;
        }
        let sender = hub.client(THADS).await;
        let content = pdf(3_000);
        let document = uploaded(&sender, "a-document", &content).await;
        // The document is older than every limit when the next hub starts, by the log's own time too.
        hub.clock.advance_micros(30 * 24 * 3_600_000_000);
        let late = uploaded(&hub.client(THADS).await, "a-late-document", &content).await;
        let now = start().plus(30 * 24 * HOUR);
        let orphans = [id_of(now.minus(169 * HOUR)), id_of(now.minus(167 * HOUR))];
        for orphan in &orphans {
            write(&folder.join(orphan), now);
        }
        write(&folder.join("somebody's notes"), start());
        let unfinished = [(25 * HOUR, folder.join("unfinished/old-1")), (23 * HOUR, folder.join("unfinished/new-1"))];
        for (age, path) in &unfinished {
            write(path, now.minus(*age));
        }
        // On SQLite one hub must go before the next.
        let settings = settings(&database, &hub.authority);
        let (next, previous) = match database.backend() {
            Backend::Postgres => (hub.beside(settings, 7).await, Some(hub)),
            Backend::Sqlite => (hub.again(settings).await, None),
        };
        while folder.join(&orphans[0]).exists() || unfinished[0].1.exists() {
            tokio::task::yield_now().await;
        }
        assert!(unfinished[1].1.exists());
        let mut left = [orphans[1].clone(), document.clone(), late, "somebody's notes".to_owned()];
        left.sort();
        assert_eq!(files(&database), left);
        let (_, bytes, end) = download(&next.client(THADS).await, &document, 0).await.expect("the owner's");
        assert!(end.is_none() && bytes == content);
        next.stop().await;
        drop(previous);
        audit(&database).await;
    }

    async fn a_database_that_is_older_than_the_documents_removes_none_of_them(database) {
        let hub = TestHub::start(&database).await;
        let folder = database.documents();
        while !folder.join(MARK).exists() {
            tokio::task::yield_now().await;
        }
        let orphan = folder.join(id_of(start().minus(1_000 * HOUR)));
        write(&orphan, start());
        // The mark of a log that went on where this database ends, and one that is no mark.
        for mark in [r#"{"tree_size": 1000000, "root_hash": "00"}"#, "?"] {
            std::fs::write(folder.join(MARK), mark).expect("a mark");
            let settings = settings(&database, &hub.authority);
            let mut next = match database.backend() {
                Backend::Postgres => hub.beside(settings, 7).await,
                Backend::Sqlite => break,
            };
            looked(&mut next).await;
            assert!(orphan.exists());
            assert_eq!(std::fs::read_to_string(folder.join(MARK)).expect("a mark"), mark, "it stays");
            next.stop().await;
        }
        if database.backend() == Backend::Sqlite {
            let settings = settings(&database, &hub.authority);
            let mut next = hub.again(settings).await;
            looked(&mut next).await;
            assert!(orphan.exists());
        }
    }
}
