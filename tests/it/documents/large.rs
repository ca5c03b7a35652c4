//! The largest document, up and down, through a hub of little memory that is killed on the way.

use std::time::{Duration, Instant};

use lienthong::client::channel::HubChannel;
use lienthong::evidence::digest::Sha256;
use lienthong_proto::v1;
use lienthong_proto::v1::document_service_client::DocumentServiceClient;
use lienthong_proto::v1::download_response::Content as Received;
use lienthong_proto::v1::upload_request::Content;

use crate::chaos::process::HubProgram;
use crate::harness::{Backend, DropDatabases, TestDatabase};
use crate::kit::{Keys, initialise, register};

/// The most that a document may have.
const SIZE: usize = 200 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;
/// What a release build of the hub may hold in memory, its code included, in bytes.
const MEMORY: u64 = 64 * 1024 * 1024;

/// The chunk at `offset` of a document that repeats nowhere; nothing behind its end.
fn chunk(offset: usize) -> Vec<u8> {
    let mut bytes = vec![0; CHUNK.min(SIZE - offset)];
    if bytes.is_empty() {
        return bytes;
    }
    bytes[..8].copy_from_slice(&offset.to_be_bytes());
    if offset == 0 {
        bytes[..8].copy_from_slice(b"%PDF-1.7");
    }
    bytes
}

fn header() -> v1::UploadHeader {
    let mut sha256 = Sha256::default();
    for offset in (0..SIZE).step_by(CHUNK) {
        sha256.update(&chunk(offset));
    }
    v1::UploadHeader {
        idempotency_key: "two-hundred-mebibytes".to_owned(),
        name: "Hồ sơ vụ án.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size: i64::try_from(SIZE).expect("it fits"),
        sha256: sha256.finish().to_vec().into(),
    }
}

async fn client(keys: &Keys, port: u16) -> DocumentServiceClient<HubChannel> {
    DocumentServiceClient::new(keys.sender.connect(&keys.address(port)).await.expect("a connection"))
}

/// Sends from `offset` on; ends with the call.
async fn send(
    mut client: DocumentServiceClient<HubChannel>,
    header: v1::UploadHeader,
    offset: usize,
) -> Result<v1::UploadResponse, tonic::Status> {
    let first = v1::UploadRequest {
        content: Some(Content::Header(header)),
        offset: i64::try_from(offset).expect("it fits"),
    };
    let aligned = (offset..SIZE).step_by(CHUNK).map(move |at| {
        // A break may have come within a chunk.
        let begin = at / CHUNK * CHUNK;
        let mut bytes = chunk(begin).split_off(at - begin);
        if at % CHUNK != 0 {
            bytes.extend(chunk((begin + CHUNK).min(SIZE)).iter().take(at - begin));
        }
        v1::UploadRequest {
            content: Some(Content::Chunk(bytes.into())),
            offset: 0,
        }
    });
    let messages = tokio_stream::iter(std::iter::once(first).chain(aligned));
    client.upload(messages).await.map(tonic::Response::into_inner)
}

async fn received(client: &mut DocumentServiceClient<HubChannel>, header: &v1::UploadHeader) -> usize {
    let ask = v1::GetUploadRequest {
        header: Some(header.clone()),
    };
    let told = client.get_upload(ask).await.expect("an answer").into_inner();
    usize::try_from(told.received_bytes).expect("it fits")
}

#[test]
fn two_hundred_mebibytes_go_up_and_down_through_a_hub_of_64_that_is_killed_on_the_way() {
    if !Backend::Sqlite.is_available() {
        return;
    }
    let _after_the_runtime = DropDatabases;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(up_and_down());
}

async fn up_and_down() {
    let database = TestDatabase::empty(Backend::Sqlite).await;
    let keys = Keys::generate().expect("keys");
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let program = HubProgram::new(&keys, database.url());
    let mut hub = program.start(&[]);
    register(&keys, &keys.address(program.port())).await.expect("agencies");
    let header = header();
    let (mut held, mut at) = (0, 0);
    // Killed after about a third, and again after two.
    for third in 1..=2 {
        let sending = tokio::spawn(send(client(&keys, program.port()).await, header.clone(), at));
        let mut looking = client(&keys, program.port()).await;
        while received(&mut looking, &header).await < SIZE / 3 * third {
            held = held.max(hub.memory().data);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        hub.kill();
        sending.await.expect("it ends").expect_err("the hub was killed");
        hub = program.start(&[]);
        at = received(&mut client(&keys, program.port()).await, &header).await;
        assert!(at >= SIZE / 3 * third && at < SIZE, "{at}");
    }
    let started = Instant::now();
    let reply = send(client(&keys, program.port()).await, header.clone(), at)
        .await
        .expect("accepted");
    let last = started.elapsed();
    let (mut sha256, mut at) = (Sha256::default(), 0);
    // The reader breaks off too, and goes on where it stopped.
    let mut breaks = 0;
    while at < SIZE {
        let ask = v1::DownloadRequest {
            document_id: reply.document_id.clone(),
            offset: i64::try_from(at).expect("it fits"),
        };
        let stream = client(&keys, program.port())
            .await
            .download(ask)
            .await
            .expect("it begins");
        let mut stream = stream.into_inner();
        let until = (at + SIZE / 3 + 1).min(SIZE);
        held = held.max(hub.memory().data);
        while at < until {
            let message = stream.message().await.expect("bytes").expect("not the end");
            if let Some(Received::Chunk(bytes)) = message.content {
                sha256.update(&bytes);
                at += bytes.len();
            }
        }
        if at == SIZE {
            assert!(stream.message().await.expect("it ends well").is_none());
        } else {
            breaks += 1;
        }
    }
    assert_eq!(
        (sha256.finish().as_slice(), at, breaks),
        (header.sha256.as_ref(), SIZE, 2)
    );
    let memory = hub.memory();
    held = held.max(memory.data);
    assert!(hub.terminate(), "in order");
    // Shown with --nocapture.
    eprintln!(
        "200 MiB: the hub held {} KiB of data, {} KiB with its code; the last third went up in {last:?}",
        held / 1024,
        memory.peak / 1024
    );
    assert!(held < MEMORY / 2, "{held} bytes of data");
    if !cfg!(debug_assertions) {
        assert!(memory.peak < MEMORY, "{} bytes", memory.peak);
    }
}
