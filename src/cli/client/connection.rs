//! Which hub, and as whom: flags and environment, over a profile file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::Deserialize;

use super::key_place::KeyPlace;
use super::log_memory::{LogMemory, MemoryArgs};
use super::session::Session;
use super::signing::SigningArgs;
use crate::cli::args::read_text;
use crate::cli::failure::Failure;
use crate::client::channel::HubAddress;
use crate::client::pki::KeyedCertificate;
use crate::client::token::TokenSubject;
use crate::domain::ids::{AgencyCode, OfficerId};

/// How to reach the hub. Every command that calls one has these.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Kết nối / connection")]
pub(in crate::cli) struct ConnectionArgs {
    /// Hồ sơ kết nối: a TOML file with hub, server_name, hub_ca, hub_id, agency, officer, tls_cert, tls_key, token_cert,
    /// token_key, seal_cert, seal_key, seal_pin_file, officer_cert, officer_key, officer_pin_file, pkcs11_module, hub_keys, log_memory; paths are relative to it. Options override it. `lienthong certs dev` writes one per agency.
    #[arg(long, env = "LIENTHONG_PROFILE", value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Địa chỉ cổng: for example `https://hub.thads.gov.vn:8443`.
    #[arg(long, env = "LIENTHONG_HUB", value_name = "URL")]
    hub: Option<String>,
    /// Tên trong chứng thư số của cổng: only if it differs from the host in --hub.
    #[arg(long, env = "LIENTHONG_SERVER_NAME", value_name = "NAME")]
    server_name: Option<String>,
    /// Chứng thư số của đơn vị cấp cho cổng: the authority that signs the hub's certificate, PEM.
    #[arg(long, env = "LIENTHONG_HUB_CA", value_name = "FILE")]
    hub_ca: Option<PathBuf>,
    /// Tên cổng trong mã truy cập: the hub's id, the audience (`aud`) of tokens.
    #[arg(long, env = "LIENTHONG_HUB_ID", value_name = "ID")]
    hub_id: Option<String>,
    /// Mã cơ quan của mình: code of the agency that acts.
    #[arg(long, env = "LIENTHONG_AGENCY", value_name = "CODE")]
    agency: Option<String>,
    /// Mã cán bộ thực hiện: id of the officer who acts, as registered (`officer` in the profile).
    #[arg(long, env = "LIENTHONG_AS_OFFICER", value_name = "ID")]
    as_officer: Option<String>,
    /// Chứng thư số kết nối: the client certificate registered for TLS, PEM.
    #[arg(long, env = "LIENTHONG_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Khóa của chứng thư số kết nối: its private key, PEM.
    #[arg(long, env = "LIENTHONG_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Chứng thư số ký mã truy cập: the certificate registered for TOKEN; without it that of TLS.
    #[arg(long, env = "LIENTHONG_TOKEN_CERT", value_name = "FILE")]
    token_cert: Option<PathBuf>,
    /// Khóa ký mã truy cập: its private key (P-256, PKCS #8, PEM).
    #[arg(long, env = "LIENTHONG_TOKEN_KEY", value_name = "FILE")]
    token_key: Option<PathBuf>,
    #[command(flatten)]
    signing: SigningArgs,
    #[command(flatten)]
    memory: MemoryArgs,
}

/// A profile file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    hub: Option<String>,
    server_name: Option<String>,
    hub_ca: Option<PathBuf>,
    hub_id: Option<String>,
    agency: Option<String>,
    officer: Option<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    token_cert: Option<PathBuf>,
    token_key: Option<PathBuf>,
    seal_cert: Option<PathBuf>,
    seal_key: Option<KeyPlace>,
    seal_pin_file: Option<PathBuf>,
    officer_cert: Option<PathBuf>,
    officer_key: Option<KeyPlace>,
    officer_pin_file: Option<PathBuf>,
    pkcs11_module: Option<PathBuf>,
    hub_keys: Option<PathBuf>,
    log_memory: Option<PathBuf>,
}

