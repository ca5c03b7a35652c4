//! What the hub says about itself.

use super::App;
use crate::domain::error::Result;
use crate::domain::time::Timestamp;
use crate::evidence::Digest;
use crate::store::DatabaseKind;

/// What runs here, and how far its log has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInfo {
    /// Version of the program.
    pub version: &'static str,
    /// The hub's name.
    pub hub_id: String,
    /// Its database.
    pub database: DatabaseKind,
    /// Number of entries in its log.
    pub tree_size: u64,
    /// Root of the log's tree at that size.
    pub root: Digest,
    /// The hub's time, never before the last entry's.
    pub hub_time: Timestamp,
    /// Counts changes of the registry.
    pub registry_version: i64,
    /// SHA-256 of the catalogue's content, hex.
    pub catalogue_revision: String,
    /// Whether it is a sandbox: its clock may be moved.
    pub sandbox: bool,
}

impl App {
    /// Reads the head of the log.
    pub async fn server_info(&self) -> Result<ServerInfo> {
        let head = self.store.head().await?;
        Ok(ServerInfo {
            version: env!("CARGO_PKG_VERSION"),
            hub_id: self.hub_id.to_string(),
            database: self.store.database_kind(),
            tree_size: head.frontier.size(),
            root: head.root,
            hub_time: self.clock.now().max(head.hub_time),
            registry_version: head.registry_version,
            catalogue_revision: self.catalogue.revision().to_owned(),
            sandbox: self.clock.is_sandbox(),
        })
    }
}
