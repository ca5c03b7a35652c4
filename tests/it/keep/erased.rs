//! A document whose key is destroyed is neither missing nor damaged, wherever its bytes are, and no copy takes it along.

use std::collections::BTreeMap;

use lienthong::app::keep::backup;
use lienthong::app::keep::check::check;
use lienthong::app::keep::doctor::{Grade, Patient, examine};
use lienthong::blobs::FreeSpace;
use lienthong::sealing::MasterKeys;

use super::{backed_up, filled, place, restored, stored};
use crate::harness::TestDatabase;
use crate::harness::agencies::THADS;
use crate::harness::ids::{occasion, start};
use crate::harness::wire::reason;

async fn grades(database: &TestDatabase) -> BTreeMap<&'static str, Grade> {
    let patient = Patient {
        database: database.database().clone(),
        documents: Some(database.documents().into()),
        now: start(),
        free_space: |_| {
            Ok(FreeSpace {
                free: u64::MAX,
                total: u64::MAX,
            })
        },
    };
    let findings = examine(&patient).await.expect("findings");
    findings
        .into_iter()
        .map(|finding| (finding.check, finding.grade))
        .collect()
}

backends! {
    async fn a_document_that_is_erased_is_no_loss_and_is_in_no_backup(database) {
        let (hub, _) = filled(&database).await;
        let sender = hub.client(THADS).await;
        let files = stored(&database);
        let id = files[0].file_name().and_then(|name| name.to_str()).expect("a name");
        let destroy = format!(
            "UPDATE content_key SET wrapped = NULL WHERE log_index = (SELECT log_index FROM attachment WHERE id = '{id}')"
        );
        assert_eq!(database.raw().await.execute(destroy).await, Ok(1));
        let download = crate::documents::exchange::download;
        assert_eq!(reason(&download(&sender, id, 0).await.expect_err("erased")), "CONTENT_ERASED");
        // Whether its bytes are there still is the same.
        for are_there in [true, false] {
            if !are_there {
                std::fs::remove_file(&files[0]).expect("removed");
            }
            let found = grades(&database).await;
            assert_eq!((found["documents"], found["orphans"]), (Grade::Ok, Grade::Ok), "{are_there}");
            let (_folder, out) = place();
            let told = backed_up(&database, &out, &()).await.expect("a backup").manifest.documents;
            assert_eq!((told.count, told.missing.len(), told.unopened), (1, 0, 0), "{are_there}");
            assert!(check(&out, &()).await.expect("a verdict").faults.is_empty());
            let target = TestDatabase::empty(database.backend()).await;
            assert_eq!(restored(&out, &target).await.expect("restored").documents, 1);
            assert_eq!(stored(&target)[0].file_name(), files[1].file_name());
        }
        hub.stop().await;
    }

    async fn without_the_master_key_documents_are_copied_all_the_same_and_that_is_told(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        let (_folder, out) = place();
        let plan = |masters: MasterKeys, name: &str| backup::BackupPlan {
            database: database.database().clone(),
            documents: database.documents().into(),
            masters,
            out: out.with_file_name(name),
            occasion: occasion(41),
        };
        let other: MasterKeys = MasterKeys::line_of(&[9; 32]).1.parse().expect("a key");
        for (masters, name) in [(MasterKeys::default(), "none"), (other, "other")] {
            let told = backup::backup(&plan(masters, name), &()).await.expect("a backup").manifest.documents;
            assert_eq!((told.count, told.missing.len(), told.unopened), (2, 0, 2));
            let verdict = check(&out.with_file_name(name), &()).await.expect("a verdict");
            assert!(verdict.faults.is_empty());
        }
        // What was changed is found with the key alone; of another length it is found without.
        let file = &stored(&database)[0];
        let sound = std::fs::read(file).expect("a file");
        let mut changed = sound.clone();
        changed[100_000] ^= 1;
        std::fs::write(file, changed).expect("written");
        let told = backed_up(&database, &out, &()).await.expect("a backup").manifest.documents;
        assert_eq!((told.count, told.missing.len()), (1, 1));
        std::fs::write(file, &sound[..sound.len() - 1]).expect("written");
        let told = backup::backup(&plan(MasterKeys::default(), "cut"), &()).await.expect("a backup").manifest.documents;
        assert_eq!((told.count, told.missing.len(), told.unopened), (1, 1, 1));
    }
}
