//! What the files say of each agency, as messages, before it is held against the hub.

use std::collections::{BTreeMap, BTreeSet};

use lienthong_proto::v1;

use super::faults::{Faults, Place};
use super::read::{Files, Row};
use super::sheet::Sheet;
use crate::domain::agency::{Channel, Purpose, Role, Scope};
use crate::domain::certificate::Certificate;
use crate::domain::text::fold;
use crate::evidence::digest::sha256;
use crate::grpc::convert::vocabulary::OnWire;

/// A certificate of the files.
#[derive(Debug, Clone)]
pub(super) struct NewCertificate {
    /// The message.
    pub(super) credential: v1::NewCredential,
    /// SHA-256 of its DER; none if it cannot be read.
    pub(super) sha256: Option<[u8; 32]>,
}

/// What the files say of an agency.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Its row in the sheet of agencies; none: other sheets alone name it.
    pub(super) row: Option<Row>,
    /// Its units; empty: nothing is said.
    pub(super) units: Vec<(Place, v1::Unit)>,
    /// Its former names; empty: nothing is said.
    pub(super) aliases: Vec<(Place, v1::AgencyAlias)>,
    /// Its officers. A scope of 0 says nothing of it.
    pub(super) officers: Vec<(Place, v1::Officer)>,
    /// Its certificates.
    pub(super) credentials: Vec<(Place, NewCertificate)>,
}

impl Wanted {
    /// The first row that is about it.
    pub(super) fn place(&self) -> Option<&Place> {
        let own = self.row.iter().map(|row| &row.place);
        own.chain(self.units.iter().map(|(place, _)| place))
            .chain(self.aliases.iter().map(|(place, _)| place))
            .chain(self.officers.iter().map(|(place, _)| place))
            .chain(self.credentials.iter().map(|(place, _)| place))
            .next()
    }

    /// All rows of other sheets than that of agencies.
    pub(super) fn other_places(&self) -> impl Iterator<Item = &Place> {
        let named = self.units.iter().map(|(place, _)| place);
        named
            .chain(self.aliases.iter().map(|(place, _)| place))
            .chain(self.officers.iter().map(|(place, _)| place))
            .chain(self.credentials.iter().map(|(place, _)| place))
    }
}

/// What the files say, by code.
pub(super) fn wanted(files: &Files, faults: &mut Faults) -> BTreeMap<String, Wanted> {
    let mut all: BTreeMap<String, Wanted> = BTreeMap::new();
    for row in files
        .rows(Sheet::Agencies)
        .iter()
        .filter(|row| !row.cell("code").is_empty())
    {
        let wanted = all.entry(row.cell("code").to_owned()).or_default();
        if let Some(first) = &wanted.row {
            twice(faults, &row.place, "code", first.place.row);
            continue;
        }
        wanted.row = Some(row.clone());
    }
    for row in of_agencies(files, Sheet::Units) {
        let unit = v1::Unit {
            unit_id: row.cell("id").to_owned(),
            name: row.cell("name").to_owned(),
            territory: codes(row.cell("territory")),
        };
        let units = &mut all.entry(row.cell("agency").to_owned()).or_default().units;
        units.push((row.place.clone(), unit));
    }
    for row in of_agencies(files, Sheet::Aliases) {
        let alias = v1::AgencyAlias {
            name: row.cell("name").to_owned(),
            valid_from: day(row.cell("valid_from")),
            valid_to: day(row.cell("valid_to")),
        };
        let aliases = &mut all.entry(row.cell("agency").to_owned()).or_default().aliases;
        match aliases.iter().find(|(_, known)| *known == alias) {
            Some((first, _)) => twice(faults, &row.place, "name", first.row),
            None => aliases.push((row.place.clone(), alias)),
        }
    }
    for row in of_agencies(files, Sheet::Officers) {
        let officer = officer(row, faults);
        let officers = &mut all.entry(row.cell("agency").to_owned()).or_default().officers;
        match officers
            .iter()
            .find(|(_, known)| known.officer_id == officer.officer_id)
        {
            Some((first, _)) => twice(faults, &row.place, "id", first.row),
            None => officers.push((row.place.clone(), officer)),
        }
    }
    let mut taken = BTreeSet::new();
    for row in of_agencies(files, Sheet::Credentials) {
        let certificate = certificate(files, row, faults);
        for purpose in &certificate.credential.purposes {
            if certificate
                .sha256
                .is_some_and(|sha256| !taken.insert((sha256, *purpose)))
            {
                let (vi, en) = (
                    "chứng thư số này đã được nêu cho mục đích này ở dòng khác",
                    "another row states this certificate for this purpose already",
                );
                faults.add(&row.place, "certificate_file", vi, en);
            }
        }
        let credentials = &mut all.entry(row.cell("agency").to_owned()).or_default().credentials;
        credentials.push((row.place.clone(), certificate));
    }
    all
}

fn of_agencies(files: &Files, sheet: Sheet) -> impl Iterator<Item = &Row> {
    let rows = files.rows(sheet).iter();
    rows.filter(|row| !row.cell("agency").is_empty())
}

