//! Uploads that go on in a call of this hub, so that the call that goes on with one can end the call before it: a line
//! that broke without a word looks alive for a while, and holds the upload.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::blobs::UploadName;

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<HashMap<UploadName, CancellationToken>>>);

impl UnderWay {
    /// A call has `name` from now on, until the turn is dropped.
    pub(super) fn begin(&self, name: UploadName) -> Turn {
        let superseded = CancellationToken::new();
        self.with(|calls| calls.insert(name.clone(), superseded.clone()));
        Turn {
            all: self.clone(),
            name,
            superseded,
        }
    }

    /// Tells the call that has `name` to end.
    pub(super) fn supersede(&self, name: &UploadName) {
        self.with(|calls| calls.get(name).map(CancellationToken::cancel));
    }

    fn with<T>(&self, what: impl FnOnce(&mut HashMap<UploadName, CancellationToken>) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The time in which one call has an upload.
#[derive(Debug)]
pub(super) struct Turn {
    all: UnderWay,
    name: UploadName,
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
            let is_mine = |held: &CancellationToken| held.is_cancelled() == self.superseded.is_cancelled();
            if calls.get(&self.name).is_some_and(is_mine) {
                calls.remove(&self.name);
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
        assert_eq!(all.with(|calls| calls.len()), 0);
    }
}
