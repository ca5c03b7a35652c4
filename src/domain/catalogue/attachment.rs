//! The documents that orders and steps name (tài liệu kèm theo): which sorts, which media types, how large. The kind's rule
//! holds for all of them, a sort may ask for less, and neither may promise more than the hub takes.

use std::collections::BTreeSet;

use super::Catalogue;
use super::definition::{AttachmentDefinition, KindDefinition};
use super::kind::Kind;
use super::load::{BrokenCatalogue, DEFINITION, Problem, Problems};
use crate::domain::document::parts::{Attachment, Code, MediaType};
use crate::domain::error::FieldViolation;
use crate::domain::magic::is_known;

/// Bytes of a MiB.
const MIB: u64 = 1024 * 1024;

/// What a document may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentLimits<'k> {
    /// Its media types.
    pub media_types: &'k [MediaType],
    /// Most MiB.
    pub max_mib: u32,
}

impl DocumentLimits<'_> {
    /// Most bytes.
    pub fn max_bytes(self) -> u64 {
        u64::from(self.max_mib) * MIB
    }

    /// Whether it may be of this media type.
    fn takes(self, media_type: &MediaType) -> bool {
        let wanted = media_type.as_str();
        self.media_types
            .iter()
            .any(|known| known.as_str().eq_ignore_ascii_case(wanted))
    }

    /// The media types, in words.
    pub fn list(self) -> String {
        let names: Vec<&str> = self.media_types.iter().map(MediaType::as_str).collect();
        names.join(", ")
    }
}

impl KindDefinition {
    /// What a document of this sort may be; of no sort, what all documents of the kind may be.
    pub fn document_limits<'k>(&'k self, sort: Option<&'k AttachmentDefinition>) -> DocumentLimits<'k> {
        let own_types = sort.and_then(|sort| sort.media_types.as_deref());
        DocumentLimits {
            media_types: own_types.unwrap_or(&self.documents.media_types),
            max_mib: sort.and_then(|sort| sort.max_mib).unwrap_or(self.documents.max_mib),
        }
    }

    fn attachment(&self, code: &Code) -> Option<&AttachmentDefinition> {
        self.attachments.iter().find(|known| known.code == *code)
    }
}

impl Kind {
    /// What is wrong with the documents that an order or a step names, by JSON pointer into it.
    pub fn attachment_violations(&self, attachments: &[Attachment]) -> Vec<FieldViolation> {
        let mut found = Vec::new();
        for (index, attachment) in attachments.iter().enumerate() {
            let sort = attachment.r#type.as_ref().map(|code| self.definition.attachment(code));
            if sort == Some(None) {
                found.push(FieldViolation::new(
                    format!("/attachments/{index}/type"),
                    "unknown_code",
                    "Loại tài liệu kèm theo không có trong danh mục.",
                    "The kind has no such sort of attachment.",
                ));
            }
            let limits = self.definition.document_limits(sort.flatten());
            if !limits.takes(&attachment.media_type) {
                let list = limits.list();
                found.push(FieldViolation::new(
                    format!("/attachments/{index}/media_type"),
                    "not_for_kind",
                    format!("Tài liệu này chỉ được gửi dưới dạng: {list}."),
                    format!("This document may be sent only as: {list}."),
                ));
            }
            if attachment.size > limits.max_bytes() {
                let most = limits.max_mib;
                found.push(FieldViolation::new(
                    format!("/attachments/{index}/size"),
                    "too_large",
                    format!("Tài liệu này không được quá {most} MiB."),
                    format!("This document has at most {most} MiB."),
                ));
            }
        }
        found
    }

    /// The sorts that an order must have and lacks.
    pub(super) fn missing_attachments(&self, attachments: &[Attachment]) -> Vec<FieldViolation> {
        let lacks = |needed: &&AttachmentDefinition| {
            let is_of = |attachment: &Attachment| attachment.r#type.as_ref() == Some(&needed.code);
            needed.required && !attachments.iter().any(is_of)
        };
        let missing = self.definition.attachments.iter().filter(lacks);
        missing
            .map(|needed| {
                FieldViolation::new(
                    "/attachments",
                    "required",
                    format!("Thiếu tài liệu kèm theo: {}.", needed.title_vi),
                    format!("A required attachment is missing: {}.", needed.title_en),
                )
            })
            .collect()
    }
}

impl Catalogue {
    /// Whether a hub that takes documents of at most `max_bytes` can keep what the kinds say.
    ///
    /// # Errors
    /// The kinds that say more.
    pub fn fits(&self, max_bytes: u64) -> Result<(), BrokenCatalogue> {
        let problems: Vec<Problem> = self
            .kinds()
            .filter(|kind| kind.definition.document_limits(None).max_bytes() > max_bytes)
            .map(|kind| Problem {
                file: format!("kinds/{}/{DEFINITION}", kind.code()),
                place: "documents.max_mib".to_owned(),
                text: format!(
                    "{} MiB are more than the hub takes of one document: document_mib is {}",
                    kind.definition.documents.max_mib,
                    max_bytes / MIB
                ),
            })
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(BrokenCatalogue { problems })
        }
    }
}

/// Checks what a definition says of documents. Pushes every problem with its key.
pub(super) fn check_documents(definition: &KindDefinition, problems: &mut Problems) {
    let whole = definition.document_limits(None);
    let mut add = |place: &str, text: String| problems.add(DEFINITION, place, text);
    check_types(whole.media_types, "documents.media_types", &mut add);
    if whole.max_mib == 0 {
        add("documents.max_mib", "must be at least 1".to_owned());
    }
    for sort in &definition.attachments {
        let (own, at) = (
            definition.document_limits(Some(sort)),
            format!("attachment.{}", sort.code),
        );
        if let Some(types) = &sort.media_types {
            let place = format!("{at}.media_types");
            check_types(types, &place, &mut add);
            for wider in types.iter().filter(|media_type| !whole.takes(media_type)) {
                add(
                    &place,
                    format!("{} is not one of documents.media_types", wider.as_str()),
                );
            }
        }
        if own.max_mib == 0 || own.max_mib > whole.max_mib {
            add(
                &format!("{at}.max_mib"),
                format!("must be 1 to {} (documents.max_mib)", whole.max_mib),
            );
        }
    }
}

fn check_types(types: &[MediaType], place: &str, add: &mut impl FnMut(&str, String)) {
    if types.is_empty() {
        add(place, "nothing could be attached".to_owned());
    }
    let mut seen = BTreeSet::new();
    for media_type in types.iter().map(MediaType::as_str) {
        if !is_known(media_type) {
            add(place, format!("the hub does not know how {media_type} begins"));
        }
        if !seen.insert(media_type.to_ascii_lowercase()) {
            add(place, format!("{media_type} stands twice"));
        }
    }
}
