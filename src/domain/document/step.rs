//! The small documents: acknowledge, send back, clarify, withdraw.

use super::document;
use super::parts::{Attachment, Head, Reason, Text};
use crate::domain::error::FieldViolation;
use crate::domain::ids::{AgencyCode, OfficerId, UnitId};

document! {
    /// The recipient registers the request (tiếp nhận, vào sổ).
    pub struct AcknowledgeDocument("lienthong/acknowledge/1") {
        /// The recipient's registry number (số vào sổ). Without it the hub gives the next one of the year.
        pub registry_number: Option<Text<50>>,
        /// The officer who deals with it.
        pub officer_id: OfficerId,
        /// The unit that deals with it.
        pub unit: Option<UnitId>,
    }
}

document! {
    /// The recipient returns the request (trả lại, nêu rõ lý do): wrong office or missing papers.
    pub struct SendBackDocument("lienthong/send-back/1", check_send_back) {
        /// Why, from the kind's list.
        pub reason: Reason,
        /// The agency that is competent, if known.
        pub competent_agency: Option<AgencyCode>,
        /// The paper's head, if there is a paper.
        pub head: Option<Head>,
        /// What comes with it.
        pub attachments: Vec<Attachment>,
    }
}

document! {
    /// The sender makes clear what the recipient asked (làm rõ).
    pub struct ClarifyDocument("lienthong/clarify/1") {
        /// The clarification in words.
        pub text: Text<4000>,
        /// The paper's head, if there is a paper.
        pub head: Option<Head>,
        /// What comes with it.
        pub attachments: Vec<Attachment>,
    }
}

document! {
    /// The sender wants the request back (đề nghị lấy lại). The decision itself is ended by another order.
    pub struct WithdrawDocument("lienthong/withdraw/1") {
        /// Why, in words.
        pub explanation: Text<2000>,
        /// The paper's head, if there is a paper.
        pub head: Option<Head>,
    }
}

fn check_send_back(document: &SendBackDocument, found: &mut Vec<FieldViolation>) {
    if document.competent_agency.as_ref() == Some(&document.agency) {
        found.push(FieldViolation::new(
            "/competent_agency",
            "own_agency",
            "Cơ quan có thẩm quyền không thể là cơ quan trả lại.",
            "The competent agency cannot be the one that sends the request back.",
        ));
    }
}
