//! The master keys by which the keys of content are wrapped: a file or a text from the environment, the same for all hubs of a
//! database. Whoever has the database alone reads no content.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::start_error::StartError;
use crate::domain::ids::IdSource;
use crate::sealing::{MalformedMasterKeys, MasterKeys};
use crate::store::Store;

/// Where master keys come from.
#[derive(Clone)]
pub enum MasterSource {
    /// A file, made with a first key if it is missing and nothing is sealed yet.
    File(PathBuf),
    /// The text itself, from the environment.
    Text(String),
}

/// The text does not show.
impl fmt::Debug for MasterSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(_) => f.write_str("Text"),
        }
    }
}

/// Why master keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MastersFault {
    /// The file is missing, though content is sealed by one of its keys.
    #[error("there is no file {path}, but the database's content is sealed by the master key {master}")]
    Missing {
        /// Where.
        path: PathBuf,
        /// By which.
        master: String,
    },
    /// The keys do not hold the one that wrapped last.
    #[error("the database's content is sealed by the master key {master}, which is not among those told")]
    Unknown {
        /// Which.
        master: String,
    },
    /// It is no list of master keys.
    #[error("{place}: {fault}")]
    Malformed {
        /// The file, or the environment.
        place: String,
        /// Why.
        fault: MalformedMasterKeys,
    },
    /// There is such a file already, which is never written over.
    #[error("there is a file {0} already; it is never written over")]
    Exists(PathBuf),
    /// The file cannot be read or made.
    #[error("{path}: {source}")]
    File {
        /// Where.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

impl MasterSource {
    /// The keys; none if the file is missing.
    ///
    /// # Errors
    /// [`MastersFault::Malformed`], [`MastersFault::File`].
    pub fn read(&self) -> Result<Option<MasterKeys>, MastersFault> {
        let (place, text) = match self {
            Self::Text(text) => ("environment".to_owned(), text.clone()),
            Self::File(path) => match std::fs::read_to_string(path) {
                Ok(text) => (path.display().to_string(), text),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(source) => return Err(at(path)(source)),
            },
        };
        let malformed = |fault| MastersFault::Malformed { place, fault };
        text.parse().map(Some).map_err(malformed)
    }
}

/// The same database with the master keys of `source`, which hold the key that its content is sealed by. A missing file is made
/// if nothing is sealed yet.
///
/// # Errors
/// [`StartError::Masters`], or the database's.
pub async fn open_content(store: Store, source: &MasterSource, ids: &dyn IdSource) -> Result<Store, StartError> {
    let in_use = store.newest_master().await.map_err(StartError::Schema)?;
    let masters = match (source.read()?, source, in_use) {
        (Some(masters), _, Some(master)) if !masters.knows(&master) => {
            return Err(MastersFault::Unknown { master }.into());
        }
        (Some(masters), _, _) => masters,
        (None, MasterSource::File(path), Some(master)) => {
            let path = path.clone();
            return Err(MastersFault::Missing { path, master }.into());
        }
        (None, MasterSource::File(path), None) => {
            create(path, ids)?;
            source.read()?.unwrap_or_default()
        }
        (None, MasterSource::Text(_), _) => MasterKeys::default(),
    };
    Ok(store.with_masters(Arc::new(masters)))
}

/// Makes a file with one new key; gives the text of it.
///
/// # Errors
/// [`MastersFault::Exists`]; [`MastersFault::File`]: it cannot be made.
pub fn create(path: &Path, ids: &dyn IdSource) -> Result<MasterKeys, MastersFault> {
    let line = new_line(ids);
    let refused = |error: io::Error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            MastersFault::Exists(path.to_owned())
        } else {
            at(path)(error)
        }
    };
    write_new(path, &line).map_err(refused)?;
    tracing::info!("content.master_key.made");
    parsed(path, &line)
}

/// Puts a new key before those of a file: it wraps from the next start on. The file is replaced in one step.
///
/// # Errors
/// [`MastersFault`]; the file is as it was.
pub fn rotate(path: &Path, ids: &dyn IdSource) -> Result<MasterKeys, MastersFault> {
    let old = std::fs::read_to_string(path).map_err(at(path))?;
    parsed(path, &old)?;
    let text = new_line(ids) + &old;
    let all = parsed(path, &text)?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    write_new(&draft, &text).map_err(at(&draft))?;
    std::fs::rename(&draft, path)
        .and_then(|()| sync_folder(path))
        .map_err(at(path))?;
    Ok(all)
}

fn new_line(ids: &dyn IdSource) -> String {
    let mut random = [0; 32];
    ids.fill(&mut random);
    MasterKeys::line_of(&random).1
}

fn parsed(path: &Path, text: &str) -> Result<MasterKeys, MastersFault> {
    text.parse().map_err(|fault| MastersFault::Malformed {
        place: path.display().to_string(),
        fault,
    })
}

/// Writes a file that is not there yet, for its owner alone, and makes it durable.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> MastersFault {
    let path = path.to_owned();
    |source| MastersFault::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::random::OsRandom;

    #[test]
    fn a_new_key_comes_before_the_old_ones_and_a_damaged_file_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.keys");
        let first = create(&path, &OsRandom).unwrap().newest().unwrap().clone();
        assert!(
            matches!(create(&path, &OsRandom), Err(MastersFault::Exists(_))),
            "never over another"
        );
        let second = rotate(&path, &OsRandom).unwrap();
        assert!(second.knows(first.as_str()) && second.newest() != Some(&first));
        let read = MasterSource::File(path.clone()).read().unwrap().unwrap();
        assert_eq!(read.newest(), second.newest());
        std::fs::write(&path, "damaged").unwrap();
        assert!(matches!(rotate(&path, &OsRandom), Err(MastersFault::Malformed { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "damaged");
    }

    #[test]
    fn the_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.keys");
        create(&path, &OsRandom).unwrap();
        rotate(&path, &OsRandom).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(format!("{:?}", MasterSource::Text("secret".into())), "Text");
    }
}
