//! The parser and the check against every wrong form, every bit changed, and whatever proptest thinks of.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::SignatureFault as F;
use super::*;
use crate::evidence::digest::{hex, sha256};

struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn public(&self) -> VerificationKey {
        VerificationKey::P256(self.0.public_key().as_ref().to_vec())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "ECDSA draws its own random number; nothing repeats it"
    )]
    fn sign(&self, protected: &str, payload: &str) -> String {
        let message = signing_input(protected, payload);
        encode(self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref())
    }

    fn compact(&self, header: &str, payload: &[u8]) -> String {
        let (protected, payload) = (encode(header.as_bytes()), encode(payload));
        let signature = self.sign(&protected, &payload);
        format!("{protected}.{payload}.{signature}")
    }

    fn part(&self, header: &str, payload: &[u8]) -> Value {
        let (protected, payload) = (encode(header.as_bytes()), encode(payload));
        json!({ "protected": protected, "signature": self.sign(&protected, &payload) })
    }
}

fn header() -> Value {
    json!({
        "alg": "ES256", "typ": TYPE, "kid": encode(&[7; 32]), "nonce": encode(&[9; 16]),
        "iat": 1_795_600_000, "exp": 1_795_686_400,
    })
}

fn header_with(member: &str, value: Value) -> String {
    let mut header = header();
    header[member] = value;
    header.to_string()
}

fn header_without(member: &str) -> String {
    let mut header = header();
    header.as_object_mut().unwrap().remove(member);
    header.to_string()
}

/// What is wrong with a JWS; `None` if its signatures are all good.
fn fault(jws: &str, key: &VerificationKey) -> Option<F> {
    let check = || -> Result<(), F> {
        let jws = Jws::open(jws.as_bytes())?;
        let signatures = jws.signatures().map_err(|(_, fault)| fault)?;
        signatures.iter().try_for_each(|signature| signature.verify(key))
    };
    check().err()
}

#[test]
fn both_forms_give_the_very_bytes_that_were_signed() {
    let key = Key::new();
    let payload = " {\"ệ\": 1}\n".as_bytes();
    let compact = key.compact(&header().to_string(), payload);
    let one = json!({ "payload": encode(payload), "signatures": [key.part(&header().to_string(), payload)] });
    let part = || key.part(&header().to_string(), payload);
    let two = json!({ "payload": encode(payload), "signatures": [part(), part()] });
    for (text, format, count) in [
        (compact, Format::Compact, 1),
        (one.to_string(), Format::General, 1),
        (format!("{two:#}\n"), Format::General, 2),
    ] {
        let jws = Jws::open(text.as_bytes()).unwrap();
        assert_eq!((jws.format, jws.payload.as_slice()), (format, payload));
        let signatures = jws.signatures().unwrap();
        assert_eq!(signatures.len(), count);
        for signature in signatures {
            assert_eq!(signature.verify(&key.public()), Ok(()));
            assert_eq!(signature.header.key_id, [7; 32]);
        }
        assert_eq!(document_in(format.media_type(), text.as_bytes()).unwrap(), payload);
    }
    assert_eq!(document_in("application/json", b"{}").unwrap(), b"{}".as_slice());
}

