//! The sheets as a whole, from the catalogue's examples. All people and agencies are invented.

use serde_json::json;

use super::*;
use crate::domain::agency::Channel;
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::definition::Register;
use crate::domain::document::step::ServiceWay;
use crate::domain::document::{AnswerDocument, OrderDocument, ServeDocument, parse};
use crate::domain::ids::{AgencyCode, KindCode};
use crate::domain::register::{Judgment, Paper, RegisterEntry, RegisterParty};
use crate::domain::time::Timestamp;
use crate::domain::workflow::State;

fn names() -> BTreeMap<String, AgencyName> {
    let name = |code: &str, name: &str, superior: &str| {
        let name = AgencyName {
            name: name.to_owned(),
            superior: superior.to_owned(),
        };
        (code.to_owned(), name)
    };
    BTreeMap::from([
        name(
            "GIA-LAP.THADS.01",
            "Thi hành án dân sự thành phố Giả Lập",
            "Cục Quản lý thi hành án dân sự",
        ),
        name("GIA-LAP.NH.970999", "Ngân hàng thương mại cổ phần Giả Lập", ""),
        name("GIA-LAP.TAND.37.1", "Tòa án nhân dân khu vực 1 - Giả Lập", ""),
        name("GIA-LAP.THADS.37", "Thi hành án dân sự tỉnh Giả Lập", ""),
    ])
}

fn proof() -> Proof {
    Proof {
        request_id: "req_019aa9c0a1007000800000000000abcd".to_owned(),
        log_index: Some(1_234),
    }
}

/// Every sheet of a kind's examples, by name.
fn sheets(code: &str) -> Vec<(String, String)> {
    let catalogue = Catalogue::embedded().unwrap();
    let kind = catalogue.newest(&KindCode::parse(code).unwrap()).unwrap();
    let (form, agencies, proof) = (Form::of(kind), names(), proof());
    let sheet = Sheet {
        form: &form,
        agencies: &agencies,
        proof: &proof,
    };
    let document: OrderDocument = parse(kind.order_example.as_bytes()).unwrap();
    let recipient = document.recipients.first().unwrap();
    let mut sheets = vec![
        (format!("{code}.order"), order(&document, &sheet)),
        (
            format!("{code}.minutes"),
            service_minutes(&document, recipient, None, &sheet),
        ),
    ];
    for (outcome, example) in &kind.answer_examples {
        if let Ok(given) = parse::<AnswerDocument>(example.as_bytes()) {
            sheets.push((format!("{code}.{outcome}"), answer(&given, &document.agency, &sheet)));
        }
    }
    sheets
}

fn served(way: ServiceWay, own: &Value) -> ServeDocument {
    let mut document = json!({
        "schema": "lienthong/serve/1",
        "idempotency_key": "vi-du-serve-0001",
        "agency": "GIA-LAP.THADS.01",
        "enforcement_request_id": "req_019aa9c0a1007000800000000000abcd",
        "served_time": "2026-11-23T09:05:00+07:00",
        "way": way.as_str(),
        "head": {
            "number": "07", "symbol": "BB-THADS", "place": "Giả Lập", "date": "2026-11-23", "subject": "Biên bản giao văn bản",
            "signer": {"officer_id": "chv.tran.thi.lap", "full_name": "Trần Thị Lập", "position": "Chấp hành viên"},
        },
    });
    for (name, value) in own.as_object().unwrap() {
        document[name] = value.clone();
    }
    parse(document.to_string().as_bytes()).unwrap()
}

fn minutes(served: Option<&ServeDocument>) -> String {
    let catalogue = Catalogue::embedded().unwrap();
    let kind = catalogue.newest(&KindCode::parse("account-freeze").unwrap()).unwrap();
    let (form, agencies, proof) = (Form::of(kind), names(), proof());
    let sheet = Sheet {
        form: &form,
        agencies: &agencies,
        proof: &proof,
    };
    let document: OrderDocument = parse(kind.order_example.as_bytes()).unwrap();
    service_minutes(
        &document,
        &AgencyCode::parse("GIA-LAP.NH.970999").unwrap(),
        served,
        &sheet,
    )
}

