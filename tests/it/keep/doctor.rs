//! Every check of the doctor finds its fault, and finds none where there is none.

use std::collections::BTreeMap;

use lienthong::app::keep::doctor::{Grade, Patient, examine};
use lienthong::blobs::FreeSpace;
use lienthong::domain::time::Timestamp;

use super::{filled, run_program, stored, text};
use crate::harness::ids::start;
use crate::harness::{Backend, TestDatabase};

const ROOM: u64 = 1 << 40;

fn patient(database: &TestDatabase) -> Patient {
    Patient {
        database: database.database().clone(),
        documents: Some(database.documents().into()),
        now: start().plus_hours(1),
        free_space: |_| {
            Ok(FreeSpace {
                free: ROOM,
                total: ROOM,
            })
        },
    }
}

async fn grades(patient: &Patient) -> BTreeMap<&'static str, Grade> {
    let findings = examine(patient).await.expect("findings");
    for finding in &findings {
        let is_ok = finding.grade == Grade::Ok;
        assert_eq!(finding.advice.0.is_empty(), is_ok, "{finding:?}");
        assert!(!finding.vi.is_empty() && !finding.en.is_empty());
    }
    findings
        .into_iter()
        .map(|finding| (finding.check, finding.grade))
        .collect()
}

async fn assert_well(patient: &Patient) {
    let grades = grades(patient).await;
    assert!(grades.values().all(|grade| *grade == Grade::Ok), "{grades:?}");
    assert_eq!(grades.len(), CHECKS.len(), "{grades:?}");
}

const CHECKS: &[&str] = &[
    "schema",
    "settings",
    "hub-id",
    "clock",
    "checkpoint",
    "log",
    "leaves",
    "projections",
    "documents",
    "orphans",
    "credentials",
    "officers",
    "calendar",
    "disk",
];

/// Which check finds it, how bad it is, how it is planted, and how it goes.
const PLANTED: &[(&str, Grade, &str, &str)] = &[
    (
        "schema",
        Grade::Fail,
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
         SELECT 9999, 'from_the_future', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        "DELETE FROM _sqlx_migrations WHERE version = 9999",
    ),
    (
        "checkpoint",
        Grade::Fail,
        "UPDATE ledger_head SET hub_time = hub_time - 1",
        "UPDATE ledger_head SET hub_time = hub_time + 1",
    ),
    (
        "log",
        Grade::Fail,
        "UPDATE log_entry SET log_index = -3 WHERE log_index = 3",
        "UPDATE log_entry SET log_index = 3 WHERE log_index = -3",
    ),
    (
        "log",
        Grade::Fail,
        "UPDATE event SET log_index = -3 WHERE log_index = 3",
        "UPDATE event SET log_index = 3 WHERE log_index = -3",
    ),
    (
        "leaves",
        Grade::Fail,
        "UPDATE event SET details = details || ' ' WHERE log_index = 4",
        "UPDATE event SET details = rtrim(details) WHERE log_index = 4",
    ),
    (
        "leaves",
        Grade::Fail,
        "UPDATE body SET media_type = media_type, salt = content, content = salt",
        "UPDATE body SET media_type = media_type, salt = content, content = salt",
    ),
    (
        "projections",
        Grade::Fail,
        "UPDATE mailbox_head SET last_position = last_position + 1",
        "UPDATE mailbox_head SET last_position = last_position - 1",
    ),
    (
        "projections",
        Grade::Fail,
        "UPDATE enforcement_request SET version = version + 1",
        "UPDATE enforcement_request SET version = version - 1",
    ),
    (
        "projections",
        Grade::Fail,
        "UPDATE idempotency SET entry_count = entry_count + 1000",
        "UPDATE idempotency SET entry_count = entry_count - 1000",
    ),
    (
        "projections",
        Grade::Fail,
        "UPDATE ledger_head SET registry_version = registry_version + 1",
        "UPDATE ledger_head SET registry_version = registry_version - 1",
    ),
    (
        "projections",
        Grade::Fail,
        "UPDATE ledger_head SET calendar_version = calendar_version + 1",
        "UPDATE ledger_head SET calendar_version = calendar_version - 1",
    ),
    (
        "officers",
        Grade::Warn,
        "UPDATE officer SET valid_to = '2026-12-01'",
        "UPDATE officer SET valid_to = NULL",
    ),
    (
        "credentials",
        Grade::Warn,
        "UPDATE credential SET not_after = not_after - 29376000000000",
        "UPDATE credential SET not_after = not_after + 29376000000000",
    ),
];

