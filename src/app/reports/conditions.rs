//! Cases without conditions: by ground, and whether they are published.

use std::collections::BTreeMap;

use super::{Made, Setting, View, among, chosen, page};
use crate::app::App;
use crate::domain::error::Result;
use crate::domain::ids::{OfficerId, UnitId};
use crate::domain::report::figures::{Amount, Key};
use crate::domain::report::no_conditions::{GroundRow, no_condition_grounds};
use crate::domain::report::parameter::NONE;
use crate::domain::report::publications::{
    PublicationFigure, PublicationRow, Publicities, PublishedCase, publication_list, publications,
};
use crate::domain::report::{By, Chosen, Parameter, Reference, Report, Table};
use crate::domain::response_time::AgeLimits;
use crate::store::{BookDetail, Division, PublicityFilter};

impl Setting<'_> {
    fn publicities(&self, app: &App) -> PublicityFilter<'_> {
        PublicityFilter {
            agency: &self.agency.code,
            // Five working days from the decision (Decree 152/2026 Art. 23.1) are not over yet.
            since: AgeLimits::at(self.now, &app.calendar.get()).week.date(),
            unit: chosen(&self.asked.unit),
            officer: chosen(&self.asked.officer),
        }
    }

    fn publication_reference(&self) -> Option<Reference> {
        let asked = self.asked.reference();
        let kept = [Parameter::Unit, Parameter::Officer];
        let kept = asked.parameters().filter(|(parameter, _)| kept.contains(parameter));
        let list = kept.fold(Reference::to(Report::PublicationList), |list, (parameter, value)| {
            list.with(parameter, value)
        });
        Some(list).filter(|_| self.view == View::Own)
    }
}

impl App {
    pub(super) async fn no_condition_grounds(&self, setting: &Setting<'_>) -> Result<Table> {
        let today = setting.now.date();
        let found = self
            .store
            .no_condition_grounds(&setting.agency.code, &setting.open_cases(), today)
            .await?;
        let rows = found.into_iter().map(|row| GroundRow {
            ground: row.ground,
            amount: Amount::new(row.cases, row.dong.into()),
            overdue: row.overdue,
        });
        let rows: Vec<GroundRow> = rows.collect();
        let list = Some(setting.open_case_reference()).filter(|_| setting.view == View::Own);
        Ok(no_condition_grounds(&rows, list.as_ref(), setting.scope(), setting.now))
    }

    pub(super) async fn publications(&self, setting: &Setting<'_>) -> Result<Table> {
        let by = setting.asked.by.unwrap_or(By::Unit);
        let (division, division_of): (Division, fn(&Key) -> Option<String>) = if by == By::Officer {
            (Division::Officer, |key| key.officer.as_ref().map(OfficerId::to_string))
        } else {
            (Division::Unit, |key| key.unit.as_ref().map(UnitId::to_string))
        };
        let mut divisions: BTreeMap<Option<String>, (Publicities, i64)> = BTreeMap::new();
        let filter = setting.publicities(self);
        for count in self.store.publicities(&filter, division).await? {
            let (publicities, _) = divisions.entry(count.division).or_default();
            publicities.add(count.publicity, count.count);
        }
        let months = setting.asked.months()?;
        let own = [&setting.agency.code];
        let book = self.store.case_book(&own, None, months, BookDetail::Division).await?;
        for (division, figures) in setting.figures(&book, |key| Some(division_of(key))) {
            let without = figures.without_conditions().plus(figures.separate()).cases;
            if without != 0 {
                divisions.entry(division).or_default().1 += without;
            }
        }
        let known: Vec<&String> = divisions.keys().flatten().collect();
        let names = self.division_names(setting, Some(by), &known).await?;
        let base = setting.publication_reference();
        let rows = divisions
            .into_iter()
            .map(|(division, (publicities, statistics))| PublicationRow {
                list: base
                    .clone()
                    .map(|base| base.with(by.parameter(), division.as_deref().unwrap_or(NONE))),
                name: division.map_or_else(
                    || "Chưa phân công".to_owned(),
                    |division| names.get(&division).cloned().unwrap_or(division),
                ),
                publicities,
                statistics,
            });
        let rows: Vec<PublicationRow> = rows.collect();
        let is_whole = setting.asked.unit == Chosen::Any && setting.asked.officer == Chosen::Any;
        let unnamed = if is_whole {
            self.store.publications_of_no_case(&setting.agency.code).await?
        } else {
            0
        };
        Ok(publications(
            by,
            &rows,
            (unnamed, base.as_ref()),
            setting.scope(),
            setting.now,
        ))
    }

    pub(super) async fn publication_list(&self, setting: &Setting<'_>) -> Result<Made> {
        let figure = setting.asked.figure.as_deref().and_then(|figure| figure.parse().ok());
        let figure = figure.unwrap_or(PublicationFigure::Must);
        let publicities = among(figure.publicities().iter().map(|publicity| publicity.as_str()));
        let after = setting.part.after.as_deref().unwrap_or_default();
        let found = self
            .store
            .publicity_page(
                &setting.publicities(self),
                (&publicities, figure.lateness()),
                after,
                setting.one_more(),
            )
            .await?;
        let (found, next) = page(found, setting.part.limit, |last| last.id.clone());
        let cases = found.into_iter().map(|case| PublishedCase {
            id: case.id,
            number: case.number,
            date: case.date,
            status: case.status,
            ground: case.ground,
            since: case.since,
            publicity: case.publicity,
            is_sent_late: case.is_sent_late,
            is_posted_late: case.is_posted_late,
            request: case.request.unwrap_or_default(),
        });
        let cases: Vec<PublishedCase> = cases.collect();
        Ok((publication_list(figure, &cases, setting.scope(), setting.now), next))
    }
}
