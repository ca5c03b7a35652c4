//! Ladders are read strictly, and the narrowest holds.

use std::collections::BTreeMap;

use super::*;
use crate::domain::catalogue::{Catalogue, Problem};

type Files = BTreeMap<String, String>;

const DEFAULT: &str = "escalation/default.toml";

fn files() -> Files {
    let catalogue = Catalogue::embedded().unwrap();
    catalogue.files().clone()
}

fn problems(files: Files) -> Vec<Problem> {
    let files = files.into_iter().map(|(path, text)| (path, text.into_bytes()));
    let broken = Catalogue::load(files).err();
    broken.map(|broken| broken.problems).unwrap_or_default()
}

fn file(applies: &str, replaces: &str, rungs: &[(&str, &str)]) -> String {
    let head = "title_vi = \"T\"\ntitle_en = \"T\"\nbasis = \"B\"\n";
    let rungs: Vec<String> = rungs
        .iter()
        .map(|(name, rest)| {
            format!(
                "[[rung]]\nname = \"{name}\"\ntext_vi = \"N\"\ntext_en = \"N\"\nbasis = \"B\"\nnature = \"policy\"\n\
                 certainty = \"D\"\n{rest}\n"
            )
        })
        .collect();
    let rungs = rungs.concat();
    format!("{head}replaces = \"{replaces}\"\n[applies]\n{applies}\n{rungs}")
}

const HEAD_OF_UNIT: &str = "after = { amount = 2, unit = \"working_days\" }\ntell = \"head_of_unit\"";

fn with(name: &str, text: String) -> Catalogue {
    let mut all = files();
    all.insert(format!("escalation/{name}.toml"), text);
    Catalogue::load(all.into_iter().map(|(path, text)| (path, text.into_bytes()))).unwrap()
}

fn code(text: &str) -> AgencyCode {
    AgencyCode::parse(text).unwrap()
}

/// The names and distances of the ladder of the answer clock of a freeze from A to B.
fn ladder(catalogue: &Catalogue, role: Role, clock: &str) -> Vec<(String, Option<u32>)> {
    let (sender, recipient) = (code("A"), code("B"));
    let kind = KindCode::parse("account-freeze").unwrap();
    let subject = Subject {
        obligor: Party::Recipient,
        role,
        province: "37",
        clock,
        kind: &kind,
        sender: &sender,
        recipient: &recipient,
    };
    let rungs = catalogue.escalation().ladder(&subject);
    rungs
        .into_iter()
        .map(|rung| (rung.name.clone(), rung.after.map(|span| span.amount)))
        .collect()
}

