//! The catalogue as callers read it, and checking a document before it is sent.

mod validate;

pub use validate::{AgainstKind, Draft, Validated};

use std::sync::Arc;

use jiff::civil::Date;

use super::App;
use crate::domain::catalogue::Kind;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::KindCode;

impl App {
    /// Every kind in every revision; with a day, those that may be submitted on it. By code, then revision.
    pub fn kinds(&self, on: Option<Date>) -> Vec<Arc<Kind>> {
        let is_wanted = |kind: &&Arc<Kind>| {
            on.is_none_or(|day| {
                self.catalogue
                    .kind(kind.code(), day)
                    .is_some_and(|known| Arc::ptr_eq(known, kind))
            })
        };
        self.catalogue.kinds().filter(is_wanted).cloned().collect()
    }

    /// A kind; its newest revision if none is stated. KIND_NOT_FOUND if there is none.
    pub fn kind_named(&self, code: &KindCode, revision: Option<u32>) -> Result<&Arc<Kind>> {
        let kind = match revision {
            None => self.catalogue.newest(code),
            Some(revision) => self.catalogue.kind_revision(code, revision),
        };
        kind.ok_or_else(|| Error::new(ErrorCode::KindNotFound))
    }
}
