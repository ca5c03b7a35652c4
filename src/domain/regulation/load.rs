//! Reading regulations. Everything that is wrong is told with its file and key; a hub with a broken one does not start.

use std::collections::{BTreeMap, BTreeSet};

use super::shorter::told;
use super::{Applies, FOLDER, Regulation, Regulations};
use crate::domain::catalogue::Problem;
use crate::domain::catalogue::file::FileProblems;
use crate::domain::catalogue::kind::Kind;
use crate::domain::identifier::place;

/// Reads the files below [`FOLDER`] and adds their outcomes to the kinds; pushes what is wrong.
pub(crate) fn load(files: &BTreeMap<String, Vec<u8>>, kinds: &mut [Kind], problems: &mut Vec<Problem>) -> Regulations {
    // A kind that is broken itself is told already.
    let kinds_are_sound = problems.is_empty();
    let mut read: Vec<Regulation> = Vec::new();
    for (path, content) in files.iter().filter(|(path, _)| path.starts_with(FOLDER)) {
        let mut own = FileProblems::of(path, problems);
        let Some((name, mut regulation)) = own.read_in::<Regulation>(FOLDER, content) else {
            continue;
        };
        for outcome in &mut regulation.outcomes {
            outcome.regulation = Some(name.clone());
        }
        regulation.name = name;
        check(&regulation, &mut own);
        if kinds_are_sound {
            check_against(&regulation, kinds, &mut own);
            check_beside(&regulation, &read, &mut own);
        }
        read.push(regulation);
    }
    for regulation in &read {
        for kind in kinds.iter_mut().filter(|kind| regulation.applies.concerns(kind.code())) {
            kind.definition.outcomes.extend(regulation.outcomes.iter().cloned());
        }
    }
    Regulations::of(read)
}

fn check(regulation: &Regulation, problems: &mut FileProblems<'_>) {
    for (key, text) in [
        ("title_vi", &regulation.title_vi),
        ("title_en", &regulation.title_en),
        ("basis", &regulation.basis),
    ] {
        problems.require(!text.trim().is_empty(), key, "must not be empty");
    }
    let Applies {
        kinds,
        sender_province,
        recipient_province,
        recipient_role: _,
        sender,
        recipient,
    } = &regulation.applies;
    for (key, province) in [
        ("applies.sender_province", sender_province),
        ("applies.recipient_province", recipient_province),
    ] {
        let is_known = province
            .as_deref()
            .is_none_or(|code| place::current_province(code).is_some());
        problems.require(is_known, key, "no such province");
    }
    let is_local = sender_province.is_some() || recipient_province.is_some() || sender.is_some() || recipient.is_some();
    problems.require(
        is_local,
        "applies",
        "must name a province or an agency: what holds for everyone stands in the kind itself",
    );
    problems.require(
        kinds.iter().collect::<BTreeSet<_>>().len() == kinds.len(),
        "applies.kinds",
        "a kind stands twice",
    );
    let ends = regulation
        .effective_to
        .is_none_or(|last| regulation.effective_from <= last);
    problems.require(ends, "effective_to", "must not be before effective_from");
    let says_something =
        !regulation.shorter.is_empty() || !regulation.deadlines.is_empty() || !regulation.outcomes.is_empty();
    problems.require(says_something, "", "shortens nothing and adds nothing");
    for (index, shorter) in regulation.shorter.iter().enumerate() {
        let at = format!("shorten[{index}] ({})", shorter.clock);
        problems.require(
            shorter.limit.is_some() != shorter.service_level.is_some(),
            &format!("{at}.limit"),
            "must have exactly one of limit and service_level",
        );
        problems.require(
            !shorter.basis.trim().is_empty(),
            &format!("{at}.basis"),
            "must not be empty",
        );
    }
}

/// What it changes is there, and becomes shorter; what it adds fits.
fn check_against(regulation: &Regulation, kinds: &[Kind], problems: &mut FileProblems<'_>) {
    let applies = &regulation.applies;
    for code in &applies.kinds {
        let is_known = kinds.iter().any(|kind| kind.code() == code);
        problems.require(is_known, "applies.kinds", &format!("the catalogue has no kind {code}"));
    }
    let concerned: Vec<&Kind> = kinds.iter().filter(|kind| applies.concerns(kind.code())).collect();
    for (index, shorter) in regulation.shorter.iter().enumerate() {
        let at = format!("shorten[{index}] ({})", shorter.clock);
        let rules = concerned
            .iter()
            .flat_map(|kind| kind.definition.deadlines.iter().map(move |rule| (kind, rule)));
        let mut rules = rules.filter(|(_, rule)| shorter.concerns(rule)).peekable();
        problems.require(
            rules.peek().is_some(),
            &at,
            "no such kind has such a clock under these regimes; a limit takes the place of a limit, a service level of a service level",
        );
        for (kind, rule) in rules {
            if let Some(unfit) = shorter.unfit(rule) {
                problems.add(&at, format!("of {}: {}", kind.code(), unfit.text(&told(rule))));
            }
        }
    }
    for kind in concerned {
        for (place, text) in kind.problems_of(&regulation.deadlines, &regulation.outcomes) {
            problems.add(place, format!("of {}: {text}", kind.code()));
        }
    }
}

/// Between the same agencies no two say something else of one clock or outcome on one day.
fn check_beside(regulation: &Regulation, others: &[Regulation], problems: &mut FileProblems<'_>) {
    let same_agencies = |other: &Regulation| {
        let between = |applies: &Applies| Applies {
            kinds: Vec::new(),
            ..applies.clone()
        };
        between(&other.applies) == between(&regulation.applies)
    };
    let share_a_kind = |other: &Regulation| {
        let (own, theirs) = (&regulation.applies.kinds, &other.applies.kinds);
        own.is_empty() == theirs.is_empty() && (own.is_empty() || own.iter().any(|kind| theirs.contains(kind)))
    };
    for other in others
        .iter()
        .filter(|other| same_agencies(other) && share_a_kind(other) && regulation.meets(other))
    {
        let clocks = |of: &Regulation| -> BTreeSet<String> {
            let shorter = of.shorter.iter().map(|shorter| shorter.clock.clone());
            shorter
                .chain(of.deadlines.iter().map(|rule| rule.name.clone()))
                .collect()
        };
        for clock in clocks(regulation).intersection(&clocks(other)) {
            let text = format!(
                "{} says something of it too, for the same agencies on the same days",
                other.name
            );
            problems.add(format!("clock {clock}"), text);
        }
    }
    // An outcome stands in its kind: its code is one for everybody.
    for outcome in &regulation.outcomes {
        let has_it = |other: &&Regulation| {
            let shares = other.applies.kinds.is_empty()
                || regulation.applies.kinds.is_empty()
                || other
                    .applies
                    .kinds
                    .iter()
                    .any(|kind| regulation.applies.kinds.contains(kind));
            shares && other.outcomes.iter().any(|known| known.code == outcome.code)
        };
        if let Some(other) = others.iter().find(has_it) {
            problems.add(
                format!("outcome.{}", outcome.code),
                format!("{} adds it already", other.name),
            );
        }
    }
}
