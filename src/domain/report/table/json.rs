//! JSON for programs. Money and percentages are decimal texts, since numbers of JSON are exact to 2^53 only.

use serde_json::{Map, Value, json};

use super::{Cell, Row, Table};

pub(super) fn render(table: &Table) -> String {
    let columns = table
        .columns
        .iter()
        .map(|column| json!({"key": column.key, "type": column.kind.as_str(), "vi": column.vi, "en": column.en}));
    let notes = table
        .notes
        .iter()
        .map(|note| json!({"text": note.text, "basis": note.basis, "certainty": note.certainty.as_str()}));
    let document = json!({
        "report": table.code,
        "title_vi": table.vi,
        "title_en": table.en,
        "scope": table.scope,
        "as_of": table.as_of.to_rfc3339(),
        "columns": columns.collect::<Vec<_>>(),
        "rows": table.rows.iter().map(|line| row(table, line)).collect::<Vec<_>>(),
        "notes": notes.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn row(table: &Table, row: &Row) -> Value {
    let cells = table
        .columns
        .iter()
        .zip(&row.cells)
        .map(|(column, cell)| (column.key.to_owned(), value(cell)));
    let mut object: Map<String, Value> = cells.collect();
    if row.is_total {
        object.insert("is_total".to_owned(), Value::Bool(true));
    }
    let lists = table.columns.iter().filter_map(|column| {
        let list = table.list(row, column)?;
        Some((column.key.to_owned(), Value::String(list.to_string())))
    });
    let lists: Map<String, Value> = lists.collect();
    if !lists.is_empty() {
        object.insert("lists".to_owned(), Value::Object(lists));
    }
    Value::Object(object)
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Count(count) => Value::from(*count),
        Cell::None => Value::Null,
        Cell::Text(_) | Cell::Dong(_) | Cell::Tenths(_) | Cell::Date(_) => Value::String(cell.plain()),
    }
}
