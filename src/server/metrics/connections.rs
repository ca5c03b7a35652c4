//! What is counted of connections.

use std::io;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use rustls::CertificateError;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failure {
    reason: &'static str,
}

/// Why the hub has cut a connection that had been let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Cut {
    /// No frame of HTTP/2 came in time.
    NoHttp2,
    /// Too many frames that ask for nothing.
    Flood,
    /// Nothing was taken off the socket for too long.
    Stalled,
}

/// Connections and handshakes. Every clone counts into the same counters.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct AcceptMeter {
    open: Gauge,
    accepted: Counter,
    failures: Family<Failure, Counter>,
    cuts: Family<Failure, Counter>,
}

impl AcceptMeter {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("connections_open", "Open connections of clients", self.open.clone());
        registry.register(
            "connections_accepted",
            "Connections whose handshake succeeded",
            self.accepted.clone(),
        );
        registry.register(
            "handshake_failures",
            "TLS handshakes that failed, by reason",
            self.failures.clone(),
        );
        registry.register(
            "connections_cut",
            "Connections that were cut for what their client did, by reason",
            self.cuts.clone(),
        );
    }

    /// A connection is open from now on, until the returned value is dropped.
    pub(in crate::server) fn opened(&self) -> OpenConnection {
        self.open.inc();
        self.accepted.inc();
        OpenConnection {
            open: self.open.clone(),
            cuts: self.cuts.clone(),
        }
    }

    /// A handshake failed.
    pub(in crate::server) fn failed(&self, error: &io::Error) {
        let reason = reason(error);
        self.failures.get_or_create(&Failure { reason }).inc();
    }
}

/// A connection that is open.
#[derive(Debug)]
pub(in crate::server) struct OpenConnection {
    open: Gauge,
    cuts: Family<Failure, Counter>,
}

impl OpenConnection {
    /// The hub cuts it.
    pub(in crate::server) fn cut(&self, reason: Cut) {
        let reason = match reason {
            Cut::NoHttp2 => "no_http2",
            Cut::Flood => "flood",
            Cut::Stalled => "stalled",
        };
        self.cuts.get_or_create(&Failure { reason }).inc();
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.open.dec();
    }
}

/// Why a handshake failed, from a closed list.
fn reason(error: &io::Error) -> &'static str {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls_reason(tls);
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "the standard library's enum is open")]
    match error.kind() {
        io::ErrorKind::TimedOut => "timeout",
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => "closed_by_client",
        io::ErrorKind::InvalidData => "no_http2",
        io::ErrorKind::PermissionDenied => "certificate_revoked",
        io::ErrorKind::QuotaExceeded => "too_many_of_agency",
        _ => "other",
    }
}

fn tls_reason(error: &rustls::Error) -> &'static str {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the library's enum is open")]
    match error {
        rustls::Error::NoCertificatesPresented => "no_certificate",
        rustls::Error::InvalidCertificate(fault) => match fault {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "certificate_expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "certificate_not_yet_valid",
            CertificateError::Revoked => "certificate_revoked",
            CertificateError::UnknownIssuer => "unknown_issuer",
            CertificateError::UnknownRevocationStatus | CertificateError::ExpiredRevocationList => "revocation_unknown",
            _ => "bad_certificate",
        },
        rustls::Error::PeerIncompatible(_) => "incompatible",
        rustls::Error::NoApplicationProtocol => "no_http2",
        rustls::Error::AlertReceived(_) => "refused_by_client",
        rustls::Error::InvalidMessage(_) | rustls::Error::InappropriateMessage { .. } => "not_tls",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_tell_an_expired_certificate_from_a_stranger_and_from_silence() {
        let tls = |error: rustls::Error| reason(&io::Error::new(io::ErrorKind::InvalidData, error));
        assert_eq!(tls(rustls::Error::NoCertificatesPresented), "no_certificate");
        let certificate = |fault| tls(rustls::Error::InvalidCertificate(fault));
        assert_eq!(certificate(CertificateError::Expired), "certificate_expired");
        assert_eq!(certificate(CertificateError::UnknownIssuer), "unknown_issuer");
        assert_eq!(certificate(CertificateError::Revoked), "certificate_revoked");
        assert_eq!(reason(&io::ErrorKind::TimedOut.into()), "timeout");
        assert_eq!(reason(&io::ErrorKind::UnexpectedEof.into()), "closed_by_client");
    }

    #[test]
    fn a_connection_counts_as_open_until_it_ends() {
        let meter = AcceptMeter::default();
        let (one, two) = (meter.opened(), meter.opened());
        drop(one);
        assert_eq!((meter.open.get(), meter.accepted.get()), (1, 2));
        drop(two);
        assert_eq!(meter.open.get(), 0);
    }
}
