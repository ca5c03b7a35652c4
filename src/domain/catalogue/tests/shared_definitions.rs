//! Definitions that schemas share: put in where they are used, missing ones named, their formats explained.

use serde_json::json;

use super::super::definitions::Definitions;
use super::super::schema::Schema;
use super::broken::{Files, files, problems};
use super::*;

const SHARED: &str = r##"{"$defs": {
    "outer": {"title": "Ngoài", "type": "object", "additionalProperties": false,
              "properties": {"inner": {"title": "Trong", "$ref": "#/$defs/inner"}}},
    "inner": {"title": "Trong", "type": "string", "minLength": 2},
    "unused": {"title": "Thừa", "type": "string"}}}"##;

fn shared() -> Definitions {
    let (definitions, faults) = Definitions::parse(SHARED);
    assert!(faults.is_empty(), "{faults:?}");
    definitions
}

fn schema_with(properties: &Value, own: &Value) -> String {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mẫu", "type": "object", "additionalProperties": false,
        "properties": properties, "$defs": own,
    })
    .to_string()
}

fn embedded_shared() -> Definitions {
    let (definitions, faults) = Definitions::parse(std::str::from_utf8(EMBEDDED_DEFINITIONS).unwrap());
    assert!(faults.is_empty(), "{faults:?}");
    definitions
}

/// A schema whose members are the shared definitions of these names.
fn schema_of(names: &[&str]) -> Schema {
    let member = |name: &&str| {
        let basis = json!({"article": "Quy ước của cổng", "nature": "policy", "certainty": "D"});
        let value = json!({"title": name, "x-basis": basis, "$ref": format!("#/$defs/{name}")});
        ((*name).to_owned(), value)
    };
    let properties: serde_json::Map<String, Value> = names.iter().map(member).collect();
    Schema::compile(&schema_with(&properties.into(), &json!({})), &embedded_shared()).unwrap()
}

#[test]
fn what_is_used_is_put_in_with_what_it_uses() {
    let text = schema_with(&json!({"a": {"title": "A", "$ref": "#/$defs/outer"}}), &json!({}));
    let schema = Schema::compile(&text, &shared()).unwrap();
    let served: Value = serde_json::from_str(schema.text()).unwrap();
    let names: Vec<_> = served["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["inner", "outer"]);
    assert_eq!(&served, schema.document());
    let found = schema.violations(&json!({"a": {"inner": "x"}}), "", 9);
    assert_eq!(places(&found), ["/a/inner"]);
    // What is served needs nothing else.
    Schema::compile(schema.text(), &Definitions::default()).unwrap();
}

#[test]
fn a_schema_without_shared_definitions_is_served_as_written() {
    let text = schema_with(&json!({"a": {"title": "A", "type": "string"}}), &json!({}));
    assert_eq!(Schema::compile(&text, &shared()).unwrap().text(), text);
}

#[test]
fn a_schemas_own_definition_goes_first() {
    let own = json!({"inner": {"title": "Riêng", "type": "integer"}});
    let text = schema_with(&json!({"a": {"title": "A", "$ref": "#/$defs/outer"}}), &own);
    let schema = Schema::compile(&text, &shared()).unwrap();
    assert_eq!(schema.document()["$defs"]["inner"], own["inner"]);
    assert!(schema.violations(&json!({"a": {"inner": 1}}), "", 9).is_empty());
}

#[test]
fn definitions_may_refer_to_each_other_in_a_circle() {
    let circle = r##"{"$defs": {
        "one": {"title": "Một", "type": "array", "items": {"$ref": "#/$defs/two"}},
        "two": {"title": "Hai", "type": "array", "items": {"$ref": "#/$defs/one"}}}}"##;
    let (definitions, faults) = Definitions::parse(circle);
    assert!(faults.is_empty());
    let text = schema_with(&json!({"a": {"title": "A", "$ref": "#/$defs/one"}}), &json!({}));
    let schema = Schema::compile(&text, &definitions).unwrap();
    assert!(schema.violations(&json!({"a": [[[]]]}), "", 9).is_empty());
    assert!(!schema.violations(&json!({"a": [[1]]}), "", 9).is_empty());
}

#[test]
fn a_definition_that_nobody_has_is_named_with_its_place() {
    let text = schema_with(
        &json!({"a": {"title": "A", "$ref": "#/$defs/nobody"}, "b": {"title": "B", "$ref": "#/$defs/outer"}}),
        &json!({}),
    );
    let faults = Schema::compile(&text, &shared()).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].0, "/properties/a/$ref");
    assert!(faults[0].1.contains("nobody"));
}

