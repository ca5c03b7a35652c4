//! An upload that breaks off goes on where it stopped, and only there.

use std::time::Duration;

use lienthong_proto::v1;
use lienthong_proto::v1::upload_request::Content;
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use super::exchange::{chunk, download, files, of, pdf, progress, received, send, uploaded};
use crate::harness::agencies::{BANK, THADS};
use crate::harness::audit::audit;
use crate::harness::hub::Client;
use crate::harness::wire::{fields, metadata, reason};
use crate::harness::{TestDatabase, TestHub};

/// The first message of an upload that goes on at `offset`.
pub(super) fn going_on(header: v1::UploadHeader, offset: i64) -> v1::UploadRequest {
    v1::UploadRequest {
        content: Some(Content::Header(header)),
        offset,
    }
}

/// Sends what is left of an upload from `offset` on.
pub(super) async fn go_on(
    client: &Client,
    header: v1::UploadHeader,
    content: &[u8],
    offset: i64,
) -> Result<v1::UploadResponse, Status> {
    let from = usize::try_from(offset).expect("small").min(content.len());
    let chunks = content[from..].chunks(50_000).map(chunk);
    send(
        client,
        std::iter::once(going_on(header, offset)).chain(chunks).collect(),
    )
    .await
}

/// Plain bytes of a sealed chunk: an upload goes on after its last whole one.
const CHUNK: usize = 16 * 1024;

/// What the hub keeps of the first bytes of an upload after a break: whole chunks.
fn kept_of(bytes: usize) -> i64 {
    i64::try_from(bytes / CHUNK * CHUNK).expect("small")
}

