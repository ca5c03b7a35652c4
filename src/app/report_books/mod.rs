//! Signing off periods, setting targets and campaigns, and reading what was ([decision 0034](../../../docs/decisions/0034-closing.md)).

use bytes::Bytes;

use super::App;
use super::ledger::reports::{PeriodToClose, ReportStep};
use super::ledger::{Actor, Command, Operation, Receipt};
use super::requests::history::PROTOBUF;
use super::requests::list::Page;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, IdempotencyKey};
use crate::domain::report::entry::{NamedCampaign, ReportAction, YearTargets};
use crate::domain::report::figures::PeriodBook;
use crate::domain::report::period::Period;
use crate::evidence::Digest;
use crate::evidence::digest::sha256;
use crate::evidence::leaf::{Leaf, content_sha256};
use crate::store::rows::{CampaignRow, ClosingRow, TargetsRow};

/// When to come again after the registry moved between looking and entering, in milliseconds.
const REGISTRY_MOVED: u32 = 200;

/// A write about reports, as it came.
#[derive(Debug, Clone)]
pub struct ReportWrite {
    /// Who asks.
    pub actor: Actor,
    /// The key that makes the retry safe.
    pub key: IdempotencyKey,
    /// The message, encoded again in field order: what the key is bound to.
    pub content: Bytes,
}

/// All figures of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiguresView {
    /// The text that is signed off.
    pub text: String,
    /// Its SHA-256.
    pub digest: Digest,
    /// How the period was closed, if it was.
    pub closing: Option<ClosingRow>,
}

impl App {
    /// Closes a period. `asked` is an error if a check before this one failed; a key that acted before gives the receipt of that time
    /// all the same.
    ///
    /// # Errors
    /// `PERIOD_NOT_OVER`, `PERIOD_ALREADY_CLOSED`, `PERIOD_FIGURES_CHANGED`; `METHOD_NOT_ALLOWED` of an agency that has no cases; `KEY_REUSED`.
    pub async fn close_period(
        &self,
        write: ReportWrite,
        asked: Result<(Period, Option<Digest>)>,
    ) -> Result<(ClosingRow, Receipt)> {
        let agency = write.actor.agency.clone();
        let step = match asked {
            Ok((period, seen)) => self.to_close(&agency, period, seen).await,
            Err(error) => Err(error),
        };
        let (receipt, subject) = self.report_step(write, ReportAction::ClosePeriod, step).await?;
        let period = named(&agency, "", &subject)?.parse().map_err(Error::internal)?;
        let closing = self.store.closing_of(&agency, period).await?;
        let closing = closing.ok_or_else(|| Error::internal("a closing was lost"))?;
        Ok((closing, receipt))
    }

    async fn to_close(&self, agency: &AgencyCode, period: Period, seen: Option<Digest>) -> Result<ReportStep> {
        let (registry_version, agencies) = self.with_those_below(agency).await?;
        Ok(ReportStep::Close(PeriodToClose {
            period,
            agencies,
            registry_version,
            seen,
        }))
    }

    /// An agency and those below it, in order.
    async fn with_those_below(&self, agency: &AgencyCode) -> Result<(i64, Vec<AgencyCode>)> {
        let (version, hierarchy) = self.hierarchy().await?;
        let mut agencies = hierarchy.below(agency);
        agencies.insert(agency.clone());
        Ok((version, agencies.into_iter().collect()))
    }

