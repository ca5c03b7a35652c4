//! What is asked of a report, read from texts: every wrong parameter is told by its name, and none is taken that the report
//! does not know.

use jiff::civil::Date;

use super::super::enforcement_case::{Ground, Initiative, Tag};
use super::super::error::{Error, ErrorCode, FieldViolation, Result};
use super::super::identifier::place;
use super::super::ids::{AgencyCode, KindCode, OfficerId, UnitId};
use super::campaign::CampaignCode;
use super::catalogue::Report;
use super::judgments::Age;
use super::parameter::{By, Chosen, NONE, Parameter};
use super::period::{Month, Period};
use super::reference::Reference;

/// The most characters of a value.
const MOST: usize = 200;

/// A report and what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The report.
    pub report: Report,
    /// The reporting agency; none: the caller's.
    pub agency: Option<AgencyCode>,
    /// The agency on the other side.
    pub partner: Option<AgencyCode>,
    /// The unit.
    pub unit: Chosen<UnitId>,
    /// The officer.
    pub officer: Chosen<OfficerId>,
    /// The period.
    pub period: Period,
    /// Into what rows it is divided; none: as it is without.
    pub by: Option<By>,
    /// The mark of cases.
    pub tag: Option<Tag>,
    /// On whose initiative cases are.
    pub initiative: Option<Initiative>,
    /// The kinds; none: all.
    pub kinds: Vec<KindCode>,
    /// The sender's province.
    pub province: Chosen<String>,
    /// The figure whose list it is, one that the report has.
    pub figure: Option<String>,
    /// The age.
    pub age: Option<Age>,
    /// The campaign.
    pub campaign: Option<CampaignCode>,
    /// Year and symbol of a series of judgments.
    pub series: Option<(i16, String)>,
    /// The ground of cases without conditions.
    pub ground: Chosen<Ground>,
}

/// The period of a report of which none is named: of the six-month report the half of this day, else the statistical year up
/// to this month.
fn usual_period(report: Report, today: Date) -> Period {
    let month = Month::of(today);
    if report == Report::Coordination {
        return Period::Half {
            year: today.year(),
            is_second: today.month() > 6,
        };
    }
    Period::Statistical {
        year: month.statistical_year(),
        months: month.place_in_year(),
    }
}

impl Asked {
    /// Nothing but the report.
    pub fn plainly(report: Report, today: Date) -> Self {
        Self {
            report,
            agency: None,
            partner: None,
            unit: Chosen::Any,
            officer: Chosen::Any,
            period: usual_period(report, today),
            by: None,
            tag: None,
            initiative: None,
            kinds: Vec::new(),
            province: Chosen::Any,
            figure: None,
            age: None,
            campaign: None,
            series: None,
            ground: Chosen::Any,
        }
    }

