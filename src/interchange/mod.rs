//! Formats of other systems: edXML, the envelope of the national document axis (trục liên thông văn bản quốc gia, QCVN
//! 102:2016/BTTTT), and ISO 20022 auth.001 and auth.002 for account enquiries. docs/interchange.md says what was checked
//! against what, and what is lost in each direction.
//!
//! Pure: bytes in, values out. What comes from outside is bounded in size, depth and number of elements; document type
//! declarations and entities are refused; unknown elements are passed over and listed; a fault names the element's path
//! and never repeats a value, which may be personal data.

mod dates;
pub mod edxml;
mod edxml_read;
#[cfg(test)]
mod edxml_read_tests;
pub mod edxml_status;
mod edxml_write;
pub mod iso20022;
mod iso20022_read;
#[cfg(test)]
mod iso20022_tests;
mod iso20022_write;
pub mod order;
pub mod payload;
pub mod xml;
mod xml_at;
mod xml_write;

pub use edxml_read::import as import_edxml;
pub use edxml_write::{export as export_edxml, export_status as export_edxml_status};
pub use iso20022_read::import_answer;
pub use iso20022_write::{export_answer, export_order};

use crate::domain::error::Localized;

/// Why something cannot be read or written, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {}", .text.en)]
pub struct Fault {
    /// The element: local names from the root down, `edXML/edXMLEnvelope/edXMLHeader`. Empty: the whole text.
    pub path: String,
    /// A short stable reason, for example `required`, `too_long`, `entity`.
    pub reason: &'static str,
    /// What is wrong and what was expected. Never repeats a value.
    pub text: Localized,
}

impl Fault {
    /// A fault at `path`.
    pub(crate) fn new(
        path: impl Into<String>,
        reason: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            reason,
            text: Localized::new(vi, en),
        }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::new(
            "",
            "write",
            format!("Không ghi được XML: {error}."),
            format!("The XML cannot be written: {error}."),
        )
    }
}

/// A text in another system's format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The whole XML document, UTF-8.
    pub xml: String,
    /// What the format had no room for, one line each: the element's path and what was cut or left out.
    pub lost: Vec<String>,
}
