//! An answer (trả lời), report or correction on paper.

use serde_json::Value;
use serde_json::value::RawValue;

use super::html::{Html, Layout, page};
use super::{Sheet, frame, payload};
use crate::domain::document::parts::{Attachment, Code, Head, Reason};
use crate::domain::document::{AnswerDocument, CorrectDocument, RecordAnswerDocument, ReportDocument};
use crate::domain::ids::AgencyCode;

/// What is printed of an answer, whichever document states it.
#[derive(Debug, Clone, Copy)]
pub struct AnswerPaper<'a> {
    /// What the paper is when it has no head of its own to say so, Vietnamese.
    sort: &'static str,
    agency: &'a AgencyCode,
    head: Option<&'a Head>,
    outcome: &'a Code,
    reasons: &'a [Reason],
    explanation: Option<&'a str>,
    attachments: &'a [Attachment],
    payload: &'a RawValue,
}

impl<'a> From<&'a AnswerDocument> for AnswerPaper<'a> {
    fn from(document: &'a AnswerDocument) -> Self {
        let sort = if document.r#final {
            "Trả lời kết quả"
        } else {
            "Thông báo tiến độ"
        };
        Self {
            sort,
            agency: &document.agency,
            head: document.head.as_ref(),
            outcome: &document.outcome,
            reasons: &document.reasons,
            explanation: None,
            attachments: &document.attachments,
            payload: &document.payload,
        }
    }
}

impl<'a> From<&'a ReportDocument> for AnswerPaper<'a> {
    fn from(document: &'a ReportDocument) -> Self {
        Self {
            sort: "Thông báo phát sinh",
            agency: &document.agency,
            head: document.head.as_ref(),
            outcome: &document.outcome,
            reasons: &[],
            explanation: None,
            attachments: &document.attachments,
            payload: &document.payload,
        }
    }
}

impl<'a> From<&'a CorrectDocument> for AnswerPaper<'a> {
    fn from(document: &'a CorrectDocument) -> Self {
        Self {
            sort: "Đính chính",
            agency: &document.agency,
            head: Some(&document.head),
            outcome: &document.outcome,
            reasons: &document.reasons,
            explanation: Some(document.explanation.as_str()),
            attachments: &document.attachments,
            payload: &document.payload,
        }
    }
}

impl<'a> AnswerPaper<'a> {
    /// The paper answer of `recipient`, as the sender entered it.
    pub fn recorded(document: &'a RecordAnswerDocument, recipient: &'a AgencyCode) -> Self {
        Self {
            sort: "Trả lời kết quả",
            agency: recipient,
            head: Some(&document.head),
            outcome: &document.outcome,
            reasons: &document.reasons,
            explanation: None,
            attachments: &document.attachments,
            payload: &document.payload,
        }
    }
}

/// An answer to `addressee` as its paper.
pub fn answer<'a>(paper: impl Into<AnswerPaper<'a>>, addressee: &AgencyCode, sheet: &Sheet<'_>) -> String {
    let paper: AnswerPaper<'_> = paper.into();
    let addressees = [sheet.name(addressee.as_str())];
    let subject = paper.head.map(|head| head.subject.as_str());
    let title = match subject {
        Some(subject) if subject.starts_with(frame::LETTER) => Html::nothing(),
        subject => Html::line("p", "title", subject.unwrap_or(paper.sort)),
    };
    let outcome = Html::all([
        Html::tag("b", Html::text("Kết quả: ")),
        Html::text(sheet.form.title_of(paper.outcome.as_str())),
    ]);
    let content: Value = serde_json::from_str(paper.payload.get()).unwrap_or_default();
    let about = format!("{}: {}.", paper.sort, sheet.form.title);
    let body = Html::all([
        frame::head(sheet, paper.agency.as_str(), paper.head),
        title,
        frame::addressees(&addressees),
        Html::line("p", "indent", &about),
        Html::tag("p", outcome),
        reasons(&paper, sheet),
        payload::sections(&sheet.form.answer_schema, &content),
        frame::attachments(sheet, paper.attachments),
        frame::end(&addressees, paper.head.map(|head| &head.signer)),
        frame::foot(sheet.proof, ""),
    ]);
    page(
        &format!("{} - {}", paper.sort, sheet.form.title),
        Layout::Portrait,
        &body,
    )
}

fn reasons(paper: &AnswerPaper<'_>, sheet: &Sheet<'_>) -> Html {
    let reasons = paper.reasons.iter().map(|reason| {
        let words = reason.text.as_ref().map(|text| format!(": {}", text.as_str()));
        let title = sheet.form.title_of(reason.code.as_str());
        format!("Lý do: {title}{}.", words.unwrap_or_default())
    });
    let explanation = paper.explanation.map(|text| format!("Lý do đính chính: {text}"));
    let lines = reasons.chain(explanation);
    Html::all(lines.map(|line| Html::line("p", "indent", &line)))
}
