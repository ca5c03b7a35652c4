//! A row as a line of a table's file: its check, a space, and its values as a JSON array.
//!
//! Texts are JSON strings, whole numbers JSON numbers, flags `true` and `false`, bytes base64 in a string (the manifest
//! says which columns are bytes), NULL is `null`. The check is the first 16 hex digits of SHA-256 over table, number of
//! the row and the array: so a row that was changed, moved or taken from another table is told by its line alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::evidence::digest::{Sha256, hex};
use crate::store::{KeptTable, KeptType, Value};

const CHECK_LENGTH: usize = 16;

fn check(table: &str, number: u64, array: &[u8]) -> String {
    let mut digest = Sha256::default();
    digest.update(format!("{table}\n{number}\n").as_bytes());
    digest.update(array);
    let mut check = hex(&digest.finish());
    check.truncate(CHECK_LENGTH);
    check
}

fn array(row: &[Value]) -> String {
    let mut text = String::from("[");
    for (place, value) in row.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        match value {
            Value::Null => text.push_str("null"),
            Value::Text(value) => text.push_str(&serde_json::Value::from(value.as_str()).to_string()),
            Value::Integer(value) => text.push_str(&value.to_string()),
            Value::Bytes(value) => {
                text.push('"');
                STANDARD.encode_string(value, &mut text);
                text.push('"');
            }
            Value::Flag(value) => text.push_str(if *value { "true" } else { "false" }),
        }
    }
    text.push(']');
    text
}

/// The line of a row, with its end.
pub(super) fn encode(table: &str, number: u64, row: &[Value]) -> String {
    let array = array(row);
    let check = check(table, number, array.as_bytes());
    format!("{check} {array}\n")
}

/// Reads the line of row `number`; `None` if it is not exactly what [`encode`] makes of a row of this table.
pub(super) fn decode(table: &KeptTable, number: u64, line: &[u8]) -> Option<Vec<Value>> {
    let (stated, rest) = line.split_at_checked(CHECK_LENGTH)?;
    let json = rest.strip_prefix(b" ")?.strip_suffix(b"\n")?;
    if check(table.name(), number, json).as_bytes() != stated {
        return None;
    }
    let values: Vec<serde_json::Value> = serde_json::from_slice(json).ok()?;
    if values.len() != table.columns().len() {
        return None;
    }
    let row: Option<Vec<Value>> = values
        .into_iter()
        .zip(table.columns())
        .map(|(value, (_, column_type))| value_of(value, *column_type))
        .collect();
    // One way to write a row, and no other.
    row.filter(|row| array(row).as_bytes() == json)
}

fn value_of(value: serde_json::Value, column_type: KeptType) -> Option<Value> {
    use serde_json::Value as Json;
    match (value, column_type) {
        (Json::Null, KeptType::Text | KeptType::Integer | KeptType::Bytes) => Some(Value::Null),
        (Json::String(text), KeptType::Text) => Some(Value::Text(text)),
        (Json::String(text), KeptType::Bytes) => STANDARD.decode(text).ok().map(Value::Bytes),
        (Json::Number(number), KeptType::Integer) => number.as_i64().map(Value::Integer),
        (Json::Bool(flag), KeptType::Flag) => Some(Value::Flag(flag)),
        (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::kept_tables;

    fn value(column_type: KeptType) -> BoxedStrategy<Value> {
        match column_type {
            KeptType::Text => prop_oneof![Just(Value::Null), any::<String>().prop_map(Value::Text)].boxed(),
            KeptType::Integer => prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::Integer)].boxed(),
            KeptType::Bytes => prop_oneof![Just(Value::Null), any::<Vec<u8>>().prop_map(Value::Bytes)].boxed(),
            KeptType::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        }
    }

    fn rows() -> impl Strategy<Value = (usize, Vec<Value>)> {
        (0..kept_tables().len()).prop_flat_map(|table| {
            let values: Vec<_> = kept_tables()[table]
                .columns()
                .iter()
                .map(|(_, column_type)| value(*column_type))
                .collect();
            (Just(table), values)
        })
    }

    proptest! {
        #[test]
        fn a_row_comes_back_as_it_was_and_only_in_its_own_place((table, row) in rows(), number in 1_u64..1_000) {
            let table = &kept_tables()[table];
            let line = encode(table.name(), number, &row);
            prop_assert_eq!(line.matches('\n').count(), 1);
            prop_assert_eq!(decode(table, number, line.as_bytes()), Some(row));
            prop_assert_eq!(decode(table, number + 1, line.as_bytes()), None);
        }

        #[test]
        fn no_changed_byte_is_taken((table, row) in rows(), place in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let table = &kept_tables()[table];
            let mut line = encode(table.name(), 1, &row).into_bytes();
            let place = place.index(line.len());
            line[place] ^= 1 << bit;
            prop_assert_eq!(decode(table, 1, &line), None);
        }
    }

    #[test]
    fn an_empty_text_is_not_nothing_and_bytes_are_not_text() {
        let table = kept_tables().iter().find(|table| table.name() == "body").unwrap();
        let row = vec![
            Value::Integer(7),
            Value::Text(String::new()),
            Value::Bytes(Vec::new()),
            Value::Bytes(vec![0, 255]),
        ];
        let line = encode("body", 3, &row);
        assert!(line.ends_with(" [7,\"\",\"\",\"AP8=\"]\n"), "{line}");
        assert_eq!(decode(table, 3, line.as_bytes()), Some(row));
    }
}
