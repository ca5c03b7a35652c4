//! Closed vocabularies on the wire. Every match is total: a new value of ours without a number does not compile.

use lienthong_proto::v1;

use crate::app::requests::check::AdviceReason;
use crate::app::tracking::GroupBy;
use crate::domain::agency::{Channel, Purpose, Role, Scope};
use crate::domain::calendar::{DayKind, DayOrigin};
use crate::domain::catalogue::definition::{Effect, Register};
use crate::domain::catalogue::rule::{Certainty, Nature, TimeUnit};
use crate::domain::deadline::{ClockChange, DeadlineStatus, Duty, StepKind};
use crate::domain::document::parts::RelationType;
use crate::domain::document::step::ServiceWay;
use crate::domain::enforcement_case::OrderPurpose;
use crate::domain::erasure::ErasureState;
use crate::domain::escalation::Tell;
use crate::domain::mailbox::Lane;
use crate::domain::report::Format;
use crate::domain::signature::SignatureFormat;
use crate::domain::supervision::{Hours, Look, Sight};
use crate::domain::suspension::Cause;
use crate::domain::timer::NoticeState;
use crate::domain::webhook::{DisabledReason, EndpointState, Outcome, Signing};
use crate::domain::workflow::{Action, Party, State};

/// A vocabulary that has an enum on the wire.
pub trait OnWire: Sized {
    /// Its number.
    fn to_wire(self) -> i32;

    /// The value with that number; `None` for 0 and for numbers that are not in the vocabulary.
    fn from_wire(number: i32) -> Option<Self>;
}

/// The number of a value that may be missing; 0 if it is.
pub fn number_of<T: OnWire>(value: Option<T>) -> i32 {
    value.map_or(0, OnWire::to_wire)
}

macro_rules! on_wire {
    ($($ours:ident as $wire:ident { $($variant:ident),+ $(,)? })+) => {
        $(impl OnWire for $ours {
            fn to_wire(self) -> i32 {
                let value = match self { $(Self::$variant => v1::$wire::$variant,)+ };
                value.into()
            }

            fn from_wire(number: i32) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.to_wire() == number)
            }
        })+
    };
}

