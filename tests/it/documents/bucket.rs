//! Documents in a bucket that speaks the S3 protocol: the same promises as in a folder.

use lienthong::app::keep::backup::{BackupPlan, backup};
use lienthong::app::keep::doctor::{Grade, Patient, examine};
use lienthong::app::keep::restore::restore;
use lienthong::blobs::{FreeSpace, sealed_size};
use lienthong::server::run::{OpenDatabase, open_documents};
use tonic::Code;

use super::exchange::{download, files, of, pdf, upload, uploaded};
use super::leftovers::id_of;
use super::rclone::Rclone;
use super::resume::{break_off, go_on};
use crate::harness::agencies::{BANK, THADS};
use crate::harness::audit::audit;
use crate::harness::hub::{Client, settings};
use crate::harness::ids::{occasion, start};
use crate::harness::wire::{fields, reason};
use crate::harness::{Backend, TestDatabase, TestHub};
use crate::kit::content_keys;

async fn hub_on(database: &TestDatabase, server: &Rclone) -> TestHub {
    TestHub::start_with(database, |settings| settings.documents = server.place(database)).await
}

async fn comes_back(client: &Client, id: &str, content: &[u8]) {
    for offset in [0, 1, content.len()] {
        let (_, bytes, end) = download(client, id, i64::try_from(offset).expect("small"))
            .await
            .expect("readable");
        assert!(end.is_none() && bytes == content[offset..], "from {offset}");
    }
}

