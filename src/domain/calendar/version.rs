//! The versions of the calendar. Every import of days makes one; no state of a day is ever lost, so the calendar of any
//! version can be had again and a deadline can be explained on the calendar that it was counted on.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Calendar, CalendarDay, Session, is_whole_year};
use crate::domain::macros::text_enum;

text_enum! {
    /// Who stated a day.
    pub enum DayOrigin {
        /// The catalogue of the program.
        Catalogue => "CATALOGUE",
        /// The operator. What it states is never overridden by the catalogue.
        Operator => "OPERATOR",
    }
}

/// A state of a day: how it is from one version of the calendar on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayState {
    /// The day.
    #[serde(flatten)]
    pub day: CalendarDay,
    /// The version that began with it; 0 for days that are in no database.
    pub version: i64,
    /// Who stated it.
    pub origin: DayOrigin,
}

impl Calendar {
    /// The calendar that these states make: its version is the highest of theirs.
    pub fn of_states(states: impl IntoIterator<Item = DayState>, sessions: Vec<Session>) -> Self {
        let states: BTreeMap<(Date, i64), DayState> = states
            .into_iter()
            .map(|state| ((state.day.date, state.version), state))
            .collect();
        let version = states.keys().map(|(_, version)| *version).max().unwrap_or(0);
        Self::assemble(version, states, sessions)
    }

    /// The later of two states of a day holds: they come in order of date, then version.
    fn assemble(version: i64, states: BTreeMap<(Date, i64), DayState>, sessions: Vec<Session>) -> Self {
        let days: BTreeMap<Date, CalendarDay> = states
            .iter()
            .map(|((date, _), state)| (*date, state.day.clone()))
            .collect();
        let touched: std::collections::BTreeSet<i16> = days.keys().map(|date| date.year()).collect();
        let years = touched.into_iter().filter(|year| is_whole_year(&days, *year)).collect();
        Self {
            version,
            states,
            days,
            years,
            sessions,
        }
    }

    /// Counts the imports, from 1; 0 for a calendar that is in no database.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The state of each day that holds, in order of date.
    pub fn states(&self) -> impl Iterator<Item = &DayState> {
        self.days.keys().filter_map(|date| self.state(*date))
    }

    /// The calendar with the states of a later version.
    #[must_use]
    pub fn with(&self, later: impl IntoIterator<Item = DayState>) -> Self {
        let states = self.states.values().cloned().chain(later);
        Self::of_states(states, self.sessions.clone())
    }

    /// The calendar as it was in a version. Clocks from before there were versions (0) are told on the first.
    pub fn at_version(&self, version: i64) -> Cow<'_, Self> {
        let version = version.max(1);
        if version >= self.version {
            return Cow::Borrowed(self);
        }
        let states = self.states_where(|state| state.version <= version);
        Cow::Owned(Self::assemble(version, states, self.sessions.clone()))
    }

    /// The calendar of this version as it was known on a date: without what was announced later.
    #[must_use]
    pub fn as_of(&self, date: Date) -> Self {
        let states = self.states_where(|state| state.day.known_from.is_none_or(|from| from <= date));
        Self::assemble(self.version, states, self.sessions.clone())
    }

    fn states_where(&self, keep: impl Fn(&DayState) -> bool) -> BTreeMap<(Date, i64), DayState> {
        let kept = self.states.iter().filter(|(_, state)| keep(state));
        kept.map(|(key, state)| (*key, state.clone())).collect()
    }

    /// What a catalogue states that is new here: days that are missing, or of which no catalogue ever stated the same. A hub of
    /// an older release that starts again must not undo what a newer one brought in; to go back to a former state is the
    /// operator's to import. A day that the operator has stated is left alone. A new day without a date of its own was known from
    /// the beginning if this calendar is empty, and from `today` otherwise.
    pub fn news(&self, catalogue: &[CalendarDay], today: Date) -> Vec<CalendarDay> {
        let is_first = self.version == 0;
        let is_new = |day: &&CalendarDay| {
            if is_first {
                return true;
            }
            let mut states = self.states_of(day.date);
            !states.any(|state| state.origin == DayOrigin::Operator || says_the_same(&state.day, day))
        };
        let known_from = |day: &CalendarDay| day.known_from.or((!is_first).then_some(today));
        let new = catalogue.iter().filter(is_new);
        new.map(|day| CalendarDay {
            known_from: known_from(day),
            ..day.clone()
        })
        .collect()
    }

    /// The state of a day that holds.
    fn state(&self, date: Date) -> Option<&DayState> {
        self.states_of(date).next_back()
    }

    /// Every state that a day had, in order of version.
    fn states_of(&self, date: Date) -> impl DoubleEndedIterator<Item = &DayState> + Clone {
        self.states.range((date, 0)..=(date, i64::MAX)).map(|(_, state)| state)
    }
}

