//! Lists that come, go, break, grow old and roll back; and what the handshake makes of each.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::danger::ClientCertVerifier as _;

use super::anchor::{Anchor, CertificateId};
use super::book::{CrlBook, Standing};
use super::crl::CrlFault;
use super::verifier::ClientVerifier;
use crate::client::pki::{Authority, KeyedCertificate, Leaf, Usage, Validity};
use crate::domain::time::Timestamp;

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-22T10:00:00Z").unwrap()
}

fn hours(from: i64, to: i64) -> Validity {
    Validity {
        not_before: now().plus_hours(from),
        not_after: now().plus_hours(to),
    }
}

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

fn anchor(authority: &Authority) -> Anchor {
    Anchor::read(der(&authority.certificate_pem())).unwrap()
}

struct World {
    authority: Authority,
    anchors: Vec<Anchor>,
    good: KeyedCertificate,
    bad: KeyedCertificate,
}

impl World {
    fn new() -> Self {
        let authority = Authority::new("client CA", hours(-1, 1000)).unwrap();
        let issue = || authority.issue_client("TEST", hours(-1, 900)).unwrap();
        let (good, bad) = (issue(), issue());
        Self {
            anchors: vec![anchor(&authority)],
            authority,
            good,
            bad,
        }
    }

    fn list(&self, number: u64, from: i64, to: i64) -> String {
        self.authority
            .revocation_list(&[&self.bad], number, hours(from, to))
            .unwrap()
    }

    fn after(&self, book: &CrlBook, file: &str) -> (CrlBook, Vec<CrlFault>) {
        let (book, faults) = book.after(&[Ok(file.as_bytes())], &self.anchors, now());
        (book, faults.into_iter().map(|(_, fault)| fault).collect())
    }

    /// What calls and the handshake make of a certificate at an instant; they must agree.
    fn standing(&self, book: &CrlBook, pem: &KeyedCertificate, at: Timestamp) -> Standing {
        let certificate = der(&pem.certificate);
        let standing = book.standing(CertificateId::read(&certificate).as_ref(), at);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = ClientVerifier::new(&self.anchors, book, &provider, at).unwrap();
        let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.seconds()).unwrap()));
        let handshake = verifier.verify_client_cert(&certificate, &[], time);
        assert_eq!(
            handshake.is_ok(),
            standing == Standing::Good,
            "{handshake:?} {standing:?}"
        );
        standing
    }
}

#[test]
fn a_list_refuses_what_it_names_and_nothing_else() {
    let world = World::new();
    let empty = CrlBook::default();
    assert_eq!(world.standing(&empty, &world.bad, now()), Standing::Good);
    let (book, faults) = world.after(&empty, &world.list(1, -1, 24));
    assert_eq!(faults, []);
    assert_eq!(world.standing(&book, &world.bad, now()), Standing::Revoked);
    assert_eq!(world.standing(&book, &world.good, now()), Standing::Good);
}

#[test]
fn a_list_in_der_is_taken_like_one_in_pem_and_a_file_may_hold_several() {
    let world = World::new();
    let pem = world.list(1, -1, 24);
    let der = CertificateRevocationListDer::from_pem_slice(pem.as_bytes()).unwrap();
    let (book, faults) = CrlBook::default().after(&[Ok(&der)], &world.anchors, now());
    assert_eq!(faults, []);
    assert_eq!(world.standing(&book, &world.bad, now()), Standing::Revoked);
    let (book, faults) = world.after(&book, &format!("{pem}{}", world.list(2, 0, 24)));
    assert_eq!(faults, []);
    assert_eq!(book.expired(now()), 0);
}

#[test]
fn an_expired_list_refuses_every_certificate_of_its_authority_until_a_new_one_comes() {
    let world = World::new();
    let (book, _) = world.after(&CrlBook::default(), &world.list(1, -1, 24));
    let later = now().plus_hours(24);
    assert_eq!(
        world.standing(&book, &world.good, later.plus_micros(-1_000_000)),
        Standing::Good
    );
    assert_eq!(world.standing(&book, &world.good, later), Standing::Unknown);
    assert_eq!(world.standing(&book, &world.bad, later), Standing::Revoked);
    assert_eq!((book.expired(now()), book.expired(later)), (0, 1));
    let next = world.list(2, 23, 48);
    let (book, faults) = book.after(&[Ok(next.as_bytes())], &world.anchors, later);
    assert_eq!(faults, []);
    assert_eq!(world.standing(&book, &world.good, later), Standing::Good);
}

