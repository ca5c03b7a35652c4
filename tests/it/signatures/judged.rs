//! What a signer's certificate was judged by is named in its step, and is an entry of the log before it: also if the hub began to
//! rely on it an instant ago, and whatever the newest list in the log is.

use std::sync::Arc;

use lienthong::app::App;
use lienthong::app::ledger::LedgerSettings;
use lienthong::app::requests::Arrived;
use lienthong::auth::trust::anchor::Anchor;
use lienthong::auth::trust::book::CrlBook;
use lienthong::auth::trust::seals::SealTrust;
use lienthong::client::pki::{Authority, Validity};
use lienthong::domain::agency::Purpose;
use lienthong::domain::event::EventDetails;
use lienthong::domain::signature::ChainLink;
use lienthong::domain::time::Clock as _;
use lienthong::domain::viewer::Viewer;
use lienthong::evidence::digest::{hex, sha256};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use tokio::sync::watch;

use super::world::{freeze, sealed_with};
use crate::harness::agencies::{ALL, THADS};
use crate::harness::audit::audit;
use crate::harness::ids::clock;
use crate::harness::{TestDatabase, TestLedger, seals};

/// Sends a freeze that this seal signs; gives the index of its entry.
async fn send(app: App, keys: lienthong::client::pki::KeyedCertificate, key: String) -> i64 {
    let jws = sealed_with(&keys, &freeze(&key).to_string(), seals::times());
    let viewer = Viewer {
        officer: THADS.officer_id(),
        ..Viewer::whole(&THADS.code())
    };
    let sent = app.submit(&viewer, Arrived::Jws(jws.into()), None);
    sent.await.expect("taken").receipts[0].log_index
}

/// What the log tells that the seal of this entry was judged by.
async fn told(database: &TestDatabase, index: i64) -> Vec<ChainLink> {
    let raw = database.raw().await;
    let rows = raw
        .rows(&format!("SELECT details FROM event WHERE log_index = {index}"))
        .await;
    let details: EventDetails = serde_json::from_str(rows[0]["details"].text()).expect("details");
    details.signed.expect("signed").seal.chain
}

backends! {
    async fn what_a_seal_was_judged_by_is_an_entry_before_its_step_and_only_once(database) {
        let ledger = TestLedger::start_bare(&database, clock(), 1, LedgerSettings::default()).await;
        let validity = Validity::days(ledger.clock.now(), 20);
        let root = Authority::new("Gốc giả lập", validity).expect("an authority");
        let below = root.subordinate("CA giả lập", validity).expect("an authority");
        let keys = below.issue_client("dấu", validity).expect("a certificate");
        for agency in ALL {
            let own = seals::credential(*agency, Purpose::Seal, &keys);
            let seals = if *agency == THADS { vec![own] } else { agency.paper_credentials() };
            ledger.done(agency.registration(seals)).await;
        }
        ledger.bring_in_calendar().await;
        let der = |authority: &Authority| CertificateDer::from_pem_slice(authority.certificate_pem().as_bytes()).expect("DER");
        let anchors: Vec<Anchor> = [&below, &root].map(|authority| Anchor::read(der(authority)).expect("an authority")).into();
        let anchors = Arc::new(anchors);
        let list = |of: &Authority, number| of.revocation_list(&[], number, validity).expect("a list");
        let digest = |list: &String| hex(&sha256(&CertificateRevocationListDer::from_pem_slice(list.as_bytes()).expect("DER")));
        let (of_root, of_below) = (list(&root, 1), list(&below, 1));
        let book = |before: &CrlBook, lists: &[&String]| {
            let files: Vec<_> = lists.iter().map(|list| Ok(list.as_bytes())).collect();
            let (book, faults) = before.after(&files, &anchors, ledger.clock.now());
            assert!(faults.is_empty(), "{faults:?}");
            book
        };
        let first = book(&CrlBook::default(), &[&of_root, &of_below]);
        let (_sender, authorities) = watch::channel(Arc::clone(&anchors));
        let (lists, in_force) = watch::channel(Arc::new(first.clone()));
        let app = ledger.app_believing(Some(Arc::new(SealTrust::new(authorities, in_force)))).await;
        assert_eq!(ledger.store.trust_papers().await.expect("papers"), [], "nothing was entered yet");

        let at_once = (0..5).map(|number| tokio::spawn(send(app.clone(), keys.clone(), format!("judged-at-once-{number}"))));
        let mut steps = Vec::new();
        for step in at_once.collect::<Vec<_>>() {
            steps.push(step.await.expect("it ends"));
        }
        let papers = ledger.store.trust_papers().await.expect("papers");
        assert_eq!(papers.len(), 4, "two authorities and two lists, once each");
        let end = papers.iter().map(|paper| paper.log_index).max().expect("papers");
        assert!(steps.iter().all(|step| *step > end), "{steps:?} {end}");
        let link = |authority: &Authority, list: &String| ChainLink {
            authority_sha256: hex(&sha256(&der(authority))),
            revocation_list_sha256: Some(digest(list)),
        };
        for step in steps {
            assert_eq!(told(&database, step).await, [link(&below, &of_below), link(&root, &of_root)]);
        }

        let newer = list(&below, 2);
        lists.send_replace(Arc::new(book(&first, &[&newer])));
        let step = send(app.clone(), keys.clone(), "judged-newer".to_owned()).await;
        assert_eq!(told(&database, step).await[0], link(&below, &newer));
        let papers = ledger.store.trust_papers().await.expect("papers");
        assert!(papers.len() == 5 && papers[4].log_index < step);
        // The older list again, as a hub has it that was started with it.
        lists.send_replace(Arc::new(first));
        let step = send(app, keys, "judged-older".to_owned()).await;
        assert_eq!(told(&database, step).await[0], link(&below, &of_below));
        ledger.stop().await;
        audit(&database).await;
    }
}
