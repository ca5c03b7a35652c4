//! Hubs that stop in the middle, and two hubs: nothing is left out, and no lane is two hubs' at a time.

use std::collections::BTreeSet;

use lienthong_proto::v1::WebhookSigning;

use super::receiver::{Answer, Got};
use super::world::{HOUR, World};
use crate::harness::agencies::BANK;
use crate::harness::audit::audit;
use crate::harness::{Backend, TestHub};

const ORDERS: i64 = 60;

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
