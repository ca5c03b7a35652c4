//! How a command prints: a table for people, one JSON value for scripts.

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::cli::output;

/// How to print.
#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct OutputArgs {
    /// Cách in: a table for people, or JSON for scripts.
    #[arg(
        short,
        long,
        env = "LIENTHONG_OUTPUT",
        value_name = "FORMAT",
        default_value = "table"
    )]
    pub(in crate::cli) output: Format,
}

/// How the answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// For people, Vietnamese first.
    Table,
    /// For scripts: one JSON value.
    Json,
}

impl OutputArgs {
    /// Prints `value` or, for people, `text`.
    pub(in crate::cli) fn print(self, value: impl FnOnce() -> Value, text: impl FnOnce() -> String) {
        match self.output {
            Format::Json => output::line(&format!("{:#}", value())),
            Format::Table => output::text(&text()),
        }
    }
}

/// Lines of `name: value`.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A line, unless the value is empty.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.extend([name, ": ", &plain(value), "\n"]);
        }
    }

    /// A heading, after an empty line.
    pub(super) fn heading(&mut self, text: &str) {
        self.0.extend(["\n", text, "\n"]);
    }

    /// Whole lines.
    pub(super) fn text(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// Everything.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A table with aligned columns.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these headings.
    pub(super) fn new(headings: &[&str]) -> Self {
        Self {
            rows: vec![headings.iter().map(|heading| (*heading).to_owned()).collect()],
        }
    }

    /// Adds a row.
    pub(super) fn row<const N: usize>(&mut self, cells: &[String; N]) {
        self.rows.push(cells.iter().map(|cell| plain(cell)).collect());
    }

    /// The table as text; `indent` goes before each line.
    pub(super) fn text(&self, indent: &str) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).map(|(cell, width)| {
                let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
                format!("{cell}{padding}")
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            text.extend([indent, line.trim_end(), "\n"]);
        }
        text
    }

    /// Whether there is nothing but headings.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() < 2
    }
}

/// Text of others on one line and without control characters, so that it cannot steer the terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_hold_no_control_characters() {
        let mut table = Table::new(&["Mã", "Trạng thái"]);
        assert!(table.is_empty());
        table.row(&["req_1".to_owned(), "Đã gửi".to_owned()]);
        table.row(&["r".to_owned(), "\u{1b}[2J".to_owned()]);
        assert_eq!(table.text(" "), " Mã     Trạng thái\n req_1  Đã gửi\n r       [2J\n");
    }
}
