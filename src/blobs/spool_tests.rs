//! Unfinished uploads go on where they stopped, and only there; what stands in their files is sealed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use super::draft::Draft;
use super::header::{HEADER, key_of, sealed_size};
use super::place::{Blobs, DocumentPlace};
use super::spool::{BeginFault, UploadKeys, UploadSpace};
use super::upload_name::UploadName;
use crate::domain::ids::{AgencyCode, DocumentId, IdSource, IdempotencyKey};
use crate::domain::time::Timestamp;
use crate::evidence::digest::sha256;
use crate::sealing::stream::{CHUNK, SEALED_CHUNK};
use crate::sealing::{DataKey, MasterKeys};

/// Bytes of every upload here.
const SIZE: u64 = 5 * 16_384 + 7;
const TWO_CHUNKS: u64 = 2 * 16_384;
const HEAD: usize = crate::domain::magic::HEAD_BYTES;

/// Other bytes each time.
#[derive(Default)]
struct Counting(AtomicU8);

impl IdSource for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn keys(master: u8) -> UploadKeys {
    let masters: MasterKeys = MasterKeys::line_of(&[master; 32]).1.parse().unwrap();
    UploadKeys {
        masters: Arc::new(masters),
        ids: Arc::new(Counting::default()),
    }
}

struct Place {
    folder: tempfile::TempDir,
    blobs: Blobs,
    keys: UploadKeys,
    name: UploadName,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = DocumentPlace::from(folder.path().to_owned());
        Self {
            blobs: Blobs::open(&place).await.unwrap(),
            folder,
            keys: keys(1),
            name: UploadName::local("one"),
        }
    }

    async fn begin(&self, offset: u64) -> Result<Draft, BeginFault> {
        self.begin_with(&self.name, offset, space(10)).await
    }

    async fn begin_with(&self, name: &UploadName, offset: u64, space: UploadSpace) -> Result<Draft, BeginFault> {
        self.blobs.spool().begin(name, offset, space, &self.keys).await
    }

    /// Waits until the last write of a dropped draft is through.
    async fn begun(&self, offset: u64) -> Draft {
        loop {
            match self.begin(offset).await {
                Err(BeginFault::Busy) => tokio::task::yield_now().await,
                other => return other.unwrap(),
            }
        }
    }

    async fn received(&self) -> Option<u64> {
        self.received_of(&self.name).await
    }

    async fn received_of(&self, name: &UploadName) -> Option<u64> {
        let received = self.blobs.spool().received(name, SIZE, &self.keys).await;
        received.unwrap().map(|(bytes, _)| bytes)
    }

    /// Uploads the first bytes and breaks off.
    async fn broken_off(&self, content: &[u8]) {
        let mut draft = self.begun(0).await;
        draft.write(content).await.unwrap();
        drop(draft);
        let whole = content.len() / CHUNK * CHUNK;
        while self.received().await != u64::try_from(whole).ok() {
            tokio::task::yield_now().await;
        }
        // Its last write is through once its lock is free.
        let all = u64::try_from(whole).unwrap();
        drop(self.begun(all).await);
    }

    fn unfinished(&self) -> PathBuf {
        self.folder.path().join("unfinished")
    }

    fn file(&self) -> PathBuf {
        self.blobs.spool().path_of(&self.name)
    }

    async fn opened(&self, id: &DocumentId, key: &DataKey) -> std::io::Result<Vec<u8>> {
        let mut reader = self.blobs.read(id, Some(key)).await?;
        let mut content = Vec::new();
        while let Some(bytes) = reader.next().await? {
            content.extend_from_slice(&bytes);
        }
        Ok(content)
    }
}

fn space(uploads: usize) -> UploadSpace {
    UploadSpace {
        size: SIZE,
        uploads,
        bytes: u64::MAX,
    }
}

fn content() -> Vec<u8> {
    let length = usize::try_from(SIZE).unwrap();
    (0_u32..).flat_map(u32::to_le_bytes).take(length).collect()
}

fn id(number: i64) -> DocumentId {
    DocumentId::generate(&Counting::default(), Timestamp::from_micros(number * 1_000_000))
}

