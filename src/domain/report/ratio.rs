//! Percentages as the provinces print them: one digit after the comma, half up, by whole numbers alone. A percentage is
//! kept in tenths of a percent: 834 is 83,4 %.

use serde::{Deserialize, Serialize};

/// Tenths of a percent, or of a percentage point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tenths(i64);

impl Tenths {
    /// From tenths of a percent.
    pub const fn new(tenths: i64) -> Self {
        Self(tenths)
    }

    /// Tenths of a percent.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// `part` of `whole`; half a tenth goes away from zero, so that a fall and a rise of the same size print alike. None:
    /// of nothing there is no share.
    pub fn share(part: i128, whole: i128) -> Option<Self> {
        if whole <= 0 {
            return None;
        }
        let doubled = part
            .unsigned_abs()
            .checked_mul(2_000)?
            .checked_add(whole.unsigned_abs())?;
        let size = doubled.checked_div(whole.unsigned_abs().checked_mul(2)?)?;
        let size = i64::try_from(size).ok()?;
        Some(Self(if part < 0 { -size } else { size }))
    }

    /// By how much `now` is more than `before`, of `before`; less: negative.
    pub fn growth(now: i128, before: i128) -> Option<Self> {
        Self::share(now.checked_sub(before)?, before)
    }

    /// This less `other`, in points. Of printed percentages, as the provinces compute what is above a target.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `83,4`, `-8,5`.
    pub fn vi(self) -> String {
        self.written(',')
    }

    /// `83.4`, `-8.5`.
    pub fn plain(self) -> String {
        self.written('.')
    }

    fn written(self, point: char) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        format!("{sign}{}{point}{}", size / 10, size % 10)
    }

    /// Reads `80`, `34.5` or `34,5`; a minus is a fall.
    pub fn parse(text: &str) -> Option<Self> {
        let (is_negative, size) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, tenth) = size.split_once([',', '.']).unwrap_or((size, "0"));
        let is_digits = |part: &str, most: usize| {
            !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !is_digits(whole, 6) || !is_digits(tenth, 1) {
            return None;
        }
        let size = whole.parse::<i64>().ok()? * 10 + tenth.parse::<i64>().ok()?;
        Some(Self(if is_negative { -size } else { size }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_one_digit_half_up() {
        let share = |part, whole| Tenths::share(part, whole).map(Tenths::vi);
        assert_eq!(share(1, 3).as_deref(), Some("33,3"));
        assert_eq!(share(2, 3).as_deref(), Some("66,7"));
        assert_eq!(share(1, 2_000).as_deref(), Some("0,1"), "half a tenth goes up");
        assert_eq!(share(4_999, 10_000_000).as_deref(), Some("0,0"));
        assert_eq!(share(-1, 2_000).as_deref(), Some("-0,1"));
        assert_eq!(share(0, 7).as_deref(), Some("0,0"));
        assert_eq!(share(5, 0), None);
        assert_eq!(
            share(400_000_000_000_000_000, 800_000_000_000_000_000).as_deref(),
            Some("50,0")
        );
        assert_eq!(share(i128::MAX, 1), None, "what cannot be computed is not printed");
    }

    #[test]
    fn what_is_above_a_target_is_the_difference_of_what_is_printed() {
        let target = Tenths::parse("38").unwrap();
        assert_eq!(Tenths::parse("40,5").unwrap().less(target).vi(), "2,5");
    }

    #[test]
    fn percentages_are_read_as_written() {
        for text in ["0,0", "83,4", "-8,5", "100,0"] {
            assert_eq!(Tenths::parse(text).unwrap().vi(), text);
        }
        for text in ["", "-", "8,55", "8,", ",5", "1e3", "+5", "12345678"] {
            assert_eq!(Tenths::parse(text), None, "{text}");
        }
    }
}
