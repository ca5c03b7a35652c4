//! How a step of the story ends.

use std::sync::atomic::{AtomicUsize, Ordering};

use tonic::{Response, Status};

use crate::cli::failure::Failure;
use crate::client::call::Refusal;

/// What a step gives, or why the story stops.
pub(super) type Outcome<T> = Result<T, Stop>;

/// How many promises have held so far.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// How many promises have held so far.
pub(super) fn held_so_far() -> usize {
    HELD.load(Ordering::Relaxed)
}

/// Why the story stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something that the hub promises did not hold.
    NotHeld(NotHeld),
    /// The hub refused what it should have done.
    Refused(Box<Refusal>),
}

/// A promise that did not hold.
#[derive(Debug)]
pub(super) struct NotHeld(String);

impl NotHeld {
    pub(super) fn new(promise: impl Into<String>) -> Self {
        Self(promise.into())
    }
}

impl From<NotHeld> for Stop {
    fn from(promise: NotHeld) -> Self {
        Self::NotHeld(promise)
    }
}

impl From<Status> for Stop {
    fn from(status: Status) -> Self {
        Self::Refused(Box::new(status.into()))
    }
}

impl Stop {
    /// As the failure of the command, in the step called `step`.
    pub(super) fn at(self, step: &str) -> Failure {
        let what = match self {
            Self::NotHeld(NotHeld(promise)) => format!("not held: {promise}"),
            Self::Refused(refusal) => {
                let fields = refusal.fields.iter().fold(String::new(), |text, field| {
                    format!("{text}\n  {}: {}", field.field, field.en)
                });
                format!("refused: {} {} {}{fields}", refusal.code, refusal.reason, refusal.en)
            }
        };
        Failure::failed(
            format!("Câu chuyện chạy thử dừng ở bước {step}. {what}"),
            format!("The demo stopped at step {step}. {what}"),
        )
    }
}

/// Holds `condition` against the promise.
pub(super) fn check(condition: bool, promise: &str) -> Outcome<()> {
    present(condition.then_some(()), promise)
}

/// What the story itself must have; no promise of the hub's.
pub(super) fn needed<T>(part: Option<T>, what: &str) -> Outcome<T> {
    part.ok_or_else(|| NotHeld::new(what).into())
}

/// What a part of an answer must have.
pub(super) fn present<T>(part: Option<T>, promise: &str) -> Outcome<T> {
    let part = part.ok_or_else(|| NotHeld::new(promise))?;
    HELD.fetch_add(1, Ordering::Relaxed);
    Ok(part)
}

/// The refusal that the hub must answer with.
pub(super) fn refused<T>(answer: Result<Response<T>, Status>, code: tonic::Code, promise: &str) -> Outcome<Refusal> {
    match answer {
        Ok(_) => Err(NotHeld::new(format!("{promise} (the hub accepted it)")).into()),
        Err(status) if status.code() == code => present(Some(Refusal::from(status)), promise),
        Err(status) => Err(status.into()),
    }
}
