//! The registers (sổ) of an agency, line by line. Set-based: a page costs a few queries, and its orders are read a few at a
//! time.

use std::collections::{BTreeMap, BTreeSet};

use super::App;
use super::jobs::last_successor;
use crate::domain::agency::Agency;
use crate::domain::catalogue::definition::Register;
use crate::domain::document::{self, OrderDocument};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::Served;
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::domain::register::{Names, RegisterEntry};
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::evidence::jws::document_in;
use crate::store::RegisterPosition;

/// Orders that are read from the store at a time.
const ORDERS_AT_ONCE: usize = 8;
/// The most bytes of one page: less than what gRPC clients take by default (4 MiB).
const MAX_PAGE_BYTES: usize = 3 * 1024 * 1024;

/// A register of an agency for a year in Viet Nam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Whose.
    pub owner: AgencyCode,
    /// Which.
    pub register: Register,
    /// Of which year.
    pub year: i16,
}

/// A page of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterLines {
    /// The lines, in the order of registration.
    pub entries: Vec<RegisterEntry>,
    /// After which line the next page begins; none if this is the last.
    pub next: Option<RegisterPosition>,
}

/// Names that lines need beside their orders.
struct Known {
    /// Those that have had the requests, by code.
    agencies: BTreeMap<AgencyCode, Agency>,
    senders: BTreeMap<AgencyCode, String>,
    officers: BTreeMap<(AgencyCode, OfficerId), String>,
    services: BTreeMap<String, Served>,
}

impl App {
    /// Whose book `caller` may read: its own (`of` is none), or that of an agency which it is the last successor of.
    ///
    /// # Errors
    /// AGENCY_NOT_FOUND for any other agency, existing or not.
    pub async fn register_owner(&self, caller: &Agency, of: Option<&AgencyCode>) -> Result<AgencyCode> {
        let Some(of) = of.filter(|of| **of != caller.code) else {
            return Ok(caller.code.clone());
        };
        let successions = self.store.successions().await?;
        if last_successor(&successions, of) == Some(&caller.code) {
            return Ok(of.clone());
        }
        Err(Error::new(ErrorCode::AgencyNotFound))
    }

    /// A page of a book after `after` (none for the first page), for `viewer` of `caller`, which is the book's owner or its
    /// successor: all of its lines, or those of the requests that he may see.
    pub async fn register(
        &self,
        caller: &Agency,
        viewer: &Viewer,
        book: &Book,
        after: Option<RegisterPosition>,
        limit: usize,
    ) -> Result<RegisterLines> {
        let Book { owner, register, year } = book;
        let start = first_instant(*year)?;
        let after = after.unwrap_or_else(|| RegisterPosition::before(start));
        let end = first_instant(year.saturating_add(1))?;
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut requests = self
            .store
            .register_page(viewer, owner, *register, &after, end, one_more)
            .await?;
        let mut more = requests.len() > limit;
        requests.truncate(limit);
        let known = self.known(caller, owner, &requests).await?;
        let (mut entries, mut bytes) = (Vec::with_capacity(requests.len()), 0_usize);
        for chunk in requests.chunks(ORDERS_AT_ONCE) {
            let orders = self.orders(chunk).await?;
            for request in chunk {
                let entry = self.entry(request, orders.get(&request.body_index), &known)?;
                bytes = bytes.saturating_add(entry.size());
                if bytes <= MAX_PAGE_BYTES || entries.is_empty() {
                    entries.push(entry);
                }
            }
            if bytes > MAX_PAGE_BYTES {
                more |= entries.len() < requests.len();
                break;
            }
        }
        let last = entries.len().checked_sub(1).and_then(|last| requests.get(last));
        Ok(RegisterLines {
            next: last.filter(|_| more).and_then(RegisterPosition::of),
            entries,
        })
    }

    async fn known(&self, caller: &Agency, owner: &AgencyCode, requests: &[EnforcementRequest]) -> Result<Known> {
        let mut agencies = BTreeMap::from([(caller.code.clone(), caller.clone())]);
        if *owner != caller.code
            && let Some(former) = self.store.agency(owner).await?
        {
            agencies.insert(owner.clone(), former);
        }
        let senders = requests.iter().map(|request| &request.sender);
        let officers = requests
            .iter()
            .filter_map(|request| Some((&request.recipient, request.assigned_officer.as_ref()?)));
        let officers = self.store.officers_named(officers).await?;
        let served = requests.iter().filter(|request| request.served_time.is_some());
        Ok(Known {
            agencies,
            senders: self.store.agency_names(senders).await?,
            officers: officers
                .into_iter()
                .map(|officer| ((officer.agency, officer.id), officer.full_name))
                .collect(),
            services: self.store.services_of(served.map(|request| &request.id)).await?,
        })
    }

    /// The orders of requests by the log index of their bytes; those that were erased are left out.
    async fn orders(&self, requests: &[EnforcementRequest]) -> Result<BTreeMap<i64, OrderDocument>> {
        let indexes: BTreeSet<i64> = requests.iter().map(|request| request.body_index).collect();
        let indexes: Vec<i64> = indexes.into_iter().collect();
        let mut orders = BTreeMap::new();
        for body in self.store.bodies(&indexes).await? {
            if let Some(content) = body.content {
                let document = document_in(&body.media_type, &content).map_err(Error::internal)?;
                orders.insert(body.log_index, document::parse(&document).map_err(Error::internal)?);
            }
        }
        Ok(orders)
    }

    fn entry(
        &self,
        request: &EnforcementRequest,
        order: Option<&OrderDocument>,
        known: &Known,
    ) -> Result<RegisterEntry> {
        let kind = self
            .kind_of(request)
            .ok_or_else(|| Error::internal("the catalogue has lost a kind in use"))?;
        let outcome = request.outcome.as_deref();
        let outcome = outcome.and_then(|code| {
            kind.definition
                .outcomes
                .iter()
                .find(|known| known.code.as_str() == code)
        });
        let unit = request.assigned_unit.as_ref();
        let unit = unit.and_then(|id| {
            let agency = known.agencies.get(&request.recipient)?;
            agency.units.iter().find(|unit| unit.id == *id)
        });
        let officer = request.assigned_officer.clone();
        let officer = officer.map(|id| (request.recipient.clone(), id));
        let names = Names {
            kind_title: kind.definition.title_vi.clone(),
            sender: known.senders.get(&request.sender).cloned().unwrap_or_default(),
            unit: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
            officer: officer
                .and_then(|key| known.officers.get(&key))
                .cloned()
                .unwrap_or_default(),
            outcome_title: outcome.map(|outcome| outcome.title_vi.clone()).unwrap_or_default(),
        };
        let way = known.services.get(request.id.as_str()).map(|served| served.way);
        let entry = RegisterEntry::of(request, way, names);
        let mut entry = entry.ok_or_else(|| Error::internal("a line of a register without a number"))?;
        if let Some(order) = order {
            // A copy by right carries the order of another kind, which says itself where its parties stand.
            let own = self.catalogue.kind(&order.kind, request.submit_time.date());
            let own = if order.kind == request.kind { Some(kind) } else { own };
            entry.read(order, own.map_or(&[], |kind| kind.definition.parties.as_slice()));
        }
        Ok(entry)
    }
}

/// The first instant of a year in Viet Nam.
fn first_instant(year: i16) -> Result<Timestamp> {
    let first = jiff::civil::Date::new(year, 1, 1).map_err(Error::internal)?;
    Ok(Timestamp::from_civil(first.at(0, 0, 0, 0)))
}
