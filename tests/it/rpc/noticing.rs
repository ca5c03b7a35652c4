//! The lines of the table about notices above the recipient's line.

use lienthong_proto::v1;
use prost::Message as _;

use super::table::{Row, open};

/// Nothing has been drafted.
pub(super) fn decide() -> Row {
    let nothing = "NOTICE_NOT_FOUND";
    Row {
        own: nothing,
        foreign: nothing,
        missing: nothing,
        ..open(|_, _, key| {
            // To confirm and to discard are the same message.
            v1::ConfirmNoticeRequest {
                idempotency_key: key.to_owned(),
                notice_index: 1,
            }
            .encode_to_vec()
        })
    }
}

/// What was drafted for the caller's agency.
pub(super) fn list() -> Row {
    open(|_, _, _| v1::ListNoticesRequest::default().encode_to_vec())
}