#[test]
fn every_wrong_header_is_refused_with_its_reason() {
    let key = Key::new();
    let long = "x".repeat(MAX_HEADER_BYTES);
    let cases: Vec<(String, F)> = vec![
        (header_with("alg", json!("none")), F::AlgorithmNotAllowed),
        (header_with("alg", json!("HS256")), F::AlgorithmNotAllowed),
        (header_with("alg", json!("RS256")), F::AlgorithmNotAllowed),
        (header_with("alg", json!("ES384")), F::AlgorithmNotAllowed),
        (header_with("alg", json!("EdDSA")), F::AlgorithmNotAllowed),
        (header_with("alg", json!("es256")), F::AlgorithmNotAllowed),
        (header_with("alg", json!(["ES256"])), F::HeaderMalformed),
        (header_without("alg"), F::AlgorithmNotAllowed),
        (header_with("alg", json!("PS256")), F::AlgorithmMismatch),
        (header_with("typ", json!("JWT")), F::WrongType),
        (header_with("typ", json!("lienthong+jwt")), F::WrongType),
        (header_without("typ"), F::WrongType),
        (header_with("kid", json!("")), F::KeyIdMalformed),
        (header_with("kid", json!(encode(&[7; 31]))), F::KeyIdMalformed),
        (
            header_with("kid", json!(format!("{}=", encode(&[7; 32])))),
            F::KeyIdMalformed,
        ),
        (header_without("kid"), F::KeyIdMalformed),
        (header_with("nonce", json!(encode(&[9; 15]))), F::NonceMalformed),
        (header_with("nonce", json!(encode(&[9; 65]))), F::NonceMalformed),
        (header_without("nonce"), F::NonceMalformed),
        (header_with("iat", json!("1795600000")), F::TimeMalformed),
        (header_with("iat", json!(1.5)), F::TimeMalformed),
        (header_with("iat", json!(-1)), F::TimeMalformed),
        (header_with("exp", Value::Null), F::TimeMalformed),
        (header_with("exp", json!(u64::MAX)), F::TimeMalformed),
        (header_without("iat"), F::TimeMalformed),
        (header_without("exp"), F::TimeMalformed),
        (header_with("exp", json!(1_795_600_000)), F::LifetimeInvalid),
        (
            header_with("exp", json!(1_795_600_000 + MAX_LIFETIME_SECONDS + 1)),
            F::LifetimeInvalid,
        ),
        (header_with("crit", json!(["exp"])), F::HeaderNotAllowed),
        (header_with("jwk", json!({ "kty": "EC" })), F::HeaderNotAllowed),
        (
            header_with("jku", json!("https://evil.invalid/keys")),
            F::HeaderNotAllowed,
        ),
        (
            header_with("x5u", json!("https://evil.invalid/cert")),
            F::HeaderNotAllowed,
        ),
        (header_with("x5c", json!(["MIIB"])), F::HeaderNotAllowed),
        (header_with("b64", json!(false)), F::HeaderNotAllowed),
        (header_with("x", json!(null)), F::HeaderNotAllowed),
        (
            header().to_string().replacen('{', r#"{"alg":"none","#, 1),
            F::HeaderMalformed,
        ),
        (
            header().to_string().replacen('{', r#"{"kid":"AAAA","#, 1),
            F::HeaderMalformed,
        ),
        (
            header().to_string().replacen('{', r#"{"\u0061lg":"none","#, 1),
            F::HeaderMalformed,
        ),
        (format!("{} x", header()), F::HeaderMalformed),
        ("[]".to_owned(), F::HeaderMalformed),
        (String::new(), F::HeaderMalformed),
        (header_with("kid", json!(long)), F::HeaderMalformed),
    ];
    for (header, expected) in cases {
        let jws = key.compact(&header, b"{}");
        assert_eq!(fault(&jws, &key.public()), Some(expected), "{header}");
    }
    assert_eq!(fault(&key.compact(&header().to_string(), b"{}"), &key.public()), None);
}

#[test]
fn every_wrong_form_is_refused_with_its_reason() {
    let key = Key::new();
    let good = key.compact(&header().to_string(), b"{\"a\":1}");
    let parts: Vec<&str> = good.split('.').collect();
    let [protected, payload, signature] = parts.as_slice() else {
        panic!("three parts")
    };
    let part = json!({ "protected": protected, "signature": signature });
    let general = |signatures: Value| json!({ "payload": payload, "signatures": signatures }).to_string();
    let large = encode(&vec![b' '; MAX_PAYLOAD_BYTES + 1]);
    let cases: Vec<(String, F)> = vec![
        (String::new(), F::Malformed),
        (format!("{protected}.{payload}"), F::Malformed),
        (format!("{good}."), F::Malformed),
        (format!("{good}.{signature}"), F::Malformed),
        (format!("{protected}..{signature}"), F::BadSignature),
        (format!("{protected}.{payload}."), F::BadSignature),
        (format!("{protected}.{payload}.{}", encode(&[0; 64])), F::BadSignature),
        (format!("{protected}.{payload}=.{signature}"), F::NotBase64Url),
        (format!("{protected}.{payload}.{signature}\n"), F::NotBase64Url),
        (format!(" {good}"), F::NotBase64Url),
        (
            format!("{protected}.{payload}.{}", signature.replace(['-', '_'], "+") + "+"),
            F::NotBase64Url,
        ),
        (format!("{protected}.{large}.{signature}"), F::PayloadTooLarge),
        ("x".repeat(MAX_JWS_BYTES + 1), F::TooLarge),
        (general(json!([])), F::SignatureCount),
        (general(json!([part, part, part])), F::SignatureCount),
        (general(json!(part)), F::Malformed),
        (
            general(json!([{ "protected": protected, "signature": signature, "header": {} }])),
            F::Malformed,
        ),
        (general(json!([{ "protected": protected }])), F::Malformed),
        (
            json!({ "payload": payload, "signatures": [part], "x": 1 }).to_string(),
            F::Malformed,
        ),
        (
            json!({ "payload": payload, "protected": protected, "signature": signature }).to_string(),
            F::Malformed,
        ),
        (
            general(json!([part])).replacen('{', &format!("{{\"payload\":\"{payload}\","), 1),
            F::Malformed,
        ),
        (
            general(json!([part])).replacen("\"protected\"", "\"protected\":\"e30\",\"protected\"", 1),
            F::Malformed,
        ),
        (
            general(json!([part])).replacen(":\"eyJ", ":\"\\u0065yJ", 1),
            F::Malformed,
        ),
        (format!("{} x", general(json!([part]))), F::Malformed),
    ];
    for (jws, expected) in cases {
        let shown: String = jws.chars().take(120).collect();
        assert_eq!(fault(&jws, &key.public()), Some(expected), "{shown}");
    }
    assert_eq!(fault(&general(json!([part])), &key.public()), None);
    assert_eq!(Jws::open(b"\xff.a.b").unwrap_err(), F::Malformed);
}

#[test]
fn a_key_that_is_not_the_signers_is_told() {
    let (key, other) = (Key::new(), Key::new());
    let jws = key.compact(&header().to_string(), b"{}");
    assert_eq!(fault(&jws, &other.public()), Some(F::BadSignature));
    let swapped = VerificationKey::P256(vec![4; 65]);
    assert_eq!(fault(&jws, &swapped), Some(F::BadSignature), "no point of the curve");
    assert_eq!(fault(&jws, &VerificationKey::Rsa(vec![0])), Some(F::AlgorithmMismatch));
}

#[test]
fn every_bit_of_header_payload_and_signature_counts() {
    let key = Key::new();
    let (header, payload) = (
        header().to_string().into_bytes(),
        b"{\"amount\":\"153500000\"}".to_vec(),
    );
    let protected = encode(&header);
    let encoded = encode(&payload);
    let signature = BASE64_URL_SAFE_NO_PAD.decode(key.sign(&protected, &encoded)).unwrap();
    let parts = [header, payload, signature];
    let join = |parts: &[Vec<u8>; 3]| parts.each_ref().map(|part| encode(part)).join(".");
    assert_eq!(fault(&join(&parts), &key.public()), None);
    for part in 0..3 {
        for bit in 0..parts[part].len() * 8 {
            let mut changed = parts.clone();
            changed[part][bit / 8] ^= 1 << (bit % 8);
            assert!(
                fault(&join(&changed), &key.public()).is_some(),
                "part {part}, bit {bit}"
            );
        }
    }
}

#[test]
fn every_character_of_the_text_counts() {
    let key = Key::new();
    let good = key.compact(&header().to_string(), b"{\"a\":1}");
    for (index, _) in good.char_indices() {
        for other in ['A', 'B', '_', '.', '=', ' ', '{'] {
            let mut changed = good.clone();
            changed.replace_range(index..=index, &other.to_string());
            if changed != good {
                assert!(fault(&changed, &key.public()).is_some(), "{index} {other}");
            }
        }
    }
}

#[test]
fn a_header_is_taken_between_its_times_alone() {
    let header = Header::parse(&encode(header().to_string().as_bytes())).unwrap();
    let (issued, expires) = (header.issued, header.expires);
    assert_eq!(header.check_time(issued - LEEWAY_SECONDS - 1), Err(F::NotYetValid));
    assert_eq!(header.check_time(issued - LEEWAY_SECONDS), Ok(()));
    assert_eq!(header.check_time(expires - 1), Ok(()));
    assert_eq!(header.check_time(expires), Err(F::Expired));
}

#[test]
fn the_worked_example_of_the_docs_is_good() {
    let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/signing.md"));
    let block = |name: &str| {
        let after = page.split_once(&format!("<!-- {name} -->\n\n```text\n")).unwrap().1;
        after.split_once("\n```").unwrap().0
    };
    let jws = block("jws").replace('\n', "");
    let (_, certificate) = x509_parser::pem::parse_x509_pem(block("certificate").as_bytes()).unwrap();
    let key = VerificationKey::of_certificate(&certificate.contents).unwrap();
    assert_eq!(fault(&jws, &key), None);
    let opened = Jws::open(jws.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(opened.payload.clone()).unwrap(), block("payload"));
    let signatures = opened.signatures().unwrap();
    assert_eq!(signatures[0].header.key_id, sha256(&certificate.contents));
    let header = String::from_utf8(decode(signatures[0].protected).unwrap()).unwrap();
    assert_eq!(header, block("protected"));
    for digest in [sha256(&opened.payload), sha256(&certificate.contents)] {
        assert!(page.contains(&hex(&digest)));
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_refused_or_says_one_thing(text in ".{0,200}") {
        if let Ok(jws) = Jws::open(text.as_bytes()) {
            prop_assert_eq!(encode(&jws.payload), jws.encoded_payload);
        }
    }

    #[test]
    fn a_payload_of_any_bytes_comes_back(payload in proptest::collection::vec(any::<u8>(), 0..500)) {
        let text = format!("e30.{}.AA", encode(&payload));
        prop_assert_eq!(Jws::open(text.as_bytes()).unwrap().payload, payload);
    }

    #[test]
    fn a_changed_byte_never_passes(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let key = Key::new();
        let mut jws = key.compact(&header().to_string(), b"{\"a\":1}").into_bytes();
        let index = at.index(jws.len());
        prop_assume!(jws[index] != byte);
        jws[index] = byte;
        if let Ok(text) = std::str::from_utf8(&jws) {
            prop_assert!(fault(text, &key.public()).is_some());
        }
    }

    #[test]
    fn a_header_of_any_json_is_refused_or_read(value in any_header()) {
        let protected = encode(value.to_string().as_bytes());
        if let Ok(header) = Header::parse(&protected) {
            prop_assert!(header.expires > header.issued && NONCE_BYTES.contains(&header.nonce.len()));
        }
    }
}

fn any_header() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        Just(json!("ES256")),
        Just(json!(TYPE)),
        Just(json!(encode(&[7; 32]))),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::Null),
    ];
    let name = prop_oneof!["alg", "typ", "kid", "nonce", "iat", "exp", "crit", "[a-z]{1,5}"];
    proptest::collection::hash_map(name, value, 0..9).prop_map(|members| Value::Object(members.into_iter().collect()))
}
