//! Numbers of accounts: how documents write them, and how they are compared.

use std::fmt;

/// Characters of the shortest and the longest number, dots and hyphens included: banks' have at most 34, as an IBAN has
/// (ISO 13616), securities accounts at most 40.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=40;

/// The number of an account as it is compared: capital letters and digits alone. It does not show.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountNumber(String);

/// A text that is not the number of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 4 to 40 letters and digits, which dots, hyphens and spaces may separate")]
pub struct MalformedAccountNumber;

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountNumber")
    }
}

impl AccountNumber {
    /// Reads a number as people write it: `0011-0012.3456`, `19 0362 5544`, capital and small letters alike. What documents
    /// may state as `account_number` (`catalogue/definitions.json`) is always one.
    ///
    /// # Errors
    /// [`MalformedAccountNumber`].
    pub fn parse(text: &str) -> Result<Self, MalformedAccountNumber> {
        let text: String = text.split_whitespace().collect();
        let is_one = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !starts_well || !LENGTH.contains(&text.len()) || !text.chars().all(is_one) {
            return Err(MalformedAccountNumber);
        }
        let compared = text.chars().filter(char::is_ascii_alphanumeric);
        Ok(Self(compared.map(|c| c.to_ascii_uppercase()).collect()))
    }

    /// Capital letters and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_account_is_the_same_however_it_is_written() {
        let first = AccountNumber::parse("0011-0012.3456a").unwrap();
        for same in ["001100123456A", " 0011 0012 3456 a ", "0.0.1.1.0.0.1.2.3.4.5.6.A"] {
            assert_eq!(AccountNumber::parse(same), Ok(first.clone()), "{same}");
        }
        assert_eq!(first.as_str(), "001100123456A");
        assert_ne!(
            AccountNumber::parse("01100123456A"),
            Ok(first.clone()),
            "a zero in front counts"
        );
        assert_eq!(format!("{first:?}"), "AccountNumber");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let too_long = "1".repeat(41);
        for wrong in [
            "",
            "   ",
            "123",
            "-1234",
            ".1234",
            "12345_6",
            "1234%",
            "１２３４",
            "12345đ",
            "1234\0",
            &too_long,
        ] {
            assert_eq!(AccountNumber::parse(wrong), Err(MalformedAccountNumber), "{wrong:?}");
        }
    }
}
