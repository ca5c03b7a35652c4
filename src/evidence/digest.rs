//! SHA-256 over parts, and the digest of a stored row.

use aws_lc_rs::digest::{Context, SHA256, digest};

use super::Digest;

fn finish(output: &aws_lc_rs::digest::Digest) -> Digest {
    let mut bytes = [0_u8; 32];
    bytes.copy_from_slice(output.as_ref());
    bytes
}

/// A digest as 64 lower-case hex digits.
pub fn hex(digest: &Digest) -> String {
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
    nibbles
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

/// The bytes of lower-case hex digits.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? * 16 + digit(*low)?);
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Digest {
    finish(&digest(&SHA256, bytes))
}

/// SHA-256 of `salt ‖ bytes`: the digest of a body that stands in a leaf.
pub fn salted(salt: &[u8], bytes: &[u8]) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(salt);
    context.update(bytes);
    finish(&context.finish())
}

/// SHA-256 of bytes that come in pieces.
#[derive(Clone)]
pub struct Sha256(Context);

impl std::fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sha256")
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Sha256 {
    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of them.
    pub fn finish(self) -> Digest {
        finish(&self.0.finish())
    }
}

/// The digest of a row as stored: each column in the table's order as a tag byte (0 NULL, 1 text, 2 integer, 3 bytes)
/// and, unless NULL, its length (4 bytes, big-endian) and its bytes. Integers are 8 bytes, big-endian, signed.
pub struct RowDigest(Context);

impl std::fmt::Debug for RowDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RowDigest")
    }
}

impl Default for RowDigest {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl RowDigest {
    fn part(&mut self, tag: u8, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.0.update(&[tag]);
        self.0.update(&length.to_be_bytes());
        self.0.update(bytes);
    }

    /// Adds a text column.
    pub fn text(&mut self, value: Option<&str>) {
        match value {
            Some(text) => self.part(1, text.as_bytes()),
            None => self.0.update(&[0]),
        }
    }

    /// Adds an integer column.
    pub fn integer(&mut self, value: i64) {
        self.part(2, &value.to_be_bytes());
    }

    /// Adds a bytes column.
    pub fn bytes(&mut self, value: &[u8]) {
        self.part(3, value);
    }

    /// The digest.
    pub fn finish(self) -> Digest {
        finish(&self.0.finish())
    }
}
