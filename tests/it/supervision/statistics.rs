//! What is unusual in a supervisor's looks: how many, off hours, without a case, in vain; by officer and day in Viet Nam.

use lienthong_proto::{Rpc, v1};

use super::world::{HIGHER_PROCURACY, MISSING, World, add_officer, ask};
use crate::harness::agencies::{PROCURACY, PROCURACY_37, THADS};
use crate::harness::hub::Client;
use crate::harness::wire::reason;

const HOUR: i64 = 3_600_000_000;

async fn statistics(
    client: &Client,
    agency: &str,
    from: &str,
    to: &str,
) -> Result<Vec<v1::ReadStatistics>, tonic::Status> {
    let mut asked = v1::GetReadStatisticsRequest {
        agency_code: agency.to_owned(),
        from_date: from.to_owned(),
        to_date: to.to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let mut lines = Vec::new();
    loop {
        let page: v1::GetReadStatisticsResponse = ask(client, Rpc::SupervisionServiceGetReadStatistics, &asked).await?;
        assert!(page.lines.len() <= 1);
        lines.extend(page.lines);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(lines);
        }
    }
}

/// Day, officer, looks, shown, off hours, without a case, in vain.
fn told(line: &v1::ReadStatistics) -> (&str, &str, [i64; 5]) {
    let counts = [line.reads, line.shown, line.off_hours, line.not_cited, line.in_vain];
    (&line.date, &line.officer_id, counts)
}

backends! {
    async fn looks_are_counted_by_officer_and_day_with_what_is_unusual(database) {
        let world = World::start(&database).await;
        let client = world.client(PROCURACY_37).await;
        add_officer(&client, "ks.hep", v1::OfficerScope::Own).await;
        let (chief, narrow) = (PROCURACY_37.officer_text(), world.officer(PROCURACY_37, "ks.hep").await);
        // Friday 20/11 at 9:00.
        world.get_for(&client, &world.far, "Vụ 1").await.expect("shown");
        world.get(&narrow, &world.far).await.expect("shown");
        world.get_for(&narrow, MISSING, "Vụ 1").await.expect_err("there is none");
        // At 23:30 the day is still the same, in Viet Nam as in the line.
        world.hub.clock.advance_micros(14 * HOUR + HOUR / 2);
        world.get_for(&client, &world.far, "Vụ 1").await.expect("shown");
        // Saturday.
        world.hub.clock.advance_micros(10 * HOUR);
        world.list(&client, "kind = account-freeze").await.expect("shown");
        // Monday 23/11 at 9:30 is a working day, Tuesday 24/11 a holiday.
        world.hub.clock.advance_micros(48 * HOUR);
        world.get_for(&client, &world.far, "Vụ 1").await.expect("shown");
        world.hub.clock.advance_micros(24 * HOUR);
        world.get_for(&client, &world.far, "Vụ 1").await.expect("shown");

        let lines = statistics(&client, "", "2026-11-01", "2026-11-30").await.expect("its own");
        let lines: Vec<_> = lines.iter().map(told).collect();
        assert_eq!(
            lines,
            [
                ("2026-11-20", chief, [2, 2, 1, 0, 0]),
                ("2026-11-20", "ks.hep", [2, 1, 0, 1, 1]),
                ("2026-11-21", chief, [1, 1, 1, 1, 0]),
                ("2026-11-23", chief, [1, 1, 0, 0, 0]),
                ("2026-11-24", chief, [1, 1, 1, 0, 0]),
            ]
        );
        let above = world.client(HIGHER_PROCURACY).await;
        let one_day = statistics(&above, PROCURACY_37.code_text(), "2026-11-21", "2026-11-21").await.expect("it is below");
        assert_eq!(one_day.iter().map(told).collect::<Vec<_>>(), [("2026-11-21", chief, [1, 1, 1, 1, 0])]);
        for stranger in [PROCURACY, THADS] {
            let client = world.client(stranger).await;
            let refused = statistics(&client, PROCURACY_37.code_text(), "2026-11-01", "2026-11-30").await;
            assert_eq!(reason(&refused.expect_err("not below")), "AGENCY_NOT_FOUND");
        }
        for (from, to) in [("", "2026-11-30"), ("2026-11-30", "2026-11-01"), ("2026-01-01", "2027-01-02"), ("20/11", "21/11")] {
            let refused = statistics(&client, "", from, to).await.expect_err("no stretch of days");
            assert_eq!(reason(&refused), "FIELD_INVALID", "{from} to {to}");
        }
        world.hub.stop().await;
    }
}
