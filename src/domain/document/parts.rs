//! What documents are made of: the paper's head, the case, attachments, reasons (GLOSSARY, cases and documents; Decree
//! 30/2020/NĐ-CP Art. 8 on the parts of an administrative document).

use serde_json::value::RawValue;

use super::member::{Member, choice_member, object, text};
use crate::domain::enforcement_case::ObligationId;
use crate::domain::error::FieldViolation;
use crate::domain::ids::{CaseId, MeasureId, OfficerId, RelatedId, RequestId};
use crate::domain::macros::{checked_text, text_enum};
use crate::domain::pointer::Place;

/// A text of 1 to `MAX` characters that does not begin or end with white space.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Checks and wraps.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.chars().count() <= MAX && text.trim() == text;
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> Member for Text<MAX> {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        let vi = format!("chuỗi từ 1 đến {MAX} ký tự, không có khoảng trắng ở đầu và cuối");
        let en = format!("a text of 1 to {MAX} characters without white space at its ends");
        text(raw, place, found, &vi, &en, Self::parse)
    }
}

fn is_code(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn is_sha256_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn is_media_type(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    text.len() <= 127
        && text
            .split_once('/')
            .is_some_and(|(kind, subtype)| part(kind) && part(subtype))
}

checked_text! {
    /// A code of the catalogue: an outcome, a reason, a sort of attachment.
    pub struct Code(is_code, "a code: 1 to 40 capital letters, digits or underscores, starting with a letter");
}
checked_text! {
    /// A SHA-256 digest in lower-case hex.
    pub struct Sha256Hex(is_sha256_hex, "a SHA-256 digest: 64 lower-case hex digits");
}
checked_text! {
    /// A media type (RFC 6838) without parameters.
    pub struct MediaType(is_media_type, "a media type such as application/pdf");
}

text_enum! {
    /// Mức độ khẩn (Decree 30/2020 Annex I): how urgent the paper says it is. The mailbox lane is the kind's, not this.
    pub enum Urgency {
        /// Khẩn.
        Urgent => "URGENT",
        /// Thượng khẩn.
        VeryUrgent => "VERY_URGENT",
        /// Hỏa tốc.
        Express => "EXPRESS",
    }
}
choice_member!(Urgency);

impl Urgency {
    /// The mark on the paper.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Urgent => "Khẩn",
            Self::VeryUrgent => "Thượng khẩn",
            Self::Express => "Hỏa tốc",
        }
    }
}

/// The place of a degree of state secrecy (dấu chỉ độ mật). It must be empty: a paper that carries one never goes
/// through the hub (DESIGN section 5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct NoSecrecy(());

impl Member for NoSecrecy {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        if raw.get() == "null" {
            return Self::absent();
        }
        found.push(FieldViolation::new(
            place.pointer(),
            "state_secret",
            "Văn bản có dấu chỉ độ mật không được gửi qua hệ thống này.",
            "A paper marked with a degree of state secrecy must not be sent through this hub.",
        ));
        None
    }

    fn absent() -> Option<Self> {
        Some(Self(()))
    }
}

object! {
    /// The person who signed the paper (người ký). The hub checks that the officer is registered in that position.
    pub struct Signer {
        /// The officer's id in the sending agency.
        pub officer_id: OfficerId,
        /// Full name (họ và tên).
        pub full_name: Text<120>,
        /// Position (chức vụ), for example "Chấp hành viên".
        pub position: Text<120>,
    }
}

object! {
    /// The paper's head (thể thức văn bản, Decree 30/2020 Art. 8).
    pub struct Head {
        /// Number (số): 125 in 125/QĐ-THADS.
        pub number: Text<20>,
        /// Symbol (ký hiệu): QĐ-THADS in 125/QĐ-THADS.
        pub symbol: Text<50>,
        /// Place of issue (địa danh).
        pub place: Option<Text<100>>,
        /// Date of issue (ngày ban hành).
        pub date: jiff::civil::Date,
        /// Subject (trích yếu nội dung).
        pub subject: Text<500>,
        /// Code of the form (mẫu số); free text, since Circular 06/2026/TT-BTP's codes are not verified.
        pub form_code: Option<Text<50>>,
        /// Which circular the form code is from.
        pub form_version: Option<Text<100>>,
        /// Urgency mark, if any (mức độ khẩn).
        pub urgency: Option<Urgency>,
        /// Must be absent or null (dấu chỉ độ mật).
        pub secrecy: NoSecrecy,
        /// Who signed.
        pub signer: Signer,
    }
}

