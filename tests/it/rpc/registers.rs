//! Registers over the wire: numbers given and stated, two books, the turn of the year, the printed book.

use lienthong::domain::catalogue::definition::Register;
use lienthong::domain::print::{Book, register};
use lienthong::grpc::convert::print::register_entry;
use lienthong_proto::v1;
use serde_json::{Value, json};
use tonic::Status;

use super::same_key::submit;
use crate::harness::agencies::{BANK, COURT_37, LAND_OFFICE, THADS, THADS_37};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::wire::{fields, reason};
use crate::harness::{Fixture, TestHub, documents};

const DAY: i64 = 86_400_000_000;

async fn opened(client: &Client, order: &Value) -> String {
    let reply = client.requests().submit(submit(order)).await.expect("accepted");
    reply.into_inner().receipts[0].enforcement_request_id.clone()
}

/// Registers a request, under a number of the recipient's own if one is stated.
async fn registered(client: &Client, by: Fixture, key: &str, id: &str, number: Option<&str>) -> Result<(), Status> {
    let mut own = json!({ "officer_id": by.officer_id().as_str(), "unit": "pgd.hoan-kiem" });
    if let Some(number) = number {
        own["registry_number"] = number.into();
    }
    let document = documents::small("acknowledge", key, by, id, &own);
    let content = Some(v1::acknowledge_request::Content::Document(document.to_string()));
    let ask = v1::AcknowledgeRequest {
        content,
        ..Default::default()
    };
    client.requests().acknowledge(ask).await.map(drop)
}

/// The whole of a register, read `size` lines at a time.
async fn lines(client: &Client, book: v1::Register, year: i32, size: i32) -> Vec<v1::RegisterEntry> {
    let mut ask = v1::ListRegisterRequest {
        register: book.into(),
        year,
        page_size: size,
        ..Default::default()
    };
    let mut lines = Vec::new();
    loop {
        let page = client
            .requests()
            .list_register(ask.clone())
            .await
            .expect("a page")
            .into_inner();
        lines.extend(page.entries);
        ask.page_token = page.next_page_token;
        if ask.page_token.is_empty() {
            return lines;
        }
    }
}

fn numbers(lines: &[v1::RegisterEntry]) -> Vec<&str> {
    lines.iter().map(|line| line.registry_number.as_str()).collect()
}

/// Without ids, which are new in each run.
fn printed(entries: Vec<v1::RegisterEntry>, book: Register, agency: &str) -> String {
    let entries: Vec<_> = entries
        .into_iter()
        .map(|line| register_entry(line).expect("a line"))
        .collect();
    let book = Book {
        register: book,
        year: 2026,
        agency_name: agency,
    };
    let html = register(&book, &entries);
    let body = html.split_once("<body>").expect("a body").1;
    body.replace("</tr>", "</tr>\n").replace("</td>", "</td>\n")
}

