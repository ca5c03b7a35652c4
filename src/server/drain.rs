//! Ends what would not end by itself when the hub stops: waiting reads and open streams.
//!
//! A call that writes is always let finish. A read that waits (Pull) and a stream that only brings (Subscribe, health's
//! Watch, reflection) is cut with UNAVAILABLE. A stream of submits gets no more input; what it has taken in is answered,
//! and its last word is UNAVAILABLE, so that the client sends the rest again with the same keys.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use lienthong_proto::Rpc;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use crate::domain::error::{Error, ErrorCode};
use crate::grpc::status::to_status;

/// Ends waiting calls when its token is cancelled. Stands inside the layer that puts [`Rpc`] into the extensions.
#[derive(Debug, Clone)]
pub(super) struct DrainLayer {
    draining: CancellationToken,
}

impl DrainLayer {
    pub(super) fn new(draining: CancellationToken) -> Self {
        Self { draining }
    }
}

impl<S> Layer<S> for DrainLayer {
    type Service = Drain<S>;

    fn layer(&self, inner: S) -> Drain<S> {
        Drain {
            inner,
            draining: self.draining.clone(),
        }
    }
}

/// See [`DrainLayer`].
#[derive(Debug, Clone)]
pub(super) struct Drain<S> {
    inner: S,
    draining: CancellationToken,
}

impl<S> Service<http::Request<Body>> for Drain<S>
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
        let draining = self.draining.clone();
        match request.extensions().get::<Rpc>() {
            Some(Rpc::RequestServiceSubmitStream) => {
                let request = request.map(|body| DrainBody::wrap(body, draining.clone(), AtDrain::End));
                let answered = self.inner.call(request);
                Box::pin(async move {
                    Ok(answered
                        .await?
                        .map(|body| DrainBody::wrap(body, draining, AtDrain::ReplaceTrailers)))
                })
            }
            // None: health and reflection, which are no methods of the hub.
            Some(Rpc::MailboxServicePull | Rpc::MailboxServiceSubscribe) | None => {
                let answered = self.inner.call(request);
                Box::pin(async move {
                    tokio::select! {
                        biased;
                        response = answered => {
                            Ok(response?.map(|body| DrainBody::wrap(body, draining.clone(), AtDrain::Cut)))
                        }
                        () = draining.cancelled() => Ok(stopping().into_http()),
                    }
                })
            }
            Some(_) => Box::pin(self.inner.call(request)),
        }
    }
}

fn stopping() -> Status {
    to_status(&Error::new(ErrorCode::Unavailable).retry_after_millis(1_000))
}

fn stopping_trailers() -> HeaderMap {
    let mut trailers = HeaderMap::new();
    if stopping().add_header(&mut trailers).is_err() {
        trailers.insert("grpc-status", http::HeaderValue::from_static("14"));
    }
    trailers
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AtDrain {
    /// End as if the peer had.
    End,
    /// End with the status UNAVAILABLE.
    Cut,
    /// Go on, but end with the status UNAVAILABLE whatever the handler says.
    ReplaceTrailers,
}

struct DrainBody {
    inner: Body,
    cancelled: Pin<Box<WaitForCancellationFutureOwned>>,
    at_drain: AtDrain,
    is_over: bool,
}

impl DrainBody {
    fn wrap(inner: Body, draining: CancellationToken, at_drain: AtDrain) -> Body {
        let cancelled = Box::pin(draining.cancelled_owned());
        Body::new(Self {
            inner,
            cancelled,
            at_drain,
            is_over: false,
        })
    }

    fn end(&mut self) -> Option<Result<Frame<Bytes>, Status>> {
        self.is_over = true;
        (self.at_drain == AtDrain::Cut).then(|| Ok(Frame::trailers(stopping_trailers())))
    }
}

impl http_body::Body for DrainBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        if self.at_drain == AtDrain::ReplaceTrailers {
            let is_trailers = matches!(&polled, Poll::Ready(Some(Ok(frame))) if frame.is_trailers());
            if is_trailers && self.cancelled.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Some(Ok(Frame::trailers(stopping_trailers()))));
            }
            return polled;
        }
        if polled.is_pending() && self.cancelled.as_mut().poll(cx).is_ready() {
            return Poll::Ready(self.end());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.is_over || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;

    use super::*;

    /// A body that gives one frame and then waits for ever.
    struct OneThenWaits(bool);

    impl http_body::Body for OneThenWaits {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            if std::mem::replace(&mut self.0, true) {
                return Poll::Pending;
            }
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    async fn next(body: &mut Body) -> Option<Frame<Bytes>> {
        std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx))
            .await
            .map(Result::unwrap)
    }

    #[tokio::test]
    async fn an_open_stream_is_cut_with_unavailable() {
        let draining = CancellationToken::new();
        let mut body = DrainBody::wrap(Body::new(OneThenWaits(false)), draining.clone(), AtDrain::Cut);
        assert!(next(&mut body).await.unwrap().is_data());
        draining.cancel();
        let trailers = next(&mut body).await.unwrap().into_trailers().unwrap();
        assert_eq!(trailers.get("grpc-status").unwrap(), "14");
        assert!(next(&mut body).await.is_none());
    }

    #[tokio::test]
    async fn input_ends_as_if_the_client_had_ended_it() {
        let draining = CancellationToken::new();
        let mut body = DrainBody::wrap(Body::new(OneThenWaits(false)), draining.clone(), AtDrain::End);
        draining.cancel();
        assert!(next(&mut body).await.unwrap().is_data());
        assert!(next(&mut body).await.is_none());
    }
}
