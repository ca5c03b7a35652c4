//! Who calls, and how a result leaves.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::status::to_status;
use crate::app::ledger::Actor;
use crate::auth::principal::Principal;
use crate::domain::error::{Error, Result};
use crate::domain::viewer::Viewer;

/// The caller that the auth layer has found out.
pub(super) fn caller<T>(request: &Request<T>) -> Result<Arc<Principal>> {
    let principal = request.extensions().get::<Arc<Principal>>();
    principal
        .cloned()
        .ok_or_else(|| Error::internal("a call came past the auth layer"))
}

/// The caller as the ledger knows it.
pub(super) fn actor(principal: &Principal) -> Actor {
    Actor {
        agency: principal.agency.code.clone(),
        officer: principal.officer.id.clone(),
    }
}

/// The caller as one who looks: how far he sees within his agency.
pub(super) fn viewer(principal: &Principal) -> Viewer {
    Viewer::of(&principal.officer)
}

/// A result as a unary call gives it.
pub(super) fn reply<T>(result: Result<T>) -> Result<Response<T>, Status> {
    result.map(Response::new).map_err(|error| to_status(&error))
}
