//! Files that travel with documents, pages to print, registers, and the import of measures.

use super::{Desk, id_of};
use crate::harness::agencies::{BANK, LAND_OFFICE, OPERATOR, THADS};

const MEASURES: &str = "kind,holder,issuer,decision_number,decision_date,decision_office,amount,currency,start_time\n";

backends! {
    async fn an_attachment_goes_up_with_the_order_and_comes_down_whole(database) {
        let desk = Desk::open(&database).await;
        desk.write("qd.pdf", "%PDF-1.7 giả lập");
        let to = LAND_OFFICE.code_text();
        desk.text(THADS, &["template", "land-information", "order", "--to", to, "-O", "order.json"]).await;
        let send = ["send", "order.json", "--attach", "qd.pdf"];
        let order_sent = desk.ask(THADS, &send).await;
        assert_eq!(desk.ask(THADS, &send).await["receipts"], order_sent["receipts"], "the same files are the same order");
        let id = id_of(&order_sent);
        let request = desk.ask(LAND_OFFICE, &["get", &id, "--documents", "case"]).await;
        let document = &request["attachments"][0]["document"];
        assert_eq!((&document["name"], &document["media_type"]), (&"qd.pdf".into(), &"application/pdf".into()));
        let document = document["document_id"].as_str().expect("an id").to_owned();
        let kept = std::fs::read_to_string(desk.path(&format!("case/{document}-qd.pdf"))).expect("the attachment");
        assert_eq!(kept, "%PDF-1.7 giả lập");
        let order = request["files"][0].as_str().expect("a file");
        assert_eq!(desk.json(order)["attachments"][0]["name"], "qd.pdf");
        desk.ask(LAND_OFFICE, &["download", &document, "-O", "copy.pdf"]).await;
        assert_eq!(std::fs::read(desk.path("copy.pdf")).expect("a file"), kept.into_bytes());
        let missing = desk.run(BANK, &["download", &document, "-O", "stolen.pdf"]).await;
        assert_eq!(missing.status, 1);
        assert!(!desk.path("stolen.pdf").exists());
        let uploaded = desk.ask(THADS, &["upload", "qd.pdf"]).await;
        assert_eq!(desk.ask(THADS, &["upload", "qd.pdf"]).await["document_id"], uploaded["document_id"]);
        desk.close().await;
    }

    async fn papers_and_the_register_are_printed(database) {
        let desk = Desk::open(&database).await;
        let id = desk.order("land-information", THADS, LAND_OFFICE, "land.json").await;
        desk.ask(LAND_OFFICE, &["ack", &id, "--number", "77"]).await;
        let page = desk.text(THADS, &["print", &id, "order"]).await;
        assert!(page.contains("<html") && page.contains("Kính gửi"), "{page}");
        let nothing = desk.run(THADS, &["print", &id, "answer"]).await;
        assert_eq!(nothing.status, 1);
        let register = desk.ask(LAND_OFFICE, &["register"]).await;
        let line = &register["entries"][0];
        assert_eq!((&line["registry_number"], &line["enforcement_request_id"]), (&"77".into(), &id.as_str().into()));
        let csv = desk.text(LAND_OFFICE, &["register", "-o", "csv"]).await;
        assert!(csv.starts_with("registry_number,") && csv.contains("\r\n77,"), "{csv}");
        desk.text(LAND_OFFICE, &["register", "-o", "html", "-O", "book.html"]).await;
        assert!(std::fs::read_to_string(desk.path("book.html")).expect("a file").contains("Sổ văn bản đến"));
        desk.close().await;
    }

    async fn the_operator_imports_days_and_a_hub_tells_its_own(database) {
        let desk = Desk::open(&database).await;
        let head = "date,kind,name,source,certainty\n";
        desk.write("days.csv", &format!("{head}2027-02-04,holiday,Tết Đinh Mùi (28 Chạp),Thông báo giả lập,seen\n"));
        let import = ["calendar", "import", "days.csv"];
        let refused = desk.run(BANK, &import).await;
        assert_eq!(refused.status, 1);
        assert!(refused.stderr.contains("METHOD_NOT_ALLOWED"), "{}", refused.stderr);
        let first = desk.text(OPERATOR, &import).await;
        assert!(first.contains("1 days imported (calendar version 2)"), "{first}");
        assert_eq!(desk.text(OPERATOR, &import).await, first, "the same file is the same import");
        let listed = desk.text(BANK, &["calendar", "list", "--year", "2027"]).await;
        assert!(listed.contains("2027-02-04\tthứ Năm 04/02/2027\tngày lễ"), "{listed}");
        let none = desk.run(BANK, &["calendar", "list", "--year", "2031"]).await;
        assert!(none.status == 1 && none.stderr.contains("CALENDAR_MISSING"), "{}", none.stderr);
        desk.write("days.csv", &format!("{head}04/02/2027,holiday,Tết,x,y\n"));
        let faulty = desk.run(OPERATOR, &import).await;
        assert!(faulty.status == 2 && faulty.stderr.contains("line 2"), "{}", faulty.stderr);
        let place = desk.bare(&["place", "phường", "phủ", "lý"]).await;
        assert!(place.stdout.starts_with("13285\tPhường Phủ Lý\tNinh Bình\t"), "{}", place.stdout);
        assert_eq!(desk.bare(&["place", "99001"]).await.status, 1);
        desk.close().await;
    }

    async fn measures_are_imported_once_and_faults_are_told_by_line(database) {
        let desk = Desk::open(&database).await;
        let (bank, office) = (BANK.code_text(), THADS.code_text());
        let line = |number: u32| format!("account-freeze,{bank},{office},{number}/QĐ-CCTHADS,2025-03-04,Chi cục cũ,1500000,VND,2025-03-05\n");
        desk.write("measures.csv", &format!("{MEASURES}{}{}", line(1), line(2)));
        let first = desk.ask(BANK, &["measures", "import", "measures.csv"]).await;
        assert_eq!(first["registered"].as_array().expect("a list").len(), 2);
        desk.write("measures.csv", &format!("{MEASURES}{}{}{}", line(1), line(3), line(2)));
        let second = desk.ask(BANK, &["measures", "import", "measures.csv"]).await;
        assert_eq!((&second["registered"][0]["line"], &second["skipped_lines"]), (&3.into(), &serde_json::json!([2, 4])));
        let listed = desk.ask(THADS, &["measures", "list", "--kind", "account-freeze"]).await;
        assert_eq!(listed["measures"].as_array().expect("a list").len(), 3);

        desk.write("measures.csv", &format!("{MEASURES}account-freeze,{bank},{office},9,04/03/2025,,x,VND,2025-03-05\n"));
        let faulty = desk.run(BANK, &["measures", "import", "measures.csv"]).await;
        assert_eq!(faulty.status, 2);
        for place in ["line 2, column decision_date", "line 2, column amount", "dòng 2, cột amount"] {
            assert!(faulty.stderr.contains(place), "{place}: {}", faulty.stderr);
        }
        let with_accounts = format!("{},accounts\n", MEASURES.trim_end());
        let accounts = format!("account-freeze,{bank},{office},55/QĐ-CCTHADS,2025-03-04,Chi cục cũ,7,USD,2025-03-05,0011-0012; 0011.0013\n");
        desk.write("measures.csv", &format!("{with_accounts}{accounts}"));
        desk.ask(BANK, &["measures", "import", "measures.csv"]).await;
        let found = desk.ask(THADS, &["measures", "on-account", "0011 0013"]).await;
        assert_eq!(found["holds"][0]["decision_number"], "55/QĐ-CCTHADS");
        assert_eq!(found["holds"][0]["measure"]["in_force"], true);
        let told = desk.text(BANK, &["measures", "on-account", "00110012", "--holder", bank]).await;
        for said in ["1. Biện pháp từ ngoài cổng, đang có hiệu lực", "55/QĐ-CCTHADS (04/03/2025), Chi cục cũ", "7,00 USD", "Cổng chỉ nêu những gì đã biết"] {
            assert!(told.contains(said), "{said}: {told}");
        }
        let none = desk.text(BANK, &["measures", "on-account", "00110014"]).await;
        assert!(none.starts_with("Chưa ghi nhận văn bản nào"), "{none}");
        let wrong = desk.run(BANK, &["measures", "on-account", "số 12"]).await;
        assert!(wrong.status == 1 && wrong.stderr.contains("account") && !wrong.stderr.contains("số 12"), "{}", wrong.stderr);
        let wrong = format!("account-freeze,{bank},{office},56/QĐ-CCTHADS,2025-03-04,Chi cục cũ,7,USD,2025-03-05,x_1\n");
        desk.write("measures.csv", &format!("{with_accounts}{wrong}"));
        let refused = desk.run(BANK, &["measures", "import", "measures.csv"]).await;
        assert!(refused.status == 1 && refused.stderr.contains("line 2, accounts"), "{}", refused.stderr);
        desk.write("measures.csv", &format!("{MEASURES}{}account-freeze,{bank},KHONG-CO,9,2025-03-04,,,,2025-03-05\n", line(8)));
        let refused = desk.run(BANK, &["measures", "import", "measures.csv"]).await;
        assert_eq!(refused.status, 1, "{}", refused.stderr);
        desk.close().await;
    }
}
