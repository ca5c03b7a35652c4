//! The key of a signed document is bound to its payload: promise 2 holds whatever becomes of signature and certificate.

use lienthong::client::signing::Times;
use lienthong::domain::time::Clock as _;
use lienthong_proto::v1::CredentialPurpose;
use prost::Message as _;

use super::world::{freeze, refusal, register, revoke, sealed_with, send};
use crate::harness::agencies::THADS;
use crate::harness::audit::audit;
use crate::harness::wire::reason;
use crate::harness::{TestHub, seals};

backends! {
    async fn a_retry_gets_the_first_receipt_however_it_is_signed(database) {
        let hub = TestHub::start(&database).await;
        let keys = seals::issue("dấu");
        register(&hub, THADS, &keys, CredentialPurpose::Seal, "").await.expect("registered");
        let order = freeze("retried-0001").to_string();
        let first_jws = sealed_with(&keys, &order, seals::times());
        let sender = hub.client(THADS).await;
        let first = send(&sender, &first_jws).await.expect("taken");
        let same = |reply: lienthong_proto::v1::SubmitResponse| assert_eq!(reply.encode_to_vec(), first.encode_to_vec());

        same(send(&sender, &first_jws).await.expect("the very same"));
        let own = seals::of_code(THADS.code_text());
        same(send(&sender, &sealed_with(&own.seal, &order, seals::times())).await.expect("signed by another seal"));
        revoke(&hub, THADS, &keys).await;
        same(send(&sender, &first_jws).await.expect("its certificate revoked"));
        hub.clock.advance_micros(40 * 86_400_000_000);
        let sender = hub.client(THADS).await;
        same(send(&sender, &first_jws).await.expect("its exp passed"));
        let now = Times::at(hub.clock.now());
        same(send(&sender, &sealed_with(&seals::issue("lạ"), &order, now)).await.expect("signed by nobody we know"));

        let other = order.replacen("125", "126", 1);
        assert_ne!(other, order);
        let status = send(&sender, &sealed_with(&own.seal, &other, now)).await.expect_err("another payload");
        assert_eq!(reason(&status), "KEY_REUSED");
        let status = send(&sender, &sealed_with(&seals::issue("lạ"), &other, now)).await.expect_err("and forged");
        assert_eq!(reason(&status), "KEY_REUSED");
        let fresh = freeze("retried-0002").to_string();
        let status = send(&sender, &sealed_with(&keys, &fresh, now)).await.expect_err("a new one with the revoked seal");
        assert_eq!(refusal(&status).1, "certificate_revoked");
        // The first bytes stand.
        let store = database.store().await;
        let body = store.bodies(&[first.receipts[0].log_index]).await.expect("a query").pop().expect("the body");
        store.close().await;
        assert_eq!(body.content.expect("its bytes"), first_jws.as_bytes());
        assert_eq!(body.media_type, "application/jose");
        hub.stop().await;
        audit(&database).await;
    }
}
