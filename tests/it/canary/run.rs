//! The run: a hub as a program, everything said to it with marks in it, and nothing of them where it must not be.

use std::collections::BTreeSet;

use lienthong_proto::{Rpc, v1};

use super::papers::PAPERS;
use super::scan::{Forms, Leak, Scanner, leaks};
use super::world::World;
use super::{lives, refusals, strangers};
use crate::harness::agencies::{BANK, THADS};
use crate::harness::database::setting;
use crate::harness::raw::Raw;
use crate::harness::{Backend, TestDatabase, seals};
use crate::ops::get;

/// The fewest digits of an amount that is looked for: shorter numbers stand everywhere.
const AMOUNT_DIGITS: usize = 9;

/// Where PostgreSQL's own log is, if the tests' script started it.
const SERVER_LOG: &str = "LIENTHONG_TEST_POSTGRES_LOG";

/// Methods whose replies bring what was said to those whom it concerns.
const BRINGING: &[Rpc] = &[
    Rpc::RequestServiceGet,
    Rpc::RequestServiceListMeasures,
    Rpc::RequestServiceListAccountHolds,
    Rpc::RequestServiceListRegister,
    Rpc::MailboxServicePull,
    Rpc::MailboxServiceSubscribe,
    Rpc::DocumentServiceDownload,
    Rpc::DocumentServiceGetDocument,
    Rpc::AgencyServiceGetAgency,
];

/// Makes the database refuse a write with an error of its own that shows the row. PostgreSQL's own log then shows it too,
/// which is its operator's to settle (docs/operations.md).
async fn sabotage(database: &TestDatabase, raw: &Raw) {
    let texts: &[&str] = match database.backend() {
        Backend::Sqlite => &["CREATE TRIGGER canary BEFORE INSERT ON body BEGIN \
             SELECT RAISE(ABORT, 'refused: ' || CAST(NEW.content AS TEXT)); END"],
        Backend::Postgres => &[
            "CREATE FUNCTION canary() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE EXCEPTION 'refused: %', convert_from(NEW.content, 'UTF8') \
             USING DETAIL = convert_from(NEW.content, 'UTF8'), HINT = convert_from(NEW.content, 'UTF8'); END $$",
            "CREATE TRIGGER canary BEFORE INSERT ON body FOR EACH ROW EXECUTE FUNCTION canary()",
        ],
    };
    for text in texts {
        raw.execute(*text).await.expect("the trigger is made");
    }
}

/// A submit that the database itself refuses.
async fn fail_inside(world: &World, database: &TestDatabase) {
    let mut orders = Vec::new();
    for papers in &PAPERS.0 {
        let (order, sender) = lives::order(world, papers.kind.code().as_str()).await;
        orders.push((order, sender, &papers.kind));
    }
    // Whose signer stands in another position now is refused before the database is asked.
    orders.retain(|(_, sender, kind)| world.stands_as_signed(*sender, kind));
    assert!(orders.len() > PAPERS.0.len() / 2);
    sabotage(database, &database.raw().await).await;
    for (order, sender, _) in orders {
        let content = seals::submit_now(&order.to_string());
        let failed = world
            .call(sender, Rpc::RequestServiceSubmit, &v1::SubmitRequest { content })
            .await;
        assert_eq!(
            failed.expect_err("the database refuses it").code(),
            tonic::Code::Internal
        );
    }
}

backends! {
    async fn marked_data_is_in_no_log_metric_refusal_or_stranger_s_bytes(database) {
        let world = World::start(&database).await;
        let made = lives::live(&world).await;
        for rpc in BRINGING {
            assert!(world.brought(*rpc) > 0, "{rpc:?} brings no marks to those whom they concern");
        }
        strangers::pry(&world, &made).await;
        let request = made.requests.iter().find(|(_, sender, recipient)| (*sender, *recipient) == (THADS, BANK));
        refusals::err(&world, &request.expect("a freeze").0).await;
        if database.backend() == Backend::Postgres
            && let Some(log) = setting(SERVER_LOG)
        {
            world.keep("PostgreSQL's own log", std::fs::read(log).expect("its log"));
        }
        fail_inside(&world, &database).await;
        let metrics = world.metrics();
        for path in ["/metrics", "/healthz/live", "/healthz/ready", "/Ng%C6%B0%E1%BB%A1ng%20M%E1%BA%B7c/0010937719"] {
            let answer = get(metrics, path).await;
            world.keep(format!("the page {path}"), answer.head + &answer.body);
        }

        let (mut said, [stdout, stderr]) = world.end().await;
        let log = String::from_utf8_lossy(&stderr);
        for event in ["call.ended", "internal error", "hub.ready", "a call was refused"] {
            assert!(log.contains(event), "the log is not at its most talkative: {event} is missing");
        }
        assert!(said.iter().any(|(what, _)| what.starts_with("a reply of")), "strangers heard something");
        said.extend([("stdout".to_owned(), stdout), ("stderr".to_owned(), stderr)]);

        let amounts = PAPERS.1.iter().filter(|amount| amount.len() >= AMOUNT_DIGITS);
        let amounts = Scanner::new(amounts.map(|amount| ("an amount".to_owned(), amount.clone())), Forms::Log);
        let mut found: BTreeSet<String> = BTreeSet::new();
        for (what, bytes) in &said {
            for Leak { sort, form, around } in leaks(bytes).into_iter().chain(amounts.leaks(bytes)) {
                found.insert(format!("{what}: {sort}, {form}: {around:?}"));
            }
        }
        assert!(found.is_empty(), "{} leaks:\n{}", found.len(), found.into_iter().take(60).collect::<Vec<_>>().join("\n"));
    }
}
