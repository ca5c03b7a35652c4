//! CSV that spreadsheets open as it is meant: UTF-8 with a byte order mark, CRLF, and no text that a spreadsheet would run
//! as a formula. Numbers stand plain, without separators, with a point.

use super::{Cell, Table};

/// What begins a formula, or is skipped before one, in some spreadsheet.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '＠'];

pub(super) fn render(table: &Table) -> String {
    let head = table.columns.iter().map(|column| quoted(&safe(column.vi)));
    let rows = table.rows.iter().map(|row| line(row.cells.iter().map(cell)));
    let lines = std::iter::once(line(head)).chain(rows);
    std::iter::once("\u{feff}".to_owned()).chain(lines).collect()
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("{}\r\n", cells.join(","))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => quoted(&safe(text)),
        Cell::Count(_) | Cell::Dong(_) | Cell::Tenths(_) | Cell::Date(_) | Cell::None => cell.plain(),
    }
}

/// A text that would be a formula gets an apostrophe in front, which spreadsheets take for "this is text". One that has
/// one already gets another, so that what was there can be told.
fn safe(text: &str) -> String {
    let is_risky = text.starts_with('\'') || text.trim_start_matches(' ').starts_with(FORMULA);
    if is_risky { format!("'{text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n', ';']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
