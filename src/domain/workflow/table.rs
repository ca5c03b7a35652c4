//! The workflow table: every step that changes a request, for every kind. Nothing changes outside it (DESIGN: promise 3).
//!
//! How to read it. Each block is one act: its action, who may do it, and the legal basis. Each line of a block is one
//! case: from which states, under which conditions (all must hold), to which state (`same`: it stays), whether the step
//! gives the registry number if there is none yet, who gets a mailbox entry, and what the clocks do, in that order.
//! Each applied line is one event, named after its action.
//!
//! Clocks. Which clocks an effect touches is the kind's to say: `Stop` closes those whose `stops_on` names the act,
//! `Pause` halts those whose `pauses_on` names it, `Start` begins those with that starting point. A clock that already
//! runs is not begun again. `Start(Stated)` means, at submit, what the order states, and at a final answer what the answer
//! states. Clocks run on while a withdrawal waits; those that CLARIFYING paused stay paused until the
//! withdrawal is refused, the request answered, or the kind's limit over: the hub resumes them then.
//!
//! Abbreviations: L106 is Law 106/2025/QH15, NĐ 152 is Decree 152/2026/NĐ-CP, edXML is QCVN 102:2016/BTTTT.

use super::guard::{Facts, Guard};
use super::vocabulary::{Action, ClockEffect, Party, StartingPoint, State};

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The states it applies in; empty: before there is a request.
    pub from: &'static [State],
    /// The act.
    pub action: Action,
    /// Who may do it.
    pub who: Party,
    /// Conditions; all must hold.
    pub guards: &'static [Guard],
    /// The state afterwards; none: it stays.
    pub to: Option<State>,
    /// Gives the registry number (số vào sổ) if there is none yet.
    pub registers: bool,
    /// Whose mailbox gets an entry.
    pub notifies: &'static [Party],
    /// What the clocks do, in order.
    pub clocks: &'static [ClockEffect],
    /// The legal basis, Vietnamese, as printed.
    pub basis: &'static str,
}

impl Row {
    /// Whether it applies in this state (none: before there is a request).
    pub fn starts_in(&self, from: Option<State>) -> bool {
        from.map_or(self.from.is_empty(), |state| self.from.contains(&state))
    }

    /// The first condition that does not hold.
    pub fn failing_guard(&self, facts: &Facts) -> Option<Guard> {
        self.guards.iter().copied().find(|guard| !guard.holds(facts))
    }
}

/// Whether some line of this action has this effect. The catalogue may name an action in `stops_on` or `pauses_on` only
/// if the workflow acts on it.
pub fn has_effect(action: Action, effect: ClockEffect) -> bool {
    TABLE
        .iter()
        .any(|row| row.action == action && row.clocks.contains(&effect))
}

macro_rules! target {
    (same) => {
        None
    };
    ($state:ident) => {
        Some(State::$state)
    };
}

macro_rules! answer {
    (yes) => {
        true
    };
    (no) => {
        false
    };
}

/// Spells the blocks out as a flat slice of rows; adds nothing of its own.
macro_rules! workflow {
    ($( $action:ident by $who:ident, $basis:literal {
        $( [$($from:ident)*] | [$($guard:ident)*] | $to:tt | $registers:tt | [$($party:ident)*]
           | [$($effect:ident $(($point:ident))?)*]; )+
    } )+) => {
        /// Every line, in the order of a request's life.
        pub static TABLE: &[Row] = &[$($(
            Row {
                from: &[$(State::$from),*],
                action: Action::$action,
                who: Party::$who,
                guards: &[$(Guard::$guard),*],
                to: target!($to),
                registers: answer!($registers),
                notifies: &[$(Party::$party),*],
                clocks: &[$(ClockEffect::$effect $((StartingPoint::$point))?),*],
                basis: $basis,
            },
        )+)+];
    };
}

