//! The configuration file: TOML, every key known, every fault told with its line.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Words};
use super::options::{Given, Origin};
use super::setting::{Kind, Setting};
use super::table::{SECTIONS, SETTINGS};

/// How far a key may be from a known one to be taken for a slip of the hand, in letters.
const SLIP: usize = 4;

/// What a file says, and everything that is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) given: Vec<Given>,
    pub(super) faults: Vec<Fault>,
}

/// Reads `text`, the content of the file at `path`. Paths in it are relative to its folder.
pub(super) fn read(path: &Path, text: &str) -> Read {
    let file = File {
        name: path.display().to_string(),
        folder: path.parent().unwrap_or(Path::new("")),
        text,
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut read = Read::default();
    if !errors.is_empty() {
        read.faults = errors.iter().map(|error| file.not_toml(error)).collect();
        return read;
    }
    for (section, value) in root.get_ref() {
        match value.get_ref().as_table() {
            Some(table) if is_section(section.get_ref()) => file.section(section.get_ref(), table, &mut read),
            _ => read.faults.push(file.unknown(section, section.get_ref())),
        }
    }
    read.given.sort_by_key(|given| place_in_table(given.setting));
    read
}

fn is_section(name: &str) -> bool {
    SECTIONS.iter().any(|(section, _)| *section == name)
}

fn place_in_table(wanted: &Setting) -> usize {
    SETTINGS.iter().take_while(|setting| setting.id != wanted.id).count()
}

struct File<'a> {
    name: String,
    folder: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn section(&self, section: &str, table: &DeTable<'_>, read: &mut Read) {
        for (name, value) in table {
            let known = SETTINGS
                .iter()
                .find(|setting| setting.section == section && setting.name == name.get_ref().as_ref());
            let Some(setting) = known else {
                let key = format!("{section}.{}", name.get_ref());
                read.faults.push(self.unknown(name, &key));
                continue;
            };
            let origin = Origin::File {
                path: self.name.clone(),
                line: self.line(value.span().start),
            };
            match text_of(setting, value) {
                Ok(text) => read.given.push(Given {
                    setting,
                    text: self.beside_the_file(setting, text),
                    origin,
                }),
                Err(words) => read.faults.push(Fault::new(origin.place(setting), words)),
            }
        }
    }

    /// A relative path, from where the program runs.
    fn beside_the_file(&self, setting: &Setting, text: String) -> String {
        let joined = |path: &str| self.folder.join(path).display().to_string();
        let is_relative = |path: &&str| !path.is_empty() && !path.starts_with([':', '/']);
        if matches!(setting.kind, Kind::Path) && !text.is_empty() {
            return joined(&text);
        }
        if matches!(setting.kind, Kind::Paths) {
            let paths = text.split(',').map(|path| joined(path.trim()));
            return paths.collect::<Vec<_>>().join(",");
        }
        let sqlite = text.strip_prefix("sqlite:").filter(is_relative);
        match sqlite.filter(|_| matches!(setting.kind, Kind::DatabaseUrl)) {
            Some(path) => format!("sqlite:{}", joined(path)),
            None => text,
        }
    }

    fn unknown<T>(&self, name: &Spanned<T>, key: &str) -> Fault {
        let place = format!("{}:{}: {key}", self.name, self.line(name.span().start));
        let words = match nearest(key) {
            Some(nearest) => Words::new(
                format!("không có thiết đặt này; có phải {nearest}?"),
                format!("there is no such setting; {nearest}?"),
            ),
            None => Words::fixed(
                "không có thiết đặt này; xem: lienthong config example",
                "there is no such setting; see: lienthong config example",
            ),
        };
        Fault::new(place, words)
    }

    fn not_toml(&self, error: &toml::de::Error) -> Fault {
        let line = self.line(error.span().map_or(0, |span| span.start));
        let message = error.message();
        Fault::new(
            format!("{}:{line}", self.name),
            Words::new(
                format!("không đúng cú pháp TOML: {message}"),
                format!("not TOML: {message}"),
            ),
        )
    }

    /// The line, from 1, of a place in the text.
    fn line(&self, place: usize) -> usize {
        1 + self.text.bytes().take(place).filter(|byte| *byte == b'\n').count()
    }
}

