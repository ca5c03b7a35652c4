//! Which value holds: an option before the environment, the environment before the file, the file before the default.

use std::fs;
use std::path::PathBuf;

use super::fault::{Fault, Words, failure};
use super::file;
use super::options::{Given, Options, Origin};
use super::setting::{Kind, Limits, Setting, WhenSilent, networks};
use super::table::SETTINGS;
use crate::app::webhooks::WebhookLimits;
use crate::blobs::BucketAddress;
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::domain::sandbox::is_sandbox;
use crate::domain::webhook::address::AddressRules;
use crate::evidence::Digest;
use crate::evidence::digest::sha256;
use crate::server::masters::MasterSource;
use crate::server::settings::SignerPlace;
use crate::server::tls_files::TlsFiles;
use crate::server::webhooks::WebhookSettings;
use crate::store::Database;

/// What holds of one setting.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) setting: &'static Setting,
    /// None: left out, and nothing holds by default.
    pub(super) value: Option<String>,
    pub(super) origin: Origin,
}

/// What holds of every setting, in the order of the table.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Resolved(pub(super) Vec<Held>);

impl Options {
    /// Reads the file and decides which values hold.
    ///
    /// # Errors
    /// Every fault at once.
    pub(in crate::cli) fn resolve(&self) -> Result<Resolved, Failure> {
        let (resolved, faults) = self.resolve_all()?;
        if faults.is_empty() {
            Ok(resolved)
        } else {
            Err(failure(&faults))
        }
    }

    /// What holds, as far as it is usable, and every fault. A value that is refused holds all the same, so that `config
    /// show` can say where it comes from.
    pub(super) fn resolve_all(&self) -> Result<(Resolved, Vec<Fault>), Failure> {
        let from_file = match &self.config {
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|error| Failure::file("--config", path, &error))?;
                file::read(path, &text)
            }
            None => file::Read::default(),
        };
        let mut faults = from_file.faults;
        let resolved = Resolved(
            SETTINGS
                .iter()
                .map(|setting| held(setting, &self.given, &from_file.given))
                .collect(),
        );
        faults.extend(resolved.0.iter().filter_map(Held::fault));
        faults.extend(resolved.faults_between());
        Ok((resolved, faults))
    }
}

fn held(setting: &'static Setting, given: &[Given], from_file: &[Given]) -> Held {
    let told = given
        .iter()
        .chain(from_file)
        .find(|given| given.setting.id == setting.id);
    match told {
        Some(told) => Held {
            setting,
            value: Some(told.text.clone()),
            origin: told.origin.clone(),
        },
        None => Held {
            setting,
            value: setting.default_text(),
            origin: Origin::Default,
        },
    }
}

impl Held {
    /// How a fault names it.
    pub(super) fn place(&self) -> String {
        self.origin.place(self.setting)
    }

    fn fault(&self) -> Option<Fault> {
        let words = match &self.value {
            Some(value) => self.setting.refuse(value)?,
            None if self.setting.default == WhenSilent::Required => Words::new(
                "chưa nêu; thiết đặt này bắt buộc",
                "not given; this setting is required",
            ),
            None => return None,
        };
        Some(Fault::new(self.place(), words))
    }
}

impl Resolved {
    /// SHA-256 of all that holds, as the log tells it: of a line `SETTING = VALUE` for each setting in the order of the table, without
    /// the rest where it was left out. Passwords are not in it, so that nobody can try them out on the digest.
    pub(in crate::cli) fn digest(&self) -> Digest {
        let line = |held: &Held| match &held.value {
            Some(value) => format!("{} = {}\n", held.setting.key(), shown(held.setting, value)),
            None => format!("{}\n", held.setting.key()),
        };
        sha256(self.0.iter().map(line).collect::<String>().as_bytes())
    }

    /// The setting with this id; every id of the table is there.
    pub(super) fn held(&self, id: &str) -> Option<&Held> {
        self.0.iter().find(|held| held.setting.id == id)
    }

    /// The value of a setting; empty if it was left out.
    pub(in crate::cli) fn text(&self, id: &str) -> &str {
        self.held(id).and_then(|held| held.value.as_deref()).unwrap_or_default()
    }

