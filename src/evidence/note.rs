//! Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature:
//! `— NAME BASE64(key id ‖ signature)`. The text ends with a line end, which is signed with it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest note, bytes: room for a checkpoint with [`MAX_SIGNATURES`].
pub const MAX_BYTES: usize = 16 * 1_024;
/// The most signatures of a note.
pub const MAX_SIGNATURES: usize = 16;

/// What begins the line of a signature: an em dash and a space.
const SIGNATURE: &str = "\u{2014} ";

/// The first four bytes of a digest over a key, its name and its algorithm: they say which key made a signature.
pub type KeyId = [u8; 4];

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The key's name.
    pub name: String,
    /// Which key of that name.
    pub key_id: KeyId,
    /// The signature over the text.
    pub bytes: Vec<u8>,
}

/// A text with its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed, with the line end at its end.
    pub text: String,
    /// The signatures, in their order.
    pub signatures: Vec<Signature>,
}

/// Bytes that are no signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signed note")]
pub struct MalformedNote;

impl Note {
    /// Reads a note; there is one way only to write it.
    pub fn parse(note: &str) -> Result<Self, MalformedNote> {
        if note.len() > MAX_BYTES || note.chars().any(|c| c.is_control() && c != '\n') {
            return Err(MalformedNote);
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(MalformedNote)?;
        let lines = lines.strip_suffix('\n').ok_or(MalformedNote)?;
        let signatures = lines.split('\n').map(signature).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MAX_SIGNATURES || text.is_empty() {
            return Err(MalformedNote);
        }
        Ok(Self {
            text: format!("{text}\n"),
            signatures,
        })
    }

    /// The signatures of the key with this name and id.
    pub fn signatures_by(&self, name: &str, key_id: KeyId) -> impl Iterator<Item = &[u8]> {
        let is_by = move |signature: &&Signature| signature.name == name && signature.key_id == key_id;
        self.signatures
            .iter()
            .filter(is_by)
            .map(|signature| signature.bytes.as_slice())
    }
}

fn signature(line: &str) -> Result<Signature, MalformedNote> {
    let (name, base64) = line
        .strip_prefix(SIGNATURE)
        .and_then(|rest| rest.split_once(' '))
        .filter(|(name, _)| is_name(name))
        .ok_or(MalformedNote)?;
    let bytes = STANDARD.decode(base64).map_err(|_invalid| MalformedNote)?;
    let (key_id, bytes) = bytes.split_first_chunk::<4>().ok_or(MalformedNote)?;
    Ok(Signature {
        name: name.to_owned(),
        key_id: *key_id,
        bytes: bytes.to_vec(),
    })
}

/// Whether a key may have this name: no spaces, no plus sign, not empty.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for Signature { name, key_id, bytes } in &self.signatures {
            let signed = [key_id.as_slice(), bytes].concat();
            writeln!(f, "{SIGNATURE}{name} {}", STANDARD.encode(signed))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn note() -> Note {
        let signature = |byte| Signature {
            name: "hub.lienthong.test".to_owned(),
            key_id: [byte; 4],
            bytes: vec![byte; 64],
        };
        Note {
            text: "hub.lienthong.test\n7\nAAAA\n".to_owned(),
            signatures: vec![signature(1), signature(2)],
        }
    }

    #[test]
    fn a_note_is_written_in_one_way_and_read_back() {
        let text = note().to_string();
        assert_eq!(Note::parse(&text), Ok(note()));
        assert!(text.starts_with("hub.lienthong.test\n7\nAAAA\n\n\u{2014} hub.lienthong.test AQEBAQEB"));
        assert_eq!(note().signatures_by("hub.lienthong.test", [2; 4]).count(), 1);
        assert_eq!(note().signatures_by("another", [2; 4]).count(), 0);
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let text = note().to_string();
        for wrong in [
            text.trim_end(),
            "",
            "\n\n",
            "a text without signatures\n",
            "a text\n\n",
            "a text\n\n- name AQEBAQEB\n",
            "a text\n\n\u{2014} name AQE=\n",
            "a text\n\n\u{2014} na+me AQEBAQEB\n",
            "a text\n\n\u{2014} name AQEBAQEB \n",
            "a\ttext\n\n\u{2014} name AQEBAQEB\n",
        ] {
            assert_eq!(Note::parse(wrong), Err(MalformedNote), "{wrong:?}");
        }
        assert_eq!(Note::parse(&"a".repeat(MAX_BYTES + 1)), Err(MalformedNote));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in any::<usize>()) {
            let mut text = note().to_string().into_bytes();
            let at = at % text.len();
            text.splice(at..at, bytes);
            if let Ok(text) = String::from_utf8(text)
                && let Ok(read) = Note::parse(&text)
            {
                prop_assert_eq!(read.to_string(), text);
            }
        }
    }
}
