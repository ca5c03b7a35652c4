//! ISO 20022 auth.001.001.01 (InformationRequestOpening) and auth.002.001.01 (InformationRequestResponse) for account
//! enquiries, the kind account-information. The message alone: no business application header (head.001), no signature.

use jiff::civil::Date;
use serde_json::Value;

use crate::domain::macros::text_enum;

/// The namespace of the request.
pub const REQUEST_NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:auth.001.001.01";
/// The namespace of the response.
pub const RESPONSE_NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:auth.002.001.01";
/// What names the whole answer among the results (`MsgNmId`).
pub const RESULT_NAME: &str = "lienthong.account-answer.1";

const REQUEST_PREFIX: &str = "req_";

/// An order of the kind account-information.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountOrder {
    /// The request's id in the hub: `req_…`.
    pub request_id: String,
    /// What gives the mandate, shortly: number and symbol of the order. At most 35 characters fit.
    pub mandate: String,
    /// The grounds as printed (căn cứ). Together at most 350 characters fit.
    pub legal_basis: Vec<String>,
    /// Whether the client must not be told.
    pub confidential: bool,
    /// The date of the order: the period asked for if the order asks for no statement.
    pub date: Date,
    /// The payload, by the kind's `order.schema.json`.
    pub payload: Value,
}

/// An answer to such an order.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountAnswer {
    /// The answer's own id, at most 35 characters: number and symbol of the answer, for example.
    pub response_id: String,
    /// The outcome.
    pub outcome: Outcome,
    /// Reasons of a refusal: a list of `{"code": …, "text": …}`, as the document has it.
    pub reasons: Value,
    /// The payload, by the kind's `answer.schema.json`.
    pub payload: Value,
}

/// An answer that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedAnswer {
    /// The request that it answers, if its id is one of the hub.
    pub request_id: Option<String>,
    /// Outcome, reasons and payload. The kind's schema has not been asked yet.
    pub answer: AccountAnswer,
    /// Members that the kind requires of this outcome and the message does not state: a person must add them.
    pub missing: Vec<&'static str>,
    /// Paths of elements that were not read.
    pub ignored: Vec<String>,
}

text_enum! {
    /// How an enquiry ended: the outcomes of the kind.
    pub enum Outcome {
        /// Có thông tin.
        Found => "FOUND",
        /// Cung cấp được một phần thông tin.
        FoundPartly => "FOUND_PARTLY",
        /// Không có tài khoản, tài sản gửi giữ.
        NotFound => "NOT_FOUND",
        /// Trùng thông tin, chưa xác định được một người.
        MultipleHits => "MULTIPLE_HITS",
        /// Từ chối, nêu rõ lý do.
        Refused => "REFUSED",
        /// Thông báo tiến độ.
        InProgress => "IN_PROGRESS",
    }
}

text_enum! {
    /// How complete a response is (StatusResponse1Code).
    pub enum ResponseStatus {
        /// No response yet.
        NoResponse => "NRES",
        /// In part.
        Partial => "PART",
        /// Complete.
        Complete => "COMP",
    }
}

text_enum! {
    /// What an investigation of one sort of information gave (InvestigationStatus1Code).
    pub enum InvestigationStatus {
        /// Information was found.
        Found => "FOUN",
        /// None was found.
        NotFound => "NFOU",
        /// Not applicable.
        NotApplicable => "NOAP",
    }
}

impl Outcome {
    /// How complete the response is that tells it.
    pub const fn response_status(self) -> ResponseStatus {
        match self {
            Self::Found | Self::NotFound | Self::MultipleHits | Self::Refused => ResponseStatus::Complete,
            Self::FoundPartly => ResponseStatus::Partial,
            Self::InProgress => ResponseStatus::NoResponse,
        }
    }

    /// What is told of a sort of information; `is_nothing`: the answer lists it among what was looked for in vain.
    pub const fn investigation_status(self, is_nothing: bool) -> Option<InvestigationStatus> {
        match self {
            Self::Found | Self::FoundPartly if is_nothing => Some(InvestigationStatus::NotFound),
            Self::Found | Self::FoundPartly => Some(InvestigationStatus::Found),
            Self::NotFound => Some(InvestigationStatus::NotFound),
            Self::MultipleHits | Self::Refused => Some(InvestigationStatus::NotApplicable),
            Self::InProgress => None,
        }
    }

    /// Members of the payload that the kind requires of it, by its `kind.toml`.
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Found => &["/as_of", "/lines", "/totals"],
            Self::FoundPartly => &["/as_of", "/lines", "/totals", "/missing"],
            Self::NotFound => &["/as_of", "/searched_by"],
            Self::MultipleHits => &["/hits", "/needed"],
            Self::Refused => &[],
            Self::InProgress => &["/progress"],
        }
    }

    /// The member whose words also go where people look for them (`AddtlInf`).
    pub(super) const fn told_by(self) -> Option<&'static str> {
        match self {
            Self::FoundPartly => Some("/missing"),
            Self::MultipleHits => Some("/needed"),
            Self::InProgress => Some("/progress"),
            Self::Found | Self::NotFound | Self::Refused => None,
        }
    }
}

/// The request's id as an investigation's: without `req_`, since 36 characters do not fit into 35.
pub(super) fn investigation_id(request_id: &str) -> &str {
    request_id.strip_prefix(REQUEST_PREFIX).unwrap_or(request_id)
}

/// The request's id of an investigation's, if it is one of the hub.
pub(super) fn request_id(investigation_id: &str) -> Option<String> {
    let id = format!("{REQUEST_PREFIX}{investigation_id}");
    crate::domain::ids::RequestId::parse(&id).ok().map(|_| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcomes_are_those_of_the_kind() {
        let kind: toml::Table = include_str!("../../catalogue/kinds/account-information/kind.toml")
            .parse()
            .unwrap();
        let outcomes = kind["outcome"].as_array().unwrap();
        assert_eq!(outcomes.len(), Outcome::ALL.len());
        for outcome in outcomes {
            let known: Outcome = outcome["code"].as_str().unwrap().parse().unwrap();
            let required = outcome.get("required").and_then(toml::Value::as_array);
            let required: Vec<&str> = required.into_iter().flatten().filter_map(toml::Value::as_str).collect();
            assert_eq!(known.required(), required);
        }
    }

    #[test]
    fn a_request_s_id_fits_and_comes_back() {
        let id = "req_019aa9c0a1007000800000000000abcd";
        assert!(investigation_id(id).len() <= 35);
        assert_eq!(request_id(investigation_id(id)).as_deref(), Some(id));
        assert_eq!(request_id("ABC1234"), None);
    }
}
