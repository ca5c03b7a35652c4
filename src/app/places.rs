//! Which office is competent for a place: agencies and units by territory.
//!
//! What is remembered here only finds and suggests; the ledger decides on the registry under its own lock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::App;
use crate::domain::agency::{Agency, Role};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, UnitId};
use crate::domain::territory::{Fit, fit};
use crate::domain::time::Timestamp;

/// How long agencies are remembered, in microseconds: as long as DESIGN section 9 lets other hubs lag.
const REMEMBERED_MICROS: i64 = 5_000_000;

/// Agencies of one page of the registry.
const PAGE: i64 = 500;

/// The agencies of each role that was asked for.
#[derive(Debug, Default)]
pub(crate) struct Places {
    known: Mutex<BTreeMap<Role, Known>>,
}

#[derive(Debug)]
struct Known {
    read: Timestamp,
    registry_version: i64,
    /// By code.
    agencies: Arc<Vec<Arc<Agency>>>,
    /// Who is competent, of the places that were asked for.
    competent: BTreeMap<Vec<String>, Option<Arc<Agency>>>,
}

/// The most answers remembered for a role.
const ANSWERS: usize = 10_000;

impl Places {
    fn with<T>(&self, role: Role, look: impl FnOnce(&mut Known) -> T) -> Option<T> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get_mut(&role).map(look)
    }
}

impl App {
    /// Every agency of a role that may act and has no successor, by code.
    pub(crate) async fn agencies_of_role(&self, role: Role) -> Result<Arc<Vec<Arc<Agency>>>> {
        let (now, version) = (self.clock.now(), *self.ledger.registry_version().borrow());
        let remembered = self.places.with(role, |known| {
            let fresh = now.micros().saturating_sub(known.read.micros()) < REMEMBERED_MICROS;
            (fresh && known.registry_version == version).then(|| Arc::clone(&known.agencies))
        });
        if let Some(agencies) = remembered.flatten() {
            return Ok(agencies);
        }
        let mut agencies: Vec<Agency> = Vec::new();
        loop {
            let after = agencies.last().map_or("", |agency| agency.code.as_str()).to_owned();
            let page = self.store.agency_page(&after, Some(role), "", PAGE).await?;
            let is_last = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
            agencies.extend(page);
            if is_last {
                break;
            }
        }
        agencies.retain(|agency| !agency.suspended && agency.successor.is_none());
        let agencies: Arc<Vec<Arc<Agency>>> = Arc::new(agencies.into_iter().map(Arc::new).collect());
        let mut known = self.places.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(
            role,
            Known {
                read: now,
                registry_version: version,
                agencies: Arc::clone(&agencies),
                competent: BTreeMap::new(),
            },
        );
        Ok(agencies)
    }

    /// An agency of one of these roles.
    pub(crate) async fn agency_of_roles(&self, roles: &[Role], code: &AgencyCode) -> Result<Option<Arc<Agency>>> {
        for role in roles {
            let agencies = self.agencies_of_role(*role).await?;
            let found = agencies.binary_search_by(|agency| agency.code.cmp(code));
            if let Some(agency) = found.ok().and_then(|index| agencies.get(index)) {
                return Ok(Some(Arc::clone(agency)));
            }
        }
        Ok(None)
    }

    /// The agency of a role that is competent for the places: the one that fits most of them best.
    pub(crate) async fn competent(&self, role: Role, places: &[String]) -> Result<Option<Arc<Agency>>> {
        let agencies = self.agencies_of_role(role).await?;
        let remembered = self.places.with(role, |known| known.competent.get(places).cloned());
        if let Some(answer) = remembered.flatten() {
            return Ok(answer);
        }
        let best = best_fit(&agencies, places).map(Arc::clone);
        self.places.with(role, |known| {
            // Only beside the agencies that it was found among.
            if Arc::ptr_eq(&known.agencies, &agencies) && known.competent.len() < ANSWERS {
                known.competent.insert(places.to_vec(), best.clone());
            }
        });
        Ok(best)
    }
}

/// The agency that fits most of the places best.
fn best_fit<'a>(agencies: &'a [Arc<Agency>], places: &[String]) -> Option<&'a Arc<Agency>> {
    let fits = |agency: &Agency| {
        let territory = agency.effective_territory();
        let fits = places.iter().map(|place| fit(territory, place));
        fits.fold((0_usize, 0_usize), |(exact, within), fit| match fit {
            Fit::Exact => (exact + 1, within + 1),
            Fit::Within => (exact, within + 1),
            Fit::Outside => (exact, within),
        })
    };
    let best = agencies
        .iter()
        .map(|agency| (fits(agency), agency))
        .filter(|((_, within), _)| *within > 0)
        .min_by_key(|((exact, within), agency)| (std::cmp::Reverse((*within, *exact)), agency.code.clone()));
    best.map(|(_, agency)| agency)
}

/// The agency that is competent for the first of these places that any is competent for; else one that states no territory: it
/// is competent everywhere.
pub(crate) fn most_competent<'a>(agencies: &'a [Arc<Agency>], places: &[&[String]]) -> Option<&'a Arc<Agency>> {
    let there = places.iter().find_map(|places| best_fit(agencies, places));
    there.or_else(|| agencies.iter().find(|agency| agency.effective_territory().is_empty()))
}

/// The unit of an agency that deals with the place, if its units state their territory.
pub(crate) fn unit_for(agency: &Agency, places: &[String]) -> Option<UnitId> {
    let fits = |fit_wanted: Fit| {
        agency
            .units
            .iter()
            .find(|unit| places.iter().any(|place| fit(&unit.territory, place) == fit_wanted))
    };
    fits(Fit::Exact)
        .or_else(|| fits(Fit::Within))
        .map(|unit| unit.id.clone())
}
