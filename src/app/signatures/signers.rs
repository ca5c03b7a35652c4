//! Whose certificates sign. What was read of them is remembered as long as the registry stays as it is.

use std::sync::Arc;

use super::chain::{ChainTrust, Judged, KeptPapers};
use super::officers::OfficersOverTime;
use crate::app::verified_cache::VerifiedCache;
use crate::domain::agency::{Credential, Purpose};
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;
use crate::domain::time::Timestamp;
use crate::evidence::Digest;
use crate::evidence::digest::sha256;
use crate::evidence::jws::{SignatureFault, VerificationKey};
use crate::store::Store;

/// Most certificates that are remembered.
const CERTIFICATES: usize = 10_000;
/// Most agencies whose officers are remembered.
const AGENCIES: usize = 1_000;

/// A registered certificate that signs documents, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signer {
    pub(super) credential: Credential,
    pub(super) key: VerificationKey,
}

impl Signer {
    /// Whether it may sign what is accepted now.
    pub(super) fn check_now(&self, now: Timestamp) -> Result<(), SignatureFault> {
        if self.credential.revoked_time.is_some() {
            Err(SignatureFault::CertificateRevoked)
        } else if now < self.credential.not_before {
            Err(SignatureFault::CertificateNotYetValid)
        } else if now > self.credential.not_after {
            Err(SignatureFault::CertificateExpired)
        } else {
            Ok(())
        }
    }
}

/// Who signs documents.
pub struct Signers {
    trust: Option<Arc<dyn ChainTrust>>,
    pub(super) kept: KeptPapers,
    certificates: VerifiedCache<Signer>,
    officers: VerifiedCache<OfficersOverTime>,
}

impl std::fmt::Debug for Signers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signers")
    }
}

impl Signers {
    /// `trust`: which authorities stand behind certificates; none: the registry alone decides.
    pub(in crate::app) fn new(trust: Option<Arc<dyn ChainTrust>>) -> Self {
        Self {
            trust,
            kept: KeptPapers::default(),
            certificates: VerifiedCache::new(CERTIFICATES),
            officers: VerifiedCache::new(AGENCIES),
        }
    }

    /// The certificate that `key_id` names, if `agency` has registered it to sign documents. Another agency's is unknown: which
    /// ones others have is not told.
    pub(super) async fn find(
        &self,
        store: &Store,
        registry_version: i64,
        agency: &AgencyCode,
        key_id: &Digest,
    ) -> Result<Result<Arc<Signer>, SignatureFault>> {
        self.certificates.observe(registry_version);
        let is_own = |signer: &Arc<Signer>| signer.credential.agency == *agency;
        if let Some(signer) = self.certificates.get(key_id) {
            return Ok(Some(signer).filter(is_own).ok_or(SignatureFault::UnknownKey));
        }
        let mut registered = store.credentials_by_fingerprint(key_id).await?;
        registered.retain(|credential| credential.agency == *agency);
        if registered.is_empty() {
            return Ok(Err(SignatureFault::UnknownKey));
        }
        let signs = |credential: &Credential| matches!(credential.purpose, Purpose::Seal | Purpose::Officer);
        let Some(credential) = registered.into_iter().find(signs) else {
            return Ok(Err(SignatureFault::WrongPurpose));
        };
        let key = match VerificationKey::of_certificate(&credential.certificate) {
            Ok(key) => key,
            Err(fault) => return Ok(Err(fault)),
        };
        let signer = Arc::new(Signer { credential, key });
        self.certificates.insert(registry_version, *key_id, Arc::clone(&signer));
        Ok(Ok(signer))
    }

    /// By what an authority stands behind the certificate now.
    pub(super) fn check_chain(&self, signer: &Signer, now: Timestamp) -> Result<Judged, SignatureFault> {
        let credential = &signer.credential;
        self.trust.as_ref().map_or(Ok(Judged::by_registry()), |trust| {
            trust.check(&credential.fingerprint, &credential.certificate, now)
        })
    }

    /// The certificates (SHA-256) of the authorities that stand behind a certificate now.
    pub(in crate::app) fn authorities(&self, certificate: &[u8]) -> Vec<Digest> {
        let trust = self.trust.as_ref();
        trust.map_or_else(Vec::new, |trust| trust.authorities(certificate))
    }

    /// What the agency's officers were, and when.
    pub(super) async fn officers(
        &self,
        store: &Store,
        registry_version: i64,
        agency: &AgencyCode,
    ) -> Result<Arc<OfficersOverTime>> {
        self.officers.observe(registry_version);
        let key = sha256(agency.as_str().as_bytes());
        if let Some(known) = self.officers.get(&key) {
            return Ok(known);
        }
        let entries = store.officers_entered(agency).await?;
        let read = Arc::new(OfficersOverTime::read(&entries)?);
        self.officers.insert(registry_version, key, Arc::clone(&read));
        Ok(read)
    }
}
