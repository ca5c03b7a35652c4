//! Days of the calendar on the wire.

use std::collections::BTreeSet;

use jiff::civil::Date;
use lienthong_proto::v1;

use super::fields::Fields;
use super::text_or_empty;
use super::vocabulary::OnWire as _;
use crate::domain::calendar::{Calendar, CalendarDay, DayKind, DayState};
use crate::domain::error::Result;

/// Most days of one import.
const MAX_DAYS: usize = 1_000;
/// Most characters of a day's name.
const MAX_NAME: usize = 200;
/// Most characters of its basis and of its certainty.
const MAX_BASIS: usize = 500;

/// Which days are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DaysAsked {
    first: Date,
    last: Date,
    /// Whether there are bounds, so that every year between them is told.
    bounded: bool,
    version: i64,
}

/// What ListCalendarDays asks for.
pub(crate) fn days_asked(message: &v1::ListCalendarDaysRequest) -> Result<DaysAsked> {
    let mut fields = Fields::default();
    let first = fields.optional_date("first_date", &message.first_date);
    let last = fields.optional_date("last_date", &message.last_date);
    fields.in_order("last_date", first, last);
    if message.year != 0 {
        fields.within("year", message.year, &(1900..=2999));
        if first.is_some() || last.is_some() {
            fields.push(
                "year",
                "conflict",
                "Chỉ nêu năm hoặc khoảng ngày.",
                "State a year or a range of dates, not both.",
            );
        }
    }
    if message.as_of_version < 0 {
        fields.push(
            "as_of_version",
            "out_of_range",
            "Không được là số âm.",
            "It cannot be negative.",
        );
    }
    let version = if message.as_of_version == 0 {
        i64::MAX
    } else {
        message.as_of_version
    };
    let year = i16::try_from(message.year).ok().filter(|year| *year != 0);
    let of_year = year.and_then(|year| Date::new(year, 1, 1).ok().zip(Date::new(year, 12, 31).ok()));
    let (first, last) = of_year.map_or((first, last), |(first, last)| (Some(first), Some(last)));
    fields.finish(Some(DaysAsked {
        first: first.unwrap_or(Date::MIN),
        last: last.unwrap_or(Date::MAX),
        bounded: first.is_some() && last.is_some(),
        version,
    }))
}

/// The days that were asked for.
pub(crate) fn days(asked: &DaysAsked, current: &Calendar) -> v1::ListCalendarDaysResponse {
    let calendar = current.at_version(asked.version);
    let states: Vec<&DayState> = calendar
        .states()
        .filter(|state| (asked.first..=asked.last).contains(&state.day.date))
        .collect();
    let mut years: BTreeSet<i16> = states.iter().map(|state| state.day.date.year()).collect();
    if asked.bounded {
        years.extend((asked.first.year()..=asked.last.year()).take(1_000));
    }
    v1::ListCalendarDaysResponse {
        days: states.into_iter().map(day).collect(),
        years: years
            .into_iter()
            .map(|year| v1::CalendarYear {
                year: year.into(),
                has_data: calendar.has_year(year),
            })
            .collect(),
        version: calendar.version(),
    }
}

fn day(state: &DayState) -> v1::CalendarDay {
    let day = &state.day;
    v1::CalendarDay {
        date: day.date.to_string(),
        kind: day.kind.to_wire(),
        name: day.name.clone(),
        basis: day.basis.clone(),
        certainty: day.certainty.clone(),
        known_from: text_or_empty(day.known_from.map(|date| date.to_string())),
        origin: state.origin.to_wire(),
        version: state.version,
    }
}

/// The days that ImportCalendarDays brings.
pub(crate) fn imported_days(message: &v1::ImportCalendarDaysRequest) -> Result<Vec<CalendarDay>> {
    let mut fields = Fields::default();
    if message.days.is_empty() {
        fields.missing("days");
    }
    fields.at_most("days", message.days.len(), MAX_DAYS);
    let mut dates = BTreeSet::new();
    let days: Option<Vec<CalendarDay>> = message
        .days
        .iter()
        .take(MAX_DAYS)
        .enumerate()
        .map(|(index, day)| imported_day(&mut fields, &format!("days[{index}]"), day, &mut dates))
        .collect();
    fields.finish(days)
}

fn imported_day(
    fields: &mut Fields,
    at: &str,
    day: &v1::CalendarDay,
    dates: &mut BTreeSet<Date>,
) -> Option<CalendarDay> {
    let date = fields.date(&format!("{at}.date"), &day.date);
    if date.is_some_and(|date| !dates.insert(date)) {
        fields.push(
            &format!("{at}.date"),
            "duplicate",
            "Ngày này đã nêu ở trên.",
            "This date stands above already.",
        );
    }
    let kind = DayKind::from_wire(day.kind);
    if kind.is_none() {
        fields.missing(&format!("{at}.kind"));
    }
    fields.line(&format!("{at}.name"), &day.name, 1..=MAX_NAME);
    fields.line(&format!("{at}.basis"), &day.basis, 1..=MAX_BASIS);
    fields.line(&format!("{at}.certainty"), &day.certainty, 0..=MAX_BASIS);
    Some(CalendarDay {
        date: date?,
        kind: kind?,
        name: day.name.clone(),
        basis: day.basis.clone(),
        certainty: day.certainty.clone(),
        known_from: None,
    })
}
