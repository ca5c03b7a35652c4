//! Each rule of a case, and the form of its changes.

use jiff::civil::{Date, date};

use super::*;
use crate::domain::ids::{OfficerId, UnitId};

const TODAY: Date = date(2026, 11, 24);
const OPENED: Date = date(2024, 1, 10);

fn id(text: &str) -> ObligationId {
    ObligationId::parse(text).unwrap()
}

fn dong(amount: i64) -> Dong {
    Dong::new(amount).unwrap()
}

fn money(of: &str, amount: i64) -> Obligation {
    Obligation {
        id: id(of),
        kind: ObligationKind::Money,
        amount: Some(dong(amount)),
        joint: false,
        interest_until: None,
        settled_before: Dong::NOTHING,
    }
}

fn act(of: &str) -> Obligation {
    Obligation {
        kind: ObligationKind::Act,
        amount: None,
        ..money(of, 1)
    }
}

fn opened(obligations: Vec<Obligation>) -> Opened {
    Opened {
        date: OPENED,
        initiative: Initiative::OnRequest,
        status: CaseStatus::InProgress,
        ground: None,
        since: None,
        obligations,
        tags: [Tag::Credit].into(),
        unit: Some(UnitId::parse("pkv1").unwrap()),
        officer: Some(OfficerId::parse("chv01").unwrap()),
        carried_over_from: None,
        verified: None,
        verify_every: None,
        transfer: None,
    }
}

fn open(opened: &Opened) -> EnforcementCase {
    EnforcementCase::apply(None, &CaseChange::Opened(opened.clone()), TODAY).unwrap()
}

fn case() -> EnforcementCase {
    open(&opened(vec![money("1", 100), act("2")]))
}

fn to(status: CaseStatus, ground: Ground, on: Date) -> CaseChange {
    CaseChange::StatusChanged {
        date: on,
        to: status,
        ground,
        verified: None,
        verify_every: None,
    }
}

fn collected(amount: i64) -> CaseChange {
    CaseChange::Collected {
        date: TODAY,
        obligation: id("1"),
        amount: dong(amount),
        source: CollectionSource::Voluntary,
        request: None,
    }
}

fn after(case: &EnforcementCase, changes: &[CaseChange]) -> EnforcementCase {
    changes.iter().fold(case.clone(), |case, change| {
        EnforcementCase::apply(Some(&case), change, TODAY).unwrap_or_else(|rejection| panic!("{change:?}: {rejection}"))
    })
}

fn refused(case: &EnforcementCase, change: &CaseChange) -> Rejection {
    EnforcementCase::apply(Some(case), change, TODAY).unwrap_err()
}

/// A case that has stood in `status` for three years; of whichever initiative lets it be there.
fn in_status(status: CaseStatus) -> EnforcementCase {
    EnforcementCase {
        status,
        initiative: if status == CaseStatus::SeparateRegister {
            Initiative::Proactive
        } else {
            Initiative::OnRequest
        },
        obligations: Vec::new(),
        ..case()
    }
}

#[test]
fn every_change_of_status_is_allowed_or_refused_by_the_table() {
    let mut allowed = 0;
    for from in CaseStatus::ALL {
        for target in CaseStatus::ALL {
            let proactive = EnforcementCase {
                initiative: Initiative::Proactive,
                ..in_status(*from)
            };
            let before = if *target == CaseStatus::SeparateRegister {
                proactive
            } else {
                in_status(*from)
            };
            let fitting = |ground: &&Ground| ground.leads_to(*target) && (!from.is_final() || ground.reopens());
            let ground = Ground::ALL.iter().find(fitting).unwrap_or(&Ground::Correction);
            let change = to(*target, *ground, TODAY);
            let result = EnforcementCase::apply(Some(&before), &change, TODAY);
            if from.next().contains(target) {
                let moved = result.unwrap_or_else(|rejection| panic!("{from} to {target}: {rejection}"));
                assert_eq!(
                    (moved.status, moved.ground, moved.since),
                    (*target, Some(*ground), TODAY)
                );
                allowed += 1;
            } else {
                assert_eq!(result.unwrap_err(), Rejection::Transition, "{from} to {target}");
            }
        }
    }
    assert_eq!(allowed, 37, "a new way is a new line of the table in docs/cases.md");
}

