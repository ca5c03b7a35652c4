//! Options that several commands have, and how their values are read.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::{Date, DateTime};

use super::failure::Failure;
use crate::domain::time::Timestamp;
use crate::server::masters::MasterSource;
use crate::server::settings::SignerPlace;
use crate::server::start_error::StartError;
use crate::store::Database;

/// Which database.
#[derive(Debug, Args)]
pub(super) struct DatabaseArgs {
    /// Cơ sở dữ liệu: `sqlite:PATH` (one machine, needs no set-up) or `postgres://USER@HOST/NAME`. A password is better
    /// given in PGPASSWORD or ~/.pgpass than here, where other processes can read it.
    #[arg(long, env = "LIENTHONG_DATABASE", value_name = "URL", hide_env_values = true)]
    database: String,
}

impl DatabaseArgs {
    pub(super) fn database(&self) -> Result<Database, Failure> {
        self.database
            .parse::<Database>()
            .map_err(|error| StartError::from(error).into())
    }
}

/// The hub's name.
#[derive(Debug, Args)]
pub(super) struct HubArgs {
    /// Tên cổng: the audience (`aud`) of tokens and the origin of the log, for example `hub.thads.gov.vn`. Never change it.
    #[arg(long, env = "LIENTHONG_HUB_ID", value_name = "ID", value_parser = hub_id)]
    pub(super) hub_id: String,
}

/// The keys that sign the log.
#[derive(Debug, Args)]
pub(super) struct SignerArgs {
    /// Thư mục khóa ký nhật ký của cổng: as `serve` has it. Default with SQLite: FILE.signer beside the file.
    #[arg(long, env = "LIENTHONG_SIGNER", value_name = "DIR")]
    signer: Option<PathBuf>,
}

impl SignerArgs {
    /// The folder; keys may be made in it.
    pub(super) fn place(self, database: &Database) -> Result<SignerPlace, Failure> {
        let folder = self.signer.or_else(|| signer_beside(database));
        let folder = folder.ok_or_else(|| {
            Failure::configuration(
                "--signer: với PostgreSQL phải nêu thư mục giữ khóa ký nhật ký; mỗi cổng một thư mục riêng",
                "--signer: with PostgreSQL, name the folder of the keys that sign the log; each hub has its own",
            )
        })?;
        Ok(SignerPlace {
            folder,
            may_be_new: true,
        })
    }
}

/// The folder of signing keys beside a SQLite file.
pub(super) fn signer_beside(database: &Database) -> Option<PathBuf> {
    beside(database, ".signer")
}

/// The environment variable that holds master keys themselves.
const CONTENT_KEYS: &str = "LIENTHONG_CONTENT_KEYS";

/// The master keys.
#[derive(Debug, Args)]
pub(super) struct MasterArgs {
    /// Tệp khóa chủ của nội dung: as `serve` has it. Default with SQLite: FILE.master-keys beside the file. If
    /// LIENTHONG_CONTENT_KEYS is set, the keys are taken from there.
    #[arg(long, env = "LIENTHONG_MASTER_KEYS", value_name = "FILE")]
    master_keys: Option<PathBuf>,
}

impl MasterArgs {
    /// Where they are.
    pub(super) fn source(self, database: &Database) -> Result<MasterSource, Failure> {
        masters(self.master_keys, database).ok_or_else(|| {
            Failure::configuration(
                "--master-keys: với PostgreSQL phải nêu tệp khóa chủ; các cổng dùng chung cơ sở dữ liệu có cùng khóa chủ",
                "--master-keys: with PostgreSQL, name the file of master keys; hubs that share a database have the same",
            )
        })
    }
}

/// Master keys in the environment, in the file that is told, or in the one beside a SQLite file.
#[expect(
    clippy::disallowed_methods,
    reason = "clap would make an argument of it, which other processes can read"
)]
pub(super) fn masters(told: Option<PathBuf>, database: &Database) -> Option<MasterSource> {
    if let Ok(text) = std::env::var(CONTENT_KEYS) {
        return Some(MasterSource::Text(text));
    }
    told.or_else(|| beside(database, ".master-keys"))
        .map(MasterSource::File)
}

/// The path beside a SQLite file that has its name with an ending.
fn beside(database: &Database, ending: &str) -> Option<PathBuf> {
    match database {
        Database::Sqlite(file) => {
            let mut name = file.file_name()?.to_owned();
            name.push(ending);
            Some(file.with_file_name(name))
        }
        Database::Postgres(_) => None,
    }
}

/// A hub's name is written like a host's: 1 to 253 lower-case letters, digits, dots and hyphens.
pub(super) fn hub_id(text: &str) -> Result<String, String> {
    let is_name = (1..=253).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
        && text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("cần 1 đến 253 chữ thường, chữ số, dấu chấm hoặc gạch nối / expected 1 to 253 lower-case letters, digits, dots \
             or hyphens"
            .to_owned())
    }
}

/// Where to listen: an IP address and a port.
pub(super) fn listen_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|error: std::net::AddrParseError| {
        format!(
            "cần địa chỉ IP và cổng mạng, ví dụ 127.0.0.1:8443 / expected an IP address and a port, for example \
             127.0.0.1:8443 ({error})"
        )
    })
}

/// The bytes of the file that `setting` names.
pub(super) fn read(setting: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::file(setting, path, &error))
}

/// The text of the file that `setting` names.
pub(super) fn read_text(setting: &str, path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::file(setting, path, &error))
}

/// RFC 3339, or a date or a date and time on the clock in Viet Nam.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let in_viet_nam = || {
        let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
        let datetime = date
            .map(|date| date.at(0, 0, 0, 0))
            .or_else(|| text.parse::<DateTime>().ok());
        datetime.map(Timestamp::from_civil)
    };
    Timestamp::parse_rfc3339(text).or_else(in_viet_nam)
}
