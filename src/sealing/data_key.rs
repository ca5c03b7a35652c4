//! The key of one entry's content.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;
/// Bytes of the salt before the content.
const SALT_BYTES: usize = 32;

/// The first byte of a nonce: what is sealed.
const BODY: u8 = 0;

/// A key of 256 random bits, used for one entry of the log and for nothing else. It does not show.
#[derive(Clone)]
pub struct DataKey([u8; KEY_BYTES]);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

impl PartialEq for DataKey {
    fn eq(&self, other: &Self) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl Eq for DataKey {}

/// The bytes of an entry's body, opened.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenedBody {
    /// The salt of its digest.
    pub salt: [u8; SALT_BYTES],
    /// The bytes as they arrived.
    pub content: Vec<u8>,
}

/// What was sealed is not this, not with this key, or not at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed content cannot be opened with its key")]
pub struct Unopened;

impl DataKey {
    /// Of random bytes, never used before.
    pub fn new(random: [u8; KEY_BYTES]) -> Self {
        Self(random)
    }

    /// Its bytes: for a key that signs, and for whoever is told a secret once.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Seals the body of the entry `log_index`: salt and content, then the tag.
    pub fn seal_body(&self, log_index: i64, salt: &[u8; SALT_BYTES], content: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(SALT_BYTES + content.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(salt);
        sealed.extend_from_slice(content);
        seal(&self.0, body_nonce(), &body_place(log_index), &mut sealed);
        sealed
    }

    /// Opens the body of the entry `log_index`; gives salt and content.
    ///
    /// # Errors
    /// [`Unopened`].
    pub fn open_body(&self, log_index: i64, mut sealed: Vec<u8>) -> Result<OpenedBody, Unopened> {
        let length = open(&self.0, body_nonce(), &body_place(log_index), &mut sealed)?;
        sealed.truncate(length);
        let content = sealed.split_off(SALT_BYTES.min(length));
        let salt = sealed.try_into().map_err(|_too_short| Unopened)?;
        Ok(OpenedBody { salt, content })
    }
}

fn body_nonce() -> [u8; NONCE_LEN] {
    let mut nonce = [0; NONCE_LEN];
    nonce[0] = BODY;
    nonce
}

/// What is authenticated with a body, so that it opens at its place alone.
fn body_place(log_index: i64) -> Vec<u8> {
    [b"lienthong body v1\0".as_slice(), &log_index.to_be_bytes()].concat()
}

fn aead(key: &[u8; KEY_BYTES]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

/// Seals `bytes` in place and appends the tag. A nonce must never be used twice with a key.
#[expect(
    clippy::expect_used,
    reason = "AES-256-GCM takes every key of 32 bytes and seals everything below 64 GiB; what cannot be sealed must not be kept"
)]
pub(super) fn seal(key: &[u8; KEY_BYTES], nonce: [u8; NONCE_LEN], place: &[u8], bytes: &mut Vec<u8>) {
    let key = aead(key).expect("a key of 32 bytes");
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), bytes)
        .expect("less than 64 GiB");
}

/// Opens `bytes` in place; gives how many of them are the content.
pub(super) fn open(
    key: &[u8; KEY_BYTES],
    nonce: [u8; NONCE_LEN],
    place: &[u8],
    bytes: &mut [u8],
) -> Result<usize, Unopened> {
    let key = aead(key).ok_or(Unopened)?;
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = key.open_in_place(nonce, Aad::from(place), bytes);
    opened.map(|opened| opened.len()).map_err(|_unspecified| Unopened)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: [u8; 32] = [7; 32];

    fn key(byte: u8) -> DataKey {
        DataKey::new([byte; 32])
    }

    #[test]
    fn a_body_opens_with_its_key_at_its_place() {
        for content in [b"".as_slice(), b"{}", &[0xFF; 5_000]] {
            let sealed = key(1).seal_body(9, &SALT, content);
            assert_eq!(sealed.len(), 32 + content.len() + 16);
            let opened = key(1).open_body(9, sealed).unwrap();
            assert_eq!((opened.salt, opened.content.as_slice()), (SALT, content));
        }
    }

    #[test]
    fn it_opens_nowhere_else_with_no_other_key_and_not_changed() {
        let sealed = key(1).seal_body(9, &SALT, b"content");
        assert_eq!(
            key(1).open_body(8, sealed.clone()).err(),
            Some(Unopened),
            "another place"
        );
        assert_eq!(key(2).open_body(9, sealed.clone()).err(), Some(Unopened), "another key");
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key(1).open_body(9, changed).err(), Some(Unopened), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert_eq!(
                key(1).open_body(9, sealed[..length].to_vec()).err(),
                Some(Unopened),
                "{length}"
            );
        }
    }

    #[test]
    fn what_is_sealed_is_aes_256_gcm_as_others_have_it() {
        // AES-256-GCM, key and nonce of zeros, no text: the tag depends on the place alone; with the empty place it is the one of
        // the GCM specification's test case 13.
        let mut nothing = Vec::new();
        seal(&[0; 32], [0; 12], b"", &mut nothing);
        let tag: u128 = 0x530f_8afb_c745_36b9_a963_b4f1_c4cb_738b;
        assert_eq!(nothing, tag.to_be_bytes());
    }

    #[test]
    fn a_key_does_not_show() {
        assert_eq!(format!("{:?}", key(0x41)), "DataKey");
    }
}
