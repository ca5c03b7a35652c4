//! `lienthong register`: the agency's book of a year, to look at, to compute with, or to print.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::Table;
use super::session::{Session, ask, incomplete};
use super::upload::write_whole;
use super::{view, words};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::domain::agency::Channel;
use crate::domain::catalogue::definition::Register;
use crate::domain::print::{Book, of_hub, register as printed};
use crate::domain::register::{Judgment, Paper, RegisterEntry, RegisterParty};
use crate::domain::workflow::State;
use crate::grpc::convert::vocabulary::OnWire;

/// Which book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Sổ nhận bản án, quyết định.
    Judgments,
    /// Sổ văn bản đến.
    Incoming,
}

impl From<Which> for Register {
    fn from(which: Which) -> Self {
        match which {
            Which::Judgments => Self::Judgments,
            Which::Incoming => Self::Incoming,
        }
    }
}

/// How a register is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For scripts: one JSON value.
    Json,
    /// For spreadsheets: UTF-8 with a heading.
    Csv,
    /// For paper: A4 across, with the columns of Decree 152/2026 Art. 7.4.
    Html,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct RegisterCommand {
    /// Năm: the year; without it this year.
    #[arg(long, env = "LIENTHONG_YEAR", value_name = "YEAR")]
    year: Option<i16>,
    /// Sổ: which book.
    #[arg(long, env = "LIENTHONG_REGISTER", value_name = "BOOK", default_value = "incoming")]
    register: Which,
    /// Sổ của cơ quan trước: the book of an agency (its code) that this one is the successor of.
    #[arg(long, env = "LIENTHONG_OF", value_name = "CODE", default_value = "")]
    of: String,
    /// Cách in: a table, JSON, CSV, or HTML to print.
    #[arg(
        short,
        long,
        env = "LIENTHONG_OUTPUT",
        value_name = "FORMAT",
        default_value = "table"
    )]
    output: Format,
    /// Tệp kết quả: a file for it, instead of stdout.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl RegisterCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let register = Register::from(self.register);
        let year = self.year.unwrap_or_else(|| session.now().date().year());
        let entries = entries(&session, register, year, &self.of).await?;
        let text = match self.output {
            Format::Table => table(&entries),
            Format::Json => {
                let lines: Value = entries.iter().map(entry).collect();
                format!(
                    "{:#}\n",
                    json!({ "register": register.as_str(), "year": year, "entries": lines })
                )
            }
            Format::Csv => csv(&entries),
            Format::Html => html(&session, register, year, &self.of, &entries).await?,
        };
        if let Some(path) = &self.out {
            return write_whole(path, text.as_bytes());
        }
        output::text(&text);
        Ok(())
    }
}

async fn entries(
    session: &Session,
    register: Register,
    year: i16,
    of: &str,
) -> Result<Vec<v1::RegisterEntry>, Failure> {
    let mut asked = v1::ListRegisterRequest {
        register: register.to_wire(),
        year: year.into(),
        page_size: 200,
        agency_code: of.to_owned(),
        ..Default::default()
    };
    let mut entries = Vec::new();
    loop {
        let page = ask!(async || session.requests().list_register(asked.clone()).await)?;
        entries.extend(page.entries);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(entries);
        }
    }
}

fn paper(entry: &v1::RegisterEntry) -> v1::PaperRef {
    entry.paper.clone().unwrap_or_default()
}

fn parties(entry: &v1::RegisterEntry) -> String {
    let names = entry.parties.iter().map(|party| {
        let comma = if party.address.is_empty() { "" } else { ", " };
        format!("{}{comma}{}", party.full_name, party.address)
    });
    names.collect::<Vec<_>>().join("; ")
}

fn table(entries: &[v1::RegisterEntry]) -> String {
    let mut table = Table::new(&[
        "Số",
        "Ngày nhận",
        "Loại",
        "Nơi gửi",
        "Số, ký hiệu",
        "Ngày",
        "Đương sự",
        "Người xử lý",
        "Trạng thái",
    ]);
    for entry in entries {
        let paper = paper(entry);
        table.row(&[
            entry.registry_number.clone(),
            words::clock(entry.received_time),
            entry.kind.clone(),
            entry.sender_agency_code.clone(),
            paper.number,
            paper.date,
            parties(entry),
            entry.officer_name.clone(),
            words::state_vi(entry.state),
        ]);
    }
    if table.is_empty() {
        return "Sổ chưa có dòng nào. / The register has no lines.\n".to_owned();
    }
    table.text("")
}

fn service_way(entry: &v1::RegisterEntry) -> Value {
    match v1::ServiceWay::try_from(entry.service_way) {
        Ok(v1::ServiceWay::Unspecified) | Err(_) => Value::Null,
        Ok(way) => way.as_str_name().trim_start_matches("SERVICE_WAY_").into(),
    }
}

