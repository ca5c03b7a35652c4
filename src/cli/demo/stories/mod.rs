//! Stories in data: `catalogue/demo/stories/<name>.toml` says who does what, and what must hold; one engine plays any of them against
//! the hub.

mod acts;
mod dates;
mod document;
mod facts;
mod file;
mod look;
mod mail;
mod stage;
#[cfg(test)]
mod tests;
mod time;

use clap::builder::PossibleValue;

use super::folder::Folder;
use super::partner::Outside;
use crate::cli::failure::Failure;
use crate::cli::output;
use file::StoryFile;
use stage::Stage;

/// What `--story` takes to list them.
pub(super) const LIST: &str = "list";

/// What `--story` takes, each with its title.
pub(super) fn choices() -> Vec<PossibleValue> {
    let stories = file::names().into_iter().map(|name| {
        let title = StoryFile::read(name).map_or_else(|_| String::new(), |story| story.title.vi);
        PossibleValue::new(name).help(title)
    });
    stories
        .chain([PossibleValue::new(LIST).help("Danh sách các câu chuyện: lists them and stops")])
        .collect()
}

/// The names of all stories, with what each shows.
pub(super) fn list() {
    for name in file::names() {
        if let Ok(story) = StoryFile::read(name) {
            let (title, about) = (&story.title, &story.about);
            output::line(&format!(
                "{name}\n   {}. {}\n   {}. {}",
                title.vi, about.vi, title.en, about.en
            ));
        }
    }
}

/// Plays the story called `name`; stops at the first promise that does not hold.
pub(super) async fn play(name: &str, folder: &Folder, outside: Outside) -> Result<(), Failure> {
    let story = StoryFile::read(name).map_err(|error| Failure::failed(error.clone(), error))?;
    output::line(&format!(
        "\n{}\n{}\n{}\n{}",
        story.title.vi, story.title.en, story.about.vi, story.about.en
    ));
    Box::pin(Stage::open(folder, outside, story)).await?.play().await
}
