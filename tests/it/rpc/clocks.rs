//! The lines of the table about clocks that are moved or halted.

use lienthong_proto::v1;
use prost::Message as _;

use super::table::{Row, open};

/// No hub but a sandbox has a clock to move (`it/sandbox`).
pub(super) fn advance() -> Row {
    let unknown = "METHOD_UNKNOWN";
    Row {
        own: unknown,
        foreign: unknown,
        missing: unknown,
        ..open(|_, _, _| v1::AdvanceClockRequest::default().encode_to_vec())
    }
}
