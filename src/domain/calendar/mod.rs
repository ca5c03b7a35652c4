//! The working calendar of Viet Nam, as data (DESIGN section 6; LAW section 7).
//!
//! The plain week is Monday to Friday (Labour Code 45/2019/QH14 Art. 111); the data says what differs: holidays, days
//! in lieu, swapped days and make-up working days. A year without data is never guessed.

pub(crate) mod csv;
mod file;
mod version;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::domain::error::Localized;
use crate::domain::macros::text_enum;
use crate::domain::text::fold;

pub use file::CalendarFileError;
pub use version::{DayOrigin, DayState};

text_enum! {
    /// How a day differs from the plain week.
    pub enum DayKind {
        /// Ngày lễ: a public holiday (Labour Code Art. 112).
        Holiday => "holiday",
        /// Nghỉ bù: off because a holiday fell on a weekly day of rest (Labour Code Art. 111.3).
        DayInLieu => "day_in_lieu",
        /// Nghỉ hoán đổi: off in exchange for a make-up working day.
        SwappedDayOff => "swapped_day_off",
        /// Làm bù: a working day, even on a Saturday.
        MakeupWorkingDay => "makeup_working_day",
        /// A date that the Government has yet to choose; it changes nothing until then.
        Alternative => "alternative",
        /// Ngày thường: nothing special any more; an earlier notice was taken back.
        Plain => "plain",
    }
}

impl DayKind {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Holiday => "ngày lễ",
            Self::DayInLieu => "nghỉ bù",
            Self::SwappedDayOff => "nghỉ hoán đổi",
            Self::MakeupWorkingDay => "ngày làm việc bù",
            Self::Alternative => "chưa công bố",
            Self::Plain => "ngày thường",
        }
    }

    /// The label in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::Holiday => "public holiday",
            Self::DayInLieu => "day in lieu",
            Self::SwappedDayOff => "swapped day off",
            Self::MakeupWorkingDay => "make-up working day",
            Self::Alternative => "not announced",
            Self::Plain => "plain day",
        }
    }

    /// Whether nobody works on such a day.
    pub const fn is_off(self) -> bool {
        matches!(self, Self::Holiday | Self::DayInLieu | Self::SwappedDayOff)
    }

    /// Whether the plain week holds on such a day all the same.
    pub const fn is_plain(self) -> bool {
        matches!(self, Self::Alternative | Self::Plain)
    }
}

/// One day that differs from the plain week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDay {
    /// The date in Viet Nam.
    pub date: Date,
    /// How it differs.
    pub kind: DayKind,
    /// Its name, Vietnamese.
    pub name: String,
    /// The text or notice that says so.
    pub basis: String,
    /// How sure that is, in words.
    pub certainty: String,
    /// The date from which it was known; none: from the beginning.
    pub known_from: Option<Date>,
}

impl CalendarDay {
    /// Whether nobody has announced it yet: it follows from the rules, and may still change.
    pub fn is_derived(&self) -> bool {
        self.certainty.starts_with("derived")
    }

    /// Sort and name, without saying the sort twice: “ngày lễ, Quốc khánh”, but “Nghỉ bù Giỗ Tổ”.
    fn label_vi(&self) -> String {
        let label = self.kind.label_vi();
        if fold(&self.name).starts_with(&fold(label)) {
            return self.name.clone();
        }
        format!("{label}, {}", self.name)
    }
}

/// A stretch of work within a working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Work begins.
    pub opens: Time,
    /// Work ends, on the same day.
    pub closes: Time,
    /// The text or policy that says so.
    pub basis: String,
    /// How sure that is (LAW section 0).
    pub certainty: String,
}

/// The calendar holds no data for this year, so nothing that depends on it may be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the calendar has no data for the year {0}")]
pub struct CalendarMissing(pub i16);

/// Whether people work on a day, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayStatus {
    /// Whether it is a working day.
    pub working: bool,
    /// The reason, for example "thứ Ba 24/11/2026: ngày lễ, Ngày Văn hóa Việt Nam".
    pub reason: Localized,
    /// The text or notice behind the reason.
    pub basis: String,
}

/// Working days and working hours, in one version, with every state that its days had before.
#[derive(Debug, Clone)]
pub struct Calendar {
    version: i64,
    /// Every state of every day, by date and version.
    states: BTreeMap<(Date, i64), DayState>,
    /// The state of each day that holds in this version.
    days: BTreeMap<Date, CalendarDay>,
    years: BTreeSet<i16>,
    sessions: Vec<Session>,
}

