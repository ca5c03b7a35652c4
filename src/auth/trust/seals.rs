//! Whether an authority stands behind the certificate of a signature. It is one of the client CA's, as for connections: the
//! certificate must be signed by it, and no list of revocations may name either. Signatures are checked once per
//! certificate as long as the authorities stay the same; lists and days are asked every time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::anchor::{Anchor, CertificateId};
use super::book::{CrlBook, Standing};
use crate::app::signatures::ChainTrust;
use crate::domain::time::Timestamp;
use crate::evidence::Digest;
use crate::evidence::jws::SignatureFault;

/// Most certificates that are remembered.
const REMEMBERED: usize = 10_000;

/// See the module.
pub struct SealTrust {
    anchors: watch::Receiver<Arc<Vec<Anchor>>>,
    crls: watch::Receiver<Arc<CrlBook>>,
    checked: Mutex<Checked>,
}

/// What was checked by one set of authorities.
#[derive(Default)]
struct Checked {
    by: Arc<Vec<Anchor>>,
    /// The certificate as lists name it, and the number of the authority that signed it.
    issued: HashMap<Digest, Arc<Issued>>,
}

struct Issued {
    id: CertificateId,
    by: Vec<usize>,
}

impl SealTrust {
    /// By these authorities and lists, whatever they are when asked.
    pub fn new(anchors: watch::Receiver<Arc<Vec<Anchor>>>, crls: watch::Receiver<Arc<CrlBook>>) -> Self {
        Self {
            anchors,
            crls,
            checked: Mutex::default(),
        }
    }

    fn issued(&self, anchors: &Arc<Vec<Anchor>>, fingerprint: &Digest, certificate: &[u8]) -> Option<Arc<Issued>> {
        {
            let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
            if !Arc::ptr_eq(&checked.by, anchors) || checked.issued.len() >= REMEMBERED {
                *checked = Checked {
                    by: Arc::clone(anchors),
                    issued: HashMap::new(),
                };
            }
            if let Some(issued) = checked.issued.get(fingerprint) {
                return Some(Arc::clone(issued));
            }
        }
        let id = CertificateId::read(certificate)?;
        let signed_by = |(number, anchor): (usize, &Anchor)| is_signed_by(certificate, anchor).then_some(number);
        let by: Vec<usize> = anchors.iter().enumerate().filter_map(signed_by).collect();
        if by.is_empty() {
            return None;
        }
        let issued = Arc::new(Issued { id, by });
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&checked.by, anchors) {
            checked.issued.insert(*fingerprint, Arc::clone(&issued));
        }
        Some(issued)
    }
}

/// Whether the authority's key has signed the certificate.
fn is_signed_by(certificate: &[u8], anchor: &Anchor) -> bool {
    let (Ok((_, certificate)), Ok((_, authority))) = (
        X509Certificate::from_der(certificate),
        X509Certificate::from_der(&anchor.der),
    ) else {
        return false;
    };
    certificate.issuer() == authority.subject() && certificate.verify_signature(Some(authority.public_key())).is_ok()
}

impl ChainTrust for SealTrust {
    fn check(&self, fingerprint: &Digest, certificate: &[u8], now: Timestamp) -> Result<(), SignatureFault> {
        let anchors = Arc::clone(&self.anchors.borrow());
        let crls = Arc::clone(&self.crls.borrow());
        let issued = self.issued(&anchors, fingerprint, certificate);
        let issued = issued.ok_or(SignatureFault::ChainNotTrusted)?;
        let stands = |number: &usize| {
            anchors.get(*number).is_some_and(|anchor| {
                anchor.is_valid_at(now) && crls.standing(Some(anchor.id()), now) != Standing::Revoked
            })
        };
        if !issued.by.iter().any(stands) {
            return Err(SignatureFault::ChainNotTrusted);
        }
        match crls.standing(Some(&issued.id), now) {
            Standing::Good => Ok(()),
            Standing::Revoked => Err(SignatureFault::ChainRevoked),
            Standing::Unknown => Err(SignatureFault::ChainUnknown),
        }
    }

