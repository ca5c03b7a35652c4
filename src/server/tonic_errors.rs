//! Errors that tonic itself answers before a handler runs (a message too large, not protobuf, compressed) say no code of
//! the hub and no Vietnamese. Here they are said as every other error is.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::HeaderMap;
use lienthong_proto::Rpc;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::domain::error::{Error, ErrorCode};
use crate::grpc::status::to_status;

/// Rewrites tonic's own refusals. Stands inside the layer that puts [`Rpc`] into the extensions.
#[derive(Debug, Clone, Copy)]
pub(super) struct TonicErrorsLayer {
    /// Most bytes of one message, for the error that says so.
    pub(super) message_bytes: usize,
}

impl<S> Layer<S> for TonicErrorsLayer {
    type Service = TonicErrors<S>;

    fn layer(&self, inner: S) -> TonicErrors<S> {
        TonicErrors { inner, layer: *self }
    }
}

/// See [`TonicErrorsLayer`].
#[derive(Debug, Clone)]
pub(super) struct TonicErrors<S> {
    inner: S,
    layer: TonicErrorsLayer,
}

impl<S> Service<http::Request<Body>> for TonicErrors<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible> + Send,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let is_of_hub = request.extensions().get::<Rpc>().is_some();
        let answered = self.inner.call(request);
        let layer = self.layer;
        Box::pin(async move {
            let response = answered.await?;
            let said = if is_of_hub { layer.say(response.headers()) } else { None };
            Ok(said.map_or(response, |error| to_status(&error).into_http()))
        })
    }
}

impl TonicErrorsLayer {
    /// The hub's error in place of a refusal without details.
    fn say(self, headers: &HeaderMap) -> Option<Error> {
        let refusal = Status::from_header_map(headers).filter(|status| status.details().is_empty())?;
        match refusal.code() {
            Code::OutOfRange | Code::ResourceExhausted => {
                Some(Error::new(ErrorCode::DocumentTooLarge).with("max_message_bytes", self.message_bytes.to_string()))
            }
            Code::Internal | Code::InvalidArgument => Some(Error::new(ErrorCode::FieldInvalid).with_detail(
                "Thông điệp không phải protobuf hợp lệ của phương thức này.",
                "The message is not valid protobuf of this method.",
            )),
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: Status) -> Option<ErrorCode> {
        let layer = TonicErrorsLayer { message_bytes: 1 };
        layer
            .say(status.into_http::<Body>().headers())
            .map(|error| error.code())
    }

    #[test]
    fn a_refusal_of_tonic_becomes_an_error_of_the_hub() {
        assert_eq!(
            said(Status::out_of_range("too large")),
            Some(ErrorCode::DocumentTooLarge)
        );
        assert_eq!(
            said(Status::internal("failed to decode")),
            Some(ErrorCode::FieldInvalid)
        );
        assert_eq!(said(Status::unimplemented("gzip")), Some(ErrorCode::FieldInvalid));
    }

    #[test]
    fn an_error_of_the_hub_is_left_alone() {
        for code in ErrorCode::ALL {
            assert_eq!(said(to_status(&Error::new(*code))), None, "{}", code.as_str());
        }
    }
}
