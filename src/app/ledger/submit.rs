//! Opening requests: one for each recipient, all or none.

use super::command::{Command, Submit};
use super::environment::Environment;
use super::record::{NewEntry, details_text, enter_mailboxes};
use super::state::{Registry, State};
use crate::domain::agency::Channel;
use crate::domain::deadline::{self, ClockContext, earliest_open_due};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::event::{EventDetails, Opened};
use crate::domain::ids::{AgencyCode, BroadcastId, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::workflow::{self, Action, Decision, Facts, Party};
use crate::evidence::leaf::EntryType;
use crate::store::rows::RelationRow;

/// A recipient that may receive the order, and what the workflow says for it.
struct Addressee<'a> {
    code: &'a AgencyCode,
    channel: Channel,
    decision: Decision,
}

/// Opens one request per recipient.
pub(super) fn submit(
    state: &mut State,
    registry: &Registry,
    environment: &Environment,
    command: &Command,
    submit: &Submit,
) -> Result<()> {
    let definition = &submit.kind.definition;
    let sender = &command.actor.agency;
    let may_send = registry
        .agency(sender)
        .is_some_and(|agency| definition.sender_roles.contains(&agency.role));
    if !may_send {
        return Err(Error::new(ErrorCode::KindNotAllowed).with("kind", definition.code.as_str()));
    }
    check_relations(state, sender, submit)?;
    let addressees: Vec<Addressee<'_>> = submit
        .recipients
        .iter()
        .enumerate()
        .map(|(index, code)| addressee(registry, sender, submit, index, code, state.hub_time))
        .collect::<Result<_>>()?;

    let broadcast_id = (addressees.len() > 1).then(|| BroadcastId::generate(&*environment.ids, state.hub_time));
    let (body_index, content_digest) = state.keep_body(command.body.as_ref(), &*environment.ids);
    for addressee in addressees {
        let id = RequestId::generate(&*environment.ids, state.hub_time);
        let mut deadlines = Vec::new();
        let context = ClockContext {
            rules: &definition.deadlines,
            calendar: &environment.calendar,
            order_payload: &submit.payload,
            answer_payload: None,
            extended_clock: None,
        };
        let decision = addressee.decision;
        deadline::apply(
            &mut deadlines,
            decision.counts_as,
            decision.clocks,
            state.hub_time,
            &context,
        );
        let due_time = earliest_open_due(&deadlines);
        let mut request = EnforcementRequest {
            id: id.clone(),
            broadcast_id: broadcast_id.clone(),
            kind: definition.code.clone(),
            kind_revision: i64::from(definition.revision),
            sender: sender.clone(),
            recipient: addressee.code.clone(),
            channel: addressee.channel,
            lane: definition.lane,
            recipient_position: 0,
            submit_index: state.next_index,
            body_index,
            submit_time: state.hub_time,
            state: decision.to,
            version: 1,
            update_time: state.hub_time,
            registry_number: None,
            registered_time: None,
            assigned_unit: None,
            assigned_officer: None,
            extended: false,
            outcome: None,
            answer_index: None,
            answer_count: 0,
            due_time,
        };
        let entered = enter_mailboxes(state, &request, decision.notifies);
        request.recipient_position = entered
            .iter()
            .find(|entered| entered.agency == request.recipient)
            .map_or(0, |entered| entered.position);
        let details = EventDetails {
            opened: Some(Opened {
                broadcast_id: broadcast_id.clone(),
                kind: request.kind.clone(),
                kind_revision: request.kind_revision,
                channel: request.channel,
                lane: request.lane,
                body_index,
                relations: submit.relations.clone(),
            }),
            deadlines: deadlines.clone(),
            due_time,
            entered,
            ..EventDetails::default()
        };
        let entry = NewEntry {
            entry_type: EntryType::Request,
            subject: id.to_string(),
            version: request.version,
            action: Action::Submit.as_str(),
            from_state: None,
            to_state: Some(request.state),
            party: Some(Party::Sender),
            counterparty: Some(request.recipient.clone()),
            details: details_text(&details)?,
            content_digest,
        };
        state.append(&command.actor, entry);
        let relations = submit.relations.iter().cloned();
        state.appended.relations.extend(relations.map(|relation| RelationRow {
            request_id: id.clone(),
            relation,
        }));
        state.deadlines.insert(id.clone(), deadlines);
        state.changed_deadlines.insert(id.clone());
        state.requests.set(id, request);
    }
    Ok(())
}

/// Everything that the order relates to exists and is the sender's to know.
fn check_relations(state: &State, sender: &AgencyCode, submit: &Submit) -> Result<()> {
    let missing: Vec<FieldViolation> = submit
        .relations
        .iter()
        .enumerate()
        .filter(|(_, relation)| {
            state
                .requests
                .get(&relation.related_id)
                .is_none_or(|request| request.party_of(sender).is_none())
        })
        .map(|(index, _)| {
            FieldViolation::new(
                format!("/relations/{index}/enforcement_request_id"),
                "not_found",
                "Không có yêu cầu này.",
                "There is no such request.",
            )
        })
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(ErrorCode::ReferenceNotFound, missing))
    }
}

fn addressee<'a>(
    registry: &Registry,
    sender: &AgencyCode,
    submit: &Submit,
    index: usize,
    code: &'a AgencyCode,
    now: Timestamp,
) -> Result<Addressee<'a>> {
    let definition = &submit.kind.definition;
    let refuse = |error: ErrorCode, reason: &str, vi: &str, en: &str| {
        let field = FieldViolation::new(format!("/recipients/{index}"), reason, vi, en);
        Err(Error::invalid(error, vec![field]).with("recipient", code.as_str()))
    };
    let Some(connected) = registry.connected(code) else {
        return refuse(
            ErrorCode::RecipientUnknown,
            "not_found",
            "Không có nơi nhận này.",
            "There is no such recipient.",
        );
    };
    let agency = &connected.registered.agency;
    if let Some(successor) = &agency.successor {
        return refuse(
            ErrorCode::RecipientUnknown,
            "succeeded",
            "Nơi nhận đã được cơ quan khác kế thừa.",
            "Another agency has taken over from this recipient.",
        )
        .map_err(|error| error.with("successor", successor.as_str()));
    }
    if agency.suspended {
        return refuse(
            ErrorCode::RecipientUnknown,
            "suspended",
            "Nơi nhận đang bị tạm ngừng sử dụng.",
            "The recipient is suspended.",
        );
    }
    if !definition.recipient_roles.contains(&agency.role) || code == sender {
        return refuse(
            ErrorCode::RecipientUnknown,
            "role",
            "Nơi nhận không nhận loại yêu cầu này.",
            "The recipient does not receive this kind.",
        );
    }
    if agency.channel == Channel::Digital && !connected.is_connected(now) {
        return refuse(
            ErrorCode::RecipientNotConnected,
            "not_connected",
            "Nơi nhận chưa kết nối; hãy gửi văn bản giấy theo Điều 20 Nghị định 152/2026/NĐ-CP.",
            "The recipient is not connected; send it on paper (Decree 152/2026 Art. 20).",
        );
    }
    let facts = Facts {
        paper: agency.channel == Channel::Paper,
        measure_kind: definition.effect.is_measure(),
        ..Facts::default()
    };
    let decision = workflow::decide(None, Action::Submit, Party::Sender, &facts)?;
    Ok(Addressee {
        code,
        channel: agency.channel,
        decision,
    })
}
