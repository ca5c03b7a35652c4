//! Regulations between agencies (quy chế phối hợp): shorter and further clocks, and outcomes, for those who agreed and for nobody else.

use std::fs;
use std::path::Path;

use lienthong::domain::deadline::Deadline;
use lienthong::domain::ids::RequestId;
use lienthong::domain::viewer::Viewer;
use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use tonic::Status;

use super::world::{World, at};
use crate::harness::agencies::{LAND_OFFICE, THADS, THADS_37};
use crate::harness::commands::{kind, write_catalogue};
use crate::harness::wire::fields;
use crate::harness::{Fixture, documents};

const REGULATION: &str = r#"
title_vi = "Quy chế phối hợp với cơ quan đăng ký đất đai (giả lập)"
title_en = "Regulation with the land office (synthetic)"
basis = "Quy chế số 01/QCPH-GIA-LAP ngày 01/9/2026"
effective_from = "2026-09-01"

[applies]
kinds = ["land-information"]
sender_province = "37"
recipient = "GIA-LAP.VPDKDD.01"

[[shorten]]
clock = "answer"
limit = { amount = 1, unit = "working_days" }
basis = "Khoản 2 Điều 5 Quy chế số 01/QCPH-GIA-LAP"
nature = "policy"
certainty = "V"

[[deadline]]
name = "confirm"
regimes = ["2025"]
obligor = "RECIPIENT"
starts_on = "AVAILABLE"
stops_on = ["acknowledge"]
limit = { amount = 2, unit = "working_hours" }
basis = "Điều 6 Quy chế số 01/QCPH-GIA-LAP"
nature = "policy"
certainty = "V"

[[outcome]]
code = "BRANCH_ANSWERS"
title_vi = "Chi nhánh trả lời trực tiếp"
title_en = "A branch answers by itself"
final = true
optional = ["/note"]
"#;

/// The catalogue of the binary, and the regulation.
fn catalogue_in(folder: &Path) {
    write_catalogue(folder);
    fs::create_dir(folder.join("regulations")).expect("a folder");
    fs::write(folder.join("regulations/dat-dai-37.toml"), REGULATION).expect("written");
}

async fn clocks(world: &World, by: Fixture, id: &str) -> Vec<Deadline> {
    let (viewer, id) = (Viewer::whole(&by.code()), RequestId::parse(id).expect("an id"));
    let told = world.hub.app().request(&viewer, &id, false).await.expect("a request");
    told.view.deadlines
}

/// An answer by the outcome of the regulation.
fn answer_of(by: Fixture, id: &str) -> String {
    let mut answer = documents::answer(&kind("land-information"), "NOT_FOUND", &format!("agreed:{id}"), by, id);
    answer["outcome"] = "BRANCH_ANSWERS".into();
    answer["payload"] = serde_json::json!({});
    answer.to_string()
}

/// Tries that answer; gives the fields at fault.
async fn tried(world: &World, by: Fixture, id: &str) -> Vec<String> {
    let ask = v1::ValidateRequest {
        kind: "land-information".to_owned(),
        document: Some(v1::validate_request::Document::Answer(answer_of(by, id))),
        ..Default::default()
    };
    let client = world.client(by).await;
    let told = client
        .raw(Rpc::CatalogueServiceValidate, ask.encode_to_vec())
        .await
        .expect("tried");
    let told = v1::ValidateResponse::decode(told.as_slice()).expect("a reply");
    told.violations.into_iter().map(|fault| fault.field).collect()
}

/// Sends that answer.
async fn answer(world: &World, by: Fixture, id: &str) -> Result<(), Status> {
    let ask = v1::AnswerRequest {
        content: Some(v1::answer_request::Content::Document(answer_of(by, id))),
        expected_version: 0,
    };
    let mut requests = world.client(by).await.requests();
    requests.answer(ask).await.map(|_| ())
}

backends! {
    async fn what_two_agencies_agreed_holds_between_them_alone(database) {
        let folder = tempfile::tempdir().expect("a folder");
        catalogue_in(folder.path());
        let world = World::start_with(&database, |settings| settings.catalogue = Some(folder.path().to_owned())).await;
        // Friday 20/11/2026, 09:00.
        let near = world.open("land-information", THADS_37, LAND_OFFICE).await;
        let far = world.open("land-information", THADS, LAND_OFFICE).await;

        let of = |clocks: &[Deadline], name: &str| clocks.iter().find(|clock| clock.name == name).cloned();
        let agreed = clocks(&world, THADS_37, &near).await;
        let lawful = clocks(&world, THADS, &far).await;
        let (short, long) = (of(&agreed, "answer").expect("a clock"), of(&lawful, "answer").expect("a clock"));
        assert_eq!(short.due, Some(at("2026-11-23T23:59:59.999999")), "the next working day");
        assert_eq!(long.due, Some(at("2026-11-26T23:59:59.999999")), "the third, the 24th being a day off by the calendar");
        assert_eq!(short.basis, "Khoản 2 Điều 5 Quy chế số 01/QCPH-GIA-LAP");
        assert!(long.basis.starts_with("Điểm c khoản 6 Điều 37"), "{}", long.basis);
        let confirm = of(&agreed, "confirm").expect("the clock that was agreed");
        assert_eq!(confirm.due, Some(at("2026-11-20T11:00:00")));
        assert_eq!(agreed.last().map(|clock| clock.name.as_str()), Some("confirm"), "after the kind's own");
        assert!(of(&lawful, "confirm").is_none());

        world.acknowledge(LAND_OFFICE, &near).await;
        world.acknowledge(LAND_OFFICE, &far).await;
        assert_eq!(tried(&world, LAND_OFFICE, &near).await, [""; 0]);
        assert_eq!(tried(&world, LAND_OFFICE, &far).await, ["/outcome"], "a trial says what the answer would get");
        answer(&world, LAND_OFFICE, &near).await.expect("their own outcome");
        let refused = answer(&world, LAND_OFFICE, &far).await.expect_err("nobody agreed on it there");
        assert_eq!(fields(&refused), ["/outcome"]);
        assert!(clocks(&world, THADS, &far).await.iter().any(Deadline::is_open), "nothing has happened");
        world.end(&database).await;
    }

    async fn a_clock_that_runs_stays_as_it_began_when_the_regulation_goes(database) {
        let folder = tempfile::tempdir().expect("a folder");
        catalogue_in(folder.path());
        let mut without = None;
        let world = World::start_with(&database, |settings| {
            without = Some(settings.clone());
            settings.catalogue = Some(folder.path().to_owned());
        });
        let world = world.await;
        let id = world.open("land-information", THADS_37, LAND_OFFICE).await;
        let before = clocks(&world, THADS_37, &id).await;
        let world = world.again(without.expect("settings")).await;
        assert_eq!(clocks(&world, THADS_37, &id).await, before);
        let later = world.open("land-information", THADS_37, LAND_OFFICE).await;
        let clocks = clocks(&world, THADS_37, &later).await;
        assert!(clocks.iter().all(|clock| !clock.basis.contains("Quy chế")), "the law's");
        world.end(&database).await;
    }
}
