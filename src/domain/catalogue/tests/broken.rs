//! A broken catalogue is refused, with the file and the key.

use super::*;

pub(super) type Files = BTreeMap<String, String>;

pub(super) fn files() -> Files {
    embedded_files()
        .into_iter()
        .map(|(path, content)| (path, String::from_utf8(content).unwrap()))
        .collect()
}

pub(super) fn problems(files: Files) -> Vec<Problem> {
    let files = files.into_iter().map(|(path, content)| (path, content.into_bytes()));
    Catalogue::load(files)
        .err()
        .map(|broken| broken.problems)
        .unwrap_or_default()
}

pub(super) fn replace(files: &mut Files, file: &str, from: &str, to: &str) {
    let content = files.get_mut(file).unwrap();
    assert!(content.contains(from), "{file} has no {from}");
    *content = content.replacen(from, to, 1);
}

pub(super) const FREEZE: &str = "kinds/account-freeze/kind.toml";
const LAND: &str = "kinds/land-information/kind.toml";
const ORDER_SCHEMA: &str = "kinds/account-freeze/order.schema.json";
const ANSWER_SCHEMA: &str = "kinds/account-freeze/answer.schema.json";

#[test]
fn each_fault_names_its_file_and_place() {
    let cases: &[(&str, &str, &str, &str, &str)] = &[
        (FREEZE, "lane = \"NORMAL\"", "lane = \"FAST\"", "line ", "FAST"),
        (FREEZE, "confidential = true", "secret = true", "line ", "secret"),
        (FREEZE, "revision = 1\n", "", "line ", "revision"),
        (FREEZE, "[\"M01\"]", "[\"M99\"]", "law_rows", "no row M99"),
        (
            FREEZE,
            "directive = \"2.2b\"",
            "directive = \"9\"",
            "line ",
            "unknown variant `9`",
        ),
        (FREEZE, "revision = 1\n", "revision = 0\n", "revision", "from 1"),
        (
            FREEZE,
            "effective_from = \"2020-01-01\"",
            "effective_from = \"2020-01-01\"\neffective_to = \"2019-01-01\"",
            "effective_to",
            "before",
        ),
        (
            FREEZE,
            "service_level = { amount = 2, unit = \"hours\" }",
            "",
            "deadline[0] (execute).limit",
            "exactly one",
        ),
        (
            FREEZE,
            "nature = \"policy\"",
            "nature = \"law\"",
            "deadline[0] (execute).nature",
            "never law",
        ),
        (
            FREEZE,
            "pointer = \"/executed_time\"\n",
            "",
            "deadline[2] (report).pointer",
            "STATED",
        ),
        (
            FREEZE,
            "stated_in = \"answer\"",
            "stated_in = \"order\"",
            "deadline[2] (report).pointer",
            "order.schema.json",
        ),
        (
            FREEZE,
            "limit = { amount = 24, unit = \"hours\" }",
            "limit = { amount = 24, unit = \"hours\" }\nextendable_to = 12",
            "deadline[2] (report).extendable_to",
            "below",
        ),
        (
            FREEZE,
            "stops_on = [\"answer_final\"]",
            "stops_on = [\"assign\"]",
            "deadline[2] (report).stops_on",
            "assign",
        ),
        (
            FREEZE,
            "stops_on = [\"answer_final\"]",
            "stops_on = [\"follow_up\"]",
            "deadline[2] (report).stops_on",
            "SENDER",
        ),
        (
            FREEZE,
            "right = [\"line:/balance\"]",
            "right = [\"line:/saldo\"]",
            "sum[1] term line:/saldo",
            "does not exist",
        ),
        (FREEZE, "relation = \"less\"", "relation = \"fewer\"", "line ", "fewer"),
        (
            FREEZE,
            "outcomes = [\"HELD_FULL\"]",
            "outcomes = [\"HELD\"]",
            "sum[6].outcomes",
            "HELD",
        ),
        (
            FREEZE,
            "required = [\"/searched_by\"]",
            "required = [\"/searchedby\"]",
            "outcome.NO_CLIENT.required",
            "/searchedby",
        ),
        (
            FREEZE,
            "code = \"NO_CLIENT\"",
            "code = \"HELD_FULL\"",
            "outcome.HELD_FULL",
            "twice",
        ),
        (
            FREEZE,
            "code = \"account-freeze\"",
            "code = \"account-freezing\"",
            "code",
            "account-freezing",
        ),
        (
            FREEZE,
            "recipient_specific = [\"/accounts\"]",
            "recipient_specific = [\"/konten\"]",
            "recipient_specific[0]",
            "/konten",
        ),
        (LAND, "effect = \"once\"", "effect = \"always\"", "line ", "always"),
        (LAND, "refusal = true\n", "", "refuse_reason", "need each other"),
        (ORDER_SCHEMA, "2020-12/schema", "2019-09/schema", "/$schema", "2020-12"),
        (
            ORDER_SCHEMA,
            "\"type\": \"object\"",
            "\"type\": \"objekt\"",
            "",
            "objekt",
        ),
        (
            ORDER_SCHEMA,
            "\"additionalProperties\": false",
            "\"additionalProperties\": true",
            "",
            "additionalProperties",
        ),
        (
            ANSWER_SCHEMA,
            "\"title\": \"Tiến độ\",",
            "",
            "/properties/progress",
            "Vietnamese title",
        ),
        (
            ANSWER_SCHEMA,
            "\"ACCOUNT\": \"Số tài khoản\"",
            "\"KONTO\": \"Số tài khoản\"",
            "/properties/searched_by/items",
            "x-labels",
        ),
        (
            ORDER_SCHEMA,
            "\"x-basis\"",
            "\"x-reason\"",
            "/properties/debtor",
            "x-basis",
        ),
        (
            ORDER_SCHEMA,
            "\"certainty\": \"V\"",
            "\"certainty\": \"D\"",
            "/properties/debtor/x-basis",
            "never law",
        ),
        (
            ORDER_SCHEMA,
            "\"certainty\": \"V\"",
            "\"certainty\": \"A\"",
            "/properties/debtor/x-basis",
            "unknown variant",
        ),
        (
            ORDER_SCHEMA,
            "\"nature\": \"law\",",
            "",
            "/properties/debtor/x-basis",
            "nature",
        ),
        (
            ANSWER_SCHEMA,
            "#/$defs/withdrawal",
            "#/$defs/withdrawals",
            "",
            "withdrawals",
        ),
    ];
    for (file, from, to, place, text) in cases {
        let mut files = files();
        replace(&mut files, file, from, to);
        let found = problems(files);
        let named = found.iter().any(|problem| {
            problem.file == *file && problem.place.starts_with(place) && problem.to_string().contains(text)
        });
        assert!(named, "{file}: {from} -> {to}: {found:#?}");
    }
}

