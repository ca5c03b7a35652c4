//! Turns away what an agency asks for beyond its share, before any of it is read: its rate, its calls and its streams at a
//! time; and, while it is read and answered, the memory of messages that the agency does not send to their end or does not
//! take. Stands inside the layer that puts the caller and [`Rpc`] into the extensions.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use lienthong_proto::Rpc;
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use crate::auth::admission::{Admission, Held, Load, UnderWay};
use crate::auth::principal::{Party, Principal};
use crate::domain::error::{Error, ErrorCode};
use crate::grpc::status::to_status;

/// Up to this many bytes are not counted.
const SMALL: usize = 1_024;

/// Asks the agency's account about every call.
#[derive(Debug, Clone)]
pub(super) struct AdmissionLayer {
    admission: Arc<Admission>,
}

impl AdmissionLayer {
    pub(super) fn new(admission: Arc<Admission>) -> Self {
        Self { admission }
    }
}

impl<S> Layer<S> for AdmissionLayer {
    type Service = Admitted<S>;

    fn layer(&self, inner: S) -> Admitted<S> {
        Admitted {
            inner,
            admission: Arc::clone(&self.admission),
        }
    }
}

/// See [`AdmissionLayer`].
#[derive(Debug, Clone)]
pub(super) struct Admitted<S> {
    inner: S,
    admission: Arc<Admission>,
}

impl<S> Service<http::Request<Body>> for Admitted<S>
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

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        match admit(&self.admission, &mut request) {
            Ok(Some(under_way)) => {
                if under_way.load() == Load::Call {
                    request = request.map(|body| Weighed::wrap(body, under_way.held()));
                }
                let answered = self.inner.call(request);
                // Counted until the last of the answer has left or its reader has gone.
                Box::pin(async move { Ok(answered.await?.map(|body| Counted::wrap(body, under_way))) })
            }
            Ok(None) => Box::pin(self.inner.call(request)),
            Err(error) => {
                let refused = to_status(&error).into_http();
                Box::pin(std::future::ready(Ok(refused)))
            }
        }
    }
}

/// Counts the call. None: it was never seen by the layer that knows callers.
fn admit(admission: &Arc<Admission>, request: &mut http::Request<Body>) -> Result<Option<UnderWay>, Error> {
    let extensions = request.extensions();
    let rpc = extensions.get::<Rpc>().copied();
    let (agency, load) = match (rpc, extensions.get::<Arc<Principal>>(), extensions.get::<Arc<Party>>()) {
        (Some(rpc), Some(principal), _) => (&principal.agency.code, load(rpc)),
        (None, _, Some(party)) => (&party.agency.code, load_of_tokenless(request.uri().path())),
        _ => return Ok(None),
    };
    let under_way = admission.begin(agency, load)?;
    if let Err(over) = admission.take(agency) {
        // Only the order itself says whether it is a release.
        if rpc != Some(Rpc::RequestServiceSubmit) {
            return Err(over.error());
        }
        request.extensions_mut().insert(over);
    }
    Ok(Some(under_way))
}

fn load(rpc: Rpc) -> Load {
    let is_stream = matches!(
        rpc,
        Rpc::MailboxServiceSubscribe
            | Rpc::RequestServiceSubmitStream
            | Rpc::DocumentServiceUpload
            | Rpc::DocumentServiceDownload
            | Rpc::EvidenceServiceGetBundle
    );
    if is_stream { Load::Stream } else { Load::Call }
}

/// Health and reflection belong to no officer, but to the agency of the connection.
fn load_of_tokenless(path: &str) -> Load {
    if path.ends_with("/Check") {
        Load::Call
    } else {
        Load::Stream
    }
}

/// The body of a request with one message, which is in memory until its last byte has come.
struct Weighed {
    inner: Body,
    held: Held,
    bytes: usize,
}

impl Weighed {
    fn wrap(inner: Body, held: Held) -> Body {
        Body::new(Self { inner, held, bytes: 0 })
    }
}

