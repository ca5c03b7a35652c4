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

/// A line of texts, each safe and quoted where it must be.
pub fn text_line<'t>(cells: impl IntoIterator<Item = &'t str>) -> String {
    line(cells.into_iter().map(|text| quoted(&safe(text))))
}

/// The text of a cell that [`text_line`] wrote: without the apostrophe that it put in front.
pub fn text_of(cell: &str) -> &str {
    let is_put = |rest: &&str| is_risky(rest);
    cell.strip_prefix('\'').filter(is_put).unwrap_or(cell)
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
    if is_risky(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn is_risky(text: &str) -> bool {
    text.starts_with('\'') || text.trim_start_matches(' ').starts_with(FORMULA)
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n', ';']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_safe_comes_back() {
        for text in ["Tòa án", "=1+1", "'x", " -5", "", "@a", "a,b"] {
            assert_eq!(text_of(&safe(text)), text);
        }
        assert_eq!(text_line(["=1", "a;b", "\u{1ea1}"]), "'=1,\"a;b\",ạ\r\n");
        assert_eq!(
            text_of("'tis"),
            "'tis",
            "an apostrophe of the text's own, in a file that people wrote"
        );
    }
}
