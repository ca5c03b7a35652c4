//! Opening requests: one for each recipient, all or none.

use jiff::civil::Date;
use serde_json::Value;

use super::case_orders;
use super::command::{Command, CopyByRight, Submit};
use super::environment::Environment;
use super::erasure;
use super::follow_up::end_followed;
use super::record::{Kept, NewEntry, details_text, enter_mailboxes};
use super::relations::check_relations;
use super::state::{Registry, State};
use super::suspension::stand_still;
use super::upload::name_attachments;
use crate::domain::agency::{Agency, Channel, Role};
use crate::domain::catalogue::Kind;
use crate::domain::deadline::{self, ClockContext, earliest_open_due};
use crate::domain::document::parts::RelationType;
use crate::domain::enforcement_case::CaseRequest;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::event::{COPY_OF, Entered, EventDetails, Lifted, Opened, OpenedCase, Relation};
use crate::domain::ids::{AgencyCode, BroadcastId, DocumentId, RelatedId, RequestId, UnitId};
use crate::domain::mailbox::MailboxEntry;
use crate::domain::request::EnforcementRequest;
use crate::domain::response_time::{self, Counting};
use crate::domain::viewer::Viewer;
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
    viewer: &Viewer,
    submit: &Submit,
) -> Result<()> {
    let definition = &submit.kind.definition;
    let sender = &viewer.agency;
    let may_send = registry
        .agency(sender)
        .is_some_and(|agency| definition.sender_roles.contains(&agency.role));
    if !may_send {
        return Err(Error::new(ErrorCode::KindNotAllowed).with("kind", definition.code.as_str()));
    }
    check_relations(state, viewer, submit)?;
    case_orders::check(state, viewer, submit)?;
    erasure::refuse_erased_documents(state, &submit.attachments)?;
    let addressees: Vec<Addressee<'_>> = submit
        .recipients
        .iter()
        .enumerate()
        .map(|(index, code)| addressee(state, registry, sender, submit, index, code))
        .collect::<Result<_>>()?;

    let broadcast_id = (addressees.len() > 1).then(|| BroadcastId::generate(&*environment.ids, state.hub_time));
    let body = state.keep_body(command.body.as_ref(), environment)?;
    let mut opened = Vec::with_capacity(addressees.len());
    let mut missing = submit.copies_missing.clone();
    let copies = copy_addressees(registry, &submit.copies, &mut missing)?;
    for (addressee, unit) in addressees
        .into_iter()
        .zip(submit.units.iter().chain(std::iter::repeat(&None)))
    {
        reenter_lifted(state, &addressee, submit);
        let opening = Opening {
            kind: &submit.kind,
            unit: unit.clone(),
            broadcast_id: broadcast_id.clone(),
            relations: submit.relations.clone(),
            payload: &submit.payload,
            attachments: &submit.attachments,
            missing: std::mem::take(&mut missing),
            province: registry.province(sender),
            case: submit.case.as_ref().map(|named| named.opened.clone()),
        };
        let id = open(
            state,
            environment,
            (command, viewer, registry),
            submit.issue_date,
            body,
            &addressee,
            opening,
        )?;
        state.name_accounts(&RelatedId::Request(id.clone()), body.log_index, &submit.accounts);
        opened.push(id);
    }
    for (addressee, copy) in copies {
        let relations = opened.iter().map(|request| Relation {
            relation: COPY_OF.to_owned(),
            related_id: RelatedId::Request(request.clone()),
        });
        let opening = Opening {
            kind: &copy.kind,
            unit: copy.unit.clone(),
            broadcast_id: None,
            relations: relations.collect(),
            payload: &Value::Null,
            attachments: &submit.attachments,
            missing: Vec::new(),
            province: registry.province(sender),
            case: None,
        };
        open(
            state,
            environment,
            (command, viewer, registry),
            submit.issue_date,
            body,
            &addressee,
            opening,
        )?;
    }
    end_followed(state, registry, environment, sender, submit, &opened)
}

