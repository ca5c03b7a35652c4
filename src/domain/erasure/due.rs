//! The rule: when the content of an order may be erased, and what keeps it.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::domain::error::FieldViolation;
use crate::domain::event::Measure;
use crate::domain::ids::{MeasureId, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::workflow::State;

/// The last day of a retention of `years` that begins with the end of a request: the same day of the last year, or the last of
/// its month (Civil Code Art. 148).
pub fn kept_through(end: Timestamp, years: u32) -> Date {
    let years = i32::try_from(years).unwrap_or(i32::MAX);
    let span = jiff::Span::new().try_years(years);
    let last = span.and_then(|span| end.date().checked_add(span));
    last.unwrap_or(Date::MAX)
}

/// Whether the last day of the retention is over.
fn is_over(last: Date, now: Timestamp) -> bool {
    now.date() > last
}

/// Requests that ended before this instant are kept no longer at `now`, by a retention of `years`.
pub fn ended_before(now: Timestamp, years: u32) -> Timestamp {
    let years = i32::try_from(years).unwrap_or(i32::MAX);
    let today = now.date();
    let first_kept = jiff::Span::new().try_years(years).and_then(|span| {
        let day = today.checked_sub(span)?;
        // On 29 February the same day may be missing that many years ago: the last of that month is kept no longer.
        let is_over = day.checked_add(span)? < today;
        if is_over { day.checked_add(1.day()) } else { Ok(day) }
    });
    first_kept.map_or(Timestamp::from_micros(i64::MIN), |day| {
        Timestamp::from_civil(day.at(0, 0, 0, 0))
    })
}

/// A request of the order, with what it takes to judge it.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The request.
    pub request: &'a EnforcementRequest,
    /// How long its kind keeps content, in years.
    pub retention_years: u32,
    /// The measures that came of it.
    pub measures: Vec<&'a Measure>,
    /// Open requests that relate to it or to its measures.
    pub open: Vec<&'a RequestId>,
    /// Whether all of its content is sealed, so that it goes with its keys.
    pub sealed: bool,
}

/// Why the content of a request may not be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    /// It is erased already.
    Erased,
    /// It has not come to its end.
    NotEnded(State),
    /// Its kind keeps it through this day.
    Kept(Date),
    /// A measure that came of it is in force.
    MeasureInForce(MeasureId),
    /// An open request relates to it.
    Related(RequestId),
    /// Some of its content is from before content was sealed.
    NotSealed,
}

/// A hindrance at a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindered {
    /// Which request.
    pub request: RequestId,
    /// Why.
    pub by: Hindrance,
}

/// Whether a request has come to the end from which its retention counts.
pub const fn is_ended(state: State) -> bool {
    match state {
        State::Withdrawn | State::Closed => true,
        State::Submitted
        | State::Acknowledged
        | State::Clarifying
        | State::Answered
        | State::Returned
        | State::WithdrawalPending => false,
    }
}

/// Whether a request is a copy by right, made in the write of the order whose bytes it shares: it is for information, and whoever
/// got it owes nothing that would have to end first.
fn is_copy(request: &EnforcementRequest) -> bool {
    request.broadcast_id.is_none() && request.submit_index != request.body_index
}

/// Everything that keeps the content of an order from being erased at `now`; nothing if it may be. An order is erased as a whole:
/// each request that shares its bytes must qualify; what relates to it from within does not count.
pub fn hindrances(order: &[Candidate<'_>], now: Timestamp) -> Vec<Hindered> {
    let of_one = |candidate: &Candidate<'_>| {
        let Candidate {
            request,
            retention_years,
            measures,
            open,
            sealed,
        } = candidate;
        let mut found = Vec::new();
        // Retention counts from the newest entry: a report or a correction may follow the end.
        let last = kept_through(request.update_time, *retention_years);
        if request.erased_index.is_some() {
            found.push(Hindrance::Erased);
        } else if !is_ended(request.state) && !is_copy(request) {
            found.push(Hindrance::NotEnded(request.state));
        } else if !is_over(last, now) {
            found.push(Hindrance::Kept(last));
        }
        let in_force = measures.iter().filter(|measure| measure.in_force);
        found.extend(in_force.map(|measure| Hindrance::MeasureInForce(measure.id.clone())));
        let is_own = |id: &RequestId| order.iter().any(|own| own.request.id == *id);
        let others = open.iter().filter(|id| !is_own(id));
        found.extend(others.map(|id| Hindrance::Related((*id).clone())));
        found.extend((!sealed).then_some(Hindrance::NotSealed));
        found
            .into_iter()
            .map(|by| Hindered {
                request: request.id.clone(),
                by,
            })
            .collect::<Vec<_>>()
    };
    order.iter().flat_map(of_one).collect()
}

