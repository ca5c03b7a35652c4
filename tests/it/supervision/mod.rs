//! Supervision: who sees how much of whose requests, that each look is an entry before it is answered, and who is told of it.

mod agree;
mod reads;
mod seen;
mod statistics;
mod times;
mod traces;
mod world;