/// Lets evidence be changed, as an intruder with the database's password could.
pub(crate) async fn without_triggers(database: &TestDatabase) {
    let raw = database.raw().await;
    let texts = match database.backend() {
        Backend::Sqlite => "SELECT 'DROP TRIGGER ' || name AS text FROM sqlite_master WHERE type = 'trigger'",
        Backend::Postgres => {
            "SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass AS text FROM pg_trigger WHERE NOT tgisinternal"
        }
    };
    for row in raw.rows(texts).await {
        raw.execute(row["text"].text()).await.expect("dropped");
    }
}

backends! {
    async fn a_sound_hub_is_well_while_it_serves(database) {
        let (hub, _) = filled(&database).await;
        assert_well(&patient(&database)).await;
        hub.stop().await;
    }

    async fn every_planted_fault_is_found(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        without_triggers(&database).await;
        let (patient, raw) = (patient(&database), database.raw().await);
        for (check, grade, plant, undo) in PLANTED {
            assert!(raw.execute(*plant).await.unwrap_or_else(|error| panic!("{plant}: {error}")) > 0, "{plant}");
            assert_eq!(grades(&patient).await.get(check), Some(grade), "{plant}");
            raw.execute(*undo).await.expect("undone");
        }
        assert_well(&patient).await;
    }

    async fn what_stands_beside_the_database_is_looked_at(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        let with = |now: &str| Patient {
            now: Timestamp::parse_rfc3339(now).expect("a time"),
            ..patient(&database)
        };
        let behind = grades(&with("2026-11-19T00:00:00+07:00")).await;
        assert_eq!(behind["clock"], Grade::Fail);
        assert_eq!(grades(&with("2027-09-30T12:00:00+07:00")).await["calendar"], Grade::Ok);
        assert_eq!(grades(&with("2027-10-01T12:00:00+07:00")).await["calendar"], Grade::Warn);
        let late = grades(&with("2030-01-02T12:00:00+07:00")).await;
        assert_eq!((late["calendar"], late["credentials"]), (Grade::Fail, Grade::Warn));
        let full = Patient {
            free_space: |_| Ok(FreeSpace { free: 1, total: ROOM }),
            ..patient(&database)
        };
        assert_eq!(grades(&full).await["disk"], Grade::Fail);

        let documents = database.documents();
        let extra = documents.join("left-over");
        std::fs::write(&extra, "x").expect("written");
        let found = grades(&patient(&database)).await;
        assert_eq!((found["documents"], found["orphans"]), (Grade::Ok, Grade::Warn));
        std::fs::remove_file(&extra).expect("removed");
        let first = stored(&database).remove(0);
        let content = std::fs::read(&first).expect("a document");
        std::fs::write(&first, &content[1..]).expect("written");
        assert_eq!(grades(&patient(&database)).await["documents"], Grade::Fail);
        std::fs::remove_file(&first).expect("removed");
        assert_eq!(grades(&patient(&database)).await["documents"], Grade::Fail);

        let unnamed = Patient { documents: None, ..patient(&database) };
        assert_eq!(grades(&unnamed).await["documents"], Grade::Warn);
        let url = database.url();
        let done = run_program(&["doctor", "--database", &url, "--documents", text(&documents), "-o", "json"]);
        assert_eq!(done.status, 1, "{done:?}");
        let told: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
        assert_eq!(told["verdict"], "FAIL");
        let checks: Vec<&str> = told["findings"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|finding| finding["check"].as_str().expect("a name"))
            .collect();
        assert!(CHECKS.iter().all(|check| checks.contains(check)), "{checks:?}");
        let table = run_program(&["doctor", "--database", &url, "--documents", text(&documents)]);
        assert!(table.status == 1 && table.stdout.contains("FAIL  documents"), "{}", table.stdout);
    }

    async fn a_database_without_a_hub_is_told(database) {
        let grades = grades(&patient(&database)).await;
        assert_eq!(grades["hub-id"], Grade::Fail);
        let empty = TestDatabase::empty(database.backend()).await;
        if database.backend() == Backend::Postgres {
            assert_eq!(self::grades(&patient(&empty)).await["schema"], Grade::Fail);
        } else {
            assert!(examine(&patient(&empty)).await.is_err(), "there is no file");
        }
    }

    async fn unsafe_settings_are_told(database) {
        let (hub, _) = filled(&database).await;
        hub.stop().await;
        let raw = database.raw().await;
        let plant = if database.backend() == Backend::Sqlite {
            "PRAGMA journal_mode = DELETE".to_owned()
        } else {
            let rows = raw.rows("SELECT current_database()::text AS name").await;
            format!("ALTER DATABASE {} SET synchronous_commit = off", rows[0]["name"].text())
        };
        raw.execute(plant).await.expect("a setting");
        assert_eq!(grades(&patient(&database)).await["settings"], Grade::Fail);
    }
}