impl Profile {
    fn read(path: &Path) -> Result<Self, Failure> {
        let text = read_text("--profile", path)?;
        let mut profile: Self = toml::from_str(&text).map_err(|error| {
            Failure::configuration(
                format!("--profile: {} không đúng mẫu: {error}", path.display()),
                format!("--profile: {} is not a profile: {error}", path.display()),
            )
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [
            &mut profile.hub_ca,
            &mut profile.tls_cert,
            &mut profile.tls_key,
            &mut profile.token_cert,
            &mut profile.token_key,
            &mut profile.seal_cert,
            &mut profile.seal_pin_file,
            &mut profile.officer_cert,
            &mut profile.officer_pin_file,
            &mut profile.pkcs11_module,
            &mut profile.hub_keys,
            &mut profile.log_memory,
        ] {
            *file = file.take().map(|file| folder.join(file));
        }
        for key in [&mut profile.seal_key, &mut profile.officer_key].into_iter().flatten() {
            key.beside(folder);
        }
        // Where nothing else is said, what is remembered of the log stands beside the profile.
        profile.log_memory.get_or_insert_with(|| folder.join("log-memory"));
        Ok(profile)
    }

    fn signing(self) -> SigningArgs {
        SigningArgs {
            seal_cert: self.seal_cert,
            seal_key: self.seal_key,
            seal_pin_file: self.seal_pin_file,
            officer_cert: self.officer_cert,
            officer_key: self.officer_key,
            officer_pin_file: self.officer_pin_file,
            pkcs11_module: self.pkcs11_module,
        }
    }
}

impl ConnectionArgs {
    /// Whether a hub is named at all: for commands that can do without one.
    pub(in crate::cli) fn names_a_hub(&self) -> bool {
        self.hub.is_some() || self.profile.is_some()
    }

    fn profile(&self) -> Result<Profile, Failure> {
        let read = self.profile.as_deref().map(Profile::read);
        Ok(read.transpose()?.unwrap_or_default())
    }

    /// What is signed with.
    pub(super) fn signing(&self) -> Result<SigningArgs, Failure> {
        let profile = self.profile()?;
        Ok(self.signing.clone().or(profile.signing()))
    }

    /// The file of the hub's published keys, if one is named.
    pub(in crate::cli) fn hub_keys(&self) -> Result<Option<PathBuf>, Failure> {
        Ok(self.memory.hub_keys.clone().or(self.profile()?.hub_keys))
    }

    /// Connects, remembering the log if a folder for that is known.
    pub(in crate::cli) async fn connect(&self) -> Result<Session, Failure> {
        let profile = self.profile()?;
        let hub_id = self.hub_id.as_deref().or(profile.hub_id.as_deref());
        let memory = self.memory.clone().or(profile.hub_keys, profile.log_memory);
        let memory = hub_id.and_then(|hub_id| LogMemory::of(memory, hub_id));
        if let Some(memory) = &memory {
            memory.require_quiet()?;
        }
        let session = self.connect_to(None).await?;
        Ok(session.with_memory(memory))
    }

    /// Connects to this address of the hub instead of its first; remembers nothing.
    pub(in crate::cli) async fn connect_to(&self, other: Option<&str>) -> Result<Session, Failure> {
        let signing = self.signing()?;
        let profile = self.profile()?;
        let own = other.map(str::to_owned).or_else(|| self.hub.clone());
        let uri = needed("hub", "hub", own.or(profile.hub))?;
        let ca = file("hub-ca", "hub_ca", self.hub_ca.clone().or(profile.hub_ca))?;
        let hub_id = needed("hub-id", "hub_id", self.hub_id.clone().or(profile.hub_id))?;
        let agency = needed("agency", "agency", self.agency.clone().or(profile.agency))?;
        let officer = needed("as-officer", "officer", self.as_officer.clone().or(profile.officer))?;
        let subject = TokenSubject {
            agency: AgencyCode::parse(&agency).map_err(|error| malformed("--agency", &error))?,
            officer: OfficerId::parse(&officer).map_err(|error| malformed("--as-officer", &error))?,
            roles: Vec::new(),
            hub_id,
        };
        let tls = KeyedCertificate {
            certificate: file("tls-cert", "tls_cert", self.tls_cert.clone().or(profile.tls_cert))?,
            key: file("tls-key", "tls_key", self.tls_key.clone().or(profile.tls_key))?,
        };
        let token_cert = self.token_cert.clone().or(profile.token_cert);
        let token_key = self.token_key.clone().or(profile.token_key);
        let token = if token_cert.is_none() && token_key.is_none() {
            tls.clone()
        } else {
            KeyedCertificate {
                certificate: file("token-cert", "token_cert", token_cert)?,
                key: file("token-key", "token_key", token_key)?,
            }
        };
        let address = HubAddress {
            uri,
            server_name: self.server_name.clone().or(profile.server_name),
            ca,
        };
        Session::open(
            &address,
            subject,
            &tls,
            &token,
            Arc::new(crate::server::clock::SystemClock),
        )
        .await
        .map(|session| session.with_signing(signing))
    }
}

fn needed<T>(flag: &str, member: &str, value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| {
        let name = member_env(flag);
        Failure::configuration(
            format!("Thiếu --{flag}: nêu --{flag}, biến môi trường {name}, hoặc {member} trong hồ sơ kết nối (--profile TỆP)"),
            format!("--{flag} is missing: give --{flag}, the environment's {name}, or {member} in a profile (--profile FILE)"),
        )
    })
}

fn member_env(flag: &str) -> String {
    format!("LIENTHONG_{}", flag.replace('-', "_").to_ascii_uppercase())
}

fn file(flag: &str, member: &str, path: Option<PathBuf>) -> Result<String, Failure> {
    read_text(&format!("--{flag}"), &needed(flag, member, path)?)
}

pub(super) fn malformed(setting: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::configuration(
        format!("{setting}: giá trị không đúng dạng ({error})"),
        format!("{setting}: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_names_files_beside_itself_and_no_unknown_member() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bank.toml");
        std::fs::write(&path, "hub = \"https://localhost:8443\"\nhub_ca = \"ca.pem\"\n").unwrap();
        let profile = Profile::read(&path).unwrap();
        assert_eq!(profile.hub_ca, Some(folder.path().join("ca.pem")));
        std::fs::write(&path, "hubb = \"https://localhost:8443\"\n").unwrap();
        assert!(Profile::read(&path).is_err());
    }

    #[test]
    fn a_missing_setting_is_named_with_each_way_to_give_it() {
        let failure = format!("{:?}", needed::<String>("hub-ca", "hub_ca", None));
        for part in ["--hub-ca", "LIENTHONG_HUB_CA", "hub_ca"] {
            assert!(failure.contains(part), "{part}");
        }
    }
}
