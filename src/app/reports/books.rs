//! Results by case and by money, from the books; the cases behind each figure.

use std::collections::{BTreeMap, BTreeSet};

use super::{Made, Setting, View, page, wrong};
use crate::app::App;
use crate::domain::agency::Role;
use crate::domain::enforcement_case::Tag;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, CaseId, OfficerId, UnitId};
use crate::domain::report::case_lists::{CaseBehind, LateEntry, case_list, late_entries};
use crate::domain::report::figures::case_figure::CaseFigure;
use crate::domain::report::figures::{Book, Key, PeriodFigures};
use crate::domain::report::parameter::NONE;
use crate::domain::report::results::{Division, Results};
use crate::domain::report::tagged::credit_cases;
use crate::domain::report::{By, Chosen, Month, Parameter, Reference, Report, Table};
use crate::store::{BookDetail, CasesBehind, FigureOf, MovementPosition, Of};

/// Figures of a period, divided.
struct Divided {
    by: By,
    divisions: Vec<Division>,
    whole: PeriodFigures,
    list: Option<Reference>,
}

impl App {
    pub(super) async fn results(&self, setting: &Setting<'_>) -> Result<Table> {
        let by = setting.asked.by.unwrap_or(By::Unit);
        let divided = self.divided(setting, by, setting.asked.tag).await?;
        let scope = setting.scope().into_iter().skip(1).collect::<Vec<_>>();
        let results = divided.results(setting, &scope);
        Ok(if setting.asked.report == Report::ResultsMoney {
            results.by_money()
        } else {
            results.by_case()
        })
    }

    pub(super) async fn credit_cases(&self, setting: &Setting<'_>) -> Result<Table> {
        let by = setting.asked.by.unwrap_or(By::Unit);
        let divided = self.divided(setting, by, Some(Tag::Credit)).await?;
        let whole = (&divided.whole, divided.list.as_ref());
        Ok(credit_cases(
            by,
            &divided.divisions,
            whole,
            setting.scope(),
            setting.now,
        ))
    }

    pub(super) async fn indicators(&self, setting: &Setting<'_>) -> Result<Table> {
        let divided = self.divided(setting, By::Unit, None).await?;
        let scope = setting.scope().into_iter().skip(1).collect::<Vec<_>>();
        let results = divided.results(setting, &scope);
        let year = setting.asked.period.year();
        let targets = self.year_targets(&setting.agency.code, year).await?.unwrap_or_default();
        Ok(results.indicators(|division| match division {
            None => targets.of_unit(None),
            // The division of cases that no unit has got has no target.
            Some(division) => targets.of_unit(Some(&UnitId::parse(&division.id).ok()?)),
        }))
    }

    /// The figures of the agency's own cases in the period.
    pub(super) async fn own_figures(&self, setting: &Setting<'_>) -> Result<PeriodFigures> {
        let months = setting.asked.months()?;
        let own = [&setting.agency.code];
        let book = self.store.case_book(&own, None, months, BookDetail::Division).await?;
        let whole = setting.figures(&book, |_key| Some(()));
        Ok(whole.into_values().next().unwrap_or_default())
    }

