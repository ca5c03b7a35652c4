//! Page tokens: opaque to clients, and good for one list of one caller only.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::domain::error::{Error, Result};
use crate::evidence::digest::sha256;

/// Bytes of the digest that binds a token to its list.
const BINDING: usize = 16;

/// The tokens of one list: of one method, for one caller, under one filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tokens {
    scope: String,
}

impl Tokens {
    /// For the list that `scope` tells apart from every other, caller included.
    pub(crate) fn of(scope: &[&str]) -> Self {
        // A JSON array, so that no two lists have the same text.
        Self {
            scope: serde_json::Value::from(scope.to_vec()).to_string(),
        }
    }

    /// The token of the page after `position`.
    pub(crate) fn after(&self, position: &str) -> String {
        let mut token = self.binding(position).to_vec();
        token.extend_from_slice(position.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(token)
    }

    /// The position after which the page begins; `None` for the first page. FIELD_INVALID for any other token than one
    /// of this list.
    pub(crate) fn position<T: std::str::FromStr>(&self, token: &str) -> Result<Option<T>> {
        if token.is_empty() {
            return Ok(None);
        }
        self.read(token).map(Some).ok_or_else(|| {
            Error::field(
                "page_token",
                "not_of_this_list",
                "Mã trang không thuộc danh sách này; hãy đọc lại từ trang đầu.",
                "The token is not of this list; start from the first page.",
            )
        })
    }

    fn read<T: std::str::FromStr>(&self, token: &str) -> Option<T> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (binding, position) = bytes.split_first_chunk::<BINDING>()?;
        let position = std::str::from_utf8(position).ok()?;
        if *binding == self.binding(position) {
            position.parse().ok()
        } else {
            None
        }
    }

    fn binding(&self, position: &str) -> [u8; BINDING] {
        let digest = sha256(format!("{}{position}", self.scope).as_bytes());
        let mut binding = [0; BINDING];
        binding.iter_mut().zip(digest).for_each(|(kept, byte)| *kept = byte);
        binding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorCode;

    #[test]
    fn a_token_gives_its_position_back_to_the_same_list_only() {
        let tokens = Tokens::of(&["List", "VN.A", "state = CLOSED"]);
        let token = tokens.after("17");
        assert_eq!(tokens.position::<i64>(&token).unwrap(), Some(17));
        assert_eq!(tokens.position::<i64>("").unwrap(), None);
        for other in [
            ["List", "VN.B", "state = CLOSED"],
            ["List", "VN.A", ""],
            ["ListEvents", "VN.A", "state = CLOSED"],
        ] {
            assert_eq!(
                Tokens::of(&other).position::<i64>(&token).unwrap_err().code(),
                ErrorCode::FieldInvalid
            );
        }
    }

    #[test]
    fn a_token_that_was_touched_is_refused() {
        let tokens = Tokens::of(&["List", "VN.A"]);
        let token = tokens.after("17");
        for index in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let touched = String::from_utf8(bytes).unwrap();
            assert!(tokens.position::<i64>(&touched).is_err(), "{touched}");
        }
        for text in ["17", "A", "*", &"A".repeat(10_000)] {
            assert!(tokens.position::<i64>(text).is_err());
        }
    }
}
