//! The lines of the table about supervision.

use lienthong_proto::v1;
use prost::Message as _;

use super::table::{About, Make, Row, own_agency, party};
use crate::harness::agencies::{BANK, PROCURACY};

/// A method for supervisors. Who supervises nobody is told so, whatever he asks for.
fn supervisor(about: About, make: Make) -> Row {
    let denied = "METHOD_NOT_ALLOWED";
    Row {
        caller: PROCURACY,
        about,
        make,
        own: "OK",
        foreign: denied,
        missing: denied,
    }
}

pub(super) fn get() -> Row {
    supervisor(About::Request, |_, id, _| {
        v1::GetSupervisedRequest {
            enforcement_request_id: id.to_owned(),
            include_documents: true,
            ..Default::default()
        }
        .encode_to_vec()
    })
}

pub(super) fn list() -> Row {
    supervisor(About::Nothing, |_, _, _| {
        v1::ListSupervisedRequest::default().encode_to_vec()
    })
}

pub(super) fn events() -> Row {
    supervisor(About::Request, |_, id, _| {
        v1::ListSupervisedEventsRequest {
            enforcement_request_id: id.to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

pub(super) fn timeline() -> Row {
    supervisor(About::Request, |_, id, _| {
        v1::GetSupervisedTimelineRequest {
            enforcement_request_id: id.to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

pub(super) fn reads() -> Row {
    party(BANK, "OK", |_, id, _| {
        v1::ListReadsRequest {
            enforcement_request_id: id.to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

/// What operators did, for those who watch over them.
pub(super) fn operator_actions() -> Row {
    supervisor(About::Nothing, |_, _, _| {
        v1::ListOperatorActionsRequest::default().encode_to_vec()
    })
}

pub(super) fn agency_reads() -> Row {
    own_agency("OK", |_, code, _| {
        v1::ListAgencyReadsRequest {
            agency_code: code.to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}

pub(super) fn statistics() -> Row {
    own_agency("OK", |_, code, _| {
        v1::GetReadStatisticsRequest {
            agency_code: code.to_owned(),
            from_date: "2026-11-01".to_owned(),
            to_date: "2026-11-30".to_owned(),
            ..Default::default()
        }
        .encode_to_vec()
    })
}
