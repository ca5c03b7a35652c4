//! What stands before the chunks of a sealed document: that it is one, and, while it is unfinished, its wrapped key. So any
//! hub that shares the folder and knows the master key can go on with it. Once the document is whole, the key stands with
//! its entry alone, where it can be erased; what stood here is overwritten with zeros.

use std::io;

use crate::sealing::{MasterId, WrappedKey, stream};

/// Bytes before the first chunk. There is room for keys that are wrapped elsewhere, by a service.
pub(super) const HEADER: usize = 512;
const HEADER_U64: u64 = 512;
/// What a sealed document begins with; the last byte is the version.
const MAGIC: &[u8] = b"LTDOC\0\0\x01";

/// A header's bytes.
pub(super) type Header = [u8; HEADER];

/// How many bytes the file or object of a document of `size` bytes has if it is sealed.
pub const fn sealed_size(size: u64) -> u64 {
    stream::sealed_len(size).saturating_add(HEADER_U64)
}

/// How many bytes a sealed document of `length` bytes has when it is opened; none if no document is of that length.
pub(super) fn opened_size(length: u64) -> Option<u64> {
    stream::plain_len(length.checked_sub(HEADER_U64)?)
}

/// How many plain bytes of an upload of `size` bytes are there if its file has `length`: all, or those of its whole chunks.
pub(super) fn received(length: u64, size: u64) -> u64 {
    if length == sealed_size(size) {
        size
    } else {
        stream::whole_chunks(length.saturating_sub(HEADER_U64)).min(size)
    }
}

/// Of a whole document.
pub(super) fn bare() -> Header {
    let mut header = [0; HEADER];
    if let Some(magic) = header.get_mut(..MAGIC.len()) {
        magic.copy_from_slice(MAGIC);
    }
    header
}

/// Of an unfinished document: `magic ‖ length, 1 ‖ master ‖ length, 2 ‖ wrapped key ‖ zeros`.
///
/// # Errors
/// `InvalidInput` if the wrapped key is too long.
pub(super) fn with_key(wrapped: &WrappedKey) -> io::Result<Header> {
    let too_long = |_length| io::Error::from(io::ErrorKind::InvalidInput);
    let (master, key) = (wrapped.master.as_str().as_bytes(), &wrapped.bytes);
    let mut bytes = MAGIC.to_vec();
    bytes.push(u8::try_from(master.len()).map_err(too_long)?);
    bytes.extend_from_slice(master);
    bytes.extend(u16::try_from(key.len()).map_err(too_long)?.to_be_bytes());
    bytes.extend_from_slice(key);
    let mut header = [0; HEADER];
    let room = header.get_mut(..bytes.len());
    room.ok_or(io::ErrorKind::InvalidInput)?.copy_from_slice(&bytes);
    Ok(header)
}

/// Whether a file that begins so is one whose key was taken out of it.
pub(super) fn has_no_key(header: &Header) -> bool {
    *header == bare()
}

/// Whether a file that begins so is a sealed document.
pub(super) fn is_sealed(header: &Header) -> bool {
    header.starts_with(MAGIC)
}

/// The wrapped key of an unfinished document; none if there is none, or this is something else.
pub(super) fn key_of(header: &Header) -> Option<WrappedKey> {
    let rest = header.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_first()?;
    let (master, rest) = rest.split_at_checked(usize::from(*length))?;
    let (length, rest) = rest.split_first_chunk()?;
    let key = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    Some(WrappedKey {
        master: MasterId::parse(std::str::from_utf8(master).ok()?).ok()?,
        bytes: key.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(length: usize) -> WrappedKey {
        WrappedKey {
            master: MasterId::parse("0123456789abcdef").unwrap(),
            bytes: vec![7; length],
        }
    }

    #[test]
    fn a_header_tells_its_key_and_that_of_a_whole_document_tells_none() {
        for length in [60, 1, 485] {
            let wrapped = wrapped(length);
            let header = with_key(&wrapped).unwrap();
            assert!(is_sealed(&header));
            assert_eq!(key_of(&header), Some(wrapped));
        }
        assert!(is_sealed(&bare()) && key_of(&bare()).is_none() && has_no_key(&bare()));
        assert!(!has_no_key(&with_key(&wrapped(60)).unwrap()));
        assert!(bare().iter().skip(MAGIC.len()).all(|byte| *byte == 0));
        for too_long in [486, 70_000] {
            with_key(&wrapped(too_long)).unwrap_err();
        }
    }

    #[test]
    fn what_is_no_header_of_ours_tells_no_key() {
        let sound = with_key(&wrapped(60)).unwrap();
        for (place, byte) in [(0, b'%'), (7, 2), (8, 15), (8, 255), (9, b'x'), (25, 255)] {
            let mut other = sound;
            other[place] = byte;
            assert_eq!(key_of(&other), None, "{place}");
        }
        assert!(!is_sealed(&[0; HEADER]) && key_of(&[0xff; HEADER]).is_none());
    }

    #[test]
    fn whole_chunks_count_as_received_and_the_last_one_if_it_is_there() {
        let (chunk, sealed) = (16_384, 16_400);
        for (size, length, expected) in [
            (40_000, 0, 0),
            (40_000, 512, 0),
            (40_000, 512 + sealed - 1, 0),
            (40_000, 512 + sealed, chunk),
            (40_000, 512 + sealed + 9, chunk),
            (40_000, 512 + 2 * sealed + 40_000 - 2 * chunk + 15, 2 * chunk),
            (40_000, 512 + 2 * sealed + 40_000 - 2 * chunk + 16, 40_000),
            (2 * chunk, 512 + 2 * sealed - 1, chunk),
            (2 * chunk, 512 + 2 * sealed, 2 * chunk),
            (5, 512 + 5, 0),
            (5, 512 + 21, 5),
        ] {
            assert_eq!(received(length, size), expected, "{length} of {size}");
        }
        assert_eq!(opened_size(sealed_size(40_000)), Some(40_000));
        assert_eq!((opened_size(511), opened_size(512 + 15)), (None, None));
    }
}
