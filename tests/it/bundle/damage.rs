//! A bundle that was changed: every file of it in turn, with and without the manifest made to fit.

use std::fs;
use std::path::{Path, PathBuf};

use lienthong::verify::bundle::{Attachments, Folder, Manifest, Names, Role};

use super::{both, export, files, freeze, release};
use crate::cli::Desk;
use crate::harness::{Backend, TestDatabase, block_on_for};

const LIMIT: std::time::Duration = std::time::Duration::from_mins(10);

/// A bundle that was good, and copies of it.
struct Bench {
    good: PathBuf,
    keys: PathBuf,
    request: String,
    scratch: tempfile::TempDir,
}

impl Bench {
    /// What both say of a copy after `change`.
    fn judged(&self, about: &str, change: impl FnOnce(&Path)) -> super::Judgement {
        let copy = self.scratch.path().join("copy");
        for file in files(&self.good) {
            let target = copy.join(&file);
            fs::create_dir_all(target.parent().expect("a folder")).expect("made");
            fs::copy(self.good.join(&file), target).expect("copied");
        }
        change(&copy);
        let said = both(&copy, Some(&self.keys), about);
        fs::remove_dir_all(copy).expect("removed");
        said
    }

    /// Makes the manifest that of the changed folder, as whoever changes a folder can.
    fn repair(&self, folder: &Path) {
        let listed = Folder::open(folder).expect("a folder");
        let manifest = Manifest::of(&listed, &self.request, Attachments::Included).expect("a manifest");
        fs::write(folder.join(Names::MANIFEST), manifest.text()).expect("written");
    }
}

/// Changes a bit of a file: of its byte at `place` of 97 parts.
fn flip(folder: &Path, file: &str, place: usize) {
    let path = folder.join(file);
    let mut bytes = fs::read(&path).expect("a file");
    let at = bytes.len() * place / 97;
    bytes[at] ^= 1 << (place % 7);
    fs::write(path, bytes).expect("written");
}

async fn bench(desk: &Desk) -> Bench {
    let request = freeze(desk).await;
    let (good, keys) = export(desk, &request, "good").await;
    Bench {
        good,
        keys,
        request,
        scratch: tempfile::tempdir().expect("a folder"),
    }
}

fn named(said: &super::Judgement) -> &str {
    said.first.as_ref().map_or("", |(file, _)| file)
}

/// The sqlite database alone: what a bundle holds does not depend on it, and each judgement is a process of two languages.
fn on_a_bench(check: impl AsyncFnOnce(&Desk, Bench)) {
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        let desk = super::open_with_list(&database).await;
        let bench = bench(&desk).await;
        check(&desk, bench).await;
        desk.close().await;
    });
}

#[test]
fn every_file_that_is_changed_removed_or_added_is_named() {
    on_a_bench(async |_, bench| {
        let kept = files(&bench.good);
        assert!(kept.len() > 20, "{kept:?}");
        let papers = kept.iter().filter(|file| Role::of(file) == Some(Role::Paper));
        assert_eq!(papers.count(), 2, "an authority and its list: {kept:?}");
        for (number, file) in kept.iter().enumerate() {
            let said = bench.judged(&format!("{file} changed"), |copy| flip(copy, file, number * 13 % 97));
            // A manifest with another digest names the file that it is the digest of.
            assert!(
                !said.held && (named(&said) == file || file == Names::MANIFEST),
                "{file}: {said:?}"
            );
            let said = bench.judged(&format!("{file} removed"), |copy| {
                fs::remove_file(copy.join(file)).expect("removed");
            });
            assert_eq!(named(&said), file, "{said:?}");
            let said = bench.judged(&format!("{file} longer"), |copy| {
                let mut bytes = fs::read(copy.join(file)).expect("a file");
                bytes.push(b'\n');
                fs::write(copy.join(file), bytes).expect("written");
            });
            assert_eq!(named(&said), file, "{said:?}");
        }
        for extra in ["them.txt", "entries/0000000009.receipt.json.bak", "them/0.txt"] {
            let said = bench.judged(extra, |copy| {
                let path = copy.join(extra);
                fs::create_dir_all(path.parent().expect("a folder")).expect("made");
                fs::write(path, "x").expect("written");
            });
            assert_eq!(said.first, Some((extra.to_owned(), "UNLISTED".to_owned())), "{extra}");
        }
        let linked = bench.judged("a link", |copy| {
            fs::remove_file(copy.join(Names::SUMMARY)).expect("removed");
            std::os::unix::fs::symlink(bench.good.join(Names::SUMMARY), copy.join(Names::SUMMARY)).expect("linked");
        });
        assert_eq!(named(&linked), Names::SUMMARY, "no link is followed");
    });
}

