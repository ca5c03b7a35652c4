//! The lines of the table about what heads sign off and assign.

use lienthong_proto::{Rpc, v1};
use prost::Message as _;

use super::table::{Make, Row, open};
use crate::harness::agencies::THADS;

/// Whoever has no cases has no books either.
const DENIED: &str = "METHOD_NOT_ALLOWED";

fn assigned(make: Make) -> Row {
    Row {
        foreign: DENIED,
        missing: DENIED,
        ..open(make)
    }
}

pub(super) fn row(rpc: Rpc) -> Row {
    let row = if rpc == Rpc::ReportBookServiceClosePeriod {
        Row {
            own: "PERIOD_NOT_OVER",
            foreign: DENIED,
            missing: DENIED,
            ..open(|_, _, key| {
                v1::ClosePeriodRequest {
                    idempotency_key: key.to_owned(),
                    period: "TK2090".to_owned(),
                    ..Default::default()
                }
                .encode_to_vec()
            })
        }
    } else if rpc == Rpc::ReportBookServiceGetPeriodFigures {
        open(|_, _, _| {
            v1::GetPeriodFiguresRequest {
                period: "TK2026".to_owned(),
            }
            .encode_to_vec()
        })
    } else if rpc == Rpc::ReportBookServiceSetTargets {
        assigned(|_, _, key| {
            v1::SetTargetsRequest {
                idempotency_key: key.to_owned(),
                year: 2027,
                ..Default::default()
            }
            .encode_to_vec()
        })
    } else if rpc == Rpc::ReportBookServiceSetCampaign {
        assigned(|_, _, key| {
            let plan = v1::CampaignPlan {
                code: "quy-1-2027".to_owned(),
                period: "2027-01-01..2027-03-31".to_owned(),
                ..Default::default()
            };
            v1::SetCampaignRequest {
                idempotency_key: key.to_owned(),
                campaign: Some(plan),
            }
            .encode_to_vec()
        })
    } else {
        // The lists are asked for by the same message.
        open(|_, _, _| v1::ListClosingsRequest::default().encode_to_vec())
    };
    Row { caller: THADS, ..row }
}