    fn authorities(&self, certificate: &[u8]) -> Vec<Vec<u8>> {
        let anchors = Arc::clone(&self.anchors.borrow());
        let mut behind: Vec<Vec<u8>> = Vec::new();
        let mut looked_at = 0;
        let mut next = Some(certificate.to_vec());
        while let Some(certificate) = next {
            let signed = anchors.iter().filter(|anchor| is_signed_by(&certificate, anchor));
            let fresh: Vec<_> = signed
                .map(|anchor| anchor.der.to_vec())
                .filter(|der| !behind.contains(der))
                .collect();
            behind.extend(fresh);
            next = behind.get(looked_at).cloned();
            looked_at += 1;
        }
        behind
    }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::*;
    use crate::client::pki::{Authority, KeyedCertificate, Validity};
    use crate::evidence::digest::sha256;

    fn now() -> Timestamp {
        Timestamp::parse_rfc3339("2026-11-22T10:00:00Z").unwrap()
    }

    fn der(pem: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
    }

    fn anchors(authorities: &[&Authority]) -> Arc<Vec<Anchor>> {
        let read = |authority: &&Authority| Anchor::read(der(&authority.certificate_pem())).unwrap();
        Arc::new(authorities.iter().map(read).collect())
    }

    fn check(trust: &SealTrust, keys: &KeyedCertificate, now: Timestamp) -> Result<(), SignatureFault> {
        let der = der(&keys.certificate);
        trust.check(&sha256(&der), &der, now)
    }

    #[test]
    fn a_certificate_counts_as_long_as_its_authority_and_no_list_names_it() {
        let validity = Validity::days(now(), 10);
        let (ours, other) = (
            Authority::new("A", validity).unwrap(),
            Authority::new("A", validity).unwrap(),
        );
        let (good, revoked) = (
            ours.issue_client("X", validity).unwrap(),
            ours.issue_client("X", validity).unwrap(),
        );
        let stranger = other.issue_client("X", validity).unwrap();
        let (anchor_sender, anchor_receiver) = watch::channel(anchors(&[&ours]));
        let (crl_sender, crl_receiver) = watch::channel(Arc::new(CrlBook::default()));
        let trust = SealTrust::new(anchor_receiver, crl_receiver);
        assert_eq!(check(&trust, &good, now()), Ok(()));
        assert_eq!(check(&trust, &revoked, now()), Ok(()));
        assert_eq!(
            check(&trust, &stranger, now()),
            Err(SignatureFault::ChainNotTrusted),
            "the same name, another key"
        );
        assert_eq!(
            check(&trust, &good, now().plus_hours(24 * 11)),
            Err(SignatureFault::ChainNotTrusted),
            "its authority has expired"
        );

        let list = ours.revocation_list(&[&revoked], 1, Validity::days(now(), 1)).unwrap();
        let (book, faults) = CrlBook::default().after(&[Ok(list.as_bytes())], &anchors(&[&ours]), now());
        assert!(faults.is_empty());
        crl_sender.send_replace(Arc::new(book));
        assert_eq!(check(&trust, &good, now()), Ok(()));
        assert_eq!(check(&trust, &revoked, now()), Err(SignatureFault::ChainRevoked));
        assert_eq!(
            check(&trust, &good, now().plus_hours(25)),
            Err(SignatureFault::ChainUnknown),
            "the list is out of date"
        );

        anchor_sender.send_replace(anchors(&[&other]));
        assert_eq!(
            check(&trust, &good, now()),
            Err(SignatureFault::ChainNotTrusted),
            "its authority has left"
        );
        crl_sender.send_replace(Arc::new(CrlBook::default()));
        assert_eq!(check(&trust, &stranger, now()), Ok(()));
    }
}
