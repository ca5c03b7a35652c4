//! What an authority's papers say: whether it signed a certificate or a list, when it could, and what it had revoked. The
//! hub takes lists by the same rules (decision 0015); they are written here for themselves.

use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::{
    OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA, OID_X509_EXT_DELTA_CRL_INDICATOR, OID_X509_EXT_ISSUER_DISTRIBUTION_POINT,
};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};
use x509_parser::time::ASN1Time;

/// How far the clock of whoever makes the lists may run ahead of the hub's, microseconds.
const CLOCK_LEEWAY: i64 = 5 * 60 * 1_000_000;

fn micros(time: ASN1Time) -> i64 {
    time.timestamp().saturating_mul(1_000_000)
}

fn certificate(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate)
}

/// Whether the authority's key has signed the certificate.
pub(super) fn is_signed_by(signed: &[u8], authority: &[u8]) -> bool {
    let (Some(signed), Some(authority)) = (certificate(signed), certificate(authority)) else {
        return false;
    };
    signed.issuer() == authority.subject() && signed.verify_signature(Some(authority.public_key())).is_ok()
}

/// Whether it is a certificate.
pub(super) fn is_certificate(der: &[u8]) -> bool {
    certificate(der).is_some()
}

/// Whether the certificate was valid at that second.
pub(super) fn is_valid_at(der: &[u8], hub_time: i64) -> bool {
    let seconds = hub_time.div_euclid(1_000_000);
    certificate(der).is_some_and(|certificate| {
        let validity = certificate.validity();
        (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&seconds)
    })
}

/// A list of revocations, whole.
#[derive(Debug)]
pub(super) struct List<'a> {
    list: CertificateRevocationList<'a>,
    next_update: i64,
}

impl<'a> List<'a> {
    /// Reads a list; none if it is none, is a partial one, or does not say when the next one comes.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let (rest, list) = CertificateRevocationList::from_der(der).ok()?;
        let is_partial = list.extensions().iter().any(|extension| {
            let is_unknown = matches!(
                extension.parsed_extension(),
                ParsedExtension::UnsupportedExtension { .. }
            );
            [OID_X509_EXT_ISSUER_DISTRIBUTION_POINT, OID_X509_EXT_DELTA_CRL_INDICATOR].contains(&extension.oid)
                || (extension.critical && is_unknown)
        });
        let next_update = micros(list.next_update()?);
        (rest.is_empty() && !is_partial).then_some(Self { list, next_update })
    }

    /// Whether the authority's key has signed it, and not by SHA-1.
    pub(super) fn is_signed_by(&self, authority: &[u8]) -> bool {
        let Some(authority) = certificate(authority) else {
            return false;
        };
        let is_weak = [OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA].contains(&self.list.signature_algorithm.algorithm);
        let is_its = self.list.issuer().as_raw() == authority.subject().as_raw();
        is_its && !is_weak && self.list.verify_signature(authority.public_key()).is_ok()
    }

    /// Whether it could be taken by then: made before, but for clocks that differ.
    pub(super) fn was_made_by(&self, hub_time: i64) -> bool {
        micros(self.list.last_update()) <= hub_time.saturating_add(CLOCK_LEEWAY)
    }

    /// Whether it still spoke then.
    pub(super) const fn speaks_at(&self, hub_time: i64) -> bool {
        hub_time < self.next_update
    }

    /// Those of these certificates (DER) that it names.
    pub(super) fn named<'c>(&self, certificates: &[&'c [u8]]) -> Vec<&'c [u8]> {
        let numbered = certificates.iter().filter_map(|der| {
            let certificate = certificate(der)?;
            Some((*der, without_leading_zeros(certificate.raw_serial()).to_vec()))
        });
        let numbered: Vec<_> = numbered.collect();
        let mut named = Vec::new();
        for revoked in self.list.iter_revoked_certificates() {
            let serial = without_leading_zeros(revoked.raw_serial());
            let found = numbered.iter().filter(|(_, own)| own == serial);
            named.extend(found.map(|(der, _)| *der));
        }
        named
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    number.get(start..).unwrap_or_default()
}
