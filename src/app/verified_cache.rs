//! A bounded memory of what was verified, valid for one version of the registry. Its lock is never held across an await.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Verified values by SHA-256 key. The oldest entry leaves when it is full; all leave when the registry moves.
#[derive(Debug)]
pub struct VerifiedCache<V> {
    capacity: usize,
    state: Mutex<State<V>>,
}

#[derive(Debug)]
struct State<V> {
    registry_version: i64,
    entries: HashMap<[u8; 32], Arc<V>>,
    /// Every key of `entries` once, oldest first.
    order: VecDeque<[u8; 32]>,
}

impl<V> VerifiedCache<V> {
    /// An empty cache of at most `capacity` entries that has seen no registry version yet.
    pub fn new(capacity: usize) -> Self {
        let state = State {
            registry_version: i64::MIN,
            entries: HashMap::new(),
            order: VecDeque::new(),
        };
        Self {
            capacity,
            state: Mutex::new(state),
        }
    }

    /// Nothing under the lock can leave the state half changed, so a poisoned lock is still good.
    fn state(&self) -> MutexGuard<'_, State<V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest registry version seen.
    pub fn registry_version(&self) -> i64 {
        self.state().registry_version
    }

    /// Forgets everything if `version` is newer than what was seen; an older one is a late messenger and changes nothing.
    pub fn observe(&self, version: i64) {
        let mut state = self.state();
        if version > state.registry_version {
            state.registry_version = version;
            state.entries.clear();
            state.order.clear();
        }
    }

    /// The value under `key`. The caller checks that it still stands at the present instant.
    pub fn get(&self, key: &[u8; 32]) -> Option<Arc<V>> {
        self.state().entries.get(key).cloned()
    }

    /// Keeps `value`, which was read under registry version `version`; not kept if the registry has moved since.
    pub fn insert(&self, version: i64, key: [u8; 32], value: Arc<V>) {
        let mut state = self.state();
        if version != state.registry_version {
            return;
        }
        if state.entries.insert(key, value).is_none() {
            state.order.push_back(key);
        }
        while state.entries.len() > self.capacity {
            let Some(oldest) = state.order.pop_front() else { break };
            state.entries.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_registry_version_forgets_everything_and_an_older_one_nothing() {
        let cache = VerifiedCache::new(4);
        cache.observe(7);
        cache.insert(7, [1; 32], Arc::new("one"));
        cache.observe(6);
        cache.observe(7);
        assert_eq!(cache.get(&[1; 32]).as_deref(), Some(&"one"));
        cache.observe(8);
        assert_eq!(cache.get(&[1; 32]), None);
        assert_eq!(cache.registry_version(), 8);
    }

    #[test]
    fn what_was_read_before_the_registry_moved_is_not_kept() {
        let cache = VerifiedCache::new(4);
        cache.observe(7);
        cache.observe(8);
        cache.insert(7, [1; 32], Arc::new("stale"));
        assert_eq!(cache.get(&[1; 32]), None);
    }

    #[test]
    fn it_never_grows_beyond_its_capacity_and_drops_the_oldest() {
        let cache = VerifiedCache::new(3);
        cache.observe(1);
        for key in 0..10_u8 {
            cache.insert(1, [key; 32], Arc::new(key));
            cache.insert(1, [key; 32], Arc::new(key));
        }
        let kept: Vec<u8> = (0..10_u8).filter(|key| cache.get(&[*key; 32]).is_some()).collect();
        assert_eq!(kept, [7, 8, 9]);
        assert_eq!(cache.state().order.len(), 3);
    }
}