    /// Reads the parameters of `report` on the day `today`.
    ///
    /// # Errors
    /// FIELD_INVALID with every wrong parameter, as `parameters.<name>`.
    pub fn read<'a>(
        report: Report,
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
        today: Date,
    ) -> Result<Self> {
        let mut asked = Self::plainly(report, today);
        let (mut wrong, mut seen) = (Vec::new(), Vec::new());
        for (name, value) in parameters {
            let known = name.parse::<Parameter>().ok();
            let known = known.filter(|parameter| report.takes(*parameter));
            let Some(parameter) = known else {
                wrong.push(unknown(report, name));
                continue;
            };
            if seen.contains(&parameter) {
                wrong.push(fault(
                    parameter,
                    "repeated",
                    "Mỗi tham số chỉ nêu một lần.",
                    "Name each once.",
                ));
            }
            seen.push(parameter);
            if asked.take(parameter, value).is_none() {
                wrong.push(malformed(report, parameter));
            }
        }
        if report.takes(Parameter::Figure) && !seen.contains(&Parameter::Figure) {
            wrong.push(malformed(report, Parameter::Figure));
        }
        if wrong.is_empty() {
            Ok(asked)
        } else {
            Err(Error::invalid(ErrorCode::FieldInvalid, wrong))
        }
    }

    fn take(&mut self, parameter: Parameter, value: &str) -> Option<()> {
        if value.is_empty() || value.chars().count() > MOST || value.chars().any(char::is_control) {
            return None;
        }
        match parameter {
            Parameter::Agency => self.agency = Some(value.parse().ok()?),
            Parameter::Partner => self.partner = Some(value.parse().ok()?),
            Parameter::Unit => self.unit = chosen(value, |value| value.parse().ok())?,
            Parameter::Officer => self.officer = chosen(value, |value| value.parse().ok())?,
            Parameter::Period => self.period = value.parse().ok()?,
            Parameter::By => {
                let by = value.parse().ok()?;
                self.report.description().by.contains(&by).then_some(())?;
                self.by = Some(by);
            }
            Parameter::Tag => self.tag = Some(value.parse().ok()?),
            Parameter::Initiative => self.initiative = Some(value.parse().ok()?),
            Parameter::Kind => {
                let kinds = value.split(',').map(|kind| kind.parse().ok());
                self.kinds = kinds.collect::<Option<_>>()?;
            }
            Parameter::Province => {
                let province = |value: &str| place::check_province(value).ok().map(|()| value.to_owned());
                self.province = chosen(value, province)?;
            }
            Parameter::Figure => {
                self.figure = Some(self.report.figure(value)?.to_owned());
            }
            Parameter::Age => self.age = Some(value.parse().ok()?),
            Parameter::Series => {
                let (year, symbol) = value.split_once('/')?;
                let year = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
                self.series = Some((year, symbol.to_uppercase()));
            }
            Parameter::Campaign => self.campaign = Some(value.parse().ok()?),
            Parameter::Ground => self.ground = chosen(value, without_conditions)?,
        }
        Some(())
    }

    /// Whether it is of sums alone, of which none is an officer's, and none is narrowed until it is of one case.
    pub fn is_public(&self) -> bool {
        let of_an_officer = self.by == Some(By::Officer) || self.officer != Chosen::Any;
        let is_narrowed = self.unit != Chosen::Any || self.tag.is_some() || self.initiative.is_some();
        self.report.is_public() && !of_an_officer && !is_narrowed
    }

    /// The report with its parameters, as it would be asked for again.
    pub fn reference(&self) -> Reference {
        let kinds = self.kinds.iter().map(KindCode::as_str).collect::<Vec<_>>().join(",");
        let series = self.series.as_ref().map(|(year, symbol)| format!("{year}/{symbol}"));
        let reference = Reference::to(self.report)
            .with_some(Parameter::Agency, self.agency.as_ref())
            .with_some(Parameter::Partner, self.partner.as_ref())
            .with_some(Parameter::Unit, told(&self.unit))
            .with_some(Parameter::Officer, told(&self.officer))
            .with_some(Parameter::By, self.by)
            .with_some(Parameter::Tag, self.tag)
            .with_some(Parameter::Initiative, self.initiative)
            .with_some(Parameter::Kind, Some(kinds).filter(|kinds| !kinds.is_empty()))
            .with_some(Parameter::Province, told(&self.province))
            .with_some(Parameter::Figure, self.figure.as_ref())
            .with_some(Parameter::Age, self.age)
            .with_some(Parameter::Campaign, self.campaign.as_ref())
            .with_some(Parameter::Series, series)
            .with_some(Parameter::Ground, told(&self.ground));
        if self.report.takes(Parameter::Period) {
            reference.with(Parameter::Period, self.period)
        } else {
            reference
        }
    }

    /// The months of the period, first and last.
    ///
    /// # Errors
    /// FIELD_INVALID if it is not whole months.
    pub fn months(&self) -> Result<(Month, Month)> {
        self.period.months().ok_or_else(|| {
            let wrong = fault(
                Parameter::Period,
                "whole_months",
                "Số liệu được giữ theo tháng: kỳ phải từ ngày đầu của một tháng đến ngày cuối của một tháng.",
                "Figures are kept by the month: from the first day of a month to the last day of one.",
            );
            Error::invalid(ErrorCode::FieldInvalid, vec![wrong])
        })
    }
}

fn without_conditions(code: &str) -> Option<Ground> {
    Ground::without_conditions().find(|ground| ground.as_str() == code)
}

