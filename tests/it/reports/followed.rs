//! What is followed to its end: complaints and letters, administrative judgments, judgments asked for. Counted by hand.

use serde_json::{Value, json};

use super::{all_rows, every_list_adds_up, number, row, rows, run};
use crate::harness::agencies::{BANK, COURT_37, FATHERLAND_FRONT_37, PROCURACY_37, THADS_37, UBND_PHU_LY};
use crate::harness::wire::{fields, reason};
use crate::lives::world::World;

const THADS_37_NAME: &str = "Thi hành án dân sự tỉnh Ninh Bình";

const PERIOD: &str = "period=2026-11-01..2026-12-31";
const FIGURES: [&str; 8] = [
    "received",
    "in_time",
    "late",
    "no_limit",
    "returned",
    "open",
    "under_way",
    "overdue",
];

fn figures(row: &Value) -> [i128; 8] {
    FIGURES.map(|key| number(&row[key]))
}

const fn one(_figure: &str, _row: &Value) -> i128 {
    1
}

/// Five complaints and three reflections of the Fatherland Front, and two decision copies, as they stand on 24/12/2026: of complaints
/// one was resolved in time, one late, one is overdue, one under way, one came back; of reflections one each is answered, open and overdue.
async fn letters(world: &World) {
    world.at("2026-11-30T09:00");
    let complaint = async |matter: &'static str| {
        let with = move |order: &mut Value| order["payload"]["matter"] = matter.into();
        world
            .open_with("complaint-transfer", FATHERLAND_FRONT_37, THADS_37, with)
            .await
    };
    let reflection = async || world.open("public-reflection", FATHERLAND_FRONT_37, THADS_37).await;
    let (in_time, late, overdue) = (
        complaint("FIRST_BEFORE_COERCION").await,
        complaint("FIRST_BEFORE_COERCION").await,
        complaint("FIRST_BEFORE_COERCION").await,
    );
    let (under_way, returned) = (complaint("FIRST_COERCION").await, complaint("FIRST_COERCION").await);
    let (answered, _silent) = (reflection().await, reflection().await);
    world.open("complaint-decision-copy", THADS_37, PROCURACY_37).await;
    world.at("2026-12-03T10:00");
    let papers = json!({ "reason": { "code": "MISSING_PAPERS", "text": "Thiếu đơn." } });
    returned.send_back(THADS_37, &papers).await.expect("sent back");
    for accepted in [&in_time, &late, &overdue, &under_way] {
        accepted.acknowledge().await;
        accepted.answer("ACCEPTED").await;
    }
    answered.answer("RESOLVED").await;
    world.at("2026-12-17T10:00");
    in_time.answer("KEPT").await;
    world.at("2026-12-22T09:00");
    reflection().await;
    world.open("complaint-decision-copy", THADS_37, PROCURACY_37).await;
    world.at("2026-12-24T09:00");
    let decided = |answer: &mut Value| answer["payload"]["decision"]["date"] = "2026-12-24".into();
    late.answer_with("CANCELLED", decided).await.expect("answered");
}

