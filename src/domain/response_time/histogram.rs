//! Durations by size, in buckets of whole seconds: counts are exact, sums of two are those of both, and a percentile is told with an
//! error of at most 1/16.
//!
//! Bucket 0 to 7 hold 0 to 7 seconds. Above, each octave (2^e to 2^(e+1) seconds) is cut into eight of the same width, so a bucket
//! is at most an eighth as wide as its first value is large, and its middle lies within a sixteenth of every value in it.

use std::collections::BTreeMap;

/// Buckets of an octave, as a power of two.
const BITS: u32 = 3;
const BUCKETS: u64 = 1 << BITS;

/// How often which duration occurred.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<u64, u64>);

/// Bytes that are no packed histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a packed histogram")]
pub struct MalformedHistogram;

impl Histogram {
    /// Adds one duration; below 0 counts as 0.
    pub fn add(&mut self, seconds: i64) {
        let seconds = u64::try_from(seconds).unwrap_or_default();
        *self.0.entry(bucket(seconds)).or_default() += 1;
    }

    /// Adds everything of another.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.0 {
            let sum = self.0.entry(*bucket).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// How many durations it holds.
    pub fn count(&self) -> u64 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The duration, in seconds, that `percent` of all (0 to 100) do not exceed: the middle of its bucket. None if it is empty.
    pub fn percentile(&self, percent: u32) -> Option<u64> {
        let count = self.count();
        let rank = (count.saturating_mul(percent.into()))
            .div_ceil(100)
            .clamp(1, count.max(1));
        let mut seen: u64 = 0;
        let found = self.0.iter().find(|(_, count)| {
            seen = seen.saturating_add(**count);
            seen >= rank
        });
        found.map(|(bucket, _)| middle(*bucket))
    }

    /// Packed: for each bucket, in order, how far it lies behind the one before and how many there are, as LEB128 numbers.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 2);
        let mut before = 0;
        for (bucket, count) in &self.0 {
            put(&mut bytes, bucket - before);
            put(&mut bytes, *count);
            before = *bucket;
        }
        bytes
    }

    /// What [`Self::to_bytes`] packed.
    ///
    /// # Errors
    /// Bytes that it never makes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedHistogram> {
        let mut histogram = Self::default();
        let (mut rest, mut before) = (bytes, 0_u64);
        while !rest.is_empty() {
            let (step, after) = take(rest)?;
            let (count, after) = take(after)?;
            let is_first = histogram.0.is_empty();
            let next = before.checked_add(step).ok_or(MalformedHistogram)?;
            if count == 0 || (step == 0 && !is_first) || next > bucket(u64::MAX) {
                return Err(MalformedHistogram);
            }
            histogram.0.insert(next, count);
            (rest, before) = (after, next);
        }
        Ok(histogram)
    }
}

fn bucket(seconds: u64) -> u64 {
    if seconds < BUCKETS {
        return seconds;
    }
    let octave = seconds.ilog2() - BITS;
    (u64::from(octave) + 1) * BUCKETS + ((seconds >> octave) & (BUCKETS - 1))
}

fn middle(bucket: u64) -> u64 {
    let Some(octave) = (bucket / BUCKETS).checked_sub(1) else {
        return bucket;
    };
    let octave = u32::try_from(octave).unwrap_or(u32::MAX);
    let first = (BUCKETS + bucket % BUCKETS).checked_shl(octave).unwrap_or(u64::MAX);
    let width = 1_u64.checked_shl(octave).unwrap_or(u64::MAX);
    first.saturating_add(width / 2)
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return;
        }
    }
}

fn take(bytes: &[u8]) -> Result<(u64, &[u8]), MalformedHistogram> {
    let mut number = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        let shift = u32::try_from(index * 7).map_err(|_large| MalformedHistogram)?;
        let part = u64::from(byte & 0x7f);
        let placed = part.checked_shl(shift).filter(|placed| placed >> shift == part);
        number |= placed.ok_or(MalformedHistogram)?;
        if byte & 0x80 == 0 {
            // One number has one form.
            let is_padded = *byte == 0 && index > 0;
            let rest = bytes.get(index + 1..).unwrap_or_default();
            return if is_padded {
                Err(MalformedHistogram)
            } else {
                Ok((number, rest))
            };
        }
    }
    Err(MalformedHistogram)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(seconds: &[i64]) -> Histogram {
        let mut histogram = Histogram::default();
        for seconds in seconds {
            histogram.add(*seconds);
        }
        histogram
    }

    #[test]
    fn buckets_are_whole_numbers_in_order_and_eight_an_octave() {
        let numbers: Vec<u64> = [0, 1, 7, 8, 15, 16, 17, 18, 31, 32, 60, 3_600].map(bucket).to_vec();
        assert_eq!(numbers, [0, 1, 7, 8, 15, 16, 16, 17, 23, 24, 31, 78]);
        assert_eq!(bucket(u64::MAX), 495);
        for number in 0..=495 {
            assert_eq!(bucket(middle(number)), number);
        }
    }

    #[test]
    fn nothing_has_no_percentile_and_one_is_every_percentile() {
        assert_eq!(of(&[]).percentile(50), None);
        for percent in [0, 1, 50, 99, 100] {
            assert_eq!(of(&[5]).percentile(percent), Some(5));
        }
        let hundred: Vec<i64> = (1..=100).collect();
        assert_eq!(of(&hundred[..7]).percentile(50), Some(4));
        assert_eq!(of(&hundred[..7]).percentile(99), Some(7));
    }

    #[test]
    fn bytes_that_it_never_makes_are_refused() {
        for wrong in [
            &[1][..],
            &[1, 0],
            &[1, 1, 0, 1],
            &[0x80, 0, 1],
            &[0xff; 22],
            &[0xf0, 0x03, 1],
        ] {
            assert_eq!(Histogram::from_bytes(wrong), Err(MalformedHistogram), "{wrong:?}");
        }
        assert_eq!(Histogram::from_bytes(&[]), Ok(Histogram::default()));
    }

    proptest! {
        #[test]
        fn a_percentile_is_within_a_sixteenth_of_the_exact_one(
            mut seconds in prop::collection::vec(0_i64..400_000_000, 1..200),
            percent in 1_usize..=100,
        ) {
            let histogram = of(&seconds);
            seconds.sort_unstable();
            let rank = (seconds.len() * percent).div_ceil(100).max(1);
            let exact = seconds[rank - 1];
            let told = i64::try_from(histogram.percentile(u32::try_from(percent).unwrap()).unwrap()).unwrap();
            prop_assert!((told - exact).abs() * 16 <= exact, "{told} for {exact}");
            prop_assert_eq!(usize::try_from(histogram.count()).unwrap(), seconds.len());
        }

        #[test]
        fn packed_and_merged_it_is_what_it_would_be_of_all(
            left in prop::collection::vec(any::<i64>(), 0..50),
            right in prop::collection::vec(0_i64..1_000_000, 0..50),
        ) {
            let all: Vec<i64> = left.iter().chain(&right).copied().collect();
            let unpacked = |seconds: &[i64]| Histogram::from_bytes(&of(seconds).to_bytes()).unwrap();
            let mut merged = unpacked(&left);
            merged.merge(&unpacked(&right));
            prop_assert_eq!(merged.to_bytes(), of(&all).to_bytes());
        }
    }
}
