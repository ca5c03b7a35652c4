//! Whole đồng as a case counts them: never negative, never more than 18 digits.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

use crate::domain::money::{Currency, Money};

/// An amount in đồng: 0 to 999,999,999,999,999,999. In JSON a decimal text, since numbers there are exact to 2^53 only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Dong(i64);

impl Dong {
    /// Nothing.
    pub const NOTHING: Self = Self(0);
    /// The most.
    pub const MOST: Self = Self(999_999_999_999_999_999);

    /// From a number; `None` below nothing or above the most.
    pub const fn new(amount: i64) -> Option<Self> {
        if amount >= 0 && amount <= Self::MOST.0 {
            Some(Self(amount))
        } else {
            None
        }
    }

    /// From a decimal text as money is written.
    pub fn parse(text: &str) -> Option<Self> {
        let money = Money::parse(text, Currency::Vnd).ok()?;
        Self::new(i64::try_from(money.minor()).ok()?)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether it is nothing.
    pub const fn is_nothing(&self) -> bool {
        self.0 == 0
    }

    /// This and `other`; `None` above the most.
    pub fn plus(self, other: Self) -> Option<Self> {
        Self::new(self.0.saturating_add(other.0))
    }

    /// This less `other`; `None` below nothing.
    pub fn minus(self, other: Self) -> Option<Self> {
        Self::new(self.0.saturating_sub(other.0))
    }

    /// This less `other`, nothing at least.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        self.minus(other).unwrap_or_default()
    }

    /// As people write it: 404.438.921.000.
    pub fn grouped(self) -> String {
        let digits = self.0.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        grouped
    }
}

/// A sum stays at the most rather than beyond it.
impl Sum for Dong {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::NOTHING, |sum, amount| sum.plus(amount).unwrap_or(Self::MOST))
    }
}

impl fmt::Display for Dong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Dong {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Dong {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected whole đồng as a decimal text"))
    }
}
