//! What changed from one catalogue to another, in words.
//!
//! A kind is written as facts, each with a sort, a name and its words; two revisions differ where their facts do. So no part of a kind
//! can be left out that its page shows.

use std::collections::{BTreeMap, BTreeSet};

use super::Catalogue;
use super::page;
use crate::domain::escalation::page as ladders;
use crate::domain::ids::KindCode;
use crate::domain::regulation::Regulation;

/// What a request that is open already has of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touches {
    /// Nothing: what is new is for new requests.
    New,
    /// What it still does: its clocks that run stay, what is read or begins later follows the new text.
    Open,
    /// The hub does not start while such a request is kept.
    Orphans,
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The kind and the revision under which requests were submitted that it touches; none for what holds for all.
    pub kind: Option<(KindCode, u32)>,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
    /// What open requests have of it.
    pub touches: Touches,
}

/// One thing that a kind says: what sort, in both languages; its name; its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) sort: Sort,
    pub(super) name: String,
    pub(super) value: String,
}

/// Sorts of facts, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Head,
    Relation,
    Attachment,
    Clock,
    OrderField,
    Outcome,
    AnswerField,
    RefuseReason,
    SendBackReason,
    Rule,
    Rung,
    Regulation,
}

impl Sort {
    const fn vi(self) -> &'static str {
        match self {
            Self::Head => "mục",
            Self::Relation => "quan hệ",
            Self::Attachment => "tài liệu",
            Self::Clock => "thời hạn",
            Self::OrderField => "trường của yêu cầu",
            Self::Outcome => "kết quả",
            Self::AnswerField => "trường của trả lời",
            Self::RefuseReason => "lý do từ chối",
            Self::SendBackReason => "lý do trả lại",
            Self::Rule => "quy tắc kiểm tra",
            Self::Rung => "bậc nhắc việc",
            Self::Regulation => "quy chế phối hợp",
        }
    }

    const fn en(self) -> &'static str {
        match self {
            Self::Head => "item",
            Self::Relation => "relation",
            Self::Attachment => "attachment",
            Self::Clock => "clock",
            Self::OrderField => "field of the order",
            Self::Outcome => "outcome",
            Self::AnswerField => "field of the answer",
            Self::RefuseReason => "reason for refusing",
            Self::SendBackReason => "reason for sending back",
            Self::Rule => "rule between values",
            Self::Rung => "rung",
            Self::Regulation => "regulation",
        }
    }
}

/// All differences: kinds by code, then what holds for all.
pub fn diff(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let codes: BTreeSet<&KindCode> = old.kinds().chain(new.kinds()).map(|kind| kind.code()).collect();
    let mut changes = Vec::new();
    for code in codes {
        of_kind(old, new, code, &mut changes);
    }
    compare(None, Touches::Open, &rungs(old), &rungs(new), &mut changes);
    compare(None, Touches::New, &regulations(old), &regulations(new), &mut changes);
    changes
}

fn of_kind(old: &Catalogue, new: &Catalogue, code: &KindCode, changes: &mut Vec<Change>) {
    let (before, after) = (old.newest(code), new.newest(code));
    for kept in old.kinds().filter(|kind| kind.code() == code) {
        match new.kind_revision(code, kept.revision()) {
            Some(again) => {
                let key = (code.clone(), kept.revision());
                compare(
                    Some(&key),
                    Touches::Open,
                    &page::as_facts(kept),
                    &page::as_facts(again),
                    changes,
                );
            }
            None => changes.push(Change {
                kind: Some((code.clone(), kept.revision())),
                vi: format!("bỏ bản {} của loại “{}”", kept.revision(), kept.definition.title_vi),
                en: format!("revision {} of “{}” is gone", kept.revision(), kept.definition.title_en),
                touches: Touches::Orphans,
            }),
        }
    }
    let Some(after) = after.filter(|after| old.kind_revision(code, after.revision()).is_none()) else {
        return;
    };
    let key = (code.clone(), after.revision());
    let (from, titles) = (after.definition.effective_from, &after.definition);
    changes.push(Change {
        kind: Some(key.clone()),
        vi: match before {
            Some(_) => format!(
                "thêm bản {} của loại “{}”, từ {from}",
                after.revision(),
                titles.title_vi
            ),
            None => format!("thêm loại “{}”, từ {from}", titles.title_vi),
        },
        en: match before {
            Some(_) => format!("new revision {} of “{}” from {from}", after.revision(), titles.title_en),
            None => format!("new kind “{}” from {from}", titles.title_en),
        },
        touches: Touches::New,
    });
    if let Some(before) = before {
        compare(
            Some(&key),
            Touches::New,
            &page::as_facts(before),
            &page::as_facts(after),
            changes,
        );
    }
}

/// Pushes where two lists of facts differ.
fn compare(kind: Option<&(KindCode, u32)>, touches: Touches, old: &[Fact], new: &[Fact], changes: &mut Vec<Change>) {
    let by_name = |facts: &[Fact]| -> BTreeMap<(Sort, String), String> {
        let mut named = BTreeMap::new();
        for fact in facts {
            // What stands twice under one name is told apart by its place.
            let mut name = fact.name.clone();
            for number in 2.. {
                if !named.contains_key(&(fact.sort, name.clone())) {
                    break;
                }
                name = format!("{} ({number})", fact.name);
            }
            named.insert((fact.sort, name), fact.value.clone());
        }
        named
    };
    let (old, new) = (by_name(old), by_name(new));
    let keys: BTreeSet<&(Sort, String)> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (sort, name) = (key.0, &key.1);
        let (vi, en) = match (old.get(key), new.get(key)) {
            (Some(before), Some(after)) if before == after => continue,
            (Some(before), Some(after)) => (
                format!("{} {name}: “{before}” thành “{after}”", sort.vi()),
                format!("{} {name}: changed", sort.en()),
            ),
            (None, Some(after)) => (
                format!("thêm {} {name}: {after}", sort.vi()),
                format!("{} {name}: added", sort.en()),
            ),
            (Some(before), None) => (
                format!("bỏ {} {name}: {before}", sort.vi()),
                format!("{} {name}: removed", sort.en()),
            ),
            (None, None) => continue,
        };
        changes.push(Change {
            kind: kind.cloned(),
            vi,
            en,
            touches,
        });
    }
}

fn rungs(catalogue: &Catalogue) -> Vec<Fact> {
    let files = catalogue.escalation().files().iter();
    let facts = files.flat_map(|(path, file)| {
        let head = Fact {
            sort: Sort::Rung,
            name: path.clone(),
            value: ladders::head(file),
        };
        let rungs = file.rungs.iter().map(move |rung| Fact {
            sort: Sort::Rung,
            name: format!("{path}: {}", rung.name),
            value: ladders::words(rung),
        });
        std::iter::once(head).chain(rungs)
    });
    facts.collect()
}

fn regulations(catalogue: &Catalogue) -> Vec<Fact> {
    let fact = |regulation: &Regulation| Fact {
        sort: Sort::Regulation,
        name: regulation.name.clone(),
        value: page::regulations::words(regulation),
    };
    catalogue.regulations().all().iter().map(fact).collect()
}
