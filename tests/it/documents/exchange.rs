//! Documents over the wire: what comes in is what was declared, what goes out is what came in, and only to those who may
//! read it.

use lienthong::evidence::digest::{hex, sha256};
use lienthong_proto::v1;
use lienthong_proto::v1::download_response::Content as Received;
use lienthong_proto::v1::upload_request::Content;
use prost::Message as _;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tonic::{Code, Status};

use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::wire::{fields, reason, text_vi};
use crate::harness::{Refusal, TestDatabase, TestHub, documents};
use crate::rpc::same_key::submit;

/// Bytes that begin as a PDF and repeat nowhere.
pub(crate) fn pdf(length: u32) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend((0..length / 4).flat_map(|word| word.wrapping_mul(0x9e37_79b9).to_le_bytes()));
    content
}

/// The header of a PDF with these bytes.
pub(crate) fn of(key: &str, content: &[u8]) -> v1::UploadHeader {
    v1::UploadHeader {
        idempotency_key: key.to_owned(),
        name: "Quyết định thi hành án.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size: i64::try_from(content.len()).expect("a small size"),
        sha256: sha256(content).to_vec().into(),
    }
}

/// The first message of an upload of these bytes.
pub(crate) fn header(key: &str, content: &[u8]) -> v1::UploadRequest {
    message(Content::Header(of(key, content)))
}

pub(crate) fn message(content: Content) -> v1::UploadRequest {
    v1::UploadRequest {
        content: Some(content),
        offset: 0,
    }
}

pub(crate) fn chunk(bytes: &[u8]) -> v1::UploadRequest {
    message(Content::Chunk(bytes.to_vec().into()))
}

/// Sends these messages and no more.
pub(crate) async fn send(client: &Client, messages: Vec<v1::UploadRequest>) -> Result<v1::UploadResponse, Status> {
    let reply = client.documents().upload(tokio_stream::iter(messages)).await;
    reply.map(tonic::Response::into_inner)
}

/// Uploads bytes under a header, in chunks of an odd size.
pub(crate) async fn upload(
    client: &Client,
    header: v1::UploadHeader,
    content: &[u8],
) -> Result<v1::UploadResponse, Status> {
    let chunks = content.chunks(77_777).map(chunk);
    send(
        client,
        std::iter::once(message(Content::Header(header)))
            .chain(chunks)
            .collect(),
    )
    .await
}

/// Uploads a PDF; gives its id.
pub(crate) async fn uploaded(client: &Client, key: &str, content: &[u8]) -> String {
    let reply = upload(client, of(key, content), content).await;
    reply.expect("accepted").document_id
}

/// What a download brings: the description, the bytes, and how it ended.
pub(crate) async fn download(
    client: &Client,
    id: &str,
    offset: i64,
) -> Result<(v1::DocumentInfo, Vec<u8>, Option<Status>), Status> {
    let ask = v1::DownloadRequest {
        document_id: id.to_owned(),
        offset,
    };
    let mut messages = client.documents().download(ask).await?.into_inner();
    let (mut info, mut content) = (None, Vec::new());
    loop {
        match messages.message().await {
            Ok(Some(message)) => match message.content.expect("a content") {
                Received::Document(document) => assert!(info.replace(document).is_none(), "described once"),
                Received::Chunk(bytes) => {
                    assert!(info.is_some() && bytes.len() <= 64 * 1024);
                    content.extend_from_slice(&bytes);
                }
            },
            Ok(None) => return Ok((info.expect("a description"), content, None)),
            Err(status) if info.is_none() => return Err(status),
            Err(status) => return Ok((info.expect("a description"), content, Some(status))),
        }
    }
}

async fn describe(client: &Client, id: &str) -> Result<v1::GetDocumentResponse, Status> {
    let ask = v1::GetDocumentRequest {
        document_id: id.to_owned(),
    };
    client
        .documents()
        .get_document(ask)
        .await
        .map(tonic::Response::into_inner)
}

/// What the hub says of an upload.
pub(crate) async fn progress(client: &Client, header: v1::UploadHeader) -> Result<v1::GetUploadResponse, Status> {
    let ask = v1::GetUploadRequest { header: Some(header) };
    let told = client.documents().get_upload(ask).await;
    told.map(tonic::Response::into_inner)
}

/// How many bytes of an upload the hub has.
pub(crate) async fn received(client: &Client, header: v1::UploadHeader) -> i64 {
    progress(client, header).await.expect("an answer").received_bytes
}

/// The names of all documents in the folder. The hub's own trial comes and goes whenever readiness is looked at.
pub(crate) fn files(database: &TestDatabase) -> Vec<String> {
    let entries = std::fs::read_dir(database.documents()).expect("the folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a plain name")
        })
        .filter(|name| !name.starts_with('.') && name != "unfinished")
        .collect();
    names.sort();
    names
}

