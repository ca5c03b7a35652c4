//! An enforcement request (yêu cầu): one order at one recipient, as the events up to now have made it.

use super::agency::Channel;
use super::catalogue::definition::Register;
use super::event::EventDetails;
use super::ids::{AgencyCode, BroadcastId, KindCode, OfficerId, RequestId, UnitId};
use super::mailbox::Lane;
use super::time::Timestamp;
use super::viewer::Viewer;
use super::workflow::{Action, Party, State};

/// The envelope of a request. What the order itself says stands only in its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnforcementRequest {
    /// Its id.
    pub id: RequestId,
    /// The broadcast it is part of.
    pub broadcast_id: Option<BroadcastId>,
    /// The kind.
    pub kind: KindCode,
    /// The revision of the kind that it was submitted under.
    pub kind_revision: i64,
    /// Who sent it.
    pub sender: AgencyCode,
    /// The sender's officer who submitted it; none once a successor has the sender's place.
    pub sender_officer: Option<OfficerId>,
    /// The unit that this officer belonged to then.
    pub sender_unit: Option<UnitId>,
    /// Who must answer it.
    pub recipient: AgencyCode,
    /// How the recipient is reached.
    pub channel: Channel,
    /// The lane of its order.
    pub lane: Lane,
    /// The position of its order in the recipient's lane.
    pub recipient_position: i64,
    /// The log index of its submit.
    pub submit_index: i64,
    /// The log index under which the order's bytes stand (shared by a broadcast).
    pub body_index: i64,
    /// When it was accepted.
    pub submit_time: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Counts its events, from 1.
    pub version: i64,
    /// When it last changed.
    pub update_time: Timestamp,
    /// Số vào sổ.
    pub registry_number: Option<String>,
    /// When it was registered.
    pub registered_time: Option<Timestamp>,
    /// The unit it was assigned or forwarded to.
    pub assigned_unit: Option<UnitId>,
    /// The officer it was assigned to.
    pub assigned_officer: Option<OfficerId>,
    /// Whether its clock was extended.
    pub extended: bool,
    /// The outcome of the last final answer.
    pub outcome: Option<String>,
    /// The log index of the last final answer.
    pub answer_index: Option<i64>,
    /// How many answers there are, interim ones included.
    pub answer_count: i64,
    /// The earliest open deadline.
    pub due_time: Option<Timestamp>,
    /// The recipient's book that it stands in.
    pub register: Option<Register>,
    /// Whose book that is: the recipient of then. A successor takes over the request, not its line in the book.
    pub registered_by: Option<AgencyCode>,
    /// When a partner that is not connected was served on paper.
    pub served_time: Option<Timestamp>,
    /// The release or debit that ended its measure; from then on no statement under this request opens one again.
    pub measure_ended_by: Option<RequestId>,
    /// The log index of the entry that erased its content: envelope, events and proofs stay.
    pub erased_index: Option<i64>,
    /// The log index of its first final answer; a dispute does not take it back.
    pub first_answer_index: Option<i64>,
}

/// A step as the projection needs it.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The entry.
    pub log_index: i64,
    /// What was done.
    pub action: Action,
    /// The state after it.
    pub to: State,
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub details: &'a EventDetails,
}

impl EnforcementRequest {
    /// Which party `viewer` acts for; `None` if the agency is neither, or if the viewer's rights within it do not reach this
    /// request.
    pub fn party_of(&self, viewer: &Viewer) -> Option<Party> {
        let party = self.side_of(&viewer.agency)?;
        let (officer, unit) = match party {
            Party::Sender => (&self.sender_officer, &self.sender_unit),
            Party::Recipient => (&self.assigned_officer, &self.assigned_unit),
            Party::Hub => return None,
        };
        viewer.reaches(officer.as_ref(), unit.as_ref()).then_some(party)
    }

    /// Which party `agency` is; `None` if it is neither.
    pub fn side_of(&self, agency: &AgencyCode) -> Option<Party> {
        if *agency == self.sender {
            Some(Party::Sender)
        } else if *agency == self.recipient {
            Some(Party::Recipient)
        } else {
            None
        }
    }

    /// The agency of `party`; the hub has none.
    pub fn agency_of(&self, party: Party) -> Option<&AgencyCode> {
        match party {
            Party::Sender => Some(&self.sender),
            Party::Recipient => Some(&self.recipient),
            Party::Hub => None,
        }
    }

    /// Whether the order has reached the recipient: taken from its mailbox, whose lane is delivered up to this position, or
    /// served on paper.
    pub fn is_delivered(&self, delivered_position: i64) -> bool {
        self.served_time.is_some() || self.recipient_position <= delivered_position
    }

    /// Applies one event after submit. The write path and a replay use this same function.
    pub fn apply(&mut self, step: &Step<'_>) {
        let details = step.details;
        self.state = step.to;
        self.version += 1;
        self.update_time = step.at;
        if let Some(number) = &details.registry_number {
            self.registry_number = Some(number.clone());
            self.registered_time = Some(step.at);
            self.register = Some(details.register.unwrap_or(Register::Incoming));
            self.registered_by = Some(self.recipient.clone());
        }
        if details.unit.is_some() {
            self.assigned_unit.clone_from(&details.unit);
        }
        if details.officer.is_some() || step.action == Action::Forward {
            self.assigned_officer.clone_from(&details.officer);
        }
        if let Some(served) = &details.served {
            self.served_time = Some(served.at);
        }
        if let Some(succession) = &details.succession {
            match succession.party {
                Party::Sender => {
                    self.sender = succession.to.clone();
                    (self.sender_officer, self.sender_unit) = (None, None);
                }
                Party::Recipient => {
                    self.recipient = succession.to.clone();
                    // Where the successor finds it; what had been delivered stays so.
                    let position = details.position_of(&succession.to);
                    self.recipient_position = position.filter(|_| !succession.delivered).unwrap_or(0);
                    (self.assigned_unit, self.assigned_officer) = (None, None);
                }
                Party::Hub => {}
            }
        }
        self.extended |= step.action == Action::Extend;
        if matches!(
            step.action,
            Action::AnswerInterim | Action::AnswerFinal | Action::RecordAnswer
        ) {
            self.answer_count += 1;
        }
        if matches!(step.action, Action::AnswerFinal | Action::RecordAnswer) {
            self.first_answer_index.get_or_insert(step.log_index);
        }
        let is_answer = matches!(
            step.action,
            Action::AnswerFinal | Action::RecordAnswer | Action::Correct
        );
        if is_answer && details.outcome.is_some() {
            self.outcome.clone_from(&details.outcome);
            self.answer_index = Some(step.log_index);
        }
        if step.action == Action::Dispute {
            self.outcome = None;
            self.answer_index = None;
        }
        self.due_time = details.due_time;
    }
}
