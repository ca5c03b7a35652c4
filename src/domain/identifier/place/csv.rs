//! The form of both files of places: a header, then lines whose fields have neither commas nor quotes.

use jiff::civil::Date;

/// How sure a line is: seen in the text, seen partly, recalled, ours.
const CERTAINTIES: [&str; 4] = ["V", "P", "R", "D"];

/// The fields of each line after the header.
///
/// # Errors
/// The first line that is wrong, in English.
pub(super) fn records<'t, const N: usize>(text: &'t str, header: &str) -> Result<Vec<[&'t str; N]>, String> {
    let mut lines = text.lines();
    if lines.next() != Some(header) {
        return Err(format!("the first line must be {header}"));
    }
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            <[&str; N]>::try_from(fields).map_err(|fields| format!("{} fields instead of {N}: {line}", fields.len()))
        })
        .collect()
}

/// A day; none if the field is empty.
pub(super) fn day(code: &str, text: &str) -> Result<Option<Date>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.parse::<Date>();
    day.map(Some).map_err(|error| format!("{code}: {error}"))
}

/// Whether the line says where it comes from and how sure it is.
pub(super) fn check_source(source: &str, certainty: &str) -> Result<(), String> {
    if source.is_empty() || !CERTAINTIES.contains(&certainty) {
        return Err("a line has no source or no certainty of V, P, R, D".to_owned());
    }
    Ok(())
}
