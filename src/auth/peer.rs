//! What the TLS handshake proved about the other end of a connection.

use std::net::SocketAddr;

/// The other end of a connection: it holds the key of this certificate, which the client CA has signed. Whether the
/// certificate is registered to an agency is asked anew for every call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerIdentity {
    /// SHA-256 of the certificate's DER.
    pub certificate_fingerprint: [u8; 32],
    /// Address and port it came from.
    pub remote: SocketAddr,
}
