//! Requests with what hangs on them.

use lienthong_proto::v1;

use super::event::document;
use super::upload::attachment;
use super::vocabulary::{OnWire as _, number_of};
use super::{localized, text_or_empty, time};
use crate::app::measures::{AccountHold, AccountLine, AccountStatement, Held};
use crate::app::requests::detail::RequestDetail;
use crate::app::views::RequestView;
use crate::domain::catalogue::Kind;
use crate::domain::catalogue::definition::Effect;
use crate::domain::catalogue::rule::{Regime, TimeUnit};
use crate::domain::deadline::{Deadline, DeadlineStatus, Limit, TraceStep};
use crate::domain::document::parts::RelationType;
use crate::domain::event::{COPY_OF, Measure, Relation};
use crate::domain::ids::{AgencyCode, BroadcastId, MeasureId, OfficerId, RequestId, UnitId};
use crate::domain::time::Timestamp;

/// A request as lists and mailbox entries show it: without clocks, measures and ties.
pub fn envelope(view: &RequestView) -> v1::EnforcementRequest {
    let request = &view.request;
    v1::EnforcementRequest {
        enforcement_request_id: request.id.to_string(),
        broadcast_id: text_or_empty(request.broadcast_id.as_ref().map(BroadcastId::as_str)),
        kind: request.kind.to_string(),
        kind_revision: request.kind_revision,
        regime: Regime::on(request.submit_time.date()).as_str().to_owned(),
        sender_agency_code: request.sender.to_string(),
        recipient_agency_code: request.recipient.to_string(),
        lane: request.lane.to_wire(),
        state: request.state.to_wire(),
        version: request.version,
        confidential: view.confidential,
        submit_time: Some(time(request.submit_time)),
        update_time: Some(time(request.update_time)),
        delivered: view.delivered,
        delivered_time: None,
        registry_number: text_or_empty(request.registry_number.as_deref()),
        registered_time: request.registered_time.map(time),
        assigned_unit_id: text_or_empty(request.assigned_unit.as_ref().map(UnitId::as_str)),
        assigned_officer_id: text_or_empty(request.assigned_officer.as_ref().map(OfficerId::as_str)),
        extended: request.extended,
        outcome: text_or_empty(request.outcome.as_deref()),
        answer_count: request.answer_count,
        deadlines: Vec::new(),
        measures: Vec::new(),
        relations: Vec::new(),
        due_time: request.due_time.map(time),
        channel: request.channel.to_wire(),
        content_erased: request.erased_index.is_some(),
    }
}

/// A request with everything, as Get answers it.
pub fn detail(detail: RequestDetail) -> v1::GetResponse {
    let RequestDetail {
        view,
        kind,
        traces,
        delivered_time,
        relations,
        attachments,
        documents,
        follow_ups,
        now,
    } = detail;
    let traces = traces.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
    let deadlines = view
        .deadlines
        .iter()
        .zip(traces)
        .map(|(clock, trace)| deadline(clock, trace, now));
    let measures = view.measures.iter().map(|held| measure(held, kind.definition.effect));
    let enforcement_request = v1::EnforcementRequest {
        delivered_time: delivered_time.map(time),
        deadlines: deadlines.collect(),
        measures: measures.collect(),
        relations: relations.iter().map(relation).collect(),
        ..envelope(&view)
    };
    v1::GetResponse {
        enforcement_request: Some(enforcement_request),
        documents: documents.documents.into_iter().map(document).collect(),
        omitted_documents: i32::try_from(documents.left_off).unwrap_or(i32::MAX),
        attachments: attachments.into_iter().map(attachment).collect(),
        follow_ups: follow_ups.iter().map(|kind| follow_up(kind)).collect(),
    }
}

fn follow_up(kind: &Kind) -> v1::FollowUp {
    let definition = &kind.definition;
    v1::FollowUp {
        kind: definition.code.to_string(),
        title: Some(localized(definition.title_vi.clone(), definition.title_en.clone())),
    }
}

/// One recipient of a broadcast.
pub fn member(view: &RequestView) -> v1::BroadcastMember {
    let request = &view.request;
    v1::BroadcastMember {
        enforcement_request_id: request.id.to_string(),
        recipient_agency_code: request.recipient.to_string(),
        state: request.state.to_wire(),
        version: request.version,
        delivered: view.delivered,
        outcome: text_or_empty(request.outcome.as_deref()),
        due_time: request.due_time.map(time),
    }
}

/// A clock as it stands at `now`: one that runs past its due time is shown as breached.
pub fn deadline(deadline: &Deadline, trace: &[TraceStep], now: Timestamp) -> v1::Deadline {
    let status = if deadline.is_overdue(now) {
        DeadlineStatus::Breached
    } else {
        deadline.status
    };
    let (amount, unit): (u32, TimeUnit) = match deadline.limit {
        Limit::Span(span) => (span.amount, span.unit),
        Limit::Immediate(level) => (level.amount, level.unit),
    };
    v1::Deadline {
        name: deadline.name.clone(),
        obligor: deadline.obligor.to_wire(),
        status: status.to_wire(),
        start_time: Some(time(deadline.start)),
        due_time: deadline.due.map(time),
        stop_time: deadline.stopped.map(time),
        source: deadline.nature.to_wire(),
        basis: deadline.basis.clone(),
        certainty: deadline.certainty.to_wire(),
        immediately: deadline.is_immediate(),
        amount: i64::from(deadline.extended_to.unwrap_or(amount)),
        unit: unit.to_wire(),
        trace: trace.iter().map(trace_step).collect(),
    }
}