object! {
    /// The judgment or decision that is enforced (bản án, quyết định được thi hành).
    pub struct JudgmentRef {
        /// Number as printed, for example 123/2026/DS-ST.
        pub number: Text<100>,
        /// Its date.
        pub date: jiff::civil::Date,
        /// The court or body that issued it, as printed (it may no longer exist).
        pub court: Text<200>,
    }
}

object! {
    /// The enforcement decision (quyết định thi hành án), which opens the file (Decree 152/2026 Art. 12.2).
    pub struct EnforcementDecisionRef {
        /// Number and symbol as printed, for example 21101/QĐ-THADS.
        pub number: Text<100>,
        /// Its date.
        pub date: jiff::civil::Date,
        /// The agency that issued it, as printed.
        pub agency_name: Text<200>,
    }
}

object! {
    /// The case that the order belongs to (việc thi hành án). The kind says which parts are required.
    pub struct CaseRef {
        /// The judgment.
        pub judgment: Option<JudgmentRef>,
        /// The enforcement decision.
        pub enforcement_decision: Option<EnforcementDecisionRef>,
        /// The case as the hub knows it (việc thi hành án), if its agency has registered it.
        pub case_id: Option<CaseId>,
        /// The obligations for which the order is, by their ids in that case; none: all of them.
        pub obligations: Vec<ObligationId>,
    }
}

text_enum! {
    /// How an order relates to an earlier request.
    pub enum RelationType {
        /// Takes its place (thay thế).
        Supersedes => "supersedes",
        /// Lifts it (chấm dứt).
        Releases => "releases",
        /// Comes after it, as a debit after a freeze (tiếp theo).
        Follows => "follows",
        /// Answers it (trả lời).
        InReplyTo => "in_reply_to",
    }
}
choice_member!(RelationType);

object! {
    /// A relation to an earlier request, or to a measure from before or outside the hub: exactly one of them.
    pub struct Relation {
        /// Which.
        pub r#type: RelationType,
        /// The earlier request.
        pub enforcement_request_id: Option<RequestId>,
        /// The measure.
        pub measure_id: Option<MeasureId>,
    }
}

object! {
    /// An attachment (tài liệu kèm theo), by its digest.
    pub struct Attachment {
        /// File name as people see it.
        pub name: Text<200>,
        /// What it is, as the kind's list says.
        pub r#type: Option<Code>,
        /// SHA-256 of its bytes.
        pub sha256: Sha256Hex,
        /// Its size in bytes.
        pub size: u64,
        /// Its media type.
        pub media_type: MediaType,
    }
}

object! {
    /// Whom to ask (cán bộ liên hệ).
    pub struct Contact {
        /// Full name.
        pub full_name: Text<120>,
        /// Telephone number.
        pub phone: Option<Text<30>>,
        /// E-mail address.
        pub email: Option<Text<200>>,
    }
}

object! {
    /// A reason for a no, from the kind's list (lý do).
    pub struct Reason {
        /// The reason's code.
        pub code: Code,
        /// In words. Some reasons require it.
        pub text: Option<Text<2000>>,
    }
}

impl Head {
    /// Số, ký hiệu as printed: 125/QĐ-THADS.
    pub fn full_number(&self) -> String {
        format!("{}/{}", self.number.as_str(), self.symbol.as_str())
    }
}

impl Relation {
    /// What it relates to; `None` unless it names exactly one of request and measure.
    pub fn related(&self) -> Option<RelatedId> {
        match (&self.enforcement_request_id, &self.measure_id) {
            (Some(request), None) => Some(RelatedId::Request(request.clone())),
            (None, Some(measure)) => Some(RelatedId::Measure(measure.clone())),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }
}
