//! A table for a terminal: headings broken into lines, numbers on the right.

use super::{Row, Table};
use crate::domain::print::words;

/// The least width to which a heading is broken.
const HEADING: usize = 9;
/// The most characters of a cell; longer words are cut.
const WIDEST: usize = 48;

pub(super) fn render(table: &Table) -> String {
    let cells: Vec<Vec<String>> = table.rows.iter().map(written).collect();
    let widths: Vec<usize> = table
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let widest = cells
                .iter()
                .filter_map(|row| row.get(place))
                .map(|cell| width(cell))
                .max();
            let word = column.vi.split(' ').map(width).max().unwrap_or(0);
            widest.unwrap_or(0).max(word).max(HEADING.min(width(column.vi)))
        })
        .collect();
    let is_right: Vec<bool> = table.columns.iter().map(|column| column.kind.is_number()).collect();
    let headings: Vec<Vec<String>> = table
        .columns
        .iter()
        .zip(&widths)
        .map(|(column, width)| broken(column.vi, *width))
        .collect();
    let height = headings.iter().map(Vec::len).max().unwrap_or(0);
    let mut lines = vec![table.vi.clone()];
    lines.extend(table.scope.iter().cloned());
    lines.push(String::new());
    for place in 0..height {
        let cells: Vec<String> = headings
            .iter()
            .map(|heading| heading.get(place).cloned().unwrap_or_default())
            .collect();
        lines.push(line(&cells, &widths, &is_right));
    }
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    lines.push(rule.join("  "));
    for (row, cells) in table.rows.iter().zip(&cells) {
        if row.is_total {
            lines.push(rule.join("  "));
        }
        lines.push(line(cells, &widths, &is_right));
    }
    if table.rows.is_empty() {
        lines.push("(không có số liệu)".to_owned());
    }
    lines.push(String::new());
    lines.extend(table.notes.iter().enumerate().map(|(index, note)| {
        let basis = if note.basis.is_empty() {
            String::new()
        } else {
            format!(" [{}]", note.basis)
        };
        format!("({}) {}{basis} ({})", index + 1, note.text, note.certainty)
    }));
    lines.push(format!("Số liệu tính đến {}.", words::moment(table.as_of)));
    lines.extend(lists(table));
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// How to open the lists behind the figures.
fn lists(table: &Table) -> Vec<String> {
    let keys = table.opening();
    if keys.is_empty() {
        return Vec::new();
    }
    let head = format!("Danh sách đứng sau số liệu; thay … bằng một trong: {}", keys.join(", "));
    let commands = table
        .commands()
        .map(|(name, command)| format!("  {command}    {}", plain(&name)));
    [String::new(), head].into_iter().chain(commands).collect()
}

fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// The cells, on one line each, without what would move the terminal's cursor.
fn written(row: &Row) -> Vec<String> {
    let cells = row.cells.iter().map(|cell| {
        let text = plain(&cell.vi());
        if width(&text) > WIDEST {
            text.chars().take(WIDEST - 1).chain(['…']).collect()
        } else {
            text
        }
    });
    cells.collect()
}

/// `text` in lines of at most `width` characters, broken between words.
fn broken(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn line(cells: &[String], widths: &[usize], is_right: &[bool]) -> String {
    let padded = cells.iter().zip(widths).zip(is_right).map(|((cell, width), is_right)| {
        let width = *width;
        if *is_right {
            format!("{cell:>width$}")
        } else {
            format!("{cell:<width$}")
        }
    });
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}
