//! Plain bytes on their way into a file: gathered into chunks, each sealed where it stands.

use std::io;

use crate::sealing::stream::{CHUNK, SEALED_CHUNK, Stream};

/// Sealed bytes that are gathered before they are written.
pub(super) const PIECE: usize = 4 * SEALED_CHUNK;

/// The chunk that is being filled, and sealed ones that wait to be written. No more than [`PIECE`] and one chunk are here.
#[derive(Debug)]
pub(super) struct Chunks {
    stream: Stream,
    /// Plain bytes that are to come still.
    missing: u64,
    /// Sealed chunks, then the plain bytes of the next.
    buffer: Vec<u8>,
    sealed: usize,
    /// What stands in the file of a chunk that was not written whole. No other bytes are ever sealed in its place.
    torn: Vec<u8>,
}

impl Chunks {
    /// The next chunk is the next of `stream`; `missing` plain bytes are to come. `torn` stands where that chunk goes.
    pub(super) fn new(stream: Stream, missing: u64, torn: Vec<u8>) -> Self {
        Self {
            stream,
            missing,
            buffer: Vec::with_capacity(PIECE + SEALED_CHUNK),
            sealed: 0,
            torn,
        }
    }

    /// Takes what fits into the next chunk; gives the rest.
    ///
    /// # Errors
    /// `InvalidInput` for more than are to come; `InvalidData` if other bytes came before in this place: the key must not
    /// seal both.
    pub(super) fn take<'a>(&mut self, bytes: &'a [u8]) -> io::Result<&'a [u8]> {
        let room = CHUNK - (self.buffer.len() - self.sealed);
        let room = room.min(usize::try_from(self.missing).unwrap_or(usize::MAX));
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let (taken, rest) = bytes.split_at(room.min(bytes.len()));
        self.buffer.extend_from_slice(taken);
        self.missing -= u64::try_from(taken.len()).unwrap_or(u64::MAX);
        let is_last = self.missing == 0;
        let chunk = self.buffer.get_mut(self.sealed..).unwrap_or_default();
        if chunk.len() == CHUNK || (is_last && !chunk.is_empty()) {
            let tag = self.stream.seal(chunk, is_last).map_err(io::Error::other)?;
            self.buffer.extend(tag);
            let chunk = self.buffer.get(self.sealed..).unwrap_or_default();
            if !chunk.starts_with(&self.torn) {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "other bytes stand there already",
                ));
            }
            self.torn.clear();
            self.sealed = self.buffer.len();
        }
        Ok(rest)
    }

    /// The sealed chunks that wait to be written.
    pub(super) fn sealed(&self) -> &[u8] {
        self.buffer.get(..self.sealed).unwrap_or_default()
    }

    /// They were written.
    pub(super) fn forget_sealed(&mut self) {
        self.buffer.drain(..self.sealed);
        self.sealed = 0;
    }

    /// Whether all bytes have come.
    pub(super) fn is_whole(&self) -> bool {
        self.missing == 0
    }
}
