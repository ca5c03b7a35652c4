//! How an unfinished upload is named.

use crate::domain::ids::{AgencyCode, IdempotencyKey};
use crate::evidence::Digest;
use crate::evidence::digest::{hex, sha256};

/// The name of an unfinished upload: digests of its agency and of all that makes it this upload.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UploadName {
    pub(super) agency: String,
    pub(super) name: String,
    /// Whether it is named so that it can be found again.
    pub(super) is_lasting: bool,
}

impl UploadName {
    /// The upload of `agency` under `key` with a header of this digest. Another header under the same key is another
    /// upload, until one of them is accepted.
    pub fn new(agency: &AgencyCode, key: &IdempotencyKey, header: &Digest) -> Self {
        let identity = format!("{agency}\n{key}\n{}", hex(header));
        let mut agency = hex(&sha256(agency.as_str().as_bytes()));
        agency.truncate(16);
        let name = format!("{agency}-{}", hex(&sha256(identity.as_bytes())));
        Self {
            agency,
            name,
            is_lasting: true,
        }
    }

    /// The same upload beside itself, while another call has it. It cannot be gone on with. `mark` is random.
    #[must_use]
    pub fn apart(self, mark: [u8; 8]) -> Self {
        let mark = u64::from_be_bytes(mark);
        Self {
            name: format!("{}.{mark:016x}", self.name),
            is_lasting: false,
            ..self
        }
    }

    /// For bytes that come from elsewhere than an agency.
    pub fn local(name: &str) -> Self {
        Self {
            agency: "local".to_owned(),
            name: format!("local-{name}"),
            is_lasting: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_agency_key_and_header_is_an_upload_of_its_own() {
        let agency = |code| AgencyCode::parse(code).unwrap();
        let key = |key| IdempotencyKey::parse(key).unwrap();
        let names = [
            UploadName::new(&agency("A"), &key("upload-1"), &[0; 32]),
            UploadName::new(&agency("B"), &key("upload-1"), &[0; 32]),
            UploadName::new(&agency("A"), &key("upload-2"), &[0; 32]),
            UploadName::new(&agency("A"), &key("upload-1"), &[1; 32]),
        ];
        for (place, name) in names.iter().enumerate() {
            assert_eq!(names.iter().position(|other| other == name), Some(place));
        }
    }
}
