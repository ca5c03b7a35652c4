//! XML from outside, read whole into a small tree: bounded, without document type declarations and entities, every text
//! in NFC and free of hidden characters.

use std::sync::Arc;

use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use super::Fault;
use crate::domain::text::{is_bidi_control, is_forbidden_control, is_nfc, is_noncharacter, to_nfc};

/// How much is read of what somebody sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The size of the text in bytes.
    pub bytes: usize,
    /// How deep elements may stand in each other.
    pub depth: usize,
    /// How many elements there may be.
    pub elements: usize,
}

impl Limits {
    /// For a text of at most `bytes`: 32 levels, 50 000 elements.
    pub const fn of(bytes: usize) -> Self {
        Self {
            bytes,
            depth: 32,
            elements: 50_000,
        }
    }
}

/// An element with what stands in it. Attributes are not kept: neither format says anything in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    name: String,
    namespace: Option<Arc<str>>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// The name without its prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace that its prefix stands for.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The elements in it.
    pub fn children(&self) -> &[Element] {
        &self.children
    }

    /// Its own text: in NFC, without white space at its ends, lines ended by a line feed.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Reads a whole document.
///
/// # Errors
/// Reasons `too_large`, `utf8`, `malformed`, `doctype`, `entity`, `encoding`, `prefix`, `too_deep`, `too_many`,
/// `control_character`.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Element, Fault> {
    if bytes.len() > limits.bytes {
        return Err(Fault::new(
            "",
            "too_large",
            format!("Tệp XML không được quá {} byte.", limits.bytes),
            format!("The XML must not exceed {} bytes.", limits.bytes),
        ));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(Fault::new(
            "",
            "utf8",
            "Tệp XML phải là UTF-8 hợp lệ.",
            "The XML must be valid UTF-8.",
        ));
    };
    let mut tree = Tree {
        limits: *limits,
        open: Vec::new(),
        root: None,
        elements: 0,
    };
    let mut reader = NsReader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    loop {
        let Ok((resolved, event)) = reader.read_resolved_event() else {
            return Err(tree.malformed());
        };
        match event {
            Event::Start(start) => tree.open(&start, &resolved)?,
            Event::Empty(start) => {
                tree.open(&start, &resolved)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => match text.xml10_content() {
                Ok(text) => tree.text(&text)?,
                Err(_) => return Err(tree.malformed()),
            },
            Event::CData(text) => match text.xml10_content() {
                Ok(text) => tree.text(&text)?,
                Err(_) => return Err(tree.malformed()),
            },
            Event::GeneralRef(reference) => {
                let character = tree.resolve(&reference)?;
                tree.text(character.encode_utf8(&mut [0; 4]))?;
            }
            Event::Decl(declaration) => tree.check_encoding(&declaration)?,
            Event::DocType(_) => {
                return Err(tree.fault(
                    "doctype",
                    "Không nhận XML có khai báo DOCTYPE.",
                    "XML with a document type declaration is not taken.",
                ));
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return tree.finish(),
        }
    }
}

struct Tree {
    limits: Limits,
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn path(&self) -> String {
        let names: Vec<&str> = self.open.iter().map(Element::name).collect();
        names.join("/")
    }

    fn fault(&self, reason: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Fault {
        Fault::new(self.path(), reason, vi, en)
    }

    fn malformed(&self) -> Fault {
        self.fault("malformed", "Không phải XML đúng cú pháp.", "Not well-formed XML.")
    }

    fn open(&mut self, start: &BytesStart<'_>, resolved: &ResolveResult<'_>) -> Result<(), Fault> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.malformed());
        }
        if self.open.len() >= self.limits.depth {
            let most = self.limits.depth;
            return Err(self.fault(
                "too_deep",
                format!("Các phần tử lồng nhau quá {most} cấp."),
                format!("Elements stand in each other more than {most} levels deep."),
            ));
        }
        self.elements += 1;
        if self.elements > self.limits.elements {
            let most = self.limits.elements;
            return Err(self.fault(
                "too_many",
                format!("Có quá {most} phần tử."),
                format!("There are more than {most} elements."),
            ));
        }
        let namespace = match resolved {
            ResolveResult::Unbound => None,
            ResolveResult::Bound(Namespace(bytes)) => Some(self.namespace(&String::from_utf8_lossy(bytes))),
            ResolveResult::Unknown(_) => {
                return Err(self.fault(
                    "prefix",
                    "Có tiền tố tên chưa khai báo không gian tên.",
                    "A prefix is used whose namespace is not declared.",
                ));
            }
        };
        self.open.push(Element {
            name: String::from_utf8_lossy(start.local_name().into_inner()).into_owned(),
            namespace,
            text: String::new(),
            children: Vec::new(),
        });
        Ok(())
    }

    /// The namespace's name, shared with the parent if it has the same.
    fn namespace(&self, name: &str) -> Arc<str> {
        let above = self.open.last().and_then(|parent| parent.namespace.as_ref());
        match above {
            Some(above) if **above == *name => Arc::clone(above),
            Some(_) | None => Arc::from(name),
        }
    }

    fn close(&mut self) -> Result<(), Fault> {
        let path = self.path();
        let Some(mut element) = self.open.pop() else {
            return Err(self.malformed());
        };
        element.text = clean(&element.text, &path)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(self.malformed()),
        }
        Ok(())
    }

    /// A character by its number, or one of the five that XML itself names.
    fn resolve(&self, reference: &BytesRef<'_>) -> Result<char, Fault> {
        match reference.resolve_char_ref() {
            Ok(Some(character)) => return Ok(character),
            Ok(None) => {}
            Err(_) => return Err(self.malformed()),
        }
        let name: &[u8] = reference;
        match name {
            b"lt" => Ok('<'),
            b"gt" => Ok('>'),
            b"amp" => Ok('&'),
            b"apos" => Ok('\''),
            b"quot" => Ok('"'),
            _ => Err(self.fault(
                "entity",
                "Không nhận XML có thực thể tự đặt.",
                "XML with entities of its own is not taken.",
            )),
        }
    }

    fn check_encoding(&self, declaration: &BytesDecl<'_>) -> Result<(), Fault> {
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(encoding)) if encoding.eq_ignore_ascii_case(b"utf-8") => Ok(()),
            Some(_) => Err(self.fault(
                "encoding",
                "Chỉ nhận XML mã hóa UTF-8.",
                "Only XML encoded in UTF-8 is taken.",
            )),
        }
    }

    fn finish(self) -> Result<Element, Fault> {
        let malformed = self.malformed();
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            Some(_) | None => Err(malformed),
        }
    }
}

