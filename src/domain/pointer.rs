//! Places in JSON texts, and their pointers (RFC 6901).

use super::text;

/// A place in a JSON text: one step, and the place that it was taken from. Lives on the stack; costs nothing until an
/// error asks for its pointer.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

impl<'a> Place<'a> {
    /// The whole text.
    pub const ROOT: Place<'static> = Place {
        parent: None,
        step: Step::Root,
    };

    /// The member `name` of the object here.
    #[must_use]
    pub fn member(&'a self, name: &'a str) -> Place<'a> {
        Place {
            parent: Some(self),
            step: Step::Member(name),
        }
    }

    /// Item `index` (from 0) of the array here.
    #[must_use]
    pub fn item(&'a self, index: usize) -> Place<'a> {
        Place {
            parent: Some(self),
            step: Step::Item(index),
        }
    }

    /// The JSON pointer (RFC 6901).
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.write(&mut pointer);
        pointer
    }

    fn write(&self, out: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(out);
        }
        match self.step {
            Step::Root => {}
            Step::Member(name) => push_shown(out, name),
            Step::Item(index) => {
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
    }
}

/// Appends a member's name to a JSON pointer, escaped. Hidden characters are shown as `?` and a long name is cut, so
/// that an error text cannot carry them on.
pub fn push_member(pointer: &mut String, name: &str) {
    const LONGEST: usize = 64;
    pointer.push('/');
    for c in name.chars().take(LONGEST) {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c if c.is_control() || text::is_bidi_control(c) || text::is_noncharacter(c) => pointer.push('?'),
            c => pointer.push(c),
        }
    }
    if name.chars().nth(LONGEST).is_some() {
        pointer.push('…');
    }
}

/// Appends the name of a member that a document has, for an error text. What is not such a name as programs give, a word
/// of letters and underscores with three digits at most, may be anything that somebody put there, a person's name or number
/// too: it is shown as `…`.
pub(crate) fn push_shown(pointer: &mut String, name: &str) {
    const LONGEST: usize = 64;
    const MOST_DIGITS: usize = 3;
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_name = is_word && begins && digits <= MOST_DIGITS && name.len() <= LONGEST;
    push_member(pointer, if is_name { name } else { "…" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped_and_carry_nothing_hidden() {
        let mut pointer = String::new();
        push_member(&mut pointer, "a/b~c");
        push_member(&mut pointer, "x\u{202E}y");
        assert_eq!(pointer, "/a~1b~0c/x?y");
        let mut pointer = String::new();
        push_member(&mut pointer, &"n".repeat(100));
        assert_eq!(pointer.chars().count(), 1 + 64 + 1);
    }

    #[test]
    fn a_document_s_member_is_named_only_if_its_name_is_one() {
        let list = Place::ROOT.member("nguoi_gui");
        let item = list.item(2);
        assert_eq!(item.member("sha256").pointer(), "/nguoi_gui/2/sha256");
        assert_eq!(Place::ROOT.pointer(), "");
        let long = "n".repeat(65);
        for name in [
            "001085012345",
            "so_001085012345",
            "Nguyễn Văn Giả",
            "Nguyen",
            "a b",
            "a/b~c",
            "x\u{202E}y",
            "",
            &long,
        ] {
            assert_eq!(item.member(name).pointer(), "/nguoi_gui/2/…", "{name}");
        }
    }
}
