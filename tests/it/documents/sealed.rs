//! Documents at rest: nothing of them can be read in any file, whole or not, and each opens as itself alone.

use std::path::Path;

use lienthong::sealing::MasterKeys;
use lienthong::server::masters::MasterSource;
use tonic::Code;

use super::exchange::{download, files, of, received, upload, uploaded};
use super::rclone::Rclone;
use super::resume::{break_off, go_on};
use crate::harness::agencies::THADS;
use crate::harness::audit::audit;
use crate::harness::hub::{Client, settings};
use crate::harness::wire::{metadata, reason};
use crate::harness::{Backend, TestDatabase, TestHub};
use crate::keep::doctor::without_triggers;
use crate::kit::content_keys;

/// What stands all over the documents here.
const MARK: &str = "bí mật đời tư số ";

fn marked(length: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend(
        (0..)
            .flat_map(|number: u32| format!("{MARK}{number}\n").into_bytes())
            .take(length),
    );
    content
}

/// Every file below `folder`, and what stands in it.
fn all_files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(all_files(&path));
        } else if let Ok(content) = std::fs::read(&path) {
            found.push((path.display().to_string(), content));
        }
    }
    found
}

/// That the mark stands in no file below `folder`; gives the bytes of all of them together.
fn nothing_shows(folder: &Path) -> usize {
    let files = all_files(folder);
    for (name, content) in &files {
        let shows = content.windows(MARK.len()).any(|window| window == MARK.as_bytes());
        assert!(!shows, "{name} shows what a document says");
    }
    files.iter().map(|(_, content)| content.len()).sum()
}

async fn comes_back(client: &Client, id: &str, content: &[u8]) {
    let (_, bytes, end) = download(client, id, 0).await.expect("the owner's");
    assert!(end.is_none() && bytes == content);
}

/// An upload that breaks off and goes on, and a second document; `places` are looked through on the way.
async fn unfinished_and_whole(hub: &TestHub, places: &[&Path]) {
    let sender = hub.client(THADS).await;
    let content = marked(400_000);
    let header = of("breaks-off", &content);
    let kept = break_off(&sender, header.clone(), &content, 0, 300_000).await;
    let seen: usize = places.iter().map(|place| nothing_shows(place)).sum();
    assert!(seen > 290_000, "what came is there: {seen} bytes");
    let reply = go_on(&sender, header, &content, kept).await.expect("accepted");
    let other = marked(70_000);
    let id = uploaded(&sender, "all-at-once", &other).await;
    let seen: usize = places.iter().map(|place| nothing_shows(place)).sum();
    assert!(seen > 470_000, "both are there: {seen} bytes");
    comes_back(&sender, &reply.document_id, &content).await;
    comes_back(&sender, &id, &other).await;
}

