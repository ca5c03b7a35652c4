//! Why a step was refused, and how that is told.

use super::guard::Guard;
use super::vocabulary::{Action, Party, State};
use crate::domain::error::{Error, ErrorCode};

/// Why the workflow refuses a step. Each names what the same party could do instead; that list may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Nobody may do this in this state.
    NotAllowed {
        /// The state; none: there is no request yet.
        state: Option<State>,
        /// What was tried.
        action: Action,
        /// What this party could do now.
        allowed: Vec<Action>,
    },
    /// Another party may do this in this state.
    WrongParty {
        /// The state; none: there is no request yet.
        state: Option<State>,
        /// What was tried.
        action: Action,
        /// Who tried.
        who: Party,
        /// Who may.
        parties: Vec<Party>,
        /// What this party could do now.
        allowed: Vec<Action>,
    },
    /// The party may do this in this state, but a condition does not hold.
    GuardFailed {
        /// The state; none: there is no request yet.
        state: Option<State>,
        /// What was tried.
        action: Action,
        /// The first condition that does not hold.
        guard: Guard,
        /// What this party could do now.
        allowed: Vec<Action>,
    },
}

impl From<Rejection> for Error {
    /// `MEASURE_IN_FORCE` for that condition, otherwise `TRANSITION_NOT_ALLOWED`; metadata `state`, `action`, `allowed`
    /// (joined by commas), and `guard` or `parties` where they apply.
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NotAllowed { state, action, allowed } => {
                let vi = format!(
                    "Không thực hiện được thao tác “{}” ở trạng thái “{}”. {}",
                    action.label_vi(),
                    state_vi(state),
                    allowed_vi(&allowed)
                );
                let en = format!(
                    "{action} is not allowed in state {}. {}",
                    state_code(state),
                    allowed_en(&allowed)
                );
                refusal(ErrorCode::TransitionNotAllowed, state, action, &allowed).with_detail(vi, en)
            }
            Rejection::WrongParty {
                state,
                action,
                who,
                parties,
                allowed,
            } => {
                let labels: Vec<&str> = parties.iter().map(|party| party.label_vi()).collect();
                let codes: Vec<&str> = parties.iter().map(|party| party.as_str()).collect();
                let vi = format!(
                    "Thao tác “{}” không thuộc {}, mà thuộc {}. {}",
                    action.label_vi(),
                    who.label_vi(),
                    labels.join(", "),
                    allowed_vi(&allowed)
                );
                let en = format!(
                    "{action} is for {}, not for {who}. {}",
                    codes.join(", "),
                    allowed_en(&allowed)
                );
                refusal(ErrorCode::TransitionNotAllowed, state, action, &allowed)
                    .with_detail(vi, en)
                    .with("parties", codes.join(","))
            }
            Rejection::GuardFailed {
                state,
                action,
                guard: Guard::NoMeasureInForce,
                allowed,
            } => refusal(ErrorCode::MeasureInForce, state, action, &allowed)
                .with("guard", Guard::NoMeasureInForce.as_str()),
            Rejection::GuardFailed {
                state,
                action,
                guard,
                allowed,
            } => {
                let vi = format!(
                    "Thao tác “{}” chỉ thực hiện được khi {}. {}",
                    action.label_vi(),
                    guard.text_vi(),
                    allowed_vi(&allowed)
                );
                let en = format!(
                    "{action} is allowed only if {}. {}",
                    guard.text_en(),
                    allowed_en(&allowed)
                );
                refusal(ErrorCode::TransitionNotAllowed, state, action, &allowed)
                    .with_detail(vi, en)
                    .with("guard", guard.as_str())
            }
        }
    }
}

fn refusal(code: ErrorCode, state: Option<State>, action: Action, allowed: &[Action]) -> Error {
    Error::new(code)
        .with("state", state_code(state))
        .with("action", action.as_str())
        .with("allowed", codes(allowed, ","))
}

fn state_code(state: Option<State>) -> &'static str {
    state.map_or("NONE", State::as_str)
}

fn state_vi(state: Option<State>) -> &'static str {
    state.map_or("Chưa gửi", State::label_vi)
}

fn codes(actions: &[Action], separator: &str) -> String {
    actions
        .iter()
        .map(|action| action.as_str())
        .collect::<Vec<_>>()
        .join(separator)
}

fn allowed_vi(allowed: &[Action]) -> String {
    if allowed.is_empty() {
        return "Hiện không có thao tác nào khác.".to_owned();
    }
    let labels: Vec<&str> = allowed.iter().map(|action| action.label_vi()).collect();
    format!("Hiện có thể: {}.", labels.join("; "))
}

fn allowed_en(allowed: &[Action]) -> String {
    if allowed.is_empty() {
        return "Nothing else is allowed now.".to_owned();
    }
    format!("Allowed now: {}.", codes(allowed, ", "))
}

#[cfg(test)]
mod tests {
    use super::super::{Facts, decide};
    use super::*;

    fn refusal_of(state: State, action: Action, who: Party, facts: &Facts) -> Error {
        decide(Some(state), action, who, facts).unwrap_err().into()
    }

    #[test]
    fn a_refusal_names_state_action_and_what_is_allowed() {
        let error = refusal_of(
            State::Returned,
            Action::Acknowledge,
            Party::Recipient,
            &Facts::default(),
        );
        assert_eq!(error.code(), ErrorCode::TransitionNotAllowed);
        assert_eq!(error.metadata()["state"], "RETURNED");
        assert_eq!(error.metadata()["action"], "acknowledge");
        assert_eq!(error.metadata()["allowed"], "");

        let error = refusal_of(State::Submitted, Action::Clarify, Party::Sender, &Facts::default());
        assert_eq!(error.metadata()["allowed"], "withdraw");
        assert_eq!(
            error.text().vi,
            "Không thực hiện được thao tác “Làm rõ” ở trạng thái “Đã gửi”. Hiện có thể: Đề nghị lấy lại."
        );
    }

    #[test]
    fn a_wrong_party_is_told_whose_act_it_is() {
        let error = refusal_of(State::Answered, Action::Close, Party::Recipient, &Facts::default());
        assert_eq!(error.code(), ErrorCode::TransitionNotAllowed);
        assert_eq!(error.metadata()["parties"], "SENDER,HUB");
        assert_eq!(error.metadata()["allowed"], "correct");
    }

    #[test]
    fn closing_over_a_measure_has_its_own_code() {
        let facts = Facts {
            measure_kind: true,
            measure_in_force: true,
            ..Facts::default()
        };
        let error = refusal_of(State::Answered, Action::Close, Party::Sender, &facts);
        assert_eq!(error.code(), ErrorCode::MeasureInForce);
        assert_eq!(error.metadata()["guard"], "NO_MEASURE_IN_FORCE");
        assert_eq!(error.metadata()["state"], "ANSWERED");
    }

    #[test]
    fn a_failed_condition_is_named_in_both_languages() {
        let facts = Facts {
            extendable: true,
            extended: true,
            ..Facts::default()
        };
        let error = refusal_of(State::Acknowledged, Action::Extend, Party::Recipient, &facts);
        assert_eq!(error.metadata()["guard"], "NOT_YET_EXTENDED");
        assert!(error.text().vi.contains("chưa gia hạn lần nào"), "{}", error.text().vi);
        assert!(error.text().en.contains("not extended before"), "{}", error.text().en);
    }
}
