//! Regulations shorten, add, and never lengthen.

use jiff::civil::date;

use super::*;
use crate::domain::catalogue::rule::TimeUnit;
use crate::domain::catalogue::{Catalogue, Problem};

const HEAD: &str = "title_vi = \"Quy chế phối hợp (giả lập)\"\ntitle_en = \"Regulation (synthetic)\"\n\
                    basis = \"Quy chế số 01/QCPH-GIA-LAP\"\neffective_from = \"2026-07-01\"\n";

fn loaded(regulations: &[(&str, &str)]) -> Result<Catalogue, Vec<Problem>> {
    let dated: Vec<_> = regulations
        .iter()
        .map(|(name, text)| (*name, *text, "2026-07-01"))
        .collect();
    loaded_as(&dated)
}

/// Each with its first day.
fn loaded_as(regulations: &[(&str, &str, &str)]) -> Result<Catalogue, Vec<Problem>> {
    let embedded = Catalogue::embedded().unwrap();
    let own = embedded
        .files()
        .iter()
        .map(|(path, text)| (path.clone(), text.clone().into_bytes()));
    let added = regulations.iter().map(|(name, text, first)| {
        let head = HEAD.replace("2026-07-01", first);
        (format!("{FOLDER}{name}.toml"), format!("{head}{text}").into_bytes())
    });
    Catalogue::load(own.chain(added)).map_err(|broken| broken.problems)
}

fn problems(text: &str) -> Vec<String> {
    let problems = loaded(&[("ban", text)]).err().unwrap_or_default();
    problems.iter().map(Problem::to_string).collect()
}

fn kind(catalogue: &Catalogue, code: &str) -> std::sync::Arc<Kind> {
    catalogue.newest(&KindCode::parse(code).unwrap()).unwrap().clone()
}

fn limits(
    catalogue: &Catalogue,
    code: &str,
    pair: (&str, &str, &str),
    day: Date,
) -> Vec<(String, Option<Span>, String)> {
    let (sender, recipient) = (AgencyCode::parse(pair.0).unwrap(), AgencyCode::parse(pair.1).unwrap());
    let pair = Pair {
        sender: &sender,
        sender_province: pair.2,
        recipient: &recipient,
        recipient_province: "01",
        recipient_role: Role::LandOffice,
    };
    let kind = kind(catalogue, code);
    let rules = catalogue.regulations().rules(&kind, &pair, day);
    let told = rules.iter().filter(|rule| {
        rule.regimes.contains(&Regime::Law2025) && rule.starts_on != super::super::workflow::StartingPoint::Stated
    });
    told.map(|rule| (rule.name.clone(), rule.limit, rule.basis.clone()))
        .collect()
}

const SHORTER: &str = "[applies]\nkinds = [\"land-information\"]\nsender_province = \"37\"\n\
    [[shorten]]\nclock = \"answer\"\nlimit = { amount = 1, unit = \"working_days\" }\nbasis = \"Điều 5 Quy chế\"\n\
    nature = \"policy\"\ncertainty = \"V\"\n";

const PAIR: &str = "[applies]\nkinds = [\"land-information\"]\nsender = \"GIA-LAP.THADS.37\"\nrecipient = \"GIA-LAP.VPDKDD.37\"\n\
    [[shorten]]\nclock = \"answer\"\nlimit = { amount = 8, unit = \"hours\" }\nbasis = \"Điều 2 Thỏa thuận\"\n\
    nature = \"policy\"\ncertainty = \"V\"\n";

fn answer_of(found: &[(String, Option<Span>, String)]) -> (Option<Span>, &str) {
    let (_, limit, basis) = found.iter().find(|(name, ..)| name == "answer").unwrap();
    (*limit, basis)
}

