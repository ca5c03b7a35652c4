//! One bad token after another: each is refused, and for the reason that it is bad for.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use super::token::{MAX_TOKEN_BYTES, Token, bearer, verification_key};
use super::token_fault::TokenFault;
use crate::client::pki::{Authority, KeyedCertificate, Validity, encode_fingerprint, fingerprint};
use crate::domain::error::{Error, ErrorCode};
use crate::domain::time::Timestamp;

const HUB: &str = "hub.lienthong.test";
const TLS: [u8; 32] = [7; 32];

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-22T10:00:00Z").unwrap()
}

struct Fixture {
    token_key: KeyedCertificate,
    other_key: KeyedCertificate,
}

impl Fixture {
    fn new() -> Self {
        let authority = Authority::new("test CA", Validity::days(now(), 30)).unwrap();
        let issue = || authority.issue_client("TEST", Validity::days(now(), 10)).unwrap();
        Self {
            token_key: issue(),
            other_key: issue(),
        }
    }

    fn header(&self) -> Value {
        let kid = encode_fingerprint(&fingerprint(&self.token_key.certificate).unwrap());
        json!({"typ": "lienthong+jwt", "alg": "ES256", "kid": kid})
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        sign_with(&self.token_key, header, claims)
    }

    /// The whole check of a token but for the registry.
    fn verify(&self, text: &str) -> Result<(), TokenFault> {
        let certificate = CertificateDer::from_pem_slice(self.token_key.certificate.as_bytes()).unwrap();
        let token = Token::parse(text)?;
        token.check(now(), HUB, &TLS)?;
        token.verify_signature(&certificate)
    }

    fn with_claims(&self, claims: &str) -> Result<(), TokenFault> {
        self.verify(&self.sign(&self.header().to_string(), claims))
    }

    fn with_header(&self, header: &str) -> Result<(), TokenFault> {
        self.verify(&self.sign(header, &claims().to_string()))
    }
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn sign_with(key: &KeyedCertificate, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", b64(header), b64(claims));
    let key = EncodingKey::from_ec_pem(key.key.as_bytes()).unwrap();
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::ES256).unwrap();
    format!("{message}.{signature}")
}

fn claims() -> Value {
    let at = now().seconds();
    json!({
        "iss": "G05.TEST", "sub": "officer.1", "aud": HUB, "iat": at, "nbf": at, "exp": at + 300, "jti": "a-1",
        "roles": ["enforcer"], "cnf": {"x5t#S256": b64(TLS)},
    })
}

fn claims_with(name: &str, value: Value) -> String {
    let mut claims = claims();
    claims[name] = value;
    claims.to_string()
}

const CLAIMS: [&str; 9] = ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "roles", "cnf"];

#[test]
fn a_good_token_is_taken() {
    let fixture = Fixture::new();
    assert_eq!(fixture.with_claims(&claims().to_string()), Ok(()));
    assert_eq!(fixture.with_claims(&claims_with("locale", json!("vi"))), Ok(()));
    assert_eq!(fixture.with_claims(&claims_with("roles", json!([]))), Ok(()));
}

#[test]
fn every_claim_is_required() {
    let fixture = Fixture::new();
    for name in CLAIMS {
        let mut without = claims();
        without.as_object_mut().unwrap().remove(name);
        assert_eq!(
            fixture.with_claims(&without.to_string()),
            Err(TokenFault::ClaimMissing(name))
        );
        assert_eq!(
            fixture.with_claims(&claims_with(name, Value::Null)),
            Err(TokenFault::ClaimMissing(name))
        );
    }
}

#[test]
fn every_claim_must_have_its_type() {
    let fixture = Fixture::new();
    for name in CLAIMS {
        for value in [
            json!(true),
            json!({}),
            json!({"a": 1}),
            json!([1]),
            json!([[]]),
            json!(-1),
            json!(1.5),
        ] {
            assert_eq!(
                fixture.with_claims(&claims_with(name, value.clone())),
                Err(TokenFault::ClaimMalformed(name)),
                "{name} {value}"
            );
        }
    }
    for name in ["iat", "nbf", "exp"] {
        let at = now().seconds() + 100;
        let bad = [
            "18446744073709551616",
            "18446744073709551615",
            "1e9",
            "253402300800",
            "9999999999999999999999",
        ];
        for value in
            bad.into_iter()
                .map(str::to_owned)
                .chain([format!("\"{at}\""), format!("{at}.0"), format!("[{at}]")])
        {
            let text = claims_with(name, json!("@")).replace("\"@\"", &value);
            assert_eq!(
                fixture.with_claims(&text),
                Err(TokenFault::ClaimMalformed(name)),
                "{name} {value}"
            );
        }
    }
}

