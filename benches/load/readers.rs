//! Two hundred readers that take nothing: the hub's memory stays bounded, and a reader that reads gets everything as soon as
//! without them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use lienthong::client::channel::HubChannel;
use lienthong_proto::v1;
use lienthong_proto::v1::mailbox_service_client::MailboxServiceClient;
use lienthong_proto::v1::subscribe_response::Content;
use tonic::Streaming;

use super::Promise;
use super::hub::Hub;
use super::kit::{Failure, Keys, Orders, submitter};

const STALLED: usize = 200;
const CONNECTIONS: usize = 4;
/// More than the readers' windows take in by themselves (2 MiB each), so that they stand still when it begins to count.
const BEFORE: usize = 1_500;
/// What is counted.
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
/// How many times longer an order may take to the reader that reads, in the middle and at the end.
const SLOWER: f64 = 1.5;

pub(crate) async fn run(keys: &Keys, orders: &Orders) -> Result<Vec<Promise>, Failure> {
    let alone = measure(keys, orders, 0).await?;
    let beside = measure(keys, orders, STALLED).await?;
    let mib = |bytes: u64| bytes as f64 / 1_048_576.0;
    let millis = |run: &Measured, quantile| run.delays.value_at_quantile(quantile) as f64 / 1_000.0;
    let [middle, end] = [0.5, 0.99].map(|quantile| millis(&beside, quantile) / millis(&alone, quantile));
    Ok(vec![
        Promise {
            what: "200 readers that take nothing: memory is bounded",
            measured: format!(
                "{:.0} MiB before, at most {:.0} MiB",
                mib(beside.before),
                mib(beside.most)
            ),
            held: beside.most < beside.before + MEMORY,
        },
        Promise {
            what: "200 readers that take nothing: one that reads gets all, as soon as without them",
            measured: format!(
                "{ORDERS} orders, from write to receipt p50 {:.1} ms ({middle:.2} of {:.1} without them), \
                 p99 {:.1} ms ({end:.2} of {:.1})",
                millis(&beside, 0.5),
                millis(&alone, 0.5),
                millis(&beside, 0.99),
                millis(&alone, 0.99),
            ),
            held: middle < SLOWER && end < SLOWER,
        },
    ])
}

/// The same writers and reader, beside so many readers that take nothing.
struct Measured {
    /// From the beginning of the write to the receipt by the reader that reads, microseconds.
    delays: Histogram<u64>,
    /// The hub's memory before the stalled readers came, bytes.
    before: u64,
    /// The most after.
    most: u64,
}

async fn measure(keys: &Keys, orders: &Orders, stalled: usize) -> Result<Measured, Failure> {
    let hub = Hub::start(keys, &OPTIONS).await?;
    let mut reading = subscribe(&mut mailbox(keys, &hub).await?, "reads", false).await?;
    let reader = tokio::spawn(async move {
        let mut seen = HashMap::new();
        while seen.len() < BEFORE + ORDERS {
            let message = reading.message().await?.ok_or("the stream ended")?;
            if let Some(Content::Entry(entry)) = message.content {
                seen.insert(entry.enforcement_request_id, Instant::now());
            }
        }
        Ok::<_, Failure>(seen)
    });
    write(keys, &hub, orders, "before", BEFORE).await?;
    let before = hub.memory()?;
    let mut standing = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut mailbox = mailbox(keys, &hub).await?;
        for number in 0..stalled / CONNECTIONS {
            standing.push(subscribe(&mut mailbox, &format!("stalled-{number}"), true).await?);
        }
    }
    // Until they have taken in what they do.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let filled = hub.memory()?;
    let (written, writing) = write(keys, &hub, orders, "counted", ORDERS).await?;
    let seen = tokio::time::timeout(Duration::from_mins(1), reader).await???;
    let most = filled.max(writing).max(hub.memory()?);
    drop(standing);
    let mut delays = Histogram::new(3)?;
    for (id, begun) in written {
        let seen = seen.get(&id).ok_or("an order that was never received")?;
        delays.record(u64::try_from(seen.saturating_duration_since(begun).as_micros())?)?;
    }
    Ok(Measured { delays, before, most })
}

async fn mailbox(keys: &Keys, hub: &Hub) -> Result<MailboxServiceClient<HubChannel>, Failure> {
    Ok(MailboxServiceClient::new(keys.bank.connect(&hub.address).await?))
}

async fn subscribe(
    mailbox: &mut MailboxServiceClient<HubChannel>,
    cursor: &str,
    include_documents: bool,
) -> Result<Streaming<v1::SubscribeResponse>, Failure> {
    let ask = v1::SubscribeRequest {
        cursor: cursor.to_owned(),
        include_documents,
        ..Default::default()
    };
    Ok(mailbox.subscribe(ask).await?.into_inner())
}

/// Writes so many orders; gives when the write of each request began, and the hub's most memory meanwhile.
async fn write(
    keys: &Keys,
    hub: &Hub,
    orders: &Orders,
    run: &'static str,
    count: usize,
) -> Result<(HashMap<String, Instant>, u64), Failure> {
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let (mut client, orders) = (submitter(keys, &hub.address).await?, orders.clone());
        writers.push(tokio::spawn(async move {
            let mut begun = Vec::new();
            for number in (writer..count).step_by(WRITERS) {
                let now = Instant::now();
                let reply = client.submit(orders.submit(&format!("readers-{run}-{number}"))).await?;
                let receipt = reply.into_inner().receipts.pop().ok_or("no receipt")?;
                begun.push((receipt.enforcement_request_id, now));
            }
            Ok::<_, Failure>(begun)
        }));
    }
    let (mut begun, mut most) = (HashMap::new(), 0);
    for writer in writers {
        begun.extend(writer.await??);
        most = most.max(hub.memory()?);
    }
    Ok((begun, most))
}