fn chosen<T>(value: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Chosen<T>> {
    if value == NONE {
        Some(Chosen::Nobody)
    } else {
        read(value).map(Chosen::One)
    }
}

fn told<T: std::fmt::Display>(choice: &Chosen<T>) -> Option<String> {
    match choice {
        Chosen::Any => None,
        Chosen::Nobody => Some(NONE.to_owned()),
        Chosen::One(one) => Some(one.to_string()),
    }
}

fn fault(parameter: Parameter, reason: &str, vi: &str, en: &str) -> FieldViolation {
    FieldViolation::new(format!("parameters.{parameter}"), reason, vi, en)
}

/// A value that does not fit; what fits is said, the value itself is not repeated.
fn malformed(report: Report, parameter: Parameter) -> FieldViolation {
    let (vi, en) = parameter.meaning();
    let values = report.values(parameter).join(", ");
    let among = |text: &str, word: &str| {
        if values.is_empty() {
            format!("{text}.")
        } else {
            format!("{text}; {word}: {values}.")
        }
    };
    fault(parameter, "format", &among(vi, "một trong"), &among(en, "one of"))
}

fn unknown(report: Report, name: &str) -> FieldViolation {
    let known = report
        .description()
        .parameters
        .iter()
        .map(|parameter| parameter.as_str());
    let known = known.collect::<Vec<_>>().join(", ");
    let known = if known.is_empty() { "–" } else { known.as_str() };
    // A name that is no parameter of any report may be anything, and is not repeated.
    let field = name.parse::<Parameter>().map_or_else(
        |_unknown| "parameters".to_owned(),
        |parameter| format!("parameters.{parameter}"),
    );
    FieldViolation::new(
        field,
        "unknown",
        format!("Báo cáo này không có tham số đó; có: {known}."),
        format!("The report does not take it; it takes: {known}."),
    )
}

impl Report {
    /// The values of a parameter, if they are few.
    pub fn values(self, parameter: Parameter) -> Vec<&'static str> {
        match parameter {
            Parameter::By => self.description().by.iter().map(|by| by.as_str()).collect(),
            Parameter::Figure => self.figures(),
            Parameter::Tag => Tag::ALL.iter().map(|tag| tag.as_str()).collect(),
            Parameter::Initiative => Initiative::ALL.iter().map(|initiative| initiative.as_str()).collect(),
            Parameter::Age => Age::ALL.iter().map(|age| age.as_str()).collect(),
            Parameter::Ground => Ground::without_conditions().map(Ground::as_str).collect(),
            Parameter::Agency
            | Parameter::Partner
            | Parameter::Unit
            | Parameter::Officer
            | Parameter::Period
            | Parameter::Kind
            | Parameter::Province
            | Parameter::Series
            | Parameter::Campaign => Vec::new(),
        }
    }

    /// Whether a parameter must be stated.
    pub const fn requires(parameter: Parameter) -> bool {
        matches!(parameter, Parameter::Figure)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 28);

    fn read(report: Report, parameters: &[(&str, &str)]) -> Result<Asked> {
        Asked::read(report, parameters.iter().copied(), TODAY)
    }

    fn wrong(report: Report, parameters: &[(&str, &str)]) -> Vec<(String, String)> {
        let error = read(report, parameters).unwrap_err();
        let fields = error.fields().iter();
        fields
            .map(|field| (field.field.clone(), field.reason.clone()))
            .collect()
    }

    #[test]
    fn without_a_period_it_is_the_statistical_year_up_to_this_month_or_this_half_year() {
        let period = |report| read(report, &[]).unwrap().period.to_string();
        assert_eq!(period(Report::PartnerScorecards), "TK2027/2");
        assert_eq!(period(Report::Coordination), "2026H2");
    }

    #[test]
    fn parameters_are_read_and_a_dash_means_none() {
        let asked = read(
            Report::RequestList,
            &[
                ("agency", "GIA-LAP.NH.970901"),
                ("unit", "-"),
                ("province", "37"),
                ("period", "2026-11"),
                ("figure", "answered_late"),
            ],
        );
        let asked = asked.unwrap();
        let again = asked.reference();
        let again = Asked::read(
            again.report,
            again.parameters().map(|(name, value)| (name.as_str(), value)),
            TODAY,
        );
        assert_eq!(again.unwrap(), asked, "it is asked for again as it was");
        assert_eq!(asked.unit, Chosen::Nobody);
        assert_eq!(asked.province, Chosen::One("37".to_owned()));
        assert_eq!(asked.figure.as_deref(), Some("answered_late"));
        let series = read(Report::JudgmentList, &[("series", "2026/ds-st/1")])
            .unwrap()
            .series;
        assert_eq!(series, Some((2026, "DS-ST/1".to_owned())));
    }

    #[test]
    fn every_wrong_parameter_is_named_and_no_value_is_repeated() {
        let told = wrong(
            Report::RequestList,
            &[
                ("agency", "a b"),
                ("period", "2026"),
                ("period", "2026-11"),
                ("color", "red"),
                ("age", "5_years"),
                ("province", "00"),
                ("figure", "nothing"),
            ],
        );
        let told: Vec<(&str, &str)> = told.iter().map(|(field, why)| (field.as_str(), why.as_str())).collect();
        assert_eq!(
            told,
            [
                ("parameters.agency", "format"),
                ("parameters.period", "format"),
                ("parameters.period", "repeated"),
                ("parameters", "unknown"),
                ("parameters.age", "unknown"),
                ("parameters.province", "format"),
                ("parameters.figure", "format"),
            ]
        );
        let missing = wrong(Report::TransferList, &[]);
        assert_eq!(missing, [("parameters.figure".to_owned(), "format".to_owned())]);
        assert_eq!(
            wrong(Report::PartnerScorecards, &[("by", "tag")]),
            [("parameters.by".to_owned(), "format".to_owned())]
        );
    }

    #[test]
    fn figures_are_of_whole_months() {
        let asked = |period| read(Report::PartnerScorecards, &[("period", period)]).unwrap();
        assert!(asked("2026-10-01..2026-11-30").months().is_ok());
        let error = asked("2026-10-02..2026-11-30").months().unwrap_err();
        assert_eq!(error.fields()[0].field, "parameters.period");
    }
}
