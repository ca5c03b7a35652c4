//! Signed documents over real mTLS: what is taken, what is refused with which reason, and what time does to signatures.

mod bad;
mod judged;
mod retries;
mod times;
mod world;
