//! Agencies, officers and credentials as the log's changes have made them. There are so few that all are held.

use std::collections::BTreeMap;

use base64::Engine as _;
use serde::Deserialize;

use super::entry::Event;
use super::expected::{agency_row, bytes_of, officer_row};
use super::row::{Row, Value};
use crate::domain::agency::{Agency, Officer};
use crate::domain::ids::UnitId;

/// What a change of the registry says: the new state whole.
#[derive(Debug, Deserialize)]
struct Details {
    agency: Option<Agency>,
    officer: Option<Officer>,
    #[serde(default)]
    credentials: Vec<Credential>,
}

#[derive(Debug, Deserialize)]
struct Credential {
    sha256: String,
    purpose: String,
    certificate: String,
    not_before: i64,
    not_after: i64,
    registered_time: i64,
    revoked_time: Option<i64>,
    #[serde(default)]
    officer: Option<String>,
}

/// The unit of an officer from an entry on.
type Units = Vec<(i64, Option<UnitId>)>;

/// The registry.
#[derive(Debug, Default)]
pub(super) struct Registry {
    agencies: BTreeMap<String, (i64, Agency)>,
    officers: BTreeMap<(String, String), Officer>,
    units: BTreeMap<(String, String), Units>,
    credentials: BTreeMap<(String, String), Row>,
    /// Changes so far.
    pub(super) version: i64,
}

impl Registry {
    /// Follows a change. None: it cannot follow what went before.
    pub(super) fn follow(&mut self, event: &Event<'_>) -> Option<()> {
        let details: Details = serde_json::from_str(event.details).ok()?;
        self.version += 1;
        let before = self.agencies.remove(event.subject);
        let version = before.as_ref().map_or(0, |(version, _)| *version) + 1;
        let agency = details.agency.or(before.map(|(_, agency)| agency))?;
        if event.version != version || agency.code.as_str() != event.subject {
            return None;
        }
        self.agencies.insert(event.subject.to_owned(), (version, agency));
        if let Some(officer) = details.officer {
            let key = (officer.agency.to_string(), officer.id.to_string());
            let units = self.units.entry(key.clone()).or_default();
            units.push((event.index, officer.unit.clone()));
            self.officers.insert(key, officer);
        }
        for credential in details.credentials {
            let key = (credential.sha256.clone(), credential.purpose.clone());
            self.credentials.insert(key, credential_row(event.subject, credential)?);
        }
        Some(())
    }

    /// The unit that an officer had just before an entry.
    pub(super) fn unit_before(&self, agency: &str, officer: &str, index: i64) -> Option<UnitId> {
        let units = self.units.get(&(agency.to_owned(), officer.to_owned()))?;
        let known = units.iter().rev().find(|(since, _)| *since < index)?;
        known.1.clone()
    }

    pub(super) fn agency_rows(&self) -> Vec<Row> {
        let agencies = self.agencies.values();
        agencies.map(|(version, agency)| agency_row(*version, agency)).collect()
    }

    pub(super) fn officer_rows(&self) -> Vec<Row> {
        self.officers.values().map(officer_row).collect()
    }

    pub(super) fn credential_rows(&self) -> Vec<Row> {
        self.credentials.values().cloned().collect()
    }
}

fn credential_row(agency: &str, credential: Credential) -> Option<Row> {
    let certificate = base64::engine::general_purpose::STANDARD.decode(&credential.certificate);
    Some(Row::from([
        Value::Bytes(bytes_of(&credential.sha256)?),
        credential.purpose.into(),
        agency.into(),
        Value::Bytes(certificate.ok()?),
        credential.not_before.into(),
        credential.not_after.into(),
        credential.registered_time.into(),
        credential.revoked_time.into(),
        credential.officer.into(),
    ]))
}