    /// A path; None if it was left out.
    pub(in crate::cli) fn path(&self, id: &str) -> Option<PathBuf> {
        Some(self.text(id)).filter(|text| !text.is_empty()).map(PathBuf::from)
    }

    /// The paths that a setting names, in their order.
    pub(in crate::cli) fn paths(&self, id: &str) -> Vec<PathBuf> {
        let paths = self.text(id).split(',').map(str::trim).filter(|path| !path.is_empty());
        paths.map(PathBuf::from).collect()
    }

    /// Whether a switch is on.
    pub(in crate::cli) fn is_on(&self, id: &str) -> bool {
        self.text(id) == "true"
    }

    /// How a fault of this setting names it.
    pub(super) fn place(&self, id: &str) -> String {
        self.held(id).map(Held::place).unwrap_or_default()
    }

    /// Every number.
    pub(in crate::cli) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        for held in &self.0 {
            if let (Kind::Whole(whole), Some(Ok(value))) = (held.setting.kind, held.value.as_deref().map(str::parse)) {
                (whole.set)(&mut limits, value);
            }
        }
        limits
    }

    /// Where documents are kept: as told, or beside the SQLite file.
    pub(in crate::cli) fn documents(&self, database: &Database) -> Option<PathBuf> {
        self.path("documents").or_else(|| match database {
            Database::Sqlite(file) => Some(file.with_file_name("documents")),
            Database::Postgres(_) => None,
        })
    }

    /// Where the keys that sign the log are: as told, or beside the SQLite file.
    pub(in crate::cli) fn signer(&self, database: &Database) -> Option<SignerPlace> {
        let folder = self.path("signer").or_else(|| args::signer_beside(database))?;
        Some(SignerPlace {
            folder,
            may_be_new: self.is_on("new_signer"),
        })
    }

    /// Where master keys are: in the environment, as told, or beside the SQLite file.
    pub(in crate::cli) fn masters(&self, database: &Database) -> Option<MasterSource> {
        args::masters(self.path("master_keys"), database)
    }

    /// How agencies are called.
    pub(in crate::cli) fn webhooks(&self) -> WebhookSettings {
        let rules = AddressRules {
            networks: networks(self.text("webhook_networks")).unwrap_or_default(),
            ports: self
                .text("webhook_ports")
                .parse()
                .unwrap_or(AddressRules::default().ports),
            plain: self.is_on("webhook_plain_http"),
        };
        WebhookSettings {
            limits: WebhookLimits {
                on: self.is_on("webhooks"),
                concurrency: self.limits().webhook_concurrency,
                rules,
            },
            authorities: self.path("webhook_ca"),
            ..WebhookSettings::default()
        }
    }

    /// The bucket of documents, if there is one.
    pub(in crate::cli) fn bucket(&self) -> Option<BucketAddress> {
        self.text("documents_bucket").parse().ok()
    }

    /// What is wrong with one setting because of another.
    fn faults_between(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let number = |id| self.text(id).parse::<u64>().unwrap_or_default();
        if number("ledger_batch") > number("ledger_queue") {
            faults.push(Fault::new(
                self.place("ledger_batch"),
                Words::fixed(
                    "không được lớn hơn ledger.queue",
                    "must not be larger than ledger.queue",
                ),
            ));
        }
        if number("ledger_queue_for_releases") >= number("ledger_queue") {
            faults.push(Fault::new(
                self.place("ledger_queue_for_releases"),
                Words::fixed("phải nhỏ hơn ledger.queue", "must be smaller than ledger.queue"),
            ));
        }
        if self.is_on("sandbox") != is_sandbox(self.text("hub_id")) {
            faults.push(Fault::new(
                self.place("sandbox"),
                Words::fixed(
                    "tên của môi trường thử nghiệm (hub.id) bắt đầu bằng `sandbox.`, tên của cổng khác thì không",
                    "the id of a sandbox (hub.id) begins with `sandbox.`, and no other hub's does",
                ),
            ));
        }
        let is_postgres = matches!(self.text("database").parse(), Ok(Database::Postgres(_)));
        if is_postgres && self.path("documents").is_none() {
            faults.push(Fault::new(
                self.place("documents"),
                Words::fixed(
                    "với PostgreSQL phải nêu thư mục lưu tài liệu kèm theo; các cổng dùng chung cơ sở dữ liệu thì dùng chung \
                     thư mục này",
                    "with PostgreSQL, name the folder for uploaded documents; hubs that share a database share it too",
                ),
            ));
        }
        if is_postgres && self.path("signer").is_none() {
            faults.push(Fault::new(
                self.place("signer"),
                Words::fixed(
                    "với PostgreSQL phải nêu thư mục giữ khóa ký nhật ký; mỗi cổng một thư mục riêng",
                    "with PostgreSQL, name the folder of the keys that sign the log; each hub has its own",
                ),
            ));
        }
        if let Ok(database @ Database::Postgres(_)) = self.text("database").parse()
            && self.masters(&database).is_none()
        {
            faults.push(Fault::new(
                self.place("master_keys"),
                Words::fixed(
                    "với PostgreSQL phải nêu tệp khóa chủ; các cổng dùng chung cơ sở dữ liệu có cùng khóa chủ",
                    "with PostgreSQL, name the file of master keys; hubs that share a database have the same",
                ),
            ));
        }
        if !self.text("metrics_listen").is_empty() && self.is_same_port("metrics_listen", "listen") {
            faults.push(Fault::new(
                self.place("metrics_listen"),
                Words::fixed("trùng địa chỉ với hub.listen", "is the same address as hub.listen"),
            ));
        }
        faults
    }

    fn is_same_port(&self, one: &str, other: &str) -> bool {
        self.text(one) == self.text(other) && !self.text(one).ends_with(":0")
    }
}

