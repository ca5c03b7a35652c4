//! The lines of the table about erasure.

use lienthong_proto::v1;
use prost::Message as _;

use super::table::{Row, open, party};
use crate::harness::agencies::THADS;

/// What was just submitted is kept for years.
pub(super) fn propose() -> Row {
    party(THADS, "ERASURE_NOT_DUE", |_, id, key| {
        v1::ProposeErasureRequest {
            idempotency_key: key.to_owned(),
            enforcement_request_id: id.to_owned(),
            reason: "Hết thời hạn lưu".to_owned(),
        }
        .encode_to_vec()
    })
}

/// Nobody has proposed anything.
pub(super) fn decide() -> Row {
    let nothing = "ERASURE_NOT_FOUND";
    Row {
        own: nothing,
        foreign: nothing,
        missing: nothing,
        ..open(|_, _, key| {
            v1::DecideErasureRequest {
                idempotency_key: key.to_owned(),
                proposal_index: 1,
                decision: v1::ErasureDecision::Confirm.into(),
                reason: String::new(),
            }
            .encode_to_vec()
        })
    }
}

/// What the caller's agency may erase, and what it proposed: the same message without a word asks for either.
pub(super) fn lists() -> Row {
    open(|_, _, _| v1::ListErasableRequest::default().encode_to_vec())
}
