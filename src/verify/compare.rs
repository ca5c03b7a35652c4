//! Rows as they must be against rows as they are.

use std::cmp::Ordering;

use super::Select;
use super::fault::{Faults, What};
use super::row::Row;

/// Compares row by row, by key; neither list needs an order.
pub(super) fn compare(select: &'static Select, mut expected: Vec<Row>, mut stored: Vec<Row>, faults: &mut Faults) {
    let places = select.places(select.key);
    let by_key = |left: &Row, right: &Row| left.part(&places).cmp(right.part(&places));
    expected.sort_by(by_key);
    stored.sort_by(by_key);
    let (mut expected, mut stored) = (expected.iter().peekable(), stored.iter().peekable());
    loop {
        let order = match (expected.peek(), stored.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(must), Some(is)) => by_key(must, is),
        };
        let must = if order.is_le() { expected.next() } else { None };
        let is = if order.is_ge() { stored.next() } else { None };
        match (must, is) {
            (Some(must), Some(is)) if must != is => {
                faults.columns(select, is, different(select, must, is), What::Differs);
            }
            (Some(must), None) => faults.row(select, must, What::Missing),
            (None, Some(is)) => faults.row(select, is, What::Added),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}

/// The columns in which two rows differ.
pub(super) fn different(select: &'static Select, must: &Row, is: &Row) -> Vec<&'static str> {
    let columns = select.columns().into_iter().enumerate();
    columns
        .filter(|(place, _)| must.at(*place) != is.at(*place))
        .map(|(_, column)| column)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::select::LOG_ENTRY;

    fn row(index: i64, leaf: &[u8]) -> Row {
        Row::from([index.into(), leaf.into()])
    }

    #[test]
    fn a_missing_an_added_and_a_changed_row_are_named() {
        let mut faults = Faults::default();
        let expected = vec![row(1, b"a"), row(2, b"b"), row(3, b"c")];
        let stored = vec![row(4, b"d"), row(3, b"x"), row(1, b"a"), row(1, b"a")];
        compare(&LOG_ENTRY, expected, stored, &mut faults);
        let found: Vec<_> = faults
            .list()
            .iter()
            .map(|fault| (fault.row.as_str(), fault.what, fault.columns.as_slice()))
            .collect();
        let none: &[&str] = &[];
        assert_eq!(
            found,
            [
                ("log_index=1", What::Added, none),
                ("log_index=2", What::Missing, none),
                ("log_index=3", What::Differs, &["leaf"][..]),
                ("log_index=4", What::Added, none),
            ]
        );
    }
}
