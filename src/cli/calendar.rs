//! `lienthong calendar`: the days on which deadlines are counted.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::args::read_text;
use super::client::calendar as client;
use super::client::connection::ConnectionArgs;
use super::failure::Failure;
use super::output;
use crate::domain::calendar::{self, CalendarDay, date_vi};
use crate::server::start_error::StartError;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum Calendar {
    /// Liệt kê: the days that differ from the plain week, of the calendar in the binary or, with --profile or --hub, of a hub's.
    List(List),
    /// Nhập: brings a file's days into a hub, as its operator; open deadlines are computed again. Safe to repeat.
    Import(Import),
    /// Kiểm tra: whether a file of days is sound; ends with status 2 if it is not.
    Check(Check),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Năm: only this year.
    #[arg(long, env = "LIENTHONG_YEAR", value_name = "YEAR")]
    year: Option<i16>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Tệp CSV: columns date, kind, name, source, certainty. Dates that it does not name stay as they are.
    file: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
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
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run().await,
            Self::Import(import) => import.run().await,
            Self::Check(check) => self::check(&check.file),
        }
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let (days, has_data) = if self.connection.names_a_hub() {
            client::listed(&self.connection, self.year.unwrap_or(0)).await?
        } else {
            let calendar = embedded()?;
            let days = calendar.days().cloned().collect();
            (days, self.year.is_none_or(|year| calendar.has_year(year)))
        };
        if let Some(year) = self.year.filter(|_| !has_data) {
            let (vi, en) = no_data(year);
            return Err(Failure::failed(vi, en));
        }
        let is_wanted = |day: &&CalendarDay| self.year.is_none_or(|year| day.date.year() == year);
        for day in days.iter().filter(is_wanted) {
            output::line(&line(day));
        }
        Ok(())
    }
}

impl Import {
    async fn run(self) -> Result<(), Failure> {
        let days = days_of(&self.file)?;
        let done = client::import(&self.connection, &days).await?;
        let (vi, en) = if done.more {
            ("; cổng đang tính tiếp", "; the hub goes on computing")
        } else {
            ("", "")
        };
        let (count, version, moved) = (days.len(), done.version, done.moved_requests);
        output::line(&format!(
            "Đã nhập {count} ngày (lịch phiên bản {version}); {moved} yêu cầu có hạn chót thay đổi{vi}.\n\
             {count} days imported (calendar version {version}); the deadlines of {moved} requests moved{en}."
        ));
        Ok(())
    }
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

fn check(file: &Path) -> Result<(), Failure> {
    let days = days_of(file)?;
    output::line(&format!(
        "Tệp lịch hợp lệ: {count} ngày.\nThe file is sound: {count} days.",
        count = days.len()
    ));
    Ok(())
}

fn days_of(file: &Path) -> Result<Vec<CalendarDay>, Failure> {
    let text = read_text("FILE", file)?;
    let days = calendar::Calendar::parse_days(&text).map_err(|error| {
        Failure::configuration(
            format!("FILE: tệp lịch có lỗi, dòng {}: {}", error.line, error.problem),
            format!("FILE: {error}"),
        )
    })?;
    Ok(days)
}