#[test]
fn a_status_is_reached_by_its_own_grounds_only() {
    for target in CaseStatus::ALL {
        let grounds: Vec<_> = Ground::ALL.iter().filter(|ground| ground.leads_to(*target)).collect();
        assert!(!grounds.is_empty(), "{target}");
        let from = CaseStatus::ALL
            .iter()
            .find(|from| from.next().contains(target) && !from.is_final())
            .unwrap();
        for ground in Ground::ALL.iter().filter(|ground| !ground.leads_to(*target)) {
            assert_eq!(
                refused(&in_status(*from), &to(*target, *ground, TODAY)),
                Rejection::Ground,
                "{target} by {ground}"
            );
        }
    }
}

#[test]
fn an_end_falls_only_by_a_ground_that_says_so() {
    let ended = in_status(CaseStatus::Discontinued);
    assert_eq!(
        refused(&ended, &to(CaseStatus::InProgress, Ground::Continued, TODAY)),
        Rejection::Ground
    );
    let again = after(&ended, &[to(CaseStatus::InProgress, Ground::EndAnnulled, TODAY)]);
    assert_eq!(again.status, CaseStatus::InProgress);
}

#[test]
fn a_case_is_done_when_nothing_is_owed() {
    let done = to(CaseStatus::Completed, Ground::Fulfilled, TODAY);
    let performed = CaseChange::Performed {
        date: TODAY,
        obligation: id("2"),
        done: true,
    };
    let half = after(&case(), &[collected(100)]);
    assert_eq!(refused(&half, &done), Rejection::StillOwed);
    let whole = after(&half, &[performed, done]);
    assert_eq!(whole.status, CaseStatus::Completed);
    assert_eq!(refused(&whole, &collected(1)), Rejection::AboveRest);
    let ended = after(&case(), &[to(CaseStatus::Completed, Ground::EndedB, TODAY)]);
    assert_eq!(
        ended.rest(&[]),
        dong(100),
        "an end by law leaves what was owed to be seen"
    );
}

#[test]
fn money_is_collected_and_falls_away_to_the_rest_and_no_further() {
    let discharged = |amount| CaseChange::Discharged {
        date: TODAY,
        obligation: id("1"),
        amount: dong(amount),
        ground: Ground::Exempted,
    };
    let partly = after(&case(), &[collected(60), discharged(30)]);
    assert_eq!(partly.rest(&[id("1")]), dong(10));
    assert_eq!(partly.rest(&[id("2")]), Dong::NOTHING);
    assert_eq!(refused(&partly, &collected(11)), Rejection::AboveRest);
    assert_eq!(refused(&partly, &discharged(11)), Rejection::AboveRest);
    assert_eq!(refused(&partly, &collected(0)), Rejection::Nothing);
    let reversed = |amount| CaseChange::CollectionReversed {
        date: TODAY,
        obligation: id("1"),
        amount: dong(amount),
        request: None,
    };
    assert_eq!(refused(&partly, &reversed(61)), Rejection::AboveEntered);
    assert_eq!(after(&partly, &[reversed(60)]).rest(&[]), dong(70));
    let amount = |amount| CaseChange::AmountChanged {
        date: TODAY,
        obligation: id("1"),
        amount: dong(amount),
        ground: Ground::Interest,
        interest_until: Some(TODAY),
    };
    assert_eq!(refused(&partly, &amount(89)), Rejection::BelowSettled);
    let grown = after(&partly, &[amount(250)]);
    assert_eq!(grown.rest(&[]), dong(160));
    assert_eq!(grown.obligations[0].obligation.interest_until, Some(TODAY));
}

#[test]
fn what_is_owed_jointly_is_owed_once() {
    let joint = Obligation {
        joint: true,
        ..money("1", 100)
    };
    let case = open(&opened(vec![joint, money("2", 40)]));
    assert_eq!(
        case.rest(&[]),
        dong(140),
        "not once for each debtor: the debtors stand in the document"
    );
    assert_eq!(after(&case, &[collected(100)]).rest(&[]), dong(40));
}

#[test]
fn two_years_without_conditions_end_in_the_separate_register_or_with_the_requester() {
    let none = to(CaseStatus::NoConditions, Ground::NoConditionsA, date(2024, 2, 29));
    let on_request = after(&case(), std::slice::from_ref(&none));
    let back = |on| to(CaseStatus::RequestSentBack, Ground::RequestSentBack, on);
    assert_eq!(refused(&on_request, &back(date(2026, 2, 27))), Rejection::TwoYears);
    after(&on_request, &[back(date(2026, 2, 28))]);
    let register = to(CaseStatus::SeparateRegister, Ground::SeparateRegister, TODAY);
    assert_eq!(refused(&on_request, &register), Rejection::WrongInitiative);
    let own = open(&Opened {
        initiative: Initiative::Proactive,
        ..opened(vec![money("1", 100)])
    });
    let own = after(&own, &[none]);
    assert_eq!(refused(&own, &back(TODAY)), Rejection::WrongInitiative);
    assert_eq!(after(&own, &[register]).due(), None);
}

