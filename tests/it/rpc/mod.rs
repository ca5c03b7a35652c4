//! The hub from outside: every RPC over real mTLS, with the right keys and with all the wrong ones.

mod bad_input;
mod calendar;
mod documents;
mod drain;
mod identity;
mod life;
mod matrix;
mod measures;
mod messages;
mod registers;
mod same_key;
mod start;
mod table;
