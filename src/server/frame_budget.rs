//! What one connection may send that moves no work on. The HTTP/2 library bounds what a connection may *hold*; how many
//! frames it may send that ask for nothing (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, resets, empty or unknown ones) it does
//! not bound, and each costs time on a thread that serves others, too.
//!
//! The budget is a balance in bytes. Every frame that comes costs [`FRAME`]; whatever is in it costs as much again, unless it
//! is a call's headers or data. Data that come, and the headers and data of answers that leave, earn. So a client that works
//! never comes near the end of its budget, however fast it is, and one that only makes noise is at the end within a moment.

use std::time::Duration;

use tokio::time::Instant;

/// Length of what a client sends before its first frame (RFC 9113 section 3.4).
const PREFACE: usize = 24;
/// Length of a frame's head (RFC 9113 section 4.1).
const HEAD: usize = 9;
/// Types of frames.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
/// What a frame costs or earns by itself, bytes.
const FRAME: u64 = 32;
/// How many seconds' worth of frames may come at once after a quiet time.
const BURST_SECONDS: u64 = 4;

/// Finds the frames in what passes through a connection in one direction.
#[derive(Debug)]
struct Frames {
    /// Bytes until the next head.
    skip: usize,
    head: [u8; HEAD],
    /// How many bytes of `head` have passed.
    filled: usize,
}

impl Frames {
    fn after(skip: usize) -> Self {
        Self {
            skip,
            head: [0; HEAD],
            filled: 0,
        }
    }

    /// Tells type and length of each frame whose head ends in `bytes`.
    fn pass(&mut self, mut bytes: &[u8], mut found: impl FnMut(u8, u64)) {
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            let wanted = self.head.get_mut(self.filled..).unwrap_or_default();
            let taken = wanted.len().min(bytes.len());
            let (now, later) = bytes.split_at(taken);
            for (place, byte) in wanted.iter_mut().zip(now) {
                *place = *byte;
            }
            self.filled += taken;
            bytes = later;
            if self.filled == HEAD {
                let [first, second, third, kind, ..] = self.head;
                let length = u32::from_be_bytes([0, first, second, third]);
                self.skip = usize::try_from(length).unwrap_or(usize::MAX);
                self.filled = 0;
                found(kind, length.into());
            }
        }
    }
}

/// The budget of one connection.
#[derive(Debug)]
pub(super) struct FrameBudget {
    incoming: Frames,
    outgoing: Frames,
    /// Whether the client has sent a frame.
    has_begun: bool,
    balance: u64,
    most: u64,
    bytes_per_second: u64,
    counted_at: Instant,
}

impl FrameBudget {
    /// For a new connection that may send so many frames a second that ask for nothing, in the long run.
    pub(super) fn new(frames_per_second: u32, now: Instant) -> Self {
        let bytes_per_second = u64::from(frames_per_second) * FRAME;
        let most = bytes_per_second * BURST_SECONDS;
        Self {
            incoming: Frames::after(PREFACE),
            outgoing: Frames::after(0),
            has_begun: false,
            balance: most,
            most,
            bytes_per_second,
            counted_at: now,
        }
    }

    /// Whether the client has sent a frame.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Counts what came. Gives whether the budget sufficed.
    pub(super) fn came(&mut self, bytes: &[u8], now: Instant) -> bool {
        self.earn_by_time(now);
        let (mut earned, mut spent) = (0_u64, 0_u64);
        self.incoming.pass(bytes, |kind, length| {
            self.has_begun = true;
            spent += FRAME;
            match kind {
                DATA => earned += length,
                HEADERS => {}
                _ => spent += length,
            }
        });
        let balance = self.balance.saturating_add(earned);
        self.balance = balance.saturating_sub(spent).min(self.most);
        balance >= spent
    }

    /// Counts what left.
    pub(super) fn left(&mut self, bytes: &[u8]) {
        let mut earned = 0_u64;
        self.outgoing.pass(bytes, |kind, length| {
            if matches!(kind, DATA | HEADERS) {
                earned += FRAME + FRAME.max(length);
            }
        });
        self.balance = self.balance.saturating_add(earned).min(self.most);
    }

