//! Reading a catalogue from a folder (`--catalogue DIR`).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::start_error::StartError;
use crate::domain::catalogue::{Catalogue, DEFINITIONS};
use crate::domain::ids::KindCode;

/// The catalogue in `folder`, or the one in the binary.
pub fn load(folder: Option<&Path>) -> Result<Arc<Catalogue>, StartError> {
    let Some(folder) = folder else {
        return Ok(Catalogue::embedded()?);
    };
    let mut files = Vec::new();
    let definitions = folder.join(DEFINITIONS);
    if definitions.is_file() {
        let content = fs::read(&definitions).map_err(|source| StartError::CatalogueFolder {
            path: definitions,
            source,
        })?;
        files.push((DEFINITIONS.to_owned(), content));
    }
    collect(&folder.join("kinds"), "kinds", &mut files)
        .map_err(|(path, source)| StartError::CatalogueFolder { path, source })?;
    for name in ["escalation", "regulations"] {
        let part = folder.join(name);
        if part.is_dir() {
            collect(&part, name, &mut files).map_err(|(path, source)| StartError::CatalogueFolder { path, source })?;
        }
    }
    Ok(Arc::new(Catalogue::load(files)?))
}

/// Refuses a catalogue that lacks a kind or revision of `in_use`: those requests could not be read any more.
pub fn require(catalogue: &Catalogue, in_use: Vec<(String, i64)>) -> Result<(), StartError> {
    let is_known = |kind: &str, revision: i64| {
        let (Ok(code), Ok(revision)) = (KindCode::parse(kind), u32::try_from(revision)) else {
            return false;
        };
        catalogue.kind_revision(&code, revision).is_some()
    };
    let missing: Vec<String> = in_use
        .into_iter()
        .filter(|(kind, revision)| !is_known(kind, *revision))
        .map(|(kind, revision)| format!("{kind}@{revision}"))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(StartError::KindsMissing(missing))
    }
}

type Failure = (PathBuf, std::io::Error);

/// Every file below `folder`, under its path from the catalogue's folder. Hidden files are left alone.
fn collect(folder: &Path, name: &str, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| (path, source)
    };
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let file_name = entry.file_name();
        let file_name = file_name.to_string_lossy();
        if file_name.starts_with('.') {
            continue;
        }
        let (path, name) = (entry.path(), format!("{name}/{file_name}"));
        if path.is_dir() {
            collect(&path, &name, files)?;
        } else {
            files.push((name, fs::read(&path).map_err(at(&path))?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_revision_of_a_stored_request_must_be_there() {
        let catalogue = Catalogue::embedded().unwrap();
        let used = |kind: &str, revision| (kind.to_owned(), revision);
        require(&catalogue, vec![used("account-freeze", 1)]).unwrap();
        let refusal = require(
            &catalogue,
            vec![used("account-freeze", 99), used("gone", 1), used("account-freeze", 1)],
        );
        match refusal {
            Err(StartError::KindsMissing(missing)) => assert_eq!(missing, ["account-freeze@99", "gone@1"]),
            other => panic!("{other:?}"),
        }
    }
}
