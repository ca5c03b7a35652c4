//! Proofs, tiles and checkpoints over the wire.

use lienthong::evidence::Digest;
use lienthong::evidence::checkpoint::verify;
use lienthong::evidence::leaf::leaf_hash;
use lienthong::evidence::merkle::Frontier;
use lienthong::evidence::nodes::{Growth, Nodes as _};
use lienthong::evidence::proof::{TreeRoot, verify_consistency, verify_inclusion};
use lienthong_proto::{Rpc, v1};
use prost::bytes::Bytes;

use super::{ask, enquiry, keys};
use crate::harness::agencies::{BANK, LAND_OFFICE, THADS};
use crate::harness::hub::Client;
use crate::harness::wire::reason;
use crate::harness::{TestDatabase, TestHub};
use crate::rpc::same_key::submit;

async fn leaf_hashes(database: &TestDatabase) -> Vec<Digest> {
    let rows = database
        .raw()
        .await
        .rows("SELECT leaf FROM log_entry ORDER BY log_index")
        .await;
    rows.iter().map(|row| leaf_hash(row["leaf"].bytes())).collect()
}

fn tree(hashes: &[Digest], size: i64) -> TreeRoot {
    let mut frontier = Frontier::default();
    for hash in &hashes[..usize::try_from(size).expect("a size")] {
        frontier.append(*hash);
    }
    TreeRoot {
        size: frontier.size(),
        root: frontier.root(),
    }
}

fn digests(hashes: &[Bytes]) -> Vec<Digest> {
    hashes
        .iter()
        .map(|hash| hash.as_ref().try_into().expect("32 bytes"))
        .collect()
}

/// A log that is longer than one tile, and an agency that has nothing to do with it.
async fn long_log(database: &TestDatabase) -> (TestHub, Client) {
    let hub = TestHub::start(database).await;
    let sender = hub.client(THADS).await;
    for number in 0..280 {
        let order = submit(&enquiry(&format!("proofs-{number:04}"), THADS, &[LAND_OFFICE]));
        sender.send(Rpc::RequestServiceSubmit, &order).await.expect("accepted");
    }
    let anyone = hub.client(BANK).await;
    (hub, anyone)
}

backends! {
    async fn every_registered_agency_gets_proofs_that_hold(database) {
        let (hub, anyone) = long_log(&database).await;
        let hashes = leaf_hashes(&database).await;
        let size = i64::try_from(hashes.len()).expect("a small log");
        assert!(size > 260, "{size}");
        for (log_index, tree_size) in [(0, 1), (0, size), (size - 1, size), (255, 256), (256, 257), (100, 300.min(size)), (7, 200)] {
            let message = v1::GetInclusionProofRequest { log_index, tree_size };
            let proof: v1::GetInclusionProofResponse =
                ask(&anyone, Rpc::EvidenceServiceGetInclusionProof, &message).await.expect("a proof");
            let index = usize::try_from(log_index).expect("an index");
            let tree = tree(&hashes, tree_size);
            let held = verify_inclusion(&hashes[index], u64::try_from(log_index).expect("an index"), tree.size, &digests(&proof.hashes), &tree.root);
            assert_eq!(held, Ok(()), "{log_index} in {tree_size}");
        }
        for (old, new) in [(1, 2), (1, size), (255, 256), (256, size), (257, size), (size - 1, size), (0, size), (size, size)] {
            let message = v1::GetConsistencyProofRequest { old_tree_size: old, new_tree_size: new };
            let proof: v1::GetConsistencyProofResponse =
                ask(&anyone, Rpc::EvidenceServiceGetConsistencyProof, &message).await.expect("a proof");
            let held = verify_consistency(&tree(&hashes, old), &tree(&hashes, new), &digests(&proof.hashes));
            assert_eq!(held, Ok(()), "{old} and {new}");
        }
        hub.stop().await;
    }

    async fn tiles_are_the_nodes_of_the_log_and_checkpoints_are_signed(database) {
        let (hub, anyone) = long_log(&database).await;
        let hashes = leaf_hashes(&database).await;
        let mut all = Growth::new(Frontier::default(), hashes.clone());
        for (level, index, expected) in [
            (0, 0, hashes[..256].to_vec()),
            (0, 1, hashes[256..].to_vec()),
            (1, 0, vec![all.perfect(8, 0).expect("a full tile")]),
        ] {
            let message = v1::GetTileRequest { level, index };
            let tile: v1::GetTileResponse = ask(&anyone, Rpc::EvidenceServiceGetTile, &message).await.expect("a tile");
            assert_eq!(digests(&tile.hashes), expected, "tile {level}/{index}");
        }
        let trusted = keys(&anyone).await;
        let size = i64::try_from(hashes.len()).expect("a small log");
        for tree_size in [0, 1, 100, size] {
            let message = v1::GetCheckpointRequest { tree_size };
            let told: v1::GetCheckpointResponse =
                ask(&anyone, Rpc::EvidenceServiceGetCheckpoint, &message).await.expect("a checkpoint");
            let told = told.checkpoint.expect("a checkpoint");
            let (checkpoint, _) = verify(&told.note, &trusted).expect("signed");
            assert_eq!(checkpoint.tree, tree(&hashes, told.tree_size));
            assert!(told.tree_size >= tree_size && told.tree_size <= size);
            assert!(tree_size != 0 || told.tree_size == size, "0 is the newest");
        }
        hub.stop().await;
    }

    async fn what_the_log_does_not_hold_is_refused_by_its_field(database) {
        let hub = TestHub::start(&database).await;
        let anyone = hub.client(BANK).await;
        let inclusion = |log_index, tree_size| v1::GetInclusionProofRequest { log_index, tree_size };
        for message in [inclusion(0, 0), inclusion(5, 5), inclusion(-1, 5), inclusion(0, 1_000_000), inclusion(0, i64::MAX), inclusion(0, -1)] {
            let refusal = anyone.send(Rpc::EvidenceServiceGetInclusionProof, &message).await.expect_err("no such proof");
            assert_eq!(reason(&refusal), "POSITION_OUT_OF_RANGE", "{message:?}");
        }
        let consistency = |old_tree_size, new_tree_size| v1::GetConsistencyProofRequest { old_tree_size, new_tree_size };
        for message in [consistency(5, 4), consistency(-1, 4), consistency(0, 0), consistency(1, i64::MAX)] {
            let refusal = anyone.send(Rpc::EvidenceServiceGetConsistencyProof, &message).await.expect_err("no such proof");
            assert_eq!(reason(&refusal), "POSITION_OUT_OF_RANGE", "{message:?}");
        }
        let tile = |level, index| v1::GetTileRequest { level, index };
        for message in [tile(-1, 0), tile(8, 0), tile(0, -1), tile(0, 1_000), tile(0, i64::MAX), tile(7, 0)] {
            let refusal = anyone.send(Rpc::EvidenceServiceGetTile, &message).await.expect_err("no such tile");
            assert_eq!(reason(&refusal), "POSITION_OUT_OF_RANGE", "{message:?}");
        }
        for tree_size in [-1, 1_000_000, i64::MAX] {
            let message = v1::GetCheckpointRequest { tree_size };
            let refusal = anyone.send(Rpc::EvidenceServiceGetCheckpoint, &message).await.expect_err("no such tree");
            assert_eq!(reason(&refusal), "POSITION_OUT_OF_RANGE", "{message:?}");
        }
        hub.stop().await;
    }
}
