//! `lienthong serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::{DatabaseArgs, HubArgs, listen_address, read};
use super::failure::Failure;
use super::logging::{self, LogArgs};
use super::output;
use crate::app::ledger::LedgerSettings;
use crate::server::clock::SystemClock;
use crate::server::random::OsRandom;
use crate::server::run::{Hub, Running, Stopped};
use crate::server::settings::{HubSettings, ServerLimits, TlsPems};

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    hub: HubArgs,
    /// Địa chỉ và cổng mạng: port 0 takes a free one; the line `listening on …` tells which.
    #[arg(
        long,
        env = "LIENTHONG_LISTEN",
        value_name = "ADDR",
        default_value = "127.0.0.1:8443",
        value_parser = listen_address
    )]
    listen: SocketAddr,
    /// Chứng thư số của cổng: the hub's certificate, followed by intermediate ones, PEM.
    #[arg(long, env = "LIENTHONG_TLS_CERT", value_name = "FILE")]
    tls_cert: PathBuf,
    /// Khóa riêng của cổng: its private key, PEM. Keep it readable for the hub's user alone.
    #[arg(long, env = "LIENTHONG_TLS_KEY", value_name = "FILE")]
    tls_key: PathBuf,
    /// Tổ chức cấp chứng thư số cho các cơ quan: the CAs that sign clients' certificates, PEM. A certificate must be registered as well before it is of use.
    #[arg(long, env = "LIENTHONG_CLIENT_CA", value_name = "FILE")]
    client_ca: PathBuf,
    /// Thư mục danh mục: a folder with `kinds/` to use instead of the catalogue in the binary. A broken catalogue refuses to start.
    #[arg(long, env = "LIENTHONG_CATALOGUE", value_name = "DIR")]
    catalogue: Option<PathBuf>,
    /// Không nâng cấp cơ sở dữ liệu: leave the schema as it is; refuse to start if it is not up to date.
    #[arg(long, env = "LIENTHONG_NO_MIGRATE")]
    no_migrate: bool,
    #[command(flatten)]
    log: LogArgs,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        logging::start(self.log.log, &self.log.log_filter)?;
        let settings = HubSettings {
            database: self.database.database()?,
            hub_id: self.hub.hub_id,
            listen: self.listen,
            tls: TlsPems {
                certificate: read("--tls-cert", &self.tls_cert)?,
                key: read("--tls-key", &self.tls_key)?,
                client_ca: read("--client-ca", &self.client_ca)?,
            },
            catalogue: self.catalogue,
            migrate: !self.no_migrate,
            ledger: LedgerSettings::default(),
            limits: ServerLimits::default(),
        };
        // Before the hub is reachable, so that no signal is missed.
        let mut signals = StopSignals::new()?;
        let hub = Hub::start(settings, Arc::new(SystemClock), Arc::new(OsRandom)).await?;
        tracing::info!(address = %hub.address(), version = env!("CARGO_PKG_VERSION"), "hub.started");
        output::line(&format!("listening on {}", hub.address()));
        until_stopped(hub, &mut signals).await
    }
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
