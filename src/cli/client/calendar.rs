//! `lienthong calendar` with a hub: the days as the hub has them, and the operator's import.

use lienthong_proto::v1;

use super::connection::ConnectionArgs;
use super::session::{ask, incomplete};
use crate::cli::failure::Failure;
use crate::domain::calendar::{CalendarDay, DayKind};
use crate::evidence::digest::{hex, sha256};
use crate::grpc::convert::vocabulary::OnWire as _;

/// The days of a year (0: all), and whether that year has data.
pub(in crate::cli) async fn listed(
    connection: &ConnectionArgs,
    year: i16,
) -> Result<(Vec<CalendarDay>, bool), Failure> {
    let session = connection.connect().await?;
    let asked = v1::ListCalendarDaysRequest {
        year: year.into(),
        ..Default::default()
    };
    let answer = ask!(async || session.calendar().list_calendar_days(asked.clone()).await)?;
    let days: Option<Vec<CalendarDay>> = answer.days.iter().map(day).collect();
    let has_data = year == 0 || answer.years.iter().any(|of| of.year == i32::from(year) && of.has_data);
    Ok((days.ok_or_else(|| incomplete("days"))?, has_data))
}

/// Brings days into the hub. The key follows from what they say, so the same file is the same import.
pub(in crate::cli) async fn import(
    connection: &ConnectionArgs,
    days: &[CalendarDay],
) -> Result<v1::ImportCalendarDaysResponse, Failure> {
    let session = connection.connect().await?;
    let asked = v1::ImportCalendarDaysRequest {
        idempotency_key: format!("calendar-{}", hex(&sha256(format!("{days:?}").as_bytes()))),
        days: days.iter().map(stated).collect(),
    };
    ask!(async || session.calendar().import_calendar_days(asked.clone()).await)
}

fn stated(day: &CalendarDay) -> v1::CalendarDay {
    v1::CalendarDay {
        date: day.date.to_string(),
        kind: day.kind.to_wire(),
        name: day.name.clone(),
        basis: day.basis.clone(),
        certainty: day.certainty.clone(),
        ..Default::default()
    }
}

fn day(told: &v1::CalendarDay) -> Option<CalendarDay> {
    let known_from = Some(&told.known_from).filter(|text| !text.is_empty());
    Some(CalendarDay {
        date: told.date.parse().ok()?,
        kind: DayKind::from_wire(told.kind)?,
        name: told.name.clone(),
        basis: told.basis.clone(),
        certainty: told.certainty.clone(),
        known_from: known_from.map(|text| text.parse()).transpose().ok()?,
    })
}