/// Sends the first bytes of an upload from `offset` on and breaks off when the hub has kept what it keeps of them; gives
/// where to go on.
pub(super) async fn break_off(
    client: &Client,
    header: v1::UploadHeader,
    content: &[u8],
    offset: i64,
    until: usize,
) -> i64 {
    let (messages, stream) = mpsc::channel(4);
    let mut service = client.documents();
    let call = tokio::spawn(async move { service.upload(ReceiverStream::new(stream)).await });
    messages.send(going_on(header.clone(), offset)).await.expect("sent");
    let from = usize::try_from(offset).expect("small");
    for bytes in content[from..until].chunks(30_000) {
        messages.send(chunk(bytes)).await.expect("sent");
    }
    let kept = kept_of(until);
    while received(client, header.clone()).await != kept {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    call.abort();
    // Only now may the messages end: an end in order is no break.
    assert!(call.await.is_err(), "given up");
    drop(messages);
    kept
}

fn unfinished(database: &TestDatabase) -> usize {
    std::fs::read_dir(database.documents().join("unfinished"))
        .expect("the folder")
        .count()
}

backends! {
    async fn an_upload_that_breaks_off_again_and_again_goes_on_where_it_stopped(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = pdf(400_000);
        let header = of("breaks-off", &content);
        assert_eq!(progress(&sender, header.clone()).await.expect("told"), v1::GetUploadResponse::default());
        let mut at = 0;
        for until in [CHUNK, CHUNK + 511, 3 * CHUNK - 1, 100_000, 250_001, 399_999] {
            at = break_off(&sender, header.clone(), &content, at, until).await;
            let told = progress(&sender, header.clone()).await.expect("told");
            assert_eq!((told.received_bytes, told.accepted), (at, None));
            assert!(told.expire_time.is_some());
            assert!(files(&database).is_empty(), "no document yet");
        }
        assert_eq!((unfinished(&database), database.raw().await.count("attachment").await), (1, 0));
        assert_eq!(received(&hub.client(BANK).await, header.clone()).await, 0, "it is its agency's alone");

        let reply = go_on(&sender, header.clone(), &content, at).await.expect("accepted");
        let (info, bytes, end) = download(&sender, &reply.document_id, 0).await.expect("the owner's");
        assert!(end.is_none() && bytes == content && info.sha256 == header.sha256);
        assert_eq!((files(&database), unfinished(&database)), (vec![reply.document_id.clone()], 0));
        let told = progress(&sender, header.clone()).await.expect("told");
        assert_eq!((told.received_bytes, told.expire_time), (header.size, None));
        assert_eq!(told.accepted.expect("accepted").encode_to_vec(), reply.encode_to_vec());
        // Wherever a retry thinks that it goes on, it gets the first answer.
        for offset in [0, 5, at, header.size] {
            let again = go_on(&sender, header.clone(), &content, offset).await.expect("the same");
            assert_eq!(again.encode_to_vec(), reply.encode_to_vec());
        }
        audit(&database).await;
    }

    async fn it_goes_on_nowhere_else(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = pdf(200_000);
        let header = of("nowhere-else", &content);
        let told = |status: Status| (status.code(), reason(&status), metadata(&status).remove("received_bytes"));
        let mismatch = |bytes: &str| {
            (Code::FailedPrecondition, "UPLOAD_OFFSET_MISMATCH".to_owned(), Some(bytes.to_owned()))
        };
        for offset in [1, 200_000, i64::MAX] {
            let refusal = send(&sender, vec![going_on(header.clone(), offset)]).await.expect_err("nothing came");
            assert_eq!(told(refusal), mismatch("0"));
        }
        let kept = break_off(&sender, header.clone(), &content, 0, 90_000).await;
        for offset in [1, kept - 1, kept + 1, 90_000, 200_000] {
            let refusal = send(&sender, vec![going_on(header.clone(), offset)]).await.expect_err("elsewhere");
            assert_eq!(told(refusal), mismatch(&kept.to_string()));
        }
        let refusal = send(&sender, vec![going_on(header.clone(), -1)]).await.expect_err("negative");
        assert_eq!((reason(&refusal).as_str(), fields(&refusal)), ("FIELD_INVALID", vec!["offset".to_owned()]));
        assert_eq!(received(&sender, header.clone()).await, kept, "refusals change nothing");
        // Other content under the key is another upload until one is accepted; an offset of 0 begins anew.
        let other = pdf(100_000);
        assert_eq!(received(&sender, of("nowhere-else", &other)).await, 0);
        let kept = break_off(&sender, header.clone(), &content, 0, 40_000).await;
        assert_eq!(received(&sender, header.clone()).await, kept);
        let reply = go_on(&sender, header, &content, kept).await.expect("accepted");
        assert_eq!(files(&database), [reply.document_id]);
        let refusal = progress(&sender, of("nowhere-else", &other)).await.expect_err("other content");
        assert_eq!(reason(&refusal), "KEY_REUSED");
    }

    async fn a_line_that_broke_without_a_word_does_not_hold_its_upload(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = pdf(120_000);
        let header = of("without-a-word", &content);
        // This call says nothing more and does not end.
        let (messages, stream) = mpsc::channel(4);
        let mut service = sender.documents();
        let silent = tokio::spawn(async move { service.upload(ReceiverStream::new(stream)).await });
        messages.send(going_on(header.clone(), 0)).await.expect("sent");
        messages.send(chunk(&content[..50_000])).await.expect("sent");
        let kept = kept_of(50_000);
        while received(&sender, header.clone()).await != kept {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let again = hub.client(THADS).await;
        let reply = go_on(&again, header.clone(), &content, kept).await.expect("taken over");
        let refusal = silent.await.expect("it ends").expect_err("superseded");
        assert_eq!((refusal.code(), reason(&refusal).as_str()), (Code::Unavailable, "UNAVAILABLE"));
        drop(messages);
        assert_eq!(files(&database), std::slice::from_ref(&reply.document_id));
        let (_, bytes, end) = download(&again, &reply.document_id, 0).await.expect("the owner's");
        assert!(end.is_none() && bytes == content);
    }

    async fn bytes_that_were_damaged_after_a_break_are_forgotten_and_the_upload_can_begin_anew(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = pdf(100_000);
        let header = of("turns-out-wrong", &content);
        let kept = break_off(&sender, header.clone(), &content, 0, 60_000).await;
        let left = std::fs::read_dir(database.documents().join("unfinished")).expect("the folder");
        let left = left.map(|entry| entry.expect("an entry").path()).next().expect("a file");
        let mut bytes = std::fs::read(&left).expect("a file");
        bytes[30_000] ^= 1;
        std::fs::write(&left, bytes).expect("a power cut's work");
        // A sealed chunk that was changed is found before any byte is taken.
        let refusal = go_on(&sender, header.clone(), &content, kept).await.expect_err("damaged");
        assert_eq!(reason(&refusal), "UPLOAD_OFFSET_MISMATCH");
        assert_eq!(metadata(&refusal).remove("received_bytes").as_deref(), Some("0"));
        assert_eq!((received(&sender, header.clone()).await, unfinished(&database)), (0, 0));
        go_on(&sender, header, &content, 0).await.expect("accepted");
    }

    async fn an_agency_has_so_many_unfinished_uploads_and_others_are_not_hindered(database) {
        let hub = TestHub::start_with(&database, |settings| settings.limits.uploads.unfinished = 2).await;
        let (sender, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let content = pdf(40_000);
        let mut kept = 0;
        for key in ["unfinished-1", "unfinished-2"] {
            kept = break_off(&sender, of(key, &content), &content, 0, 20_000).await;
        }
        let refusal = go_on(&sender, of("unfinished-3", &content), &content, 0).await.expect_err("too many");
        assert_eq!((refusal.code(), reason(&refusal).as_str()), (Code::ResourceExhausted, "OVERLOADED"));
        uploaded(&bank, "unfinished-3", &content).await;
        go_on(&sender, of("unfinished-1", &content), &content, kept).await.expect("one of the two");
        go_on(&sender, of("unfinished-3", &content), &content, 0).await.expect("there is room");
    }
}
