//! The six-month coordination report.

use std::collections::{BTreeMap, BTreeSet};

use super::{Setting, too_much};
use crate::app::App;
use crate::domain::agency::Role;
use crate::domain::catalogue::directive::DirectiveItem;
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;
use crate::domain::report::coordination::{PartnerLine, Results, TRANSFER, coordination};
use crate::domain::report::{Parameter, Report, Table};
use crate::store::{SumFilter, TransferFilter, Whose};

/// The most sums in detail that one report reads.
const MOST: usize = 100_000;

/// What one partner did of one duty, and by which kinds.
#[derive(Default)]
struct Line {
    results: Results,
    kinds: BTreeSet<String>,
}

impl App {
    pub(super) async fn coordination(&self, setting: &Setting<'_>) -> Result<Table> {
        let period = setting.counted_months()?;
        let agency = &setting.agency.code;
        let mut lines: BTreeMap<(DirectiveItem, AgencyCode), Line> = BTreeMap::new();
        let catalogue = &self.catalogue;
        let mut add = |kind: String, partner: AgencyCode, results: &Results| {
            let line = lines.entry((catalogue.directive_item(&kind), partner)).or_default();
            line.results.add(results);
            line.kinds.insert(kind);
        };
        let limit = i64::try_from(MOST).unwrap_or(i64::MAX) + 1;
        let (with, any) = (Whose::With(agency), SumFilter::default());
        let sums = self.store.sums_in_detail(with, period, &any, limit).await?;
        if sums.len() > MOST {
            return Err(too_much(Parameter::Period));
        }
        for stored in sums.into_iter().filter(|stored| stored.kind != TRANSFER) {
            let results = Results::of(&stored.sum);
            if results != Results::default() {
                add(stored.kind, stored.agency, &results);
            }
        }
        for found in self.store.overdue_by_kind(agency, setting.now).await? {
            let results = Results {
                overdue: found.overdue,
                silent: found.silent,
                ..Results::default()
            };
            add(found.kind, found.agency, &results);
        }
        let filter = TransferFilter {
            agency,
            role: setting.agency.role,
            kind: TRANSFER,
            span: setting.span(),
            partner: None,
        };
        for count in self.store.transfer_counts(&filter).await? {
            let results = Results {
                asked: count.transferred,
                in_time: count.in_time,
                late: count.late,
                ..Results::default()
            };
            add(TRANSFER.to_owned(), count.partner, &results);
        }
        self.coordination_table(setting, lines).await
    }

    async fn coordination_table(
        &self,
        setting: &Setting<'_>,
        lines: BTreeMap<(DirectiveItem, AgencyCode), Line>,
    ) -> Result<Table> {
        let called = self.called(lines.keys().map(|(_, partner)| partner)).await?;
        let mut by_duty: BTreeMap<DirectiveItem, Vec<PartnerLine>> = BTreeMap::new();
        for ((duty, partner), line) in lines {
            let kinds = line.kinds.into_iter().collect::<Vec<_>>().join(",");
            let list = if kinds == TRANSFER {
                setting.list(Report::TransferList).with(Parameter::Partner, &partner)
            } else {
                setting
                    .list(Report::RequestList)
                    .with(Parameter::Agency, &partner)
                    .with(Parameter::Partner, &setting.agency.code)
                    .with(Parameter::Kind, kinds)
            };
            by_duty.entry(duty).or_default().push(PartnerLine {
                name: called.get(&partner).cloned().unwrap_or_default(),
                results: line.results,
                list: Some(list).filter(|_| setting.opens()),
            });
        }
        let own = if Role::WITH_CASES.contains(&setting.agency.role) {
            Some(self.own_figures(setting).await?)
        } else {
            None
        };
        Ok(coordination(&by_duty, own.as_ref(), setting.scope(), setting.now))
    }
}
