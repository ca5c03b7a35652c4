//! Reports: whose they may be, what they are made of, and the table that comes of it
//! ([decision 0035](../../../docs/decisions/0035-reports-served.md)).

mod assigned;
mod books;
mod cases;
mod conditions;
mod coordination;
mod credit;
mod followed;
mod judgments;
mod orders;
mod requests;
mod scorecards;
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use super::App;
use crate::domain::agency::{Agency, Scope};
use crate::domain::enforcement_case::{Initiative, Tag};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::identifier::place;
use crate::domain::ids::{AgencyCode, KindCode};
use crate::domain::report::{Asked, Chosen, Letterhead, Month, Parameter, Reference, Report, Signature, Table};
use crate::domain::response_time;
use crate::domain::sandbox::{MARK_VI, is_sandbox};
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::store::{self, Span};

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPart {
    /// After this place; none: from the beginning.
    pub after: Option<String>,
    /// Rows at most.
    pub limit: usize,
}

/// A report that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRun {
    /// Its table.
    pub table: Table,
    /// Who reports.
    pub letterhead: Letterhead,
    /// The report with its parameters, as it would be asked for again.
    pub reference: Reference,
    /// Where the next page of a list begins; none if this was the last.
    pub next: Option<String>,
}

/// Why somebody may see the figures of an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// They are his own.
    Own,
    /// He supervises it: figures, and no lists.
    Supervised,
    /// He watches over it: public figures, no lists and nobody's name.
    Watched,
    /// He deals with it: what is between the two.
    Partner,
}

/// What every report needs.
struct Setting<'a> {
    viewer: &'a Viewer,
    asked: &'a Asked,
    now: Timestamp,
    /// Whose report it is.
    agency: Agency,
    view: View,
    part: &'a ListPart,
}

/// A table, and where the next page begins.
type Made = (Table, Option<String>);

impl App {
    /// Runs a report for `viewer` of `caller`.
    ///
    /// # Errors
    /// FIELD_INVALID with the parameter; AGENCY_NOT_FOUND alike for a missing agency and one whose figures the viewer may not see.
    pub async fn run_report(
        &self,
        caller: &Agency,
        viewer: &Viewer,
        asked: &Asked,
        part: &ListPart,
    ) -> Result<ReportRun> {
        let (agency, view) = self.reporting(caller, viewer, asked).await?;
        let setting = Setting {
            viewer,
            asked,
            now: self.clock.now(),
            agency,
            view,
            part,
        };
        let (mut table, next) = match asked.report {
            Report::ResultsCases | Report::ResultsMoney => (self.results(&setting).await?, None),
            Report::Indicators => (self.indicators(&setting).await?, None),
            Report::OfficerTargets => (self.officer_targets(&setting).await?, None),
            Report::Campaigns => (self.campaigns_report(&setting).await?, None),
            Report::Closings => self.closings_report(&setting).await?,
            Report::CreditCases => (self.credit_cases(&setting).await?, None),
            Report::LateEntries => self.late_entries(&setting).await?,
            Report::CaseList => self.case_list(&setting).await?,
            Report::PartnerScorecards => (self.partner_scorecards(&setting).await?, None),
            Report::Coordination => (self.coordination(&setting).await?, None),
            Report::LateTransfers => (self.late_transfers(&setting).await?, None),
            Report::JudgmentGaps => (self.judgment_gaps(&setting).await?, None),
            Report::JudgmentRequests => (self.judgment_requests(&setting).await?, None),
            Report::Complaints => (self.complaints(&setting).await?, None),
            Report::AdministrativeJudgments => (self.administrative_judgments(&setting).await?, None),
            Report::CaseAges => (self.case_ages(&setting).await?, None),
            Report::NoConditionGrounds => (self.no_condition_grounds(&setting).await?, None),
            Report::Publications => (self.publications(&setting).await?, None),
            Report::Sources => (sources::table(setting.now), None),
            Report::RequestList => self.request_list(&setting).await?,
            Report::TransferList => self.transfer_list(&setting).await?,
            Report::JudgmentList => self.judgment_list(&setting).await?,
            Report::JudgmentRequestList => self.judgment_request_list(&setting).await?,
            Report::FollowedList => self.followed_list(&setting).await?,
            Report::PublicationList => self.publication_list(&setting).await?,
            Report::CreditCaseList => self.credit_case_list(&setting).await?,
            Report::OpenCaseList => self.open_case_list(&setting).await?,
        };
        if is_sandbox(&self.hub_id) {
            table.scope.insert(0, MARK_VI.to_owned());
        }
        Ok(ReportRun {
            letterhead: self
                .letterhead(reporter(caller, &setting), self.signature(&setting).await?)
                .await?,
            reference: asked.reference(),
            table,
            next,
        })
    }

