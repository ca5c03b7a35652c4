//! The open connections, and the end of those whose certificate is no longer good.
//!
//! A handshake of an hour ago says nothing about now: an authority may have left, a list may have come, the registry may have
//! revoked the certificate. Every call and every message of a stream is refused then by `auth/directory.rs`; a connection
//! that two looks in a row find refused is closed as well. Between the looks a client still hears why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::ClientCertVerifier as _;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::auth::directory::Authenticator;
use crate::auth::peer::PeerIdentity;
use crate::auth::trust::verifier::ClientVerifier;
use crate::domain::certificate::Certificate;
use crate::domain::error::{Error, ErrorCode};
use crate::domain::ids::AgencyCode;
use crate::domain::time::Timestamp;

/// Longest wait for the registry. Without an answer a connection is taken and kept: its calls are refused as long as the
/// registry cannot be read, and the looks go on in time.
const ASK_TIMEOUT: Duration = Duration::from_millis(500);
/// How many chains are checked before others get a turn.
const CHAINS_AT_A_TIME: usize = 32;

/// By what clients' certificates are judged now.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    /// Grows with each change.
    pub(super) generation: u64,
    pub(super) clients: Arc<ClientVerifier>,
    /// The next instant at which a revocation list expires.
    pub(super) next_end: Option<Timestamp>,
}

/// The open connections of a hub.
#[derive(Debug, Clone, Default)]
pub(super) struct Connections {
    open: Arc<Mutex<Entries>>,
    authenticator: Option<Arc<Authenticator>>,
}

/// To whom a connection counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// The agency to which its certificate is registered.
    Agency(AgencyCode),
    /// All those whose certificate is not registered, or whose agency is suspended: their calls are told what is missing.
    Stranger,
    /// Nobody, as the registry did not answer.
    Unknown,
    /// It is not taken: the registry or a revocation list has revoked its certificate.
    Revoked,
}

#[derive(Debug, Default)]
struct Entries {
    next: u64,
    by_number: BTreeMap<u64, Entry>,
    by_owner: BTreeMap<Owner, usize>,
}

impl Entries {
    fn leave(&mut self, number: u64) {
        let Some(entry) = self.by_number.remove(&number) else {
            return;
        };
        if let Some(count) = self.by_owner.get_mut(&entry.owner) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.by_owner.remove(&entry.owner);
            }
        }
    }
}

struct Entry {
    peer: PeerIdentity,
    owner: Owner,
    chain: Arc<[CertificateDer<'static>]>,
    /// Under which generation of trust the chain was found good, and until when that holds.
    good: Option<(u64, Timestamp)>,
    /// Whether the last look found it refused.
    is_suspect: bool,
    cut: CancellationToken,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("good", &self.good)
            .finish_non_exhaustive()
    }
}

/// What an open connection holds; dropping it takes the connection off the list.
pub(super) struct Open {
    number: u64,
    connections: Connections,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Open").field(&self.number).finish()
    }
}

impl Open {
    /// Ready once the connection is cut.
    pub(super) fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.cut.as_mut().poll(cx)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.connections.entries().leave(self.number);
    }
}

impl Connections {
    /// None yet; `authenticator` tells which certificates the registry has revoked.
    pub(super) fn new(authenticator: Arc<Authenticator>) -> Self {
        Self {
            open: Arc::default(),
            authenticator: Some(authenticator),
        }
    }

    /// Nothing under the lock can leave the list half changed, so a poisoned lock is still good.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are open.
    pub(super) fn count(&self) -> usize {
        self.entries().by_number.len()
    }

