//! The small documents: acknowledge, send back, clarify, withdraw, serve.

use super::document;
use super::member::{choice_member, object};
use super::parts::{Attachment, Head, Reason, Text};
use crate::domain::error::FieldViolation;
use crate::domain::ids::{AgencyCode, OfficerId, UnitId};
use crate::domain::macros::text_enum;
use crate::domain::time::Timestamp;

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

text_enum! {
    /// How a paper is handed over (Decree 152/2026 Art. 20.2, 43.3).
    pub enum ServiceWay {
        /// Giao trực tiếp.
        ByHand => "BY_HAND",
        /// Chuyển phát nhanh có báo phát.
        ExpressPost => "EXPRESS_POST",
        /// Dịch vụ bưu chính.
        Post => "POST",
        /// Niêm yết tại trụ sở, after a refusal that was minuted.
        Posting => "POSTING",
    }
}
choice_member!(ServiceWay);

impl ServiceWay {
    /// The label on pages and forms.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::ByHand => "Giao trực tiếp",
            Self::ExpressPost => "Chuyển phát nhanh, có báo phát",
            Self::Post => "Dịch vụ bưu chính",
            Self::Posting => "Niêm yết tại trụ sở nơi nhận",
        }
    }
}

object! {
    /// Who took the paper.
    pub struct Receiver {
        /// Full name.
        pub full_name: Text<120>,
        /// Position (chức vụ).
        pub position: Option<Text<120>>,
    }
}

object! {
    /// The refusal to take the paper, as minuted (Decree 152/2026 Art. 20.3, 43.3).
    pub struct Refusal {
        /// What was said or done, in words.
        pub explanation: Text<2000>,
        /// The witness (người chứng kiến).
        pub witness: Text<120>,
    }
}

document! {
    /// The sender hands the order over on paper to a partner that is not connected (giao văn bản giấy), or minutes that
    /// it was refused. The partner's clocks count from the time stated here.
    pub struct ServeDocument("lienthong/serve/1", check_serve) {
        /// When the paper was signed for, posted up, or delivered by post. Not in the future.
        pub served_time: Timestamp,
        /// How.
        pub way: ServiceWay,
        /// Who took it.
        pub receiver: Option<Receiver>,
        /// That it was refused.
        pub refusal: Option<Refusal>,
        /// The minutes' head, if there are minutes (biên bản).
        pub head: Option<Head>,
        /// The scanned minutes or return receipt.
        pub attachments: Vec<Attachment>,
    }
}

fn check_serve(document: &ServeDocument, found: &mut Vec<FieldViolation>) {
    let is_posting = document.way == ServiceWay::Posting;
    match (&document.receiver, &document.refusal) {
        (Some(_), Some(_)) => found.push(FieldViolation::new(
            "/refusal",
            "one_of",
            "Đã có người nhận thì không ghi việc không nhận văn bản.",
            "A paper that was taken was not refused.",
        )),
        (None, None) if document.way == ServiceWay::ByHand => found.push(super::required(
            "/receiver",
            "Giao trực tiếp phải ghi người nhận, hoặc việc không nhận văn bản và người chứng kiến.",
            "By hand, say who took it, or that it was refused and who witnessed it.",
        )),
        (_, None) if is_posting => found.push(super::required(
            "/refusal",
            "Niêm yết phải ghi việc không nhận văn bản và người chứng kiến (khoản 3 Điều 43 Nghị định 152/2026/NĐ-CP).",
            "Posting up needs the refusal and its witness (Decree 152/2026 Art. 43.3).",
        )),
        _ => {}
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