    /// Whose report it is, and why the viewer may see it. Deny by default.
    async fn reporting(&self, caller: &Agency, viewer: &Viewer, asked: &Asked) -> Result<(Agency, View)> {
        let named = asked.agency.as_ref().filter(|named| **named != viewer.agency);
        let Some(named) = named else {
            return Ok((caller.clone(), View::Own));
        };
        let hidden = || Error::new(ErrorCode::AgencyNotFound);
        let view = if matches!(asked.report, Report::RequestList | Report::FollowedList) {
            let is_between = asked.partner.as_ref() == Some(&viewer.agency);
            is_between.then_some(View::Partner)
        } else if self.seen_whole(viewer).await?.contains(named) {
            Some(View::Supervised)
        } else {
            let is_watched = asked.is_public() && self.watched(viewer).await?.contains(named);
            let watched = is_watched.then_some(View::Watched);
            watched.or((asked.report == Report::PartnerScorecards).then_some(View::Partner))
        };
        let view = view.ok_or_else(hidden)?;
        let agency = self.store.agency(named).await?.ok_or_else(hidden)?;
        Ok((agency, view))
    }

    /// Whose public figures the viewer is told.
    async fn watched(&self, viewer: &Viewer) -> Result<BTreeSet<AgencyCode>> {
        if viewer.scope != Scope::All {
            return Ok(BTreeSet::new());
        }
        Ok(self.hierarchy().await?.1.watched_by(&viewer.agency))
    }

    async fn letterhead(&self, agency: &Agency, signature: Signature) -> Result<Letterhead> {
        let superior = match &agency.parent {
            Some(parent) => self.store.agency(parent).await?.map(|parent| parent.name),
            None => None,
        };
        let province = place::territory(&agency.province_code);
        Ok(Letterhead {
            agency: agency.name.clone(),
            superior: superior.unwrap_or_default(),
            place: province.map(|province| province.name.clone()).unwrap_or_default(),
            signature,
        })
    }

    /// What a kind is called: its newest title, and its code.
    fn kind_called(&self, kind: &str) -> String {
        let known = kind.parse::<KindCode>().ok();
        let known = known.and_then(|code| self.catalogue.newest(&code));
        known.map_or_else(
            || kind.to_owned(),
            |known| format!("{} ({kind})", known.definition.title_vi),
        )
    }

    /// What agencies are called: name and code.
    async fn called<'a>(
        &self,
        agencies: impl IntoIterator<Item = &'a AgencyCode>,
    ) -> Result<BTreeMap<AgencyCode, String>> {
        let names = self.store.agency_names(agencies).await?;
        let called = names.into_iter().map(|(code, name)| {
            let called = format!("{name} ({code})");
            (code, called)
        });
        Ok(called.collect())
    }
}

