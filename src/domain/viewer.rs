//! Who may see what within an agency: the one rule that queries and the ledger follow
//! ([decision 0016](../../docs/decisions/0016-officers-rights.md)).

use super::agency::{Officer, Scope};
use super::event::Measure;
use super::ids::{AgencyCode, OfficerId, UnitId};
use super::request::EnforcementRequest;

/// Whoever reads or acts: an officer of an agency, and how far his rights go there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The agency.
    pub agency: AgencyCode,
    /// Its officer.
    pub officer: OfficerId,
    /// The officer's unit, if any.
    pub unit: Option<UnitId>,
    /// How far the rights go.
    pub scope: Scope,
}

impl Viewer {
    /// An officer, as registered now.
    pub fn of(officer: &Officer) -> Self {
        Self {
            agency: officer.agency.clone(),
            officer: officer.id.clone(),
            unit: officer.unit.clone(),
            scope: officer.scope,
        }
    }

    /// The hub, where it reads in the name of a whole agency.
    pub fn whole(agency: &AgencyCode) -> Self {
        Self {
            agency: agency.clone(),
            officer: OfficerId::hub(),
            unit: None,
            scope: Scope::All,
        }
    }

    /// Whether the viewer's rights reach what belongs to `officer` and `unit` of the same agency. What belongs to nobody is for
    /// those who see all of it.
    pub fn reaches(&self, officer: Option<&OfficerId>, unit: Option<&UnitId>) -> bool {
        let is_own = officer == Some(&self.officer);
        match self.scope {
            Scope::All => true,
            Scope::Unit => is_own || (unit.is_some() && unit == self.unit.as_ref()),
            Scope::Own => is_own,
        }
    }

    /// The unit whose work the viewer sees beside his own; none unless the scope is UNIT.
    pub fn unit_reached(&self) -> Option<&UnitId> {
        self.unit.as_ref().filter(|_| self.scope == Scope::Unit)
    }

    /// Whether the viewer may see a measure; `request` is the one that made it. One that came of no request is for those who see
    /// all of the agency.
    pub fn sees_measure(&self, measure: &Measure, request: Option<&EnforcementRequest>) -> bool {
        let is_party = measure.holder == self.agency || measure.issuer == self.agency;
        is_party && (self.scope == Scope::All || request.is_some_and(|request| request.party_of(self).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(scope: Scope, unit: Option<&str>) -> Viewer {
        Viewer {
            agency: AgencyCode::parse("VN.NH").unwrap(),
            officer: OfficerId::parse("an").unwrap(),
            unit: unit.map(|unit| UnitId::parse(unit).unwrap()),
            scope,
        }
    }

    /// Every scope and unit of a viewer against every officer and unit that a thing may belong to.
    #[test]
    fn the_rule_row_by_row() {
        let (me, other) = (OfficerId::parse("an").unwrap(), OfficerId::parse("binh").unwrap());
        let (mine, foreign) = (UnitId::parse("p1").unwrap(), UnitId::parse("p2").unwrap());
        for scope in Scope::ALL {
            for unit in [None, Some("p1")] {
                for officer in [None, Some(&me), Some(&other)] {
                    for of_unit in [None, Some(&mine), Some(&foreign)] {
                        let in_unit = unit.is_some() && of_unit == Some(&mine);
                        let expected = match scope {
                            Scope::All => true,
                            Scope::Unit => officer == Some(&me) || in_unit,
                            Scope::Own => officer == Some(&me),
                        };
                        let reaches = viewer(*scope, unit).reaches(officer, of_unit);
                        assert_eq!(reaches, expected, "{scope} in {unit:?}: {officer:?} {of_unit:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn only_the_scope_of_a_unit_reaches_a_unit() {
        for scope in Scope::ALL {
            let reached = viewer(*scope, Some("p1")).unit_reached().is_some();
            assert_eq!(reached, *scope == Scope::Unit);
        }
        assert_eq!(viewer(Scope::Unit, None).unit_reached(), None);
    }
}
