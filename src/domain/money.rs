//! Money and quantities as exact decimals. Never floating point: a sum must add up to the đồng.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::macros::text_enum;

text_enum! {
    /// A currency that accounts in Viet Nam are kept in (ISO 4217).
    pub enum Currency {
        /// Đồng Việt Nam.
        Vnd => "VND",
        /// US dollar.
        Usd => "USD",
        /// Euro.
        Eur => "EUR",
        /// Pound sterling.
        Gbp => "GBP",
        /// Yen.
        Jpy => "JPY",
        /// Renminbi.
        Cny => "CNY",
        /// Australian dollar.
        Aud => "AUD",
        /// Canadian dollar.
        Cad => "CAD",
        /// Swiss franc.
        Chf => "CHF",
        /// Singapore dollar.
        Sgd => "SGD",
        /// Hong Kong dollar.
        Hkd => "HKD",
        /// New Taiwan dollar.
        Twd => "TWD",
        /// Won.
        Krw => "KRW",
        /// Baht.
        Thb => "THB",
        /// Kip.
        Lak => "LAK",
        /// Riel.
        Khr => "KHR",
        /// New Zealand dollar.
        Nzd => "NZD",
        /// Swedish krona.
        Sek => "SEK",
        /// Norwegian krone.
        Nok => "NOK",
        /// Danish krone.
        Dkk => "DKK",
    }
}

impl Currency {
    /// Digits after the point. The đồng has none: amounts are whole.
    pub const fn fraction_digits(self) -> usize {
        match self {
            Self::Vnd | Self::Jpy | Self::Krw => 0,
            Self::Usd
            | Self::Eur
            | Self::Gbp
            | Self::Cny
            | Self::Aud
            | Self::Cad
            | Self::Chf
            | Self::Sgd
            | Self::Hkd
            | Self::Twd
            | Self::Thb
            | Self::Lak
            | Self::Khr
            | Self::Nzd
            | Self::Sek
            | Self::Nok
            | Self::Dkk => 2,
        }
    }
}

/// A text that is not an amount. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedAmount {
    /// Not digits with at most one point, or more than 18 digits before the point, or a needless zero in front.
    #[error("expected a decimal number of at most 18 digits, without sign, spaces or separators")]
    NotDecimal,
    /// More digits after the point than the currency has.
    #[error("too many digits after the point")]
    TooManyFractionDigits,
}

/// The most digits before the point.
const MAX_INTEGER_DIGITS: usize = 18;

/// Parses a decimal text to units of 10^-`scale`.
fn parse_decimal(text: &str, scale: usize) -> Result<i128, MalformedAmount> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(MalformedAmount::NotDecimal),
        None => (text, ""),
    };
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let needless_zero = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty()
        || whole.len() > MAX_INTEGER_DIGITS
        || needless_zero
        || !is_digits(whole)
        || !is_digits(fraction)
    {
        return Err(MalformedAmount::NotDecimal);
    }
    if fraction.len() > scale {
        return Err(MalformedAmount::TooManyFractionDigits);
    }
    let digits = format!("{whole}{fraction:0<scale$}");
    digits.parse().or(Err(MalformedAmount::NotDecimal))
}

/// Writes units of 10^-`scale` as a decimal text.
fn write_decimal(units: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let sign = if units < 0 { "-" } else { "" };
    match digits.split_at_checked(digits.len().saturating_sub(scale)) {
        Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
        _ => format!("{sign}{digits}"),
    }
}

/// An amount of money as a document states it: `{"amount": "150000000", "currency": "VND"}`. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i128,
    currency: Currency,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoneyText {
    amount: String,
    currency: Currency,
}

impl Money {
    /// From whole minor units (đồng, cents).
    pub const fn from_minor(minor: u64, currency: Currency) -> Self {
        Self {
            minor: widen(minor),
            currency,
        }
    }

    /// Parses a decimal text in `currency`.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, MalformedAmount> {
        Ok(Self {
            minor: parse_decimal(amount, currency.fraction_digits())?,
            currency,
        })
    }

    /// Reads `{"amount", "currency"}`; `None` if the value has another form.
    pub fn from_json(value: &serde_json::Value) -> Option<Self> {
        let text = MoneyText::deserialize(value).ok()?;
        Self::parse(&text.amount, text.currency).ok()
    }

    /// Minor units: đồng, cents.
    pub const fn minor(self) -> i128 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// This amount and `other`, in the same currency.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let minor = self.minor.saturating_add(other.minor);
        Self { minor, ..self }
    }

    /// This amount less `other`, in the same currency; never below nothing.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        let minor = self.minor.saturating_sub(other.minor).max(0);
        Self { minor, ..self }
    }

    /// The amount as a decimal text.
    pub fn amount(self) -> String {
        write_decimal(self.minor, self.currency.fraction_digits())
    }
}

/// `u64` to `i128` in const context, where `From` cannot be called.
#[expect(
    clippy::as_conversions,
    reason = "widening u64 to i128 is lossless; i128::from is not const"
)]
const fn widen(value: u64) -> i128 {
    value as i128
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MoneyText {
            amount: self.amount(),
            currency: self.currency,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = MoneyText::deserialize(deserializer)?;
        Self::parse(&text.amount, text.currency).map_err(serde::de::Error::custom)
    }
}