fn taken() -> ServeDocument {
    let receiver = json!({"full_name": "Ngô Văn Giấy", "position": "Văn thư"});
    served(ServiceWay::ByHand, &json!({ "receiver": receiver }))
}

fn posted() -> ServeDocument {
    let refusal =
        json!({"explanation": "Lễ tân không nhận, không gọi người có trách nhiệm.", "witness": "Đào Thị Chứng"});
    served(ServiceWay::Posting, &json!({ "refusal": refusal }))
}

fn entry(number: &str, channel: Channel) -> RegisterEntry {
    let party = |name: &str, address: &str| RegisterParty {
        full_name: name.to_owned(),
        address: address.to_owned(),
    };
    RegisterEntry {
        registry_number: number.to_owned(),
        registered: Timestamp::parse_rfc3339("2026-11-20T09:30:00+07:00").unwrap(),
        received: Timestamp::parse_rfc3339("2026-11-20T09:00:00+07:00").unwrap(),
        channel,
        way: (channel == Channel::Paper).then_some(ServiceWay::Post),
        request_id: "req_019aa9c0a1007000800000000000abcd".to_owned(),
        kind: "judgment-transfer".to_owned(),
        kind_title: "Chuyển giao bản án, quyết định".to_owned(),
        sender: "GIA-LAP.TAND.37.1".to_owned(),
        sender_name: "Tòa án nhân dân khu vực 1 - Giả Lập".to_owned(),
        paper: Some(Paper {
            number: "118/CV-TA".to_owned(),
            date: "2026-11-20".to_owned(),
            subject: "V/v chuyển giao bản án đã có hiệu lực pháp luật".to_owned(),
        }),
        judgment: Some(Judgment {
            number: "45/2026/DS-ST".to_owned(),
            date: "2026-10-05".to_owned(),
            court: "Tòa án nhân dân khu vực 1 - Giả Lập".to_owned(),
        }),
        parties: vec![
            party(
                "Ngân hàng Thương mại cổ phần Giả Lập",
                "Số 2 phố Giả Lập, phường Hoàn Kiếm, thành phố Hà Nội",
            ),
            party("Nguyễn Văn <Giả>", ""),
        ],
        attachments: vec!["ban-an-45.pdf".to_owned()],
        unit_name: "Phòng thi hành án dân sự khu vực 1".to_owned(),
        officer_name: "Trần Thị Lập".to_owned(),
        state: State::Answered,
        outcome: "RECEIVED".to_owned(),
        outcome_title: "Đã nhận đủ".to_owned(),
    }
}

fn printed(book: Register, entries: &[RegisterEntry]) -> String {
    let book = Book {
        register: book,
        year: 2026,
        agency_name: "Thi hành án dân sự tỉnh Giả Lập",
    };
    register(&book, entries)
}

