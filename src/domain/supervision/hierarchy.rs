//! Who stands below whom, by superiors, successors and provinces, and what the table makes of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Over, RIGHTS, Right};
use crate::domain::agency::{Agency, Role, Scope};
use crate::domain::identifier::place;
use crate::domain::ids::AgencyCode;
use crate::domain::request::EnforcementRequest;

/// What the registry says of an agency here.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    role: Role,
    provinces: BTreeSet<String>,
}

/// Every agency with what is below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hierarchy {
    members: BTreeMap<AgencyCode, Member>,
    /// By superior.
    children: BTreeMap<AgencyCode, Vec<AgencyCode>>,
    /// By successor.
    predecessors: BTreeMap<AgencyCode, Vec<AgencyCode>>,
}

impl Hierarchy {
    /// Of all agencies of a registry.
    pub fn of<'a>(agencies: impl IntoIterator<Item = &'a Agency>) -> Self {
        let mut this = Self::default();
        for agency in agencies {
            let member = Member {
                role: agency.role,
                provinces: provinces(agency),
            };
            this.members.insert(agency.code.clone(), member);
            for (named, by) in [
                (&agency.parent, &mut this.children),
                (&agency.successor, &mut this.predecessors),
            ] {
                if let Some(named) = named {
                    by.entry(named.clone()).or_default().push(agency.code.clone());
                }
            }
        }
        this
    }

    /// Everything below an agency, never itself. A superior's successor is superior in its place, and what is below an agency's
    /// successor has the agency's own past beside it. Circles end.
    pub fn below(&self, code: &AgencyCode) -> BTreeSet<AgencyCode> {
        let mut below = BTreeSet::new();
        let mut open = vec![code.clone()];
        while let Some(superior) = open.pop() {
            for superior in self.with_predecessors(&superior) {
                for child in self.children.get(&superior).into_iter().flatten() {
                    for member in self.with_predecessors(child) {
                        if below.insert(member.clone()) {
                            open.push(member);
                        }
                    }
                }
            }
        }
        below.remove(code);
        below
    }

    /// An agency and all that it succeeded.
    fn with_predecessors(&self, code: &AgencyCode) -> BTreeSet<AgencyCode> {
        let mut all = BTreeSet::from([code.clone()]);
        let mut open = vec![code];
        while let Some(next) = open.pop() {
            for former in self.predecessors.get(next).into_iter().flatten() {
                if all.insert(former.clone()) {
                    open.push(former);
                }
            }
        }
        all
    }

    /// The agencies of whose work an agency is told public figures alone, no request and no case: the Fatherland Front those that
    /// enforce in its provinces.
    pub fn watched_by(&self, code: &AgencyCode) -> BTreeSet<AgencyCode> {
        let watcher = self.members.get(code);
        let Some(watcher) = watcher.filter(|watcher| watcher.role == Role::FatherlandFront) else {
            return BTreeSet::new();
        };
        let members = self.members.iter().filter(|(_, member)| {
            member.role == Role::Enforcement && !member.provinces.is_disjoint(&watcher.provinces)
        });
        members.map(|(code, _)| code.clone()).collect()
    }

    /// What an officer of this scope may look at for his agency: each agency by the line that shows most of it.
    pub fn supervised_by(&self, code: &AgencyCode, scope: Scope) -> Supervised {
        let mut supervised = Supervised::default();
        let Some(supervisor) = self.members.get(code) else {
            return supervised;
        };
        let below = self.below(code);
        let of_its_role = below.iter().filter_map(|code| self.members.get(code));
        let of_its_role = of_its_role.filter(|member| member.role == supervisor.role);
        let provinces: BTreeSet<&String> = [supervisor]
            .into_iter()
            .chain(of_its_role)
            .flat_map(|member| &member.provinces)
            .collect();
        for (other, member) in &self.members {
            let is_over = |right: &&Right| match right.over {
                Over::Below => below.contains(other),
                Over::Territory => member.provinces.iter().any(|province| provinces.contains(province)),
            };
            let lines = RIGHTS.iter().filter(|right| right.covers(supervisor.role, member.role));
            let lines = lines
                .filter(|right| scope >= right.scope && other != code)
                .filter(is_over);
            if let Some(right) = most(lines) {
                supervised.0.insert(other.clone(), right);
            }
        }
        supervised
    }
}

/// The provinces of today that an agency is competent in.
fn provinces(agency: &Agency) -> BTreeSet<String> {
    let codes = agency.effective_territory().iter();
    let province = |code: &String| place::territory(code).map(|province| province.code.clone());
    codes.filter_map(province).collect()
}

/// The line that shows most; of equals the first.
fn most(lines: impl Iterator<Item = &'static Right>) -> Option<&'static Right> {
    lines.reduce(|best, next| if next.sight > best.sight { next } else { best })
}

/// The agencies that somebody supervises, each with the line that says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supervised(BTreeMap<AgencyCode, &'static Right>);

impl Supervised {
    /// The line over an agency; none if it is not supervised.
    pub fn right_over(&self, agency: &AgencyCode) -> Option<&'static Right> {
        self.0.get(agency).copied()
    }

    /// By what right a request may be looked at: that over its sender or its recipient, whichever shows more. None: by none.
    pub fn right_to(&self, request: &EnforcementRequest) -> Option<&'static Right> {
        let parties = [&request.sender, &request.recipient];
        most(parties.into_iter().filter_map(|party| self.right_over(party)))
    }

    /// The agencies.
    pub fn agencies(&self) -> impl Iterator<Item = &AgencyCode> {
        self.0.keys()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
