//! Papers to print: pure functions from documents to HTML for A4, in the layout of administrative papers (Decree
//! 30/2020/NĐ-CP Art. 8 and Annex I). What is printed is data; the signed original prevails, and every sheet says so.

mod answer;
mod frame;
pub(in crate::domain) mod html;
mod minutes;
mod notice;
mod order;
mod payload;
mod register;
mod silence;
pub(in crate::domain) mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

pub use answer::{AnswerPaper, answer};
pub use html::of_hub;
pub use minutes::service_minutes;
pub use notice::{NoticePaper, notice};
pub use order::order;
pub use payload::in_words;
pub use register::{Book, register};
pub use silence::{SilencePaper, SilenceStep, silence};

use super::catalogue::Kind;

/// What printing needs of a kind. A client fills it from GetKind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The kind's title, Vietnamese.
    pub title: String,
    /// JSON Schema of the order's payload, whole.
    pub order_schema: Value,
    /// JSON Schema of the answer's payload, whole.
    pub answer_schema: Value,
    /// Vietnamese titles of its outcomes, reasons and sorts of attachments, by code.
    pub titles: BTreeMap<String, String>,
}

impl Form {
    /// Of a kind of the catalogue.
    pub fn of(kind: &Kind) -> Self {
        let definition = &kind.definition;
        let outcomes = definition
            .outcomes
            .iter()
            .map(|outcome| (outcome.code.as_str(), &outcome.title_vi));
        let reasons = definition.refuse_reasons.iter().chain(&definition.send_back_reasons);
        let reasons = reasons.map(|reason| (reason.code.as_str(), &reason.title_vi));
        let attachments = definition
            .attachments
            .iter()
            .map(|attachment| (attachment.code.as_str(), &attachment.title_vi));
        Self {
            title: definition.title_vi.clone(),
            order_schema: kind.order_schema.document().clone(),
            answer_schema: kind.answer_schema.document().clone(),
            titles: attachments
                .chain(reasons)
                .chain(outcomes)
                .map(|(code, title)| (code.to_owned(), title.clone()))
                .collect(),
        }
    }

    /// The title of a code; the code itself if it has none.
    fn title_of<'a>(&'a self, code: &'a str) -> &'a str {
        self.titles.get(code).map_or(code, String::as_str)
    }
}

/// What an agency is called on paper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgencyName {
    /// Its name.
    pub name: String,
    /// The agency above it, which stands over it in the head; empty for none.
    pub superior: String,
}

/// What proves the data on a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The request; empty before it is submitted.
    pub request_id: String,
    /// The index of the receipt's entry in the hub's log.
    pub log_index: Option<i64>,
}

/// What every sheet is made with.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The kind.
    pub form: &'a Form,
    /// Names of agencies by code; a code without one stands as it is.
    pub agencies: &'a BTreeMap<String, AgencyName>,
    /// What proves it.
    pub proof: &'a Proof,
}

impl Sheet<'_> {
    fn name<'a>(&'a self, code: &'a str) -> &'a str {
        self.agencies.get(code).map_or(code, |agency| agency.name.as_str())
    }

    fn superior(&self, code: &str) -> &str {
        self.agencies.get(code).map_or("", |agency| agency.superior.as_str())
    }
}
