//! Nobody looks without a trace: what cannot be entered is not shown.

use lienthong::app::ledger::{Operation, Outcome};
use lienthong::domain::agency::Scope;
use lienthong::domain::error::ErrorCode;
use lienthong::domain::supervision::Look;
use lienthong::evidence::digest::{hex, sha256};
use lienthong_proto::v1::GetRequest;
use tonic::Code;

use super::world::{MISSING, World, send};
use crate::evidence::broken_log::{head, put_back};
use crate::harness::agencies::{BANK, PROCURACY, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::look;
use crate::harness::ledger::leaf;
use crate::harness::raw::Raw;
use crate::harness::wire::reason;
use crate::harness::{Order, TestDatabase, TestLedger};

/// Lets the database refuse every entry of a look.
async fn refuse_looks(raw: &Raw) {
    let texts: &[&str] = match raw {
        Raw::Sqlite(_) => {
            &["CREATE TRIGGER no_looks BEFORE INSERT ON supervision_read BEGIN SELECT RAISE(ABORT, 'no'); END"]
        }
        Raw::Postgres(_) => &[
            "CREATE FUNCTION no_looks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
            "CREATE TRIGGER no_looks BEFORE INSERT ON supervision_read FOR EACH ROW EXECUTE FUNCTION no_looks()",
        ],
    };
    for text in texts {
        raw.execute(*text).await.expect("a trigger");
    }
}

async fn size(database: &TestDatabase) -> i64 {
    database.raw().await.count("log_entry").await
}

backends! {
    async fn a_look_that_cannot_be_entered_shows_nothing(database) {
        let world = World::start(&database).await;
        let client = world.client(PROCURACY).await;
        world.get(&client, &world.near).await.expect("shown");
        refuse_looks(&database.raw().await).await;
        let before = size(&database).await;
        assert_eq!(world.get(&client, &world.near).await.expect_err("no trace").code(), Code::Internal);
        assert_eq!(world.list(&client, "").await.expect_err("no trace").code(), Code::Internal);
        assert_eq!(world.events(&client, &world.near).await.expect_err("no trace").code(), Code::Internal);
        assert_eq!(size(&database).await, before);
        // Parties read their own as before.
        let asked = GetRequest { enforcement_request_id: world.near.clone(), include_documents: true };
        world.client(THADS).await.requests().get(asked).await.expect("its own");
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn a_hub_that_is_read_only_shows_supervisors_nothing(database) {
        let world = World::start(&database).await;
        let (client, raw) = (world.client(PROCURACY).await, database.raw().await);
        let older = head(&raw).await;
        send(&world.hub, THADS, BANK, "later-00001").await;
        put_back(&raw, &older).await;
        for refused in [
            world.get(&client, &world.near).await.expect_err("no trace"),
            world.list(&client, "").await.expect_err("no trace"),
            world.events(&client, MISSING).await.expect_err("no trace"),
        ] {
            assert_eq!(reason(&refused), "LEDGER_READ_ONLY");
        }
        assert_eq!(raw.count("supervision_read").await, 0);
        let asked = GetRequest { enforcement_request_id: world.near.clone(), include_documents: true };
        world.client(THADS).await.requests().get(asked).await.expect("parties read their own");
        world.hub.stop().await;
    }

    async fn an_entry_says_what_was_shown_by_a_digest_that_anybody_can_compute(database) {
        let hub = TestLedger::start(&database).await;
        let mut ids: Vec<_> = Vec::new();
        for number in 0..3 {
            ids.push(hub.open(&Order::land(), &format!("land-{number:05}")).await.id);
        }
        // Of one moment: their order is that of chance.
        ids.sort();
        let version = hub.store.registry_version().await.expect("a head");
        let receipts = hub.done(look(PROCURACY, Look::List, version, &[&ids[2], &ids[0], &ids[1]])).await;
        let entry = leaf(&receipts[0]);
        assert_eq!((entry.subject, entry.action), (format!("supervision/{}", PROCURACY.code_text()), "supervise_list".to_owned()));
        let raw = database.raw().await;
        let event = raw.rows(format!("SELECT details FROM event WHERE log_index = {}", receipts[0].log_index)).await;
        let lines = ids.iter().fold(String::new(), |lines, id| lines + id.as_str() + "\n");
        let details: serde_json::Value = serde_json::from_str(event[0]["details"].text()).expect("JSON");
        assert_eq!(details["shown_sha256"], hex(&sha256(lines.as_bytes())));
        assert_eq!((&details["shown"], &details["cited"], &details["hours"]), (&3.into(), &true.into(), &"WORKING".into()));
        hub.stop().await;
        audit(&database).await;
    }

    async fn nothing_is_entered_under_a_registry_that_has_moved_or_for_a_narrowed_officer(database) {
        let hub = TestLedger::start(&database).await;
        let version = hub.store.registry_version().await.expect("a head");
        let before = size(&database).await;
        let stale = look(PROCURACY, Look::Request, version - 1, &[]);
        assert!(matches!(hub.execute(stale).await, Ok(Outcome::Outdated)));
        let mut officer = PROCURACY.officer();
        officer.scope = Scope::Own;
        let change = lienthong::app::ledger::command::RegistryChange::RegisterOfficer { officer, states_scope: true };
        hub.done(crate::harness::agencies::registry_command("narrow-01", change)).await;
        assert_eq!(hub.refused(look(PROCURACY, Look::Request, version + 1, &[])).await, ErrorCode::OfficerScopeTooNarrow);
        let mut as_narrow = look(PROCURACY, Look::Request, version + 1, &[]);
        if let Operation::Read(read) = &mut as_narrow.operation {
            read.scope = Scope::Own;
        }
        hub.done(as_narrow).await;
        assert_eq!(size(&database).await, before + 2, "the change and the last look");
        hub.stop().await;
        audit(&database).await;
    }
}
