//! Enquiries that are asked again as long as their case is alive.

use jiff::ToSpan as _;
use lienthong::domain::time::Clock as _;
use lienthong::server::clock::SystemClock;
use serde_json::{Value, json};

use super::Desk;
use crate::harness::agencies::{BANK, THADS};
use crate::harness::audit::audit;

/// Registers a case; gives its id.
async fn case(desk: &Desk, key: &str, decision: (&str, &str)) -> String {
    let item = json!({
        "decision_number": decision.0, "decision_date": decision.1, "initiative": "ON_REQUEST",
        "obligations": [{
            "id": "1", "kind": "MONEY", "amount": "150000000",
            "debtors": [{ "name": "Nguyễn Văn Giả", "identifier": "001085012345" }],
            "creditors": [{ "name": "Trần Thị Mẫu" }],
        }],
    });
    let document = json!({
        "schema": "lienthong/case/1", "idempotency_key": key, "agency": THADS.code_text(), "cases": [item],
    });
    desk.write("case.json", &document.to_string());
    let told = desk.ask(THADS, &["case", "register", "case.json"]).await;
    told["case_ids"][0].as_str().expect("an id").to_owned()
}

/// Writes the file with one enquiry.
fn enquiry(desk: &Desk, from: jiff::civil::Date, rest: &str) {
    desk.write(
        "theo-ky.toml",
        &format!("[[enquiry]]\nname = \"no-1\"\norder = \"standing.json\"\nfrom = \"{from}\"\nuntil = \"2099-12-31\"\n{rest}\n"),
    );
}

/// What one run says of the only enquiry: the result, and why.
async fn run(desk: &Desk, more: &[&str]) -> (String, String) {
    let told = desk
        .ask(THADS, &[&["standing", "run", "theo-ky.toml"], more].concat())
        .await;
    let why = told[0]["reason"]["en"].as_str().unwrap_or_default();
    (told[0]["result"].as_str().expect("a result").to_owned(), why.to_owned())
}

fn rests(why: &str) -> (String, String) {
    ("RESTS".to_owned(), why.to_owned())
}

backends! {
    async fn it_is_asked_once_a_period_within_its_budget_while_its_case_lives(database) {
        let desk = Desk::open(&database).await;
        let asked = || ("ASKED".to_owned(), String::new());
        desk.text(THADS, &["template", "account-information", "order", "--to", BANK.code_text(), "-O", "order.json"]).await;
        let mut order = desk.json("order.json");
        let stated = order["case"]["enforcement_decision"].clone();
        let text = |member: &str| stated[member].as_str().expect("a text").to_owned();
        let id = case(&desk, "case-0001", (&text("number"), &text("date"))).await;
        order["case"]["case_id"] = id.clone().into();
        desk.write("standing.json", &order.to_string());
        let today = SystemClock.now().date();
        let before = today.saturating_sub(14.days());
        let terms = "every_days = 14\ntimes = 3\nstop_on = [\"FOUND\"]";

        enquiry(&desk, today.saturating_add(1.day()), terms);
        assert_eq!(run(&desk, &[]).await, rests("its first day has not come"));
        enquiry(&desk, before, "every_days = 14\ntimes = 1");
        assert_eq!(run(&desk, &[]).await, rests("it was asked as often as it may be"));
        enquiry(&desk, before, terms);
        assert_eq!(run(&desk, &["--dry-run"]).await, asked());

        // What the run of a fortnight ago sent.
        let mut first: Value = order.clone();
        first["idempotency_key"] = "standing:no-1:0".into();
        first["head"]["date"] = before.to_string().into();
        desk.write("first.json", &format!("{first:#}\n"));
        let sent = desk.ask(THADS, &["send", "first.json"]).await;
        let request = sent["requests"][0]["enforcement_request_id"].as_str().expect("an id").to_owned();
        assert_eq!(run(&desk, &[]).await, rests("the last one is not answered"));
        desk.text(BANK, &["template", "account-information", "answer", "FOUND", "--request", &request, "-O", "found.json"]).await;
        desk.text(BANK, &["answer", "found.json"]).await;
        assert_eq!(run(&desk, &[]).await, rests("it has brought what was looked for"));
        enquiry(&desk, before, "every_days = 14\ntimes = 3");
        assert_eq!(run(&desk, &[]).await, asked(), "without that condition it is asked again");
        assert_eq!(run(&desk, &[]).await, rests("asked already in this period"));

        order["contact"]["phone"] = "0229 0000 001".into();
        desk.write("standing.json", &order.to_string());
        let changed = desk.run(THADS, &["standing", "run", "theo-ky.toml"]).await;
        assert!(changed.status == 1 && changed.stdout.contains("KEY_REUSED"), "{} {}", changed.stdout, changed.stderr);

        // A case that there is not: its line says so, and the enquiry after it is looked at.
        let mut of_nobody = order.clone();
        of_nobody["case"]["case_id"] = format!("cas_{:032x}", 7).into();
        desk.write("nobody.json", &of_nobody.to_string());
        let rest = "every_days = 14\ntimes = 3\nuntil = \"2099-12-31\"";
        desk.write(
            "two.toml",
            &["nobody", "standing"]
                .map(|name| format!("[[enquiry]]\nname = \"{name}\"\norder = \"{name}.json\"\nfrom = \"{today}\"\n{rest}\n"))
                .concat(),
        );
        let two = desk.run(THADS, &["standing", "run", "two.toml", "--dry-run", "-o", "json"]).await;
        let told: Value = serde_json::from_str(&two.stdout).expect("JSON");
        assert_eq!((two.status, &told[0]["result"], &told[1]["result"]), (1, &"REFUSED".into(), &"ASKED".into()), "{told}");

        let ended = json!({
            "schema": "lienthong/case-progress/1", "idempotency_key": "ended-0001", "agency": THADS.code_text(),
            "steps": [{ "case_id": id, "change": "status_changed", "to": "SUSPENDED", "ground": "L106_47", "date": today.to_string() }],
        });
        desk.write("ended.json", &ended.to_string());
        desk.text(THADS, &["case", "progress", "ended.json"]).await;
        assert_eq!(run(&desk, &[]).await, rests("its case is not being enforced"));
        desk.close().await;
        audit(&database).await;
    }
}

#[tokio::test]
async fn a_file_that_would_ask_too_often_or_for_no_case_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    let fault = |terms: &str, order: Value| {
        write("standing.json", &order.to_string());
        write(
            "f.toml",
            &format!(
                "[[enquiry]]\nname = \"x\"\norder = \"standing.json\"\nfrom = \"2026-12-01\"\nuntil = \"2027-01-01\"\n{terms}\n"
            ),
        );
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_lienthong"))
            .args(["standing", "run", "f.toml"])
            .env_clear()
            .current_dir(folder.path())
            .output();
        let done = super::Done::of(program.expect("it runs"));
        assert_eq!(done.status, 2, "{}", done.stderr);
        done.stderr
    };
    let order = |recipients: Value, case: Value| json!({ "recipients": recipients, "case": case });
    let good = || order(json!(["A"]), json!({ "case_id": "cas_1" }));
    assert!(fault("every_days = 7\ntimes = 2", good()).contains("every_days"));
    assert!(fault("every_days = 14\ntimes = 27", good()).contains("times"));
    assert!(fault("every_days = 14\ntimes = 2", order(json!(["A", "B"]), json!({}))).contains("recipients"));
    assert!(fault("every_days = 14\ntimes = 2", order(json!(["A"]), json!({}))).contains("case_id"));
    assert!(fault("every_days = 14\ntimes = 2\nhow = 1", good()).contains("how"));
}
