//! Rows as they stand in a database, value by value: the verifier trusts no type of a column.

use std::sync::Arc;

use crate::evidence::Digest;
use crate::evidence::digest::RowDigest;

/// A value as both databases have it. Flags are 0 and 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Something that no column of ours holds.
    Strange,
}

impl Value {
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Null | Self::Text(_) | Self::Bytes(_) | Self::Strange => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(value) => Some(value),
            Self::Null | Self::Integer(_) | Self::Bytes(_) | Self::Strange => None,
        }
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(value) => Some(value),
            Self::Null | Self::Integer(_) | Self::Text(_) | Self::Strange => None,
        }
    }

    /// As people read it in the name of a row.
    fn shown(&self) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::Integer(value) => value.to_string(),
            Self::Text(value) => value.chars().take(80).collect(),
            Self::Bytes(value) => value
                .iter()
                .take(32)
                .fold(String::new(), |text, byte| format!("{text}{byte:02x}")),
            Self::Strange => "?".to_owned(),
        }
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The values of a row in the order of its `Select`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Arc<[Value]>);

impl From<Vec<Value>> for Row {
    fn from(values: Vec<Value>) -> Self {
        Self(values.into())
    }
}

impl<const N: usize> From<[Value; N]> for Row {
    fn from(values: [Value; N]) -> Self {
        Self(Arc::new(values))
    }
}

impl Row {
    /// Its values.
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// The value at a place; NULL beyond the last.
    pub(super) fn at(&self, place: usize) -> &Value {
        self.0.get(place).unwrap_or(&Value::Null)
    }

    /// The values at these places.
    pub(super) fn part<'a>(&'a self, places: &'a [usize]) -> impl Iterator<Item = &'a Value> {
        places.iter().map(|place| self.at(*place))
    }

    /// How people name it, by its key: `agency=VN.BANK-A, lane=URGENT`.
    pub(super) fn name(&self, select: &super::Select) -> String {
        let named = select.key.iter().zip(select.places(select.key));
        let named = named.map(|(column, place)| format!("{column}={}", self.at(place).shown()));
        named.collect::<Vec<_>>().join(", ")
    }

    /// The digest of the row as stored.
    pub(super) fn digest(&self) -> Digest {
        let mut digest = RowDigest::default();
        for value in self.values() {
            match value {
                Value::Null => digest.text(None),
                Value::Text(text) => digest.text(Some(text)),
                Value::Integer(value) => digest.integer(*value),
                Value::Bytes(bytes) => digest.bytes(bytes),
                // A tag that no stored value has.
                Value::Strange => digest.text(Some("\u{0}strange")),
            }
        }
        digest.finish()
    }
}