on_wire! {
    Lane as Lane { Urgent, Normal }
    Format as ReportFormat { Table, Csv, Xlsx, Json, Html }
    State as State {
        Submitted, Acknowledged, Clarifying, Answered, Returned, WithdrawalPending, Withdrawn, Closed,
    }
    Action as Action {
        Submit, Acknowledge, SendBack, AskClarification, Clarify, Extend, AnswerInterim, AnswerFinal, Assign, Forward,
        Serve, RecordAnswer, Report, Correct, Dispute, Withdraw, AcceptWithdrawal, RefuseWithdrawal, Close,
        Recompute, Succeed, SuspendClocks, ReleaseClocks, CaseNotice, FollowUp, FollowUpLost, Remind, Overdue, Escalate, DraftNotice, ConfirmNotice,
        DiscardNotice, ResumeClocks,
    }
    Party as Party { Sender, Recipient, Hub }
    Role as Role {
        Court, Procuracy, Police, Enforcement, EnforcementAdmin, BailiffOffice, Bank, StateBank, Treasury,
        SocialInsurance, IncomePayer, LandOffice, SecuritiesDepository, Immigration, Prison, Tax, PeoplesCommittee,
        SteeringCommittee, FatherlandFront, Operator,
    }
    Channel as Channel { Digital, Paper }
    Scope as OfficerScope { Own, Unit, All }
    Purpose as CredentialPurpose { Tls, Token, Seal, Officer }
    SignatureFormat as SignatureFormat { JwsCompact, JwsGeneral }
    DeadlineStatus as DeadlineStatus { Running, Paused, Met, Breached, PendingCalendar, Cancelled }
    Duty as Duty { Register, Answer, Refuse, FollowUp, Own }
    ClockChange as ClockChange {
        Started, Paused, Resumed, Extended, Met, Breached, Cancelled, Restored, Moved,
    }
    GroupBy as ResponseGroup { Agency, Unit, Kind, Province, Month }
    Nature as RuleSource { Law, Policy }
    Certainty as Certainty { Verified, Partly, Recalled, Derived }
    TimeUnit as TimeUnit { Hours, WorkingHours, WorkingDays, Days, Months, Years }
    Effect as Effect { Once, Periodic, UntilReleased }
    OrderPurpose as OrderPurpose { Releases, Holds, Takes, Binds, Other }
    DayKind as DayKind { Holiday, DayInLieu, SwappedDayOff, MakeupWorkingDay, Alternative, Plain }
    DayOrigin as DayOrigin { Catalogue, Operator }
    StepKind as TraceStepKind { Start, Counted, Skipped, Paused, Span, Rolled, Due }
    RelationType as RelationType { Supersedes, Releases, Follows, InReplyTo }
    Register as Register { Judgments, Incoming }
    Cause as SuspensionCause { Maintenance, Outage, Decree }
    Sight as SupervisionSight { Envelope, Documents }
    Look as SupervisionLook { Request, List, Events }
    Hours as SupervisionHours { Working, Off, Unknown }
    ErasureState as ErasureState { Proposed, Erased, Rejected, Lapsed }
    Signing as WebhookSigning { Ed25519, Hmac }
    EndpointState as WebhookState { Enabled, Disabled, Removed }
    DisabledReason as WebhookReason { ByAgency, Gone, Failed }
    Outcome as WebhookOutcome {
        Delivered, Status, Redirect, Gone, Timeout, Name, Address, Connection, Tls, Protocol,
    }
    Tell as NoticeTell { Remind, Overdue, HeadOfUnit, Superior, Draft }
    NoticeState as NoticeState { Drafted, Confirmed, Discarded }
    ServiceWay as ServiceWay { ByHand, ExpressPost, Post, Posting }
    AdviceReason as AdviceReason { SentBefore, NotSigned, Duplicate, NoCase, OnPaper, CopyMissing, Late }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trips<T: OnWire + Copy + PartialEq + std::fmt::Debug>(all: &[T]) {
        let mut numbers = std::collections::BTreeSet::new();
        for value in all {
            let number = value.to_wire();
            assert!(number > 0 && numbers.insert(number), "{value:?}");
            assert_eq!(T::from_wire(number), Some(*value));
        }
        assert_eq!(T::from_wire(0), None);
        assert_eq!(T::from_wire(9_999), None);
    }

    #[test]
    fn every_value_has_a_number_of_its_own_and_comes_back() {
        round_trips(Lane::ALL);
        round_trips(State::ALL);
        round_trips(Action::ALL);
        round_trips(Party::ALL);
        round_trips(Role::ALL);
        round_trips(Channel::ALL);
        round_trips(Scope::ALL);
        round_trips(Purpose::ALL);
        round_trips(DeadlineStatus::ALL);
        round_trips(Duty::ALL);
        round_trips(ClockChange::ALL);
        round_trips(GroupBy::ALL);
        round_trips(Nature::ALL);
        round_trips(Certainty::ALL);
        round_trips(TimeUnit::ALL);
        round_trips(Effect::ALL);
        round_trips(OrderPurpose::ALL);
        round_trips(DayKind::ALL);
        round_trips(DayOrigin::ALL);
        round_trips(StepKind::ALL);
        round_trips(RelationType::ALL);
        round_trips(Register::ALL);
        round_trips(ServiceWay::ALL);
        round_trips(Sight::ALL);
        round_trips(ErasureState::ALL);
        round_trips(Look::ALL);
        round_trips(Hours::ALL);
        round_trips(Signing::ALL);
        round_trips(EndpointState::ALL);
        round_trips(DisabledReason::ALL);
        round_trips(Outcome::ALL);
    }
}
