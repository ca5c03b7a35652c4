//! What a batch has to read, and reading it: one statement per table, whatever the size of the batch.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::case_needs::CaseNeeds;
use super::clock::ClockStep;
use super::command::{Command, NewMeasure, Operation, RegistryChange, SweepTask};
use super::erasure::ErasureStep;
use super::reports::ReportNeeds;
use super::state::{Registry, State};
use super::suspension::SuspensionStep;
use super::timers::{self, HIGHEST_LEVEL, TimerWork};
use crate::domain::ids::{
    AgencyCode, CursorName, DocumentId, IdempotencyKey, MeasureId, OfficerId, RelatedId, RequestId,
};
use crate::domain::operator::LineId;
use crate::domain::register::running_number;
use crate::domain::time::Timestamp;
use crate::domain::workflow::Action;
use crate::evidence::Digest;
use crate::store::OutboxRow;
use crate::store::write::LedgerTx;

/// The keys of everything that the commands of a batch touch.
#[derive(Debug, Default)]
pub(super) struct Needs<'a> {
    keys: BTreeSet<(&'a AgencyCode, &'a IdempotencyKey)>,
    requests: BTreeSet<&'a RequestId>,
    /// Requests whose clocks a step changes.
    timed: BTreeSet<&'a RequestId>,
    /// Requests whose measures are looked at.
    measured: BTreeSet<&'a RequestId>,
    measures: BTreeSet<&'a MeasureId>,
    decisions: BTreeSet<(&'a AgencyCode, Date)>,
    numbers: BTreeSet<(&'a AgencyCode, String)>,
    counters: BTreeSet<(&'a AgencyCode, i64)>,
    mailboxes: BTreeSet<&'a AgencyCode>,
    cursors: BTreeSet<(&'a AgencyCode, &'a CursorName)>,
    agencies: BTreeSet<&'a AgencyCode>,
    officers: BTreeSet<(&'a AgencyCode, &'a OfficerId)>,
    fingerprints: BTreeSet<&'a Digest>,
    staff: BTreeSet<&'a AgencyCode>,
    initialises: bool,
    hub_keys: bool,
    trust: bool,
    subjects: BTreeSet<&'a str>,
    outbox: BTreeSet<&'a LineId>,
    /// Documents that are named.
    documents: BTreeSet<&'a DocumentId>,
    erasures: Vec<&'a ErasureStep>,
    /// Agencies whose endpoints of webhooks are looked at.
    webhooks: BTreeSet<&'a AgencyCode>,
    cases: CaseNeeds<'a>,
    reports: ReportNeeds<'a>,
    /// Agencies whose own line is climbed.
    climbed: BTreeSet<&'a AgencyCode>,
    notices: BTreeSet<i64>,
}

impl<'a> Needs<'a> {
    pub(super) fn of(commands: impl IntoIterator<Item = &'a Command>, hub_time: Timestamp) -> Self {
        let year = i64::from(hub_time.date().year());
        let mut needs = Self::default();
        for command in commands {
            needs.add(command, year);
        }
        needs
    }

    fn add(&mut self, command: &'a Command, year: i64) {
        let actor = &command.actor;
        if let Some(key) = &command.key {
            self.keys.insert((&actor.agency, key));
        }
        self.agencies.insert(&actor.agency);
        self.officers.insert((&actor.agency, &actor.officer));
        let named = self.reports.add(command).into_iter();
        self.officers.extend(named.map(|officer| (&actor.agency, officer)));
        match &command.operation {
            Operation::Submit(submit) => {
                let copied = || submit.copies.iter().map(|copy| &copy.recipient);
                self.agencies.extend(submit.recipients.iter().chain(copied()));
                self.mailboxes.extend(submit.recipients.iter().chain(copied()));
                self.mailboxes.insert(&actor.agency);
                self.documents.extend(&submit.attachments);
                for relation in &submit.relations {
                    self.add_related(&relation.related_id);
                }
                self.cases.add_order(submit);
            }
            Operation::Step(step) => {
                self.requests.insert(&step.request_id);
                self.documents.extend(&step.statement.attachments);
                self.timed.insert(&step.request_id);
                self.measured.insert(&step.request_id);
                self.cases.add_step(step);
                for related in &step.related {
                    self.add_related(related);
                }
                if let Some(number) = &step.statement.registry_number {
                    self.numbers.insert((&step.recipient, number.clone()));
                    if let Some(running) = running_number(number, year) {
                        let ways = [running.to_string(), format!("{running}/{year}")];
                        self.numbers.extend(ways.map(|way| (&step.recipient, way)));
                    }
                }
                self.mailboxes.extend([&step.sender, &step.recipient]);
                if matches!(
                    step.action,
                    Action::Acknowledge | Action::AnswerFinal | Action::RefuseWithdrawal
                ) {
                    self.counters.insert((&step.recipient, year));
                }
                if let Some(officer) = &step.statement.officer {
                    self.officers.insert((&actor.agency, officer));
                }
                self.agencies.extend([&step.sender, &step.recipient]);
                self.agencies.extend(&step.statement.competent);
            }
            Operation::Advance(advance) => {
                self.mailboxes.insert(&actor.agency);
                self.cursors.insert((&actor.agency, &advance.cursor));
            }
            Operation::Registry(change) => self.add_registry(change),
            Operation::Calendar(_) | Operation::Upload(_) | Operation::Read(_) | Operation::Reports(_) => {}
            Operation::Clocks(step) => {
                if let ClockStep::Suspend(SuspensionStep::Follow(piece)) = &**step {
                    for request in &piece.requests {
                        self.requests.insert(&request.id);
                        self.timed.insert(&request.id);
                        self.measured.insert(&request.id);
                        self.mailboxes.extend([&request.sender, &request.recipient]);
                        self.agencies.extend([&request.sender, &request.recipient]);
                    }
                }
            }
            Operation::Cases(work) => {
                let (officers, transfers) = self.cases.add_work(&actor.agency, work);
                self.officers
                    .extend(officers.into_iter().map(|officer| (&actor.agency, officer)));
                self.requests.extend(transfers);
                self.agencies.extend(CaseNeeds::successor(work));
            }
            Operation::Erasure(step) => {
                self.requests.extend(step.order.requests.keys());
                self.timed.extend(step.order.requests.keys());
                self.measured.extend(step.order.requests.keys());
                self.erasures.push(step);
            }
            Operation::Webhook(step) => {
                self.webhooks.insert(&step.agency);
                self.mailboxes.insert(&step.agency);
            }
            Operation::HubKey(_) | Operation::RetireHubKey(_) => self.hub_keys = true,
            Operation::Trust(_) => self.trust = true,
            Operation::Operator(lines) => {
                self.outbox.extend(lines);
                self.subjects.extend(lines.iter().map(LineId::as_str));
            }
            Operation::Catalogue(stated) => {
                self.subjects.insert(&stated.subject);
            }
            Operation::Sweep(sweep) => {
                for request in &sweep.requests {
                    self.requests.insert(&request.id);
                    self.timed.insert(&request.id);
                    self.measured.insert(&request.id);
                    self.mailboxes.extend([&request.sender, &request.recipient]);
                    self.agencies.extend([&request.sender, &request.recipient]);
                }
                self.measures.extend(&sweep.measures);
                if let SweepTask::Succeed { to, .. } = &sweep.task {
                    self.mailboxes.insert(to);
                    self.agencies.insert(to);
                }
            }
            Operation::Timers(work) => self.add_timers(work),
            Operation::Measures(measures) => {
                for NewMeasure { measure, .. } in measures {
                    self.agencies.extend([&measure.holder, &measure.issuer]);
                    self.decisions.insert((&measure.holder, measure.decision.date));
                }
            }
        }
    }

    fn add_timers(&mut self, work: &'a TimerWork) {
        for request in work.requests() {
            self.requests.insert(&request.id);
            self.timed.insert(&request.id);
            self.measured.insert(&request.id);
            let parties = [&request.sender, &request.recipient];
            self.mailboxes.extend(parties);
            self.agencies.extend(parties);
            if matches!(work, TimerWork::Fire(_)) {
                self.climbed.extend(parties);
            }
        }
        if let TimerWork::Decide(decision) = work {
            self.notices.insert(decision.draft);
            self.mailboxes.extend(&decision.addressee);
            self.agencies.extend(&decision.addressee);
        }
    }

    fn add_related(&mut self, related: &'a RelatedId) {
        match related {
            RelatedId::Request(id) => {
                self.requests.insert(id);
                self.timed.insert(id);
                self.measured.insert(id);
            }
            RelatedId::Measure(id) => {
                self.measures.insert(id);
            }
        }
    }

    fn add_registry(&mut self, change: &'a RegistryChange) {
        self.agencies.insert(change.agency());
        match change {
            RegistryChange::Init {
                officer, credentials, ..
            } => {
                self.initialises = true;
                self.officers.insert((&officer.agency, &officer.id));
                self.fingerprints
                    .extend(credentials.iter().map(|credential| &credential.fingerprint));
            }
            RegistryChange::CreateAgency {
                agency,
                officer,
                credentials,
            } => {
                self.agencies.extend(agency.parent.iter().chain(&agency.successor));
                self.officers
                    .extend(officer.iter().map(|officer| (&officer.agency, &officer.id)));
                self.fingerprints
                    .extend(credentials.iter().map(|credential| &credential.fingerprint));
            }
            RegistryChange::UpdateAgency(agency) => {
                self.agencies.extend(agency.parent.iter().chain(&agency.successor));
            }
            RegistryChange::SuspendAgency { .. } => {}
            RegistryChange::RegisterOfficer { officer, .. } => {
                self.staff.insert(&officer.agency);
                self.officers.insert((&officer.agency, &officer.id));
            }
            RegistryChange::EndOfficer { agency, officer, .. } => {
                self.officers.insert((agency, officer));
                self.staff.insert(agency);
            }
            RegistryChange::RegisterCredentials { agency, credentials } => {
                self.fingerprints
                    .extend(credentials.iter().map(|credential| &credential.fingerprint));
                let owners = credentials.iter().filter_map(|credential| credential.officer.as_ref());
                self.officers.extend(owners.map(|officer| (agency, officer)));
            }
            RegistryChange::RevokeCredential {
                agency, fingerprint, ..
            } => {
                self.staff.insert(agency);
                self.fingerprints.insert(fingerprint);
            }
        }
    }

    /// Reads everything into `state` and `registry`. Nothing is asked for an empty set.
    pub(super) async fn read(
        &self,
        tx: &mut LedgerTx,
        state: &mut State,
        registry: &mut Registry,
    ) -> Result<(), sqlx::Error> {
        if self.hub_keys {
            state.hub_keys = tx.hub_keys().await?;
        }
        if !self.subjects.is_empty() {
            let known = tx.known_subjects(self.subjects.iter().copied()).await?;
            state.known_subjects.extend(known);
        }
        if !self.outbox.is_empty() {
            let rows = tx.outbox_lines(self.outbox.iter().copied()).await?;
            let lines = rows.iter().filter_map(OutboxRow::line);
            state.outbox.extend(lines.map(|line| (line.id.clone(), line)));
        }
        if !self.webhooks.is_empty() {
            let known = tx.webhooks_of(&self.webhooks).await?;
            let known = known.into_iter().map(|endpoint| (endpoint.id.clone(), endpoint));
            state.webhooks.endpoints.load(known);
        }
        if self.trust {
            let known = tx.trust_papers().await?;
            state.trusted.extend(known.into_iter().map(|paper| paper.sha256));
        }
        if !self.keys.is_empty() {
            let used = tx.used_keys(self.keys.iter().copied()).await?;
            state
                .used_keys
                .extend(used.into_iter().map(|key| ((key.agency.clone(), key.key.clone()), key)));
        }
        self.read_erasures(tx, state).await?;
        self.read_measures(tx, state).await?;
        self.read_requests(tx, state).await?;
        self.cases.read(tx, state).await?;
        self.reports.read(tx, state).await?;
        // Also of requests that are read for a measure of theirs: a change of it may end their clocks, and moves their timers.
        let timed: BTreeSet<&RequestId> = self
            .timed
            .iter()
            .copied()
            .chain(state.requests.values().map(|request| &request.id))
            .collect();
        if !timed.is_empty() {
            // One without a clock is known to have none.
            let mut deadlines = tx.deadlines(timed.iter().copied()).await?;
            for id in timed {
                deadlines.entry(id.clone()).or_default();
            }
            state.deadlines = deadlines;
        }
        if !self.numbers.is_empty() {
            state.numbered = tx
                .requests_by_registry_number(self.numbers.iter().map(|(agency, number)| (*agency, number.as_str())))
                .await?;
        }
        if !self.counters.is_empty() {
            let counters = tx.register_counters(self.counters.iter().copied()).await?;
            state.counters.load(
                counters
                    .into_iter()
                    .map(|row| ((row.agency, row.register, row.year), row.last_number)),
            );
        }
        if !self.mailboxes.is_empty() {
            state
                .heads
                .load(tx.mailbox_heads(self.mailboxes.iter().copied()).await?);
        }
        if !self.cursors.is_empty() {
            let cursors = tx.cursors(self.cursors.iter().copied()).await?;
            state.cursors.load(
                cursors
                    .into_iter()
                    .map(|row| ((row.agency, row.name, row.lane), row.position)),
            );
        }
        if !self.fingerprints.is_empty() {
            let rows = tx.credentials(self.fingerprints.iter().copied()).await?;
            state
                .credentials
                .load(rows.into_iter().map(|row| ((row.0.fingerprint, row.0.purpose), row.0)));
        }
        for agency in &self.staff {
            let officers = tx
                .officers_of(agency)
                .await?
                .into_iter()
                .map(|row| row.officer)
                .collect();
            let credentials = tx.credentials_of(agency).await?.into_iter().map(|row| row.0).collect();
            state.staff.insert((*agency).clone(), (officers, credentials));
        }
        if self.initialises {
            state.has_agencies = tx.agency_count().await? > 0;
        }
        if !self.notices.is_empty() {
            let found = tx.notices(self.notices.iter().copied()).await?;
            state.notices = found.into_iter().map(|row| (row.drafted_index, row)).collect();
        }
        self.read_registry(tx, registry).await?;
        let requests = state.requests.values();
        let parties: BTreeSet<&AgencyCode> = requests
            .flat_map(|request| [&request.sender, &request.recipient])
            .collect();
        read_agencies(tx, registry, parties.into_iter()).await?;
        self.read_lines(tx, state, registry).await
    }

    /// The agencies above those whose line is climbed, as far up as ladders go, and how far their mailboxes go.
    async fn read_lines(
        &self,
        tx: &mut LedgerTx,
        state: &mut State,
        registry: &mut Registry,
    ) -> Result<(), sqlx::Error> {
        let mut line: BTreeSet<AgencyCode> = self.climbed.iter().map(|code| (*code).clone()).collect();
        let mut above = BTreeSet::new();
        for _ in 0..HIGHEST_LEVEL {
            line = timers::above(registry, &line).collect();
            above.extend(line.iter().cloned());
            read_agencies(tx, registry, line.iter()).await?;
        }
        above.retain(|code| !self.mailboxes.contains(code));
        if !above.is_empty() {
            state.heads.load(tx.mailbox_heads(above.iter()).await?);
        }
        Ok(())
    }

    /// The requests named, and those that made the measures named: by them it is known who may name such a measure.
    async fn read_requests(&self, tx: &mut LedgerTx, state: &mut State) -> Result<(), sqlx::Error> {
        let named = self.measures.iter().filter_map(|id| state.measures.get(id));
        let made_by = named.filter_map(|measure| measure.request_id.as_ref());
        let wanted: BTreeSet<&RequestId> = self.requests.iter().copied().chain(made_by).collect();
        if !wanted.is_empty() {
            let requests = tx.requests(wanted.into_iter()).await?;
            state
                .requests
                .load(requests.into_iter().map(|request| (request.id.clone(), request)));
        }
        Ok(())
    }

    async fn read_erasures(&self, tx: &mut LedgerTx, state: &mut State) -> Result<(), sqlx::Error> {
        let facts = &mut state.erasure;
        if !self.documents.is_empty() {
            let erased = tx.erased_among(self.documents.iter().copied()).await?;
            facts.erased_documents.extend(erased);
        }
        // Each stands alone in its batch.
        for step in &self.erasures {
            let requests = || step.order.requests.keys();
            facts.earlier = tx.erasures(std::iter::once(step.order.name.as_str())).await?;
            facts.open = tx.open_relations(requests()).await?;
            facts.unsealed = tx.unsealed(requests()).await?;
            facts.keys = tx.keys_of_requests(requests()).await?;
        }
        Ok(())
    }

    async fn read_measures(&self, tx: &mut LedgerTx, state: &mut State) -> Result<(), sqlx::Error> {
        let mut found = Vec::new();
        if !self.measured.is_empty() {
            found.extend(tx.measures(self.measured.iter().copied()).await?);
        }
        if !self.measures.is_empty() {
            found.extend(tx.measures_by_id(self.measures.iter().copied()).await?);
        }
        if !self.decisions.is_empty() {
            found.extend(tx.measures_by_decision(self.decisions.iter().copied()).await?);
        }
        state
            .measures
            .load(found.into_iter().map(|measure| (measure.id.clone(), measure)));
        Ok(())
    }

    async fn read_registry(&self, tx: &mut LedgerTx, registry: &mut Registry) -> Result<(), sqlx::Error> {
        read_agencies(tx, registry, self.agencies.iter().copied()).await?;
        let officers: Vec<(AgencyCode, OfficerId)> = self
            .officers
            .iter()
            .map(|(agency, officer)| ((*agency).clone(), (*officer).clone()))
            .filter(|key| !registry.officers.contains_key(key))
            .collect();
        if !officers.is_empty() {
            let rows = tx
                .officers(officers.iter().map(|(agency, officer)| (agency, officer)))
                .await?;
            registry.officers.extend(officers.into_iter().map(|key| (key, None)));
            registry.officers.extend(
                rows.into_iter()
                    .map(|row| ((row.officer.agency.clone(), row.officer.id.clone()), Some(row.officer))),
            );
        }
        Ok(())
    }
}

/// Reads those of the agencies that are not known yet.
async fn read_agencies<'a>(
    tx: &mut LedgerTx,
    registry: &mut Registry,
    codes: impl Iterator<Item = &'a AgencyCode>,
) -> Result<(), sqlx::Error> {
    let unknown: Vec<&AgencyCode> = codes.filter(|code| !registry.agencies.contains_key(*code)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let rows = tx.agencies(unknown.iter().copied()).await?;
    let nobody = unknown.into_iter().map(|code| (code.clone(), None));
    registry.agencies.extend(nobody);
    let known = rows
        .into_iter()
        .map(|row| (row.registered.agency.code.clone(), Some(row)));
    registry.agencies.extend(known);
    Ok(())
}
