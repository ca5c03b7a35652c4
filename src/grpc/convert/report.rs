//! Reports on the wire.

use lienthong_proto::v1;

use super::vocabulary::OnWire as _;
use super::{localized, time};
use crate::app::reports::{ListPart, ReportRun};
use crate::domain::error::{Error, Result};
use crate::domain::report::{Asked, Format, Report};
use crate::grpc::convert::fields::Fields;

/// Rows of a list when the caller names no number, and at most.
const ROWS: (i32, i32) = (1_000, 20_000);
/// The most parameters of a report.
const PARAMETERS: usize = 32;

/// What RunReport asks: the report, how it is written, and how many rows at most.
pub(crate) fn asked(message: &v1::RunReportRequest, today: jiff::civil::Date) -> Result<(Asked, Format, usize)> {
    let mut fields = Fields::default();
    let limit = fields.page_size("page_size", message.page_size, ROWS.0, ROWS.1);
    fields.at_most("parameters", message.parameters.len(), PARAMETERS);
    let report = message.report.parse::<Report>().ok();
    if report.is_none() {
        let known = Report::ALL.iter().map(|report| report.as_str()).collect::<Vec<_>>();
        let known = known.join(", ");
        fields.push(
            "report",
            "unknown",
            &format!("Không có báo cáo đó; có: {known}."),
            &format!("There is no such report; there are: {known}."),
        );
    }
    let format = Format::from_wire(message.format).or((message.format == 0).then_some(Format::Table));
    if format.is_none() {
        fields.missing("format");
    }
    let (report, format, limit) = fields.finish(report.zip(format).map(|(report, format)| (report, format, limit)))?;
    let parameters = message.parameters.iter();
    let parameters = parameters.map(|parameter| (parameter.name.as_str(), parameter.value.as_str()));
    Ok((Asked::read(report, parameters, today)?, format, limit))
}

/// Which part of a list.
pub(crate) const fn part(after: Option<String>, limit: usize) -> ListPart {
    ListPart { after, limit }
}

/// What is said before the file.
pub(crate) fn head(run: &ReportRun, format: Format, size: usize, next_page_token: String) -> v1::ReportHead {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    v1::ReportHead {
        title: Some(localized(&run.table.vi, &run.table.en)),
        media_type: format.media_type().to_owned(),
        file_name: file_name(run, format),
        size: number(size),
        rows: number(run.table.rows.len()),
        next_page_token,
        reference: run.reference.to_string(),
        as_of_time: Some(time(run.table.as_of)),
    }
}

/// The code and the period, with nothing that a file's name cannot hold.
fn file_name(run: &ReportRun, format: Format) -> String {
    let period = run
        .reference
        .parameters()
        .find(|(parameter, _)| *parameter == crate::domain::report::Parameter::Period);
    let period = period.map(|(_, period)| format!("-{period}")).unwrap_or_default();
    let period = period.replace("..", "_").replace('/', "-");
    let ending = if format == Format::Table {
        "txt"
    } else {
        format.as_str()
    };
    format!("{}{period}.{ending}", run.table.code)
}

/// Every report.
pub(crate) fn descriptions() -> v1::ListReportsResponse {
    let reports = Report::ALL.iter().map(|report| {
        let told = report.description();
        let parameters = told.parameters.iter().map(|parameter| {
            let (vi, en) = parameter.meaning();
            v1::ReportParameterDescription {
                name: parameter.to_string(),
                meaning: Some(localized(vi, en)),
                values: report.values(*parameter).into_iter().map(str::to_owned).collect(),
                required: Report::requires(*parameter),
            }
        });
        v1::ReportDescription {
            code: report.to_string(),
            title: Some(localized(told.vi, told.en)),
            list: report.is_list(),
            parameters: parameters.collect(),
            basis: told.basis.to_owned(),
            certainty: told.certainty.to_wire(),
            source_lines: report.lines().map(|line| line.number.into()).collect(),
        }
    });
    v1::ListReportsResponse {
        reports: reports.collect(),
    }
}

/// The file of a report.
pub(crate) fn rendered(run: &ReportRun, format: Format) -> Result<Vec<u8>> {
    run.table.render(format, &run.letterhead).map_err(Error::internal)
}
