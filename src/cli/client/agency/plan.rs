//! The files held against the hub: what is wrong with them, and what would change.

use std::collections::{BTreeMap, BTreeSet};

use lienthong_proto::v1;

use super::faults::{Faults, Place};
use super::sheet::{Column, Sheet};
use super::wanted::{NewCertificate, Wanted, channel, codes, role};
use crate::domain::agency::Scope;
use crate::domain::error::{Error, FieldViolation};
use crate::domain::ids::AgencyCode;
use crate::domain::time::Timestamp;
use crate::grpc::convert::agency as rules;
use crate::grpc::convert::vocabulary::OnWire as _;

/// What the hub has.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Every agency, by code.
    pub(super) agencies: BTreeMap<String, v1::Agency>,
    /// With officers and certificates, of those whose officers or certificates the files name.
    pub(super) staff: BTreeMap<String, v1::GetAgencyResponse>,
}

/// An agency as it should be.
#[derive(Debug)]
pub(super) struct Planned {
    /// Its first row.
    pub(super) place: Place,
    /// Whether the hub does not have it.
    pub(super) is_new: bool,
    /// The agency, whole.
    pub(super) agency: v1::Agency,
    /// The columns of the agency that differ, units and aliases among them; empty: none, or it is new.
    pub(super) changed: Vec<&'static str>,
    /// Officers who are new or differ.
    pub(super) officers: Vec<(Place, v1::Officer)>,
    /// Certificates for purposes that the hub does not have.
    pub(super) credentials: Vec<(Place, v1::NewCredential)>,
}

impl Planned {
    /// Whether the hub has all of it.
    pub(super) fn is_unchanged(&self) -> bool {
        !self.is_new && self.changed.is_empty() && self.officers.is_empty() && self.credentials.is_empty()
    }
}

/// Checks everything, by the hub's own rules where it has one, and finds what would change. By code.
pub(super) fn plan(
    all: &BTreeMap<String, Wanted>,
    known: &Known,
    now: Timestamp,
    faults: &mut Faults,
) -> BTreeMap<String, Planned> {
    let mut planned = BTreeMap::new();
    for (code, wanted) in all {
        let before = known.agencies.get(code);
        if wanted.row.is_none() && before.is_none() {
            for place in wanted.other_places() {
                let (vi, en) = (
                    "không có cơ quan mã này, trong tệp agencies cũng như ở cổng",
                    "there is no agency with this code, neither in agencies nor at the hub",
                );
                faults.add(place, "agency", vi, en);
            }
            continue;
        }
        let Some(place) = wanted.place() else { continue };
        let one = One {
            place,
            wanted,
            before,
            staff: known.staff.get(code),
            now,
        };
        planned.insert(code.clone(), one.planned(code, faults));
    }
    check_references(&planned, all, known, faults);
    planned
}

/// One agency that is planned.
struct One<'a> {
    place: &'a Place,
    wanted: &'a Wanted,
    before: Option<&'a v1::Agency>,
    staff: Option<&'a v1::GetAgencyResponse>,
    now: Timestamp,
}