    async fn divided(&self, setting: &Setting<'_>, by: By, tag: Option<Tag>) -> Result<Divided> {
        let months = setting.asked.months()?;
        let agencies = self.agencies_of(setting, by).await?;
        let agencies: Vec<&AgencyCode> = agencies.iter().collect();
        let book = self
            .store
            .case_book(&agencies, tag, months, BookDetail::Division)
            .await?;
        let base = setting.case_reference(tag);
        let whole = setting.figures(&book, |_key| Some(()));
        let mut groups = setting.figures(&book, |key| Some(division_of(by, key)));
        if by == By::Tag {
            groups.clear();
            for tag in Tag::ALL.iter().copied() {
                let book = self
                    .store
                    .case_book(&agencies, Some(tag), months, BookDetail::Division)
                    .await?;
                let figures = setting.figures(&book, |_key| Some(()));
                groups.extend(figures.into_values().map(|figures| (tag.to_string(), figures)));
            }
        }
        let known: Vec<&String> = groups.keys().collect();
        let mut names = self.division_names(setting, Some(by), &known).await?;
        if by == By::Agency {
            let called = self.called(agencies.iter().copied()).await?;
            names.extend(called.into_iter().map(|(code, called)| (code.to_string(), called)));
        }
        let divisions = groups.into_iter().map(|(division, figures)| {
            let is_own = by != By::Agency || division == setting.viewer.agency.as_str();
            let list = base.clone().filter(|_| is_own).map(|base| {
                let chosen = if division.is_empty() { NONE } else { division.as_str() };
                if by == By::Agency {
                    base
                } else {
                    base.with(by.parameter(), chosen)
                }
            });
            Division {
                id: division.clone(),
                name: match names.remove(&division) {
                    Some(name) => name,
                    None if division.is_empty() => "Chưa phân công".to_owned(),
                    None => division,
                },
                figures,
                list,
            }
        });
        Ok(Divided {
            by,
            divisions: divisions.collect(),
            whole: whole.into_values().next().unwrap_or_default(),
            list: base.filter(|_| agencies.len() == 1),
        })
    }

    /// Whose books: the agency's, or of all whose figures the viewer sees whole.
    pub(super) async fn agencies_of(&self, setting: &Setting<'_>, by: By) -> Result<Vec<AgencyCode>> {
        if by != By::Agency || setting.asked.agency.is_some() {
            return Ok(vec![setting.agency.code.clone()]);
        }
        let seen = self.seen_whole(setting.viewer).await?;
        let own = &setting.agency.code;
        let mut agencies = BTreeSet::from([own.clone()]);
        for role in Role::WITH_CASES {
            let known = self.agencies_of_role(role).await?;
            let known = known.iter().map(|agency| &agency.code);
            agencies.extend(known.filter(|code| seen.contains(*code)).cloned());
        }
        Ok(agencies.into_iter().collect())
    }

    pub(super) async fn case_list(&self, setting: &Setting<'_>) -> Result<Made> {
        let asked = setting.asked;
        let figure = asked.figure.as_deref().and_then(|figure| figure.parse().ok());
        let figure: CaseFigure =
            figure.ok_or_else(|| wrong(Parameter::Figure, "required", "Nêu số liệu.", "Name a figure."))?;
        let mut of = FigureOf {
            agency: &setting.agency.code,
            tag: asked.tag,
            months: asked.months()?,
            units: one_or_any(&asked.unit),
            officers: one_or_any(&asked.officer),
            initiative: asked.initiative,
        };
        if let Some(code) = &asked.campaign {
            let campaign = self.campaign_named(&setting.agency.code, code).await?;
            if asked.unit != Chosen::Any {
                return Err(wrong(
                    Parameter::Unit,
                    "not_with_campaign",
                    "Đợt cao điểm đã nêu các đơn vị; không nêu thêm đơn vị.",
                    "A campaign names its units; name none beside it.",
                ));
            }
            of.tag = campaign.tag;
            of.initiative = campaign.initiative;
            of.units = campaign.units.iter().map(UnitId::to_string).collect();
        }
        let after = setting.part.after.as_deref().unwrap_or_default();
        let found = self.store.cases_behind(&of, figure, after, setting.one_more()).await?;
        let (found, next) = page(found, setting.part.limit, |last| last.id.clone());
        let cases = found.into_iter().map(|case| CaseBehind {
            id: case.id,
            number: case.number,
            date: case.date,
            status: case.status,
            amount: case.amount,
        });
        let cases: Vec<CaseBehind> = cases.collect();
        Ok((case_list(figure, &cases, setting.scope(), setting.now), next))
    }

