//! Computed deadlines on the wire.

use lienthong_proto::v1;

use super::fields::Fields;
use super::kind::revision;
use super::request::trace_step;
use super::vocabulary::OnWire as _;
use super::{localized, text_or_empty, time};
use crate::app::tracking::{ComputedDeadlines, DeadlineQuestion};
use crate::domain::deadline::tracking::{ComputedClock, order_payload};
use crate::domain::error::Result;
use crate::domain::time::Timestamp;

/// What ComputeDeadline asks.
pub(crate) fn question(message: &v1::ComputeDeadlineRequest) -> Result<DeadlineQuestion> {
    let mut fields = Fields::default();
    let kind = fields.id("kind", &message.kind);
    let revision = revision(&mut fields, "kind_revision", message.kind_revision);
    let from = Timestamp::parse_rfc3339(&message.from);
    if message.from.is_empty() {
        fields.missing("from");
    } else if from.is_none() {
        fields.push(
            "from",
            "format",
            "Thời điểm phải theo RFC 3339, có múi giờ, ví dụ 2026-11-20T09:00:00+07:00.",
            "Expected RFC 3339 with an offset, for example 2026-11-20T09:00:00+07:00.",
        );
    }
    let regime_date = fields.optional_date("regime_date", &message.regime_date);
    let as_of = fields.optional_date("as_of_date", &message.as_of_date);
    let payload = (!message.order.is_empty()).then(|| order_payload(&message.order));
    if let Some(Err(_malformed)) = &payload {
        fields.push(
            "order",
            "format",
            "Phải là JSON của nội dung yêu cầu.",
            "Expected the JSON of an order's payload.",
        );
    }
    let question = kind.zip(from).map(|(kind, from)| DeadlineQuestion {
        kind,
        revision,
        from,
        clock: (!message.deadline_name.is_empty()).then(|| message.deadline_name.clone()),
        regime_date,
        as_of,
        order_payload: payload.and_then(std::result::Result::ok),
    });
    fields.finish(question)
}

/// What it comes to.
pub(crate) fn computed(computed: &ComputedDeadlines) -> v1::ComputeDeadlineResponse {
    v1::ComputeDeadlineResponse {
        deadlines: computed.clocks.iter().map(clock).collect(),
        kind_revision: computed.revision.into(),
        calendar_version: computed.calendar_version,
    }
}

fn clock(clock: &ComputedClock) -> v1::ComputedDeadline {
    v1::ComputedDeadline {
        name: clock.name.clone(),
        obligor: clock.obligor.to_wire(),
        condition: text_or_empty(clock.condition_text()),
        regime: clock.regime.as_str().to_owned(),
        starts_on: clock.starts_on.as_str().to_owned(),
        due_time: Some(time(clock.due)),
        limit: Some(localized(clock.limit.label_vi(), clock.limit.label_en())),
        immediately: clock.is_immediate(),
        source: clock.nature.to_wire(),
        basis: clock.basis.clone(),
        certainty: clock.certainty.to_wire(),
        note: text_or_empty(clock.note.as_deref()),
        trace: clock.trace.iter().map(trace_step).collect(),
    }
}
