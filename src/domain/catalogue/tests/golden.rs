//! The due dates of every clock of every kind, against tables that the code under test did not make: a Python program
//! counts them from a hand-made transcription of the law (tests/golden/README.md). Tables and catalogue are compared both
//! ways, so that no clock comes in untested. The traces are written by the code, to be read by people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::*;
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::rule::{DeadlineRule, Regime, Span, TimeUnit};
use crate::domain::deadline::{Computed, Limit, compute_before, compute_paused};
use crate::domain::time::Timestamp;
use crate::domain::workflow::StartingPoint;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
const FEWEST_STARTS: usize = 6;

/// What tells a clock from the others: kind, clock, regime, condition, starting point, part that states it, where it stands
/// there.
type Key = [String; 7];

/// A row of a table by column. The tables hold no commas in their cells and no quotes.
struct Row(BTreeMap<String, String>);

impl Row {
    fn get(&self, column: &str) -> &str {
        self.0.get(column).unwrap()
    }

    fn time(&self, column: &str) -> Timestamp {
        Timestamp::parse_rfc3339(self.get(column)).unwrap()
    }

    fn key(&self) -> Key {
        let columns = [
            "kind",
            "clock",
            "regime",
            "condition",
            "starts_on",
            "stated_in",
            "counts_from",
        ];
        columns.map(|column| self.get(column).to_owned())
    }
}

