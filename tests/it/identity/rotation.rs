//! An agency changes its certificate: with two registered, neither is ever refused, and the new one goes on when the old
//! one goes.

use lienthong_proto::v1::CredentialPurpose;

use super::world::{ASK, Load, World, refusal, register, revoke, soon};
use crate::harness::agencies::BANK;
use crate::harness::hub::validity;

backends! {
    async fn two_registered_certificates_are_both_good_until_one_is_revoked(database) {
        let world = World::start(&database).await;
        let first = &world.hubs[0];
        let old = first.keys(BANK).clone();
        let new = first.authority.issue_client(BANK.code_text(), validity()).expect("a certificate");
        let with_old: Vec<Load> = {
            let mut loads = Vec::new();
            for hub in &world.hubs {
                loads.push(Load::of(hub.client(BANK).await));
            }
            loads
        };
        register(first, BANK, &new, &[CredentialPurpose::Tls, CredentialPurpose::Token]).await;
        let mut with_new = Vec::new();
        for hub in &world.hubs {
            // Either certificate signs tokens for either connection.
            for (tls, token) in [(&old, &old), (&old, &new), (&new, &old), (&new, &new)] {
                let bearer = format!("Bearer {}", hub.minter(BANK, token, tls).token().expect("a token"));
                soon("both are good", async || refusal(hub, tls, ASK, &bearer).await == "ACCEPTED").await;
            }
            with_new.push(Load::of(hub.client_with(BANK, &new).await));
        }
        for load in with_old {
            load.nothing_lost().await;
        }
        revoke(first, BANK, &old).await;
        for hub in &world.hubs {
            let bearer = format!("Bearer {}", hub.minter(BANK, &new, &old).token().expect("a token"));
            soon("the old one is out", async || refusal(hub, &old, ASK, &bearer).await == "NO CONNECTION").await;
            let bearer = format!("Bearer {}", hub.minter(BANK, &old, &new).token().expect("a token"));
            soon("its tokens too", async || refusal(hub, &new, ASK, &bearer).await == "TOKEN_INVALID").await;
        }
        for load in with_new {
            load.nothing_lost().await;
        }
        world.stop().await;
    }
}