/// The text between tags.
fn words(html: &str) -> String {
    let body = html.split_once("<body>").unwrap().1;
    let text = body
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    text.filter(|text| !text.trim().is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn an_order_stands_on_paper_as_decree_30_lays_it_out() {
    let sheets = sheets("account-freeze");
    insta::assert_snapshot!("order", words(&sheets[0].1));
}

#[test]
fn an_answer_stands_on_paper_with_its_lines_and_sums() {
    let sheets = sheets("account-freeze");
    let (_, held) = sheets.iter().find(|(name, _)| name.ends_with("HELD_FULL")).unwrap();
    insta::assert_snapshot!("answer", words(held));
}

#[test]
fn every_example_of_every_kind_prints_without_a_code_or_an_english_name_in_sight() {
    let catalogue = Catalogue::embedded().unwrap();
    for kind in catalogue.kinds() {
        for (name, html) in sheets(kind.code().as_str()) {
            let text = words(&html);
            for line in text.lines() {
                let is_code =
                    line.len() > 3 && line.contains('_') && line.chars().all(|c| c.is_ascii_uppercase() || c == '_');
                assert!(!is_code, "{name}: {line}");
            }
            assert!(!text.contains("null") && !text.contains("{\""), "{name}");
        }
    }
}

#[test]
fn minutes_are_blank_before_the_hand_over_and_say_after_it_what_happened() {
    insta::assert_snapshot!("minutes_blank", words(&minutes(None)));
    insta::assert_snapshot!("minutes_taken", words(&minutes(Some(&taken()))));
    insta::assert_snapshot!("minutes_posted", words(&minutes(Some(&posted()))));
}

#[test]
fn a_register_has_the_columns_of_decree_152_and_escapes_what_stands_in_it() {
    let erased = RegisterEntry {
        paper: None,
        judgment: None,
        parties: Vec::new(),
        attachments: Vec::new(),
        ..entry("03", Channel::Digital)
    };
    let entries = [
        entry("1/2026", Channel::Digital),
        entry("2/2026", Channel::Paper),
        erased,
    ];
    let html = printed(Register::Judgments, &entries);
    assert!(html.contains("Nguyễn Văn &lt;Giả&gt;") && html.contains("A4 landscape"));
    insta::assert_snapshot!("register_judgments", words(&html));
    insta::assert_snapshot!("register_incoming", words(&printed(Register::Incoming, &entries)));
}

#[test]
fn what_an_agency_writes_cannot_become_markup() {
    let catalogue = Catalogue::embedded().unwrap();
    let kind = catalogue.newest(&KindCode::parse("account-freeze").unwrap()).unwrap();
    let mut example: Value = serde_json::from_str(&kind.order_example).unwrap();
    let evil = "<script>alert(1)</script>";
    for pointer in [
        "/head/number",
        "/head/place",
        "/head/subject",
        "/head/signer/full_name",
        "/legal_basis/0",
        "/case/judgment/court",
        "/contact/phone",
        "/payload/note",
        "/payload/debtor/full_name",
        "/payload/accounts/0/branch",
    ] {
        let place = example.pointer_mut(pointer).unwrap();
        *place = if pointer == "/head/number" { "<b>" } else { evil }.into();
    }
    let document: OrderDocument = parse(example.to_string().as_bytes()).unwrap();
    let (form, agencies, proof) = (Form::of(kind), BTreeMap::new(), proof());
    let sheet = Sheet {
        form: &form,
        agencies: &agencies,
        proof: &proof,
    };
    let recipient = document.recipients.first().unwrap();
    for html in [
        order(&document, &sheet),
        service_minutes(&document, recipient, None, &sheet),
    ] {
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script") && !html.contains("<b><"));
    }
}

/// For eyes: `LIENTHONG_PRINT=folder cargo test --lib print` leaves every sheet there.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a developer's switch for this test, no setting of the hub"
)]
fn the_sheets_can_be_looked_at() {
    let Some(folder) = std::env::var_os("LIENTHONG_PRINT") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    let catalogue = Catalogue::embedded().unwrap();
    let kinds = catalogue.kinds().flat_map(|kind| sheets(kind.code().as_str()));
    let own = [
        ("minutes.taken", minutes(Some(&taken()))),
        ("minutes.posted", minutes(Some(&posted()))),
        ("register.incoming", printed(Register::Incoming, &many())),
        ("register.judgments", printed(Register::Judgments, &many())),
    ];
    let own = own.map(|(name, html)| (name.to_owned(), html));
    for (name, html) in kinds.chain(own) {
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
}

fn many() -> Vec<RegisterEntry> {
    let channel = |number: usize| {
        if number.is_multiple_of(5) {
            Channel::Paper
        } else {
            Channel::Digital
        }
    };
    (1..=40)
        .map(|number| entry(&format!("{number}/2026"), channel(number)))
        .collect()
}
