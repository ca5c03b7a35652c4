//! A document while its bytes come in.

use std::io;
use std::path::PathBuf;

use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::folder::Folder;
use crate::domain::ids::DocumentId;
use crate::evidence::Digest;
use crate::evidence::digest::Sha256;

/// A document while its bytes come in. If it is dropped before [`Draft::keep`] is through, nothing of it stays.
#[derive(Debug)]
pub struct Draft {
    folder: Folder,
    id: DocumentId,
    temporary: PathBuf,
    file: File,
    size: u64,
    sha256: Sha256,
    is_named: bool,
}

impl Draft {
    pub(super) fn new(folder: Folder, id: DocumentId, temporary: PathBuf, file: File) -> Self {
        Self {
            folder,
            id,
            temporary,
            file,
            size: 0,
            sha256: Sha256::default(),
            is_named: false,
        }
    }

    /// The document's id.
    pub fn id(&self) -> &DocumentId {
        &self.id
    }

    /// How many bytes came so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// SHA-256 of what came so far.
    pub fn sha256(&self) -> Digest {
        self.sha256.clone().finish()
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// What the operating system says, for example that the disk is full.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await?;
        self.sha256.update(bytes);
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Makes bytes and name durable. After this the document can be read under its id.
    ///
    /// # Errors
    /// What the operating system says; nothing stays then.
    pub async fn keep(mut self) -> io::Result<DocumentId> {
        self.file.sync_all().await?;
        tokio::fs::rename(&self.temporary, self.folder.path_of(&self.id)).await?;
        self.is_named = true;
        if let Err(error) = self.folder.sync().await {
            drop(self.folder.remove(&self.id).await);
            return Err(error);
        }
        Ok(self.id.clone())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_named
            && let Err(error) = std::fs::remove_file(&self.temporary)
        {
            tracing::warn!(%error, document = %self.id, "document.draft.left");
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;
    use crate::domain::ids::IdSource;
    use crate::domain::time::Timestamp;
    use crate::evidence::digest::sha256;

    struct Sevens;

    impl IdSource for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    fn folder() -> (tempfile::TempDir, Folder, DocumentId) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path(), Timestamp::from_micros(0)).unwrap();
        (place, folder, DocumentId::generate(&Sevens, Timestamp::from_micros(1)))
    }

    fn names(place: &tempfile::TempDir) -> Vec<String> {
        std::fs::read_dir(place.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[tokio::test]
    async fn what_was_written_in_pieces_is_read_under_its_id_alone() {
        let (place, folder, id) = folder();
        let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut draft = folder.create(&id).await.unwrap();
        for piece in content.chunks(77_777) {
            draft.write(piece).await.unwrap();
        }
        assert_eq!((draft.size(), draft.sha256()), (1_200_000, sha256(&content)));
        assert!(folder.read(&id).await.is_err(), "not there before it is whole");
        assert_eq!(draft.keep().await.unwrap(), id);
        assert_eq!(names(&place), [id.as_str()]);
        let (mut file, size) = folder.read(&id).await.unwrap();
        let mut read = Vec::new();
        file.read_to_end(&mut read).await.unwrap();
        assert!(size == 1_200_000 && read == content);
        folder.remove(&id).await.unwrap();
        assert!(names(&place).is_empty());
    }

    #[tokio::test]
    async fn a_draft_that_is_given_up_leaves_nothing() {
        let (place, folder, id) = folder();
        let mut draft = folder.create(&id).await.unwrap();
        draft.write(b"half").await.unwrap();
        assert_eq!(names(&place).len(), 1);
        drop(draft);
        assert!(names(&place).is_empty());
    }

    #[tokio::test]
    async fn two_drafts_never_share_a_file() {
        let (_place, folder, id) = folder();
        let _first = folder.create(&id).await.unwrap();
        let second = folder.create(&id).await.unwrap_err();
        assert_eq!(second.kind(), io::ErrorKind::AlreadyExists);
    }
}
