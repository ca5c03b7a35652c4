//! The hub's certificate and key and the client CAs change in the files: taken while it serves, or refused as a whole.

use lienthong::client::pki::{Authority, Validity};
use lienthong::server::tls::PemInput;
use lienthong::server::tls_alarm::{SetFault, TlsAlarm};
use lienthong_proto::v1::CredentialPurpose;

use super::world::{ASK, Load, World, list, refusal, register, soon, verdict};
use crate::harness::agencies::{BANK, BANK_2, THADS};
use crate::harness::hub::validity;
use crate::harness::ids::start;
use crate::harness::wire::call;

/// Its name, the files that are put in place, and what is wrong with them.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], SetFault);

backends! {
    async fn new_keys_and_authorities_are_taken_under_load_and_a_lost_authority_closes_its_connections(database) {
        let world = World::start(&database).await;
        let hub = &world.hubs[0];
        let renewed = Authority::new("CA mới", validity()).expect("an authority");
        let keys = renewed.issue_client(THADS.code_text(), validity()).expect("a certificate");
        register(hub, THADS, &keys, &[CredentialPurpose::Tls]).await;
        let tokens = hub.minter(THADS, hub.keys(THADS), &keys);
        let bearer = || format!("Bearer {}", tokens.token().expect("a token"));
        let load = Load::of(hub.client(BANK_2).await);
        assert_eq!(refusal(hub, &keys, ASK, &bearer()).await, "NO CONNECTION");

        let before = hub.tls_state().changes;
        world.files.put("crl.pem", &(world.first_list.clone() + &list(&renewed, &[], 1, 24 * 30)));
        world.files.put("ca.pem", &(hub.authority.certificate_pem() + &renewed.certificate_pem()));
        world.files.put_server(&hub.authority.issue_server(validity()).expect("a certificate"));
        soon("the new authority is taken", async || refusal(hub, &keys, ASK, &bearer()).await == "ACCEPTED").await;
        soon("nothing is amiss", async || hub.tls_state().alarms.is_empty()).await;
        assert!(hub.tls_state().changes > before);

        let channel = hub.channel(&keys).await.expect("a connection");
        let reply = call(channel.clone(), ASK.path(), Some(&bearer()), Vec::new()).await;
        assert_eq!(verdict(&reply), "ACCEPTED");
        soon("its connection and that of the load are open", async || hub.connections() == 2).await;
        // It has been looked at and found good, and outlives a new certificate of the hub.
        let looked = hub.tls_state().changes;
        world.files.put_server(&hub.authority.issue_server(validity()).expect("a certificate"));
        soon("a look has passed", async || hub.tls_state().changes > looked).await;
        soon("all is well", async || hub.tls_state().alarms.is_empty()).await;
        assert_eq!(hub.connections(), 2);
        world.files.put("ca.pem", &hub.authority.certificate_pem());
        world.files.put("crl.pem", &world.first_list);
        soon("its connection is closed", async || hub.connections() == 1).await;
        assert_eq!(refusal(hub, &keys, ASK, &bearer()).await, "NO CONNECTION");
        drop(channel);
        load.nothing_lost().await;
        world.stop().await;
    }

    async fn a_set_that_does_not_fit_together_is_refused_whole_and_told(database) {
        let world = World::start(&database).await;
        let hub = &world.hubs[0];
        let authority = &hub.authority;
        let load = Load::of(hub.client(BANK_2).await);
        let past = Validity { not_before: start().plus_hours(-48), not_after: start().plus_hours(-1) };
        let future = Validity { not_before: start().plus_hours(1), not_after: start().plus_hours(48) };
        let issue = |validity| authority.issue_server(validity).expect("a certificate");
        let (good, other) = (issue(validity()), issue(validity()));
        let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        let client = authority.issue_client("X", validity()).expect("a certificate");
        let stranger = Authority::new("CA lạ", validity()).expect("an authority");
        // Before each case the files are as they should be; each leaves some of them wrong.
        let cases: [Case<'_>; 9] = [
            ("key of another", &[("server.key", &other.key)], SetFault::KeyOfAnother),
            ("broken certificate", &[("server.pem", broken)], SetFault::Unusable(PemInput::Certificate)),
            ("no key", &[("server.key", &good.certificate)], SetFault::Unusable(PemInput::Key)),
            ("no authority", &[("ca.pem", "")], SetFault::Unusable(PemInput::ClientCa)),
            ("expired", &[("server.pem", &issue(past).certificate)], SetFault::Expired),
            ("not yet valid", &[("server.pem", &issue(future).certificate)], SetFault::NotYetValid),
            ("a client's", &[("server.pem", &client.certificate), ("server.key", &client.key)], SetFault::NotForServers),
            ("an authority without a list", &[("ca.pem", &stranger.certificate_pem())], SetFault::CrlMissing),
            // A good new certificate does not come in with a bad authority.
            ("half good", &[("server.pem", &other.certificate), ("server.key", &other.key), ("ca.pem", broken)],
                SetFault::Unusable(PemInput::ClientCa)),
        ];
        for (name, files, fault) in cases {
            for (file, text) in files {
                world.files.put(file, text);
            }
            let alarm = TlsAlarm::SetRefused(fault);
            soon(name, async || hub.tls_state().alarms.contains(&alarm)).await;
            // The old set stays in force for new connections.
            hub.client(BANK).await.raw(ASK, Vec::new()).await.expect(name);
            world.files.put_server(&good);
            world.files.put("ca.pem", &authority.certificate_pem());
        }
        soon("all is well again", async || hub.tls_state().alarms.is_empty()).await;
        world.files.remove("server.key");
        let alarm = TlsAlarm::SetRefused(SetFault::Unusable(PemInput::Key));
        soon("a file is gone", async || hub.tls_state().alarms.contains(&alarm)).await;
        hub.client(BANK).await;
        load.nothing_lost().await;
        world.stop().await;
    }
}
