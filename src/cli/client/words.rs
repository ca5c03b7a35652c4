//! The wire's words and numbers, for scripts and for people.

use lienthong_proto::v1;

use crate::domain::catalogue::rule::Certainty;
use crate::domain::deadline::{ClockChange, DeadlineStatus, Duty};
use crate::domain::mailbox::Lane;
use crate::domain::time::Timestamp;
use crate::domain::workflow::{Action, Party, State};
use crate::grpc::convert::vocabulary::OnWire as _;

/// Makes a function that gives the protocol's word of an enum's number without its prefix, for example `SUBMITTED`.
macro_rules! words {
    ($($name:ident: $wire:ident, $prefix:literal;)+) => {
        $(pub(super) fn $name(number: i32) -> String {
            let word = v1::$wire::try_from(number).map(|value| value.as_str_name());
            // A value that is newer than this program.
            word.map_or_else(
                |_unknown| number.to_string(),
                |word| word.strip_prefix($prefix).unwrap_or(word).to_owned(),
            )
        })+
    };
}

words! {
    state: State, "STATE_";
    action: Action, "ACTION_";
    lane: Lane, "LANE_";
    party: Party, "PARTY_";
    channel: Channel, "CHANNEL_";
    role: Role, "ROLE_";
    scope: OfficerScope, "OFFICER_SCOPE_";
    purpose: CredentialPurpose, "CREDENTIAL_PURPOSE_";
    deadline_status: DeadlineStatus, "DEADLINE_STATUS_";
    duty: Duty, "DUTY_";
    clock_change: ClockChange, "CLOCK_CHANGE_";
    rule_source: RuleSource, "RULE_SOURCE_";
    certainty: Certainty, "CERTAINTY_";
    time_unit: TimeUnit, "TIME_UNIT_";
    effect: Effect, "EFFECT_";
    relation_type: RelationType, "RELATION_TYPE_";
    trace_step_kind: TraceStepKind, "TRACE_STEP_KIND_";
    sight: SupervisionSight, "SUPERVISION_SIGHT_";
    look: SupervisionLook, "SUPERVISION_LOOK_";
    hours: SupervisionHours, "SUPERVISION_HOURS_";
    erasure_state: ErasureState, "ERASURE_STATE_";
    erasure_hindrance: ErasureHindranceReason, "ERASURE_HINDRANCE_REASON_";
    webhook_signing: WebhookSigning, "WEBHOOK_SIGNING_";
    webhook_state: WebhookState, "WEBHOOK_STATE_";
    webhook_reason: WebhookReason, "WEBHOOK_REASON_";
    webhook_outcome: WebhookOutcome, "WEBHOOK_OUTCOME_";
    advice: AdviceReason, "ADVICE_REASON_";
    order_purpose: OrderPurpose, "ORDER_PURPOSE_";
}

/// The label of a state.
pub(super) fn state_vi(number: i32) -> String {
    State::from_wire(number).map_or_else(|| state(number), |state| state.label_vi().to_owned())
}

/// The label of an action of the workflow; of other entries the protocol's word.
pub(super) fn action_vi(number: i32) -> String {
    Action::from_wire(number).map_or_else(|| action(number), |action| action.label_vi().to_owned())
}

/// The label of how sure a rule is.
pub(super) fn certainty_vi(number: i32) -> String {
    Certainty::from_wire(number).map_or_else(|| certainty(number), |certainty| certainty.label_vi().to_owned())
}

/// The label of a lane.
pub(super) fn lane_vi(number: i32) -> String {
    match Lane::from_wire(number) {
        Some(Lane::Urgent) => "Khẩn".to_owned(),
        Some(Lane::Normal) => "Thường".to_owned(),
        None => lane(number),
    }
}

/// The label of a party.
pub(super) fn party_vi(number: i32) -> String {
    Party::from_wire(number).map_or_else(|| party(number), |party| party.label_vi().to_owned())
}

/// The label of a deadline's status.
pub(super) fn deadline_status_vi(number: i32) -> String {
    DeadlineStatus::from_wire(number).map_or_else(|| deadline_status(number), |status| status.label_vi().to_owned())
}

/// The label of what a deadline waits for.
pub(super) fn duty_vi(number: i32) -> String {
    Duty::from_wire(number).map_or_else(|| duty(number), |duty| duty.label_vi().to_owned())
}

/// The label of what became of a deadline.
pub(super) fn clock_change_vi(number: i32) -> String {
    ClockChange::from_wire(number).map_or_else(|| clock_change(number), |change| change.label_vi().to_owned())
}

/// Law or policy.
pub(super) fn rule_source_vi(number: i32) -> String {
    match v1::RuleSource::try_from(number) {
        Ok(v1::RuleSource::Law) => "luật định".to_owned(),
        Ok(v1::RuleSource::Policy) => "chỉ tiêu nội bộ".to_owned(),
        Ok(v1::RuleSource::Unspecified) | Err(_) => rule_source(number),
    }
}

/// The domain's instant.
pub(super) fn instant(time: prost_types::Timestamp) -> Timestamp {
    let micros = time.seconds.saturating_mul(1_000_000);
    Timestamp::from_micros(micros.saturating_add(i64::from(time.nanos) / 1_000))
}

/// RFC 3339 with +07:00.
pub(super) fn rfc3339(time: prost_types::Timestamp) -> String {
    instant(time).to_rfc3339()
}

/// As people read it, for example `23/11/2026 17:00:00`; empty if it is not set.
pub(super) fn clock(time: Option<prost_types::Timestamp>) -> String {
    time.map(|time| instant(time).civil().strftime("%d/%m/%Y %H:%M:%S").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_prefix_and_unknown_numbers_stay() {
        assert_eq!(state(v1::State::Submitted.into()), "SUBMITTED");
        assert_eq!(state_vi(v1::State::Submitted.into()), "Đã gửi");
        assert_eq!(
            (action(9_999), action_vi(9_999)),
            ("9999".to_owned(), "9999".to_owned())
        );
        assert_eq!(action(v1::Action::Upload.into()), "UPLOAD");
        for unit in v1::TimeUnit::Hours.into()..=v1::TimeUnit::Years.into() {
            assert!(!time_unit(unit).contains("TIME_UNIT"));
        }
    }

    #[test]
    fn times_are_told_on_the_clock_in_viet_nam() {
        let time = prost_types::Timestamp {
            seconds: 1_795_000_000,
            nanos: 0,
        };
        assert_eq!(rfc3339(time), "2026-11-18T18:06:40+07:00");
        assert_eq!(clock(Some(time)), "18/11/2026 18:06:40");
    }
}
