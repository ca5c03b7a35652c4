//! The contenders: on each database the hub as it is, the same hub with batches of one, and with two kinds instead of all; and the echo.

use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use lienthong::app::ledger::LedgerSettings;
use lienthong::auth::admission::AdmissionLimits;
use lienthong::client::channel::HubAddress;
use lienthong::domain::catalogue::Catalogue;
use lienthong::server::clock::SystemClock;
use lienthong::server::masters::MasterSource;
use lienthong::server::random::OsRandom;
use lienthong::server::run::{Hub, Running};
use lienthong::server::settings::{HubSettings, ServerLimits, SignerPlace, TimerSettings, TlsPems};
use lienthong::server::webhooks::WebhookSettings;
use lienthong::store::Database;
use sqlx::{Connection, PgConnection};

use super::echo;
use super::kit::{Failure, HUB_ID, Keys, content_keys, initialise, register};

/// The name of the echo.
pub(crate) const ECHO: &str = "echo";

/// The contenders on one database.
pub(crate) struct OnDatabase {
    /// The hub as it is.
    pub(crate) grouped: &'static str,
    /// With batches of one.
    pub(crate) single: &'static str,
    /// With two kinds in its catalogue.
    pub(crate) two_kinds: &'static str,
    /// The hub as it is, when orders are signed.
    pub(crate) signed: &'static str,
}

const ON_DATABASES: [OnDatabase; 2] = [
    OnDatabase {
        grouped: "sqlite, grouped",
        single: "sqlite, one tx each",
        two_kinds: "sqlite, two kinds",
        signed: "sqlite, signed",
    },
    OnDatabase {
        grouped: "postgres, grouped",
        single: "postgres, one tx each",
        two_kinds: "postgres, two kinds",
        signed: "postgres, signed",
    },
];

/// The kinds of a small catalogue; the first is the one that is sent.
const TWO_KINDS: [&str; 2] = ["account-information", "land-information"];

/// The others beside a hub as it is.
pub(crate) fn beside(name: &str) -> Option<&'static OnDatabase> {
    ON_DATABASES.iter().find(|on| on.grouped == name)
}

/// The contender that gets the same orders unsigned.
pub(crate) fn unsigned_of(name: &str) -> Option<&'static str> {
    ON_DATABASES.iter().find(|on| on.signed == name).map(|on| on.grouped)
}

/// Something that answers submits.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) address: HubAddress,
    running: Option<Running>,
    cleanup: Cleanup,
}

enum Cleanup {
    Nothing,
    Folder { _folder: tempfile::TempDir },
    Database { server: String, name: String },
}

impl Contender {
    pub(crate) async fn stop(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
        if let Cleanup::Database { server, name } = self.cleanup
            && let Ok(mut connection) = PgConnection::connect(&server).await
        {
            let drop = sqlx::query(&*String::leak(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
            if let Err(error) = drop.execute(&mut connection).await {
                tracing::warn!(%error, "the benchmark's database stays");
            }
        }
    }
}

/// Starts them all.
pub(crate) async fn start(keys: &Keys) -> Result<Vec<Contender>, Failure> {
    let mut contenders = Vec::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "a benchmark is told its PostgreSQL by the environment"
    )]
    let postgres = std::env::var("LIENTHONG_TEST_POSTGRES_URL").ok();
    let batch = LedgerSettings::default().batch;
    for (on, server) in ON_DATABASES.iter().zip([None, Some(&postgres)]) {
        for (name, batch, few) in [
            (on.grouped, batch, false),
            (on.single, 1, false),
            (on.two_kinds, batch, true),
        ] {
            let (url, cleanup) = match server {
                None => sqlite()?,
                Some(Some(server)) => new_postgres(server, contenders.len()).await?,
                Some(None) => {
                    tracing::warn!("LIENTHONG_TEST_POSTGRES_URL is not set: PostgreSQL is left out");
                    continue;
                }
            };
            contenders.push(hub(keys, name, &url, (batch, few), cleanup).await?);
        }
    }
    let first = contenders
        .first()
        .and_then(|contender| contender.running.as_ref())
        .ok_or("no hub")?;
    let address = echo::serve(keys, Arc::clone(first.authenticator())).await?;
    contenders.insert(
        0,
        Contender {
            name: ECHO,
            address: keys.address(address.port()),
            running: None,
            cleanup: Cleanup::Nothing,
        },
    );
    Ok(contenders)
}

fn sqlite() -> Result<(String, Cleanup), Failure> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("hub.db").display());
    Ok((url, Cleanup::Folder { _folder: folder }))
}

async fn new_postgres(server: &str, number: usize) -> Result<(String, Cleanup), Failure> {
    let name = format!("bench_{}_{number}", std::process::id());
    let mut connection = PgConnection::connect(server).await?;
    sqlx::query(&*String::leak(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await?;
    let (base, _old) = server.rsplit_once('/').ok_or("the PostgreSQL URL names no database")?;
    Ok((
        format!("{base}/{name}"),
        Cleanup::Database {
            server: server.to_owned(),
            name,
        },
    ))
}

/// The catalogue of the binary with two of its kinds, in a folder.
fn small_catalogue() -> Result<PathBuf, Failure> {
    let folder = tempfile::tempdir()?.keep();
    for (path, text) in Catalogue::embedded()?.files() {
        let is_kept = match path.strip_prefix("kinds/").and_then(|rest| rest.split_once('/')) {
            Some((kind, _)) => TWO_KINDS.contains(&kind),
            None => !path.starts_with("escalation/") || !text.contains("\nkind = "),
        };
        if is_kept {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().ok_or("a file without a folder")?)?;
            fs::write(file, text)?;
        }
    }
    Ok(folder)
}

async fn hub(
    keys: &Keys,
    name: &'static str,
    url: &str,
    (batch, few_kinds): (usize, bool),
    cleanup: Cleanup,
) -> Result<Contender, Failure> {
    let database = Database::from_str(url)?;
    let documents = tempfile::tempdir()?;
    initialise(keys, url)?;
    let settings = HubSettings {
        database,
        hub_id: HUB_ID.to_owned(),
        sandbox: false,
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        tls: TlsPems {
            certificate: keys.server.certificate.clone().into_bytes(),
            key: keys.server.key.clone().into_bytes(),
            client_ca: keys.ca.clone().into_bytes(),
        }
        .into(),
        documents: documents.path().to_owned().into(),
        signer: SignerPlace {
            folder: documents.path().join("signer"),
            may_be_new: true,
        },
        masters: MasterSource::Text(content_keys()),
        catalogue: if few_kinds { Some(small_catalogue()?) } else { None },
        migrate: true,
        webhooks: WebhookSettings::default(),
        settings_sha256: None,
        timers: TimerSettings::default(),
        ledger: LedgerSettings {
            batch,
            ..LedgerSettings::default()
        },
        limits: ServerLimits {
            // One agency makes all the load here; its rate is not what is measured.
            admission: AdmissionLimits {
                calls_per_second: NonZeroU32::MAX,
                burst: NonZeroU32::MAX,
                ..AdmissionLimits::default()
            },
            ..ServerLimits::default()
        },
    };
    let running = Hub::start(settings, Arc::new(SystemClock), Arc::new(OsRandom)).await?;
    let address = keys.address(running.address().port());
    register(keys, &address).await?;
    Ok(Contender {
        name,
        address,
        running: Some(running),
        cleanup,
    })
}
