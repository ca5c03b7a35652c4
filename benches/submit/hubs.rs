//! The contenders: on each database the hub as it is, and the same hub with batches of one; and the echo.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::Arc;

use lienthong::app::ledger::LedgerSettings;
use lienthong::auth::admission::AdmissionLimits;
use lienthong::client::channel::HubAddress;
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

/// Grouped contenders, the one with batches of one on the same database, and the grouped one with signed orders.
const GROUPED: [(&str, &str, &str); 2] = [
    ("sqlite, grouped", "sqlite, one tx each", "sqlite, signed"),
    ("postgres, grouped", "postgres, one tx each", "postgres, signed"),
];

/// Whom a grouped contender is compared with.
pub(crate) fn single_of(name: &str) -> Option<&'static str> {
    GROUPED
        .iter()
        .find(|(grouped, _, _)| *grouped == name)
        .map(|(_, single, _)| *single)
}

/// What a grouped contender is called when the orders are signed.
pub(crate) fn signed_name(name: &str) -> Option<&'static str> {
    GROUPED
        .iter()
        .find(|(grouped, _, _)| *grouped == name)
        .map(|(_, _, signed)| *signed)
}

/// The contender that gets the same orders unsigned.
pub(crate) fn unsigned_of(name: &str) -> Option<&'static str> {
    GROUPED
        .iter()
        .find(|(_, _, signed)| *signed == name)
        .map(|(grouped, _, _)| *grouped)
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
    for ((grouped, single, _), server) in GROUPED.into_iter().zip([None, Some(&postgres)]) {
        for (name, batch) in [(grouped, LedgerSettings::default().batch), (single, 1)] {
            let (url, cleanup) = match server {
                None => sqlite()?,
                Some(Some(server)) => new_postgres(server, batch).await?,
                Some(None) => {
                    tracing::warn!("LIENTHONG_TEST_POSTGRES_URL is not set: PostgreSQL is left out");
                    continue;
                }
            };
            contenders.push(hub(keys, name, &url, batch, cleanup).await?);
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

async fn new_postgres(server: &str, batch: usize) -> Result<(String, Cleanup), Failure> {
    let name = format!("bench_{}_{batch}", std::process::id());
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

async fn hub(keys: &Keys, name: &'static str, url: &str, batch: usize, cleanup: Cleanup) -> Result<Contender, Failure> {
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
        catalogue: None,
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