fn table(file: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(format!("{FOLDER}/{file}")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let columns: Vec<String> = lines.next().unwrap().collect();
    let rows = lines.map(|cells| {
        let row: BTreeMap<_, _> = columns.iter().cloned().zip(cells).collect();
        assert_eq!(row.len(), columns.len(), "{row:?}");
        Row(row)
    });
    rows.collect()
}

fn key(kind: &Kind, rule: &DeadlineRule, regime: Regime) -> Key {
    let condition = rule.condition.as_ref().map(|condition| {
        let value = condition.equals.as_str().map(str::to_owned);
        format!(
            "{}={}",
            condition.pointer,
            value.unwrap_or_else(|| condition.equals.to_string())
        )
    });
    let answered = rule.if_answered.as_ref().map(|pointer| format!("answer:{pointer}"));
    let stated = matches!(rule.starts_on, StartingPoint::Stated | StartingPoint::Before);
    [
        kind.code().as_str().to_owned(),
        rule.name.clone(),
        regime.to_string(),
        condition.or(answered).unwrap_or_default(),
        rule.starts_on.to_string(),
        if stated {
            rule.stated_in().to_string()
        } else {
            String::new()
        },
        rule.pointer.clone().unwrap_or_default(),
    ]
}

/// Every clock of the embedded catalogue under each of its regimes. No two may look the same to a reader of the table.
fn clocks(catalogue: &Catalogue) -> BTreeMap<Key, &DeadlineRule> {
    let mut found = BTreeMap::new();
    for kind in catalogue.kinds() {
        for rule in &kind.definition.deadlines {
            for regime in &rule.regimes {
                let key = key(kind, rule, *regime);
                assert!(found.insert(key.clone(), rule).is_none(), "twice: {key:?}");
            }
        }
    }
    found
}

fn limit(rule: &DeadlineRule) -> Limit {
    rule.limit
        .map(Limit::Span)
        .or(rule.service_level.map(Limit::Immediate))
        .unwrap()
}

fn computed(starts_on: StartingPoint, limit: Limit, start: Timestamp, calendar: &Calendar) -> Computed {
    match (starts_on, limit) {
        (StartingPoint::Before, Limit::Span(span)) => compute_before(span, start, calendar).unwrap(),
        _ => compute_paused(&limit, start, &[], calendar).unwrap(),
    }
}

fn assert_none(problems: &[String]) {
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[test]
fn every_clock_has_its_golden_dates_and_every_golden_date_its_clock() {
    let catalogue = catalogue();
    let clocks = clocks(&catalogue);
    let mut starts: BTreeMap<Key, BTreeSet<Timestamp>> = BTreeMap::new();
    for row in table("due.csv") {
        starts.entry(row.key()).or_default().insert(row.time("start"));
    }
    let mut problems = Vec::new();
    for key in clocks.keys() {
        let found = starts.get(key).map_or(0, BTreeSet::len);
        if found < FEWEST_STARTS {
            problems.push(format!(
                "{found} golden dates, {FEWEST_STARTS} wanted: {}",
                key.join(" ")
            ));
        }
    }
    let unknown = starts.keys().filter(|key| !clocks.contains_key(*key));
    problems.extend(unknown.map(|key| format!("no such clock in the catalogue: {}", key.join(" "))));
    assert_none(&problems);
}

#[test]
fn every_due_date_is_the_one_that_the_law_gives() {
    let (catalogue, calendar) = (catalogue(), Calendar::embedded().unwrap());
    let clocks = clocks(&catalogue);
    let mut wrong: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for row in table("due.csv") {
        let Some(rule) = clocks.get(&row.key()) else { continue };
        let start = row.time("start");
        assert_eq!(
            Regime::on(start.date()).as_str(),
            row.get("regime"),
            "{}",
            row.get("start")
        );
        let due = |limit| computed(rule.starts_on, limit, start, &calendar).due.to_rfc3339();
        let extended = rule.limit.zip(rule.extendable_to);
        let longest = extended.map(|(span, amount)| due(Limit::Span(Span { amount, ..span })));
        let found = [("due", due(limit(rule))), ("due_extended", longest.unwrap_or_default())];
        for (column, due) in found.into_iter().filter(|(column, due)| row.get(column) != due) {
            let (start, golden, exercises) = (row.get("start"), row.get(column), row.get("exercises"));
            let text = format!("from {start}: {column} is {due:?}, golden {golden:?} ({exercises})");
            wrong.entry(row.key()).or_default().push(text);
        }
    }
    let problems = wrong.into_iter().map(|(key, found)| {
        let first = found.iter().take(3).map(String::as_str).collect::<Vec<_>>();
        format!("{}: {} wrong\n    {}", key.join(" "), found.len(), first.join("\n    "))
    });
    assert_none(&problems.collect::<Vec<_>>());
}

#[test]
fn every_clock_says_whose_duty_it_is_and_how_sure_as_the_table_does() {
    let catalogue = catalogue();
    let clocks = clocks(&catalogue);
    let mut problems = BTreeSet::new();
    for row in table("due.csv") {
        let Some(rule) = clocks.get(&row.key()) else { continue };
        let columns = [
            ("obligor", rule.obligor.as_str()),
            ("nature", rule.nature.as_str()),
            ("certainty", rule.certainty.as_str()),
        ];
        for (column, said) in columns.into_iter().filter(|(column, said)| row.get(column) != *said) {
            let (name, golden) = (row.key().join(" "), row.get(column));
            problems.insert(format!(
                "{name} ({}): {column} is {said}, golden {golden}",
                row.get("law_row")
            ));
        }
    }
    assert_none(&problems.into_iter().collect::<Vec<_>>());
}

#[test]
fn the_examples_of_the_law_are_met() {
    let calendar = Calendar::embedded().unwrap();
    for row in table("law_examples.csv") {
        let unit: TimeUnit = row.get("unit").parse().unwrap();
        let span = Span {
            amount: row.get("amount").parse().unwrap(),
            unit,
        };
        let starts_on = match row.get("direction") {
            "before" => StartingPoint::Before,
            _ => StartingPoint::Available,
        };
        let due = computed(starts_on, Limit::Span(span), row.time("start"), &calendar).due;
        assert_eq!(due, row.time("due"), "{} from {}", row.get("source"), row.get("start"));
    }
}

/// The clocks of a kind that count alike, and the moments from which they are shown.
struct Alike {
    starts_on: StartingPoint,
    limit: Limit,
    is_extended: bool,
    names: BTreeSet<String>,
    starts: BTreeMap<Timestamp, String>,
}

/// The clock as a reader of the traces must know it: what begins it, whose duty it is, and on what ground.
fn name(key: &Key, rule: &DeadlineRule) -> String {
    let parts: Vec<&str> = key
        .iter()
        .skip(1)
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    format!(
        "{} | {} {} {} | {}",
        parts.join(" "),
        rule.obligor,
        rule.nature,
        rule.certainty,
        rule.basis
    )
}

/// The traces of a kind for the starts of the table; clocks that count alike are shown once, extended ones by themselves.
fn traces(kind: &str, rows: &[Row], clocks: &BTreeMap<Key, &DeadlineRule>, calendar: &Calendar) -> String {
    let mut groups: Vec<Alike> = Vec::new();
    for row in rows.iter().filter(|row| row.get("kind") == kind) {
        let Some(rule) = clocks.get(&row.key()) else { continue };
        let back = rule.starts_on == StartingPoint::Before;
        let extended = rule.limit.zip(rule.extendable_to);
        let extended = extended.map(|(span, amount)| (Limit::Span(Span { amount, ..span }), true));
        for (limit, is_extended) in [Some((limit(rule), false)), extended].into_iter().flatten() {
            let is_alike = |group: &Alike| {
                let same_way = (group.starts_on == StartingPoint::Before) == back;
                group.limit == limit && group.is_extended == is_extended && same_way
            };
            let index = groups.iter().position(is_alike).unwrap_or_else(|| {
                groups.push(Alike {
                    starts_on: rule.starts_on,
                    limit,
                    is_extended,
                    names: BTreeSet::new(),
                    starts: BTreeMap::new(),
                });
                groups.len() - 1
            });
            groups[index].names.insert(name(&row.key(), rule));
            groups[index]
                .starts
                .insert(row.time("start"), row.get("exercises").to_owned());
        }
    }
    let mut text =
        format!("{kind}: why each golden date falls where it does. Written by the golden test; read by people.\n");
    let mut grounds: Vec<String> = Vec::new();
    for group in groups {
        let names: Vec<_> = group.names.iter().map(String::as_str).collect();
        let (vi, en) = (group.limit.label_vi(), group.limit.label_en());
        let extended = if group.is_extended {
            "gia hạn | extended: "
        } else {
            ""
        };
        writeln!(text, "\n== {extended}{vi} | {en}\n   {}", names.join("\n   ")).unwrap();
        for (start, exercises) in &group.starts {
            let found = computed(group.starts_on, group.limit, *start, calendar);
            let (start, due) = (start.to_rfc3339(), found.due.to_rfc3339());
            writeln!(text, "\n{start} -> {due}  ({exercises})").unwrap();
            for line in found.trace {
                let number = if line.count == 0 {
                    String::new()
                } else {
                    line.count.to_string()
                };
                let basis = line.basis.map_or_else(String::new, |basis| {
                    let known = grounds.iter().position(|known| *known == basis).unwrap_or_else(|| {
                        grounds.push(basis);
                        grounds.len() - 1
                    });
                    format!(" [{}]", known + 1)
                });
                writeln!(
                    text,
                    "  {:8}{number:>3} {} | {}{basis}",
                    line.kind.as_str(),
                    line.vi,
                    line.en
                )
                .unwrap();
            }
        }
    }
    text.push_str("\n== căn cứ | grounds\n");
    for (index, basis) in grounds.iter().enumerate() {
        writeln!(text, "   [{}] {basis}", index + 1).unwrap();
    }
    text
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a developer's switch for this test, no setting of the hub"
)]
fn the_traces_are_as_reviewed() {
    let (catalogue, calendar) = (catalogue(), Calendar::embedded().unwrap());
    let (clocks, rows) = (clocks(&catalogue), table("due.csv"));
    let update = std::env::var_os("LIENTHONG_UPDATE").is_some_and(|value| value == "1");
    let kinds: BTreeSet<&str> = catalogue.kinds().map(|kind| kind.code().as_str()).collect();
    let mut stale = Vec::new();
    for kind in &kinds {
        let path = format!("{FOLDER}/traces/{kind}.txt");
        let text = traces(kind, &rows, &clocks, &calendar);
        if update {
            std::fs::write(&path, &text).unwrap();
        }
        if !std::fs::read_to_string(&path).is_ok_and(|stored| stored == text) {
            stale.push(format!(
                "traces/{kind}.txt: write it again and read what changed: LIENTHONG_UPDATE=1 cargo test --lib golden"
            ));
        }
    }
    for file in std::fs::read_dir(format!("{FOLDER}/traces")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if !name.strip_suffix(".txt").is_some_and(|kind| kinds.contains(kind)) {
            stale.push(format!("traces/{name}: no such kind"));
        }
    }
    assert_none(&stale);
}
