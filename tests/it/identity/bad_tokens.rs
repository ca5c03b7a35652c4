//! Every bad token against every method. The message is no message at all, so a method that read it would say so: the
//! refusal comes before, and nothing is stored.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use lienthong::client::pki::{KeyedCertificate, encode_fingerprint, fingerprint};
use lienthong_proto::Rpc;
use lienthong_proto::v1::CredentialPurpose;
use serde_json::{Value, json};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::world::{ASK, Files, end_officer, list, looking_at, register, revoke, suspend};
use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, PROCURACY};
use crate::harness::hub::validity;
use crate::harness::ids::start;
use crate::harness::ledger::HUB;
use crate::harness::wire::{call, reason};
use crate::harness::{Fixture, TestHub};

/// Not the beginning of any protobuf message.
const NO_MESSAGE: [u8; 1] = [0xff];
/// As many as the promises ask for, certificates aside.
const AT_LEAST: usize = 60;

struct Case {
    name: String,
    channel: Channel,
    authorization: Option<String>,
    /// The stable code, and the reason beside it.
    expected: (&'static str, &'static str),
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn sign(key: &KeyedCertificate, header: &Value, claims: &str) -> String {
    let message = format!("{}.{}", b64(header.to_string()), b64(claims));
    let key = EncodingKey::from_ec_pem(key.key.as_bytes()).expect("a key");
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::ES256).expect("a signature");
    format!("{message}.{signature}")
}

pub(crate) fn header_of(key: &KeyedCertificate) -> Value {
    let kid = encode_fingerprint(&fingerprint(&key.certificate).expect("a certificate"));
    json!({"typ": "lienthong+jwt", "alg": "ES256", "kid": kid})
}

fn claims_of(agency: Fixture, tls: &KeyedCertificate) -> Value {
    let at = start().seconds();
    let print = encode_fingerprint(&fingerprint(&tls.certificate).expect("a certificate"));
    json!({
        "iss": agency.code_text(), "sub": agency.officer_id().as_str(), "aud": HUB, "iat": at, "nbf": at, "exp": at + 300,
        "jti": "corpus-1", "roles": [], "cnf": {"x5t#S256": print},
    })
}

fn with(base: &Value, name: &str, value: Value) -> Value {
    let mut changed = base.clone();
    changed[name] = value;
    changed
}

fn without(base: &Value, name: &str) -> Value {
    let mut changed = base.clone();
    changed.as_object_mut().expect("an object").remove(name);
    changed
}

