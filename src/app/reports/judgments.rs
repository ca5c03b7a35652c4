//! Judgments: how courts keep the limit of transferring, which numbers never came, and the lists behind.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::orders::Stated;
use super::{Made, Setting, page, too_much};
use crate::app::App;
use crate::domain::agency::Role;
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;
use crate::domain::report::coordination::TRANSFER;
use crate::domain::report::judgment_tables::{
    self as tables, GapRow, ReceivedJudgment, Transfer, TransferRow, Transfers,
};
use crate::domain::report::judgments::{JudgmentNumber, gaps};
use crate::domain::report::{Parameter, Report, Table, TransferFigure};
use crate::domain::time::Timestamp;
use crate::store::{Span, TransferFilter};

/// The most judgments that one report reads.
const MOST: usize = 20_000;
/// Transfers that are read at a time.
const PIECE: i64 = 500;

/// A judgment that came: of which court, and what the transfer says.
struct Came {
    court: AgencyCode,
    stated: Stated,
    transferred: Timestamp,
    registry_number: String,
    id: String,
}

impl Setting<'_> {
    fn transfers(&self) -> TransferFilter<'_> {
        TransferFilter {
            agency: &self.agency.code,
            role: self.agency.role,
            kind: TRANSFER,
            span: self.span(),
            partner: self.asked.partner.as_ref(),
        }
    }

    /// Who is on the other side of a transfer.
    fn partner_of<'r>(&self, request: &'r crate::domain::request::EnforcementRequest) -> &'r AgencyCode {
        if self.agency.role == Role::Court {
            &request.recipient
        } else {
            &request.sender
        }
    }
}

impl App {
    pub(super) async fn late_transfers(&self, setting: &Setting<'_>) -> Result<Table> {
        let counts = self.store.transfer_counts(&setting.transfers()).await?;
        let called = self.called(counts.iter().map(|count| &count.partner)).await?;
        let rows = counts.into_iter().map(|count| {
            let list = setting
                .list(Report::TransferList)
                .with(Parameter::Partner, &count.partner);
            TransferRow {
                name: called.get(&count.partner).cloned().unwrap_or_default(),
                transfers: Transfers {
                    transferred: count.transferred,
                    in_time: count.in_time,
                    late: count.late,
                },
                list: Some(list).filter(|_| setting.opens()),
            }
        });
        let rows: Vec<TransferRow> = rows.collect();
        Ok(tables::late_transfers(&rows, setting.scope(), setting.now))
    }

    pub(super) async fn transfer_list(&self, setting: &Setting<'_>) -> Result<Made> {
        let figure = setting.asked.figure.as_deref().and_then(|figure| figure.parse().ok());
        let status = match figure.unwrap_or(TransferFigure::Transferred) {
            TransferFigure::Transferred => "",
            TransferFigure::InTime => "MET",
            TransferFigure::Late => "BREACHED",
            TransferFigure::NoLimit => "-",
        };
        let after = setting.part.after.as_deref().unwrap_or_default();
        let filter = setting.transfers();
        let found = self
            .store
            .transfer_page(&filter, status, after, setting.one_more())
            .await?;
        let (found, next) = page(found, setting.part.limit, |last| last.request.id.to_string());
        let stated = self.stated(found.iter().map(|found| &found.request)).await?;
        let called = self
            .called(found.iter().map(|found| setting.partner_of(&found.request)))
            .await?;
        let transfers = found.iter().map(|found| {
            let request = &found.request;
            let stated = stated.get(&request.body_index);
            Transfer {
                id: request.id.to_string(),
                partner: called.get(setting.partner_of(request)).cloned().unwrap_or_default(),
                number: stated.map(|stated| stated.number.clone()).unwrap_or_default(),
                date: stated.map(|stated| stated.date),
                effective: stated.and_then(|stated| stated.effective),
                transferred: request.submit_time.date(),
                due: found.due.map(Timestamp::date),
                status: found.status,
                registry_number: request.registry_number.clone().unwrap_or_default(),
            }
        });
        let transfers: Vec<Transfer> = transfers.collect();
        Ok((tables::transfer_list(&transfers, setting.scope(), setting.now), next))
    }

