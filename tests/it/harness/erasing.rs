//! Erasures as commands for the ledger, of kinds that keep nothing longer than the day of the end.

use bytes::Bytes;
use lienthong::app::ledger::erasure::{ErasureStep, OrderToErase};
use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::agency::Officer;
use lienthong::domain::erasure::ErasureAction;
use lienthong::domain::ids::{IdempotencyKey, OfficerId, RequestId};

use super::TestLedger;
use super::agencies::{Fixture, registry_command};
use super::commands::Target;
use lienthong::app::ledger::command::RegistryChange;
use lienthong::domain::request::EnforcementRequest;
use lienthong::domain::viewer::Viewer;

/// The id of the second person of each agency.
pub(crate) const SECOND: &str = "nguoi.thu.hai";

/// The second person of each agency.
pub(crate) fn second(agency: Fixture) -> Officer {
    Officer {
        id: OfficerId::parse(SECOND).expect("an id"),
        valid_from: jiff::civil::date(2000, 1, 1),
        ..agency.officer()
    }
}

/// Registers the second person.
pub(crate) fn register_second(agency: Fixture) -> Command {
    let change = RegistryChange::RegisterOfficer {
        officer: second(agency),
        states_scope: true,
    };
    registry_command(&format!("second:{}", agency.code_text()), change)
}

/// A step of an erasure of a request by the first person of its sender, or by the second. `proposed_index` is that of the proposal
/// which is decided.
pub(crate) async fn step(
    hub: &TestLedger,
    target: &Target,
    sender: Fixture,
    key: &str,
    action: ErasureAction,
    proposed_index: Option<i64>,
) -> Command {
    let request = request(hub, sender, &target.id).await;
    let officer = match action {
        ErasureAction::Propose => sender.officer_id(),
        ErasureAction::Erase | ErasureAction::Reject => second(sender).id,
    };
    let step = ErasureStep {
        action,
        order: OrderToErase {
            name: target.id.to_string(),
            body_index: request.body_index,
            requests: std::iter::once((target.id.clone(), 0)).collect(),
        },
        proposed_index,
        registry_version: hub.store.registry_version().await.expect("a head"),
    };
    Command::new(
        Actor {
            officer,
            ..sender.actor()
        },
        IdempotencyKey::parse(key).expect("a key"),
        "application/protobuf",
        Bytes::from(format!("{key} {action} {proposed_index:?}")),
        Operation::Erasure(Box::new(step)),
    )
}

async fn request(hub: &TestLedger, sender: Fixture, id: &RequestId) -> EnforcementRequest {
    let found = hub.store.request_of(&Viewer::whole(&sender.code()), id).await;
    found.expect("a query").expect("a request")
}
