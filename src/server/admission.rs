//! Turns away what an agency asks for beyond its share, before any of it is read: its rate, its calls and its streams at a
//! time. Stands inside the layer that puts the caller and [`Rpc`] into the extensions.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use lienthong_proto::Rpc;
use tonic::body::Body;
use tower::{Layer, Service};

use crate::auth::admission::{Admission, Load, UnderWay};
use crate::auth::principal::Principal;
use crate::domain::error::Error;
use crate::grpc::status::to_status;

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
            Ok(under_way) => {
                let answered = self.inner.call(request);
                // Counted until the last of the answer has left or its reader has gone.
                Box::pin(async move { Ok(answered.await?.map(|body| Counted::wrap(body, under_way))) })
            }
            Err(error) => {
                let refused = to_status(&error).into_http();
                Box::pin(std::future::ready(Ok(refused)))
            }
        }
    }
}

/// Counts the call. None: health and reflection, which belong to no officer.
fn admit(admission: &Arc<Admission>, request: &mut http::Request<Body>) -> Result<Option<UnderWay>, Error> {
    let extensions = request.extensions();
    let (Some(rpc), Some(principal)) = (extensions.get::<Rpc>(), extensions.get::<Arc<Principal>>()) else {
        return Ok(None);
    };
    let agency = &principal.agency.code;
    let under_way = admission.begin(agency, load(*rpc))?;
    if let Err(over) = admission.take(agency) {
        // Only the order itself says whether it is a release.
        if *rpc != Rpc::RequestServiceSubmit {
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
    );
    if is_stream { Load::Stream } else { Load::Call }
}

struct Counted {
    inner: Body,
    _under_way: Option<UnderWay>,
}

impl Counted {
    fn wrap(inner: Body, under_way: Option<UnderWay>) -> Body {
        Body::new(Self {
            inner,
            _under_way: under_way,
        })
    }
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
