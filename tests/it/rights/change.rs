//! Scopes are registered, shown, narrowed and widened; every hub follows within 5 seconds, and nobody widens his own.

use std::time::{Duration, Instant};

use lienthong::domain::agency::Scope;
use lienthong_proto::v1;
use tonic::Code;

use super::staff::{Person, STAFF, World, of_staff, register};
use crate::harness::Backend;
use crate::harness::agencies::{BANK, OPERATOR, THADS};
use crate::harness::audit::audit;
use crate::harness::hub::{Client, settings};
use crate::harness::wire::{fields, reason};

/// The longest that a change may take to reach a hub.
const WITHIN: Duration = Duration::from_secs(5);

async fn soon(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < WITHIN, "{what}: not within 5 seconds");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn pull(client: &Client) -> String {
    let reply = client.mailbox().pull(v1::PullRequest::default()).await;
    reply.as_ref().err().map_or_else(|| "OK".to_owned(), reason)
}

async fn get(client: &Client, id: &str) -> String {
    let ask = v1::GetRequest {
        enforcement_request_id: id.to_owned(),
        include_documents: false,
    };
    let reply = client.requests().get(ask).await;
    reply.as_ref().err().map_or_else(|| "OK".to_owned(), reason)
}

backends! {
    async fn scopes_are_registered_and_shown(database) {
        let world = World::start(&database).await;
        let ask = v1::GetAgencyRequest { code: BANK.code_text().to_owned() };
        let reply = world.client(BANK, "own.1").agencies().get_agency(ask).await.expect("an agency").into_inner();
        for person in STAFF {
            let shown = reply.officers.iter().find(|officer| officer.officer_id == person.id).expect("registered");
            assert_eq!(*shown, person.on_wire());
        }
        let chief = reply.officers.iter().find(|officer| officer.officer_id == BANK.officer_id().as_str());
        assert_eq!(chief.expect("registered").scope(), v1::OfficerScope::All);

        let refused = async |change: fn(&mut v1::Officer)| {
            let mut officer = of_staff("unit.1").on_wire();
            change(&mut officer);
            let message = v1::RegisterOfficerRequest {
                idempotency_key: "wrong-scope".to_owned(),
                agency_code: String::new(),
                officer: Some(officer),
            };
            world.client(BANK, "").agencies().register_officer(message).await.expect_err("wrong")
        };
        let unknown = refused(|officer| officer.scope = 9).await;
        assert_eq!((reason(&unknown).as_str(), fields(&unknown)), ("FIELD_INVALID", vec!["officer.scope".to_owned()]));
        let no_unit = refused(|officer| officer.unit_id.clear()).await;
        assert_eq!((reason(&no_unit).as_str(), fields(&no_unit)), ("FIELD_INVALID", vec!["officer.unit_id".to_owned()]));
        let other_unit = refused(|officer| "p9".clone_into(&mut officer.unit_id)).await;
        assert_eq!((reason(&other_unit).as_str(), fields(&other_unit)), ("UNIT_NOT_FOUND", vec!["officer.unit_id".to_owned()]));
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn who_says_nothing_of_the_scope_changes_nothing_of_it(database) {
        let world = World::start(&database).await;
        let chief = world.client(BANK, "");
        let scope_of = async |id: &str| {
            let ask = v1::GetAgencyRequest { code: BANK.code_text().to_owned() };
            let reply = chief.agencies().get_agency(ask).await.expect("an agency").into_inner();
            reply.officers.iter().find(|officer| officer.officer_id == id).expect("registered").scope()
        };
        let write = async |key: &str, officer: v1::Officer| {
            let message = v1::RegisterOfficerRequest {
                idempotency_key: key.to_owned(),
                agency_code: String::new(),
                officer: Some(officer),
            };
            chief.agencies().register_officer(message).await.expect("registered");
        };
        let silent = |id: &str| v1::Officer {
            officer_id: id.to_owned(),
            position: "Trưởng phòng".to_owned(),
            scope: v1::OfficerScope::Unspecified.into(),
            ..of_staff("own.1").on_wire()
        };
        write("silent-known", silent("own.1")).await;
        assert_eq!(scope_of("own.1").await, v1::OfficerScope::Own);
        write("silent-new", silent("somebody.new")).await;
        assert_eq!(scope_of("somebody.new").await, v1::OfficerScope::All);
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn nobody_who_does_not_see_all_widens_his_own_rights(database) {
        let world = World::start(&database).await;
        for person in STAFF.into_iter().filter(|person| person.scope < Scope::All) {
            let client = world.client(THADS, person.id);
            let widened = Person { scope: Scope::All, ..person };
            let refusal = register(client, &format!("widen-{}", person.id), widened).await.expect_err("not his to give");
            assert_eq!((refusal.code(), reason(&refusal).as_str()), (Code::PermissionDenied, "OFFICER_SCOPE_TOO_NARROW"));
            assert_eq!(pull(client).await, "OFFICER_SCOPE_TOO_NARROW", "the mailbox is the whole agency's");
        }
        // Nor does the operator shut himself out.
        let operator = v1::Officer {
            officer_id: OPERATOR.officer_id().to_string(),
            scope: v1::OfficerScope::Own.into(),
            ..of_staff("own.3").on_wire()
        };
        let message = v1::RegisterOfficerRequest {
            idempotency_key: "narrow-operator".to_owned(),
            agency_code: String::new(),
            officer: Some(operator),
        };
        let refusal = world.hub.client(OPERATOR).await.agencies().register_officer(message).await;
        assert_eq!(reason(&refusal.expect_err("the last one")), "OPERATOR_LOCKOUT");
        world.hub.stop().await;
    }

    async fn a_changed_scope_holds_on_every_hub_within_5_seconds(database) {
        let world = World::start(&database).await;
        let sent = world.send("own.2", "", "", "sent-0001").await;
        // On SQLite there is one hub.
        let second = match database.backend() {
            Backend::Postgres => Some(world.hub.beside(settings(&database, &world.hub.authority), 4).await),
            Backend::Sqlite => None,
        };
        let hub = second.as_ref().unwrap_or(&world.hub);
        let all = of_staff("all.1");
        let client = hub.officer(THADS, all.id).await;
        assert_eq!((get(&client, &sent.id).await.as_str(), pull(&client).await.as_str()), ("OK", "OK"));
        let mut stream = client.mailbox().subscribe(v1::SubscribeRequest::default()).await.expect("a stream").into_inner();
        stream.message().await.expect("no fault").expect("a first message");
        let stream = tokio::spawn(async move {
            loop {
                match stream.message().await {
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(status) => return Some(status),
                }
            }
        });

        let chief = world.client(THADS, "");
        register(chief, "narrow-0001", Person { scope: Scope::Own, ..all }).await.expect("narrowed");
        soon("the request is hidden", async || get(&client, &sent.id).await == "REQUEST_NOT_FOUND").await;
        soon("the mailbox is closed", async || pull(&client).await == "OFFICER_SCOPE_TOO_NARROW").await;
        soon("the open stream has ended", async || stream.is_finished()).await;
        let end = stream.await.expect("it ran").expect("a reason");
        assert_eq!((end.code(), reason(&end).as_str()), (Code::Unavailable, "UNAVAILABLE"));
        let again = client.mailbox().subscribe(v1::SubscribeRequest::default()).await;
        assert_eq!(reason(&again.expect_err("closed to him")), "OFFICER_SCOPE_TOO_NARROW");

        register(chief, "widen-0001", Person { scope: Scope::Unit, ..all }).await.expect("widened");
        soon("the unit's request is seen", async || get(&client, &sent.id).await == "OK").await;
        assert_eq!(pull(&client).await, "OFFICER_SCOPE_TOO_NARROW");
        if let Some(second) = second {
            second.stop().await;
        }
        world.hub.stop().await;
        audit(&database).await;
    }
}
