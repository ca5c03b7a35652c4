//! Supervision as people and scripts see it.

use jiff::Span;
use lienthong::domain::time::Clock as _;
use lienthong::server::clock::SystemClock;

use super::Desk;
use crate::harness::agencies::{BANK, LAND_OFFICE, PROCURACY, THADS};

backends! {
    async fn a_procuracy_looks_and_its_auditor_sees_that_it_did(database) {
        let desk = Desk::open(&database).await;
        let id = desk.order("land-information", THADS, LAND_OFFICE, "land.json").await;
        let purpose = ["--purpose", "Kiểm sát 12/KH-VKS"];
        let get = [&["supervise", "get", &id, "--documents", "case"][..], &purpose].concat();
        let got = desk.ask(PROCURACY, &get).await;
        assert_eq!((&got["enforcement_request_id"], &got["right"]["name"]), (&id.as_str().into(), &"procuracy".into()));
        let file = got["files"][0].as_str().expect("a file");
        assert_eq!(desk.json(file)["agency"], THADS.code_text(), "the order as it was sent");
        let told = desk.text(PROCURACY, &["supervise", "get", &id]).await;
        assert!(told.contains("Căn cứ giám sát / basis: Luật 106/2025/QH15, Điều 12.1"), "{told}");
        let listed = desk.ask(PROCURACY, &["supervise", "list", "--sender", THADS.code_text(), "--all"]).await;
        assert_eq!(listed["enforcement_requests"][0]["enforcement_request_id"], id.as_str());
        let events = desk.text(PROCURACY, &["supervise", "events", &id]).await;
        assert!(events.contains("Gửi"), "{events}");

        let refused = desk.run(BANK, &["supervise", "get", &id]).await;
        assert!(refused.status == 1 && refused.stderr.contains("METHOD_NOT_ALLOWED"), "{}", refused.stderr);
        let party = desk.text(THADS, &["supervise", "reads", &id]).await;
        assert!(party.starts_with("Không có lượt xem"), "the procuracy's looks are not told: {party}");
        let audit = desk.ask(PROCURACY, &["supervise", "audit", "--request", &id]).await;
        let looks: Vec<_> = audit["reads"].as_array().expect("a list").iter().map(|read| read["look"].as_str()).collect();
        assert_eq!(looks, [Some("EVENTS"), Some("LIST"), Some("REQUEST"), Some("REQUEST")]);
        assert_eq!(audit["reads"][3]["purpose"], "Kiểm sát 12/KH-VKS");
        assert!(desk.text(PROCURACY, &["supervise", "audit"]).await.contains("không nêu vụ việc"));
        let today = SystemClock.now().date();
        let (from, to) = (today.saturating_sub(Span::new().days(1)), today.saturating_add(Span::new().days(1)));
        let stretch = ["--from", &from.to_string(), "--to", &to.to_string()].map(str::to_owned);
        let stretch: Vec<&str> = stretch.iter().map(String::as_str).collect();
        let counted = desk.ask(PROCURACY, &[&["supervise", "statistics"][..], &stretch].concat()).await;
        let sum = |name: &str| -> i64 {
            let lines = counted["lines"].as_array().expect("lines").iter();
            lines.map(|line| line[name].as_i64().expect("a number")).sum()
        };
        assert_eq!((sum("reads"), sum("shown"), sum("not_cited"), sum("in_vain")), (4, 4, 3, 0));
        desk.close().await;
    }
}
