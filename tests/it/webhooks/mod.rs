//! Webhooks against real receivers: signatures that others check, order, retries, whatever a receiver may do wrong, and addresses that
//! must not be called.

mod abuse;
mod command;
mod delivering;
mod killed;
mod receiver;
mod registry;
mod signatures;
mod world;

use std::time::Duration;

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until it holds.
async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    until_within(PATIENCE, what, holds).await;
}

/// The same with another patience.
async fn until_within<F: Future<Output = bool>>(patience: Duration, what: &str, holds: impl Fn() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(patience, waiting).await.is_ok(), "{what}");
}
