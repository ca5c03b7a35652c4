//! What holds of every case, whatever is stated about it.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;

const TODAY: Date = date(2026, 11, 24);

fn select<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn dates() -> impl Strategy<Value = Date> {
    (0_i32..1_200).prop_map(|days| date(2023, 9, 1).saturating_add(days.days()))
}

fn amounts() -> impl Strategy<Value = Dong> {
    (0_i64..200).prop_map(|amount| Dong::new(amount).unwrap())
}

fn obligation_ids() -> impl Strategy<Value = ObligationId> {
    select(&["1", "2", "3", "4"]).prop_map(|text| ObligationId::parse(text).unwrap())
}

fn changes() -> impl Strategy<Value = CaseChange> {
    prop_oneof![
        (dates(), select(CaseStatus::ALL), select(Ground::ALL)).prop_map(|(date, to, ground)| {
            CaseChange::StatusChanged {
                date,
                to,
                ground,
                verified: None,
                verify_every: None,
            }
        }),
        (dates(), obligation_ids(), amounts(), select(CollectionSource::ALL)).prop_map(
            |(date, obligation, amount, source)| CaseChange::Collected {
                date,
                obligation,
                amount,
                source,
                request: None,
            }
        ),
        (dates(), obligation_ids(), amounts(), select(Ground::ALL)).prop_map(|(date, obligation, amount, ground)| {
            CaseChange::Discharged {
                date,
                obligation,
                amount,
                ground,
            }
        }),
        (dates(), obligation_ids(), amounts()).prop_map(|(date, obligation, amount)| CaseChange::CollectionReversed {
            date,
            obligation,
            amount,
            request: None,
        }),
        (dates(), obligation_ids(), amounts()).prop_map(|(date, obligation, amount)| CaseChange::DischargeReversed {
            date,
            obligation,
            amount,
        }),
        (dates(), obligation_ids(), amounts()).prop_map(|(date, obligation, amount)| CaseChange::AmountChanged {
            date,
            obligation,
            amount,
            ground: Ground::Interest,
            interest_until: None,
        }),
        (dates(), obligation_ids(), any::<bool>()).prop_map(|(date, obligation, done)| CaseChange::Performed {
            date,
            obligation,
            done,
        }),
        dates().prop_map(|date| CaseChange::CoercionGround { date }),
        dates().prop_map(|date| CaseChange::CoercionDecided { date }),
        (dates(), prop::collection::btree_set(select(Tag::ALL), 0..3)).prop_map(|(date, add)| CaseChange::Tagged {
            date,
            add,
            remove: std::collections::BTreeSet::new(),
        }),
    ]
}

fn opened(initiative: Initiative) -> CaseChange {
    let of = |id: &str, kind, amount| Obligation {
        id: ObligationId::parse(id).unwrap(),
        kind,
        amount,
        joint: false,
        interest_until: None,
        settled_before: Dong::NOTHING,
    };
    CaseChange::Opened(Opened {
        date: date(2023, 10, 1),
        initiative,
        status: CaseStatus::InProgress,
        ground: None,
        since: None,
        obligations: vec![
            of("1", ObligationKind::Money, Dong::new(150)),
            of("2", ObligationKind::Money, Dong::new(90)),
            of("3", ObligationKind::Land, None),
        ],
        tags: std::collections::BTreeSet::new(),
        unit: None,
        officer: None,
        carried_over_from: None,
        verified: None,
        verify_every: None,
        transfer: None,
    })
}

fn replay(changes: &[CaseChange]) -> EnforcementCase {
    let mut case = None;
    for change in changes {
        case = Some(EnforcementCase::apply(case.as_ref(), change, TODAY).unwrap());
    }
    case.unwrap()
}

proptest! {
    #[test]
    fn a_case_is_the_replay_of_its_changes(
        initiative in select(Initiative::ALL),
        stated in prop::collection::vec(changes(), 0..60),
    ) {
        let mut kept = vec![opened(initiative)];
        let mut case = replay(&kept);
        for change in stated {
            let before = case.clone();
            if let Ok(next) = EnforcementCase::apply(Some(&case), &change, TODAY) {
                kept.push(change);
                case = next;
            } else {
                prop_assert_eq!(&before, &case, "what is refused changes nothing");
            }
            for state in &case.obligations {
                let whole = state.obligation.amount.unwrap_or_default();
                let parts = [state.rest(), state.collected, state.discharged].into_iter().sum::<Dong>();
                prop_assert_eq!(parts, whole, "nothing is lost and nothing is owed below zero");
            }
        }
        let written = serde_json::to_string(&kept).unwrap();
        let read: Vec<CaseChange> = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(replay(&read), case);
    }
}
