//! The calendar and computed deadlines over the wire.

use lienthong_proto::{Rpc, v1};
use prost::Message as _;

use crate::harness::TestHub;
use crate::harness::agencies::{BANK, OPERATOR};
use crate::harness::hub::Client;
use crate::harness::wire::reason;

fn day(date: &str, kind: v1::DayKind) -> v1::CalendarDay {
    v1::CalendarDay {
        date: date.to_owned(),
        kind: kind.into(),
        name: "Ngày giả lập".to_owned(),
        basis: "Thông báo giả lập".to_owned(),
        ..Default::default()
    }
}

fn import(key: &str, days: Vec<v1::CalendarDay>) -> v1::ImportCalendarDaysRequest {
    v1::ImportCalendarDaysRequest {
        idempotency_key: key.to_owned(),
        days,
    }
}

async fn list(client: &Client, ask: &v1::ListCalendarDaysRequest) -> v1::ListCalendarDaysResponse {
    let reply = client
        .send(Rpc::CalendarServiceListCalendarDays, ask)
        .await
        .expect("days");
    v1::ListCalendarDaysResponse::decode(reply.as_slice()).expect("a message")
}

fn question(from: &str) -> v1::ComputeDeadlineRequest {
    v1::ComputeDeadlineRequest {
        kind: "land-information".to_owned(),
        from: from.to_owned(),
        deadline_name: "answer".to_owned(),
        ..Default::default()
    }
}

async fn due(client: &Client, ask: &v1::ComputeDeadlineRequest) -> String {
    let reply = client
        .send(Rpc::TrackingServiceComputeDeadline, ask)
        .await
        .expect("deadlines");
    let reply = v1::ComputeDeadlineResponse::decode(reply.as_slice()).expect("a message");
    let [deadline] = reply.deadlines.as_slice() else {
        panic!("{reply:?}")
    };
    let last = deadline.trace.last().expect("a trace");
    assert_eq!(last.kind(), v1::TraceStepKind::Due);
    last.date.clone()
}

backends! {
    async fn the_operator_imports_days_and_everybody_counts_on_them_at_once(database) {
        let hub = TestHub::start(&database).await;
        let (operator, bank) = (hub.client(OPERATOR).await, hub.client(BANK).await);
        let ask = v1::ListCalendarDaysRequest { year: 2026, ..Default::default() };
        let before = list(&bank, &ask).await;
        assert_eq!(before.version, 1);
        assert!(before.years.iter().all(|year| year.year == 2026 && year.has_data));
        assert!(before.days.iter().any(|day| day.date == "2026-11-24" && day.origin() == v1::DayOrigin::Catalogue));
        let from = "2026-11-20T09:00:00+07:00";
        assert_eq!(due(&bank, &question(from)).await, "2026-11-26");

        let message = import("import-by-rpc", vec![day("2026-11-25", v1::DayKind::Holiday)]);
        let reply = operator.send(Rpc::CalendarServiceImportCalendarDays, &message).await.expect("an import");
        let reply = v1::ImportCalendarDaysResponse::decode(reply.as_slice()).expect("a message");
        assert_eq!((reply.version, reply.moved_requests, reply.more), (2, 0, false));
        let receipt = reply.receipt.expect("a receipt");
        assert_eq!(receipt.action(), v1::Action::ImportCalendarDays);
        assert_eq!(due(&bank, &question(from)).await, "2026-11-27");
        let known_before = v1::ComputeDeadlineRequest { as_of_date: "2026-11-19".to_owned(), ..question(from) };
        assert_eq!(due(&bank, &known_before).await, "2026-11-26");

        let again = operator.send(Rpc::CalendarServiceImportCalendarDays, &message).await.expect("a replay");
        let again = v1::ImportCalendarDaysResponse::decode(again.as_slice()).expect("a message");
        assert_eq!((again.receipt, again.version), (Some(receipt), 2));

        let after = list(&bank, &ask).await;
        let imported = after.days.iter().find(|day| day.date == "2026-11-25").expect("the day");
        assert_eq!((imported.origin(), imported.known_from.as_str()), (v1::DayOrigin::Operator, "2026-11-20"));
        let then = list(&bank, &v1::ListCalendarDaysRequest { as_of_version: 1, ..ask }).await;
        assert_eq!(then, before);
        let unknown = list(&bank, &v1::ListCalendarDaysRequest { year: 2030, ..Default::default() }).await;
        assert!(unknown.days.is_empty() && !unknown.years[0].has_data);
    }

    async fn wrong_days_and_questions_are_refused_by_field(database) {
        let hub = TestHub::start(&database).await;
        let (operator, bank) = (hub.client(OPERATOR).await, hub.client(BANK).await);
        let holiday = || day("2026-11-25", v1::DayKind::Holiday);
        let many = (0..1_001).map(|_| holiday()).collect();
        for days in [
            Vec::new(),
            vec![holiday(), holiday()],
            vec![day("2026-11-25", v1::DayKind::Unspecified)],
            vec![day("25/11/2026", v1::DayKind::Holiday)],
            vec![v1::CalendarDay { basis: String::new(), ..holiday() }],
            many,
        ] {
            let message = import("a-wrong-import", days);
            let refused = operator.send(Rpc::CalendarServiceImportCalendarDays, &message).await;
            assert_eq!(reason(&refused.expect_err("refused")), "FIELD_INVALID");
        }
        let compute = async |ask: v1::ComputeDeadlineRequest| {
            let refused = bank.send(Rpc::TrackingServiceComputeDeadline, &ask).await;
            reason(&refused.expect_err("refused"))
        };
        let ask = || question("2027-12-30T09:00:00+07:00");
        assert_eq!(compute(ask()).await, "CALENDAR_MISSING");
        assert_eq!(compute(question("2027-12-30")).await, "FIELD_INVALID");
        let no_kind = v1::ComputeDeadlineRequest { kind: "no-such-kind".to_owned(), ..ask() };
        assert_eq!(compute(no_kind).await, "KIND_NOT_FOUND");
        let no_clock = v1::ComputeDeadlineRequest { deadline_name: "publish".to_owned(), ..ask() };
        assert_eq!(compute(no_clock).await, "FIELD_INVALID");
        let both = v1::ListCalendarDaysRequest {
            year: 2026,
            first_date: "2026-01-01".to_owned(),
            ..Default::default()
        };
        let refused = bank.send(Rpc::CalendarServiceListCalendarDays, &both).await.expect_err("refused");
        assert_eq!(reason(&refused), "FIELD_INVALID");
    }
}
