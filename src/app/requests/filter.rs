//! The filter of a list of requests: `name = value` conditions joined by ` AND `.

use crate::domain::error::{Error, Result};
use crate::domain::ids::{AgencyCode, KindCode};
use crate::domain::macros::text_enum;
use crate::domain::workflow::State;
use crate::store::{Direction, RequestFilter, SupervisedFilter};

/// The longest filter, in characters.
const MAX_CHARS: usize = 1_000;

text_enum! {
    /// What a condition can be about.
    pub enum Name {
        /// The state.
        State => "state",
        /// The kind.
        Kind => "kind",
        /// Nơi gửi.
        Sender => "sender",
        /// Nơi nhận.
        Recipient => "recipient",
        /// Whose side the caller is on.
        Direction => "direction",
    }
}

/// Which requests to list. Absent conditions do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    state: Option<State>,
    kind: Option<KindCode>,
    sender: Option<AgencyCode>,
    recipient: Option<AgencyCode>,
    direction: Option<Direction>,
}

impl Filter {
    /// Reads a filter; empty for all.
    ///
    /// # Errors
    /// `FIELD_INVALID` on `filter`, with what is wrong and what can be written.
    pub fn parse(text: &str) -> Result<Self> {
        if text.chars().count() > MAX_CHARS {
            let (vi, en) = (
                format!("Không được quá {MAX_CHARS} ký tự."),
                format!("At most {MAX_CHARS} characters."),
            );
            return Err(Error::field("filter", "too_long", vi, en));
        }
        let mut filter = Self::default();
        if text.trim().is_empty() {
            return Ok(filter);
        }
        let mut seen = Vec::new();
        for condition in text.split(" AND ") {
            let (name, value) = condition.split_once('=').ok_or_else(malformed)?;
            let name: Name = name.trim().parse().map_err(|_unknown| malformed())?;
            if seen.contains(&name) {
                return Err(Error::field(
                    "filter",
                    "repeated",
                    "Mỗi điều kiện chỉ được nêu một lần.",
                    "Each condition may stand once only.",
                ));
            }
            seen.push(name);
            filter.set(name, value.trim()).ok_or_else(|| {
                Error::field(
                    "filter",
                    "value",
                    format!("Giá trị của điều kiện “{name}” không hợp lệ."),
                    format!("The value of the condition “{name}” is not valid."),
                )
            })?;
        }
        Ok(filter)
    }

    fn set(&mut self, name: Name, value: &str) -> Option<()> {
        match name {
            Name::State => self.state = Some(value.parse().ok()?),
            Name::Kind => self.kind = Some(value.parse().ok()?),
            Name::Sender => self.sender = Some(value.parse().ok()?),
            Name::Recipient => self.recipient = Some(value.parse().ok()?),
            Name::Direction => {
                self.direction = Some(match value {
                    "IN" => Direction::Received,
                    "OUT" => Direction::Sent,
                    _ => return None,
                });
            }
        }
        Some(())
    }

    /// What to ask the store for of the requests of others.
    ///
    /// # Errors
    /// `FIELD_INVALID` on `filter` if it names a direction: a supervisor is on neither side.
    pub(in crate::app) fn of_others(&self) -> Result<SupervisedFilter> {
        if self.direction.is_some() {
            return Err(Error::field(
                "filter",
                "value",
                "Bên giám sát không dùng được điều kiện “direction”; hãy nêu sender hoặc recipient.",
                "A supervisor is on neither side: name sender or recipient instead of direction.",
            ));
        }
        let text = |code: Option<&AgencyCode>| code.map(AgencyCode::to_string).unwrap_or_default();
        Ok(SupervisedFilter {
            state: self.state.map(State::as_str).unwrap_or_default().to_owned(),
            kind: self.kind.as_ref().map(KindCode::to_string).unwrap_or_default(),
            sender: text(self.sender.as_ref()),
            recipient: text(self.recipient.as_ref()),
        })
    }

