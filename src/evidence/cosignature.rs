//! What a witness adds to a checkpoint: C2SP tlog-cosignature, version 1 (Ed25519). It says that, at the time stated, this is the
//! largest tree of that log that the witness has seen, and that all it ever saw of the log is the beginning of it.
//!
//! The signature's bytes are the time (seconds since the Unix epoch, 8 bytes, big-endian) and the Ed25519 signature over
//! `cosignature/v1`, `time SECONDS` and the checkpoint's text, a line each. A key is written as a C2SP verifier key with the
//! algorithm 0x04.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::hub_key::{key_id, verifier_key};
use super::note::{KeyId, Note, Signature, is_name};

/// The algorithm byte.
const ALGORITHM: &[u8] = &[4];

/// The public key of a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    key: [u8; 32],
}

/// A text that is no key of a witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a witness: a verifier key with the algorithm 0x04 is expected")]
pub struct MalformedWitnessKey;

/// Why a note does not bear the cosignature asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// There is none of that key.
    #[error("the witness has not signed the checkpoint")]
    Missing,
    /// There is one that is not good.
    #[error("the witness's signature on the checkpoint is not good")]
    Wrong,
}

impl WitnessKey {
    /// The Ed25519 key of the witness `name`: no spaces and no plus sign in it.
    ///
    /// # Errors
    /// [`MalformedWitnessKey`] if it is no name.
    pub fn new(name: &str, key: [u8; 32]) -> Result<Self, MalformedWitnessKey> {
        let name = Some(name).filter(|name| is_name(name)).ok_or(MalformedWitnessKey)?;
        Ok(Self {
            name: name.to_owned(),
            key,
        })
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which key it is.
    pub fn id(&self) -> KeyId {
        key_id(&self.name, ALGORITHM, &self.key)
    }

    /// The cosignature of this key, made at `seconds` since the Unix epoch.
    pub fn cosignature(&self, seconds: u64, signature: &[u8]) -> Signature {
        Signature {
            name: self.name.clone(),
            key_id: self.id(),
            bytes: [&seconds.to_be_bytes(), signature].concat(),
        }
    }

    /// When this witness signed the note, seconds since the Unix epoch: the latest, if it did so several times.
    ///
    /// # Errors
    /// [`CosignatureError`]; one that is not good is not made up for by another that is.
    pub fn cosigned(&self, note: &Note) -> Result<u64, CosignatureError> {
        let key = UnparsedPublicKey::new(&ED25519, &self.key);
        let time = |bytes: &[u8]| {
            let (time, signature) = bytes.split_first_chunk::<8>()?;
            let seconds = u64::from_be_bytes(*time);
            let message = signed_message(seconds, &note.text);
            key.verify(message.as_bytes(), signature).ok().map(|()| seconds)
        };
        let times = note.signatures_by(&self.name, self.id()).map(time);
        let times = times.collect::<Option<Vec<_>>>().ok_or(CosignatureError::Wrong)?;
        times.into_iter().max().ok_or(CosignatureError::Missing)
    }

    /// The keys in a text: one on a line; empty lines and lines that begin with `#` say nothing.
    ///
    /// # Errors
    /// The number of the first line that holds no key, from 1.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, usize> {
        let lines = (1..).zip(text.lines().map(str::trim));
        lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(number, line)| line.parse().map_err(|_malformed: MalformedWitnessKey| number))
            .collect()
    }
}

/// What a witness signs of a checkpoint's text at `seconds` since the Unix epoch.
pub fn signed_message(seconds: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&verifier_key(&self.name, ALGORITHM, &self.key))
    }
}

impl FromStr for WitnessKey {
    type Err = MalformedWitnessKey;

    fn from_str(text: &str) -> Result<Self, MalformedWitnessKey> {
        let read = || {
            let (name, rest) = text.split_once('+')?;
            let bytes = STANDARD.decode(rest.split_once('+')?.1).ok()?;
            let key = bytes.strip_prefix(ALGORITHM)?.try_into().ok()?;
            Self::new(name, key).ok()
        };
        read().filter(|key| key.to_string() == text).ok_or(MalformedWitnessKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    fn pair() -> (Ed25519KeyPair, WitnessKey) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let key = pair.public_key().as_ref().try_into().unwrap();
        (pair, WitnessKey::new("witness.example.com/w1", key).unwrap())
    }

    fn cosigned(seconds: u64, signed: u64) -> Note {
        let (pair, key) = pair();
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let signature = pair.sign(signed_message(signed, text).as_bytes());
        let others = Signature {
            name: "another.example".to_owned(),
            key_id: [9; 4],
            bytes: vec![1; 72],
        };
        Note {
            text: text.to_owned(),
            signatures: vec![others, key.cosignature(seconds, signature.as_ref())],
        }
    }

    #[test]
    fn the_message_is_that_of_c2sp() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(
            signed_message(1_679_315_147, text),
            "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
             CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        );
    }

    #[test]
    fn a_cosignature_tells_when_and_lines_of_others_are_passed_over() {
        let (_, key) = pair();
        let note = Note::parse(&cosigned(1_679_315_147, 1_679_315_147).to_string()).unwrap();
        assert_eq!(key.cosigned(&note), Ok(1_679_315_147));
    }

    #[test]
    fn another_time_another_text_and_another_key_are_not_good() {
        let (_, key) = pair();
        assert_eq!(key.cosigned(&cosigned(2, 1)), Err(CosignatureError::Wrong));
        let mut note = cosigned(1, 1);
        note.text = note.text.replace("20852163", "20852164");
        assert_eq!(key.cosigned(&note), Err(CosignatureError::Wrong));
        let other = WitnessKey::new("witness.example.com/w2", [1; 32]).unwrap();
        assert_eq!(other.cosigned(&cosigned(1, 1)), Err(CosignatureError::Missing));
        let mut cut = cosigned(1, 1);
        cut.signatures[1].bytes.truncate(7);
        assert_eq!(key.cosigned(&cut), Err(CosignatureError::Wrong));
        let mut twice = cosigned(1, 1);
        twice.signatures.extend(cosigned(3, 2).signatures);
        assert_eq!(key.cosigned(&twice), Err(CosignatureError::Wrong));
    }

    #[test]
    fn keys_are_written_in_one_way_and_a_list_names_its_first_wrong_line() {
        let (_, key) = pair();
        let text = key.to_string();
        assert_eq!(text.parse(), Ok(key.clone()));
        for wrong in [
            text.replacen("w1", "w2", 1),
            text.replace('+', " "),
            format!("{text} "),
            // The key of a log is none of a witness.
            "example.com/foo+530eeea7+AZwpWt+DwIUU40+7EEjvb/D+cpV2Pw7OuPe0VtKJPyaa".to_owned(),
        ] {
            assert_eq!(wrong.parse::<WitnessKey>(), Err(MalformedWitnessKey), "{wrong}");
        }
        assert_eq!(WitnessKey::parse_list(&format!("# ours\n{text}\n")), Ok(vec![key]));
        assert_eq!(WitnessKey::parse_list("\nwrong\n"), Err(2));
    }
}
