//! Who plays: `catalogue/demo/agencies.toml`.

use serde::Deserialize;

/// The agencies of the demo.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Cast {
    /// The connected ones, in the order in which they are entered.
    #[serde(rename = "agency")]
    pub(in crate::cli) agencies: Vec<CastAgency>,
    /// Those that are reached on paper; they have neither certificate nor officer here.
    #[serde(rename = "paper_agency")]
    pub(super) on_paper: Vec<CastAgency>,
}

/// Who plays in stories beside them: `catalogue/demo/more-agencies.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct More {
    #[serde(rename = "agency")]
    agencies: Vec<CastAgency>,
    #[serde(rename = "colleague")]
    colleagues: Vec<Colleague>,
}

/// Another officer of an agency, with certificates under another name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Colleague {
    /// Certificate of the agency.
    of: String,
    /// Name of his own files.
    certificate: String,
    officer: CastOfficer,
}

/// One agency.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::cli) struct CastAgency {
    /// Name of its files in a folder of certificates.
    pub(in crate::cli) certificate: String,
    /// Its code.
    pub(in crate::cli) code: String,
    /// Its role, as in the domain.
    pub(in crate::cli) role: String,
    /// Vietnamese name.
    pub(in crate::cli) name: String,
    /// English name.
    pub(in crate::cli) name_en: String,
    /// How the story calls it.
    pub(in crate::cli) short: String,
    /// The same in English.
    pub(in crate::cli) short_en: String,
    /// Two digits, or empty.
    pub(in crate::cli) province_code: String,
    /// Five digits, or empty.
    pub(super) commune_code: String,
    /// Code of the superior agency, or empty.
    pub(super) parent_code: String,
    /// Codes of the provinces and communes that it is competent for; empty: its province or commune.
    pub(super) territory: Vec<String>,
    /// Its former names.
    pub(super) aliases: Vec<CastAlias>,
    /// Its units.
    pub(super) units: Vec<CastUnit>,
    /// Who acts for it.
    pub(in crate::cli) officer: CastOfficer,
}

/// A former name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CastAlias {
    /// As printed then.
    pub(super) name: String,
    /// The last day on which it was right, `YYYY-MM-DD`.
    pub(super) valid_to: String,
}

/// A unit of an agency.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CastUnit {
    /// Unique in the agency.
    pub(super) id: String,
    /// Vietnamese name.
    pub(super) name: String,
    /// Codes of the communes that it deals with.
    pub(super) territory: Vec<String>,
}

/// An officer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::cli) struct CastOfficer {
    /// The id, unique in the agency.
    pub(in crate::cli) id: String,
    /// Full name.
    pub(in crate::cli) full_name: String,
    /// Position.
    pub(in crate::cli) position: String,
    /// Id of the unit, or empty.
    pub(super) unit: String,
}

impl Cast {
    /// The agencies that the binary carries. Empty only if the file is broken, which a test rules out.
    pub(in crate::cli) fn embedded() -> Self {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue/demo/agencies.toml"));
        toml::from_str(text).unwrap_or_default()
    }

    /// These, and those that only stories in data enter. An agency stands before its other officers: each of those is the agency
    /// again, with the officer's own certificates.
    pub(in crate::cli) fn whole() -> Self {
        let text = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/catalogue/demo/more-agencies.toml"
        ));
        let more: More = toml::from_str(text).unwrap_or_default();
        let mut cast = Self::embedded();
        cast.agencies.extend(more.agencies);
        for colleague in more.colleagues {
            let Some(agency) = cast.agency(&colleague.of).cloned() else {
                continue;
            };
            cast.agencies.push(CastAgency {
                certificate: colleague.certificate,
                officer: colleague.officer,
                ..agency
            });
        }
        cast
    }

    /// The agency with the certificate `certificate`.
    pub(super) fn agency(&self, certificate: &str) -> Option<&CastAgency> {
        self.agencies.iter().find(|agency| agency.certificate == certificate)
    }
}

impl CastAgency {
    /// The name of the officer's unit; empty if there is none.
    pub(super) fn unit_name(&self) -> &str {
        let unit = self.units.iter().find(|unit| unit.id == self.officer.unit);
        unit.map_or("", |unit| &unit.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agency::Role;
    use crate::domain::identifier::place::territory;
    use crate::domain::ids::{AgencyCode, OfficerId, UnitId};

    #[test]
    fn the_agencies_are_well_formed_and_marked_as_synthetic() {
        let cast = Cast::embedded();
        assert_eq!((cast.agencies.len(), cast.on_paper.len()), (10, 1));
        for agency in cast.agencies.iter().chain(&cast.on_paper) {
            assert!(AgencyCode::parse(&agency.code).is_ok());
            assert!(agency.role.parse::<Role>().is_ok(), "{}", agency.role);
            assert!(agency.name.contains("giả lập"), "{}", agency.name);
        }
        for agency in &cast.agencies {
            assert!(OfficerId::parse(&agency.officer.id).is_ok() && !agency.certificate.is_empty());
            assert!(agency.units.iter().all(|unit| UnitId::parse(&unit.id).is_ok()));
            assert_eq!(
                agency.officer.unit.is_empty(),
                agency.unit_name().is_empty(),
                "{}",
                agency.code
            );
        }
    }

    #[test]
    fn those_of_the_stories_are_well_formed_and_their_officers_act_for_agencies() {
        let text = std::fs::read_to_string("catalogue/demo/more-agencies.toml").unwrap();
        let more: More = toml::from_str(&text).unwrap();
        let whole = Cast::whole().agencies;
        let first = Cast::embedded().agencies.len();
        assert_eq!(whole.len(), first + more.agencies.len() + more.colleagues.len());
        let mut names = std::collections::BTreeSet::new();
        let mut officers = std::collections::BTreeSet::new();
        for agency in &whole {
            assert!(names.insert(&agency.certificate), "{}", agency.certificate);
            assert!(officers.insert(&agency.officer.id), "{}", agency.officer.id);
            assert!(AgencyCode::parse(&agency.code).is_ok() && OfficerId::parse(&agency.officer.id).is_ok());
            assert!(agency.role.parse::<Role>().is_ok(), "{}", agency.role);
            assert!(agency.name.contains("giả lập"), "{}", agency.name);
        }
    }

    #[test]
    fn every_place_lies_in_ninh_binh() {
        let cast = Cast::embedded();
        let units = cast.agencies.iter().flat_map(|agency| &agency.units);
        let codes = units.flat_map(|unit| &unit.territory);
        for code in codes.chain(cast.agencies.iter().flat_map(|agency| &agency.territory)) {
            assert_eq!(
                territory(code).map(|province| province.code.as_str()),
                Some("37"),
                "{code}"
            );
        }
    }
}
