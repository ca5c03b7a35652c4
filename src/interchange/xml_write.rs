//! Writing XML: indented by two spaces, every text checked and escaped.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::Fault;
use super::xml::check_characters;
use crate::domain::text::to_nfc;

/// A document under way.
pub(super) struct XmlWriter {
    writer: Writer<Vec<u8>>,
    /// Names of the open elements, as written.
    open: Vec<String>,
    prefix: &'static str,
}

impl XmlWriter {
    /// Begins a document; names get `prefix` unless it is empty.
    pub(super) fn new(prefix: &'static str) -> Result<Self, Fault> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Self {
            writer,
            open: Vec::new(),
            prefix,
        })
    }

    /// What stands before the names from here on.
    pub(super) fn set_prefix(&mut self, prefix: &'static str) {
        self.prefix = prefix;
    }

    /// The open elements, by their local names.
    pub(super) fn path(&self) -> String {
        let local = |name: &String| name.rsplit(':').next().unwrap_or_default().to_owned();
        let names: Vec<String> = self.open.iter().map(local).collect();
        names.join("/")
    }

    /// Begins an element.
    pub(super) fn open(&mut self, name: &str) -> Result<(), Fault> {
        self.open_with(name, &[])
    }

    /// Begins an element with attributes.
    pub(super) fn open_with(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), Fault> {
        let name = self.qualified(name);
        let mut start = BytesStart::new(name.as_str());
        for (attribute, value) in attributes {
            start.push_attribute((*attribute, *value));
        }
        self.writer.write_event(Event::Start(start))?;
        self.open.push(name);
        Ok(())
    }

    /// Ends the innermost element.
    pub(super) fn close(&mut self) -> Result<(), Fault> {
        if let Some(name) = self.open.pop() {
            self.writer.write_event(Event::End(BytesEnd::new(name.as_str())))?;
        }
        Ok(())
    }

    /// An element with a text.
    pub(super) fn leaf(&mut self, name: &str, text: &str) -> Result<(), Fault> {
        check_characters(text, &format!("{}/{name}", self.path()))?;
        let text = to_nfc(text);
        let name = self.qualified(name);
        if text.is_empty() {
            self.writer.write_event(Event::Empty(BytesStart::new(name.as_str())))?;
            return Ok(());
        }
        self.writer.write_event(Event::Start(BytesStart::new(name.as_str())))?;
        self.writer.write_event(Event::Text(BytesText::new(&text)))?;
        self.writer.write_event(Event::End(BytesEnd::new(name.as_str())))?;
        Ok(())
    }

    /// An element with a text, if there is one.
    pub(super) fn leaf_if(&mut self, name: &str, text: Option<&str>) -> Result<(), Fault> {
        match text {
            Some(text) => self.leaf(name, text),
            None => Ok(()),
        }
    }

    /// The whole document.
    pub(super) fn finish(mut self) -> Result<String, Fault> {
        while !self.open.is_empty() {
            self.close()?;
        }
        let mut bytes = self.writer.into_inner();
        bytes.push(b'\n');
        match String::from_utf8(bytes) {
            Ok(xml) => Ok(xml),
            Err(_) => Err(Fault::new(
                "",
                "write",
                "Không ghi được XML.",
                "The XML cannot be written.",
            )),
        }
    }

    fn qualified(&self, name: &str) -> String {
        if self.prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{}:{name}", self.prefix)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_elements_closed() {
        let mut writer = XmlWriter::new("p").unwrap();
        writer.open_with("a", &[("xmlns:p", "urn:x")]).unwrap();
        writer.leaf("b", "Tòa <án> & \"1\"").unwrap();
        writer.leaf_if("c", None).unwrap();
        writer.set_prefix("");
        writer.leaf("d", "").unwrap();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<p:a xmlns:p=\"urn:x\">\n  <p:b>Tòa &lt;án&gt; &amp; \
                        &quot;1&quot;</p:b>\n  <d/>\n</p:a>\n";
        assert_eq!(writer.finish().unwrap(), expected);
    }

    #[test]
    fn hidden_characters_are_not_written() {
        let mut writer = XmlWriter::new("").unwrap();
        writer.open("a").unwrap();
        let fault = writer.leaf("b", "\u{0}").unwrap_err();
        assert_eq!((fault.path.as_str(), fault.reason), ("a/b", "control_character"));
    }
}
