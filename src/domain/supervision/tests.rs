//! The table against what it must say, told once more; the hierarchy against the plainest possible walk.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::agency::{Agency, Channel};
use crate::domain::ids::AgencyCode;

fn code(number: usize) -> AgencyCode {
    AgencyCode::parse(&format!("VN.{number:02}")).unwrap()
}

fn agency(number: usize, role: Role, province: &str) -> Agency {
    Agency {
        code: code(number),
        role,
        name: String::new(),
        name_en: String::new(),
        province_code: province.to_owned(),
        commune_code: String::new(),
        parent: None,
        successor: None,
        channel: Channel::Digital,
        suspended: false,
        aliases: Vec::new(),
        units: Vec::new(),
        territory: Vec::new(),
    }
}

fn under(parent: usize, agency: Agency) -> Agency {
    Agency {
        parent: Some(code(parent)),
        ..agency
    }
}

/// What an officer of this scope sees of the second of two agencies.
fn sight(by: &Agency, of: &Agency, scope: Scope) -> Option<Sight> {
    let supervised = Hierarchy::of([by, of]).supervised_by(&by.code, scope);
    supervised.right_over(&of.code).map(|right| right.sight)
}

#[test]
fn the_fatherland_front_watches_who_enforces_in_its_province_and_supervises_nobody() {
    let front = agency(1, Role::FatherlandFront, "37");
    let others = [
        agency(2, Role::Enforcement, "37"),
        agency(3, Role::Enforcement, "01"),
        agency(4, Role::BailiffOffice, "37"),
        agency(5, Role::Bank, "37"),
    ];
    let hierarchy = Hierarchy::of(others.iter().chain([&front]));
    assert_eq!(hierarchy.watched_by(&front.code), BTreeSet::from([code(2)]));
    assert!(hierarchy.supervised_by(&front.code, Scope::All).is_empty());
    for other in &others {
        assert!(hierarchy.watched_by(&other.code).is_empty());
    }
    assert!(hierarchy.watched_by(&code(9)).is_empty());
}

