//! Credit-institution cases one by one, with what the agency noted of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Made, Setting, among, page};
use crate::app::App;
use crate::domain::enforcement_case::{Stated, Tag};
use crate::domain::error::{Error, Result};
use crate::domain::report::OpenFigure;
use crate::domain::report::credit_list::{CreditCase, credit_case_list};
use crate::evidence::jws::document_in;
use crate::store::OpenCaseFilter;

/// Cases whose entries are read at a time.
const PIECE: usize = 200;
/// Documents that are opened at a time.
const AT_ONCE: usize = 8;
/// Among how many of its last entries a case's note is looked for.
const LAST: i64 = 5;

/// What of a document is read: the notes of its items.
#[derive(Deserialize)]
struct Noted {
    #[serde(default)]
    cases: Vec<Item>,
    #[serde(default)]
    steps: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    note: Option<String>,
}

impl App {
    pub(super) async fn credit_case_list(&self, setting: &Setting<'_>) -> Result<Made> {
        let filter = OpenCaseFilter {
            tag: format!("%\"{}\"%", Tag::Credit),
            ..setting.open_cases()
        };
        let statuses = among(OpenFigure::Cases.statuses().iter().map(|status| status.as_str()));
        let place = setting.part.after.as_deref().unwrap_or("/");
        let place = place.split_once('/').ok_or_else(super::no_such_place)?;
        let found = self
            .store
            .open_cases(
                &setting.agency.code,
                &filter,
                ("", "~"),
                &statuses,
                place,
                setting.one_more(),
            )
            .await?;
        let (found, next) = page(found, setting.part.limit, |last| format!("{}/{}", last.opened, last.id));
        let mut overdue: BTreeMap<String, i64> = BTreeMap::new();
        let mut notes: BTreeMap<String, String> = BTreeMap::new();
        for piece in found.chunks(PIECE) {
            let ids: Vec<&str> = piece.iter().map(|case| case.id.as_str()).collect();
            let late = self.store.overdue_in_cases(&ids, setting.now).await?;
            overdue.extend(late.into_iter().map(|late| (late.case, late.overdue)));
            notes.extend(self.last_notes(&ids).await?);
        }
        let cases = found.into_iter().map(|case| CreditCase {
            overdue: overdue.get(&case.id).copied().unwrap_or_default(),
            note: notes.remove(&case.id).unwrap_or_default(),
            case: case.into(),
        });
        let cases: Vec<CreditCase> = cases.collect();
        let today = setting.now.date();
        Ok((credit_case_list(&cases, today, setting.scope(), setting.now), next))
    }

    /// What was noted last of each case, of those of which something was.
    async fn last_notes(&self, cases: &[&str]) -> Result<BTreeMap<String, String>> {
        let mut entries: BTreeMap<String, Vec<Stated>> = BTreeMap::new();
        for entry in self.store.last_entries_of_cases(cases, LAST).await? {
            if let Some(stated) = entry.event.stated {
                entries.entry(entry.case).or_default().push(stated);
            }
        }
        let mut notes = BTreeMap::new();
        // The newest entry of each case first; only where it notes nothing the one before.
        while !entries.is_empty() {
            let mut asked: BTreeMap<i64, Vec<(String, i64)>> = BTreeMap::new();
            for (case, stated) in &mut entries {
                let Stated { body_index, item } = stated.remove(0);
                asked.entry(body_index).or_default().push((case.clone(), item));
            }
            notes.extend(self.noted(&asked).await?);
            entries.retain(|case, stated| !stated.is_empty() && !notes.contains_key(case));
        }
        Ok(notes)
    }

    /// The notes of items, by the log index of their documents; what was erased has none.
    async fn noted(&self, asked: &BTreeMap<i64, Vec<(String, i64)>>) -> Result<Vec<(String, String)>> {
        let indexes: Vec<i64> = asked.keys().copied().collect();
        let mut notes = Vec::new();
        for indexes in indexes.chunks(AT_ONCE) {
            for body in self.store.bodies(indexes).await? {
                let Some(content) = body.content else { continue };
                let document = document_in(&body.media_type, &content).map_err(Error::internal)?;
                let Noted { cases, steps } = serde_json::from_slice(&document).map_err(Error::internal)?;
                let items: Vec<Item> = cases.into_iter().chain(steps).collect();
                for (case, item) in asked.get(&body.log_index).into_iter().flatten() {
                    let item = usize::try_from(*item).ok().and_then(|item| items.get(item));
                    if let Some(note) = item.and_then(|item| item.note.clone()) {
                        notes.push((case.clone(), note));
                    }
                }
            }
        }
        Ok(notes)
    }
}