/// What an order says of an attachment.
pub(crate) fn attachment(content: &[u8]) -> Value {
    json!({
        "name": "a.pdf", "sha256": hex(&sha256(content)), "size": content.len(), "media_type": "application/pdf",
    })
}

fn freeze(key: &str, attachments: &[Value]) -> Value {
    let mut order = documents::order(&kind("account-freeze"), key, THADS, &[BANK]);
    order["attachments"] = attachments.into();
    order
}

async fn send_order(client: &Client, order: &Value) -> Result<String, Status> {
    let reply = client.requests().submit(submit(order)).await?.into_inner();
    Ok(reply.receipts[0].enforcement_request_id.clone())
}

backends! {
    async fn what_was_uploaded_comes_back_byte_for_byte(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = pdf(5 * 1024 * 1024 + 3);
        let reply = upload(&sender, of("round-trip", &content), &content).await.expect("accepted");
        let receipt = reply.receipt.clone().expect("a receipt");
        assert_eq!(receipt.action(), v1::Action::Upload);
        assert_eq!((reply.sha256.as_ref(), reply.size), (&sha256(&content)[..], 5_242_889));
        let header = of("round-trip", &content).encode_to_vec();
        assert_eq!(receipt.content_sha256.as_ref(), sha256(&header));
        assert_eq!(files(&database), std::slice::from_ref(&reply.document_id));

        let (info, bytes, end) = download(&sender, &reply.document_id, 0).await.expect("the owner's");
        assert!(end.is_none() && bytes == content);
        assert_eq!((info.name.as_str(), info.log_index), ("Quyết định thi hành án.pdf", receipt.log_index));
        assert_eq!((info.owner_agency_code.as_str(), info.upload_time), (THADS.code_text(), receipt.hub_time));
        for offset in [1, 65_536, 5_000_001, reply.size] {
            let (_, bytes, end) = download(&sender, &reply.document_id, offset).await.expect("the owner's");
            let from = usize::try_from(offset).expect("small");
            assert!(end.is_none() && bytes == content[from..], "from {offset}");
        }
        for offset in [-1, reply.size + 1] {
            let refusal = download(&sender, &reply.document_id, offset).await.expect_err("beyond");
            assert_eq!((reason(&refusal), fields(&refusal)), ("FIELD_INVALID".to_owned(), vec!["offset".to_owned()]));
        }
        let described = describe(&sender, &reply.document_id).await.expect("the owner's");
        assert_eq!((described.document, described.enforcement_request_ids), (Some(info), vec![]));
        audit(&database).await;
    }

    async fn what_is_not_as_declared_is_refused_by_name_and_leaves_nothing(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = pdf(200_000);
        let head = |change: &dyn Fn(&mut v1::UploadHeader)| {
            let mut header = of("not-as-declared", &content);
            change(&mut header);
            message(Content::Header(header))
        };
        let sound = head(&|_| ());
        let whole = |first: &v1::UploadRequest| vec![first.clone(), chunk(&content)];
        let cases = [
            ("too few bytes", vec![sound.clone(), chunk(&content[..content.len() - 1])], "header.size"),
            ("too many bytes", vec![sound.clone(), chunk(&content), chunk(b"x")], "header.size"),
            ("no bytes", vec![sound.clone()], "header.size"),
            ("another digest", whole(&head(&|header| header.sha256 = vec![7; 32].into())), "header.sha256"),
            ("a short digest", whole(&head(&|header| header.sha256 = vec![7; 31].into())), "header.sha256"),
            ("another type", whole(&head(&|header| header.media_type = "image/png".to_owned())), "header.media_type"),
            ("no type", whole(&head(&|header| header.media_type.clear())), "header.media_type"),
            ("no name", whole(&head(&|header| header.name.clear())), "header.name"),
            ("a path", whole(&head(&|header| header.name = "../a.pdf".to_owned())), "header.name"),
            ("an empty one", vec![head(&|header| header.size = 0)], "header.size"),
            ("a negative size", vec![head(&|header| header.size = -1)], "header.size"),
            ("no key", whole(&head(&|header| header.idempotency_key.clear())), "header.idempotency_key"),
            ("nothing", vec![], "header"),
            ("a chunk first", vec![chunk(&content), sound.clone()], "header"),
            ("the header twice", vec![sound.clone(), sound.clone(), chunk(&content)], "header"),
            ("an empty message", vec![sound.clone(), v1::UploadRequest { content: None, offset: 0 }], "content"),
        ];
        let before = database.raw().await.counts().await;
        for (name, messages, field) in cases {
            let refusal = send(&sender, messages).await.expect_err(name);
            assert_eq!((reason(&refusal).as_str(), fields(&refusal)), ("FIELD_INVALID", vec![field.to_owned()]), "{name}");
        }
        let too_large = send(&sender, vec![head(&|header| header.size = 200 * 1024 * 1024 + 1)]).await;
        let refusal = too_large.expect_err("too large");
        assert_eq!((reason(&refusal).as_str(), fields(&refusal)), ("DOCUMENT_TOO_LARGE", vec!["header.size".to_owned()]));
        let chunk_too_large = vec![sound, chunk(&vec![b'x'; 1024 * 1024 + 1])];
        let refusal = send(&sender, chunk_too_large).await.expect_err("a chunk too large");
        assert_eq!(reason(&refusal), "DOCUMENT_TOO_LARGE");
        assert_eq!(database.raw().await.counts().await, before, "nothing was stored");
        assert!(files(&database).is_empty(), "{:?}", files(&database));
        assert_eq!(received(&sender, of("not-as-declared", &content)).await, 0, "what is wrong is forgotten");
        // None of the refusals used up the key.
        uploaded(&sender, "not-as-declared", &content).await;
    }

    async fn a_retry_gets_the_first_receipt_and_stores_nothing_again(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = pdf(100_000);
        let first = upload(&sender, of("once-again", &content), &content).await.expect("accepted");
        hub.clock.advance_micros(3 * 86_400_000_000);
        let later = hub.client(THADS).await;
        let whole = upload(&later, of("once-again", &content), &content).await.expect("the same");
        let header_alone = send(&later, vec![header("once-again", &content)]).await.expect("the same");
        assert_eq!((&whole.encode_to_vec(), &header_alone), (&first.encode_to_vec(), &first));
        assert_eq!(files(&database), [first.document_id]);

        let mut other = of("once-again", &content);
        other.name = "Khác.pdf".to_owned();
        let refusal = upload(&later, other, &content).await.expect_err("other content");
        assert_eq!((refusal.code(), reason(&refusal).as_str()), (Code::AlreadyExists, "KEY_REUSED"));
        let order = send_order(&later, &freeze("once-again", &[])).await.expect_err("the key is an upload's");
        assert_eq!(reason(&order), "KEY_REUSED");
        // The same key of another agency is another key.
        let bank = uploaded(&hub.client(BANK).await, "once-again", &content).await;
        assert_eq!(files(&database).len(), 2);
        assert!(files(&database).contains(&bank), "owners share no file");
        audit(&database).await;
    }

    async fn uploads_at_once_do_not_mix_and_one_key_keeps_one_document(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let mut calls = JoinSet::new();
        for number in 0..24_u32 {
            let sender = sender.clone();
            calls.spawn(async move {
                // Every other one is the same upload under the same key.
                let number = if number % 2 == 0 { 0 } else { number };
                let content = pdf(150_000 + number);
                let header = of(&format!("at-once-{number:03}"), &content);
                (content.clone(), upload(&sender, header, &content).await.expect("accepted"))
            });
        }
        let replies = calls.join_all().await;
        let ids: std::collections::BTreeSet<&str> =
            replies.iter().map(|(_, reply)| reply.document_id.as_str()).collect();
        assert_eq!((ids.len(), database.raw().await.count("attachment").await), (13, 13));
        assert_eq!(files(&database), ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        for (content, reply) in &replies {
            let (_, bytes, end) = download(&sender, &reply.document_id, 0).await.expect("the owner's");
            assert!(end.is_none() && bytes == *content);
        }
        audit(&database).await;
    }

    async fn parties_of_a_request_that_names_it_may_read_it_and_nobody_else(database) {
        let hub = TestHub::start(&database).await;
        let (sender, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let stranger = hub.client(BANK_2).await;
        let (content, second) = (pdf(70_000), pdf(100));
        let id = uploaded(&sender, "for-the-bank", &content).await;
        let second_id = uploaded(&sender, "for-the-bank-2", &second).await;
        assert_eq!(reason(&describe(&bank, &id).await.expect_err("not named yet")), "DOCUMENT_NOT_FOUND");

        let request = send_order(&sender, &freeze("names-it", &[attachment(&second), attachment(&content)]))
            .await
            .expect("accepted");
        let (info, bytes, end) = download(&bank, &id, 0).await.expect("a party's");
        assert!(end.is_none() && bytes == content);
        for reader in [&sender, &bank] {
            let described = describe(reader, &id).await.expect("a party's");
            assert_eq!(described.document.as_ref(), Some(&info));
            // The sender sees the copies by right that name it too.
            let named_by = described.enforcement_request_ids;
            assert!(named_by.contains(&request));
            let ask = v1::GetRequest { enforcement_request_id: request.clone(), include_documents: false };
            let shown = reader.requests().get(ask).await.expect("a party's").into_inner();
            let [first, named] = shown.attachments.as_slice() else { panic!("{shown:?}") };
            assert_eq!((named.document.as_ref(), named.position, named.log_index), (Some(&info), 1, first.log_index));
            assert_eq!((first.document.as_ref().expect("a document").document_id.as_str(), first.position), (second_id.as_str(), 0));
        }
        let missing = "doc_019aa9c0a1007000800000000000abcd";
        assert_eq!(
            Refusal::of(&download(&stranger, &id, 0).await.expect_err("not a party")),
            Refusal::of(&download(&stranger, missing, 0).await.expect_err("not there"))
        );
        let refusal = describe(&stranger, &id).await.expect_err("not a party");
        assert_eq!((refusal.code(), text_vi(&refusal).as_str()), (Code::NotFound, "Không có tài liệu này."));

        // The bank may name what it may read; it is the sender's document still.
        let mut returning = documents::send_back("sends-it-returning", BANK, &request);
        returning["attachments"] = json!([attachment(&content)]);
        let ask = v1::SendBackRequest {
            content: Some(v1::send_back_request::Content::Document(returning.to_string())),
            ..Default::default()
        };
        bank.requests().send_back(ask).await.expect("accepted");
        let ask = v1::GetRequest { enforcement_request_id: request, include_documents: false };
        let shown = sender.requests().get(ask).await.expect("the sender's").into_inner();
        let named: Vec<&str> = shown
            .attachments
            .iter()
            .filter_map(|named| named.document.as_ref())
            .map(|document| document.document_id.as_str())
            .collect();
        assert_eq!(named, [&second_id, &id, &id]);
        audit(&database).await;
    }

    async fn an_attachment_that_was_not_uploaded_is_refused_where_it_stands(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let (known, foreign) = (pdf(1_000), pdf(2_000));
        let others = [pdf(4_000), pdf(5_000)];
        for (number, other) in others.iter().enumerate() {
            uploaded(&sender, &format!("another-{number}"), other).await;
        }
        uploaded(&sender, "known-one", &known).await;
        uploaded(&hub.client(LAND_OFFICE).await, "foreign-one", &foreign).await;
        let (mut size, mut media_type) = (attachment(&others[0]), attachment(&others[1]));
        size["size"] = 7.into();
        media_type["media_type"] = "text/plain".into();
        let order = freeze(
            "names-others",
            &[attachment(&pdf(3_000)), attachment(&known), attachment(&foreign), size, media_type],
        );
        let refusal = send_order(&sender, &order).await.expect_err("not uploaded");
        assert_eq!(reason(&refusal), "REFERENCE_NOT_FOUND");
        assert_eq!(
            fields(&refusal),
            ["/attachments/0", "/attachments/2", "/attachments/3/size", "/attachments/4/media_type"]
        );
        assert_eq!(database.raw().await.count("enforcement_request").await, 0);
        send_order(&sender, &freeze("names-its-own", &[attachment(&known)])).await.expect("accepted");
    }

    async fn damaged_or_missing_bytes_are_never_given_out_as_right(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let content = pdf(300_000);
        let id = uploaded(&sender, "to-be-damaged", &content).await;
        let file = database.documents().join(&id);
        let sound = std::fs::read(&file).expect("a file");
        let spoil = |place: usize| {
            let mut bytes = sound.clone();
            bytes[place] ^= 1;
            std::fs::write(&file, bytes).expect("a file");
        };
        // The first chunk, the last, and one that is not asked for.
        for (place, offset) in [(600, 0), (sound.len() - 1, 0), (600, 200_000)] {
            spoil(place);
            let (_, bytes, end) = download(&sender, &id, offset).await.expect("it begins");
            let end = end.expect("it does not end well");
            assert_eq!((end.code(), reason(&end).as_str()), (Code::Internal, "DOCUMENT_DAMAGED"));
            let from = usize::try_from(offset).expect("small");
            assert!(bytes.len() < content.len() - from && content[from..].starts_with(&bytes), "no wrong byte goes out");
        }
        spoil(0);
        assert_eq!(reason(&download(&sender, &id, 0).await.expect_err("no document")), "DOCUMENT_DAMAGED");
        std::fs::write(&file, &sound[..sound.len() - 1]).expect("a file");
        assert_eq!(reason(&download(&sender, &id, 0).await.expect_err("too short")), "DOCUMENT_DAMAGED");
        std::fs::remove_file(&file).expect("a file");
        assert_eq!(reason(&download(&sender, &id, 0).await.expect_err("gone")), "DOCUMENT_DAMAGED");
        std::fs::write(&file, &sound).expect("a file");
        let (_, bytes, end) = download(&sender, &id, 0).await.expect("whole again");
        assert!(end.is_none() && bytes == content);
    }
}
