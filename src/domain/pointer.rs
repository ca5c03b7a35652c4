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
            Step::Member(name) => push_member(out, name),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped_and_carry_nothing_hidden() {
        let list = Place::ROOT.member("a/b~c");
        let item = list.item(2);
        assert_eq!(item.member("x\u{202E}y").pointer(), "/a~1b~0c/2/x?y");
        assert_eq!(Place::ROOT.pointer(), "");
        let long = "n".repeat(100);
        assert_eq!(Place::ROOT.member(&long).pointer().chars().count(), 1 + 64 + 1);
    }
}
