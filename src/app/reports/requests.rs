//! The acts and the overdue duties behind a figure of response times.

use super::{Made, Setting, among, page, wrong};
use crate::app::App;
use crate::domain::error::Result;
use crate::domain::ids::{KindCode, UnitId};
use crate::domain::report::request_figure::OverdueFigure;
use crate::domain::report::request_lists::{Called, ListedRequest, request_list};
use crate::domain::report::{Chosen, Parameter, RequestFigure};
use crate::domain::request::EnforcementRequest;
use crate::domain::response_time::{AgeLimits, Counted, What};
use crate::domain::time::Timestamp;
use crate::domain::workflow::Party;
use crate::store::rows::CountedAct;
use crate::store::{OverdueFilter, Span};

impl App {
    pub(super) async fn request_list(&self, setting: &Setting<'_>) -> Result<Made> {
        let figure = setting.asked.figure.as_deref().and_then(RequestFigure::named);
        let figure = figure.ok_or_else(|| wrong(Parameter::Figure, "required", "Nêu số liệu.", "Name a figure."))?;
        let (listed, next) = match figure {
            RequestFigure::Counted(what) => self.counted_requests(setting, what).await?,
            RequestFigure::Overdue(figure) => self.overdue_requests(setting, figure).await?,
        };
        let agencies = listed.iter().flat_map(|listed| [&listed.agency, &listed.counterparty]);
        let called = Called {
            agencies: self.called(agencies).await?,
            kinds: listed
                .iter()
                .map(|listed| (listed.kind.clone(), self.kind_called(&listed.kind)))
                .collect(),
        };
        let table = request_list(figure, &listed, &called, setting.scope(), setting.now);
        Ok((table, next))
    }

    /// Walks the requests of the viewer's own agency, so that nothing is read that he may not see.
    async fn counted_requests(
        &self,
        setting: &Setting<'_>,
        what: What,
    ) -> Result<(Vec<ListedRequest>, Option<String>)> {
        setting.asked.months()?;
        let is_own = setting.agency.code == setting.viewer.agency;
        let is_senders = matches!(what, What::OwnInTime | What::OwnLate);
        let side = if is_senders == is_own {
            Party::Sender
        } else {
            Party::Recipient
        };
        let pattern = format!("%\"{}\"%", what.as_str());
        let limit = setting.part.limit;
        let (mut id, mut version) = place(setting)?;
        let mut listed: Vec<(ListedRequest, String)> = Vec::new();
        loop {
            let acts = self
                .store
                .counted_acts(
                    (&setting.viewer.agency, side),
                    setting.span(),
                    &pattern,
                    (&id, version),
                    setting.one_more(),
                )
                .await?;
            let was_last = acts.len() <= limit;
            for act in acts {
                (id, version) = (act.request.id.to_string(), act.version);
                if let Some(found) = counted(setting, what, &act) {
                    listed.push((found, format!("{version}/{id}")));
                }
            }
            if was_last || listed.len() > limit {
                break;
            }
        }
        let (listed, next) = page(listed, limit, |(_, place)| place.clone());
        Ok((listed.into_iter().map(|(listed, _)| listed).collect(), next))
    }

    async fn overdue_requests(
        &self,
        setting: &Setting<'_>,
        figure: OverdueFigure,
    ) -> Result<(Vec<ListedRequest>, Option<String>)> {
        if setting.asked.unit != Chosen::Any || setting.asked.province != Chosen::Any {
            return Err(wrong(
                Parameter::Figure,
                "not_divided",
                "Việc quá hạn không chia theo đơn vị hoặc tỉnh, thành phố.",
                "What is overdue is not divided by unit or province.",
            ));
        }
        let limits = AgeLimits::at(setting.now, &self.calendar.get());
        let first = Timestamp::from_micros(i64::MIN);
        let (from, to) = match figure {
            OverdueFigure::Overdue | OverdueFigure::Silent => (first, limits.now),
            OverdueFigure::Day => (limits.day, limits.now),
            OverdueFigure::Week => (limits.week, limits.day),
            OverdueFigure::Month => (limits.month, limits.week),
            OverdueFigure::Older => (first, limits.month),
        };
        let filter = OverdueFilter {
            agency: &setting.agency.code,
            counterparty: setting.asked.partner.as_ref(),
            now: limits.now,
            due: Span { from, to },
            silent: figure == OverdueFigure::Silent,
            kinds: among(setting.asked.kinds.iter().map(KindCode::as_str)),
        };
        let (id, due) = match &setting.part.after {
            Some(_) => place(setting)?,
            None => (String::new(), i64::MIN),
        };
        let found = self.store.overdue_page(&filter, (due, &id), setting.one_more()).await?;
        let (found, next) = page(found, setting.part.limit, |last| {
            format!("{}/{}", last.due.micros(), last.request.id)
        });
        let listed = found.into_iter().map(|found| {
            let request = &found.request;
            let counterparty = if request.sender == setting.agency.code {
                &request.recipient
            } else {
                &request.sender
            };
            ListedRequest {
                agency: setting.agency.code.clone(),
                counterparty: counterparty.clone(),
                unit: request
                    .assigned_unit
                    .as_ref()
                    .map(UnitId::to_string)
                    .unwrap_or_default(),
                at: found.due,
                action: None,
                count: 1,
                ..listed(request)
            }
        });
        Ok((listed.collect(), next))
    }
}

fn listed(request: &EnforcementRequest) -> ListedRequest {
    ListedRequest {
        id: request.id.to_string(),
        kind: request.kind.to_string(),
        agency: request.recipient.clone(),
        counterparty: request.sender.clone(),
        unit: String::new(),
        sent: request.submit_time,
        at: request.submit_time,
        action: None,
        state: request.state,
        registry_number: request.registry_number.clone().unwrap_or_default(),
        count: 0,
    }
}

/// What an act counts for the agency of the figure; none if nothing.
fn counted(setting: &Setting<'_>, what: What, act: &CountedAct) -> Option<ListedRequest> {
    let asked = setting.asked;
    let is_kind = asked.kinds.is_empty() || asked.kinds.contains(&act.request.kind);
    let is_meant = |counted: &&Counted| {
        let province = Some(&counted.province).filter(|province| !province.is_empty());
        counted.agency == setting.agency.code
            && asked
                .partner
                .as_ref()
                .is_none_or(|partner| *partner == counted.counterparty)
            && asked.unit.is(counted.unit.as_ref())
            && asked.province.is(province)
    };
    let counted = act.details.counted.iter().filter(|_| is_kind).find(is_meant)?;
    let count = counted.what.iter().filter(|counted| **counted == what).count();
    let count = i64::try_from(count).ok().filter(|count| *count > 0)?;
    Some(ListedRequest {
        agency: counted.agency.clone(),
        counterparty: counted.counterparty.clone(),
        unit: counted.unit.as_ref().map(UnitId::to_string).unwrap_or_default(),
        at: act.at,
        action: act.action,
        count,
        ..listed(&act.request)
    })
}

/// A place in a list: a number, then an id.
fn place(setting: &Setting<'_>) -> Result<(String, i64)> {
    let Some(after) = &setting.part.after else {
        return Ok((String::new(), 0));
    };
    let read = after
        .split_once('/')
        .and_then(|(number, id)| Some((id.to_owned(), number.parse().ok()?)));
    read.ok_or_else(super::no_such_place)
}
