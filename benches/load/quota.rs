//! One agency at ten times its quota: the others must not notice.

use std::time::Duration;

use lienthong_proto::v1;
use lienthong_proto::v1::request_service_client::RequestServiceClient;

use super::Promise;
use super::hub::Hub;
use super::kit::{Failure, Keys, Orders, submitter};
use super::stream_of_calls::{Outcome, at_rate};

/// What one agency may ask for, calls a second.
const QUOTA: f64 = 200.0;
const OPTIONS: [&str; 4] = ["--agency-calls-per-second", "200", "--agency-burst", "200"];
/// What the other agency asks for, calls a second.
const OTHER: f64 = 100.0;

pub(crate) async fn run(keys: &Keys, orders: &Orders, duration: Duration) -> Result<Vec<Promise>, Failure> {
    let hub = Hub::start(keys, &OPTIONS).await?;
    let flooding = submitter(keys, &hub.address).await?;
    let quiet = RequestServiceClient::new(keys.bank.connect(&hub.address).await?);
    let others = async |duration| -> Result<Outcome, Failure> {
        at_rate(OTHER, duration, |_| {
            let mut client = quiet.clone();
            let page = v1::ListRequest {
                page_size: 10,
                ..Default::default()
            };
            async move { client.list(page).await.map(drop) }
        })
        .await
    };
    let alone = others(duration / 2).await?;
    let flood = at_rate(10.0 * QUOTA, duration, |number| {
        let mut client = flooding.clone();
        let order = orders.submit(&format!("over-quota-{number}"));
        async move { client.submit(order).await.map(drop) }
    });
    let (flood, beside) = tokio::join!(flood, others(duration));
    let (flood, beside) = (flood?, beside?);
    let wrong = beside.shed + beside.failed;
    let all = beside.accepted + wrong;
    let share = wrong as f64 / all.max(1) as f64;
    Ok(vec![
        Promise {
            what: "one agency at 10 x its quota: it gets what it may have",
            measured: format!(
                "{:.0} a second of {QUOTA:.0}, {} refused, {} otherwise",
                flood.per_second(),
                flood.shed,
                flood.failed
            ),
            held: flood.per_second() < 1.2 * QUOTA && flood.shed > 0 && flood.failed == 0,
        },
        Promise {
            what: "one agency at 10 x its quota: others have less than 0.1 % errors",
            measured: format!(
                "{wrong} of {all}; p99 {:.1} ms, {:.1} ms alone",
                beside.p99(),
                alone.p99()
            ),
            held: share < 0.001 && all > 100,
        },
    ])
}
