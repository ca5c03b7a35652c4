//! A hub, an order that must be signed, and signatures made by hand.

use lienthong::client::pki::{KeyedCertificate, fingerprint};
use lienthong::client::signing::{Sealer, Signer, Times};
use lienthong::evidence::digest::hex;
use lienthong::evidence::jws::{TYPE, encode, signing_input};
use lienthong::server::random::OsRandom;
use lienthong_proto::v1;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, SigningKey as _};
use serde_json::{Value, json};
use tonic::Status;

use crate::harness::agencies::{BANK, OPERATOR, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::wire::{fields, reason};
use crate::harness::{Fixture, TestHub, documents, seals};

/// A freeze that is right in all.
pub(super) fn freeze(key: &str) -> Value {
    documents::order(&kind("account-freeze"), key, THADS, &[BANK])
}

/// Sends a JWS.
pub(super) async fn send(client: &Client, jws: &str) -> Result<v1::SubmitResponse, Status> {
    let content = Some(v1::submit_request::Content::Jws(jws.to_owned()));
    let reply = client.requests().submit(v1::SubmitRequest { content }).await?;
    Ok(reply.into_inner())
}

/// A refusal's code, its reason in the metadata or of its first field, and that field.
pub(super) fn refusal(status: &Status) -> (String, String, String) {
    use tonic_types::StatusExt as _;
    let details = status.get_error_details();
    let stated = details
        .error_info()
        .and_then(|info| info.metadata.get("reason").cloned());
    let field = fields(status).first().cloned().unwrap_or_default();
    (reason(status), stated.unwrap_or_default(), field)
}

/// A header as it should be, for a certificate.
pub(super) fn header(keys: &KeyedCertificate) -> Value {
    let times = seals::times();
    json!({
        "alg": "ES256",
        "typ": TYPE,
        "kid": encode(&fingerprint(&keys.certificate).expect("a certificate")),
        "nonce": encode(&[5; 16]),
        "iat": times.issued,
        "exp": times.expires,
    })
}

/// A part of a JWS: protected header and signature, made with the key of `keys` (P-256) whatever the header says.
pub(super) fn part(keys: &KeyedCertificate, header: &str, payload: &[u8]) -> (String, String) {
    let (protected, payload) = (encode(header.as_bytes()), encode(payload));
    let signature = sign(keys, signing_input(&protected, &payload).as_bytes());
    (protected, encode(&signature))
}

/// ES256 by hand: rcgen gives DER, a JWS wants r ‖ s.
fn sign(keys: &KeyedCertificate, message: &[u8]) -> Vec<u8> {
    let key = KeyPair::from_pem(&keys.key).expect("a key");
    assert!(key.is_compatible(&PKCS_ECDSA_P256_SHA256));
    fixed(&key.sign(message).expect("a signature"))
}

/// The two numbers of a DER signature, 32 bytes each.
fn fixed(der: &[u8]) -> Vec<u8> {
    let number = |from: usize| {
        let length = usize::from(der[from + 1]);
        (&der[from + 2..from + 2 + length], from + 2 + length)
    };
    let (r, next) = number(2);
    let (s, _) = number(next);
    let padded = |number: &[u8]| {
        let digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
        [vec![0; 32 - digits.len()], digits].concat()
    };
    [padded(r), padded(s)].concat()
}

/// A JWS in compact form with this header.
pub(super) fn compact(keys: &KeyedCertificate, header: &str, payload: &[u8]) -> String {
    let (protected, signature) = part(keys, header, payload);
    format!("{protected}.{}.{signature}", encode(payload))
}

/// A JWS in general form with these parts.
pub(super) fn general(parts: &[(String, String)], payload: &[u8]) -> String {
    let signatures: Vec<Value> = parts
        .iter()
        .map(|(protected, signature)| json!({ "protected": protected, "signature": signature }))
        .collect();
    json!({ "payload": encode(payload), "signatures": signatures }).to_string()
}

/// Signs with this certificate alone, as an agency does.
pub(super) fn sealed_with(keys: &KeyedCertificate, document: &str, times: Times) -> String {
    let sealer = Sealer {
        seal: Signer::of_file(keys).expect("a signer"),
        officer: None,
    };
    sealer
        .sign(document.as_bytes(), false, times, &OsRandom)
        .expect("signed")
}

/// Registers a certificate of `agency` for this purpose.
pub(super) async fn register(
    hub: &TestHub,
    agency: Fixture,
    keys: &KeyedCertificate,
    purpose: v1::CredentialPurpose,
    officer: &str,
) -> Result<(), Status> {
    let asked = v1::RegisterCredentialRequest {
        idempotency_key: format!(
            "register-{}",
            hex(&fingerprint(&keys.certificate).expect("a certificate"))
        ),
        agency_code: agency.code_text().to_owned(),
        credential: Some(v1::NewCredential {
            certificate_pem: keys.certificate.clone(),
            purposes: vec![purpose.into()],
            officer_id: officer.to_owned(),
        }),
    };
    let operator = hub.client(OPERATOR).await;
    operator.agencies().register_credential(asked).await.map(drop)
}

/// Revokes a certificate of `agency` for all purposes.
pub(super) async fn revoke(hub: &TestHub, agency: Fixture, keys: &KeyedCertificate) {
    let digest = fingerprint(&keys.certificate).expect("a certificate");
    let asked = v1::RevokeCredentialRequest {
        idempotency_key: format!("revoke-{}", hex(&digest)),
        agency_code: agency.code_text().to_owned(),
        sha256: digest.to_vec().into(),
        purposes: Vec::new(),
        reason: "Mất thiết bị".to_owned(),
    };
    let operator = hub.client(OPERATOR).await;
    operator.agencies().revoke_credential(asked).await.expect("revoked");
}
