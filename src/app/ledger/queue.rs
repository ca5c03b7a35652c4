//! What waits for the ledger's writer: fair between agencies, with a place kept for releases.
//!
//! A batch is filled by turns, one command of each agency that waits, releases before all else; so an agency that floods
//! lengthens its own line only, and a release that comes behind ten thousand enquiries is in the next batch. Within a
//! batch commands stand as they arrived, and so do those of one agency altogether.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::domain::ids::AgencyCode;

/// How much may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QueueLimits {
    /// Commands that may wait in all.
    pub(super) total: usize,
    /// How many of these places only a release may take.
    pub(super) reserved: usize,
    /// Commands of one agency that may wait, and as many releases again.
    pub(super) per_agency: usize,
    /// Memory of all commands, KiB.
    pub(super) kib: usize,
    /// How much of this memory only releases may take, KiB.
    pub(super) reserved_kib: usize,
    /// Memory of one agency's commands, KiB.
    pub(super) per_agency_kib: usize,
}

/// Whether a command may take a reserved place and goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// It lifts what holds somebody.
    Release,
    /// Everything else.
    Ordinary,
}

/// Why a command cannot wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its agency has as many waiting as it may: so many.
    AgencyFull(usize),
    /// Too many wait in all: so many.
    Full(usize),
    /// Nobody takes any more.
    Closed,
}

/// The queue. `T` is what waits.
#[derive(Debug)]
pub(super) struct FairQueue<T> {
    limits: QueueLimits,
    state: Mutex<State<T>>,
    arrived: Notify,
}

#[derive(Debug)]
struct State<T> {
    arrivals: u64,
    releases: Line<T>,
    others: Line<T>,
    kib: usize,
    is_closed: bool,
}

#[derive(Debug)]
struct Line<T> {
    agencies: BTreeMap<AgencyCode, Waiting<T>>,
    /// Whose turn it is, each agency that waits once.
    turns: VecDeque<AgencyCode>,
    count: usize,
}

#[derive(Debug)]
struct Waiting<T> {
    commands: VecDeque<Arrival<T>>,
    kib: usize,
}

#[derive(Debug)]
struct Arrival<T> {
    number: u64,
    kib: usize,
    item: T,
}

impl<T> FairQueue<T> {
    pub(super) fn new(limits: QueueLimits) -> Self {
        Self {
            limits,
            state: Mutex::new(State {
                arrivals: 0,
                releases: Line::default(),
                others: Line::default(),
                kib: 0,
                is_closed: false,
            }),
            arrived: Notify::new(),
        }
    }

    /// Whether a command of `agency` that takes `kib` of memory could wait now.
    pub(super) fn room(&self, agency: &AgencyCode, priority: Priority, kib: usize) -> Result<(), Refusal> {
        self.state().room(&self.limits, agency, priority, kib)
    }

    /// Lets a command of `agency` wait, which takes `kib` of memory.
    pub(super) fn push(&self, agency: &AgencyCode, priority: Priority, kib: usize, item: T) -> Result<(), Refusal> {
        let mut state = self.state();
        state.room(&self.limits, agency, priority, kib)?;
        state.arrivals += 1;
        state.kib = state.kib.saturating_add(kib);
        let arrival = Arrival {
            number: state.arrivals,
            kib,
            item,
        };
        state.line(priority).push(agency, arrival);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Up to `most` commands in the order in which they arrived, waiting for the first. None: the queue is closed and empty.
    pub(super) async fn take(&self, most: usize) -> Option<Vec<T>> {
        loop {
            let arrived = self.arrived.notified();
            {
                let mut state = self.state();
                let taken = state.take(most);
                if !taken.is_empty() {
                    return Some(taken);
                }
                if state.is_closed {
                    return None;
                }
            }
            arrived.await;
        }
    }

    /// Takes nothing more in. What waits is still given out.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.arrived.notify_one();
    }