#[test]
fn the_narrower_regulation_holds_between_those_whom_it_names_and_nowhere_else() {
    let catalogue = loaded(&[("tinh", SHORTER), ("cap", PAIR)]).unwrap();
    let day = date(2026, 11, 20);
    let of =
        |sender, recipient, province, day| limits(&catalogue, "land-information", (sender, recipient, province), day);
    let own = of("GIA-LAP.THADS.01", "GIA-LAP.VPDKDD.37", "01", day);
    let (own_limit, own_basis) = answer_of(&own);
    assert!(own_limit.unwrap().amount > 1 && own_basis.contains("Luật số 106"));
    let province = of("GIA-LAP.THADS.37", "GIA-LAP.VPDKDD.01", "37", day);
    let one_day = Span {
        amount: 1,
        unit: TimeUnit::WorkingDays,
    };
    assert_eq!(answer_of(&province), (Some(one_day), "Điều 5 Quy chế"));
    let pair = of("GIA-LAP.THADS.37", "GIA-LAP.VPDKDD.37", "37", day);
    let hours = Span {
        amount: 8,
        unit: TimeUnit::Hours,
    };
    assert_eq!(answer_of(&pair), (Some(hours), "Điều 2 Thỏa thuận"));
    // The province of before the merger is the same place.
    let former = of("GIA-LAP.THADS.37", "GIA-LAP.VPDKDD.01", "35", day);
    assert_eq!(answer_of(&former).0, Some(one_day));
    let before = of("GIA-LAP.THADS.37", "GIA-LAP.VPDKDD.37", "37", date(2026, 6, 30));
    assert_eq!(answer_of(&before), answer_of(&own));
    // What is not named stays as it is.
    let names =
        |found: &[(String, Option<Span>, String)]| found.iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&pair), names(&own));
}

#[test]
fn a_regulation_adds_clocks_and_outcomes() {
    let text = "[applies]\nkinds = [\"land-information\"]\nsender_province = \"37\"\n\
        [[deadline]]\nname = \"confirm\"\nregimes = [\"2025\"]\nobligor = \"RECIPIENT\"\nstarts_on = \"AVAILABLE\"\n\
        stops_on = [\"acknowledge\"]\nlimit = { amount = 2, unit = \"working_hours\" }\nbasis = \"Điều 6 Quy chế\"\n\
        nature = \"policy\"\ncertainty = \"V\"\n\
        [[outcome]]\ncode = \"BRANCH_ANSWERS\"\ntitle_vi = \"Chi nhánh trả lời thay\"\ntitle_en = \"A branch answers instead\"\n\
        final = true\noptional = [\"/note\"]\n";
    let catalogue = loaded(&[("tinh", text)]).unwrap();
    let clocks = |province| {
        limits(
            &catalogue,
            "land-information",
            ("GIA-LAP.THADS.37", "GIA-LAP.VPDKDD.37", province),
            date(2026, 11, 20),
        )
    };
    let has_it = |found: Vec<(String, Option<Span>, String)>| found.iter().any(|(name, ..)| name == "confirm");
    assert!(has_it(clocks("37")) && !has_it(clocks("01")));
    let kind = kind(&catalogue, "land-information");
    let outcome = kind
        .definition
        .outcomes
        .iter()
        .find(|outcome| outcome.code.as_str() == "BRANCH_ANSWERS")
        .unwrap();
    let (sender, recipient) = (
        AgencyCode::parse("GIA-LAP.THADS.37").unwrap(),
        AgencyCode::parse("GIA-LAP.VPDKDD.37").unwrap(),
    );
    let allowed = |sender_province, day| {
        let pair = Pair {
            sender: &sender,
            sender_province,
            recipient: &recipient,
            recipient_province: "01",
            recipient_role: Role::LandOffice,
        };
        catalogue.regulations().allow(outcome, kind.code(), &pair, day)
    };
    let day = date(2026, 11, 20);
    assert!(allowed("37", day) && !allowed("01", day) && !allowed("37", date(2026, 6, 30)));
    let own = kind.definition.outcomes.first().unwrap();
    assert!(own.regulation.is_none());
}