impl One<'_> {
    fn planned(&self, code: &str, faults: &mut Faults) -> Planned {
        let agency = self.agency(code, faults);
        let asked = v1::UpdateAgencyRequest {
            agency: Some(agency.clone()),
            ..Default::default()
        };
        self.tell(rules::update_agency(&asked).err().as_ref(), faults);
        let officers = self.officers(&agency, faults);
        let credentials = self.credentials(code, faults);
        if self.before.is_none() && agency.channel == i32::from(v1::Channel::Digital) {
            self.check_connected(faults);
        }
        Planned {
            place: self.place.clone(),
            is_new: self.before.is_none(),
            changed: self.before.map(|before| changed(before, &agency)).unwrap_or_default(),
            agency,
            officers,
            credentials,
        }
    }

    /// The agency as it should be: what the files do not state stays as the hub has it.
    fn agency(&self, code: &str, faults: &mut Faults) -> v1::Agency {
        let mut agency = self.before.cloned().unwrap_or_else(|| v1::Agency {
            code: code.to_owned(),
            channel: v1::Channel::Paper.into(),
            ..Default::default()
        });
        if !self.wanted.units.is_empty() {
            agency.units = self.wanted.units.iter().map(|(_, unit)| unit.clone()).collect();
        }
        if !self.wanted.aliases.is_empty() {
            agency.aliases = self.wanted.aliases.iter().map(|(_, alias)| alias.clone()).collect();
        }
        let Some(row) = &self.wanted.row else { return agency };
        if let Some(role) = role(row, faults) {
            if self.before.is_some_and(|before| before.role != role.to_wire()) {
                let (vi, en) = (
                    "cơ quan này đã có ở cổng với loại khác; loại không thay đổi được",
                    "the hub has this agency with another role; a role never changes",
                );
                faults.add(&row.place, "role", vi, en);
            }
            agency.role = role.to_wire();
        }
        if let Some(channel) = channel(row, faults) {
            agency.channel = channel.to_wire();
        }
        row.cell("name").clone_into(&mut agency.name);
        for (column, member) in [
            ("name_en", &mut agency.name_en),
            ("province_code", &mut agency.province_code),
            ("commune_code", &mut agency.commune_code),
            ("parent", &mut agency.parent_code),
            ("successor", &mut agency.successor_code),
        ] {
            if let Some(cell) = row.stated(column) {
                cell.clone_into(member);
            }
        }
        if let Some(cell) = row.stated("territory") {
            agency.territory = codes(cell);
        }
        agency
    }

    fn officers(&self, agency: &v1::Agency, faults: &mut Faults) -> Vec<(Place, v1::Officer)> {
        let mut officers = Vec::new();
        let known = self.staff.map_or(&[][..], |staff| &staff.officers);
        let Ok(code) = AgencyCode::parse(&agency.code) else {
            return officers;
        };
        for (place, officer) in &self.wanted.officers {
            let mut officer = officer.clone();
            let before = known.iter().find(|known| known.officer_id == officer.officer_id);
            if let Some(before) = before {
                officer.valid_to.clone_from(&before.valid_to);
            }
            if officer.scope == 0 {
                officer.scope = before.map_or(Scope::All.to_wire(), |before| before.scope);
            }
            let asked = v1::RegisterOfficerRequest {
                officer: Some(officer.clone()),
                ..Default::default()
            };
            tell(
                place,
                Sheet::Officers,
                rules::register_officer(&asked, &code).err().as_ref(),
                faults,
            );
            let is_there = agency.units.iter().any(|unit| unit.unit_id == officer.unit_id);
            if !officer.unit_id.is_empty() && !is_there {
                let (vi, en) = ("cơ quan không có đơn vị này", "the agency has no such unit");
                faults.add(place, "unit", vi, en);
            }
            if before != Some(&officer) {
                officers.push((place.clone(), officer));
            }
        }
        officers
    }

    fn credentials(&self, code: &str, faults: &mut Faults) -> Vec<(Place, v1::NewCredential)> {
        let mut credentials = Vec::new();
        let Ok(agency) = AgencyCode::parse(code) else {
            return credentials;
        };
        for (place, NewCertificate { credential, sha256 }) in &self.wanted.credentials {
            let asked = v1::RegisterCredentialRequest {
                credential: Some(credential.clone()),
                ..Default::default()
            };
            let error = rules::register_credential(&asked, agency.clone(), self.now).err();
            tell(place, Sheet::Credentials, error.as_ref(), faults);
            self.check_owner(place, credential, faults);
            let known = self.staff.map_or(&[][..], |staff| &staff.credentials);
            let of = |purpose: i32| {
                let is_it = |known: &&v1::Credential| {
                    known.purpose == purpose && sha256.is_some_and(|sha256| known.sha256 == sha256[..])
                };
                known.iter().find(is_it)
            };
            let purposes = credential.purposes.iter().copied();
            if purposes
                .clone()
                .filter_map(of)
                .any(|known| known.revoked_time.is_some())
            {
                let (vi, en) = (
                    "chứng thư số này đã bị thu hồi ở cổng, không dùng lại được",
                    "the hub has revoked this certificate; it does not come back",
                );
                faults.add(place, "certificate_file", vi, en);
            }
            let new = v1::NewCredential {
                purposes: purposes.filter(|purpose| of(*purpose).is_none()).collect(),
                ..credential.clone()
            };
            if !new.purposes.is_empty() {
                credentials.push((place.clone(), new));
            }
        }
        credentials
    }

    /// The officer whose own certificate it is stands in the files or at the hub.
    fn check_owner(&self, place: &Place, credential: &v1::NewCredential, faults: &mut Faults) {
        let id = &credential.officer_id;
        let in_files = self
            .wanted
            .officers
            .iter()
            .any(|(_, officer)| officer.officer_id == *id);
        let at_hub = self
            .staff
            .is_some_and(|staff| staff.officers.iter().any(|known| known.officer_id == *id));
        if !id.is_empty() && !in_files && !at_hub {
            let (vi, en) = (
                "không có cán bộ này, trong tệp officers cũng như ở cổng",
                "there is no such officer, neither in officers nor at the hub",
            );
            faults.add(place, "officer", vi, en);
        }
    }

    /// A new agency on the digital channel has somebody who acts, and certificates to connect with.
    fn check_connected(&self, faults: &mut Faults) {
        let purposes: BTreeSet<i32> = self
            .wanted
            .credentials
            .iter()
            .flat_map(|(_, new)| new.credential.purposes.iter().copied())
            .collect();
        let has = |purpose: v1::CredentialPurpose| purposes.contains(&i32::from(purpose));
        if self.wanted.officers.is_empty() || !has(v1::CredentialPurpose::Tls) || !has(v1::CredentialPurpose::Token) {
            let (vi, en) = (
                "cơ quan mới kết nối trực tuyến (DIGITAL) phải có một cán bộ và chứng thư số cho TLS và TOKEN; chưa có thì để PAPER",
                "a new agency on the DIGITAL channel needs an officer and certificates for TLS and TOKEN; without them state PAPER",
            );
            faults.add(self.place, "channel", vi, en);
        }
    }

    /// Tells what the hub's rules find in the agency, by the rows of units and aliases.
    fn tell(&self, error: Option<&Error>, faults: &mut Faults) {
        for violation in error.into_iter().flat_map(Error::fields) {
            let field = violation.field.trim_start_matches("agency.");
            let listed = |prefix: &str| {
                let (index, rest) = field.strip_prefix(prefix)?.strip_prefix('[')?.split_once(']')?;
                Some((index.parse::<usize>().ok()?, rest.trim_start_matches('.')))
            };
            let unit =
                listed("units").and_then(|(index, rest)| Some((&self.wanted.units.get(index)?.0, Sheet::Units, rest)));
            let alias = || {
                let (index, rest) = listed("aliases")?;
                Some((&self.wanted.aliases.get(index)?.0, Sheet::Aliases, rest))
            };
            let (place, sheet, member) = unit.or_else(alias).unwrap_or((self.place, Sheet::Agencies, field));
            add(place, sheet, member, violation, faults);
        }
    }
}