/// A line of a trace.
pub(crate) fn trace_step(step: &TraceStep) -> v1::TraceStep {
    v1::TraceStep {
        date: step.date.to_string(),
        kind: step.kind.to_wire(),
        count: i64::from(step.count),
        reason: Some(localized(&step.vi, &step.en)),
        basis: text_or_empty(step.basis.as_deref()),
    }
}

/// A measure; `effect` is that of the kind that makes it.
pub fn measure(measure: &Measure, effect: Effect) -> v1::Measure {
    v1::Measure {
        measure_id: measure.id.to_string(),
        enforcement_request_id: text_or_empty(measure.request_id.as_ref().map(RequestId::as_str)),
        kind: measure.kind.to_string(),
        holder_agency_code: measure.holder.to_string(),
        issuer_agency_code: measure.issuer.to_string(),
        effect: effect.to_wire(),
        in_force: measure.in_force,
        decision_number: measure.decision.number.clone(),
        decision_date: measure.decision.date.to_string(),
        held: measure
            .amounts
            .iter()
            .map(|(unit, value)| v1::Amount {
                value: value.clone(),
                unit: unit.clone(),
            })
            .collect(),
        start_time: Some(time(measure.since)),
        end_time: measure.ended.map(time),
        decision_office: text_or_empty(measure.decision.office.as_deref()),
        changed_by_request_id: text_or_empty(measure.changed_by.as_ref().map(RequestId::as_str)),
    }
}

/// What names an account.
pub fn account_hold(hold: &AccountHold) -> v1::AccountHold {
    let line = |line: &AccountLine| v1::AccountLine {
        json: line.json.clone(),
        text_vi: line.words.clone(),
    };
    let statement = |statement: &AccountStatement| v1::AccountStatement {
        action: statement.action.to_wire(),
        entry_time: Some(time(statement.time)),
        log_index: statement.log_index,
        current: statement.current,
        lines: statement.lines.iter().map(line).collect(),
        omitted_lines: i32::try_from(statement.left_off).unwrap_or(i32::MAX),
    };
    let decision = hold.decision.as_ref();
    let (enforcement_request, outside) = match &hold.held {
        Held::ByOrder { view, effect } => {
            let measures = view.measures.iter().map(|held| measure(held, *effect)).collect();
            let envelope = envelope(view);
            (Some(v1::EnforcementRequest { measures, ..envelope }), None)
        }
        Held::Outside(view) => (None, Some(measure(&view.measure, view.effect))),
    };
    v1::AccountHold {
        enforcement_request,
        measure: outside,
        purpose: hold.purpose.to_wire(),
        authority_agency_code: text_or_empty(hold.authority.as_ref().map(AgencyCode::as_str)),
        decision_number: text_or_empty(decision.map(|decision| decision.number.as_str())),
        decision_date: decision.map(|decision| decision.date.to_string()).unwrap_or_default(),
        statements: hold.statements.iter().map(statement).collect(),
        omitted_statements: i32::try_from(hold.left_off).unwrap_or(i32::MAX),
    }
}

fn relation(relation: &Relation) -> v1::Relation {
    v1::Relation {
        r#type: if relation.relation == COPY_OF {
            v1::RelationType::CopyOf.into()
        } else {
            number_of(relation.relation.parse::<RelationType>().ok())
        },
        enforcement_request_id: text_or_empty(relation.related_id.request().map(RequestId::as_str)),
        measure_id: text_or_empty(relation.related_id.measure().map(MeasureId::as_str)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Calendar;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::deadline::{ClockContext, apply};
    use crate::domain::ids::KindCode;
    use crate::domain::workflow::{Action, ClockEffect, StartingPoint};

    #[test]
    fn a_clock_past_its_due_time_is_shown_as_breached_with_the_reason_of_each_day() {
        let catalogue = Catalogue::embedded().unwrap();
        let kind = catalogue.newest(&KindCode::parse("land-information").unwrap()).unwrap();
        let calendar = Calendar::embedded().unwrap();
        let context = ClockContext {
            rules: &kind.definition.deadlines,
            calendar: &calendar,
            order_payload: &serde_json::Value::Null,
            issue_date: None,
            answer_payload: None,
            refused: None,
            extended_clock: None,
        };
        let start = Timestamp::parse_rfc3339("2026-11-20T09:00:00+07:00").unwrap();
        let mut clocks = Vec::new();
        let effects = [
            ClockEffect::Start(StartingPoint::Available),
            ClockEffect::Start(StartingPoint::Acknowledged),
        ];
        apply(&mut clocks, Action::Submit, &effects, start, &context);
        let clock = clocks
            .iter()
            .find(|clock| clock.due.is_some())
            .expect("the kind has a clock that runs at once");
        let trace = clock.trace(&calendar).unwrap();
        let due = clock.due.unwrap();

        let before = deadline(clock, &trace, start);
        assert_eq!(before.status(), v1::DeadlineStatus::Running);
        assert_eq!(before.due_time, Some(time(due)));
        assert_eq!(before.trace.last().unwrap().kind(), v1::TraceStepKind::Due);
        assert!(
            before
                .trace
                .iter()
                .all(|line| !line.reason.as_ref().unwrap().vi.is_empty())
        );
        let after = deadline(clock, &trace, due.plus_micros(1));
        assert_eq!((after.status(), after.stop_time), (v1::DeadlineStatus::Breached, None));
    }
}
