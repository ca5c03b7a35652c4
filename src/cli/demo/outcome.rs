//! How a step of the story ends.

use tonic::{Response, Status};
use tonic_types::StatusExt as _;

use crate::cli::failure::Failure;

/// What a step gives, or why the story stops.
pub(super) type Outcome<T> = Result<T, Stop>;

/// Why the story stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something that the hub promises did not hold.
    NotHeld(NotHeld),
    /// The hub refused what it should have done.
    Refused(Status),
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
        Self::Refused(status)
    }
}

impl Stop {
    /// As the failure of the command, in the step called `step`.
    pub(super) fn at(self, step: &str) -> Failure {
        let what = match self {
            Self::NotHeld(NotHeld(promise)) => format!("not held: {promise}"),
            Self::Refused(status) => {
                let refusal = Refusal::of(&status);
                format!(
                    "refused: {} {} {} {:?}",
                    refusal.code, refusal.reason, refusal.text, refusal.fields
                )
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
    if condition {
        Ok(())
    } else {
        Err(NotHeld::new(promise).into())
    }
}

/// What a part of an answer must have.
pub(super) fn present<T>(part: Option<T>, promise: &str) -> Outcome<T> {
    part.ok_or_else(|| NotHeld::new(promise).into())
}

/// An error of the hub, read in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: tonic::Code,
    pub(super) reason: String,
    pub(super) text: String,
    pub(super) text_vi: String,
    pub(super) fields: Vec<String>,
}

impl Refusal {
    fn of(status: &Status) -> Self {
        let details = status.get_error_details();
        let fields = details.bad_request().map(|bad| bad.field_violations.iter());
        Self {
            code: status.code(),
            reason: details.error_info().map(|info| info.reason.clone()).unwrap_or_default(),
            text: status.message().to_owned(),
            text_vi: details
                .localized_message()
                .map(|text| text.message.clone())
                .unwrap_or_default(),
            fields: fields
                .map(|fields| fields.map(|field| field.field.clone()).collect())
                .unwrap_or_default(),
        }
    }
}

/// The refusal that the hub must answer with.
pub(super) fn refused<T>(answer: Result<Response<T>, Status>, code: tonic::Code, promise: &str) -> Outcome<Refusal> {
    match answer {
        Ok(_) => Err(NotHeld::new(format!("{promise} (the hub accepted it)")).into()),
        Err(status) if status.code() == code => Ok(Refusal::of(&status)),
        Err(status) => Err(status.into()),
    }
}
