//! Leaf encoding v1: the bytes of one log entry. Fixed for ever; a new version gets a new first byte.
//!
//! ```text
//! offset  size  field
//! 0       3     "LTL"
//! 3       1     version, 0x01
//! 4       1     entry type (see `EntryType`)
//! 5       8     log index, unsigned, big-endian
//! 13      8     hub time, microseconds since 1970-01-01 UTC, signed, big-endian
//! 21      8     version of the subject after this entry, signed, big-endian
//! 29      …     seven texts, each a 2-byte big-endian length and its UTF-8 bytes:
//!               subject, action, from-state, to-state, acting agency, acting officer, counterparty
//! …       32    SHA-256(salt ‖ body bytes), or zeros if the entry has no body
//! …       32    digest of the event row as stored (`digest::RowDigest`)
//! ```
//!
//! A leaf holds no personal data: ids, codes, times and salted digests only.

use super::{Digest, digest::sha256};

const MAGIC: [u8; 4] = *b"LTL\x01";

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryType {
    /// A step of a request.
    Request,
    /// A change of agencies, officers or credentials.
    Registry,
    /// A delivery cursor moved.
    Delivery,
    /// Days of the calendar came to be known.
    Calendar,
    /// A measure from before or outside the hub was registered.
    Measure,
    /// A document was uploaded.
    Document,
    /// A supervisor looked at requests.
    Read,
    /// Content was proposed for erasure, erased, or not.
    Erasure,
    /// A catalogue of kinds came to be used.
    Catalogue,
    /// An operator did something beside the API.
    Operator,
    /// The keys with which a hub signs the log were registered.
    HubKey,
    /// An authority's certificate or list of revocations came to be relied on.
    Trust,
    /// Clocks of many requests were to stand still together, or to run again.
    Suspension,
    /// The clock of a sandbox was moved.
    Clock,
    /// An endpoint of webhooks was registered, changed, disabled or removed.
    Webhook,
    /// A case was opened or changed.
    Case,
    /// A period was closed, targets or a campaign were set.
    Report,
}

impl EntryType {
    /// Every type.
    pub const ALL: &'static [Self] = &[
        Self::Request,
        Self::Registry,
        Self::Delivery,
        Self::Calendar,
        Self::Measure,
        Self::Document,
        Self::Read,
        Self::Erasure,
        Self::Catalogue,
        Self::Operator,
        Self::HubKey,
        Self::Trust,
        Self::Suspension,
        Self::Clock,
        Self::Webhook,
        Self::Case,
        Self::Report,
    ];

    /// The byte in the leaf and the number in the event row.
    pub const fn code(self) -> u8 {
        match self {
            Self::Request => 1,
            Self::Registry => 2,
            Self::Delivery => 3,
            Self::Calendar => 4,
            Self::Measure => 5,
            Self::Document => 6,
            Self::Read => 7,
            Self::Erasure => 8,
            Self::Catalogue => 9,
            Self::Operator => 10,
            Self::HubKey => 11,
            Self::Trust => 12,
            Self::Suspension => 15,
            Self::Clock => 18,
            Self::Webhook => 16,
            Self::Case => 14,
            Self::Report => 17,
        }
    }

    /// The type of a code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|entry_type| entry_type.code() == code)
    }
}

/// One log entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What the entry is about.
    pub entry_type: EntryType,
    /// Its place in the log, from 0.
    pub log_index: u64,
    /// When the hub accepted it, microseconds since the Unix epoch.
    pub hub_time: i64,
    /// The version of the subject after it.
    pub version: i64,
    /// The request id, agency code or mailbox it is about.
    pub subject: String,
    /// What was done.
    pub action: String,
    /// State before, empty if there is none.
    pub from_state: String,
    /// State after, empty if there is none.
    pub to_state: String,
    /// The agency that acted.
    pub agency: String,
    /// The officer that acted.
    pub officer: String,
    /// The other party, empty if there is none.
    pub counterparty: String,
    /// SHA-256(salt ‖ body), zeros if there is no body.
    pub content_digest: Digest,
    /// The digest of the event row.
    pub row_digest: Digest,
}

/// Bytes that are not a leaf of version 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a leaf of version 1")]
pub struct MalformedLeaf;

