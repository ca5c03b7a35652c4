//! `docs/reports.md`, from the catalogue of reports.

use super::catalogue::Report;
use super::parameter::Parameter;

const HEAD: &str = include_str!("page_head.md");

/// The page.
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    for (title, is_list) in [
        ("## Các báo cáo / The reports", false),
        ("## Danh sách đứng sau số liệu / The lists behind figures", true),
    ] {
        page.extend(["\n", title, "\n"]);
        let reports = Report::ALL.iter().filter(|report| report.is_list() == is_list);
        page.extend(reports.map(|report| section(*report)));
    }
    page.extend(["\n## Tham số / Parameters\n\n| tham số | nghĩa | meaning | giá trị / values |\n|---|---|---|---|\n"]);
    let taken = |parameter: &&Parameter| Report::ALL.iter().any(|report| report.takes(**parameter));
    page.extend(Parameter::ALL.iter().filter(taken).map(|parameter| {
        let (vi, en) = parameter.meaning();
        // What a figure or a division may be depends on the report and stands there.
        let depends = matches!(parameter, Parameter::Figure | Parameter::By);
        let values = Report::ALL.iter().find(|report| report.takes(*parameter) && !depends);
        let values = values.map(|report| report.values(*parameter)).unwrap_or_default();
        let values = values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>();
        format!("| `{parameter}` | {vi} | {en} | {} |\n", values.join(", "))
    }));
    page
}

fn section(report: Report) -> String {
    let told = report.description();
    let by = told.by.iter().map(|by| by.as_str()).collect::<Vec<_>>().join(", ");
    let parameters = told.parameters.iter().map(|parameter| {
        let choice = if *parameter == Parameter::By {
            format!(" ({by})")
        } else {
            String::new()
        };
        format!("`{parameter}`{choice}")
    });
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    let lines = report.lines().map(|line| line.number.to_string());
    let lines = lines.collect::<Vec<_>>().join(", ");
    let figures = report
        .figures()
        .iter()
        .map(|figure| format!("`{figure}`"))
        .collect::<Vec<_>>();
    let mut section = format!("\n### `{report}`\n\n{}. *{}.*\n\n", told.vi, told.en);
    for (name, value) in [
        ("Tham số / parameters", parameters),
        ("Số liệu / figures", figures.join(", ")),
        ("Căn cứ / basis", format!("{} ({})", told.basis, told.certainty)),
        ("Đáp ứng câu số / serves lines (sources.md)", lines),
    ] {
        if !value.is_empty() {
            section.extend(["- ", name, ": ", &value, "\n"]);
        }
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's switch for this test, no setting of the hub"
    )]
    fn docs_reports_md_is_what_the_catalogue_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reports.md");
        if std::env::var_os("LIENTHONG_UPDATE").is_some_and(|value| value == "1") {
            std::fs::write(path, markdown()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == markdown(),
            "docs/reports.md is not what the catalogue says; write it again: LIENTHONG_UPDATE=1 cargo test --lib report::page"
        );
    }
}
