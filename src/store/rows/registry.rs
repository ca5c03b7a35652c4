//! Rows of agencies, officers and credentials.

use jiff::civil::Date;
use sqlx::Row as _;

use super::{integer, row, text, time};
use crate::domain::agency::{Agency, Credential, Officer};
use crate::domain::ids::{AgencyCode, OfficerId, UnitId};
use crate::domain::time::Timestamp;
use crate::store::backend::{digest, from_row, json, parsed, parsed_optional};
use crate::store::bulk::Cell;

/// An agency as stored, with what the ledger needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredAgency {
    /// The agency.
    pub agency: Agency,
    /// Counts its changes, from 1.
    pub version: i64,
    aliases: String,
    units: String,
    territory: String,
}

impl RegisteredAgency {
    pub(crate) fn new(agency: Agency, version: i64) -> Result<Self, serde_json::Error> {
        let aliases = serde_json::to_string(&agency.aliases)?;
        let units = serde_json::to_string(&agency.units)?;
        let territory = serde_json::to_string(&agency.territory)?;
        Ok(Self {
            agency,
            version,
            aliases,
            units,
            territory,
        })
    }
}

row!(RegisteredAgency, AGENCY, |row| [
    text(row.agency.code.as_str()),
    text(row.agency.role.as_str()),
    text(&row.agency.name),
    text(&row.agency.name_en),
    text(&row.agency.province_code),
    text(&row.agency.commune_code),
    Cell::Text(row.agency.parent.as_ref().map(AgencyCode::as_str)),
    Cell::Text(row.agency.successor.as_ref().map(AgencyCode::as_str)),
    text(row.agency.channel.as_str()),
    Cell::Flag(row.agency.suspended),
    text(&row.aliases),
    text(&row.units),
    integer(row.version),
    text(&row.territory),
]);
from_row!(RegisteredAgency, |row| {
    let agency = Agency {
        code: parsed(row, "code")?,
        role: parsed(row, "role")?,
        name: row.try_get("name")?,
        name_en: row.try_get("name_en")?,
        province_code: row.try_get("province_code")?,
        commune_code: row.try_get("commune_code")?,
        parent: parsed_optional(row, "parent")?,
        successor: parsed_optional(row, "successor")?,
        channel: parsed(row, "channel")?,
        suspended: row.try_get("suspended")?,
        aliases: json(row, "aliases")?,
        units: json(row, "units")?,
        territory: json(row, "territory")?,
    };
    Ok(Self {
        agency,
        version: row.try_get("version")?,
        aliases: row.try_get("aliases")?,
        units: row.try_get("units")?,
        territory: row.try_get("territory")?,
    })
});

/// An agency and until when it can be reached: as long as it has usable certificates for TLS and TOKEN and an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectedAgency {
    pub(crate) registered: RegisteredAgency,
    tls_until: Option<Timestamp>,
    token_until: Option<Timestamp>,
    officer_until: Option<Date>,
}

impl ConnectedAgency {
    /// An agency of which nothing else is known yet.
    pub(crate) fn unconnected(registered: RegisteredAgency) -> Self {
        Self {
            registered,
            tls_until: None,
            token_until: None,
            officer_until: None,
        }
    }

    /// Whether somebody at the agency can act: its certificates are good at `now`, an officer is in office `today`.
    pub(crate) fn is_connected(&self, now: Timestamp, today: Date) -> bool {
        let lasts = |until: Option<Timestamp>| until.is_some_and(|until| now <= until);
        lasts(self.tls_until) && lasts(self.token_until) && self.officer_until.is_some_and(|until| today <= until)
    }
}

from_row!(ConnectedAgency, |row| {
    let tls: Option<i64> = row.try_get("tls_until")?;
    let token: Option<i64> = row.try_get("token_until")?;
    Ok(Self {
        registered: RegisteredAgency::from_row(row)?,
        tls_until: tls.map(Timestamp::from_micros),
        token_until: token.map(Timestamp::from_micros),
        officer_until: parsed_optional(row, "officer_until")?,
    })
});

/// An officer as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfficerRow {
    pub(crate) officer: Officer,
    valid_from: String,
    valid_to: Option<String>,
}

impl From<Officer> for OfficerRow {
    fn from(officer: Officer) -> Self {
        Self {
            valid_from: officer.valid_from.to_string(),
            valid_to: officer.valid_to.map(|date| date.to_string()),
            officer,
        }
    }
}

row!(OfficerRow, OFFICER, |row| [
    text(row.officer.agency.as_str()),
    text(row.officer.id.as_str()),
    text(&row.officer.full_name),
    text(&row.officer.position),
    Cell::Text(row.officer.unit.as_ref().map(UnitId::as_str)),
    text(&row.valid_from),
    Cell::Text(row.valid_to.as_deref()),
    text(row.officer.scope.as_str()),
]);
from_row!(OfficerRow, |row| {
    Ok(Self::from(Officer {
        agency: parsed(row, "agency")?,
        id: parsed(row, "id")?,
        full_name: row.try_get("full_name")?,
        position: row.try_get("position")?,
        unit: parsed_optional(row, "unit")?,
        valid_from: parsed(row, "valid_from")?,
        valid_to: parsed_optional(row, "valid_to")?,
        scope: parsed(row, "scope")?,
    }))
});

/// A credential as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CredentialRow(pub(crate) Credential);

row!(CredentialRow, CREDENTIAL, |row| [
    Cell::Bytes(Some(&row.0.fingerprint)),
    text(row.0.purpose.as_str()),
    text(row.0.agency.as_str()),
    Cell::Bytes(Some(&row.0.certificate)),
    integer(row.0.not_before.micros()),
    integer(row.0.not_after.micros()),
    integer(row.0.registered_time.micros()),
    time(row.0.revoked_time),
    Cell::Text(row.0.officer.as_ref().map(OfficerId::as_str)),
]);
from_row!(CredentialRow, |row| {
    let revoked: Option<i64> = row.try_get("revoked_time")?;
    Ok(Self(Credential {
        agency: parsed(row, "agency")?,
        fingerprint: digest(row, "fingerprint")?,
        purpose: parsed(row, "purpose")?,
        certificate: row.try_get("certificate")?,
        not_before: Timestamp::from_micros(row.try_get("not_before")?),
        not_after: Timestamp::from_micros(row.try_get("not_after")?),
        registered_time: Timestamp::from_micros(row.try_get("registered_time")?),
        revoked_time: revoked.map(Timestamp::from_micros),
        officer: parsed_optional(row, "officer")?,
    }))
});
