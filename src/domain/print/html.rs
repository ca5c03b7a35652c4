//! HTML that cannot be broken into: text comes in only escaped, tags and classes only from this program.

use crate::domain::sandbox::{MARK_VI, is_sandbox};

/// A piece of HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::domain) struct Html(String);

impl Html {
    /// Nothing.
    pub(in crate::domain) const fn nothing() -> Self {
        Self(String::new())
    }

    /// Text, escaped; line feeds break the line.
    pub(in crate::domain) fn text(text: &str) -> Self {
        let mut html = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                '\n' => html.push_str("<br>"),
                c => html.push(c),
            }
        }
        Self(html)
    }

    /// An element.
    pub(in crate::domain) fn tag(name: &'static str, inner: Self) -> Self {
        Self::all([Self(format!("<{name}>")), inner, Self(format!("</{name}>"))])
    }

    /// An element with a class.
    pub(in crate::domain) fn class(name: &'static str, class: &'static str, inner: Self) -> Self {
        let opening = Self(format!("<{name} class=\"{class}\">"));
        Self::all([opening, inner, Self(format!("</{name}>"))])
    }

    /// An element with attributes, whose values are escaped.
    pub(in crate::domain) fn element(name: &'static str, attributes: &[(&'static str, &str)], inner: Self) -> Self {
        let attributes = attributes
            .iter()
            .map(|(attribute, value)| format!(" {attribute}=\"{}\"", Self::text(value).0));
        let opening = std::iter::once(format!("<{name}"))
            .chain(attributes)
            .chain([">".to_owned()])
            .collect();
        Self::all([Self(opening), inner, Self(format!("</{name}>"))])
    }

    /// An element with text.
    pub(in crate::domain) fn line(name: &'static str, class: &'static str, text: &str) -> Self {
        Self::class(name, class, Self::text(text))
    }

    /// One after the other.
    pub(in crate::domain) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(parts.into_iter().map(|part| part.0).collect())
    }

    /// Those that are not empty, with `separator` between them.
    pub(in crate::domain) fn joined(parts: impl IntoIterator<Item = Self>, separator: &'static str) -> Self {
        let parts: Vec<String> = parts
            .into_iter()
            .map(|part| part.0)
            .filter(|part| !part.is_empty())
            .collect();
        Self(parts.join(separator))
    }

    /// One below the other.
    pub(in crate::domain) fn stacked(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(parts, "<br>")
    }
}

/// How the paper lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain) enum Layout {
    /// A4 upright.
    Portrait,
    /// A4 across.
    Landscape,
}

/// Margins of Decree 30/2020 Annex I: 20 mm above and below, 30 mm left, 15 mm right; the page number stands above, not on
/// the first page.
const PORTRAIT: &str = "@page { size: A4 portrait; margin: 20mm 15mm 20mm 30mm; }";
const LANDSCAPE: &str = "@page { size: A4 landscape; margin: 20mm 12mm 15mm 20mm; }";
const STYLE: &str = include_str!("print.css");

/// Where a document's body begins.
const BODY: &str = "<body>\n";

/// A document as the hub of this name gives it: that of a sandbox says first that it is one.
pub fn of_hub(hub_id: &str, page: String) -> String {
    if !is_sandbox(hub_id) {
        return page;
    }
    let mark = Html::line("p", "title", MARK_VI).0;
    page.replacen(BODY, &format!("{BODY}{mark}\n"), 1)
}

/// A whole document.
pub(in crate::domain) fn page(title: &str, layout: Layout, body: &Html) -> String {
    styled_page(title, layout, "", body)
}

/// A whole document with rules of style of its own.
pub(in crate::domain) fn styled_page(title: &str, layout: Layout, style: &'static str, body: &Html) -> String {
    let size = match layout {
        Layout::Portrait => PORTRAIT,
        Layout::Landscape => LANDSCAPE,
    };
    let title = Html::text(title).0;
    [
        "<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>",
        &title,
        "</title>\n<style>\n",
        size,
        "\n",
        STYLE,
        style,
        "</style>\n</head>\n",
        BODY,
        &body.0,
        "\n</body>\n</html>\n",
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_a_sandbox_says_so_first_and_any_other_is_left_alone() {
        let plain = page("Sổ", Layout::Portrait, &Html::tag("p", Html::text("<body>")));
        assert_eq!(of_hub("hub.lienthong.test", plain.clone()), plain);
        let marked = of_hub("sandbox.lienthong.test", plain);
        assert!(
            marked.contains("<body>\n<p class=\"title\">MÔI TRƯỜNG THỬ NGHIỆM</p>\n<p>"),
            "{marked}"
        );
        assert_eq!(marked.matches(MARK_VI).count(), 1);
    }

    #[test]
    fn text_cannot_become_markup() {
        let text = Html::line("p", "x", "<script>alert('1')</script> \"&\"\nb");
        assert_eq!(
            text.0,
            "<p class=\"x\">&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &quot;&amp;&quot;<br>b</p>"
        );
        let hostile = Html::element("svg", &[("width", "1\" onload=\"x")], Html::nothing());
        assert_eq!(hostile.0, "<svg width=\"1&quot; onload=&quot;x\"></svg>");
        assert!(page("</title><b>", Layout::Portrait, &text).contains("<title>&lt;/title&gt;&lt;b&gt;</title>"));
    }
}
