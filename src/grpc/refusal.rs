//! What tonic itself refuses (a message too large, not protobuf, compressed) says no code of the hub and no Vietnamese.
//! Here it becomes an error like every other: for the answers of calls and for the messages of streams.

use tonic::{Code, Status};

use crate::domain::error::{Error, ErrorCode};

/// The hub's error for a refusal of tonic's. None if `status` is the hub's own or says something else; then it is left.
/// `message_bytes` is the most bytes that a message may have, for the error that says so.
pub(crate) fn refusal(status: &Status, message_bytes: usize) -> Option<Error> {
    if !status.details().is_empty() {
        return None;
    }
    match status.code() {
        Code::OutOfRange | Code::ResourceExhausted => {
            Some(Error::new(ErrorCode::DocumentTooLarge).with("max_message_bytes", message_bytes.to_string()))
        }
        Code::Internal | Code::InvalidArgument => Some(Error::new(ErrorCode::FieldInvalid).with_detail(
            "Thông điệp không phải protobuf hợp lệ của phương thức này.",
            "The message is not valid protobuf of this method.",
        )),
        // No service answers to a method of the hub: that of a sandbox, on another hub. Tonic says no word then.
        Code::Unimplemented if status.message().is_empty() => Some(Error::new(ErrorCode::MethodUnknown)),
        Code::Unimplemented => Some(Error::new(ErrorCode::FieldInvalid).with_detail(
            "Thông điệp được nén bằng cách mà hệ thống không nhận; hãy gửi không nén.",
            "The message is compressed in a way that is not taken here; send it uncompressed.",
        )),
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::status::to_status;

    fn said(status: &Status) -> Option<ErrorCode> {
        refusal(status, 1).map(|error| error.code())
    }

    #[test]
    fn a_refusal_of_tonic_becomes_an_error_of_the_hub() {
        assert_eq!(
            said(&Status::out_of_range("too large")),
            Some(ErrorCode::DocumentTooLarge)
        );
        assert_eq!(
            said(&Status::internal("failed to decode")),
            Some(ErrorCode::FieldInvalid)
        );
        assert_eq!(said(&Status::unimplemented("gzip")), Some(ErrorCode::FieldInvalid));
        assert_eq!(said(&Status::unimplemented("")), Some(ErrorCode::MethodUnknown));
    }

    #[test]
    fn an_error_of_the_hub_is_left_alone() {
        for code in ErrorCode::ALL {
            assert_eq!(said(&to_status(&Error::new(*code))), None, "{}", code.as_str());
        }
    }
}
