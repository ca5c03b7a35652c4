//! The keys of a log as its operator publishes them: a line for each hub ([`HubKey`]), and statements about them. A line
//! `#! retired INDEX NAME+ID` says that the keys whose line begins with `NAME+ID` are retired by the entry INDEX (from 0): what they sign of a
//! tree with that entry is no good. Readers that do not know statements pass over them as over any line that begins with `#`.

use super::checkpoint::Checkpoint;
use super::hub_key::{HubKey, MalformedKey};

/// What a statement begins with. One that is not known is refused: it may take trust away.
const STATEMENT: &str = "#!";

/// Keys that are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedKey {
    /// The keys of one hub.
    pub key: HubKey,
    /// The entry that retires them, if one does.
    pub retired_index: Option<u64>,
}

impl From<HubKey> for PublishedKey {
    fn from(key: HubKey) -> Self {
        Self {
            key,
            retired_index: None,
        }
    }
}

impl PublishedKey {
    /// Whether they may sign this: its tree does not hold the entry that retires them.
    pub fn may_sign(&self, checkpoint: &Checkpoint) -> bool {
        self.retired_index.is_none_or(|index| checkpoint.tree.size <= index)
    }

    /// The statement that retires them, as a line without its end.
    pub fn statement(&self) -> Option<String> {
        let index = self.retired_index?;
        Some(format!("{STATEMENT} retired {index} {}", self.key.note_name()))
    }

    /// The keys in a text; empty lines and comments (`#`) say nothing.
    ///
    /// # Errors
    /// The number of the first line, from 1, that holds neither keys nor a known statement about just one of them.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, usize> {
        let (mut keys, mut statements) = (Vec::new(), Vec::new());
        for (number, line) in (1_usize..).zip(text.lines().map(str::trim)) {
            if let Some(statement) = line.strip_prefix(STATEMENT) {
                statements.push((number, statement));
            } else if !line.is_empty() && !line.starts_with('#') {
                let key: HubKey = line.parse().map_err(|_malformed: MalformedKey| number)?;
                keys.push(Self::from(key));
            }
        }
        for (number, statement) in statements {
            retire(&mut keys, statement).ok_or(number)?;
        }
        Ok(keys)
    }
}

fn retire(keys: &mut [PublishedKey], statement: &str) -> Option<()> {
    let mut words = statement.split_ascii_whitespace();
    let (Some("retired"), Some(index), Some(name), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return None;
    };
    let mut named = keys.iter_mut().filter(|listed| listed.key.note_name() == name);
    let (named, None) = (named.next()?, named.next()) else {
        return None;
    };
    // A number has one right form.
    let number: u64 = index.parse().ok().filter(|number: &u64| number.to_string() == index)?;
    named.retired_index.replace(number).is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::proof::TreeRoot;

    fn key(seed: u8) -> HubKey {
        let mut seal = vec![4];
        seal.extend([seed; 64]);
        HubKey::new("hub.lienthong.test", [seed; 32], &seal).unwrap()
    }

    fn sized(size: u64) -> Checkpoint {
        Checkpoint {
            origin: "hub.lienthong.test".to_owned(),
            tree: TreeRoot { size, root: [7; 32] },
            hub_time: 1,
        }
    }

    #[test]
    fn retired_keys_sign_no_tree_that_holds_the_entry_which_retires_them() {
        let retired = PublishedKey {
            retired_index: Some(7),
            ..key(1).into()
        };
        assert!(retired.may_sign(&sized(7)) && !retired.may_sign(&sized(8)));
        assert!(PublishedKey::from(key(1)).may_sign(&sized(8)));
    }

    #[test]
    fn a_list_is_read_back_and_readers_of_before_read_its_keys() {
        let retired = PublishedKey {
            retired_index: Some(7),
            ..key(1).into()
        };
        let statement = retired.statement().unwrap();
        let text = format!("# ours\n{statement}\n{}\n\n{}\n", key(1), key(2));
        assert_eq!(PublishedKey::parse_list(&text), Ok(vec![retired, key(2).into()]));
        assert_eq!(HubKey::parse_list(&text), Ok(vec![key(1), key(2)]));
    }

    #[test]
    fn a_statement_that_is_not_understood_is_refused() {
        let good = format!("{}\n", key(1));
        let name = key(1).note_name();
        for wrong in [
            "#!".to_owned(),
            "#! retired".to_owned(),
            format!("#! retired {name}"),
            format!("#! retired -1 {name}"),
            format!("#! retired +7 {name}"),
            format!("#! retired 7 {name} {name}"),
            format!("#! revoked 7 {name}"),
            format!("#! retired 7 {}", key(2).note_name()),
        ] {
            assert_eq!(PublishedKey::parse_list(&format!("{good}{wrong}\n")), Err(2), "{wrong}");
        }
        let twice = format!("{good}#! retired 7 {name}\n#! retired 8 {name}\n");
        assert_eq!(PublishedKey::parse_list(&twice), Err(3));
        assert_eq!(
            PublishedKey::parse_list(&format!("{good}{good}#! retired 7 {name}\n")),
            Err(3)
        );
        assert_eq!(PublishedKey::parse_list("\nwrong\n"), Err(2));
    }
}