#[test]
fn examples_must_exist_and_be_valid() {
    let example = "kinds/account-freeze/answer.HELD_FULL.example.json";
    let mut missing = files();
    missing.remove(example);
    assert_eq!(problems(missing)[0].file, example);

    let mut wrong = files();
    replace(&mut wrong, example, "\"123500000\"", "\"123500001\"");
    let found = problems(wrong);
    assert!(
        found
            .iter()
            .any(|problem| problem.file == example && problem.place == "/payload/totals"),
        "{found:#?}"
    );

    let mut stray = files();
    stray.insert(
        "kinds/account-freeze/answer.HELD.example.json".to_owned(),
        "{}".to_owned(),
    );
    assert_eq!(problems(stray)[0].file, "kinds/account-freeze/answer.HELD.example.json");
}

#[test]
fn all_faults_are_reported_at_once() {
    let mut files = files();
    replace(&mut files, FREEZE, "retention_years = 10", "retention_years = 0");
    replace(&mut files, LAND, "retention_years = 10", "retention_years = 0");
    replace(&mut files, LAND, "revision = 1", "revision = 0");
    let found = problems(files);
    let places: Vec<_> = found
        .iter()
        .map(|problem| (problem.file.as_str(), problem.place.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (FREEZE, "retention_years"),
            (LAND, "revision"),
            (LAND, "retention_years")
        ]
    );
}

#[test]
fn two_revisions_are_never_in_effect_on_one_day() {
    let with_former = |ends: &str, starts: &str| {
        let mut files = files();
        let former: Files = files
            .iter()
            .filter(|(path, _)| path.starts_with("kinds/account-freeze/"))
            .map(|(path, content)| (path.replace("account-freeze/", "account-freeze@1/"), content.clone()))
            .collect();
        files.extend(former);
        let old = "effective_from = \"2020-01-01\"";
        replace(
            &mut files,
            "kinds/account-freeze@1/kind.toml",
            old,
            &format!("{old}\neffective_to = \"{ends}\""),
        );
        replace(&mut files, FREEZE, old, &format!("effective_from = \"{starts}\""));
        replace(&mut files, FREEZE, "revision = 1", "revision = 2");
        files
    };
    let found = problems(with_former("2026-12-31", "2026-12-31"));
    assert_eq!(found[0].place, "effective_from", "{found:#?}");

    let sound = with_former("2026-12-31", "2027-01-01");
    let catalogue = Catalogue::load(sound.into_iter().map(|(path, content)| (path, content.into_bytes()))).unwrap();
    let code = KindCode::parse("account-freeze").unwrap();
    let on = |day: &str| catalogue.kind(&code, day.parse().unwrap()).unwrap().revision();
    assert_eq!((on("2026-12-31"), on("2027-01-01")), (1, 2));
    assert_eq!(catalogue.newest(&code).unwrap().revision(), 2);
}

#[test]
fn an_empty_or_misplaced_catalogue_is_refused() {
    assert_eq!(problems(Files::new())[0].file, "kinds/");
    let mut deep = files();
    deep.insert("kinds/account-freeze/old/kind.toml".to_owned(), String::new());
    assert_eq!(problems(deep)[0].file, "kinds/account-freeze/old/kind.toml");
    let mut beside = files();
    beside.insert("calendar/vn-holidays.csv".to_owned(), String::new());
    assert!(problems(beside).is_empty());
}