#[test]
fn claims_of_a_wrong_form_are_refused() {
    let fixture = Fixture::new();
    let many: Vec<String> = (0..17).map(|index| index.to_string()).collect();
    let cases = [
        ("iss", json!("")),
        ("iss", json!("a b")),
        ("sub", json!("")),
        ("sub", json!("x".repeat(65))),
        ("aud", json!([HUB])),
        ("jti", json!("")),
        ("jti", json!("x".repeat(129))),
        ("jti", json!("line\nbreak")),
        ("roles", json!("enforcer")),
        ("roles", json!([""])),
        ("roles", json!(["a", 1])),
        ("roles", json!(many)),
        ("cnf", json!({"x5t#S256": "AAAA"})),
        ("cnf", json!({"x5t#S256": format!("{}=", b64(TLS))})),
        ("cnf", json!({"x5t#S256": [7]})),
        ("cnf", json!({"jwk": {}})),
        ("cnf", json!({"x5t#S256": b64(TLS), "jwk": {}})),
    ];
    for (name, value) in cases {
        let result = fixture.with_claims(&claims_with(name, value.clone()));
        assert_eq!(result, Err(TokenFault::ClaimMalformed(name)), "{name} {value}");
    }
}

#[test]
fn audience_times_and_binding_are_checked() {
    let fixture = Fixture::new();
    let at = now().seconds();
    let times = |iat: i64, nbf: i64, exp: i64| {
        let mut claims = claims();
        claims["iat"] = json!(iat);
        claims["nbf"] = json!(nbf);
        claims["exp"] = json!(exp);
        claims.to_string()
    };
    let cases = [
        (claims_with("aud", json!("other")), TokenFault::WrongAudience),
        (
            claims_with("aud", json!("HUB.lienthong.test")),
            TokenFault::WrongAudience,
        ),
        (
            claims_with("aud", json!("hub.lienthong.test ")),
            TokenFault::WrongAudience,
        ),
        (
            claims_with("cnf", json!({"x5t#S256": b64([8; 32])})),
            TokenFault::CertificateMismatch,
        ),
        (times(at, at, at + 301), TokenFault::LifetimeInvalid),
        (times(at, at, at), TokenFault::LifetimeInvalid),
        (times(at, at, at - 1), TokenFault::LifetimeInvalid),
        (times(0, 0, 253_402_300_799), TokenFault::LifetimeInvalid),
        (times(at, at, 0), TokenFault::LifetimeInvalid),
        (times(at - 300, at - 300, at), TokenFault::Expired),
        (times(at - 100, at - 100, at - 1), TokenFault::Expired),
        (times(at, at + 31, at + 300), TokenFault::NotYetValid),
        (times(at + 31, at, at + 300), TokenFault::NotYetValid),
        (times(at, 253_402_300_799, at + 300), TokenFault::NotYetValid),
    ];
    for (claims, fault) in cases {
        assert_eq!(fixture.with_claims(&claims), Err(fault), "{claims}");
    }
    for good in [
        times(at + 30, at + 30, at + 330),
        times(at - 299, at - 299, at + 1),
        times(at, at - 100, at + 1),
    ] {
        assert_eq!(fixture.with_claims(&good), Ok(()), "{good}");
    }
}

#[test]
fn the_header_has_exactly_type_algorithm_and_key() {
    let fixture = Fixture::new();
    let with = |name: &str, value: Value| {
        let mut header = fixture.header();
        header[name] = value;
        header.to_string()
    };
    let mut cases: Vec<(String, TokenFault)> = vec![
        ("{}".into(), TokenFault::WrongAlgorithm),
        ("[]".into(), TokenFault::Malformed),
        ("null".into(), TokenFault::Malformed),
        ("\"ES256\"".into(), TokenFault::Malformed),
        (with("alg", json!(256)), TokenFault::Malformed),
        (with("kid", json!(null)), TokenFault::UnknownKey),
        (with("kid", json!("")), TokenFault::UnknownKey),
        (with("kid", json!("../../etc/passwd")), TokenFault::UnknownKey),
        (with("kid", json!("' OR 1=1 --")), TokenFault::UnknownKey),
        (with("kid", json!(format!("{}=", b64([1; 32])))), TokenFault::UnknownKey),
        (
            fixture.header().to_string().replace('{', r#"{"alg":"none","#),
            TokenFault::Malformed,
        ),
        (fixture.header().to_string() + "{}", TokenFault::Malformed),
    ];
    for alg in [
        "none", "None", "NONE", "", "HS256", "RS256", "PS256", "ES384", "EdDSA", "es256", "ES256 ",
    ] {
        cases.push((with("alg", json!(alg)), TokenFault::WrongAlgorithm));
    }
    for typ in ["JWT", "", "Lienthong+JWT", "application/lienthong+jwt", "lienthong+jws"] {
        cases.push((with("typ", json!(typ)), TokenFault::WrongType));
    }
    for name in [
        "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "cty", "enc", "zip", "b64", "nonce", "any",
    ] {
        cases.push((with(name, json!(["exp"])), TokenFault::HeaderNotAllowed));
        cases.push((with(name, Value::Null), TokenFault::HeaderNotAllowed));
    }
    for (header, fault) in cases {
        assert_eq!(fixture.with_header(&header), Err(fault), "{header}");
    }
}

#[test]
fn a_signature_by_anything_but_the_registered_key_is_refused() {
    let fixture = Fixture::new();
    let (header, claims) = (fixture.header().to_string(), claims().to_string());
    let good = fixture.sign(&header, &claims);
    let (message, signature) = good.rsplit_once('.').unwrap();
    let other_claims = claims.replace("officer.1", "officer.2");
    let public = verification_key(&CertificateDer::from_pem_slice(fixture.token_key.certificate.as_bytes()).unwrap());
    let secret = EncodingKey::from_secret(public.unwrap().try_get_as_bytes().unwrap());
    let hmac = jsonwebtoken::crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).unwrap();
    let mut flipped = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    flipped[0] ^= 1;
    let bad = [
        sign_with(&fixture.other_key, &header, &claims),
        format!("{}.{}.{signature}", b64(&header), b64(&other_claims)),
        format!("{message}."),
        format!("{message}.{hmac}"),
        format!("{message}.{}", b64(flipped)),
        format!("{message}.{}", b64([0; 64])),
        format!("{message}.{}", b64([255; 64])),
        format!("{message}.{}", b64([1; 63])),
        format!("{message}.{signature}A"),
        format!("{message}.{signature}=="),
        format!("{message}.!!!!"),
    ];
    for token in bad {
        assert_eq!(fixture.verify(&token), Err(TokenFault::BadSignature), "{token}");
    }
}

