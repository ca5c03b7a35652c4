//! The messages that carry a document.

use lienthong_proto::v1;

use crate::app::requests::Arrived;
use crate::domain::error::{Error, Result};

/// A message that carries a document.
pub(super) trait Carries {
    /// The document as it arrived, and the version that the caller has seen (0: do not check).
    fn carried(self) -> Result<(Arrived, i64)>;
}

macro_rules! carries {
    ($($message:ident in $module:ident, |$this:ident| $version:expr;)+) => {
        $(impl Carries for v1::$message {
            fn carried(self) -> Result<(Arrived, i64)> {
                let $this = &self;
                let version = $version;
                match self.content {
                    // The text becomes bytes without a copy.
                    Some(v1::$module::Content::Document(document)) => Ok((Arrived::Document(document.into()), version)),
                    Some(v1::$module::Content::Jws(jws)) => Ok((Arrived::Jws(jws.into()), version)),
                    None => Err(missing()),
                }
            }
        })+
    };
}

carries! {
    SubmitRequest in submit_request, |_message| 0;
    CheckOrderRequest in check_order_request, |_message| 0;
    SubmitStreamRequest in submit_stream_request, |_message| 0;
    AcknowledgeRequest in acknowledge_request, |message| message.expected_version;
    AnswerRequest in answer_request, |message| message.expected_version;
    ReportRequest in report_request, |message| message.expected_version;
    CorrectRequest in correct_request, |message| message.expected_version;
    SendBackRequest in send_back_request, |message| message.expected_version;
    ClarifyRequest in clarify_request, |message| message.expected_version;
    ServeRequest in serve_request, |message| message.expected_version;
    RecordAnswerRequest in record_answer_request, |message| message.expected_version;
    WithdrawRequest in withdraw_request, |message| message.expected_version;
}

fn missing() -> Error {
    Error::field("document", "required", "Thiếu văn bản.", "The document is missing.")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::domain::error::ErrorCode;

    #[test]
    fn what_arrived_keeps_its_bytes_and_nothing_is_named() {
        use v1::answer_request::Content;
        let answer = |content| {
            v1::AnswerRequest {
                content,
                expected_version: 4,
            }
            .carried()
        };
        let text = " {\"ệ\":1} ";
        assert_eq!(
            answer(Some(Content::Document(text.into()))).unwrap(),
            (Arrived::Document(Bytes::from_static(text.as_bytes())), 4)
        );
        assert_eq!(
            answer(Some(Content::Jws("a.b.c".into()))).unwrap(),
            (Arrived::Jws(Bytes::from_static(b"a.b.c")), 4)
        );
        let missing = answer(None).unwrap_err();
        assert_eq!(
            (missing.code(), missing.fields()[0].field.as_str()),
            (ErrorCode::FieldInvalid, "document")
        );
    }
}