impl Hindrance {
    /// The stable reason.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Erased => "erased_already",
            Self::NotEnded(_) => "not_ended",
            Self::Kept(_) => "retention",
            Self::MeasureInForce(_) => "measure_in_force",
            Self::Related(_) => "open_request",
            Self::NotSealed => "not_sealed",
        }
    }

    /// In words, Vietnamese.
    pub fn vi(&self) -> String {
        match self {
            Self::Erased => "Nội dung đã được xóa.".to_owned(),
            Self::NotEnded(state) => format!(
                "Yêu cầu chưa kết thúc (đang ở trạng thái {}); phải đóng hoặc lấy lại trước.",
                state.label_vi()
            ),
            Self::Kept(last) => format!("Phải lưu nội dung đến hết ngày {}.", last.strftime("%d/%m/%Y")),
            Self::MeasureInForce(id) => format!("Biện pháp {id} đang có hiệu lực."),
            Self::NotSealed => {
                "Một phần nội dung được nhận khi cổng chưa mã hóa nội dung, nên không xóa được bằng khóa.".to_owned()
            }
            Self::Related(id) => format!("Yêu cầu {id} liên quan đến yêu cầu này còn đang thực hiện."),
        }
    }

    /// In words, English.
    pub fn en(&self) -> String {
        match self {
            Self::Erased => "Its content is erased already.".to_owned(),
            Self::NotEnded(state) => format!("It has not ended (state {state}); close or withdraw it first."),
            Self::Kept(last) => format!("Its content must be kept through {last}."),
            Self::MeasureInForce(id) => format!("Measure {id} is in force."),
            Self::NotSealed => {
                "Some of its content came before content was sealed, and cannot be erased by its key.".to_owned()
            }
            Self::Related(id) => format!("The open request {id} relates to it."),
        }
    }
}

impl Hindered {
    /// As a wrong field of the message: the request stands in its name.
    pub fn violation(&self) -> FieldViolation {
        let field = format!("enforcement_requests[{}]", self.request);
        FieldViolation::new(field, self.by.reason(), self.by.vi(), self.by.en())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::agency::Channel;
    use crate::domain::event::DecisionRef;
    use crate::domain::ids::{AgencyCode, BroadcastId, KindCode};
    use crate::domain::mailbox::Lane;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn id(number: u32) -> RequestId {
        RequestId::parse(&format!("req_{number:032x}")).unwrap()
    }

    fn request(number: u32, state: State, update_time: Timestamp) -> EnforcementRequest {
        let agency = |code: &str| AgencyCode::parse(code).unwrap();
        EnforcementRequest {
            id: id(number),
            broadcast_id: None,
            kind: KindCode::parse("account-freeze").unwrap(),
            kind_revision: 1,
            sender: agency("VN.THADS"),
            sender_officer: None,
            sender_unit: None,
            recipient: agency("VN.BANK"),
            channel: Channel::Digital,
            lane: Lane::Normal,
            recipient_position: 1,
            submit_index: number.into(),
            body_index: 1,
            submit_time: Timestamp::from_micros(0),
            state,
            version: 1,
            update_time,
            registry_number: None,
            registered_time: None,
            assigned_unit: None,
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
        }
    }

    fn measure(in_force: bool) -> Measure {
        Measure {
            id: MeasureId::parse(&format!("mea_{:032x}", 7)).unwrap(),
            request_id: Some(id(1)),
            kind: KindCode::parse("account-freeze").unwrap(),
            holder: AgencyCode::parse("VN.BANK").unwrap(),
            issuer: AgencyCode::parse("VN.THADS").unwrap(),
            decision: DecisionRef {
                number: "1/QĐ".to_owned(),
                date: day("2016-01-01"),
                office: None,
            },
            in_force,
            amounts: BTreeMap::new(),
            since: Timestamp::from_micros(0),
            ended: None,
            changed_by: None,
            taken: BTreeMap::new(),
        }
    }

    fn candidate(request: &EnforcementRequest) -> Candidate<'_> {
        Candidate {
            request,
            retention_years: 10,
            measures: Vec::new(),
            open: Vec::new(),
            sealed: true,
        }
    }

    #[test]
    fn content_is_kept_through_the_same_day_of_the_last_year_or_the_last_of_its_month() {
        for (end, years, last) in [
            ("2016-05-10T09:00:00+07:00", 10, "2026-05-10"),
            ("2016-02-29T09:00:00+07:00", 10, "2026-02-28"),
            ("2016-02-29T09:00:00+07:00", 12, "2028-02-29"),
            // The day is that of Viet Nam: half past midnight there is still the day before in UTC.
            ("2015-12-31T17:30:00Z", 1, "2017-01-01"),
            ("2015-12-31T16:30:00Z", 1, "2016-12-31"),
        ] {
            assert_eq!(kept_through(at(end), years), day(last), "{end} + {years}");
        }
    }

