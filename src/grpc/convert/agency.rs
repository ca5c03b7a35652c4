//! Agencies, officers and certificates between the wire and the hub. Every field is checked by the limits that its
//! comment in agency_service.proto states.

use lienthong_proto::v1;

use super::credential::{MAX_CREDENTIALS, credential_to_wire, credentials, purposes};
use super::fields::Fields;
use super::text_or_empty;
use super::vocabulary::OnWire;
use crate::app::agencies::AgencyView;
use crate::app::ledger::command::RegistryChange;
use crate::domain::agency::{Agency, Alias, Channel, Officer, Purpose, Role, Scope, Unit};
use crate::domain::error::{Error, Result};
use crate::domain::identifier::place;
use crate::domain::ids::{AgencyCode, IdempotencyKey, OfficerId};
use crate::domain::time::Timestamp;
use crate::grpc::page::Tokens;

/// Most units of an agency.
const MAX_UNITS: usize = 500;
/// The most codes in a territory.
const MAX_TERRITORY: usize = 5_000;
/// Most former names of an agency.
const MAX_ALIASES: usize = 100;
/// Longest name of an agency or unit, and of an officer or position, in characters.
const MAX_NAME: usize = 300;
const MAX_PERSON: usize = 200;
/// Longest reason, in characters.
const MAX_REASON: usize = 2_000;
/// Entries per page when the caller does not say, and the most.
const PAGE: (i32, i32) = (50, 500);

/// The key of a command.
pub(crate) fn idempotency_key(text: &str) -> Result<IdempotencyKey> {
    let mut fields = Fields::default();
    let key = fields.id("idempotency_key", text);
    fields.finish(key)
}

/// The agency that a command names; none if it leaves it out.
pub(crate) fn named_agency(text: &str) -> Result<Option<AgencyCode>> {
    let mut fields = Fields::default();
    let code = fields.optional_id("agency_code", text);
    fields.finish(Some(code))
}

/// The agency that a call must name.
pub(crate) fn agency_code(text: &str) -> Result<AgencyCode> {
    let mut fields = Fields::default();
    let code = fields.id("code", text);
    fields.finish(code)
}

/// What CreateAgency asks for.
pub(crate) fn create_agency(message: &v1::CreateAgencyRequest, now: Timestamp) -> Result<RegistryChange> {
    let mut fields = Fields::default();
    let agency = agency(&mut fields, message.agency.as_ref());
    fields.at_most("credentials", message.credentials.len(), MAX_CREDENTIALS);
    let Some(agency) = agency else {
        return fields.finish(None);
    };
    let first = message.first_officer.as_ref();
    let officer = first.and_then(|first| officer(&mut fields, "first_officer", first, &agency.code));
    let unit = officer.as_ref().and_then(|officer| officer.unit.as_ref());
    if unit.is_some_and(|unit| agency.units.iter().all(|known| known.id != *unit)) {
        fields.push(
            "first_officer.unit_id",
            "not_found",
            "Không có đơn vị này.",
            "There is no such unit.",
        );
    }
    let at = |index| format!("credentials[{index}]");
    let credentials = credentials(&mut fields, &agency.code, &message.credentials, now, at);
    if agency.channel == Channel::Digital {
        if first.is_none() {
            fields.missing("first_officer");
        }
        let has = |purpose: Purpose| {
            let mut purposes = message.credentials.iter().flat_map(|new| &new.purposes);
            purposes.any(|number| *number == purpose.to_wire())
        };
        if !has(Purpose::Tls) || !has(Purpose::Token) {
            fields.push(
                "credentials",
                "required",
                "Cơ quan kết nối trực tuyến phải có chứng thư số cho TLS và TOKEN.",
                "An agency on the digital channel needs certificates for TLS and TOKEN.",
            );
        }
    }
    fields.finish(Some(RegistryChange::CreateAgency {
        agency,
        officer,
        credentials,
    }))
}

/// What UpdateAgency asks for.
pub(crate) fn update_agency(message: &v1::UpdateAgencyRequest) -> Result<RegistryChange> {
    let mut fields = Fields::default();
    let agency = agency(&mut fields, message.agency.as_ref());
    fields.finish(agency.map(RegistryChange::UpdateAgency))
}

