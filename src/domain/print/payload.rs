//! A payload as a reader sees it: in the schema's sequence, with its Vietnamese titles and labels, objects and lists as
//! tables.

use serde_json::{Map, Value};

use super::html::Html;
use super::words;
use crate::domain::catalogue::schema::{follow, label};
use crate::domain::time::Timestamp;

/// A list whose items have more members than this is printed item by item.
const MOST_COLUMNS: usize = 6;

/// Every member of a payload as a numbered section.
pub(super) fn sections(schema: &Value, payload: &Value) -> Html {
    let members = members(schema, schema, payload);
    Html::all(members.into_iter().enumerate().map(|(index, member)| {
        let title = format!("{}. {}", index + 1, member.title);
        section(schema, &title, &member)
    }))
}

/// A member of an object with its schema and title.
struct Member<'a> {
    title: &'a str,
    node: &'a Value,
    value: &'a Value,
}

/// The members of an object, in the schema's sequence; what the schema does not know comes last under its own name.
fn members<'a>(schema: &'a Value, node: &'a Value, value: &'a Value) -> Vec<Member<'a>> {
    let properties = follow(schema, node).get("properties").and_then(Value::as_object);
    let Some(object) = value.as_object() else {
        return Vec::new();
    };
    let known = properties.into_iter().flatten().filter_map(|(name, node)| {
        Some(Member {
            title: title(schema, node).unwrap_or(name),
            node,
            value: object.get(name).filter(|value| !value.is_null())?,
        })
    });
    let is_known = |name: &String| properties.is_some_and(|properties| properties.contains_key(name));
    let unknown = object
        .iter()
        .filter(|(name, value)| !is_known(name) && !value.is_null());
    let unknown = unknown.map(|(name, value)| Member {
        title: name,
        node: &Value::Null,
        value,
    });
    known.chain(unknown).collect()
}

fn title<'a>(schema: &'a Value, node: &'a Value) -> Option<&'a str> {
    let own = node.get("title").or_else(|| follow(schema, node).get("title"));
    own.and_then(Value::as_str)
}

fn section(schema: &Value, title: &str, member: &Member<'_>) -> Html {
    let heading = || Html::line("p", "section", title);
    let item_node = || follow(schema, member.node).get("items").unwrap_or(&Value::Null);
    if is_record(member.value) {
        return Html::all([heading(), fields(schema, member.node, member.value)]);
    }
    let value = match member.value.as_array() {
        Some(items) if items.iter().any(is_record) => {
            return Html::all([heading(), list(schema, item_node(), items)]);
        }
        Some(items) => Html::joined(items.iter().map(|item| inline(schema, item_node(), item)), "; "),
        None => inline(schema, member.node, member.value),
    };
    paragraph(title, value)
}

fn paragraph(title: &str, value: Html) -> Html {
    let name = Html::tag("b", Html::text(&format!("{title}: ")));
    Html::tag("p", Html::all([name, value]))
}

/// Whether a value is an object that is more than an amount.
fn is_record(value: &Value) -> bool {
    value.as_object().is_some_and(|object| amount(object).is_none())
}

/// An object as a table of two columns.
fn fields(schema: &Value, node: &Value, value: &Value) -> Html {
    let rows = members(schema, node, value).into_iter().map(|member| {
        let name = Html::tag("th", Html::text(member.title));
        let cell = Html::tag("td", inline(schema, member.node, member.value));
        Html::tag("tr", Html::all([name, cell]))
    });
    Html::class("table", "fields", Html::tag("tbody", Html::all(rows)))
}

