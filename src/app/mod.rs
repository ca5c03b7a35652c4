//! The use cases. Every way into the hub (gRPC, pages, timers) comes through here; every write goes to the ledger.

pub mod ledger;
