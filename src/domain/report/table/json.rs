//! JSON for programs. Money and percentages are decimal texts, since numbers of JSON are exact to 2^53 only.

use serde_json::{Map, Value, json};

use super::{Cell, Column, Row, Table};

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
        "rows": table.rows.iter().map(|line| row(&table.columns, line)).collect::<Vec<_>>(),
        "notes": notes.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn row(columns: &[Column], row: &Row) -> Value {
    let cells = columns
        .iter()
        .zip(&row.cells)
        .map(|(column, cell)| (column.key.to_owned(), value(cell)));
    let mut object: Map<String, Value> = cells.collect();
    if row.is_total {
        object.insert("is_total".to_owned(), Value::Bool(true));
    }
    if let Some(list) = &row.list {
        object.insert("list".to_owned(), Value::String(list.clone()));
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
