//! The reports that the provinces owe: pure functions from cases, requests and targets to tables. Why so:
//! [decision 0032](../../../docs/decisions/0032-reports.md).

pub mod asked;
pub mod assigned;
pub mod campaign;
pub mod case_ages;
pub mod case_lists;
pub mod catalogue;
pub mod coordination;
pub mod credit_list;
pub mod descriptions;
pub mod entry;
pub mod figures;
pub mod followed;
pub mod followed_list;
pub mod judgment_requests;
pub mod judgment_tables;
pub mod judgments;
pub mod no_conditions;
pub mod page;
pub mod parameter;
pub mod partners;
pub mod period;
pub mod publications;
pub mod ratio;
pub mod reference;
pub mod request_figure;
pub mod request_lists;
pub mod results;
pub mod sources;
pub mod table;
pub mod tagged;
pub mod targets;

pub use asked::Asked;
pub use catalogue::{OpenFigure, Report, TransferFigure};
pub use descriptions::Description;
pub use figures::{Amount, Book, BookedMonth, Figures, Line, Movement, PeriodFigures};
pub use parameter::{By, Chosen, Parameter};
pub use period::{MalformedPeriod, Month, Period};
pub use ratio::Tenths;
pub use reference::Reference;
pub use request_figure::RequestFigure;
pub use table::{Cell, Column, ColumnKind, Format, Letterhead, Note, RenderError, Row, Signature, Table};
