//! Whole lives of requests, one sort at a time, over real mTLS on both databases: what the parties do, what the clocks
//! say of it, what is held, what the mailboxes bring. Dates are counted by hand: 20/11/2026 is a Friday, 24/11/2026 a day
//! off.

mod attachments;
mod checked;
mod copies;
mod debit;
mod deduction;
mod followed;
mod freeze;
mod holds;
mod information;
mod judgment;
pub(crate) mod life;
mod outcomes;
mod paper;
mod places;
mod police;
mod release;
mod succession;
mod suspension;
mod times;
mod tracked;
pub(crate) mod world;
