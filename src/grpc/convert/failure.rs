//! An error inside a stream or a report, with the content that a status carries on a unary call.

use lienthong_proto::v1;

use super::localized;
use crate::domain::error::{Error, FieldViolation};
use crate::grpc::status::{MAX_FIELDS, grpc_code, log_internal};

/// A refusal on the wire. Logs the cause of an internal error, as a status does.
pub fn failure(error: &Error) -> v1::Failure {
    failure_with(error, MAX_FIELDS)
}

/// The same with every field that is wrong, where there is room for all.
pub fn whole_failure(error: &Error) -> v1::Failure {
    failure_with(error, usize::MAX)
}

fn failure_with(error: &Error, most_fields: usize) -> v1::Failure {
    log_internal(error);
    let text = error.text();
    let hidden = error.fields().len().saturating_sub(most_fields);
    v1::Failure {
        code: grpc_code(error.code()).into(),
        reason: error.code().as_str().to_owned(),
        message: Some(localized(text.vi, text.en)),
        violations: error.fields().iter().take(most_fields).map(violation).collect(),
        more_violations: i32::try_from(hidden).unwrap_or(i32::MAX),
        retry_after_millis: error.retry_hint_millis().map_or(0, i64::from),
    }
}

/// One wrong field on the wire.
pub fn violation(violation: &FieldViolation) -> v1::Violation {
    v1::Violation {
        field: violation.field.clone(),
        reason: violation.reason.clone(),
        message: Some(localized(violation.text.vi.clone(), violation.text.en.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorCode;

    #[test]
    fn fifteen_violations_are_shown_and_the_rest_is_counted() {
        let field = |index: usize| FieldViolation::new(format!("/lines/{index}"), "pattern", "Sai.", "Wrong.");
        let wire = failure(&Error::invalid(
            ErrorCode::DocumentInvalid,
            (0..40).map(field).collect(),
        ));
        assert_eq!((wire.code, wire.reason.as_str()), (3, "DOCUMENT_INVALID"));
        assert_eq!(
            (wire.violations.len(), wire.more_violations, wire.retry_after_millis),
            (15, 25, 0)
        );
        let wire = failure(&Error::new(ErrorCode::Overloaded).retry_after_millis(200));
        assert_eq!((wire.code, wire.retry_after_millis), (8, 200));
    }
}