#[test]
fn what_contradicts_the_law_or_says_nothing_is_told_with_its_place() {
    let shorten = |limit: &str| SHORTER.replace("{ amount = 1, unit = \"working_days\" }", limit);
    let cases: &[(String, &str)] = &[
        (shorten("{ amount = 30, unit = \"working_days\" }"), "never lengthen it"),
        (shorten("{ amount = 30, unit = \"days\" }"), "state it in that unit"),
        (SHORTER.replace("limit =", "service_level ="), "a limit takes the place of a limit"),
        (SHORTER.replace("limit = { amount = 1, unit = \"working_days\" }", ""), "exactly one of"),
        (SHORTER.replace("\"answer\"", "\"publish\""), "no such kind has such a clock"),
        (SHORTER.replace("land-information", "no-such-kind"), "the catalogue has no kind no-such-kind"),
        (SHORTER.replace("\"37\"", "\"03\""), "applies.sender_province: no such province"),
        (SHORTER.replace("sender_province = \"37\"\n", ""), "must name a province or an agency"),
        ("[applies]\nsender_province = \"37\"\n".to_owned(), "shortens nothing and adds nothing"),
        (SHORTER.replace("clock =", "klock ="), "unknown field"),
        (SHORTER.replace("Điều 5 Quy chế", " "), "basis: must not be empty"),
        (
            "[applies]\nkinds = [\"land-information\"]\nsender_province = \"37\"\n[[deadline]]\nname = \"answer\"\nregimes = [\"2025\"]\n\
             obligor = \"RECIPIENT\"\nstarts_on = \"AVAILABLE\"\nstops_on = [\"answer_final\"]\nlimit = { amount = 1, unit = \"days\" }\n\
             basis = \"Điều 6\"\nnature = \"policy\"\ncertainty = \"V\"\n"
                .to_owned(),
            "[[shorten]] makes it shorter",
        ),
        (
            "[applies]\nkinds = [\"land-information\"]\nsender_province = \"37\"\n[[outcome]]\ncode = \"X\"\ntitle_vi = \"X\"\n\
             title_en = \"X\"\nfinal = true\nrequired = [\"/no_such_member\"]\n"
                .to_owned(),
            "of land-information",
        ),
    ];
    for (text, expected) in cases {
        let found = problems(text);
        assert!(
            found
                .iter()
                .any(|problem| problem.starts_with("regulations/ban.toml") && problem.contains(expected)),
            "{expected}: {found:?}\n{text}"
        );
    }
}

#[test]
fn two_that_say_something_else_of_one_clock_for_the_same_agencies_are_a_fault_unless_one_has_ended() {
    let found = loaded(&[("mot", SHORTER), ("hai", SHORTER)]).unwrap_err();
    assert!(
        found
            .iter()
            .any(|problem| problem.file == "regulations/mot.toml" && problem.text.starts_with("hai says")),
        "{found:?}"
    );
    // One after the other.
    let dated = |text: &str, dates: &str| format!("{dates}{text}");
    let ended = dated(SHORTER, "effective_to = \"2026-09-30\"\n");
    let later = SHORTER.to_owned();
    assert!(loaded(&[("mot", &ended), ("hai", &later)]).is_err());
    let catalogue = loaded_as(&[("mot", &ended, "2026-07-01"), ("hai", &later, "2026-10-01")]).unwrap();
    assert_eq!(catalogue.regulations().all().len(), 2);
}

#[test]
fn shortening_is_judged_for_every_day() {
    use super::shorter::Unfit;
    use TimeUnit::{Days, Hours, Months, WorkingDays, WorkingHours, Years};
    let catalogue = Catalogue::embedded().unwrap();
    let kind = kind(&catalogue, "land-information");
    let rule = kind
        .definition
        .deadlines
        .iter()
        .find(|rule| rule.name == "answer" && rule.limit.is_some())
        .unwrap();
    let rule_of = |amount, unit| DeadlineRule {
        limit: Some(Span { amount, unit }),
        service_level: None,
        ..rule.clone()
    };
    let shorter = |amount, unit| Shorter {
        clock: "answer".to_owned(),
        regimes: Vec::new(),
        limit: Some(Span { amount, unit }),
        service_level: None,
        extendable_to: None,
        basis: "Điều 1".to_owned(),
        nature: Nature::Policy,
        certainty: Certainty::Verified,
    };
    for ((amount, unit), (own, own_unit), expected) in [
        ((3, WorkingDays), (3, WorkingDays), None),
        ((4, WorkingDays), (3, WorkingDays), Some(Unfit::Longer)),
        ((48, Hours), (3, WorkingDays), None),
        ((49, Hours), (3, WorkingDays), Some(Unfit::Unclear)),
        ((24, Hours), (1, WorkingDays), Some(Unfit::Unclear)),
        ((3, Days), (3, WorkingDays), None),
        ((3, WorkingDays), (3, Days), Some(Unfit::Unclear)),
        ((648, Hours), (1, Months), None),
        ((20, WorkingDays), (1, Months), Some(Unfit::Unclear)),
        ((11, Months), (1, Years), Some(Unfit::Unclear)),
        ((8, WorkingHours), (8, Hours), Some(Unfit::Unclear)),
        ((8, Hours), (8, WorkingHours), None),
    ] {
        let found = shorter(amount, unit).unfit(&rule_of(own, own_unit));
        assert_eq!(found, expected, "{amount} {unit} for {own} {own_unit}");
    }
}
