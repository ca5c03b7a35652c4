//! Files that several orders name.

use super::world::World;
use crate::documents::exchange::{download, files, pdf};
use crate::harness::TestHub;
use crate::harness::audit::audit;
use crate::harness::hub::settings_lasting;
use crate::harness::ids::start;
use crate::harness::wire::reason;
use lienthong::client::pki::Validity;

backends! {
    async fn a_file_goes_with_the_last_order_that_names_it(database) {
        let world = World::start(&database).await;
        let (shared, own) = (pdf(2_000), pdf(2_400));
        let shared_id = world.upload(&shared).await;
        let own_id = world.upload(&own).await;
        let first = world.closed_enquiry(&[&shared, &own]).await;
        let second = world.closed_enquiry(&[&shared]).await;
        world.at("2037-03-02T09:00");
        world.erase(&first).await;
        let (info, bytes, end) = download(&world.land, &shared_id, 0).await.expect("another order names it");
        assert!(end.is_none() && bytes == shared && !info.content_erased && !info.name.is_empty());
        let gone = download(&world.land, &own_id, 0).await.expect_err("only that order named it");
        assert_eq!(reason(&gone), "CONTENT_ERASED");
        // What is erased cannot be named again: it must be uploaded anew.
        let refused = world.try_enquiry(&[&own]).await.expect_err("its bytes are gone");
        assert_eq!(reason(&refused), "REFERENCE_NOT_FOUND");
        world.erase(&second).await;
        let gone = download(&world.land, &shared_id, 0).await.expect_err("no order names it any more");
        assert_eq!(reason(&gone), "CONTENT_ERASED");
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn a_file_that_a_stop_left_behind_is_removed_when_it_is_found(database) {
        let world = World::start(&database).await;
        let content = pdf(2_000);
        let document = world.upload(&content).await;
        let id = world.closed_enquiry(&[&content]).await;
        while !database.documents().join(".log-head").exists() {
            tokio::task::yield_now().await;
        }
        world.at("2037-03-02T09:00");
        let kept = std::fs::read(database.documents().join(&document)).expect("its file");
        world.erase(&id).await;
        let World { hub, first, second, land, .. } = world;
        drop((first, second, land));
        let lasting = Validity::days(start(), 30 * 366);
        let settings = settings_lasting(&database, &hub.authority, lasting);
        // As after a kill between COMMIT and the removal, or when an older copy of the folder is brought back.
        let bring_back = || std::fs::write(database.documents().join(&document), &kept).expect("its file");
        let next = TestHub::again_after(hub, settings, bring_back).await;
        while files(&database).contains(&document) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        next.stop().await;
        audit(&database).await;
    }
}