impl Setting<'_> {
    /// Whether lists may be opened behind the figures: of one's own agency, and of what is between it and a partner.
    fn opens(&self) -> bool {
        matches!(self.view, View::Own | View::Partner)
    }

    /// What the report covers, for its head.
    fn scope(&self) -> Vec<String> {
        let report = self.asked.report;
        let period = Some(self.asked.period.label_vi()).filter(|_| report.takes(Parameter::Period));
        let shown = [Parameter::Period, Parameter::Agency, Parameter::By, Parameter::Figure];
        let reference = self.asked.reference();
        let chosen = reference
            .parameters()
            .filter(|(parameter, _)| !shown.contains(parameter));
        let chosen =
            chosen.map(|(parameter, value)| format!("{}: {}", parameter.label_vi(), value_vi(parameter, value)));
        let chosen = chosen.collect::<Vec<_>>().join("; ");
        [period, Some(self.agency.name.clone()), Some(chosen)]
            .into_iter()
            .flatten()
            .filter(|line| !line.is_empty())
            .collect()
    }

    /// The months of the period, as what was counted is kept.
    fn counted_months(&self) -> Result<store::Period> {
        let (first, last) = self.asked.months()?;
        let month = |month: Month| month.to_string().parse::<response_time::Month>();
        Ok(store::Period {
            first: month(first).map_err(Error::internal)?,
            last: month(last).map_err(Error::internal)?,
        })
    }

    /// The instants of the period.
    fn span(&self) -> Span {
        let period = self.asked.period;
        let after = period.to().tomorrow().unwrap_or(period.to());
        Span {
            from: Timestamp::from_civil(period.from().at(0, 0, 0, 0)),
            to: Timestamp::from_civil(after.at(0, 0, 0, 0)),
        }
    }

    /// A list of this agency's over the same period.
    fn list(&self, report: Report) -> Reference {
        let reference = Reference::to(report);
        if report.takes(Parameter::Period) {
            reference.with(Parameter::Period, self.asked.period)
        } else {
            reference
        }
    }

    fn one_more(&self) -> i64 {
        i64::try_from(self.part.limit).unwrap_or(i64::MAX).saturating_add(1)
    }
}

/// What a chosen value is called.
fn value_vi(parameter: Parameter, value: &str) -> &str {
    let label = if parameter == Parameter::Tag {
        value.parse().ok().map(Tag::label_vi)
    } else if parameter == Parameter::Initiative {
        value.parse().ok().map(Initiative::label_vi)
    } else {
        None
    };
    label.unwrap_or(value)
}

/// Who reports: whose figures they are; of what is between two whoever asks.
fn reporter<'a>(caller: &'a Agency, setting: &'a Setting<'_>) -> &'a Agency {
    if setting.view == View::Partner {
        caller
    } else {
        &setting.agency
    }
}

/// Cuts what was read to a page; `place`: where the page after an item begins.
fn page<T>(mut items: Vec<T>, limit: usize, place: impl FnOnce(&T) -> String) -> (Vec<T>, Option<String>) {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(place);
    (items, next)
}

/// Text of a choice as queries take it: empty for any, `-` for none.
fn chosen<T: std::fmt::Display>(choice: &Chosen<T>) -> String {
    match choice {
        Chosen::Any => String::new(),
        Chosen::Nobody => crate::domain::report::parameter::NONE.to_owned(),
        Chosen::One(one) => one.to_string(),
    }
}

/// Words, each between commas, as queries take them; empty if there are none.
fn among<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words = words.collect::<Vec<_>>().join(",");
    if words.is_empty() { words } else { format!(",{words},") }
}

/// A place in a list that is none.
fn no_such_place() -> Error {
    Error::field(
        "page_token",
        "not_of_this_list",
        "Mã trang không thuộc danh sách này; hãy đọc lại từ trang đầu.",
        "The token is not of this list; start from the first page.",
    )
}

fn wrong(parameter: Parameter, reason: &str, vi: &str, en: &str) -> Error {
    Error::field(format!("parameters.{parameter}"), reason, vi, en)
}

fn too_much(parameter: Parameter) -> Error {
    wrong(
        parameter,
        "too_much",
        "Quá nhiều số liệu phải đọc; hãy thu hẹp kỳ hoặc nêu thêm tham số.",
        "Too much to read: narrow the period or name more parameters.",
    )
}
