//! The tables of a payload's members: name, form, basis.

use serde_json::Value;

use super::super::basis::{self, Basis};
use super::super::schema::{Schema, label};
use super::{join, standing, table_lines};

/// The members of a schema, one row each; those of objects and lists below their own.
pub(super) fn table(schema: &Schema) -> String {
    format!(
        "| Trường | Tên | Dạng | Bắt buộc | Căn cứ |\n|---|---|---|---|---|\n{}",
        table_lines(&rows(schema))
    )
}

/// The cells of each member.
pub(super) fn rows(schema: &Schema) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let parent = Parent {
        at: "",
        basis: None,
        depth: 0,
    };
    push_fields(schema, schema.document(), &parent, &mut rows);
    rows
}

/// What a member needs to know of the one that contains it.
struct Parent<'a> {
    /// Its pointer.
    at: &'a str,
    /// The member whose basis holds inside it, and that basis.
    basis: Option<(&'a str, &'a Basis)>,
    depth: usize,
}

fn push_fields(schema: &Schema, node: &Value, parent: &Parent<'_>, rows: &mut Vec<Vec<String>>) {
    const DEEPEST: usize = 5;
    let object = schema.follow(node);
    let required = object
        .get("required")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let properties = object.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let at = format!("{}/{name}", parent.at);
        let is_required = required.iter().any(|required| required.as_str() == Some(name));
        let text = |key: &str| property.get(key).and_then(Value::as_str).unwrap_or_default();
        let title = join(
            [text("title"), text("description")]
                .into_iter()
                .filter(|text| !text.is_empty()),
            ". ",
        );
        let required = if is_required { "có" } else { "" };
        let own = Basis::of(property).and_then(Result::ok);
        let basis = own.as_ref().map(|basis| (at.as_str(), basis)).or(parent.basis);
        let shown = match (&own, basis) {
            (Some(own), _) => stated(own),
            (None, Some((at, basis))) => format!("như `{at}` ({})", short(basis)),
            (None, None) => "–".to_owned(),
        };
        rows.push(vec![
            format!("`{at}`"),
            title,
            form(schema, property),
            required.to_owned(),
            shown,
        ]);
        if parent.depth < DEEPEST && !is_money(schema, property) {
            let items = schema.follow(property).get("items");
            if items.is_some_and(|items| is_money(schema, items)) {
                continue;
            }
            let (child, inside) = items.map_or((property, at.clone()), |items| (items, format!("{at}/*")));
            let parent = Parent {
                at: &inside,
                basis,
                depth: parent.depth + 1,
            };
            push_fields(schema, child, &parent, rows);
        }
    }
}

fn stated(basis: &Basis) -> String {
    let standing = if basis.article == basis::OWN {
        basis.certainty.to_string()
    } else {
        short(basis)
    };
    format!("{} ({standing})", basis.article)
}

fn short(basis: &Basis) -> String {
    standing(basis.nature, "quy ước", basis.certainty)
}

/// Whether a member is money: an amount and a currency, which the page does not take apart each time.
fn is_money(schema: &Schema, node: &Value) -> bool {
    let properties = schema.follow(node).get("properties").and_then(Value::as_object);
    properties
        .is_some_and(|members| members.len() == 2 && members.contains_key("amount") && members.contains_key("currency"))
}

/// What a member looks like, in a few words.
fn form(schema: &Schema, node: &Value) -> String {
    let node = schema.follow(node);
    if is_money(schema, node) {
        return "số tiền: `amount` là số viết liền (đồng không có phần lẻ), `currency` là mã ISO 4217".to_owned();
    }
    if let Some(options) = node.get("enum").and_then(Value::as_array) {
        let option = |option: &Value| {
            let code = option.as_str().unwrap_or_default();
            format!("`{code}` {}", label(node, code).unwrap_or_default())
        };
        return join(options.iter().map(option), "; ");
    }
    if let Some(items) = node.get("items") {
        let inner = schema.follow(items);
        return if inner.get("properties").is_some() && !is_money(schema, inner) {
            "danh sách".to_owned()
        } else {
            format!("danh sách: {}", form(schema, inner))
        };
    }
    let format = node.get("format").and_then(Value::as_str);
    match (node.get("type").and_then(Value::as_str), format) {
        (_, Some("date")) => "ngày".to_owned(),
        (_, Some("date-time")) => "thời điểm (RFC 3339)".to_owned(),
        (Some("string"), _) => node.get("pattern").and_then(Value::as_str).map_or_else(
            || "chữ".to_owned(),
            |pattern| format!("chữ, dạng `{}`", pattern.replace('|', "\\|")),
        ),
        (Some("integer"), _) => "số nguyên".to_owned(),
        (Some("boolean"), _) => "`true`/`false`".to_owned(),
        (Some("object"), _) => "nhóm trường".to_owned(),
        _ => String::new(),
    }
}
