//! Bad input: a clear refusal in both languages that names the field, and nothing stored.

use lienthong_proto::v1::submit_request::Content;
use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::same_key::submit;
use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, PAPER_BANK, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::wire::{fields, reason, text_vi};
use crate::harness::{TestHub, documents};

/// A case: its name, what spoils the document, the fields to be named.
type Spoilt = (&'static str, fn(&mut Value), &'static [&'static str]);

/// A document that is spoilt, and what must be said about it.
struct Bad {
    name: &'static str,
    spoil: fn(&mut Value),
    code: Code,
    reason: &'static str,
    /// Fields that must be named, by JSON pointer.
    fields: &'static [&'static str],
}

const fn bad(name: &'static str, reason: &'static str, fields: &'static [&'static str], spoil: fn(&mut Value)) -> Bad {
    Bad {
        name,
        spoil,
        code: Code::InvalidArgument,
        reason,
        fields,
    }
}

const INVALID: &str = "DOCUMENT_INVALID";
const MALFORMED: &str = "DOCUMENT_MALFORMED";
const MISSING: &str = "req_019aa9c0a1007000800000000000abcd";

const ORDERS: &[Bad] = &[
    bad("an unknown member", INVALID, &["/nguoi_gui"], |order| {
        order["nguoi_gui"] = "x".into();
    }),
    bad(
        "an unknown member deep inside",
        INVALID,
        &["/head/signer/phone"],
        |order| order["head"]["signer"]["phone"] = "x".into(),
    ),
    bad("an unknown member of the payload", INVALID, &["/payload/la"], |order| {
        order["payload"]["la"] = 1.into();
    }),
    bad("a missing member", INVALID, &["/head/date"], |order| {
        remove(&mut order["head"], "date");
    }),
    bad(
        "a missing member of the payload",
        INVALID,
        &["/payload/debtor"],
        |order| remove(&mut order["payload"], "debtor"),
    ),
    bad(
        "several faults at once",
        INVALID,
        &["/payload/amounts/total/amount", "/payload/debtor/date_of_birth"],
        |order| {
            order["payload"]["amounts"]["total"]["amount"] = "12,5".into();
            order["payload"]["debtor"]["date_of_birth"] = "1985-02-30".into();
        },
    ),
    bad(
        "sums that do not add up",
        INVALID,
        &["/payload/amounts/total"],
        |order| {
            order["payload"]["amounts"]["total"]["amount"] = "153500001".into();
        },
    ),
    bad("a text with NUL", MALFORMED, &["/head/subject"], |order| {
        order["head"]["subject"] = "Quyết\u{0}định".into();
    }),
    bad(
        "a text with a control character",
        MALFORMED,
        &["/head/subject"],
        |order| order["head"]["subject"] = "Quyết\u{7}định".into(),
    ),
    bad("a text that is not NFC", MALFORMED, &["/head/subject"], |order| {
        order["head"]["subject"] = "Quye\u{302}\u{301}t định".into();
    }),
    bad("another schema", INVALID, &["/schema"], |order| {
        order["schema"] = "lienthong/order/2".into();
    }),
    bad("a key that is none", INVALID, &["/idempotency_key"], |order| {
        order["idempotency_key"] = "ngắn".into();
    }),
    bad("no recipient", INVALID, &["/recipients"], |order| {
        order["recipients"] = json!([]);
    }),
    bad("a recipient twice", INVALID, &["/recipients/1"], |order| {
        order["recipients"] = json!([BANK.code_text(), BANK.code_text()]);
    }),
    bad(
        "accounts named to two banks",
        INVALID,
        &["/payload/accounts"],
        |order| {
            order["recipients"] = json!([BANK.code_text(), BANK_2.code_text()]);
        },
    ),
    bad("a degree of state secrecy", INVALID, &["/head/secrecy"], |order| {
        order["head"]["secrecy"] = "MẬT".into();
    }),
    bad(
        "an effective date before the date of issue",
        INVALID,
        &["/effective_date"],
        |order| order["effective_date"] = "2026-11-19".into(),
    ),
    bad("an unknown kind", "KIND_UNKNOWN", &["/kind"], |order| {
        order["kind"] = "khong-co".into();
    }),
    bad(
        "an unknown recipient",
        "RECIPIENT_UNKNOWN",
        &["/recipients/0"],
        |order| order["recipients"] = json!(["GIA-LAP.KHONG.CO"]),
    ),
    bad(
        "a recipient of the wrong role",
        "RECIPIENT_UNKNOWN",
        &["/recipients/0"],
        |order| {
            order["recipients"] = json!([LAND_OFFICE.code_text()]);
        },
    ),
    bad(
        "a relation that the kind does not have",
        INVALID,
        &["/relations/0/type"],
        |order| {
            order["relations"] = json!([{ "type": "in_reply_to", "enforcement_request_id": MISSING }]);
        },
    ),
    Bad {
        code: Code::FailedPrecondition,
        ..bad(
            "a relation to a request that does not exist",
            "REFERENCE_NOT_FOUND",
            &["/relations/0/enforcement_request_id"],
            |order| {
                let key = order["idempotency_key"].clone();
                *order = documents::order(&kind("land-information"), "none", THADS, &[LAND_OFFICE]);
                order["idempotency_key"] = key;
                order["relations"] = json!([{ "type": "supersedes", "enforcement_request_id": MISSING }]);
            },
        )
    },
    Bad {
        code: Code::PermissionDenied,
        ..bad("another agency's document", "AGENCY_MISMATCH", &[], |order| {
            order["agency"] = PAPER_BANK.code_text().into();
        })
    },
];

