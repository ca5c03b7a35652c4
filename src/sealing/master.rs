//! Master keys: what data keys are wrapped by. They stand in a file or the environment, never in the database.
//!
//! The text has one key on each line, the newest first: that one wraps, all of them unwrap.
//! In the environment, commas may stand in place of ends of lines. `lienthong-master-key-v1 ID BASE64`; ID is made from the key, so that a line that was damaged is told.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use aws_lc_rs::aead::NONCE_LEN;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::data_key::{DataKey, KEY_BYTES, Unopened, open, seal};
use crate::evidence::digest::{hex, sha256};

const HEAD: &str = "lienthong-master-key-v1";
/// Hex digits of an id.
const ID_DIGITS: usize = 16;

/// The name of a master key: the first 16 hex digits of a digest of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterId(String);

impl MasterId {
    fn of(key: &[u8; KEY_BYTES]) -> Self {
        let mut id = hex(&sha256(&[b"lienthong master key v1\0".as_slice(), key].concat()));
        id.truncate(ID_DIGITS);
        Self(id)
    }

    /// As it stands in a row or a header.
    ///
    /// # Errors
    /// [`MalformedMasterKeys::Id`].
    pub fn parse(text: &str) -> Result<Self, MalformedMasterKeys> {
        let is_id = text.len() == ID_DIGITS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_id
            .then(|| Self(text.to_owned()))
            .ok_or(MalformedMasterKeys::Id { line: 0 })
    }

    /// The 16 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MasterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no list of master keys. Lines count from 1. The text itself is never told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedMasterKeys {
    /// There is no key in it.
    #[error("there is no master key in it")]
    Empty,
    /// The line has another form.
    #[error("line {line} is not `lienthong-master-key-v1 ID BASE64` with 32 bytes")]
    Line {
        /// Which.
        line: usize,
    },
    /// The id is not that of the key: one of the two was changed.
    #[error("line {line}: the id does not belong to the key; one of them was changed")]
    Id {
        /// Which.
        line: usize,
    },
    /// A key stands there twice.
    #[error("line {line} says a key again")]
    Again {
        /// Which.
        line: usize,
    },
}

/// A master key that is not known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the master key {0} is not known")]
pub struct NoSuchMaster(pub String);

/// A data key, wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// By which master key.
    pub master: MasterId,
    /// Nonce, key and tag: 60 bytes.
    pub bytes: Vec<u8>,
}

/// All master keys that are known; none is a state too: then nothing is sealed or opened. They do not show.
#[derive(Clone, Default)]
pub struct MasterKeys {
    newest: Option<MasterId>,
    keys: BTreeMap<MasterId, [u8; KEY_BYTES]>,
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

impl FromStr for MasterKeys {
    type Err = MalformedMasterKeys;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::default();
        for (line, text) in (1..).zip(text.split(['\n', ','])) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let malformed = MalformedMasterKeys::Line { line };
            let mut words = text.split_ascii_whitespace();
            let (Some(HEAD), Some(id), Some(key), None) = (words.next(), words.next(), words.next(), words.next())
            else {
                return Err(malformed);
            };
            let key = STANDARD.decode(key).map_err(|_no_base64| malformed)?;
            let key: [u8; KEY_BYTES] = key.try_into().map_err(|_length| malformed)?;
            let own = MasterId::of(&key);
            if own.as_str() != id {
                return Err(MalformedMasterKeys::Id { line });
            }
            all.newest.get_or_insert_with(|| own.clone());
            if all.keys.insert(own, key).is_some() {
                return Err(MalformedMasterKeys::Again { line });
            }
        }
        if all.keys.is_empty() {
            return Err(MalformedMasterKeys::Empty);
        }
        Ok(all)
    }
}

impl MasterKeys {
    /// The line of a new key of random bytes, and its id.
    pub fn line_of(random: &[u8; KEY_BYTES]) -> (MasterId, String) {
        let id = MasterId::of(random);
        let line = format!("{HEAD} {id} {}\n", STANDARD.encode(random));
        (id, line)
    }

    /// The key that wraps; none if no key is known.
    pub fn newest(&self) -> Option<&MasterId> {
        self.newest.as_ref()
    }

    /// Whether a key is known.
    pub fn knows(&self, id: &str) -> bool {
        self.keys.keys().any(|known| known.as_str() == id)
    }

    /// Wraps a data key for one place (what it is the key of) with the newest master key. `nonce` is random, new for each
    /// wrapping (NIST SP 800-38D 8.3: good for 2^32 keys under one master key).
    ///
    /// # Errors
    /// No key is known.
    pub fn wrap(&self, place: &str, key: &DataKey, nonce: [u8; NONCE_LEN]) -> Result<WrappedKey, NoSuchMaster> {
        let newest = self.newest.as_ref().and_then(|id| Some((id, self.keys.get(id)?)));
        let (id, master) = newest.ok_or_else(|| NoSuchMaster(String::new()))?;
        let mut sealed = key.bytes().to_vec();
        seal(master, nonce, &wrapped_place(place, id), &mut sealed);
        let mut bytes = nonce.to_vec();
        bytes.append(&mut sealed);
        Ok(WrappedKey {
            master: id.clone(),
            bytes,
        })
    }

