//! `AnswerDocument` and what may follow it: a report of what arose later, a correction.

use serde_json::value::RawValue;

use super::document;
use super::parts::{Attachment, Code, Head, Reason, Text};
use crate::domain::error::FieldViolation;

document! {
    /// A recipient's answer, interim (thông báo tiến độ) or final (trả lời kết quả).
    pub struct AnswerDocument("lienthong/answer/1", check_answer) {
        /// Whether it ends the work. The outcome says the same; both must agree.
        pub r#final: bool,
        /// The outcome, from the kind's list.
        pub outcome: Code,
        /// The paper's head; required for a final answer.
        pub head: Option<Head>,
        /// Reasons, for an outcome that must give them (refused).
        pub reasons: Vec<Reason>,
        /// What comes with it.
        pub attachments: Vec<Attachment>,
        /// The content with its result lines, by the kind's `answer.schema.json`. Kept as it arrived.
        pub payload: Box<RawValue>,
    }
}

document! {
    /// The answer of a partner that is not connected, entered by the sender from its paper (nhập trả lời bằng giấy).
    pub struct RecordAnswerDocument("lienthong/record-answer/1", check_record_answer) {
        /// The final outcome, from the kind's list.
        pub outcome: Code,
        /// The head of the partner's own paper; its clocks stop at the end of that date.
        pub head: Head,
        /// Reasons, for an outcome that must give them (refused).
        pub reasons: Vec<Reason>,
        /// The scan of the paper.
        pub attachments: Vec<Attachment>,
        /// The content with its result lines, by the kind's `answer.schema.json`. Kept as it arrived.
        pub payload: Box<RawValue>,
    }
}

document! {
    /// What arose after the answer (thông báo phát sinh): further money held, a pay period. For kinds with a measure.
    pub struct ReportDocument("lienthong/report/1") {
        /// What arose, from the kind's list of outcomes.
        pub outcome: Code,
        /// The paper's head, if there is a paper.
        pub head: Option<Head>,
        /// What comes with it.
        pub attachments: Vec<Attachment>,
        /// The state after it, by the kind's `answer.schema.json`. Kept as it arrived.
        pub payload: Box<RawValue>,
    }
}

document! {
    /// A correction of a final answer (đính chính): states the whole right answer anew.
    pub struct CorrectDocument("lienthong/correct/1") {
        /// The right outcome, from the kind's list.
        pub outcome: Code,
        /// The paper's head.
        pub head: Head,
        /// Why it is corrected.
        pub explanation: Text<2000>,
        /// Reasons, for an outcome that must give them (refused).
        pub reasons: Vec<Reason>,
        /// What comes with it.
        pub attachments: Vec<Attachment>,
        /// The right content, by the kind's `answer.schema.json`. Kept as it arrived.
        pub payload: Box<RawValue>,
    }
}

fn check_record_answer(document: &RecordAnswerDocument, found: &mut Vec<FieldViolation>) {
    if document.attachments.is_empty() {
        found.push(super::required(
            "/attachments",
            "Phải kèm bản chụp văn bản trả lời.",
            "The scan of the paper must be attached.",
        ));
    }
}

fn check_answer(answer: &AnswerDocument, found: &mut Vec<FieldViolation>) {
    if answer.r#final && answer.head.is_none() {
        found.push(super::required(
            "/head",
            "Trả lời kết quả phải có số, ký hiệu, ngày, trích yếu và người ký.",
            "A final answer needs the paper's head: number, symbol, date, subject and signer.",
        ));
    }
}