#[test]
fn conditions_are_verified_every_six_or_twelve_months() {
    let change = CaseChange::StatusChanged {
        date: date(2025, 8, 31),
        to: CaseStatus::NoConditions,
        ground: Ground::NoConditionsB,
        verified: Some(date(2025, 8, 30)),
        verify_every: None,
    };
    let verify = |on, every| CaseChange::Verified {
        date: on,
        verify_every: every,
    };
    assert_eq!(refused(&case(), &verify(TODAY, None)), Rejection::NotWithoutConditions);
    let case = after(&case(), &[change]);
    let due = |case: &EnforcementCase| case.due().map(|due| (due.date, due.kind));
    assert_eq!(due(&case), Some((date(2026, 2, 28), DueKind::Verify)), "no 30 February");
    let yearly = after(&case, &[verify(date(2026, 3, 2), Some(VerifyEvery::TwelveMonths))]);
    assert_eq!(due(&yearly), Some((date(2027, 3, 2), DueKind::Verify)));
    assert_eq!(refused(&yearly, &verify(date(2026, 3, 1), None)), Rejection::TooEarly);
    let late = after(&yearly, &[verify(date(2026, 11, 1), None)]);
    assert_eq!(due(&late), Some((date(2027, 8, 31), DueKind::SendBack)));
}

#[test]
fn coercion_follows_its_ground_within_ten_days() {
    let ground = |on| CaseChange::CoercionGround { date: on };
    let decided = |on| CaseChange::CoercionDecided { date: on };
    let (first, later) = (date(2026, 2, 20), date(2026, 2, 25));
    let due = |case: &EnforcementCase| case.due().map(|due| (due.date, due.kind));
    assert_eq!(refused(&case(), &decided(first)), Rejection::NoCoercion);
    let grounded = after(&case(), &[ground(first)]);
    assert_eq!(
        due(&grounded),
        Some((date(2026, 3, 2), DueKind::Coerce)),
        "the day of the ground does not count"
    );
    assert_eq!(refused(&grounded, &ground(later)), Rejection::CoercionOpen);
    assert_eq!(refused(&grounded, &decided(date(2026, 2, 19))), Rejection::TooEarly);
    let coerced = after(&grounded, &[decided(later)]);
    assert_eq!(due(&coerced), None);
    assert_eq!(
        due(&after(&coerced, &[ground(later)])),
        Some((date(2026, 3, 7), DueKind::Coerce))
    );
    let postponed = CaseChange::StatusChanged {
        date: later,
        to: CaseStatus::Postponed,
        ground: Ground::Postponed,
        verified: None,
        verify_every: None,
    };
    let postponed = after(&grounded, &[postponed]);
    assert_eq!(due(&postponed), None, "it waits with the case");
    assert_eq!(refused(&postponed, &ground(later)), Rejection::NotInProgress);
}

#[test]
fn a_case_begins_in_progress_unless_it_was_carried_over() {
    let waiting = Opened {
        status: CaseStatus::NoConditions,
        ground: Some(Ground::NoConditionsC),
        since: Some(date(2023, 5, 5)),
        ..opened(vec![money("1", 1)])
    };
    let try_open = |opened: &Opened| EnforcementCase::apply(None, &CaseChange::Opened(opened.clone()), TODAY);
    assert_eq!(try_open(&waiting).unwrap_err(), Rejection::OpeningStatus);
    let carried = Opened {
        carried_over_from: Some(date(2023, 9, 30)),
        ..waiting.clone()
    };
    assert_eq!(try_open(&carried).unwrap().since, date(2023, 5, 5));
    let ended = Opened {
        status: CaseStatus::Completed,
        ground: Some(Ground::Fulfilled),
        ..carried.clone()
    };
    assert_eq!(try_open(&ended).unwrap_err(), Rejection::OpeningStatus);
    for wrong in [vec![], vec![money("1", 1), act("1")]] {
        assert_eq!(try_open(&opened(wrong)).unwrap_err(), Rejection::Obligations);
    }
    let settled = Obligation {
        settled_before: dong(2),
        ..money("1", 1)
    };
    let with_amount = Obligation {
        amount: Some(dong(1)),
        ..act("1")
    };
    for wrong in [money("1", 0), settled, with_amount] {
        assert_eq!(try_open(&opened(vec![wrong])).unwrap_err(), Rejection::Amounts);
    }
}

