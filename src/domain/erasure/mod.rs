//! When the content of an order may be erased, and what it takes: its retention is over, nothing still rests on it, and two
//! persons of the agency whose order it is say so ([decision 0025](../../../docs/decisions/0025-erasure.md)).

mod due;

use std::time::Duration;

use super::ids::{AgencyCode, BroadcastId, OfficerId};
use super::macros::text_enum;
use super::request::EnforcementRequest;
use super::time::Timestamp;

pub use due::{Candidate, Hindered, Hindrance, ended_before, hindrances, is_ended, kept_through};

/// How long a proposal waits for the second person.
pub const LAPSE: Duration = Duration::from_hours(30 * 24);

text_enum! {
    /// What is entered about an erasure.
    pub enum ErasureAction {
        /// Đề nghị xóa nội dung.
        Propose => "propose_erasure",
        /// Xác nhận: the keys are destroyed.
        Erase => "erase",
        /// Không đồng ý.
        Reject => "reject_erasure",
    }
}

text_enum! {
    /// Where a proposal stands.
    pub enum ErasureState {
        /// It waits for the second person.
        Proposed => "PROPOSED",
        /// The second person confirmed it.
        Erased => "ERASED",
        /// The second person rejected it.
        Rejected => "REJECTED",
        /// Nobody decided it in time. Never stored: time alone tells.
        Lapsed => "LAPSED",
    }
}

impl ErasureState {
    /// The label for people.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Proposed => "Chờ người thứ hai quyết định",
            Self::Erased => "Đã xóa",
            Self::Rejected => "Không đồng ý",
            Self::Lapsed => "Hết hạn quyết định",
        }
    }
}

/// A decision about a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Its log entry.
    pub index: i64,
    /// Who decided.
    pub officer: OfficerId,
    /// When.
    pub time: Timestamp,
    /// Whether the content was erased.
    pub erased: bool,
}

/// A proposal to erase the content of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The log entry of the proposal.
    pub proposed_index: i64,
    /// The broadcast, or the request of the order.
    pub subject: String,
    /// The log index under which the order's bytes stand: all requests that share them are erased together.
    pub body_index: i64,
    /// The agency whose order it is.
    pub agency: AgencyCode,
    /// Who proposed it.
    pub proposed_by: OfficerId,
    /// When.
    pub proposed_time: Timestamp,
    /// What the second person said.
    pub decided: Option<Decided>,
}

impl Erasure {
    /// The last instant at which it can be decided.
    pub fn lapses(&self) -> Timestamp {
        self.proposed_time.plus(LAPSE)
    }

    /// Where it stands at `now`.
    pub fn state_at(&self, now: Timestamp) -> ErasureState {
        match &self.decided {
            Some(decided) if decided.erased => ErasureState::Erased,
            Some(_) => ErasureState::Rejected,
            None if now > self.lapses() => ErasureState::Lapsed,
            None => ErasureState::Proposed,
        }
    }
}

/// The subject of the entries about the erasure of an order.
pub fn erasure_subject(id: &str) -> String {
    format!("erasures/{id}")
}

/// What an order is called in matters of erasure: its broadcast, else the request that brought its bytes. `requests` are all
/// that share them.
pub fn order_name<'a>(requests: impl IntoIterator<Item = &'a EnforcementRequest>) -> Option<String> {
    let first = requests
        .into_iter()
        .find(|request| request.submit_index == request.body_index)?;
    let broadcast = first.broadcast_id.as_ref().map(BroadcastId::as_str);
    Some(broadcast.unwrap_or(first.id.as_str()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_proposal_lapses_after_thirty_days() {
        let proposed = at("2026-01-01T00:00:00Z");
        let mut erasure = Erasure {
            proposed_index: 5,
            subject: "x".to_owned(),
            body_index: 1,
            agency: AgencyCode::parse("VN.THADS").unwrap(),
            proposed_by: OfficerId::parse("an").unwrap(),
            proposed_time: proposed,
            decided: None,
        };
        let last = at("2026-01-31T00:00:00Z");
        assert_eq!(erasure.state_at(last), ErasureState::Proposed);
        assert_eq!(erasure.state_at(last.plus_micros(1)), ErasureState::Lapsed);
        for (erased, state) in [(true, ErasureState::Erased), (false, ErasureState::Rejected)] {
            erasure.decided = Some(Decided {
                index: 6,
                officer: OfficerId::parse("binh").unwrap(),
                time: last,
                erased,
            });
            assert_eq!(erasure.state_at(last.plus_hours(1)), state);
        }
    }
}
