//! `lienthong serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::listen_address;
use super::config::{Options, Resolved, tls_files};
use super::failure::Failure;
use super::logging::{self, LogFormat};
use super::traces::Traces;
use super::{open_files, output};
use crate::blobs::{BucketAddress, DocumentPlace};
use crate::server::clock::SystemClock;
use crate::server::masters::MasterSource;
use crate::server::random::OsRandom;
use crate::server::run::{Hub, Running, Stopped};
use crate::server::settings::{HubSettings, SignerPlace, TimerSettings, TlsSource};
use crate::server::start_error::StartError;
use crate::store::Database;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    options: Options,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = self.options.resolve()?;
        let traces = traces(&settings)?;
        logging::start(
            LogFormat::from_word(settings.text("log_format")),
            settings.text("log_filter"),
            traces.as_ref(),
        )?;
        let served = serve(&settings).await;
        if let Some(traces) = traces {
            traces.stop().await;
        }
        served
    }
}

/// Where traces go, if anywhere.
fn traces(settings: &Resolved) -> Result<Option<Traces>, Failure> {
    let Ok(endpoint) = settings.text("traces_endpoint").parse() else {
        return Ok(None);
    };
    let percent = settings.limits().traces_percent;
    Traces::start(&endpoint, percent, settings.text("hub_id")).map(Some)
}

async fn serve(settings: &Resolved) -> Result<(), Failure> {
    let metrics: Option<SocketAddr> = settings.text("metrics_listen").parse().ok();
    let hub_settings = hub_settings(settings)?;
    // Before the hub is reachable, so that no signal is missed.
    let mut signals = StopSignals::new()?;
    let mut hub = Hub::start(hub_settings, Arc::new(SystemClock), Arc::new(OsRandom)).await?;
    if let Some(address) = metrics {
        let address = hub.open_metrics(address).await?;
        tracing::info!(%address, "metrics.started");
    }
    tracing::info!(address = %hub.address(), version = env!("CARGO_PKG_VERSION"), "hub.started");
    output::line(&format!("listening on {}", hub.address()));
    if let Some(address) = hub.metrics_address() {
        output::line(&format!("metrics on {address}"));
    }
    until_stopped(hub, &mut signals).await
}

/// What the hub is started with. The values have been checked one by one.
fn hub_settings(settings: &Resolved) -> Result<HubSettings, Failure> {
    let database: Database = settings.text("database").parse().map_err(StartError::from)?;
    let listen = listen_address(settings.text("listen"))
        .map_err(|error| Failure::configuration(format!("--listen: {error}"), format!("--listen: {error}")))?;
    let signer = settings.signer(&database).unwrap_or_else(|| SignerPlace {
        folder: PathBuf::new(),
        may_be_new: false,
    });
    let mut limits = settings.limits();
    open_files::make_room(&mut limits.server.accept);
    Ok(HubSettings {
        documents: DocumentPlace {
            folder: settings.documents(&database).unwrap_or_default(),
            bucket: settings.bucket(),
        },
        masters: settings
            .masters(&database)
            .unwrap_or_else(|| MasterSource::Text(String::new())),
        database,
        hub_id: settings.text("hub_id").to_owned(),
        sandbox: settings.is_on("sandbox"),
        listen,
        tls: TlsSource::Files(tls_files(settings)),
        signer,
        catalogue: settings.path("catalogue"),
        migrate: !settings.is_on("no_migrate"),
        ledger: limits.ledger,
        limits: limits.server,
        webhooks: settings.webhooks(),
        timers: TimerSettings::default(),
        settings_sha256: Some(settings.digest()),
    })
}

/// Where documents are: as told, or beside the SQLite file.
pub(super) fn document_place(
    told: Option<PathBuf>,
    bucket: Option<BucketAddress>,
    database: &Database,
) -> Result<DocumentPlace, Failure> {
    let folder = match (told, database) {
        (Some(folder), _) => folder,
        (None, Database::Sqlite(file)) => file.with_file_name("documents"),
        (None, Database::Postgres(_)) => {
            return Err(Failure::configuration(
                "--documents: với PostgreSQL phải nêu thư mục lưu tài liệu kèm theo; các cổng dùng chung cơ sở dữ liệu thì dùng chung thư mục này",
                "--documents: with PostgreSQL, name the folder for uploaded documents; hubs that share a database share it too",
            ));
        }
    };
    Ok(DocumentPlace { folder, bucket })
}

/// Serves until a signal, then stops in order; a second signal stops at once.
pub(super) async fn until_stopped(mut hub: Running, signals: &mut StopSignals) -> Result<(), Failure> {
    let is_broken = tokio::select! {
        () = hub.broken() => true,
        () = signals.next() => false,
    };
    tracing::info!("hub.stopping");
    let stopped = tokio::select! {
        stopped = hub.stop() => stopped,
        () = signals.next() => Stopped::CutShort,
    };
    if is_broken {
        return Err(Failure::failed(
            "Cổng dừng vì một bộ phận bên trong đã ngừng; xem nhật ký.",
            "The hub stopped because a part of it ended; see the log.",
        ));
    }
    tracing::info!(?stopped, "hub.stopped");
    match stopped {
        Stopped::Drained => Ok(()),
        Stopped::CutShort => Err(Failure::failed(
            "Cổng dừng khi còn lệnh gọi chưa xong; những gì đã có biên nhận đều an toàn.",
            "The hub stopped while calls were under way; everything that was receipted is safe.",
        )),
    }
}

/// SIGTERM and SIGINT.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    pub(super) fn new() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::failed(
                    format!("Không nhận được tín hiệu của hệ điều hành: {error}"),
                    format!("Signals cannot be received: {error}"),
                )
            })
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
