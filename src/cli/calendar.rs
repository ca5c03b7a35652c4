//! `lienthong calendar`: the days on which deadlines are counted.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::read_text;
use super::failure::Failure;
use super::output;
use crate::domain::calendar::{self, CalendarDay, date_vi};
use crate::server::start_error::StartError;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum Calendar {
    /// Liệt kê: the days of the calendar in the binary that differ from the plain week.
    List(List),
    /// Kiểm tra: whether a file of days is sound; ends with status 2 if it is not.
    Check(Check),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Năm: only this year.
    #[arg(long, env = "LIENTHONG_YEAR", value_name = "YEAR")]
    year: Option<i16>,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Tệp CSV: columns date, kind, name, source, certainty and, if wanted, `known_from`.
    file: PathBuf,
}

/// The calendar that the binary carries.
pub(super) fn embedded() -> Result<calendar::Calendar, Failure> {
    Ok(calendar::Calendar::embedded().map_err(StartError::from)?)
}

impl Calendar {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(list) => self::list(list.year),
            Self::Check(check) => self::check(&check.file),
        }
    }
}

fn list(year: Option<i16>) -> Result<(), Failure> {
    let calendar = embedded()?;
    if let Some(year) = year
        && !calendar.has_year(year)
    {
        let (vi, en) = no_data(year);
        return Err(Failure::failed(vi, en));
    }
    let is_wanted = |day: &&CalendarDay| year.is_none_or(|year| day.date.year() == year);
    for day in calendar.days().filter(is_wanted) {
        output::line(&line(day));
    }
    Ok(())
}

/// That a year has no data, in both languages.
pub(super) fn no_data(year: i16) -> (String, String) {
    (
        format!("Chưa có lịch làm việc của năm {year} (CALENDAR_MISSING)."),
        format!("There is no calendar for the year {year} (CALENDAR_MISSING)."),
    )
}

fn line(day: &CalendarDay) -> String {
    format!(
        "{}\t{}\t{} / {}\t{}\t{}\t{}",
        day.date,
        date_vi(day.date),
        day.kind.label_vi(),
        day.kind.label_en(),
        day.name,
        day.basis,
        day.certainty
    )
}

fn check(file: &std::path::Path) -> Result<(), Failure> {
    let text = read_text("FILE", file)?;
    let days = calendar::Calendar::parse_days(&text).map_err(|error| {
        Failure::configuration(
            format!("FILE: tệp lịch có lỗi, dòng {}: {}", error.line, error.problem),
            format!("FILE: {error}"),
        )
    })?;
    output::line(&format!(
        "Tệp lịch hợp lệ: {count} ngày.\nThe file is sound: {count} days.",
        count = days.len()
    ));
    Ok(())
}
