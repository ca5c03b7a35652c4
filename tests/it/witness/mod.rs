//! Somebody outside the hub remembers its log: a witness, and each partner. As programs of their own over real mTLS, by the machine's
//! clock. An honest hub raises no alarm, whatever happens to it; a log that is rewritten, forked or shorter does.

mod behind;
mod cosigned;
mod forked;
mod honest;

use std::path::Path;

use lienthong::evidence::checkpoint::{self, Checkpoint};
use lienthong::evidence::cosignature::WitnessKey;
use lienthong::evidence::hub_key::HubKey;
use lienthong::evidence::note::Note;
use lienthong::server::settings::{HubSettings, SignerPlace};

use crate::cli::{Desk, Done};
use crate::harness::TestDatabase;
use crate::harness::agencies::{Fixture, LAND_OFFICE, THADS};

/// Who supervises: any registered agency may ask for proofs.
const WATCHES: Fixture = LAND_OFFICE;

/// A hub, and a witness with its key in `witness`.
async fn witnessed(database: &TestDatabase) -> (Desk, WitnessKey) {
    let desk = Desk::open(database).await;
    let made = desk
        .bare(&["witness", "--state", "witness", "--new-key", "witness.test/w1"])
        .await;
    assert_eq!(made.status, 0, "{}", made.stderr);
    desk.write("witness.keys", &made.stdout);
    (desk, made.stdout.trim().parse().expect("the key of a witness"))
}

/// Looks once.
async fn look(desk: &Desk, more: &[&str]) -> Done {
    desk.run(WATCHES, &[&["witness", "--state", "witness", "--once"], more].concat())
        .await
}

/// Looks once; nothing is wrong. Gives what was signed.
async fn look_well(desk: &Desk, more: &[&str]) -> Checkpoint {
    let done = look(desk, more).await;
    assert_eq!(done.status, 0, "{}{}", done.stdout, done.stderr);
    published(desk)
}

/// The checkpoint that the witness has published.
fn published(desk: &Desk) -> Checkpoint {
    let note = Note::parse(&read(&desk.path("witness/checkpoint"))).expect("a note");
    Checkpoint::parse(&note.text).expect("a checkpoint")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file")
}

/// Sends an order; gives how the program ended.
async fn send(desk: &Desk, file: &str, more: &[&str]) -> Done {
    let to = LAND_OFFICE.code_text();
    desk.text(
        THADS,
        &["template", "land-information", "order", "--to", to, "-O", file],
    )
    .await;
    desk.run(THADS, &[&["send", file], more].concat()).await
}

async fn sent(desk: &Desk, file: &str) {
    let done = send(desk, file, &[]).await;
    assert_eq!(done.status, 0, "{}", done.stderr);
}

/// The keys that the hub tells.
async fn hub_keys(desk: &Desk) -> Vec<HubKey> {
    let text = desk.text(THADS, &["evidence", "keys"]).await;
    HubKey::parse_list(&text).expect("keys")
}

/// What an alarm's folder must hold: two checkpoints that the hub has signed, and why they do not fit.
fn evidence(folder: &Path, keys: &[HubKey], code: &str) {
    let note = |name: &str| read(&folder.join(name));
    let (remembered, _) = checkpoint::verify(&note("remembered.checkpoint"), keys).expect("signed by the hub");
    let (seen, _) = checkpoint::verify(&note("seen.checkpoint"), keys).expect("signed by the hub");
    assert_ne!(remembered.tree, seen.tree);
    let told: serde_json::Value = serde_json::from_str(&note("alarm.json")).expect("JSON");
    assert_eq!(told["code"], code);
    assert_eq!(told["remembered_size"], remembered.tree.size);
    assert_eq!(told["seen_size"], seen.tree.size);
}

/// A copy of the hub's database, made while the hub is stopped.
async fn copied(desk: &Desk, database: &TestDatabase) -> TestDatabase {
    let copy = TestDatabase::empty(database.backend()).await;
    let done = desk
        .bare(&["db", "copy", "--from", &database.url(), "--to", &copy.url()])
        .await;
    assert_eq!(done.status, 0, "{}", done.stderr);
    copy
}

/// The same hub over the copy, with its keys: as they are, or new ones.
fn over(settings: &HubSettings, copy: &TestDatabase, keys: Keys) -> HubSettings {
    let folder = copy.fresh_signer();
    if keys == Keys::Same {
        std::fs::create_dir(&folder).expect("a folder");
        for file in ["note.key", "seal.key", "state"] {
            std::fs::copy(settings.signer.folder.join(file), folder.join(file)).expect("a file");
        }
    }
    HubSettings {
        database: copy.database().clone(),
        documents: copy.documents().into(),
        signer: SignerPlace {
            folder,
            may_be_new: true,
        },
        ..settings.clone()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    Same,
    New,
}
