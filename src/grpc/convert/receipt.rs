//! Receipts: a pure function of the entry, its checkpoint and what the key is bound to, so a retry gets the same bytes.

use bytes::Bytes;
use lienthong_proto::v1;

use super::time;
use super::vocabulary::number_of;
use crate::app::ledger::Receipt;
use crate::domain::error::{Error, Result};
use crate::domain::time::Timestamp;
use crate::domain::workflow::State;
use crate::evidence::Digest;
use crate::evidence::leaf::{EntryType, Leaf};
use crate::store::rows::Checkpoint;

/// A receipt on the wire. Fails only if the stored entry is no leaf.
pub fn receipt(receipt: Receipt) -> Result<v1::Receipt> {
    let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
    let is_request = leaf.entry_type == EntryType::Request;
    Ok(v1::Receipt {
        log_index: receipt.log_index,
        action: action_number(&leaf.action),
        state: number_of(leaf.to_state.parse::<State>().ok()),
        version: if is_request { leaf.version } else { 0 },
        enforcement_request_id: if is_request { leaf.subject } else { String::new() },
        hub_time: Some(time(Timestamp::from_micros(leaf.hub_time))),
        leaf: receipt.leaf,
        content_sha256: Bytes::copy_from_slice(&receipt.content_sha256),
        checkpoint: Some(checkpoint(&receipt.checkpoint)),
        inclusion_proof: hashes(&receipt.proof),
    })
}

/// Receipts on the wire, in their order.
pub fn receipts(receipts: Vec<Receipt>) -> Result<Vec<v1::Receipt>> {
    receipts.into_iter().map(receipt).collect()
}

/// Hashes on the wire.
pub fn hashes(hashes: &[Digest]) -> Vec<Bytes> {
    hashes.iter().map(|hash| Bytes::copy_from_slice(hash)).collect()
}

/// A checkpoint on the wire.
pub fn checkpoint(checkpoint: &Checkpoint) -> v1::Checkpoint {
    v1::Checkpoint {
        origin: checkpoint.hub_id.clone(),
        tree_size: checkpoint.tree_size,
        root_hash: Bytes::copy_from_slice(&checkpoint.root_hash),
        hub_time: Some(time(checkpoint.hub_time)),
        note: checkpoint.note().unwrap_or_default(),
    }
}

/// The number of an action as the log names it, workflow or other; 0 if the wire has no name for it.
pub fn action_number(action: &str) -> i32 {
    let name = format!("ACTION_{}", action.to_ascii_uppercase());
    v1::Action::from_str_name(&name).map_or(0, Into::into)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::supervision::Look;
    use crate::domain::workflow::Action;
    use crate::grpc::convert::vocabulary::OnWire as _;

    fn accepted(entry_type: EntryType, subject: &str, action: &str) -> Receipt {
        let leaf = Leaf {
            entry_type,
            log_index: 7,
            hub_time: 1_795_000_000_000_001,
            version: 2,
            subject: subject.into(),
            action: action.into(),
            from_state: String::new(),
            to_state: if entry_type == EntryType::Request {
                "SUBMITTED".into()
            } else {
                String::new()
            },
            agency: "VN.BANK-A".into(),
            officer: "an".into(),
            counterparty: String::new(),
            content_digest: [1; 32],
            row_digest: [2; 32],
        };
        Receipt {
            log_index: 7,
            leaf: leaf.encode().into(),
            content_sha256: [3; 32],
            checkpoint: Arc::new(Checkpoint {
                tree_size: 9,
                root_hash: [4; 32],
                hub_time: Timestamp::from_micros(5),
                hub_id: "hub".into(),
                note_signature: Some(vec![6; 68]),
                seal_signature: Some(vec![7; 68]),
            }),
            proof: vec![[8; 32], [9; 32]],
        }
    }

    #[test]
    fn a_receipt_says_what_the_leaf_says() {
        let wire = receipt(accepted(EntryType::Request, "req_1", "submit")).unwrap();
        assert_eq!(
            (wire.log_index, wire.version, wire.enforcement_request_id.as_str()),
            (7, 2, "req_1")
        );
        assert_eq!(
            (wire.action(), wire.state()),
            (v1::Action::Submit, v1::State::Submitted)
        );
        assert_eq!(wire.hub_time.unwrap().nanos, 1_000);
        let checkpoint = wire.checkpoint.unwrap();
        assert_eq!(
            (wire.content_sha256.as_ref(), checkpoint.tree_size),
            ([3; 32].as_slice(), 9)
        );
        assert_eq!(wire.inclusion_proof, [[8; 32].to_vec(), [9; 32].to_vec()]);
        assert!(checkpoint.note.starts_with("hub\n9\n"), "{}", checkpoint.note);
    }

    #[test]
    fn an_entry_about_something_else_names_no_request_and_no_version() {
        let wire = receipt(accepted(EntryType::Registry, "VN.BANK-A", "create_agency")).unwrap();
        assert_eq!(
            (wire.enforcement_request_id.as_str(), wire.version, wire.state),
            ("", 0, 0)
        );
        assert_eq!(wire.action(), v1::Action::CreateAgency);
    }

    #[test]
    fn the_log_and_the_wire_name_workflow_actions_alike() {
        for action in Action::ALL {
            assert_eq!(action_number(action.as_str()), action.to_wire());
        }
        for look in Look::ALL {
            assert_ne!(action_number(look.as_str()), 0, "{look}");
        }
        assert_eq!(action_number("advance"), i32::from(v1::Action::Advance));
    }
}
