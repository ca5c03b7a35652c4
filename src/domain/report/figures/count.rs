//! What one change of a case moves in the books. The books balance by construction: whatever enters or leaves a stock does
//! so by a flow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Amount, Figures, Line, Place};
use crate::domain::enforcement_case::{CaseChange, CaseStatus, EnforcementCase, Ground, Initiative, Tag};
use crate::domain::ids::{AgencyCode, OfficerId, UnitId};

/// Whose figures: the finest division of the books. Every case counts once under no tag, and once more under each of its
/// tags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The enforcement agency.
    pub agency: AgencyCode,
    /// The unit that has the case.
    pub unit: Option<UnitId>,
    /// The enforcement officer who has it.
    pub officer: Option<OfficerId>,
    /// On whose initiative it is.
    pub initiative: Initiative,
    /// The tag; none: all cases.
    pub tag: Option<Tag>,
}

/// What each division of the books gains or loses by a change.
pub type Moves = BTreeMap<Key, Figures>;

/// What `change`, which made `after` of `before`, moves. Total: what the rules of cases would refuse still balances.
pub fn count(
    agency: &AgencyCode,
    before: Option<&EnforcementCase>,
    after: &EnforcementCase,
    change: &CaseChange,
) -> Moves {
    let mut moves = Moves::new();
    match before {
        None => opened(&mut moves, agency, after),
        Some(before) => {
            let then = Side { agency, case: before };
            let now = Side { agency, case: after };
            money(&mut moves, &then, owed(after), settled(change));
            status(&mut moves, &then, after.status, owed(after));
            place(&mut moves, &then, &now);
        }
    }
    moves.retain(|_, figures| !figures.is_empty());
    moves
}

/// What it moves that a case comes into the books as it stands, long after it was opened. One that has ended stays outside.
pub(super) fn brought(agency: &AgencyCode, case: &EnforcementCase) -> Moves {
    let mut moves = Moves::new();
    if let Some(stock) = Place::of(case.status).stock() {
        let side = Side { agency, case };
        let amount = Amount::new(1, owed(case));
        side.add(&mut moves, stock, amount);
        if stock != Line::Separate {
            side.add(&mut moves, Line::Brought, amount);
        }
    }
    moves
}

/// What it moves that a case passes from the books of one agency to those of its successor.
pub(super) fn passed(
    (from, before): (&AgencyCode, &EnforcementCase),
    (to, after): (&AgencyCode, &EnforcementCase),
) -> Moves {
    let mut moves = Moves::new();
    let then = Side {
        agency: from,
        case: before,
    };
    let now = Side {
        agency: to,
        case: after,
    };
    place(&mut moves, &then, &now);
    moves.retain(|_, figures| !figures.is_empty());
    moves
}

/// What is still owed in a case.
fn owed(case: &EnforcementCase) -> i128 {
    case.rest(&[]).get().into()
}

/// A case on one side of a change.
struct Side<'a> {
    agency: &'a AgencyCode,
    case: &'a EnforcementCase,
}

impl Side<'_> {
    fn key(&self, tag: Option<Tag>) -> Key {
        Key {
            agency: self.agency.clone(),
            unit: self.case.unit.clone(),
            officer: self.case.officer.clone(),
            initiative: self.case.initiative,
            tag,
        }
    }

    fn keys(&self) -> impl Iterator<Item = Key> {
        let tags = self.case.tags.iter().copied().map(Some);
        std::iter::once(None).chain(tags).map(|tag| self.key(tag))
    }

    fn add(&self, moves: &mut Moves, line: Line, amount: Amount) {
        for key in self.keys() {
            moves.entry(key).or_default().add(line, amount);
        }
    }
}

/// A case comes into the books. One from the separate register of earlier books stands beside those to enforce.
fn opened(moves: &mut Moves, agency: &AgencyCode, case: &EnforcementCase) {
    let side = Side { agency, case };
    let amount = Amount::new(1, owed(case));
    let flow = if case.carried_over_from.is_some() {
        Line::Brought
    } else {
        Line::Opened
    };
    match Place::of(case.status) {
        Place::Within(stock) => {
            side.add(moves, flow, amount);
            side.add(moves, stock, amount);
        }
        Place::Separate => side.add(moves, Line::Separate, amount),
        Place::Gone(end) => {
            side.add(moves, flow, amount);
            leave(moves, &side, end, amount);
        }
    }
}

