//! What the parties say: `catalogue/demo/documents/`, with the places that are filled in when a document is sent.

use include_dir::{Dir, include_dir};

use super::cast::CastAgency;
use super::outcome::{NotHeld, Outcome};
use crate::domain::time::Timestamp;

static DOCUMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalogue/demo/documents");

/// One document to send.
#[derive(Debug)]
pub(super) struct Draft {
    text: String,
}

impl Draft {
    /// The document `name` as `agency`'s officer sends it at `now` under the idempotency key `key`.
    pub(super) fn new(name: &str, agency: &CastAgency, key: &str, now: Timestamp) -> Outcome<Self> {
        let file = DOCUMENTS
            .get_file(format!("{name}.json"))
            .and_then(include_dir::File::contents_utf8);
        let text = file.ok_or_else(|| NotHeld::new(format!("the demo has the document {name}")))?;
        let draft = Self { text: text.to_owned() };
        Ok(draft
            .with("key", key)
            .with("agency", &agency.code)
            .with("officer_id", &agency.officer.id)
            .with("officer_name", &agency.officer.full_name)
            .with("officer_position", &agency.officer.position)
            .with("today", &now.date().to_string())
            .with("now", &now.to_rfc3339()))
    }

    /// Fills in one place.
    pub(super) fn with(self, place: &str, value: &str) -> Self {
        Self {
            text: self.text.replace(&format!("{{{{{place}}}}}"), value),
        }
    }

    /// The text to send. Every place must have been filled in.
    pub(super) fn text(self) -> Outcome<String> {
        match self.text.split_once("{{").and_then(|(_, rest)| rest.split_once("}}")) {
            Some((place, _)) => Err(NotHeld::new(format!("the place {place} of a demo document is filled in")).into()),
            None => Ok(self.text),
        }
    }
}
