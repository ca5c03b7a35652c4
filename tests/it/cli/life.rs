//! What an agency does from its command line, from the order to the answer.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::{Desk, id_of};
use crate::harness::agencies::{BANK, BANK_2, LAND_OFFICE, THADS};

fn texts<'v>(list: &'v Value, member: &str) -> Vec<&'v str> {
    let items = list.as_array().expect("a list").iter();
    items.map(|item| item[member].as_str().unwrap_or_default()).collect()
}

backends! {
    async fn a_freeze_goes_out_is_registered_answered_and_tracked(database) {
        let desk = Desk::open(&database).await;
        let to = BANK.code_text();
        desk.text(THADS, &["template", "account-freeze", "order", "--to", to, "-O", "order.json"]).await;
        let checked = desk.ask(THADS, &["send", "order.json", "--check"]).await;
        assert_eq!((&checked["valid"], &checked["violations"]), (&true.into(), &Value::Array(Vec::new())));

        let sent = desk.ask(THADS, &["send", "order.json"]).await;
        let id = id_of(&sent);
        assert_eq!(sent["requests"][0]["state"], "SUBMITTED");
        assert!(sent["requests"][0]["due_time"].as_str().expect("a due time").ends_with("+07:00"));
        let again = desk.ask(THADS, &["send", "order.json"]).await;
        assert_eq!(again["receipts"], sent["receipts"], "a retry gives the first receipt");

        let inbox = desk.ask(BANK, &["inbox"]).await;
        assert_eq!(texts(&inbox["entries"], "action"), ["SUBMIT"]);
        assert_eq!((&inbox["entries"][0]["lane"], &inbox["more"]), (&"NORMAL".into(), &false.into()));
        assert_eq!(inbox["entries"][0]["enforcement_request"]["kind"], "account-freeze");
        assert_eq!(desk.ask(BANK, &["inbox", "--advance"]).await["entries"], inbox["entries"], "reading moves nothing");
        assert_eq!(desk.ask(BANK, &["inbox"]).await["entries"], Value::Array(Vec::new()));
        let whole = desk.ask(BANK, &["inbox", "--from-start"]).await;
        assert_eq!(texts(&whole["entries"], "enforcement_request_id"), [id.as_str()]);

        let acknowledged = desk.ask(BANK, &["ack", &id, "--key", "cli-ack-0001", "--unit", "pgd.hoan-kiem"]).await;
        assert_eq!(acknowledged["receipt"]["state"], "ACKNOWLEDGED");
        let assigned = desk.ask(BANK, &["assign", &id, "--officer", BANK.officer_id().as_str()]).await;
        assert!(assigned["idempotency_key"].as_str().expect("a key").starts_with("cli-"));

        desk.text(BANK, &["template", "account-freeze", "answer", "HELD_FULL", "--request", &id, "-O", "answer.json"]).await;
        desk.ask(BANK, &["answer", "answer.json", "--check"]).await;
        let answered = desk.ask(BANK, &["answer", "answer.json"]).await;
        assert_eq!((&answered["receipt"]["action"], &answered["receipt"]["state"]), (&"ANSWER_FINAL".into(), &"ANSWERED".into()));

        let request = desk.ask(THADS, &["get", &id]).await;
        assert_eq!((&request["outcome"], &request["delivered"]), (&"HELD_FULL".into(), &true.into()));
        assert_eq!(request["assigned_unit_id"], "pgd.hoan-kiem");
        assert_eq!(request["measures"][0]["in_force"], true);
        assert!(!request["deadlines"][0]["trace"].as_array().expect("a trace").is_empty());
        let shown = desk.text(THADS, &["get", &id, "--why"]).await;
        assert!(shown.contains("Đã trả lời") && shown.contains("Thời hạn / deadlines"), "{shown}");

        let list = desk.ask(THADS, &["list", "--direction", "sent", "--state", "answered", "--all"]).await;
        assert_eq!(texts(&list["enforcement_requests"], "enforcement_request_id"), [id.as_str()]);
        let none = desk.ask(THADS, &["list", "--kind", "land-information"]).await;
        assert_eq!(none["enforcement_requests"], Value::Array(Vec::new()));

        let question = ["deadline", "land-information", "--from", "2026-11-20T09:00", "--clock", "answer"];
        let counted = desk.bare(&[&question[..], &["-o", "json"]].concat()).await;
        let counted: Value = serde_json::from_str(&counted.stdout).expect("JSON");
        assert_eq!(desk.ask(BANK, &question).await, counted, "the hub counts as the binary does");
        assert_eq!(counted[0]["due_time"], "2026-11-26T23:59:59.999999+07:00");

        let timeline = desk.ask(THADS, &["track", "timeline", &id]).await;
        assert_eq!(texts(&timeline["entries"], "action"), ["SUBMIT", "ACKNOWLEDGE", "ASSIGN", "ANSWER_FINAL"]);
        assert_eq!(timeline["entries"][0]["clocks"][0]["changes"], serde_json::json!(["STARTED"]));
        let shown = desk.text(BANK, &["track", "timeline", &id]).await;
        assert!(shown.contains("Bắt đầu tính; hạn chót"), "{shown}");
        let own = desk.ask(BANK, &["track", "scorecard", BANK.code_text()]).await;
        let figures = &own["scorecards"][0]["figures"];
        assert_eq!((&figures["received"], &figures["answered_in_time"]), (&1.into(), &1.into()));
        let shown = desk.text(BANK, &["track", "scorecard"]).await;
        assert!(shown.contains("(toàn bộ)") && shown.contains("Đã nhận / received: 1"), "{shown}");
        let times = desk.ask(BANK, &["track", "response-times", "--by", "kind,agency"]).await;
        assert_eq!((&times["rows"][0]["kind"], &times["rows"][0]["figures"]["received"]), (&"account-freeze".into(), &1.into()));
        let late = desk.ask(THADS, &["track", "deadlines", "--owed-to-us", "--overdue", "--kind", "account-freeze"]).await;
        assert_eq!(late["deadlines"], Value::Array(Vec::new()));

        let track = desk.ask(THADS, &["track", &id]).await;
        assert_eq!(texts(&track["events"], "action"), ["SUBMIT", "ACKNOWLEDGE", "ASSIGN", "ANSWER_FINAL"]);
        assert_eq!((&track["holder"]["party"], &track["holder"]["agency_code"]), (&"SENDER".into(), &THADS.code_text().into()));
        assert_eq!(track["holder"]["since"], track["events"][3]["hub_time"]);

        let measures = desk.ask(BANK, &["measures", "list", "--in-force"]).await;
        assert_eq!(texts(&measures["measures"], "enforcement_request_id"), [id.as_str()]);
        let refused = desk.run(THADS, &["close", &id]).await;
        assert_eq!(refused.status, 1);
        assert!(refused.stderr.contains("MEASURE_IN_FORCE"), "{}", refused.stderr);
        desk.close().await;
    }

    async fn a_land_enquiry_is_asked_clarified_and_closed(database) {
        let desk = Desk::open(&database).await;
        let id = desk.order("land-information", THADS, LAND_OFFICE, "land.json").await;
        desk.ask(LAND_OFFICE, &["ack", &id]).await;
        let asked = desk.ask(LAND_OFFICE, &["ask", &id, "--question", "Đề nghị nêu rõ số tờ, số thửa."]).await;
        assert_eq!(asked["receipt"]["state"], "CLARIFYING");
        let tracked = desk.text(THADS, &["track", &id]).await;
        assert!(tracked.contains("Đề nghị làm rõ: Đề nghị nêu rõ số tờ, số thửa."), "{tracked}");
        let events = desk.ask(THADS, &["track", &id]).await["events"].clone();
        assert_eq!(events[2]["text"], "Đề nghị nêu rõ số tờ, số thửa.");
        let clarify = serde_json::json!({
            "schema": "lienthong/clarify/1", "idempotency_key": "cli-clarify-1", "agency": THADS.code_text(),
            "enforcement_request_id": id, "text": "Tờ bản đồ số 12, thửa số 345.",
        });
        desk.write("clarify.json", &clarify.to_string());
        assert_eq!(desk.ask(THADS, &["clarify", "clarify.json"]).await["receipt"]["state"], "ACKNOWLEDGED");
        desk.text(LAND_OFFICE, &["template", "land-information", "answer", "FOUND", "--request", &id, "-O", "found.json"]).await;
        desk.ask(LAND_OFFICE, &["answer", "found.json"]).await;
        let dispute = ["dispute", &id, "--reason", "INCOMPLETE", "--text", "Thiếu ý kiến về quy hoạch."];
        assert_eq!(desk.ask(THADS, &dispute).await["receipt"]["state"], "ACKNOWLEDGED");
        desk.text(LAND_OFFICE, &["template", "land-information", "answer", "FOUND", "--request", &id, "-O", "found2.json"]).await;
        desk.ask(LAND_OFFICE, &["answer", "found2.json"]).await;
        let closed = desk.ask(THADS, &["close", &id, "--reason", "Đã nhận đủ thông tin."]).await;
        assert_eq!(closed["receipt"]["state"], "CLOSED");
        desk.close().await;
    }

    async fn a_broadcast_is_withdrawn_and_returned(database) {
        let desk = Desk::open(&database).await;
        let (one, two) = (BANK.code_text(), BANK_2.code_text());
        desk.text(THADS, &["template", "account-freeze", "order", "--to", one, "--to", two, "-O", "order.json"]).await;
        let mut order = desk.json("order.json");
        let payload = order["payload"].as_object_mut().expect("an object");
        payload.remove("accounts");
        payload.insert("scope".to_owned(), "WHOLE_CLIENT".into());
        desk.write("order.json", &order.to_string());
        let sent = desk.ask(THADS, &["send", "order.json"]).await;
        let broadcast = sent["broadcast_id"].as_str().expect("a broadcast");
        let ids = texts(&sent["requests"], "enforcement_request_id");
        let [first, second] = ids.as_slice() else { panic!("two requests") };

        desk.text(BANK, &["inbox", "--advance"]).await;
        let withdraw = serde_json::json!({
            "schema": "lienthong/withdraw/1", "idempotency_key": "cli-withdraw-1", "agency": THADS.code_text(),
            "enforcement_request_id": first, "explanation": "Gửi nhầm nơi nhận.",
        });
        desk.write("withdraw.json", &withdraw.to_string());
        let asked = desk.ask(THADS, &["withdraw", "withdraw.json"]).await;
        assert_eq!(asked["receipt"]["state"], "WITHDRAWAL_PENDING");
        desk.ask(BANK, &["decide-withdrawal", first, "--accept"]).await;
        let back = serde_json::json!({
            "schema": "lienthong/send-back/1", "idempotency_key": "cli-send-back-1", "agency": two,
            "enforcement_request_id": second, "reason": { "code": "MISSING_PAPERS", "text": "Thiếu quyết định." },
        });
        desk.write("back.json", &back.to_string());
        desk.ask(BANK_2, &["send-back", "back.json"]).await;
        let members = desk.ask(THADS, &["broadcast", broadcast]).await;
        assert_eq!(texts(&members["requests"], "state"), ["WITHDRAWN", "RETURNED"]);
        desk.close().await;
    }

    async fn what_many_answered_is_one_view(database) {
        let desk = Desk::open(&database).await;
        let (one, two) = (BANK.code_text(), BANK_2.code_text());
        desk.text(THADS, &["template", "account-information", "order", "--to", one, "--to", two, "-O", "order.json"]).await;
        let mut order = desk.json("order.json");
        let payload = order["payload"].as_object_mut().expect("an object");
        payload.remove("accounts");
        payload.insert("scope".to_owned(), "WHOLE_CLIENT".into());
        desk.write("order.json", &order.to_string());
        let sent = desk.ask(THADS, &["send", "order.json"]).await;
        let broadcast = sent["broadcast_id"].as_str().expect("a broadcast");
        let ids = texts(&sent["requests"], "enforcement_request_id");
        desk.text(BANK, &["template", "account-information", "answer", "FOUND", "--request", ids[0], "-O", "found.json"]).await;
        desk.text(BANK, &["answer", "found.json"]).await;
        let view = desk.ask(THADS, &["broadcast", broadcast, "--answers"]).await;
        let found = desk.json("found.json");
        assert_eq!(view["requests"][0]["answer"], found["payload"]);
        assert_eq!(view["requests"][1]["answer"], Value::Null);
        let shown = desk.text(THADS, &["broadcast", broadcast, "--answers"]).await;
        let amount = found["payload"]["totals"][0]["amount"].as_str().expect("an amount");
        assert!(shown.contains(&format!("{amount} VND")) && shown.contains("chưa trả lời"), "{shown}");
        desk.close().await;
    }

    async fn a_followed_inbox_prints_what_comes_and_ends_on_ctrl_c(database) {
        let desk = Desk::open(&database).await;
        let profile = format!("{}.toml", LAND_OFFICE.code_text());
        let mut follower = desk.program(&["inbox", "--follow", "--advance", "-o", "json", "--profile", &profile]);
        let mut follower = follower.stdout(Stdio::piped()).spawn().expect("the program runs");
        let stdout = follower.stdout.take().expect("its output");
        let line = tokio::task::spawn_blocking(move || BufReader::new(stdout).lines().next());
        let id = desk.order("land-information", THADS, LAND_OFFICE, "land.json").await;
        let line = line.await.expect("the thread ends").expect("a line").expect("UTF-8");
        let entry: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(entry["enforcement_request_id"], id.as_str());
        let ended = tokio::task::spawn_blocking(move || {
            let pid = follower.id().to_string();
            let sent = std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill runs");
            assert!(sent.success());
            follower.wait().expect("it ends")
        });
        assert!(ended.await.expect("the thread ends").success());
        assert_eq!(desk.ask(THADS, &["get", &id]).await["delivered"], true, "what was printed is delivered");
        desk.close().await;
    }
}
