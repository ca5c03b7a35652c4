//! A registry in a real database, with two agencies and an operator, for the tests of identity.

use std::sync::{Arc, Mutex};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::directory::Authenticator;
use super::peer::PeerIdentity;
use crate::client::pki::{Authority, KeyedCertificate, Validity, fingerprint};
use crate::client::token::{TokenMinter, TokenSubject};
use crate::domain::agency::{Agency, Channel, Credential, Officer, Purpose, Role, Scope};
use crate::domain::ids::{AgencyCode, IdSource, OfficerId};
use crate::domain::time::{ManualClock, Timestamp};
use crate::sealing::MasterKeys;
use crate::store::rows::{CredentialRow, OfficerRow, RegisteredAgency};
use crate::store::{Database, Store};

pub(crate) const HUB: &str = "hub.lienthong.test";

pub(crate) fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-22T10:00:00Z").unwrap()
}

/// Ids that differ, without randomness.
#[derive(Default)]
pub(crate) struct Counter(Mutex<u64>);

impl IdSource for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        for (place, byte) in buffer.iter_mut().zip(count.to_be_bytes().iter().rev().cycle()) {
            *place = *byte;
        }
    }
}

/// An agency with its officer and its two certificates, registered.
pub(crate) struct Member {
    pub(crate) agency: Agency,
    pub(crate) officer: Officer,
    pub(crate) tls: KeyedCertificate,
    pub(crate) token: KeyedCertificate,
}

pub(crate) fn credential(
    agency: &AgencyCode,
    pem: &KeyedCertificate,
    purpose: Purpose,
    validity: Validity,
) -> Credential {
    Credential {
        agency: agency.clone(),
        fingerprint: fingerprint(&pem.certificate).unwrap(),
        purpose,
        officer: None,
        certificate: CertificateDer::from_pem_slice(pem.certificate.as_bytes())
            .unwrap()
            .to_vec(),
        not_before: validity.not_before,
        not_after: validity.not_after,
        registered_time: start(),
        revoked_time: None,
    }
}

impl Member {
    pub(crate) fn peer(&self) -> PeerIdentity {
        peer(&self.tls)
    }

    pub(crate) fn minter(&self, clock: &Arc<ManualClock>) -> TokenMinter {
        minter(
            &self.agency.code,
            self.officer.id.as_str(),
            &self.token,
            &self.tls,
            clock,
        )
    }

    /// A fresh `authorization` value.
    pub(crate) fn bearer(&self, clock: &Arc<ManualClock>) -> String {
        format!("Bearer {}", self.minter(clock).token().unwrap())
    }
}

pub(crate) fn peer(tls: &KeyedCertificate) -> PeerIdentity {
    PeerIdentity {
        certificate_fingerprint: fingerprint(&tls.certificate).unwrap(),
        remote: "192.0.2.1:4711".parse().unwrap(),
    }
}

pub(crate) fn minter(
    agency: &AgencyCode,
    officer: &str,
    token: &KeyedCertificate,
    tls: &KeyedCertificate,
    clock: &Arc<ManualClock>,
) -> TokenMinter {
    let subject = TokenSubject {
        agency: agency.clone(),
        officer: OfficerId::parse(officer).unwrap(),
        roles: vec!["enforcer".to_owned()],
        hub_id: HUB.to_owned(),
    };
    let ids = Arc::new(Counter(Mutex::new(0)));
    TokenMinter::new(subject, token, &tls.certificate, clock.clone(), ids).unwrap()
}

pub(crate) struct Registry {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) authority: Authority,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) bank: Member,
    pub(crate) court: Member,
    pub(crate) operator: Member,
    _folder: tempfile::TempDir,
}

impl Registry {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(folder.path().join("hub.db"));
        let store = Store::connect(&database).await.unwrap().with_masters(MasterKeys::one());
        store.migrate().await.unwrap();
        let clock = Arc::new(ManualClock::new(start()));
        let authority = Authority::new("client CA", Validity::days(start(), 400)).unwrap();
        let authenticator = Arc::new(Authenticator::new(store.clone(), clock.clone(), HUB.into()));
        let bank = member(&store, &authority, "BANK.1", Role::Bank).await;
        let court = member(&store, &authority, "COURT.1", Role::Court).await;
        let operator = member(&store, &authority, "OPERATOR", Role::Operator).await;
        Self {
            store,
            clock,
            authority,
            authenticator,
            bank,
            court,
            operator,
            _folder: folder,
        }
    }

    /// Writes to the registry as the ledger does, and tells the authenticator as a local write does.
    pub(crate) async fn put(&self, agencies: &[Agency], officers: &[Officer], credentials: &[Credential]) {
        let version = put(&self.store, agencies, officers, credentials).await;
        self.authenticator.observe_registry_version(version);
    }
}

async fn member(store: &Store, authority: &Authority, code: &str, role: Role) -> Member {
    let code = AgencyCode::parse(code).unwrap();
    let validity = Validity::days(start(), 300);
    let agency = Agency {
        code: code.clone(),
        role,
        name: "Cơ quan thử nghiệm".to_owned(),
        name_en: String::new(),
        province_code: String::new(),
        commune_code: String::new(),
        parent: None,
        successor: None,
        channel: Channel::Digital,
        suspended: false,
        aliases: Vec::new(),
        units: Vec::new(),
        territory: Vec::new(),
    };
    let officer = Officer {
        agency: code.clone(),
        id: OfficerId::parse("officer.1").unwrap(),
        full_name: "Nguyễn Văn A".to_owned(),
        position: "Chấp hành viên".to_owned(),
        unit: None,
        valid_from: jiff::civil::date(2026, 1, 1),
        valid_to: Some(jiff::civil::date(2026, 12, 31)),
        scope: Scope::All,
    };
    let tls = authority.issue_client(code.as_str(), validity).unwrap();
    let token = authority.issue_client(code.as_str(), validity).unwrap();
    let credentials = [
        credential(&code, &tls, Purpose::Tls, validity),
        credential(&code, &token, Purpose::Token, validity),
    ];
    put(
        store,
        std::slice::from_ref(&agency),
        std::slice::from_ref(&officer),
        &credentials,
    )
    .await;
    Member {
        agency,
        officer,
        tls,
        token,
    }
}

async fn put(store: &Store, agencies: &[Agency], officers: &[Officer], credentials: &[Credential]) -> i64 {
    let (mut transaction, mut head) = store.begin_ledger().await.unwrap();
    head.registry_version += 1;
    let agencies: Vec<_> = agencies
        .iter()
        .map(|agency| RegisteredAgency::new(agency.clone(), head.registry_version).unwrap())
        .collect();
    let officers: Vec<_> = officers.iter().cloned().map(OfficerRow::from).collect();
    let credentials: Vec<_> = credentials.iter().cloned().map(CredentialRow).collect();
    transaction.write(&agencies).await.unwrap();
    transaction.write(&officers).await.unwrap();
    transaction.write(&credentials).await.unwrap();
    transaction.write_head(&head).await.unwrap();
    transaction.commit().await.unwrap();
    head.registry_version
}
