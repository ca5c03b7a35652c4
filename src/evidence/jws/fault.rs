//! The closed list of reasons for which a signature is refused. A refusal names the reason, never a value.

/// Declares the faults, each with its stable reason and what to tell people, Vietnamese and English.
macro_rules! faults {
    ($($(#[$meta:meta])* $variant:ident, $reason:literal, $vi:literal, $en:literal;)+) => {
        /// Why a signature is refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SignatureFault { $($(#[$meta])* $variant,)+ }

        impl SignatureFault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable reason, as in the error's metadata.
            pub const fn reason(self) -> &'static str {
                match self { $(Self::$variant => $reason,)+ }
            }

            /// What to tell people, Vietnamese.
            pub const fn text_vi(self) -> &'static str {
                match self { $(Self::$variant => $vi,)+ }
            }

            /// What to tell people, English.
            pub const fn text_en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }
        }
    };
}

faults! {
    /// It is longer than [`super::MAX_JWS_BYTES`].
    TooLarge, "too_large",
        "Văn bản ký số vượt quá 512 KiB.", "The signed document is larger than 512 KiB.";
    /// It is neither the compact nor the general form, or has members beside theirs, or one of them twice.
    Malformed, "malformed",
        "Không phải JWS dạng compact hoặc general JSON đúng chuẩn (không nhận trường lạ, trường lặp).",
        "This is no JWS in compact or general JSON form (unknown and repeated members are refused).";
    /// A part is not base64url in its one right form.
    NotBase64Url, "not_base64url",
        "Các phần của JWS phải là base64url, không có “=”, không có ký tự thừa.",
        "The parts of a JWS must be base64url without padding, in their one right form.";
    /// The payload is larger than a document may be.
    PayloadTooLarge, "payload_too_large",
        "Văn bản bên trong JWS vượt quá 256 KiB.", "The document inside the JWS is larger than 256 KiB.";
    /// The general form has no signature, or more than two.
    SignatureCount, "signature_count",
        "Phải có một hoặc hai chữ ký.", "There must be one or two signatures.";
    /// The protected header is longer than its limit, no JSON object, or has a member twice.
    HeaderMalformed, "header_malformed",
        "Phần protected phải là một đối tượng JSON, mỗi trường một lần, không quá 1.024 byte.",
        "The protected header must be a JSON object with each member once, at most 1,024 bytes.";
    /// The protected header has another member (for example crit, jwk, jku, x5u or x5c).
    HeaderNotAllowed, "header_not_allowed",
        "Phần protected chỉ được có alg, typ, kid, nonce, iat và exp.",
        "The protected header may have only alg, typ, kid, nonce, iat and exp.";
    /// `typ` is missing or another one's.
    WrongType, "wrong_type",
        "Trường typ phải là lienthong+jws.", "The typ must be lienthong+jws.";
    /// `alg` is missing or none of ours; `none` is not.
    AlgorithmNotAllowed, "algorithm_not_allowed",
        "Trường alg phải là ES256 hoặc PS256.", "The alg must be ES256 or PS256.";
    /// `kid` is not the SHA-256 of a certificate in base64url.
    KeyIdMalformed, "kid_malformed",
        "Trường kid phải là SHA-256 của chứng thư số (DER), viết bằng base64url.",
        "The kid must be the SHA-256 of the certificate (DER) in base64url.";
    /// `nonce` is missing, or has less than 128 bits or more than 512.
    NonceMalformed, "nonce_malformed",
        "Trường nonce phải là 16 đến 64 byte ngẫu nhiên, viết bằng base64url.",
        "The nonce must be 16 to 64 random bytes in base64url.";
    /// `iat` or `exp` is missing or no whole number of seconds.
    TimeMalformed, "time_malformed",
        "Trường iat và exp phải là số giây nguyên kể từ 1970-01-01T00:00:00Z.",
        "The iat and exp must be whole seconds since 1970-01-01T00:00:00Z.";
    /// `exp` is not after `iat`, or later than the longest life allows.
    LifetimeInvalid, "lifetime_invalid",
        "Trường exp phải sau iat và không quá 30 ngày.", "The exp must be after iat, by at most 30 days.";
    /// `iat` is in the future.
    NotYetValid, "not_yet_valid",
        "Thời điểm ký (iat) ở tương lai; hãy kiểm tra đồng hồ.", "The time of signing (iat) is in the future; check the clock.";
    /// `exp` has passed.
    Expired, "expired",
        "Chữ ký đã quá thời hạn gửi (exp); hãy ký lại.", "The signature has passed its exp; sign again.";
    /// `kid` names no certificate that the agency has registered.
    UnknownKey, "unknown_key",
        "Chứng thư số của chữ ký chưa được cơ quan đăng ký.", "The signature's certificate is not registered to the agency.";
    /// `kid` names a certificate that is registered for something else.
    WrongPurpose, "wrong_purpose",
        "Chứng thư số này không được đăng ký để đóng dấu (SEAL) hoặc để cán bộ ký (OFFICER).",
        "This certificate is registered neither for SEAL nor for OFFICER.";
    /// `alg` is not the one of the certificate's key.
    AlgorithmMismatch, "algorithm_mismatch",
        "Trường alg không khớp với khóa trong chứng thư số: P-256 dùng ES256, RSA dùng PS256.",
        "The alg does not fit the certificate's key: P-256 takes ES256, RSA takes PS256.";
    /// The certificate has no key that can sign here.
    KeyNotUsable, "key_not_usable",
        "Khóa trong chứng thư số không dùng được: cần P-256 hoặc RSA từ 2.048 đến 4.096 bit.",
        "The certificate's key cannot be used: P-256 or RSA of 2,048 to 4,096 bits is needed.";
    /// The registry revoked the certificate before.
    CertificateRevoked, "certificate_revoked",
        "Chứng thư số của chữ ký đã bị thu hồi.", "The signature's certificate is revoked.";
    /// The certificate was registered only later.
    CertificateNotRegistered, "certificate_not_registered",
        "Chứng thư số của chữ ký chưa được đăng ký vào thời điểm đó.",
        "The signature's certificate was not registered at that time.";
    /// The certificate is not valid yet.
    CertificateNotYetValid, "certificate_not_yet_valid",
        "Chứng thư số của chữ ký chưa đến ngày có hiệu lực.", "The signature's certificate is not valid yet.";
    /// The certificate has expired.
    CertificateExpired, "certificate_expired",
        "Chứng thư số của chữ ký đã hết hạn.", "The signature's certificate has expired.";
    /// No authority that the hub believes has signed the certificate.
    ChainNotTrusted, "chain_not_trusted",
        "Chứng thư số của chữ ký không do tổ chức chứng thực mà cổng tin cậy cấp.",
        "The signature's certificate is from no authority that the hub trusts.";
    /// The list of the authority names the certificate.
    ChainRevoked, "chain_revoked",
        "Tổ chức chứng thực đã thu hồi chứng thư số của chữ ký.", "Its authority has revoked the signature's certificate.";
    /// The authority's list is missing or out of date.
    ChainUnknown, "chain_unknown",
        "Chưa kiểm tra được tình trạng thu hồi của chứng thư số; hãy thử lại sau.",
        "Whether the certificate is revoked cannot be told now; try again later.";
    /// The signature is not the key's.
    BadSignature, "bad_signature",
        "Chữ ký không đúng với văn bản.", "The signature is not of this document.";
    /// No signature is the agency's seal.
    SealMissing, "seal_missing",
        "Thiếu chữ ký số của cơ quan (SEAL).", "The agency's seal (SEAL) is missing.";
    /// Both signatures are seals, or both are an officer's.
    SignerRepeated, "signer_repeated",
        "Hai chữ ký phải là một của cơ quan (SEAL) và một của cán bộ (OFFICER).",
        "Two signatures must be one of the agency (SEAL) and one of the officer (OFFICER).";
    /// The officer's signature is not of the officer who signed the paper.
    OfficerMismatch, "officer_mismatch",
        "Chữ ký của cán bộ không phải của người ký văn bản.", "The officer's signature is not of the paper's signer.";
}

