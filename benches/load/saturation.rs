//! Five times what the ledger can carry, from callers who heed no hint: what it carries must not become less.
//!
//! The ledger is made slow (one command in a transaction), so that a client on the same machine can offer five times as
//! much without taking the machine for itself.

use std::time::Duration;

use lienthong::client::channel::HubChannel;
use lienthong_proto::v1::request_service_client::RequestServiceClient;

use super::Promise;
use super::hub::Hub;
use super::kit::{Failure, Keys, Orders, submitter};
use super::stream_of_calls::{Outcome, at_rate};

const OPTIONS: [&str; 8] = [
    "--ledger-batch",
    "1",
    "--agency-calls-per-second",
    "1000000",
    "--agency-burst",
    "1000000",
    "--agency-calls",
    "100000",
];
const CONNECTIONS: usize = 16;

pub(crate) async fn run(keys: &Keys, orders: &Orders, duration: Duration) -> Result<Vec<Promise>, Failure> {
    let hub = Hub::start(keys, &OPTIONS).await?;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(submitter(keys, &hub.address).await?);
    }
    // Found by offering a little more each time, until more is not carried.
    let (mut offered, mut peak) = (200.0, 0.0_f64);
    for step in 0..12 {
        let outcome = offer(
            &clients,
            orders,
            &format!("peak-{step}"),
            offered,
            Duration::from_secs(3),
        )
        .await?;
        peak = peak.max(outcome.per_second());
        if outcome.per_second() < 0.8 * offered {
            break;
        }
        offered *= 1.5;
    }
    let over = offer(&clients, orders, "over", 5.0 * peak, duration).await?;
    let ratio = over.per_second() / peak;
    Ok(vec![
        Promise {
            what: "5 x saturation: at least 0.9 of the peak is carried",
            measured: format!("{ratio:.2} of {peak:.0} a second"),
            held: ratio >= 0.9,
        },
        Promise {
            what: "5 x saturation: the rest is refused quickly, each with a time to come again",
            measured: format!(
                "{} refused, p99 {:.1} ms; {} otherwise",
                over.shed,
                over.shed_p99(),
                over.failed
            ),
            held: over.shed > 0 && over.failed == 0 && over.shed_p99() < 500.0,
        },
    ])
}

async fn offer(
    clients: &[RequestServiceClient<HubChannel>],
    orders: &Orders,
    run: &str,
    per_second: f64,
    duration: Duration,
) -> Result<Outcome, Failure> {
    at_rate(per_second, duration, |number| {
        let place = usize::try_from(number).unwrap_or_default() % clients.len();
        let mut client = clients[place].clone();
        let order = orders.submit(&format!("load-{run}-{number}"));
        async move { client.submit(order).await.map(drop) }
    })
    .await
}
