//! Every report of the catalogue, in every format: enumerated, so that a new one cannot come in untried.

use std::io::{Cursor, Read as _};

use lienthong::domain::report::{Format, Report};
use lienthong::grpc::convert::vocabulary::OnWire as _;
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::{asked, receive, rows, run};
use crate::harness::agencies::{COURT_37, LAND_OFFICE, THADS_37};
use crate::harness::wire::{fields, reason};
use crate::lives::world::World;

/// A report with what it must have.
fn plainly(report: Report) -> String {
    report
        .figures()
        .first()
        .map_or_else(|| report.to_string(), |figure| format!("{report}?figure={figure}"))
}

/// The sheet of a workbook.
fn sheet(content: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(content)).expect("a zip");
    let mut sheet = String::new();
    let mut file = archive.by_name("xl/worksheets/sheet1.xml").expect("a sheet");
    file.read_to_string(&mut sheet).expect("XML");
    sheet
}

fn check(report: Report, format: Format, content: &[u8], told: &Value) {
    let text = || std::str::from_utf8(content).expect("UTF-8");
    let rows = told["rows"].as_array().expect("rows").len();
    match format {
        Format::Table => assert!(
            text().starts_with(told["title_vi"].as_str().expect("a title")),
            "{report}"
        ),
        Format::Csv => {
            assert!(content.starts_with(b"\xEF\xBB\xBF"), "{report}: a byte order mark");
            assert!(text().ends_with("\r\n"), "{report}");
            let quoted = text().matches('"').count();
            assert!(quoted % 2 == 0, "{report}: quotes are closed");
        }
        Format::Xlsx => {
            let sheet = sheet(content);
            assert!(sheet.matches("<row ").count() > rows, "{report}: headings and rows");
            assert!(!sheet.contains("<f>"), "{report}: nothing is a formula");
        }
        Format::Json => assert_eq!(told["report"], report.as_str()),
        Format::Html => {
            assert!(text().starts_with("<!DOCTYPE html>"), "{report}");
            assert!(text().contains("lang=\"vi\"") && text().contains("<table"), "{report}");
            assert!(!text().contains("<script"), "{report}");
        }
    }
}

backends! {
    async fn every_report_runs_in_every_format_and_again_by_the_reference_that_it_tells(database) {
        let world = World::start(&database).await;
        world.open("land-information", THADS_37, LAND_OFFICE).await;
        world.open("judgment-transfer", COURT_37, THADS_37).await;
        let client = world.client(THADS_37);
        let told = client.reports().list_reports(v1::ListReportsRequest {}).await.expect("a list").into_inner();
        let codes: Vec<&str> = told.reports.iter().map(|report| report.code.as_str()).collect();
        let known: Vec<&str> = Report::ALL.iter().map(|report| report.as_str()).collect();
        assert_eq!(codes, known);
        for report in Report::ALL.iter().copied() {
            let reference = plainly(report);
            let told = run(client, &reference).await.unwrap_or_else(|status| panic!("{report}: {status:?}"));
            for format in Format::ALL.iter().copied() {
                let wire = v1::ReportFormat::try_from(format.to_wire()).expect("a format");
                let file = receive(client, asked(&reference, wire)).await.expect("a file");
                assert_eq!(file.head.media_type, format.media_type());
                assert!(file.head.file_name.starts_with(report.as_str()), "{}", file.head.file_name);
                check(report, format, &file.content, &told);
                let again = receive(client, asked(&file.head.reference, wire)).await.expect("again");
                assert_eq!(again.content, file.content, "{}", file.head.reference);
                assert_eq!(again.head.reference, file.head.reference);
            }
        }
        world.end(&database).await;
    }

    async fn a_wrong_question_names_each_field_and_no_value(database) {
        let world = World::start(&database).await;
        let client = world.client(THADS_37);
        let refused = async |reference: &str| {
            let status = run(client, reference).await.expect_err("refused");
            assert_eq!(reason(&status), "FIELD_INVALID");
            assert!(!format!("{status:?}").contains("Nguyễn"), "no value is repeated");
            fields(&status)
        };
        assert_eq!(refused("nothing").await, ["report"]);
        assert_eq!(
            refused("request-list?agency=Nguyễn A&period=2026&kind=a,,b").await,
            ["parameters.agency", "parameters.period", "parameters.kind", "parameters.figure"]
        );
        assert_eq!(refused("partner-scorecards?period=2026-11-02..2026-11-30").await, ["parameters.period"]);
        assert_eq!(refused("partner-scorecards?by=tag&Nguyễn=1").await, ["parameters.by", "parameters"]);
        assert_eq!(refused("partner-scorecards?kind=account-freeze,land-information").await, ["parameters.kind"]);
        for page_size in [-1, 20_001] {
            let wrong = v1::RunReportRequest { page_size, ..asked("sources", v1::ReportFormat::Json) };
            let status = receive(client, wrong).await.err().expect("refused");
            assert_eq!(fields(&status), ["page_size"]);
        }
        let wrong = v1::RunReportRequest { page_token: "x".to_owned(), ..asked("sources", v1::ReportFormat::Json) };
        assert_eq!(fields(&receive(client, wrong).await.err().expect("refused")), ["page_token"]);
        world.end(&database).await;
    }

    async fn the_sentences_of_the_sources_come_with_the_commands_that_serve_them(database) {
        let world = World::start(&database).await;
        let lines = rows(world.client(THADS_37), "sources").await;
        assert_eq!(lines.len(), 53);
        assert_eq!(lines[9]["number"], json!(10));
        assert!(lines[9]["served"].as_str().expect("text").contains("lienthong report run coordination"));
        world.end(&database).await;
    }
}
