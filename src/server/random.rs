//! Randomness from the operating system, the one place that draws it.

use crate::domain::ids::IdSource;

/// The operating system's random generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl IdSource for OsRandom {
    #[expect(clippy::disallowed_methods, reason = "the only real implementation of IdSource")]
    #[expect(
        clippy::expect_used,
        reason = "without randomness no id and no salt may be made; the kernel's generator fails only before it is seeded"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        aws_lc_rs::rand::fill(buffer).expect("the operating system gives random bytes");
    }
}
