//! Entries as they come in: one whose content is too large for a message is put together from the pieces that follow it.

use bytes::{Bytes, BytesMut};
use lienthong_proto::v1;

use super::super::session::incomplete;
use crate::cli::failure::Failure;
use crate::domain::trust::MAX_PAPER_BYTES;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    waiting: Option<(v1::BundleEntry, Missing)>,
    content: BytesMut,
}

/// Bytes that are still to come.
type Missing = usize;

impl Pieces {
    /// The next entry.
    pub(super) fn begin(&mut self, entry: v1::BundleEntry) -> Result<(), Failure> {
        let most = usize::try_from(MAX_PAPER_BYTES).unwrap_or(usize::MAX);
        let size = usize::try_from(entry.size_in_pieces).ok().filter(|size| *size <= most);
        let size = size.ok_or_else(|| incomplete("size_in_pieces"))?;
        if self.waiting.is_some() {
            return Err(incomplete("piece"));
        }
        self.waiting = Some((entry, size));
        Ok(())
    }

    /// The next piece of the entry's content.
    pub(super) fn add(&mut self, piece: &Bytes) -> Result<(), Failure> {
        let missing = self.waiting.as_mut().map(|(_, missing)| missing);
        let missing = missing.ok_or_else(|| incomplete("piece"))?;
        *missing = missing.checked_sub(piece.len()).ok_or_else(|| incomplete("piece"))?;
        self.content.extend_from_slice(piece);
        Ok(())
    }

    /// The entry, if nothing of it is missing any more.
    pub(super) fn whole(&mut self) -> Option<v1::BundleEntry> {
        let (mut entry, _) = self.waiting.take_if(|(_, missing)| *missing == 0)?;
        if entry.size_in_pieces > 0 {
            entry.content = self.content.split().freeze();
        }
        Some(entry)
    }

    /// Refuses a stream that ends within an entry.
    pub(super) fn end(&self) -> Result<(), Failure> {
        self.waiting.as_ref().map_or(Ok(()), |_| Err(incomplete("piece")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(size: i64) -> v1::BundleEntry {
        v1::BundleEntry {
            size_in_pieces: size,
            ..v1::BundleEntry::default()
        }
    }

    #[test]
    fn an_entry_is_whole_with_the_last_of_its_pieces() {
        let mut pieces = Pieces::default();
        for _ in 0..2 {
            pieces.begin(entry(5)).unwrap();
            assert_eq!(pieces.whole(), None);
            assert!(pieces.end().is_err(), "the stream ends too early");
            pieces.add(&Bytes::from_static(b"abc")).unwrap();
            assert_eq!(pieces.whole(), None);
            pieces.add(&Bytes::from_static(b"de")).unwrap();
            assert_eq!(pieces.whole().unwrap().content, Bytes::from_static(b"abcde"));
            pieces.end().unwrap();
        }
        pieces.begin(entry(0)).unwrap();
        assert_eq!(pieces.whole(), Some(entry(0)));
    }

    #[test]
    fn pieces_that_do_not_fit_are_refused() {
        let mut pieces = Pieces::default();
        assert!(pieces.add(&Bytes::from_static(b"a")).is_err(), "of no entry");
        for size in [-1, 16 * 1024 * 1024 + 1] {
            assert!(pieces.begin(entry(size)).is_err(), "{size}");
        }
        pieces.begin(entry(2)).unwrap();
        assert!(pieces.begin(entry(0)).is_err(), "another entry comes in between");
        assert!(pieces.add(&Bytes::from_static(b"abc")).is_err(), "too much");
    }
}
