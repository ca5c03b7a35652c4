//! Randomness that repeats, and the moment at which every test begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lienthong::domain::ids::IdSource;
use lienthong::domain::operator::{Occasion, OsUser};
use lienthong::domain::time::{ManualClock, Timestamp};

/// A Friday morning in working hours: 2026-11-20 09:00 in Viet Nam.
pub(crate) const START: &str = "2026-11-20T09:00:00+07:00";

/// A clock that stands at [`START`].
pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(start()))
}

/// [`START`] as an instant.
pub(crate) fn start() -> Timestamp {
    Timestamp::parse_rfc3339(START).expect("RFC 3339")
}

/// Something done at [`START`] by an account of the tests.
pub(crate) fn occasion(seed: u64) -> Occasion {
    let by = OsUser {
        uid: 1_001,
        name: Some("van-hanh".to_owned()),
        login_uid: None,
        login_name: None,
    };
    Occasion::new(&*SeededIds::new(seed), start(), by)
}

/// Bytes that never repeat within a seed and are the same in every run (SplitMix64).
#[derive(Debug)]
pub(crate) struct SeededIds(AtomicU64);

impl SeededIds {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(seed << 40)))
    }
}

impl IdSource for SeededIds {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut word = self
                .0
                .fetch_add(1, Ordering::SeqCst)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_be_bytes()[..chunk.len()]);
        }
    }
}
