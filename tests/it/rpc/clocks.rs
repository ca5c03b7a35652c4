//! The lines of the table about clocks that are moved or halted.

use lienthong::grpc::convert::time;
use lienthong_proto::v1;
use prost::Message as _;

use super::table::{About, Make, Row, open};
use crate::harness::agencies::OPERATOR;
use crate::harness::ids::start;

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

fn hours(hours: i64) -> prost_types::Timestamp {
    time(start().plus_hours(hours))
}

/// Each agency for itself: an hour in a week, of which there are enough within a month.
pub(super) fn maintenance() -> Row {
    open(|_, _, key| {
        v1::PublishMaintenanceRequest {
            idempotency_key: key.to_owned(),
            start_time: Some(hours(24 * 7)),
            end_time: Some(hours(24 * 7 + 1)),
            reason: "Nâng cấp hệ thống".to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

fn for_operators(make: Make) -> Row {
    let denied = "METHOD_NOT_ALLOWED";
    Row {
        caller: OPERATOR,
        about: About::Nothing,
        foreign: denied,
        missing: denied,
        ..open(make)
    }
}

pub(super) fn outage() -> Row {
    for_operators(|_, _, key| {
        v1::RecordOutageRequest {
            idempotency_key: key.to_owned(),
            start_time: Some(hours(-2)),
            end_time: Some(hours(-1)),
            evidence: "Sổ trực vận hành số 12".to_owned(),
            reason: "Mất điện trung tâm dữ liệu".to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

/// Tried out alone: a decision of this table would halt the clocks of the others.
pub(super) fn decree() -> Row {
    for_operators(|_, _, key| {
        v1::SuspendClocksRequest {
            idempotency_key: key.to_owned(),
            start_time: Some(hours(1)),
            basis: "Luật Phòng thủ dân sự Điều 25".to_owned(),
            document: "12/QĐ-UBND ngày 20/11/2026".to_owned(),
            reason: "Bão số 9".to_owned(),
            dry_run: true,
            ..Default::default()
        }
        .encode_to_vec()
    })
}

pub(super) fn end() -> Row {
    let nothing = "SUSPENSION_NOT_FOUND";
    Row {
        own: nothing,
        foreign: nothing,
        missing: nothing,
        ..open(|_, _, key| {
            v1::EndSuspensionRequest {
                idempotency_key: key.to_owned(),
                suspension_id: format!("sus_{}", "0".repeat(32)),
                end_time: None,
            }
            .encode_to_vec()
        })
    }
}

pub(super) fn list() -> Row {
    open(|_, _, _| v1::ListSuspensionsRequest::default().encode_to_vec())
}
