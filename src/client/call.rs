//! Calls that are safe to repeat: what the hub refuses is read in full, and what it sheds is tried again.

use std::time::Duration;

use tonic::{Code, Response, Status};
use tonic_types::StatusExt as _;

/// Most attempts of one call.
pub const MAX_ATTEMPTS: u32 = 5;
/// The wait before the second attempt; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait before an attempt, whatever the hub asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// One thing that is wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongField {
    /// JSON pointer into the document, or the name of the message's field.
    pub field: String,
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// An error of the hub, or of the way to it, read in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The canonical gRPC code.
    pub code: Code,
    /// The hub's stable code, for example `RECIPIENT_NOT_CONNECTED`; empty if the hub itself did not answer.
    pub reason: String,
    /// What happened, Vietnamese. The hub's own errors always say it; without it, it was not the hub that answered.
    pub vi: String,
    /// What happened, English.
    pub en: String,
    /// The wrong fields, at most 15.
    pub fields: Vec<WrongField>,
    /// How many more were left off.
    pub more_fields: u64,
    /// After what time the hub asks to try again.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// Whether the same call may succeed later: the hub sheds it, or the way to the hub broke.
    pub fn is_temporary(&self) -> bool {
        let is_broken = self.reason.is_empty() && matches!(self.code, Code::Unknown | Code::Cancelled | Code::Internal);
        is_broken || matches!(self.code, Code::Unavailable | Code::ResourceExhausted)
    }

    /// How long to wait after the failed attempt number `attempt` (from 1); `None`: do not try again.
    pub fn wait(&self, attempt: u32) -> Option<Duration> {
        // A document that is too large is RESOURCE_EXHAUSTED as well, without a hint, and stays too large.
        let is_hopeless = self.code == Code::ResourceExhausted && self.retry_after.is_none();
        if !self.is_temporary() || is_hopeless || attempt >= MAX_ATTEMPTS {
            return None;
        }
        let doubled = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
        Some(doubled.max(self.retry_after.unwrap_or_default()).min(LONGEST_WAIT))
    }
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let en = status.message().to_owned();
        let localized = details.localized_message().filter(|text| text.locale == "vi");
        let info = details.error_info();
        let more = info.and_then(|info| info.metadata.get("more_violations")?.parse().ok());
        let fields = details.bad_request().map(|bad| bad.field_violations.iter());
        let field = |violation: &tonic_types::FieldViolation| WrongField {
            field: violation.field.clone(),
            vi: violation
                .localized_message
                .as_ref()
                .map_or_else(|| violation.description.clone(), |text| text.message.clone()),
            en: violation.description.clone(),
        };
        Self {
            code: status.code(),
            reason: info.map(|info| info.reason.clone()).unwrap_or_default(),
            vi: localized.map_or_else(
                || format!("Không liên lạc được với cổng ({en})."),
                |text| text.message.clone(),
            ),
            en,
            fields: fields.map(|fields| fields.map(field).collect()).unwrap_or_default(),
            more_fields: more.unwrap_or(0),
            retry_after: details.retry_info().and_then(|info| info.retry_delay),
        }
    }
}

/// Calls until it succeeds, is refused for good, or has been tried [`MAX_ATTEMPTS`] times. `told` hears of each wait. The
/// attempts must be the same to the byte, key included, so that the hub does it once.
///
/// # Errors
/// What the last attempt was refused with.
pub async fn call<T>(
    told: impl Fn(&Refusal, Duration),
    mut attempt: impl AsyncFnMut() -> Result<Response<T>, Status>,
) -> Result<T, Refusal> {
    let mut count = 1;
    loop {
        let refusal = match attempt().await {
            Ok(response) => return Ok(response.into_inner()),
            Err(status) => Refusal::from(status),
        };
        let Some(wait) = refusal.wait(count) else {
            return Err(refusal);
        };
        told(&refusal, wait);
        tokio::time::sleep(wait).await;
        count += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tonic_types::ErrorDetails;

    use super::*;

    fn shed(after: Duration) -> Status {
        let mut details = ErrorDetails::with_error_info("OVERLOADED", "lienthong.vn", std::collections::HashMap::new());
        details.set_retry_info(Some(after));
        details.set_localized_message("vi", "Quá tải.");
        Status::with_error_details(Code::ResourceExhausted, "Too much.", details)
    }

    #[tokio::test]
    async fn what_is_shed_is_tried_again_and_what_is_refused_is_not() {
        let (attempts, waits) = (Cell::new(0), Cell::new(0));
        let told = |_: &Refusal, _: Duration| waits.set(waits.get() + 1);
        let answer = call(told, async || {
            attempts.set(attempts.get() + 1);
            if attempts.get() < 2 {
                Err(shed(Duration::from_millis(1)))
            } else {
                Ok(Response::new(7))
            }
        });
        assert_eq!((answer.await, attempts.get(), waits.get()), (Ok(7), 2, 1));
        attempts.set(0);
        let refused = call(told, async || {
            attempts.set(attempts.get() + 1);
            Err::<Response<()>, _>(Status::invalid_argument("no"))
        });
        assert_eq!(refused.await.unwrap_err().code, Code::InvalidArgument);
        assert_eq!(attempts.get(), 1);
    }

    #[test]
    fn a_connection_that_breaks_is_tried_again_and_a_fault_that_the_hub_tells_is_not() {
        let broken = Status::unknown("h2 protocol error: connection reset");
        assert!(Refusal::from(broken).is_temporary());
        let details = ErrorDetails::with_error_info("INTERNAL", "lienthong.vn", std::collections::HashMap::new());
        let told = Status::with_error_details(Code::Internal, "An internal fault.", details);
        assert!(!Refusal::from(told).is_temporary());
    }

    #[test]
    fn the_wait_grows_honours_the_hint_and_has_an_end() {
        let refusal = Refusal::from(shed(Duration::from_secs(3)));
        assert_eq!(
            (refusal.vi.as_str(), refusal.reason.as_str()),
            ("Quá tải.", "OVERLOADED")
        );
        assert_eq!(refusal.wait(1), Some(Duration::from_secs(3)));
        assert_eq!(refusal.wait(4), Some(Duration::from_secs(4)));
        assert_eq!(refusal.wait(MAX_ATTEMPTS), None);
        assert_eq!(Refusal::from(shed(Duration::from_hours(1))).wait(1), Some(LONGEST_WAIT));
        assert_eq!(Refusal::from(Status::resource_exhausted("too large")).wait(1), None);
    }
}
