//! Walking the tree of an XML document: every element knows its path, what is missing is a fault at its place, what is
//! unknown is listed.

use super::Fault;
use super::xml::Element;

/// The most paths of unknown elements that are listed.
const MOST_IGNORED: usize = 200;

/// Paths of elements that were passed over.
#[derive(Debug, Default)]
pub(super) struct Ignored(Vec<String>);

impl Ignored {
    pub(super) fn push(&mut self, path: String) {
        if self.0.len() < MOST_IGNORED && !self.0.contains(&path) {
            self.0.push(path);
        }
    }

    pub(super) fn into_paths(self) -> Vec<String> {
        self.0
    }
}

/// An element and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    element: &'a Element,
    path: String,
}

impl<'a> At<'a> {
    pub(super) fn root(element: &'a Element) -> Self {
        Self {
            element,
            path: element.name().to_owned(),
        }
    }

    pub(super) fn element(&self) -> &'a Element {
        self.element
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn fault(&self, reason: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Fault {
        Fault::new(self.path.clone(), reason, vi, en)
    }

    /// Its text is in no list.
    pub(super) fn unknown_value(&self) -> Fault {
        self.fault(
            "unknown_value",
            "Giá trị không có trong danh sách.",
            "Not a value of the list.",
        )
    }

    /// Every element in this one.
    pub(super) fn all(&self) -> impl Iterator<Item = At<'a>> + '_ {
        self.element.children().iter().map(move |element| At {
            element,
            path: format!("{}/{}", self.path, element.name()),
        })
    }

    /// The elements of that name; counted from 1 in their paths if there are several.
    pub(super) fn children(&self, name: &str) -> Vec<At<'a>> {
        let mut found: Vec<At<'a>> = self.all().filter(|child| child.element.name() == name).collect();
        if found.len() > 1 {
            for (index, child) in found.iter_mut().enumerate() {
                child.path = format!("{}[{}]", child.path, index + 1);
            }
        }
        found
    }

    /// The element of that name, if there is one.
    ///
    /// # Errors
    /// `repeated` if there are several.
    pub(super) fn child(&self, name: &str) -> Result<Option<At<'a>>, Fault> {
        let mut found = self.children(name).into_iter();
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(second) => Err(second.fault(
                "repeated",
                "Phần tử này chỉ được có một lần.",
                "This element may stand once only.",
            )),
        }
    }

    /// The element of that name, which must be there.
    pub(super) fn required(&self, name: &str) -> Result<At<'a>, Fault> {
        self.child(name)?.ok_or_else(|| self.missing(name))
    }

    /// The text of the element of that name; `None` if it is not there or empty.
    ///
    /// # Errors
    /// `too_long` above `most` characters.
    pub(super) fn text(&self, name: &str, most: usize) -> Result<Option<String>, Fault> {
        match self.child(name)? {
            Some(child) => child.own_text(most),
            None => Ok(None),
        }
    }

    /// The text of the element of that name, which must be there.
    pub(super) fn required_text(&self, name: &str, most: usize) -> Result<String, Fault> {
        self.text(name, most)?.ok_or_else(|| self.missing(name))
    }

    /// This element's own text; `None` if it is empty.
    pub(super) fn own_text(&self, most: usize) -> Result<Option<String>, Fault> {
        let text = self.element.text();
        if text.chars().count() > most {
            return Err(self.fault(
                "too_long",
                format!("Không được quá {most} ký tự."),
                format!("At most {most} characters are allowed."),
            ));
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// Lists the elements here whose names are not in `known`.
    pub(super) fn note_unknown(&self, known: &[&str], ignored: &mut Ignored) {
        for child in self.all() {
            if !known.contains(&child.element.name()) {
                ignored.push(child.path);
            }
        }
    }

    fn missing(&self, name: &str) -> Fault {
        Fault::new(
            format!("{}/{name}", self.path),
            "required",
            "Thiếu phần tử bắt buộc.",
            "A required element is missing or empty.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml::{Limits, parse};
    use super::*;

    #[test]
    fn unknown_and_repeated_elements_are_told() {
        let root = parse(b"<a><b/><c/><b/><d>long</d></a>", &Limits::of(100)).unwrap();
        let root = At::root(&root);
        let mut ignored = Ignored::default();
        root.note_unknown(&["b", "d"], &mut ignored);
        assert_eq!(ignored.into_paths(), ["a/c"]);
        assert_eq!(root.child("b").unwrap_err().path, "a/b[2]");
        assert_eq!(root.text("d", 3).unwrap_err().reason, "too_long");
        assert_eq!(root.required_text("e", 3).unwrap_err().path, "a/e");
    }
}