/// Wrong headers, claims and signatures of an agency whose keys are in order.
fn forged(keys: &KeyedCertificate, stranger: &KeyedCertificate) -> Vec<(String, String, &'static str)> {
    let (header, claims) = (header_of(keys), claims_of(BANK, keys));
    let at = start().seconds();
    let by_header =
        |name: &str, header: Value, fault| (name.to_owned(), sign(keys, &header, &claims.to_string()), fault);
    let by_claims =
        |name: &str, claims: Value, fault| (name.to_owned(), sign(keys, &header, &claims.to_string()), fault);
    let mut cases = vec![
        by_claims(
            "for another hub",
            with(&claims, "aud", json!("hub.khac.test")),
            "wrong_audience",
        ),
        by_claims("several hubs", with(&claims, "aud", json!([HUB])), "claim_malformed"),
        by_claims(
            "another agency's name",
            with(&claims, "iss", json!(BANK_2.code_text())),
            "wrong_issuer",
        ),
        by_claims(
            "no agency's name",
            with(&claims, "iss", json!("a b")),
            "claim_malformed",
        ),
        by_claims("officer as a number", with(&claims, "sub", json!(7)), "claim_malformed"),
        by_claims(
            "issued in the future",
            with(&with(&claims, "iat", json!(at + 31)), "exp", json!(at + 300)),
            "not_yet_valid",
        ),
        by_claims("not valid yet", with(&claims, "nbf", json!(at + 31)), "not_yet_valid"),
        by_claims(
            "lives too long",
            with(&claims, "exp", json!(at + 301)),
            "lifetime_invalid",
        ),
        by_claims(
            "lives for ever",
            with(&claims, "exp", json!(253_402_300_799_i64)),
            "lifetime_invalid",
        ),
        by_claims(
            "ends before it begins",
            with(&claims, "exp", json!(at - 1)),
            "lifetime_invalid",
        ),
        by_claims(
            "expired",
            with(&with(&claims, "iat", json!(at - 300)), "exp", json!(at)),
            "expired",
        ),
        by_claims(
            "end as text",
            with(&claims, "exp", json!((at + 300).to_string())),
            "claim_malformed",
        ),
        by_claims("end as a fraction", with(&claims, "exp", json!(1.5)), "claim_malformed"),
        by_claims("end before time", with(&claims, "exp", json!(-1)), "claim_malformed"),
        by_claims(
            "bound to another certificate",
            with(&claims, "cnf", json!({"x5t#S256": b64([8; 32])})),
            "certificate_mismatch",
        ),
        by_claims(
            "bound to a short print",
            with(&claims, "cnf", json!({"x5t#S256": "AAAA"})),
            "claim_malformed",
        ),
        by_claims(
            "bound to a key",
            with(&claims, "cnf", json!({"jwk": {}})),
            "claim_malformed",
        ),
        by_claims(
            "roles as text",
            with(&claims, "roles", json!("admin")),
            "claim_malformed",
        ),
        by_claims(
            "far too many roles",
            with(&claims, "roles", json!(vec!["r"; 17])),
            "claim_malformed",
        ),
        by_claims("an empty id", with(&claims, "jti", json!("")), "claim_malformed"),
        by_header("algorithm none", with(&header, "alg", json!("none")), "wrong_algorithm"),
        by_header("another type", with(&header, "typ", json!("JWT")), "wrong_type"),
        by_header("no type", without(&header, "typ"), "wrong_type"),
        by_header("no algorithm", without(&header, "alg"), "wrong_algorithm"),
        by_header("no key", without(&header, "kid"), "unknown_key"),
        by_header(
            "a key that nobody has",
            with(&header, "kid", json!(b64([9; 32]))),
            "unknown_key",
        ),
        by_header(
            "a key as a path",
            with(&header, "kid", json!("../../etc/passwd")),
            "unknown_key",
        ),
        by_header(
            "a key as SQL",
            with(&header, "kid", json!("' OR 1=1 --")),
            "unknown_key",
        ),
        (
            "another's key under this name".to_owned(),
            sign(stranger, &header, &claims.to_string()),
            "bad_signature",
        ),
        (
            "a stranger's key".to_owned(),
            sign(stranger, &header_of(stranger), &claims.to_string()),
            "unknown_key",
        ),
    ];
    for alg in ["HS256", "RS256", "PS256", "ES384", "EdDSA", "es256"] {
        cases.push(by_header(
            &format!("algorithm {alg}"),
            with(&header, "alg", json!(alg)),
            "wrong_algorithm",
        ));
    }
    for member in ["jku", "jwk", "x5u", "x5c", "crit", "cty", "zip"] {
        cases.push(by_header(
            &format!("header with {member}"),
            with(&header, member, json!(["exp"])),
            "header_not_allowed",
        ));
    }
    for name in ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "roles", "cnf"] {
        cases.push(by_claims(
            &format!("without {name}"),
            without(&claims, name),
            "claim_missing",
        ));
    }
    let twice = claims.to_string().replacen('{', r#"{"exp":1,"#, 1);
    cases.push(("the end twice".to_owned(), sign(keys, &header, &twice), "malformed"));
    cases.push(("a list of claims".to_owned(), sign(keys, &header, "[]"), "malformed"));
    let good = sign(keys, &header, &claims.to_string());
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    let secret = EncodingKey::from_secret(keys.certificate.as_bytes());
    let hmac = jsonwebtoken::crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).expect("a code");
    for (name, token, fault) in [
        (
            "a code made with the certificate",
            format!("{message}.{hmac}"),
            "bad_signature",
        ),
        ("no signature", format!("{message}."), "bad_signature"),
        (
            "a signature of zeros",
            format!("{message}.{}", b64([0; 64])),
            "bad_signature",
        ),
        (
            "a padded signature",
            format!("{message}.{signature}=="),
            "bad_signature",
        ),
        ("two parts", message.to_owned(), "malformed"),
        ("four parts", format!("{good}.{signature}"), "malformed"),
        ("not a token", "not-a-token".to_owned(), "malformed"),
        ("no text", String::new(), "malformed"),
        ("a space before", format!(" {good}"), "malformed"),
        ("a space within", good.replacen('.', " .", 1), "malformed"),
        ("a second token", format!("{good},{good}"), "malformed"),
        ("huge", "a".repeat(5_000), "too_large"),
    ] {
        cases.push((name.to_owned(), token, fault));
    }
    cases
}

