//! The lines of the table about reports.

use lienthong_proto::v1;
use prost::Message as _;

use super::table::{Row, open, own_agency};

pub(super) fn list() -> Row {
    open(|_, _, _| v1::ListReportsRequest {}.encode_to_vec())
}

/// Of an agency with which the caller's has nothing to do as of one that does not exist.
pub(super) fn run() -> Row {
    own_agency("OK", |_, code, _| {
        v1::RunReportRequest {
            report: "partner-scorecards".to_owned(),
            parameters: vec![v1::ReportParameter {
                name: "agency".to_owned(),
                value: code.to_owned(),
            }],
            ..Default::default()
        }
        .encode_to_vec()
    })
}