/// What SuspendAgency asks for.
pub(crate) fn suspend_agency(message: &v1::SuspendAgencyRequest) -> Result<RegistryChange> {
    let mut fields = Fields::default();
    let code = fields.id("code", &message.code);
    fields.paragraph("reason", &message.reason, 1..=MAX_REASON);
    let suspended = message.suspended;
    fields.finish(code.map(|code| RegistryChange::SuspendAgency { code, suspended }))
}

/// What RegisterOfficer asks for, at `agency`.
pub(crate) fn register_officer(message: &v1::RegisterOfficerRequest, agency: &AgencyCode) -> Result<RegistryChange> {
    let mut fields = Fields::default();
    let Some(wire) = &message.officer else {
        fields.missing("officer");
        return fields.finish(None);
    };
    let officer = officer(&mut fields, "officer", wire, agency);
    let states_scope = message.officer.as_ref().is_some_and(|officer| officer.scope != 0);
    fields.finish(officer.map(|officer| RegistryChange::RegisterOfficer { officer, states_scope }))
}

/// What EndOfficer asks for, at `agency`.
pub(crate) fn end_officer(message: &v1::EndOfficerRequest, agency: AgencyCode) -> Result<RegistryChange> {
    let mut fields = Fields::default();
    let officer = fields.id::<OfficerId>("officer_id", &message.officer_id);
    let last_day = fields.date("valid_to", &message.valid_to);
    let change = officer.zip(last_day);
    fields.finish(change.map(|(officer, last_day)| RegistryChange::EndOfficer {
        agency,
        officer,
        last_day,
    }))
}

/// What RegisterCredential asks for, at `agency`.
pub(crate) fn register_credential(
    message: &v1::RegisterCredentialRequest,
    agency: AgencyCode,
    now: Timestamp,
) -> Result<RegistryChange> {
    let mut fields = Fields::default();
    let Some(new) = &message.credential else {
        fields.missing("credential");
        return fields.finish(None);
    };
    let at = |_index| "credential".to_owned();
    let credentials = credentials(&mut fields, &agency, std::slice::from_ref(new), now, at);
    fields.finish(Some(RegistryChange::RegisterCredentials { agency, credentials }))
}

/// What RevokeCredential asks for, at `agency`.
pub(crate) fn revoke_credential(message: &v1::RevokeCredentialRequest, agency: AgencyCode) -> Result<RegistryChange> {
    let mut fields = Fields::default();
    let fingerprint = <[u8; 32]>::try_from(message.sha256.as_ref()).ok();
    if fingerprint.is_none() {
        fields.push(
            "sha256",
            "format",
            "Phải gồm đúng 32 byte.",
            "Expected exactly 32 bytes.",
        );
    }
    let purposes = purposes(&mut fields, "purposes", &message.purposes);
    fields.paragraph("reason", &message.reason, 1..=MAX_REASON);
    fields.finish(fingerprint.map(|fingerprint| RegistryChange::RevokeCredential {
        agency,
        fingerprint,
        purposes,
    }))
}

fn agency(fields: &mut Fields, wire: Option<&v1::Agency>) -> Option<Agency> {
    let Some(wire) = wire else {
        fields.missing("agency");
        return None;
    };
    let code = fields.id("agency.code", &wire.code);
    let role = Role::from_wire(wire.role);
    if role.is_none() {
        fields.missing("agency.role");
    }
    let channel = Channel::from_wire(wire.channel);
    if channel.is_none() {
        fields.missing("agency.channel");
    }
    fields.line("agency.name", &wire.name, 1..=MAX_NAME);
    fields.line("agency.name_en", &wire.name_en, 0..=MAX_NAME);
    fields.identifier("agency.province_code", &wire.province_code, place::check_province);
    fields.identifier("agency.commune_code", &wire.commune_code, place::check_commune);
    let parent = fields.optional_id("agency.parent_code", &wire.parent_code);
    let successor = fields.optional_id("agency.successor_code", &wire.successor_code);
    let aliases = aliases(fields, &wire.aliases);
    let units = units(fields, &wire.units);
    Some(Agency {
        code: code?,
        role: role?,
        name: wire.name.clone(),
        name_en: wire.name_en.clone(),
        province_code: wire.province_code.clone(),
        commune_code: wire.commune_code.clone(),
        parent,
        successor,
        channel: channel?,
        suspended: false,
        aliases,
        units,
        territory: territory(fields, "agency.territory", &wire.territory),
    })
}