    /// Closes it and gives up what waits.
    pub(super) fn abandon(&self) {
        let mut state = self.state();
        state.is_closed = true;
        drop(state.take(usize::MAX));
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        let state = self.state();
        state.releases.count + state.others.count
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn room(
        &mut self,
        limits: &QueueLimits,
        agency: &AgencyCode,
        priority: Priority,
        kib: usize,
    ) -> Result<(), Refusal> {
        if self.is_closed {
            return Err(Refusal::Closed);
        }
        let waiting = self.releases.count + self.others.count;
        let (total, total_kib) = match priority {
            Priority::Release => (limits.total, limits.kib),
            Priority::Ordinary => (
                limits.total.saturating_sub(limits.reserved),
                limits.kib.saturating_sub(limits.reserved_kib),
            ),
        };
        let (own, own_kib) = self.line(priority).of(agency);
        // A command that is larger than the memory may wait alone; nothing makes it smaller.
        if own >= limits.per_agency || (own > 0 && own_kib.saturating_add(kib) > limits.per_agency_kib) {
            return Err(Refusal::AgencyFull(own));
        }
        if waiting >= total || (waiting > 0 && self.kib.saturating_add(kib) > total_kib) {
            return Err(Refusal::Full(waiting));
        }
        Ok(())
    }

    fn line(&mut self, priority: Priority) -> &mut Line<T> {
        match priority {
            Priority::Release => &mut self.releases,
            Priority::Ordinary => &mut self.others,
        }
    }

    fn take(&mut self, most: usize) -> Vec<T> {
        let mut taken = Vec::new();
        while taken.len() < most {
            let Some(next) = self.releases.pop().or_else(|| self.others.pop()) else {
                break;
            };
            self.kib = self.kib.saturating_sub(next.kib);
            taken.push(next);
        }
        taken.sort_by_key(|arrival| arrival.number);
        taken.into_iter().map(|arrival| arrival.item).collect()
    }
}

impl<T> Line<T> {
    /// How many commands of `agency` wait, and their memory in KiB.
    fn of(&self, agency: &AgencyCode) -> (usize, usize) {
        let waiting = self.agencies.get(agency);
        waiting.map_or((0, 0), |waiting| (waiting.commands.len(), waiting.kib))
    }

    fn push(&mut self, agency: &AgencyCode, arrival: Arrival<T>) {
        self.count += 1;
        if let Some(waiting) = self.agencies.get_mut(agency) {
            waiting.kib = waiting.kib.saturating_add(arrival.kib);
            waiting.commands.push_back(arrival);
            return;
        }
        self.turns.push_back(agency.clone());
        let waiting = Waiting {
            kib: arrival.kib,
            commands: VecDeque::from([arrival]),
        };
        self.agencies.insert(agency.clone(), waiting);
    }

    /// The oldest command of the agency whose turn it is.
    fn pop(&mut self) -> Option<Arrival<T>> {
        let agency = self.turns.pop_front()?;
        let waiting = self.agencies.get_mut(&agency)?;
        let arrival = waiting.commands.pop_front()?;
        waiting.kib = waiting.kib.saturating_sub(arrival.kib);
        self.count = self.count.saturating_sub(1);
        if waiting.commands.is_empty() {
            self.agencies.remove(&agency);
        } else {
            self.turns.push_back(agency);
        }
        Some(arrival)
    }
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            agencies: BTreeMap::new(),
            turns: VecDeque::new(),
            count: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: QueueLimits = QueueLimits {
        total: 100,
        reserved: 10,
        per_agency: 60,
        kib: 1_100,
        reserved_kib: 100,
        per_agency_kib: 600,
    };

    fn agency(number: usize) -> AgencyCode {
        AgencyCode::parse(&format!("CQ.{number}")).unwrap()
    }

    fn queue(limits: QueueLimits) -> FairQueue<String> {
        FairQueue::new(limits)
    }

    fn ordinary(queue: &FairQueue<String>, agency_number: usize, item: &str) -> Result<(), Refusal> {
        queue.push(&agency(agency_number), Priority::Ordinary, 1, item.to_owned())
    }

    fn release(queue: &FairQueue<String>, agency_number: usize, item: &str) -> Result<(), Refusal> {
        queue.push(&agency(agency_number), Priority::Release, 1, item.to_owned())
    }

    async fn taken(queue: &FairQueue<String>, most: usize) -> Vec<String> {
        queue.take(most).await.unwrap()
    }

    #[tokio::test]
    async fn a_flood_of_one_agency_does_not_hold_up_another() {
        let queue = queue(LIMITS);
        for n in 0..50 {
            ordinary(&queue, 1, &format!("flood {n}")).unwrap();
        }
        ordinary(&queue, 2, "quiet 0").unwrap();
        ordinary(&queue, 2, "quiet 1").unwrap();
        assert_eq!(taken(&queue, 4).await, ["flood 0", "flood 1", "quiet 0", "quiet 1"]);
        assert_eq!(queue.len(), 48);
    }

    #[tokio::test]
    async fn a_release_is_in_the_next_batch_whatever_waits() {
        let queue = queue(QueueLimits {
            total: 20_000,
            per_agency: 20_000,
            ..LIMITS
        });
        let many = QueueLimits {
            kib: usize::MAX,
            per_agency_kib: usize::MAX,
            ..queue.limits
        };
        let queue = FairQueue { limits: many, ..queue };
        for n in 0..10_000 {
            ordinary(&queue, 1, &format!("enquiry {n}")).unwrap();
        }
        release(&queue, 1, "release").unwrap();
        assert_eq!(taken(&queue, 2).await, ["enquiry 0", "release"]);
    }

