//! The public keys of a hub: Ed25519 for the tools of transparency logs, ECDSA P-256 (ES256) as the seal that the rules on
//! digital signatures know. Both sign the same bytes: the text of a checkpoint.
//!
//! Each is written as a C2SP verifier key, `NAME+KEYID+BASE64(algorithm ‖ public key)`, the key id being the first four bytes of
//! SHA-256(NAME ‖ 0x0A ‖ algorithm ‖ public key) in hex. The algorithm of Ed25519 is 0x01; for ES256 C2SP has no number, so it is
//! 0xFF ‖ `es256`, and the public key is the uncompressed point (65 bytes). A hub's keys stand on one line, a space between.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey, VerificationAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::digest::sha256;
use super::note::{KeyId, Note, is_name};

/// The algorithm byte of Ed25519.
const NOTE: &[u8] = &[1];
/// The algorithm of the seal.
const SEAL: &[u8] = b"\xffes256";

/// The public keys of one hub.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HubKey {
    name: String,
    note: [u8; 32],
    seal: Vec<u8>,
}

/// A text that is not the keys of a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the keys of a hub: two verifier keys of one name are expected, Ed25519 and ES256")]
pub struct MalformedKey;

impl HubKey {
    /// The keys of the hub `name`; `seal` is an uncompressed point of P-256.
    pub fn new(name: &str, note: [u8; 32], seal: &[u8]) -> Result<Self, MalformedKey> {
        if !is_name(name) || seal.len() != 65 || seal.first() != Some(&4) {
            return Err(MalformedKey);
        }
        Ok(Self {
            name: name.to_owned(),
            note,
            seal: seal.to_vec(),
        })
    }

    /// The hub's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which Ed25519 key it is.
    pub fn note_id(&self) -> KeyId {
        key_id(&self.name, NOTE, &self.note)
    }

    /// Its name and which Ed25519 key it is: how its line begins, and the subject of its entries in the log.
    pub fn note_name(&self) -> String {
        format!("{}+{:08x}", self.name, u32::from_be_bytes(self.note_id()))
    }

    /// Which ES256 key it is.
    pub fn seal_id(&self) -> KeyId {
        key_id(&self.name, SEAL, &self.seal)
    }

    /// Whether the note bears a signature that says to be of one of these keys.
    pub fn is_named_by(&self, note: &Note) -> bool {
        [self.note_id(), self.seal_id()]
            .into_iter()
            .any(|id| note.signatures_by(&self.name, id).next().is_some())
    }

    /// Whether the note bears good signatures of both keys, and none that is not.
    pub fn has_signed(&self, note: &Note) -> bool {
        let all_good = |id, algorithm: &'static dyn VerificationAlgorithm, key: &[u8]| {
            let mut signatures = note.signatures_by(&self.name, id).peekable();
            let key = UnparsedPublicKey::new(algorithm, key);
            signatures.peek().is_some()
                && signatures.all(|signature| key.verify(note.text.as_bytes(), signature).is_ok())
        };
        all_good(self.note_id(), &ED25519, &self.note) && all_good(self.seal_id(), &ECDSA_P256_SHA256_FIXED, &self.seal)
    }

    /// The keys in a text: a line for each hub; empty lines and lines that begin with `#` say nothing.
    ///
    /// # Errors
    /// The number of the first line that holds no keys, from 1.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, usize> {
        let lines = (1..).zip(text.lines().map(str::trim));
        lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(number, line)| line.parse().map_err(|_malformed: MalformedKey| number))
            .collect()
    }
}

pub(super) fn key_id(name: &str, algorithm: &[u8], key: &[u8]) -> KeyId {
    let digest = sha256(&[name.as_bytes(), b"\n", algorithm, key].concat());
    let [a, b, c, d, ..] = digest;
    [a, b, c, d]
}

pub(super) fn verifier_key(name: &str, algorithm: &[u8], key: &[u8]) -> String {
    let id = u32::from_be_bytes(key_id(name, algorithm, key));
    format!("{name}+{id:08x}+{}", STANDARD.encode([algorithm, key].concat()))
}

impl fmt::Display for HubKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let note = verifier_key(&self.name, NOTE, &self.note);
        write!(f, "{note} {}", verifier_key(&self.name, SEAL, &self.seal))
    }
}

impl FromStr for HubKey {
    type Err = MalformedKey;

    fn from_str(line: &str) -> Result<Self, MalformedKey> {
        let (note, _) = line.split_once(' ').ok_or(MalformedKey)?;
        let bytes = |text: &str, algorithm: &[u8]| {
            let bytes = STANDARD.decode(text.splitn(3, '+').nth(2)?).ok()?;
            bytes.strip_prefix(algorithm).map(<[u8]>::to_vec)
        };
        let read = || {
            let name = note.split('+').next()?;
            let note_key = bytes(note, NOTE)?.try_into().ok()?;
            let seal_key = bytes(line.split_once(' ')?.1, SEAL)?;
            Self::new(name, note_key, &seal_key).ok()
        };
        // Whatever else the line says, ids and names included, is what these keys are written as.
        read().filter(|key| key.to_string() == line).ok_or(MalformedKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> HubKey {
        let mut seal = vec![4];
        seal.extend([9; 64]);
        HubKey::new("hub.lienthong.test", [7; 32], &seal).unwrap()
    }

    #[test]
    fn the_note_key_is_the_verifier_key_of_c2sp() {
        // The example of the C2SP page signed-note.
        let text = "example.com/foo+530eeea7+AZwpWt+DwIUU40+7EEjvb/D+cpV2Pw7OuPe0VtKJPyaa";
        let key = STANDARD.decode("AZwpWt+DwIUU40+7EEjvb/D+cpV2Pw7OuPe0VtKJPyaa").unwrap();
        let written = verifier_key("example.com/foo", NOTE, &key[1..]);
        assert_eq!(written.split('+').next(), text.split('+').next());
        let id = u32::from_be_bytes(key_id("example.com/foo", NOTE, &key[1..]));
        assert_eq!(
            id,
            u32::from_be_bytes(
                sha256(&[b"example.com/foo\n", key.as_slice()].concat())[..4]
                    .try_into()
                    .unwrap()
            )
        );
    }

    #[test]
    fn keys_are_written_in_one_way_and_read_back() {
        let text = key().to_string();
        assert_eq!(text.parse(), Ok(key()));
        for wrong in [
            text.replace("hub.lienthong.test", "hub.lienthong.tesu"),
            text.replacen("hub", "hut", 1),
            text.replace(' ', "  "),
            text.split(' ').next().unwrap().to_owned(),
            text.split(' ').rev().collect::<Vec<_>>().join(" "),
            String::new(),
        ] {
            assert_eq!(wrong.parse::<HubKey>(), Err(MalformedKey), "{wrong}");
        }
    }

    #[test]
    fn a_list_names_its_first_wrong_line() {
        let good = format!("# the hub's keys\n\n{}\n", key());
        assert_eq!(HubKey::parse_list(&good), Ok(vec![key()]));
        assert_eq!(HubKey::parse_list(&format!("{good}wrong\n")), Err(4));
    }
}
