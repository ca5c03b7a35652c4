//! Who sees whose figures, and who opens whose lists: of supervisors figures alone, since a list is a look that leaves a trace.

use serde_json::Value;

use super::{rows, run};
use crate::harness::Fixture;
use crate::harness::agencies::{BANK, BANK_2, COURT_37, LAND_OFFICE, PROCURACY, PROCURACY_37, THADS, THADS_37};
use crate::harness::wire::reason;
use crate::lives::world::World;

backends! {
    async fn figures_are_one_s_own_those_one_supervises_and_what_is_between_two(database) {
        let world = World::start(&database).await;
        world.open("account-freeze", THADS, BANK).await;
        world.open("judgment-transfer", COURT_37, THADS_37).await;
        for (by, report, of, is_seen) in [
            (THADS, "partner-scorecards", THADS, true),
            (THADS, "partner-scorecards", BANK, true),
            (THADS, "partner-scorecards", BANK_2, false),
            (BANK, "partner-scorecards", THADS, false),
            (PROCURACY_37, "partner-scorecards", THADS_37, true),
            (PROCURACY, "partner-scorecards", THADS_37, false),
            (PROCURACY_37, "coordination", THADS_37, true),
            (PROCURACY_37, "late-transfers", THADS_37, true),
            (PROCURACY_37, "case-ages", THADS_37, true),
            (PROCURACY, "case-ages", THADS_37, false),
            (THADS, "case-ages", THADS_37, false),
            (THADS, "coordination", BANK, false),
            (BANK_2, "late-transfers", THADS_37, false),
        ] {
            let reference = format!("{report}?agency={}", of.code_text());
            let what = format!("{} {reference}", by.code_text());
            match run(world.client(by), &reference).await {
                Ok(told) => {
                    assert!(is_seen, "{what}: {told}");
                    let is_supervised = by != of && of != BANK;
                    let lists = told["rows"].as_array().expect("rows").iter().filter(|row| row.get("lists").is_some());
                    assert!(!is_supervised || lists.count() == 0, "{what}: who supervises sees figures, and no lists");
                }
                Err(status) => {
                    assert_eq!(reason(&status), "AGENCY_NOT_FOUND", "{what}");
                    assert!(!is_seen, "{what}: {status:?}");
                    let missing = run(world.client(by), &format!("{report}?agency=KHONG.CO")).await.expect_err("missing");
                    assert_eq!((missing.code(), missing.message()), (status.code(), status.message()), "{what}");
                }
            }
        }
        world.end(&database).await;
    }

    async fn nobody_learns_by_a_division_or_filter_what_the_whole_does_not_tell(database) {
        let world = World::start(&database).await;
        world.open("account-freeze", THADS, BANK).await;
        for more in ["by=unit", "by=kind", "by=province", "by=month", "kind=account-freeze", "province=01"] {
            let of = |agency: Fixture| format!("partner-scorecards?agency={}&{more}", agency.code_text());
            assert!(run(world.client(THADS), &of(BANK)).await.is_ok(), "{more}: there is something between the two");
            let refused = run(world.client(THADS), &of(BANK_2)).await.expect_err("a stranger");
            assert_eq!(reason(&refused), "AGENCY_NOT_FOUND", "{more}");
        }
        world.end(&database).await;
    }

    async fn a_list_of_single_things_is_opened_by_their_parties_alone(database) {
        let world = World::start(&database).await;
        world.open("account-freeze", THADS, BANK).await;
        super::figures::open_cases(&world, THADS_37).await;
        let list = |of: &str, with: &str| format!("request-list?agency={of}&partner={with}&period=2026-11&figure=received");
        let (thads, bank) = (THADS.code_text(), BANK.code_text());
        assert_eq!(rows(world.client(THADS), &list(bank, thads)).await.len(), 1);
        assert_eq!(rows(world.client(BANK), &list(bank, thads)).await.len(), 1);
        for (by, reference) in [
            (BANK_2, list(bank, thads)),
            (PROCURACY, list(bank, thads)),
            (PROCURACY, format!("request-list?agency={thads}&period=2026-11&figure=received")),
            (LAND_OFFICE, format!("request-list?agency={bank}&period=2026-11&figure=overdue")),
        ] {
            let refused = run(world.client(by), &reference).await.expect_err("not theirs");
            assert_eq!(reason(&refused), "AGENCY_NOT_FOUND", "{reference}");
        }
        // Lists of cases are of the caller's own agency, whoever it is.
        let cases = async |by| rows(world.client(by), "open-case-list?figure=cases").await;
        assert_eq!(cases(THADS_37).await.len(), 3);
        for by in [THADS, BANK, PROCURACY_37] {
            assert_eq!(cases(by).await, Vec::<Value>::new());
        }
        world.end(&database).await;
    }

    async fn a_list_names_numbers_and_no_person(database) {
        let world = World::start(&database).await;
        world.open("land-information", THADS_37, LAND_OFFICE).await;
        world.open("judgment-transfer", COURT_37, THADS_37).await;
        super::figures::open_cases(&world, THADS_37).await;
        for reference in [
            "request-list?agency=GIA-LAP.VPDKDD.01&partner=GIA-LAP.THADS.37&period=2026-11&figure=received",
            "transfer-list?period=2026-11&figure=transferred",
            "judgment-list?period=2026H2",
            "open-case-list?figure=cases",
        ] {
            let told = run(world.client(THADS_37), reference).await.expect("a list").to_string();
            assert!(!told.contains("\"rows\":[]"), "{reference}");
            for person in ["Nguyễn Văn Giả", "Phạm Thị Định", "001085012345", "Trần Thị Mẫu"] {
                assert!(!told.contains(person), "{reference}: {person}");
            }
        }
        world.end(&database).await;
    }
}
