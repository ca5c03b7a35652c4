//! Uploads that go on in a call of this hub, so that the call that goes on with one can end the call before it: a line
//! that broke without a word looks alive for a while, and holds the upload.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::blobs::UploadName;

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<Calls>>);

#[derive(Debug, Default)]
struct Calls {
    /// Numbers the turns.
    next: u64,
    by_name: HashMap<UploadName, (u64, CancellationToken)>,
}

impl UnderWay {
    /// A call has `name` from now on, until the turn is dropped.
    pub(super) fn begin(&self, name: UploadName) -> Turn {
        let superseded = CancellationToken::new();
        let number = self.with(|calls| {
            calls.next += 1;
            calls.by_name.insert(name.clone(), (calls.next, superseded.clone()));
            calls.next
        });
        Turn {
            all: self.clone(),
            name,
            number,
            superseded,
        }
    }

    /// Tells the call that has `name` to end.
    pub(super) fn supersede(&self, name: &UploadName) {
        self.with(|calls| {
            if let Some((_, superseded)) = calls.by_name.get(name) {
                superseded.cancel();
            }
        });
    }

    fn with<T>(&self, what: impl FnOnce(&mut Calls) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The time in which one call has an upload.
#[derive(Debug)]
pub(super) struct Turn {
    all: UnderWay,
    name: UploadName,
    number: u64,
    superseded: CancellationToken,
}

impl Turn {
    /// Ends when another call goes on with the upload.
    pub(super) fn superseded(&self) -> CancellationToken {
        self.superseded.clone()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.all.with(|calls| {
            // The next call may have begun already, with a turn of its own.
            if calls
                .by_name
                .get(&self.name)
                .is_some_and(|(number, _)| *number == self.number)
            {
                calls.by_name.remove(&self.name);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_that_has_an_upload_is_told_and_no_other() {
        let all = UnderWay::default();
        let (first, other) = (all.begin(UploadName::local("a")), all.begin(UploadName::local("b")));
        all.supersede(&UploadName::local("a"));
        assert!(first.superseded().is_cancelled() && !other.superseded().is_cancelled());
        let second = all.begin(UploadName::local("a"));
        drop(first);
        all.supersede(&UploadName::local("a"));
        assert!(second.superseded().is_cancelled(), "it is known still");
        drop((second, other));
        assert_eq!(all.with(|calls| calls.by_name.len()), 0);
    }

    #[test]
    fn the_end_of_a_call_does_not_hide_the_next_though_nobody_superseded_it() {
        let all = UnderWay::default();
        let first = all.begin(UploadName::local("a"));
        let second = all.begin(UploadName::local("a"));
        drop(first);
        all.supersede(&UploadName::local("a"));
        assert!(second.superseded().is_cancelled());
    }
}
