//! Where a bundle is made: a folder beside its place, which gets the name when it is whole and goes if it never is.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::super::session::fresh_key;
use crate::cli::failure::Failure;
use crate::verify::bundle::Folder;

/// What the setting is called.
const SETTING: &str = "--dir";

/// See the module.
#[derive(Debug)]
pub(super) struct Place {
    target: PathBuf,
    draft: PathBuf,
}

impl Place {
    /// A new folder beside `target`, at which there must be nothing.
    pub(super) fn beside(target: &Path) -> Result<Self, Failure> {
        let exists = fs::symlink_metadata(target).is_ok();
        let name = target.file_name().filter(|_| !exists).ok_or_else(|| {
            let path = target.display();
            Failure::configuration(
                format!("{SETTING}: {path} đã có; hãy nêu một tên thư mục chưa có"),
                format!("{SETTING}: {path} is there already; name a folder that is not"),
            )
        })?;
        let mut draft = OsString::from(".");
        draft.push(name);
        draft.push(format!(".{}.part", fresh_key()));
        let draft = target.with_file_name(draft);
        let place = Self {
            target: target.to_owned(),
            draft,
        };
        fs::create_dir(&place.draft).map_err(|error| place.failed(&error))?;
        for folder in ["entries", "attachments", "certificates"] {
            fs::create_dir(place.draft.join(folder)).map_err(|error| place.failed(&error))?;
        }
        Ok(place)
    }

    /// What a fault of the file system is told as.
    pub(super) fn failed(&self, error: &io::Error) -> Failure {
        Failure::file(SETTING, &self.target, error)
    }

    /// Writes a file, to the disk.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<(), Failure> {
        let written = File::create(self.draft.join(name)).and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        });
        written.map_err(|error| self.failed(&error))
    }

    /// What stands in it.
    pub(super) fn folder(&self) -> Result<Folder, Failure> {
        Folder::open(&self.draft).map_err(|error| self.failed(&error))
    }

    /// Gives it its name.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let parent = self.target.parent().filter(|parent| !parent.as_os_str().is_empty());
        // A name that came to be meanwhile, of a folder that holds something, is refused here too.
        fs::rename(&self.draft, &self.target)
            .and_then(|()| File::open(parent.unwrap_or(Path::new(".")))?.sync_all())
            .map_err(|error| self.failed(&error))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // After it got its name there is nothing here any more.
        if self.draft.exists()
            && let Err(error) = fs::remove_dir_all(&self.draft)
        {
            tracing::warn!(%error, path = %self.draft.display(), "an unfinished bundle could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_there_is_refused_and_an_unfinished_one_goes() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("bundle");
        let place = Place::beside(&target).unwrap();
        place.write("entries/a", b"x").unwrap();
        drop(place);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
        let place = Place::beside(&target).unwrap();
        place.write("entries/a", b"x").unwrap();
        place.finish().unwrap();
        assert_eq!(fs::read(target.join("entries/a")).unwrap(), b"x");
        Place::beside(&target).unwrap_err();
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }
}