    /// What to ask the store for, per side of the caller; a side that can give nothing is left out.
    pub(super) fn sides(&self, caller: &AgencyCode) -> Vec<(Direction, RequestFilter)> {
        [Direction::Received, Direction::Sent]
            .into_iter()
            .filter(|side| self.direction.is_none_or(|direction| direction == *side))
            .filter_map(|side| {
                let (own, other) = match side {
                    Direction::Received => (&self.recipient, &self.sender),
                    Direction::Sent => (&self.sender, &self.recipient),
                };
                let fits = own.as_ref().is_none_or(|own| own == caller) && other.as_ref() != Some(caller);
                fits.then(|| {
                    let filter = RequestFilter {
                        state: self.state.map(State::as_str).unwrap_or_default().to_owned(),
                        kind: self.kind.as_ref().map(KindCode::to_string).unwrap_or_default(),
                        counterparty: other.as_ref().map(AgencyCode::to_string).unwrap_or_default(),
                    };
                    (side, filter)
                })
            })
            .collect()
    }
}

fn malformed() -> Error {
    let names: Vec<&str> = Name::ALL.iter().map(|name| name.as_str()).collect();
    let names = names.join(", ");
    Error::field(
        "filter",
        "syntax",
        format!("Cần các điều kiện “tên = giá trị” nối bằng “ AND ”; tên là một trong: {names}."),
        format!("Expected conditions “name = value” joined by “ AND ”; a name is one of: {names}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(text: &str) -> Vec<(Direction, String)> {
        let caller = AgencyCode::parse("VN.ME").unwrap();
        let sides = Filter::parse(text).unwrap().sides(&caller);
        let shown = |filter: RequestFilter| format!("{}|{}|{}", filter.state, filter.kind, filter.counterparty);
        sides.into_iter().map(|(side, filter)| (side, shown(filter))).collect()
    }

    fn reason(text: &str) -> String {
        Filter::parse(text)
            .unwrap_err()
            .fields()
            .first()
            .unwrap()
            .reason
            .clone()
    }

    #[test]
    fn no_filter_is_both_sides() {
        for text in ["", "  "] {
            assert_eq!(
                sides(text),
                [(Direction::Received, "||".into()), (Direction::Sent, "||".into())]
            );
        }
    }

    #[test]
    fn conditions_are_joined_with_and_with_or_without_spaces_around_the_sign() {
        let all = sides("direction = IN AND state=SUBMITTED AND kind= account-freeze AND sender =VN.THADS");
        assert_eq!(all, [(Direction::Received, "SUBMITTED|account-freeze|VN.THADS".into())]);
    }

    #[test]
    fn naming_a_party_tells_the_side() {
        assert_eq!(sides("sender = VN.ME"), [(Direction::Sent, "||".into())]);
        assert_eq!(sides("sender = VN.A"), [(Direction::Received, "||VN.A".into())]);
        assert_eq!(
            sides("recipient = VN.A AND sender = VN.ME"),
            [(Direction::Sent, "||VN.A".into())]
        );
        assert_eq!(sides("recipient = VN.A AND sender = VN.B"), []);
        assert_eq!(sides("direction = OUT AND sender = VN.A"), []);
        assert_eq!(sides("recipient = VN.ME AND sender = VN.ME"), []);
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "state",
            "color = RED",
            "state = SUBMITTED OR kind = x",
            "state = SUBMITTED AND ",
            "State = CLOSED",
        ] {
            assert!(["syntax", "value"].contains(&reason(text).as_str()), "{text}");
        }
        for text in [
            "state = OPEN",
            "direction = BOTH",
            "kind = A B",
            "sender = ' OR 1=1",
            "state != CLOSED",
        ] {
            assert!(["syntax", "value"].contains(&reason(text).as_str()), "{text}");
        }
        assert_eq!(reason("state = CLOSED AND state = ANSWERED"), "repeated");
        assert_eq!(reason(&"x".repeat(1_001)), "too_long");
    }
}
