//! Trouble of the hub's own loops, told when it begins and when it is over: not at every turn.

use tokio::time::Instant;

use crate::domain::error::{Error, Result};

/// Whether a loop is in trouble, and since when.
#[derive(Debug, Default)]
pub(super) struct Trouble(Option<Instant>);

/// What there is to tell.
#[derive(Debug)]
pub(super) enum News {
    /// It has begun, with this error.
    Began(Error),
    /// It is over, after so many seconds.
    Over(u64),
}

impl Trouble {
    /// Takes the outcome of a turn.
    pub(super) fn news<T>(&mut self, outcome: Result<T>) -> Option<News> {
        match (outcome, self.0) {
            (Ok(_), None) | (Err(_), Some(_)) => None,
            (Ok(_), Some(since)) => {
                self.0 = None;
                Some(News::Over(since.elapsed().as_secs()))
            }
            (Err(error), None) => {
                self.0 = Some(Instant::now());
                Some(News::Began(error))
            }
        }
    }
}

/// Writes a line of the log when trouble of this name begins (`NAME.failed`) and when it is over (`NAME.recovered`).
macro_rules! tell {
    ($trouble:expr, $outcome:expr, $name:literal) => {
        match $trouble.news($outcome) {
            None => {}
            Some($crate::server::trouble::News::Began(error)) => {
                tracing::warn!(code = error.code().as_str(), concat!($name, ".failed"));
            }
            Some($crate::server::trouble::News::Over(seconds)) => {
                tracing::info!(seconds, concat!($name, ".recovered"));
            }
        }
    };
}
pub(super) use tell;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorCode;

    #[test]
    fn trouble_is_told_when_it_begins_and_when_it_is_over() {
        let mut trouble = Trouble::default();
        let failure = || Err::<(), _>(Error::new(ErrorCode::Unavailable));
        assert!(trouble.news(Ok(())).is_none());
        assert!(matches!(trouble.news(failure()), Some(News::Began(_))));
        assert!(trouble.news(failure()).is_none());
        assert!(matches!(trouble.news(Ok(())), Some(News::Over(_))));
        assert!(trouble.news(Ok(())).is_none());
    }
}
