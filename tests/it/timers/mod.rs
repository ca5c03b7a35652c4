//! What comes with time: each rung once, in its order, never early, whoever runs and stops.

mod ladder;
mod notices;
mod silence;
mod suspended;
mod world;
