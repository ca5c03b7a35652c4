//! Dates of an example, moved to the days on which the story sends and answers.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::domain::time::Timestamp;

/// Farther away than that, a date has nothing to do with the case: a birth, an old certificate.
const FAR: i32 = 1_100;

/// From the days of an example to those of the story.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    /// The date of the order in the example.
    pub(super) sent_then: Date,
    /// The date of the document in the example: of the order itself, or of an answer to it.
    pub(super) said_then: Date,
    /// When the order was sent in the story.
    pub(super) sent: Date,
    /// When the document is made in the story.
    pub(super) now: Timestamp,
}

impl Shift {
    /// What was between order and answer in the example happens now; what was before or comes after keeps its distance.
    fn date(&self, then: Date) -> Date {
        if days(self.said_then, then).abs() > FAR {
            then
        } else if then < self.sent_then {
            moved(then, days(self.sent_then, self.sent))
        } else if then <= self.said_then {
            self.now.date()
        } else {
            moved(then, days(self.said_then, self.now.date()))
        }
    }

    /// A time is never in the future.
    fn time(&self, then: Timestamp) -> Timestamp {
        let date = then.date();
        let shifted = days(date, self.date(date));
        let moved = then.plus_micros(i64::from(shifted).saturating_mul(86_400_000_000));
        if date >= self.sent_then {
            self.now
        } else {
            moved.min(self.now)
        }
    }

    /// Every date and time in `text`.
    pub(super) fn text(&self, text: &str) -> String {
        if let Some(time) = Timestamp::parse_rfc3339(text) {
            return self.time(time).to_rfc3339();
        }
        match text.parse::<Date>() {
            Ok(date) if date.to_string() == text => self.date(date).to_string(),
            _ => self.written(text),
        }
    }

    /// Dates as they are written in Viet Nam, `20/11/2026` or `20/6/2026`, wherever they stand.
    fn written(&self, text: &str) -> String {
        let belongs = |character: char| character.is_ascii_digit() || character == '/';
        let mut told = String::new();
        let mut run = String::new();
        for character in text.chars() {
            if belongs(character) {
                run.push(character);
            } else {
                told.push_str(&self.run(&std::mem::take(&mut run)));
                told.push(character);
            }
        }
        told.push_str(&self.run(&run));
        told
    }

    fn run(&self, run: &str) -> String {
        let mut parts = run.split('/');
        let (day, month, year) = (parts.next(), parts.next(), parts.next());
        let (Some(day), Some(month), Some(year), None) = (day, month, year, parts.next()) else {
            return run.to_owned();
        };
        let parsed = (day.parse(), month.parse(), year.parse());
        let (Ok(day_number), Ok(month_number), Ok(year_number)) = parsed else {
            return run.to_owned();
        };
        match Date::new(year_number, month_number, day_number) {
            Ok(date) if year.len() == 4 => {
                let date = self.date(date);
                let (day, month) = (padded(date.day(), day.len()), padded(date.month(), month.len()));
                format!("{day}/{month}/{}", date.year())
            }
            _ => run.to_owned(),
        }
    }
}

/// How many days from one to the other.
fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

/// `date`, so many days later.
pub(super) fn moved(date: Date, days: i32) -> Date {
    date.saturating_add(days.days())
}

fn padded(number: i8, width: usize) -> String {
    format!("{number:0width$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn shift() -> Shift {
        Shift {
            sent_then: date("2026-11-20"),
            said_then: date("2026-11-23"),
            sent: date("2027-02-01"),
            now: Timestamp::parse_rfc3339("2027-02-10T08:00:00+07:00").unwrap(),
        }
    }

    #[test]
    fn days_between_order_and_answer_are_today_and_others_keep_their_distance() {
        let shift = shift();
        for (then, now) in [
            ("2026-11-18", "2027-01-30"),
            ("2026-11-20", "2027-02-10"),
            ("2026-11-22", "2027-02-10"),
            ("2026-12-01", "2027-02-18"),
            ("1985-03-12", "1985-03-12"),
        ] {
            assert_eq!(shift.text(then), now, "{then}");
        }
        assert_eq!(shift.text("2026-11-23T09:15:00+07:00"), "2027-02-10T08:00:00+07:00");
        assert_eq!(shift.text("2026-11-19T09:15:00+07:00"), "2027-01-31T09:15:00+07:00");
    }

    #[test]
    fn dates_in_sentences_move_and_keep_how_they_are_written() {
        let shift = shift();
        assert_eq!(
            shift.text("Quyết định số 123/2026/DS-ST ngày 05/9/2026, hạn 01/12/2026; 20.000.000 đồng."),
            "Quyết định số 123/2026/DS-ST ngày 17/11/2026, hạn 18/02/2027; 20.000.000 đồng."
        );
        assert_eq!(shift.text("Điều 37/1/20"), "Điều 37/1/20");
    }
}
