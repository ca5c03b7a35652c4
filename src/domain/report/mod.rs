//! The reports that the provinces owe: pure functions from cases, requests and targets to tables. Why so:
//! [decision 0032](../../../docs/decisions/0032-reports.md).

pub mod campaign;
pub mod figures;
pub mod judgments;
pub mod period;
pub mod ratio;
pub mod results;
pub mod sources;
pub mod table;
pub mod targets;

pub use figures::{Amount, Book, BookedMonth, Figures, Line, PeriodFigures};
pub use period::{MalformedPeriod, Month, Period};
pub use ratio::Tenths;
pub use table::{Cell, Column, ColumnKind, Format, Letterhead, Note, RenderError, Row, Signature, Table};
