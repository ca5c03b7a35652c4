//! One error type. The code is stable and public; the cause is logged once at the edge and never leaves the hub.

use std::collections::BTreeMap;
use std::fmt;

pub use super::error_code::{Category, ErrorCode};

/// A text for people: Vietnamese first, English second.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Localized {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Localized {
    /// From both texts.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldViolation {
    /// A JSON pointer (RFC 6901) into the document, or the field's name in the message.
    pub field: String,
    /// A short stable reason, for example `required`, `pattern`, `duplicate_member`.
    pub reason: String,
    /// What the sender should do. Never repeats a value, which may be personal data.
    pub text: Localized,
}

impl FieldViolation {
    /// A violation at `field`.
    pub fn new(
        field: impl Into<String>,
        reason: impl Into<String>,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
            text: Localized::new(vi, en),
        }
    }
}

/// A refusal or failure, as every layer of the hub passes it.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: ErrorCode,
    detail: Option<Localized>,
    fields: Vec<FieldViolation>,
    metadata: BTreeMap<&'static str, String>,
    retry_after_millis: Option<u32>,
    has_done_nothing: bool,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with the standard text of its code.
    pub fn new(code: ErrorCode) -> Self {
        Self(Box::new(Inner {
            code,
            detail: None,
            fields: Vec::new(),
            metadata: BTreeMap::new(),
            retry_after_millis: None,
            has_done_nothing: false,
            cause: None,
        }))
    }

    /// Input that is wrong in the given fields.
    pub fn invalid(code: ErrorCode, fields: Vec<FieldViolation>) -> Self {
        let mut error = Self::new(code);
        error.0.fields = fields;
        error
    }

    /// One wrong field of a message.
    pub fn field(
        field: impl Into<String>,
        reason: impl Into<String>,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::invalid(
            ErrorCode::FieldInvalid,
            vec![FieldViolation::new(field, reason, vi, en)],
        )
    }

    /// A failure inside the hub; `cause` is logged and never shown.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(ErrorCode::Internal).with_cause(cause)
    }

    /// Replaces the standard text by a more precise one.
    #[must_use]
    pub fn with_detail(mut self, vi: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.detail = Some(Localized::new(vi, en));
        self
    }

    /// Adds a machine-readable fact (no personal data).
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.0.metadata.insert(key, value.into());
        self
    }

    /// Says when a retry makes sense.
    #[must_use]
    pub fn retry_after_millis(mut self, millis: u32) -> Self {
        self.0.retry_after_millis = Some(millis);
        self
    }

    /// Keeps the internal cause for the log.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Says that for certain nothing was carried out. Of a failure that does not say so nobody knows.
    #[must_use]
    pub fn with_nothing_done(mut self) -> Self {
        self.0.has_done_nothing = true;
        self
    }

    /// Whether for certain nothing was carried out.
    pub fn has_done_nothing(&self) -> bool {
        let is_failure = matches!(self.0.code, ErrorCode::Unavailable | ErrorCode::Internal);
        self.0.has_done_nothing || !is_failure
    }

    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The public text.
    pub fn text(&self) -> Localized {
        self.0
            .detail
            .clone()
            .unwrap_or_else(|| Localized::new(self.0.code.text_vi(), self.0.code.text_en()))
    }

    /// The wrong fields.
    pub fn fields(&self) -> &[FieldViolation] {
        &self.0.fields
    }

    /// Machine-readable facts.
    pub fn metadata(&self) -> &BTreeMap<&'static str, String> {
        &self.0.metadata
    }

    /// Milliseconds to wait before a retry.
    pub fn retry_hint_millis(&self) -> Option<u32> {
        self.0.retry_after_millis
    }

    /// The internal cause, for the log only.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.0.cause.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.text().en)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Some(cause) => Some(&**cause),
            None => None,
        }
    }
}
