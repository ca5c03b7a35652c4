//! The lines of the table about deadlines.

use lienthong_proto::v1;
use prost::Message as _;

use super::table::{Row, open, own_agency, party};
use crate::harness::agencies::BANK;

pub(super) fn compute() -> Row {
    open(|_, _, _| {
        v1::ComputeDeadlineRequest {
            kind: "land-information".to_owned(),
            from: "2026-11-20T09:00:00+07:00".to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

pub(super) fn deadlines() -> Row {
    open(|_, _, _| {
        v1::ListDeadlinesRequest {
            side: v1::DeadlineSide::OwedByUs.into(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

pub(super) fn timeline() -> Row {
    party(BANK, "OK", |_, id, _| {
        v1::GetTimelineRequest {
            enforcement_request_id: id.to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

pub(super) fn scorecard() -> Row {
    own_agency("OK", |_, code, _| {
        v1::GetScorecardRequest {
            agency_code: code.to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

/// What others count is left out, whoever is named.
pub(super) fn response_times() -> Row {
    open(|_, _, _| v1::QueryResponseTimesRequest::default().encode_to_vec())
}