fn twice(faults: &mut Faults, place: &Place, column: &str, first: u64) {
    faults.add(
        place,
        column,
        format!("đã có ở dòng {first}"),
        format!("stands in row {first} already"),
    );
}

/// Codes of places, separated by spaces or commas.
pub(super) fn codes(cell: &str) -> Vec<String> {
    let codes = cell.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    codes.filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// A day as the hub takes it: `30/06/2025`, as people write it, becomes `2025-06-30`; all else stays, for the check.
fn day(cell: &str) -> String {
    let parts: Vec<&str> = cell.split('/').collect();
    match parts.as_slice() {
        [day, month, year] if year.len() == 4 => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => cell.to_owned(),
    }
}

/// The value of a vocabulary that a cell names by its word or its Vietnamese label.
fn value<T: Copy + 'static>(all: &[T], names: impl Fn(T) -> [&'static str; 2], cell: &str) -> Option<T> {
    let wanted = fold(cell);
    all.iter()
        .copied()
        .find(|value| names(*value).iter().any(|name| fold(name) == wanted))
}

fn unknown(faults: &mut Faults, place: &Place, column: &str, known: &[&str]) {
    let known = known.join(", ");
    faults.add(
        place,
        column,
        format!("không có giá trị này; cần một trong: {known}"),
        format!("there is no such value; expected one of {known}"),
    );
}

/// The role that the row states; none if it is no role, which is told.
pub(super) fn role(row: &Row, faults: &mut Faults) -> Option<Role> {
    let cell = row.cell("role");
    let role = value(Role::ALL, |role| [role.as_str(), role.label_vi()], cell);
    if role.is_none() && !cell.is_empty() {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        unknown(faults, &row.place, "role", &known);
    }
    role
}

/// The channel that the row states, if any.
pub(super) fn channel(row: &Row, faults: &mut Faults) -> Option<Channel> {
    let cell = row.cell("channel");
    let vi = |channel| match channel {
        Channel::Digital => "trực tuyến",
        Channel::Paper => "giấy",
    };
    let channel = value(Channel::ALL, |channel| [channel.as_str(), vi(channel)], cell);
    if channel.is_none() && !cell.is_empty() {
        unknown(faults, &row.place, "channel", &["DIGITAL", "PAPER"]);
    }
    channel
}

fn officer(row: &Row, faults: &mut Faults) -> v1::Officer {
    let cell = row.cell("scope");
    let scope = value(Scope::ALL, |scope| [scope.as_str(), scope.label_vi()], cell);
    if scope.is_none() && !cell.is_empty() {
        unknown(faults, &row.place, "scope", &["OWN", "UNIT", "ALL"]);
    }
    v1::Officer {
        officer_id: row.cell("id").to_owned(),
        full_name: row.cell("full_name").to_owned(),
        position: row.cell("position").to_owned(),
        unit_id: row.cell("unit").to_owned(),
        valid_from: day(row.cell("valid_from")),
        valid_to: String::new(),
        scope: scope.map_or(0, OnWire::to_wire),
    }
}

fn certificate(files: &Files, row: &Row, faults: &mut Faults) -> NewCertificate {
    let mut purposes = Vec::new();
    for word in codes(row.cell("purposes")) {
        match value(Purpose::ALL, |purpose| [purpose.as_str(); 2], &word) {
            Some(purpose) => purposes.push(purpose.to_wire()),
            None => unknown(faults, &row.place, "purposes", &["TLS", "TOKEN", "SEAL", "OFFICER"]),
        }
    }
    let file = row.cell("certificate_file");
    let read = (!file.is_empty()).then(|| std::fs::read_to_string(files.folder.join(file)));
    let certificate_pem = match read {
        Some(Ok(text)) => text,
        Some(Err(error)) => {
            faults.add(
                &row.place,
                "certificate_file",
                format!("không đọc được tệp này: {error}"),
                format!("this file cannot be read: {error}"),
            );
            String::new()
        }
        None => String::new(),
    };
    let sha256 = Certificate::from_pem(&certificate_pem)
        .ok()
        .map(|certificate| sha256(&certificate.der));
    NewCertificate {
        credential: v1::NewCredential {
            certificate_pem,
            purposes,
            officer_id: row.cell("officer").to_owned(),
        },
        sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_codes_and_words_are_taken_as_people_write_them() {
        assert_eq!(day("1/7/2025"), "2025-07-01");
        assert_eq!(day("2025-07-01"), "2025-07-01");
        assert_eq!(day("7/2025"), "7/2025");
        assert_eq!(codes(" 37,33  01;"), ["37", "33", "01"]);
        let role = |cell| value(Role::ALL, |role| [role.as_str(), role.label_vi()], cell);
        assert_eq!(role("court"), Some(Role::Court));
        assert_eq!(role("Kho bạc nhà nước"), Some(Role::Treasury));
        assert_eq!(role("COURTS"), None);
    }
}
