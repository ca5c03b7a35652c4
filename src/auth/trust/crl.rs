//! One revocation list: read, checked against the authority that signed it, and compared with an older one.

use std::collections::HashSet;
use std::fmt;

use bytes::Bytes;
use rustls::pki_types::CertificateRevocationListDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::extensions::ParsedExtension;
use x509_parser::num_bigint::BigUint;
use x509_parser::oid_registry::{
    OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA, OID_X509_EXT_DELTA_CRL_INDICATOR, OID_X509_EXT_ISSUER_DISTRIBUTION_POINT,
};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _};
use x509_parser::time::ASN1Time;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::anchor::{Anchor, CertificateId, without_leading_zeros};
use crate::app::ledger::command::TrustPaper;
use crate::app::signatures::Paper;
use crate::domain::time::Timestamp;
use crate::domain::trust::TrustKind;
use crate::evidence::Digest;
use crate::evidence::digest::sha256;

/// How far the clock of whoever makes the lists may run ahead of the hub's.
const CLOCK_LEEWAY_MICROS: i64 = 5 * 60 * 1_000_000;

/// A list whose signature is its authority's. Whether it is still in date is asked anew each time.
pub struct Crl {
    /// As it is signed.
    pub(super) der: CertificateRevocationListDer<'static>,
    sha256: Digest,
    /// The authority's name (DER).
    pub(super) issuer: Vec<u8>,
    /// The authority's key (subjectPublicKeyInfo, DER).
    pub(super) key: Vec<u8>,
    key_id: Option<Vec<u8>>,
    /// The list's number, big-endian, without leading zeros.
    number: Option<Vec<u8>>,
    this_update: Timestamp,
    /// From this instant on the list says nothing any more.
    pub(super) next_update: Timestamp,
    serials: HashSet<Vec<u8>>,
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crl")
            .field("next_update", &self.next_update)
            .field("revoked", &self.serials.len())
            .finish_non_exhaustive()
    }
}

/// Why a list, or a file of lists, is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CrlFault {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Unreadable,
    /// The file is larger than the log keeps of it, 16 MiB.
    #[error("the file is larger than 16 MiB")]
    TooLarge,
    /// It is no list in PEM or DER.
    #[error("it is not a certificate revocation list in PEM or DER")]
    NotACrl,
    /// No authority of `--client-ca` has that name and key.
    #[error("it is of no authority in the client CA file")]
    IssuerUnknown,
    /// The signature is wrong or of a kind that is not accepted (SHA-1).
    #[error("its signature is wrong or of a kind that is not accepted")]
    BadSignature,
    /// It does not speak for all certificates of its authority (delta list, distribution point), or has a critical extension
    /// that the hub does not know.
    #[error("it is a partial list; only a full list of its authority is accepted")]
    Partial,
    /// It does not say when the next one comes.
    #[error("it does not say when the next one comes (nextUpdate)")]
    NoNextUpdate,
    /// The next one is due.
    #[error("it has expired")]
    Expired,
    /// It is from the future.
    #[error("it is not valid yet; is the clock right?")]
    NotYetValid,
    /// A newer one of the same authority is in force.
    #[error("it is older than the list in force")]
    Older,
}

impl CrlFault {
    /// The stable reason, for logs.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too_large",
            Self::NotACrl => "not_a_crl",
            Self::IssuerUnknown => "issuer_unknown",
            Self::BadSignature => "bad_signature",
            Self::Partial => "partial",
            Self::NoNextUpdate => "no_next_update",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Older => "older",
        }
    }
}

/// The lists in a file: one in DER, or one or more in PEM.
pub fn lists(file: &[u8]) -> Result<Vec<CertificateRevocationListDer<'static>>, CrlFault> {
    /// A SEQUENCE: what every list in DER begins with.
    const SEQUENCE: u8 = 0x30;
    if file.first() == Some(&SEQUENCE) {
        return Ok(vec![CertificateRevocationListDer::from(file.to_vec())]);
    }
    let lists: Vec<_> = CertificateRevocationListDer::pem_slice_iter(file)
        .collect::<Result<_, _>>()
        .or(Err(CrlFault::NotACrl))?;
    if lists.is_empty() {
        return Err(CrlFault::NotACrl);
    }
    Ok(lists)
}

