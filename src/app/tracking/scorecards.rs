//! Scorecards and response times, and who may see whose ([decision 0029](../../../docs/decisions/0029-response-times.md)): an agency
//! its own; whoever supervises it all of it; everyone else what it does on its own requests with him, and of the whole only the
//! share in time.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::App;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::AgencyCode;
use crate::domain::macros::text_enum;
use crate::domain::response_time::{AgeLimits, Month, Overdue, Sum};
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::store::rows::{OverdueOf, StoredSum};
use crate::store::{Period, SumFilter, Whose};

/// The most sums in detail that one question may read.
const MAX_DETAILS: usize = 100_000;

/// How an agency keeps its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scorecard {
    /// Which.
    pub agency: AgencyCode,
    /// Whether it tells of all its requests, or of those with the reader alone.
    pub is_whole: bool,
    /// What was counted in the period.
    pub sum: Sum,
    /// What is overdue now.
    pub overdue: Overdue,
    /// Of all its first final answers in the period that a limit held for, how many of a thousand came in time.
    pub share_in_time_permille: Option<i64>,
}

/// Scorecards as of an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scorecards {
    /// The reader's own first, then by code.
    pub cards: Vec<Scorecard>,
    /// The instant.
    pub now: Timestamp,
}

text_enum! {
    /// By what response times are told apart.
    pub enum GroupBy {
        /// The agency that answers.
        Agency => "AGENCY",
        /// Its unit.
        Unit => "UNIT",
        /// The kind.
        Kind => "KIND",
        /// The sender's province.
        Province => "PROVINCE",
        /// The month.
        Month => "MONTH",
    }
}

/// What response times are of; what they are not told apart by is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The agency.
    pub agency: Option<AgencyCode>,
    /// The unit; empty for none.
    pub unit: Option<String>,
    /// The kind.
    pub kind: Option<String>,
    /// The sender's province.
    pub province: Option<String>,
    /// The month.
    pub month: Option<Month>,
}

impl Group {
    fn of(stored: &StoredSum, by: &[GroupBy]) -> Self {
        let mut group = Self::default();
        for by in by {
            match by {
                GroupBy::Agency => group.agency = Some(stored.agency.clone()),
                GroupBy::Unit => group.unit = Some(stored.unit.clone()),
                GroupBy::Kind => group.kind = Some(stored.kind.clone()),
                GroupBy::Province => group.province = Some(stored.province.clone()),
                GroupBy::Month => group.month = Some(stored.month),
            }
        }
        group
    }
}

impl App {
    /// The agencies whose statistics `viewer` sees whole: his own, and those that his supervises.
    pub(in crate::app) async fn seen_whole(&self, viewer: &Viewer) -> Result<BTreeSet<AgencyCode>> {
        let (_, hierarchy) = self.hierarchy().await?;
        let supervised = hierarchy.supervised_by(&viewer.agency, viewer.scope);
        Ok(supervised.agencies().cloned().chain([viewer.agency.clone()]).collect())
    }

    /// The scorecard of `agency`, or of every agency of which `viewer` may see one, over a period of months.
    ///
    /// # Errors
    /// AGENCY_NOT_FOUND alike for a missing agency and one with which the viewer's has nothing to do.
    pub async fn scorecards(&self, viewer: &Viewer, agency: Option<&AgencyCode>, period: Period) -> Result<Scorecards> {
        let now = self.clock.now();
        let limits = AgeLimits::at(now, &self.calendar.get());
        let is_asked = |code: &AgencyCode| agency.is_none_or(|asked| asked == code);
        let whole = self.seen_whole(viewer).await?;
        let asked: Vec<&AgencyCode> = whole.iter().filter(|code| is_asked(code)).collect();
        let mut cards = BTreeMap::new();
        if agency.is_none_or(|asked| !whole.contains(asked)) {
            let with = Whose::With(&viewer.agency);
            let (sums, overdue) = (
                self.store.sums(with, period).await?,
                self.store.overdue(with, limits).await?,
            );
            // What is seen whole is not told a second time.
            fill(&mut cards, sums, overdue, false, |code| {
                is_asked(code) && !whole.contains(code)
            });
        }
        let partners: Vec<AgencyCode> = cards.keys().cloned().collect();
        if !asked.is_empty() {
            let of = Whose::Of(&asked);
            let (sums, overdue) = (
                self.store.sums(of, period).await?,
                self.store.overdue(of, limits).await?,
            );
            fill(&mut cards, sums, overdue, true, |_| true);
        }
        if is_asked(&viewer.agency) {
            card(&mut cards, &viewer.agency, true);
        }
        if let Some(asked) = agency
            && !cards.contains_key(asked)
        {
            if !whole.contains(asked) {
                return Err(Error::new(ErrorCode::AgencyNotFound));
            }
            card(&mut cards, asked, true);
        }
        self.share_in_time(&mut cards, &partners, period).await?;
        let own = cards.remove(&viewer.agency);
        Ok(Scorecards {
            cards: own.into_iter().chain(cards.into_values()).collect(),
            now,
        })
    }

