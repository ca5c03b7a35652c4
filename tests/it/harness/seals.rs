//! The one place where the tests sign: every agency of the tests has a seal and its officer a certificate of his own, from an
//! authority that every hub of the tests believes.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use lienthong::client::pki::{Authority, KeyedCertificate, Leaf, Usage, Validity, fingerprint};
use lienthong::client::signing::{Sealer, Signer, Times};
use lienthong::domain::agency::{Credential, Purpose};
use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::domain::workflow::Action;
use lienthong::evidence::jws::{MAX_LIFETIME_SECONDS, MAX_PAYLOAD_BYTES};
use lienthong::server::clock::SystemClock;
use lienthong::server::random::OsRandom;
use lienthong_proto::v1;
use rcgen::{CertificateRevocationListParams, KeyPair, PKCS_RSA_SHA256};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;

use super::Fixture;
use super::ids::start;

/// Longer than any clock of a test goes.
fn validity() -> Validity {
    Validity {
        not_before: start().plus_hours(-24 * 365 * 10),
        not_after: start().plus_hours(24 * 365 * 20),
    }
}

const NAME: &str = "CA chữ ký số giả lập";

/// The authority of all seals.
static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new(NAME, validity()).expect("an authority"));

/// What an agency signs with.
#[derive(Debug, Clone)]
pub(crate) struct Seals {
    pub(crate) seal: KeyedCertificate,
    pub(crate) officer: KeyedCertificate,
    pub(crate) sealer: Sealer,
}

static SEALS: Mutex<BTreeMap<String, Seals>> = Mutex::new(BTreeMap::new());

/// The certificate of the authority of all seals, PEM: part of the client CA of every hub of the tests.
pub(crate) fn authority_pem() -> String {
    AUTHORITY.certificate_pem()
}

/// The list number `number` of what that authority has revoked, PEM; `validity` gives this update and the next.
pub(crate) fn list(revoked: &[&KeyedCertificate], number: u64, validity: Validity) -> String {
    AUTHORITY.revocation_list(revoked, number, validity).expect("a list")
}

/// The same of certificates by their serial numbers.
pub(crate) fn list_of(serials: &[Vec<u8>], number: u64, validity: Validity) -> String {
    AUTHORITY.revocation_list_of(serials, number, validity).expect("a list")
}

/// A list of that authority with these contents, PEM.
pub(crate) fn list_with(params: &CertificateRevocationListParams) -> String {
    AUTHORITY.sign_list(params).expect("a list")
}

/// Another authority of the same name.
pub(crate) fn namesake() -> Authority {
    Authority::new(NAME, validity()).expect("an authority")
}

/// A fresh certificate of that authority.
pub(crate) fn issue(name: &str) -> KeyedCertificate {
    AUTHORITY.issue_client(name, validity()).expect("a certificate")
}

/// A fresh certificate of that authority whose key is RSA.
pub(crate) fn issue_rsa(name: &str) -> KeyedCertificate {
    let leaf = Leaf {
        common_name: name,
        hosts: &[],
        usage: Usage::Client,
        validity: validity(),
    };
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key");
    AUTHORITY
        .sign(&leaf.params().expect("contents"), &key)
        .expect("a certificate")
}

/// A certificate of that authority with these contents.
pub(crate) fn issue_leaf(leaf: &Leaf<'_>) -> KeyedCertificate {
    AUTHORITY.issue(leaf).expect("a certificate")
}

/// What the agency with this code signs with, the same in every test.
pub(crate) fn of_code(code: &str) -> Seals {
    let mut seals = SEALS.lock().unwrap_or_else(PoisonError::into_inner);
    let made = seals.entry(code.to_owned()).or_insert_with(|| {
        let (seal, officer) = (issue(code), issue(code));
        let sealer = Sealer {
            seal: Signer::of_file(&seal).expect("a seal"),
            officer: Some(Signer::of_file(&officer).expect("an officer's key")),
        };
        Seals { seal, officer, sealer }
    });
    made.clone()
}

/// What the hub keeps of an agency's seal and of its officer's own certificate.
pub(crate) fn credentials(agency: Fixture) -> Vec<Credential> {
    let seals = of_code(agency.code_text());
    [(Purpose::Seal, &seals.seal), (Purpose::Officer, &seals.officer)]
        .map(|(purpose, keys)| credential(agency, purpose, keys))
        .to_vec()
}

/// What the hub keeps of a certificate of that authority.
pub(crate) fn credential(agency: Fixture, purpose: Purpose, keys: &KeyedCertificate) -> Credential {
    Credential {
        agency: agency.code(),
        fingerprint: fingerprint(&keys.certificate).expect("a certificate"),
        purpose,
        officer: (purpose == Purpose::Officer).then(|| agency.officer_id()),
        certificate: CertificateDer::from_pem_slice(keys.certificate.as_bytes())
            .expect("a certificate")
            .to_vec(),
        not_before: validity().not_before,
        not_after: validity().not_after,
        registered_time: start(),
        revoked_time: None,
    }
}

/// Times of a signature that a hub takes from the start of the tests on, as long as any may be.
pub(crate) fn times() -> Times {
    times_from(start())
}

/// Likewise from another moment on.
pub(crate) fn times_from(now: Timestamp) -> Times {
    Times {
        issued: now.seconds(),
        expires: now.seconds() + MAX_LIFETIME_SECONDS,
    }
}

/// The document as its kind wants it at submit: signed by its agency, or as it is.
pub(crate) fn order_text(document: &str, times: Times) -> Result<String, String> {
    let Ok(value) = serde_json::from_str::<Value>(document) else {
        return Ok(document.to_owned());
    };
    let known = |member: &str| value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (code, agency) = (known("kind"), known("agency"));
    let catalogue = &super::commands::CATALOGUE;
    let Some(kind) = catalogue.kinds().find(|kind| kind.code().as_str() == code) else {
        return Ok(document.to_owned());
    };
    // What is too large cannot be signed, and is refused before anybody looks for a signature.
    let is_too_large = document.len() > MAX_PAYLOAD_BYTES;
    if is_too_large || !kind.definition.signed_steps.contains(&Action::Submit) {
        return Ok(document.to_owned());
    }
    let with_officer = kind.definition.officer_signed_steps.contains(&Action::Submit);
    let sealer = of_code(&agency).sealer;
    Err(sealer
        .sign(document.as_bytes(), with_officer, times, &OsRandom)
        .expect("it signs"))
}

macro_rules! contents {
    ($($name:ident, $now:ident, $at:ident in $module:ident;)+) => {$(
        /// The content of a submit with this order, signed if its kind asks for it.
        pub(crate) fn $name(document: &str) -> Option<v1::$module::Content> {
            $at(document, times())
        }

        /// Likewise for a hub whose clock is the machine's.
        pub(crate) fn $now(document: &str) -> Option<v1::$module::Content> {
            $at(document, times_from(SystemClock.now()))
        }

        /// Likewise, signed at these times.
        pub(crate) fn $at(document: &str, times: Times) -> Option<v1::$module::Content> {
            Some(match order_text(document, times) {
                Ok(text) => v1::$module::Content::Document(text),
                Err(jws) => v1::$module::Content::Jws(jws),
            })
        }
    )+};
}

contents! {
    submit, submit_now, submit_at in submit_request;
    submit_in_stream, submit_in_stream_now, submit_in_stream_at in submit_stream_request;
}

/// The document inside what a hub delivers.
pub(crate) fn document_in(document: &v1::Document) -> Vec<u8> {
    lienthong::evidence::jws::document_in(&document.media_type, &document.content)
        .expect("a document")
        .into_owned()
}
