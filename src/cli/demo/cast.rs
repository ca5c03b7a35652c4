//! Who plays: `catalogue/demo/agencies.toml`.

use serde::Deserialize;

/// The agencies of the demo.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Cast {
    /// In the order in which they are entered.
    #[serde(rename = "agency")]
    pub(in crate::cli) agencies: Vec<CastAgency>,
}

/// One agency.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Who acts for it.
    pub(in crate::cli) officer: CastOfficer,
}

/// An officer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct CastOfficer {
    /// The id, unique in the agency.
    pub(in crate::cli) id: String,
    /// Full name.
    pub(in crate::cli) full_name: String,
    /// Position.
    pub(in crate::cli) position: String,
}

impl Cast {
    /// The agencies that the binary carries. Empty only if the file is broken, which a test rules out.
    pub(in crate::cli) fn embedded() -> Self {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue/demo/agencies.toml"));
        toml::from_str(text).unwrap_or(Self { agencies: Vec::new() })
    }

    /// The agency with the certificate `certificate`.
    pub(super) fn agency(&self, certificate: &str) -> Option<&CastAgency> {
        self.agencies.iter().find(|agency| agency.certificate == certificate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agency::Role;
    use crate::domain::ids::{AgencyCode, OfficerId};

    #[test]
    fn the_five_agencies_are_well_formed_and_marked_as_synthetic() {
        let cast = Cast::embedded();
        assert_eq!(cast.agencies.len(), 5);
        for agency in &cast.agencies {
            assert!(AgencyCode::parse(&agency.code).is_ok() && OfficerId::parse(&agency.officer.id).is_ok());
            assert!(agency.role.parse::<Role>().is_ok(), "{}", agency.role);
            assert!(agency.name.contains("giả lập"), "{}", agency.name);
        }
    }
}
