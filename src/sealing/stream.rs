//! Long content, sealed in chunks: each can be sealed and opened by itself, none can be changed, left out, moved, or added at
//! the end without being found. It is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and
//! its Nonce-Reuse Misuse-Resistance", 2015), which age uses too: the nonce of a chunk says which one it is and whether it
//! is the last. There is no I/O here.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::DataKey;

/// Plain bytes of every chunk but the last, which has the rest: at least one, unless there is nothing at all.
pub const CHUNK: usize = 16 * 1024;
/// By how many bytes a chunk is longer when it is sealed.
pub const TAG: usize = 16;
/// Sealed bytes of every chunk but the last.
pub const SEALED_CHUNK: usize = CHUNK + TAG;

/// What the nonce of a chunk begins with. A body that is sealed with the same key begins with another byte.
const OF_CHUNKS: u8 = 1;

const CHUNK_U64: u64 = 16 * 1024;
const TAG_U64: u64 = 16;
const SEALED_CHUNK_U64: u64 = CHUNK_U64 + TAG_U64;

/// How many bytes `plain` bytes are when they are sealed.
pub const fn sealed_len(plain: u64) -> u64 {
    let chunks = if plain == 0 { 1 } else { plain.div_ceil(CHUNK_U64) };
    plain.saturating_add(chunks.saturating_mul(TAG_U64))
}

/// How many bytes `sealed` bytes were; none if no content is of so many bytes when it is sealed.
pub fn plain_len(sealed: u64) -> Option<u64> {
    let chunks = sealed.div_ceil(SEALED_CHUNK_U64);
    let plain = sealed.checked_sub(chunks * TAG_U64)?;
    (sealed_len(plain) == sealed).then_some(plain)
}

/// How many plain bytes stand in the whole chunks of `sealed` bytes.
pub const fn whole_chunks(sealed: u64) -> u64 {
    sealed / SEALED_CHUNK_U64 * CHUNK_U64
}

/// A chunk is not the one that was sealed at this place with this key; or there are more than can be numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the chunk is not the one that was sealed here")]
pub struct WrongChunk;

/// The chunks of one content, one after the other.
#[derive(Debug)]
pub struct Stream {
    key: LessSafeKey,
    next: u64,
}

impl Stream {
    /// From the first chunk on.
    ///
    /// # Errors
    /// [`WrongChunk`] if the key cannot be used.
    pub fn new(key: &DataKey) -> Result<Self, WrongChunk> {
        let key = UnboundKey::new(&AES_256_GCM, key.bytes()).map_err(|_unspecified| WrongChunk)?;
        Ok(Self {
            key: LessSafeKey::new(key),
            next: 0,
        })
    }