    fn earn_by_time(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.counted_at);
        // Whole milliseconds, so that no part of one is lost.
        let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        self.counted_at += Duration::from_millis(millis);
        let earned = millis.saturating_mul(self.bytes_per_second) / 1_000;
        self.balance = self.balance.saturating_add(earned).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: u8 = 6;
    const WINDOW_UPDATE: u8 = 8;
    const A_SECOND: u32 = 1_000;

    fn frame(kind: u8, length: usize) -> Vec<u8> {
        let mut frame = u32::try_from(length).unwrap().to_be_bytes()[1..].to_vec();
        frame.extend([kind, 0, 0, 0, 0, 1]);
        frame.extend(vec![0xff; length]);
        frame
    }

    fn begun(now: Instant) -> FrameBudget {
        let mut budget = FrameBudget::new(A_SECOND, now);
        assert!(budget.came(&[b'P'; PREFACE], now) && !budget.has_begun());
        budget
    }

    /// How many of these frames are taken at once.
    fn taken(budget: &mut FrameBudget, frame: &[u8], now: Instant) -> u32 {
        (0..1_000_000).find(|_| !budget.came(frame, now)).unwrap()
    }

    #[test]
    fn frames_are_found_however_the_bytes_are_cut() {
        let bytes = [frame(DATA, 300), frame(PING, 8), frame(HEADERS, 0), frame(DATA, 70_000)].concat();
        for size in [1, 2, 7, 9, 10, 1_000, bytes.len()] {
            let (mut frames, mut found) = (Frames::after(0), Vec::new());
            for piece in bytes.chunks(size) {
                frames.pass(piece, |kind, length| found.push((kind, length)));
            }
            assert_eq!(found, [(DATA, 300), (PING, 8), (HEADERS, 0), (DATA, 70_000)], "{size}");
        }
    }

    #[test]
    fn noise_uses_the_budget_up_and_time_gives_it_back_at_the_rate() {
        let start = Instant::now();
        let mut budget = begun(start);
        let empty = frame(PING, 0);
        assert_eq!(taken(&mut budget, &empty, start), 4 * A_SECOND);
        assert_eq!(taken(&mut budget, &empty, start + Duration::from_secs(1)), A_SECOND);
        assert_eq!(
            taken(&mut budget, &empty, start + Duration::from_hours(1)),
            4 * A_SECOND
        );
        let mut others = begun(start);
        assert!(
            taken(&mut others, &frame(0xfa, 16_000), start) < 10,
            "what is in them counts"
        );
        assert!(others.has_begun());
    }

    #[test]
    fn a_client_that_works_is_never_cut() {
        let start = Instant::now();
        let call = [
            frame(HEADERS, 700),
            frame(DATA, 7),
            frame(DATA, 0),
            frame(WINDOW_UPDATE, 4),
        ]
        .concat();
        let answer = [frame(HEADERS, 20), frame(DATA, 5), frame(HEADERS, 10)].concat();
        let upload = [frame(DATA, 16_384), frame(PING, 8)].concat();
        let mut budget = begun(start);
        for _ in 0..100_000 {
            assert!(budget.came(&call, start) && budget.came(&upload, start));
            budget.left(&answer);
        }
        let mut download = begun(start);
        for _ in 0..100_000 {
            download.left(&frame(DATA, 1_000));
            assert!(download.came(&[frame(WINDOW_UPDATE, 4), frame(PING, 8)].concat(), start));
        }
    }

    #[test]
    fn answers_to_noise_earn_nothing() {
        let start = Instant::now();
        let mut budget = begun(start);
        let mut turns = 0;
        while budget.came(&frame(PING, 8), start) {
            budget.left(&frame(PING, 8));
            turns += 1;
        }
        assert_eq!(turns, 4 * A_SECOND * 32 / 40);
    }
}
