//! The catalogue: kinds as data (DESIGN section 5). The files stand in `catalogue/`, whose README explains them; the
//! binary carries them, and `--catalogue DIR` overrides them. Nothing here reads a disk.

pub mod account;
pub mod attachment;
mod basis;
mod check;
pub mod cited;
mod clock_rules;
pub mod definition;
mod definitions;
pub mod diff;
pub mod directive;
mod envelope;
pub(crate) mod file;
pub mod kind;
mod load;
pub mod page;
pub mod pattern;
mod rows;
pub mod rule;
mod rules;
pub mod schema;
pub mod sums;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use include_dir::{Dir, DirEntry, include_dir};
use jiff::civil::Date;

pub use kind::{AnswerFacts, Kind, MeasureFacts, OrderFacts, RelatedFacts};
pub use load::{BrokenCatalogue, Problem};

use super::escalation::{self, Escalation};
use super::ids::KindCode;
use super::regulation::{self, Regulations};
use directive::DirectiveItem;
use load::{Folder, load_definitions, load_kind};

/// The folder `catalogue/kinds` as it was when the binary was built.
static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalogue/kinds");

/// The shared definitions as they were when the binary was built.
static EMBEDDED_DEFINITIONS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue/definitions.json"));

/// The ladders as they were when the binary was built.
static EMBEDDED_LADDERS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalogue/escalation");

/// The folder of kinds in a catalogue.
const KINDS: &str = "kinds/";

/// The definitions that all schemas of a catalogue share.
pub const DEFINITIONS: &str = "definitions.json";

/// All kinds, in all their revisions.
#[derive(Debug)]
pub struct Catalogue {
    kinds: BTreeMap<(KindCode, u32), Arc<Kind>>,
    escalation: Escalation,
    regulations: Regulations,
    files: BTreeMap<String, String>,
    revision: String,
}

impl Catalogue {
    /// The catalogue that the binary carries, read once in a process.
    ///
    /// # Errors
    /// Everything that is wrong in it; a test keeps it sound.
    pub fn embedded() -> Result<Arc<Self>, BrokenCatalogue> {
        static READ: LazyLock<Result<Arc<Catalogue>, BrokenCatalogue>> =
            LazyLock::new(|| Catalogue::load(embedded_files()).map(Arc::new));
        READ.clone()
    }

    /// Loads a catalogue from its files: path relative to the catalogue's folder, with `/`, and content. Only
    /// `definitions.json`, `kinds/<kind>/<file>`, `escalation/<file>` and `regulations/<file>` are read; other paths are left alone.
    /// Without any ladder those of the binary hold.
    ///
    /// # Errors
    /// Everything that is wrong, with file and place.
    pub fn load(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, BrokenCatalogue> {
        let belongs = |path: &str| {
            path == DEFINITIONS
                || [KINDS, escalation::FOLDER, regulation::FOLDER]
                    .iter()
                    .any(|folder| path.starts_with(folder))
        };
        let mut files: BTreeMap<String, Vec<u8>> = files.into_iter().filter(|(path, _)| belongs(path)).collect();
        if !files.keys().any(|path| path.starts_with(escalation::FOLDER)) {
            files.extend(embedded_ladders());
        }
        let mut folders: BTreeMap<&str, Folder<'_>> = BTreeMap::new();
        let mut problems = Vec::new();
        let shared = load_definitions(files.get(DEFINITIONS).map(Vec::as_slice), &mut problems);
        for (path, content) in files.iter().filter(|(path, _)| path.starts_with(KINDS)) {
            match path.strip_prefix(KINDS).and_then(|path| path.split_once('/')) {
                Some((folder, file)) if !file.contains('/') => {
                    folders.entry(folder).or_default().insert(file, content);
                }
                _ => problems.push(stray(path)),
            }
        }
        if folders.is_empty() {
            let text = "no kind found: expected kinds/<kind>/kind.toml".to_owned();
            problems.push(Problem {
                file: KINDS.to_owned(),
                place: String::new(),
                text,
            });
        }
        let mut kinds: Vec<Kind> = folders
            .iter()
            .filter_map(|(name, folder)| load_kind(name, folder, &shared, &mut problems))
            .collect();
        check_revisions(&kinds, &mut problems);
        let regulations = regulation::load(&files, &mut kinds, &mut problems);
        let escalation = escalation::load(&files, &kinds, &mut problems);
        if problems.is_empty() {
            let by_key = kinds
                .into_iter()
                .map(|kind| ((kind.code().clone(), kind.revision()), Arc::new(kind)));
            Ok(Self {
                kinds: by_key.collect(),
                escalation,
                regulations,
                revision: digest(&files),
                files: files
                    .into_iter()
                    .map(|(path, content)| (path, text_of(content)))
                    .collect(),
            })
        } else {
            Err(BrokenCatalogue { problems })
        }
    }

    /// The kind that may be submitted on `date`: of the revisions in effect, there is one at most.
    pub fn kind(&self, code: &KindCode, date: Date) -> Option<&Arc<Kind>> {
        self.revisions(code).find(|kind| is_in_effect(kind, date))
    }

    /// The kind in the revision that a request was submitted under.
    pub fn kind_revision(&self, code: &KindCode, revision: u32) -> Option<&Arc<Kind>> {
        self.kinds.get(&(code.clone(), revision))
    }

    /// The newest revision, in effect or not.
    pub fn newest(&self, code: &KindCode) -> Option<&Arc<Kind>> {
        self.revisions(code).last()
    }

    /// Every kind and revision, by code, then revision.
    pub fn kinds(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.kinds.values()
    }

    /// Every kind in its newest revision.
    pub fn newest_kinds(&self) -> impl Iterator<Item = &Arc<Kind>> {
        let is_newest = |kind: &&Arc<Kind>| {
            let newest = self.newest(&kind.definition.code);
            newest.is_some_and(|newest| newest.definition.revision == kind.definition.revision)
        };
        self.kinds().filter(is_newest)
    }

    /// The item of a province's directive under which a kind is told.
    pub fn directive_item(&self, code: &str) -> DirectiveItem {
        let kind = KindCode::parse(code).ok().and_then(|code| self.newest(&code).cloned());
        kind.map_or(DirectiveItem::Other, |kind| kind.definition.directive)
    }

    /// Who is told when a clock runs out.
    pub fn escalation(&self) -> &Escalation {
        &self.escalation
    }

    /// What agencies have agreed beyond the law.
    pub fn regulations(&self) -> &Regulations {
        &self.regulations
    }

    /// Its files: path from the catalogue's folder, and text.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// The revision of the catalogue as a whole: SHA-256 of its files, in hex.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    fn revisions(&self, code: &KindCode) -> impl Iterator<Item = &Arc<Kind>> {
        self.kinds
            .range((code.clone(), 0)..=(code.clone(), u32::MAX))
            .map(|(_, kind)| kind)
    }
}

