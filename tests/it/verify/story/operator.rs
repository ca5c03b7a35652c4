//! What operators did beside the API.

use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::operator::{
    Backup, CopyIn, CopyOut, Facts, HubStart, HubStop, Migrate, OperatorAction, Restore,
};

use super::Story;
use crate::harness::ids::occasion;

fn facts(action: OperatorAction) -> Facts {
    let (tree_size, root_hash, rows, documents) = (7, "ab".repeat(32), 70, 2);
    let (signer, manifest_sha256) = ("hub.test+01020304".to_owned(), "cd".repeat(32));
    match action {
        OperatorAction::HubStart => Facts::HubStart(HubStart {
            hub_id: "hub.test".to_owned(),
            signer,
            settings_sha256: Some("ef".repeat(32)),
            master_key: None,
            schema_version: 13,
            tree_size,
            read_only: None,
        }),
        OperatorAction::HubStop => Facts::HubStop(HubStop { signer, drained: true }),
        OperatorAction::Backup => Facts::Backup(Backup {
            tree_size,
            root_hash,
            rows,
            documents,
            document_bytes: 4_096,
            documents_missing: 0,
            tree_fits: true,
            manifest_sha256,
        }),
        OperatorAction::Restore => Facts::Restore(Restore {
            tree_size,
            root_hash,
            rows,
            documents,
            manifest_sha256,
            made_time: "2026-11-20T09:00:00+07:00".to_owned(),
            made_by: "0.0.0".to_owned(),
            made_from: "postgres".to_owned(),
        }),
        OperatorAction::CopyIn => Facts::CopyIn(CopyIn {
            tree_size,
            root_hash,
            rows,
            from: "sqlite".to_owned(),
        }),
        OperatorAction::CopyOut => Facts::CopyOut(CopyOut {
            tree_size,
            root_hash,
            rows,
            to: "postgres".to_owned(),
        }),
        OperatorAction::Migrate => Facts::Migrate(Migrate { from: Some(10), to: 13 }),
    }
}

impl Story<'_> {
    /// A line of every action, each entered.
    pub(super) async fn operators(&self) {
        for (seed, action) in (200..).zip(OperatorAction::ALL) {
            let line = occasion(seed).line(facts(*action));
            self.hub.store.note_operator_line(&line).await.expect("noted");
            let entering = Command {
                actor: Actor::hub(),
                key: None,
                content_sha256: [0; 32],
                body: None,
                verified: None,
                operation: Operation::Operator(vec![line.id]),
            };
            assert_eq!(self.act(entering).await.len(), 1, "{action}");
        }
    }
}
