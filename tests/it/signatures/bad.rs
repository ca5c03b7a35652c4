//! Every forged or damaged thing is refused with its reason, and nothing is stored.

use lienthong::client::pki::{Authority, KeyedCertificate, fingerprint};
use lienthong::client::signing::Times;
use lienthong::domain::time::Clock as _;
use lienthong::evidence::jws::{LEEWAY_SECONDS, MAX_JWS_BYTES, MAX_LIFETIME_SECONDS, MAX_PAYLOAD_BYTES, encode};
use lienthong_proto::v1::{self, CredentialPurpose};
use serde_json::{Value, json};
use tonic::Code;
use tonic_types::StatusExt as _;

use super::world::{compact, freeze, general, header, part, refusal, register, revoke, sealed_with, send};
use crate::harness::agencies::{BANK, COURT_37, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::validity;
use crate::harness::{TestHub, documents, seals};

/// What is sent, and the reason and the field that it must be refused with.
struct Bad {
    name: &'static str,
    jws: String,
    reason: &'static str,
    field: &'static str,
}

/// What is tried, the paper's date, the signer's id, name and position, and the member and reason of the refusal.
type OfSigner = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

fn bad(name: &'static str, jws: String, reason: &'static str) -> Bad {
    Bad {
        name,
        jws,
        reason,
        field: "jws",
    }
}

/// The header with one member set.
fn with(keys: &KeyedCertificate, member: &str, value: Value) -> String {
    let mut header = header(keys);
    header[member] = value;
    header.to_string()
}

fn flipped(text: &str, part: usize, bit: usize) -> String {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
    let mut parts: Vec<Vec<u8>> = text
        .split('.')
        .map(|part| BASE64.decode(part).expect("base64url"))
        .collect();
    parts[part][bit / 8] ^= 1 << (bit % 8);
    parts.iter().map(|part| encode(part)).collect::<Vec<_>>().join(".")
}

backends! {
    async fn every_forged_signature_is_refused_with_its_reason_and_nothing_is_stored(database) {
        let hub = TestHub::start(&database).await;
        let own = seals::of_code(THADS.code_text());
        let (seal, officer) = (&own.seal, &own.officer);
        let foreign = seals::of_code(BANK.code_text()).seal;
        let (revoked, strange, loose) = (seals::issue("R"), seals::issue("S"), seals::issue("L"));
        register(&hub, THADS, &revoked, CredentialPurpose::Seal, "").await.expect("registered");
        revoke(&hub, THADS, &revoked).await;
        register(&hub, THADS, &loose, CredentialPurpose::Token, "").await.expect("registered");
        let elsewhere = Authority::new("CA khác", validity()).expect("an authority");
        let untrusted = elsewhere.issue_client("X", validity()).expect("a certificate");
        register(&hub, THADS, &untrusted, CredentialPurpose::Seal, "").await.expect("registered");

        let order = freeze("forged-0001").to_string();
        let payload = order.as_bytes();
        let good = |keys: &KeyedCertificate| part(keys, &header(keys).to_string(), payload);
        let now = hub.clock.now().seconds();
        let (protected, signature) = good(seal);
        let encoded = encode(payload);
        let none = with(seal, "alg", json!("none"));
        let cases = vec![
            bad("alg none", compact(seal, &none, payload), "algorithm_not_allowed"),
            bad("alg none and no signature", format!("{}.{encoded}.", encode(none.as_bytes())), "algorithm_not_allowed"),
            bad("alg HS256", compact(seal, &with(seal, "alg", json!("HS256")), payload), "algorithm_not_allowed"),
            bad("alg swapped", compact(seal, &with(seal, "alg", json!("PS256")), payload), "algorithm_mismatch"),
            bad("typ of a token", compact(seal, &with(seal, "typ", json!("lienthong+jwt")), payload), "wrong_type"),
            bad("crit", compact(seal, &with(seal, "crit", json!(["x"])), payload), "header_not_allowed"),
            bad("jwk", compact(seal, &with(seal, "jwk", json!({})), payload), "header_not_allowed"),
            bad("a member twice", compact(seal, &header(seal).to_string().replacen('{', "{\"alg\":\"none\",", 1), payload), "header_malformed"),
            bad("a short nonce", compact(seal, &with(seal, "nonce", json!("AAAA")), payload), "nonce_malformed"),
            bad("an unknown certificate", compact(&strange, &header(&strange).to_string(), payload), "unknown_key"),
            bad("another agency's seal", compact(&foreign, &header(&foreign).to_string(), payload), "unknown_key"),
            bad("a certificate for tokens", compact(&loose, &header(&loose).to_string(), payload), "wrong_purpose"),
            bad("a certificate for connections", compact(hub.keys(THADS), &header(hub.keys(THADS)).to_string(), payload), "wrong_purpose"),
            bad("a revoked certificate", compact(&revoked, &header(&revoked).to_string(), payload), "certificate_revoked"),
            bad("an authority that nobody trusts", compact(&untrusted, &header(&untrusted).to_string(), payload), "chain_not_trusted"),
            bad("another key", compact(&strange, &header(seal).to_string(), payload), "bad_signature"),
            bad("the signature of another document", format!("{protected}.{}.{signature}", encode(freeze("forged-0002").to_string().as_bytes())), "bad_signature"),
            bad("no signature", format!("{protected}.{encoded}."), "bad_signature"),
            bad("DER instead of r and s", format!("{protected}.{encoded}.{}", encode(&[0x30; 70])), "bad_signature"),
            bad("padding", format!("{protected}.{encoded}.{signature}="), "not_base64url"),
            bad("two parts", format!("{protected}.{encoded}"), "malformed"),
            bad("an officer without the seal", compact(officer, &header(officer).to_string(), payload), "seal_missing"),
            bad("expired", sealed_with(seal, &order, Times { issued: now - 60, expires: now }), "expired"),
            bad("from the future", sealed_with(seal, &order, Times { issued: now + LEEWAY_SECONDS + 1, expires: now + 900 }), "not_yet_valid"),
            bad("too long a life", compact(seal, &with(seal, "exp", json!(seals::times().issued + MAX_LIFETIME_SECONDS + 1)), payload), "lifetime_invalid"),
            bad("no signatures", general(&[], payload), "signature_count"),
            bad("three signatures", general(&[good(seal), good(officer), good(seal)], payload), "signature_count"),
            Bad { field: "jws.signatures[1]", ..bad("two seals", general(&[good(seal), good(seal)], payload), "signer_repeated") },
            Bad { field: "jws.signatures[1]", ..bad("the officer's is forged", general(&[good(seal), part(&strange, &header(officer).to_string(), payload)], payload), "bad_signature") },
            Bad { field: "jws.signatures[0]", ..bad("the seal is forged", general(&[part(&strange, &header(seal).to_string(), payload), good(officer)], payload), "bad_signature") },
        ];
        let sender = hub.client(THADS).await;
        let raw = database.raw().await;
        let before = raw.counts().await;
        for Bad { name, jws, reason, field } in cases {
            let status = send(&sender, &jws).await.expect_err(name);
            let expected = ("SIGNATURE_INVALID".to_owned(), reason.to_owned(), field.to_owned());
            assert_eq!(refusal(&status), expected, "{name}");
        }
        let sound = compact(seal, &header(seal).to_string(), payload);
        for part in 0..3 {
            for bit in [0, 7, 8, 101, 250] {
                send(&sender, &flipped(&sound, part, bit)).await.expect_err("a bit of it was changed");
            }
        }
        assert_eq!(raw.counts().await, before, "nothing was stored");
        send(&sender, &sound).await.expect("the sound one is taken");
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_signed_document_that_is_too_large_is_told_as_an_unsigned_one_is(database) {
        let hub = TestHub::start(&database).await;
        let seal = seals::of_code(THADS.code_text()).seal;
        let sender = hub.client(THADS).await;
        let raw = database.raw().await;
        let before = raw.counts().await;
        let large = vec![b' '; MAX_PAYLOAD_BYTES + 1];
        for (jws, reason, most) in [
            ("x".repeat(MAX_JWS_BYTES + 1), "too_large", MAX_JWS_BYTES),
            (compact(&seal, &header(&seal).to_string(), &large), "payload_too_large", MAX_PAYLOAD_BYTES),
        ] {
            let status = send(&sender, &jws).await.expect_err(reason);
            assert_eq!(status.code(), Code::ResourceExhausted);
            assert_eq!(refusal(&status), ("DOCUMENT_TOO_LARGE".into(), reason.into(), "jws".into()));
            let details = status.get_error_details();
            let stated = details.error_info().and_then(|info| info.metadata.get("max_bytes"));
            assert_eq!(stated, Some(&most.to_string()));
        }
        assert_eq!(raw.counts().await, before, "nothing was stored");
        hub.stop().await;
    }

    async fn what_must_be_signed_is_not_taken_unsigned_nor_without_the_officer(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let order = freeze("unsigned-0001").to_string();
        let content = Some(v1::submit_request::Content::Document(order));
        let status = sender.requests().submit(v1::SubmitRequest { content }).await.expect_err("unsigned");
        assert_eq!(refusal(&status), ("SIGNATURE_REQUIRED".into(), "unsigned".into(), String::new()));

        let debit = documents::order(&kind("account-debit"), "debit-0001", THADS, &[BANK]).to_string();
        let own = seals::of_code(THADS.code_text());
        let status = send(&sender, &sealed_with(&own.seal, &debit, seals::times())).await.expect_err("no officer");
        assert_eq!(refusal(&status), ("SIGNATURE_REQUIRED".into(), "officer_signature_missing".into(), String::new()));
        hub.stop().await;
    }

    async fn a_kind_that_asks_for_no_signature_is_taken_with_and_without(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let enquiry = |key: &str| documents::order(&kind("account-information"), key, THADS, &[BANK]).to_string();
        let content = Some(v1::submit_request::Content::Document(enquiry("enquiry-0001")));
        sender.requests().submit(v1::SubmitRequest { content }).await.expect("unsigned");
        let own = seals::of_code(THADS.code_text());
        let signed = sealed_with(&own.seal, &enquiry("enquiry-0002"), seals::times());
        send(&sender, &signed).await.expect("signed");
        let forged = sealed_with(&seals::issue("S"), &enquiry("enquiry-0003"), seals::times());
        let status = send(&sender, &forged).await.expect_err("what is signed is checked");
        assert_eq!(refusal(&status).1, "unknown_key");
        hub.stop().await;
        audit(&database).await;
    }

    async fn the_paper_s_signer_is_an_officer_who_may_sign_it_on_its_date(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        // A clerk until the end of October, then an enforcement officer until 10 December.
        for (key, position, from, to) in [
            ("officer-0001", "Thư ký thi hành án", "2026-01-01", ""),
            ("officer-0002", "Chấp hành viên", "2026-11-01", "2026-12-10"),
        ] {
            let officer = v1::Officer {
                officer_id: "chv.phan.van.doi".to_owned(),
                full_name: "Phan Văn Đổi".to_owned(),
                position: position.to_owned(),
                valid_from: from.to_owned(),
                valid_to: to.to_owned(),
                scope: v1::OfficerScope::All.into(),
                ..Default::default()
            };
            let asked = v1::RegisterOfficerRequest {
                idempotency_key: key.to_owned(),
                agency_code: THADS.code_text().to_owned(),
                officer: Some(officer),
            };
            sender.agencies().register_officer(asked).await.expect("registered");
        }
        let cases: &[OfSigner] = &[
            ("the officer himself", "2026-11-20", "chv.phan.van.doi", "Phan Văn Đổi", "Chấp hành viên", None),
            ("on his first day", "2026-11-01", "chv.phan.van.doi", "Phan Văn Đổi", "CHẤP HÀNH VIÊN", None),
            ("on his last day", "2026-12-10", "chv.phan.van.doi", "Phan Văn Đổi", "Chấp hành viên", None),
            ("a clerk then", "2026-10-31", "chv.phan.van.doi", "Phan Văn Đổi", "Chấp hành viên", Some(("/head/signer/position", "mismatch"))),
            ("after his last day", "2026-12-11", "chv.phan.van.doi", "Phan Văn Đổi", "Chấp hành viên", Some(("/head/signer/officer_id", "not_in_office"))),
            ("before he came", "2025-12-31", "chv.phan.van.doi", "Phan Văn Đổi", "Chấp hành viên", Some(("/head/signer/officer_id", "not_registered"))),
            ("nobody", "2026-11-20", "chv.khong.co", "Phan Văn Đổi", "Chấp hành viên", Some(("/head/signer/officer_id", "not_registered"))),
            ("another name", "2026-11-20", "chv.phan.van.doi", "Phan Văn Đỗi", "Chấp hành viên", Some(("/head/signer/full_name", "mismatch"))),
            ("another office", "2026-11-20", "chv.phan.van.doi", "Phan Văn Đổi", "Chấp hành viên trưởng", Some(("/head/signer/position", "mismatch"))),
        ];
        let own = seals::of_code(THADS.code_text());
        for (number, (name, date, id, full_name, position, expected)) in cases.iter().enumerate() {
            let mut order = freeze(&format!("signer-{number:04}"));
            order["head"]["date"] = (*date).into();
            order["head"]["signer"] = json!({ "officer_id": id, "full_name": full_name, "position": position });
            let sent = send(&sender, &sealed_with(&own.seal, &order.to_string(), seals::times())).await;
            match (sent, expected) {
                (Ok(_), None) => {}
                (Err(status), Some((field, why))) => {
                    use tonic_types::StatusExt as _;
                    assert_eq!((refusal(&status).0.as_str(), refusal(&status).2.as_str()), ("SIGNER_NOT_AUTHORISED", *field), "{name}");
                    let details = status.get_error_details();
                    let stated = &details.bad_request().expect("fields").field_violations[0];
                    assert_eq!(stated.reason, *why, "{name}");
                }
                (sent, expected) => panic!("{name}: {sent:?}, expected {expected:?}"),
            }
        }
        hub.stop().await;
        audit(&database).await;
    }

    async fn the_officer_beside_the_seal_is_the_one_who_signed_the_paper(database) {
        let hub = TestHub::start(&database).await;
        let sender = hub.client(THADS).await;
        let own = seals::of_code(THADS.code_text());
        let colleague = seals::issue("chv.khac");
        let officer = v1::Officer {
            officer_id: "chv.khac".to_owned(),
            full_name: "Người Khác".to_owned(),
            position: "Chấp hành viên".to_owned(),
            valid_from: "2026-01-01".to_owned(),
            scope: v1::OfficerScope::All.into(),
            ..Default::default()
        };
        let asked = v1::RegisterOfficerRequest {
            idempotency_key: "officer-0001".to_owned(),
            agency_code: THADS.code_text().to_owned(),
            officer: Some(officer),
        };
        sender.agencies().register_officer(asked).await.expect("registered");
        let nobody = register(&hub, THADS, &seals::issue("chv.x"), CredentialPurpose::Officer, "chv.khong.co").await;
        assert_eq!(crate::harness::wire::reason(&nobody.expect_err("no such officer")), "OFFICER_NOT_FOUND");
        register(&hub, THADS, &colleague, CredentialPurpose::Officer, "chv.khac").await.expect("registered");
        let again = register(&hub, THADS, &own.officer, CredentialPurpose::Seal, "").await;
        assert_eq!(crate::harness::wire::reason(&again.expect_err("an officer's own is no seal")), "ALREADY_REGISTERED");

        let order = freeze("beside-0001").to_string();
        let payload = order.as_bytes();
        let good = |keys: &KeyedCertificate| part(keys, &header(keys).to_string(), payload);
        let status = send(&sender, &general(&[good(&own.seal), good(&colleague)], payload)).await.expect_err("a colleague's");
        assert_eq!(refusal(&status).1, "officer_mismatch");
        // In either order.
        let receipts = send(&sender, &general(&[good(&own.officer), good(&own.seal)], payload)).await.expect("taken").receipts;
        let asked = v1::ListEventsRequest {
            enforcement_request_id: receipts[0].enforcement_request_id.clone(),
            ..Default::default()
        };
        let events = sender.requests().list_events(asked).await.expect("events").into_inner().events;
        let details: Value = serde_json::from_str(&events[0].details).expect("JSON");
        let digest = |keys: &KeyedCertificate| {
            lienthong::evidence::digest::hex(&fingerprint(&keys.certificate).expect("a certificate"))
        };
        let authority = fingerprint(&seals::authority_pem()).expect("a certificate");
        let chain = json!([{ "authority_sha256": lienthong::evidence::digest::hex(&authority) }]);
        assert_eq!(details["signed"], json!({
            "format": "JWS_GENERAL",
            "seal": { "algorithm": "ES256", "certificate_sha256": digest(&own.seal), "chain": chain },
            "officer": {
                "officer_id": THADS.officer_text(), "algorithm": "ES256", "certificate_sha256": digest(&own.officer), "chain": chain,
            },
        }));
        hub.stop().await;
        audit(&database).await;
    }

    async fn the_document_s_agency_is_the_caller_s_and_may_send_the_kind(database) {
        let hub = TestHub::start(&database).await;
        let own = seals::of_code(THADS.code_text());
        // The bank carries THADS's own sealed order to the hub.
        let order = freeze("carried-0001").to_string();
        let carried = sealed_with(&own.seal, &order, seals::times());
        let status = send(&hub.client(BANK).await, &carried).await.expect_err("another agency's");
        assert_eq!(refusal(&status).0, "AGENCY_MISMATCH");
        // A court seals a freeze, which it may not send.
        let by_court = documents::order(&kind("account-freeze"), "by-a-court-0001", COURT_37, &[BANK]).to_string();
        let seal = seals::of_code(COURT_37.code_text()).seal;
        let status = send(&hub.client(COURT_37).await, &sealed_with(&seal, &by_court, seals::times())).await;
        assert_eq!(refusal(&status.expect_err("not a court's to send")).0, "KIND_NOT_ALLOWED");
        // An attachment whose digest is not the one of what was uploaded.
        let mut order = freeze("attached-0001");
        order["attachments"] = json!([{
            "name": "qd.pdf", "sha256": "0".repeat(64), "size": 5, "media_type": "application/pdf",
        }]);
        let sent = send(&hub.client(THADS).await, &sealed_with(&own.seal, &order.to_string(), seals::times())).await;
        let status = sent.expect_err("no such document");
        assert_eq!((refusal(&status).0.as_str(), refusal(&status).2.as_str()), ("REFERENCE_NOT_FOUND", "/attachments/0"));
        hub.stop().await;
    }
}
