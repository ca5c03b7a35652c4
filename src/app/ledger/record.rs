//! Writing entries: every change is one event, one leaf and, if it brought bytes, one body.

use bytes::Bytes;

use super::command::{Actor, NewBody};
use super::environment::Environment;
use super::state::State;
use crate::domain::error::{Error, Result};
use crate::domain::event::{Beside, Entered};
use crate::domain::ids::{AgencyCode, IdSource, IdempotencyKey, RelatedId, salt};
use crate::domain::mailbox::MailboxEntry;
use crate::domain::request::EnforcementRequest;
use crate::domain::workflow::{Party, State as RequestState};
use crate::evidence::Digest;
use crate::evidence::digest::{hex, salted, sha256};
use crate::evidence::leaf::{EntryType, Leaf, NO_CONTENT};
use crate::sealing::{AccountDigest, DataKey, entry_place};
use crate::store::rows::{AccountDocumentRow, BodyRow, ContentKeyRow, EventRow, LogEntry, UsedKey};

/// What an entry says beside who acted and when.
#[derive(Debug)]
pub(super) struct NewEntry {
    pub(super) entry_type: EntryType,
    pub(super) subject: String,
    pub(super) version: i64,
    pub(super) action: &'static str,
    pub(super) from_state: Option<RequestState>,
    pub(super) to_state: Option<RequestState>,
    pub(super) party: Option<Party>,
    pub(super) counterparty: Option<AgencyCode>,
    pub(super) details: String,
    pub(super) content_digest: Digest,
}

/// The JSON text of an entry's details.
pub(super) fn details_text<T: serde::Serialize>(details: &T) -> Result<String> {
    serde_json::to_string(details).map_err(Error::internal)
}

/// The bytes of a command, kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    /// The entry under which they stand.
    pub(super) log_index: i64,
    /// The digest for the leaves.
    pub(super) digest: Digest,
    /// The salt of that digest; none without bytes.
    pub(super) salt: Option<[u8; 32]>,
}

impl Kept {
    fn nothing(log_index: i64) -> Self {
        Self {
            log_index,
            digest: NO_CONTENT,
            salt: None,
        }
    }

    fn new(log_index: i64, salt: [u8; 32], body: &NewBody) -> Self {
        Self {
            log_index,
            digest: salted(&salt, &body.content),
            salt: Some(salt),
        }
    }
}

impl State {
    /// Keeps the bytes of a command under the next log index, sealed under a key of their own.
    ///
    /// # Errors
    /// INTERNAL: this hub knows no master key.
    pub(super) fn keep_body(&mut self, body: Option<&NewBody>, environment: &Environment) -> Result<Kept> {
        let mut random = [0; 32];
        environment.ids.fill(&mut random);
        self.keep_sealed(body, environment, &DataKey::new(random))
    }

    /// The same under a key that has sealed, of this entry, something else already.
    ///
    /// # Errors
    /// As [`State::keep_body`].
    pub(super) fn keep_sealed(
        &mut self,
        body: Option<&NewBody>,
        environment: &Environment,
        key: &DataKey,
    ) -> Result<Kept> {
        let log_index = self.next_index;
        let Some(body) = body else {
            return Ok(Kept::nothing(log_index));
        };
        let mut nonce = [0; 12];
        environment.ids.fill(&mut nonce);
        let wrapped = environment.masters.wrap(&entry_place(log_index), key, nonce);
        let wrapped = wrapped.map_err(Error::internal)?;
        let salt = salt(&*environment.ids);
        self.appended.content_keys.push(ContentKeyRow::new(log_index, wrapped));
        self.appended.bodies.push(BodyRow {
            log_index,
            media_type: body.media_type.to_owned(),
            salt: None,
            content: Some(key.seal_body(log_index, &salt, &body.content).into()),
        });
        Ok(Kept::new(log_index, salt, body))
    }

    /// Keeps bytes that everybody may read, as they are: whoever verifies the log needs them.
    pub(super) fn keep_open(&mut self, body: &NewBody, ids: &dyn IdSource) -> Kept {
        let salt = salt(ids);
        self.appended.bodies.push(BodyRow {
            log_index: self.next_index,
            media_type: body.media_type.to_owned(),
            salt: Some(salt.to_vec()),
            content: Some(body.content.clone()),
        });
        Kept::new(self.next_index, salt, body)
    }

