//! What is told of an order before it is sent.

use lienthong_proto::v1;

use super::failure::whole_failure;
use super::request::deadline;
use super::vocabulary::OnWire as _;
use super::{localized, text_or_empty};
use crate::app::requests::check::{Advice, CheckedOrder, Opening};
use crate::domain::ids::{RequestId, UnitId};
use crate::domain::time::Timestamp;

/// All that was found.
pub fn checked(checked: &CheckedOrder) -> v1::CheckOrderResponse {
    let openings = checked.openings.iter();
    v1::CheckOrderResponse {
        refusals: checked.refusals.iter().map(whole_failure).collect(),
        advice: checked.advice.iter().map(advice).collect(),
        openings: openings.map(|opening| self::opening(opening, checked.at)).collect(),
    }
}

fn advice(advice: &Advice) -> v1::Advice {
    v1::Advice {
        reason: advice.reason.to_wire(),
        field: advice.field.clone(),
        message: Some(localized(advice.text.vi.clone(), advice.text.en.clone())),
        enforcement_request_id: text_or_empty(advice.request.as_ref().map(RequestId::as_str)),
    }
}

fn opening(opening: &Opening, at: Timestamp) -> v1::OrderOpening {
    let request = &opening.request;
    v1::OrderOpening {
        agency_code: request.recipient.to_string(),
        kind: request.kind.to_string(),
        channel: request.channel.to_wire(),
        unit_id: text_or_empty(request.assigned_unit.as_ref().map(UnitId::as_str)),
        copy: opening.is_copy,
        deadlines: opening.deadlines.iter().map(|clock| deadline(clock, &[], at)).collect(),
    }
}