/// A sum per currency, in minor units. Two are equal if they are in every currency; none is the same as zero.
#[derive(Debug, Clone, Default)]
pub struct Totals(BTreeMap<Currency, i128>);

impl PartialEq for Totals {
    fn eq(&self, other: &Self) -> bool {
        self.0
            .keys()
            .chain(other.0.keys())
            .all(|currency| self.get(*currency) == other.get(*currency))
    }
}

impl Totals {
    /// Adds `money`, or takes it off. `None` beyond 1.7e38 minor units.
    #[must_use]
    pub fn add(mut self, money: Money, take_off: bool) -> Option<Self> {
        let sum = self.0.entry(money.currency).or_insert(0);
        *sum = if take_off {
            sum.checked_sub(money.minor)?
        } else {
            sum.checked_add(money.minor)?
        };
        Some(self)
    }

    /// Whether no currency's sum is above its sum in `other`.
    pub fn is_at_most(&self, other: &Self) -> bool {
        self.0
            .keys()
            .chain(other.0.keys())
            .all(|currency| self.get(*currency) <= other.get(*currency))
    }

    /// Whether the sums are the same in every currency that both have.
    pub fn is_equal_where_shared(&self, other: &Self) -> bool {
        self.0
            .iter()
            .all(|(currency, sum)| other.0.get(currency).is_none_or(|there| there == sum))
    }

    /// The sum in `currency`, in minor units; may be negative.
    pub fn get(&self, currency: Currency) -> i128 {
        self.0.get(&currency).copied().unwrap_or(0)
    }
}

/// An amount of another asset: a decimal with a unit, `{"amount": "12.5", "unit": "chỉ"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Decimal text, at most 18 digits before and 18 after the point.
    amount: String,
    /// The unit, as the holder writes it.
    unit: String,
}

impl Quantity {
    /// Checks and wraps.
    pub fn parse(amount: &str, unit: &str) -> Result<Self, MalformedAmount> {
        parse_decimal(amount, 18)?;
        Ok(Self {
            amount: amount.to_owned(),
            unit: unit.to_owned(),
        })
    }

    /// The amount in units of 10^-18.
    pub fn scaled(&self) -> Result<i128, MalformedAmount> {
        parse_decimal(&self.amount, 18)
    }

    /// The unit.
    pub fn unit(&self) -> &str {
        &self.unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dong_is_whole() {
        assert_eq!(Money::parse("150000000", Currency::Vnd).unwrap().minor(), 150_000_000);
        assert_eq!(
            Money::parse("1.5", Currency::Vnd),
            Err(MalformedAmount::TooManyFractionDigits)
        );
        assert_eq!(Money::parse("12.5", Currency::Usd).unwrap().minor(), 1_250);
        assert_eq!(Money::parse("0.05", Currency::Usd).unwrap().amount(), "0.05");
    }

    #[test]
    fn amounts_have_one_plain_form() {
        for text in [
            "",
            "-1",
            "+1",
            "01",
            "1,000",
            "1.000.000",
            "1e6",
            " 1",
            "1.",
            ".5",
            "1234567890123456789",
            "１",
        ] {
            assert!(Money::parse(text, Currency::Usd).is_err(), "{text}");
        }
        let json = serde_json::json!({"amount": "25000", "currency": "VND"});
        let money = Money::from_json(&json).unwrap();
        assert_eq!(serde_json::to_value(money).unwrap(), json);
        assert_eq!(money.to_string(), "25000 VND");
        assert!(Money::from_json(&serde_json::json!({"amount": 25000, "currency": "VND"})).is_none());
        assert!(Money::from_json(&serde_json::json!({"amount": "1", "currency": "XXX"})).is_none());
    }

    #[test]
    fn sums_are_exact_per_currency() {
        let sum = ["999999999999999999", "1"]
            .iter()
            .fold(Totals::default(), |sum, amount| {
                sum.add(Money::parse(amount, Currency::Vnd).unwrap(), false).unwrap()
            });
        assert_eq!(sum.get(Currency::Vnd), 1_000_000_000_000_000_000);
        let usd = Totals::default()
            .add(Money::from_minor(1, Currency::Usd), false)
            .unwrap();
        assert!(!usd.is_at_most(&sum), "a dollar is not covered by đồng");
        let none = usd.clone().add(Money::from_minor(1, Currency::Usd), true).unwrap();
        assert_eq!(none, Totals::default());
        let no_dong = Totals::default()
            .add(Money::from_minor(0, Currency::Vnd), false)
            .unwrap();
        assert!(
            !no_dong.is_equal_where_shared(&sum),
            "zero is stated, so it is compared"
        );
        assert!(usd.is_equal_where_shared(&sum), "no currency is shared");
    }

    #[test]
    fn quantities_keep_their_unit() {
        let gold = Quantity::parse("12.5", "chỉ").unwrap();
        assert_eq!(gold.scaled().unwrap(), 12_500_000_000_000_000_000);
        assert_eq!(gold.unit(), "chỉ");
        assert!(Quantity::parse("1,5", "chỉ").is_err());
    }
}
