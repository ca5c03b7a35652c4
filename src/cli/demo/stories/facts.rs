//! What a story knows as it goes on, and the places in its texts that are filled in from it.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::dates::moved;
use crate::cli::demo::outcome::{NotHeld, Outcome, needed};
use crate::domain::time::Timestamp;

/// What is known so far.
#[derive(Debug)]
pub(super) struct Facts {
    /// When the story began.
    pub(super) start: Timestamp,
    /// The hub's time.
    pub(super) now: Timestamp,
    /// Codes of agencies, by the names of their certificates.
    pub(super) codes: BTreeMap<String, String>,
    /// What was sent, by its name in the story.
    pub(super) requests: BTreeMap<String, Known>,
}

/// A request that was sent.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Its id.
    pub(super) id: String,
    /// Its kind.
    pub(super) kind: String,
    /// Its exact text.
    pub(super) document: String,
    /// When.
    pub(super) sent: Timestamp,
    /// When its clocks are due, as far as that is known.
    pub(super) dues: BTreeMap<String, Timestamp>,
}

impl Facts {
    /// The request called `name`.
    pub(super) fn request(&self, name: &str) -> Outcome<&Known> {
        needed(
            self.requests.get(name),
            &format!("the story has sent a request called {name}"),
        )
    }

    /// `text` with its places filled in:
    /// `{today}`, `{start}`, `{today+30}`, `{start-160}`, `{today+30w}` (or the Monday after), `{sent:NAME}`, `{due:NAME/CLOCK}` are days, as in a document; with `:vi`
    /// as they are written in sentences, with `:year` the year alone. `{now}` is the time, `{request:NAME}` an id, `{code:CERTIFICATE}` an
    /// agency's code.
    pub(super) fn filled(&self, text: &str) -> Outcome<String> {
        let mut told = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').unwrap_or((after, ""));
            let value = self.value(place);
            let value = value.ok_or_else(|| NotHeld::new(format!("the place {{{place}}} of a story is known")))?;
            told.push_str(before);
            told.push_str(&value);
            rest = after;
        }
        told.push_str(rest);
        Ok(told)
    }

    /// `{days:DAY..DAY}`, where it is all of a text: how many days from one to the other, as a number.
    pub(super) fn number(&self, text: &str) -> Option<i64> {
        let days = text.strip_prefix("{days:")?.strip_suffix('}')?;
        let (from, to) = days.split_once("..")?;
        let span = self.day(from)?.until(self.day(to)?).ok()?;
        Some(span.get_days().into())
    }

    fn value(&self, place: &str) -> Option<String> {
        if let Some(name) = place.strip_prefix("request:") {
            return self.requests.get(name).map(|request| request.id.clone());
        }
        if let Some(name) = place.strip_prefix("code:") {
            return self.codes.get(name).cloned();
        }
        if place == "now" {
            return Some(self.now.to_rfc3339());
        }
        let as_written = place.strip_suffix(":vi");
        let as_year = place.strip_suffix(":year");
        let day = self.day(as_written.or(as_year).unwrap_or(place))?;
        Some(if as_written.is_some() {
            day.strftime("%d/%m/%Y").to_string()
        } else if as_year.is_some() {
            day.year().to_string()
        } else {
            day.to_string()
        })
    }

    fn day(&self, place: &str) -> Option<Date> {
        if let Some(name) = place.strip_prefix("sent:") {
            return self.requests.get(name).map(|request| request.sent.date());
        }
        if let Some((name, clock)) = place.strip_prefix("due:").and_then(|due| due.split_once('/')) {
            let due = self.requests.get(name)?.dues.get(clock)?;
            return Some(due.date());
        }
        let sign = place.find(['+', '-']).unwrap_or(place.len());
        let (day, distance) = place.split_at_checked(sign)?;
        let day = match day {
            "today" => self.now.date(),
            "start" => self.start.date(),
            _ => return None,
        };
        let counted = distance.strip_suffix('w');
        let distance = counted.unwrap_or(distance);
        let distance = if distance.is_empty() { 0 } else { distance.parse().ok()? };
        let day = moved(day, distance);
        Some(if counted.is_some() { weekday(day) } else { day })
    }
}

/// The day itself, or the Monday after its weekend.
fn weekday(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => moved(day, 2),
        Weekday::Sunday => moved(day, 1),
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_and_unknown_ones_are_not_left() {
        let time = |text| Timestamp::parse_rfc3339(text).unwrap();
        let known = Known {
            id: "req_1".to_owned(),
            kind: String::new(),
            document: String::new(),
            sent: time("2027-01-02T08:00:00+07:00"),
            dues: BTreeMap::from([("answer".to_owned(), time("2027-01-06T23:59:59+07:00"))]),
        };
        let facts = Facts {
            start: time("2027-01-01T08:00:00+07:00"),
            now: time("2027-01-03T08:00:00+07:00"),
            codes: BTreeMap::from([("court".to_owned(), "TA.1".to_owned())]),
            requests: BTreeMap::from([("asked".to_owned(), known)]),
        };
        for (text, filled) in [
            ("x {today} {start-1:vi} {start:year}", "x 2027-01-03 31/12/2026 2027"),
            ("{sent:asked} {due:asked/answer:vi}", "2027-01-02 06/01/2027"),
            (
                "{request:asked} {code:court} {now}",
                "req_1 TA.1 2027-01-03T08:00:00+07:00",
            ),
            ("{today+30} {today+27w}", "2027-02-02 2027-02-01"),
        ] {
            assert_eq!(facts.filled(text).unwrap(), filled);
        }
        assert_eq!(facts.number("{days:sent:asked..today+3}"), Some(4));
        assert_eq!(facts.number("{today}"), None);
        for text in ["{tomorrow}", "{request:other}", "{due:asked/report}", "{today+x}"] {
            assert!(facts.filled(text).is_err(), "{text}");
        }
    }
}
