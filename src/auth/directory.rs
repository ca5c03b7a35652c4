//! Certificates and tokens to a [`Principal`], against the registry in the store. Cheap checks come before dear ones,
//! and what was verified is kept until it ends or the registry moves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::peer::PeerIdentity;
use super::principal::{Party, Principal};
use super::token::{Token, bearer};
use super::token_fault::TokenFault;
use super::trust::anchor::CertificateId;
use super::trust::book::{CrlBook, Standing};
use crate::app::verified_cache::VerifiedCache;
use crate::domain::agency::{Agency, Credential, Officer, Purpose};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::OfficerId;
use crate::domain::time::{Clock, Timestamp};
use crate::domain::viewer::Viewer;
use crate::evidence::digest::salted;
use crate::store::Store;

/// Most connections' certificates and most tokens that are remembered.
const CACHE_ENTRIES: usize = 10_000;
/// How old the last reading of the registry's version may be for what is remembered to count. DESIGN section 9 allows
/// 5 seconds.
const FRESH: Duration = Duration::from_secs(4);
/// Longest wait for the registry's version.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

/// Finds out who is calling.
pub struct Authenticator {
    store: Store,
    clock: Arc<dyn Clock>,
    hub_id: Arc<str>,
    parties: VerifiedCache<Party>,
    principals: VerifiedCache<Principal>,
    /// The registry version after the last write through this hub.
    local: Option<watch::Receiver<i64>>,
    /// What the authorities have revoked.
    crls: Option<watch::Receiver<Arc<CrlBook>>>,
    /// When the last reading of the registry's version that succeeded was begun.
    read_at: Mutex<Option<Instant>>,
    fresh: Duration,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator")
            .field("hub_id", &self.hub_id)
            .finish_non_exhaustive()
    }
}

impl Authenticator {
    /// For the hub `hub_id`: the `aud` that tokens must have.
    pub fn new(store: Store, clock: Arc<dyn Clock>, hub_id: Arc<str>) -> Self {
        let parties = VerifiedCache::new(CACHE_ENTRIES);
        let principals = VerifiedCache::new(CACHE_ENTRIES);
        Self {
            store,
            clock,
            hub_id,
            parties,
            principals,
            local: None,
            crls: None,
            read_at: Mutex::new(None),
            fresh: FRESH,
        }
    }

    /// Looks at `version`, the ledger's registry version, in every call: a change made through this hub counts for the
    /// first call after its answer.
    #[must_use]
    pub fn with_local_version(mut self, version: watch::Receiver<i64>) -> Self {
        self.local = Some(version);
        self
    }

    /// Holds every certificate, of connections and of tokens, against these lists in every call and for every message of a
    /// stream. Nothing remembered outlives a list that names it.
    #[must_use]
    pub fn with_revocation_lists(mut self, crls: watch::Receiver<Arc<CrlBook>>) -> Self {
        self.crls = Some(crls);
        self
    }

    fn standing(&self, certificate: Option<&CertificateId>, now: Timestamp) -> Standing {
        let crls = self.crls.as_ref();
        crls.map_or(Standing::Good, |crls| crls.borrow().standing(certificate, now))
    }

    /// Reads where the registry stands, and from then on lets what is remembered count for 4 seconds. A task calls
    /// this every second, so that a change made through another hub counts soon.
    ///
    /// # Errors
    /// UNAVAILABLE if there is no answer within 2 seconds, and what the store says.
    pub async fn read_registry_version(&self) -> Result<i64> {
        // The version is at least as new as the moment of asking.
        let asked = Instant::now();
        let version = tokio::time::timeout(READ_TIMEOUT, self.store.registry_version())
            .await
            .unwrap_or_else(|_elapsed| Err(Error::new(ErrorCode::Unavailable).retry_after_millis(1_000)))?;
        self.observe_registry_version(version);
        let mut read_at = self.read_at.lock().unwrap_or_else(PoisonError::into_inner);
        *read_at = (*read_at).max(Some(asked));
        Ok(version)
    }

    /// Makes sure that what is remembered may count: nothing newer was written here, and the registry's version was
    /// read lately. Fails if it cannot be read: a revocation could have been missed.
    async fn refresh(&self) -> Result<()> {
        if let Some(local) = &self.local {
            let version = *local.borrow();
            self.observe_registry_version(version);
        }
        let read_at = *self.read_at.lock().unwrap_or_else(PoisonError::into_inner);
        if read_at.is_none_or(|read_at| read_at.elapsed() > self.fresh) {
            self.read_registry_version().await?;
        }
        Ok(())
    }