#[test]
fn a_fault_keeps_the_list_in_force() {
    let world = World::new();
    let (book, _) = world.after(&CrlBook::default(), &world.list(5, -10, 24));
    let stranger = Authority::new("another CA", hours(-1, 100)).unwrap();
    let forger = Authority::new("client CA", hours(-1, 100)).unwrap();
    let none: &[&KeyedCertificate] = &[];
    let good = world.list(6, -1, 24);
    let (cut, _) = good.split_at(good.len() / 2);
    for (file, fault) in [
        ("", CrlFault::NotACrl),
        ("text", CrlFault::NotACrl),
        (cut, CrlFault::NotACrl),
        (&world.authority.certificate_pem(), CrlFault::NotACrl),
        (
            &stranger.revocation_list(none, 9, hours(-1, 24)).unwrap(),
            CrlFault::IssuerUnknown,
        ),
        (
            &forger.revocation_list(none, 9, hours(-1, 24)).unwrap(),
            CrlFault::BadSignature,
        ),
        (
            &world.authority.revocation_list(none, 6, hours(-9, -1)).unwrap(),
            CrlFault::Expired,
        ),
        (
            &world.authority.revocation_list(none, 6, hours(1, 24)).unwrap(),
            CrlFault::NotYetValid,
        ),
        (
            &world.authority.revocation_list(none, 4, hours(-1, 24)).unwrap(),
            CrlFault::Older,
        ),
        (
            &world.authority.revocation_list(none, 5, hours(-11, 24)).unwrap(),
            CrlFault::Older,
        ),
        (
            &world.authority.revocation_list(none, 5, hours(-10, 48)).unwrap(),
            CrlFault::Older,
        ),
        (
            &world.authority.revocation_list(none, 6, hours(-11, 24)).unwrap(),
            CrlFault::Older,
        ),
    ] {
        let (after, faults) = world.after(&book, file);
        assert_eq!(faults, [fault]);
        assert_eq!(world.standing(&after, &world.bad, now()), Standing::Revoked, "{fault}");
        assert_eq!(world.standing(&after, &world.good, now()), Standing::Good, "{fault}");
    }
    let (after, faults) = book.after(&[Err(CrlFault::Unreadable)], &world.anchors, now());
    assert_eq!(faults, [(0, CrlFault::Unreadable)]);
    assert!(after.is_same(&book));
    let (after, faults) = world.after(&book, &good);
    assert_eq!(faults, []);
    assert!(!after.is_same(&book));
}

#[test]
fn a_list_of_a_higher_number_in_more_bytes_is_newer() {
    let world = World::new();
    let (book, _) = world.after(&CrlBook::default(), &world.list(255, -3, 24));
    let (book, faults) = world.after(&book, &world.list(256, -2, 24));
    assert_eq!(faults, []);
    assert_eq!(world.after(&book, &world.list(255, -1, 24)).1, [CrlFault::Older]);
}

#[test]
fn an_authority_without_a_list_is_refused_only_where_one_is_required() {
    let world = World::new();
    assert_eq!(CrlBook::new(true).standing(None, now()), Standing::Unknown);
    assert_eq!(world.standing(&CrlBook::new(false), &world.good, now()), Standing::Good);
    let id = CertificateId::read(&der(&world.good.certificate));
    assert_eq!(CrlBook::new(true).standing(id.as_ref(), now()), Standing::Unknown);
    assert!(!CrlBook::new(true).speaks_for(&world.anchors[0]));
    let (book, _) = world.after(&CrlBook::new(true), &world.list(1, -1, 24));
    assert!(book.speaks_for(&world.anchors[0]));
    assert_eq!(world.standing(&book, &world.good, now()), Standing::Good);
}

#[test]
fn an_authority_that_changed_its_key_has_a_list_for_each() {
    let mut world = World::new();
    let renewed = Authority::new("client CA", hours(-1, 1000)).unwrap();
    world.anchors.push(anchor(&renewed));
    let of_renewed = renewed.issue_client("TEST", hours(-1, 900)).unwrap();
    let revoked = renewed.issue_client("TEST", hours(-1, 900)).unwrap();
    let both = world.list(1, -1, 24) + &renewed.revocation_list(&[&revoked], 1, hours(-1, 48)).unwrap();
    let (book, faults) = world.after(&CrlBook::default(), &both);
    assert_eq!(faults, []);
    for (pem, standing) in [
        (&world.good, Standing::Good),
        (&of_renewed, Standing::Good),
        (&world.bad, Standing::Revoked),
        (&revoked, Standing::Revoked),
    ] {
        assert_eq!(world.standing(&book, pem, now()), standing);
    }
    // The old key's list has ended; the new key's certificates are not touched by that.
    let later = now().plus_hours(30);
    assert_eq!(world.standing(&book, &world.good, later), Standing::Unknown);
    assert_eq!(world.standing(&book, &of_renewed, later), Standing::Good);
}

#[test]
fn a_stated_key_usage_without_signatures_is_refused() {
    let world = World::new();
    let leaf = Leaf {
        common_name: "TEST",
        hosts: &[],
        usage: Usage::Client,
        validity: hours(-1, 10),
    };
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = leaf.params().unwrap();
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyAgreement];
    let pem = world.authority.sign(&params, &key).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = ClientVerifier::new(&world.anchors, &CrlBook::default(), &provider, now()).unwrap();
    let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now().seconds()).unwrap()));
    let check = |pem: &KeyedCertificate| verifier.verify_client_cert(&der(&pem.certificate), &[], time).is_ok();
    assert!(!check(&pem));
    assert!(check(&world.good));
}
