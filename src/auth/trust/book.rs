//! The revocation lists in force. A list leaves only for a newer one of the same authority: a file that is broken, gone or
//! out of date never makes a revoked certificate good again.

use std::sync::Arc;

use bytes::Bytes;

use super::anchor::{Anchor, CertificateId};
use super::crl::{Crl, CrlFault, lists};
use crate::app::ledger::command::TrustPaper;
use crate::app::signatures::Paper as _;
use crate::domain::time::Timestamp;

/// What the lists say of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is not revoked, or no list is kept for its authority and none is required.
    Good,
    /// It is revoked.
    Revoked,
    /// The list of its authority has expired, or is required and not there: fail closed.
    Unknown,
}

/// A file of lists as it was read.
pub type CrlFile<'a> = Result<&'a [u8], CrlFault>;

/// The lists in force, one for each authority and key.
#[derive(Debug, Clone, Default)]
pub struct CrlBook {
    pub(super) crls: Vec<Arc<Crl>>,
    /// Whether an authority without a list is refused.
    pub(super) is_required: bool,
}

impl CrlBook {
    /// No list yet. `is_required`: a certificate whose authority has no list is refused.
    pub fn new(is_required: bool) -> Self {
        Self {
            crls: Vec::new(),
            is_required,
        }
    }

    /// The book after these files, and for each fault the place of its file. A fault keeps what was in force before.
    #[must_use]
    pub fn after(&self, files: &[CrlFile<'_>], anchors: &[Anchor], now: Timestamp) -> (Self, Vec<(usize, CrlFault)>) {
        let mut book = self.clone();
        let mut faults = Vec::new();
        for (place, file) in files.iter().enumerate() {
            match file.and_then(lists) {
                Ok(lists) => {
                    for der in lists {
                        let is_in_force = book.crls.iter().any(|crl| crl.der == der);
                        let taken = if is_in_force {
                            Ok(())
                        } else {
                            Crl::read(der, anchors).and_then(|crl| book.take(crl, now))
                        };
                        faults.extend(taken.err().map(|fault| (place, fault)));
                    }
                }
                Err(fault) => faults.push((place, fault)),
            }
        }
        (book, faults)
    }

    fn take(&mut self, crl: Crl, now: Timestamp) -> Result<(), CrlFault> {
        crl.check_time(now)?;
        let in_force = self.crls.iter().position(|other| crl.replaces(other));
        let Some(place) = in_force.and_then(|place| self.crls.get_mut(place)) else {
            self.crls.push(Arc::new(crl));
            return Ok(());
        };
        if !crl.is_newer_than(place) {
            return Err(CrlFault::Older);
        }
        *place = Arc::new(crl);
        Ok(())
    }

    /// What the lists say of a certificate; `None` for one whose issuer and number cannot be read.
    pub fn standing(&self, id: Option<&CertificateId>, now: Timestamp) -> Standing {
        if self.crls.is_empty() && !self.is_required {
            return Standing::Good;
        }
        let Some(id) = id else { return Standing::Unknown };
        let mut known = false;
        let mut standing = Standing::Good;
        for crl in self.crls.iter().filter(|crl| crl.covers(id)) {
            known = true;
            if crl.lists(id) {
                return Standing::Revoked;
            }
            if now >= crl.next_update {
                standing = Standing::Unknown;
            }
        }
        if known || !self.is_required {
            standing
        } else {
            Standing::Unknown
        }
    }

    /// The last instant at which [`Self::standing`] says of a good certificate what it says now.
    pub(super) fn good_until(&self, id: &CertificateId) -> Timestamp {
        let ends = self.crls.iter().filter(|crl| crl.covers(id));
        let end = ends.map(|crl| crl.next_update).min();
        end.map_or(Timestamp::from_micros(i64::MAX), |end| end.plus_micros(-1))
    }

    /// The lists as evidence.
    pub fn papers(&self) -> impl Iterator<Item = (TrustPaper, Bytes)> {
        self.crls.iter().map(|crl| crl.content())
    }

    /// The list that is kept for that authority.
    fn list_of(&self, anchor: &Anchor) -> Option<&Arc<Crl>> {
        let mut lists = self.crls.iter();
        lists.find(|crl| crl.issuer == anchor.subject && crl.key == anchor.key)
    }

    /// The list of that authority in which a certificate that it signed is looked up.
    pub(super) fn asked(&self, anchor: &Anchor, about: &CertificateId) -> Option<Arc<Crl>> {
        self.list_of(anchor).filter(|crl| crl.covers(about)).cloned()
    }

    /// Whether a list is kept for that authority.
    pub fn speaks_for(&self, anchor: &Anchor) -> bool {
        self.list_of(anchor).is_some()
    }

    /// Whether an authority without a list is refused.
    pub fn is_required(&self) -> bool {
        self.is_required
    }

    /// How many lists have expired, though they are still the last ones known.
    pub fn expired(&self, now: Timestamp) -> usize {
        self.crls.iter().filter(|crl| now >= crl.next_update).count()
    }

    /// The next instant at which a list expires.
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = self.crls.iter().map(|crl| crl.next_update);
        ends.filter(|end| *end > now).min()
    }

    /// Whether both hold the same lists.
    pub fn is_same(&self, other: &Self) -> bool {
        let pairs = self.crls.iter().zip(&other.crls);
        self.crls.len() == other.crls.len() && pairs.into_iter().all(|(mine, its)| Arc::ptr_eq(mine, its))
    }
}