fn remove(value: &mut Value, member: &str) {
    value
        .as_object_mut()
        .and_then(|object| object.remove(member))
        .expect("the member was there");
}

/// Checks what every refusal has: code, reason, fields, and words in both languages for each.
fn check(name: &str, status: &Status, code: Code, expected: &str, named: &[&str]) {
    assert_eq!(
        (status.code(), reason(status).as_str()),
        (code, expected),
        "{name}: {status:?}"
    );
    let found = fields(status);
    for field in named {
        assert!(
            found.iter().any(|known| known == field),
            "{name}: {field} is not named: {found:?}"
        );
    }
    assert!(
        !status.message().is_empty() && !text_vi(status).is_empty(),
        "{name}: both languages"
    );
    let violations = status
        .get_details_bad_request()
        .map(|request| request.field_violations)
        .unwrap_or_default();
    for violation in violations {
        let vi = violation
            .localized_message
            .filter(|text| text.locale == "vi" && !text.message.is_empty());
        assert!(
            vi.is_some() && !violation.description.is_empty() && !violation.reason.is_empty(),
            "{name}: {}",
            violation.field
        );
    }
    assert!(status.details().len() <= 4_096, "{name}: details fit in a header");
}

backends! {
    async fn an_order_names_a_unit_of_its_sender(database) {
        let hub = TestHub::start(&database).await;
        let office = hub.client(THADS).await;
        let mut order = documents::order(&kind("land-information"), "unit-order-1", THADS, &[LAND_OFFICE]);
        order["unit"] = "khong-co".into();
        let refused = office.requests().submit(submit(&order)).await.expect_err("no such unit");
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("UNIT_NOT_FOUND", vec!["/unit".to_owned()]));
        hub.stop().await;
        audit(&database).await;
    }

    async fn every_bad_order_is_refused_by_its_field_and_leaves_nothing(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let raw = database.raw().await;
        let before = raw.counts().await;
        for (
            number,
            Bad {
                name,
                spoil,
                code,
                reason,
                fields,
            },
        ) in ORDERS.iter().enumerate()
        {
            let mut order = documents::order(
                &kind("account-freeze"),
                &format!("bad-order-{number:02}"),
                THADS,
                &[BANK],
            );
            spoil(&mut order);
            let status = sender.requests().submit(submit(&order)).await.expect_err(name);
            check(name, &status, *code, reason, fields);
        }
        assert_eq!(raw.counts().await, before, "nothing was stored");
    }

    async fn a_text_that_is_no_document_is_refused(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let raw = database.raw().await;
        let before = raw.counts().await;
        let good = documents::order(&kind("account-freeze"), "no-document-at-all", THADS, &[BANK]).to_string();
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let cases: [(&str, String, &str, &[&str]); 8] = [
            ("cut short", good.trim_end_matches('}').to_owned(), MALFORMED, &[]),
            ("no text", String::new(), MALFORMED, &[]),
            ("a list", format!("[{good}]"), INVALID, &[]),
            ("two documents", good.clone() + &good, MALFORMED, &[]),
            (
                "a member twice",
                good.replacen('{', "{\"kind\":\"account-freeze\",", 1),
                MALFORMED,
                &["/kind"],
            ),
            (
                "a member twice, deep inside",
                good.replace("\"scope\":", "\"scope\":\"WHOLE_CLIENT\",\"scope\":"),
                MALFORMED,
                &["/payload/scope"],
            ),
            ("a comment", good.replacen('{', "{/* */", 1), MALFORMED, &[]),
            (
                "too deep",
                good.replace("\"note\":", &format!("\"sau\":{deep},\"note\":")),
                MALFORMED,
                &[],
            ),
        ];
        for (name, text, expected, named) in cases {
            let message = v1::SubmitRequest {
                content: Some(Content::Document(text)),
            };
            let status = sender.requests().submit(message).await.expect_err(name);
            check(name, &status, Code::InvalidArgument, expected, named);
        }
        let nothing = sender
            .requests()
            .submit(v1::SubmitRequest { content: None })
            .await
            .expect_err("nothing");
        check(
            "no content",
            &nothing,
            Code::InvalidArgument,
            "FIELD_INVALID",
            &["document"],
        );
        let jws = v1::SubmitRequest {
            content: Some(Content::Jws("a.b.c".to_owned())),
        };
        let jws = sender.requests().submit(jws).await.expect_err("no JWS");
        check("a JWS", &jws, Code::InvalidArgument, "SIGNATURE_INVALID", &["jws"]);
        assert_eq!(raw.counts().await, before, "nothing was stored");
    }

    async fn what_is_too_large_is_refused(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let before = database.raw().await.counts().await;
        let large = |bytes: usize| {
            let mut order = documents::order(&kind("account-freeze"), "too-large-order", THADS, &[BANK]);
            order["payload"]["note"] = "a".repeat(bytes).into();
            submit(&order)
        };
        let document = sender
            .requests()
            .submit(large(300 * 1024))
            .await
            .expect_err("a document of 300 KiB");
        check(
            "a document of 300 KiB",
            &document,
            Code::ResourceExhausted,
            "DOCUMENT_TOO_LARGE",
            &[],
        );
        let message = sender
            .requests()
            .submit(large(2 * 1024 * 1024))
            .await
            .expect_err("a message of 2 MiB");
        assert!(
            matches!(message.code(), Code::OutOfRange | Code::ResourceExhausted),
            "{message:?}"
        );
        assert!(!text_vi(&message).is_empty(), "both languages: {message:?}");
        let many = v1::SubmitRequest {
            content: Some(Content::Document("[".repeat(100_000))),
        };
        let many = sender.requests().submit(many).await.expect_err("brackets");
        check(
            "a hundred thousand brackets",
            &many,
            Code::InvalidArgument,
            MALFORMED,
            &[],
        );
        assert_eq!(database.raw().await.counts().await, before, "nothing was stored");
    }

    async fn bytes_that_are_no_message_are_refused(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let before = database.raw().await.counts().await;
        for rpc in Rpc::ALL {
            // Field 1 says it is 127 bytes long, and ends.
            let Err(status) = sender.raw(*rpc, vec![0x0a, 0x7f, 0x01]).await else {
                assert!(matches!(rpc, Rpc::AdminServiceGetServerInfo), "{rpc:?} takes anything");
                continue;
            };
            assert_ne!(status.code(), Code::Unknown, "{rpc:?}");
        }
        // A string field whose bytes are not UTF-8.
        let mut message = submit(&json!("x")).encode_to_vec();
        if let Some(last) = message.last_mut() {
            *last = 0xff;
        }
        let status = sender
            .raw(Rpc::RequestServiceSubmit, message)
            .await
            .expect_err("not UTF-8");
        assert!(
            matches!(status.code(), Code::InvalidArgument | Code::Internal),
            "{status:?}"
        );
        assert_eq!(database.raw().await.counts().await, before, "nothing was stored");
    }

    async fn a_wrong_role_and_a_wrong_answer_are_refused(database) {
        let hub = TestHub::start(&database).await;
        let (thads, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let order = documents::order(&kind("account-freeze"), "bad-answer-order", THADS, &[BANK]);
        let reply = thads
            .requests()
            .submit(submit(&order))
            .await
            .expect("accepted")
            .into_inner();
        let id = &reply.receipts[0].enforcement_request_id;
        let before = database.raw().await.counts().await;

        let by_a_bank = documents::order(&kind("account-freeze"), "order-by-a-bank", BANK, &[BANK_2]);
        let status = bank
            .requests()
            .submit(submit(&by_a_bank))
            .await
            .expect_err("a bank sends no freeze");
        check(
            "a sender of the wrong role",
            &status,
            Code::PermissionDenied,
            "KIND_NOT_ALLOWED",
            &[],
        );

        let answer = |spoil: fn(&mut Value)| {
            let mut answer = documents::answer(&kind("account-freeze"), "HELD_FULL", "a-bad-answer", BANK, id);
            spoil(&mut answer);
            v1::AnswerRequest {
                content: Some(v1::answer_request::Content::Document(answer.to_string())),
                expected_version: 0,
            }
        };
        let cases: [Spoilt; 5] = [
            (
                "lines that do not add up",
                |answer| answer["payload"]["total_held"]["amount"] = "1".into(),
                &["/payload/total_held"],
            ),
            (
                "an unknown outcome",
                |answer| answer["outcome"] = "KHONG_CO".into(),
                &["/outcome"],
            ),
            (
                "a final outcome that says it is interim",
                |answer| answer["final"] = false.into(),
                &["/final"],
            ),
            (
                "a final answer without the paper's head",
                |answer| remove(answer, "head"),
                &["/head"],
            ),
            (
                "lines that are missing",
                |answer| remove(&mut answer["payload"], "lines"),
                &["/payload/lines"],
            ),
        ];
        for (name, spoil, named) in cases {
            let status = bank.requests().answer(answer(spoil)).await.expect_err(name);
            check(name, &status, Code::InvalidArgument, INVALID, named);
        }
        let stale = v1::AnswerRequest {
            expected_version: 7,
            ..answer(|_| {})
        };
        let status = bank.requests().answer(stale).await.expect_err("a stale version");
        check("a stale version", &status, Code::Aborted, "VERSION_CONFLICT", &[]);
        assert_eq!(database.raw().await.counts().await, before, "nothing was stored");
        bank.requests()
            .answer(answer(|_| {}))
            .await
            .expect("the sound answer is taken");
    }
}