backends! {
    async fn two_books_count_by_themselves_and_a_stated_number_stands_once(database) {
        let hub = TestHub::start(&database).await;
        let (court, thads) = (hub.client(COURT_37).await, hub.client(THADS_37).await);
        let transfer = kind("judgment-transfer");
        let mut ids = Vec::new();
        for number in 1..=4 {
            let order = documents::order(&transfer, &format!("transfer-{number:04}"), COURT_37, &[THADS_37]);
            ids.push(opened(&court, &order).await);
        }
        registered(&thads, THADS_37, "ack-000001", &ids[0], None).await.expect("registered");
        registered(&thads, THADS_37, "ack-000002", &ids[1], Some("7/2026")).await.expect("registered");
        let refused = registered(&thads, THADS_37, "ack-000003", &ids[2], Some("7/2026")).await;
        let refused = refused.expect_err("taken");
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("REGISTRY_NUMBER_TAKEN", vec!["/registry_number".to_owned()]));
        registered(&thads, THADS_37, "ack-000004", &ids[2], None).await.expect("registered");
        let judgments = lines(&thads, v1::Register::Judgments, 2026, 2).await;
        assert_eq!(numbers(&judgments), ["1/2026", "7/2026", "8/2026"], "the hub goes on after a stated number");
        assert!(lines(&thads, v1::Register::Incoming, 2026, 2).await.is_empty(), "another book");
        assert!(lines(&court, v1::Register::Judgments, 2026, 2).await.is_empty(), "another agency's book");

        let line = &judgments[0];
        assert_eq!((line.enforcement_request_id.as_str(), line.channel()), (ids[0].as_str(), v1::Channel::Digital));
        assert_eq!(line.judgment.as_ref().expect("a judgment").number, "45/2026/DS-ST");
        assert_eq!(line.paper.as_ref().expect("a paper").number, "118/CV-TA");
        let parties: Vec<&str> = line.parties.iter().map(|party| party.full_name.as_str()).collect();
        assert_eq!(parties, ["Ngân hàng Thương mại cổ phần Giả Lập", "Nguyễn Văn Giả", "Phạm Thị Định"]);
        assert_eq!(line.officer_name, "Đinh Văn Trưởng");

        // A new year begins at 1; the old book stays as it is.
        hub.clock.advance_micros(50 * DAY);
        registered(&thads, THADS_37, "ack-000005", &ids[3], None).await.expect("registered");
        assert_eq!(numbers(&lines(&thads, v1::Register::Judgments, 2027, 50).await), ["1/2027"]);
        assert_eq!(numbers(&lines(&thads, v1::Register::Judgments, 0, 50).await), ["1/2027"], "this year");
        assert_eq!(lines(&thads, v1::Register::Judgments, 2026, 50).await, judgments);
        hub.stop().await;
        audit(&database).await;
    }

    async fn a_register_prints_with_the_columns_of_decree_152(database) {
        let hub = TestHub::start(&database).await;
        let (court, thads) = (hub.client(COURT_37).await, hub.client(THADS_37).await);
        let order = documents::order(&kind("judgment-transfer"), "transfer-0001", COURT_37, &[THADS_37]);
        let id = opened(&court, &order).await;
        registered(&thads, THADS_37, "ack-000001", &id, None).await.expect("registered");
        let judgments = lines(&thads, v1::Register::Judgments, 2026, 50).await;
        insta::assert_snapshot!("register_judgments", printed(judgments, Register::Judgments, "Thi hành án dân sự tỉnh Ninh Bình (giả lập)"));

        let (sender, bank, land) = (hub.client(THADS).await, hub.client(BANK).await, hub.client(LAND_OFFICE).await);
        let freeze = opened(&sender, &documents::order(&kind("account-freeze"), "freeze-0001", THADS, &[BANK])).await;
        let enquiry = opened(&sender, &documents::order(&kind("land-information"), "land-00001", THADS, &[LAND_OFFICE])).await;
        registered(&bank, BANK, "ack-000002", &freeze, Some("A-15")).await.expect("registered");
        registered(&land, LAND_OFFICE, "ack-000003", &enquiry, None).await.expect("registered");
        let incoming = lines(&bank, v1::Register::Incoming, 2026, 50).await;
        insta::assert_snapshot!("register_incoming", printed(incoming, Register::Incoming, "Ngân hàng thương mại cổ phần Giả Lập"));
        assert_eq!(numbers(&lines(&land, v1::Register::Incoming, 2026, 50).await), ["1/2026"]);
        hub.stop().await;
        audit(&database).await;
    }

    async fn many_that_are_registered_at_one_instant_stand_by_number_whatever_the_page(database) {
        let hub = TestHub::start(&database).await;
        let (sender, bank) = (hub.client(THADS).await, hub.client(BANK).await);
        let freeze = kind("account-freeze");
        for number in 1..=12 {
            let order = documents::order(&freeze, &format!("freeze-{number:04}"), THADS, &[BANK]);
            let id = opened(&sender, &order).await;
            registered(&bank, BANK, &format!("ack-{number:06}"), &id, None).await.expect("registered");
        }
        let expected: Vec<String> = (1..=12).map(|number| format!("{number}/2026")).collect();
        for size in [1, 5, 12, 200] {
            assert_eq!(numbers(&lines(&bank, v1::Register::Incoming, 2026, size).await), expected, "{size} lines a page");
        }
        let ask = |register: v1::Register, year, page_size| v1::ListRegisterRequest {
            register: register.into(),
            year,
            page_size,
            ..Default::default()
        };
        for (message, field) in [
            (ask(v1::Register::Unspecified, 2026, 0), "register"),
            (ask(v1::Register::Incoming, 1, 0), "year"),
            (ask(v1::Register::Incoming, 2026, 201), "page_size"),
            (v1::ListRegisterRequest { page_token: "x".to_owned(), ..ask(v1::Register::Incoming, 2026, 0) }, "page_token"),
        ] {
            let refused = bank.requests().list_register(message).await.expect_err("refused");
            assert_eq!(fields(&refused), [field]);
        }
        hub.stop().await;
    }
}