    /// Tells that the registry stands at `version`. Forgets everything verified under an older version.
    pub fn observe_registry_version(&self, version: i64) {
        self.parties.observe(version);
        self.principals.observe(version);
    }

    /// Who opened the connection. Fails with CERTIFICATE_NOT_REGISTERED or AGENCY_SUSPENDED.
    pub async fn authenticate_connection(&self, peer: &PeerIdentity) -> Result<Arc<Party>> {
        self.party(&peer.certificate_fingerprint, self.clock.machine_now())
            .await
    }

    /// Who makes a call with the given value of its `authorization` header. Fails with CERTIFICATE_NOT_REGISTERED,
    /// AGENCY_SUSPENDED, TOKEN_INVALID (metadata `reason`) or OFFICER_NOT_ACTIVE.
    pub async fn authenticate(&self, peer: &PeerIdentity, authorization: Option<&str>) -> Result<Arc<Principal>> {
        let now = self.clock.machine_now();
        let party = self.party(&peer.certificate_fingerprint, now).await?;
        let text = bearer(authorization)?;
        let key = salted(&peer.certificate_fingerprint, text.as_bytes());
        if let Some(principal) = self
            .principals
            .get(&key)
            .filter(|principal| principal.is_current(now, self.clock.now().date()))
        {
            self.check_token_key(principal.token_certificate.as_deref(), now)?;
            return Ok(principal);
        }
        let principal = Arc::new(self.verify(&party, text, now).await?);
        self.principals
            .insert(party.registry_version, key, Arc::clone(&principal));
        Ok(principal)
    }

    /// Whether the caller of a stream that is still open may go on: asked before every message, because a handshake and
    /// a token of an hour ago say nothing about now. The token may have expired meanwhile; connection, agency, officer
    /// and the token's key must still stand. What a stream may show was decided when it was opened: an officer whose rights have
    /// changed since opens it again. Returns the principal to ask with next time.
    pub async fn confirm(&self, principal: &Arc<Principal>) -> Result<Arc<Principal>> {
        let now = self.clock.machine_now();
        let party = self.party(&principal.certificate_fingerprint, now).await?;
        if party.registry_version == principal.registry_version {
            check_officer(&principal.officer, self.clock.now())?;
            self.check_token_key(principal.token_certificate.as_deref(), now)?;
            return Ok(Arc::clone(principal));
        }
        if party.agency.code != principal.agency.code {
            return Err(certificate_refused("not_registered"));
        }
        self.token_credential(&party, &principal.token_key, now).await?;
        let officer = self.officer(&party, &principal.officer.id).await?;
        if Viewer::of(&officer) != Viewer::of(&principal.officer) {
            return Err(rights_changed());
        }
        Ok(Arc::new(Principal {
            agency: Arc::clone(&party.agency),
            officer: Arc::new(officer),
            registry_version: party.registry_version,
            ..Principal::clone(principal)
        }))
    }

    /// The agency of the connection, from memory if the registry has not moved. Every way in begins here.
    async fn party(&self, fingerprint: &[u8; 32], now: Timestamp) -> Result<Arc<Party>> {
        self.refresh().await?;
        let party = match self.parties.get(fingerprint) {
            Some(party) => party,
            None => self.read_party(fingerprint).await?,
        };
        check_party(&party, now)?;
        match self.standing(party.certificate.as_ref(), now) {
            Standing::Good => Ok(party),
            Standing::Revoked => Err(certificate_refused("revoked")),
            Standing::Unknown => Err(certificate_refused("revocation_unknown")),
        }
    }

    fn check_token_key(&self, certificate: Option<&CertificateId>, now: Timestamp) -> Result<(), TokenFault> {
        match self.standing(certificate, now) {
            Standing::Good => Ok(()),
            Standing::Revoked | Standing::Unknown => Err(TokenFault::KeyNotUsable),
        }
    }

