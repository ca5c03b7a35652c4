//! What the officers of an agency were, and when. The registry keeps an officer as he is now; the log keeps each statement
//! about him, and a paper is judged by its own date.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::agency::{Officer, Role};
use crate::domain::error::{Error, Result};
use crate::domain::ids::OfficerId;
use crate::store::rows::EventRow;

/// Each officer of an agency as it was stated, the newest statement first; and what the agency is, which never changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OfficersOverTime {
    pub(super) role: Option<Role>,
    stated: BTreeMap<OfficerId, Vec<Officer>>,
}

/// The details of an entry of the registry, as far as they matter here.
#[derive(Deserialize)]
struct Entered {
    #[serde(default)]
    agency: Option<EnteredAgency>,
    #[serde(default)]
    officer: Option<Officer>,
}

#[derive(Deserialize)]
struct EnteredAgency {
    role: Role,
}

impl OfficersOverTime {
    /// Reads the entries of an agency, the newest first.
    pub(super) fn read(entries: &[EventRow]) -> Result<Self> {
        let mut officers = Self::default();
        for entry in entries {
            let entered: Entered = serde_json::from_str(&entry.details).map_err(Error::internal)?;
            officers.role = officers.role.or(entered.agency.map(|agency| agency.role));
            officers.add(entered.officer);
        }
        Ok(officers)
    }

    fn add(&mut self, stated: Option<Officer>) {
        if let Some(officer) = stated {
            self.stated.entry(officer.id.clone()).or_default().push(officer);
        }
    }

    /// What the officer was on `date`: what the newest statement says whose first day had come by then. It may say that he
    /// was out of office.
    pub(super) fn on(&self, officer: &OfficerId, date: Date) -> Option<&Officer> {
        let stated = self.stated.get(officer)?;
        stated.iter().find(|officer| officer.valid_from <= date)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::agency::Scope;
    use crate::domain::ids::AgencyCode;

    fn officer(position: &str, from: Date, to: Option<Date>) -> Officer {
        Officer {
            agency: AgencyCode::parse("A").unwrap(),
            id: OfficerId::parse("an").unwrap(),
            full_name: "An".to_owned(),
            position: position.to_owned(),
            unit: None,
            valid_from: from,
            valid_to: to,
            scope: Scope::All,
        }
    }

    #[test]
    fn an_officer_is_judged_by_what_held_on_that_day() {
        // Entered in this order: clerk, then officer from June, then out of office at the end of September.
        let statements = [
            officer("Thư ký", date(2026, 1, 1), None),
            officer("Chấp hành viên", date(2026, 6, 1), None),
            officer("Chấp hành viên", date(2026, 6, 1), Some(date(2026, 9, 30))),
        ];
        let mut officers = OfficersOverTime::default();
        statements
            .into_iter()
            .rev()
            .for_each(|officer| officers.add(Some(officer)));
        let an = OfficerId::parse("an").unwrap();
        let on = |date| {
            let found = officers.on(&an, date);
            found.map(|officer| (officer.position.as_str(), officer.is_in_office(date)))
        };
        assert_eq!(on(date(2025, 12, 31)), None);
        assert_eq!(on(date(2026, 1, 1)), Some(("Thư ký", true)));
        assert_eq!(on(date(2026, 5, 31)), Some(("Thư ký", true)));
        assert_eq!(on(date(2026, 6, 1)), Some(("Chấp hành viên", true)));
        assert_eq!(on(date(2026, 9, 30)), Some(("Chấp hành viên", true)));
        assert_eq!(
            on(date(2026, 10, 1)),
            Some(("Chấp hành viên", false)),
            "the end counts, not the entry before"
        );
        assert_eq!(officers.on(&OfficerId::parse("binh").unwrap(), date(2026, 6, 1)), None);
    }
}
