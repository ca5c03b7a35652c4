//! A call that takes too long is answered with the hub's own error. Whether a write was carried out is not known then,
//! and a client may only find out by sending it again with the same key; so that is what the answer says.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use lienthong_proto::Rpc;
use tonic::body::Body;
use tower::{Layer, Service};

use crate::domain::error::{Error, ErrorCode};
use crate::grpc::status::to_status;

/// Answers UNAVAILABLE if a call's answer has not begun in time. A stream whose answer has begun is never cut; nor is an
/// upload, which takes as long as its bytes take: its service ends one that falls silent.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallTimeoutLayer {
    /// Longest time from a call's headers to its answer's headers.
    pub(super) limit: Duration,
}

impl<S> Layer<S> for CallTimeoutLayer {
    type Service = CallTimeout<S>;

    fn layer(&self, inner: S) -> CallTimeout<S> {
        CallTimeout {
            inner,
            limit: self.limit,
        }
    }
}

/// See [`CallTimeoutLayer`].
#[derive(Debug, Clone)]
pub(super) struct CallTimeout<S> {
    inner: S,
    limit: Duration,
}

impl<S> Service<http::Request<Body>> for CallTimeout<S>
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
        if request.uri().path() == Rpc::DocumentServiceUpload.path() {
            return Box::pin(self.inner.call(request));
        }
        let answered = tokio::time::timeout(self.limit, self.inner.call(request));
        Box::pin(async move {
            answered.await.unwrap_or_else(|_elapsed| {
                tracing::warn!("call.timed_out");
                Ok(to_status(&timed_out()).into_http())
            })
        })
    }
}

fn timed_out() -> Error {
    Error::new(ErrorCode::Unavailable)
        .with_detail(
            "Hệ thống không trả lời kịp nên chưa rõ yêu cầu đã được thực hiện hay chưa; hãy thử lại với cùng khóa.",
            "The hub did not answer in time, so it is not known whether this was carried out; retry with the same key.",
        )
        .retry_after_millis(1_000)
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;
    use tonic::{Code, Status};
    use tonic_types::StatusExt as _;
    use tower::service_fn;

    use super::*;

    /// Begins its answer after `begins`, and its body long after the limit.
    async fn call(begins: Duration) -> http::Response<Body> {
        let service = service_fn(move |_request: http::Request<Body>| async move {
            tokio::time::sleep(begins).await;
            Ok::<_, Infallible>(http::Response::new(Body::new(Late(Box::pin(tokio::time::sleep(
                Duration::from_millis(300),
            ))))))
        });
        let layer = CallTimeoutLayer {
            limit: Duration::from_millis(100),
        };
        layer
            .layer(service)
            .call(http::Request::new(Body::empty()))
            .await
            .unwrap()
    }

    /// A body whose only data comes long after the limit.
    struct Late(Pin<Box<tokio::time::Sleep>>);

    impl http_body::Body for Late {
        type Data = bytes::Bytes;
        type Error = Status;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Status>>> {
            let frame = http_body::Frame::data(bytes::Bytes::from_static(b"x"));
            self.0.as_mut().poll(cx).map(|()| Some(Ok(frame)))
        }
    }

    #[tokio::test]
    async fn a_call_without_an_answer_in_time_is_to_be_sent_again_with_the_same_key() {
        let response = call(Duration::from_hours(1)).await;
        let status = Status::from_header_map(response.headers()).unwrap();
        assert_eq!(status.code(), Code::Unavailable);
        assert!(status.message().ends_with("retry with the same key."));
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, "UNAVAILABLE");
        assert!(details.retry_info().unwrap().retry_delay.is_some());
        assert_eq!(details.localized_message().unwrap().locale, "vi");
    }

    #[tokio::test]
    async fn an_upload_takes_as_long_as_its_bytes_take() {
        let service = service_fn(|_request: http::Request<Body>| async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Ok::<_, Infallible>(http::Response::new(Body::empty()))
        });
        let layer = CallTimeoutLayer {
            limit: Duration::from_millis(100),
        };
        let upload = http::Request::post(Rpc::DocumentServiceUpload.path()).body(Body::empty());
        let response = layer.layer(service).call(upload.unwrap()).await.unwrap();
        assert!(Status::from_header_map(response.headers()).is_none());
    }

    #[tokio::test]
    async fn a_stream_that_has_begun_is_not_cut() {
        let mut body = call(Duration::ZERO).await.into_body();
        let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        assert!(frame.unwrap().unwrap().is_data());
    }
}
