//! What the hub answers, as JSON for scripts. The members' names are the protocol's.

use lienthong_proto::v1;
use serde_json::{Value, json};

use super::words;
use crate::evidence::digest::hex;

/// Sets a member of an object.
pub(super) fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

/// An empty text is null.
pub(super) fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

/// A time that is not set is null.
pub(super) fn time(time: Option<prost_types::Timestamp>) -> Value {
    time.map_or(Value::Null, |time| words::rfc3339(time).into())
}

/// A digest in hex.
pub(super) fn digest(bytes: &[u8]) -> Value {
    <&[u8; 32]>::try_from(bytes).map_or(Value::Null, |digest| hex(digest).into())
}

fn list<T>(items: &[T], view: impl Fn(&T) -> Value) -> Value {
    items.iter().map(view).collect()
}

/// A receipt.
pub(super) fn receipt(receipt: &v1::Receipt) -> Value {
    json!({
        "enforcement_request_id": text(&receipt.enforcement_request_id),
        "action": words::action(receipt.action),
        "state": if receipt.state == 0 { Value::Null } else { words::state(receipt.state).into() },
        "version": receipt.version,
        "log_index": receipt.log_index,
        "hub_time": time(receipt.hub_time),
        "content_sha256": digest(&receipt.content_sha256),
        "checkpoint": receipt.checkpoint.as_ref().map(|checkpoint| json!({
            "origin": checkpoint.origin,
            "tree_size": checkpoint.tree_size,
            "root_hash": digest(&checkpoint.root_hash),
        })),
    })
}

/// The envelope of a request without what lists leave out.
pub(super) fn envelope(request: &v1::EnforcementRequest) -> Value {
    json!({
        "enforcement_request_id": request.enforcement_request_id,
        "broadcast_id": text(&request.broadcast_id),
        "kind": request.kind,
        "kind_revision": request.kind_revision,
        "regime": request.regime,
        "sender_agency_code": request.sender_agency_code,
        "recipient_agency_code": request.recipient_agency_code,
        "channel": words::channel(request.channel),
        "lane": words::lane(request.lane),
        "state": words::state(request.state),
        "version": request.version,
        "confidential": request.confidential,
        "submit_time": time(request.submit_time),
        "update_time": time(request.update_time),
        "delivered": request.delivered,
        "registry_number": text(&request.registry_number),
        "registered_time": time(request.registered_time),
        "assigned_unit_id": text(&request.assigned_unit_id),
        "assigned_officer_id": text(&request.assigned_officer_id),
        "extended": request.extended,
        "outcome": text(&request.outcome),
        "answer_count": request.answer_count,
        "due_time": time(request.due_time),
        "content_erased": request.content_erased,
    })
}

/// A whole request, as Get answers it.
pub(super) fn whole(request: &v1::EnforcementRequest) -> Value {
    let mut value = envelope(request);
    if let Some(members) = value.as_object_mut() {
        members.insert("delivered_time".to_owned(), time(request.delivered_time));
        members.insert("deadlines".to_owned(), list(&request.deadlines, deadline));
        members.insert("measures".to_owned(), list(&request.measures, measure));
        members.insert("relations".to_owned(), list(&request.relations, relation));
    }
    value
}

