//! Which suspensions may be entered. The law says nothing of a recipient's maintenance: notice, length and sum are policy (D).

use std::collections::BTreeSet;
use std::time::Duration;

use super::known::{Known, KnownSuspensions};
use super::{Cause, ClockSuspension};
use crate::domain::agency::Role;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::ids::AgencyCode;
use crate::domain::time::Timestamp;

/// Maintenance is published at least so long before it begins.
pub const NOTICE: Duration = Duration::from_hours(72);

/// The shortest maintenance: shorter ones are no reason to move clocks.
pub const SHORTEST_MAINTENANCE: Duration = Duration::from_mins(15);

/// The longest maintenance.
pub const LONGEST_MAINTENANCE: Duration = Duration::from_hours(48);

/// The most maintenance of one agency in any [`MAINTENANCE_WINDOW`].
pub const MOST_MAINTENANCE: Duration = Duration::from_hours(96);

/// See [`MOST_MAINTENANCE`].
pub const MAINTENANCE_WINDOW: Duration = Duration::from_hours(30 * 24);

/// The longest outage that is recorded at once, and how long ago it may have begun.
pub const LONGEST_OUTAGE: Duration = Duration::from_hours(30 * 24);

/// How far back a decision may reach, and how far ahead it may begin or end.
pub const DECREE_REACH: Duration = Duration::from_hours(366 * 24);

/// Whether `suspension` may be entered at `now` by an agency of this role.
///
/// # Errors
/// METHOD_NOT_ALLOWED by who enters it; FIELD_INVALID with every field that is wrong.
pub fn check(suspension: &ClockSuspension, role: Role, known: &KnownSuspensions, now: Timestamp) -> Result<()> {
    let own = BTreeSet::from([suspension.agency.clone()]);
    let may = match suspension.cause {
        Cause::Maintenance => suspension.scope.agencies == own,
        Cause::Outage | Cause::Decree => role == Role::Operator,
    };
    if !may {
        return Err(Error::new(ErrorCode::MethodNotAllowed));
    }
    let mut found = Vec::new();
    let ends = suspension.to.unwrap_or(Timestamp::from_micros(i64::MAX));
    if ends <= suspension.from {
        found.push(wrong(
            "end_time",
            "before_start",
            "Phải sau lúc bắt đầu.",
            "Must be after the start.",
        ));
    }
    match suspension.cause {
        Cause::Maintenance => check_maintenance(suspension, known, now, &mut found),
        Cause::Outage => {
            if ends > now {
                found.push(wrong(
                    "end_time",
                    "in_future",
                    "Sự cố được ghi nhận sau khi đã hết: phải nêu lúc kết thúc, không sau lúc này.",
                    "An outage is recorded when it is over: state its end, which is not in the future.",
                ));
            }
            if suspension.from < now.minus(LONGEST_OUTAGE) {
                found.push(wrong(
                    "start_time",
                    "too_early",
                    "Không được trước đây quá 30 ngày.",
                    "Not more than 30 days ago.",
                ));
            }
        }
        Cause::Decree => {
            let reach = now.minus(DECREE_REACH)..=now.plus(DECREE_REACH);
            for (field, time) in [("start_time", Some(suspension.from)), ("end_time", suspension.to)] {
                if time.is_some_and(|time| !reach.contains(&time)) {
                    found.push(wrong(
                        field,
                        "out_of_range",
                        "Phải trong khoảng 366 ngày trước và sau lúc này.",
                        "Must lie within 366 days of now.",
                    ));
                }
            }
        }
    }
    if found.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(ErrorCode::FieldInvalid, found))
    }
}

