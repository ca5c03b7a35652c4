//! One accepted connection: the TLS stream, who is at its other end, and its place among the connections of the hub.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::connections::Open;
use super::metrics::OpenConnection;
use crate::auth::peer::PeerIdentity;

/// A connection whose handshake proved the client's certificate. Every request on it carries the [`PeerIdentity`]. It ends
/// with an error, for reader and writer, as soon as it is cut.
#[derive(Debug)]
pub struct HubStream {
    tls: TlsStream<TcpStream>,
    peer: PeerIdentity,
    open: Open,
    /// Given back when the connection ends.
    _place: OwnedSemaphorePermit,
    _counted: OpenConnection,
}

impl HubStream {
    pub(super) fn new(
        tls: TlsStream<TcpStream>,
        peer: PeerIdentity,
        place: OwnedSemaphorePermit,
        open: Open,
        counted: OpenConnection,
    ) -> Self {
        Self {
            tls,
            peer,
            open,
            _place: place,
            _counted: counted,
        }
    }

    pub(super) fn peer(&self) -> &PeerIdentity {
        &self.peer
    }

    /// An error once the connection is cut; wakes the task when that happens.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.open.poll_cut(cx).is_ready() {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
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
        Pin::new(&mut stream.tls).poll_read(cx, buffer)
    }
}

impl AsyncWrite for HubStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        stream.check(cx)?;
        Pin::new(&mut stream.tls).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        stream.check(cx)?;
        Pin::new(&mut stream.tls).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.tls.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tls).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tls).poll_shutdown(cx)
    }
}
