//! Changes of agencies, officers and credentials. Who may ask for them was decided before.

use serde::Serialize;

use super::command::{Actor, Command, RegistryChange};
use super::environment::Environment;
use super::record::{NewEntry, details_text};
use super::state::{Registry, State};
use crate::domain::agency::{Agency, Credential, Officer, Purpose, Role, Scope};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::evidence::leaf::EntryType;
use crate::store::rows::{ConnectedAgency, RegisteredAgency};

/// What a registry event says: the new state whole, so that a replay needs nothing else.
#[derive(Debug, Default, Serialize)]
struct RegistryDetails<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<&'a Agency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    officer: Option<&'a Officer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    credentials: Vec<CredentialDetails>,
}

#[derive(Debug, Serialize)]
struct CredentialDetails {
    sha256: String,
    purpose: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    officer: Option<String>,
    certificate: String,
    not_before: i64,
    not_after: i64,
    registered_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_time: Option<i64>,
}

impl From<&Credential> for CredentialDetails {
    fn from(credential: &Credential) -> Self {
        use base64::Engine as _;
        Self {
            sha256: credential
                .fingerprint
                .iter()
                .fold(String::new(), |text, byte| format!("{text}{byte:02x}")),
            purpose: credential.purpose.as_str(),
            officer: credential.officer.as_ref().map(OfficerId::to_string),
            certificate: base64::engine::general_purpose::STANDARD.encode(&credential.certificate),
            not_before: credential.not_before.micros(),
            not_after: credential.not_after.micros(),
            registered_time: credential.registered_time.micros(),
            revoked_time: credential.revoked_time.map(crate::domain::time::Timestamp::micros),
        }
    }
}

/// What a change comes to, once it is found to be possible.
#[derive(Default)]
struct Change {
    action: &'static str,
    agency: Option<Agency>,
    officer: Option<Officer>,
    credentials: Vec<Credential>,
}

/// Makes the change, or says why not.
pub(super) fn change(
    state: &mut State,
    registry: &mut Registry,
    environment: &Environment,
    command: &Command,
    change: &RegistryChange,
) -> Result<()> {
    if let RegistryChange::Init { .. } = change {
        if state.has_agencies {
            return Err(Error::new(ErrorCode::AlreadyInitialised));
        }
    } else {
        let viewer = registry.viewer(&command.actor, state.hub_time.date())?;
        viewer.scope.require(Scope::All)?;
    }
    let change_to = decide(state, registry, change)?;
    keep_operable(state, registry, change.agency(), &change_to)?;
    apply(state, registry, environment, command, change.agency(), change_to)
}

