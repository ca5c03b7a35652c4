//! The integration tests: store, ledger and RPCs of a real hub, each on SQLite and on PostgreSQL (tests/README.md).

#[cfg(test)]
mod chaos;
#[cfg(test)]
#[macro_use]
mod harness;
#[cfg(test)]
mod bundle;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod content;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod keep;
#[cfg(test)]
#[path = "../kit/mod.rs"]
mod kit;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod ops;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod rpc;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod store;
#[cfg(test)]
mod supervision;
#[cfg(test)]
mod timers;
#[cfg(test)]
mod tracking;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod witness;
