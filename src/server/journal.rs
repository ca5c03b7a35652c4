//! What is done with this hub itself, for the log: that it starts and that it ends.

use std::sync::Arc;

use super::os_user;
use crate::app::App;
use crate::app::ledger::hub_key::hub_key_subject;
use crate::app::operator::note_schema;
use crate::domain::error::Result;
use crate::domain::ids::IdSource;
use crate::domain::operator::{Facts, HubStart, HubStop, Occasion, OperatorLine};
use crate::domain::time::Clock;
use crate::evidence::Digest;
use crate::evidence::digest::hex;
use crate::store::{SchemaChange, schema_version};

/// Who tells of the hub's own start and end.
pub(super) struct Journal {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Journal")
    }
}

impl Journal {
    pub(super) fn new(clock: &Arc<dyn Clock>, ids: &Arc<dyn IdSource>) -> Self {
        Self {
            clock: Arc::clone(clock),
            ids: Arc::clone(ids),
        }
    }

    fn occasion(&self) -> Occasion {
        Occasion::new(&*self.ids, self.clock.now(), os_user::current())
    }

    /// Tells that the hub begins to serve, and of what this did to the schema. Gives the line back if the database does not take
    /// it now: that must not keep a hub from serving.
    pub(super) async fn start(
        &self,
        app: &App,
        schema: SchemaChange,
        settings: Option<Digest>,
    ) -> Result<Option<OperatorLine>> {
        let occasion = self.occasion();
        if let Err(error) = note_schema(&app.store, schema, &occasion).await {
            tracing::warn!(code = error.code().as_str(), "operator.schema.not_noted");
        }
        let line = occasion.line(Facts::HubStart(HubStart {
            hub_id: app.hub_id.to_string(),
            signer: hub_key_subject(&app.hub_key),
            settings_sha256: settings.map(|digest| hex(&digest)),
            master_key: app.store.masters().newest().map(ToString::to_string),
            schema_version: schema_version(),
            tree_size: app.store.head().await?.frontier.size(),
            read_only: app.ledger.log_break().borrow().map(|reason| reason.as_str().to_owned()),
        }));
        Ok(tell(app, line).await)
    }

    /// Tells that the hub ends.
    pub(super) async fn stop(&self, app: &App, drained: bool) {
        let line = self.occasion().line(Facts::HubStop(HubStop {
            signer: hub_key_subject(&app.hub_key),
            drained,
        }));
        tell(app, line).await;
    }
}

/// Notes the line and enters it with all others. What is noted is entered later if not now.
async fn tell(app: &App, line: OperatorLine) -> Option<OperatorLine> {
    if let Err(error) = app.store.note_operator_line(&line).await {
        tracing::warn!(code = error.code().as_str(), "operator.line.not_noted");
        return Some(line);
    }
    if let Err(error) = app.enter_operator_lines().await {
        tracing::warn!(code = error.code().as_str(), "operator.lines.not_entered");
    }
    None
}

/// Enters what the outbox holds, `pending` first if it was not noted yet.
pub(super) async fn enter(app: &App, pending: &mut Option<OperatorLine>) -> Result<usize> {
    if let Some(line) = pending {
        app.store.note_operator_line(line).await?;
        *pending = None;
    }
    Ok(app.enter_operator_lines().await?.unknown)
}
