//! Labels stand as docs/glossary.md writes them, diacritics included.

use super::*;

const GLOSSARY: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/glossary.md"));

/// The first two columns of the table under a heading of the glossary: the term in code and the Vietnamese label.
fn terms(heading: &str) -> BTreeMap<&'static str, &'static str> {
    let (_, rest) = GLOSSARY.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| {
        let mut cells = row.split('|').map(str::trim).skip(1);
        (cells.next().unwrap(), cells.next().unwrap())
    })
    .collect()
}

#[test]
fn kinds_are_called_as_the_glossary_calls_them() {
    let glossary = terms("Kinds");
    for kind in catalogue().kinds() {
        let label = glossary.get(kind.code().as_str());
        assert_eq!(label, Some(&kind.definition.title_vi.as_str()), "{}", kind.code());
    }
}

#[test]
fn outcomes_are_called_as_the_glossary_calls_them() {
    // The glossary's RELEASED ends a freeze (phong tỏa), a word that a suspended registration must not borrow.
    let of_a_freeze = ("registration-release", "RELEASED");
    let glossary = terms("Outcomes");
    let mut compared = std::collections::BTreeSet::new();
    for kind in catalogue().kinds() {
        for outcome in &kind.definition.outcomes {
            let code = outcome.code.as_str();
            if (kind.code().as_str(), code) == of_a_freeze {
                continue;
            }
            if let Some(label) = glossary.get(code) {
                assert_eq!(*label, outcome.title_vi, "{} {code}", kind.code());
                compared.insert(code.to_owned());
            }
        }
    }
    let unused: Vec<_> = glossary.keys().filter(|code| !compared.contains(**code)).collect();
    assert!(unused.is_empty(), "no kind has {unused:?}");
}

#[test]
fn acts_that_the_glossary_names_are_called_so_in_every_kind() {
    let actions = terms("Actions and buttons");
    for (code, action) in [
        ("IN_PROGRESS", "answer, interim"),
        ("REFUSED", "answer, final, outcome REFUSED"),
    ] {
        for kind in catalogue().kinds() {
            let outcome = kind
                .definition
                .outcomes
                .iter()
                .find(|outcome| outcome.code.as_str() == code);
            if let Some(outcome) = outcome {
                assert_eq!(outcome.title_vi, actions[action], "{} {code}", kind.code());
            }
        }
    }
}
