//! A case as its changes have made it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::change::{CaseChange, Opened};
use super::dong::Dong;
use super::due::two_years_after;
use super::ground::Ground;
use super::rejection::Rejection;
use super::status::CaseStatus;
use super::vocabulary::{Initiative, Obligation, ObligationId, ObligationKind, Tag, VerifyEvery};
use crate::domain::ids::{OfficerId, RequestId, UnitId};

/// An obligation as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObligationState {
    /// What is owed, with the amount as it is now.
    pub obligation: Obligation,
    /// What has arrived.
    pub collected: Dong,
    /// What has fallen away.
    pub discharged: Dong,
    /// Whether it is done, if it is no money.
    pub performed: bool,
}

impl ObligationState {
    fn new(obligation: Obligation) -> Self {
        Self {
            obligation,
            collected: Dong::NOTHING,
            discharged: Dong::NOTHING,
            performed: false,
        }
    }

    /// What is still owed in money; nothing of what is no money.
    pub fn rest(&self) -> Dong {
        let amount = self.obligation.amount.unwrap_or_default();
        amount.less(self.settled())
    }

    fn settled(&self) -> Dong {
        [self.obligation.settled_before, self.collected, self.discharged]
            .into_iter()
            .sum()
    }

    /// Whether nothing of it is left to be done.
    pub fn is_fulfilled(&self) -> bool {
        match self.obligation.kind {
            ObligationKind::Money => self.rest().is_nothing(),
            ObligationKind::Act | ObligationKind::Land | ObligationKind::Vehicle | ObligationKind::OtherAsset => {
                self.performed
            }
        }
    }
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnforcementCase {
    /// On whose initiative.
    pub initiative: Initiative,
    /// The date of the enforcement decision.
    pub opened: Date,
    /// The last day of the earlier books, if it comes from them.
    pub carried_over_from: Option<Date>,
    /// The judgment transfer that it came of.
    pub transfer: Option<RequestId>,
    /// Where it stands.
    pub status: CaseStatus,
    /// Why.
    pub ground: Option<Ground>,
    /// Since when.
    pub since: Date,
    /// When conditions were last verified.
    pub verified: Option<Date>,
    /// How often they are verified again.
    pub verify_every: VerifyEvery,
    /// Since when there are grounds for coercion on which nothing was decided.
    pub coercion: Option<Date>,
    /// What is owed, in the order in which it was stated.
    pub obligations: Vec<ObligationState>,
    /// Its marks.
    pub tags: BTreeSet<Tag>,
    /// The unit that has it.
    pub unit: Option<UnitId>,
    /// The officer who has it.
    pub officer: Option<OfficerId>,
}

impl EnforcementCase {
    /// The case after `change`, on the day `today`.
    ///
    /// # Errors
    /// The first rule that the change breaks; nothing of it is done.
    pub fn apply(before: Option<&Self>, change: &CaseChange, today: Date) -> Result<Self, Rejection> {
        if change.date() > today {
            return Err(Rejection::Future);
        }
        match (before, change) {
            (None, CaseChange::Opened(opened)) => Self::open(opened),
            (None, _) => Err(Rejection::NotOpened),
            (Some(_), CaseChange::Opened(_)) => Err(Rejection::AlreadyOpened),
            (Some(before), change) => {
                let mut case = before.clone();
                case.change(change)?;
                Ok(case)
            }
        }
    }

    /// What is still owed in money over the given obligations; of none given over all.
    pub fn rest(&self, of: &[ObligationId]) -> Dong {
        let is_meant = |state: &&ObligationState| of.is_empty() || of.contains(&state.obligation.id);
        self.obligations
            .iter()
            .filter(is_meant)
            .map(ObligationState::rest)
            .sum()
    }

