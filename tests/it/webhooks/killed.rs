//! Hubs that stop in the middle, and two hubs: nothing is left out, and no lane is two hubs' at a time.

use std::collections::BTreeSet;

use lienthong_proto::v1::WebhookSigning;
use lienthong_proto::v1::webhook_service_client::WebhookServiceClient;

use super::receiver::{Answer, Got};
use super::world::{HOUR, Partners, World, registration, url};
use crate::chaos::process::HubProgram;
use crate::harness::agencies::BANK;
use crate::harness::audit::audit;
use crate::harness::{Backend, DropDatabases, TestDatabase, TestHub, block_on_for};
use crate::kit::{Keys, Orders, initialise, register, submitter};

const ORDERS: i64 = 60;

/// The longest that the orders may take to arrive: a lane is a hub's for half a minute after it was killed.
const LONG: std::time::Duration = std::time::Duration::from_mins(3);

/// kill -9 of the program while a call is under way, again and again; the machine's clock says when a lane is free again.
async fn kills(backend: Backend) {
    let database = TestDatabase::empty(backend).await;
    let (keys, partners) = (Keys::generate().expect("keys"), Partners::new());
    initialise(&keys, &database.url()).expect("the hub is initialised");
    let receiver = partners.receiver().await;
    let program = HubProgram::new(&keys, database.url())
        .option("--webhook-networks", "127.0.0.0/8,::1/128")
        .option("--webhook-ports", "1-65535")
        .option("--webhook-ca", partners.authorities().to_str().expect("a path"));
    let hub = keys.address(program.port());
    let process = program.start_with(&[], &["--webhooks"]);
    register(&keys, &hub).await.expect("the agencies are registered");
    let mut bank = WebhookServiceClient::new(keys.bank.connect(&hub).await.expect("a connection"));
    let message = registration(&url(&receiver), "register-0001", WebhookSigning::Ed25519);
    bank.register_endpoint(message).await.expect("registered");
    let orders = Orders::new(&keys, "account-freeze", true).expect("orders");
    let mut sender = submitter(&keys, &hub).await.expect("a connection");
    // Two calls get no answer before the hub is killed.
    receiver.answer(|number| {
        if number == 7 || number == 12 {
            Answer::Never
        } else {
            Answer::status(200)
        }
    });
    for number in 1..=ORDERS {
        let submit = orders.submit(&format!("order-{number:04}"));
        sender.submit(submit).await.expect("accepted");
    }
    receiver.wait_for(8).await;
    process.kill();
    let process = program.start_with(&[], &["--webhooks"]);
    super::until_within(LONG, "it goes on", || async { receiver.got().len() > 12 }).await;
    process.kill();
    let process = program.start_with(&[], &["--webhooks"]);
    let all_there = || async { all(&receiver.got()).len() == 60 };
    super::until_within(LONG, "all have arrived", all_there).await;
    let got = receiver.got();
    assert_eq!(all(&got), (1..=ORDERS).collect());
    let ids: BTreeSet<(i64, String)> = got.iter().map(|got| (got.place().1, got.id().to_owned())).collect();
    assert_eq!(ids.len(), 60, "an entry that came twice had the same id");
    let positions: Vec<i64> = got.iter().map(|got| got.place().1).collect();
    assert!(
        positions.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "nothing is sent before what comes before it"
    );
    assert!(process.terminate(), "it ends in order");
    audit(&database).await;
}

#[test]
fn a_program_that_is_killed_leaves_nothing_out_sqlite() {
    block_on_for(std::time::Duration::from_mins(8), kills(Backend::Sqlite));
}

#[test]
fn a_program_that_is_killed_leaves_nothing_out_postgres() {
    if Backend::Postgres.is_available() {
        let _after_the_runtime = DropDatabases;
        block_on_for(std::time::Duration::from_mins(8), kills(Backend::Postgres));
    }
}

fn all(got: &[Got]) -> BTreeSet<i64> {
    got.iter().map(|got| got.place().1).collect()
}

backends! {
    async fn a_hub_that_stops_in_the_middle_leaves_nothing_out(database) {
        let world = World::start(&database).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        bank.register(&receiver, "register-0001", WebhookSigning::Ed25519).await;
        // The tenth call is under way when the hub ends.
        receiver.answer(|number| if number == 9 { Answer::Never } else { Answer::status(200) });
        for number in 1..=ORDERS {
            world.freeze(&format!("freeze-{number:04}")).await;
        }
        receiver.wait_for(10).await;
        let settings = world.again(&database);
        let World { hub, partners } = world;
        let hub: TestHub = hub.again(settings).await;
        // Its lane is free again when its time is over.
        hub.clock.advance_micros(HOUR);
        super::until("all have arrived", || async { all(&receiver.got()).len() == 60 }).await;
        let got = receiver.got();
        assert_eq!(all(&got), (1..=ORDERS).collect());
        let mut ids: Vec<(i64, String)> = got.iter().map(|got| (got.place().1, got.id().to_owned())).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 60, "an entry that came twice had the same id");
        hub.stop().await;
        drop(partners);
        audit(&database).await;
    }

    async fn two_hubs_share_the_work_and_send_each_entry_once(database) {
        if database.backend() == Backend::Sqlite {
            return;
        }
        let world = World::start(&database).await;
        let second = world.hub.beside(world.again(&database), 77).await;
        let (bank, receiver) = (world.partner(BANK).await, world.partners.receiver().await);
        bank.register(&receiver, "register-0001", WebhookSigning::Hmac).await;
        for number in 1..=ORDERS {
            world.freeze(&format!("freeze-{number:04}")).await;
        }
        let got = receiver.wait_for(60).await;
        let positions: Vec<i64> = got.iter().map(|got| got.place().1).collect();
        assert_eq!(positions, (1..=ORDERS).collect::<Vec<i64>>(), "in order, each once");
        second.stop().await;
        audit(&database).await;
    }
}
