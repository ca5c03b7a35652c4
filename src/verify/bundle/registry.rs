//! What the registry's entries in a bundle say: which certificates could sign, from where to where in the log, and what their
//! officers were on a day.

use std::collections::BTreeMap;
use std::io;

use base64::Engine as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::entries::Entry;
use super::folder::Folder;
use super::manifest::{Manifest, Names, Role};
use super::{BundleVerdict, Flaw};
use crate::domain::agency::{Officer, Purpose};
use crate::evidence::certificate_life::{CertificateLife, LogPoint};
use crate::evidence::digest::{hex, sha256};
use crate::evidence::leaf::{EntryType, Leaf};

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    officer: Option<Officer>,
    #[serde(default)]
    credentials: Vec<Credential>,
}

#[derive(Deserialize)]
struct Credential {
    sha256: String,
    purpose: Purpose,
    #[serde(default)]
    officer: Option<String>,
    certificate: String,
    not_before: i64,
    not_after: i64,
    #[serde(default)]
    revoked_time: Option<i64>,
}

/// A certificate that signs documents.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) agency: String,
    pub(super) officer: Option<String>,
    pub(super) certificate: Vec<u8>,
    pub(super) life: CertificateLife,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Registry {
    /// By SHA-256 (hex) and purpose.
    certificates: BTreeMap<(String, Purpose), Registered>,
    /// Every statement about an officer, in the order of the log.
    officers: BTreeMap<(String, String), Vec<(u64, Officer)>>,
}

fn point(leaf: &Leaf) -> LogPoint {
    LogPoint {
        log_index: i64::try_from(leaf.log_index).unwrap_or(i64::MAX),
        hub_time: leaf.hub_time,
    }
}

impl Registry {
    pub(super) fn read(entries: &BTreeMap<u64, Entry>, verdict: &mut BundleVerdict) -> Self {
        let mut registry = Self::default();
        let of_registry = entries
            .values()
            .filter(|entry| entry.leaf.entry_type == EntryType::Registry);
        for entry in of_registry {
            if registry.follow(entry).is_none() {
                verdict.add(Names::event(entry.leaf.log_index), "details", Flaw::Malformed);
            }
        }
        registry
    }

    /// None: the entry does not say what one must.
    fn follow(&mut self, entry: &Entry) -> Option<()> {
        let details: Details = serde_json::from_str(&entry.details).ok()?;
        let agency = &entry.leaf.subject;
        if let Some(officer) = details.officer {
            let key = (agency.clone(), officer.id.to_string());
            let stated = self.officers.entry(key).or_default();
            stated.push((entry.leaf.log_index, officer));
        }
        for credential in details.credentials {
            let decoded = base64::engine::general_purpose::STANDARD.decode(&credential.certificate);
            let certificate = decoded.ok()?;
            if hex(&sha256(&certificate)) != credential.sha256 {
                return None;
            }
            let key = (credential.sha256.clone(), credential.purpose);
            if credential.revoked_time.is_some() {
                // Of a certificate whose registration is not in the bundle nothing can be said.
                if let Some(known) = self.certificates.get_mut(&key) {
                    known.life.revoked = known.life.revoked.or(Some(point(&entry.leaf)));
                }
                continue;
            }
            self.certificates.entry(key).or_insert_with(|| Registered {
                agency: agency.clone(),
                officer: credential.officer,
                certificate,
                life: CertificateLife {
                    registered: point(&entry.leaf),
                    revoked: None,
                    not_before: credential.not_before,
                    not_after: credential.not_after,
                },
            });
        }
        Some(())
    }

    /// The certificate with this digest (hex) that `agency` has for signing documents, and its purpose.
    pub(super) fn signer(&self, agency: &str, sha256: &str) -> Option<(Purpose, &Registered)> {
        let of = |purpose| {
            let registered = self.certificates.get(&(sha256.to_owned(), purpose))?;
            (registered.agency == agency).then_some((purpose, registered))
        };
        of(Purpose::Seal).or_else(|| of(Purpose::Officer))
    }

    /// What an officer was on `date`, by what was known before the entry `index`: the newest statement counts whose first day
    /// had come.
    pub(super) fn officer_on(&self, agency: &str, officer: &str, date: Date, index: u64) -> Option<&Officer> {
        let stated = self.officers.get(&(agency.to_owned(), officer.to_owned()))?;
        let mut newest_first = stated.iter().rev().filter(|(at, _)| *at < index);
        newest_first
            .find(|(_, officer)| officer.valid_from <= date)
            .map(|(_, officer)| officer)
    }

    /// The certificate (DER) with this digest (hex), whatever it is registered for.
    pub(super) fn certificate(&self, sha256: &str) -> Option<&[u8]> {
        let of = |purpose| self.certificates.get(&(sha256.to_owned(), purpose));
        let registered = of(Purpose::Seal).or_else(|| of(Purpose::Officer))?;
        Some(&registered.certificate)
    }

    /// The files of certificates are those of the registry.
    pub(super) fn check_certificates(
        &self,
        folder: &Folder,
        manifest: &Manifest,
        verdict: &mut BundleVerdict,
    ) -> io::Result<()> {
        for listed in manifest.of_role(Role::Certificate) {
            let der = folder.read(&listed.path)?.unwrap_or_default();
            let mut certificates = self.certificates.values();
            let is_registered = certificates.any(|registered| registered.certificate == der);
            if Names::certificate(&hex(&sha256(&der))) != listed.path || !is_registered {
                verdict.add(listed.path.clone(), "", Flaw::Unneeded);
            }
        }
        Ok(())
    }
}