/// The value as an option would give it.
fn text_of(setting: &Setting, value: &Spanned<DeValue<'_>>) -> Result<String, Words> {
    let value = value.get_ref();
    let (text, wanted) = match setting.kind {
        Kind::Switch => (
            value.as_bool().map(|value| value.to_string()),
            Words::fixed(
                "cần true hoặc false, không có dấu nháy",
                "expected true or false, without quotes",
            ),
        ),
        Kind::Whole(_) => (
            value
                .as_integer()
                .and_then(|number| i128::from_str_radix(number.as_str(), number.radix()).ok())
                .map(|number| number.to_string()),
            Words::fixed(
                "cần số nguyên, không có dấu nháy",
                "expected a whole number, without quotes",
            ),
        ),
        Kind::HubId
        | Kind::Address
        | Kind::DatabaseUrl
        | Kind::Bucket
        | Kind::Endpoint
        | Kind::Path
        | Kind::Paths
        | Kind::Networks
        | Kind::Ports
        | Kind::Choice(_)
        | Kind::Filter => (
            value.as_str().map(str::to_owned),
            Words::fixed("cần một chuỗi trong dấu nháy kép", "expected a text in double quotes"),
        ),
    };
    text.ok_or(wanted)
}

/// The known key that `key` may have been meant for: the same name in another section, or one that looks like it.
fn nearest(key: &str) -> Option<String> {
    let name = key.rsplit('.').next().unwrap_or(key);
    let elsewhere = SETTINGS
        .iter()
        .find(|setting| setting.name == name || setting.id == name);
    elsewhere.map(Setting::key).or_else(|| {
        let distance =
            |known: &str| strsim::damerau_levenshtein(key, known).min(strsim::damerau_levenshtein(name, known));
        let known = SETTINGS.iter().map(Setting::key);
        let known = known.chain(SECTIONS.iter().map(|(section, _)| (*section).to_owned()));
        known
            .map(|known| (distance(&known), known))
            .filter(|(distance, known)| *distance <= SLIP.min(known.len() / 3))
            .min()
            .map(|(_, known)| known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(String, String)> {
        let read = read(Path::new("conf/hub.toml"), text);
        let faults = read.faults.into_iter();
        faults
            .map(|fault| {
                assert!(!fault.words.vi.is_empty());
                (fault.place, fault.words.en.into_owned())
            })
            .collect()
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() {
        for (text, place, suggestion) in [
            (
                "[hub]\nid = \"a\"\nlisten_addr = \"x\"\n",
                "conf/hub.toml:3: hub.listen_addr",
                "see:",
            ),
            ("[hub]\nlistn = \"x\"\n", "conf/hub.toml:2: hub.listn", "hub.listen?"),
            ("\nlisten = \"x\"\n", "conf/hub.toml:2: listen", "hub.listen?"),
            ("[ledgr]\nbatch = 1\n", "conf/hub.toml:1: ledgr", "ledger?"),
            ("[hub]\nbatch = 1\n", "conf/hub.toml:2: hub.batch", "ledger.batch?"),
            (
                "[limits]\nconections = 1\n",
                "conf/hub.toml:2: limits.conections",
                "limits.connections?",
            ),
            ("[limits]\ncolour = 1\n", "conf/hub.toml:2: limits.colour", "see:"),
        ] {
            let found = faults(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(found[0].0, place);
            assert!(found[0].1.contains(suggestion), "{text}: {found:?}");
        }
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let found = faults("[hub]\nid = 7\nlisten = true\nlistn = \"x\"\n[database]\nno_migrate = \"no\"\n");
        let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
        let expected = [
            "conf/hub.toml:6: database.no_migrate",
            "conf/hub.toml:2: hub.id",
            "conf/hub.toml:3: hub.listen",
            "conf/hub.toml:4: hub.listn",
        ];
        assert_eq!(places.len(), expected.len(), "{found:?}");
        assert!(expected.iter().all(|place| places.contains(place)), "{found:?}");
    }

    #[test]
    fn what_is_not_toml_is_told_with_its_line() {
        let found = faults("[hub]\nid = \n");
        assert_eq!(found[0].0, "conf/hub.toml:2", "{found:?}");
        let found = faults("[hub]\nid = \"a\"\nid = \"b\"\n");
        assert_eq!(found[0].0, "conf/hub.toml:3", "{found:?}");
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let text = "[database]\nurl = \"sqlite:hub.db\"\n[tls]\ncert = \"a.pem\"\nkey = \"/k.pem\"\n";
        let read = read(Path::new("conf/hub.toml"), text);
        let texts: Vec<&str> = read.given.iter().map(|given| given.text.as_str()).collect();
        assert_eq!(texts, ["sqlite:conf/hub.db", "conf/a.pem", "/k.pem"]);
    }
}
