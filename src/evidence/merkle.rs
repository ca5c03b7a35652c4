//! The log's Merkle tree in the shape of RFC 6962: node = SHA-256(0x01 ‖ left ‖ right).

use super::Digest;
use super::digest::{Sha256, sha256};

/// The hashes of the perfect subtrees that make up a tree of `size` leaves, largest first. With it, leaves can be
/// appended and the root computed without reading the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Digest>,
}

/// Bytes that are not the frontier of a tree of that size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the frontier does not fit the tree size")]
pub struct MalformedFrontier;

/// The hash of an inner node (RFC 6962 section 2.1).
pub(super) fn node(left: &Digest, right: &Digest) -> Digest {
    let mut hash = Sha256::default();
    hash.update(&[1]);
    hash.update(left);
    hash.update(right);
    hash.finish()
}

impl Frontier {
    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends the hash of a leaf.
    pub fn append(&mut self, leaf_hash: Digest) {
        self.append_perfect(0, leaf_hash);
    }

    /// Appends a perfect subtree of 2^`level` leaves by its hash. Gives false, and changes nothing, if the tree's size is
    /// no multiple of that number.
    pub fn append_perfect(&mut self, level: u32, hash: Digest) -> bool {
        if self.size.trailing_zeros() < level {
            return false;
        }
        let (mut hash, mut rest) = (hash, self.size >> level);
        while rest & 1 == 1 {
            if let Some(left) = self.hashes.pop() {
                hash = node(&left, &hash);
            }
            rest >>= 1;
        }
        self.hashes.push(hash);
        self.size += 1 << level;
        true
    }

    /// The hash of the perfect subtree at `position` among those of 2^`level` leaves, if it is one that makes up the tree.
    pub fn perfect(&self, level: u32, position: u64) -> Option<Digest> {
        let is_part = (self.size >> level) & 1 == 1 && (self.size >> level) - 1 == position;
        let larger = self.size.checked_shr(level + 1).unwrap_or(0).count_ones();
        let place = usize::try_from(larger).ok().filter(|_| is_part)?;
        self.hashes.get(place).copied()
    }

    /// The root; of the empty tree SHA-256 of nothing (RFC 6962 section 2.1).
    pub fn root(&self) -> Digest {
        let mut hashes = self.hashes.iter().rev();
        let Some(last) = hashes.next() else { return sha256(&[]) };
        hashes.fold(*last, |right, left| node(left, &right))
    }

    /// The stored form: the hashes one after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.concat()
    }

    /// Reads the stored form of a tree of `size` leaves.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, MalformedFrontier> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        let expected = usize::try_from(size.count_ones()).unwrap_or(usize::MAX);
        if !rest.is_empty() || hashes.len() != expected {
            return Err(MalformedFrontier);
        }
        Ok(Self {
            size,
            hashes: hashes.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::leaf::leaf_hash;
    use super::*;
    use proptest::prelude::*;

    /// RFC 6962 section 2.1, written as the text says it.
    fn reference_root(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => sha256(&[]),
            [only] => *only,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node(&reference_root(&leaves[..split]), &reference_root(&leaves[split..]))
            }
        }
    }

    #[test]
    fn known_roots_of_rfc_6962_test_vectors() {
        // The eight inputs and the root used by Certificate Transparency implementations.
        let inputs: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
            ],
        ];
        let mut frontier = Frontier::default();
        for input in inputs {
            frontier.append(leaf_hash(input));
        }
        let hex: String = frontier
            .root()
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        assert_eq!(hex, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    proptest! {
        #[test]
        fn the_frontier_root_is_the_tree_root(count in 0_usize..200) {
            let leaves: Vec<Digest> = (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect();
            let mut frontier = Frontier::default();
            for leaf in &leaves {
                frontier.append(*leaf);
            }
            prop_assert_eq!(frontier.root(), reference_root(&leaves));
            let stored = Frontier::from_bytes(frontier.size(), &frontier.to_bytes());
            prop_assert_eq!(stored, Ok(frontier));
        }
    }
}