fn change(path: &Path, place: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[place] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn an_upload_goes_on_after_its_last_whole_chunk_and_knows_all_its_bytes() {
    let place = Place::new().await;
    let content = content();
    let mut at = 0;
    for until in [CHUNK + 1, 3 * CHUNK - 1, 3 * CHUNK, content.len()] {
        let mut draft = place.begun(u64::try_from(at).unwrap()).await;
        for bytes in content[at..until].chunks(7_777) {
            draft.write(bytes).await.unwrap();
        }
        assert_eq!(draft.sha256(), sha256(&content[..until]), "after {until}");
        assert_eq!(
            (draft.head(), draft.size()),
            (&content[..HEAD], u64::try_from(until).unwrap())
        );
        drop(draft);
        at = if until == content.len() {
            until
        } else {
            until / CHUNK * CHUNK
        };
        let told = u64::try_from(at).unwrap();
        while place.received().await != Some(told) {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(fs::metadata(place.file()).unwrap().len(), sealed_size(SIZE));
    // All of it is there; it needs no bytes to be whole.
    let draft = place.begun(SIZE).await;
    let key = draft.key().clone();
    assert_eq!(draft.sha256(), sha256(&content));
    place
        .blobs
        .store(draft, &id(1))
        .await
        .unwrap()
        .accepted()
        .await
        .unwrap();
    assert_eq!(place.opened(&id(1), &key).await.unwrap(), content);
}

#[tokio::test]
async fn it_goes_on_nowhere_else_and_an_offset_of_nothing_begins_anew() {
    let place = Place::new().await;
    for offset in [1, 5, TWO_CHUNKS, SIZE, SIZE + 1] {
        let refused = place.begin(offset).await.unwrap_err();
        assert!(matches!(refused, BeginFault::Offset { received: 0 }), "{refused:?}");
    }
    let content = content();
    place.broken_off(&content[..2 * CHUNK + 5]).await;
    let draft = place.begun(TWO_CHUNKS).await;
    let refused = place.begin(TWO_CHUNKS).await.unwrap_err();
    assert!(matches!(refused, BeginFault::Busy), "{refused:?}");
    drop(draft);
    for offset in [1, TWO_CHUNKS - 1, TWO_CHUNKS + 5, SIZE, SIZE + 1] {
        let refused = place.begin(offset).await.unwrap_err();
        assert!(
            matches!(refused, BeginFault::Offset { received: TWO_CHUNKS }),
            "{refused:?}"
        );
    }
    let before = place.begun(TWO_CHUNKS).await.key().clone();
    let anew = place.begun(0).await;
    assert_eq!((anew.size(), anew.sha256()), (0, sha256(b"")));
    assert_ne!(*anew.key(), before, "no key seals two things");
    drop(anew);
    assert_eq!(place.received().await, None, "nothing is kept of nothing");
}

#[tokio::test]
async fn nothing_of_it_stands_in_a_file_unsealed_and_a_whole_document_has_no_key_beside_it() {
    let place = Place::new().await;
    let content = content();
    let shows = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        content
            .chunks(64)
            .any(|mark| bytes.windows(mark.len()).any(|window| window == mark))
    };
    place.broken_off(&content[..2 * CHUNK + 5]).await;
    assert!(!shows(&place.file()));
    let mut draft = place.begun(TWO_CHUNKS).await;
    draft.write(&content[2 * CHUNK..]).await.unwrap();
    let key = draft.key().clone();
    let header = |path: &Path| -> [u8; HEADER] { fs::read(path).unwrap()[..HEADER].try_into().unwrap() };
    assert!(key_of(&header(&place.file())).is_some());
    let stored = place.blobs.store(draft, &id(1)).await.unwrap();
    let document = place.folder.path().join(id(1).as_str());
    assert!(!shows(&document) && key_of(&header(&document)).is_none());
    assert!(header(&document).iter().skip(8).all(|byte| *byte == 0));
    assert_eq!(place.opened(&id(1), &key).await.unwrap(), content);
    // What the log refuses is an upload again, with its key, and needs no bytes.
    stored.refused().await.unwrap();
    assert!(!document.exists() && place.received().await == Some(SIZE));
    assert_eq!(*place.begun(SIZE).await.key(), key);
}

#[tokio::test]
async fn an_upload_is_told_whole_while_it_becomes_a_document_and_begins_anew_if_that_broke_off() {
    let place = Place::new().await;
    let mut draft = place.begun(0).await;
    draft.write(&content()).await.unwrap();
    draft.take_key_out().await.unwrap();
    assert_eq!(place.received().await, Some(SIZE));
    drop(draft);
    let refused = place.begin(SIZE).await.unwrap_err();
    assert!(matches!(refused, BeginFault::Offset { received: 0 }), "{refused:?}");
    assert_eq!(place.received().await, None);
}

#[tokio::test]
async fn a_draft_that_is_not_whole_becomes_no_document_and_stays() {
    let place = Place::new().await;
    let content = content();
    place.broken_off(&content[..2 * CHUNK]).await;
    let draft = place.begun(TWO_CHUNKS).await;
    place.blobs.store(draft, &id(1)).await.unwrap_err();
    assert_eq!(place.received().await, Some(TWO_CHUNKS));
}

#[tokio::test]
async fn another_hub_goes_on_with_the_master_key_and_no_hub_without_it() {
    let mut place = Place::new().await;
    place.broken_off(&content()[..2 * CHUNK]).await;
    let key = place.begun(TWO_CHUNKS).await.key().clone();
    let ours = std::mem::replace(&mut place.keys, keys(2));
    assert_eq!(place.received().await, None);
    let refused = place.begin(TWO_CHUNKS).await.unwrap_err();
    assert!(matches!(refused, BeginFault::Offset { received: 0 }), "{refused:?}");
    let rotated = format!("{}{}", MasterKeys::line_of(&[3; 32]).1, MasterKeys::line_of(&[1; 32]).1);
    place.keys = UploadKeys {
        masters: Arc::new(rotated.parse().unwrap()),
        ..ours
    };
    assert_eq!(*place.begun(TWO_CHUNKS).await.key(), key);
}

#[tokio::test]
async fn what_was_changed_or_is_of_another_upload_or_from_before_counts_as_nothing() {
    let place = Place::new().await;
    let content = content();
    let header_of_another = {
        let another = UploadName::local("two");
        let mut draft = place.begin_with(&another, 0, space(10)).await.unwrap();
        draft.write(&content[..CHUNK]).await.unwrap();
        fs::read(place.blobs.spool().path_of(&another)).unwrap()[..HEADER].to_vec()
    };
    for spoil in 0..4 {
        place.broken_off(&content[..2 * CHUNK]).await;
        match spoil {
            0 => change(&place.file(), 30),
            1 => change(&place.file(), HEADER + SEALED_CHUNK + 100),
            2 => fs::write(place.file(), &content).unwrap(),
            _ => {
                let mut bytes = fs::read(place.file()).unwrap();
                bytes[..HEADER].copy_from_slice(&header_of_another);
                fs::write(place.file(), bytes).unwrap();
            }
        }
        let refused = place.begin(TWO_CHUNKS).await.unwrap_err();
        assert!(
            matches!(refused, BeginFault::Offset { received: 0 }),
            "{spoil}: {refused:?}"
        );
        assert_eq!(place.received().await, None, "{spoil}");
    }
}

#[tokio::test]
async fn a_chunk_that_was_torn_takes_the_same_bytes_again_and_no_others() {
    let place = Place::new().await;
    let content = content();
    let tear = |until: usize| {
        let file = fs::File::options().write(true).open(place.file()).unwrap();
        file.set_len(u64::try_from(HEADER + SEALED_CHUNK + until).unwrap())
            .unwrap();
    };
    for until in [1, 5_000, SEALED_CHUNK - 1] {
        place.broken_off(&content[..2 * CHUNK]).await;
        tear(until);
        let mut draft = place.begun(16_384).await;
        draft.write(&content[CHUNK..]).await.unwrap();
        assert_eq!(draft.sha256(), sha256(&content));
        drop(draft);

        place.broken_off(&content[..2 * CHUNK]).await;
        tear(until);
        let mut draft = place.begun(16_384).await;
        let mut other = content[CHUNK..].to_vec();
        other[0] ^= 1;
        assert!(draft.write(&other).await.is_err(), "{until}");
        drop(draft);
        assert_eq!(place.received().await, None, "it begins anew");
    }
}

#[tokio::test]
async fn documents_that_were_swapped_changed_cut_or_made_longer_do_not_open() {
    let place = Place::new().await;
    let content = content();
    let mut keys = Vec::new();
    for number in [1, 2] {
        let mut draft = place.begun(0).await;
        draft.write(&content).await.unwrap();
        keys.push(draft.key().clone());
        place
            .blobs
            .store(draft, &id(number))
            .await
            .unwrap()
            .accepted()
            .await
            .unwrap();
    }
    let path = |number| place.folder.path().join(id(number).as_str());
    let (first, second) = (fs::read(path(1)).unwrap(), fs::read(path(2)).unwrap());
    assert_ne!(first[HEADER..], second[HEADER..], "the same content, other keys");
    let mut longer = first.clone();
    longer.extend_from_slice(&first[HEADER..HEADER + SEALED_CHUNK]);
    let mut changed = first.clone();
    changed[HEADER + SEALED_CHUNK] ^= 1;
    let cut = first[..HEADER + 2 * SEALED_CHUNK].to_vec();
    for (what, bytes) in [
        ("swapped", second),
        ("longer", longer),
        ("changed", changed),
        ("cut", cut),
        ("plain", content.clone()),
        ("nothing", Vec::new()),
    ] {
        fs::write(path(1), bytes).unwrap();
        let refused = place.opened(&id(1), &keys[0]).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::InvalidData, "{what}");
    }
    fs::write(path(1), first).unwrap();
    assert_eq!(place.opened(&id(1), &keys[0]).await.unwrap(), content);
}

#[tokio::test]
async fn what_goes_beside_an_upload_does_not_touch_it_and_leaves_nothing() {
    let place = Place::new().await;
    let content = content();
    let mut first = place.begun(0).await;
    first.write(&content[..CHUNK]).await.unwrap();
    let apart = place.name.clone().apart([7; 8]);
    let mut second = place.begin_with(&apart, 0, space(10)).await.unwrap();
    second.write(&content[..2 * CHUNK]).await.unwrap();
    drop((first, second));
    while place.received().await != Some(16_384) {
        tokio::task::yield_now().await;
    }
    assert_eq!(fs::read_dir(place.unfinished()).unwrap().count(), 1);
}

#[tokio::test]
async fn an_agency_has_so_many_and_no_more() {
    let place = Place::new().await;
    let mut first = place.begun(0).await;
    first.write(&content()[..CHUNK]).await.unwrap();
    let two = UploadName::local("two");
    let refused = place.begin_with(&two, 0, space(1)).await.unwrap_err();
    assert!(matches!(refused, BeginFault::TooMuch), "{refused:?}");
    let other = AgencyCode::parse("B").unwrap();
    let key = IdempotencyKey::parse("upload-0001").unwrap();
    let other = UploadName::new(&other, &key, &[0; 32]);
    place.begin_with(&other, 0, space(1)).await.unwrap();
    while fs::metadata(place.file()).unwrap().len() < u64::try_from(HEADER + SEALED_CHUNK).unwrap() {
        tokio::task::yield_now().await;
    }
    let bytes = |bytes| UploadSpace { bytes, ..space(10) };
    let refused = place.begin_with(&two, 0, bytes(SIZE + 16_383)).await.unwrap_err();
    assert!(matches!(refused, BeginFault::TooMuch), "plain bytes count: {refused:?}");
    place.begin_with(&two, 0, bytes(SIZE + 16_384)).await.unwrap();
    let huge = UploadSpace {
        size: u64::MAX / 2,
        ..space(10)
    };
    let refused = place.begin_with(&two, 0, huge).await.unwrap_err();
    assert!(matches!(refused, BeginFault::NoRoom), "{refused:?}");
    first.discard().await.unwrap();
    place.begin_with(&two, 0, space(1)).await.unwrap();
}

#[tokio::test]
async fn what_nobody_goes_on_with_expires_and_what_is_being_written_does_not() {
    let place = Place::new().await;
    place.broken_off(&content()[..CHUNK]).await;
    let busy_name = UploadName::local("two");
    let mut busy = place.begin_with(&busy_name, 0, space(10)).await.unwrap();
    busy.write(&content()[..CHUNK]).await.unwrap();
    while place.received_of(&busy_name).await != Some(16_384) {
        tokio::task::yield_now().await;
    }
    let long_ago = UNIX_EPOCH + Duration::from_secs(1_000);
    for entry in fs::read_dir(place.unfinished()).unwrap() {
        fs::File::options()
            .write(true)
            .open(entry.unwrap().path())
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    let at = Timestamp::from_micros(1_000_000_000);
    assert_eq!(place.blobs.spool().expire(at).await.unwrap(), 0, "not older");
    assert_eq!(place.blobs.spool().expire(at.plus_micros(1)).await.unwrap(), 1);
    assert_eq!(place.received().await, None);
    assert_eq!(place.received_of(&busy_name).await, Some(16_384));
}