/// Tells what the hub's rules find in an officer or a certificate.
fn tell(place: &Place, sheet: Sheet, error: Option<&Error>, faults: &mut Faults) {
    for violation in error.into_iter().flat_map(Error::fields) {
        let field = violation.field.split_once('.').map_or("*", |(_, member)| member);
        add(place, sheet, field, violation, faults);
    }
}

fn add(place: &Place, sheet: Sheet, member: &str, violation: &FieldViolation, faults: &mut Faults) {
    let column = column_of(sheet, member);
    // Empty cells are told by the reader, and words that are none by whoever reads them.
    let is_required = |known: &Column| known.name == column && known.is_required;
    if violation.reason != "required" || !sheet.columns().iter().any(is_required) {
        faults.add(place, column, violation.text.vi.clone(), violation.text.en.clone());
    }
}

/// The column of a member of a message about a row of the sheet, for example of `territory[3]` or `unit_id`.
pub(super) fn column_of(sheet: Sheet, member: &str) -> &str {
    match (sheet, member.split('[').next().unwrap_or(member)) {
        (_, "parent_code") => "parent",
        (_, "successor_code") => "successor",
        (_, "certificate_pem") => "certificate_file",
        (Sheet::Units, "unit_id") | (Sheet::Officers, "officer_id") => "id",
        (Sheet::Officers, "unit_id") => "unit",
        (Sheet::Credentials, "officer_id") => "officer",
        (_, name) => name,
    }
}

/// The columns in which two states of an agency differ.
fn changed(before: &v1::Agency, after: &v1::Agency) -> Vec<&'static str> {
    let columns = [
        ("name", before.name != after.name),
        ("name_en", before.name_en != after.name_en),
        ("province_code", before.province_code != after.province_code),
        ("commune_code", before.commune_code != after.commune_code),
        ("parent", before.parent_code != after.parent_code),
        ("successor", before.successor_code != after.successor_code),
        ("channel", before.channel != after.channel),
        ("territory", before.territory != after.territory),
        ("units", before.units != after.units),
        ("aliases", before.aliases != after.aliases),
    ];
    let differ = columns.into_iter().filter(|(_, differs)| *differs);
    differ.map(|(column, _)| column).collect()
}

/// A code that an agency names.
type Named = fn(&v1::Agency) -> &str;

/// Superiors and successors are there, and nobody is his own, however far up.
fn check_references(
    planned: &BTreeMap<String, Planned>,
    all: &BTreeMap<String, Wanted>,
    known: &Known,
    faults: &mut Faults,
) {
    let agency = |code: &str| {
        let of_files = planned.get(code).map(|planned| &planned.agency);
        of_files.or_else(|| known.agencies.get(code))
    };
    let columns: [(&str, Named); 2] = [
        ("parent", |agency| &agency.parent_code),
        ("successor", |agency| &agency.successor_code),
    ];
    for (code, one) in planned {
        if all.get(code).is_none_or(|wanted| wanted.row.is_none()) {
            continue;
        }
        for (column, next) in columns {
            let named = next(&one.agency);
            if !named.is_empty() && agency(named).is_none() {
                let (vi, en) = (
                    "không có cơ quan mã này, trong tệp cũng như ở cổng",
                    "there is no agency with this code, neither in the files nor at the hub",
                );
                faults.add(&one.place, column, vi, en);
            }
            let (mut at, mut seen) = (named, BTreeSet::new());
            while !at.is_empty() && at != code && seen.insert(at) {
                at = agency(at).map_or("", next);
            }
            if at == code {
                let (vi, en) = (
                    "vòng tròn: đi từ đây lại về chính cơ quan này",
                    "a cycle: from here it leads back to the agency itself",
                );
                faults.add(&one.place, column, vi, en);
            }
        }
    }
}
