//! The offline verifier: whatever is changed behind the hub's back is found, and the first place is named; what is as the hub
//! left it raises no alarm; and a second verifier, which shares nothing with ours, says the same.

mod attack;
mod command;
mod forger;
mod older;
mod on_disk;
mod papers;
mod retired;
mod schema;
pub(crate) mod second;
mod story;
mod tamper;

use lienthong::evidence::Digest;
use lienthong::verify::{Known, Outside, Place, Source, Tables, Verdict, verify};

use crate::harness::TestDatabase;
use crate::harness::ledger::HUB;
use crate::kit::content_keys;

/// Every table that is verified, as it stands.
async fn tables(database: &TestDatabase) -> Tables {
    let place = Place::parse(&database.url()).expect("a place");
    let mut source = Source::open(&place).await.expect("a database of ours");
    let tables = source.tables().await.expect("it can be read");
    source.close().await;
    tables
}

/// What the verifier says of tables in memory.
async fn judged(tables: &Tables, known: Option<&Known>) -> Verdict {
    let mut source = Source::held(tables.clone());
    let masters = content_keys().parse().expect("master keys");
    let outside = Outside {
        known,
        masters: Some(&masters),
    };
    verify(&mut source, outside, &()).await.expect("memory can be read")
}

/// A checkpoint that somebody outside keeps.
fn kept(size: u64, root: Digest) -> Known {
    Known {
        origin: HUB.to_owned(),
        size,
        root,
    }
}

/// The checkpoint of all that a sound database holds.
fn newest(verdict: &Verdict) -> Known {
    assert!(verdict.faults.is_empty(), "{:#?}", verdict.faults.list());
    kept(verdict.size, verdict.root)
}

/// The checkpoint as a file: the first three lines of a signed note.
fn note(known: &Known) -> String {
    use base64::Engine as _;
    let root = base64::engine::general_purpose::STANDARD.encode(known.root);
    format!("{}\n{}\n{root}\n", known.origin, known.size)
}