    /// Unwraps the data key of a place.
    ///
    /// # Errors
    /// The master key is not known, or this is not what it wrapped for that place.
    pub fn unwrap(&self, place: &str, master: &str, wrapped: &[u8]) -> Result<DataKey, UnwrapFault> {
        let known = self.keys.iter().find(|(id, _)| id.as_str() == master);
        let (id, master) = known.ok_or_else(|| NoSuchMaster(master.to_owned()))?;
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LEN>().ok_or(Unopened)?;
        let mut sealed = sealed.to_vec();
        let length = open(master, *nonce, &wrapped_place(place, id), &mut sealed)?;
        sealed.truncate(length);
        let key = sealed.try_into().map_err(|_length| Unopened)?;
        Ok(DataKey::new(key))
    }
}

/// Why a data key cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapFault {
    /// Its master key is not known.
    #[error(transparent)]
    Master(#[from] NoSuchMaster),
    /// It was changed, or belongs elsewhere.
    #[error("the wrapped key cannot be opened with its master key")]
    Unopened,
}

impl From<Unopened> for UnwrapFault {
    fn from(_: Unopened) -> Self {
        Self::Unopened
    }
}

fn wrapped_place(place: &str, master: &MasterId) -> Vec<u8> {
    format!("lienthong data key v1\0{master}\0{place}").into_bytes()
}

#[cfg(test)]
impl MasterKeys {
    /// One key, for tests.
    pub(crate) fn one() -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self::line_of(&[0x4D; KEY_BYTES]).1.parse().unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masters(bytes: &[u8]) -> MasterKeys {
        let lines: String = bytes.iter().map(|byte| MasterKeys::line_of(&[*byte; 32]).1).collect();
        lines.parse().unwrap()
    }

    #[test]
    fn a_wrapped_key_comes_back_at_its_place_alone() {
        let (all, key) = (masters(&[1]), DataKey::new([9; 32]));
        let wrapped = all.wrap("entry 5", &key, [3; 12]).unwrap();
        assert_eq!(wrapped.bytes.len(), 60);
        let unwrap = |place: &str, bytes: &[u8]| all.unwrap(place, wrapped.master.as_str(), bytes);
        assert_eq!(unwrap("entry 5", &wrapped.bytes), Ok(key));
        assert_eq!(unwrap("entry 6", &wrapped.bytes), Err(UnwrapFault::Unopened));
        for bit in 0..wrapped.bytes.len() * 8 {
            let mut changed = wrapped.bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(unwrap("entry 5", &changed), Err(UnwrapFault::Unopened), "bit {bit}");
        }
        for length in 0..wrapped.bytes.len() {
            assert_eq!(
                unwrap("entry 5", &wrapped.bytes[..length]),
                Err(UnwrapFault::Unopened),
                "{length}"
            );
        }
    }

    #[test]
    fn the_newest_wraps_and_the_older_ones_still_unwrap() {
        let key = DataKey::new([9; 32]);
        let before = masters(&[1]).wrap("entry 5", &key, [3; 12]).unwrap();
        let after = masters(&[2, 1]);
        assert_eq!(
            after.unwrap("entry 5", before.master.as_str(), &before.bytes),
            Ok(key.clone())
        );
        let again = after.wrap("entry 5", &key, [4; 12]).unwrap();
        assert_ne!(again.master, before.master);
        let refused = masters(&[1]).unwrap("entry 5", again.master.as_str(), &again.bytes);
        assert_eq!(
            refused,
            Err(UnwrapFault::Master(NoSuchMaster(again.master.to_string())))
        );
    }

    #[test]
    fn a_damaged_list_names_the_line_and_never_the_key() {
        let (id, line) = MasterKeys::line_of(&[1; 32]);
        let other = MasterKeys::line_of(&[2; 32]).1;
        let cases = [
            (String::new(), MalformedMasterKeys::Empty),
            ("# nothing\n\n".to_owned(), MalformedMasterKeys::Empty),
            (format!("# first\n{line}x"), MalformedMasterKeys::Line { line: 3 }),
            (line.replace("-v1", "-v2"), MalformedMasterKeys::Line { line: 1 }),
            (line.replace('A', "B"), MalformedMasterKeys::Line { line: 1 }),
            (format!("{line}{other}{line}"), MalformedMasterKeys::Again { line: 3 }),
            (
                other.replace(other.split(' ').nth(1).unwrap(), id.as_str()),
                MalformedMasterKeys::Id { line: 1 },
            ),
        ];
        for (text, expected) in cases {
            let found = text.parse::<MasterKeys>().unwrap_err();
            let is_line = matches!(expected, MalformedMasterKeys::Line { .. });
            assert!(
                found == expected || is_line && matches!(found, MalformedMasterKeys::Id { .. }),
                "{found:?}"
            );
        }
        let all: MasterKeys = format!("# kept by two\n\n  {line}").parse().unwrap();
        assert!(all.knows(id.as_str()) && all.newest() == Some(&id));
        assert_eq!(format!("{all:?}"), format!("{{MasterId(\"{id}\")}}"));
    }

    #[test]
    fn without_keys_nothing_is_sealed() {
        let refused = MasterKeys::default().wrap("entry 1", &DataKey::new([1; 32]), [0; 12]);
        assert_eq!(refused, Err(NoSuchMaster(String::new())));
    }
}