/// Codes of provinces and communes.
fn territory(fields: &mut Fields, at: &str, wire: &[String]) -> Vec<String> {
    fields.at_most(at, wire.len(), MAX_TERRITORY);
    for (index, code) in wire.iter().take(MAX_TERRITORY).enumerate() {
        let check = if code.len() == 5 {
            place::check_commune
        } else {
            place::check_province
        };
        fields.identifier(&format!("{at}[{index}]"), code, check);
    }
    wire.to_vec()
}

fn aliases(fields: &mut Fields, wire: &[v1::AgencyAlias]) -> Vec<Alias> {
    fields.at_most("agency.aliases", wire.len(), MAX_ALIASES);
    wire.iter()
        .take(MAX_ALIASES)
        .enumerate()
        .map(|(index, alias)| {
            let at = |name: &str| format!("agency.aliases[{index}].{name}");
            fields.line(&at("name"), &alias.name, 1..=MAX_NAME);
            let valid_from = fields.optional_date(&at("valid_from"), &alias.valid_from);
            let valid_to = fields.optional_date(&at("valid_to"), &alias.valid_to);
            fields.in_order(&at("valid_to"), valid_from, valid_to);
            Alias {
                name: alias.name.clone(),
                valid_from,
                valid_to,
            }
        })
        .collect()
}

fn units(fields: &mut Fields, wire: &[v1::Unit]) -> Vec<Unit> {
    fields.at_most("agency.units", wire.len(), MAX_UNITS);
    let mut units: Vec<Unit> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (index, unit) in wire.iter().take(MAX_UNITS).enumerate() {
        let at = |name: &str| format!("agency.units[{index}].{name}");
        fields.line(&at("name"), &unit.name, 1..=MAX_NAME);
        if !unit.unit_id.is_empty() && !seen.insert(&unit.unit_id) {
            fields.push(
                &at("unit_id"),
                "repeated",
                "Mã đơn vị này đã có trong danh sách.",
                "This unit id is already in the list.",
            );
        }
        let territory = territory(fields, &at("territory"), &unit.territory);
        units.extend(fields.id(&at("unit_id"), &unit.unit_id).map(|id| Unit {
            id,
            name: unit.name.clone(),
            territory,
        }));
    }
    units
}

fn officer(fields: &mut Fields, at: &str, wire: &v1::Officer, agency: &AgencyCode) -> Option<Officer> {
    let id = fields.id(&format!("{at}.officer_id"), &wire.officer_id);
    fields.line(&format!("{at}.full_name"), &wire.full_name, 1..=MAX_PERSON);
    fields.line(&format!("{at}.position"), &wire.position, 1..=MAX_PERSON);
    let unit = fields.optional_id(&format!("{at}.unit_id"), &wire.unit_id);
    let valid_from = fields.date(&format!("{at}.valid_from"), &wire.valid_from);
    let last = format!("{at}.valid_to");
    let valid_to = fields.optional_date(&last, &wire.valid_to);
    fields.in_order(&last, valid_from, valid_to);
    let scope = scope(fields, &format!("{at}.scope"), wire.scope);
    if scope == Scope::Unit && wire.unit_id.is_empty() {
        fields.missing(&format!("{at}.unit_id"));
    }
    Some(Officer {
        agency: agency.clone(),
        id: id?,
        full_name: wire.full_name.clone(),
        position: wire.position.clone(),
        unit,
        valid_from: valid_from?,
        valid_to,
        scope,
    })
}

/// The scope of an officer; all of the agency if nothing is said of it, as before there were scopes.
fn scope(fields: &mut Fields, at: &str, wire: i32) -> Scope {
    let scope = Scope::from_wire(wire);
    if scope.is_none() && wire != 0 {
        fields.push(
            at,
            "unknown_value",
            "Không có phạm vi quyền này.",
            "There is no such scope.",
        );
    }
    scope.unwrap_or(Scope::All)
}