backends! {
    async fn nothing_of_a_document_can_be_read_in_any_file_of_the_folder(database) {
        let hub = TestHub::start(&database).await;
        let documents = database.documents();
        let data = documents.parent().expect("the hub's folder");
        unfinished_and_whole(&hub, &[data]).await;
        hub.stop().await;
        audit(&database).await;
    }

    async fn nothing_of_a_document_can_be_read_in_a_bucket_or_beside_it(database) {
        let Some(server) = Rclone::start().await else { return };
        let hub = TestHub::start_with(&database, |settings| settings.documents = server.place(&database)).await;
        std::fs::create_dir_all(server.objects()).expect("a prefix");
        unfinished_and_whole(&hub, &[&database.documents(), &server.objects()]).await;
    }

    async fn an_upload_goes_on_at_another_hub_under_the_master_key_that_it_began_with(database) {
        let hub = TestHub::start(&database).await;
        let content = marked(200_000);
        let header = of("another-hub", &content);
        let kept = break_off(&hub.client(THADS).await, header.clone(), &content, 0, 150_000).await;
        // The other hub has a newer master key too.
        let mut other = settings(&database, &hub.authority);
        let newer = MasterKeys::line_of(&[0x4E; 32]).1;
        other.masters = MasterSource::Text(newer + &content_keys());
        let (next, previous) = match database.backend() {
            Backend::Postgres => (hub.beside(other, 7).await, Some(hub)),
            Backend::Sqlite => (hub.again(other).await, None),
        };
        let sender = next.client(THADS).await;
        assert_eq!(received(&sender, header.clone()).await, kept);
        let reply = go_on(&sender, header, &content, kept).await.expect("accepted");
        comes_back(&sender, &reply.document_id, &content).await;
        next.stop().await;
        drop(previous);
    }

    async fn an_unfinished_upload_from_before_documents_were_sealed_begins_anew(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = marked(100_000);
        let header = of("from-before", &content);
        let kept = break_off(&sender, header.clone(), &content, 0, 60_000).await;
        let (name, _) = all_files(&database.documents().join("unfinished")).remove(0);
        std::fs::write(&name, &content[..60_000]).expect("a file");
        assert_eq!(received(&sender, header.clone()).await, 0);
        for offset in [kept, 60_000] {
            let refusal = go_on(&sender, header.clone(), &content, offset).await.expect_err("nothing is there");
            assert_eq!(reason(&refusal), "UPLOAD_OFFSET_MISMATCH");
            assert_eq!(metadata(&refusal).remove("received_bytes").as_deref(), Some("0"));
        }
        let reply = upload(&sender, header, &content).await.expect("accepted");
        comes_back(&sender, &reply.document_id, &content).await;
        nothing_shows(&database.documents());
    }

    async fn documents_whose_files_were_swapped_are_damaged_both(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        // The same size, and even the same content: each has a key of its own.
        let content = marked(100_000);
        let first = uploaded(&sender, "swapped-1", &content).await;
        let second = uploaded(&sender, "swapped-2", &content).await;
        let path = |id: &str| database.documents().join(id);
        let swap = || {
            let aside = path("aside");
            std::fs::rename(path(&first), &aside).expect("renamed");
            std::fs::rename(path(&second), path(&first)).expect("renamed");
            std::fs::rename(&aside, path(&second)).expect("renamed");
        };
        assert_ne!(std::fs::read(path(&first)).expect("a file"), std::fs::read(path(&second)).expect("a file"));
        swap();
        for id in [&first, &second] {
            let (_, bytes, end) = download(&sender, id, 0).await.expect("it begins");
            let end = end.expect("it does not end well");
            assert_eq!((end.code(), reason(&end).as_str(), bytes.len()), (Code::Internal, "DOCUMENT_DAMAGED", 0));
        }
        swap();
        comes_back(&sender, &first, &content).await;
        comes_back(&sender, &second, &content).await;
        assert_eq!(files(&database).len(), 2);
    }

    async fn a_document_from_before_they_were_sealed_is_given_out_as_it_came(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = marked(100_000);
        let id = uploaded(&sender, "from-before", &content).await;
        as_before(&database, &id, &content).await;
        comes_back(&sender, &id, &content).await;
        let file = database.documents().join(&id);
        let mut changed = content;
        changed[70_000] ^= 1;
        std::fs::write(&file, changed).expect("a file");
        let (_, _, end) = download(&sender, &id, 0).await.expect("it begins");
        assert_eq!(reason(&end.expect("it does not end well")), "DOCUMENT_DAMAGED");
    }
}

/// Makes a document one of before: no key, and the file as it came.
async fn as_before(database: &TestDatabase, id: &str, content: &[u8]) {
    without_triggers(database).await;
    let forget =
        format!("DELETE FROM content_key WHERE log_index = (SELECT log_index FROM attachment WHERE id = '{id}')");
    assert_eq!(database.raw().await.execute(forget).await, Ok(1));
    std::fs::write(database.documents().join(id), content).expect("a file");
}