backends! {
    async fn complaints_and_letters_are_told_by_who_must_answer_against_all_in_time(database) {
        let world = World::start(&database).await;
        letters(&world).await;
        let client = world.client(THADS_37);
        let told = rows(client, &format!("complaints?{PERIOD}")).await;
        assert_eq!(told.len(), 2, "the agency and the sum");
        for line in &told {
            assert_eq!(figures(line), [8, 2, 1, 0, 1, 1, 1, 2]);
            let share = |key: &str| line[key].as_str().expect("a share").to_owned();
            // 3 of 7 resolved; 2 of the 5 whose time is over.
            assert_eq!(["done_share", "in_time_share", "target", "to_target"].map(share), ["42.9", "40.0", "100.0", "-60.0"]);
        }
        assert_eq!(every_list_adds_up(client, &format!("complaints?{PERIOD}"), one).await, FIGURES.len());
        let kinds = rows(client, &format!("complaints?{PERIOD}&by=kind")).await;
        let of = |begins: &str| figures(row(&kinds, "name", begins));
        assert_eq!(of("Chuyển đơn khiếu nại"), [5, 1, 1, 0, 1, 0, 1, 1]);
        assert_eq!(of("Chuyển thông tin tố cáo"), [0; 8]);
        assert_eq!(of("Phản ánh"), [3, 1, 0, 0, 0, 1, 0, 1]);
        assert_eq!(of("Gửi quyết định giải quyết khiếu nại"), [2, 1, 1, 0, 0, 0, 0, 0]);
        assert_eq!(of("Tổng số đơn thư"), [8, 2, 1, 0, 1, 1, 1, 2], "decision copies are no letters");
        assert_eq!(every_list_adds_up(client, &format!("complaints?{PERIOD}&by=kind"), one).await, 3 * FIGURES.len());
        // What was sent in December alone.
        assert_eq!(figures(rows(client, "complaints?period=2026-12").await.last().expect("a sum")), [1, 0, 0, 0, 0, 1, 0, 0]);
        world.end(&database).await;
    }

    async fn who_sent_the_letters_follows_them_and_who_supervises_sees_figures_alone(database) {
        let world = World::start(&database).await;
        letters(&world).await;
        let front = world.client(FATHERLAND_FRONT_37);
        let told = rows(front, &format!("complaints?{PERIOD}")).await;
        assert_eq!(figures(row(&told, "name", THADS_37_NAME)), [8, 2, 1, 0, 1, 1, 1, 2]);
        assert_eq!(every_list_adds_up(front, &format!("complaints?{PERIOD}"), one).await, FIGURES.len());
        let procuracy = world.client(PROCURACY_37);
        let told = rows(procuracy, &format!("complaints?{PERIOD}&agency={}", THADS_37.code_text())).await;
        assert_eq!(figures(&told[0]), [8, 2, 1, 0, 1, 1, 1, 2]);
        assert!(told.iter().all(|row| row.get("lists").is_none()));
        let kinds = rows(procuracy, &format!("complaints?{PERIOD}&by=kind")).await;
        assert_eq!(figures(row(&kinds, "name", "Gửi quyết định"))[..3], [2, 1, 1]);
        let list = |of: &str, more: &str| format!("followed-list?{PERIOD}&agency={of}&figure=received{more}");
        let of = THADS_37.code_text();
        for (by, reference) in [
            (BANK, format!("complaints?{PERIOD}&agency={of}")),
            (PROCURACY_37, list(of, "")),
            (BANK, list(of, "&partner=GIA-LAP.MTTQ.37")),
        ] {
            let refused = run(world.client(by), &reference).await.expect_err("not theirs");
            assert_eq!(reason(&refused), "AGENCY_NOT_FOUND", "{reference}");
        }
        let listed = run(front, &list(of, "&partner=GIA-LAP.MTTQ.37")).await.expect("a list");
        assert_eq!(listed["rows"].as_array().expect("rows").len(), 8);
        for person in ["Trần Thị Mẫu", "Khiếu nại việc", "Nguyễn Văn Giả"] {
            assert!(!listed.to_string().contains(person), "{person}");
        }
        let mixed = list(of, "&partner=GIA-LAP.MTTQ.37&kind=complaint-decision-copy,public-reflection");
        assert_eq!(fields(&run(front, &mixed).await.expect_err("apart")), ["parameters.kind"]);
        world.end(&database).await;
    }

    async fn administrative_judgments_are_followed_by_the_agency_and_by_who_must_execute_them(database) {
        let world = World::start(&database).await;
        world.at("2026-11-30T09:00");
        let order = async || world.open("administrative-enforcement-order", COURT_37, THADS_37).await;
        let notice = async || world.open("administrative-execution-notice", THADS_37, UBND_PHU_LY).await;
        let (in_time, late, no_session) = (order().await, order().await, order().await);
        let (executed, _silent) = (notice().await, notice().await);
        world.at("2026-12-02T10:00");
        in_time.answer("SESSION_HELD").await;
        no_session.acknowledge().await;
        // Progress alone is no working session: the clock goes on.
        no_session.answer("IN_PROGRESS").await;
        executed.answer("EXECUTED").await;
        world.at("2026-12-10T10:00");
        late.answer("EXECUTED").await;
        let client = world.client(THADS_37);
        let reference = format!("administrative-judgments?{PERIOD}");
        let told = rows(client, &reference).await;
        let own = row(&told, "name", THADS_37_NAME);
        assert_eq!(figures(own), [3, 1, 1, 0, 0, 0, 0, 1]);
        assert_eq!((&own["done_share"], &own["in_time_share"]), (&json!("66.7"), &json!("33.3")));
        let obligor = row(&told, "name", "Ủy ban nhân dân phường Phủ Lý");
        assert_eq!(figures(obligor), [2, 1, 0, 0, 0, 0, 0, 1]);
        assert_eq!((&obligor["done_share"], &obligor["to_target"]), (&json!("50.0"), &json!("-50.0")));
        assert_eq!(figures(told.last().expect("a sum")), [5, 2, 1, 0, 0, 0, 0, 2]);
        assert_eq!(every_list_adds_up(client, &reference, one).await, 2 * FIGURES.len());
        // The obligor reads how it does itself, the court what became of its orders.
        assert_eq!(figures(&rows(world.client(UBND_PHU_LY), &reference).await[0]), [2, 1, 0, 0, 0, 0, 0, 1]);
        assert_eq!(figures(&rows(world.client(COURT_37), &reference).await[0]), [3, 1, 1, 0, 0, 0, 0, 1]);
        world.end(&database).await;
    }

    async fn judgments_asked_for_come_are_declined_or_stay_away(database) {
        let world = World::start(&database).await;
        world.at("2026-11-30T09:00");
        let ask = async |number: &'static str| {
            let with = move |order: &mut Value| order["payload"]["judgment"]["number"] = number.into();
            world.open_with("judgment-request", THADS_37, COURT_37, with).await
        };
        let (came, declined, _silent) = (ask("1/2026/DS-ST").await, ask("2/2026/DS-ST").await, ask("3/2026/DS-ST").await);
        world.at("2026-12-03T09:00");
        came.answer("TRANSFERRED").await;
        declined.answer("NO_SUCH_JUDGMENT").await;
        world.at("2026-12-22T09:00");
        ask("4/2026/DS-ST").await;
        let reference = format!("judgment-requests?{PERIOD}");
        for by in [THADS_37, COURT_37] {
            let told = rows(world.client(by), &reference).await;
            assert_eq!(told.len(), 1);
            let of = |key: &str| number(&told[0][key]);
            assert_eq!(["asked", "transferred", "declined", "returned", "not_transferred", "overdue"].map(of), [4, 1, 1, 0, 2, 1]);
            assert_eq!(told[0]["oldest"], "2026-11-30");
            assert_eq!(every_list_adds_up(world.client(by), &reference, one).await, 6);
        }
        let listed = all_rows(world.client(THADS_37), &format!("judgment-request-list?{PERIOD}&figure=not_transferred"), 1).await;
        let numbers: Vec<&Value> = listed.iter().map(|row| &row["number"]).collect();
        assert_eq!(numbers, ["3/2026/DS-ST", "4/2026/DS-ST"]);
        // Five working days from Monday 30/11/2026.
        assert_eq!((&listed[0]["due"], &listed[0]["standing"]), (&json!("2026-12-07"), &json!("Chưa trả lời, quá hạn")));
        let supervised = rows(world.client(PROCURACY_37), &format!("{reference}&agency={}", THADS_37.code_text())).await;
        assert_eq!((number(&supervised[0]["asked"]), supervised[0].get("lists")), (4, None));
        let refused = run(world.client(BANK), &format!("{reference}&agency={}", THADS_37.code_text())).await.expect_err("hidden");
        assert_eq!(reason(&refused), "AGENCY_NOT_FOUND");
        world.end(&database).await;
    }
}