/// Every role over every role, in the same province, in another, and as its superior.
#[test]
fn every_role_sees_of_every_other_what_the_law_says_and_no_more() {
    use Role as R;
    use Sight::{Documents, Envelope};
    let is_enforcement = |role| matches!(role, R::Enforcement | R::BailiffOffice);
    let has_superiors = [
        R::Police,
        R::Bank,
        R::StateBank,
        R::Treasury,
        R::SocialInsurance,
        R::LandOffice,
        R::Immigration,
        R::Prison,
        R::Tax,
        R::PeoplesCommittee,
    ];
    let mut seen = 0;
    for by in R::ALL.iter().copied() {
        for of in R::ALL.iter().copied() {
            for scope in Scope::ALL.iter().copied() {
                let all = scope == Scope::All;
                let near = match (by, of) {
                    (R::Procuracy, of) if is_enforcement(of) => Some(Documents),
                    (R::SteeringCommittee, R::Enforcement) if all => Some(Envelope),
                    _ => None,
                };
                let below = match (by, of) {
                    (R::Procuracy, R::Procuracy) if all => Some(Documents),
                    (R::EnforcementAdmin, of) if all && is_enforcement(of) => Some(Documents),
                    (R::Court, R::Court) if all => Some(Envelope),
                    (by, of) if all && by == of && has_superiors.contains(&by) => Some(Envelope),
                    _ => None,
                };
                let (supervisor, neighbour) = (agency(1, by, "37"), agency(2, of, "37"));
                let stranger = agency(2, of, "01");
                let what = format!("{by} over {of} with scope {scope}");
                assert_eq!(sight(&supervisor, &neighbour, scope), near, "{what} in its province");
                assert_eq!(sight(&supervisor, &stranger, scope), None, "{what} elsewhere");
                assert_eq!(sight(&supervisor, &under(1, stranger), scope), below, "{what} below it");
                assert_eq!(sight(&under(2, supervisor), &neighbour, scope), near, "{what} above it");
                seen += usize::from(near.is_some() || below.is_some());
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn a_procuracy_without_a_place_sees_what_those_below_it_see_and_nothing_else() {
    let supreme = agency(1, Role::Procuracy, "");
    let province = under(1, agency(2, Role::Procuracy, "37"));
    let (near, far) = (agency(3, Role::Enforcement, "37"), agency(4, Role::Enforcement, "01"));
    let hierarchy = Hierarchy::of([&supreme, &province, &near, &far]);
    let seen = |supervisor: &Agency| -> Vec<AgencyCode> {
        let supervised = hierarchy.supervised_by(&supervisor.code, Scope::Own);
        supervised.agencies().cloned().collect()
    };
    assert_eq!(seen(&supreme), std::slice::from_ref(&near.code));
    assert_eq!(seen(&province), std::slice::from_ref(&near.code));
    let alone = Hierarchy::of([&supreme, &near, &far]);
    assert!(alone.supervised_by(&supreme.code, Scope::All).is_empty());
}

#[test]
fn a_former_province_is_supervised_from_its_successor() {
    // Province 35 (Hà Nam) is part of 37 (Ninh Bình).
    let (procuracy, former) = (agency(1, Role::Procuracy, "37"), agency(2, Role::Enforcement, "35"));
    assert_eq!(sight(&procuracy, &former, Scope::Own), Some(Sight::Documents));
}

#[test]
fn names_are_unique_and_each_line_has_its_basis() {
    let names: BTreeSet<&str> = RIGHTS.iter().map(|right| right.name).collect();
    assert_eq!(names.len(), RIGHTS.len());
    assert!(
        RIGHTS
            .iter()
            .all(|right| !right.basis.is_empty() && !right.by.is_empty())
    );
    assert!(RIGHTS.iter().all(|right| !right.by.contains(&Role::Operator)));
    assert_eq!(untold_roles().collect::<Vec<_>>(), [Role::Procuracy]);
}

/// Who stands above an agency, the plainest possible way: up through superiors, and from each to its successors.
fn above(start: usize, agencies: &[Agency]) -> BTreeSet<AgencyCode> {
    let find = |code: &AgencyCode| agencies.iter().find(|agency| agency.code == *code);
    let successors = |code: &AgencyCode| {
        let mut all = vec![code.clone()];
        while let Some(next) = all.last().and_then(&find).and_then(|agency| agency.successor.clone()) {
            if all.contains(&next) {
                break;
            }
            all.push(next);
        }
        all
    };
    let (mut above, mut open) = (BTreeSet::new(), successors(&code(start)));
    while let Some(next) = open.pop() {
        for superior in find(&next)
            .and_then(|agency| agency.parent.as_ref())
            .map(&successors)
            .unwrap_or_default()
        {
            if above.insert(superior.clone()) {
                open.push(superior);
            }
        }
    }
    above.remove(&code(start));
    above
}

/// Registries with superiors and successors in any shape, circles too.
pub(crate) fn registries() -> impl Strategy<Value = Vec<Agency>> {
    let named = || prop::option::weighted(0.6, 0_usize..8);
    let role = prop::sample::select(vec![
        Role::Procuracy,
        Role::Enforcement,
        Role::EnforcementAdmin,
        Role::SteeringCommittee,
        Role::Court,
        Role::Bank,
    ]);
    let province = prop::sample::select(vec!["", "01", "35", "37"]);
    prop::collection::vec((role, province, named(), prop::option::weighted(0.2, 0_usize..8)), 8).prop_map(|drawn| {
        let other = |own: usize, named: Option<usize>| named.filter(|named| *named != own).map(code);
        let agencies = drawn.into_iter().enumerate();
        agencies
            .map(|(number, (role, province, parent, successor))| Agency {
                parent: other(number, parent),
                successor: other(number, successor),
                ..agency(number, role, province)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn below_is_the_other_side_of_above(agencies in registries()) {
        let hierarchy = Hierarchy::of(&agencies);
        for number in 0..agencies.len() {
            let is_above = above(number, &agencies);
            for superior in &agencies {
                let is_below = hierarchy.below(&superior.code).contains(&code(number));
                prop_assert_eq!(is_below, is_above.contains(&superior.code), "{} over {}", superior.code, code(number));
            }
        }
    }

    #[test]
    fn nobody_supervises_himself_or_what_no_line_covers(agencies in registries()) {
        let hierarchy = Hierarchy::of(&agencies);
        for agency in &agencies {
            for scope in Scope::ALL.iter().copied() {
                let supervised = hierarchy.supervised_by(&agency.code, scope);
                for code in supervised.agencies() {
                    let right = supervised.right_over(code).unwrap();
                    let of = agencies.iter().find(|other| other.code == *code).unwrap();
                    prop_assert!(*code != agency.code && right.covers(agency.role, of.role) && scope >= right.scope);
                }
            }
        }
    }
}
