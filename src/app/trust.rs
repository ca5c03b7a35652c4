//! What the hub relies on, kept in the log as soon as it does: the authorities that it believes and their lists, its catalogue.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::App;
use super::ledger::catalogue::{StatedKind, catalogue_subject};
use super::ledger::command::{CatalogueStatement, Command, NewBody, TrustPaper};
use super::ledger::{Actor, Operation};
use crate::domain::error::{Error, Result};
use crate::evidence::Digest;
use crate::evidence::digest::sha256;
use crate::evidence::leaf::content_sha256;

/// The media type of a catalogue's files: a JSON object.
const JSON: &str = "application/json";

impl App {
    /// Enters the hub's catalogue, unless the log has it.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn state_catalogue(&self) -> Result<()> {
        let subject = catalogue_subject(self.catalogue.revision());
        if self.store.knows_subject(&subject).await? {
            return Ok(());
        }
        let kinds = self.catalogue.kinds().map(|kind| StatedKind {
            code: kind.code().clone(),
            revision: kind.revision(),
        });
        let stated = CatalogueStatement {
            subject,
            kinds: kinds.collect(),
        };
        let files = serde_json::to_vec(self.catalogue.files()).map_err(Error::internal)?;
        self.enter(JSON, files.into(), Operation::Catalogue(stated)).await
    }

    /// Lets the hub itself enter `content`.
    async fn enter(&self, media_type: &'static str, content: Bytes, operation: Operation) -> Result<()> {
        let command = Command {
            actor: Actor::hub(),
            key: None,
            content_sha256: content_sha256(&content),
            body: Some(NewBody { media_type, content }),
            verified: None,
            operation,
        };
        self.execute(command).await.map(drop)
    }

    /// Enters those of these papers (DER) that the log does not have.
    ///
    /// # Errors
    /// The ledger's. What was entered stays; trying again enters the rest.
    pub async fn keep_trust(&self, papers: &[(TrustPaper, Bytes)]) -> Result<()> {
        let kept = self.store.trust_papers().await?;
        let kept: BTreeSet<Digest> = kept.into_iter().map(|paper| paper.sha256).collect();
        for (paper, der) in papers.iter().filter(|(_, der)| !kept.contains(&sha256(der))) {
            let operation = Operation::Trust(paper.clone());
            self.enter(paper.kind.media_type(), der.clone(), operation).await?;
        }
        Ok(())
    }
}
