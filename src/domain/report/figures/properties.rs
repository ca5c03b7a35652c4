//! Of any cases, however they went: the books agree with the cases, the parts with the whole, one period with the next.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::period::{Month, Period};
use super::reference::{Choice, History, Plain, Step, Whose, book};
use super::{Amount, BookedMonth, Line};
use crate::domain::enforcement_case::{
    CaseChange, CaseStatus, CollectionSource, Dong, EnforcementCase, Ground, Initiative, Obligation, ObligationId,
    ObligationKind, Opened, Tag,
};
use crate::domain::ids::{AgencyCode, OfficerId, UnitId};

const BEGINNING: Date = date(2024, 8, 15);
const END: Date = date(2030, 12, 31);

fn unit(index: u8) -> Option<UnitId> {
    ["pkv-1", "pkv-2"]
        .get(usize::from(index % 3))
        .map(|id| UnitId::parse(id).unwrap())
}

fn officer(index: u8) -> Option<OfficerId> {
    ["chv-1", "chv-2", "chv-3"]
        .get(usize::from(index % 4))
        .map(|id| OfficerId::parse(id).unwrap())
}

fn tag(index: u8) -> Tag {
    Tag::ALL[usize::from(index % 3)]
}

fn obligation_id(index: u8) -> ObligationId {
    ObligationId::parse(&format!("n{}", index % 2)).unwrap()
}

/// A number from which a step is made; most of those that the rules of cases refuse change nothing.
type Seed = (u8, u8, u8, u32, i16);

fn opened(seed: &Seed) -> CaseChange {
    let (a, b, c, amount, days) = *seed;
    let opened = BEGINNING.saturating_add(i32::from(days.rem_euclid(700)).days());
    let money = |id: u8, amount: u32| Obligation {
        id: obligation_id(id),
        kind: ObligationKind::Money,
        amount: Dong::new(i64::from(amount) + 1),
        joint: false,
        interest_until: None,
        settled_before: Dong::NOTHING,
    };
    let act = Obligation {
        kind: ObligationKind::Act,
        amount: None,
        ..money(1, 1)
    };
    let is_brought = a % 3 == 0;
    let (status, ground) = match (is_brought, a % 5) {
        (true, 1) => (CaseStatus::NoConditions, Some(Ground::NoConditionsA)),
        (true, 2) => (CaseStatus::SeparateRegister, Some(Ground::SeparateRegister)),
        (true, 3) => (CaseStatus::Postponed, Some(Ground::Postponed)),
        _ => (CaseStatus::InProgress, None),
    };
    let obligations = match b % 3 {
        0 => vec![money(0, amount)],
        1 => vec![money(0, amount), money(1, amount / 2)],
        _ => vec![money(0, amount), act],
    };
    CaseChange::Opened(Opened {
        date: opened,
        initiative: if c % 2 == 0 {
            Initiative::Proactive
        } else {
            Initiative::OnRequest
        },
        status,
        ground,
        since: is_brought.then(|| opened.saturating_sub(900.days())),
        obligations,
        tags: if c % 4 == 0 {
            BTreeSet::from([tag(a)])
        } else {
            BTreeSet::new()
        },
        unit: unit(a),
        officer: officer(b),
        carried_over_from: is_brought.then(|| opened.saturating_sub(1.days())),
        verified: None,
        verify_every: None,
        transfer: None,
    })
}

fn next(case: &EnforcementCase, day: Date, seed: &Seed) -> CaseChange {
    let (what, b, c, amount, _) = *seed;
    let obligation = obligation_id(b);
    let rest = case.rest(std::slice::from_ref(&obligation)).get();
    let part = Dong::new(i64::from(amount) % (rest + 1)).unwrap();
    let date = day;
    match what % 12 {
        0 | 1 => CaseChange::Collected {
            date,
            obligation,
            amount: if c % 2 == 0 { Dong::new(rest).unwrap() } else { part },
            source: CollectionSource::Voluntary,
            request: None,
        },
        2 => CaseChange::Discharged {
            date,
            obligation,
            amount: part,
            ground: [Ground::Exempted, Ground::Entrusted, Ground::Agreement][usize::from(c % 3)],
        },
        3 => CaseChange::CollectionReversed {
            date,
            obligation,
            amount: Dong::new(i64::from(amount % 5_000)).unwrap(),
            request: None,
        },
        4 => CaseChange::AmountChanged {
            date,
            obligation,
            amount: Dong::new(i64::from(amount)).unwrap(),
            ground: Ground::Interest,
            interest_until: None,
        },
        5 => CaseChange::Assigned {
            date,
            unit: unit(b),
            officer: officer(c),
        },
        6 => CaseChange::Tagged {
            date,
            add: BTreeSet::from([tag(b)]),
            remove: case
                .tags
                .iter()
                .copied()
                .filter(|_| c % 2 == 0)
                .filter(|old| *old != tag(b))
                .collect(),
        },
        7 => CaseChange::Performed {
            date,
            obligation,
            done: true,
        },
        _ => {
            let to = case.status.next();
            let to = to[usize::from(b) % to.len()];
            let grounds: Vec<_> = GROUNDS.iter().filter(|ground| ground.leads_to(to)).collect();
            CaseChange::StatusChanged {
                date,
                to,
                ground: *grounds[usize::from(c) % grounds.len()],
                verified: None,
                verify_every: None,
            }
        }
    }
}

const GROUNDS: &[Ground] = Ground::ALL;

