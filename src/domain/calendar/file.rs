//! Reads the calendar's two files (`catalogue/calendar/`).

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};

use super::csv::split_line;
use super::{CalendarDay, DayKind, Session};

/// A calendar file that cannot be read. `line` counts from 1; the header is line 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("calendar file, line {line}: {problem}")]
pub struct CalendarFileError {
    /// The line at fault.
    pub line: usize,
    /// What is wrong there.
    pub problem: &'static str,
}

/// Certainty of a row that waits for the Government's choice between two dates.
const ALTERNATIVE_PREFIX: &str = "unverified-alternative";

/// The days of a holiday file by date. Columns: date, kind, name, source, certainty and, if wanted, known_from.
pub(super) fn parse_days(text: &str) -> Result<BTreeMap<Date, CalendarDay>, CalendarFileError> {
    let mut days = BTreeMap::new();
    for (line, record) in records(text, &["date", "kind", "name", "source", "certainty"])? {
        let fault = |problem| CalendarFileError { line, problem };
        let day = parse_day(&record).map_err(fault)?;
        if days.insert(day.date, day).is_some() {
            return Err(fault("this date appears twice"));
        }
    }
    Ok(days)
}

fn parse_day(record: &BTreeMap<String, String>) -> Result<CalendarDay, &'static str> {
    let text = |column: &str| record.get(column).map(String::as_str).unwrap_or_default();
    let date = text("date").parse().map_err(|_malformed| "`date` must be YYYY-MM-DD")?;
    let kind = text("kind")
        .parse()
        .map_err(|_unknown| "`kind` is not a known kind of day")?;
    if text("name").is_empty() {
        return Err("`name` is empty");
    }
    let known_from = match text("known_from") {
        "" => None,
        stated => Some(stated.parse().map_err(|_malformed| "`known_from` must be YYYY-MM-DD")?),
    };
    let waits = kind == DayKind::Holiday && text("certainty").starts_with(ALTERNATIVE_PREFIX);
    Ok(CalendarDay {
        date,
        kind: if waits { DayKind::Alternative } else { kind },
        name: text("name").to_owned(),
        basis: text("source").to_owned(),
        certainty: text("certainty").to_owned(),
        known_from,
    })
}

/// The sessions of a working day, in order and without overlap. Columns: opens, closes, source, certainty.
pub(super) fn parse_sessions(text: &str) -> Result<Vec<Session>, CalendarFileError> {
    let mut sessions: Vec<Session> = Vec::new();
    for (line, record) in records(text, &["opens", "closes", "source", "certainty"])? {
        let fault = |problem| CalendarFileError { line, problem };
        let field = |column: &str| record.get(column).map(String::as_str).unwrap_or_default();
        let time = |column: &str| {
            field(column)
                .parse::<Time>()
                .map_err(|_malformed| fault("a time must be HH:MM"))
        };
        let session = Session {
            opens: time("opens")?,
            closes: time("closes")?,
            basis: field("source").to_owned(),
            certainty: field("certainty").to_owned(),
        };
        let follows = sessions.last().is_none_or(|before| before.closes <= session.opens);
        if session.opens >= session.closes || !follows {
            return Err(fault("sessions must be in order and must not overlap"));
        }
        sessions.push(session);
    }
    if sessions.is_empty() {
        return Err(CalendarFileError {
            line: 1,
            problem: "no session of work is stated",
        });
    }
    Ok(sessions)
}

type Record = BTreeMap<String, String>;

/// Every record with its line number, by column name. Blank lines are passed over.
fn records(text: &str, required: &[&str]) -> Result<Vec<(usize, Record)>, CalendarFileError> {
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index.saturating_add(1), line));
    let broken = |line| CalendarFileError {
        line,
        problem: "a quote is open or misplaced",
    };
    let (_, header) = lines.next().unwrap_or((1, ""));
    let columns = split_line(header).ok_or_else(|| broken(1))?;
    if required.iter().any(|name| !columns.iter().any(|column| column == name)) {
        return Err(CalendarFileError {
            line: 1,
            problem: "a required column is missing",
        });
    }
    let mut records = Vec::new();
    for (line, content) in lines.filter(|(_, content)| !content.trim().is_empty()) {
        let fields = split_line(content).ok_or_else(|| broken(line))?;
        if fields.len() != columns.len() {
            return Err(CalendarFileError {
                line,
                problem: "wrong number of columns",
            });
        }
        records.push((line, columns.iter().cloned().zip(fields).collect()));
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "date,kind,name,source,certainty\n";

    fn problem(rows: &str) -> (usize, &'static str) {
        let error = parse_days(&format!("{HEADER}{rows}")).unwrap_err();
        (error.line, error.problem)
    }

    #[test]
    fn a_broken_holiday_file_says_where() {
        assert_eq!(problem("2026-13-01,holiday,x,y,z"), (2, "`date` must be YYYY-MM-DD"));
        assert_eq!(problem("\n2026-01-01,party,x,y,z").0, 3);
        assert_eq!(problem("2026-01-01,holiday,,y,z"), (2, "`name` is empty"));
        assert_eq!(problem("2026-01-01,holiday,x,y"), (2, "wrong number of columns"));
        assert_eq!(
            problem("2026-01-01,holiday,\"x,y,z"),
            (2, "a quote is open or misplaced")
        );
        let twice = "2026-01-01,holiday,x,y,z\n2026-01-01,holiday,x,y,z";
        assert_eq!(problem(twice), (3, "this date appears twice"));
        assert_eq!(parse_days("date,kind\n").unwrap_err().line, 1);
    }

    #[test]
    fn known_from_is_an_optional_column() {
        let text = "date,kind,name,source,certainty,known_from\n\
                    2028-01-01,holiday,x,y,z,2027-10-01\n2028-09-02,holiday,x,y,z,\n";
        let known: Vec<_> = parse_days(text).unwrap().into_values().map(|d| d.known_from).collect();
        assert_eq!(known, [Some(jiff::civil::date(2027, 10, 1)), None]);
    }

    #[test]
    fn sessions_must_be_in_order() {
        let head = "opens,closes,source,certainty\n";
        assert!(parse_sessions(&format!("{head}08:00,12:00,x,D\n13:00,17:00,x,D\n")).is_ok());
        for rows in ["", "12:00,08:00,x,D", "08:00,12:00,x,D\n11:00,17:00,x,D", "8h,9h,x,D"] {
            assert!(parse_sessions(&format!("{head}{rows}")).is_err(), "{rows}");
        }
    }
}
