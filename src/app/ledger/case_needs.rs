//! What a batch has to read of cases: the cases named, the orders that name them, and of those whose status changes or that an order
//! names all their orders with the measures that came of them.

use std::collections::BTreeSet;

use super::cases::{CaseStep, CaseWork};
use super::command::{Step, Submit};
use super::state::State;
use crate::domain::enforcement_case::{CaseChange, CaseRecord, CaseRequest};
use crate::domain::event::Measure;
use crate::domain::ids::{AgencyCode, CaseId, OfficerId, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::store::write::LedgerTx;

/// The keys of what commands touch of cases.
#[derive(Debug, Default)]
pub(super) struct CaseNeeds<'a> {
    cases: BTreeSet<&'a CaseId>,
    /// Cases whose orders and measures matter.
    whole: BTreeSet<&'a CaseId>,
    decisions: BTreeSet<(&'a AgencyCode, &'a str)>,
    requests: BTreeSet<&'a RequestId>,
    /// Whether holders of measures are told something.
    tells: bool,
}

impl<'a> CaseNeeds<'a> {
    pub(super) fn add_order(&mut self, order: &'a Submit) {
        if let Some(named) = &order.case {
            self.cases.insert(&named.opened.case_id);
            self.whole.insert(&named.opened.case_id);
        }
    }

    pub(super) fn add_step(&mut self, step: &'a Step) {
        self.requests.insert(&step.request_id);
    }

    /// Adds what the work touches; gives the officers and the judgment transfers that it names.
    pub(super) fn add_work(
        &mut self,
        agency: &'a AgencyCode,
        work: &'a CaseWork,
    ) -> (Vec<&'a OfficerId>, Vec<&'a RequestId>) {
        let (mut officers, mut transfers) = (Vec::new(), Vec::new());
        match work {
            CaseWork::Remind(cases) | CaseWork::Succeed { cases, .. } => self.cases.extend(cases),
            CaseWork::Steps(steps) => {
                for step in steps {
                    match step {
                        CaseStep::Open { decision, opened } => {
                            self.decisions.insert((agency, &decision.number));
                            officers.extend(&opened.officer);
                            transfers.extend(&opened.transfer);
                        }
                        CaseStep::Change { case_id, change, .. } => {
                            self.cases.insert(case_id);
                            officers.extend(self.add_change(case_id, change));
                        }
                    }
                }
            }
        }
        (officers, transfers)
    }

    fn add_change(&mut self, case_id: &'a CaseId, change: &'a CaseChange) -> Option<&'a OfficerId> {
        self.requests.extend(change.arrival().map(|(request, _, _)| request));
        if let CaseChange::StatusChanged { .. } = change {
            self.whole.insert(case_id);
            self.tells = true;
        }
        if let CaseChange::Assigned { officer, .. } = change {
            officer.as_ref()
        } else {
            None
        }
    }

    /// The agency to which cases pass.
    pub(super) const fn successor(work: &CaseWork) -> Option<&AgencyCode> {
        match work {
            CaseWork::Succeed { to, .. } => Some(to),
            CaseWork::Steps(_) | CaseWork::Remind(_) => None,
        }
    }

    pub(super) async fn read(&self, tx: &mut LedgerTx, state: &mut State) -> Result<(), sqlx::Error> {
        let by_id = |record: CaseRecord| (record.id.clone(), record);
        if !self.cases.is_empty() {
            let found = tx.cases(self.cases.iter().copied()).await?;
            state.cases.load(found.into_iter().map(by_id));
        }
        if !self.decisions.is_empty() {
            let found = tx.cases_by_decision(self.decisions.iter().copied()).await?;
            state.cases.load(found.into_iter().map(by_id));
        }
        let by_request = |row: CaseRequest| (row.request_id.clone(), row);
        if !self.requests.is_empty() {
            let found = tx.case_requests(self.requests.iter().copied()).await?;
            state.case_requests.load(found.into_iter().map(by_request));
        }
        if self.whole.is_empty() {
            return Ok(());
        }
        let found = tx.case_requests_of(self.whole.iter().copied()).await?;
        state.case_requests.load(found.into_iter().map(by_request));
        let measures = tx.measures_of_cases(self.whole.iter().copied()).await?;
        let by_measure = |measure: Measure| (measure.id.clone(), measure);
        state.measures.load(measures.into_iter().map(by_measure));
        let requests = tx.requests_of_cases(self.whole.iter().copied()).await?;
        if self.tells {
            let holders: BTreeSet<&AgencyCode> = requests.iter().map(|request| &request.recipient).collect();
            if !holders.is_empty() {
                state.heads.load(tx.mailbox_heads(holders.into_iter()).await?);
            }
        }
        let by_own_id = |request: EnforcementRequest| (request.id.clone(), request);
        state.requests.load(requests.into_iter().map(by_own_id));
        Ok(())
    }
}