/// What a change takes off what is owed: on which line, and how much; less than nothing if it takes that back. A part that
/// was entrusted is not done. Of what is taken back no ground is stated: it counts as what is done.
fn settled(change: &CaseChange) -> (Line, i128) {
    match change {
        CaseChange::Collected { amount, .. } => (Line::Completed, amount.get().into()),
        CaseChange::CollectionReversed { amount, .. } => (Line::Completed, -i128::from(amount.get())),
        CaseChange::Discharged { amount, ground, .. } => {
            let line = if *ground == Ground::Entrusted {
                Line::Entrusted
            } else {
                Line::Discharged
            };
            (line, amount.get().into())
        }
        CaseChange::DischargeReversed { amount, .. } => (Line::Discharged, -i128::from(amount.get())),
        CaseChange::Opened(_)
        | CaseChange::StatusChanged { .. }
        | CaseChange::Verified { .. }
        | CaseChange::CoercionGround { .. }
        | CaseChange::CoercionDecided { .. }
        | CaseChange::AmountChanged { .. }
        | CaseChange::Performed { .. }
        | CaseChange::Assigned { .. }
        | CaseChange::Tagged { .. } => (Line::Amended, 0),
    }
}

/// Money collected, discharged or amended, where the case stands. Of a case outside the books it comes in first.
fn money(moves: &mut Moves, side: &Side<'_>, owed_after: i128, (line, taken): (Line, i128)) {
    let change = owed_after - owed(side.case);
    side.add(moves, line, Amount::dong(taken));
    match Place::of(side.case.status) {
        Place::Within(stock) => {
            side.add(moves, Line::Amended, Amount::dong(change + taken));
            side.add(moves, stock, Amount::dong(change));
        }
        Place::Separate => {
            side.add(moves, Line::FromSeparate, Amount::dong(taken));
            side.add(moves, Line::Separate, Amount::dong(change));
        }
        Place::Gone(_) => side.add(moves, Line::Reopened, Amount::dong(taken)),
    }
}

/// The case goes from one place in the books to another.
fn status(moves: &mut Moves, side: &Side<'_>, to: CaseStatus, owed_after: i128) {
    let from = side.case.status;
    if from == to {
        return;
    }
    let amount = Amount::new(1, owed_after);
    let (from, to) = (Place::of(from), Place::of(to));
    if let Some(stock) = from.stock() {
        side.add(moves, stock, amount.negated());
    }
    match (from, to) {
        (Place::Within(_), _) | (Place::Separate, Place::Separate) => {}
        (Place::Separate, Place::Within(_) | Place::Gone(_)) => side.add(moves, Line::FromSeparate, amount),
        (Place::Gone(_), _) => side.add(moves, Line::Reopened, amount),
    }
    match to {
        Place::Within(stock) => side.add(moves, stock, amount),
        Place::Separate => {
            side.add(moves, Line::ToSeparate, amount);
            side.add(moves, Line::Separate, amount);
        }
        Place::Gone(end) => leave(moves, side, end, amount),
    }
}

/// The case leaves by `end`. What is still owed in a case that is done was never collected: it is taken off what was to be
/// enforced, not counted as done.
fn leave(moves: &mut Moves, side: &Side<'_>, end: Line, amount: Amount) {
    if end == Line::Completed {
        side.add(moves, Line::Completed, Amount::new(amount.cases, 0));
        side.add(moves, Line::Amended, Amount::dong(-amount.dong));
    } else {
        side.add(moves, end, amount);
    }
}

/// The case goes to another unit, officer or tag, with what it is after the change.
fn place(moves: &mut Moves, then: &Side<'_>, now: &Side<'_>) {
    let place = Place::of(now.case.status);
    let Some(stock) = place.stock() else {
        return;
    };
    let amount = Amount::new(1, owed(now.case));
    let is_within = matches!(place, Place::Within(_));
    let mut go = |key: Key, amount: Amount| {
        let figures = moves.entry(key).or_default();
        figures.add(stock, amount);
        if is_within {
            figures.add(Line::Moved, amount);
        }
    };
    then.keys().for_each(|key| go(key, amount.negated()));
    now.keys().for_each(|key| go(key, amount));
}