/// Holidays that fall on the same date every year (Labour Code Art. 112.1), as month and day.
const FIXED_HOLIDAYS: [(i8, i8); 4] = [(1, 1), (4, 30), (5, 1), (9, 2)];

/// Days off that Labour Code Art. 112.1 grants in a year (1 + 5 + 1 + 1 + 2 + 1); fewer means a partial import.
const DAYS_OFF_A_YEAR: usize = 11;

const WEEK_BASIS: &str = "Bộ luật Lao động 45/2019/QH14, Điều 111";

impl Calendar {
    /// The calendar built into the binary (`catalogue/calendar/`). Fails only if those files are broken.
    pub fn embedded() -> Result<Self, CalendarFileError> {
        Self::parse(
            include_str!("../../../catalogue/calendar/vn-holidays.csv"),
            include_str!("../../../catalogue/calendar/working-hours.csv"),
        )
    }

    /// A calendar from the text of the two files that `catalogue/calendar/README.md` describes.
    pub fn parse(days: &str, working_hours: &str) -> Result<Self, CalendarFileError> {
        let days = Self::parse_days(days)?.into_iter().map(|day| DayState {
            day,
            version: 0,
            origin: DayOrigin::Catalogue,
        });
        Ok(Self::of_states(days, file::parse_sessions(working_hours)?))
    }

    /// The days of a file in the form of `vn-holidays.csv`, in order of date.
    pub fn parse_days(text: &str) -> Result<Vec<CalendarDay>, CalendarFileError> {
        Ok(file::parse_days(text)?.into_values().collect())
    }

    /// Whether the year has data: the four fixed holidays and at least eleven days off (Labour Code Art. 112.1).
    pub fn has_year(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// The years with data, in order.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.years.iter().copied()
    }

    /// Every day of which something is stated, in order, with those not announced yet and those taken back.
    pub fn days(&self) -> impl Iterator<Item = &CalendarDay> {
        self.days.values()
    }

    /// The sessions of a working day, in order.
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// Whether `date` is a working day.
    pub fn is_working(&self, date: Date) -> Result<bool, CalendarMissing> {
        if !self.has_year(date.year()) {
            return Err(CalendarMissing(date.year()));
        }
        Ok(match self.special(date) {
            Some(day) => day.kind == DayKind::MakeupWorkingDay,
            None => !is_weekend(date),
        })
    }

    /// Whether `date` is a working day, why, and on what basis.
    pub fn is_working_day(&self, date: Date) -> Result<DayStatus, CalendarMissing> {
        let working = self.is_working(date)?;
        let (vi, en, basis) = match self.days.get(&date) {
            Some(day) if !day.kind.is_plain() => (
                format!("{}{}", day.label_vi(), if day.is_derived() { " (dự kiến)" } else { "" }),
                format!(
                    "{}, {}{}",
                    day.kind.label_en(),
                    day.name,
                    if day.is_derived() { " (expected)" } else { "" }
                ),
                day.basis.clone(),
            ),
            Some(day) if day.kind == DayKind::Alternative && working => (
                "ngày làm việc (chưa có thông báo lịch nghỉ; có thể là ngày nghỉ)".into(),
                "working day (days off are not announced yet; it may become one)".into(),
                day.basis.clone(),
            ),
            _ if working => ("ngày làm việc".into(), "working day".into(), WEEK_BASIS.into()),
            _ => ("nghỉ hằng tuần".into(), "weekly day of rest".into(), WEEK_BASIS.into()),
        };
        let reason = Localized::new(format!("{}: {vi}", date_vi(date)), format!("{}: {en}", date_en(date)));
        Ok(DayStatus { working, reason, basis })
    }

    /// What the data says of a date, unless it waits for an announcement or was taken back.
    fn special(&self, date: Date) -> Option<&CalendarDay> {
        self.days.get(&date).filter(|day| !day.kind.is_plain())
    }
}

