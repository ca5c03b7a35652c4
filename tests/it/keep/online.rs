//! A backup of a hub that goes on, restored into the other database, which another hub serves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lienthong::app::keep::check::check;
use lienthong::app::keep::manifest::Manifest;
use lienthong::client::channel::{HubAddress, connect, with_tokens};
use lienthong::evidence::digest::{hex, sha256};
use lienthong::server::run::Hub;
use lienthong::store::schema::TABLES;
use lienthong_proto::v1::request_service_client::RequestServiceClient;
use prost::Message as _;

use super::{backed_up, filled, freeze, other, place, restored, run_program, stored, submit, text};
use crate::harness::TestDatabase;
use crate::harness::agencies::THADS;
use crate::harness::audit::audit;
use crate::harness::hub::settings;
use crate::harness::ids::SeededIds;
use crate::harness::raw::Raw;

/// Name and bytes of every file in the folder `name` of a backup.
fn files(backup: &Path, name: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(backup.join(name)).expect("a folder");
    entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
            (name.to_owned(), std::fs::read(&path).expect("a file"))
        })
        .collect()
}

async fn columns(raw: &Raw, table: &str) -> BTreeSet<String> {
    let text = match raw {
        Raw::Sqlite(_) => format!("SELECT name FROM pragma_table_info('{table}')"),
        Raw::Postgres(_) => format!(
            "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 \
             AND NOT attisdropped"
        ),
    };
    let rows = raw.rows(text).await;
    rows.iter().map(|row| row["name"].text().to_owned()).collect()
}

async fn holds_every_column(manifest: &Manifest, raw: &Raw, rows: &BTreeMap<&'static str, i64>) {
    let kept: BTreeSet<&str> = manifest.tables.iter().map(|table| table.name.as_str()).collect();
    // The migrator's own table is the schema's version, which each database keeps in its own way.
    let all: BTreeSet<&str> = TABLES.iter().map(|(name, _)| *name).collect();
    assert_eq!(all.difference(&kept).copied().collect::<Vec<_>>(), ["_sqlx_migrations"]);
    for table in &manifest.tables {
        let kept: BTreeSet<String> = table.columns.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(kept, columns(raw, &table.name).await, "{}", table.name);
        assert_eq!(
            i64::try_from(table.rows).expect("a small table"),
            rows[table.name.as_str()],
            "{}",
            table.name
        );
    }
}

