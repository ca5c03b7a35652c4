//! Reading ladders. Everything that is wrong is told with its file and key; a hub with a broken ladder does not start.

use std::collections::{BTreeMap, BTreeSet};

use super::{Applies, Escalation, FOLDER, LadderFile, Replaces, Rung, Tell};
use crate::domain::catalogue::Problem;
use crate::domain::catalogue::file::FileProblems;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::rule::{Span, TimeUnit};
use crate::domain::identifier::place;
use crate::domain::workflow::Party;

/// The clocks that the law knows, in whatever kind ([`crate::domain::catalogue::rule::DeadlineRule::name`]).
const CLOCKS: [&str; 9] = [
    "acknowledge",
    "answer",
    "execute",
    "report",
    "transfer",
    "issue",
    "release",
    "publish",
    "refuse",
];

/// Units that a rung may stand away from the due time.
const UNITS: [TimeUnit; 4] = [
    TimeUnit::Hours,
    TimeUnit::WorkingHours,
    TimeUnit::WorkingDays,
    TimeUnit::Days,
];

/// Reads the files below [`FOLDER`]; pushes what is wrong.
pub(crate) fn load(files: &BTreeMap<String, Vec<u8>>, kinds: &[Kind], problems: &mut Vec<Problem>) -> Escalation {
    // A kind that is broken itself is told already.
    let kinds = problems.is_empty().then_some(kinds);
    let mut read = Vec::new();
    for (path, content) in files.iter().filter(|(path, _)| path.starts_with(FOLDER)) {
        let mut own = FileProblems::of(path, problems);
        if let Some((_, file)) = own.read_in::<LadderFile>(FOLDER, content) {
            check(&file, kinds, &mut own);
            read.push((path.clone(), file));
        }
    }
    check_equals(&read, problems);
    for party in [Party::Sender, Party::Recipient] {
        let is_common = |file: &LadderFile| file.applies.obligor == party && file.applies.weight() == 0;
        if !read.iter().any(|(_, file)| is_common(file)) {
            let mut missing = FileProblems::of(FOLDER, problems);
            missing.add("applies", format!("no file applies to every clock of the {party}"));
        }
    }
    Escalation::of(read, version(files))
}

/// From the digest of the files.
fn version(files: &BTreeMap<String, Vec<u8>>) -> i64 {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for (path, content) in files.iter().filter(|(path, _)| path.starts_with(FOLDER)) {
        for part in [path.as_bytes(), content] {
            context.update(part.len().to_string().as_bytes());
            context.update(b":");
            context.update(part);
        }
    }
    let digest = context.finish();
    let first = digest.as_ref().first_chunk().copied().unwrap_or_default();
    i64::from_be_bytes(first)
}

fn check(file: &LadderFile, kinds: Option<&[Kind]>, problems: &mut FileProblems<'_>) {
    for (key, text) in [
        ("title_vi", &file.title_vi),
        ("title_en", &file.title_en),
        ("basis", &file.basis),
    ] {
        if text.trim().is_empty() {
            problems.add(key, "must not be empty");
        }
    }
    check_applies(&file.applies, problems);
    if let Some(kinds) = kinds {
        check_names(&file.applies, kinds, problems);
    }
    if file.rungs.is_empty() && file.replaces == Replaces::Rungs {
        problems.add(
            "rung",
            "a file without rungs changes nothing unless it replaces the ladder",
        );
    }
    let mut names = BTreeSet::new();
    let mut last = i64::MIN;
    for rung in &file.rungs {
        let place = format!("rung.{}", rung.name);
        if !names.insert(&rung.name) {
            problems.add(&place, "two rungs have this name");
        }
        if rung.place() < last {
            problems.add(&place, "it comes before the rung above it");
        }
        last = rung.place();
        check_rung(rung, &place, file.applies.obligor, problems);
    }
}

fn check_applies(applies: &Applies, problems: &mut FileProblems<'_>) {
    if applies.obligor == Party::Hub {
        problems.add("applies.obligor", "SENDER or RECIPIENT");
    }
    if let Some(province) = &applies.province
        && place::current_province(province).is_none()
    {
        problems.add("applies.province", "no such province");
    }
}

/// The kind that it names is there, and so is the clock.
fn check_names(applies: &Applies, kinds: &[Kind], problems: &mut FileProblems<'_>) {
    let of_kind = |kind: &&Kind| applies.kind.as_ref().is_none_or(|code| kind.code() == code);
    if applies.kind.is_some() && !kinds.iter().any(|kind| of_kind(&kind)) {
        problems.add("applies.kind", "the catalogue has no such kind");
    } else if let Some(clock) = &applies.clock {
        let mut clocks = kinds.iter().filter(of_kind).flat_map(|kind| &kind.definition.deadlines);
        let is_common = applies.kind.is_none() && CLOCKS.contains(&clock.as_str());
        if !is_common && !clocks.any(|rule| rule.name == *clock) {
            problems.add("applies.clock", "no such kind has such a clock");
        }
    }
}

fn check_rung(rung: &Rung, place: &str, obligor: Party, problems: &mut FileProblems<'_>) {
    let is_word = |name: &str| !name.is_empty() && name.chars().all(|char| char.is_ascii_lowercase() || char == '_');
    if !is_word(&rung.name) {
        problems.add(place, "a name is made of small letters and _");
    }
    for (key, text) in [
        ("text_vi", &rung.text_vi),
        ("text_en", &rung.text_en),
        ("basis", &rung.basis),
    ] {
        if text.trim().is_empty() {
            problems.add(format!("{place}.{key}"), "must not be empty");
        }
    }
    let expected = match rung.tell {
        Tell::Remind => (true, false),
        Tell::Overdue => (false, false),
        Tell::HeadOfUnit | Tell::Superior | Tell::Draft => (false, true),
    };
    for (key, span, wanted) in [("before", rung.before, expected.0), ("after", rung.after, expected.1)] {
        check_span(span, wanted, &format!("{place}.{key}"), rung.tell, problems);
    }
    match (rung.tell, rung.role, rung.level) {
        (Tell::Draft, Some(_), None) | (Tell::Draft, None, Some(2 | 3)) => {}
        (Tell::Draft, _, _) => problems.add(place, "a draft needs a role, or a level of 2 or 3"),
        (_, None, None) => {}
        (..) => problems.add(place, "only a draft has a role or a level"),
    }
    if rung.tell == Tell::Draft && obligor == Party::Sender {
        problems.add(place, "a sender's clocks are told within its own line alone");
    }
}

fn check_span(span: Option<Span>, wanted: bool, place: &str, tell: Tell, problems: &mut FileProblems<'_>) {
    match (span, wanted) {
        (Some(span), true) if span.amount == 0 => problems.add(place, "at least 1"),
        (Some(span), true) if !UNITS.contains(&span.unit) => {
            problems.add(place, "hours, working_hours, working_days or days");
        }
        (Some(_), true) | (None, false) => {}
        (None, true) => problems.add(place, format!("\"{tell}\" needs it")),
        (Some(_), false) => problems.add(place, format!("\"{tell}\" has none")),
    }
}

/// Two files for exactly the same clocks: which of them holds would be chance.
fn check_equals(files: &[(String, LadderFile)], problems: &mut Vec<Problem>) {
    for (index, (path, file)) in files.iter().enumerate() {
        let equal = files
            .iter()
            .take(index)
            .find(|(_, other)| other.applies == file.applies);
        if let Some((other, _)) = equal {
            let mut own = FileProblems::of(path, problems);
            own.add("applies", format!("the same as in {other}"));
        }
    }
}
