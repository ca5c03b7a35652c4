//! The closed list of reasons for which a token is refused. A refusal names the reason and the claim, never the token.

use crate::domain::error::{Error, ErrorCode};

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFault {
    /// The call has no `authorization`.
    Missing,
    /// The `authorization` is not one `Bearer` token.
    WrongScheme,
    /// It is longer than the limit.
    TooLarge,
    /// It is not three base64url parts, or header or claims are not JSON objects with each member once.
    Malformed,
    /// The header has a member other than typ, alg and kid (for example jku, jwk, x5u or crit).
    HeaderNotAllowed,
    /// `typ` is not the hub's.
    WrongType,
    /// `alg` is not ES256.
    WrongAlgorithm,
    /// `kid` is not a certificate that the agency registered for TOKEN.
    UnknownKey,
    /// The registered certificate is revoked, expired, not yet valid, or has no P-256 key.
    KeyNotUsable,
    /// The signature is not the key's.
    BadSignature,
    /// A required claim is not there.
    ClaimMissing(&'static str),
    /// A claim has the wrong JSON type or form.
    ClaimMalformed(&'static str),
    /// `aud` is not this hub.
    WrongAudience,
    /// `iss` is not the agency of the connection.
    WrongIssuer,
    /// `exp` is not after `iat`, or later than the longest life allows.
    LifetimeInvalid,
    /// `nbf` or `iat` is in the future.
    NotYetValid,
    /// `exp` has passed.
    Expired,
    /// `cnf` is not the certificate of the connection.
    CertificateMismatch,
}

impl TokenFault {
    /// The stable reason and what to tell people, Vietnamese and English.
    const fn describe(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Missing => ("missing", "Thiếu mã truy cập.", "There is no token."),
            Self::WrongScheme => (
                "wrong_scheme",
                "Phải gửi đúng một mã truy cập dạng Bearer.",
                "Send exactly one Bearer token.",
            ),
            Self::TooLarge => ("too_large", "Mã truy cập quá dài.", "The token is too long."),
            Self::Malformed => ("malformed", "Mã truy cập sai định dạng.", "The token is malformed."),
            Self::HeaderNotAllowed => (
                "header_not_allowed",
                "Phần đầu của mã truy cập chỉ được có typ, alg và kid.",
                "The token's header may have only typ, alg and kid.",
            ),
            Self::WrongType => (
                "wrong_type",
                "Trường typ phải là lienthong+jwt.",
                "The token's typ must be lienthong+jwt.",
            ),
            Self::WrongAlgorithm => (
                "wrong_algorithm",
                "Trường alg phải là ES256.",
                "The token's alg must be ES256.",
            ),
            Self::UnknownKey => (
                "unknown_key",
                "Khóa ký mã truy cập chưa được cơ quan đăng ký.",
                "The token's key is not registered to the agency.",
            ),
            Self::KeyNotUsable => (
                "key_not_usable",
                "Chứng thư số của khóa ký mã truy cập đã bị thu hồi hoặc không trong thời hạn hiệu lực.",
                "The certificate of the token's key is revoked or not valid now.",
            ),
            Self::BadSignature => (
                "bad_signature",
                "Chữ ký của mã truy cập không đúng.",
                "The token's signature is wrong.",
            ),
            Self::ClaimMissing(_) => (
                "claim_missing",
                "Mã truy cập thiếu một trường bắt buộc.",
                "The token lacks a required claim.",
            ),
            Self::ClaimMalformed(_) => (
                "claim_malformed",
                "Một trường của mã truy cập sai kiểu hoặc sai dạng.",
                "A claim of the token has the wrong type or form.",
            ),
            Self::WrongAudience => (
                "wrong_audience",
                "Mã truy cập không dành cho cổng này.",
                "The token is for another hub.",
            ),
            Self::WrongIssuer => (
                "wrong_issuer",
                "Cơ quan trong mã truy cập không phải cơ quan đang kết nối.",
                "The token's agency is not the agency of the connection.",
            ),
            Self::LifetimeInvalid => (
                "lifetime_invalid",
                "Thời hạn của mã truy cập phải từ 1 đến 300 giây.",
                "The token's life must be 1 to 300 seconds.",
            ),
            Self::NotYetValid => (
                "not_yet_valid",
                "Mã truy cập chưa có hiệu lực; hãy kiểm tra đồng hồ.",
                "The token is not valid yet; check the clock.",
            ),
            Self::Expired => ("expired", "Mã truy cập đã hết hạn.", "The token has expired."),
            Self::CertificateMismatch => (
                "certificate_mismatch",
                "Mã truy cập không gắn với chứng thư số của kết nối.",
                "The token is not bound to the connection's certificate.",
            ),
        }
    }

    /// The stable reason, as in the error's metadata.
    pub const fn reason(self) -> &'static str {
        self.describe().0
    }
}

impl From<TokenFault> for Error {
    fn from(fault: TokenFault) -> Self {
        let (reason, vi, en) = fault.describe();
        let error = Self::new(ErrorCode::TokenInvalid)
            .with_detail(vi, en)
            .with("reason", reason);
        match fault {
            TokenFault::ClaimMissing(claim) | TokenFault::ClaimMalformed(claim) => error.with("claim", claim),
            TokenFault::Missing
            | TokenFault::WrongScheme
            | TokenFault::TooLarge
            | TokenFault::Malformed
            | TokenFault::HeaderNotAllowed
            | TokenFault::WrongType
            | TokenFault::WrongAlgorithm
            | TokenFault::UnknownKey
            | TokenFault::KeyNotUsable
            | TokenFault::BadSignature
            | TokenFault::WrongAudience
            | TokenFault::WrongIssuer
            | TokenFault::LifetimeInvalid
            | TokenFault::NotYetValid
            | TokenFault::Expired
            | TokenFault::CertificateMismatch => error,
        }
    }
}