fn relation(relation: &v1::Relation) -> Value {
    json!({
        "type": words::relation_type(relation.r#type),
        "enforcement_request_id": text(&relation.enforcement_request_id),
        "measure_id": text(&relation.measure_id),
    })
}

/// A deadline with its trace.
pub(super) fn deadline(deadline: &v1::Deadline) -> Value {
    json!({
        "name": deadline.name,
        "obligor": words::party(deadline.obligor),
        "status": words::deadline_status(deadline.status),
        "start_time": time(deadline.start_time),
        "due_time": time(deadline.due_time),
        "stop_time": time(deadline.stop_time),
        "source": words::rule_source(deadline.source),
        "basis": deadline.basis,
        "certainty": words::certainty(deadline.certainty),
        "immediately": deadline.immediately,
        "amount": deadline.amount,
        "unit": words::time_unit(deadline.unit),
        "trace": list(&deadline.trace, trace_step),
    })
}

/// A line of a trace, with the members that the domain's has.
pub(super) fn trace_step(step: &v1::TraceStep) -> Value {
    let reason = step.reason.clone().unwrap_or_default();
    json!({
        "kind": words::trace_step_kind(step.kind),
        "date": step.date,
        "count": step.count,
        "vi": reason.vi,
        "en": reason.en,
        "basis": text(&step.basis),
    })
}

/// A measure.
pub(super) fn measure(measure: &v1::Measure) -> Value {
    json!({
        "measure_id": measure.measure_id,
        "enforcement_request_id": text(&measure.enforcement_request_id),
        "kind": measure.kind,
        "holder_agency_code": measure.holder_agency_code,
        "issuer_agency_code": measure.issuer_agency_code,
        "effect": words::effect(measure.effect),
        "in_force": measure.in_force,
        "decision_number": text(&measure.decision_number),
        "decision_date": text(&measure.decision_date),
        "decision_office": text(&measure.decision_office),
        "held": list(&measure.held, |amount| json!({ "value": amount.value, "unit": amount.unit })),
        "start_time": time(measure.start_time),
        "end_time": time(measure.end_time),
        "changed_by_request_id": text(&measure.changed_by_request_id),
    })
}

/// An event; its details are JSON already.
pub(super) fn event(event: &v1::Event) -> Value {
    json!({
        "log_index": event.log_index,
        "action": words::action(event.action),
        "from_state": if event.from_state == 0 { Value::Null } else { words::state(event.from_state).into() },
        "to_state": words::state(event.to_state),
        "party": words::party(event.party),
        "actor_agency_code": text(&event.actor_agency_code),
        "actor_officer_id": text(&event.actor_officer_id),
        "hub_time": time(event.hub_time),
        "version": event.version,
        "details": serde_json::from_str::<Value>(&event.details).unwrap_or(Value::Null),
        "content_sha256": digest(&event.content_sha256),
        "text": text(&event.text),
    })
}

/// An entry of a mailbox.
pub(super) fn entry(entry: &v1::MailboxEntry) -> Value {
    json!({
        "lane": words::lane(entry.lane),
        "position": entry.position,
        "log_index": entry.log_index,
        "action": words::action(entry.action),
        "enforcement_request_id": text(&entry.enforcement_request_id),
        "hub_time": time(entry.hub_time),
        "unit_id": text(&entry.unit_id),
        "officer_id": text(&entry.officer_id),
        "lifted": entry.lifted,
        "withdrawn": entry.withdrawn,
        "enforcement_request": entry.enforcement_request.as_ref().map(envelope),
        "notice": entry.notice.as_ref().map(notice),
    })
}

/// What is told of a clock.
pub(super) fn notice(notice: &v1::Notice) -> Value {
    json!({
        "tell": notice.tell().as_str_name().trim_start_matches("NOTICE_TELL_"),
        "text": notice.text.as_ref().map(|text| &text.vi),
        "kind": notice.kind,
        "kind_title": notice.kind_title.as_ref().map(|title| &title.vi),
        "clock": notice.clock,
        "obligor": words::party(notice.obligor),
        "article": notice.article,
        "due_time": time(notice.due_time),
        "late_working_days": notice.late_working_days,
        "sender_agency_code": notice.sender_agency_code,
        "recipient_agency_code": notice.recipient_agency_code,
        "basis": notice.basis,
        "addressee_agency_code": text(&notice.addressee_agency_code),
        "addressee_missing": notice.addressee_missing,
    })
}

/// An uploaded document.
pub(super) fn document(document: &v1::DocumentInfo) -> Value {
    json!({
        "document_id": document.document_id,
        "name": document.name,
        "media_type": document.media_type,
        "size": document.size,
        "sha256": digest(&document.sha256),
        "owner_agency_code": text(&document.owner_agency_code),
        "upload_time": time(document.upload_time),
        "log_index": document.log_index,
        "content_erased": document.content_erased,
    })
}

/// An attachment of a request.
pub(super) fn attachment(attachment: &v1::AttachmentRef) -> Value {
    json!({
        "document": attachment.document.as_ref().map(document),
        "log_index": attachment.log_index,
        "position": attachment.position,
    })
}
