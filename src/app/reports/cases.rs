//! Cases that are not done, by age and one by one.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Made, Setting, View, among, chosen, page};
use crate::app::App;
use crate::domain::enforcement_case::{Initiative, Tag};
use crate::domain::error::{Error, Result};
use crate::domain::ids::OfficerId;
use crate::domain::report::case_ages::{AgeRow, ByStatus, OpenCase, case_ages, open_case_list, open_cases_of};
use crate::domain::report::figures::Amount;
use crate::domain::report::judgments::Age;
use crate::domain::report::parameter::NONE;
use crate::domain::report::{By, OpenFigure, Parameter, Reference, Report, Table};
use crate::store::rows::OpenCaseRow;
use crate::store::{Division, OpenCaseFilter};

impl App {
    pub(super) async fn case_ages(&self, setting: &Setting<'_>) -> Result<Table> {
        let today = setting.now.date();
        let begins = |age: Age| {
            age.latest(today)
                .ok_or_else(|| Error::internal("an age without a beginning"))
        };
        let latest = [
            begins(Age::FiveYears)?,
            begins(Age::TwoToFiveYears)?,
            begins(Age::OneToTwoYears)?,
            begins(Age::SixToTwelveMonths)?,
        ];
        let by = setting.asked.by;
        let division = match by {
            Some(By::Unit) => Division::Unit,
            Some(By::Officer) => Division::Officer,
            Some(By::Initiative) => Division::Initiative,
            Some(By::Tag | By::Agency | By::Kind | By::Province | By::Month) | None => Division::Whole,
        };
        let filter = setting.open_cases();
        let found = self
            .store
            .case_ages(&setting.agency.code, &filter, latest, division)
            .await?;
        let mut rows: BTreeMap<(Option<String>, Age), ByStatus> = BTreeMap::new();
        if by.is_none() {
            rows.extend(Age::ALL.iter().map(|age| ((None, *age), ByStatus::new())));
        }
        for row in found {
            let age = usize::try_from(row.age).ok().and_then(|age| Age::ALL.get(age));
            let age = age.ok_or_else(|| Error::internal("an age that is none"))?;
            // Without divisions the one there is has no name.
            let division = row.division.filter(|_| by.is_some());
            let amount = Amount::new(row.cases, row.dong.into());
            rows.entry((division, *age)).or_default().insert(row.status, amount);
        }
        let officers: Vec<&String> = rows.keys().filter_map(|(division, _)| division.as_ref()).collect();
        let names = self.division_names(setting, by, &officers).await?;
        let base = Some(setting.open_case_reference()).filter(|_| setting.view == View::Own);
        let rows = rows.into_iter().map(|((division, age), by_status)| {
            let list = base.clone().map(|base| match by {
                Some(by) => base.with(by.parameter(), division.as_deref().unwrap_or(NONE)),
                None => base,
            });
            AgeRow {
                division: division.map_or_else(
                    || "Chưa phân công".to_owned(),
                    |division| names.get(&division).cloned().unwrap_or(division),
                ),
                age,
                by_status,
                list: list.map(|list| open_cases_of(&list, age)),
            }
        });
        let rows: Vec<AgeRow> = rows.collect();
        Ok(case_ages(by, &rows, base.as_ref(), setting.scope(), setting.now))
    }

    /// What divisions of an agency are called.
    pub(super) async fn division_names(
        &self,
        setting: &Setting<'_>,
        by: Option<By>,
        divisions: &[&String],
    ) -> Result<BTreeMap<String, String>> {
        Ok(match by {
            Some(By::Unit) => {
                let units = setting.agency.units.iter();
                units
                    .map(|unit| (unit.id.to_string(), format!("{} ({})", unit.name, unit.id)))
                    .collect()
            }
            Some(By::Officer) => {
                let ids = divisions.iter().filter_map(|id| id.parse::<OfficerId>().ok());
                let ids: Vec<OfficerId> = ids.collect();
                let named = ids.iter().map(|id| (&setting.agency.code, id));
                let officers = self.store.officers_named(named).await?.into_iter();
                officers
                    .map(|officer| {
                        (
                            officer.id.to_string(),
                            format!("{} ({})", officer.full_name, officer.id),
                        )
                    })
                    .collect()
            }
            Some(By::Initiative) => Initiative::ALL
                .iter()
                .map(|initiative| (initiative.to_string(), initiative.label_vi().to_owned()))
                .collect(),
            Some(By::Tag) => Tag::ALL
                .iter()
                .map(|tag| (tag.to_string(), format!("{} ({tag})", tag.label_vi())))
                .collect(),
            Some(By::Agency | By::Kind | By::Province | By::Month) | None => BTreeMap::new(),
        })
    }

    pub(super) async fn open_case_list(&self, setting: &Setting<'_>) -> Result<Made> {
        let today = setting.now.date();
        let figure = setting.asked.figure.as_deref().and_then(|figure| figure.parse().ok());
        let statuses = figure.unwrap_or(OpenFigure::Cases).statuses().iter();
        let statuses = among(statuses.map(|status| status.as_str()));
        let day = |date: Option<Date>, open: &str| date.map_or_else(|| open.to_owned(), |date| date.to_string());
        // "~" sorts after every date, the empty text before.
        let (after, until) = match setting.asked.age {
            Some(age) => (
                day(age.older().and_then(|older| older.latest(today)), ""),
                day(age.latest(today), "~"),
            ),
            None => (String::new(), "~".to_owned()),
        };
        let place = setting.part.after.as_deref().unwrap_or("/");
        let place = place.split_once('/').ok_or_else(super::no_such_place)?;
        let found = self
            .store
            .open_cases(
                &setting.agency.code,
                &setting.open_cases(),
                (&after, &until),
                &statuses,
                place,
                setting.one_more(),
            )
            .await?;
        let (found, next) = page(found, setting.part.limit, |last| format!("{}/{}", last.opened, last.id));
        let cases: Vec<OpenCase> = found.into_iter().map(OpenCase::from).collect();
        Ok((open_case_list(&cases, today, setting.scope(), setting.now), next))
    }
}

impl From<OpenCaseRow> for OpenCase {
    fn from(case: OpenCaseRow) -> Self {
        Self {
            id: case.id,
            number: case.number,
            date: case.date,
            opened: case.opened,
            status: case.status,
            ground: case.ground,
            since: case.since,
            unit: case.unit.unwrap_or_default(),
            officer: case.officer.unwrap_or_default(),
            rest: case.rest,
        }
    }
}

impl Setting<'_> {
    pub(super) fn open_cases(&self) -> OpenCaseFilter {
        let asked = self.asked;
        OpenCaseFilter {
            tag: asked.tag.map(|tag| format!("%\"{tag}\"%")).unwrap_or_default(),
            initiative: asked
                .initiative
                .map(|initiative| initiative.to_string())
                .unwrap_or_default(),
            unit: chosen(&asked.unit),
            officer: chosen(&asked.officer),
            ground: chosen(&asked.ground),
        }
    }

    pub(super) fn open_case_reference(&self) -> Reference {
        let asked = self.asked.reference();
        let kept = [
            Parameter::Unit,
            Parameter::Officer,
            Parameter::Tag,
            Parameter::Initiative,
        ];
        let kept = asked.parameters().filter(|(parameter, _)| kept.contains(parameter));
        kept.fold(Reference::to(Report::OpenCaseList), |list, (parameter, value)| {
            list.with(parameter, value)
        })
    }
}