impl Crl {
    /// Reads a list and finds the authority that signed it.
    pub fn read(der: CertificateRevocationListDer<'static>, anchors: &[Anchor]) -> Result<Self, CrlFault> {
        let (rest, list) = CertificateRevocationList::from_der(&der).or(Err(CrlFault::NotACrl))?;
        if !rest.is_empty() {
            return Err(CrlFault::NotACrl);
        }
        let issuer = list.issuer().as_raw();
        let mut of_that_name = anchors.iter().filter(|anchor| anchor.subject == issuer).peekable();
        if of_that_name.peek().is_none() {
            return Err(CrlFault::IssuerUnknown);
        }
        let is_weak = [OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA].contains(&list.signature_algorithm.algorithm);
        let anchor = of_that_name
            .find(|anchor| !is_weak && is_signed_by(&list, anchor))
            .ok_or(CrlFault::BadSignature)?;
        check_scope(&list)?;
        let next_update = list.next_update().ok_or(CrlFault::NoNextUpdate)?;
        let serials = list
            .iter_revoked_certificates()
            .map(|revoked| without_leading_zeros(revoked.raw_serial()).to_vec())
            .collect();
        Ok(Self {
            issuer: anchor.subject.clone(),
            key: anchor.key.clone(),
            key_id: anchor.key_id.clone(),
            number: list.crl_number().map(BigUint::to_bytes_be),
            this_update: timestamp(list.last_update()),
            next_update: timestamp(next_update),
            serials,
            sha256: sha256(&der),
            der,
        })
    }

    /// Refuses a list that says nothing at `now`.
    pub(super) fn check_time(&self, now: Timestamp) -> Result<(), CrlFault> {
        if now >= self.next_update {
            return Err(CrlFault::Expired);
        }
        if self.this_update > now.plus_micros(CLOCK_LEEWAY_MICROS) {
            return Err(CrlFault::NotYetValid);
        }
        Ok(())
    }

    /// Whether the two are lists of the same authority and key: then only one of them can be in force.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        self.issuer == other.issuer && self.key == other.key
    }

    /// Whether this one was made after `other`. A list without a number is judged by its time alone.
    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        let numbers = self.number.as_ref().zip(other.number.as_ref());
        let by_number = numbers.map(|(mine, its)| (mine.len(), mine).cmp(&(its.len(), its)));
        match by_number {
            Some(std::cmp::Ordering::Less) => false,
            Some(std::cmp::Ordering::Greater) => self.this_update >= other.this_update,
            Some(std::cmp::Ordering::Equal) | None => self.this_update > other.this_update,
        }
    }

    /// Whether this list speaks for that certificate.
    pub(super) fn covers(&self, id: &CertificateId) -> bool {
        let keys = self.key_id.as_ref().zip(id.issuer_key_id.as_ref());
        self.issuer == id.issuer && keys.is_none_or(|(mine, its)| mine == its)
    }

    /// Whether the certificate stands on the list.
    pub(super) fn lists(&self, id: &CertificateId) -> bool {
        self.serials.contains(&id.serial)
    }
}

impl Paper for Crl {
    fn sha256(&self) -> Digest {
        self.sha256
    }

    fn content(&self) -> (TrustPaper, Bytes) {
        let paper = TrustPaper {
            kind: TrustKind::RevocationList,
            authority_key: sha256(&self.key),
            valid_from: self.this_update,
            valid_to: self.next_update,
        };
        (paper, Bytes::copy_from_slice(&self.der))
    }
}

fn is_signed_by(list: &CertificateRevocationList<'_>, anchor: &Anchor) -> bool {
    SubjectPublicKeyInfo::from_der(&anchor.key).is_ok_and(|(_, key)| list.verify_signature(&key).is_ok())
}

fn check_scope(list: &CertificateRevocationList<'_>) -> Result<(), CrlFault> {
    let is_partial = list.extensions().iter().any(|extension| {
        extension.oid == OID_X509_EXT_ISSUER_DISTRIBUTION_POINT
            || extension.oid == OID_X509_EXT_DELTA_CRL_INDICATOR
            || (extension.critical
                && matches!(
                    extension.parsed_extension(),
                    ParsedExtension::UnsupportedExtension { .. }
                ))
    });
    if is_partial { Err(CrlFault::Partial) } else { Ok(()) }
}

fn timestamp(time: ASN1Time) -> Timestamp {
    Timestamp::from_micros(time.timestamp().saturating_mul(1_000_000))
}
