//! Documents: the JSON texts that parties state, and sign where the kind demands (DESIGN sections 3 and 8). What was sent
//! is kept as the bytes that arrived; these types are only how the hub reads them.
//!
//! Unknown and duplicate members are refused at every depth; all problems are reported at once, by JSON pointer, in
//! Vietnamese and English, and never with the value, which may be personal data.

pub mod answer;
pub mod case;
pub mod case_progress;
pub mod member;
pub mod order;
pub mod parts;
pub mod step;

#[cfg(test)]
mod tests;

use serde_json::value::RawValue;

pub use answer::{AnswerDocument, CorrectDocument, RecordAnswerDocument, ReportDocument};
pub use case::CaseDocument;
pub use case_progress::ProgressDocument;
pub use order::OrderDocument;
pub use step::{AcknowledgeDocument, ClarifyDocument, SendBackDocument, ServeDocument, WithdrawDocument};

use super::error::{Error, ErrorCode, FieldViolation, Result};
use super::ids::{AgencyCode, IdempotencyKey, RequestId};
use super::json::{self, Limits};
use super::pointer::Place;

/// A document that a party states to the hub.
pub trait Document: member::Member + serde::Serialize {
    /// The value of its member `schema`, for example `lienthong/order/1`.
    const SCHEMA: &'static str;

    /// What the document says its schema is.
    fn schema(&self) -> &str;

    /// The sender's key that makes it safe to retry.
    fn idempotency_key(&self) -> &IdempotencyKey;

    /// The agency that states it.
    fn agency(&self) -> &AgencyCode;

    /// The request that it is about; none for a submit.
    fn enforcement_request_id(&self) -> Option<&RequestId>;

    /// Rules between members. Pushes what is wrong. Most documents have none.
    fn check(&self, found: &mut Vec<FieldViolation>) {
        let _ = found;
    }
}

/// Declares a document about a request: an object with the members that all of them have, and the function that checks
/// the rules between members, if there are any.
macro_rules! document {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($schema:literal $(, $check:path)?) { $($(#[$doc:meta])* pub $field:ident: $type:ty,)* }
    ) => {
        $crate::domain::document::member::object! {
            $(#[$meta])*
            pub struct $name {
                /// Which document this is, and its version.
                pub schema: $crate::domain::document::parts::Text<50>,
                /// The sender's key that makes it safe to retry, for ever.
                pub idempotency_key: $crate::domain::ids::IdempotencyKey,
                /// The agency that states it.
                pub agency: $crate::domain::ids::AgencyCode,
                /// The request that it is about.
                pub enforcement_request_id: $crate::domain::ids::RequestId,
                $($(#[$doc])* pub $field: $type,)*
            }
        }

        impl $crate::domain::document::Document for $name {
            const SCHEMA: &'static str = $schema;

            fn schema(&self) -> &str {
                self.schema.as_str()
            }

            fn idempotency_key(&self) -> &$crate::domain::ids::IdempotencyKey {
                &self.idempotency_key
            }

            fn agency(&self) -> &$crate::domain::ids::AgencyCode {
                &self.agency
            }

            fn enforcement_request_id(&self) -> Option<&$crate::domain::ids::RequestId> {
                Some(&self.enforcement_request_id)
            }

            $(fn check(&self, found: &mut Vec<$crate::domain::error::FieldViolation>) {
                $check(self, found);
            })?
        }
    };
}
pub(crate) use document;

/// Reads a document from the bytes that arrived.
///
/// # Errors
/// `DOCUMENT_TOO_LARGE` above [`json::MAX_DOCUMENT_BYTES`]; `DOCUMENT_MALFORMED` if the bytes break the rules of JSON
/// text ([`json::guard`]); `DOCUMENT_INVALID` with every wrong member.
pub fn parse<D: Document>(bytes: &[u8]) -> Result<D> {
    if bytes.len() > Limits::DOCUMENT.bytes {
        return Err(Error::new(ErrorCode::DocumentTooLarge).with("max_bytes", Limits::DOCUMENT.bytes.to_string()));
    }
    json::guard(bytes, &Limits::DOCUMENT).map_err(|found| Error::invalid(ErrorCode::DocumentMalformed, found))?;
    let raw: &RawValue =
        serde_json::from_slice(bytes).map_err(|error| Error::new(ErrorCode::DocumentMalformed).with_cause(error))?;
    let mut found = Vec::new();
    let document = D::read(raw, &Place::ROOT, &mut found);
    if let Some(document) = &document {
        if document.schema() != D::SCHEMA {
            found.push(FieldViolation::new(
                "/schema",
                "schema",
                format!("Cần “{}”.", D::SCHEMA),
                format!("Expected “{}”.", D::SCHEMA),
            ));
        }
        document.check(&mut found);
    }
    found.truncate(Limits::DOCUMENT.violations);
    match document {
        Some(document) if found.is_empty() => Ok(document),
        _ => Err(Error::invalid(ErrorCode::DocumentInvalid, found)),
    }
}

/// A violation for a member that must be there because of another one's value.
fn required(pointer: &str, vi: &str, en: &str) -> FieldViolation {
    FieldViolation::new(pointer, "required", vi, en)
}