#[test]
fn nothing_is_dated_before_the_case_or_in_the_future() {
    let before = OPENED.yesterday().unwrap();
    let change = to(CaseStatus::Postponed, Ground::Postponed, before);
    assert_eq!(refused(&case(), &change), Rejection::TooEarly);
    let tomorrow = to(CaseStatus::Postponed, Ground::Postponed, TODAY.tomorrow().unwrap());
    assert_eq!(refused(&case(), &tomorrow), Rejection::Future);
    let later = after(
        &case(),
        &[to(CaseStatus::Postponed, Ground::Postponed, date(2026, 5, 5))],
    );
    let back = to(CaseStatus::InProgress, Ground::Continued, date(2026, 5, 4));
    assert_eq!(refused(&later, &back), Rejection::TooEarly);
}

#[test]
fn marks_come_once_and_go_once() {
    let tagged = |add: &[Tag], remove: &[Tag]| CaseChange::Tagged {
        date: TODAY,
        add: add.iter().copied().collect(),
        remove: remove.iter().copied().collect(),
    };
    for wrong in [
        tagged(&[], &[]),
        tagged(&[Tag::Credit], &[]),
        tagged(&[], &[Tag::KeyCase]),
    ] {
        assert_eq!(refused(&case(), &wrong), Rejection::Tags);
    }
    let changed = after(&case(), &[tagged(&[Tag::KeyCase], &[Tag::Credit])]);
    assert_eq!(changed.tags, [Tag::KeyCase].into());
}

#[test]
fn the_form_of_a_change_is_stable() {
    let texts = [
        r#"{"change":"opened","date":"2024-01-10","initiative":"ON_REQUEST","status":"IN_PROGRESS","obligations":[{"id":"1","kind":"MONEY","amount":"100","joint":true},{"id":"2","kind":"LAND"}],"tags":["CREDIT"],"unit":"pkv1","officer":"chv01","carried_over_from":"2023-09-30"}"#,
        r#"{"change":"status_changed","date":"2026-05-05","to":"NO_CONDITIONS","ground":"L106_38_1_A","verified":"2026-05-01","verify_every":"TWELVE_MONTHS"}"#,
        r#"{"change":"verified","date":"2026-05-05"}"#,
        r#"{"change":"collected","date":"2026-05-05","obligation":"1","amount":"7","source":"ACCOUNT_DEBIT","request":"req_0199c0de00007000800000000000000a"}"#,
        r#"{"change":"discharged","date":"2026-05-05","obligation":"1","amount":"7","ground":"L106_42"}"#,
        r#"{"change":"collection_reversed","date":"2026-05-05","obligation":"1","amount":"7"}"#,
        r#"{"change":"discharge_reversed","date":"2026-05-05","obligation":"1","amount":"7"}"#,
        r#"{"change":"amount_changed","date":"2026-05-05","obligation":"1","amount":"9","ground":"INTEREST","interest_until":"2026-05-01"}"#,
        r#"{"change":"performed","date":"2026-05-05","obligation":"2","done":true}"#,
        r#"{"change":"assigned","date":"2026-05-05","unit":"pkv1"}"#,
        r#"{"change":"tagged","date":"2026-05-05","add":["KEY_CASE"],"remove":["CREDIT"]}"#,
    ];
    let mut names = std::collections::BTreeSet::new();
    for text in texts {
        let change: CaseChange = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&change).unwrap(), text);
        assert!(text.contains(&format!(r#""change":"{}""#, change.name())));
        names.insert(change.name());
    }
    assert_eq!(names.len(), texts.len());
    assert!(serde_json::from_str::<CaseChange>(r#"{"change":"verified","date":"2026-05-05","who":"x"}"#).is_err());
}

#[test]
fn amounts_are_whole_and_never_negative() {
    for wrong in ["-1", "1.5", "", "1e3", "1000000000000000000", "01"] {
        assert_eq!(Dong::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Dong::parse("404438921000").unwrap().grouped(), "404.438.921.000");
    assert_eq!(dong(7).grouped(), "7");
    assert_eq!(dong(7).minus(dong(8)), None);
    assert_eq!(Dong::MOST.plus(dong(1)), None);
    assert_eq!(serde_json::to_string(&dong(5)).unwrap(), r#""5""#);
}
