//! The hub's states and actions as status codes of edXML, and what a code of edXML means for the hub.
//!
//! The axis knows fewer things than the hub: a code never carries a deadline, an outcome or a reason as data. So a code that
//! comes in is news for a person, never by itself an act: the hub takes acts as documents that the partner states.

use super::edxml::StatusCode;
use crate::domain::workflow::vocabulary::{Action, State};

/// The code to send when `action` has been done; `None` if the axis has no word for it.
pub const fn code_of_action(action: Action) -> Option<StatusCode> {
    match action {
        Action::Acknowledge => Some(StatusCode::Received),
        Action::SendBack => Some(StatusCode::Refused),
        Action::Assign | Action::Forward => Some(StatusCode::Assigned),
        Action::AskClarification | Action::AnswerInterim | Action::Extend => Some(StatusCode::Processing),
        // A refusal on the merits is an answer as well: the work is done.
        Action::AnswerFinal | Action::RecordAnswer => Some(StatusCode::Done),
        Action::Withdraw => Some(StatusCode::Recall),
        Action::AcceptWithdrawal => Some(StatusCode::RecallAccepted),
        Action::RefuseWithdrawal => Some(StatusCode::RecallRefused),
        Action::Submit
        | Action::Clarify
        | Action::Serve
        | Action::Report
        | Action::Correct
        | Action::Dispute
        | Action::Close
        | Action::Recompute
        | Action::Succeed
        | Action::SuspendClocks
        | Action::ReleaseClocks
        | Action::CaseNotice
        | Action::FollowUp
        | Action::FollowUpLost
        | Action::Remind
        | Action::Overdue
        | Action::Escalate
        | Action::DraftNotice
        | Action::ConfirmNotice
        | Action::DiscardNotice
        | Action::ResumeClocks => None,
    }
}

/// The code that tells where a request stands now. `is_delivered` is the fact that it stands in the recipient's mailbox.
/// A closed request has none: whether it was answered or returned was said before.
pub const fn code_of_state(state: State, is_delivered: bool) -> Option<StatusCode> {
    match state {
        State::Submitted if is_delivered => Some(StatusCode::Arrived),
        State::Submitted | State::Closed => None,
        State::Acknowledged => Some(StatusCode::Received),
        State::Clarifying => Some(StatusCode::Processing),
        State::Answered => Some(StatusCode::Done),
        State::Returned => Some(StatusCode::Refused),
        State::WithdrawalPending => Some(StatusCode::Recall),
        State::Withdrawn => Some(StatusCode::RecallAccepted),
    }
}

/// What a code that comes in means for the request that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It has arrived: a fact, no act.
    Delivered,
    /// It is being dealt with: news, no act.
    Progress,
    /// The partner says that it has done this. It counts when the document of the act is stated.
    Says(Action),
    /// The partner says that it has finished. An answer with its outcome must still come: this alone ends nothing.
    FinishedWithoutAnswer,
}

/// What `code` means.
pub const fn meaning(code: StatusCode) -> Meaning {
    match code {
        StatusCode::Arrived => Meaning::Delivered,
        StatusCode::Refused => Meaning::Says(Action::SendBack),
        StatusCode::Received => Meaning::Says(Action::Acknowledge),
        StatusCode::Assigned => Meaning::Says(Action::Assign),
        StatusCode::Processing => Meaning::Progress,
        StatusCode::Done => Meaning::FinishedWithoutAnswer,
        StatusCode::Recall => Meaning::Says(Action::Withdraw),
        StatusCode::RecallAccepted => Meaning::Says(Action::AcceptWithdrawal),
        StatusCode::RecallRefused => Meaning::Says(Action::RefuseWithdrawal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_partner_says_it_did_is_what_the_hub_would_tell() {
        for code in StatusCode::ALL {
            if let Meaning::Says(action) = meaning(*code) {
                assert_eq!(code_of_action(action), Some(*code));
            }
        }
    }

    #[test]
    fn a_state_has_the_code_of_the_action_that_leads_to_it() {
        let pairs = [
            (State::Acknowledged, Action::Acknowledge),
            (State::Clarifying, Action::AskClarification),
            (State::Answered, Action::AnswerFinal),
            (State::Returned, Action::SendBack),
            (State::WithdrawalPending, Action::Withdraw),
            (State::Withdrawn, Action::AcceptWithdrawal),
        ];
        for (state, action) in pairs {
            assert_eq!(code_of_state(state, true), code_of_action(action), "{state}");
        }
        assert_eq!(code_of_state(State::Submitted, false), None);
        assert_eq!(code_of_state(State::Submitted, true), Some(StatusCode::Arrived));
        assert_eq!(code_of_state(State::Closed, true), None);
    }

    #[test]
    fn no_code_ends_a_request() {
        for code in StatusCode::ALL {
            assert_ne!(meaning(*code), Meaning::Says(Action::AnswerFinal));
        }
    }

    #[test]
    fn the_page_prints_every_code() {
        let page = include_str!("../../docs/interchange.md");
        for code in StatusCode::ALL {
            let row = format!("| {code} | {} |", code.label_vi());
            assert!(page.contains(&row), "{row}");
        }
    }
}
