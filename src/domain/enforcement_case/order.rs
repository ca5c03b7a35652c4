//! Orders that name a case: what they do with money, and what came of them.

use super::dong::Dong;
use super::vocabulary::ObligationId;
use crate::domain::catalogue::definition::{Effect, KindDefinition, RelationDefinition};
use crate::domain::document::parts::RelationType;
use crate::domain::event::OpenedCase;
use crate::domain::ids::RequestId;
use crate::domain::macros::text_enum;
use crate::domain::time::Timestamp;

text_enum! {
    /// What an order does, as its kind says.
    pub enum OrderPurpose {
        /// It lifts something: that may be done at any time.
        Releases => "RELEASES",
        /// It holds money.
        Holds => "HOLDS",
        /// It takes money.
        Takes => "TAKES",
        /// It binds something else, or takes money period by period.
        Binds => "BINDS",
        /// It asks or tells.
        Other => "OTHER",
    }
}

impl OrderPurpose {
    /// What orders of a kind do.
    pub fn of(kind: &KindDefinition) -> Self {
        let mut related = kind.outcomes.iter().filter_map(|outcome| outcome.related.as_ref());
        let takes = related.any(|related| related.r#type == RelationType::Follows && related.reduce_by.is_some());
        let releases = |relation: &RelationDefinition| relation.r#type == RelationType::Releases && relation.measure;
        if kind.relations.iter().any(releases) {
            Self::Releases
        } else if takes {
            Self::Takes
        } else if kind.effect == Effect::UntilReleased && kind.measure_amount.is_some() {
            Self::Holds
        } else if kind.effect.is_measure() {
            Self::Binds
        } else {
            Self::Other
        }
    }
}

/// Whether what is for `inner` is for none but `outer`; an empty list means all obligations of the case.
pub fn is_within(inner: &[ObligationId], outer: &[ObligationId]) -> bool {
    outer.is_empty() || (!inner.is_empty() && inner.iter().all(|id| outer.contains(id)))
}

/// The request of an order that names a case, and what came of it in money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRequest {
    /// Its request.
    pub request_id: RequestId,
    /// What it says of the case.
    pub named: OpenedCase,
    /// What its answer debited, and when that was entered.
    pub debited: Option<(Dong, Timestamp)>,
    /// What of it has arrived.
    pub arrived: Dong,
}

impl CaseRequest {
    /// As it is opened.
    pub const fn new(request_id: RequestId, named: OpenedCase) -> Self {
        Self {
            request_id,
            named,
            debited: None,
            arrived: Dong::NOTHING,
        }
    }

    /// Debited and not arrived.
    pub fn under_way(&self) -> Dong {
        let debited = self.debited.map(|(amount, _)| amount).unwrap_or_default();
        debited.less(self.arrived)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;

    #[test]
    fn each_kind_does_what_its_definition_says() {
        let catalogue = Catalogue::embedded().unwrap();
        let purpose = |code: &str| {
            let kind = catalogue.kinds().find(|kind| kind.code().as_str() == code).unwrap();
            OrderPurpose::of(&kind.definition)
        };
        for (code, expected) in [
            ("account-freeze", OrderPurpose::Holds),
            ("account-debit", OrderPurpose::Takes),
            ("freeze-release", OrderPurpose::Releases),
            ("registration-suspension", OrderPurpose::Binds),
            ("registration-release", OrderPurpose::Releases),
            ("income-deduction", OrderPurpose::Binds),
            ("account-information", OrderPurpose::Other),
        ] {
            assert_eq!(purpose(code), expected, "{code}");
        }
    }

    #[test]
    fn an_order_for_no_obligation_in_particular_is_for_all() {
        let ids = |texts: &[&str]| {
            texts
                .iter()
                .map(|id| ObligationId::parse(id).unwrap())
                .collect::<Vec<_>>()
        };
        for (inner, outer, within) in [
            (&["1"][..], &["1", "2"][..], true),
            (&["1", "2"], &["1"], false),
            (&["1"], &["2"], false),
            (&[], &["2"], false),
            (&["1"], &[], true),
            (&[], &[], true),
        ] {
            assert_eq!(is_within(&ids(inner), &ids(outer)), within, "{inner:?} in {outer:?}");
        }
    }
}
