//! How much one agency may ask of the hub: calls a second, calls and streams at a time. What is over it is turned away at
//! once and told when to come again, so that one agency's flood costs the others nothing. And how much memory its messages may
//! take that are half sent or not taken: calls are few, but one call may be large.
//!
//! The rate is a virtual schedule (GCRA, ITU-T I.371): each call moves the agency's next free instant by one interval, and a
//! call is over the rate if that instant lies further ahead than the burst allows.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::error::{Error, ErrorCode};
use crate::domain::ids::AgencyCode;

/// What one agency may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdmissionLimits {
    /// Calls a second in the long run, messages of a stream of submits among them.
    pub calls_per_second: NonZeroU32,
    /// Calls that may come at once after a quiet time.
    pub burst: NonZeroU32,
    /// Calls at a time, waiting reads among them.
    pub calls: u32,
    /// Open streams at a time.
    pub streams: u32,
    /// Memory of its messages that are half received or not yet taken, KiB. What is small is not counted.
    pub held_kib: u32,
}

impl Default for AdmissionLimits {
    fn default() -> Self {
        let number = |value| NonZeroU32::new(value).unwrap_or(NonZeroU32::MIN);
        Self {
            calls_per_second: number(1_000),
            burst: number(2_000),
            calls: 512,
            streams: 64,
            held_kib: 64 * 1_024,
        }
    }
}

/// What is counted by how many there are at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// A call with one answer.
    Call,
    /// A stream, until it ends.
    Stream,
}

/// The accounts of all agencies.
#[derive(Debug)]
pub struct Admission {
    limits: AdmissionLimits,
    accounts: Mutex<BTreeMap<AgencyCode, Account>>,
}

#[derive(Debug)]
struct Account {
    /// The instant up to which the rate is used.
    used_until: Instant,
    calls: u32,
    streams: u32,
    held: u64,
}

impl Account {
    fn is_idle(&self) -> bool {
        self.calls == 0 && self.streams == 0 && self.held == 0
    }
}

/// Something under way; counted until this is dropped.
#[derive(Debug)]
pub struct UnderWay {
    admission: Arc<Admission>,
    agency: AgencyCode,
    load: Load,
}

/// Memory that counts to an agency until this is dropped.
#[derive(Debug)]
pub struct Held {
    admission: Arc<Admission>,
    agency: AgencyCode,
    bytes: u64,
}

/// The agency has used its rate; it may come again after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverRate(pub Duration);

impl OverRate {
    /// As the caller is told.
    pub fn error(self) -> Error {
        over("rate", self.0)
    }
}

/// How long to wait for a call or stream of one's own to end, as nobody knows.
const A_MOMENT: Duration = Duration::from_millis(500);
/// Accounts above which those that say nothing are forgotten.
const MANY_ACCOUNTS: usize = 4_096;

impl Admission {
    /// Everybody starts with a whole burst.
    pub fn new(limits: AdmissionLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            accounts: Mutex::default(),
        })
    }

    /// Counts a call of the agency against its rate.
    ///
    /// # Errors
    /// It is over the rate, and was not counted.
    pub fn take(&self, agency: &AgencyCode) -> Result<(), OverRate> {
        let mut accounts = self.accounts();
        // Read under the lock, so that instants go up from call to call.
        self.count(&mut accounts, agency, Instant::now())
    }

    fn count(
        &self,
        accounts: &mut BTreeMap<AgencyCode, Account>,
        agency: &AgencyCode,
        now: Instant,
    ) -> Result<(), OverRate> {
        let interval = Duration::from_secs(1) / self.limits.calls_per_second.get();
        let burst = interval * self.limits.burst.get();
        let account = account(accounts, agency, now);
        let used_until = account.used_until.max(now) + interval;
        let ahead = used_until.duration_since(now);
        let over = ahead.saturating_sub(burst);
        if !over.is_zero() {
            return Err(OverRate(over));
        }
        account.used_until = used_until;
        Ok(())
    }

    /// Counts something under way of the agency.
    ///
    /// # Errors
    /// OVERLOADED: it has as much under way as it may.
    pub fn begin(self: &Arc<Self>, agency: &AgencyCode, load: Load) -> Result<UnderWay, Error> {
        let mut accounts = self.accounts();
        let account = account(&mut accounts, agency, Instant::now());
        let (count, most, scope) = match load {
            Load::Call => (&mut account.calls, self.limits.calls, "calls"),
            Load::Stream => (&mut account.streams, self.limits.streams, "streams"),
        };
        if *count >= most {
            return Err(over(scope, A_MOMENT));
        }
        *count += 1;
        Ok(UnderWay {
            admission: Arc::clone(self),
            agency: agency.clone(),
            load,
        })
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<AgencyCode, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnderWay {
    /// Memory that this will hold; none yet.
    pub fn held(&self) -> Held {
        Held {
            admission: Arc::clone(&self.admission),
            agency: self.agency.clone(),
            bytes: 0,
        }
    }

    /// As what it is counted.
    pub fn load(&self) -> Load {
        self.load
    }
}

impl Held {
    /// Makes it so many bytes altogether.
    ///
    /// # Errors
    /// OVERLOADED: it would be more than before, and more than the agency may hold. Nothing has changed then.
    pub fn set(&mut self, bytes: usize) -> Result<(), Error> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let mut accounts = self.admission.accounts();
        let account = account(&mut accounts, &self.agency, Instant::now());
        let held = account.held.saturating_sub(self.bytes).saturating_add(bytes);
        if bytes > self.bytes && held > u64::from(self.admission.limits.held_kib) * 1_024 {
            return Err(over("memory", A_MOMENT));
        }
        account.held = held;
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.bytes > 0
            && let Some(account) = self.admission.accounts().get_mut(&self.agency)
        {
            account.held = account.held.saturating_sub(self.bytes);
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(account) = self.admission.accounts().get_mut(&self.agency) {
            let count = match self.load {
                Load::Call => &mut account.calls,
                Load::Stream => &mut account.streams,
            };
            *count = count.saturating_sub(1);
        }
    }
}

/// The account of an agency. One that is at rest says the same as none.
fn account<'a>(accounts: &'a mut BTreeMap<AgencyCode, Account>, agency: &AgencyCode, now: Instant) -> &'a mut Account {
    if accounts.len() >= MANY_ACCOUNTS && !accounts.contains_key(agency) {
        accounts.retain(|_, account| account.used_until > now || !account.is_idle());
    }
    accounts.entry(agency.clone()).or_insert(Account {
        used_until: now,
        calls: 0,
        streams: 0,
        held: 0,
    })
}

