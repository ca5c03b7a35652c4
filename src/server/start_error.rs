//! Why a hub does not start.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::masters::MastersFault;
use super::tls::TlsConfigError;
use super::webhooks::CourierFault;
use crate::blobs::BlobFault;
use crate::domain::calendar::CalendarFileError;
use crate::domain::catalogue::BrokenCatalogue;
use crate::domain::error::Error;
use crate::signing::SignerError;
use crate::store::{ConnectError, SchemaMismatch};

/// Why a hub does not start. The command line says it in both languages and names the setting.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] ConnectError),
    /// The schema cannot be brought up to date.
    #[error("the database's schema cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database's schema is not there or not of this version.
    #[error("the database cannot be read; is its schema up to date?")]
    Schema(#[source] Error),
    /// The schema is not the one of this binary, and may not be changed.
    #[error(transparent)]
    SchemaMismatch(#[from] SchemaMismatch),
    /// The database is another hub's.
    #[error("this database belongs to the hub {owner}")]
    OtherHub {
        /// Whose it is.
        owner: String,
    },
    /// The hub is a sandbox by its settings and not by its name, or the other way round.
    #[error("the name of a sandbox begins with `sandbox.`, and no other hub's does: {hub_id}, sandbox = {sandbox}")]
    SandboxName {
        /// What the settings say.
        sandbox: bool,
        /// The name.
        hub_id: String,
    },
    /// Stored requests are of kinds or revisions that the catalogue lacks.
    #[error("the catalogue lacks kinds of stored requests: {}", .0.join(", "))]
    KindsMissing(Vec<String>),
    /// The database is not empty, so nothing can be brought into it.
    #[error("the database is not empty: table {0}")]
    Occupied(String),
    /// There is no operator yet.
    #[error("the hub is not initialised")]
    NotInitialised,
    /// The catalogue's folder cannot be read.
    #[error("the catalogue's folder cannot be read: {path}: {source}")]
    CatalogueFolder {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The place of uploaded documents cannot be used.
    #[error("the place of documents cannot be used: {place}: {source}")]
    Documents {
        /// The folder or bucket.
        place: String,
        /// What is wrong.
        fault: BlobFault,
        /// What the operating system or the bucket said.
        source: std::io::Error,
    },
    /// The catalogue is broken; every problem is listed.
    #[error(transparent)]
    Catalogue(#[from] BrokenCatalogue),
    /// The calendar is broken.
    #[error("the calendar cannot be used: {0}")]
    Calendar(#[from] CalendarFileError),
    /// The catalogue's days cannot be brought into the database.
    #[error("the calendar's days cannot be brought into the database: {0}")]
    CalendarDays(#[source] Error),
    /// The master keys that open and seal content cannot be used.
    #[error(transparent)]
    Masters(#[from] MastersFault),
    /// The keys with which the hub signs the log cannot be used.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The log does not know the keys, and none may be registered.
    #[error("the keys in {0} are not registered in this log")]
    SignerNotRegistered(PathBuf),
    /// Certificate, key or client CA cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsConfigError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The address for metrics and health cannot be listened on.
    #[error("cannot listen on {address} for metrics: {source}")]
    ListenMetrics {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Webhooks cannot be sent.
    #[error("webhooks cannot be sent: {0}")]
    Webhooks(#[from] CourierFault),
    /// The descriptors of the protocol cannot be served.
    #[error("reflection cannot be set up: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}
