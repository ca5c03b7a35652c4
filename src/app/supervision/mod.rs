//! Supervision: reading what one is no party to, by the table in `domain::supervision`. What was found is shown only when its
//! entry is committed: while the ledger takes no writes nobody looks.

mod audit;
mod look;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::App;
use super::ledger::command::{NewBody, SupervisedRead};
use super::ledger::{Actor, Command, Operation, Receipt};
use super::requests::history::PROTOBUF;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::RequestId;
use crate::domain::supervision::{Hierarchy, Look, Supervised};
use crate::domain::viewer::Viewer;
use crate::evidence::leaf::content_sha256;

pub use audit::{Days, ReadView};
pub use look::{SupervisedDetail, SupervisedEvents, SupervisedPage, SupervisedTimeline};

/// When to come again after the registry moved between looking and entering, in milliseconds.
const REGISTRY_MOVED: u32 = 200;

/// Who stands below whom, as of a version of the registry.
#[derive(Debug, Default)]
pub(crate) struct KnownHierarchy(Mutex<Option<(i64, Arc<Hierarchy>)>>);

/// What a supervisor asks, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The message, encoded again in field order.
    pub message: Bytes,
    /// What is done.
    pub look: Look,
    /// Whether it names a case or purpose.
    pub is_cited: bool,
}

/// What an officer may look at, and under which registry.
struct Reach {
    registry_version: i64,
    supervised: Supervised,
}

impl App {
    /// Who stands below whom, and the version of the registry that says so.
    pub(in crate::app) async fn hierarchy(&self) -> Result<(i64, Arc<Hierarchy>)> {
        let version = self.store.registry_version().await?;
        let known = self.hierarchy.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, hierarchy)) = known.filter(|(known, _)| *known == version) {
            return Ok((version, hierarchy));
        }
        // If the registry moves meanwhile these are newer than the version, and the ledger finds it outdated.
        let hierarchy = Arc::new(Hierarchy::of(&self.store.all_agencies().await?));
        let mut known = self.hierarchy.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((version, Arc::clone(&hierarchy)));
        Ok((version, hierarchy))
    }

    /// What an officer supervises.
    ///
    /// # Errors
    /// `METHOD_NOT_ALLOWED` for an agency that supervises nobody; `OFFICER_SCOPE_TOO_NARROW`; `UNAVAILABLE` and `OVERLOADED`
    /// while no entry can be made.
    async fn reach(&self, viewer: &Viewer, asked: &Asked) -> Result<Reach> {
        self.ledger.takes_writes()?;
        self.ledger.has_room(&viewer.agency, false, asked.message.len())?;
        let (registry_version, hierarchy) = self.hierarchy().await?;
        let supervised = hierarchy.supervised_by(&viewer.agency, viewer.scope);
        if supervised.is_empty() {
            let widest = crate::domain::agency::Scope::All;
            if !hierarchy.supervised_by(&viewer.agency, widest).is_empty() {
                viewer.scope.require(widest)?;
            }
            return Err(Error::new(ErrorCode::MethodNotAllowed));
        }
        Ok(Reach {
            registry_version,
            supervised,
        })
    }

    /// Enters in the log what is about to be shown. Until this has succeeded nothing may be.
    ///
    /// # Errors
    /// The ledger's; `UNAVAILABLE` if the registry has moved meanwhile.
    async fn enter_read(
        &self,
        viewer: &Viewer,
        reach: &Reach,
        asked: Asked,
        shown: BTreeSet<RequestId>,
    ) -> Result<Receipt> {
        let Asked {
            message,
            look,
            is_cited,
        } = asked;
        let command = Command {
            actor: Actor::of(viewer),
            key: None,
            content_sha256: content_sha256(&message),
            body: Some(NewBody {
                media_type: PROTOBUF,
                content: message,
            }),
            verified: None,
            operation: Operation::Read(Box::new(SupervisedRead {
                look,
                registry_version: reach.registry_version,
                scope: viewer.scope,
                shown,
                is_cited,
            })),
        };
        let receipts = self.execute_checked(command).await?;
        let moved = || Error::new(ErrorCode::Unavailable).retry_after_millis(REGISTRY_MOVED);
        let receipt = receipts.ok_or_else(moved)?.pop();
        receipt.ok_or_else(|| Error::internal("a read without an entry"))
    }
}