workflow! {
    // Sending is digital; on paper only where the recipient is not connected, and then its clocks wait for the service.
    Submit by Sender, "NĐ 152 Điều 20, Điều 7.2" {
        // from                             | conditions                    | to                | number | told              | clocks
        []                                  | [DigitalRecipient]            | Submitted         | no     | [Recipient]       | [Start(Available) Start(Stated) Start(Before) Stop];
        []                                  | [PaperRecipient]              | Submitted         | no     | [Recipient]       | [Start(Stated) Start(Before) Stop];
    }

    // The legal act of registering (vào sổ); edXML 03.
    Acknowledge by Recipient, "NĐ 152 Điều 7.2, Điều 7.4" {
        [Submitted]                         | []                            | Acknowledged      | yes    | [Sender]          | [Start(Acknowledged) Stop];
    }

    // Wrong office or missing papers; edXML 02. Not a refusal on the merits: that is a final answer.
    SendBack by Recipient, "L106 Điều 33.1; NĐ 152 Điều 7.4" {
        [Submitted Acknowledged Clarifying] | []                            | Returned          | no     | [Sender]          | [Stop Cancel];
    }
    // The paper of a partner that is not connected, entered for it.
    SendBack by Sender, "NĐ 152 Điều 20" {
        [Submitted Acknowledged]            | [PaperRecipient]              | Returned          | no     | [Recipient]       | [Stop Cancel];
    }

    // Inside the recipient; the sender sees who has it now.
    Assign by Recipient, "Quy ước của cổng" {
        [Submitted Acknowledged Clarifying] | []                            | same              | no     | [Sender Recipient] | [];
    }
    Forward by Recipient, "Quy ước của cổng" {
        [Submitted Acknowledged Clarifying] | []                            | same              | no     | [Sender Recipient] | [];
    }

    // What is missing is asked for and supplied.
    AskClarification by Recipient, "Quy ước của cổng" {
        [Acknowledged]                      | []                            | Clarifying        | no     | [Sender]          | [Stop Pause];
    }
    Clarify by Sender, "Quy ước của cổng" {
        [Clarifying]                        | []                            | Acknowledged      | no     | [Recipient]       | [Resume Stop];
    }

    // Once, and only where the law of the kind knows a longer limit (for example 30 to 45 days, L106 Art. 13.3).
    Extend by Recipient, "Theo căn cứ của từng loại yêu cầu" {
        [Acknowledged]                      | [Extendable NotYetExtended]   | same              | no     | [Sender]          | [Extend];
    }

    AnswerInterim by Recipient, "Quy ước của cổng" {
        [Acknowledged]                      | []                            | same              | no     | [Sender]          | [Stop Start(Stated)];
    }

    // The result, or a refusal with reasons (Art. 21.6a). Without an acknowledge it also registers. It may cross a
    // withdrawal: what was done before the taking back was agreed stands.
    AnswerFinal by Recipient, "NĐ 152 Điều 21.6, Điều 43.2" {
        [Submitted]                         | []                            | Answered          | yes    | [Sender]          | [Start(Acknowledged) Stop Start(Answered) Start(Stated)];
        [Acknowledged]                      | []                            | Answered          | no     | [Sender]          | [Stop Start(Answered) Start(Stated)];
        [Clarifying]                        | []                            | Answered          | no     | [Sender]          | [Resume Stop Start(Answered) Start(Stated)];
        [WithdrawalPending]                 | [NeverRegistered]             | Answered          | yes    | [Sender]          | [Start(Acknowledged) Stop Start(Answered) Start(Stated)];
        [WithdrawalPending]                 | [Registered]                  | Answered          | no     | [Sender]          | [Resume Stop Start(Answered) Start(Stated)];
    }

    // A partner that is not connected: the sender hands over the paper (or minutes the refusal to take it, Art. 43.3) and
    // enters the answer. Its clocks count from the date of service. Its registry number is in its own book.
    Serve by Sender, "NĐ 152 Điều 20, Điều 43.3" {
        [Submitted Acknowledged]            | [PaperRecipient NotDelivered] | same              | no     | [Recipient]       | [Start(Available) Start(Served) Stop];
    }
    RecordAnswer by Sender, "NĐ 152 Điều 20, Điều 21.6" {
        [Submitted Acknowledged]            | [PaperRecipient]              | Answered          | no     | [Recipient]       | [Stop Start(Answered) Start(Stated)];
        [WithdrawalPending]                 | [PaperRecipient]              | Answered          | no     | [Recipient]       | [Resume Stop Start(Answered) Start(Stated)];
    }

    // After the answer: further money held, each pay period, a payer's notice; and mistakes put right.
    Report by Recipient, "NĐ 152 Điều 43.2b, Điều 51" {
        [Answered Closed]                   | [MeasureKind]                 | same              | no     | [Sender]          | [Stop Start(Stated) Start(Reported)];
        [Submitted Acknowledged Clarifying WithdrawalPending] | [MeasureInForce] | same         | no     | [Sender]          | [Stop Start(Stated) Start(Reported)];
    }
    Report by Sender, "NĐ 152 Điều 20, Điều 43.2b, Điều 51" {
        [Answered Closed]                   | [PaperRecipient MeasureKind]  | same              | no     | [Recipient]       | [Stop Start(Stated) Start(Reported)];
    }
    Correct by Recipient, "Quy ước của cổng" {
        [Answered Closed]                   | []                            | same              | no     | [Sender]          | [Stop Restate];
    }
    Correct by Sender, "NĐ 152 Điều 20" {
        [Answered Closed]                   | [PaperRecipient]              | same              | no     | [Recipient]       | [Stop Restate];
    }

    // The sender does not accept an answer or a return. Not a complaint (khiếu nại), which belongs to persons.
    Dispute by Sender, "Quy ước của cổng" {
        [Answered]                          | [Registered]                  | Acknowledged      | no     | [Recipient]       | [Restate Start(Disputed)];
        [Answered]                          | [NeverRegistered]             | Submitted         | no     | [Recipient]       | [Restate Start(Disputed)];
        [Returned]                          | [Registered FoundedReturn]    | Acknowledged      | no     | [Recipient]       | [Start(Disputed)];
        [Returned]                          | [NeverRegistered FoundedReturn] | Submitted       | no     | [Recipient]       | [Start(Disputed)];
        [Returned]                          | [Registered UnfoundedReturn]  | Acknowledged      | no     | [Recipient]       | [Restore];
        [Returned]                          | [NeverRegistered UnfoundedReturn] | Submitted     | no     | [Recipient]       | [Restore];
    }

    // Taking a message back (lấy lại), edXML 13 and 15. It revokes no decision (thu hồi) and ends no measure.
    Withdraw by Sender, "edXML 13" {
        [Submitted]                         | [NotDelivered NoMeasureInForce] | Withdrawn       | no     | [Recipient]       | [Cancel];
        [Submitted]                         | [Delivered]                   | WithdrawalPending | no     | [Recipient]       | [];
        [Acknowledged Clarifying]           | []                            | WithdrawalPending | no     | [Recipient]       | [];
    }
    AcceptWithdrawal by Recipient, "edXML 15" {
        [WithdrawalPending]                 | [NoMeasureInForce]            | Withdrawn         | no     | [Sender]          | [Stop Cancel];
    }
    AcceptWithdrawal by Sender, "NĐ 152 Điều 20" {
        [WithdrawalPending]                 | [PaperRecipient NoMeasureInForce] | Withdrawn     | no     | [Recipient]       | [Stop Cancel];
    }
    RefuseWithdrawal by Recipient, "edXML 13" {
        [WithdrawalPending]                 | [NeverRegistered]             | Acknowledged      | yes    | [Sender]          | [Start(Acknowledged) Stop];
        [WithdrawalPending]                 | [Registered]                  | Acknowledged      | no     | [Sender]          | [Resume Stop];
    }
    RefuseWithdrawal by Sender, "NĐ 152 Điều 20" {
        [WithdrawalPending]                 | [PaperRecipient NeverRegistered] | Submitted      | no     | [Recipient]       | [Resume];
        [WithdrawalPending]                 | [PaperRecipient Registered]   | Acknowledged      | no     | [Recipient]       | [Resume];
    }

    // A request whose measure still binds a holder stays open until the measure is ended by a decision.
    Close by Sender, "L106 Điều 95; NĐ 152 Điều 42.7" {
        [Answered Returned]                 | [NoMeasureInForce]            | Closed            | no     | [Recipient]       | [Cancel];
    }
    Close by Hub, "L106 Điều 95; NĐ 152 Điều 42.7" {
        [Answered Returned]                 | [QuietPeriodOver NoMeasureInForce] | Closed       | no     | [Sender Recipient] | [Cancel];
    }

    // What the hub does when a moment comes (docs/escalation.md says when, and by what provision): a running clock is told to whose
    // duty it is, to the parties, within the obligor's own line; above that line it is only drafted. The state stays.
    Remind by Hub, "Theo bậc thang: catalogue/escalation" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [RecipientsClock] | same | no | [Recipient] | [];
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [SendersClock]    | same | no | [Sender]    | [];
    }
    Overdue by Hub, "L106 Điều 37.7" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [RecipientsClock] | same | no | [Sender Recipient] | [];
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [SendersClock]    | same | no | [Sender]    | [];
    }
    Escalate by Hub, "L106 Điều 37.7, Điều 11.2đ, Điều 22.2d" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [RecipientsClock] | same | no | [Sender Recipient] | [];
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [SendersClock]    | same | no | [Sender]    | [];
    }
    DraftNotice by Hub, "NĐ 152 Điều 100, Điều 103, Điều 104; L106 Điều 112" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [RecipientsClock] | same | no | [Sender]    | [];
    }
    // The sender's head lets it go, or not. The addressee's mailbox gets it only then; the recipient is told that it went.
    ConfirmNotice by Sender, "NĐ 152 Điều 100, Điều 103, Điều 104; L106 Điều 112" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [NoticeDrafted]   | same | no | [Recipient] | [];
    }
    DiscardNotice by Sender, "Quy ước của cổng" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [NoticeDrafted]   | same | no | []          | [];
    }
    // Not for ever: a question that nobody answers stops no clock beyond the kind's limit.
    ResumeClocks by Hub, "Theo giới hạn làm rõ của từng loại yêu cầu" {
        [Clarifying WithdrawalPending]      | []                            | same              | no     | [Sender Recipient] | [Resume];
    }

    // The hub's own work: the calendar came to be known, or an agency took another's place. Open clocks are computed
    // again by the ledger, whatever this column says; none starts or stops.
    Recompute by Hub, "BLDS Điều 147, Điều 148" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [] | same | no    | [Sender Recipient] | [];
    }
    Succeed by Hub, "Quy ước của cổng" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [] | same | no    | [Sender Recipient] | [];
    }

    // Clocks stand still with those of other requests, for a reason that was decided for all of them (decision 0033), or run again
    // because that was ended. Which clocks the ledger says; both parties are told.
    SuspendClocks by Hub, "Theo căn cứ của việc tạm dừng" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [] | same | no    | [Sender Recipient] | [];
    }
    ReleaseClocks by Hub, "Theo căn cứ của việc tạm dừng" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [] | same | no    | [Sender Recipient] | [];
    }

    // The status of the case changed: the holder of a measure in force is told what becomes of it. Nothing ends by it.
    CaseNotice by Hub, "L106 Điều 46, Điều 47, Điều 48, Điều 95" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [MeasureInForce] | same | no | [Recipient] | [];
    }

    // The sender sent the recipient the order that this one was to be followed by: its own duty to do so is done. If that order is
    // returned or taken back, it is not.
    FollowUp by Hub, "Quy ước của cổng" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending Closed] | [] | same | no | [Recipient] | [Stop];
    }
    FollowUpLost by Hub, "Quy ước của cổng" {
        [Submitted Acknowledged Clarifying Answered Returned WithdrawalPending] | [] | same | no | [Sender Recipient] | [Restore];
    }
}