/// What is opened at an addressee, beside what the command says.
struct Opening<'a> {
    kind: &'a Kind,
    unit: Option<UnitId>,
    broadcast_id: Option<BroadcastId>,
    relations: Vec<Relation>,
    payload: &'a Value,
    attachments: &'a [DocumentId],
    missing: Vec<Role>,
    province: &'a str,
    case: Option<OpenedCase>,
}

/// Opens one request; `body` is where the order's bytes are kept.
fn open(
    state: &mut State,
    environment: &Environment,
    (command, viewer, registry): (&Command, &Viewer, &Registry),
    issue_date: Date,
    body: Kept,
    addressee: &Addressee<'_>,
    opening: Opening<'_>,
) -> Result<RequestId> {
    let definition = &opening.kind.definition;
    let (body_index, content_digest) = (body.log_index, body.digest);
    let id = RequestId::generate(&*environment.ids, state.hub_time);
    let mut deadlines = Vec::new();
    let parties = (&viewer.agency, addressee.code);
    let rules = environment.rules(registry, opening.kind, parties, state.hub_time.date());
    let context = ClockContext {
        rules: &rules,
        calendar: &environment.calendar,
        order_payload: opening.payload,
        issue_date: Some(issue_date),
        answer_payload: None,
        refused: None,
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
    let mut request = EnforcementRequest {
        id: id.clone(),
        broadcast_id: opening.broadcast_id,
        kind: definition.code.clone(),
        kind_revision: i64::from(definition.revision),
        sender: viewer.agency.clone(),
        sender_officer: Some(viewer.officer.clone()),
        sender_unit: viewer.unit.clone(),
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
        assigned_unit: opening.unit.clone(),
        assigned_officer: None,
        extended: false,
        outcome: None,
        answer_index: None,
        answer_count: 0,
        due_time: None,
        register: None,
        served_time: None,
        measure_ended_by: None,
        registered_by: None,
        erased_index: None,
        first_answer_index: None,
    };
    stand_still(&mut deadlines, registry, environment, &request);
    request.due_time = earliest_open_due(&deadlines);
    let mut entered = std::mem::take(&mut state.lifted);
    entered.extend(enter_mailboxes(state, &request, decision.notifies));
    let mut details = EventDetails {
        opened: Some(Opened {
            broadcast_id: request.broadcast_id.clone(),
            kind: request.kind.clone(),
            kind_revision: request.kind_revision,
            channel: request.channel,
            lane: request.lane,
            body_index,
            relations: opening.relations.clone(),
            case: opening.case.clone(),
        }),
        unit: opening.unit,
        deadlines: deadlines.clone(),
        due_time: request.due_time,
        entered,
        copies_missing: opening.missing,
        attachments: opening.attachments.to_vec(),
        signed: command.verified.as_ref().map(|verified| verified.signed.clone()),
        ..EventDetails::default()
    };
    let counted = response_time::count(&Counting {
        request: &request,
        action: decision.counts_as,
        registers: decision.registers,
        is_first_answer: false,
        refused: false,
        before: &[],
        after: &deadlines,
        calendar: &environment.calendar,
        province: opening.province,
    });
    state.count(&request.kind, &mut details, counted);
    request.recipient_position = details.position_of(&request.recipient).unwrap_or(0);
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
    let log_index = state.append(&command.actor, entry);
    name_attachments(state, &id, log_index, &details.attachments);
    state
        .appended
        .relations
        .extend(opening.relations.into_iter().map(|relation| RelationRow {
            request_id: id.clone(),
            relation,
        }));
    state.deadlines.insert(id.clone(), deadlines);
    state.changed_deadlines.insert(id.clone());
    state.requests.set(id.clone(), request);
    if let Some(named) = opening.case {
        state.case_requests.set(id.clone(), CaseRequest::new(id.clone(), named));
    }
    Ok(id)
}

/// An order that lifts another overtakes all of the NORMAL lane, but never what it lifts: an order still unread is
/// entered again just before it, marked lifted (DESIGN: promise 4).
fn reenter_lifted(state: &mut State, addressee: &Addressee<'_>, submit: &Submit) {
    let lane = submit.kind.definition.lane;
    let released = submit
        .relations
        .iter()
        .filter(|relation| relation.relation == RelationType::Releases.as_str())
        .filter_map(|relation| relation.related_id.request());
    for id in released {
        let Some(request) = state.requests.get(id).cloned() else {
            continue;
        };
        let delivered = state.head(&request.recipient, request.lane).delivered_position;
        let unread = request.recipient_position > delivered && request.lane != lane;
        if !unread || request.recipient != *addressee.code {
            continue;
        }
        let position = state.next_position(addressee.code, lane);
        state.appended.mailbox.push(MailboxEntry {
            agency: addressee.code.clone(),
            lane,
            position,
            log_index: request.submit_index,
            request_id: id.clone(),
            unit: request.assigned_unit.clone(),
            officer: request.assigned_officer.clone(),
            lifted: true,
        });
        state.lifted.push(Entered {
            agency: addressee.code.clone(),
            lane,
            position,
            lifted: Some(Lifted {
                request_id: id.clone(),
                log_index: request.submit_index,
            }),
        });
    }
}

/// The copies that can be made; a role whose agency has gone meanwhile joins `missing`.
fn copy_addressees<'a>(
    registry: &Registry,
    copies: &'a [CopyByRight],
    missing: &mut Vec<Role>,
) -> Result<Vec<(Addressee<'a>, &'a CopyByRight)>> {
    let mut found = Vec::with_capacity(copies.len());
    for copy in copies {
        let Some(agency) = registry.agency(&copy.recipient).filter(|agency| !agency.suspended) else {
            missing.extend(copy.kind.definition.recipient_roles.first());
            continue;
        };
        found.push((accepted(&copy.recipient, agency, &copy.kind)?, copy));
    }
    Ok(found)
}