    fn open(opened: &Opened) -> Result<Self, Rejection> {
        let ids: BTreeSet<_> = opened.obligations.iter().map(|obligation| &obligation.id).collect();
        if opened.obligations.is_empty() || ids.len() != opened.obligations.len() {
            return Err(Rejection::Obligations);
        }
        if !opened.obligations.iter().all(has_fitting_amount) {
            return Err(Rejection::Amounts);
        }
        let since = opened.since.unwrap_or(opened.date);
        let fits = |ground: Ground| ground.leads_to(opened.status);
        let begins = if opened.status == CaseStatus::InProgress {
            opened.ground.is_none_or(fits)
        } else {
            !opened.status.is_final() && opened.carried_over_from.is_some() && opened.ground.is_some_and(fits)
        };
        let is_carried = opened.carried_over_from.is_some();
        if !begins || (opened.since.is_some() && !is_carried) {
            return Err(Rejection::OpeningStatus);
        }
        let comes_later = |date: Option<Date>| date.is_some_and(|date| date > opened.date);
        if comes_later(opened.carried_over_from) || comes_later(opened.since) || comes_later(opened.verified) {
            return Err(Rejection::TooEarly);
        }
        let obligations = opened.obligations.iter().cloned().map(ObligationState::new);
        Ok(Self {
            initiative: opened.initiative,
            opened: opened.date,
            carried_over_from: opened.carried_over_from,
            transfer: opened.transfer.clone(),
            status: opened.status,
            ground: opened.ground,
            since,
            verified: opened.verified,
            verify_every: opened.verify_every.unwrap_or(VerifyEvery::SixMonths),
            coercion: None,
            obligations: obligations.collect(),
            tags: opened.tags.clone(),
            unit: opened.unit.clone(),
            officer: opened.officer.clone(),
        })
    }

    fn change(&mut self, change: &CaseChange) -> Result<(), Rejection> {
        if change.date() < self.opened {
            return Err(Rejection::TooEarly);
        }
        match change {
            CaseChange::Opened(_) => Err(Rejection::AlreadyOpened),
            CaseChange::StatusChanged {
                date,
                to,
                ground,
                verified,
                verify_every,
            } => self.change_status(*date, *to, *ground, *verified, *verify_every),
            CaseChange::Verified { date, verify_every } => self.verify(*date, *verify_every),
            CaseChange::CoercionGround { date } => self.ground_coercion(*date),
            CaseChange::CoercionDecided { date } => self.decide_coercion(*date),
            CaseChange::Collected { obligation, amount, .. } => {
                // Money may still come in after the end, of a debit under way, but never more than is owed.
                let owed = self.money(obligation, *amount)?;
                owed.collected = more(owed, owed.collected, *amount)?;
                Ok(())
            }
            CaseChange::Discharged {
                obligation,
                amount,
                ground,
                ..
            } => {
                self.require_open()?;
                if !ground.discharges() {
                    return Err(Rejection::Ground);
                }
                let owed = self.money(obligation, *amount)?;
                owed.discharged = more(owed, owed.discharged, *amount)?;
                Ok(())
            }
            CaseChange::CollectionReversed { obligation, amount, .. } => {
                self.require_reversible()?;
                let owed = self.money(obligation, *amount)?;
                owed.collected = owed.collected.minus(*amount).ok_or(Rejection::AboveEntered)?;
                Ok(())
            }
            CaseChange::DischargeReversed { obligation, amount, .. } => {
                self.require_reversible()?;
                let owed = self.money(obligation, *amount)?;
                owed.discharged = owed.discharged.minus(*amount).ok_or(Rejection::AboveEntered)?;
                Ok(())
            }
            CaseChange::AmountChanged {
                obligation,
                amount,
                ground,
                interest_until,
                ..
            } => {
                self.require_open()?;
                if !ground.changes_amount() {
                    return Err(Rejection::Ground);
                }
                let owed = self.money(obligation, *amount)?;
                if *amount < owed.settled() {
                    return Err(Rejection::BelowSettled);
                }
                owed.obligation.amount = Some(*amount);
                owed.obligation.interest_until = interest_until.or(owed.obligation.interest_until);
                Ok(())
            }
            CaseChange::Performed { obligation, done, .. } => {
                self.require_open()?;
                let owed = self.owed(obligation)?;
                if owed.obligation.kind == ObligationKind::Money {
                    return Err(Rejection::Money);
                }
                owed.performed = *done;
                Ok(())
            }
            CaseChange::Assigned { unit, officer, .. } => {
                self.unit.clone_from(unit);
                self.officer.clone_from(officer);
                Ok(())
            }
            CaseChange::Tagged { add, remove, .. } => {
                let names_none = add.is_empty() && remove.is_empty();
                if names_none || !self.tags.is_disjoint(add) || !self.tags.is_superset(remove) {
                    return Err(Rejection::Tags);
                }
                self.tags.extend(add);
                self.tags.retain(|tag| !remove.contains(tag));
                Ok(())
            }
        }
    }