/// A list of objects: one row each, or one table each if they have too many members for a row.
fn list(schema: &Value, node: &Value, items: &[Value]) -> Html {
    let mut columns: Vec<&str> = Vec::new();
    let rows: Vec<Vec<Member<'_>>> = items.iter().map(|item| members(schema, node, item)).collect();
    let order = follow(schema, node).get("properties").and_then(Value::as_object);
    let order = order.into_iter().flatten().filter_map(|(_, node)| title(schema, node));
    let is_used = |name: &str| rows.iter().flatten().any(|member| member.title == name);
    columns.extend(order.filter(|name| is_used(name)));
    let unknown = rows.iter().flatten().map(|member| member.title);
    for name in unknown {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    if columns.len() > MOST_COLUMNS {
        let each = items.iter().enumerate().map(|(index, item)| {
            let heading = Html::line("p", "item", &format!("Mục {}", index + 1));
            Html::all([heading, fields(schema, node, item)])
        });
        return Html::all(each);
    }
    let head = columns.iter().map(|name| Html::tag("th", Html::text(name)));
    let head = std::iter::once(Html::line("th", "number", "TT")).chain(head);
    let head = Html::tag("thead", Html::tag("tr", Html::all(head)));
    let body = rows.iter().enumerate().map(|(index, row)| {
        let number = Html::line("td", "number", &(index + 1).to_string());
        let cells = columns.iter().map(|name| {
            let member = row.iter().find(|member| member.title == *name);
            member.map_or_else(|| Html::tag("td", Html::nothing()), |member| cell(schema, member))
        });
        Html::tag("tr", Html::all(std::iter::once(number).chain(cells)))
    });
    Html::tag("table", Html::all([head, Html::tag("tbody", Html::all(body))]))
}

fn cell(schema: &Value, member: &Member<'_>) -> Html {
    let inner = inline(schema, member.node, member.value);
    if member.value.as_object().is_some_and(|object| amount(object).is_some()) {
        Html::class("td", "amount", inner)
    } else {
        Html::tag("td", inner)
    }
}

fn inline(schema: &Value, node: &Value, value: &Value) -> Html {
    Html::text(&in_words(schema, node, value))
}

/// A value in running text, by its node of the schema. Objects become `title: value` pairs, items of lists stand below each other.
pub fn in_words(schema: &Value, node: &Value, value: &Value) -> String {
    let node = follow(schema, node);
    let joined = |parts: Vec<String>, separator: &str| {
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(separator)
    };
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "Có" } else { "Không" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => words_of(node, text),
        Value::Array(items) => {
            let item_node = node.get("items").unwrap_or(&Value::Null);
            let items = items.iter().map(|item| in_words(schema, item_node, item));
            joined(items.collect(), "\n")
        }
        Value::Object(object) => amount(object).unwrap_or_else(|| {
            let pairs = members(schema, node, value).into_iter();
            let pairs =
                pairs.map(|member| format!("{}: {}", member.title, in_words(schema, member.node, member.value)));
            joined(pairs.collect(), "; ")
        }),
    }
}

/// A text as people read it: the label of a code, a date, a time.
fn words_of(node: &Value, text: &str) -> String {
    if let Some(label) = label(node, text) {
        return label.to_owned();
    }
    let format = node.get("format").and_then(Value::as_str);
    let written = match format {
        Some("date") => text.parse().ok().map(words::short_date),
        Some("date-time") => Timestamp::parse_rfc3339(text).map(words::moment),
        _ => None,
    };
    written.unwrap_or_else(|| text.to_owned())
}

/// Money or a quantity, if the object is exactly one.
fn amount(object: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let amount = text("amount").filter(|_| object.len() == 2)?;
    let money = text("currency").map(|currency| words::money(amount, currency));
    money.or_else(|| text("unit").map(|unit| format!("{} {unit}", words::number(amount))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn printed(payload: &Value) -> String {
        let schema = json!({
            "properties": {
                "debtor": {"title": "Người phải thi hành án", "$ref": "#/$defs/person"},
                "scope": {"title": "Phạm vi", "enum": ["ALL"], "x-labels": {"ALL": "Tất cả"}},
                "accounts": {"title": "Tài khoản", "items": {"properties": {
                    "number": {"title": "Số"}, "held": {"title": "Đã giữ"}}}},
                "at": {"title": "Lúc", "format": "date-time"},
            },
            "$defs": {"person": {"properties": {
                "full_name": {"title": "Họ và tên"}, "born": {"title": "Ngày sinh", "format": "date"},
                "names": {"title": "Tên khác", "items": {}}}}},
        });
        let page = super::super::html::page("", super::super::html::Layout::Portrait, &sections(&schema, payload));
        let body = page.split_once("<body>\n").unwrap().1;
        body.split_once("\n</body>").unwrap().0.to_owned()
    }

    #[test]
    fn members_stand_in_the_schemas_sequence_with_its_titles_and_labels() {
        let html = printed(&json!({"at": "2026-11-23T02:15:00Z", "scope": "ALL", "x": true, "accounts": null}));
        assert_eq!(
            html,
            "<p><b>1. Phạm vi: </b>Tất cả</p><p><b>2. Lúc: </b>09 giờ 15 phút ngày 23/11/2026</p><p><b>3. x: </b>Có</p>"
        );
    }

    #[test]
    fn objects_are_tables_of_two_columns_and_lists_have_one_row_each() {
        let html = printed(&json!({
            "debtor": {"full_name": "A<b>", "born": "1985-03-12", "names": ["B", "C"]},
            "accounts": [{"number": "1", "held": {"amount": "1000", "currency": "VND"}}, {"number": "2"}],
        }));
        assert!(
            html.contains("<tr><th>Họ và tên</th><td>A&lt;b&gt;</td></tr><tr><th>Ngày sinh</th><td>12/03/1985</td>")
        );
        assert!(html.contains("<td>B<br>C</td>"));
        assert!(html.contains("<th class=\"number\">TT</th><th>Số</th><th>Đã giữ</th>"));
        assert!(html.contains("<td class=\"number\">1</td><td>1</td><td class=\"amount\">1.000 đồng</td>"));
        assert!(html.contains("<td class=\"number\">2</td><td>2</td><td></td>"));
    }
}