/// Whether `known` says what the catalogue says. When it was known is compared only if the catalogue states it.
fn says_the_same(known: &CalendarDay, catalogue: &CalendarDay) -> bool {
    let known_from = catalogue.known_from.or(known.known_from);
    *known
        == CalendarDay {
            known_from,
            ..catalogue.clone()
        }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::calendar::DayKind;

    fn embedded() -> Calendar {
        Calendar::embedded().unwrap()
    }

    fn day(date: Date, kind: DayKind, known_from: Option<Date>) -> CalendarDay {
        CalendarDay {
            date,
            kind,
            name: kind.label_vi().to_owned(),
            basis: "Thông báo giả lập".to_owned(),
            certainty: "V".to_owned(),
            known_from,
        }
    }

    fn state(day: CalendarDay, version: i64, origin: DayOrigin) -> DayState {
        DayState { day, version, origin }
    }

    fn at_one() -> Calendar {
        let states = embedded().states.into_values();
        Calendar::of_states(
            states.map(|state| DayState { version: 1, ..state }),
            embedded().sessions,
        )
    }

    #[test]
    fn a_day_may_be_taken_back_and_the_old_versions_still_say_what_they_said() {
        let monday = date(2026, 11, 23);
        let off = state(day(monday, DayKind::SwappedDayOff, None), 2, DayOrigin::Operator);
        let back = state(day(monday, DayKind::Plain, None), 3, DayOrigin::Operator);
        let calendar = at_one().with([off]).with([back]);
        assert_eq!(calendar.version(), 3);
        let works = |version| calendar.at_version(version).is_working(monday).unwrap();
        assert_eq!(
            [works(0), works(1), works(2), works(3), works(9)],
            [true, true, false, true, true]
        );
        assert_eq!(calendar.at_version(2).version(), 2);
        let status = calendar.is_working_day(monday).unwrap();
        assert!(status.reason.vi.ends_with("ngày làm việc"), "{}", status.reason.vi);
    }

    #[test]
    fn what_was_announced_later_was_not_known_before() {
        let monday = date(2026, 11, 23);
        let off = day(monday, DayKind::SwappedDayOff, Some(date(2026, 11, 10)));
        let calendar = at_one().with([state(off, 2, DayOrigin::Operator)]);
        assert!(calendar.as_of(date(2026, 11, 9)).is_working(monday).unwrap());
        assert!(!calendar.as_of(date(2026, 11, 10)).is_working(monday).unwrap());
    }

    #[test]
    fn the_catalogue_brings_its_days_once_and_never_overrides_the_operator() {
        let today = date(2027, 10, 1);
        let catalogue: Vec<CalendarDay> = embedded().days().cloned().collect();
        assert_eq!(embedded().news(&catalogue, today), catalogue, "all of it at first");
        assert_eq!(at_one().news(&catalogue, today), [], "nothing the second time");

        let tet = date(2027, 2, 4);
        let changed = day(tet, DayKind::Holiday, None);
        let news = at_one().news(std::slice::from_ref(&changed), today);
        assert_eq!(
            news,
            [CalendarDay {
                known_from: Some(today),
                ..changed.clone()
            }]
        );
        let told = at_one().with([state(news[0].clone(), 2, DayOrigin::Catalogue)]);
        assert_eq!(told.news(std::slice::from_ref(&changed), date(2028, 1, 1)), []);
        assert_eq!(
            told.news(&catalogue, date(2028, 1, 1)),
            [],
            "an older catalogue undoes nothing"
        );

        let plain = state(day(tet, DayKind::Plain, None), 2, DayOrigin::Operator);
        assert_eq!(at_one().with([plain]).news(&[changed], today), []);
    }

    fn states() -> impl Strategy<Value = Vec<DayState>> {
        let one = (0..60_i64, 1..6_i64, 0..DayKind::ALL.len(), 0..400_i64);
        prop::collection::vec(one, 0..40).prop_map(|rows| {
            let first = date(2026, 1, 1);
            let after = |days: i64| first.saturating_add(jiff::Span::new().days(days));
            rows.into_iter()
                .map(|(offset, version, kind, known)| {
                    let day = day(after(offset), DayKind::ALL[kind], Some(after(known)));
                    state(day, version, DayOrigin::Operator)
                })
                .collect()
        })
    }

    proptest! {
        /// Any version is the calendar of the imports up to it, whatever came later.
        #[test]
        fn a_version_is_made_of_the_imports_up_to_it(states in states(), version in 1..6_i64) {
            let calendar = Calendar::of_states(states.clone(), Vec::new());
            let until = states.into_iter().filter(|state| state.version <= version);
            let then = Calendar::of_states(until, Vec::new());
            prop_assert_eq!(&calendar.at_version(version).days, &then.days);
            prop_assert_eq!(&calendar.at_version(i64::MAX).days, &calendar.days);
        }

        /// Nothing that was known later shows, and with everything known the calendar is itself.
        #[test]
        fn as_of_a_date_only_what_was_known_by_then_shows(states in states(), known in 0..400_i64) {
            let calendar = Calendar::of_states(states, Vec::new());
            let then = date(2026, 1, 1).saturating_add(jiff::Span::new().days(known));
            prop_assert!(calendar.as_of(then).days().all(|day| day.known_from <= Some(then)));
            prop_assert_eq!(&calendar.as_of(date(9999, 12, 31)).days, &calendar.days);
        }
    }
}
