//! Hashes of the log's tree: which a proof needs, and where they come from. A *perfect* node covers 2^level leaves, from
//! position × 2^level on. Stored are the leaves and the nodes of every [`STEP`]th level (`tree_node`); all others between
//! are computed from them, so a proof reads two pieces of at most 256 hashes for each [`STEP`] levels.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Digest;
use super::merkle::{Frontier, node};

/// Stored levels are multiples of this; the tiles of tlog-tiles have the same height.
pub const STEP: u32 = 8;

/// Whoever knows perfect nodes of a tree.
pub trait Nodes {
    /// The hash of the node; `None` if it is not known here.
    fn perfect(&mut self, level: u32, position: u64) -> Option<Digest>;
}

/// The hash over the leaves of `range`, which is part of a tree of RFC 6962: it begins at a multiple of a power of two that
/// is not smaller than it.
pub fn range_hash(nodes: &mut (impl Nodes + ?Sized), range: Range<u64>) -> Option<Digest> {
    let (mut begin, mut pieces) = (range.start, Vec::new());
    while begin < range.end {
        let level = (range.end - begin).ilog2();
        pieces.push(nodes.perfect(level, begin >> level)?);
        begin += 1 << level;
    }
    let mut pieces = pieces.into_iter().rev();
    let last = pieces.next()?;
    Some(pieces.fold(last, |right, left| node(&left, &right)))
}

/// A tree that grows by a batch: what it was before, and its new leaves.
#[derive(Debug, Clone)]
pub struct Growth {
    before: Frontier,
    after: Frontier,
    /// Of each level the first node that has a new leaf below it, and the hashes of the perfect ones from there on.
    levels: Vec<(u64, Vec<Digest>)>,
}

impl Growth {
    /// Appends these leaf hashes.
    pub fn new(before: Frontier, leaf_hashes: Vec<Digest>) -> Self {
        let mut after = before.clone();
        for hash in &leaf_hashes {
            after.append(*hash);
        }
        let mut levels = vec![(before.size(), leaf_hashes)];
        while let Some((first, hashes)) = levels.last()
            && !hashes.is_empty()
        {
            let level = u32::try_from(levels.len()).unwrap_or(u32::MAX);
            levels.push(above(&before, level, *first, hashes));
        }
        Self { before, after, levels }
    }

    /// The tree before the batch.
    pub fn before(&self) -> &Frontier {
        &self.before
    }

    /// The tree after the batch.
    pub fn after(&self) -> &Frontier {
        &self.after
    }

    /// The nodes of stored levels that the batch has made perfect: level, position, hash.
    pub fn completed(&self) -> impl Iterator<Item = (u32, u64, Digest)> + '_ {
        (STEP..64).step_by(8).flat_map(move |level| {
            let known = usize::try_from(level).ok().and_then(|level| self.levels.get(level));
            known
                .into_iter()
                .flat_map(move |(first, hashes)| (*first..).zip(hashes).map(move |(at, hash)| (level, at, *hash)))
        })
    }
}

/// The perfect nodes at `level` above the `hashes` that begin at `first` a level below.
fn above(before: &Frontier, level: u32, first: u64, hashes: &[Digest]) -> (u64, Vec<Digest>) {
    // The left neighbour of the first is an old node, known by the frontier, if the first is a right child.
    let left = (first & 1 == 1).then(|| before.perfect(level - 1, first - 1)).flatten();
    let below: Vec<Digest> = left.into_iter().chain(hashes.iter().copied()).collect();
    let pairs = below.as_chunks::<2>().0;
    (first / 2, pairs.iter().map(|[left, right]| node(left, right)).collect())
}

impl Nodes for Growth {
    fn perfect(&mut self, level: u32, position: u64) -> Option<Digest> {
        let known = self.levels.get(usize::try_from(level).ok()?);
        let new = known.and_then(|(first, hashes)| {
            let place = position.checked_sub(*first)?;
            hashes.get(usize::try_from(place).ok()?)
        });
        new.copied().or_else(|| self.before.perfect(level, position))
    }
}

/// The stored hashes that a proof needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted(BTreeSet<(u32, u64)>);

impl Nodes for Wanted {
    /// Notes what is asked for; the hash given is none.
    fn perfect(&mut self, level: u32, position: u64) -> Option<Digest> {
        let base = level / STEP * STEP;
        let span = 1 << (level - base);
        self.0
            .extend((position * span..(position + 1) * span).map(|at| (base, at)));
        Some([0; 32])
    }
}

impl Wanted {
    /// The indexes of the leaves, as ranges without gaps.
    pub fn leaves(&self) -> Vec<Range<u64>> {
        self.ranges(0)
    }

    /// The nodes above the leaves, as ranges of positions without gaps, each with its level.
    pub fn nodes(&self) -> Vec<(u32, Range<u64>)> {
        let levels: BTreeSet<u32> = self
            .0
            .iter()
            .map(|(level, _)| *level)
            .filter(|level| *level > 0)
            .collect();
        levels
            .into_iter()
            .flat_map(|level| self.ranges(level).into_iter().map(move |range| (level, range)))
            .collect()
    }

