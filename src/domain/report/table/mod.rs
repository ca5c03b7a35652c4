//! The one table model of every report, and how it is shown: for a terminal, as CSV, XLSX, JSON, and as a page to print
//! with charts. A report says what stands in it once; no format computes anything.

mod chart;
mod csv;
mod json;
mod page;
mod terminal;
mod xlsx;

#[cfg(test)]
mod tests;

use jiff::civil::Date;

pub use chart::{Chart, ChartKind};
pub use csv::{text_line, text_of};
pub use page::{Letterhead, Signature};

use super::super::catalogue::rule::Certainty;
use super::super::macros::text_enum;
use super::super::print::words;
use super::super::time::Timestamp;
use super::parameter::Parameter;
use super::ratio::Tenths;
use super::reference::Reference;

text_enum! {
    /// What a column holds.
    pub enum ColumnKind {
        /// Words.
        Text => "text",
        /// A whole number.
        Count => "count",
        /// Đồng.
        Dong => "dong",
        /// Percent, one digit after the comma.
        Percent => "percent",
        /// Percentage points.
        Points => "points",
        /// Hours, one digit after the comma.
        Hours => "hours",
        /// A day.
        Date => "date",
    }
}

impl ColumnKind {
    /// Whether it is a number, which stands on the right.
    pub const fn is_number(self) -> bool {
        match self {
            Self::Count | Self::Dong | Self::Percent | Self::Points | Self::Hours => true,
            Self::Text | Self::Date => false,
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in JSON, stable.
    pub key: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Its heading.
    pub vi: &'static str,
    /// Its heading in English.
    pub en: &'static str,
    /// Whether a list stands behind its figures; its key is then the list's figure.
    pub opens: bool,
}

impl Column {
    /// Of these.
    pub const fn new(key: &'static str, kind: ColumnKind, vi: &'static str, en: &'static str) -> Self {
        Self {
            key,
            kind,
            vi,
            en,
            opens: false,
        }
    }

    /// Words.
    pub const fn text(key: &'static str, vi: &'static str, en: &'static str) -> Self {
        Self::new(key, ColumnKind::Text, vi, en)
    }

    /// A whole number.
    pub const fn count(key: &'static str, vi: &'static str, en: &'static str) -> Self {
        Self::new(key, ColumnKind::Count, vi, en)
    }

    /// The same, with a list behind each figure.
    #[must_use]
    pub const fn opening(mut self) -> Self {
        self.opens = true;
        self
    }
}

/// What stands in a row under a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Count(i64),
    /// Đồng.
    Dong(i128),
    /// Percent, points or hours, by the column.
    Tenths(Tenths),
    /// A day.
    Date(Date),
    /// There is none: a rate of nothing, a target that was not set.
    None,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A percentage, if there is one.
    pub fn tenths(tenths: Option<Tenths>) -> Self {
        tenths.map_or(Self::None, Self::Tenths)
    }

    /// As Vietnamese papers write it.
    pub fn vi(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => grouped(i128::from(*count)),
            Self::Dong(dong) => grouped(*dong),
            Self::Tenths(tenths) => tenths.vi(),
            Self::Date(date) => words::short_date(*date),
            Self::None => "–".to_owned(),
        }
    }

    /// As programs read it; empty if there is none.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Dong(dong) => dong.to_string(),
            Self::Tenths(tenths) => tenths.plain(),
            Self::Date(date) => date.to_string(),
            Self::None => String::new(),
        }
    }
}

/// `-1.234.567`.
pub(in crate::domain) fn grouped(number: i128) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let digits = number.unsigned_abs().to_string();
    format!("{sign}{}", words::number(&digits))
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// One cell for each column.
    pub cells: Vec<Cell>,
    /// Whether it is the sum of others.
    pub is_total: bool,
    /// The list behind it, without the figure, which is the key of the column; none if there is none.
    pub list: Option<Reference>,
}

/// A note below the table: what a figure means, by which rule, and how sure that rule is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is noted.
    pub text: String,
    /// The rule; empty for none.
    pub basis: &'static str,
    /// How sure LAW.md is of it.
    pub certainty: Certainty,
}

/// A table with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The report's code.
    pub code: &'static str,
    /// Its title.
    pub vi: String,
    /// Its title in English.
    pub en: String,
    /// What it covers: the period, the agency.
    pub scope: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The notes.
    pub notes: Vec<Note>,
    /// The charts drawn of it.
    pub charts: Vec<Chart>,
    /// The state of the books that it shows.
    pub as_of: Timestamp,
}

text_enum! {
    /// How a table is written.
    pub enum Format {
        /// For a terminal.
        Table => "table",
        /// Comma-separated, UTF-8 with a byte order mark, lines ended by CRLF (RFC 4180).
        Csv => "csv",
        /// A workbook.
        Xlsx => "xlsx",
        /// JSON.
        Json => "json",
        /// A page to print.
        Html => "html",
    }
}

impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Table => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

/// A table that could not be written as a workbook: more rows than it holds, a text too long for a cell.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written: {0}")]
pub struct RenderError(#[from] rust_xlsxwriter::XlsxError);

impl Table {
    /// The list behind a cell of a row; none if there is none.
    pub fn list(&self, row: &Row, column: &Column) -> Option<Reference> {
        let list = row.list.clone().filter(|_| column.opens)?;
        if !list.report.takes(Parameter::Figure) {
            return Some(list);
        }
        let figure = list.report.figure(column.key)?;
        Some(list.with(Parameter::Figure, figure))
    }

    /// The keys of the columns with lists behind their figures; none if no row has any.
    fn opening(&self) -> Vec<&'static str> {
        let has_lists = self.rows.iter().any(|row| row.list.is_some());
        let columns = self.columns.iter().filter(|column| has_lists && column.opens);
        columns.map(|column| column.key).collect()
    }

    /// Each row that opens lists, by its name, and the command with `…` for the figure.
    fn commands(&self) -> impl Iterator<Item = (String, String)> {
        let rows = self.rows.iter().filter(|_| !self.opening().is_empty());
        rows.filter_map(|row| {
            let list = row.list.clone()?;
            let list = if list.report.takes(Parameter::Figure) {
                list.with(Parameter::Figure, "…")
            } else {
                list
            };
            let names = self
                .columns
                .iter()
                .zip(&row.cells)
                .filter(|(column, _)| column.kind == ColumnKind::Text);
            let names = names.map(|(_, cell)| cell.vi()).filter(|name| !name.is_empty());
            let names = names.collect::<Vec<_>>();
            Some((names.join(", "), list.command()))
        })
    }

    /// Written in a format. The letterhead stands on the page alone.
    ///
    /// # Errors
    /// If a workbook cannot hold it.
    pub fn render(&self, format: Format, letterhead: &Letterhead) -> Result<Vec<u8>, RenderError> {
        Ok(match format {
            Format::Table => terminal::render(self).into_bytes(),
            Format::Csv => csv::render(self).into_bytes(),
            Format::Xlsx => xlsx::render(self)?,
            Format::Json => json::render(self).into_bytes(),
            Format::Html => page::render(self, letterhead).into_bytes(),
        })
    }
}