fn entry(entry: &v1::RegisterEntry) -> Value {
    let judgment = |judgment: &v1::JudgmentRef| json!({ "number": judgment.number, "date": judgment.date, "court": judgment.court });
    let paper = |paper: &v1::PaperRef| json!({ "number": paper.number, "date": paper.date, "subject": paper.subject });
    let party =
        |party: &v1::RegisterParty| json!({ "full_name": party.full_name, "address": view::text(&party.address) });
    json!({
        "registry_number": entry.registry_number,
        "registered_time": view::time(entry.registered_time),
        "received_time": view::time(entry.received_time),
        "channel": words::channel(entry.channel),
        "service_way": service_way(entry),
        "enforcement_request_id": entry.enforcement_request_id,
        "kind": entry.kind,
        "kind_title": entry.kind_title,
        "sender_agency_code": entry.sender_agency_code,
        "sender_name": view::text(&entry.sender_name),
        "paper": entry.paper.as_ref().map(paper),
        "judgment": entry.judgment.as_ref().map(judgment),
        "parties": entry.parties.iter().map(party).collect::<Value>(),
        "attachments": entry.attachments,
        "unit_name": view::text(&entry.unit_name),
        "officer_name": view::text(&entry.officer_name),
        "state": words::state(entry.state),
        "outcome": view::text(&entry.outcome),
        "outcome_title": view::text(&entry.outcome_title),
    })
}

fn csv(entries: &[v1::RegisterEntry]) -> String {
    let heading = [
        "registry_number",
        "received_time",
        "channel",
        "kind",
        "kind_title",
        "sender_agency_code",
        "sender_name",
        "paper_number",
        "paper_date",
        "subject",
        "judgment_number",
        "judgment_date",
        "court",
        "parties",
        "attachments",
        "unit_name",
        "officer_name",
        "state",
        "outcome",
        "enforcement_request_id",
    ];
    let mut text = heading.join(",") + "\r\n";
    for entry in entries {
        let (paper, judgment) = (paper(entry), entry.judgment.clone().unwrap_or_default());
        let received = entry.received_time.map(words::rfc3339).unwrap_or_default();
        let cells = [
            entry.registry_number.clone(),
            received,
            words::channel(entry.channel),
            entry.kind.clone(),
            entry.kind_title.clone(),
            entry.sender_agency_code.clone(),
            entry.sender_name.clone(),
            paper.number,
            paper.date,
            paper.subject,
            judgment.number,
            judgment.date,
            judgment.court,
            parties(entry),
            entry.attachments.join("; "),
            entry.unit_name.clone(),
            entry.officer_name.clone(),
            words::state(entry.state),
            entry.outcome.clone(),
            entry.enforcement_request_id.clone(),
        ];
        text.push_str(&cells.map(|cell| cell_of(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell of CSV (RFC 4180). What a spreadsheet would compute is made a text: the words are others'.
fn cell_of(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if text.contains([',', '"', '\n', '\r']) || !guard.is_empty() {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

async fn html(
    session: &Session,
    register: Register,
    year: i16,
    of: &str,
    entries: &[v1::RegisterEntry],
) -> Result<String, Failure> {
    let owner = if of.is_empty() { session.agency() } else { of };
    let asked = v1::GetAgencyRequest { code: owner.to_owned() };
    let agency = ask!(async || session.agencies().get_agency(asked.clone()).await)?.agency;
    let agency = agency.ok_or_else(|| incomplete("agency"))?;
    let lines: Vec<RegisterEntry> = entries.iter().map(line).collect();
    let book = Book {
        register,
        year,
        agency_name: &agency.name,
    };
    Ok(of_hub(session.hub_id(), printed(&book, &lines)))
}

fn line(entry: &v1::RegisterEntry) -> RegisterEntry {
    let moment = |time: Option<prost_types::Timestamp>| time.map(words::instant).unwrap_or_default();
    RegisterEntry {
        registry_number: entry.registry_number.clone(),
        registered: moment(entry.registered_time),
        received: moment(entry.received_time),
        channel: Channel::from_wire(entry.channel).unwrap_or(Channel::Digital),
        way: OnWire::from_wire(entry.service_way),
        request_id: entry.enforcement_request_id.clone(),
        kind: entry.kind.clone(),
        kind_title: entry.kind_title.clone(),
        sender: entry.sender_agency_code.clone(),
        sender_name: entry.sender_name.clone(),
        paper: entry.paper.clone().map(|paper| Paper {
            number: paper.number,
            date: paper.date,
            subject: paper.subject,
        }),
        judgment: entry.judgment.clone().map(|judgment| Judgment {
            number: judgment.number,
            date: judgment.date,
            court: judgment.court,
        }),
        parties: entry
            .parties
            .iter()
            .map(|party| RegisterParty {
                full_name: party.full_name.clone(),
                address: party.address.clone(),
            })
            .collect(),
        attachments: entry.attachments.clone(),
        unit_name: entry.unit_name.clone(),
        officer_name: entry.officer_name.clone(),
        state: State::from_wire(entry.state).unwrap_or(State::Submitted),
        outcome: entry.outcome.clone(),
        outcome_title: entry.outcome_title.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_computed() {
        assert_eq!(cell_of("12/QĐ-THADS"), "12/QĐ-THADS");
        assert_eq!(cell_of(r#"Số 1, "A""#), r#""Số 1, ""A""""#);
        assert_eq!(cell_of("=1+1"), "\"'=1+1\"");
    }
}