impl Leaf {
    /// The exact bytes. Texts longer than 65,535 bytes do not occur: every text is an id or a code with a lower limit.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(320);
        bytes.extend_from_slice(&MAGIC);
        bytes.push(self.entry_type.code());
        bytes.extend_from_slice(&self.log_index.to_be_bytes());
        bytes.extend_from_slice(&self.hub_time.to_be_bytes());
        bytes.extend_from_slice(&self.version.to_be_bytes());
        for text in self.texts() {
            let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend(text.bytes().take(usize::from(length)));
        }
        bytes.extend_from_slice(&self.content_digest);
        bytes.extend_from_slice(&self.row_digest);
        bytes
    }

    fn texts(&self) -> [&str; 7] {
        [
            &self.subject,
            &self.action,
            &self.from_state,
            &self.to_state,
            &self.agency,
            &self.officer,
            &self.counterparty,
        ]
    }

    /// Reads the exact bytes back; anything missing or left over is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, MalformedLeaf> {
        let mut reader = Reader(bytes);
        if reader.array::<4>()? != MAGIC {
            return Err(MalformedLeaf);
        }
        let [code] = reader.array::<1>()?;
        let leaf = Self {
            entry_type: EntryType::from_code(code).ok_or(MalformedLeaf)?,
            log_index: u64::from_be_bytes(reader.array()?),
            hub_time: i64::from_be_bytes(reader.array()?),
            version: i64::from_be_bytes(reader.array()?),
            subject: reader.text()?,
            action: reader.text()?,
            from_state: reader.text()?,
            to_state: reader.text()?,
            agency: reader.text()?,
            officer: reader.text()?,
            counterparty: reader.text()?,
            content_digest: reader.array()?,
            row_digest: reader.array()?,
        };
        if reader.0.is_empty() {
            Ok(leaf)
        } else {
            Err(MalformedLeaf)
        }
    }
}

/// The RFC 6962 hash of a leaf: SHA-256(0x00 ‖ leaf).
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    super::digest::salted(&[0], leaf)
}

/// A digest for an entry without a body.
pub const NO_CONTENT: Digest = [0; 32];

/// SHA-256 of a body as the sender sees it (unsalted): what a receipt repeats and a key is bound to.
pub fn content_sha256(bytes: &[u8]) -> Digest {
    sha256(bytes)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], MalformedLeaf> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(MalformedLeaf)?;
        self.0 = rest;
        Ok(*head)
    }

    fn text(&mut self) -> Result<String, MalformedLeaf> {
        let length = usize::from(u16::from_be_bytes(self.array()?));
        let (head, rest) = self.0.split_at_checked(length).ok_or(MalformedLeaf)?;
        self.0 = rest;
        String::from_utf8(head.to_vec()).map_err(|_invalid| MalformedLeaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Leaf {
        Leaf {
            entry_type: EntryType::Request,
            log_index: 7,
            hub_time: 1_795_000_000_000_000,
            version: 2,
            subject: "req_0193".into(),
            action: "acknowledge".into(),
            from_state: "SUBMITTED".into(),
            to_state: "ACKNOWLEDGED".into(),
            agency: "VN.BANK-A".into(),
            officer: "an".into(),
            counterparty: "VN.THADS".into(),
            content_digest: [1; 32],
            row_digest: [2; 32],
        }
    }

    #[test]
    fn version_one_is_fixed() {
        let hex: String = sample()
            .encode()
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        // Computed by hand from the layout above, not by this code.
        assert_eq!(
            hex,
            concat!(
                "4c544c010100000000000000070006608b015f3000000000000000000200087265715f30313933000b61636b6e6f776c",
                "6564676500095355424d4954544544000c41434b4e4f574c45444745440009564e2e42414e4b2d410002616e0008564e",
                "2e5448414453010101010101010101010101010101010101010101010101010101010101010102020202020202020202",
                "02020202020202020202020202020202020202020202",
            )
        );
    }

    #[test]
    fn decoding_gives_the_leaf_back_and_refuses_every_cut() {
        let bytes = sample().encode();
        assert_eq!(Leaf::decode(&bytes), Ok(sample()));
        for cut in 0..bytes.len() {
            assert_eq!(Leaf::decode(&bytes[..cut]), Err(MalformedLeaf), "cut at {cut}");
        }
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(Leaf::decode(&longer), Err(MalformedLeaf));
    }
}