#[test]
fn faults_of_the_shared_file_are_named() {
    let cases = [
        ("[]", "", ""),
        ("{}", "", "$defs"),
        (r#"{"$defs": {}, "more": 1}"#, "", "no more"),
        (r#"{"$defs": {"a": {"title": "A"}}}"#, "/$defs/a", "type"),
        (
            r#"{"$defs": {"a": {"type": "object"}}}"#,
            "/$defs/a",
            "additionalProperties",
        ),
        (
            r##"{"$defs": {"a": {"$ref": "#/$defs/b"}}}"##,
            "/$defs/a/$ref",
            "definition b",
        ),
    ];
    for (text, place, what) in cases {
        let (_, faults) = Definitions::parse(text);
        assert!(
            faults.iter().any(|fault| fault.0 == place && fault.1.contains(what)),
            "{text}: {faults:?}"
        );
    }
}

#[test]
fn a_catalogue_names_the_file_of_a_missing_or_broken_definition() {
    const SCHEMA: &str = "kinds/account-freeze/order.schema.json";
    let with_definitions = |change: fn(&mut Files)| {
        let mut files = files();
        let mut schema: Value = serde_json::from_str(&files[SCHEMA]).unwrap();
        if let Some(own) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
            own.retain(|name, _| {
                !["person", "identifier", "money", "positive_money", "account", "amounts"].contains(&name.as_str())
            });
        }
        files.insert(SCHEMA.to_owned(), schema.to_string());
        change(&mut files);
        problems(files)
    };
    assert_eq!(with_definitions(|_| {}), []);

    let found = with_definitions(|files| drop(files.remove(DEFINITIONS)));
    assert!(
        found
            .iter()
            .any(|problem| problem.file == SCHEMA && problem.place.starts_with("/properties/debtor")),
        "{found:#?}"
    );

    let found = with_definitions(|files| drop(files.insert(DEFINITIONS.to_owned(), "{".to_owned())));
    assert!(found.iter().any(|problem| problem.file == DEFINITIONS), "{found:#?}");
}

#[test]
fn the_shared_file_belongs_to_the_revision() {
    let load = |files: Files| {
        let files = files.into_iter().map(|(path, content)| (path, content.into_bytes()));
        Catalogue::load(files).unwrap().revision().to_owned()
    };
    let mut changed = files();
    changed.get_mut(DEFINITIONS).unwrap().push('\n');
    assert_ne!(load(files()), load(changed));
}

#[test]
fn a_wrong_identifier_is_explained_by_its_type() {
    let schema = schema_of(&["person"]);
    let with = |r#type: &str, number: &str| {
        let person = json!({
            "type": "INDIVIDUAL", "full_name": "Nguyễn Văn Giả",
            "identifiers": [{"type": r#type, "number": number}],
        });
        let found = schema.violations(&json!({"person": person}), "/payload", 9);
        assert_bilingual(&found);
        for violation in &found {
            assert_eq!(violation.field, "/payload/person/identifiers/0/number");
            assert!(violation.text.vi.starts_with("Số: "), "{violation:?}");
            assert!(!violation.text.vi.contains(number) && !violation.text.en.contains(number));
        }
        found.into_iter().map(|violation| violation.reason).collect::<Vec<_>>()
    };
    for (r#type, number) in [
        ("CITIZEN_ID", "001085012345"),
        ("OLD_ID_CARD", "012345678"),
        ("TAX_CODE", "0100109106"),
        ("ENTERPRISE_CODE", "0100109106-001"),
        ("PASSPORT", "B1234567"),
    ] {
        assert!(with(r#type, number).is_empty(), "{type} {number}");
    }
    for (r#type, number, reason) in [
        ("CITIZEN_ID", "012345678", "old_id"),
        ("CITIZEN_ID", "003085012345", "place"),
        ("OLD_ID_CARD", "001085012345", "person_id"),
        ("TAX_CODE", "0100109107", "check_digit"),
        ("ENTERPRISE_CODE", "0000000000", "not_issued"),
    ] {
        assert_eq!(with(r#type, number), [reason], "{type} {number}");
    }
}

#[test]
fn every_format_is_checked_and_explained() {
    let wrong = json!({
        "parcel": {"commune_code": "1328"},
        "receiving_account": {"holder_name": "Thi hành án", "number": "0011004001234", "bank_name": "Ngân hàng", "bank_bin": "97043"},
        "vehicle": {"note": "xe con"},
    });
    let found = schema_of(&["parcel", "receiving_account", "vehicle"]).violations(&wrong, "", 9);
    let reasons: BTreeMap<_, _> = found
        .iter()
        .map(|one| (one.field.as_str(), one.reason.as_str()))
        .collect();
    let expected = [
        ("/parcel/commune_code", "length"),
        ("/receiving_account/bank_bin", "length"),
        ("/vehicle/plate", "required"),
    ];
    assert_eq!(reasons, BTreeMap::from(expected));
    for (name, _) in crate::domain::identifier::FORMATS {
        let member = json!({"a": {"title": "A", "type": "string", "format": name}});
        let schema = Schema::compile(&schema_with(&member, &json!({})), &Definitions::default()).unwrap();
        let found = schema.violations(&json!({"a": ""}), "", 9);
        assert_eq!((found.len(), found[0].reason.as_str()), (1, "empty"), "{name}");
    }
}

#[test]
fn an_unknown_format_is_a_fault() {
    let member = json!({"a": {"title": "A", "type": "string", "format": "vn-nothing"}});
    assert!(Schema::compile(&schema_with(&member, &json!({})), &Definitions::default()).is_err());
}

#[test]
fn all_the_shared_definitions_can_be_used() {
    let text = std::str::from_utf8(EMBEDDED_DEFINITIONS).unwrap();
    let file: Value = serde_json::from_str(text).unwrap();
    let names: Vec<&str> = file["$defs"].as_object().unwrap().keys().map(String::as_str).collect();
    let schema = schema_of(&names);
    let mut problems = Vec::new();
    schema.check_style(&Definitions::default(), &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
}