    async fn read_party(&self, fingerprint: &[u8; 32]) -> Result<Arc<Party>> {
        // The version is read first: what is read after it is at least as new.
        let registry_version = self.read_registry_version().await?;
        let credential = self
            .store
            .credential_by_fingerprint(fingerprint, Purpose::Tls)
            .await?
            .ok_or_else(|| certificate_refused("not_registered"))?;
        let agency = self
            .store
            .agency(&credential.agency)
            .await?
            .ok_or_else(|| Error::internal("a credential names an agency that does not exist"))?;
        let party = Arc::new(Party {
            agency: Arc::new(agency),
            certificate: CertificateId::read(&credential.certificate),
            credential,
            registry_version,
        });
        self.parties.insert(registry_version, *fingerprint, Arc::clone(&party));
        Ok(party)
    }

    async fn verify(&self, party: &Party, text: &str, now: Timestamp) -> Result<Principal> {
        let token = Token::parse(text)?;
        let fingerprint = party.credential.fingerprint;
        token.check(now, &self.hub_id, &fingerprint)?;
        if token.claims.issuer != party.agency.code {
            return Err(TokenFault::WrongIssuer.into());
        }
        let key = self.token_credential(party, &token.key_id, now).await?;
        token.verify_signature(&key.certificate)?;
        let officer = self.officer(party, &token.claims.subject).await?;
        Ok(Principal {
            agency: Arc::clone(&party.agency),
            officer: Arc::new(officer),
            expires: token.expires().min(party.credential.not_after).min(key.not_after),
            roles: token.claims.roles.into(),
            certificate_fingerprint: fingerprint,
            token_key: key.fingerprint,
            token_certificate: CertificateId::read(&key.certificate).map(Arc::new),
            token_id: token.claims.token_id.into(),
            registry_version: party.registry_version,
        })
    }

    async fn token_credential(&self, party: &Party, key_id: &[u8; 32], now: Timestamp) -> Result<Credential> {
        let credential = self.store.credential_by_fingerprint(key_id, Purpose::Token).await?;
        let credential = check_token_credential(credential, &party.agency, now)?;
        self.check_token_key(CertificateId::read(&credential.certificate).as_ref(), now)?;
        Ok(credential)
    }

    async fn officer(&self, party: &Party, id: &OfficerId) -> Result<Officer> {
        let officer = self.store.officer(&party.agency.code, id).await?;
        let officer =
            officer.ok_or_else(|| Error::new(ErrorCode::OfficerNotActive).with("reason", "not_registered"))?;
        check_officer(&officer, self.clock.now())?;
        Ok(officer)
    }
}

fn certificate_refused(reason: &'static str) -> Error {
    Error::new(ErrorCode::CertificateNotRegistered).with("reason", reason)
}

fn rights_changed() -> Error {
    Error::new(ErrorCode::Unavailable)
        .with("reason", "rights_changed")
        .with_detail(
            "Quyền của cán bộ trong cơ quan vừa thay đổi; hãy gọi lại.",
            "The officer's rights within the agency have just changed; call again.",
        )
        .retry_after_millis(1_000)
}

fn check_party(party: &Party, now: Timestamp) -> Result<()> {
    if party.credential.revoked_time.is_some() {
        return Err(certificate_refused("revoked"));
    }
    if !party.credential.is_usable(now) {
        return Err(certificate_refused("not_valid_now"));
    }
    if party.agency.suspended {
        return Err(Error::new(ErrorCode::AgencySuspended));
    }
    Ok(())
}

/// Another agency's key is unknown here: which keys others have is not told.
fn check_token_credential(
    credential: Option<Credential>,
    agency: &Agency,
    now: Timestamp,
) -> Result<Credential, TokenFault> {
    let credential = credential
        .filter(|credential| credential.agency == agency.code)
        .ok_or(TokenFault::UnknownKey)?;
    if credential.is_usable(now) {
        Ok(credential)
    } else {
        Err(TokenFault::KeyNotUsable)
    }
}

fn check_officer(officer: &Officer, now: Timestamp) -> Result<()> {
    if officer.is_in_office(now.date()) {
        Ok(())
    } else {
        Err(Error::new(ErrorCode::OfficerNotActive).with("reason", "not_in_office"))
    }
}

#[cfg(test)]
impl Authenticator {
    /// Like [`Authenticator::new`], but what is remembered counts for `fresh` after a reading.
    pub(super) fn remembering_for(self, fresh: Duration) -> Self {
        Self { fresh, ..self }
    }
}
