//! The hub from outside: every RPC over real mTLS, with the right keys and with all the wrong ones.

mod bad_input;
mod calendar;
mod cases;
mod clocks;
mod drain;
mod erasing;
mod identity;
mod life;
mod matrix;
pub(crate) mod measures;
mod messages;
mod noticing;
mod registers;
mod report_books;
mod reports;
pub(crate) mod same_key;
mod start;
mod supervised;
pub(crate) mod table;
mod tracking;
mod webhooks;