    pub(super) async fn judgment_gaps(&self, setting: &Setting<'_>) -> Result<Table> {
        let mut by_court: BTreeMap<AgencyCode, Vec<Stated>> = BTreeMap::new();
        for came in self.judgments_that_came(setting).await? {
            by_court.entry(came.court).or_default().push(came.stated);
        }
        let called = self.called(by_court.keys()).await?;
        let mut rows = Vec::new();
        for (court, came) in &by_court {
            let came = came.iter().map(|stated| (stated.number.as_str(), stated.date));
            let name = called.get(court).map_or(court.as_str(), String::as_str);
            rows.extend(gaps(came).into_iter().map(|gap| {
                let series = format!("{}/{}", gap.year, gap.symbol);
                let list = setting
                    .list(Report::JudgmentList)
                    .with(Parameter::Partner, court)
                    .with(Parameter::Series, series);
                GapRow {
                    court: name.to_owned(),
                    gap,
                    list: Some(list),
                }
            }));
        }
        Ok(tables::judgment_gaps(&rows, setting.scope(), setting.now))
    }

    pub(super) async fn judgment_list(&self, setting: &Setting<'_>) -> Result<Made> {
        let mut found = self.judgments_that_came(setting).await?;
        let number = |came: &Came| JudgmentNumber::parse(&came.stated.number).map(|read| read.number);
        if let Some((year, symbol)) = &setting.asked.series {
            found.retain(|came| series_of(&came.stated).is_some_and(|series| series == (*year, symbol.clone())));
        }
        found.sort_by(|one, other| (&one.court, number(one), &one.id).cmp(&(&other.court, number(other), &other.id)));
        if let Some(after) = &setting.part.after {
            let place = found.iter().position(|came| came.id == *after);
            let place = place.ok_or_else(super::no_such_place)?;
            found.drain(..=place);
        }
        let (found, next) = page(found, setting.part.limit, |last| last.id.clone());
        let called = self.called(found.iter().map(|came| &came.court)).await?;
        let judgments = found.into_iter().map(|came| ReceivedJudgment {
            court: called.get(&came.court).cloned().unwrap_or_default(),
            number: came.stated.number,
            date: came.stated.date,
            transferred: came.transferred.date(),
            registry_number: came.registry_number,
            id: came.id,
        });
        let judgments: Vec<ReceivedJudgment> = judgments.collect();
        Ok((tables::judgment_list(&judgments, setting.scope(), setting.now), next))
    }

    /// The judgments of the years of the period that came, whenever they came: a judgment of December comes in January.
    async fn judgments_that_came(&self, setting: &Setting<'_>) -> Result<Vec<Came>> {
        let period = setting.asked.period;
        let years = period.from().year()..=period.to().year();
        let filter = TransferFilter {
            span: Span {
                from: Timestamp::from_civil(date(*years.start(), 1, 1).at(0, 0, 0, 0)),
                to: Timestamp::from_micros(i64::MAX),
            },
            ..setting.transfers()
        };
        let (mut came, mut after, mut read) = (Vec::new(), String::new(), 0);
        loop {
            let found = self.store.transfer_page(&filter, "", &after, PIECE).await?;
            let Some(last) = found.last() else {
                return Ok(came);
            };
            after = last.request.id.to_string();
            read += found.len();
            if read > MOST {
                return Err(too_much(Parameter::Partner));
            }
            let mut stated = self.stated(found.iter().map(|found| &found.request)).await?;
            came.extend(found.into_iter().filter_map(|found| {
                let stated = stated.remove(&found.request.body_index)?;
                let year = series_of(&stated).map_or_else(|| stated.date.year(), |(year, _)| year);
                years.contains(&year).then(|| Came {
                    court: found.request.sender.clone(),
                    stated,
                    transferred: found.request.submit_time,
                    registry_number: found.request.registry_number.unwrap_or_default(),
                    id: found.request.id.to_string(),
                })
            }));
        }
    }
}

/// The series that a judgment's number stands in.
fn series_of(stated: &Stated) -> Option<(i16, String)> {
    let read = JudgmentNumber::parse(&stated.number)?;
    Some((read.year.unwrap_or_else(|| stated.date.year()), read.symbol))
}
