//! The way of the money of a case: held, debited, arrived; and whether holders hold more than is owed.

use std::collections::BTreeSet;

use super::dong::Dong;
use super::order::{CaseRequest, OrderPurpose, is_within};
use super::state::EnforcementCase;
use super::vocabulary::ObligationId;
use crate::domain::event::Measure;
use crate::domain::ids::RequestId;
use crate::domain::time::Timestamp;

/// What is known of the orders of a case.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    /// Every order that names it.
    pub requests: &'a [CaseRequest],
    /// The measures in force that came of them.
    pub measures: &'a [Measure],
    /// The requests and measures of which a debit or a release was ordered, by id.
    pub decided: &'a BTreeSet<String>,
}

/// The way of the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MoneyLoop {
    /// What is still owed.
    pub rest: Dong,
    /// What holders hold in force.
    pub held: Dong,
    /// What of it no debit or release was ordered of.
    pub held_undecided: Dong,
    /// Since when the oldest of that is held.
    pub undecided_since: Option<Timestamp>,
    /// What answers debited.
    pub debited: Dong,
    /// What of it has arrived.
    pub arrived: Dong,
    /// What of it has not.
    pub under_way: Dong,
    /// Since when the oldest of that was debited.
    pub under_way_since: Option<Timestamp>,
    /// What is held above what is owed: over the whole of the case, or over some obligations, whichever is more.
    pub held_above: Dong,
}

impl Orders<'_> {
    /// Whether a debit or a release of what this measure holds was ordered.
    pub fn is_decided(&self, measure: &Measure) -> bool {
        let by_request = measure.request_id.as_ref().map(RequestId::as_str);
        self.decided.contains(measure.id.as_str()) || by_request.is_some_and(|id| self.decided.contains(id))
    }

    /// What the order behind a measure says of the case.
    pub fn order_of(&self, measure: &Measure) -> Option<&CaseRequest> {
        let id = measure.request_id.as_ref()?;
        self.requests.iter().find(|request| request.request_id == *id)
    }

    /// The measures that hold money.
    pub fn holding(&self) -> impl Iterator<Item = (&Measure, &CaseRequest)> {
        let with_order = |measure| Some((measure, self.order_of(measure)?));
        let found = self.measures.iter().filter_map(with_order);
        found.filter(|(_, order)| order.named.purpose == OrderPurpose::Holds)
    }

    /// What is held for these obligations above what is owed of them and not under way, costs allowed.
    pub fn held_above(&self, case: &EnforcementCase, of: &[ObligationId]) -> Dong {
        let within = |order: &CaseRequest| is_within(&order.named.obligations, of);
        let orders = self.requests.iter().filter(|order| within(order));
        let under_way: Dong = orders.map(CaseRequest::under_way).sum();
        // What may be for other obligations as well is not held against these.
        let held = self.holding().filter(|(_, order)| within(order));
        let (mut sum, mut costs) = (Dong::NOTHING, Dong::NOTHING);
        for (measure, order) in held {
            sum = [sum, measure.held_dong()].into_iter().sum();
            costs = costs.max(order.named.costs.unwrap_or_default());
        }
        let allowed: Dong = [case.rest(of).less(under_way), costs].into_iter().sum();
        sum.less(allowed)
    }

    /// The way of the money of the case.
    pub fn money(&self, case: &EnforcementCase) -> MoneyLoop {
        let mut money = MoneyLoop {
            rest: case.rest(&[]),
            held_above: self.held_above(case, &[]),
            ..MoneyLoop::default()
        };
        let earlier = |known: Option<Timestamp>, at| Some(known.map_or(at, |known: Timestamp| known.min(at)));
        let more = |sum: Dong, amount: Dong| [sum, amount].into_iter().sum();
        for (measure, order) in self.holding() {
            let held = measure.held_dong();
            money.held = more(money.held, held);
            if !self.is_decided(measure) && !held.is_nothing() {
                money.held_undecided = more(money.held_undecided, held);
                money.undecided_since = earlier(money.undecided_since, measure.since);
            }
            let above = self.held_above(case, &order.named.obligations);
            money.held_above = money.held_above.max(above);
        }
        for order in self.requests {
            money.arrived = more(money.arrived, order.arrived);
            if let Some((amount, at)) = order.debited {
                money.debited = more(money.debited, amount);
                if !order.under_way().is_nothing() {
                    money.under_way = more(money.under_way, order.under_way());
                    money.under_way_since = earlier(money.under_way_since, at);
                }
            }
        }
        money
    }
}
