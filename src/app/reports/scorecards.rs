//! How partners keep their times.

use std::collections::BTreeMap;

use super::{Setting, View, too_much, wrong};
use crate::app::App;
use crate::app::tracking::{Group, GroupBy};
use crate::domain::error::{ErrorCode, Result};
use crate::domain::identifier::place;
use crate::domain::ids::AgencyCode;
use crate::domain::report::parameter::NONE;
use crate::domain::report::partners::{self, PartnerRow};
use crate::domain::report::{By, Chosen, Parameter, Reference, Report, Table};
use crate::store::SumFilter;

impl App {
    pub(super) async fn partner_scorecards(&self, setting: &Setting<'_>) -> Result<Table> {
        let by = setting.asked.by.unwrap_or(By::Agency);
        let filter = filter(setting)?;
        let is_plain = filter.kind.is_none() && filter.province.is_none();
        let rows = if by == By::Agency && is_plain {
            self.scorecard_rows(setting).await?
        } else {
            if setting.view == View::Partner {
                // Refuses an agency with which there is nothing, as the whole scorecard does.
                self.scorecard_rows(setting).await?;
            }
            self.divided_rows(setting, by, filter).await?
        };
        Ok(partners::scorecards(by, &rows, setting.scope(), setting.now))
    }

    async fn scorecard_rows(&self, setting: &Setting<'_>) -> Result<Vec<PartnerRow>> {
        let period = setting.counted_months()?;
        let asked = setting.asked.agency.as_ref();
        let found = self.scorecards(setting.viewer, asked, period).await?;
        let called = self.called(found.cards.iter().map(|card| &card.agency)).await?;
        let rows = found.cards.into_iter().map(|card| PartnerRow {
            name: called.get(&card.agency).cloned().unwrap_or_default(),
            list: setting.requests_of(&card.agency, card.is_whole),
            is_whole: card.is_whole,
            sum: card.sum,
            overdue: Some(card.overdue),
        });
        Ok(rows.collect())
    }

    async fn divided_rows(&self, setting: &Setting<'_>, by: By, mut filter: SumFilter) -> Result<Vec<PartnerRow>> {
        let group = match by {
            By::Unit => GroupBy::Unit,
            By::Kind => GroupBy::Kind,
            By::Province => GroupBy::Province,
            By::Month => GroupBy::Month,
            By::Agency | By::Officer | By::Initiative | By::Tag => GroupBy::Agency,
        };
        if group != GroupBy::Agency || setting.asked.agency.is_some() {
            filter.agency = Some(setting.agency.code.clone());
        }
        let period = setting.counted_months()?;
        let found = self.response_times(setting.viewer, period, &filter, &[group]).await;
        let found = found.map_err(|error| {
            if error.code() == ErrorCode::FieldInvalid {
                too_much(Parameter::Period)
            } else {
                error
            }
        })?;
        let whole = self.seen_whole(setting.viewer).await?;
        let agencies = found.iter().filter_map(|(group, _)| group.agency.as_ref());
        let called = self.called(agencies).await?;
        let rows = found.into_iter().map(|(group, sum)| {
            let agency = group.agency.as_ref().unwrap_or(&setting.agency.code);
            let is_whole = whole.contains(agency);
            PartnerRow {
                name: self.name_of(setting, &group, &called),
                list: setting
                    .requests_of(agency, is_whole)
                    .map(|list| narrowed(list, &group, setting)),
                is_whole,
                sum,
                overdue: None,
            }
        });
        Ok(rows.collect())
    }

    /// What a group is called.
    fn name_of(&self, setting: &Setting<'_>, group: &Group, called: &BTreeMap<AgencyCode, String>) -> String {
        if let Some(agency) = &group.agency {
            return called.get(agency).cloned().unwrap_or_else(|| agency.to_string());
        }
        if let Some(unit) = &group.unit {
            let known = setting.agency.units.iter().find(|known| known.id.as_str() == unit);
            return match known {
                Some(known) if setting.view != View::Partner => format!("{} ({unit})", known.name),
                _ if unit.is_empty() => "Chưa giao đơn vị".to_owned(),
                _ => unit.clone(),
            };
        }
        if let Some(kind) = &group.kind {
            return self.kind_called(kind);
        }
        if let Some(province) = &group.province {
            return place::territory(province).map_or_else(
                || "Cơ quan trung ương".to_owned(),
                |known| format!("{} ({province})", known.name),
            );
        }
        group.month.map(|month| month.to_string()).unwrap_or_default()
    }
}

impl Setting<'_> {
    /// The list of what an agency did, as far as the viewer may open one.
    fn requests_of(&self, agency: &AgencyCode, is_whole: bool) -> Option<Reference> {
        let own = &self.viewer.agency;
        let list = self.list(Report::RequestList).with(Parameter::Agency, agency);
        let list = if agency == own {
            list
        } else if is_whole {
            return None;
        } else {
            list.with(Parameter::Partner, own)
        };
        let kinds = self.asked.kinds.first();
        let list = list.with_some(Parameter::Kind, kinds);
        Some(match &self.asked.province {
            Chosen::One(province) => list.with(Parameter::Province, province),
            Chosen::Any | Chosen::Nobody => list,
        })
    }
}

/// The list of a group.
fn narrowed(list: Reference, group: &Group, setting: &Setting<'_>) -> Reference {
    let or_none = |text: &String| if text.is_empty() { NONE.to_owned() } else { text.clone() };
    let period = group
        .month
        .map_or_else(|| setting.asked.period.to_string(), |month| month.to_string());
    list.with_some(Parameter::Unit, group.unit.as_ref().map(or_none))
        .with_some(Parameter::Kind, group.kind.as_ref())
        .with_some(Parameter::Province, group.province.as_ref().map(or_none))
        .with(Parameter::Period, period)
}

fn filter(setting: &Setting<'_>) -> Result<SumFilter> {
    let asked = setting.asked;
    if asked.kinds.len() > 1 {
        return Err(wrong(
            Parameter::Kind,
            "one",
            "Báo cáo này nhận một loại yêu cầu; dùng by=kind để xem từng loại.",
            "This report takes one kind; by=kind tells each.",
        ));
    }
    let province = match &asked.province {
        Chosen::Any => None,
        Chosen::One(province) => Some(province.clone()),
        Chosen::Nobody => {
            return Err(wrong(
                Parameter::Province,
                "format",
                "Nêu mã tỉnh, thành phố; dùng by=province để xem cơ quan trung ương.",
                "Name a province; by=province tells agencies of the whole country.",
            ));
        }
    };
    Ok(SumFilter {
        agency: None,
        unit: None,
        kind: asked.kinds.first().cloned(),
        province,
    })
}
