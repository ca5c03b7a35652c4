//! Reports over real mTLS on both databases: every report of the catalogue is run in every format, its figures are known by
//! construction, every list behind a figure adds up to it, and nobody sees whose figures are not for him.

mod assigned;
mod books;
mod conditions;
mod every;
mod figures;
mod followed;
mod pages;
mod rights;
mod watched;

use std::collections::BTreeMap;

use lienthong_proto::v1;
use lienthong_proto::v1::run_report_response::Part;
use serde_json::Value;
use tonic::Status;

use crate::harness::hub::Client;

/// A report as it came.
struct File {
    head: v1::ReportHead,
    content: Vec<u8>,
}

/// A report and its parameters, as tables print them.
fn asked(reference: &str, format: v1::ReportFormat) -> v1::RunReportRequest {
    let (report, rest) = reference.split_once('?').unwrap_or((reference, ""));
    let pairs = rest.split('&').filter(|pair| !pair.is_empty());
    let parameters = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').expect("name=value");
        v1::ReportParameter {
            name: name.to_owned(),
            value: percent_decoded(value),
        }
    });
    v1::RunReportRequest {
        report: report.to_owned(),
        parameters: parameters.collect(),
        format: format.into(),
        ..Default::default()
    }
}

fn percent_decoded(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: Vec<u8> = rest.by_ref().take(2).collect();
            let digits = std::str::from_utf8(&digits).expect("digits");
            bytes.push(u8::from_str_radix(digits, 16).expect("digits"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

async fn receive(client: &Client, asked: v1::RunReportRequest) -> Result<File, Status> {
    let mut stream = client.reports().run_report(asked).await?.into_inner();
    let mut file = None;
    while let Some(message) = stream.message().await? {
        match (message.part.expect("a part"), &mut file) {
            (Part::Head(head), None) => {
                file = Some(File {
                    head,
                    content: Vec::new(),
                });
            }
            (Part::Piece(piece), Some(file)) => file.content.extend_from_slice(&piece),
            (Part::Head(_), Some(_)) => panic!("one head"),
            (Part::Piece(_), None) => panic!("the head comes first"),
        }
    }
    let file = file.expect("a head");
    assert_eq!(file.head.size, i64::try_from(file.content.len()).expect("small"));
    Ok(file)
}

/// The page of a report.
pub(crate) async fn page(client: &Client, reference: &str) -> String {
    let file = receive(client, asked(reference, v1::ReportFormat::Html))
        .await
        .expect("a page");
    String::from_utf8(file.content).expect("UTF-8")
}

async fn run(client: &Client, reference: &str) -> Result<Value, Status> {
    let file = receive(client, asked(reference, v1::ReportFormat::Json)).await?;
    Ok(serde_json::from_slice(&file.content).expect("JSON"))
}

pub(crate) async fn rows(client: &Client, reference: &str) -> Vec<Value> {
    let told = run(client, reference)
        .await
        .unwrap_or_else(|status| panic!("{reference}: {status:?}"));
    told["rows"].as_array().expect("rows").clone()
}

/// Every row of a list, page by page.
async fn all_rows(client: &Client, reference: &str, page_size: i32) -> Vec<Value> {
    let (mut rows, mut token) = (Vec::new(), String::new());
    loop {
        let asked = v1::RunReportRequest {
            page_size,
            page_token: token,
            ..asked(reference, v1::ReportFormat::Json)
        };
        let file = receive(client, asked)
            .await
            .unwrap_or_else(|status| panic!("{reference}: {status:?}"));
        let told: Value = serde_json::from_slice(&file.content).expect("JSON");
        let page = told["rows"].as_array().expect("rows");
        assert!(
            page.len() <= usize::try_from(page_size).expect("a size"),
            "a page is no longer than asked for"
        );
        rows.extend(page.iter().cloned());
        token = file.head.next_page_token;
        if token.is_empty() {
            return rows;
        }
    }
}

/// The row that begins with this text in this column.
pub(crate) fn row<'a>(rows: &'a [Value], column: &str, begins: &str) -> &'a Value {
    let found = rows
        .iter()
        .find(|row| row[column].as_str().is_some_and(|text| text.starts_with(begins)));
    found.unwrap_or_else(|| panic!("no row {column} = {begins} in {rows:#?}"))
}

/// A count as it is written: a number, or a decimal text where it is money.
pub(crate) fn number(value: &Value) -> i128 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap_or_else(|_| panic!("{value} is no whole number"))
}

/// Opens every list of a report and adds it up by `measure`, which says what a row of the list counts for a figure.
async fn every_list_adds_up(client: &Client, reference: &str, measure: impl Fn(&str, &Value) -> i128) -> usize {
    let mut opened = 0;
    for line in rows(client, reference).await {
        let lists: BTreeMap<String, String> = serde_json::from_value(line["lists"].clone()).unwrap_or_default();
        for (figure, list) in lists {
            let listed = all_rows(client, &list, 2).await;
            let sum: i128 = listed.iter().map(|row| measure(&figure, row)).sum();
            assert_eq!(
                sum,
                number(&line[&figure]),
                "{reference}: {figure} of {line}: {list}: {listed:#?}"
            );
            opened += 1;
        }
    }
    opened
}