/// All bad tokens, with the connection over which each comes.
async fn corpus(hub: &TestHub, listed: &KeyedCertificate) -> Vec<Case> {
    let keys = hub.keys(BANK);
    let bank = hub.channel(keys).await.expect("a connection");
    let stranger = hub.authority.issue_client("X", validity()).expect("a certificate");
    let mut cases: Vec<Case> = forged(keys, &stranger)
        .into_iter()
        .map(|(name, token, fault)| Case {
            name,
            channel: bank.clone(),
            authorization: Some(format!("Bearer {token}")),
            expected: ("TOKEN_INVALID", fault),
        })
        .collect();
    let good = sign(keys, &header_of(keys), &claims_of(BANK, keys).to_string());
    for (name, value, fault) in [
        ("no authorization", None, "missing"),
        ("another scheme", Some(format!("Basic {good}")), "wrong_scheme"),
        ("no scheme", Some(good.clone()), "wrong_scheme"),
    ] {
        cases.push(Case {
            name: name.to_owned(),
            channel: bank.clone(),
            authorization: value,
            expected: ("TOKEN_INVALID", fault),
        });
    }
    let signed_by = |key: &KeyedCertificate, claims: &Value| {
        Some(format!("Bearer {}", sign(key, &header_of(key), &claims.to_string())))
    };
    let issue = || {
        hub.authority
            .issue_client(BANK.code_text(), validity())
            .expect("a certificate")
    };
    let (tls_only, revoked) = (issue(), issue());
    register(hub, BANK, &tls_only, &[CredentialPurpose::Tls]).await;
    register(hub, BANK, listed, &[CredentialPurpose::Token]).await;
    register(hub, BANK, &revoked, &[CredentialPurpose::Token]).await;
    revoke(hub, BANK, &revoked).await;
    suspend(hub, LAND_OFFICE).await;
    end_officer(hub, PROCURACY).await;
    let claims = claims_of(BANK, keys);
    let other_officer = BANK_2.officer_id();
    for (name, authorization, expected) in [
        (
            "key registered for connections alone",
            signed_by(&tls_only, &claims),
            ("TOKEN_INVALID", "unknown_key"),
        ),
        (
            "key on a revocation list",
            signed_by(listed, &claims),
            ("TOKEN_INVALID", "key_not_usable"),
        ),
        (
            "key revoked at the hub",
            signed_by(&revoked, &claims),
            ("TOKEN_INVALID", "key_not_usable"),
        ),
        (
            "another agency's key",
            signed_by(hub.keys(BANK_2), &claims),
            ("TOKEN_INVALID", "unknown_key"),
        ),
        (
            "another agency's officer",
            signed_by(keys, &with(&claims, "sub", json!(other_officer.as_str()))),
            ("OFFICER_NOT_ACTIVE", "not_registered"),
        ),
        (
            "nobody",
            signed_by(keys, &with(&claims, "sub", json!("nh.khong.co"))),
            ("OFFICER_NOT_ACTIVE", "not_registered"),
        ),
    ] {
        cases.push(Case {
            name: name.to_owned(),
            channel: bank.clone(),
            authorization,
            expected,
        });
    }
    for (agency, expected) in [
        (LAND_OFFICE, ("AGENCY_SUSPENDED", "")),
        (PROCURACY, ("OFFICER_NOT_ACTIVE", "not_in_office")),
    ] {
        let keys = hub.keys(agency);
        cases.push(Case {
            name: format!("good token of {}", agency.code_text()),
            channel: hub.channel(keys).await.expect("a connection"),
            authorization: signed_by(keys, &claims_of(agency, keys)),
            expected,
        });
    }
    // Another agency's whole token, carried off.
    let other = hub.keys(BANK_2);
    cases.push(Case {
        name: "another agency's token".to_owned(),
        channel: bank,
        authorization: signed_by(other, &claims_of(BANK_2, other)),
        expected: ("TOKEN_INVALID", "certificate_mismatch"),
    });
    cases
}

fn told(status: &Status) -> (Code, String, String) {
    let info = status.get_details_error_info();
    let beside = info
        .and_then(|info| info.metadata.get("reason").cloned())
        .unwrap_or_default();
    (status.code(), reason(status), beside)
}

backends! {
    async fn no_bad_token_reaches_any_method(database) {
        let mut made = None;
        let hub = TestHub::start_as(&database, |authority| {
            let files = Files::new(authority);
            let keys = authority.issue_client(BANK.code_text(), validity()).expect("a certificate");
            files.put("crl.pem", &list(authority, &[&keys], 1, 24));
            let source = files.source(&["crl.pem"], true);
            made = Some((files, keys));
            looking_at(&database, authority, source)
        })
        .await;
        let (_files, listed) = made.expect("made above");
        let cases = corpus(&hub, &listed).await;
        assert!(cases.len() >= AT_LEAST, "{} bad tokens", cases.len());
        let raw = database.raw().await;
        let before = raw.counts().await;
        for case in &cases {
            for rpc in Rpc::ALL {
                let reply = call(case.channel.clone(), rpc.path(), case.authorization.as_deref(), NO_MESSAGE.to_vec()).await;
                let status = reply.expect_err(&case.name);
                let code = if case.expected.0 == "TOKEN_INVALID" { Code::Unauthenticated } else { Code::PermissionDenied };
                let expected = (code, case.expected.0.to_owned(), case.expected.1.to_owned());
                assert_eq!(told(&status), expected, "{rpc:?}: {}", case.name);
            }
        }
        assert_eq!(raw.counts().await, before, "nothing was stored");
        // The same rubbish from someone whose token is good is read, and told to be what it is.
        let good = hub.client(BANK).await.raw(ASK, NO_MESSAGE.to_vec()).await;
        let code = good.expect_err("no message").code();
        assert!(!matches!(code, Code::Unauthenticated | Code::PermissionDenied), "{code:?}");
        hub.stop().await;
    }
}