fn addressee<'a>(
    state: &State,
    registry: &Registry,
    sender: &AgencyCode,
    submit: &Submit,
    index: usize,
    code: &'a AgencyCode,
) -> Result<Addressee<'a>> {
    let definition = &submit.kind.definition;
    let refuse = |error: ErrorCode, reason: &str, vi: &str, en: &str| {
        let field = FieldViolation::new(format!("/recipients/{index}"), reason, vi, en);
        Err(Error::invalid(error, vec![field]))
    };
    // A code that nobody has may be anything: it is not repeated.
    let Some(connected) = registry.connected(code) else {
        return refuse(
            ErrorCode::RecipientUnknown,
            "not_found",
            "Không có nơi nhận này.",
            "There is no such recipient.",
        );
    };
    let refuse = |error, reason, vi, en| {
        refuse(error, reason, vi, en).map_err(|error: Error| error.with("recipient", code.as_str()))
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
    if agency.channel == Channel::Digital && !connected.is_connected(state.machine_time, state.hub_time.date()) {
        return refuse(
            ErrorCode::RecipientNotConnected,
            "not_connected",
            "Nơi nhận chưa kết nối; hãy gửi văn bản giấy theo Điều 20 Nghị định 152/2026/NĐ-CP.",
            "The recipient is not connected; send it on paper (Decree 152/2026 Art. 20).",
        );
    }
    accepted(code, agency, &submit.kind)
}

fn accepted<'a>(code: &'a AgencyCode, agency: &Agency, kind: &Kind) -> Result<Addressee<'a>> {
    let facts = Facts {
        paper: agency.channel == Channel::Paper,
        measure_kind: kind.definition.effect.is_measure(),
        ..Facts::default()
    };
    let decision = workflow::decide(None, Action::Submit, Party::Sender, &facts)?;
    Ok(Addressee {
        code,
        channel: agency.channel,
        decision,
    })
}