backends! {
    async fn a_backup_holds_every_table_with_every_column(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        let (_folder, out) = place();
        let raw = database.raw().await;
        let mut rows = raw.counts().await;
        rows.insert("job", raw.count("job").await);
        let done = backed_up(&database, &out, &()).await.expect("a backup");
        assert!(done.tree_fits && done.manifest.documents.missing.is_empty());
        holds_every_column(&done.manifest, &raw, &rows).await;
    }

    async fn a_backup_of_a_serving_hub_is_served_from_the_other_database(database) {
        let (hub, first_reply) = filled(&database).await;
        let (_folder, out) = place();
        let stop = Arc::new(AtomicBool::new(false));
        let writer = {
            let (client, stop) = (hub.client(THADS).await, Arc::clone(&stop));
            tokio::spawn(async move {
                let mut count = 0;
                while !stop.load(Ordering::SeqCst) {
                    submit(&client, &format!("keep-meanwhile-{count}")).await;
                    count += 1;
                }
                count
            })
        };
        let before = database.raw().await.count("log_entry").await;
        let done = backed_up(&database, &out, &()).await.expect("a backup");
        stop.store(true, Ordering::SeqCst);
        assert!(writer.await.expect("no panic") > 0, "the hub went on writing");
        let after = database.raw().await.count("log_entry").await;
        let size = i64::try_from(done.manifest.tree_size).expect("a small tree");
        assert!(before <= size && size <= after && done.tree_fits, "{before} {size} {after}");

        let verdict = check(&out, &()).await.expect("a verdict");
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        assert_eq!(verdict.log.size, done.manifest.tree_size);
        assert_eq!(hex(&verdict.log.root), done.manifest.root_hash);
        assert!(verdict.log.checkpoints > 0 && verdict.log.bodies > 0);

        let target = TestDatabase::empty(other(database.backend())).await;
        let restored = restored(&out, &target).await.expect("restored");
        assert_eq!((restored.head.size, restored.documents), (done.manifest.tree_size, 2));
        audit(&target).await;
        let (_folder, again) = place();
        backed_up(&target, &again, &()).await.expect("a backup of the restored");
        let (mut first, mut second) = (files(&out, "tables"), files(&again, "tables"));
        // That it was restored is noted in the one that was made so.
        let noted = [&mut first, &mut second].map(|files| files.remove("operator_action.jsonl").expect("the outbox"));
        assert!(first == second, "the tables are the same, byte for byte");
        let lines = noted.map(|file| String::from_utf8(file).expect("text").matches("\"restore\"").count());
        assert_eq!(lines, [0, 1]);
        assert!(files(&out, "documents") == files(&again, "documents"));

        let second = Hub::start(settings(&target, &hub.authority), hub.clock.clone(), SeededIds::new(9)).await;
        let second = second.expect("the restored hub serves");
        let address = HubAddress {
            uri: format!("https://localhost:{}", second.address().port()),
            server_name: None,
            ca: hub.authority.certificate_pem(),
        };
        let keys = hub.keys(THADS);
        let channel = connect(&address, keys, hub.clock.clone()).await.expect("a connection");
        let mut client = RequestServiceClient::new(with_tokens(channel, hub.minter(THADS, keys, keys)));
        let reply = client.submit(freeze("keep-order-1")).await.expect("the first receipt");
        assert_eq!(reply.into_inner().encode_to_vec(), first_reply, "byte for byte");
        client.submit(freeze("keep-after-restore")).await.expect("it goes on");
        drop(client);
        second.stop().await;
        audit(&target).await;
        hub.stop().await;
    }

    async fn another_process_backs_up_and_examines_a_serving_hub(database) {
        let (hub, _) = filled(&database).await;
        let (_folder, out) = place();
        let (url, documents) = (database.url(), database.documents());
        let done = run_program(&[
            "backup", "--database", &url, "--documents", text(&documents), "--out", text(&out),
        ]);
        assert_eq!(done.status, 0, "{done:?}");
        let head = database.store().await.head().await.expect("a head");
        assert!(done.stdout.contains(&hex(&head.root)), "{done:?}");
        let examined = run_program(&["doctor", "--database", &url, "--documents", text(&documents)]);
        assert!(examined.stdout.contains("OK    leaves"), "{examined:?}");
        submit(&hub.client(THADS).await, "keep-after-backup").await;
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_document_that_the_hub_lost_is_named_and_the_rest_is_kept(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        let documents = stored(&database);
        std::fs::remove_file(&documents[0]).expect("removed");
        let (_folder, out) = place();
        let done = backed_up(&database, &out, &()).await.expect("a backup");
        let lost = documents[0].file_name().and_then(|name| name.to_str()).expect("a name");
        assert_eq!(done.manifest.documents.missing, [lost]);
        assert!(check(&out, &()).await.expect("a verdict").faults.is_empty());
        let target = TestDatabase::empty(database.backend()).await;
        assert_eq!(restored(&out, &target).await.expect("restored").documents, 1);
    }

    async fn the_sums_are_those_that_sha256sum_reads(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        let (_folder, out) = place();
        backed_up(&database, &out, &()).await.expect("a backup");
        let sums = std::fs::read_to_string(out.join("SHA256SUMS")).expect("a file");
        assert_eq!(sums.lines().count(), TABLES.len() + 1);
        for line in sums.lines() {
            let (digest, name) = line.split_once("  ").expect("two columns");
            let content = std::fs::read(out.join(name)).expect("a file");
            assert_eq!(digest, hex(&sha256(&content)), "{name}");
        }
        let sums = std::fs::read_to_string(out.join("documents.sha256")).expect("a file");
        assert_eq!(sums.lines().count(), 2);
        for line in sums.lines() {
            let (digest, name) = line.split_once("  ").expect("two columns");
            let content = std::fs::read(out.join(name)).expect("a file");
            assert_eq!(digest, hex(&sha256(&content)), "{name}");
        }
    }
}