fn is_in_effect(kind: &Kind, date: Date) -> bool {
    let definition = &kind.definition;
    definition.effective_from <= date && definition.effective_to.is_none_or(|last| date <= last)
}

/// The files of the embedded catalogue.
fn embedded_files() -> Vec<(String, Vec<u8>)> {
    let mut files = vec![(DEFINITIONS.to_owned(), EMBEDDED_DEFINITIONS.to_vec())];
    collect(&EMBEDDED, KINDS, &mut files);
    files.extend(embedded_ladders());
    files
}

fn embedded_ladders() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    collect(&EMBEDDED_LADDERS, escalation::FOLDER, &mut files);
    files
}

fn collect(folder: &Dir<'_>, below: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(inner) => collect(inner, below, files),
            DirEntry::File(file) => {
                let path = format!("{below}{}", file.path().to_string_lossy().replace('\\', "/"));
                files.push((path, file.contents().to_vec()));
            }
        }
    }
}

fn stray(path: &str) -> Problem {
    let text = "expected kinds/<kind>/<file>".to_owned();
    Problem {
        file: path.to_owned(),
        place: String::new(),
        text,
    }
}

/// Each revision stands once, and on no day are two in effect.
fn check_revisions(kinds: &[Kind], problems: &mut Vec<Problem>) {
    for (index, kind) in kinds.iter().enumerate() {
        for other in kinds.iter().skip(index + 1).filter(|other| other.code() == kind.code()) {
            let (first, second) = (&kind.definition, &other.definition);
            let starts_in_time = |from: Date, last: Option<Date>| last.is_none_or(|last| from <= last);
            let overlaps = starts_in_time(second.effective_from, first.effective_to)
                && starts_in_time(first.effective_from, second.effective_to);
            let mut add = |place: &str, text: &str| {
                let file = format!("kinds/{}/kind.toml", kind.code());
                problems.push(Problem {
                    file,
                    place: place.to_owned(),
                    text: text.to_owned(),
                });
            };
            if kind.revision() == other.revision() {
                add("revision", "two folders have the same revision");
            }
            if overlaps {
                add("effective_from", "two revisions would be in effect on the same day");
            }
        }
    }
}

/// A file that was read without a problem is UTF-8.
fn text_of(content: Vec<u8>) -> String {
    String::from_utf8(content).unwrap_or_default()
}

fn digest(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for (path, content) in files {
        for part in [path.as_bytes(), content] {
            context.update(part.len().to_string().as_bytes());
            context.update(b":");
            context.update(part);
        }
    }
    let mut hex = String::with_capacity(64);
    for byte in context.finish().as_ref() {
        push_hex(&mut hex, *byte);
    }
    hex
}

fn push_hex(hex: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 0x0F] {
        hex.extend(char::from_digit(u32::from(digit), 16));
    }
}
