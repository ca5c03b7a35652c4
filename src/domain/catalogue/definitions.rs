//! The definitions that schemas share (`catalogue/definitions.json`): what a schema refers to and does not define itself
//! is put into it when the catalogue is loaded, so that the schema served by `GetKind` is complete.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::schema::check_shape;
use crate::domain::pointer::push_member;

/// Where in a schema something is wrong (a JSON pointer), and what, in English.
pub(super) type Fault = (String, String);

const DEFS: &str = "$defs";

/// Shared definitions by name.
#[derive(Debug, Default)]
pub struct Definitions(Map<String, Value>);

impl Definitions {
    /// Reads `{"$defs": {…}}` and checks the definitions as the schemas' own are checked.
    pub(super) fn parse(text: &str) -> (Self, Vec<Fault>) {
        let definitions = match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(mut members) => match (members.remove(DEFS), members.is_empty()) {
                (Some(Value::Object(definitions)), true) => Self(definitions),
                _ => return (Self::default(), vec![fault("", "must be {\"$defs\": {…}} and no more")]),
            },
            Err(error) => return (Self::default(), vec![fault("", &error.to_string())]),
        };
        let mut faults = Vec::new();
        for (name, definition) in &definitions.0 {
            let at = place_of(name);
            check_shape(definition, &at, &mut faults);
            for (place, target) in references(definition, &at) {
                if !definitions.0.contains_key(&target) {
                    faults.push(fault(&place, &format!("there is no shared definition {target}")));
                }
            }
        }
        (definitions, faults)
    }

    /// Whether `definition` is the shared one of that name, not a schema's own.
    pub(super) fn has(&self, name: &str, definition: &Value) -> bool {
        self.0.get(name) == Some(definition)
    }

    /// Puts into `schema` every definition that it refers to and lacks, and what those refer to in turn. Says whether
    /// anything was put in.
    ///
    /// # Errors
    /// The references that neither the schema nor the shared definitions resolve.
    pub(super) fn bundle(&self, schema: &mut Value) -> Result<bool, Vec<Fault>> {
        let own = schema.get(DEFS).and_then(Value::as_object);
        let mut known: BTreeSet<String> = own.into_iter().flatten().map(|(name, _)| name.clone()).collect();
        let mut open = references(schema, "");
        let mut added = Map::new();
        let mut faults = Vec::new();
        while let Some((place, target)) = open.pop() {
            if !known.insert(target.clone()) {
                continue;
            }
            if let Some(definition) = self.0.get(&target) {
                open.extend(references(definition, &place_of(&target)));
                added.insert(target, definition.clone());
            } else {
                let text = format!("there is no definition {target}, neither here nor in definitions.json");
                faults.push((place, text));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        if added.is_empty() {
            return Ok(false);
        }
        added.sort_keys();
        if let Some(members) = schema.as_object_mut() {
            let definitions = members.entry(DEFS).or_insert_with(|| Value::Object(Map::new()));
            if let Some(definitions) = definitions.as_object_mut() {
                definitions.extend(added);
            }
        }
        Ok(true)
    }
}

fn fault(place: &str, text: &str) -> Fault {
    (place.to_owned(), text.to_owned())
}

fn place_of(name: &str) -> String {
    let mut at = format!("/{DEFS}");
    push_member(&mut at, name);
    at
}

/// Every `"$ref": "#/$defs/…"` in `node`, which stands at `at`: its place and the definition's name.
fn references(node: &Value, at: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![(at.to_owned(), node)];
    while let Some((at, node)) = open.pop() {
        let children: Vec<(String, &Value)> = match node {
            Value::Object(members) => members.iter().map(|(name, child)| (name.clone(), child)).collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(i, child)| (i.to_string(), child))
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => continue,
        };
        for (name, child) in children {
            let mut at = at.clone();
            push_member(&mut at, &name);
            let target = child.as_str().and_then(|target| target.strip_prefix("#/$defs/"));
            match target {
                Some(target) if name == "$ref" => {
                    let target = target.split('/').next().unwrap_or_default();
                    found.push((at, target.replace("~1", "/").replace("~0", "~")));
                }
                _ => open.push((at, child)),
            }
        }
    }
    found
}