/// `text` as the hub keeps texts.
fn clean(text: &str, path: &str) -> Result<String, Fault> {
    let text = text.trim();
    let lines = if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    };
    check_characters(&lines, path)?;
    Ok(if is_nfc(&lines) { lines } else { to_nfc(&lines) })
}

/// Refuses what XML cannot hold and what a reader does not see.
pub(super) fn check_characters(text: &str, path: &str) -> Result<(), Fault> {
    let is_hidden = |c: char| is_forbidden_control(c) || is_bidi_control(c) || is_noncharacter(c);
    if text.chars().any(is_hidden) {
        return Err(Fault::new(
            path,
            "control_character",
            "Có ký tự điều khiển không nhìn thấy được.",
            "Has a control character that cannot be seen.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::xml_at::At;
    use super::*;

    fn read(text: &str) -> Result<Element, Fault> {
        parse(text.as_bytes(), &Limits::of(10_000))
    }

    fn reason(text: &str) -> (&'static str, String) {
        let fault = read(text).unwrap_err();
        (fault.reason, fault.path)
    }

    #[test]
    fn text_is_trimmed_put_together_and_brought_to_nfc() {
        let root =
            read("<a xmlns='urn:x'><b> To\u{300}a &amp; &#x111;\r\nhai <!-- no --><![CDATA[<ba>]]> </b></a>").unwrap();
        let root = At::root(&root);
        let b = root.required("b").unwrap();
        assert_eq!(b.element().text(), "Tòa & đ\nhai <ba>");
        assert_eq!(b.element().namespace(), Some("urn:x"));
        assert_eq!(b.path(), "a/b");
    }

    #[test]
    fn what_could_harm_is_refused_with_its_place() {
        let doctype = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>";
        assert_eq!(reason(doctype), ("doctype", String::new()));
        assert_eq!(reason("<a><b>&x;</b></a>"), ("entity", "a/b".to_owned()));
        assert_eq!(
            reason("<a><b>\u{202E}</b></a>"),
            ("control_character", "a/b".to_owned())
        );
        assert_eq!(reason("<a><b>&#1;</b></a>"), ("control_character", "a/b".to_owned()));
        assert_eq!(reason("<a><x:b/></a>"), ("prefix", "a".to_owned()));
        assert_eq!(reason("<?xml version='1.0' encoding='utf-16'?><a/>").0, "encoding");
        let deep = format!("{}{}", "<a>".repeat(33), "</a>".repeat(33));
        assert_eq!(reason(&deep).0, "too_deep");
        assert_eq!(parse(b"<a>\xff</a>", &Limits::of(100)).unwrap_err().reason, "utf8");
        assert_eq!(parse(b"<a></a>", &Limits::of(6)).unwrap_err().reason, "too_large");
        let few = Limits {
            elements: 2,
            ..Limits::of(100)
        };
        assert_eq!(parse(b"<a><b/><b/></a>", &few).unwrap_err().reason, "too_many");
    }

    #[test]
    fn ill_formed_xml_is_refused() {
        for text in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><a/>",
            "<a/>more",
            "</a>",
            "<a>&</a>",
            "<a><b></a>",
        ] {
            assert_eq!(reason(text).0, "malformed", "{text}");
        }
    }
}
