//! A kind as facts, from the cells that its page shows.

use super::super::diff::{Fact, Sort};
use super::super::kind::Kind;
use super::{attachments, clocks, fields, head, outcomes, reasons, relations, rules};

/// Everything that the page of a kind says.
pub(in crate::domain::catalogue) fn as_facts(kind: &Kind) -> Vec<Fact> {
    let definition = &kind.definition;
    let titles = [
        vec!["Tên (title)".to_owned(), definition.title_vi.clone()],
        vec!["Tên tiếng Anh (English title)".to_owned(), definition.title_en.clone()],
    ];
    let mut facts = cells(Sort::Head, 1, titles.into_iter().chain(head(definition)));
    facts.extend(lines(Sort::Relation, &relations(&definition.relations)));
    facts.extend(lines(Sort::Attachment, &attachments(definition)));
    facts.extend(cells(Sort::Clock, 5, clocks::rows(kind)));
    facts.extend(cells(Sort::OrderField, 1, required(fields::rows(&kind.order_schema))));
    facts.extend(cells(Sort::Outcome, 1, outcomes::rows(kind)));
    facts.extend(cells(Sort::AnswerField, 1, required(fields::rows(&kind.answer_schema))));
    facts.extend(lines(Sort::RefuseReason, &reasons(&definition.refuse_reasons)));
    facts.extend(lines(Sort::SendBackReason, &reasons(&definition.send_back_reasons)));
    facts.extend(lines(Sort::Rule, &rules(definition)));
    facts
}

/// The column that says whether a field must be there has its own word where it stands alone.
fn required(rows: Vec<Vec<String>>) -> impl Iterator<Item = Vec<String>> {
    rows.into_iter().map(|mut cells| {
        if let Some(cell) = cells.get_mut(3) {
            let word = if cell.is_empty() {
                "không bắt buộc"
            } else {
                "bắt buộc"
            };
            word.clone_into(cell);
        }
        cells
    })
}

/// Facts whose name is in the first cells.
fn cells(sort: Sort, named_by: usize, rows: impl IntoIterator<Item = Vec<String>>) -> Vec<Fact> {
    let told = |cells: &[String]| {
        let cells: Vec<&str> = cells
            .iter()
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .collect();
        cells.join(", ")
    };
    let fact = |cells: Vec<String>| {
        let (name, value) = cells.split_at(named_by.min(cells.len()));
        Fact {
            sort,
            name: told(name),
            value: told(value),
        }
    };
    rows.into_iter().map(fact).collect()
}

/// Facts that are lines of a list; what stands before the first colon is their name, or the whole.
fn lines(sort: Sort, text: &str) -> Vec<Fact> {
    let lines = text
        .lines()
        .map(|line| line.trim_start_matches("- "))
        .filter(|line| !matches!(*line, "" | "–"));
    let fact = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        Fact {
            sort,
            name: name.to_owned(),
            value: value.to_owned(),
        }
    };
    lines.map(fact).collect()
}