    /// Enters a connection with the certificates that its client showed, unless `owner` has `most` already. Its chain is
    /// checked again at the next look, since the authorities may have changed during the handshake.
    pub(super) fn enter(
        &self,
        peer: PeerIdentity,
        chain: &[CertificateDer<'_>],
        owner: Owner,
        most: usize,
    ) -> Option<Open> {
        let chain: Vec<_> = chain
            .iter()
            .map(|certificate| certificate.clone().into_owned())
            .collect();
        let cut = CancellationToken::new();
        let mut entries = self.entries();
        let count = entries.by_owner.entry(owner.clone()).or_default();
        if *count >= most && owner != Owner::Unknown {
            return None;
        }
        *count += 1;
        let number = entries.next;
        entries.next = number.wrapping_add(1);
        entries.by_number.insert(
            number,
            Entry {
                peer,
                owner,
                chain: chain.into(),
                good: None,
                is_suspect: false,
                cut: cut.clone(),
            },
        );
        Some(Open {
            number,
            connections: self.clone(),
            cut: Box::pin(cut.cancelled_owned()),
        })
    }

    /// To whom a new connection counts.
    pub(super) async fn owner(&self, peer: &PeerIdentity) -> Owner {
        let Some(authenticator) = &self.authenticator else {
            return Owner::Unknown;
        };
        match tokio::time::timeout(ASK_TIMEOUT, authenticator.authenticate_connection(peer)).await {
            Ok(Ok(party)) => Owner::Agency(party.agency.code.clone()),
            Ok(Err(error)) if is_final(&error) => Owner::Revoked,
            Ok(Err(error)) if error.code() == ErrorCode::Unavailable => Owner::Unknown,
            Ok(Err(_)) => Owner::Stranger,
            Err(_elapsed) => Owner::Unknown,
        }
    }

    /// Looks at every connection; cuts those that the look before found refused as well. Gives how many were cut.
    pub(super) async fn look(&self, trust: &Trust, now: Timestamp) -> usize {
        let mut refused = self.refused_by_chain(trust, now).await;
        refused.extend(self.refused_by_registry().await);
        let mut cut = 0;
        for (number, entry) in &mut self.entries().by_number {
            let is_refused = refused.contains(number);
            if is_refused && entry.is_suspect {
                entry.cut.cancel();
                cut += 1;
            }
            entry.is_suspect = is_refused;
        }
        cut
    }

    /// The chains that no longer lead to an authority, or stand on a list.
    async fn refused_by_chain(&self, trust: &Trust, now: Timestamp) -> BTreeSet<u64> {
        let due: Vec<(u64, Arc<[CertificateDer<'static>]>)> = {
            let entries = self.entries();
            let is_due = |entry: &Entry| {
                entry
                    .good
                    .is_none_or(|(generation, until)| generation != trust.generation || now >= until)
            };
            let due = entries.by_number.iter().filter(|(_, entry)| is_due(entry));
            due.map(|(number, entry)| (*number, Arc::clone(&entry.chain))).collect()
        };
        let mut refused = BTreeSet::new();
        for some in due.chunks(CHAINS_AT_A_TIME) {
            for (number, chain) in some {
                let good = accepts(trust, chain, now).then(|| (trust.generation, good_until(trust, chain)));
                if good.is_none() {
                    refused.insert(*number);
                }
                if let Some(entry) = self.entries().by_number.get_mut(number) {
                    entry.good = good;
                }
            }
            tokio::task::yield_now().await;
        }
        refused
    }

    /// The connections whose certificate the registry, or a revocation list, has revoked or that has ended.
    async fn refused_by_registry(&self) -> BTreeSet<u64> {
        let Some(authenticator) = &self.authenticator else {
            return BTreeSet::new();
        };
        let mut by_certificate: BTreeMap<[u8; 32], (PeerIdentity, Vec<u64>)> = BTreeMap::new();
        for (number, entry) in &self.entries().by_number {
            let same = by_certificate.entry(entry.peer.certificate_fingerprint);
            same.or_insert_with(|| (entry.peer, Vec::new())).1.push(*number);
        }
        let mut refused = BTreeSet::new();
        for (peer, numbers) in by_certificate.into_values() {
            let asked = tokio::time::timeout(ASK_TIMEOUT, authenticator.authenticate_connection(&peer)).await;
            match asked {
                Ok(Err(error)) if is_final(&error) => refused.extend(numbers),
                Ok(Err(error)) if error.code() == ErrorCode::Unavailable => break,
                Err(_elapsed) => break,
                Ok(_) => {}
            }
        }
        refused
    }
}

/// Whether a refusal ends the connection: its certificate was revoked, has ended, or cannot be told from a revoked one. One that
/// is not registered, or whose agency is suspended, may become good again.
fn is_final(error: &Error) -> bool {
    let reason = error.metadata().get("reason").map(String::as_str);
    error.code() == ErrorCode::CertificateNotRegistered
        && matches!(reason, Some("revoked" | "not_valid_now" | "revocation_unknown"))
}

fn accepts(trust: &Trust, chain: &[CertificateDer<'static>], now: Timestamp) -> bool {
    let Some((certificate, intermediates)) = chain.split_first() else {
        return false;
    };
    let seconds = u64::try_from(now.seconds()).unwrap_or_default();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    trust
        .clients
        .verify_client_cert(certificate, intermediates, now)
        .is_ok()
}

/// Until when nothing but a change of trust can make the chain bad: the first end of a certificate or of a list.
fn good_until(trust: &Trust, chain: &[CertificateDer<'static>]) -> Timestamp {
    let ends = chain.iter().filter_map(|der| {
        let certificate = Certificate::from_der(der.to_vec()).ok()?;
        // The second that is named is included.
        Some(certificate.not_after.plus_micros(1_000_000))
    });
    ends.chain(trust.next_end)
        .min()
        .unwrap_or(Timestamp::from_micros(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enter(connections: &Connections, owner: &Owner) -> Option<Open> {
        let peer = PeerIdentity {
            certificate_fingerprint: [1; 32],
            remote: ([127, 0, 0, 1], 1).into(),
        };
        connections.enter(peer, &[], owner.clone(), 2)
    }

    #[test]
    fn connections_of_one_agency_and_of_all_strangers_are_bounded_and_a_silent_registry_bounds_nobody() {
        let connections = Connections::default();
        let bank = |number| Owner::Agency(AgencyCode::parse(&format!("NH.{number}")).unwrap());
        for owner in [bank(1), bank(2), Owner::Stranger] {
            let first = enter(&connections, &owner);
            let second = enter(&connections, &owner);
            assert!(first.is_some() && second.is_some() && enter(&connections, &owner).is_none());
            drop(first);
            assert!(enter(&connections, &owner).is_some(), "there is room again");
        }
        let many: Vec<_> = (0..5).map(|_| enter(&connections, &Owner::Unknown)).collect();
        assert!(many.iter().all(Option::is_some));
        assert_eq!(connections.count(), 5);
        drop(many);
        assert!(connections.entries().by_owner.is_empty());
    }
}
