//! Whether a hub is a sandbox: its settings and its name must agree.

use std::sync::Arc;

use super::settings::HubSettings;
use super::start_error::StartError;
use crate::domain::sandbox::{SandboxClock, is_sandbox};
use crate::domain::time::Clock;

/// The clock of a hub with these settings: the machine's, but in a sandbox.
///
/// # Errors
/// [`StartError::SandboxName`]: a sandbox by its settings and not by its name, or the other way round.
pub(super) fn clock_of(settings: &HubSettings, machine: Arc<dyn Clock>) -> Result<Arc<dyn Clock>, StartError> {
    match (settings.sandbox, is_sandbox(&settings.hub_id)) {
        (false, false) => Ok(machine),
        (true, true) => Ok(Arc::new(SandboxClock::new(machine))),
        (sandbox, _) => Err(StartError::SandboxName {
            sandbox,
            hub_id: settings.hub_id.clone(),
        }),
    }
}
