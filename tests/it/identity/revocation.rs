//! A certificate is revoked, an agency suspended, an officer gone: on every hub of the database handshakes, calls, cached
//! tokens and live streams follow within 5 seconds; the connection of a revoked certificate is closed; others lose nothing.

use std::time::Instant;

use super::world::{ASK, LiveStream, Load, WITHIN, World, end_officer, list, refusal, revoke, soon, suspend, verdict};
use crate::harness::TestHub;
use crate::harness::agencies::{BANK, BANK_2};
use crate::harness::hub::Client;

/// A bank at work at one hub, and another agency beside it.
struct AtWork<'a> {
    hub: &'a TestHub,
    bank: Client,
    /// With this token the bank has called before: it is remembered.
    bearer: String,
    stream: LiveStream,
    others: Load,
}

impl<'a> AtWork<'a> {
    async fn at(hub: &'a TestHub) -> Self {
        let bank = hub.client(BANK).await;
        bank.raw(ASK, Vec::new()).await.expect("accepted");
        let stream = LiveStream::of(&bank).await;
        let other = hub.client(BANK_2).await;
        // With the first answer the hub has entered the connection.
        other.raw(ASK, Vec::new()).await.expect("accepted");
        let others = Load::of(other);
        Self {
            hub,
            bearer: bank.bearer(),
            bank,
            stream,
            others,
        }
    }

    async fn all(world: &'a World) -> Vec<Self> {
        let mut all = Vec::new();
        for hub in &world.hubs {
            all.push(Self::at(hub).await);
        }
        all
    }

    /// The bank's calls with the remembered token come to this, its stream has ended, and others have lost nothing.
    async fn refused(self, since: Instant, expected: &[&str], closes: bool) {
        let Self {
            hub,
            bank,
            bearer,
            stream,
            others,
        } = self;
        soon("the remembered token is refused", async || {
            let reply = bank.raw(ASK, Vec::new()).await;
            expected.contains(&verdict(&reply).as_str())
        })
        .await;
        soon("the stream is cut", async || stream.has_ended()).await;
        if closes {
            // Only the other agency's is left; the bank's channel does not come back for more.
            soon("the connection is closed", async || hub.connections() == 1).await;
            soon("no handshake", async || {
                refusal(hub, hub.keys(BANK), ASK, &bearer).await == "NO CONNECTION"
            })
            .await;
        } else {
            let new = refusal(hub, hub.keys(BANK), ASK, &bearer).await;
            assert!(expected.contains(&new.as_str()), "{new}");
        }
        let took = since.elapsed();
        assert!(took <= WITHIN, "all of it took {took:?}");
        others.nothing_lost().await;
    }
}

const REVOKED: &[&str] = &["CERTIFICATE_NOT_REGISTERED", "NO CONNECTION"];

backends! {
    async fn a_certificate_revoked_in_the_registry_is_out_on_every_hub(database) {
        let world = World::start(&database).await;
        let at_work = AtWork::all(&world).await;
        let since = Instant::now();
        revoke(&world.hubs[0], BANK, world.hubs[0].keys(BANK)).await;
        futures_of(at_work.into_iter().map(|bank| bank.refused(since, REVOKED, true))).await;
        world.stop().await;
    }

    async fn a_certificate_on_a_list_is_out_on_every_hub(database) {
        let world = World::start(&database).await;
        let at_work = AtWork::all(&world).await;
        let hub = &world.hubs[0];
        let since = Instant::now();
        world.files.put("crl.pem", &list(&hub.authority, &[hub.keys(BANK)], 2, 24 * 30));
        futures_of(at_work.into_iter().map(|bank| bank.refused(since, REVOKED, true))).await;
        world.stop().await;
    }

    async fn a_suspended_agency_is_out_on_every_hub(database) {
        let world = World::start(&database).await;
        let at_work = AtWork::all(&world).await;
        let since = Instant::now();
        suspend(&world.hubs[0], BANK).await;
        futures_of(at_work.into_iter().map(|bank| bank.refused(since, &["AGENCY_SUSPENDED"], false))).await;
        world.stop().await;
    }

    async fn an_officer_who_left_is_out_on_every_hub(database) {
        let world = World::start(&database).await;
        let at_work = AtWork::all(&world).await;
        let since = Instant::now();
        end_officer(&world.hubs[0], BANK).await;
        futures_of(at_work.into_iter().map(|bank| bank.refused(since, &["OFFICER_NOT_ACTIVE"], false))).await;
        world.stop().await;
    }
}

/// Runs all of them side by side to their ends.
async fn futures_of(all: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    std::future::poll_fn(|cx| {
        all.retain_mut(|one| one.as_mut().poll(cx).is_pending());
        if all.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}