/// A value as it may be shown: without a password.
pub(super) fn shown(setting: &Setting, value: &str) -> String {
    if matches!(setting.kind, Kind::DatabaseUrl | Kind::Bucket | Kind::Endpoint) {
        without_password(value)
    } else {
        value.to_owned()
    }
}

/// A database URL with stars in place of what only its owner may know. A password may stand before the host and among the
/// parameters.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (address, parameters) = rest.split_once('?').map_or((rest, None), |(a, p)| (a, Some(p)));
    let address = match address.rsplit_once('@') {
        Some((who, host)) => match who.split_once(':') {
            Some((user, _password)) => format!("{user}:***@{host}"),
            None => format!("{who}@{host}"),
        },
        None => address.to_owned(),
    };
    let hide = |parameter: &str| match parameter.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}=***"),
        _ => parameter.to_owned(),
    };
    let parameters = parameters.map(|parameters| parameters.split('&').map(hide).collect::<Vec<_>>().join("&"));
    let query = parameters
        .map(|parameters| format!("?{parameters}"))
        .unwrap_or_default();
    format!("{scheme}://{address}{query}")
}

/// The files of TLS that a hub serves with.
pub(in crate::cli) fn tls_files(resolved: &Resolved) -> TlsFiles {
    let path = |id| resolved.path(id).unwrap_or_default();
    TlsFiles {
        certificate: path("tls_cert"),
        key: path("tls_key"),
        client_ca: path("client_ca"),
        client_crls: resolved.paths("client_crl"),
        require_crl: resolved.is_on("require_crl"),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    fn options(arguments: &[&str]) -> Options {
        let command = Options::augment_args(clap::Command::new("serve"));
        let matches = command.try_get_matches_from([&["serve"], arguments].concat()).unwrap();
        Options::from_arg_matches(&matches).unwrap()
    }

    const NEEDED: &[&str] = &[
        "--hub-id",
        "hub.test",
        "--database",
        "sqlite:hub.db",
        "--tls-cert",
        "c",
        "--tls-key",
        "k",
        "--client-ca",
        "ca",
    ];

    fn with_file(text: &str, arguments: &[&str]) -> (Resolved, Vec<Fault>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.toml");
        fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap();
        options(&[NEEDED, &["--config", path], arguments].concat())
            .resolve_all()
            .unwrap()
    }

    #[test]
    fn an_option_comes_before_the_file_and_the_file_before_the_default() {
        let (resolved, faults) = with_file(
            "[limits]\nconnections = 5\nhandshakes = 7\n[database]\nno_migrate = true\n",
            &["--connections", "6"],
        );
        assert_eq!(faults, []);
        let limits = resolved.limits().server;
        assert_eq!((limits.accept.connections, limits.accept.handshakes), (6, 7));
        assert_eq!(limits.calls_per_connection, 256);
        assert!(resolved.is_on("no_migrate"));
        assert_eq!(resolved.held("connections").unwrap().origin, Origin::Flag);
        assert!(matches!(
            resolved.held("handshakes").unwrap().origin,
            Origin::File { line: 3, .. }
        ));
        assert_eq!(resolved.held("ledger_batch").unwrap().origin, Origin::Default);
    }

    #[test]
    fn what_is_missing_is_named_with_each_way_to_give_it() {
        let (_, faults) = options(&[]).resolve_all().unwrap();
        let places: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
        assert_eq!(places.len(), 5, "{places:?}");
        assert!(
            places.contains(&"tls.cert (--tls-cert, LIENTHONG_TLS_CERT)"),
            "{places:?}"
        );
    }

    #[test]
    fn values_are_refused_wherever_they_come_from() {
        let (_, faults) = with_file("[ledger]\nbatch = 0\n", &["--listen", "localhost"]);
        let places: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
        assert_eq!(places.len(), 2, "{places:?}");
        assert_eq!(places[0], "--listen");
        assert!(places[1].ends_with("hub.toml:2: ledger.batch"), "{places:?}");
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let (_, faults) = with_file("[ledger]\nqueue = 10\n[metrics]\nlisten = \"127.0.0.1:8443\"\n", &[]);
        assert_eq!(
            faults.len(),
            3,
            "batch, places for releases, and one address twice: {faults:?}"
        );
        let mut arguments = NEEDED.to_vec();
        arguments[3] = "postgres://hub@localhost/hub";
        let (_, faults) = options(&arguments).resolve_all().unwrap();
        let places: Vec<&str> = faults
            .iter()
            .filter_map(|fault| fault.place.split(' ').next())
            .collect();
        assert_eq!(places, ["documents.folder", "signer.folder", "content.master_keys"]);
    }

    #[test]
    fn documents_stand_beside_the_sqlite_file_unless_told() {
        let database: Database = "sqlite:data/hub.db".parse().unwrap();
        let resolved = |arguments: &[&str]| options(&[NEEDED, arguments].concat()).resolve().unwrap();
        assert_eq!(
            resolved(&[]).documents(&database),
            Some(PathBuf::from("data/documents"))
        );
        let told = resolved(&["--documents", "/srv/docs"]);
        assert_eq!(told.documents(&database), Some(PathBuf::from("/srv/docs")));
    }

    #[test]
    fn the_digest_follows_every_setting_and_no_password() {
        let resolved = |arguments: &[&str]| options(&[NEEDED, arguments].concat()).resolve_all().unwrap().0;
        let plain = resolved(&[]);
        assert_eq!(
            plain.digest(),
            resolved(&["--ledger-batch", "256"]).digest(),
            "what holds counts, not who said it"
        );
        for (place, setting) in SETTINGS.iter().enumerate() {
            let mut other = plain.clone();
            other.0[place].value = Some("7".to_owned());
            assert_ne!(plain.digest(), other.digest(), "{}", setting.key());
        }
        let at = |url: &str| {
            let mut resolved = plain.clone();
            for held in &mut resolved.0 {
                if matches!(held.setting.kind, Kind::DatabaseUrl | Kind::Bucket | Kind::Endpoint) {
                    held.value = Some(url.to_owned());
                }
            }
            resolved.digest()
        };
        assert_eq!(at("x://hub:one@db/hub"), at("x://hub:two@db/hub"));
        assert_ne!(at("x://hub:one@db/hub"), at("x://hub:one@db/other"));
    }

    #[test]
    fn a_password_is_never_shown() {
        for (url, expected) in [
            ("sqlite:hub.db", "sqlite:hub.db"),
            ("postgres://hub@db/hub", "postgres://hub@db/hub"),
            ("postgres://hub:s3cr:et@x@db:5432/hub", "postgres://hub:***@db:5432/hub"),
            (
                "postgres://db/hub?user=u&password=s3cret",
                "postgres://db/hub?user=u&password=***",
            ),
        ] {
            assert_eq!(without_password(url), expected);
        }
    }
}