fn check_maintenance(
    suspension: &ClockSuspension,
    known: &KnownSuspensions,
    now: Timestamp,
    found: &mut Vec<FieldViolation>,
) {
    if suspension.from < now.plus(NOTICE) {
        found.push(wrong(
            "start_time",
            "short_notice",
            "Bảo trì phải được công bố trước ít nhất 72 giờ.",
            "Maintenance is published at least 72 hours in advance.",
        ));
    }
    let Some(to) = suspension.to else {
        found.push(wrong(
            "end_time",
            "required",
            "Phải nêu lúc kết thúc.",
            "State when it ends.",
        ));
        return;
    };
    if to > suspension.from.plus(LONGEST_MAINTENANCE) {
        found.push(wrong(
            "end_time",
            "too_long",
            "Không được dài quá 48 giờ.",
            "At most 48 hours.",
        ));
    }
    if to < suspension.from.plus(SHORTEST_MAINTENANCE) {
        found.push(wrong(
            "end_time",
            "too_short",
            "Không được ngắn hơn 15 phút.",
            "At least 15 minutes.",
        ));
    }
    let others = known.iter().map(|known| &known.suspension);
    let own = others.filter(|other| other.cause == Cause::Maintenance && other.agency == suspension.agency);
    let own: Vec<&ClockSuspension> = own.chain([suspension]).collect();
    if Timestamp::from_micros(most_within(&own)) > Timestamp::default().plus(MOST_MAINTENANCE) {
        found.push(wrong(
            "end_time",
            "too_much",
            "Tổng thời gian bảo trì trong vòng 30 ngày không được quá 96 giờ.",
            "At most 96 hours of maintenance within 30 days.",
        ));
    }
}

/// The most that these take of any 30 days, microseconds. It is most in a window that begins with one of them or ends with one.
fn most_within(all: &[&ClockSuspension]) -> i64 {
    let begins = all.iter().map(|one| one.from);
    let ends = all.iter().filter_map(|one| Some(one.to?.minus(MAINTENANCE_WINDOW)));
    let sum = |opens: Timestamp| -> i64 {
        let window = (opens, opens.plus(MAINTENANCE_WINDOW));
        all.iter().map(|one| within(one, window)).sum()
    };
    begins.chain(ends).map(sum).max().unwrap_or(0)
}

/// How much of a suspension lies in the window, microseconds.
fn within(suspension: &ClockSuspension, (opens, closes): (Timestamp, Timestamp)) -> i64 {
    let to = suspension.to.unwrap_or(closes).min(closes);
    to.micros().saturating_sub(suspension.from.max(opens).micros()).max(0)
}

/// When a suspension is over that `agency` ends at `now`, asking for `to` or for now. One that has not begun is taken back.
///
/// # Errors
/// METHOD_NOT_ALLOWED: maintenance is ended by who published it or the operator, all else by the operator. FIELD_INVALID: the end would
/// lie in the past or not before the one that is known.
pub fn end_of(
    known: &Known,
    agency: &AgencyCode,
    role: Role,
    to: Option<Timestamp>,
    now: Timestamp,
) -> Result<Timestamp> {
    let suspension = &known.suspension;
    let is_own = suspension.cause == Cause::Maintenance && suspension.agency == *agency;
    if !is_own && role != Role::Operator {
        return Err(Error::new(ErrorCode::MethodNotAllowed));
    }
    let to = to.unwrap_or_else(|| now.max(suspension.from));
    let found = if to < now && to != suspension.from {
        wrong(
            "end_time",
            "in_past",
            "Không được trước lúc này.",
            "Must not lie in the past.",
        )
    } else if to < suspension.from {
        wrong(
            "end_time",
            "before_start",
            "Không được trước lúc bắt đầu.",
            "Must not be before the start.",
        )
    } else if suspension.to.is_some_and(|end| to >= end) {
        wrong(
            "end_time",
            "not_earlier",
            "Phải trước lúc kết thúc đã biết.",
            "Must be before the end that is known.",
        )
    } else {
        return Ok(to);
    };
    Err(Error::invalid(ErrorCode::FieldInvalid, vec![found]))
}

fn wrong(field: &str, reason: &str, vi: &str, en: &str) -> FieldViolation {
    FieldViolation::new(field, reason, vi, en)
}
