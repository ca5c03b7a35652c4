//! Agencies, officers and certificates: who may change and see what of them, and the first agency of an empty hub.

mod credentials;

use bytes::Bytes;
use serde_json::json;

pub use credentials::{MAX_PEM_BYTES, NewCredential, new_credentials};

use super::App;
use super::ledger::command::RegistryChange;
use super::ledger::{Actor, Command, Operation, Receipt};
use crate::domain::agency::{Agency, Credential, Officer, Role};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, IdempotencyKey};
use crate::evidence::leaf::{Leaf, content_sha256};

/// A write to the registry, as it came.
#[derive(Debug, Clone)]
pub struct RegistryWrite {
    /// Who asks.
    pub actor: Actor,
    /// The key that makes the retry safe.
    pub key: IdempotencyKey,
    /// The message, encoded again in field order: what the key is bound to.
    pub content: Bytes,
    /// The action that it comes to, as the log names it.
    pub action: &'static str,
}

/// An agency as a caller may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyView {
    /// The agency.
    pub agency: Agency,
    /// Its officers; empty for others.
    pub officers: Vec<Officer>,
    /// Its certificates; empty for others.
    pub credentials: Vec<Credential>,
}

/// Whether `caller` may see and change the officers and certificates of the agency `code`.
fn administers(caller: &Agency, code: &AgencyCode) -> bool {
    caller.role == Role::Operator || caller.code == *code
}

/// The agency that a call is about: the one named, or the caller's own. Another agency's answers as a missing one does
/// (AGENCY_NOT_FOUND), except to operators.
pub fn administered(caller: &Agency, named: Option<AgencyCode>) -> Result<AgencyCode> {
    let code = named.unwrap_or_else(|| caller.code.clone());
    if administers(caller, &code) {
        Ok(code)
    } else {
        Err(Error::new(ErrorCode::AgencyNotFound))
    }
}

impl App {
    /// Changes the registry. `change` is an error if a check before this one failed; a key that acted before gives the
    /// receipt of that time all the same.
    pub async fn write_registry(&self, write: RegistryWrite, change: Result<RegistryChange>) -> Result<Receipt> {
        let RegistryWrite {
            actor,
            key,
            content,
            action,
        } = write;
        let change = match change {
            Ok(change) => self.check_change(&actor, change).await,
            Err(failure) => Err(failure),
        };
        let receipts = match change {
            Ok(change) => {
                let operation = Operation::Registry(Box::new(change));
                self.execute(Command::new(actor, key, "application/protobuf", content, operation))
                    .await?
            }
            Err(failure) => {
                self.replay_or(&actor.agency, &key, content_sha256(&content), failure)
                    .await?
            }
        };
        let receipt = receipts.into_iter().next();
        let receipt = receipt.ok_or_else(|| Error::internal("a change of the registry without a receipt"))?;
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        // The same bytes may be a message of two methods; a key that acted in another one was used for other content.
        if leaf.action == action {
            Ok(receipt)
        } else {
            Err(Error::new(ErrorCode::KeyReused))
        }
    }

    /// What can be seen before the ledger. None of it can be made true by another write meanwhile.
    async fn check_change(&self, actor: &Actor, change: RegistryChange) -> Result<RegistryChange> {
        match &change {
            RegistryChange::UpdateAgency(agency) => {
                let current = self.store.agency(&agency.code).await?;
                let current = current.ok_or_else(|| Error::new(ErrorCode::AgencyNotFound))?;
                if current.role != agency.role {
                    return Err(Error::field(
                        "agency.role",
                        "immutable",
                        "Loại cơ quan, tổ chức không thay đổi được.",
                        "The role never changes.",
                    ));
                }
            }
            RegistryChange::SuspendAgency { code, suspended: true } if *code == actor.agency => {
                return Err(Error::field(
                    "code",
                    "own_agency",
                    "Không tự tạm ngừng cơ quan của mình được.",
                    "An operator cannot suspend its own agency.",
                ));
            }
            RegistryChange::EndOfficer {
                agency,
                officer,
                last_day,
            } => {
                let officer = self.store.officer(agency, officer).await?;
                if officer.is_some_and(|officer| *last_day < officer.valid_from) {
                    return Err(Error::field(
                        "valid_to",
                        "before_start",
                        "Ngày cuối không được trước ngày đầu.",
                        "The last day cannot be before the first.",
                    ));
                }
            }
            RegistryChange::Init { .. }
            | RegistryChange::CreateAgency { .. }
            | RegistryChange::SuspendAgency { .. }
            | RegistryChange::RegisterOfficer { .. }
            | RegistryChange::RegisterCredentials { .. }
            | RegistryChange::RevokeCredential { .. } => {}
        }
        Ok(change)
    }

    /// Writes the first agency, its officer and its certificates into an empty hub; ALREADY_INITIALISED if it is not
    /// empty. The same again gives the same receipt.
    pub async fn init(&self, agency: Agency, officer: Officer, credentials: Vec<Credential>) -> Result<Receipt> {
        let certificates: Vec<_> = credentials
            .iter()
            .map(|credential| json!({"sha256": hex(&credential.fingerprint), "purpose": credential.purpose}))
            .collect();
        let content = json!({"agency": agency, "officer": officer, "credentials": certificates}).to_string();
        let digest = hex(&content_sha256(content.as_bytes()));
        let key = IdempotencyKey::parse(&format!("init-{digest}")).map_err(Error::internal)?;
        let actor = Actor {
            agency: agency.code.clone(),
            officer: officer.id.clone(),
        };
        let operation = Operation::Registry(Box::new(RegistryChange::Init {
            agency,
            officer,
            credentials,
        }));
        let receipts = self
            .execute(Command::new(actor, key, "application/json", content.into(), operation))
            .await?;
        receipts
            .into_iter()
            .next()
            .ok_or_else(|| Error::internal("an initialisation without a receipt"))
    }

    /// An agency, with its officers and certificates if `caller` is that agency or an operator.
    pub async fn agency_view(&self, caller: &Agency, code: &AgencyCode) -> Result<AgencyView> {
        let agency = self
            .store
            .agency(code)
            .await?
            .ok_or_else(|| Error::new(ErrorCode::AgencyNotFound))?;
        if !administers(caller, code) {
            return Ok(AgencyView {
                agency,
                officers: Vec::new(),
                credentials: Vec::new(),
            });
        }
        let officers = self.store.officers_of(code).await?;
        let credentials = self.store.credentials_of(code).await?;
        Ok(AgencyView {
            agency,
            officers,
            credentials,
        })
    }

    /// Up to `limit` agencies with codes after `after`, and whether there are more.
    pub async fn agencies(
        &self,
        after: Option<&AgencyCode>,
        role: Option<Role>,
        province_code: &str,
        limit: usize,
    ) -> Result<(Vec<Agency>, bool)> {
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let after = after.map_or("", AgencyCode::as_str);
        let mut agencies = self.store.agency_page(after, role, province_code, one_more).await?;
        let more = agencies.len() > limit;
        agencies.truncate(limit);
        Ok((agencies, more))
    }
}

fn hex(digest: &[u8]) -> String {
    digest
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