fn is_whole_year(days: &BTreeMap<Date, CalendarDay>, year: i16) -> bool {
    let off = |date: Date| days.get(&date).is_some_and(|day| day.kind.is_off());
    let fixed = FIXED_HOLIDAYS
        .iter()
        .all(|(month, day)| Date::new(year, *month, *day).is_ok_and(off));
    let days_off = days
        .values()
        .filter(|day| day.date.year() == year && day.kind.is_off())
        .count();
    fixed && days_off >= DAYS_OFF_A_YEAR
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// A date as officers read it, for example "thứ Ba 24/11/2026".
pub fn date_vi(date: Date) -> String {
    let weekday = match date.weekday() {
        Weekday::Monday => "thứ Hai",
        Weekday::Tuesday => "thứ Ba",
        Weekday::Wednesday => "thứ Tư",
        Weekday::Thursday => "thứ Năm",
        Weekday::Friday => "thứ Sáu",
        Weekday::Saturday => "thứ Bảy",
        Weekday::Sunday => "Chủ nhật",
    };
    format!("{weekday} {}", date.strftime("%d/%m/%Y"))
}

/// A date in English, for example "Tue 2026-11-24".
pub fn date_en(date: Date) -> String {
    date.strftime("%a %Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn calendar() -> Calendar {
        Calendar::embedded().unwrap()
    }

    fn works(year: i16, month: i8, day: i8) -> bool {
        calendar().is_working(date(year, month, day)).unwrap()
    }

    #[test]
    fn the_embedded_calendar_covers_2024_to_2027() {
        assert_eq!(calendar().years().collect::<Vec<_>>(), [2024, 2025, 2026, 2027]);
        assert_eq!(calendar().is_working(date(2028, 1, 4)), Err(CalendarMissing(2028)));
        assert_eq!(calendar().is_working(date(2023, 12, 29)), Err(CalendarMissing(2023)));
    }

    #[test]
    fn working_days_per_year_are_those_of_law_section_7() {
        let calendar = calendar();
        for (year, expected) in [(2024, 251), (2025, 250), (2026, 249), (2027, 250)] {
            let working = date(year, 1, 1)
                .series(jiff::Span::new().days(1))
                .take_while(|day| day.year() == year)
                .filter(|day| calendar.is_working(*day).unwrap())
                .count();
            assert_eq!(working, expected, "{year}");
        }
    }

    #[test]
    fn tet_swaps_and_the_culture_day_of_2026_are_known() {
        for day in 16..=20 {
            assert!(!works(2026, 2, day), "Tết {day}/02");
        }
        assert!(works(2026, 2, 13) && works(2026, 2, 23));
        assert!(!works(2026, 1, 2) && works(2026, 1, 10));
        assert!(!works(2026, 8, 31) && works(2026, 8, 22));
        assert!(works(2026, 11, 23) && !works(2026, 11, 24));
    }

    #[test]
    fn an_unannounced_alternative_changes_nothing() {
        assert!(works(2027, 2, 4) && works(2027, 2, 11));
        let waiting = calendar().days().filter(|day| day.kind == DayKind::Alternative).count();
        assert_eq!(waiting, 2);
    }

    #[test]
    fn a_status_says_why_in_both_languages_and_on_what_basis() {
        let status = calendar().is_working_day(date(2026, 11, 24)).unwrap();
        assert!(!status.working && status.basis.contains("28/2026/QH16"));
        assert_eq!(status.reason.vi, "thứ Ba 24/11/2026: ngày lễ, Ngày Văn hóa Việt Nam");
        assert_eq!(
            status.reason.en,
            "Tue 2026-11-24: public holiday, Ngày Văn hóa Việt Nam"
        );
        let sunday = calendar().is_working_day(date(2026, 11, 22)).unwrap();
        assert_eq!(sunday.reason.vi, "Chủ nhật 22/11/2026: nghỉ hằng tuần");
        let makeup = calendar().is_working_day(date(2026, 1, 10)).unwrap();
        assert!(makeup.working);
        assert_eq!(
            makeup.reason.vi,
            "thứ Bảy 10/01/2026: ngày làm việc bù, Làm bù cho 02/01/2026"
        );
        assert_eq!(
            makeup.reason.en,
            "Sat 2026-01-10: make-up working day, Làm bù cho 02/01/2026"
        );
    }

    #[test]
    fn what_is_not_announced_yet_is_said_to_be_so() {
        let vi = |day: i8| calendar().is_working_day(date(2027, 2, day)).unwrap().reason.vi;
        let open = "ngày làm việc (chưa có thông báo lịch nghỉ; có thể là ngày nghỉ)";
        assert_eq!(vi(4), format!("thứ Năm 04/02/2027: {open}"));
        assert_eq!(vi(8), "thứ Hai 08/02/2027: ngày lễ, Tết Đinh Mùi (mùng 3) (dự kiến)");
        assert_eq!(vi(12), "thứ Sáu 12/02/2027: ngày làm việc");
    }

    #[test]
    fn one_imported_day_does_not_make_a_year() {
        let days = "date,kind,name,source,certainty\n2028-01-01,holiday,Tết Dương lịch,x,y\n";
        let hours = "opens,closes,source,certainty\n08:00,17:00,x,D\n";
        assert!(!Calendar::parse(days, hours).unwrap().has_year(2028));
    }
}