    fn change_status(
        &mut self,
        date: Date,
        to: CaseStatus,
        ground: Ground,
        verified: Option<Date>,
        verify_every: Option<VerifyEvery>,
    ) -> Result<(), Rejection> {
        if !self.status.next().contains(&to) {
            return Err(Rejection::Transition);
        }
        if !ground.leads_to(to) || (self.status.is_final() && !ground.reopens()) {
            return Err(Rejection::Ground);
        }
        if date < self.since || verified.is_some_and(|verified| verified > date) {
            return Err(Rejection::TooEarly);
        }
        if ground == Ground::Fulfilled && !self.obligations.iter().all(ObligationState::is_fulfilled) {
            return Err(Rejection::StillOwed);
        }
        let needs = match to {
            CaseStatus::SeparateRegister => Some(Initiative::Proactive),
            CaseStatus::RequestSentBack => Some(Initiative::OnRequest),
            CaseStatus::InProgress
            | CaseStatus::Postponed
            | CaseStatus::Suspended
            | CaseStatus::NoConditions
            | CaseStatus::Completed
            | CaseStatus::Discontinued
            | CaseStatus::Entrusted
            | CaseStatus::Revoked => None,
        };
        if let Some(needs) = needs {
            if self.initiative != needs {
                return Err(Rejection::WrongInitiative);
            }
            if date < two_years_after(self.since) {
                return Err(Rejection::TwoYears);
            }
        }
        self.status = to;
        self.ground = Some(ground);
        self.since = date;
        // Coercion waits, or has become needless: when the case goes on there must be grounds anew.
        self.coercion = None;
        if to == CaseStatus::NoConditions {
            self.verified = Some(verified.unwrap_or(date));
            self.verify_every = verify_every.unwrap_or(VerifyEvery::SixMonths);
        }
        Ok(())
    }

    fn verify(&mut self, date: Date, verify_every: Option<VerifyEvery>) -> Result<(), Rejection> {
        if !matches!(self.status, CaseStatus::NoConditions | CaseStatus::SeparateRegister) {
            return Err(Rejection::NotWithoutConditions);
        }
        if self.verified.is_some_and(|verified| date < verified) {
            return Err(Rejection::TooEarly);
        }
        self.verified = Some(date);
        self.verify_every = verify_every.unwrap_or(self.verify_every);
        Ok(())
    }

    fn ground_coercion(&mut self, date: Date) -> Result<(), Rejection> {
        if self.status != CaseStatus::InProgress {
            return Err(Rejection::NotInProgress);
        }
        if self.coercion.is_some() {
            return Err(Rejection::CoercionOpen);
        }
        if date < self.since {
            return Err(Rejection::TooEarly);
        }
        self.coercion = Some(date);
        Ok(())
    }

    fn decide_coercion(&mut self, date: Date) -> Result<(), Rejection> {
        let since = self.coercion.ok_or(Rejection::NoCoercion)?;
        if date < since {
            return Err(Rejection::TooEarly);
        }
        self.coercion = None;
        Ok(())
    }

    const fn require_open(&self) -> Result<(), Rejection> {
        if self.status.is_final() {
            Err(Rejection::Ended)
        } else {
            Ok(())
        }
    }

    /// A case that counts as done says that nothing is owed: before money is taken back, its end must fall.
    const fn require_reversible(&self) -> Result<(), Rejection> {
        if matches!(self.status, CaseStatus::Completed) {
            Err(Rejection::Ended)
        } else {
            Ok(())
        }
    }

    fn owed(&mut self, id: &ObligationId) -> Result<&mut ObligationState, Rejection> {
        let mut obligations = self.obligations.iter_mut();
        obligations
            .find(|state| state.obligation.id == *id)
            .ok_or(Rejection::NoObligation)
    }

    fn money(&mut self, id: &ObligationId, amount: Dong) -> Result<&mut ObligationState, Rejection> {
        let owed = self.owed(id)?;
        if owed.obligation.kind != ObligationKind::Money {
            return Err(Rejection::NotMoney);
        }
        if amount.is_nothing() {
            return Err(Rejection::Nothing);
        }
        Ok(owed)
    }
}

/// `entered` with `amount` more, as far as so much is still owed.
fn more(owed: &ObligationState, entered: Dong, amount: Dong) -> Result<Dong, Rejection> {
    if amount > owed.rest() {
        return Err(Rejection::AboveRest);
    }
    entered.plus(amount).ok_or(Rejection::AboveRest)
}

fn has_fitting_amount(obligation: &Obligation) -> bool {
    match (obligation.kind, obligation.amount) {
        (ObligationKind::Money, Some(amount)) => !amount.is_nothing() && obligation.settled_before <= amount,
        (ObligationKind::Money, None) => false,
        (_, amount) => amount.is_none() && obligation.settled_before.is_nothing(),
    }
}
