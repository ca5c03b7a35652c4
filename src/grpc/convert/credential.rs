//! Certificates of agencies on the wire.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use lienthong_proto::v1;

use super::fields::Fields;
use super::vocabulary::{OnWire, number_of};
use super::{text_or_empty, time};
use crate::app::agencies::{NewCredential, new_credentials};
use crate::domain::agency::{Credential, Purpose};
use crate::domain::error::FieldViolation;
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::domain::time::Timestamp;

/// Most certificates in one CreateAgency.
pub(super) const MAX_CREDENTIALS: usize = 10;

/// The credentials that a message registers at `agency`.
pub(super) fn credentials(
    fields: &mut Fields,
    agency: &AgencyCode,
    wire: &[v1::NewCredential],
    now: Timestamp,
    at: impl Fn(usize) -> String,
) -> Vec<Credential> {
    let wire = wire.get(..MAX_CREDENTIALS).unwrap_or(wire);
    let purposes: Vec<Vec<Purpose>> = wire
        .iter()
        .enumerate()
        .map(|(index, new)| purposes(fields, &format!("{}.purposes", at(index)), &new.purposes))
        .collect();
    let owner = |(index, new): (usize, &v1::NewCredential)| {
        fields.optional_id(&format!("{}.officer_id", at(index)), &new.officer_id)
    };
    let owners: Vec<Option<OfficerId>> = wire.iter().enumerate().map(owner).collect();
    let news: Vec<NewCredential<'_>> = wire
        .iter()
        .zip(purposes.iter().zip(&owners))
        .map(|(new, (purposes, owner))| NewCredential {
            pem: &new.certificate_pem,
            purposes,
            officer: owner.as_ref(),
        })
        .collect();
    new_credentials(agency, &news, now, at).unwrap_or_else(|found: Vec<FieldViolation>| {
        fields.extend(found);
        Vec::new()
    })
}

/// What a certificate is for, as a message says.
pub(super) fn purposes(fields: &mut Fields, at: &str, wire: &[i32]) -> Vec<Purpose> {
    fields.at_most(at, wire.len(), Purpose::ALL.len());
    let mut purposes = Vec::new();
    for (index, number) in wire.iter().take(Purpose::ALL.len()).enumerate() {
        match Purpose::from_wire(*number) {
            Some(purpose) => purposes.push(purpose),
            None => fields.push(
                &format!("{at}[{index}]"),
                "unknown_value",
                "Không có mục đích sử dụng này.",
                "There is no such purpose.",
            ),
        }
    }
    purposes
}

pub(super) fn credential_to_wire(credential: &Credential) -> v1::Credential {
    v1::Credential {
        sha256: Bytes::copy_from_slice(&credential.fingerprint),
        purpose: number_of(Some(credential.purpose)),
        certificate_pem: pem(&credential.certificate),
        not_before: Some(time(credential.not_before)),
        not_after: Some(time(credential.not_after)),
        registered_time: Some(time(credential.registered_time)),
        revoked_time: credential.revoked_time.map(time),
        officer_id: text_or_empty(credential.officer.as_ref().map(OfficerId::as_str)),
    }
}

/// A certificate in PEM: base64 in lines of 64 characters (RFC 7468).
pub(super) fn pem(der: &[u8]) -> String {
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    // 48 bytes make 64 characters.
    for line in der.chunks(48) {
        text.push_str(&BASE64_STANDARD.encode(line));
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}