impl http_body::Body for Weighed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        if let Some(Err(_)) = &frame {
            // The client went away or broke the rules; that is no fault of the hub's, as tonic's UNKNOWN would say.
            return Poll::Ready(Some(Err(to_status(&broken_off()))));
        }
        if let Some(Ok(frame)) = &frame {
            let bytes = self.bytes + frame.data_ref().map_or(0, Bytes::len);
            self.bytes = bytes;
            if bytes > SMALL
                && let Err(error) = self.held.set(bytes)
            {
                return Poll::Ready(Some(Err(to_status(&error))));
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn broken_off() -> Error {
    Error::new(ErrorCode::Unavailable)
        .with_detail(
            "Lệnh gọi bị gián đoạn khi chưa gửi hết; hãy gửi lại với cùng khóa.",
            "The call broke off before all of it had come; send it again with the same key.",
        )
        .retry_after_millis(1_000)
}

/// The body of an answer. What it gives counts until the connection has sent it, or has thrown it away: however slowly its
/// client takes it, and whether or not the call has ended meanwhile.
struct Counted {
    inner: Body,
    is_over: bool,
    under_way: UnderWay,
}

/// Bytes of an answer, and their place in the agency's account.
struct Kept {
    bytes: Bytes,
    _held: Held,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Counted {
    fn wrap(inner: Body, under_way: UnderWay) -> Body {
        Body::new(Self {
            inner,
            is_over: false,
            under_way,
        })
    }

    /// The bytes, counted; the last word of the call if the agency holds too much.
    fn count(&mut self, bytes: Bytes) -> Frame<Bytes> {
        if bytes.len() <= SMALL {
            return Frame::data(bytes);
        }
        let mut held = self.under_way.held();
        if let Err(error) = held.set(bytes.len()) {
            self.is_over = true;
            return Frame::trailers(trailers(&to_status(&error)));
        }
        Frame::data(Bytes::from_owner(Kept { bytes, _held: held }))
    }
}

/// A status as the end of a body.
fn trailers(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        trailers.insert("grpc-status", http::HeaderValue::from_static("8"));
    }
    trailers
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        Poll::Ready(frame.map(|frame| {
            let data = frame?.into_data();
            Ok(data.map_or_else(|other| other, |bytes| self.count(bytes)))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;
    use crate::auth::admission::AdmissionLimits;
    use crate::domain::ids::AgencyCode;

    fn under_way(held_kib: u32) -> UnderWay {
        let limits = AdmissionLimits {
            held_kib,
            ..AdmissionLimits::default()
        };
        let bank = AgencyCode::parse("NH.1").unwrap();
        Admission::new(limits).begin(&bank, Load::Call).unwrap()
    }

    fn large() -> Bytes {
        (0..100_000_u32).flat_map(u32::to_be_bytes).collect()
    }

    /// The data of a body, and how it ended if not well.
    async fn read(mut body: Body) -> (Vec<Bytes>, Option<Code>) {
        let mut data = Vec::new();
        loop {
            let frame = std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut body), cx)).await;
            match frame.map(|frame| frame.map(Frame::into_data)) {
                None => return (data, None),
                Some(Ok(Ok(bytes))) => data.push(bytes),
                Some(Ok(Err(frame))) => {
                    let status = Status::from_header_map(frame.trailers_ref().unwrap()).unwrap();
                    return (data, Some(status.code()));
                }
                Some(Err(status)) => return (data, Some(status.code())),
            }
        }
    }

    #[tokio::test]
    async fn an_answer_counts_until_the_connection_has_dropped_it() {
        let under_way = under_way(400);
        let mut beside = under_way.held();
        let answer = Body::new(http_body_util::Full::new(large()));
        let (sent, end) = read(Counted::wrap(answer, under_way)).await;
        assert_eq!((sent.concat(), end), (large().to_vec(), None));
        beside.set(100_000).unwrap_err();
        drop(sent);
        beside.set(100_000).unwrap();
    }

    #[tokio::test]
    async fn an_answer_for_which_the_agency_has_no_memory_left_ends_with_overloaded() {
        let answer = Body::new(http_body_util::Full::new(large()));
        let (pieces, end) = read(Counted::wrap(answer, under_way(100))).await;
        assert_eq!((pieces.len(), end), (0, Some(Code::ResourceExhausted)));
    }

    #[tokio::test]
    async fn a_message_that_is_larger_than_the_memory_left_is_refused_while_it_comes() {
        for (held_kib, expected) in [(1_000, None), (100, Some(Code::ResourceExhausted))] {
            let large = large();
            let pieces = large
                .chunks(9_000)
                .map(|piece| Frame::data(Bytes::copy_from_slice(piece)));
            let pieces: Vec<Result<_, Status>> = pieces.map(Ok).collect();
            let message = Body::new(http_body_util::StreamBody::new(tokio_stream::iter(pieces)));
            let (_, end) = read(Weighed::wrap(message, under_way(held_kib).held())).await;
            assert_eq!(end, expected, "{held_kib} KiB");
        }
    }
}
