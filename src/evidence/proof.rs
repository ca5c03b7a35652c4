//! Proofs about the log's tree as RFC 9162 sections 2.1.3 and 2.1.4 have them: that an entry stands in a tree, and that one
//! tree is the beginning of another.

use std::ops::Range;

use super::Digest;
use super::merkle::node;
use super::nodes::{Nodes, range_hash};

/// The most hashes that a proof has: a tree has at most 2^63 leaves.
pub const MAX_HASHES: usize = 64;

/// A proof that does not prove what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index is not in a tree of that size, or the first tree is larger than the second.
    #[error("the index or the sizes do not fit each other")]
    OutOfRange,
    /// Too few or too many hashes.
    #[error("the proof has the wrong number of hashes")]
    WrongLength,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    WrongRoot,
}

/// The ranges of leaves whose hashes are the inclusion proof of `index` in a tree of `size` leaves, in the proof's order.
fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut begin, mut end, mut ranges) = (0, size, Vec::new());
    while end - begin > 1 {
        let split = begin + split_of(end - begin);
        if index < split {
            ranges.push(split..end);
            end = split;
        } else {
            ranges.push(begin..split);
            begin = split;
        }
    }
    ranges.reverse();
    ranges
}

/// The largest power of two below `size`, which is at least 2.
fn split_of(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The inclusion proof of the leaf `index` in the tree of the first `size` leaves, the hash next to the leaf first.
/// `None` if there is no such leaf, or if `nodes` does not know a hash that it takes.
pub fn inclusion(nodes: &mut (impl Nodes + ?Sized), index: u64, size: u64) -> Option<Vec<Digest>> {
    if index >= size {
        return None;
    }
    let ranges = inclusion_ranges(index, size).into_iter();
    ranges.map(|range| range_hash(nodes, range)).collect()
}

/// The consistency proof of the tree of the first `old` leaves with that of the first `new`. `None` as for [`inclusion`],
/// and if the trees are not in this order.
pub fn consistency(nodes: &mut (impl Nodes + ?Sized), old: u64, new: u64) -> Option<Vec<Digest>> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(Vec::new());
    }
    let (mut begin, mut end, mut ranges) = (0, new, Vec::new());
    // Where both trees divide alike, the old one's right end decides the way down.
    let mut is_whole_old = true;
    while old != end {
        let split = begin + split_of(end - begin);
        if old <= split {
            ranges.push(split..end);
            end = split;
        } else {
            ranges.push(begin..split);
            begin = split;
            is_whole_old = false;
        }
    }
    if !is_whole_old {
        ranges.push(begin..end);
    }
    ranges.reverse();
    ranges.into_iter().map(|range| range_hash(nodes, range)).collect()
}

/// Checks that a leaf with this hash is the leaf `index` of the tree with `size` leaves and this root (RFC 9162, 2.1.3.2).
///
/// # Errors
/// [`ProofError`].
pub fn verify_inclusion(
    leaf_hash: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf_hash);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        Err(ProofError::WrongLength)
    } else if hash == *root {
        Ok(())
    } else {
        Err(ProofError::WrongRoot)
    }
}

/// A tree by its size and root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeRoot {
    /// Number of leaves.
    pub size: u64,
    /// The root.
    pub root: Digest,
}