#[test]
fn what_is_not_a_compact_token_is_malformed() {
    let fixture = Fixture::new();
    let (header, good) = (fixture.header().to_string(), claims().to_string());
    let duplicate = good.replacen('{', r#"{"exp":1,"#, 1);
    let duplicate_cnf = good.replace(r#""x5t#S256":"#, r#""x5t#S256":"","x5t#S256":"#);
    assert_eq!(
        fixture.with_claims(&duplicate_cnf),
        Err(TokenFault::ClaimMalformed("cnf"))
    );
    let malformed = [
        String::new(),
        ".".into(),
        "..".into(),
        "a.b".into(),
        "a.b.c".into(),
        "a.b.c.d".into(),
        format!("{}.x", fixture.sign(&header, &good)),
        format!("{}=.{}.x", b64(&header), b64(&good)),
        format!("{header}.{good}.x"),
        fixture.sign(&header, ""),
        fixture.sign(&header, "[]"),
        fixture.sign(&header, "null"),
        fixture.sign(&header, &format!("{good}{good}")),
        fixture.sign(&header, &duplicate),
        format!("{}.{}.x", b64(&header), b64(b"{\"iss\":\"\xff\"}")),
    ];
    for token in malformed {
        assert_eq!(fixture.verify(&token), Err(TokenFault::Malformed), "{token}");
    }
    let long = "a".repeat(MAX_TOKEN_BYTES + 1);
    assert_eq!(fixture.verify(&long), Err(TokenFault::TooLarge));
    assert_eq!(fixture.verify(&"a".repeat(1 << 20)), Err(TokenFault::TooLarge));
    assert_eq!(
        fixture.with_claims(&claims_with("pad", json!("x".repeat(4_000)))),
        Err(TokenFault::TooLarge)
    );
}

#[test]
fn the_token_comes_as_one_bearer_value() {
    assert_eq!(bearer(Some("Bearer abc")), Ok("abc"));
    assert_eq!(bearer(Some("bearer abc")), Ok("abc"));
    assert_eq!(bearer(None), Err(TokenFault::Missing));
    for value in ["", "abc", "Bearer", "Basic abc", "BearerX abc", " Bearer abc"] {
        assert_eq!(bearer(Some(value)), Err(TokenFault::WrongScheme), "{value}");
    }
    assert_eq!(
        bearer(Some(&format!("Bearer {}", "a".repeat(MAX_TOKEN_BYTES + 1)))),
        Err(TokenFault::TooLarge)
    );
}

#[test]
fn only_a_certificate_with_a_p256_key_can_verify() {
    let fixture = Fixture::new();
    let der = CertificateDer::from_pem_slice(fixture.token_key.certificate.as_bytes()).unwrap();
    assert!(verification_key(&der).is_some());
    assert!(verification_key(&[]).is_none());
    assert!(verification_key(&der[..der.len() - 1]).is_none());
    assert!(verification_key(&[&der[..], &[0]].concat()).is_none());
    for algorithm in [&rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ED25519] {
        let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
        let other = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        assert!(verification_key(other.der()).is_none());
    }
}

#[test]
fn a_refusal_names_reason_and_claim_but_never_the_token() {
    let fixture = Fixture::new();
    let token = fixture.sign(&fixture.header().to_string(), &claims_with("exp", json!("tomorrow")));
    let error = Error::from(fixture.verify(&token).unwrap_err());
    assert_eq!(error.code(), ErrorCode::TokenInvalid);
    assert_eq!(error.metadata()["reason"], "claim_malformed");
    assert_eq!(error.metadata()["claim"], "exp");
    assert!(!format!("{error:?}").contains("tomorrow"));
}
