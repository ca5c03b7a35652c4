//! Whole lives as bundles, from both databases.

use std::sync::Arc;

use lienthong::client::channel::{HubAddress, connect, with_tokens};
use lienthong::client::pki::{KeyedCertificate, fingerprint};
use lienthong::server::clock::SystemClock;
use lienthong_proto::v1;
use lienthong_proto::v1::agency_service_client::AgencyServiceClient;

use super::{both, export, files, freeze, release};
use crate::cli::Desk;
use crate::harness::agencies::{BANK, LAND_OFFICE, OPERATOR, THADS};
use crate::harness::audit::audit;
use crate::harness::hub::minter;
use crate::harness::ledger::HUB;
use crate::harness::seals;

/// Revokes the seal of the enforcement agency.
async fn revoke_seal(desk: &Desk) {
    let read = |name: String| std::fs::read_to_string(desk.path(&name)).expect("a file");
    let code = OPERATOR.code_text();
    let keys = KeyedCertificate {
        certificate: read(format!("{code}.pem")),
        key: read(format!("{code}.key")),
    };
    let address = HubAddress {
        uri: format!("https://{}", desk.listens_at()),
        server_name: Some("localhost".to_owned()),
        ca: read("ca.pem".to_owned()),
    };
    let clock = Arc::new(SystemClock);
    let channel = connect(&address, &keys, clock.clone()).await.expect("connected");
    let channel = with_tokens(channel, minter(OPERATOR, HUB, &keys, &keys, clock));
    let seal = fingerprint(&seals::of_code(THADS.code_text()).seal.certificate).expect("a certificate");
    let asked = v1::RevokeCredentialRequest {
        idempotency_key: "revoke-the-seal".to_owned(),
        agency_code: THADS.code_text().to_owned(),
        sha256: seal.to_vec().into(),
        purposes: Vec::new(),
        reason: "Mất thiết bị".to_owned(),
    };
    AgencyServiceClient::new(channel)
        .revoke_credential(asked)
        .await
        .expect("revoked");
}

backends! {
    async fn a_freeze_and_its_release_are_proved_without_the_hub_also_after_their_seal_was_revoked(database) {
        let mut desk = Desk::open(&database).await;
        let freeze = freeze(&desk).await;
        let (before, keys) = export(&desk, &freeze, "before").await;
        let release = release(&desk, &freeze).await;
        let (released, _) = export(&desk, &release, "released").await;
        // Of a debit the officer's own signature stands beside the seal.
        desk.text(THADS, &["template", "account-debit", "order", "--to", BANK.code_text(), "-O", "debit.json"]).await;
        let mut debit = desk.json("debit.json");
        debit["relations"] = serde_json::json!([]);
        desk.write("debit.json", &debit.to_string());
        let sent = desk.ask(THADS, &["send", "debit.json"]).await;
        let debit = sent["requests"][0]["enforcement_request_id"].as_str().expect("an id");
        let (debited, _) = export(&desk, debit, "debited").await;
        revoke_seal(&desk).await;
        let (after, _) = export(&desk, &freeze, "after").await;
        let again = desk.run(THADS, &["evidence", "export", &freeze, "-d", "after"]).await;
        assert_eq!(again.status, 2, "a folder that is there is refused: {}", again.stderr);
        desk.text(BANK, &["evidence", "export", &freeze, "-d", "the-banks", "--without-attachments"]).await;
        let bare = desk.path("the-banks");
        for (party, request) in [(LAND_OFFICE, freeze.as_str()), (BANK, "req_00000000000000000000000000000000")] {
            let refused = desk.run(party, &["evidence", "export", request, "-d", "stolen"]).await;
            assert!(refused.status == 1 && refused.stderr.contains("REQUEST_NOT_FOUND"), "{}", refused.stderr);
            assert!(!desk.path("stolen").exists());
        }
        desk.stop_hub().await;

        let first = both(&before, Some(&keys), "before the revocation");
        assert!(first.held, "{first:?}");
        // The order is signed with a seal; submit, acknowledge, assign and answer each brought something.
        let [entries, documents, signatures, attachments, ..] = first.counts;
        assert!(entries >= 7 && documents == 4 && signatures >= 1 && attachments == 1, "{first:?}");
        let then = both(&after, Some(&keys), "after the revocation");
        assert!(then.held, "signed before it was revoked: {then:?}");
        assert_eq!(then.counts[0], entries + 1, "the revocation is told");
        for (folder, about) in [(&released, "the release"), (&bare, "without attachments")] {
            let said = both(folder, None, about);
            assert!(said.held, "{about}: {said:?}");
        }
        let signed_twice = both(&debited, Some(&keys), "the debit");
        assert!(signed_twice.held && signed_twice.counts[2] == 2, "{signed_twice:?}");
        assert_eq!(both(&bare, Some(&keys), "without attachments").counts[3], 0);
        assert!(files(&bare).iter().all(|file| !file.starts_with("attachments/")));
        let kept = files(&before);
        for part in ["attachments/doc_", "certificates/", ".paper.der", ".document.jws", ".message.pb"] {
            assert!(kept.iter().any(|file| file.contains(part)), "{part}: {kept:?}");
        }
        let left: Vec<_> = std::fs::read_dir(before.parent().expect("a folder"))
            .expect("a folder")
            .filter(|entry| entry.as_ref().expect("an entry").file_name().to_string_lossy().ends_with(".part"))
            .collect();
        assert!(left.is_empty(), "unfinished folders go: {left:?}");
        desk.close().await;
        audit(&database).await;
    }
}