fn names(catalogue: &Catalogue, role: Role, clock: &str) -> Vec<String> {
    let ladder = ladder(catalogue, role, clock);
    ladder.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn each_role_climbs_its_own_ladder() {
    let catalogue = Catalogue::embedded().unwrap();
    let common = [
        "remind",
        "overdue",
        "head_of_unit",
        "superior",
        "committee",
        "procuracy",
        "department",
    ];
    assert_eq!(names(&catalogue, Role::LandOffice, "answer"), common);
    let bank = names(&catalogue, Role::Bank, "answer");
    assert!(
        bank.contains(&"state_bank".to_owned()) && bank.contains(&"superior".to_owned()),
        "{bank:?}"
    );
    let court = names(&catalogue, Role::Court, "answer");
    assert_eq!(
        court,
        [
            "remind",
            "overdue",
            "head_of_unit",
            "superior",
            "supreme_court",
            "procuracy",
            "department"
        ]
    );
    assert_eq!(
        names(&catalogue, Role::Procuracy, "answer"),
        ["remind", "overdue", "superior"]
    );
    assert_eq!(
        names(&catalogue, Role::Bank, "acknowledge"),
        ["remind", "overdue", "head_of_unit"]
    );
    assert_eq!(names(&catalogue, Role::Bank, "refuse"), [""; 0], "to refuse is no duty");
}

#[test]
fn the_narrowest_file_holds_rung_by_rung() {
    let cases = [
        "role = \"BANK\"\nclock = \"answer\"",
        "kind = \"account-freeze\"",
        "province = \"37\"",
        "province = \"35\"",
        "sender = \"A\"",
        "recipient = \"B\"",
        "sender = \"A\"\nrecipient = \"B\"",
    ];
    for applies in cases {
        let applies = format!("obligor = \"RECIPIENT\"\n{applies}");
        let narrowed = with("narrow", file(&applies, "rungs", &[("head_of_unit", HEAD_OF_UNIT)]));
        let ladder = ladder(&narrowed, Role::Bank, "answer");
        assert!(
            ladder.contains(&("head_of_unit".to_owned(), Some(2))),
            "{applies}: {ladder:?}"
        );
        assert!(
            ladder.contains(&("superior".to_owned(), Some(3))),
            "{applies}: the others stay"
        );
    }
    for elsewhere in [
        "province = \"01\"",
        "recipient = \"C\"",
        "kind = \"land-information\"",
        "role = \"COURT\"\nclock = \"answer\"",
    ] {
        let applies = format!("obligor = \"RECIPIENT\"\n{elsewhere}");
        let other = with("narrow", file(&applies, "rungs", &[("head_of_unit", HEAD_OF_UNIT)]));
        let ladder = ladder(&other, Role::Bank, "answer");
        assert!(
            ladder.contains(&("head_of_unit".to_owned(), Some(1))),
            "{applies}: {ladder:?}"
        );
    }
}

#[test]
fn a_pair_of_agencies_weighs_more_than_place_kind_clock_and_role_together() {
    let all =
        "obligor = \"RECIPIENT\"\nrole = \"BANK\"\nclock = \"execute\"\nkind = \"account-freeze\"\nprovince = \"37\"";
    let mut files = files();
    files.insert("escalation/x.toml".into(), file(all, "ladder", &[]));
    let pair = "obligor = \"RECIPIENT\"\nrecipient = \"B\"";
    files.insert(
        "escalation/y.toml".into(),
        file(pair, "rungs", &[("head_of_unit", HEAD_OF_UNIT)]),
    );
    let catalogue = Catalogue::load(files.into_iter().map(|(path, text)| (path, text.into_bytes()))).unwrap();
    assert_eq!(
        names(&catalogue, Role::Bank, "execute"),
        ["head_of_unit"],
        "and what is wider is replaced"
    );
}

#[test]
fn each_fault_names_its_file_and_key() {
    let recipient = "obligor = \"RECIPIENT\"\nrole = \"TAX\"";
    let draft = |rest: &str| format!("after = {{ amount = 1, unit = \"days\" }}\ntell = \"draft\"\n{rest}");
    let cases: Vec<(String, &str, &str)> = vec![
        (
            file("obligor = \"RECIPIENT\"", "rungs", &[("x", HEAD_OF_UNIT)]),
            "applies",
            "the same as in",
        ),
        (
            file("obligor = \"HUB\"", "rungs", &[("x", HEAD_OF_UNIT)]),
            "applies.obligor",
            "SENDER",
        ),
        (
            file("obligor = \"RECIPIENT\"\nkinds = 1", "rungs", &[]),
            "line ",
            "kinds",
        ),
        (
            file(
                "obligor = \"RECIPIENT\"\nkind = \"nothing\"",
                "rungs",
                &[("x", HEAD_OF_UNIT)],
            ),
            "applies.kind",
            "no such kind",
        ),
        (
            file(
                "obligor = \"RECIPIENT\"\nclock = \"nothing\"",
                "rungs",
                &[("x", HEAD_OF_UNIT)],
            ),
            "applies.clock",
            "clock",
        ),
        (
            file(
                "obligor = \"RECIPIENT\"\nprovince = \"99\"",
                "rungs",
                &[("x", HEAD_OF_UNIT)],
            ),
            "applies.province",
            "province",
        ),
        (file(recipient, "rungs", &[]), "rung", "changes nothing"),
        (
            file(recipient, "rungs", &[("x", HEAD_OF_UNIT), ("x", HEAD_OF_UNIT)]),
            "rung.x",
            "two rungs",
        ),
        (
            file(recipient, "rungs", &[("X1", HEAD_OF_UNIT)]),
            "rung.X1",
            "small letters",
        ),
        (
            file(recipient, "rungs", &[("x", "tell = \"remind\"")]),
            "rung.x.before",
            "needs it",
        ),
        (
            file(
                recipient,
                "rungs",
                &[("x", &HEAD_OF_UNIT.replace("head_of_unit", "overdue"))],
            ),
            "rung.x.after",
            "has none",
        ),
        (
            file(recipient, "rungs", &[("x", &HEAD_OF_UNIT.replace('2', "0"))]),
            "rung.x.after",
            "at least 1",
        ),
        (
            file(
                recipient,
                "rungs",
                &[("x", &HEAD_OF_UNIT.replace("working_days", "years"))],
            ),
            "rung.x.after",
            "hours",
        ),
        (file(recipient, "rungs", &[("x", &draft(""))]), "rung.x", "needs a role"),
        (
            file(recipient, "rungs", &[("x", &draft("level = 1"))]),
            "rung.x",
            "level of 2 or 3",
        ),
        (
            file(recipient, "rungs", &[("x", &format!("{HEAD_OF_UNIT}\nrole = \"TAX\""))]),
            "rung.x",
            "only a draft",
        ),
        (
            file(
                "obligor = \"SENDER\"\nrole = \"TAX\"",
                "rungs",
                &[("x", &draft("role = \"PROCURACY\""))],
            ),
            "rung.x",
            "own line",
        ),
        (
            file(recipient, "rungs", &[("y", HEAD_OF_UNIT), ("x", "tell = \"overdue\"")]),
            "rung.x",
            "before the rung above",
        ),
        (
            file(recipient, "rungs", &[("x", HEAD_OF_UNIT)]).replace("\"B\"", "\" \""),
            "basis",
            "empty",
        ),
    ];
    for (text, place, what) in cases {
        let mut all = files();
        all.insert("escalation/wrong.toml".into(), text.clone());
        let found = problems(all);
        let named = found.iter().any(|problem| {
            problem.file == "escalation/wrong.toml" && problem.place.starts_with(place) && problem.text.contains(what)
        });
        assert!(named, "{place}: {what}: {found:?}\n{text}");
    }
}

#[test]
fn a_catalogue_without_a_common_ladder_is_refused_and_one_without_any_has_that_of_the_program() {
    let mut none = files();
    none.remove(DEFAULT);
    let found = problems(none);
    assert!(
        found
            .iter()
            .any(|problem| problem.file == FOLDER && problem.text.contains("RECIPIENT")),
        "{found:?}"
    );
    let without = files().into_iter().filter(|(path, _)| !path.starts_with(FOLDER));
    let catalogue = Catalogue::load(without.map(|(path, text)| (path, text.into_bytes()))).unwrap();
    assert_eq!(catalogue.escalation(), Catalogue::embedded().unwrap().escalation());
}
