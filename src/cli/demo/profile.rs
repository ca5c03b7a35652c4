//! Profiles for `lienthong … --profile FILE`, so that a reader can go on by hand as any of the agencies.

use std::fs;
use std::path::PathBuf;

use super::cast::CastAgency;
use super::folder::Folder;
use crate::cli::failure::Failure;
use crate::client::channel::HubAddress;

/// Writes a profile of `agency` into the demo's folder; gives its path.
pub(super) fn write(folder: &Folder, agency: &CastAgency, hub: &HubAddress, hub_id: &str) -> Result<PathBuf, Failure> {
    let path = folder.profile(&agency.certificate);
    let text = text(agency, hub, hub_id);
    fs::write(&path, text).map_err(|error| Failure::file("--data", &path, &error))?;
    Ok(path)
}

/// The certificates stand in `certs/` beside it.
fn text(agency: &CastAgency, hub: &HubAddress, hub_id: &str) -> String {
    let name = &agency.certificate;
    let server_name = hub.server_name.as_deref().unwrap_or("localhost");
    format!(
        "# {full_name}, {position}, {agency_name}\n\
         hub = \"{uri}\"\n\
         server_name = \"{server_name}\"\n\
         hub_id = \"{hub_id}\"\n\
         hub_ca = \"certs/ca.pem\"\n\
         agency = \"{code}\"\n\
         officer = \"{officer}\"\n\
         tls_cert = \"certs/{name}.pem\"\n\
         tls_key = \"certs/{name}.key\"\n\
         token_cert = \"certs/{name}.pem\"\n\
         token_key = \"certs/{name}.key\"\n\
         seal_cert = \"certs/{name}.seal.pem\"\n\
         seal_key = \"certs/{name}.seal.key\"\n\
         officer_cert = \"certs/{name}.officer.pem\"\n\
         officer_key = \"certs/{name}.officer.key\"\n",
        full_name = agency.officer.full_name,
        position = agency.officer.position,
        agency_name = agency.name,
        uri = hub.uri,
        code = agency.code,
        officer = agency.officer.id,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::cast::Cast;

    #[test]
    fn a_profile_is_sound_toml_and_names_the_agency_and_its_officer() {
        let hub = HubAddress {
            uri: "https://127.0.0.1:8443".to_owned(),
            server_name: Some("localhost".to_owned()),
            ca: String::new(),
        };
        for agency in Cast::embedded().agencies {
            let profile: toml::Table = text(&agency, &hub, "sandbox.demo.invalid").parse().unwrap();
            assert_eq!(profile["agency"].as_str(), Some(agency.code.as_str()));
            assert_eq!(profile["officer"].as_str(), Some(agency.officer.id.as_str()));
            assert_eq!(profile.len(), 14);
        }
    }
}