fn over(scope: &'static str, wait: Duration) -> Error {
    let millis = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX).saturating_add(1);
    Error::new(ErrorCode::Overloaded)
        .with("scope", scope)
        .with_detail(
            "Cơ quan của quý vị đang gọi quá nhiều; hãy thử lại sau thời gian nêu kèm theo.",
            "Your agency is asking for too much at a time; retry after the time given.",
        )
        .retry_after_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Admission {
        fn take_at(&self, agency: &AgencyCode, now: Instant) -> Result<(), OverRate> {
            self.count(&mut self.accounts(), agency, now)
        }
    }

    fn limits() -> AdmissionLimits {
        AdmissionLimits {
            calls_per_second: NonZeroU32::new(10).unwrap(),
            burst: NonZeroU32::new(3).unwrap(),
            calls: 2,
            streams: 1,
            held_kib: 3,
        }
    }

    fn code(text: &str) -> AgencyCode {
        AgencyCode::parse(text).unwrap()
    }

    #[test]
    fn after_a_burst_calls_are_taken_at_the_rate_and_the_hint_is_exact() {
        let (admission, bank, start) = (Admission::new(limits()), code("NH.1"), Instant::now());
        for _ in 0..3 {
            admission.take_at(&bank, start).unwrap();
        }
        let OverRate(wait) = admission.take_at(&bank, start).unwrap_err();
        assert_eq!(wait, Duration::from_millis(100));
        assert_eq!(
            admission.take_at(&code("NH.2"), start),
            Ok(()),
            "each agency has its own"
        );
        admission.take_at(&bank, start + wait).unwrap();
        admission.take_at(&bank, start + wait).unwrap_err();
        let later = start + Duration::from_hours(1);
        for _ in 0..3 {
            admission.take_at(&bank, later).unwrap();
        }
        let error = admission.take_at(&bank, later).unwrap_err().error();
        assert_eq!(
            (error.code(), error.retry_hint_millis()),
            (ErrorCode::Overloaded, Some(101))
        );
    }

    #[test]
    fn without_a_limit_worth_the_name_nobody_is_turned_away() {
        let admission = Admission::new(AdmissionLimits {
            calls_per_second: NonZeroU32::MAX,
            burst: NonZeroU32::MAX,
            ..limits()
        });
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..20_000).for_each(|_| admission.take(&code("NH.1")).unwrap()));
            }
        });
    }

    #[test]
    fn in_a_long_flood_exactly_the_rate_gets_through() {
        let (admission, start) = (Admission::new(limits()), Instant::now());
        let taken = (0..10_000).filter(|millis| {
            let now = start + Duration::from_millis(*millis);
            admission.take_at(&code("NH.1"), now).is_ok()
        });
        let taken = taken.count();
        assert!((100..=103).contains(&taken), "{taken} in ten seconds");
    }

    #[test]
    fn what_is_under_way_is_bounded_and_counted_until_it_ends() {
        let admission = Admission::new(limits());
        let bank = code("NH.1");
        let first = admission.begin(&bank, Load::Call).unwrap();
        let _second = admission.begin(&bank, Load::Call).unwrap();
        assert_eq!(
            admission.begin(&bank, Load::Call).unwrap_err().code(),
            ErrorCode::Overloaded
        );
        let _stream = admission.begin(&bank, Load::Stream).unwrap();
        admission.begin(&bank, Load::Stream).unwrap_err();
        admission.begin(&code("NH.2"), Load::Call).unwrap();
        drop(first);
        admission.begin(&bank, Load::Call).unwrap();
    }

    #[test]
    fn memory_is_bounded_for_each_agency_and_given_back() {
        let admission = Admission::new(limits());
        let bank = admission.begin(&code("NH.1"), Load::Call).unwrap();
        let (mut first, mut second) = (bank.held(), bank.held());
        first.set(2_000).unwrap();
        assert_eq!(second.set(1_073).unwrap_err().code(), ErrorCode::Overloaded);
        second.set(1_072).unwrap();
        first.set(1_999).unwrap();
        first.set(2_001).unwrap_err();
        admission
            .begin(&code("NH.2"), Load::Call)
            .unwrap()
            .held()
            .set(3_072)
            .unwrap();
        drop(first);
        second.set(3_072).unwrap();
    }

    #[test]
    fn accounts_at_rest_are_forgotten_when_there_are_many() {
        let (admission, start) = (Admission::new(limits()), Instant::now());
        let busy = admission.begin(&code("NH.0"), Load::Call).unwrap();
        for number in 1..MANY_ACCOUNTS {
            admission.take_at(&code(&format!("NH.{number}")), start).unwrap();
        }
        admission
            .take_at(&code("NH.LAST"), start + Duration::from_secs(1))
            .unwrap();
        assert_eq!(admission.accounts().len(), 2);
        drop(busy);
    }
}