fn history(seeds: &[Seed]) -> History {
    let agency = AgencyCode::parse("THADS-40").unwrap();
    let change = opened(&seeds[0]);
    let mut day = change.date();
    let case = EnforcementCase::apply(None, &change, END).unwrap();
    let first_open = Month::of(date(2025, 2, 1));
    let booked = BookedMonth::of(day, None, Some(first_open));
    let mut steps = vec![Step {
        month: booked.month,
        change,
        before: None,
        after: case,
    }];
    for seed in &seeds[1..] {
        let last = steps.last().unwrap();
        // Some changes are entered long after their date.
        let gap = i32::from(seed.4 % 400).max(-90);
        day = day.saturating_add(gap.days()).min(END);
        let change = next(&last.after, day, seed);
        let Ok(after) = EnforcementCase::apply(Some(&last.after), &change, END) else {
            continue;
        };
        let booked = BookedMonth::of(change.date(), Some(last.month), Some(first_open));
        let before = Some(last.after.clone());
        steps.push(Step {
            month: booked.month,
            change,
            before,
            after,
        });
    }
    History { agency, steps }
}

fn histories() -> impl Strategy<Value = Vec<History>> {
    let seed = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u32>(), any::<i16>());
    vec(vec(seed, 1..14), 1..12).prop_map(|all| all.iter().map(|seeds| history(seeds)).collect())
}

fn period() -> impl Strategy<Value = Period> {
    prop_oneof![
        (2024_i16..2029, 1_i8..=12).prop_map(|(year, months)| Period::Statistical { year, months }),
        (2024_i16..2029, any::<bool>()).prop_map(|(year, is_second)| Period::Half { year, is_second }),
        (0_i16..60).prop_map(|months| Period::Month(Month::of(date(2024, 8, 1)).plus(months))),
    ]
}

fn choices() -> Vec<Choice> {
    let units = (0..3).map(|index| Choice {
        unit: Whose::Of(unit(index)),
        ..Choice::default()
    });
    let officers = (0..4).map(|index| Choice {
        officer: Whose::Of(officer(index)),
        ..Choice::default()
    });
    let tags = (0..3).map(|index| Choice {
        tag: Some(tag(index)),
        initiative: Some(Initiative::Proactive),
        ..Choice::default()
    });
    units.chain(officers).chain(tags).chain([Choice::default()]).collect()
}

proptest! {
    #[test]
    fn a_report_told_from_all_changes_equals_the_one_that_was_kept(histories in histories(), period in period()) {
        let book = book(&histories);
        for choice in choices() {
            let plain = Plain::of(&histories, &choice, period);
            let agreed = plain.agrees(&choice.of_books(&book, period));
            prop_assert!(agreed.is_ok(), "{period} {choice:?}: {agreed:?}");
        }
    }

    #[test]
    fn what_is_carried_over_is_what_the_next_period_is_given(histories in histories(), year in 2024_i16..2029) {
        let book = book(&histories);
        for choice in choices() {
            let this = choice.of_books(&book, Period::statistical_year(year));
            let next = choice.of_books(&book, Period::statistical_year(year + 1));
            let given = next.carried_in().minus(next.within.get(Line::Brought));
            prop_assert_eq!(this.carried_over(), given);
            prop_assert_eq!(this.separate(), next.opening.get(Line::Separate));
        }
    }

    #[test]
    fn units_and_officers_add_up_to_the_whole(histories in histories(), period in period()) {
        let book = book(&histories);
        let whole = book.figures(period, |key| key.tag.is_none());
        let mut parts = book.by(period, |key| key.tag.is_none().then(|| (key.unit.clone(), key.officer.clone())));
        let sum = parts.values().fold(super::PeriodFigures::default(), |mut sum, part| {
            sum.opening.add_all(&part.opening);
            sum.within.add_all(&part.within);
            sum
        });
        prop_assert_eq!(&sum, &whole);
        prop_assert_eq!(whole.moved(), Amount::default(), "what one gives another takes");
        parts.retain(|_, part| part.total().cases < 0 || part.carried_over().cases < 0);
        prop_assert!(parts.is_empty(), "no stock can fall below nothing: {parts:?}");
    }

    #[test]
    fn a_period_is_the_sum_of_its_months(histories in histories(), year in 2024_i16..2029) {
        let book = book(&histories);
        let whole = book.figures(Period::statistical_year(year), |key| key.tag.is_none());
        let mut sum = super::Figures::default();
        for place in 0..12 {
            let month = Month::of(date(year - 1, 10, 1)).plus(place);
            sum.add_all(&book.figures(Period::Month(month), |key| key.tag.is_none()).within);
        }
        prop_assert_eq!(sum, whole.within);
    }
}

#[test]
fn what_comes_late_counts_in_the_first_open_month_and_says_so() {
    let month = |text: &str| text.parse::<Month>().unwrap();
    let day = date(2026, 10, 20);
    let booked = |last: Option<&str>, open: Option<&str>| {
        let booked = BookedMonth::of(day, last.map(month), open.map(month));
        (booked.month.to_string(), booked.is_late)
    };
    assert_eq!(booked(None, None), ("2026-10".to_owned(), false));
    assert_eq!(booked(Some("2026-09"), Some("2026-10")), ("2026-10".to_owned(), false));
    assert_eq!(booked(None, Some("2026-11")), ("2026-11".to_owned(), true));
    assert_eq!(booked(Some("2026-12"), Some("2026-11")), ("2026-12".to_owned(), true));
}
