//! The one place where a domain error becomes a `google.rpc.Status` (DESIGN section 10).

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, LocalizedMessage, PreconditionViolation, StatusExt as _};

use crate::domain::error::{self, Category, Error, ErrorCode};

/// `ErrorInfo.domain` of every error.
pub const DOMAIN: &str = "lienthong.vn";
/// Most fields in one answer; `CatalogueService.Validate` returns all.
pub(crate) const MAX_FIELDS: usize = 15;
/// Most bytes of encoded details: they travel in a header.
const MAX_DETAIL_BYTES: usize = 4_096;
/// Most entries of metadata, and most bytes of each value, of a field's name, and of a text.
const MAX_METADATA: usize = 8;
const MAX_VALUE_BYTES: usize = 96;
const MAX_FIELD_BYTES: usize = 256;
const MAX_TEXT_BYTES: usize = 512;
/// Most causes of one error that are logged.
const MAX_CAUSES: usize = 16;

/// The gRPC code of an error code.
pub const fn grpc_code(code: ErrorCode) -> Code {
    if matches!(code, ErrorCode::MethodUnknown) {
        return Code::Unimplemented;
    }
    match code.category() {
        Category::InvalidInput => Code::InvalidArgument,
        Category::NotFound => Code::NotFound,
        Category::AlreadyExists => Code::AlreadyExists,
        Category::FailedPrecondition => Code::FailedPrecondition,
        Category::Conflict => Code::Aborted,
        Category::Unauthenticated => Code::Unauthenticated,
        Category::PermissionDenied => Code::PermissionDenied,
        Category::Exhausted => Code::ResourceExhausted,
        Category::Unavailable => Code::Unavailable,
        Category::Internal => Code::Internal,
    }
}

/// The status of `error`: the English text as message; reason, fields, retry hint and Vietnamese text in the details.
/// The cause of an internal error is logged here, once, and goes nowhere else.
pub fn to_status(error: &Error) -> Status {
    let code = error.code();
    log_internal(error);
    // Fewer fields until the details fit; texts are bounded, so they fit with none.
    let mut shown = error.fields().len().min(MAX_FIELDS);
    loop {
        let status = Status::with_error_details(
            grpc_code(code),
            clip(&error.text().en, MAX_TEXT_BYTES),
            details(error, shown),
        );
        if shown == 0 || status.details().len() <= MAX_DETAIL_BYTES {
            return status;
        }
        shown -= 1;
    }
}

/// Logs the cause of an internal error.
pub(crate) fn log_internal(error: &Error) {
    let code = error.code();
    if code.category() == Category::Internal {
        tracing::error!(code = code.as_str(), cause = %Causes(error), "internal error");
    }
}

/// The causes of an error, outermost first, as `Display` says them: `Debug` of a database's error shows values of rows,
/// which are personal data.
struct Causes<'a>(&'a Error);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let causes = std::iter::successors(std::error::Error::source(self.0), |cause| cause.source());
        for (place, cause) in causes.take(MAX_CAUSES).enumerate() {
            let separator = if place == 0 { "" } else { ": " };
            write!(f, "{separator}{cause}")?;
        }
        Ok(())
    }
}

fn details(error: &Error, shown: usize) -> ErrorDetails {
    let code = error.code();
    let text = error.text();
    let hidden = error.fields().len() - shown;
    let mut details = ErrorDetails::with_error_info(code.as_str(), DOMAIN, metadata(error.metadata(), hidden));
    if shown > 0 {
        details.set_bad_request(
            error
                .fields()
                .iter()
                .take(shown)
                .map(field_violation)
                .collect::<Vec<_>>(),
        );
    }
    if code.category() == Category::FailedPrecondition {
        details.set_precondition_failure(vec![PreconditionViolation::new(
            code.as_str(),
            "",
            clip(&text.en, MAX_TEXT_BYTES),
        )]);
    }
    if let Some(millis) = error.retry_hint_millis() {
        details.set_retry_info(Some(Duration::from_millis(millis.into())));
    }
    details.set_localized_message("vi", clip(&text.vi, MAX_TEXT_BYTES));
    details
}

fn metadata(facts: &BTreeMap<&'static str, String>, hidden: usize) -> HashMap<String, String> {
    let mut metadata: HashMap<String, String> = facts
        .iter()
        .take(MAX_METADATA)
        .map(|(key, value)| ((*key).to_owned(), clip(value, MAX_VALUE_BYTES)))
        .collect();
    if hidden > 0 {
        metadata.insert("more_violations".to_owned(), hidden.to_string());
    }
    metadata
}