    /// All figures of a period as they are now. Of a closed one they are those that were signed off, over the same agencies.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn period_figures(&self, agency: &AgencyCode, period: Period) -> Result<FiguresView> {
        let closing = self.store.closing_of(agency, period).await?;
        let agencies = match &closing {
            Some(closing) => closing.agencies.clone(),
            None => self.with_those_below(agency).await?.1,
        };
        let sums = self.store.sums_of_period(&agencies, period).await?;
        let book = PeriodBook::of(period, &agencies, sums.iter().map(|(place, sum)| (place, *sum)));
        let text = book.text(period, &agencies);
        Ok(FiguresView {
            digest: sha256(text.as_bytes()),
            text,
            closing,
        })
    }

    /// Sets targets.
    ///
    /// # Errors
    /// `FIELD_INVALID` for units and officers that are not the agency's; `METHOD_NOT_ALLOWED`, `KEY_REUSED`.
    pub async fn set_targets(&self, write: ReportWrite, asked: Result<YearTargets>) -> Result<(TargetsRow, Receipt)> {
        let agency = write.actor.agency.clone();
        let step = asked.map(ReportStep::SetTargets);
        let (receipt, subject) = self.report_step(write, ReportAction::SetTargets, step).await?;
        let year = named(&agency, "targets/", &subject)?.parse().map_err(Error::internal)?;
        let row = self.store.targets_of(&agency, year).await?;
        Ok((row.ok_or_else(|| Error::internal("targets were lost"))?, receipt))
    }

    /// Sets a campaign.
    ///
    /// # Errors
    /// As [`App::set_targets`].
    pub async fn set_campaign(
        &self,
        write: ReportWrite,
        asked: Result<NamedCampaign>,
    ) -> Result<(CampaignRow, Receipt)> {
        let agency = write.actor.agency.clone();
        let step = asked.map(ReportStep::SetCampaign);
        let (receipt, subject) = self.report_step(write, ReportAction::SetCampaign, step).await?;
        let code = named(&agency, "campaigns/", &subject)?
            .parse()
            .map_err(Error::internal)?;
        let row = self.store.campaign_of(&agency, &code).await?;
        Ok((row.ok_or_else(|| Error::internal("a campaign was lost"))?, receipt))
    }

    async fn report_step(
        &self,
        write: ReportWrite,
        action: ReportAction,
        step: Result<ReportStep>,
    ) -> Result<(Receipt, String)> {
        let ReportWrite { actor, key, content } = write;
        let receipts = match step {
            Ok(step) => {
                let operation = Operation::Reports(Box::new(step));
                let command = Command::new(actor, key, PROTOBUF, content, operation);
                let moved = || Error::new(ErrorCode::Unavailable).retry_after_millis(REGISTRY_MOVED);
                self.execute_checked(command).await?.ok_or_else(moved)?
            }
            Err(failure) => {
                self.replay_or(&actor.agency, &key, content_sha256(&content), failure)
                    .await?
            }
        };
        let receipt = receipts.into_iter().next();
        let receipt = receipt.ok_or_else(|| Error::internal("a step about reports without an entry"))?;
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        // The same bytes may be a message of another method.
        if leaf.action == action.as_str() {
            Ok((receipt, leaf.subject))
        } else {
            Err(Error::new(ErrorCode::KeyReused))
        }
    }

    /// What an agency has closed, newest first, before the entry `before`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn closings(&self, agency: &AgencyCode, before: Option<i64>, limit: usize) -> Result<Page<ClosingRow>> {
        let before = before.unwrap_or(i64::MAX);
        let found = self.store.closings_of(agency, before, one_more(limit)).await?;
        Ok(page(found, limit))
    }

    /// The targets of an agency, the latest year first, before the year `before`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn targets(&self, agency: &AgencyCode, before: Option<i64>, limit: usize) -> Result<Page<TargetsRow>> {
        let before = before.unwrap_or(i64::MAX);
        let found = self.store.all_targets_of(agency, before, one_more(limit)).await?;
        Ok(page(found, limit))
    }

    /// The campaigns of an agency by code, after `after`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn campaigns(&self, agency: &AgencyCode, after: &str, limit: usize) -> Result<Page<CampaignRow>> {
        let found = self.store.campaigns_of(agency, after, one_more(limit)).await?;
        Ok(page(found, limit))
    }
}

/// What an entry is about, from its subject.
fn named<'a>(agency: &AgencyCode, kind: &str, subject: &'a str) -> Result<&'a str> {
    let rest = subject
        .strip_prefix(agency.as_str())
        .and_then(|rest| rest.strip_prefix('/'));
    let name = rest.and_then(|rest| rest.strip_prefix(kind));
    name.ok_or_else(|| Error::internal("an entry about reports under another subject"))
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

fn page<T>(mut items: Vec<T>, limit: usize) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    Page { items, more }
}