    /// Seals the next chunk where it stands; gives its tag, which stands behind it. Unless it is the last, it has [`CHUNK`]
    /// bytes.
    ///
    /// # Errors
    /// [`WrongChunk`] for one of another length.
    pub fn seal(&mut self, chunk: &mut [u8], is_last: bool) -> Result<[u8; TAG], WrongChunk> {
        if chunk.len() > CHUNK || (chunk.len() < CHUNK && !is_last) {
            return Err(WrongChunk);
        }
        let nonce = self.nonce(is_last)?;
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::empty(), chunk);
        let tag = tag.map_err(|_unspecified| WrongChunk)?;
        tag.as_ref().try_into().map_err(|_length| WrongChunk)
    }

    /// Opens the next chunk where it stands, its tag behind it; gives its plain bytes.
    ///
    /// # Errors
    /// [`WrongChunk`]; what stands there then must not be used.
    pub fn open<'a>(&mut self, sealed: &'a mut [u8], is_last: bool) -> Result<&'a mut [u8], WrongChunk> {
        let nonce = self.nonce(is_last)?;
        let opened = self.key.open_in_place(nonce, Aad::empty(), sealed);
        opened.map_err(|_unspecified| WrongChunk)
    }

    /// `1 0 0 ‖ number of the chunk, 8 bytes ‖ whether it is the last`.
    fn nonce(&mut self, is_last: bool) -> Result<Nonce, WrongChunk> {
        let mut nonce = [0; NONCE_LEN];
        let [kind, _, _, number @ .., last] = &mut nonce;
        *kind = OF_CHUNKS;
        number.copy_from_slice(&self.next.to_be_bytes());
        *last = u8::from(is_last);
        self.next = self.next.checked_add(1).ok_or(WrongChunk)?;
        Ok(Nonce::assume_unique_for_key(nonce))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sealed(key: &DataKey, content: &[u8]) -> Vec<Vec<u8>> {
        let mut stream = Stream::new(key).unwrap();
        let mut chunks: Vec<Vec<u8>> = content.chunks(CHUNK).map(<[u8]>::to_vec).collect();
        if chunks.is_empty() {
            chunks.push(Vec::new());
        }
        let last = chunks.len() - 1;
        for (number, chunk) in chunks.iter_mut().enumerate() {
            let tag = stream.seal(chunk, number == last).unwrap();
            chunk.extend(tag);
        }
        chunks
    }

    /// Opens what stands in a file: which chunk is the last is told by where the file ends.
    fn opened(key: &DataKey, file: &[u8]) -> Result<Vec<u8>, WrongChunk> {
        let mut stream = Stream::new(key).unwrap();
        let mut content = Vec::new();
        let chunks = file.chunks(SEALED_CHUNK);
        let count = chunks.len();
        for (number, chunk) in chunks.enumerate() {
            let mut chunk = chunk.to_vec();
            content.extend_from_slice(stream.open(&mut chunk, number + 1 == count)?);
        }
        if count == 0 { Err(WrongChunk) } else { Ok(content) }
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect()
    }

    fn key(number: u8) -> DataKey {
        DataKey::new([number; 32])
    }

    const LENGTHS: [usize; 8] = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 7, 5 * CHUNK];

    #[test]
    fn content_of_every_length_comes_back_and_its_length_can_be_told_sealed() {
        for length in LENGTHS {
            let content = content(length);
            let file = sealed(&key(1), &content).concat();
            assert_eq!(opened(&key(1), &file), Ok(content), "{length}");
            let (length, file) = (u64::try_from(length).unwrap(), u64::try_from(file.len()).unwrap());
            assert_eq!((sealed_len(length), plain_len(file)), (file, Some(length)));
        }
        for length in [0, 1, 15, SEALED_CHUNK_U64 + 1, SEALED_CHUNK_U64 + 16] {
            assert_eq!(plain_len(length), None, "{length}");
        }
        assert_eq!(whole_chunks(SEALED_CHUNK_U64 * 3 - 1), 2 * CHUNK_U64);
    }

    #[test]
    fn a_file_that_ends_elsewhere_is_refused() {
        for length in LENGTHS {
            let chunks = sealed(&key(1), &content(length));
            for count in 0..chunks.len() {
                assert_eq!(
                    opened(&key(1), &chunks[..count].concat()),
                    Err(WrongChunk),
                    "{count} of {length}"
                );
            }
            for more in [
                vec![0; 1],
                vec![0; TAG],
                chunks[0].clone(),
                chunks[chunks.len() - 1].clone(),
            ] {
                let longer = [chunks.concat(), more].concat();
                assert_eq!(opened(&key(1), &longer), Err(WrongChunk), "{length}");
            }
        }
    }

    #[test]
    fn a_chunk_of_another_file_or_key_is_refused_even_at_its_own_place() {
        let (ours, theirs) = (
            sealed(&key(1), &content(4 * CHUNK)),
            sealed(&key(2), &content(4 * CHUNK)),
        );
        for place in 0..4 {
            let mut mixed = ours.clone();
            mixed[place].clone_from(&theirs[place]);
            assert_eq!(opened(&key(1), &mixed.concat()), Err(WrongChunk), "{place}");
        }
        assert_eq!(opened(&key(2), &ours.concat()), Err(WrongChunk));
    }

    #[test]
    fn a_chunk_that_is_not_the_last_is_full() {
        let mut stream = Stream::new(&key(1)).unwrap();
        assert_eq!(stream.seal(&mut content(CHUNK - 1), false), Err(WrongChunk));
        assert_eq!(stream.seal(&mut content(CHUNK + 1), true), Err(WrongChunk));
        assert!(stream.seal(&mut content(CHUNK), false).is_ok());
    }

    #[test]
    fn no_two_chunks_have_one_nonce_and_none_has_that_of_a_body() {
        let mut stream = Stream::new(&key(1)).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for next in [0, 1, 255, 256, u64::MAX - 1] {
            for is_last in [false, true] {
                stream.next = next;
                let nonce = *stream.nonce(is_last).unwrap().as_ref();
                assert!(nonce[0] == OF_CHUNKS && seen.insert(nonce));
            }
        }
        stream.next = u64::MAX;
        assert!(stream.nonce(false).is_err(), "numbers do not begin again");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn chunks_in_another_order_or_left_out_or_twice_are_refused(
            length in 1..6 * CHUNK,
            order in prop::collection::vec(0_usize..6, 1..7),
        ) {
            let content = content(length);
            let chunks = sealed(&key(1), &content);
            let order: Vec<usize> = order.into_iter().filter(|place| *place < chunks.len()).collect();
            let file: Vec<u8> = order.iter().flat_map(|place| chunks[*place].clone()).collect();
            let is_whole = order.iter().copied().eq(0..chunks.len());
            prop_assert_eq!(opened(&key(1), &file).is_ok(), is_whole);
        }

        #[test]
        fn a_bit_that_flips_is_found(length in 1..3 * CHUNK, place in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let mut file = sealed(&key(1), &content(length)).concat();
            let place = place.index(file.len());
            file[place] ^= 1 << bit;
            prop_assert_eq!(opened(&key(1), &file), Err(WrongChunk));
        }

        #[test]
        fn a_file_that_was_cut_is_found(length in 1..4 * CHUNK, end in any::<prop::sample::Index>()) {
            let file = sealed(&key(1), &content(length)).concat();
            let end = end.index(file.len());
            prop_assert_eq!(opened(&key(1), &file[..end]), Err(WrongChunk));
        }
    }
}