    fn ranges(&self, level: u32) -> Vec<Range<u64>> {
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for (_, position) in self.0.range((level, 0)..=(level, u64::MAX)) {
            match ranges.last_mut() {
                Some(last) if last.end == *position => last.end += 1,
                _ => ranges.push(*position..position + 1),
            }
        }
        ranges
    }
}

/// Hashes that were read: of leaves (level 0) and of stored nodes.
#[derive(Debug, Clone, Default)]
pub struct Known(BTreeMap<(u32, u64), Digest>);

impl Known {
    /// Adds a hash of a stored level.
    pub fn insert(&mut self, level: u32, position: u64, hash: Digest) {
        self.0.insert((level, position), hash);
    }
}

impl Nodes for Known {
    fn perfect(&mut self, level: u32, position: u64) -> Option<Digest> {
        if let Some(known) = self.0.get(&(level, position)) {
            return Some(*known);
        }
        if level.is_multiple_of(STEP) {
            return None;
        }
        let left = self.perfect(level - 1, position * 2)?;
        let right = self.perfect(level - 1, position * 2 + 1)?;
        let hash = node(&left, &right);
        self.0.insert((level, position), hash);
        Some(hash)
    }
}

/// What stands between two sizes of a tree, as perfect nodes of stored levels: what has to be read to follow its growth.
pub fn between(from: u64, to: u64) -> Vec<(u32, Range<u64>)> {
    let mut pieces: Vec<(u32, Range<u64>)> = Vec::new();
    let mut at = from;
    while at < to {
        let fits = |level: &u32| at.trailing_zeros() >= *level && to - at >= 1 << level;
        let level = (0..64).step_by(8).rev().find(fits).unwrap_or(0);
        let position = at >> level;
        match pieces.last_mut() {
            Some((last, range)) if *last == level && range.end == position => range.end += 1,
            _ => pieces.push((level, position..position + 1)),
        }
        at += 1 << level;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::leaf::leaf_hash;
    use super::*;
    use proptest::prelude::*;

    fn hashes(count: u64) -> Vec<Digest> {
        (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
    }

    fn frontier(leaves: &[Digest]) -> Frontier {
        let mut frontier = Frontier::default();
        for hash in leaves {
            frontier.append(*hash);
        }
        frontier
    }

    /// What a database of this log would have.
    fn stored(leaves: &[Digest]) -> Known {
        let mut known = Known::default();
        for (index, hash) in (0..).zip(leaves) {
            known.insert(0, index, *hash);
        }
        for (level, position, hash) in Growth::new(Frontier::default(), leaves.to_vec()).completed() {
            known.insert(level, position, hash);
        }
        known
    }

    #[test]
    fn what_lies_between_two_sizes_is_read_in_few_pieces() {
        assert_eq!(between(5, 5), []);
        assert_eq!(between(5, 9), [(0, 5..9)]);
        assert_eq!(between(250, 1_030), [(0, 250..256), (8, 1..4), (0, 1_024..1_030)]);
        assert_eq!(between(0, 65_537), [(16, 0..1), (0, 65_536..65_537)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn a_batch_makes_the_nodes_that_the_whole_log_makes(old in 0_u64..1_500, new in 1_u64..1_500) {
            let leaves = hashes(old + new);
            let (before, batch) = leaves.split_at(usize::try_from(old).unwrap());
            let growth = Growth::new(frontier(before), batch.to_vec());
            prop_assert_eq!(growth.after(), &frontier(&leaves));
            let at_once: BTreeSet<_> = Growth::new(Frontier::default(), leaves.clone()).completed().collect();
            let earlier: BTreeSet<_> = Growth::new(Frontier::default(), before.to_vec()).completed().collect();
            let now: BTreeSet<_> = growth.completed().collect();
            prop_assert!(now.is_disjoint(&earlier));
            prop_assert_eq!(&now | &earlier, at_once);
        }

        #[test]
        fn growth_is_followed_by_stored_nodes(from in 0_u64..1_500, more in 0_u64..1_500) {
            let leaves = hashes(from + more);
            let mut known = stored(&leaves);
            let mut follower = frontier(&leaves[..usize::try_from(from).unwrap()]);
            for (level, positions) in between(from, from + more) {
                for position in positions {
                    let hash = known.perfect(level, position).unwrap();
                    prop_assert!(follower.append_perfect(level, hash));
                }
            }
            prop_assert_eq!(follower, frontier(&leaves));
        }

        #[test]
        fn the_hash_of_a_whole_tree_is_its_root(size in 1_u64..3_000) {
            let leaves = hashes(size);
            let mut wanted = Wanted::default();
            range_hash(&mut wanted, 0..size).unwrap();
            let mut read = Known::default();
            let mut all = stored(&leaves);
            for range in wanted.leaves() {
                range.for_each(|at| read.insert(0, at, all.perfect(0, at).unwrap()));
            }
            for (level, range) in wanted.nodes() {
                range.for_each(|at| read.insert(level, at, all.perfect(level, at).unwrap()));
            }
            prop_assert_eq!(range_hash(&mut read, 0..size), Some(frontier(&leaves).root()));
        }
    }
}
