//! Numbers that look random and come again with the seed.

use std::time::Duration;

/// The dice of one task (xorshift).
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of task number `task` of the storm with this seed.
    pub(crate) fn new(seed: u64, task: usize) -> Self {
        let task = u64::try_from(task).expect("small");
        let mixed = (seed ^ task.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        // Zero would stay zero.
        Self((mixed ^ (mixed >> 31)) | 1)
    }

    pub(crate) fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 8) % sides
    }

    /// True once in `times`.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A place in a list of so many.
    pub(crate) fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(u64::try_from(count).expect("small"))).expect("small")
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.place(among.len())]
    }

    pub(crate) fn millis_below(&mut self, millis: u64) -> Duration {
        Duration::from_millis(self.below(millis))
    }
}