fn decide(state: &State, registry: &Registry, change: &RegistryChange) -> Result<Change> {
    match change {
        RegistryChange::Init {
            agency,
            officer,
            credentials,
        } => {
            check_new_credentials(state, &agency.code, credentials)?;
            Ok(Change {
                action: "init",
                agency: Some(agency.clone()),
                officer: Some(officer.clone()),
                credentials: credentials.clone(),
            })
        }
        RegistryChange::CreateAgency {
            agency,
            officer,
            credentials,
        } => {
            if registry.agency(&agency.code).is_some() || agency.code == AgencyCode::hub() {
                return Err(Error::new(ErrorCode::AlreadyRegistered).with("agency", agency.code.as_str()));
            }
            check_named_agencies(registry, agency)?;
            check_new_credentials(state, &agency.code, credentials)?;
            check_owners(credentials, |id| officer.as_ref().is_some_and(|first| first.id == *id))?;
            Ok(Change {
                action: "create_agency",
                agency: Some(agency.clone()),
                officer: officer.clone(),
                credentials: credentials.clone(),
            })
        }
        RegistryChange::UpdateAgency(agency) => {
            let current = known(registry, &agency.code)?;
            check_named_agencies(registry, agency)?;
            let agency = Agency {
                role: current.role,
                suspended: current.suspended,
                ..agency.clone()
            };
            Ok(Change {
                action: "update_agency",
                agency: Some(agency),
                ..Change::default()
            })
        }
        RegistryChange::SuspendAgency { code, suspended } => {
            let agency = Agency {
                suspended: *suspended,
                ..known(registry, code)?.clone()
            };
            Ok(Change {
                action: "suspend_agency",
                agency: Some(agency),
                ..Change::default()
            })
        }
        RegistryChange::RegisterOfficer { officer, states_scope } => {
            let agency = known(registry, &officer.agency)?;
            if let Some(unit) = &officer.unit
                && !agency.units.iter().any(|known| known.id == *unit)
            {
                let field = FieldViolation::new(
                    "officer.unit_id",
                    "not_found",
                    "Không có đơn vị này.",
                    "There is no such unit.",
                );
                return Err(Error::invalid(ErrorCode::UnitNotFound, vec![field]));
            }
            let mut officer = officer.clone();
            if !states_scope && let Some(before) = registry.officer(&officer.agency, &officer.id) {
                officer.scope = before.scope;
            }
            Ok(Change {
                action: "register_officer",
                officer: Some(officer),
                ..Change::default()
            })
        }
        RegistryChange::EndOfficer {
            agency,
            officer,
            last_day,
        } => {
            let officer = known_officer(registry, agency, officer)?;
            let officer = Officer {
                valid_to: Some(*last_day),
                ..officer.clone()
            };
            Ok(Change {
                action: "end_officer",
                officer: Some(officer),
                ..Change::default()
            })
        }
        RegistryChange::RegisterCredentials { agency, credentials } => {
            known(registry, agency)?;
            check_new_credentials(state, agency, credentials)?;
            check_owners(credentials, |id| registry.officer(agency, id).is_some())?;
            Ok(Change {
                action: "register_credential",
                credentials: credentials.clone(),
                ..Change::default()
            })
        }
        RegistryChange::RevokeCredential {
            agency,
            fingerprint,
            purposes,
        } => {
            known(registry, agency)?;
            let revoked: Vec<Credential> = Purpose::ALL
                .iter()
                .filter(|purpose| purposes.is_empty() || purposes.contains(purpose))
                .filter_map(|purpose| state.credentials.get(&(*fingerprint, *purpose)))
                .filter(|credential| credential.agency == *agency && credential.revoked_time.is_none())
                .map(|credential| Credential {
                    revoked_time: Some(state.hub_time),
                    ..credential.clone()
                })
                .collect();
            if revoked.is_empty() {
                return Err(Error::new(ErrorCode::CredentialNotFound));
            }
            Ok(Change {
                action: "revoke_credential",
                credentials: revoked,
                ..Change::default()
            })
        }
    }
}

/// An operator keeps an officer in office who may administer, and certificates for TLS and TOKEN: without them nobody could ever administer
/// the hub again.
fn keep_operable(state: &State, registry: &Registry, code: &AgencyCode, change: &Change) -> Result<()> {
    let is_operator = registry
        .agency(code)
        .is_some_and(|agency| agency.role == Role::Operator);
    let Some((officers, credentials)) = state.staff.get(code).filter(|_| is_operator) else {
        return Ok(());
    };
    let (today, now) = (state.hub_time.date(), state.machine_time);
    let changed_officer = change.officer.as_ref();
    let others = officers
        .iter()
        .filter(|officer| changed_officer.is_none_or(|changed| changed.id != officer.id));
    // An officer whose last day is today or later still acts, but is on the way out.
    let has_officer = others
        .chain(changed_officer)
        .any(|officer| officer.is_in_office(today) && officer.valid_to.is_none() && officer.scope == Scope::All);
    let has = |purpose| {
        credentials.iter().any(|credential| {
            let revoked = change.credentials.iter().any(|changed| {
                changed.revoked_time.is_some()
                    && changed.fingerprint == credential.fingerprint
                    && changed.purpose == credential.purpose
            });
            credential.purpose == purpose && credential.is_usable(now) && !revoked
        })
    };
    if has_officer && has(Purpose::Tls) && has(Purpose::Token) {
        Ok(())
    } else {
        Err(Error::new(ErrorCode::OperatorLockout))
    }
}

fn known<'a>(registry: &'a Registry, code: &AgencyCode) -> Result<&'a Agency> {
    registry
        .agency(code)
        .ok_or_else(|| Error::new(ErrorCode::AgencyNotFound))
}

