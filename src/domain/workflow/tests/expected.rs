//! What the design says, state by state.

/// State, party, and "action>state if fact !fact" separated by commas. Whatever is not listed is refused.
pub(super) const EXPECTED: &[(&str, &str, &str)] = &[
    ("-", "SENDER", "submit>SUBMITTED"),
    (
        "SUBMITTED",
        "RECIPIENT",
        "acknowledge>ACKNOWLEDGED, send_back>RETURNED, answer_final>ANSWERED, assign>SUBMITTED, forward>SUBMITTED, \
         report>SUBMITTED if measure_in_force",
    ),
    (
        "SUBMITTED",
        "SENDER",
        "serve>SUBMITTED if paper !delivered, record_answer>ANSWERED if paper, send_back>RETURNED if paper, \
         withdraw>WITHDRAWN if !delivered !measure_in_force, withdraw>WITHDRAWAL_PENDING if delivered",
    ),
    (
        "ACKNOWLEDGED",
        "RECIPIENT",
        "send_back>RETURNED, ask_clarification>CLARIFYING, extend>ACKNOWLEDGED if extendable !extended, \
         answer_interim>ACKNOWLEDGED, answer_final>ANSWERED, assign>ACKNOWLEDGED, forward>ACKNOWLEDGED, \
         report>ACKNOWLEDGED if measure_in_force",
    ),
    (
        "ACKNOWLEDGED",
        "SENDER",
        "serve>ACKNOWLEDGED if paper !delivered, record_answer>ANSWERED if paper, send_back>RETURNED if paper, \
         withdraw>WITHDRAWAL_PENDING",
    ),
    (
        "CLARIFYING",
        "RECIPIENT",
        "send_back>RETURNED, answer_final>ANSWERED, assign>CLARIFYING, forward>CLARIFYING, \
         report>CLARIFYING if measure_in_force",
    ),
    (
        "CLARIFYING",
        "SENDER",
        "clarify>ACKNOWLEDGED, withdraw>WITHDRAWAL_PENDING",
    ),
    (
        "ANSWERED",
        "RECIPIENT",
        "report>ANSWERED if measure_kind, correct>ANSWERED",
    ),
    (
        "ANSWERED",
        "SENDER",
        "dispute>ACKNOWLEDGED if registered, dispute>SUBMITTED if !registered, close>CLOSED if !measure_in_force, \
         report>ANSWERED if paper measure_kind, correct>ANSWERED if paper",
    ),
    (
        "ANSWERED",
        "HUB",
        "close>CLOSED if quiet_period_over !measure_in_force, recompute>ANSWERED, succeed>ANSWERED, suspend_clocks>ANSWERED, release_clocks>ANSWERED",
    ),
    (
        "RETURNED",
        "SENDER",
        "dispute>ACKNOWLEDGED if registered, dispute>SUBMITTED if !registered, close>CLOSED if !measure_in_force",
    ),
    (
        "RETURNED",
        "HUB",
        "close>CLOSED if quiet_period_over !measure_in_force, recompute>RETURNED, succeed>RETURNED, suspend_clocks>RETURNED, release_clocks>RETURNED",
    ),
    (
        "WITHDRAWAL_PENDING",
        "RECIPIENT",
        "accept_withdrawal>WITHDRAWN if !measure_in_force, refuse_withdrawal>ACKNOWLEDGED, answer_final>ANSWERED, \
         report>WITHDRAWAL_PENDING if measure_in_force",
    ),
    (
        "WITHDRAWAL_PENDING",
        "SENDER",
        "record_answer>ANSWERED if paper, accept_withdrawal>WITHDRAWN if paper !measure_in_force, \
         refuse_withdrawal>SUBMITTED if paper !registered, refuse_withdrawal>ACKNOWLEDGED if paper registered",
    ),
    (
        "SUBMITTED",
        "HUB",
        "recompute>SUBMITTED, succeed>SUBMITTED, suspend_clocks>SUBMITTED, release_clocks>SUBMITTED",
    ),
    (
        "ACKNOWLEDGED",
        "HUB",
        "recompute>ACKNOWLEDGED, succeed>ACKNOWLEDGED, suspend_clocks>ACKNOWLEDGED, release_clocks>ACKNOWLEDGED",
    ),
    (
        "CLARIFYING",
        "HUB",
        "recompute>CLARIFYING, succeed>CLARIFYING, suspend_clocks>CLARIFYING, release_clocks>CLARIFYING",
    ),
    (
        "WITHDRAWAL_PENDING",
        "HUB",
        "recompute>WITHDRAWAL_PENDING, succeed>WITHDRAWAL_PENDING, suspend_clocks>WITHDRAWAL_PENDING, release_clocks>WITHDRAWAL_PENDING",
    ),
    ("CLOSED", "RECIPIENT", "report>CLOSED if measure_kind, correct>CLOSED"),
    (
        "CLOSED",
        "SENDER",
        "report>CLOSED if paper measure_kind, correct>CLOSED if paper",
    ),
    (
        "CLOSED",
        "HUB",
        "recompute>CLOSED, succeed>CLOSED, suspend_clocks>CLOSED, release_clocks>CLOSED",
    ),
    ("SUBMITTED", "HUB", "case_notice>SUBMITTED if measure_in_force"),
    ("ACKNOWLEDGED", "HUB", "case_notice>ACKNOWLEDGED if measure_in_force"),
    ("CLARIFYING", "HUB", "case_notice>CLARIFYING if measure_in_force"),
    ("ANSWERED", "HUB", "case_notice>ANSWERED if measure_in_force"),
    ("RETURNED", "HUB", "case_notice>RETURNED if measure_in_force"),
    (
        "WITHDRAWAL_PENDING",
        "HUB",
        "case_notice>WITHDRAWAL_PENDING if measure_in_force",
    ),
    ("CLOSED", "HUB", "case_notice>CLOSED if measure_in_force"),
    ("SUBMITTED", "HUB", "follow_up>SUBMITTED"),
    ("ACKNOWLEDGED", "HUB", "follow_up>ACKNOWLEDGED"),
    ("CLARIFYING", "HUB", "follow_up>CLARIFYING"),
    ("ANSWERED", "HUB", "follow_up>ANSWERED"),
    ("RETURNED", "HUB", "follow_up>RETURNED"),
    ("WITHDRAWAL_PENDING", "HUB", "follow_up>WITHDRAWAL_PENDING"),
    ("CLOSED", "HUB", "follow_up>CLOSED"),
    ("SUBMITTED", "HUB", "follow_up_lost>SUBMITTED"),
    ("ACKNOWLEDGED", "HUB", "follow_up_lost>ACKNOWLEDGED"),
    ("CLARIFYING", "HUB", "follow_up_lost>CLARIFYING"),
    ("ANSWERED", "HUB", "follow_up_lost>ANSWERED"),
    ("RETURNED", "HUB", "follow_up_lost>RETURNED"),
    ("WITHDRAWAL_PENDING", "HUB", "follow_up_lost>WITHDRAWAL_PENDING"),
    (
        "SUBMITTED",
        "HUB",
        "remind>SUBMITTED, overdue>SUBMITTED, escalate>SUBMITTED, draft_notice>SUBMITTED if !senders_clock",
    ),
    (
        "SUBMITTED",
        "SENDER",
        "confirm_notice>SUBMITTED if notice_drafted, discard_notice>SUBMITTED if notice_drafted",
    ),
    (
        "ACKNOWLEDGED",
        "HUB",
        "remind>ACKNOWLEDGED, overdue>ACKNOWLEDGED, escalate>ACKNOWLEDGED, draft_notice>ACKNOWLEDGED if !senders_clock",
    ),
    (
        "ACKNOWLEDGED",
        "SENDER",
        "confirm_notice>ACKNOWLEDGED if notice_drafted, discard_notice>ACKNOWLEDGED if notice_drafted",
    ),
    (
        "CLARIFYING",
        "HUB",
        "remind>CLARIFYING, overdue>CLARIFYING, escalate>CLARIFYING, draft_notice>CLARIFYING if !senders_clock, resume_clocks>CLARIFYING",
    ),
    (
        "CLARIFYING",
        "SENDER",
        "confirm_notice>CLARIFYING if notice_drafted, discard_notice>CLARIFYING if notice_drafted",
    ),
    (
        "ANSWERED",
        "HUB",
        "remind>ANSWERED, overdue>ANSWERED, escalate>ANSWERED, draft_notice>ANSWERED if !senders_clock",
    ),
    (
        "ANSWERED",
        "SENDER",
        "confirm_notice>ANSWERED if notice_drafted, discard_notice>ANSWERED if notice_drafted",
    ),
    (
        "RETURNED",
        "HUB",
        "remind>RETURNED, overdue>RETURNED, escalate>RETURNED, draft_notice>RETURNED if !senders_clock",
    ),
    (
        "RETURNED",
        "SENDER",
        "confirm_notice>RETURNED if notice_drafted, discard_notice>RETURNED if notice_drafted",
    ),
    (
        "WITHDRAWAL_PENDING",
        "HUB",
        "remind>WITHDRAWAL_PENDING, overdue>WITHDRAWAL_PENDING, escalate>WITHDRAWAL_PENDING, draft_notice>WITHDRAWAL_PENDING if !senders_clock, resume_clocks>WITHDRAWAL_PENDING",
    ),
    (
        "WITHDRAWAL_PENDING",
        "SENDER",
        "confirm_notice>WITHDRAWAL_PENDING if notice_drafted, discard_notice>WITHDRAWAL_PENDING if notice_drafted",
    ),
    (
        "CLOSED",
        "HUB",
        "remind>CLOSED, overdue>CLOSED, escalate>CLOSED, draft_notice>CLOSED if !senders_clock",
    ),
    (
        "CLOSED",
        "SENDER",
        "confirm_notice>CLOSED if notice_drafted, discard_notice>CLOSED if notice_drafted",
    ),
];