    /// Appends one entry; gives its log index.
    pub(super) fn append(&mut self, actor: &Actor, entry: NewEntry) -> i64 {
        let log_index = self.next_index;
        self.next_index += 1;
        let event = EventRow {
            log_index,
            entry_type: entry.entry_type.code(),
            subject: entry.subject,
            version: entry.version,
            action: entry.action.to_owned(),
            from_state: entry.from_state,
            to_state: entry.to_state,
            agency: actor.agency.clone(),
            officer: actor.officer.clone(),
            party: entry.party,
            counterparty: entry.counterparty,
            hub_time: self.hub_time,
            details: entry.details,
        };
        let leaf = Leaf {
            entry_type: entry.entry_type,
            // Log indexes start at 0 and only grow.
            log_index: u64::try_from(log_index).unwrap_or_default(),
            hub_time: self.hub_time.micros(),
            version: event.version,
            subject: event.subject.clone(),
            action: event.action.clone(),
            from_state: event
                .from_state
                .map(RequestState::as_str)
                .unwrap_or_default()
                .to_owned(),
            to_state: event.to_state.map(RequestState::as_str).unwrap_or_default().to_owned(),
            agency: actor.agency.to_string(),
            officer: actor.officer.to_string(),
            counterparty: event
                .counterparty
                .as_ref()
                .map(AgencyCode::to_string)
                .unwrap_or_default(),
            content_digest: entry.content_digest,
            row_digest: event.digest(),
        };
        self.appended.entries.push(LogEntry {
            log_index,
            leaf: leaf.encode(),
        });
        self.appended.events.push(event);
        log_index
    }

    /// Binds a key to the entries from `log_index` on.
    pub(super) fn use_key(
        &mut self,
        actor: &Actor,
        key: Option<&IdempotencyKey>,
        content_sha256: Digest,
        log_index: i64,
    ) -> Result<()> {
        let used = key.map(|key| UsedKey {
            agency: actor.agency.clone(),
            key: key.clone(),
            content_sha256,
            log_index,
            entry_count: self.next_index - log_index,
        });
        self.tell_beside(log_index, used.as_ref())?;
        if let Some(used) = used {
            self.used_keys
                .insert((used.agency.clone(), used.key.clone()), used.clone());
            self.appended.keys.push(used);
        }
        Ok(())
    }

    /// Lets the first entry of a command say which rows of other tables stand beside it. It can only now: a key's row says how
    /// many entries came of it.
    fn tell_beside(&mut self, log_index: i64, used: Option<&UsedKey>) -> Result<()> {
        let is_first = |index: i64| index == log_index;
        let appended = &mut self.appended;
        let body = appended.bodies.iter().rfind(|body| is_first(body.log_index));
        let beside = Beside {
            media_type: body.map(|body| body.media_type.clone()),
            sealed: body
                .filter(|body| body.salt.is_none())
                .and_then(|body| Some(hex(&sha256(body.content.as_ref()?)))),
            key: used.map(|used| hex(&used.digest())),
        };
        let event = appended.events.iter_mut().rfind(|event| is_first(event.log_index));
        let entry = appended.entries.iter_mut().rfind(|entry| is_first(entry.log_index));
        let (Some(event), Some(entry)) = (event, entry) else {
            return Ok(());
        };
        if beside != Beside::default() {
            event.details = beside.put_into(&event.details).map_err(Error::internal)?;
            let leaf = Leaf::decode(&entry.leaf).map_err(Error::internal)?;
            let row_digest = event.digest();
            entry.leaf = Leaf { row_digest, ..leaf }.encode();
        }
        Ok(())
    }

    /// Keeps which accounts the document under `log_index` names, of this request or measure.
    pub(super) fn name_accounts(&mut self, subject: &RelatedId, log_index: i64, accounts: &[AccountDigest]) {
        let rows = accounts.iter().map(|digest| AccountDocumentRow {
            digest: digest.clone(),
            subject: subject.clone(),
            log_index,
        });
        self.appended.account_documents.extend(rows);
    }

    /// The leaves of this batch from `log_index` on.
    pub(super) fn leaves_from(&self, log_index: i64) -> Vec<(i64, Bytes)> {
        let newest_first = self
            .appended
            .entries
            .iter()
            .rev()
            .take_while(|entry| entry.log_index >= log_index);
        let mut leaves: Vec<_> = newest_first
            .map(|entry| (entry.log_index, Bytes::copy_from_slice(&entry.leaf)))
            .collect();
        leaves.reverse();
        leaves
    }
}

/// Enters the step that is about to be appended in the mailboxes of `parties`.
pub(super) fn enter_mailboxes(state: &mut State, request: &EnforcementRequest, parties: &[Party]) -> Vec<Entered> {
    let log_index = state.next_index;
    let mut entered = Vec::with_capacity(parties.len());
    for party in parties {
        let Some(agency) = request.agency_of(*party) else {
            continue;
        };
        let position = state.next_position(agency, request.lane);
        let is_recipient = *party == Party::Recipient;
        state.appended.mailbox.push(MailboxEntry {
            agency: agency.clone(),
            lane: request.lane,
            position,
            log_index,
            request_id: request.id.clone(),
            unit: request.assigned_unit.clone().filter(|_| is_recipient),
            officer: request.assigned_officer.clone().filter(|_| is_recipient),
            lifted: false,
        });
        entered.push(Entered {
            agency: agency.clone(),
            lane: request.lane,
            position,
            lifted: None,
        });
    }
    entered
}