fn known_officer<'a>(registry: &'a Registry, agency: &AgencyCode, id: &OfficerId) -> Result<&'a Officer> {
    registry
        .officer(agency, id)
        .ok_or_else(|| Error::new(ErrorCode::OfficerNotFound))
}

/// The superior and the successor exist and are others.
fn check_named_agencies(registry: &Registry, agency: &Agency) -> Result<()> {
    for (field, named) in [
        ("agency.parent_code", &agency.parent),
        ("agency.successor_code", &agency.successor),
    ] {
        if let Some(code) = named
            && (registry.agency(code).is_none() || *code == agency.code)
        {
            let field = FieldViolation::new(field, "not_found", "Không có cơ quan này.", "There is no such agency.");
            return Err(Error::invalid(ErrorCode::FieldInvalid, vec![field]));
        }
    }
    Ok(())
}

/// The officers whose own certificates are to be exist.
fn check_owners(credentials: &[Credential], is_known: impl Fn(&OfficerId) -> bool) -> Result<()> {
    let mut owners = credentials.iter().filter_map(|credential| credential.officer.as_ref());
    if owners.all(is_known) {
        return Ok(());
    }
    let (vi, en) = ("Không có cán bộ này.", "There is no such officer.");
    let field = FieldViolation::new("credential.officer_id", "not_found", vi, en);
    Err(Error::invalid(ErrorCode::OfficerNotFound, vec![field]))
}

/// A certificate belongs to one agency for ever, and an officer's own to nobody and nothing else; one that was revoked does
/// not come back.
fn check_new_credentials(state: &State, agency: &AgencyCode, credentials: &[Credential]) -> Result<()> {
    let taken = credentials.iter().any(|credential| {
        Purpose::ALL.iter().any(|purpose| {
            state
                .credentials
                .get(&(credential.fingerprint, *purpose))
                .is_some_and(|known| {
                    let is_personal = known.officer.is_some() || credential.officer.is_some();
                    known.agency != *agency || known.purpose == credential.purpose || is_personal
                })
        })
    });
    if taken {
        Err(Error::new(ErrorCode::AlreadyRegistered))
    } else {
        Ok(())
    }
}

fn apply(
    state: &mut State,
    registry: &mut Registry,
    environment: &Environment,
    command: &Command,
    code: &AgencyCode,
    change: Change,
) -> Result<()> {
    let credentials: Vec<Credential> = change
        .credentials
        .into_iter()
        .map(|credential| match credential.revoked_time {
            Some(_) => credential,
            None => Credential {
                registered_time: state.hub_time,
                ..credential
            },
        })
        .collect();
    let details = details_text(&RegistryDetails {
        agency: change.agency.as_ref(),
        officer: change.officer.as_ref(),
        credentials: credentials.iter().map(CredentialDetails::from).collect(),
    })?;
    let current = registry.connected(code).map(|connected| &connected.registered);
    let version = current.map_or(0, |registered| registered.version) + 1;
    let agency = change
        .agency
        .or_else(|| current.map(|registered| registered.agency.clone()));
    let agency = agency.ok_or_else(|| Error::new(ErrorCode::AgencyNotFound))?;
    let registered = RegisteredAgency::new(agency, version).map_err(Error::internal)?;

    let content_digest = state.keep_body(command.body.as_ref(), environment)?.digest;
    let entry = NewEntry {
        entry_type: EntryType::Registry,
        subject: code.to_string(),
        version,
        action: change.action,
        from_state: None,
        to_state: None,
        party: None,
        counterparty: None,
        details,
        content_digest,
    };
    let actor: &Actor = &command.actor;
    state.append(actor, entry);
    state.registry_version += 1;
    state.has_agencies = true;
    state.changed_agencies.insert(code.clone());
    // Forgotten after the commit: whether the agency is connected now is read again.
    registry
        .agencies
        .insert(code.clone(), Some(ConnectedAgency::unconnected(registered)));
    if let Some(officer) = change.officer {
        let key = (officer.agency.clone(), officer.id.clone());
        state.changed_officers.insert(key.clone());
        registry.officers.insert(key, Some(officer));
    }
    for credential in credentials {
        state
            .credentials
            .set((credential.fingerprint, credential.purpose), credential);
    }
    Ok(())
}
