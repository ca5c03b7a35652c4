//! Which authorities stand behind the certificates of signatures, and by which of their papers that was found. The papers are
//! entries of the log before the document is one: whoever judges years later finds what the hub had before it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::app::App;
use crate::app::ledger::command::TrustPaper;
use crate::domain::error::Result;
use crate::domain::signature::ChainLink;
use crate::domain::time::Timestamp;
use crate::evidence::Digest;
use crate::evidence::digest::hex;
use crate::evidence::jws::SignatureFault;

/// Says whether an authority that the hub believes stands behind a certificate.
pub trait ChainTrust: Send + Sync {
    /// Checks the certificate (DER) with this SHA-256 at `now`: chain, and revocation by the authority's list.
    ///
    /// # Errors
    /// `CHAIN_NOT_TRUSTED`, `CHAIN_REVOKED`, `CHAIN_UNKNOWN`.
    fn check(&self, fingerprint: &Digest, certificate: &[u8], now: Timestamp) -> Result<Judged, SignatureFault>;

    /// The certificates (SHA-256) of the authorities that stand behind a certificate now, however they do.
    fn authorities(&self, certificate: &[u8]) -> Vec<Digest>;
}

/// The certificate or the list of an authority, in force at a hub.
pub trait Paper: Send + Sync {
    /// SHA-256 of its bytes.
    fn sha256(&self) -> Digest;

    /// What it says of itself, and its bytes (DER).
    fn content(&self) -> (TrustPaper, Bytes);
}

/// An authority that stands behind a certificate.
#[derive(Clone)]
pub struct Link {
    /// Its certificate.
    pub authority: Arc<dyn Paper>,
    /// Its list, if what it signed was looked up in one.
    pub revocation_list: Option<Arc<dyn Paper>>,
}

/// What a certificate was found good by.
#[derive(Clone)]
pub struct Judged {
    /// The authority that signed it first; each next one has signed the one before.
    pub chain: Vec<Link>,
    /// The last instant at which the same papers say the same.
    pub good_until: Timestamp,
}

impl Judged {
    /// By the registry alone.
    pub(super) const fn by_registry() -> Self {
        Self {
            chain: Vec::new(),
            good_until: Timestamp::from_micros(i64::MAX),
        }
    }

    /// As the log tells it.
    pub(super) fn told(&self) -> Vec<ChainLink> {
        let told = self.chain.iter().map(|link| ChainLink {
            authority_sha256: hex(&link.authority.sha256()),
            revocation_list_sha256: link.revocation_list.as_ref().map(|list| hex(&list.sha256())),
        });
        told.collect()
    }

    fn papers(&self) -> impl Iterator<Item = &Arc<dyn Paper>> {
        let chain = self.chain.iter();
        chain.flat_map(|link| std::iter::once(&link.authority).chain(&link.revocation_list))
    }
}

/// The papers that are known to be entries of the log.
#[derive(Default)]
pub(super) struct KeptPapers {
    known: Mutex<HashSet<Digest>>,
    /// One enters a paper, however many wait for it: a list may be large.
    entering: tokio::sync::Mutex<()>,
}

impl KeptPapers {
    fn missing<'a>(&self, judged: &'a [Judged]) -> Vec<&'a Arc<dyn Paper>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let papers = judged.iter().flat_map(Judged::papers);
        papers.filter(|paper| !known.contains(&paper.sha256())).collect()
    }

    fn note(&self, papers: &[&Arc<dyn Paper>]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(papers.iter().map(|paper| paper.sha256()));
    }
}

impl App {
    /// Makes sure that what certificates were judged by stands in the log.
    ///
    /// # Errors
    /// The ledger's.
    pub(super) async fn keep_judged_by(&self, judged: &[Judged]) -> Result<()> {
        let kept = &self.signers.kept;
        if kept.missing(judged).is_empty() {
            return Ok(());
        }
        let _turn = kept.entering.lock().await;
        let missing = kept.missing(judged);
        let papers: Vec<_> = missing.iter().map(|paper| paper.content()).collect();
        self.keep_trust(&papers).await?;
        kept.note(&missing);
        Ok(())
    }
}