    /// Of partners only the share is told of what is not the reader's.
    async fn share_in_time(
        &self,
        cards: &mut BTreeMap<AgencyCode, Scorecard>,
        partners: &[AgencyCode],
        period: Period,
    ) -> Result<()> {
        for card in cards.values_mut().filter(|card| card.is_whole) {
            card.share_in_time_permille = card.sum.in_time_permille();
        }
        let partners: Vec<&AgencyCode> = partners.iter().collect();
        if partners.is_empty() {
            return Ok(());
        }
        for timed in self.store.timed_answers(&partners, period).await? {
            if let Some(card) = cards.get_mut(&timed.agency) {
                card.share_in_time_permille = timed.sum.in_time_permille();
            }
        }
        Ok(())
    }

    /// Response times told apart by `by`, in order: of all that `viewer` sees whole, and of his own requests with others.
    ///
    /// # Errors
    /// FIELD_INVALID if so much would have to be read that the question must be made narrower.
    pub async fn response_times(
        &self,
        viewer: &Viewer,
        period: Period,
        filter: &SumFilter,
        by: &[GroupBy],
    ) -> Result<Vec<(Group, Sum)>> {
        let whole = self.seen_whole(viewer).await?;
        let whole: Vec<&AgencyCode> = whole.iter().collect();
        let limit = i64::try_from(MAX_DETAILS).unwrap_or(i64::MAX) + 1;
        let mut found = self
            .store
            .sums_in_detail(Whose::Of(&whole), period, filter, limit)
            .await?;
        let with = Whose::With(&viewer.agency);
        let others = self.store.sums_in_detail(with, period, filter, limit).await?;
        found.extend(
            others
                .into_iter()
                .filter(|stored| whole.binary_search(&&stored.agency).is_err()),
        );
        if found.len() > MAX_DETAILS {
            return Err(Error::field(
                "from_month",
                "too_much",
                "Quá nhiều số liệu; hãy thu hẹp kỳ, cơ quan hoặc loại.",
                "Too much to read: narrow the period, the agency or the kind.",
            ));
        }
        let mut groups = BTreeMap::<Group, Sum>::new();
        for stored in &found {
            groups.entry(Group::of(stored, by)).or_default().merge(&stored.sum);
        }
        Ok(groups.into_iter().collect())
    }
}

fn fill(
    cards: &mut BTreeMap<AgencyCode, Scorecard>,
    sums: Vec<StoredSum>,
    overdue: Vec<OverdueOf>,
    is_whole: bool,
    is_told: impl Fn(&AgencyCode) -> bool,
) {
    for stored in sums.into_iter().filter(|stored| is_told(&stored.agency)) {
        card(cards, &stored.agency, is_whole).sum.merge(&stored.sum);
    }
    for found in overdue.into_iter().filter(|found| is_told(&found.agency)) {
        card(cards, &found.agency, is_whole).overdue = found.overdue;
    }
}

fn card<'a>(cards: &'a mut BTreeMap<AgencyCode, Scorecard>, agency: &AgencyCode, is_whole: bool) -> &'a mut Scorecard {
    cards.entry(agency.clone()).or_insert_with(|| Scorecard {
        agency: agency.clone(),
        is_whole,
        sum: Sum::default(),
        overdue: Overdue::default(),
        share_in_time_permille: None,
    })
}
