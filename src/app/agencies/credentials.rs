//! From certificates in PEM to credentials.

use std::collections::BTreeSet;

use crate::domain::agency::{Credential, Purpose};
use crate::domain::certificate::{Certificate, CertificateFault};
use crate::domain::error::FieldViolation;
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::domain::time::Timestamp;
use crate::evidence::Digest;
use crate::evidence::digest::sha256;
use crate::evidence::jws::VerificationKey;

/// Longest certificate, in bytes of PEM.
pub const MAX_PEM_BYTES: usize = 16 * 1024;

/// A certificate that an agency wants to use.
#[derive(Debug, Clone, Copy)]
pub struct NewCredential<'a> {
    /// The certificate, PEM.
    pub pem: &'a str,
    /// What for.
    pub purposes: &'a [Purpose],
    /// Whose own it is, if it is an officer's.
    pub officer: Option<&'a OfficerId>,
}

/// The credentials that `news` become at `agency`, one for each purpose. `field` names the field of the certificate with
/// that number in the message, for example `credentials[1]`.
///
/// # Errors
/// Every certificate that is not one, has expired, or cannot serve one of its purposes; every purpose missing or
/// repeated.
pub fn new_credentials(
    agency: &AgencyCode,
    news: &[NewCredential<'_>],
    now: Timestamp,
    field: impl Fn(usize) -> String,
) -> Result<Vec<Credential>, Vec<FieldViolation>> {
    let mut found = Vec::new();
    let mut taken = BTreeSet::new();
    let mut credentials = Vec::new();
    for (index, new) in news.iter().enumerate() {
        let at = field(index);
        if new.purposes.is_empty() {
            found.push(FieldViolation::new(
                format!("{at}.purposes"),
                "required",
                "Phải nêu ít nhất một mục đích sử dụng.",
                "At least one purpose is required.",
            ));
        }
        found.extend(unfit_owner(new, &at));
        let at_pem = format!("{at}.certificate_pem");
        match read(new.pem, now) {
            Err(violation) => found.push(FieldViolation {
                field: at_pem,
                ..violation
            }),
            Ok(certificate) => {
                let fingerprint = sha256(&certificate.der);
                for (number, purpose) in new.purposes.iter().enumerate() {
                    found.extend(unfit(&certificate, *purpose, &at_pem));
                    if !taken.insert((fingerprint, *purpose)) {
                        found.push(FieldViolation::new(
                            format!("{at}.purposes[{number}]"),
                            "repeated",
                            "Mục đích này đã nêu cho chứng thư số này.",
                            "This purpose is already stated for this certificate.",
                        ));
                    }
                    credentials.push(Credential {
                        officer: new.officer.cloned(),
                        ..credential(agency, &certificate, fingerprint, *purpose, now)
                    });
                }
            }
        }
    }
    if found.is_empty() { Ok(credentials) } else { Err(found) }
}

fn credential(
    agency: &AgencyCode,
    certificate: &Certificate,
    fingerprint: Digest,
    purpose: Purpose,
    now: Timestamp,
) -> Credential {
    Credential {
        agency: agency.clone(),
        fingerprint,
        purpose,
        officer: None,
        certificate: certificate.der.clone(),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        // The ledger states the time of the entry instead.
        registered_time: now,
        revoked_time: None,
    }
}

/// The certificate in `pem`, or what is wrong with it (the caller names the field).
fn read(pem: &str, now: Timestamp) -> Result<Certificate, FieldViolation> {
    let refuse = |reason: &str, vi: &str, en: &str| Err(FieldViolation::new("", reason, vi, en));
    if pem.is_empty() {
        return refuse("required", "Bắt buộc phải có trường này.", "This field is required.");
    }
    if pem.len() > MAX_PEM_BYTES {
        return refuse("too_long", "Không được quá 16 KiB.", "At most 16 KiB.");
    }
    match Certificate::from_pem(pem) {
        Ok(certificate) if certificate.not_after < now => {
            refuse("expired", "Chứng thư số đã hết hạn.", "The certificate has expired.")
        }
        Ok(certificate) if certificate.is_ca => refuse(
            "ca_certificate",
            "Đây là chứng thư số của tổ chức cấp (CA:TRUE); cần chứng thư số của chính cơ quan.",
            "This is the certificate of an authority (CA:TRUE); the agency's own is needed.",
        ),
        Ok(certificate) => Ok(certificate),
        Err(CertificateFault::NotPem) => refuse(
            "not_pem",
            "Phải là một chứng thư số dạng PEM (BEGIN CERTIFICATE).",
            "Expected a certificate in PEM (BEGIN CERTIFICATE).",
        ),
        Err(CertificateFault::Several) => refuse(
            "one_only",
            "Chỉ gửi một chứng thư số, không kèm chứng thư số trung gian hay khóa.",
            "Send one certificate alone, without intermediate ones or keys.",
        ),
        Err(CertificateFault::Unreadable) => refuse(
            "unreadable",
            "Không đọc được chứng thư số.",
            "The certificate cannot be read.",
        ),
    }
}

/// Why the certificate cannot serve the purpose.
fn unfit(certificate: &Certificate, purpose: Purpose, field: &str) -> Option<FieldViolation> {
    match purpose {
        Purpose::Tls if !certificate.allows_client_auth => Some(FieldViolation::new(
            field,
            "not_for_tls",
            "Chứng thư số dùng cho kết nối phải có mục đích xác thực máy khách (clientAuth).",
            "A certificate for TLS must allow client authentication (clientAuth).",
        )),
        Purpose::Token if !certificate.has_p256_key => Some(FieldViolation::new(
            field,
            "not_for_token",
            "Chứng thư số dùng để ký mã truy cập phải có khóa P-256.",
            "A certificate for TOKEN must have a P-256 key.",
        )),
        Purpose::Seal | Purpose::Officer => {
            let fault = VerificationKey::of_certificate(&certificate.der).err()?;
            Some(FieldViolation::new(
                field,
                "not_for_signing",
                fault.text_vi(),
                fault.text_en(),
            ))
        }
        Purpose::Tls | Purpose::Token => None,
    }
}

/// An officer's own certificate names the officer and serves nothing else; no other names one.
fn unfit_owner(new: &NewCredential<'_>, at: &str) -> Option<FieldViolation> {
    let is_officers = new.purposes.contains(&Purpose::Officer);
    let (field, reason, vi, en) = match new.officer {
        None if is_officers => (
            "officer_id",
            "required",
            "Chứng thư số của cán bộ (OFFICER) phải nêu cán bộ.",
            "A certificate for OFFICER must name the officer.",
        ),
        Some(_) if !is_officers => (
            "officer_id",
            "not_for_purpose",
            "Chỉ chứng thư số của cán bộ (OFFICER) mới nêu cán bộ.",
            "Only a certificate for OFFICER names an officer.",
        ),
        Some(_) if new.purposes.len() > 1 => (
            "purposes",
            "officer_alone",
            "Chứng thư số của cán bộ chỉ dùng để cán bộ đó ký (OFFICER).",
            "An officer's own certificate serves OFFICER alone.",
        ),
        Some(_) | None => return None,
    };
    Some(FieldViolation::new(format!("{at}.{field}"), reason, vi, en))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};

    use super::*;

    fn pem(usage: ExtendedKeyUsagePurpose, algorithm: &'static rcgen::SignatureAlgorithm) -> String {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        params.extended_key_usages = vec![usage];
        params
            .self_signed(&KeyPair::generate_for(algorithm).unwrap())
            .unwrap()
            .pem()
    }

    fn check(news: &[NewCredential<'_>], now: &str) -> Result<Vec<Credential>, Vec<(String, String)>> {
        let agency = AgencyCode::parse("BANK.1").unwrap();
        let now = Timestamp::parse_rfc3339(now).unwrap();
        new_credentials(&agency, news, now, |index| format!("credentials[{index}]")).map_err(|found| {
            found
                .into_iter()
                .map(|violation| (violation.field, violation.reason))
                .collect()
        })
    }

    const NOW: &str = "2026-11-22T10:00:00Z";
    const LATER: &str = "2027-01-02T00:00:00Z";

    #[test]
    fn a_certificate_for_two_purposes_makes_two_credentials() {
        let pem = pem(ExtendedKeyUsagePurpose::ClientAuth, &rcgen::PKCS_ECDSA_P256_SHA256);
        let purposes = [Purpose::Tls, Purpose::Token];
        let credentials = check(
            &[NewCredential {
                pem: &pem,
                purposes: &purposes,
                officer: None,
            }],
            NOW,
        )
        .unwrap();
        assert_eq!(
            credentials
                .iter()
                .map(|credential| credential.purpose)
                .collect::<Vec<_>>(),
            purposes
        );
        assert_eq!(credentials[0].fingerprint, sha256(&credentials[0].certificate));
    }

    #[test]
    fn an_unfit_certificate_is_refused_by_its_field() {
        let good = pem(ExtendedKeyUsagePurpose::ClientAuth, &rcgen::PKCS_ECDSA_P256_SHA256);
        let server = pem(ExtendedKeyUsagePurpose::ServerAuth, &rcgen::PKCS_ECDSA_P256_SHA256);
        let other = pem(ExtendedKeyUsagePurpose::ClientAuth, &rcgen::PKCS_ED25519);
        let (twice, large) = (format!("{good}{good}"), "x".repeat(MAX_PEM_BYTES + 1));
        let cases: [(&str, &[Purpose], &str, &str, &str); 9] = [
            ("", &[Purpose::Tls], NOW, "credentials[0].certificate_pem", "required"),
            ("x", &[Purpose::Tls], NOW, "credentials[0].certificate_pem", "not_pem"),
            (
                &large,
                &[Purpose::Tls],
                NOW,
                "credentials[0].certificate_pem",
                "too_long",
            ),
            (
                &twice,
                &[Purpose::Tls],
                NOW,
                "credentials[0].certificate_pem",
                "one_only",
            ),
            (
                &good,
                &[Purpose::Tls],
                LATER,
                "credentials[0].certificate_pem",
                "expired",
            ),
            (
                &server,
                &[Purpose::Tls],
                NOW,
                "credentials[0].certificate_pem",
                "not_for_tls",
            ),
            (
                &other,
                &[Purpose::Token],
                NOW,
                "credentials[0].certificate_pem",
                "not_for_token",
            ),
            (&good, &[], NOW, "credentials[0].purposes", "required"),
            (
                &good,
                &[Purpose::Seal, Purpose::Seal],
                NOW,
                "credentials[0].purposes[1]",
                "repeated",
            ),
        ];
        for (pem, purposes, now, field, reason) in cases {
            let officer = None;
            let found = check(&[NewCredential { pem, purposes, officer }], now).unwrap_err();
            assert_eq!(found, [(field.to_owned(), reason.to_owned())]);
        }
    }

    #[test]
    fn all_faults_of_all_certificates_are_reported() {
        let good = pem(ExtendedKeyUsagePurpose::ClientAuth, &rcgen::PKCS_ECDSA_P256_SHA256);
        let tls: &[Purpose] = &[Purpose::Tls];
        let new = |pem| NewCredential {
            pem,
            purposes: tls,
            officer: None,
        };
        let found = check(&[new(&good), new("x"), new(&good)], NOW).unwrap_err();
        let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["credentials[1].certificate_pem", "credentials[2].purposes[0]"]);
    }

    #[test]
    fn an_officers_own_certificate_names_the_officer_and_serves_nothing_else() {
        let pem = pem(ExtendedKeyUsagePurpose::ClientAuth, &rcgen::PKCS_ECDSA_P256_SHA256);
        let an = OfficerId::parse("an").unwrap();
        let of = |purposes, officer| {
            let new = NewCredential {
                pem: &pem,
                purposes,
                officer,
            };
            check(&[new], NOW).map_err(|found| found.into_iter().map(|(_, reason)| reason).collect::<Vec<_>>())
        };
        let made = of(&[Purpose::Officer], Some(&an)).unwrap();
        assert_eq!((made.len(), made[0].officer.as_ref()), (1, Some(&an)));
        assert_eq!(of(&[Purpose::Officer], None).unwrap_err(), ["required"]);
        assert_eq!(of(&[Purpose::Seal], Some(&an)).unwrap_err(), ["not_for_purpose"]);
        assert_eq!(
            of(&[Purpose::Officer, Purpose::Tls], Some(&an)).unwrap_err(),
            ["officer_alone"]
        );
    }

    #[test]
    fn only_keys_that_can_sign_documents_are_registered_for_it() {
        let other = pem(ExtendedKeyUsagePurpose::ClientAuth, &rcgen::PKCS_ED25519);
        for purpose in [Purpose::Seal, Purpose::Officer] {
            let found = unfit(&Certificate::from_pem(&other).unwrap(), purpose, "x").unwrap();
            assert_eq!(found.reason, "not_for_signing");
        }
    }
}
