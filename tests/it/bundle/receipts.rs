//! Many receipts and many more changed ones: both verifiers hold the same of each, with the same code.
//! `LIENTHONG_RECEIPTS` says how many (300; `make receipts`: 10,000), ten times as many are changed; `LIENTHONG_RECEIPTS_SEED` how.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::process::Stdio;

use lienthong::auth::admission::AdmissionLimits;
use lienthong::client::receipts::kept;
use lienthong::domain::ids::IdSource as _;
use lienthong::evidence::published::PublishedKey;
use lienthong::evidence::receipt::Receipt;
use lienthong_proto::{Rpc, v1};
use prost::Message as _;

use super::second;
use crate::harness::agencies::{LAND_OFFICE, THADS};
use crate::harness::commands::kind;
use crate::harness::database::setting;
use crate::harness::hub::Client;
use crate::harness::ids::SeededIds;
use crate::harness::{Backend, TestDatabase, TestHub, block_on_for, documents};
use crate::rpc::same_key::submit;

const LIMIT: std::time::Duration = std::time::Duration::from_mins(30);
/// Orders that are sent at a time: their batches share checkpoints.
const AT_A_TIME: usize = 50;
/// Receipts that one process of the second verifier judges.
const LINES: usize = 20_000;

fn number(name: &str, otherwise: usize) -> usize {
    setting(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Sends so many orders; gives the receipts of all.
async fn receipts_of(sender: &Client, count: usize) -> Vec<Receipt> {
    let mut receipts = Vec::with_capacity(count);
    while receipts.len() < count {
        let numbers = receipts.len()..count.min(receipts.len() + AT_A_TIME);
        let sent = numbers.map(|number| {
            let order = documents::order(
                &kind("land-information"),
                &format!("many-{number:06}"),
                THADS,
                &[LAND_OFFICE],
            );
            let (sender, order) = (sender.clone(), submit(&order));
            tokio::spawn(async move { sender.send(Rpc::RequestServiceSubmit, &order).await })
        });
        for reply in sent.collect::<Vec<_>>() {
            let bytes = reply.await.expect("it ends").expect("accepted");
            let reply = v1::SubmitResponse::decode(bytes.as_slice()).expect("a reply");
            receipts.push(kept(&reply.receipts[0], &[]).expect("a receipt"));
        }
    }
    receipts
}

/// A receipt as a line of JSON.
fn line(receipt: &Receipt) -> String {
    // Of a leaf that is none the file cannot say the index.
    receipt
        .file()
        .map_or_else(String::new, |file| serde_json::to_string(&file).expect("JSON"))
}

/// What we say of a line.
fn ours(line: &str, trusted: &[PublishedKey]) -> &'static str {
    match Receipt::read(line.as_bytes()).and_then(|receipt| receipt.verify(trusted).map(drop)) {
        Ok(()) => "HELD",
        Err(error) => error.code(),
    }
}

/// What the second verifier says of lines.
fn theirs(lines: &[String], keys: &std::path::Path, scratch: &std::path::Path) -> Vec<String> {
    let mut said = Vec::with_capacity(lines.len());
    for part in lines.chunks(LINES) {
        let file = scratch.join("lines");
        let text = part.iter().fold(String::new(), |mut text, line| {
            writeln!(text, "{line}").expect("a text");
            text
        });
        std::fs::write(&file, text).expect("written");
        let output = second()
            .arg("receipt")
            .arg(&file)
            .args(["--lines", "--hub-keys"])
            .arg(keys)
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        said.extend(text.lines().map(str::to_owned));
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(said.len(), lines.len());
    said
}

/// Numbers that come again with the same seed.
struct Dice(std::sync::Arc<SeededIds>);

impl Dice {
    fn below(&self, limit: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_be_bytes(bytes) % u64::try_from(limit.max(1)).expect("a number")).expect("a number")
    }
}

/// A changed receipt, as a line; None: nothing came of it.
fn changed(receipts: &[Receipt], dice: &Dice) -> Option<String> {
    let good = &receipts[dice.below(receipts.len())];
    let other = &receipts[dice.below(receipts.len())];
    let mut receipt = good.clone();
    let flip = |bytes: &mut [u8]| {
        let at = dice.below(bytes.len());
        bytes[at] ^= 1 << dice.below(8);
    };
    let place = dice.below(receipt.proof.len());
    match dice.below(100) {
        0..30 => flip(receipt.proof.get_mut(place)?.as_mut_slice()),
        30..55 => flip(&mut receipt.leaf),
        55..62 => {
            receipt.proof.pop()?;
        }
        62..69 => receipt.proof.push([7; 32]),
        69..76 => receipt.proof.swap(place, dice.below(good.proof.len())),
        76..82 => receipt.proof.clone_from(&other.proof),
        82..88 => receipt.leaf.clone_from(&other.leaf),
        88..92 => receipt.checkpoint.clone_from(&other.checkpoint),
        // A changed note costs the second verifier two processes.
        92..93 => {
            let mut bytes = receipt.checkpoint.into_bytes();
            flip(&mut bytes);
            receipt.checkpoint = String::from_utf8(bytes).ok()?;
        }
        _ => {
            // The file, not what it holds.
            let mut bytes = line(good).into_bytes();
            let end = bytes.windows(14).position(|part| part == b"\"checkpoint\":\"")?;
            flip(&mut bytes[..end]);
            return String::from_utf8(bytes).ok().filter(|text| !text.contains('\n'));
        }
    }
    let text = line(&receipt);
    (receipt != *good && !text.is_empty()).then_some(text)
}

#[test]
fn both_verifiers_hold_every_receipt_and_no_changed_one() {
    let (count, seed) = (number("LIENTHONG_RECEIPTS", 300), number("LIENTHONG_RECEIPTS_SEED", 5));
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        let hub = TestHub::start_with(&database, |settings| {
            // A quick machine sends more in a second than an agency may.
            settings.limits.admission = AdmissionLimits {
                calls_per_second: NonZeroU32::MAX,
                burst: NonZeroU32::MAX,
                ..AdmissionLimits::default()
            };
        })
        .await;
        let sender = hub.client(THADS).await;
        let receipts = receipts_of(&sender, count).await;
        let trusted = crate::evidence::published(&sender).await;
        hub.stop().await;
        let scratch = tempfile::tempdir().expect("a folder");
        let keys = scratch.path().join("hub.keys");
        let published: Vec<String> = trusted.iter().map(|listed| listed.key.to_string()).collect();
        std::fs::write(
            &keys,
            published.join(
                "
",
            ),
        )
        .expect("written");

        let lines: Vec<String> = receipts.iter().map(line).collect();
        assert!(lines.iter().all(|line| ours(line, &trusted) == "HELD"));
        assert!(theirs(&lines, &keys, scratch.path()).iter().all(|said| said == "HELD"));

        let dice = Dice(SeededIds::new(u64::try_from(seed).expect("a number")));
        let (mut left, mut codes) = (count * 10, std::collections::BTreeMap::<&str, usize>::new());
        while left > 0 {
            let lines: Vec<String> = std::iter::repeat_with(|| changed(&receipts, &dice))
                .flatten()
                .take(left.min(LINES))
                .collect();
            let second = theirs(&lines, &keys, scratch.path());
            for (line, said) in lines.iter().zip(second) {
                let code = ours(line, &trusted);
                assert_ne!(code, "HELD", "{line}");
                assert_eq!(code, said, "{line}");
                *codes.entry(code).or_default() += 1;
            }
            left -= lines.len();
        }
        assert!(codes.len() >= 5, "{codes:?}");
        println!("{count} receipts held, {} changed ones refused: {codes:?}", count * 10);
    });
}