impl std::fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text_en())
    }
}

impl std::error::Error for SignatureFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_unique_short_snake_case() {
        let reasons: std::collections::BTreeSet<&str> =
            SignatureFault::ALL.iter().map(|fault| fault.reason()).collect();
        assert_eq!(reasons.len(), SignatureFault::ALL.len());
        let is_snake = |reason: &str| {
            reason
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        assert!(reasons.iter().all(|reason| is_snake(reason) && reason.len() <= 40));
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's switch for this test, no setting of the hub"
    )]
    fn docs_signing_md_lists_every_reason() {
        const MARKS: (&str, &str) = ("<!-- reasons -->\n", "<!-- end of reasons -->");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/signing.md");
        let page = std::fs::read_to_string(path).unwrap();
        let (before, rest) = page.split_once(MARKS.0).unwrap();
        let (written, after) = rest.split_once(MARKS.1).unwrap();
        let row = |fault: &SignatureFault| {
            let (reason, vi, en) = (fault.reason(), fault.text_vi(), fault.text_en());
            format!("| `{reason}` | {vi} | {en} |\n")
        };
        let rows: String = SignatureFault::ALL.iter().map(row).collect();
        let table = format!("\n| reason | Tiếng Việt | English |\n|---|---|---|\n{rows}\n");
        if std::env::var_os("LIENTHONG_UPDATE").is_some_and(|value| value == "1") {
            std::fs::write(path, [before, MARKS.0, &table, MARKS.1, after].concat()).unwrap();
            return;
        }
        assert!(
            written == table,
            "write it again: LIENTHONG_UPDATE=1 cargo test --lib jws"
        );
    }
}