/// Which page of agencies to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgencyPage {
    /// After this code; none for the first page.
    pub(crate) after: Option<AgencyCode>,
    /// Only this role.
    pub(crate) role: Option<Role>,
    /// Only this province; empty for all.
    pub(crate) province_code: String,
    /// How many.
    pub(crate) limit: usize,
    /// The tokens of this list.
    pub(crate) tokens: Tokens,
}

/// What ListAgencies asks for.
pub(crate) fn agency_page(message: &v1::ListAgenciesRequest, caller: &AgencyCode) -> Result<AgencyPage> {
    let mut fields = Fields::default();
    let limit = fields.page_size("page_size", message.page_size, PAGE.0, PAGE.1);
    let role = Role::from_wire(message.role);
    if role.is_none() && message.role != 0 {
        fields.push(
            "role",
            "unknown_value",
            "Không có loại cơ quan, tổ chức này.",
            "There is no such role.",
        );
    }
    let province_code = message.province_code.clone();
    fields.identifier("province_code", &province_code, place::check_province);
    let tokens = Tokens::of(&[
        "agencies",
        caller.as_str(),
        role.map_or("", Role::as_str),
        &province_code,
    ]);
    let after: Option<AgencyCode> = match tokens.position(&message.page_token) {
        Ok(after) => after,
        Err(error) => {
            fields.extend(error.fields().iter().cloned());
            None
        }
    };
    fields.finish(Some(AgencyPage {
        after,
        role,
        province_code,
        limit,
        tokens,
    }))
}

/// An agency on the wire.
pub(crate) fn agency_to_wire(agency: &Agency) -> v1::Agency {
    v1::Agency {
        code: agency.code.to_string(),
        role: agency.role.to_wire(),
        name: agency.name.clone(),
        name_en: agency.name_en.clone(),
        province_code: agency.province_code.clone(),
        commune_code: agency.commune_code.clone(),
        parent_code: text_or_empty(agency.parent.as_ref().map(AgencyCode::as_str)),
        successor_code: text_or_empty(agency.successor.as_ref().map(AgencyCode::as_str)),
        channel: agency.channel.to_wire(),
        suspended: agency.suspended,
        aliases: agency
            .aliases
            .iter()
            .map(|alias| v1::AgencyAlias {
                name: alias.name.clone(),
                valid_from: text_or_empty(alias.valid_from.map(|date| date.to_string())),
                valid_to: text_or_empty(alias.valid_to.map(|date| date.to_string())),
            })
            .collect(),
        units: agency
            .units
            .iter()
            .map(|unit| v1::Unit {
                unit_id: unit.id.to_string(),
                name: unit.name.clone(),
                territory: unit.territory.clone(),
            })
            .collect(),
        territory: agency.territory.clone(),
    }
}

/// An agency with what its caller may see of it.
pub(crate) fn agency_view(view: &AgencyView) -> v1::GetAgencyResponse {
    v1::GetAgencyResponse {
        agency: Some(agency_to_wire(&view.agency)),
        officers: view.officers.iter().map(officer_to_wire).collect(),
        credentials: view.credentials.iter().map(credential_to_wire).collect(),
    }
}

pub(super) fn officer_to_wire(officer: &Officer) -> v1::Officer {
    v1::Officer {
        officer_id: officer.id.to_string(),
        full_name: officer.full_name.clone(),
        position: officer.position.clone(),
        unit_id: text_or_empty(officer.unit.as_ref().map(crate::domain::ids::UnitId::as_str)),
        valid_from: officer.valid_from.to_string(),
        valid_to: text_or_empty(officer.valid_to.map(|date| date.to_string())),
        scope: officer.scope.to_wire(),
    }
}

/// A key that is not one, together with everything else that is wrong in the message.
pub(crate) fn with_key_fault<T>(key: &Error, change: Result<T>) -> Error {
    let others = change.err().map(|error| error.fields().to_vec()).unwrap_or_default();
    let fields = key.fields().iter().cloned().chain(others).collect();
    Error::invalid(key.code(), fields)
}
