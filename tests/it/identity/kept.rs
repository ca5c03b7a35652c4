//! The authorities and their lists of revocations stand in the log from the moment on at which a hub relies on them.

use lienthong::evidence::digest::{hex, sha256};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::world::{World, list, soon};
use crate::harness::TestDatabase;
use crate::harness::audit::audit;

/// What the log holds: kind, SHA-256 of the bytes, whether the body of its entry is those bytes.
async fn kept(database: &TestDatabase) -> Vec<(String, String, bool)> {
    let papers = database.store().await.trust_papers().await.expect("papers");
    let mut kept = Vec::new();
    for paper in papers {
        let bodies = database.store().await.bodies(&[paper.log_index]).await.expect("bodies");
        let content = bodies[0].content.as_ref().expect("its bytes");
        kept.push((
            paper.kind.to_string(),
            hex(&paper.sha256),
            sha256(content) == paper.sha256,
        ));
    }
    kept
}

fn digest_of_list(pem: &str) -> String {
    let der = CertificateRevocationListDer::from_pem_slice(pem.as_bytes()).expect("a list");
    hex(&sha256(&der))
}

backends! {
    async fn every_authority_and_every_list_that_was_ever_in_force_is_kept_once(database) {
        let world = World::start(&database).await;
        let authority = std::sync::Arc::clone(&world.hubs[0].authority);
        let der = CertificateDer::from_pem_slice(authority.certificate_pem().as_bytes()).expect("a certificate");
        let mut expected = vec![
            ("AUTHORITY".to_owned(), hex(&sha256(&der)), true),
            ("REVOCATION_LIST".to_owned(), digest_of_list(&world.first_list), true),
        ];
        assert_eq!(kept(&database).await, expected, "at the start, by whichever hub was first");

        let next = list(&authority, &[], 2, 48);
        world.files.put("crl.pem", &next);
        expected.push(("REVOCATION_LIST".to_owned(), digest_of_list(&next), true));
        soon("the next list is kept", async || kept(&database).await.len() > 2).await;
        world.files.put("crl.pem", "half a list");
        soon("told", async || !world.hubs[0].tls_state().alarms.is_empty()).await;
        assert_eq!(kept(&database).await, expected, "what is not taken is not kept");
        world.stop().await;
        audit(&database).await;
    }
}
