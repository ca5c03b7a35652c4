//! What comes with time: each rung once, in its order, never early, whoever runs and stops.

mod beside;
mod ladder;
mod notices;
mod storm;
mod world;
