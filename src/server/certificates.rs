//! What can be said of certificates and key before they are used: every fault at once, and when they end.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::current_tls::CurrentTls;
use super::server_certificate;
use super::settings::{TlsPems, TlsSource};
use super::tls::{PemInput, TlsConfigError, certificates, server_config};
use super::tls_files::TlsFiles;
use crate::domain::time::{Clock, Timestamp};

/// Why one of the PEM texts cannot be used.
#[derive(Debug)]
pub struct TlsFault {
    /// Which of them.
    pub input: PemInput,
    /// Why.
    pub error: TlsConfigError,
}

/// When what holds now ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct CertificateEnds {
    /// The hub's chain: the first of it.
    pub(super) server: Option<Timestamp>,
    /// The first of the clients' CAs.
    pub(super) client_ca: Option<Timestamp>,
    /// The revocation list that is due to be replaced first.
    pub(super) client_crl: Option<Timestamp>,
}

/// Every fault of certificate, key and client CA by themselves; if there is none, whether they go together.
pub fn faults(pems: &TlsPems, clock: &Arc<dyn Clock>) -> Vec<TlsFault> {
    let found: Vec<TlsFault> = [
        (PemInput::Certificate, server_fault(&pems.certificate, clock.now())),
        (PemInput::Key, key_fault(&pems.key)),
        (PemInput::ClientCa, client_ca_fault(&pems.client_ca)),
    ]
    .into_iter()
    .filter_map(|(input, error)| Some(TlsFault { input, error: error? }))
    .collect();
    if !found.is_empty() {
        return found;
    }
    let together = server_config(&pems.borrowed(), Arc::clone(clock)).err();
    let input = PemInput::Certificate;
    together.into_iter().map(|error| TlsFault { input, error }).collect()
}

/// Why a hub would not start with these files, revocation lists among them.
pub fn fault_of_files(files: &TlsFiles, clock: Arc<dyn Clock>) -> Option<TlsConfigError> {
    CurrentTls::new(&TlsSource::Files(files.clone()), clock).err()
}

fn server_fault(pem: &[u8], now: Timestamp) -> Option<TlsConfigError> {
    match certificates(PemInput::Certificate, pem) {
        Ok(chain) => chain
            .first()
            .and_then(|certificate| server_certificate::check(certificate, now).err()),
        Err(error) => Some(error),
    }
}

fn key_fault(pem: &[u8]) -> Option<TlsConfigError> {
    PrivateKeyDer::from_pem_slice(pem)
        .err()
        .map(|source| TlsConfigError::Pem {
            input: PemInput::Key,
            source,
        })
}

fn client_ca_fault(pem: &[u8]) -> Option<TlsConfigError> {
    match certificates(PemInput::ClientCa, pem) {
        Ok(roots) => {
            let mut store = RootCertStore::empty();
            let added = roots.into_iter().try_for_each(|root| store.add(root));
            added.err().map(TlsConfigError::ClientCa)
        }
        Err(error) => Some(error),
    }
}

/// When the first of the certificates in `pem` ends; None if there is none that can be read.
pub fn earliest_end(pem: &[u8]) -> Option<Timestamp> {
    CertificateDer::pem_slice_iter(pem)
        .filter_map(Result::ok)
        .filter_map(|certificate| server_certificate::end(&certificate))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::pki::{Authority, Validity};
    use crate::domain::time::ManualClock;

    fn start() -> Timestamp {
        Timestamp::parse_rfc3339("2026-11-20T09:00:00+07:00").unwrap()
    }

    fn good() -> TlsPems {
        let authority = Authority::new("CA", Validity::days(start(), 90)).unwrap();
        let server = authority.issue_server(Validity::days(start(), 30)).unwrap();
        TlsPems {
            certificate: server.certificate.into_bytes(),
            key: server.key.into_bytes(),
            client_ca: authority.certificate_pem().into_bytes(),
        }
    }

    fn found(pems: &TlsPems, days: i64) -> Vec<PemInput> {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(start().plus_hours(24 * days)));
        faults(pems, &clock).into_iter().map(|fault| fault.input).collect()
    }

    #[test]
    fn good_ones_have_no_fault_until_they_end() {
        assert_eq!(found(&good(), 1), []);
        assert_eq!(found(&good(), 31), [PemInput::Certificate]);
    }

    #[test]
    fn every_broken_one_is_told_at_once() {
        let nothing = || b"nothing".to_vec();
        let pems = TlsPems {
            certificate: nothing(),
            key: nothing(),
            client_ca: nothing(),
        };
        assert_eq!(
            found(&pems, 1),
            [PemInput::Certificate, PemInput::Key, PemInput::ClientCa]
        );
    }

    #[test]
    fn a_key_of_another_certificate_is_found() {
        let pems = TlsPems {
            key: good().key,
            ..good()
        };
        assert_eq!(found(&pems, 1), [PemInput::Certificate]);
    }

    #[test]
    fn the_first_end_of_a_chain_counts() {
        let pems = good();
        let chain = [pems.client_ca.clone(), pems.certificate.clone()].concat();
        assert_eq!(earliest_end(&chain), earliest_end(&pems.certificate));
        assert!(earliest_end(&pems.client_ca) > earliest_end(&pems.certificate));
        assert_eq!(earliest_end(b"nothing"), None);
    }
}
