//! One file of a catalogue as text, and what is wrong in it.

use serde::de::DeserializeOwned;

use super::Problem;
use crate::domain::text;

/// Collects what is wrong in one file.
pub(crate) struct FileProblems<'a> {
    file: &'a str,
    list: &'a mut Vec<Problem>,
}

impl<'a> FileProblems<'a> {
    pub(crate) fn of(file: &'a str, list: &'a mut Vec<Problem>) -> Self {
        Self { file, list }
    }

    pub(crate) fn add(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.list.push(Problem {
            file: self.file.to_owned(),
            place: place.into(),
            text: text.into(),
        });
    }

    pub(crate) fn require(&mut self, holds: bool, place: &str, text: &str) {
        if !holds {
            self.add(place, text);
        }
    }

    /// What `folder/<name>.toml` says, with its name.
    pub(crate) fn read_in<T: DeserializeOwned>(&mut self, folder: &str, content: &[u8]) -> Option<(String, T)> {
        let name = self
            .file
            .strip_prefix(folder)
            .and_then(|name| name.strip_suffix(".toml"));
        let Some(name) = name.filter(|name| !name.contains('/')) else {
            self.add("", format!("expected {folder}<name>.toml"));
            return None;
        };
        match parse_toml(content) {
            Ok(value) => Some((name.to_owned(), value)),
            Err((place, what)) => {
                self.add(place, what);
                None
            }
        }
    }
}

/// A file as text.
pub(super) fn check_text(bytes: &[u8]) -> Result<&str, String> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text::is_nfc(text) => Ok(text),
        Ok(_) => Err("the text is not in Unicode normal form C (NFC)".to_owned()),
        Err(error) => Err(format!("not UTF-8: {error}")),
    }
}

/// What a TOML file says; else the line, if it is known, and what is wrong there.
pub(super) fn parse_toml<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, (String, String)> {
    let text = check_text(bytes).map_err(|what| (String::new(), what))?;
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| format!("line {}", before.matches('\n').count() + 1));
        (line.unwrap_or_default(), error.message().to_owned())
    })
}