fn field_violation(violation: &error::FieldViolation) -> FieldViolation {
    FieldViolation {
        field: clip(&violation.field, MAX_FIELD_BYTES),
        description: clip(&violation.text.en, MAX_TEXT_BYTES),
        reason: clip(&violation.reason, MAX_VALUE_BYTES),
        localized_message: Some(LocalizedMessage::new("vi", clip(&violation.text.vi, MAX_TEXT_BYTES))),
    }
}

/// At most `max` bytes of `text`, cut between characters and marked with an ellipsis if anything is missing.
fn clip(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let kept = text.floor_char_boundary(max.saturating_sub('…'.len_utf8()));
    text.get(..kept).unwrap_or_default().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    fn violations(count: usize, size: usize) -> Vec<error::FieldViolation> {
        (0..count)
            .map(|index| {
                error::FieldViolation::new(
                    format!("/lines/{index}/{}", "x".repeat(size)),
                    "pattern",
                    "ệ".repeat(size),
                    "e".repeat(size),
                )
            })
            .collect()
    }

    #[test]
    fn every_code_has_a_status_with_reason_domain_and_vietnamese_text() {
        for code in ErrorCode::ALL {
            let status = to_status(&Error::new(*code).with("request", "req_1"));
            assert_eq!(status.code(), grpc_code(*code));
            assert!(!matches!(status.code(), Code::Ok | Code::Unknown));
            assert_eq!(status.message(), code.text_en());
            let details = status.get_error_details();
            let info = details.error_info().unwrap();
            assert_eq!((info.reason.as_str(), info.domain.as_str()), (code.as_str(), DOMAIN));
            assert_eq!(info.metadata.get("request").map(String::as_str), Some("req_1"));
            let localized = details.localized_message().unwrap();
            assert_eq!(
                (localized.locale.as_str(), localized.message.as_str()),
                ("vi", code.text_vi())
            );
            assert_eq!(
                details.precondition_failure().is_some(),
                status.code() == Code::FailedPrecondition
            );
            assert!(details.retry_info().is_none() && details.bad_request().is_none());
        }
    }

    #[test]
    fn fifteen_fields_are_shown_and_the_rest_is_counted() {
        for code in ErrorCode::ALL {
            let status = to_status(&Error::invalid(*code, violations(100, 5)));
            let details = status.get_error_details();
            assert_eq!(details.bad_request().unwrap().field_violations.len(), 15);
            assert_eq!(
                details.error_info().unwrap().metadata.get("more_violations").unwrap(),
                "85"
            );
            assert!(status.details().len() <= MAX_DETAIL_BYTES);
        }
    }

    #[test]
    fn details_never_exceed_4_kib() {
        for code in ErrorCode::ALL {
            for size in [50, 500, 50_000] {
                let mut error = Error::invalid(*code, violations(100, size))
                    .with_detail("ệ".repeat(size), "e".repeat(size))
                    .retry_after_millis(u32::MAX);
                for key in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
                    error = error.with(key, "ệ".repeat(size));
                }
                let status = to_status(&error);
                let details = status.get_error_details();
                let shown = details.bad_request().map_or(0, |bad| bad.field_violations.len());
                let hidden: usize = details.error_info().unwrap().metadata["more_violations"]
                    .parse()
                    .unwrap();
                assert_eq!(shown + hidden, 100);
                assert!(shown > 0 || size > 500, "{size}");
                assert!(status.details().len() <= MAX_DETAIL_BYTES, "{}", status.details().len());
            }
        }
    }

    #[test]
    fn the_cause_never_leaves_the_hub_and_the_retry_hint_does() {
        let status = to_status(&Error::internal("secret cause").retry_after_millis(1_500));
        assert_eq!(status.code(), Code::Internal);
        assert!(!format!("{status:?}").contains("secret"));
        assert!(!String::from_utf8_lossy(status.details()).contains("secret"));
        let retry = status.get_error_details().retry_info().unwrap().retry_delay;
        assert_eq!(retry, Some(Duration::from_millis(1_500)));
    }

    #[derive(thiserror::Error)]
    #[error("outer cause")]
    struct Outer(#[source] Inner);

    #[derive(thiserror::Error)]
    #[error("inner cause")]
    struct Inner;

    impl fmt::Debug for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("079099001234")
        }
    }

    impl fmt::Debug for Inner {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("079099001234")
        }
    }

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_log_has_what_causes_display_and_never_what_they_debug() {
        let captured = Captured::default();
        let writer = captured.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || log_internal(&Error::internal(Outer(Inner))));
        let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("outer cause: inner cause"), "{log}");
        assert!(!log.contains("079099001234"), "{log}");
    }

    #[test]
    fn an_unknown_method_is_unimplemented() {
        assert_eq!(
            to_status(&Error::new(ErrorCode::MethodUnknown)).code(),
            Code::Unimplemented
        );
    }
}
