//! The integration tests: store, ledger and RPCs of a real hub, each on SQLite and on PostgreSQL (tests/README.md).

#[cfg(test)]
#[macro_use]
mod harness;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod store;
