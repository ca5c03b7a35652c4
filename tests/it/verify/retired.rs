//! What retired keys sign: good in a tree without the entry that retires them, refused in every later one, by both verifiers.

use lienthong::app::ledger::{Command, Operation};
use lienthong::evidence::checkpoint::Checkpoint;
use lienthong::evidence::leaf::leaf_hash;
use lienthong::evidence::merkle::Frontier;
use lienthong::evidence::nodes::Growth;
use lienthong::evidence::proof::TreeRoot;
use lienthong::signing::Signer;
use tempfile::TempDir;

use super::second::{agree, second};
use crate::harness::audit::verdict;
use crate::harness::ledger::{HUB, register_key};
use crate::harness::raw::Raw;
use crate::harness::{Backend, Order, TestDatabase, TestLedger, run};

/// Lets the keys in `folder` sign the tree of the first `size` entries, in place of whoever did.
async fn forge(raw: &Raw, folder: &TempDir, size: usize) {
    let entries = raw.rows("SELECT leaf FROM log_entry ORDER BY log_index").await;
    let leaves = entries[..size]
        .iter()
        .map(|row| leaf_hash(row["leaf"].bytes()))
        .collect();
    let growth = Growth::new(Frontier::default(), leaves);
    let told = raw
        .rows(format!("SELECT * FROM checkpoint WHERE tree_size = {size}"))
        .await;
    let stated = Checkpoint {
        origin: HUB.to_owned(),
        tree: TreeRoot {
            size: growth.after().size(),
            root: growth.after().root(),
        },
        hub_time: told[0]["hub_time"].integer(),
    };
    let mut signer = Signer::open(folder.path(), HUB).expect("keys");
    let (signatures, _unwritten) = signer.sign(&growth, &stated).expect("its first tree");
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    };
    let (note, seal) = (hex(&signatures.note), hex(&signatures.seal));
    let update = format!(
        "UPDATE checkpoint SET note_signature = x'{note}', seal_signature = x'{seal}' WHERE tree_size = {size}"
    );
    raw.execute(update).await.expect("forged");
}

#[test]
fn what_retired_keys_sign_later_is_refused_by_both_verifiers_and_what_they_signed_before_is_not() {
    run(Backend::Sqlite, async |database: TestDatabase| {
        let hub = TestLedger::start(&database).await;
        let folder = tempfile::tempdir().expect("a folder");
        let key = Signer::create(folder.path(), HUB).expect("keys").key().clone();
        let registration = register_key(key.clone());
        let retirement = Command {
            operation: Operation::RetireHubKey(key),
            ..registration.clone()
        };
        hub.done(registration).await;
        let retired = hub.done(retirement).await[0].log_index;
        hub.open(&Order::land(), "after-0001").await;
        hub.stop().await;
        let raw = database.raw().await;
        for trigger in raw
            .rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'checkpoint'")
            .await
        {
            let drop = format!("DROP TRIGGER {}", trigger["name"].text());
            raw.execute(drop).await.expect("the trigger goes");
        }
        let retired = usize::try_from(retired).expect("an index");
        forge(&raw, &folder, retired).await;
        let judgement = verdict(&database).await;
        assert!(judgement.faults.is_empty(), "{:?}", judgement.faults.list());
        agree(&judgement, &second(&database, None), "signed before");
        let size = usize::try_from(judgement.size).expect("a size");
        for later in [retired + 1, size] {
            forge(&raw, &folder, later).await;
            let judgement = verdict(&database).await;
            let said = second(&database, None);
            agree(&judgement, &said, "signed after");
            assert_eq!(said["faults"][0]["code"], "SIGNATURE", "{said}");
            assert_eq!(
                judgement.faults.list().first().map(|fault| fault.table),
                Some("checkpoint")
            );
        }
    });
}