    #[tokio::test]
    async fn a_batch_that_takes_everything_stands_as_it_arrived() {
        let queue = queue(LIMITS);
        for (number, item) in [(1, "a"), (2, "b"), (1, "c"), (3, "d")] {
            ordinary(&queue, number, item).unwrap();
        }
        release(&queue, 2, "e").unwrap();
        ordinary(&queue, 1, "f").unwrap();
        assert_eq!(taken(&queue, 99).await, ["a", "b", "c", "d", "e", "f"]);
    }

    #[test]
    fn places_are_kept_for_releases_and_for_the_other_agencies() {
        let queue = queue(LIMITS);
        for n in 0..60 {
            ordinary(&queue, 1, &n.to_string()).unwrap();
        }
        assert_eq!(ordinary(&queue, 1, "one too many"), Err(Refusal::AgencyFull(60)));
        for n in 0..30 {
            ordinary(&queue, 2, &n.to_string()).unwrap();
        }
        assert_eq!(ordinary(&queue, 2, "no place"), Err(Refusal::Full(90)));
        for n in 0..10 {
            release(&queue, 1, &n.to_string()).unwrap();
        }
        assert_eq!(release(&queue, 3, "no place"), Err(Refusal::Full(100)));
    }

    #[test]
    fn memory_is_bounded_for_each_agency_and_in_all() {
        let queue = queue(LIMITS);
        let push = |number, kib| queue.push(&agency(number), Priority::Ordinary, kib, String::new());
        push(1, 500).unwrap();
        assert_eq!(push(1, 101), Err(Refusal::AgencyFull(1)));
        push(2, 450).unwrap();
        assert_eq!(push(3, 51), Err(Refusal::Full(2)));
        push(3, 50).unwrap();
    }

    #[test]
    fn memory_is_kept_for_releases() {
        let queue = queue(LIMITS);
        let push = |number, priority, kib| queue.push(&agency(number), priority, kib, String::new());
        push(1, Priority::Ordinary, 600).unwrap();
        push(2, Priority::Ordinary, 400).unwrap();
        assert_eq!(push(3, Priority::Ordinary, 1), Err(Refusal::Full(2)));
        push(3, Priority::Release, 100).unwrap();
        assert_eq!(push(3, Priority::Release, 1), Err(Refusal::Full(3)));
    }

    #[test]
    fn what_is_larger_than_the_memory_waits_alone() {
        let queue = queue(LIMITS);
        let push = |number| queue.push(&agency(number), Priority::Ordinary, 5_000, String::new());
        push(1).unwrap();
        assert_eq!(push(1), Err(Refusal::AgencyFull(1)));
        assert_eq!(push(2), Err(Refusal::Full(1)));
    }

    #[tokio::test]
    async fn what_waits_when_it_closes_is_given_out_and_nothing_more() {
        let queue = queue(LIMITS);
        ordinary(&queue, 1, "last").unwrap();
        queue.close();
        assert_eq!(ordinary(&queue, 1, "late"), Err(Refusal::Closed));
        assert_eq!(queue.take(5).await, Some(vec!["last".to_owned()]));
        assert_eq!(queue.take(5).await, None);
    }

    #[derive(Debug, Clone)]
    enum Act {
        Push(usize, bool),
        Take(usize),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let push = (0..4_usize, any::<bool>()).prop_map(|(number, is_release)| Act::Push(number, is_release));
        prop::collection::vec(prop_oneof![3 => push, 1 => (1..9_usize).prop_map(Act::Take)], 1..200)
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_doubled_and_each_agency_stays_in_its_order(acts in acts()) {
            let queue: FairQueue<(usize, bool, usize)> = FairQueue::new(LIMITS);
            let (mut accepted, mut given) = (Vec::new(), Vec::new());
            for (step, act) in acts.into_iter().enumerate() {
                match act {
                    Act::Push(number, is_release) => {
                        let priority = if is_release { Priority::Release } else { Priority::Ordinary };
                        if queue.push(&agency(number), priority, 1, (number, is_release, step)).is_ok() {
                            accepted.push((number, is_release, step));
                        }
                    }
                    Act::Take(most) => {
                        let batch = queue.state().take(most);
                        prop_assert!(batch.len() <= most);
                        prop_assert!(batch.is_sorted_by_key(|(_, _, step)| *step), "a batch stands as it arrived");
                        given.extend(batch);
                    }
                }
            }
            given.extend(queue.state().take(usize::MAX));
            for number in 0..4 {
                for is_release in [true, false] {
                    let own = |all: &[(usize, bool, usize)]| -> Vec<usize> {
                        let own = all.iter().filter(|item| (item.0, item.1) == (number, is_release));
                        own.map(|item| item.2).collect()
                    };
                    prop_assert_eq!(own(&given), own(&accepted));
                }
            }
            prop_assert_eq!((queue.len(), queue.state().kib), (0, 0));
        }
    }
}