#[test]
fn a_document_that_is_taken_with_all_that_tells_of_it_is_missed() {
    on_a_bench(async |_, bench| {
        let listed = files(&bench.good).into_iter();
        let documents: Vec<String> = listed.filter(|file| Role::of(file) == Some(Role::Document)).collect();
        assert!(documents.len() > 2, "{documents:?}");
        for document in documents {
            let said = bench.judged(&format!("{document} taken"), |copy| {
                fs::remove_file(copy.join(&document)).expect("removed");
                let (entry, _) = document.split_once('.').expect("an ending");
                let receipt = copy.join(format!("{entry}.receipt.json"));
                let text = fs::read_to_string(&receipt).expect("a receipt");
                // As a receipt of something that was sent without content.
                let (before, _) = text.split_once(",\n  \"content_sha256\"").expect("a digest");
                let none = "0".repeat(64);
                fs::write(receipt, format!("{before},\n  \"content_sha256\": \"{none}\"\n}}\n")).expect("written");
                bench.repair(copy);
            });
            assert_eq!(said.first, Some((document, "MISSING".to_owned())));
        }
    });
}

#[test]
fn who_makes_the_manifest_fit_is_found_by_what_the_files_prove() {
    on_a_bench(async |_, bench| {
        let evidence: Vec<String> = files(&bench.good)
            .into_iter()
            .filter(|file| Role::of(file).is_some_and(|role| role != Role::Summary))
            .collect();
        let mut tried = 0;
        for (number, file) in evidence.iter().enumerate() {
            for place in [number * 7 % 97, (number * 31 + 50) % 97] {
                let about = format!("{file} changed at {place}, manifest repaired");
                let said = bench.judged(&about, |copy| {
                    flip(copy, file, place);
                    bench.repair(copy);
                });
                assert!(!said.held, "{about}");
                tried += 1;
            }
            // Of an entry one file cannot go alone.
            let about = format!("{file} removed, manifest repaired");
            let said = bench.judged(&about, |copy| {
                fs::remove_file(copy.join(file)).expect("removed");
                bench.repair(copy);
            });
            assert!(!said.held, "{about}");
        }
        // Two of a sort change places.
        for pair in evidence.windows(2) {
            let alike = |file: &str| file.split_once('.').map(|(_, ending)| ending.to_owned());
            for other in evidence
                .iter()
                .filter(|other| *other > &pair[0] && alike(other) == alike(&pair[0]))
                .take(1)
            {
                let about = format!("{} and {other} swapped, manifest repaired", pair[0]);
                let said = bench.judged(&about, |copy| {
                    fs::rename(copy.join(&pair[0]), copy.join("swap")).expect("moved");
                    fs::rename(copy.join(other), copy.join(&pair[0])).expect("moved");
                    fs::rename(copy.join("swap"), copy.join(other)).expect("moved");
                    bench.repair(copy);
                });
                assert!(!said.held, "{about}");
                tried += 1;
            }
        }
        assert!(tried > 50, "{tried}");
        let summary = bench.judged("another summary", |copy| {
            fs::write(copy.join(Names::SUMMARY), "x").expect("written");
            bench.repair(copy);
        });
        assert!(summary.held, "the summary is no evidence, and says so");
    });
}

#[test]
fn steps_and_entries_of_another_request_do_not_fit_in() {
    on_a_bench(async |desk, bench| {
        let release = release(desk, &bench.request).await;
        let (other, _) = export(desk, &release, "other").await;
        // The submit of the release, whole, among the entries of the freeze.
        let receipts: Vec<String> = files(&other)
            .into_iter()
            .filter(|file| file.ends_with("document.jws"))
            .collect();
        let entry = receipts[0].split_once('.').expect("a name").0.to_owned();
        let mixed = bench.judged("an entry of another request", |copy| {
            for file in files(&other).iter().filter(|file| file.starts_with(&entry)) {
                fs::copy(other.join(file), copy.join(file)).expect("copied");
            }
            bench.repair(copy);
        });
        assert!(!mixed.held && named(&mixed).starts_with(&entry), "{mixed:?}");
        // A step in the middle goes with all its files.
        let steps: Vec<String> = files(&bench.good)
            .into_iter()
            .filter(|file| file.ends_with("message.pb"))
            .collect();
        let middle = steps[0].split_once('.').expect("a name").0.to_owned();
        let gap = bench.judged("a step is missing", |copy| {
            for file in files(&bench.good).iter().filter(|file| file.starts_with(&middle)) {
                fs::remove_file(copy.join(file)).expect("removed");
            }
            bench.repair(copy);
        });
        assert_eq!(gap.first.map(|(_, code)| code).as_deref(), Some("GAP"));
        // The keys of a stranger are no keys of the hub.
        let stranger = bench.judged("another request in the manifest", |copy| {
            let listed = Folder::open(copy).expect("a folder");
            let manifest = Manifest::of(&listed, &release, Attachments::Included).expect("a manifest");
            fs::write(copy.join(Names::MANIFEST), manifest.text()).expect("written");
        });
        assert!(!stranger.held, "{stranger:?}");
    });
}
