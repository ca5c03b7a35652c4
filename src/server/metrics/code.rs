//! The status codes of gRPC by their numbers (grpc/grpc, doc/statuscodes.md), as labels.

const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// The caller went away before the answer had ended.
pub(super) const CANCELLED: &str = "CANCELLED";
/// The answer ended without a status.
pub(super) const UNKNOWN: &str = "UNKNOWN";

/// The code in these headers or trailers, if there is one.
pub(super) fn code_in(headers: &http::HeaderMap) -> Option<&'static str> {
    let number: usize = headers.get("grpc-status")?.to_str().ok()?.parse().ok()?;
    Some(NAMES.get(number).copied().unwrap_or(UNKNOWN))
}

/// Whether a call that ends so shows a fault of the hub.
pub(super) fn is_fault(code: &str) -> bool {
    matches!(code, "UNKNOWN" | "INTERNAL" | "DATA_LOSS")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_grpc() {
        let code = |number: &str| {
            let mut headers = http::HeaderMap::new();
            headers.insert("grpc-status", number.parse().unwrap());
            code_in(&headers)
        };
        assert_eq!((code("0"), code("14")), (Some("OK"), Some("UNAVAILABLE")));
        assert_eq!((code("99"), code("x")), (Some("UNKNOWN"), None));
        for (number, name) in NAMES.iter().enumerate() {
            let tonic = tonic::Code::from(i32::try_from(number).unwrap());
            let told: String = format!("{tonic:?}").to_uppercase();
            assert_eq!(name.replace('_', ""), told);
        }
    }
}
