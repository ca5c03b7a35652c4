//! Two hundred readers that take nothing: the hub's memory stays bounded and a reader that reads gets everything.

use std::time::{Duration, Instant};

use lienthong_proto::v1;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use lienthong_proto::v1::subscribe_response::Content;

use super::Promise;
use super::hub::Hub;
use super::kit::{Failure, Keys, Orders, submitter};

const STALLED: usize = 200;
const CONNECTIONS: usize = 4;
const ORDERS: usize = 5_000;
const WRITERS: usize = 32;
const OPTIONS: [&str; 6] = [
    "--agency-streams",
    "500",
    "--agency-calls-per-second",
    "1000000",
    "--agency-burst",
    "1000000",
];
/// What the stalled readers may cost, bytes.
const MEMORY: u64 = 128 * 1024 * 1024;
/// The longest that the last order may take to the reader that reads.
const BEHIND: Duration = Duration::from_secs(5);

pub(crate) async fn run(keys: &Keys, orders: &Orders) -> Result<Vec<Promise>, Failure> {
    let hub = Hub::start(keys, &OPTIONS).await?;
    let mut stalled = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut mailbox = MailboxServiceClient::new(keys.bank.connect(&hub.address).await?);
        for number in 0..STALLED / CONNECTIONS {
            let ask = v1::SubscribeRequest {
                cursor: format!("stalled-{number}"),
                include_documents: true,
                ..Default::default()
            };
            stalled.push(mailbox.subscribe(ask).await?.into_inner());
        }
    }
    let mut reading = MailboxServiceClient::new(keys.bank.connect(&hub.address).await?);
    let ask = v1::SubscribeRequest {
        cursor: "reads".to_owned(),
        ..Default::default()
    };
    let mut stream = reading.subscribe(ask).await?.into_inner();
    let before = hub.memory()?;
    let reader = tokio::spawn(async move {
        let mut seen = 0;
        while seen < ORDERS {
            let message = stream.message().await?.ok_or("the stream ended")?;
            seen += usize::from(matches!(message.content, Some(Content::Entry(_))));
        }
        Ok::<_, Failure>(Instant::now())
    });
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let (mut client, orders) = (submitter(keys, &hub.address).await?, orders.clone());
        writers.push(tokio::spawn(async move {
            for number in (writer..ORDERS).step_by(WRITERS) {
                client.submit(orders.submit(&format!("readers-{number}"))).await?;
            }
            Ok::<_, Failure>(())
        }));
    }
    let mut most = before;
    for writer in writers {
        writer.await??;
        most = most.max(hub.memory()?);
    }
    let written = Instant::now();
    let read = tokio::time::timeout(Duration::from_mins(1), reader).await???;
    most = most.max(hub.memory()?);
    let behind = read.saturating_duration_since(written);
    drop(stalled);
    let mib = |bytes: u64| bytes as f64 / 1_048_576.0;
    Ok(vec![
        Promise {
            what: "200 readers that take nothing: memory is bounded",
            measured: format!("{:.0} MiB before, at most {:.0} MiB", mib(before), mib(most)),
            held: most < before + MEMORY,
        },
        Promise {
            what: "200 readers that take nothing: one that reads gets all",
            measured: format!(
                "{ORDERS} orders, the last {:.0} ms after it was written",
                behind.as_secs_f64() * 1e3
            ),
            held: behind < BEHIND,
        },
    ])
}
