//! What comes with time: each rung once, in its order, never early, whoever runs and stops.

mod agreed;
mod beside;
mod ladder;
mod minutes;
mod notices;
mod silence;
mod storm;
mod suspended;
mod world;
