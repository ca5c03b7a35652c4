//! Whether the hub's own certificate is good for what it is there for. Without this check a hub would start, and every
//! client would turn away.

use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::time::ASN1Time;

use super::tls::TlsConfigError;
use crate::domain::time::Timestamp;

/// Refuses a certificate (DER) that is not valid at `now` or may not identify servers. A certificate without an extended
/// key usage may. What cannot be read is left to rustls, which refuses it with its key.
pub(super) fn check(der: &[u8], now: Timestamp) -> Result<(), TlsConfigError> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return Ok(());
    };
    let not_before = timestamp(certificate.validity().not_before);
    let not_after = timestamp(certificate.validity().not_after);
    if now < not_before {
        return Err(TlsConfigError::NotYetValid { not_before });
    }
    // The second that is named is included.
    if now >= not_after.plus_micros(1_000_000) {
        return Err(TlsConfigError::Expired { not_after });
    }
    let usage = certificate.extended_key_usage().ok().flatten();
    if usage.is_some_and(|usage| !usage.value.server_auth) {
        return Err(TlsConfigError::NotForServers);
    }
    Ok(())
}

/// When a certificate (DER) ends.
pub(super) fn end(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(timestamp(certificate.validity().not_after))
}

fn timestamp(time: ASN1Time) -> Timestamp {
    Timestamp::from_micros(time.timestamp().saturating_mul(1_000_000))
}
