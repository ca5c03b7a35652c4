//! `lienthong serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::{DatabaseArgs, HubArgs, listen_address};
use super::failure::Failure;
use super::logging::{self, LogArgs};
use super::output;
use crate::app::ledger::LedgerSettings;
use crate::server::clock::SystemClock;
use crate::server::random::OsRandom;
use crate::server::run::{Hub, Running, Stopped};
use crate::server::settings::{HubSettings, ServerLimits, TlsSource};
use crate::server::tls_files::TlsFiles;
use crate::store::Database;

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
    /// Danh sách chứng thư số bị thu hồi (CRL): a list of revoked certificates of an authority in --client-ca, PEM or DER. May be given several times.
    /// All files of TLS are looked at every second and at SIGHUP; what has changed is taken without a restart.
    #[arg(long, env = "LIENTHONG_CLIENT_CRL", value_name = "FILE", value_delimiter = ',')]
    client_crl: Vec<PathBuf>,
    /// Bắt buộc có CRL: refuse certificates whose authority has no --client-crl. Default: such an authority's certificates are
    /// taken, and revoked at the hub alone.
    #[arg(long, env = "LIENTHONG_REQUIRE_CRL")]
    require_crl: bool,
    /// Thư mục lưu tài liệu kèm theo: where uploaded documents are kept; made if missing, and to be backed up with the
    /// database. Default with SQLite: `documents` beside the file. Required with PostgreSQL, where all hubs of one database
    /// need the same folder.
    #[arg(long, env = "LIENTHONG_DOCUMENTS", value_name = "DIR")]
    documents: Option<PathBuf>,
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
        let database = self.database.database()?;
        let settings = HubSettings {
            documents: documents_folder(self.documents, &database)?,
            database,
            hub_id: self.hub.hub_id,
            listen: self.listen,
            tls: TlsSource::Files(TlsFiles {
                certificate: self.tls_cert,
                key: self.tls_key,
                client_ca: self.client_ca,
                client_crls: self.client_crl,
                require_crl: self.require_crl,
            }),
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

/// Where documents are kept: as told, or beside the SQLite file.
fn documents_folder(told: Option<PathBuf>, database: &Database) -> Result<PathBuf, Failure> {
    match (told, database) {
        (Some(folder), _) => Ok(folder),
        (None, Database::Sqlite(file)) => Ok(file.with_file_name("documents")),
        (None, Database::Postgres(_)) => Err(Failure::configuration(
            "--documents: với PostgreSQL phải nêu thư mục lưu tài liệu kèm theo; các cổng dùng chung cơ sở dữ liệu thì dùng chung thư mục này",
            "--documents: with PostgreSQL, name the folder for uploaded documents; hubs that share a database share it too",
        )),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_stand_beside_the_sqlite_file_and_postgres_must_be_told() {
        let sqlite: Database = "sqlite:data/hub.db".parse().unwrap();
        let postgres: Database = "postgres://hub@localhost/hub".parse().unwrap();
        let folder = |told: Option<&str>, database| documents_folder(told.map(PathBuf::from), database).ok();
        assert_eq!(folder(None, &sqlite), Some(PathBuf::from("data/documents")));
        assert_eq!(folder(Some("/srv/docs"), &sqlite), Some(PathBuf::from("/srv/docs")));
        assert_eq!(folder(Some("/srv/docs"), &postgres), Some(PathBuf::from("/srv/docs")));
        assert_eq!(folder(None, &postgres), None);
    }
}
