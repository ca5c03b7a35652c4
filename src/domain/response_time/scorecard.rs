//! What a scorecard says: counts as they are, shares and percentiles from them.

use super::{Histogram, Sum, What};

/// How long first final answers took, in seconds; none if there were none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// Half of them took no longer.
    pub p50: Option<u64>,
    /// Nine of ten.
    pub p90: Option<u64>,
    /// 99 of a hundred.
    pub p99: Option<u64>,
}

impl Percentiles {
    /// Those of a histogram.
    pub fn of(histogram: &Histogram) -> Self {
        Self {
            p50: histogram.percentile(50),
            p90: histogram.percentile(90),
            p99: histogram.percentile(99),
        }
    }
}

/// First final answers that a limit held for.
const TIMED: [What; 2] = [What::AnsweredInTime, What::AnsweredLate];

impl Sum {
    /// First final answers, in time or not.
    pub fn answered(&self) -> i64 {
        self.of_all(&TIMED) + self.of(What::AnsweredUntimed)
    }

    /// Of the first final answers that a limit held for, how many of a thousand came in time; none if there were none.
    pub fn in_time_permille(&self) -> Option<i64> {
        let timed = self.of_all(&TIMED);
        (timed > 0).then(|| self.of(What::AnsweredInTime) * 1_000 / timed)
    }
}

/// Open duties past their due time, each request once, by how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overdue {
    /// At most a working day.
    pub day: i64,
    /// At most five working days.
    pub week: i64,
    /// At most a month.
    pub month: i64,
    /// Longer.
    pub older: i64,
    /// Im lặng: those of them whose answer itself is overdue.
    pub silent: i64,
}

impl Overdue {
    /// All of them.
    pub fn total(&self) -> i64 {
        self.day + self.week + self.month + self.older
    }
}
