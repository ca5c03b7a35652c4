//! The lines of the table about supervision.

use lienthong_proto::{Rpc, v1};
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

/// The line of a method of supervision.
pub(super) fn row(rpc: Rpc) -> Row {
    match rpc {
        Rpc::SupervisionServiceGetSupervised => supervisor(About::Request, |_, id, _| {
            v1::GetSupervisedRequest {
                enforcement_request_id: id.to_owned(),
                include_documents: true,
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::SupervisionServiceListSupervisedEvents => supervisor(About::Request, |_, id, _| {
            v1::ListSupervisedEventsRequest {
                enforcement_request_id: id.to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::SupervisionServiceListSupervised => supervisor(About::Nothing, |_, _, _| {
            v1::ListSupervisedRequest::default().encode_to_vec()
        }),
        Rpc::SupervisionServiceListReads => party(BANK, "OK", |_, id, _| {
            v1::ListReadsRequest {
                enforcement_request_id: id.to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::SupervisionServiceListAgencyReads => own_agency("OK", |_, code, _| {
            v1::ListAgencyReadsRequest {
                agency_code: code.to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::SupervisionServiceGetReadStatistics => own_agency("OK", |_, code, _| {
            v1::GetReadStatisticsRequest {
                agency_code: code.to_owned(),
                from_date: "2026-11-01".to_owned(),
                to_date: "2026-11-30".to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        other => panic!("{other:?} is no method of supervision"),
    }
}