    pub(super) async fn late_entries(&self, setting: &Setting<'_>) -> Result<Made> {
        let asked = setting.asked;
        let agencies = [&setting.agency.code];
        let behind = CasesBehind {
            agencies: &agencies,
            tag: asked.tag,
            unit: of(&asked.unit),
            officer: of(&asked.officer),
            initiative: None,
        };
        let after = match &setting.part.after {
            Some(after) => Some(place(&setting.agency.code, after).ok_or_else(super::no_such_place)?),
            None => None,
        };
        let found = self
            .store
            .late_movements(&behind, asked.months()?, after.as_ref(), setting.one_more())
            .await?;
        let (found, next) = page(found, setting.part.limit, |last| {
            let movement = &last.movement;
            format!(
                "{}/{}/{}/{}",
                movement.booking.month, movement.version, movement.ordinal, movement.case_id
            )
        });
        let entries = found.into_iter().map(|found| LateEntry {
            id: found.movement.case_id.to_string(),
            number: found.decision.number,
            line: found.movement.booking.line,
            date: found.movement.date,
            month: found.movement.booking.month,
            amount: found.movement.amount,
        });
        let entries: Vec<LateEntry> = entries.collect();
        Ok((late_entries(&entries, setting.scope(), setting.now), next))
    }
}

impl Divided {
    fn results<'a>(&'a self, setting: &Setting<'_>, scope: &'a [String]) -> Results<'a> {
        Results {
            period: setting.asked.period,
            scope,
            by: self.by,
            divisions: &self.divisions,
            whole: &self.whole,
            list: self.list.as_ref(),
            as_of: setting.now,
        }
    }
}

/// The division that a key of the books stands in; empty for none.
fn division_of(by: By, key: &Key) -> String {
    match by {
        By::Unit => key.unit.as_ref().map(UnitId::to_string),
        By::Officer => key.officer.as_ref().map(OfficerId::to_string),
        By::Initiative => Some(key.initiative.to_string()),
        By::Agency => Some(key.agency.to_string()),
        By::Tag | By::Kind | By::Province | By::Month => None,
    }
    .unwrap_or_default()
}

impl Setting<'_> {
    /// Figures of the period by group, of the cases that are asked for.
    pub(super) fn figures<G: Ord>(&self, book: &Book, group: impl Fn(&Key) -> Option<G>) -> BTreeMap<G, PeriodFigures> {
        let asked = self.asked;
        book.by(asked.period, |key| {
            let is_meant = asked.unit.is(key.unit.as_ref())
                && asked.officer.is(key.officer.as_ref())
                && asked.initiative.is_none_or(|initiative| initiative == key.initiative);
            is_meant.then(|| group(key)).flatten()
        })
    }

    /// The list of cases that are asked for; none if it is not the viewer's own agency.
    pub(super) fn case_reference(&self, tag: Option<Tag>) -> Option<Reference> {
        let asked = self.asked.reference();
        let kept = [Parameter::Unit, Parameter::Officer, Parameter::Initiative];
        let kept = asked.parameters().filter(|(parameter, _)| kept.contains(parameter));
        let list = self.list(Report::CaseList).with_some(Parameter::Tag, tag);
        let list = kept.fold(list, |list, (parameter, value)| list.with(parameter, value));
        Some(list).filter(|_| self.view == View::Own)
    }
}

/// A choice as the query of cases behind a figure takes it.
fn one_or_any<T: std::fmt::Display>(choice: &Chosen<T>) -> Vec<String> {
    match choice {
        Chosen::Any => Vec::new(),
        Chosen::Nobody => vec![String::new()],
        Chosen::One(one) => vec![one.to_string()],
    }
}

/// A choice as the books take it.
const fn of<T>(choice: &Chosen<T>) -> Of<&T> {
    match choice {
        Chosen::Any => Of::Any,
        Chosen::Nobody => Of::This(None),
        Chosen::One(one) => Of::This(Some(one)),
    }
}

/// A place among late entries: month, version, ordinal, case.
fn place(agency: &AgencyCode, after: &str) -> Option<MovementPosition> {
    let mut parts = after.splitn(4, '/');
    let month: Month = parts.next()?.parse().ok()?;
    Some(MovementPosition {
        agency: agency.clone(),
        month,
        version: parts.next()?.parse().ok()?,
        ordinal: parts.next()?.parse().ok()?,
        case_id: CaseId::parse(parts.next()?).ok()?,
    })
}
