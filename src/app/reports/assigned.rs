//! What heads assign and sign off, against the books.

use std::collections::BTreeMap;

use super::{Made, Setting, View, page, too_much};
use crate::app::App;
use crate::domain::agency::Officer;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::domain::report::assigned::{self, CampaignRow, Closing, OfficerMonth};
use crate::domain::report::campaign::{Campaign, CampaignCode};
use crate::domain::report::period::day_vi;
use crate::domain::report::targets::Targets;
use crate::domain::report::{By, Parameter, Period, Report, Signature, Table};
use crate::domain::sandbox::is_sandbox;
use crate::evidence::digest::hex;
use crate::store::BookDetail;
use crate::store::rows::ClosingRow;

/// The most campaigns of an agency that one report tells.
const MOST: i64 = 1_000;

impl App {
    /// What an agency was assigned for a statistical year.
    pub(super) async fn year_targets(&self, agency: &AgencyCode, year: i16) -> Result<Option<Targets>> {
        let row = self.store.targets_of(agency, year.into()).await?;
        Ok(row.map(|row| row.targets))
    }

    pub(super) async fn officer_targets(&self, setting: &Setting<'_>) -> Result<Table> {
        let (begins, ends) = setting.asked.months()?;
        let agency = &setting.agency.code;
        let book = self
            .store
            .case_book(&[agency], None, (begins, ends), BookDetail::Month)
            .await?;
        let mut assigned = Vec::new();
        for year in begins.statistical_year()..=ends.statistical_year() {
            let targets = self.year_targets(agency, year).await?.unwrap_or_default();
            assigned.extend(targets.officers.into_iter().filter(|target| {
                (begins..=ends).contains(&target.month) && setting.asked.officer.is(Some(&target.officer))
            }));
        }
        assigned.sort_by(|one, other| (&one.officer, one.month).cmp(&(&other.officer, other.month)));
        let officers: Vec<String> = assigned.iter().map(|target| target.officer.to_string()).collect();
        let officers: Vec<&String> = officers.iter().collect();
        let names = self.division_names(setting, Some(By::Officer), &officers).await?;
        let months = assigned.into_iter().map(|target| {
            let period = Period::Month(target.month);
            let figures = book.figures(period, |key| key.officer.as_ref() == Some(&target.officer));
            let list = setting.case_reference(None).map(|list| {
                let list = list.with(Parameter::Officer, &target.officer);
                list.with(Parameter::Period, period)
            });
            let officer = target.officer.to_string();
            OfficerMonth {
                name: names.get(&officer).cloned().unwrap_or(officer),
                month: target.month,
                target: (target.cases, target.dong.get()),
                done: figures.done(),
                list,
            }
        });
        let months: Vec<OfficerMonth> = months.collect();
        Ok(assigned::officer_targets(&months, setting.scope(), setting.now))
    }

    pub(super) async fn campaigns_report(&self, setting: &Setting<'_>) -> Result<Table> {
        let agency = &setting.agency.code;
        let period = setting.asked.period;
        let mut rows = Vec::new();
        let found = self.store.campaigns_of(agency, "", MOST + 1).await?;
        if i64::try_from(found.len()).unwrap_or(i64::MAX) > MOST {
            return Err(too_much(Parameter::Period));
        }
        for row in found {
            let campaign = row.campaign;
            let touches = campaign.period.from() <= period.to() && period.from() <= campaign.period.to();
            let Some(months) = campaign.period.months().filter(|_| touches) else {
                continue;
            };
            let book = self
                .store
                .case_book(&[agency], campaign.tag, months, BookDetail::Division)
                .await?;
            let list = setting.list(Report::CaseList).with(Parameter::Period, campaign.period);
            let list = list.with(Parameter::Campaign, &row.code);
            rows.push(CampaignRow {
                code: row.code.to_string(),
                progress: campaign.progress(&book),
                campaign,
                list: Some(list).filter(|_| setting.view == View::Own),
            });
        }
        Ok(assigned::campaigns(&rows, setting.scope(), setting.now))
    }

    /// The campaign that a list of cases is of.
    pub(super) async fn campaign_named(&self, agency: &AgencyCode, code: &CampaignCode) -> Result<Campaign> {
        let found = self.store.campaign_of(agency, code).await?;
        found.map(|row| row.campaign).ok_or_else(|| {
            Error::field(
                "parameters.campaign",
                "not_found",
                "Cơ quan không có đợt cao điểm với mã đó.",
                "The agency has no campaign of that code.",
            )
        })
    }

    pub(super) async fn closings_report(&self, setting: &Setting<'_>) -> Result<Made> {
        let before = match &setting.part.after {
            Some(after) => after.parse().map_err(|_malformed| super::no_such_place())?,
            None => i64::MAX,
        };
        let found = self
            .store
            .closings_of(&setting.agency.code, before, setting.one_more())
            .await?;
        let (found, next) = page(found, setting.part.limit, |last| last.by.log_index.to_string());
        let heads = self.heads(&found).await?;
        let closings = found.into_iter().map(|row| Closing {
            period: row.period,
            agencies: row.agencies.len(),
            head: heads
                .get(&row.by.officer)
                .map_or_else(|| row.by.officer.to_string(), |head| head.full_name.clone()),
            closed: row.by.time,
            log_index: row.by.log_index,
            digest: hex(&row.digest),
        });
        let closings: Vec<Closing> = closings.collect();
        Ok((assigned::closings(&closings, setting.scope(), setting.now), next))
    }

    async fn heads(&self, closings: &[ClosingRow]) -> Result<BTreeMap<OfficerId, Officer>> {
        let officers = closings.iter().map(|row| (&row.agency, &row.by.officer));
        let officers = self.store.officers_named(officers).await?.into_iter();
        Ok(officers.map(|officer| (officer.id.clone(), officer)).collect())
    }

    /// Who signed the figures of a report off, for its page. Nobody signs what may still change: only what the books alone tell, of
    /// agencies whose books all closed with the period.
    pub(super) async fn signature(&self, setting: &Setting<'_>) -> Result<Signature> {
        let is_of_the_books = matches!(
            setting.asked.report,
            Report::ResultsCases | Report::ResultsMoney | Report::CreditCases
        );
        if !is_of_the_books || setting.view == View::Watched || is_sandbox(&self.hub_id) {
            return Ok(Signature::default());
        }
        let closing = self
            .store
            .closing_of(&setting.agency.code, setting.asked.period)
            .await?;
        let Some(closing) = closing else {
            return Ok(Signature::default());
        };
        let covered = self.agencies_of(setting, setting.asked.by.unwrap_or(By::Unit)).await?;
        if !covered.iter().all(|agency| closing.agencies.contains(agency)) {
            return Ok(Signature::default());
        }
        let mut heads = self.heads(std::slice::from_ref(&closing)).await?;
        let Some(head) = heads.remove(&closing.by.officer) else {
            return Ok(Signature::default());
        };
        Ok(Signature {
            position: head.position,
            full_name: head.full_name,
            closing: format!(
                "Kỳ này đã khóa ngày {}; người khóa chịu trách nhiệm về số liệu; mục nhật ký số {}.",
                day_vi(closing.by.time.date()),
                closing.by.log_index
            ),
        })
    }
}