    #[test]
    fn the_last_day_is_kept_to_its_end() {
        let ended = request(1, State::Closed, at("2016-02-29T09:00:00+07:00"));
        let found = |now: &str| hindrances(&[candidate(&ended)], at(now));
        let kept = Hindered {
            request: id(1),
            by: Hindrance::Kept(day("2026-02-28")),
        };
        assert_eq!(found("2026-02-28T23:59:59+07:00"), [kept]);
        assert_eq!(found("2026-03-01T00:00:00+07:00"), []);
    }

    #[test]
    fn only_a_closed_or_withdrawn_request_has_ended() {
        for state in State::ALL {
            let ended = request(1, *state, Timestamp::from_micros(0));
            let found = hindrances(&[candidate(&ended)], at("2026-01-01T00:00:00Z"));
            let expected = matches!(state, State::Closed | State::Withdrawn);
            assert_eq!(found.is_empty(), expected, "{state}");
            assert!(expected || found[0].by == Hindrance::NotEnded(*state));
        }
    }

    #[test]
    fn a_copy_by_right_goes_with_its_order_whatever_became_of_it() {
        let order = request(1, State::Closed, Timestamp::from_micros(0));
        let copy = request(2, State::Submitted, Timestamp::from_micros(0));
        let mut of_order = candidate(&order);
        of_order.open = vec![&copy.id];
        let now = at("2026-01-01T00:00:00Z");
        assert_eq!(hindrances(&[of_order.clone(), candidate(&copy)], now), []);
        // It is kept for as long as its own kind says.
        let longer = Candidate {
            retention_years: 100,
            ..candidate(&copy)
        };
        assert_eq!(hindrances(&[of_order, longer], now).len(), 1);
        // A recipient of a broadcast is no copy.
        let member = EnforcementRequest {
            broadcast_id: BroadcastId::parse(&format!("brd_{:032x}", 5)).ok(),
            ..copy
        };
        assert_eq!(
            hindrances(&[candidate(&member)], now)[0].by,
            Hindrance::NotEnded(State::Submitted)
        );
    }

    #[test]
    fn each_hindrance_is_named_at_its_request() {
        let now = at("2026-01-01T00:00:00Z");
        let old = request(1, State::Closed, Timestamp::from_micros(0));
        let (in_force, ended) = (measure(true), measure(false));
        let other = id(9);
        let mut held = candidate(&old);
        held.measures = vec![&in_force, &ended];
        held.open = vec![&other];
        held.sealed = false;
        let erased = EnforcementRequest {
            erased_index: Some(4),
            ..request(2, State::Closed, Timestamp::from_micros(0))
        };
        let young = request(3, State::Withdrawn, at("2016-01-02T00:00:00Z"));
        let found = hindrances(&[held, candidate(&erased), candidate(&young)], now);
        let expected = [
            (1, Hindrance::MeasureInForce(in_force.id.clone())),
            (1, Hindrance::Related(other.clone())),
            (1, Hindrance::NotSealed),
            (2, Hindrance::Erased),
            (3, Hindrance::Kept(day("2026-01-02"))),
        ];
        let expected = expected.map(|(number, by)| Hindered {
            request: id(number),
            by,
        });
        assert_eq!(found, expected);
        for hindered in &found {
            assert!(hindered.violation().field.contains(hindered.request.as_str()));
        }
    }

    proptest! {
        #[test]
        fn what_is_looked_for_is_what_the_rule_allows(
            end in 0_i64..4_102_444_800_000_000,
            now in 0_i64..4_102_444_800_000_000,
            years in 1_u32..30,
        ) {
            let (end, now) = (Timestamp::from_micros(end), Timestamp::from_micros(now));
            let ended = request(1, State::Closed, end);
            let due = hindrances(&[Candidate { retention_years: years, ..candidate(&ended) }], now).is_empty();
            prop_assert_eq!(end < ended_before(now, years), due);
        }

        #[test]
        fn what_may_be_erased_may_be_erased_ever_after(
            end in 0_i64..2_000_000_000_000_000,
            now in 0_i64..4_102_444_800_000_000,
            later in 0_i64..1_000_000_000_000_000,
            years in 1_u32..30,
        ) {
            let ended = request(1, State::Closed, Timestamp::from_micros(end));
            let due = |now: i64| {
                let of_years = Candidate { retention_years: years, ..candidate(&ended) };
                hindrances(&[of_years], Timestamp::from_micros(now)).is_empty()
            };
            prop_assert!(!due(now) || due(now + later));
        }
    }
}