/// Checks that `old` is the beginning of `new` (RFC 9162, 2.1.4.2).
///
/// # Errors
/// [`ProofError`].
pub fn verify_consistency(old: &TreeRoot, new: &TreeRoot, proof: &[Digest]) -> Result<(), ProofError> {
    if old.size > new.size {
        return Err(ProofError::OutOfRange);
    }
    if old.size == new.size || old.size == 0 {
        if !proof.is_empty() {
            return Err(ProofError::WrongLength);
        }
        let is_start = old.size == 0 && old.root == super::digest::sha256(&[]);
        return if old == new || is_start {
            Ok(())
        } else {
            Err(ProofError::WrongRoot)
        };
    }
    let own_root = old.size.is_power_of_two().then_some(&old.root);
    let mut hashes = own_root.into_iter().chain(proof);
    let first = hashes.next().ok_or(ProofError::WrongLength)?;
    let (mut at, mut last) = (old.size - 1, new.size - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut of_old, mut of_new) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if at & 1 == 1 || at == last {
            of_old = node(sibling, &of_old);
            of_new = node(sibling, &of_new);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            of_new = node(&of_new, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        Err(ProofError::WrongLength)
    } else if of_old == old.root && of_new == new.root {
        Ok(())
    } else {
        Err(ProofError::WrongRoot)
    }
}

#[cfg(test)]
mod tests {
    use super::super::leaf::leaf_hash;
    use super::super::merkle::Frontier;
    use super::super::nodes::Growth;
    use super::*;
    use proptest::prelude::*;

    fn hashes(count: u64) -> Vec<Digest> {
        (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
    }

    fn root(leaves: &[Digest]) -> Digest {
        let mut frontier = Frontier::default();
        for hash in leaves {
            frontier.append(*hash);
        }
        frontier.root()
    }

    fn tree(leaves: &[Digest], size: u64) -> TreeRoot {
        TreeRoot {
            size,
            root: root(&leaves[..usize::try_from(size).unwrap()]),
        }
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proved_and_no_other() {
        for size in 1..70 {
            let leaves = hashes(size);
            let mut nodes = Growth::new(Frontier::default(), leaves.clone());
            let root = root(&leaves);
            for (index, leaf) in (0..size).zip(&leaves) {
                let proof = inclusion(&mut nodes, index, size).unwrap();
                assert_eq!(verify_inclusion(leaf, index, size, &proof, &root), Ok(()));
                for other in (0..size).filter(|other| *other != index) {
                    verify_inclusion(leaf, other, size, &proof, &root).unwrap_err();
                }
            }
        }
    }

    #[test]
    fn every_pair_of_small_trees_is_consistent() {
        let leaves = hashes(70);
        for new in 0..70 {
            let mut nodes = Growth::new(Frontier::default(), leaves[..usize::try_from(new).unwrap()].to_vec());
            for old in 0..=new {
                let proof = consistency(&mut nodes, old, new).unwrap();
                let checked = verify_consistency(&tree(&leaves, old), &tree(&leaves, new), &proof);
                assert_eq!(checked, Ok(()), "{old} and {new}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_by_its_reason() {
        let leaves = hashes(7);
        let mut nodes = Growth::new(Frontier::default(), leaves.clone());
        let (of_seven, of_four) = (tree(&leaves, 7), tree(&leaves, 4));
        assert_eq!(inclusion(&mut nodes, 7, 7), None);
        assert_eq!(inclusion(&mut nodes, 0, 9), None);
        assert_eq!(
            verify_inclusion(&leaves[0], 7, 7, &[], &of_seven.root),
            Err(ProofError::OutOfRange)
        );
        assert_eq!(
            verify_consistency(&of_seven, &of_four, &[]),
            Err(ProofError::OutOfRange)
        );
        assert_eq!(
            verify_consistency(&of_four, &of_four, &[[0; 32]]),
            Err(ProofError::WrongLength)
        );
        assert_eq!(
            verify_consistency(&of_four, &of_seven, &[]),
            Err(ProofError::WrongLength)
        );
        let forked = TreeRoot {
            root: [7; 32],
            ..of_four
        };
        assert_eq!(verify_consistency(&forked, &of_four, &[]), Err(ProofError::WrongRoot));
    }

    proptest! {
        #[test]
        fn a_proof_made_in_a_batch_holds_and_no_damaged_one_does(
            old in 0_u64..900, new in 1_u64..900, pick in any::<u64>(), bit in any::<usize>(), kind in 0..4_u8,
        ) {
            let (size, leaves) = (old + new, hashes(old + new));
            let mut before = Frontier::default();
            leaves[..usize::try_from(old).unwrap()].iter().for_each(|hash| before.append(*hash));
            let mut nodes = Growth::new(before, leaves[usize::try_from(old).unwrap()..].to_vec());
            let index = old + pick % new;
            let (leaf, root) = (leaves[usize::try_from(index).unwrap()], root(&leaves));
            let mut proof = inclusion(&mut nodes, index, size).unwrap();
            prop_assert!(proof.len() <= MAX_HASHES);
            prop_assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
            match kind {
                0 if !proof.is_empty() => {
                    let hash = bit / 256 % proof.len();
                    proof[hash][bit / 8 % 32] ^= 1 << (bit % 8);
                }
                1 if !proof.is_empty() => { proof.pop(); }
                2 => proof.push(root),
                _ => proof.insert(0, leaf),
            }
            prop_assert!(verify_inclusion(&leaf, index, size, &proof, &root).is_err());
        }

        #[test]
        fn a_damaged_consistency_proof_never_holds(old in 1_u64..900, more in 1_u64..900, bit in any::<usize>()) {
            let leaves = hashes(old + more);
            let mut nodes = Growth::new(Frontier::default(), leaves.clone());
            let mut proof = consistency(&mut nodes, old, old + more).unwrap();
            let (first, second) = (tree(&leaves, old), tree(&leaves, old + more));
            prop_assert_eq!(verify_consistency(&first, &second, &proof), Ok(()));
            let hash = bit / 256 % proof.len();
            proof[hash][bit / 8 % 32] ^= 1 << (bit % 8);
            prop_assert!(verify_consistency(&first, &second, &proof).is_err());
        }
    }
}