backends! {
    async fn what_was_uploaded_comes_back_from_a_bucket_byte_for_byte(database) {
        let Some(server) = Rclone::start().await else { return };
        let hub = hub_on(&database, &server).await;
        let sender = hub.client(THADS).await;
        // Less than a part, exactly two, and two and a rest.
        let part = 5 * 1024 * 1024;
        let mut ids = Vec::new();
        for (number, length) in [1_000, 2 * part - 9, 2 * part + 77_777].into_iter().enumerate() {
            let content = pdf(length);
            let id = uploaded(&sender, &format!("in-a-bucket-{number}"), &content).await;
            comes_back(&sender, &id, &content).await;
            let object = std::fs::read(server.objects().join(&id)).expect("an object");
            assert_eq!(u64::try_from(object.len()).ok(), u64::try_from(content.len()).ok().map(sealed_size));
            ids.push(id);
        }
        ids.sort();
        assert_eq!((server.names(), files(&database)), (ids, vec![]));
        let stranger = download(&hub.client(BANK).await, &server.names()[0], 0).await.expect_err("not a party");
        assert_eq!(reason(&stranger), "DOCUMENT_NOT_FOUND");

        let content = pdf(100_000);
        let header = of("breaks-off", &content);
        let kept = break_off(&sender, header.clone(), &content, 0, 60_000).await;
        let reply = go_on(&sender, header, &content, kept).await.expect("accepted");
        comes_back(&sender, &reply.document_id, &content).await;
        let mut wrong = of("another-digest", &content);
        wrong.sha256 = vec![7; 32].into();
        assert_eq!(fields(&upload(&sender, wrong, &content).await.expect_err("wrong")), ["header.sha256"]);
        assert_eq!(server.names().len(), 4);
        let unfinished = database.documents().join("unfinished");
        assert_eq!(std::fs::read_dir(unfinished).expect("the folder").count(), 0);
        audit(&database).await;
    }

    async fn a_bucket_that_is_away_keeps_nothing_and_loses_nothing(database) {
        let Some(mut server) = Rclone::start().await else { return };
        let hub = hub_on(&database, &server).await;
        let sender = hub.client(THADS).await;
        let (before, content) = (pdf(50_000), pdf(60_000));
        let id = uploaded(&sender, "before-it-went", &before).await;
        server.kill();
        let header = of("while-it-is-away", &content);
        let refusal = upload(&sender, header.clone(), &content).await.expect_err("away");
        assert_eq!((refusal.code(), reason(&refusal).as_str()), (Code::Unavailable, "UNAVAILABLE"));
        assert_eq!(database.raw().await.count("attachment").await, 1);
        let refusal = download(&sender, &id, 0).await.expect_err("away");
        assert_eq!((refusal.code(), reason(&refusal).as_str()), (Code::Unavailable, "UNAVAILABLE"));
        server.go_on().await;
        // All its bytes are here already; none need to come again.
        let reply = go_on(&sender, header.clone(), &content, header.size).await.expect("accepted");
        comes_back(&sender, &reply.document_id, &content).await;
        comes_back(&sender, &id, &before).await;
        let object = server.objects().join(&id);
        let sealed = std::fs::read(&object).expect("an object");
        std::fs::write(&object, &sealed[1..]).expect("an object");
        server.look_again().await;
        assert_eq!(reason(&download(&sender, &id, 0).await.expect_err("damaged")), "DOCUMENT_DAMAGED");
        std::fs::remove_file(&object).expect("an object");
        server.look_again().await;
        assert_eq!(reason(&download(&sender, &id, 0).await.expect_err("gone")), "DOCUMENT_DAMAGED");
    }

    async fn a_hub_on_a_bucket_is_backed_up_examined_and_restored_into_another(database) {
        let Some(mut server) = Rclone::start().await else { return };
        let hub = hub_on(&database, &server).await;
        let contents = [pdf(10_000), pdf(6_000_000)];
        let mut ids = Vec::new();
        for (number, content) in contents.iter().enumerate() {
            ids.push(uploaded(&hub.client(THADS).await, &format!("kept-in-a-bucket-{number}"), content).await);
        }
        let orphan = id_of(start().minus(std::time::Duration::from_hours(200)));
        std::fs::write(server.objects().join(&orphan), "%PDF-").expect("an object");
        server.look_again().await;
        let folder = tempfile::tempdir().expect("a folder");
        let plan = BackupPlan {
            database: database.database().clone(),
            documents: server.place(&database),
            masters: content_keys().parse().expect("master keys"),
            out: folder.path().join("backup"),
            occasion: occasion(41),
        };
        let done = backup(&plan, &()).await.expect("a backup");
        let told = &done.manifest.documents;
        assert_eq!((told.count, told.missing.len(), told.unopened), (2, 0, 0));
        let patient = Patient {
            database: database.database().clone(),
            documents: Some(server.place(&database)),
            now: start(),
            free_space: |_| Ok(FreeSpace { free: u64::MAX, total: u64::MAX }),
        };
        let findings = examine(&patient).await.expect("findings");
        let grade = |check| findings.iter().find(|finding| finding.check == check).expect("a finding").grade;
        assert_eq!((grade("documents"), grade("orphans")), (Grade::Ok, Grade::Warn));

        let other = if database.backend() == Backend::Sqlite { Backend::Postgres } else { Backend::Sqlite };
        if other.is_available() {
            let target = TestDatabase::empty(other).await;
            let elsewhere = Rclone::start().await.expect("a second server");
            let opened = OpenDatabase::open_empty(target.database()).await.expect("an empty database");
            let blobs = open_documents(&elsewhere.place(&target)).await.expect("a bucket");
            let restored = restore(&plan.out, &opened.store, &blobs, &occasion(42), &()).await.expect("restored");
            opened.close().await;
            ids.sort();
            assert_eq!((restored.documents, elsewhere.names()), (2, ids.clone()));
        }
        // The next hub collects what belongs to nobody, what stands deeper excepted.
        let deeper = server.objects().join("another-hub");
        std::fs::create_dir(&deeper).expect("a prefix");
        std::fs::write(deeper.join(&orphan), "%PDF-").expect("an object");
        server.look_again().await;
        let mut again = settings(&database, &hub.authority);
        again.documents = server.place(&database);
        let next = hub.again(again).await;
        while server.names().contains(&orphan) {
            tokio::task::yield_now().await;
        }
        ids.sort();
        ids.push("another-hub".to_owned());
        ids.sort();
        assert_eq!(server.names(), ids);
        assert!(deeper.join(&orphan).exists());
        next.stop().await;
    }

    async fn a_hub_does_not_start_on_a_bucket_that_refuses_it(database) {
        let Some(server) = Rclone::start().await else { return };
        let hub = TestHub::start(&database).await;
        let authority = std::sync::Arc::clone(&hub.authority);
        hub.stop().await;
        let address = server.address().to_string();
        for wrong in [address.replace("tai-lieu", "kho-khac"), address.replace("127.0.0.1", "127.0.0.2")] {
            let mut settings = settings(&database, &authority);
            settings.documents = server.place(&database);
            settings.documents.bucket = Some(wrong.parse().expect("an address"));
            let refused = open_documents(&settings.documents).await.expect_err(&wrong);
            assert!(refused.to_string().contains(&wrong), "{refused}");
        }
    }
}
