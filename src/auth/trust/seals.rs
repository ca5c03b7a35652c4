//! Whether an authority stands behind the certificate of a signature. It is one of the client CA's, as for connections: the
//! certificate must be signed by it, and no list of revocations may name either. Signatures are checked once per
//! certificate as long as the authorities stay the same; lists and days are asked every time. What a certificate was judged by is
//! told with the judgement: the newest list in the log need not be the one that was asked.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::anchor::{Anchor, CertificateId};
use super::book::{CrlBook, Standing};
use crate::app::signatures::{ChainTrust, Judged, Link, Paper};
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
    issued: HashMap<Digest, Arc<Issued>>,
}

struct Issued {
    /// The certificate as lists name it.
    id: CertificateId,
    /// For each authority that signed it the numbers of that one, of the one that signed it, and so on.
    chains: Vec<Vec<usize>>,
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
        let chains: Vec<_> = signers(certificate, anchors)
            .map(|first| chain(first, anchors))
            .collect();
        if chains.is_empty() {
            return None;
        }
        let issued = Arc::new(Issued { id, chains });
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&checked.by, anchors) {
            checked.issued.insert(*fingerprint, Arc::clone(&issued));
        }
        Some(issued)
    }
}

/// The numbers of the authorities whose key has signed the certificate.
fn signers(certificate: &[u8], anchors: &[Anchor]) -> impl Iterator<Item = usize> {
    let numbered = anchors.iter().enumerate();
    numbered.filter_map(move |(number, anchor)| is_signed_by(certificate, anchor).then_some(number))
}

/// The authority, and those above it.
fn chain(first: usize, anchors: &[Anchor]) -> Vec<usize> {
    let mut chain = vec![first];
    let above = |chain: &[usize]| {
        let last = anchors.get(*chain.last()?)?;
        signers(&last.der, anchors).find(|number| !chain.contains(number))
    };
    while let Some(next) = above(&chain) {
        chain.push(next);
    }
    chain
}

/// The links of a chain. Looked up are the certificate, in the list of the authority that signed it, and that authority.
fn links(chain: &[&Anchor], certificate: &CertificateId, crls: &CrlBook) -> Vec<Link> {
    let looked_up = [Some(certificate), chain.first().map(|first| first.id())];
    let looked_up = looked_up.into_iter().chain(std::iter::repeat(None));
    let links = chain.iter().zip(looked_up).map(|(anchor, about)| Link {
        authority: paper(Arc::new((*anchor).clone())),
        revocation_list: about.and_then(|about| crls.asked(anchor, about)).map(paper),
    });
    links.collect()
}

fn paper(paper: Arc<impl Paper + 'static>) -> Arc<dyn Paper> {
    paper
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
    fn check(&self, fingerprint: &Digest, certificate: &[u8], now: Timestamp) -> Result<Judged, SignatureFault> {
        let anchors = Arc::clone(&self.anchors.borrow());
        let crls = Arc::clone(&self.crls.borrow());
        let issued = self.issued(&anchors, fingerprint, certificate);
        let issued = issued.ok_or(SignatureFault::ChainNotTrusted)?;
        let stands =
            |anchor: &Anchor| anchor.is_valid_at(now) && crls.standing(Some(anchor.id()), now) != Standing::Revoked;
        let standing = issued.chains.iter().find_map(|chain| {
            let chain: Vec<&Anchor> = chain.iter().filter_map(|number| anchors.get(*number)).collect();
            let first = chain.first().copied().filter(|first| stands(first))?;
            Some((chain, first.last_instant()))
        });
        let (chain, last_instant) = standing.ok_or(SignatureFault::ChainNotTrusted)?;
        match crls.standing(Some(&issued.id), now) {
            Standing::Good => Ok(Judged {
                chain: links(&chain, &issued.id, &crls),
                good_until: last_instant.min(crls.good_until(&issued.id)),
            }),
            Standing::Revoked => Err(SignatureFault::ChainRevoked),
            Standing::Unknown => Err(SignatureFault::ChainUnknown),
        }
    }

    fn authorities(&self, certificate: &[u8]) -> Vec<Digest> {
        let anchors = Arc::clone(&self.anchors.borrow());
        let behind: BTreeSet<Digest> = signers(certificate, &anchors)
            .flat_map(|first| chain(first, &anchors))
            .filter_map(|number| Some(anchors.get(number)?.sha256()))
            .collect();
        behind.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

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
        trust.check(&sha256(&der), &der, now).map(drop)
    }

    fn digest(authority: &Authority) -> Digest {
        sha256(&der(&authority.certificate_pem()))
    }

    fn digest_of(list: &str) -> Digest {
        sha256(&CertificateRevocationListDer::from_pem_slice(list.as_bytes()).unwrap())
    }

    /// What a certificate was judged by, authority and list each, and until when that stays.
    fn told(trust: &SealTrust, keys: &KeyedCertificate) -> (Vec<(Digest, Option<Digest>)>, Timestamp) {
        let der = der(&keys.certificate);
        let judged = trust.check(&sha256(&der), &der, now()).ok().unwrap();
        let chain = judged.chain.iter();
        let of = |link: &Link| {
            (
                link.authority.sha256(),
                link.revocation_list.as_ref().map(|list| list.sha256()),
            )
        };
        (chain.map(of).collect(), judged.good_until)
    }

    #[test]
    fn an_authority_is_looked_up_in_the_list_of_the_one_above_it() {
        let validity = Validity::days(now(), 10);
        let root = Authority::new("root", validity).unwrap();
        let below = root.subordinate("below", validity).unwrap();
        let keys = below.issue_client("X", validity).unwrap();
        let all = anchors(&[&below, &root]);
        let (_anchors, anchor_receiver) = watch::channel(Arc::clone(&all));
        let (crl_sender, crl_receiver) = watch::channel(Arc::new(CrlBook::default()));
        let trust = SealTrust::new(anchor_receiver, crl_receiver);
        let (of_root, of_below) = (
            root.revocation_list(&[], 1, Validity::days(now(), 1)).unwrap(),
            below.revocation_list(&[], 1, Validity::days(now(), 2)).unwrap(),
        );
        let lists = [Ok(of_root.as_bytes()), Ok(of_below.as_bytes())];
        let (book, faults) = CrlBook::default().after(&lists, &all, now());
        assert!(faults.is_empty());
        crl_sender.send_replace(Arc::new(book));
        let (chain, _) = told(&trust, &keys);
        let expected = [
            (digest(&below), Some(digest_of(&of_below))),
            (digest(&root), Some(digest_of(&of_root))),
        ];
        assert_eq!(chain, expected);
        let revoked = root
            .revocation_list(&[&below.keyed_certificate()], 2, Validity::days(now(), 1))
            .unwrap();
        let (book, faults) = CrlBook::default().after(&[Ok(revoked.as_bytes())], &all, now());
        assert!(faults.is_empty());
        crl_sender.send_replace(Arc::new(book));
        assert_eq!(check(&trust, &keys, now()), Err(SignatureFault::ChainNotTrusted));
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
        let end = validity.not_after.plus_micros(999_999);
        let by_authority = vec![(digest(&ours), None)];
        assert_eq!(told(&trust, &good), (by_authority, end), "no list was asked");
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
        assert_eq!(
            told(&trust, &good),
            (
                vec![(digest(&ours), Some(digest_of(&list)))],
                now().plus_hours(24).plus_micros(-1)
            ),
            "judged by this very list, as long as it speaks"
        );
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
