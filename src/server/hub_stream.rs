//! One accepted connection: the TLS stream, who is at its other end, and its place among the connections of the hub.
//!
//! Here ends what no layer above can see: a client that never begins with HTTP/2, one that takes nothing off its socket ([`Socket`]), and
//! one that sends frames that ask for nothing ([`FrameBudget`]).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::connections::Open;
use super::frame_budget::FrameBudget;
use super::metrics::{Cut, OpenConnection};
use super::socket::Socket;
use super::tls::AcceptLimits;
use crate::auth::peer::PeerIdentity;

/// A connection whose handshake proved the client's certificate. Every request on it carries the [`PeerIdentity`]. It ends
/// with an error, for reader and writer, as soon as it is cut.
#[derive(Debug)]
pub struct HubStream {
    tls: TlsStream<Socket>,
    peer: PeerIdentity,
    open: Open,
    budget: FrameBudget,
    /// Until when the first frame must have come, if it has not.
    first_frame: Option<Pin<Box<Sleep>>>,
    /// Given back when the connection ends.
    _place: OwnedSemaphorePermit,
    counted: OpenConnection,
}

impl HubStream {
    pub(super) fn new(
        tls: TlsStream<Socket>,
        peer: PeerIdentity,
        place: OwnedSemaphorePermit,
        open: Open,
        counted: OpenConnection,
        limits: &AcceptLimits,
    ) -> Self {
        Self {
            tls,
            peer,
            open,
            budget: FrameBudget::new(limits.frames_per_second, Instant::now()),
            first_frame: Some(Box::pin(tokio::time::sleep(limits.handshake_timeout))),
            _place: place,
            counted,
        }
    }

    /// An error once the connection is cut or its first frame is overdue; wakes the task when that happens.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.open.poll_cut(cx).is_ready() {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        if is_over(&mut self.first_frame, cx) {
            return Err(self.cut(Cut::NoHttp2));
        }
        Ok(())
    }

    /// The connection ends, for this reason.
    fn cut(&mut self, reason: Cut) -> io::Error {
        self.first_frame = None;
        self.counted.cut(reason);
        io::ErrorKind::ConnectionAborted.into()
    }

    /// Counts a connection that ends because its socket took nothing.
    fn note<T>(&self, said: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &said
            && error.kind() == io::ErrorKind::TimedOut
        {
            self.counted.cut(Cut::Stalled);
        }
        said
    }
}

/// Whether there is a limit and its time is over; wakes the task when that happens.
fn is_over(limit: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> bool {
    limit.as_mut().is_some_and(|limit| limit.as_mut().poll(cx).is_ready())
}

impl Connected for HubStream {
    type ConnectInfo = PeerIdentity;

    fn connect_info(&self) -> PeerIdentity {
        self.peer
    }
}

impl AsyncRead for HubStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        stream.check(cx)?;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut stream.tls).poll_read(cx, buffer))?;
        let came = buffer.filled().get(before..).unwrap_or_default();
        if !stream.budget.came(came, Instant::now()) {
            return Poll::Ready(Err(stream.cut(Cut::Flood)));
        }
        if stream.budget.has_begun() {
            stream.first_frame = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for HubStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        stream.check(cx)?;
        let written = Pin::new(&mut stream.tls).poll_write(cx, bytes);
        let count = ready!(stream.note(written))?;
        stream.budget.left(bytes.get(..count).unwrap_or_default());
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        stream.check(cx)?;
        let written = Pin::new(&mut stream.tls).poll_write_vectored(cx, slices);
        let count = ready!(stream.note(written))?;
        let mut rest = count;
        for slice in slices {
            let length = rest.min(slice.len());
            stream.budget.left(slice.get(..length).unwrap_or_default());
            rest -= length;
        }
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.tls.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let flushed = Pin::new(&mut stream.tls).poll_flush(cx);
        stream.note(flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let shut = Pin::new(&mut stream.tls).poll_shutdown(cx);
        stream.note(shut)
    }
}
