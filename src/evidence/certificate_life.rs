//! When a registered certificate could sign. Years later its own dates and its state at that day say nothing of what it
//! signed: what counts is where the document stands in the log, between the entry that registered the certificate and the
//! one that revoked it, if there is one.

use super::jws::SignatureFault;

/// A place in the log. The index orders what bears the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPoint {
    /// Index of the entry.
    pub log_index: i64,
    /// The hub's time in the entry, in microseconds since 1970-01-01 UTC.
    pub hub_time: i64,
}

/// A certificate as the log knows it, for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateLife {
    /// The entry that registered it.
    pub registered: LogPoint,
    /// The entry that revoked it.
    pub revoked: Option<LogPoint>,
    /// First instant of its validity, in microseconds.
    pub not_before: i64,
    /// Last instant of its validity, in microseconds.
    pub not_after: i64,
}

impl CertificateLife {
    /// Whether a document that was accepted at `accepted` could be signed with it.
    ///
    /// # Errors
    /// `CERTIFICATE_NOT_REGISTERED`, `CERTIFICATE_REVOKED`, `CERTIFICATE_NOT_YET_VALID`, `CERTIFICATE_EXPIRED`.
    pub fn check(&self, accepted: LogPoint) -> Result<(), SignatureFault> {
        if accepted.log_index <= self.registered.log_index {
            Err(SignatureFault::CertificateNotRegistered)
        } else if self
            .revoked
            .is_some_and(|revoked| revoked.log_index <= accepted.log_index)
        {
            Err(SignatureFault::CertificateRevoked)
        } else if accepted.hub_time < self.not_before {
            Err(SignatureFault::CertificateNotYetValid)
        } else if accepted.hub_time > self.not_after {
            Err(SignatureFault::CertificateExpired)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_judged_by_where_it_stands_in_the_log() {
        use SignatureFault as F;
        let at = |log_index, hub_time| LogPoint { log_index, hub_time };
        let life = CertificateLife {
            registered: at(10, 1_000),
            revoked: Some(at(50, 5_000)),
            not_before: 500,
            not_after: 4_000,
        };
        let unrevoked = CertificateLife { revoked: None, ..life };
        let early = CertificateLife {
            not_before: 2_000,
            ..life
        };
        let cases = [
            (
                "before it was registered",
                life,
                at(9, 900),
                Err(F::CertificateNotRegistered),
            ),
            (
                "the entry that registered it",
                life,
                at(10, 1_000),
                Err(F::CertificateNotRegistered),
            ),
            ("just after, at the same instant", life, at(11, 1_000), Ok(())),
            (
                "registered, but not valid yet",
                early,
                at(12, 1_999),
                Err(F::CertificateNotYetValid),
            ),
            ("on its first instant", early, at(13, 2_000), Ok(())),
            ("within its days", life, at(20, 3_000), Ok(())),
            ("on its last instant", life, at(30, 4_000), Ok(())),
            ("an instant later", life, at(31, 4_001), Err(F::CertificateExpired)),
            ("since expired", unrevoked, at(30, 3_999), Ok(())),
            (
                "never revoked, expired",
                unrevoked,
                at(60, 6_000),
                Err(F::CertificateExpired),
            ),
            ("since revoked", life, at(49, 3_500), Ok(())),
            (
                "before the revocation, at its instant",
                CertificateLife {
                    not_after: 9_000,
                    ..life
                },
                at(49, 5_000),
                Ok(()),
            ),
            (
                "the entry that revoked it",
                life,
                at(50, 3_000),
                Err(F::CertificateRevoked),
            ),
            (
                "after the revocation, at its instant",
                life,
                at(51, 3_000),
                Err(F::CertificateRevoked),
            ),
            ("long after it", life, at(900, 9_000), Err(F::CertificateRevoked)),
        ];
        for (name, life, accepted, expected) in cases {
            assert_eq!(life.check(accepted), expected, "{name}");
        }
    }
}
