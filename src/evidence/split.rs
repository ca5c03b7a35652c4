//! Two states of one log that its hub has signed: is one the beginning of the other? If not, the hub has shown two logs, or has
//! lost entries that it had signed for.

use super::Digest;
use super::proof::{TreeRoot, verify_consistency};

/// How two signed states of a log do not fit each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Split {
    /// The same number of entries, two roots: the two checkpoints prove it by themselves.
    #[error("two checkpoints of one size have different roots")]
    TwoRoots,
    /// The hub's proof does not lead from the one to the other.
    #[error("the hub cannot prove that the smaller tree is the beginning of the larger")]
    NotContinued,
    /// The hub's log ends before what it has signed.
    #[error("the hub's log is shorter than what it has signed: entries are missing at its end")]
    Shorter,
}

impl Split {
    /// A stable word for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TwoRoots => "TWO_ROOTS",
            Self::NotContinued => "NOT_CONTINUED",
            Self::Shorter => "SHORTER",
        }
    }

    /// The same for people, Vietnamese.
    pub const fn vi(self) -> &'static str {
        match self {
            Self::TwoRoots => "hai điểm kiểm tra cùng số mục nhưng khác gốc cây: cổng đã đưa ra hai nhật ký khác nhau",
            Self::NotContinued => {
                "cổng không chứng minh được nhật ký sau nối tiếp nhật ký trước: nhật ký đã bị viết lại hoặc rẽ nhánh"
            }
            Self::Shorter => "nhật ký của cổng ngắn hơn phần cổng đã ký: các mục cuối đã mất",
        }
    }
}

/// The smaller of two trees first.
pub fn in_order(one: TreeRoot, other: TreeRoot) -> (TreeRoot, TreeRoot) {
    if one.size <= other.size {
        (one, other)
    } else {
        (other, one)
    }
}

/// Whether a proof has to be asked for: not if both trees have the same number of entries.
pub fn takes_proof(one: &TreeRoot, other: &TreeRoot) -> bool {
    one.size != other.size
}

/// Holds two trees of one log against each other; `proof` is the consistency proof of the smaller with the larger.
///
/// # Errors
/// [`Split`].
pub fn compare(one: &TreeRoot, other: &TreeRoot, proof: &[Digest]) -> Result<(), Split> {
    if one.size == other.size {
        return if one.root == other.root {
            Ok(())
        } else {
            Err(Split::TwoRoots)
        };
    }
    let (older, newer) = in_order(*one, *other);
    verify_consistency(&older, &newer, proof).map_err(|_wrong| Split::NotContinued)
}

#[cfg(test)]
mod tests {
    use super::super::leaf::leaf_hash;
    use super::super::merkle::Frontier;
    use super::super::nodes::Growth;
    use super::super::proof::consistency;
    use super::*;

    fn grown(seed: u8, size: u64) -> (TreeRoot, Growth) {
        // The two logs of the tests share their first five entries.
        let leaf = |index: u64| leaf_hash(&[if index < 5 { 0 } else { seed }, u8::try_from(index).unwrap()]);
        let growth = Growth::new(Frontier::default(), (0..size).map(leaf).collect());
        let root = growth.after().root();
        (TreeRoot { size, root }, growth)
    }

    #[test]
    fn every_two_states_of_one_log_fit_and_of_two_logs_only_what_they_share() {
        for old in 1..20 {
            for new in old..20 {
                let (older, _) = grown(1, old);
                for seed in [1, 2] {
                    let (newer, mut nodes) = grown(seed, new);
                    let proof = consistency(&mut nodes, old, new).unwrap();
                    let fits = seed == 1 || old <= 5;
                    let expected = match (fits, old == new) {
                        (true, _) => Ok(()),
                        (false, true) => Err(Split::TwoRoots),
                        (false, false) => Err(Split::NotContinued),
                    };
                    assert_eq!(compare(&older, &newer, &proof), expected, "{seed}: {old}, {new}");
                    assert_eq!(compare(&newer, &older, &proof), expected, "{seed}: {new}, {old}");
                }
            }
        }
    }

    #[test]
    fn without_a_proof_nothing_larger_is_believed() {
        let ((older, _), (newer, _)) = (grown(1, 3), grown(1, 9));
        assert_eq!(compare(&older, &newer, &[]), Err(Split::NotContinued));
        assert!(takes_proof(&older, &newer) && !takes_proof(&older, &older));
    }
}
