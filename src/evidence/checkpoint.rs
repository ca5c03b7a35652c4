//! What a hub signs after each batch: a C2SP tlog-checkpoint. Its lines are the log's origin (the hub's name), the number of
//! entries, the root in base64, and one more: `hub-time` with the time of the last entry, UTC to the microsecond.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::hub_key::HubKey;
use super::note::{self, Note, Signature};
use super::proof::TreeRoot;
use super::published::PublishedKey;

/// The line that says when.
const HUB_TIME: &str = "hub-time ";

/// The state of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log: the hub's.
    pub origin: String,
    /// Its tree.
    pub tree: TreeRoot,
    /// The time of its last entry, microseconds since the Unix epoch.
    pub hub_time: i64,
}

/// A note that is no checkpoint of a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a checkpoint")]
pub struct MalformedCheckpoint;

/// Why a checkpoint proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It cannot be read.
    #[error("the checkpoint cannot be read")]
    Malformed,
    /// No trusted key of that log signed it.
    #[error("no trusted key of that name has signed the checkpoint")]
    UnknownKey,
    /// A trusted key is named, but the signature is not its own, or one of the two is missing.
    #[error("the checkpoint's signatures are not those of the key that it names")]
    WrongSignature,
    /// Its keys are retired by an entry that its tree holds.
    #[error("the checkpoint is signed by keys that an entry of its log retires")]
    RetiredKey,
}

impl Checkpoint {
    /// The lines that are signed.
    pub fn text(&self) -> String {
        let Self { origin, tree, hub_time } = self;
        let time = Timestamp::from_microsecond(*hub_time).unwrap_or(Timestamp::MIN);
        let time = time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ");
        format!(
            "{origin}\n{}\n{}\n{HUB_TIME}{time}\n",
            tree.size,
            STANDARD.encode(tree.root)
        )
    }

    /// The note with these signatures, each after the id of its key.
    pub fn signed(&self, signatures: &[&[u8]]) -> Note {
        let signatures = signatures.iter().filter_map(|signed| {
            let (key_id, bytes) = signed.split_first_chunk::<4>()?;
            Some(Signature {
                name: self.origin.clone(),
                key_id: *key_id,
                bytes: bytes.to_vec(),
            })
        });
        Note {
            text: self.text(),
            signatures: signatures.collect(),
        }
    }

    /// Reads these lines; there is one way only to write them.
    pub fn parse(text: &str) -> Result<Self, MalformedCheckpoint> {
        let read = || {
            let mut lines = text.strip_suffix('\n')?.split('\n');
            let (origin, size, root, time) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
            let root = STANDARD.decode(root).ok()?;
            let time: Timestamp = time.strip_prefix(HUB_TIME)?.parse().ok()?;
            Some(Self {
                origin: origin.to_owned(),
                tree: TreeRoot {
                    size: size.parse().ok()?,
                    root: root.try_into().ok()?,
                },
                hub_time: time.as_microsecond(),
            })
        };
        read()
            .filter(|checkpoint| note::is_name(&checkpoint.origin) && checkpoint.text() == text)
            .ok_or(MalformedCheckpoint)
    }
}

/// Reads a signed checkpoint and finds the key among `trusted` that made both of its signatures.
///
/// # Errors
/// [`CheckpointError`].
pub fn verify<'k>(
    note: &str,
    trusted: impl IntoIterator<Item = &'k HubKey>,
) -> Result<(Checkpoint, &'k HubKey), CheckpointError> {
    let (note, checkpoint) = read(note)?;
    let of_this_log = trusted.into_iter().filter(|key| key.name() == checkpoint.origin);
    let named: Vec<&HubKey> = of_this_log.filter(|key| key.is_named_by(&note)).collect();
    if named.is_empty() {
        return Err(CheckpointError::UnknownKey);
    }
    let signer = named.into_iter().find(|key| key.has_signed(&note));
    signer
        .map(|key| (checkpoint, key))
        .ok_or(CheckpointError::WrongSignature)
}

/// The same by the keys of a published list, each as long as it is not retired.
///
/// # Errors
/// [`CheckpointError`]; [`CheckpointError::RetiredKey`] if none but retired keys have signed.
pub fn verify_published<'k>(
    note: &str,
    published: &'k [PublishedKey],
) -> Result<(Checkpoint, &'k HubKey), CheckpointError> {
    let (_, stated) = read(note)?;
    let standing = published.iter().filter(|listed| listed.may_sign(&stated));
    match verify(note, standing.map(|listed| &listed.key)) {
        Err(CheckpointError::UnknownKey) => {
            verify(note, published.iter().map(|listed| &listed.key))?;
            Err(CheckpointError::RetiredKey)
        }
        verified => verified,
    }
}

fn read(note: &str) -> Result<(Note, Checkpoint), CheckpointError> {
    let note = Note::parse(note).map_err(|_malformed| CheckpointError::Malformed)?;
    let checkpoint = Checkpoint::parse(&note.text).map_err(|_malformed| CheckpointError::Malformed)?;
    Ok((note, checkpoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "hub.lienthong.test".to_owned(),
            tree: TreeRoot { size: 7, root: [4; 32] },
            hub_time: 1_795_000_000_000_001,
        }
    }

    #[test]
    fn the_text_is_fixed() {
        assert_eq!(
            checkpoint().text(),
            "hub.lienthong.test\n7\nBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=\nhub-time 2026-11-18T11:06:40.000001Z\n"
        );
        assert_eq!(Checkpoint::parse(&checkpoint().text()), Ok(checkpoint()));
    }

    #[test]
    fn another_way_of_writing_it_is_refused() {
        let text = checkpoint().text();
        for wrong in [
            text.replace("\n7\n", "\n07\n"),
            text.replace("\n7\n", "\n+7\n"),
            text.replace("BAQ=", "BAR="),
            text.replace("000001Z", "0000010Z"),
            text.replace("000001Z", "000001+00:00"),
            text.replace("hub-time ", ""),
            text.replace("hub.lienthong.test", "hub lienthong"),
            format!("{text}more\n"),
            text.trim_end().to_owned(),
        ] {
            assert_eq!(Checkpoint::parse(&wrong), Err(MalformedCheckpoint), "{wrong:?}");
        }
    }
}
