//! Reading a catalogue from a folder (`--catalogue DIR`).

use std::fs;
use std::path::{Path, PathBuf};

use super::start_error::StartError;
use crate::domain::catalogue::Catalogue;

/// The catalogue in `folder`, or the one in the binary.
pub fn load(folder: Option<&Path>) -> Result<Catalogue, StartError> {
    let Some(folder) = folder else {
        return Ok(Catalogue::embedded()?);
    };
    let mut files = Vec::new();
    collect(&folder.join("kinds"), "kinds", &mut files)
        .map_err(|(path, source)| StartError::CatalogueFolder { path, source })?;
    Ok(Catalogue::load(files)?)
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
