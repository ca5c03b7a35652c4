//! Comma-separated lines with optional quotes (RFC 4180), one record per line: all that the calendar's files need.

/// Splits one line into fields. `None` if a quote is left open or stands in the wrong place.
pub(crate) fn split_line(line: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut chars = line.chars().peekable();
    loop {
        if chars.peek() == Some(&'"') {
            chars.next();
            loop {
                match chars.next()? {
                    '"' if chars.peek() == Some(&'"') => {
                        chars.next();
                        field.push('"');
                    }
                    '"' => break,
                    other => field.push(other),
                }
            }
            if chars.peek().is_some_and(|next| *next != ',') {
                return None;
            }
        } else {
            while let Some(next) = chars.next_if(|next| *next != ',') {
                if next == '"' {
                    return None;
                }
                field.push(next);
            }
        }
        fields.push(std::mem::take(&mut field));
        if chars.next().is_none() {
            return Some(fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_commas_and_empty_fields_are_read() {
        let line = r#"a,"b, ""c""",,d,"#;
        assert_eq!(split_line(line).unwrap(), ["a", r#"b, "c""#, "", "d", ""]);
        assert_eq!(split_line("").unwrap(), [""]);
    }

    #[test]
    fn a_broken_quote_is_refused() {
        for line in ["\"a", "\"a\"b,c", "a\"b"] {
            assert_eq!(split_line(line), None, "{line}");
        }
    }
}
