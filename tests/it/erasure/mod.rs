//! Erasing content: over real mTLS, eleven years later by the clock of the tests. What may go and what not, by whom, what goes
//! with it, and what stays provable.

mod hindrances;
mod life;
mod rests;
mod shared;
mod verified;
mod world;
