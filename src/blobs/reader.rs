//! The bytes of a document, as they go out: opened where they stand, a few chunks at a time.

use std::fmt;
use std::io;
use std::pin::Pin;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::header::{HEADER, is_sealed, opened_size};
use crate::sealing::DataKey;
use crate::sealing::stream::{CHUNK, SEALED_CHUNK, Stream, TAG};

/// Chunks that are read at a time.
const CHUNKS: usize = 4;

/// Bytes as they stand in a file or object.
pub type Raw = Pin<Box<dyn AsyncRead + Send>>;

/// The bytes of a document, as they go out.
pub struct Reader {
    raw: Raw,
    /// None: it is not sealed.
    stream: Option<Stream>,
    size: u64,
    /// Plain bytes that have not been given.
    left: u64,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// `length` bytes stand in `raw`.
    ///
    /// # Errors
    /// `InvalidData` if it is no sealed document, though there is a key.
    pub(super) async fn open(mut raw: Raw, length: u64, key: Option<&DataKey>) -> io::Result<Self> {
        let (size, stream) = match key {
            None => (length, None),
            Some(key) => {
                let size = opened_size(length).ok_or_else(wrong)?;
                let mut header = [0; HEADER];
                raw.read_exact(&mut header).await?;
                if !is_sealed(&header) {
                    return Err(wrong());
                }
                (size, Some(Stream::new(key).map_err(io::Error::other)?))
            }
        };
        Ok(Self {
            raw,
            stream,
            size,
            left: size,
        })
    }

    /// How many bytes the document has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The next bytes, at most 64 KiB; none at the end.
    ///
    /// # Errors
    /// What the operating system or the bucket says; `UnexpectedEof` if bytes are missing, `InvalidData` if a chunk is not
    /// the one that was sealed there. Nothing of such a chunk is given.
    pub async fn next(&mut self) -> io::Result<Option<BytesMut>> {
        if self.left == 0 {
            return Ok(None);
        }
        let plain = usize::try_from(self.left).map_or(CHUNKS * CHUNK, |left| left.min(CHUNKS * CHUNK));
        let wanted = match self.stream {
            None => plain,
            Some(_) => plain + plain.div_ceil(CHUNK) * TAG,
        };
        let mut bytes = BytesMut::with_capacity(wanted);
        let mut limited = (&mut self.raw).take(u64::try_from(wanted).unwrap_or(u64::MAX));
        while bytes.len() < wanted {
            if limited.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.left -= u64::try_from(plain).unwrap_or(u64::MAX);
        if let Some(stream) = &mut self.stream {
            open_in(&mut bytes, stream, self.left == 0).ok_or_else(wrong)?;
        }
        Ok(Some(bytes))
    }
}

/// Opens all chunks in `bytes` and moves them together; the last of them may be the last of all.
fn open_in(bytes: &mut BytesMut, stream: &mut Stream, is_end: bool) -> Option<()> {
    let mut plain = 0;
    let count = bytes.len().div_ceil(SEALED_CHUNK);
    for number in 0..count {
        let start = number * SEALED_CHUNK;
        let end = bytes.len().min(start + SEALED_CHUNK);
        let sealed = bytes.get_mut(start..end)?;
        let is_last = is_end && number + 1 == count;
        let length = stream.open(sealed, is_last).ok()?.len();
        bytes.copy_within(start..start + length, plain);
        plain += length;
    }
    bytes.truncate(plain);
    Some(())
}

fn wrong() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not the document that was sealed")
}
