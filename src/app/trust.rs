//! The authorities that the hub believes and their lists, kept in the log as soon as it relies on them.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::App;
use super::ledger::command::{Command, NewBody, TrustPaper};
use super::ledger::{Actor, Operation};
use crate::domain::error::Result;
use crate::evidence::Digest;
use crate::evidence::digest::sha256;
use crate::evidence::leaf::content_sha256;

impl App {
    /// Enters those of these papers (DER) that the log does not have.
    ///
    /// # Errors
    /// The ledger's. What was entered stays; trying again enters the rest.
    pub async fn keep_trust(&self, papers: &[(TrustPaper, Bytes)]) -> Result<()> {
        let kept = self.store.trust_papers().await?;
        let kept: BTreeSet<Digest> = kept.into_iter().map(|paper| paper.sha256).collect();
        for (paper, der) in papers.iter().filter(|(_, der)| !kept.contains(&sha256(der))) {
            let command = Command {
                actor: Actor::hub(),
                key: None,
                content_sha256: content_sha256(der),
                body: Some(NewBody {
                    media_type: paper.kind.media_type(),
                    content: der.clone(),
                }),
                verified: None,
                operation: Operation::Trust(paper.clone()),
            };
            self.execute(command).await?;
        }
        Ok(())
    }
}
