//! The key under which accounts are found again: documents stay sealed, and what stands beside them tells nothing without it.

use std::fmt;

use aws_lc_rs::hmac;

use super::data_key::DataKey;
use crate::evidence::Digest;
use crate::evidence::digest::hex;

/// Bytes of a digest that are kept: two accounts out of a million million share one with a chance below 10⁻¹⁴.
const KEPT: usize = 16;
/// Where the key is wrapped.
pub const ACCOUNT_KEY_PLACE: &str = "account key";

/// What stands for an account: the first half of an HMAC-SHA256 (RFC 2104) of its number, 32 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountDigest(String);

impl AccountDigest {
    /// The 32 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key. It does not show.
#[derive(Clone)]
pub struct AccountKey(hmac::Key);

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKey")
    }
}

impl AccountKey {
    /// From its bytes.
    pub fn new(key: &DataKey) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.bytes()))
    }

    /// What stands for the account with this number, written as it is compared.
    pub fn digest(&self, number: &str) -> AccountDigest {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(b"lienthong account v1\0");
        context.update(number.as_bytes());
        let tag = context.sign();
        let mut digest = <&Digest>::try_from(tag.as_ref()).map(hex).unwrap_or_default();
        digest.truncate(2 * KEPT);
        AccountDigest(digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_one_digest_under_a_key_and_another_under_another() {
        let (one, two) = (DataKey::new([1; 32]), DataKey::new([2; 32]));
        let digest = AccountKey::new(&one).digest("001100123456");
        // Made with another implementation: hmac.new(b"\x01" * 32, b"lienthong account v1\x00001100123456", "sha256").
        assert_eq!(digest.as_str(), "b1ed08d24a29b1ab52f65424d785a09e");
        assert_eq!(AccountKey::new(&one).digest("001100123456"), digest);
        assert_ne!(AccountKey::new(&two).digest("001100123456"), digest);
        assert_ne!(AccountKey::new(&one).digest("001100123457"), digest);
        assert_eq!(format!("{:?}", AccountKey::new(&one)), "AccountKey");
    }
}
