//! `lienthong supervise`: reading by right of supervision, and who did so.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::OutputArgs;
use super::read::{Conditions, write_sent};
use super::session::{ask, incomplete};
use super::supervise_text as text;
use super::{help, view};
use crate::cli::failure::Failure;

/// Entries that are asked for at once.
const PAGE: i32 = 50;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Supervise {
    /// Một yêu cầu: of an agency under one's own.
    #[command(after_help = help::SUPERVISE_GET)]
    Get(Get),
    /// Danh sách: requests of the agencies under one's own, newest first.
    #[command(after_help = help::SUPERVISE_LIST)]
    List(List),
    /// Diễn biến: what happened to a request of an agency under one's own.
    #[command(after_help = help::SUPERVISE_EVENTS)]
    Events(Events),
    /// Ai đã xem: who looked at a request of one's own agency.
    #[command(after_help = help::SUPERVISE_READS)]
    Reads(Reads),
    /// Nhật ký giám sát: what an agency looked at, for its own auditor and the agencies above it.
    #[command(after_help = help::SUPERVISE_AUDIT)]
    Audit(Audit),
    /// Thống kê bất thường: how much was looked at by officer and day, off hours, without a case, in vain.
    #[command(after_help = help::SUPERVISE_STATISTICS)]
    Statistics(Statistics),
}

impl Supervise {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Get(command) => command.run().await,
            Self::List(command) => command.run().await,
            Self::Events(command) => command.run().await,
            Self::Reads(command) => command.run().await,
            Self::Audit(command) => command.run().await,
            Self::Statistics(command) => command.run().await,
        }
    }
}

/// What every look has.
#[derive(Debug, Args)]
struct Look {
    /// Vụ việc, mục đích: the case or purpose, kept in the log; left out, the look counts as one without a case.
    #[arg(long, env = "LIENTHONG_PURPOSE", value_name = "TEXT", default_value = "")]
    purpose: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Get {
    /// Mã yêu cầu: id of the request, `req_…`.
    id: String,
    /// Cách tính thời hạn: why each deadline is due then, day by day.
    #[arg(long)]
    why: bool,
    /// Thư mục văn bản: writes its documents, as they were sent, into this folder, as far as the right shows them.
    #[arg(long, env = "LIENTHONG_DOCUMENTS", value_name = "DIR")]
    documents: Option<PathBuf>,
    #[command(flatten)]
    look: Look,
}

impl Get {
    async fn run(self) -> Result<(), Failure> {
        let session = self.look.connection.connect().await?;
        let asked = v1::GetSupervisedRequest {
            enforcement_request_id: self.id,
            purpose: self.look.purpose,
            include_documents: self.documents.is_some(),
        };
        let answer = ask!(async || session.supervision().get_supervised(asked.clone()).await)?;
        let request = answer.enforcement_request.as_ref();
        let request = request.ok_or_else(|| incomplete("enforcement_request"))?;
        let files = match &self.documents {
            Some(folder) if !answer.documents.is_empty() => write_sent(folder, &answer.documents)?,
            Some(_) | None => Vec::new(),
        };
        self.look.output.print(
            || {
                let mut value = view::whole(request);
                view::set(
                    &mut value,
                    "attachments",
                    answer.attachments.iter().map(view::attachment).collect::<Value>(),
                );
                view::set(
                    &mut value,
                    "files",
                    files.iter().map(|file| file.display().to_string()).collect::<Value>(),
                );
                view::set(&mut value, "right", answer.right.as_ref().map(text::right_value));
                view::set(&mut value, "receipt", answer.receipt.as_ref().map(view::receipt));
                value
            },
            || text::detail(request, &answer, self.why, &files),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    conditions: Conditions,
    /// Tất cả: every page, each of which is logged; without it the newest ones only.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    look: Look,
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let mut asked = v1::ListSupervisedRequest {
            filter: self.conditions.all()?.join(" AND "),
            purpose: self.look.purpose,
            page_size: PAGE,
            ..Default::default()
        };
        let session = self.look.connection.connect().await?;
        let mut requests = Vec::new();
        loop {
            let page = ask!(async || session.supervision().list_supervised(asked.clone()).await)?;
            requests.extend(page.enforcement_requests);
            asked.page_token = page.next_page_token;
            if !self.all || asked.page_token.is_empty() {
                break;
            }
        }
        let more = !asked.page_token.is_empty();
        self.look.output.print(
            || json!({ "enforcement_requests": requests.iter().map(view::envelope).collect::<Value>(), "more": more }),
            || text::requests(&requests, more),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Events {
    /// Mã yêu cầu: id of the request, `req_…`.
    id: String,
    #[command(flatten)]
    look: Look,
}

impl Events {
    async fn run(self) -> Result<(), Failure> {
        let mut asked = v1::ListSupervisedEventsRequest {
            enforcement_request_id: self.id,
            purpose: self.look.purpose,
            page_size: PAGE,
            ..Default::default()
        };
        let session = self.look.connection.connect().await?;
        let mut events = Vec::new();
        loop {
            let page = ask!(async || session.supervision().list_supervised_events(asked.clone()).await)?;
            events.extend(page.events);
            asked.page_token = page.next_page_token;
            if asked.page_token.is_empty() {
                break;
            }
        }
        self.look.output.print(
            || json!({ "events": events.iter().map(view::event).collect::<Value>() }),
            || text::events(&events),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Reads {
    /// Mã yêu cầu: id of the request, `req_…`.
    id: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Reads {
    async fn run(self) -> Result<(), Failure> {
        let mut asked = v1::ListReadsRequest {
            enforcement_request_id: self.id,
            page_size: PAGE,
            ..Default::default()
        };
        let session = self.connection.connect().await?;
        let mut reads = Vec::new();
        loop {
            let page = ask!(async || session.supervision().list_reads(asked.clone()).await)?;
            reads.extend(page.reads);
            asked.page_token = page.next_page_token;
            if asked.page_token.is_empty() {
                break;
            }
        }
        self.output.print(
            || json!({ "reads": reads.iter().map(text::read_of_request).collect::<Value>() }),
            || text::reads(&reads),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Audit {
    /// Cơ quan đã xem: code of the agency that looked; left out: one's own.
    #[arg(long, env = "LIENTHONG_OF", value_name = "CODE", default_value = "")]
    of: String,
    /// Cán bộ: only looks of this officer.
    #[arg(long, env = "LIENTHONG_READER", value_name = "ID", default_value = "")]
    reader: String,
    /// Mã yêu cầu: only looks that showed this request.
    #[arg(long, env = "LIENTHONG_REQUEST", value_name = "REQUEST", default_value = "")]
    request: String,
    /// Tất cả: every page; without it the newest ones only.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Audit {
    async fn run(self) -> Result<(), Failure> {
        let mut asked = v1::ListAgencyReadsRequest {
            agency_code: self.of,
            officer_id: self.reader,
            enforcement_request_id: self.request,
            page_size: PAGE,
            ..Default::default()
        };
        let session = self.connection.connect().await?;
        let mut reads = Vec::new();
        loop {
            let page = ask!(async || session.supervision().list_agency_reads(asked.clone()).await)?;
            reads.extend(page.reads);
            asked.page_token = page.next_page_token;
            if !self.all || asked.page_token.is_empty() {
                break;
            }
        }
        let more = !asked.page_token.is_empty();
        self.output.print(
            || json!({ "reads": reads.iter().map(text::read_of_agency).collect::<Value>(), "more": more }),
            || text::audit(&reads, more),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Statistics {
    /// Cơ quan đã xem: code of the agency that looked; left out: one's own.
    #[arg(long, env = "LIENTHONG_OF", value_name = "CODE", default_value = "")]
    of: String,
    /// Từ ngày: the first day, `YYYY-MM-DD`.
    #[arg(long, env = "LIENTHONG_FROM", value_name = "DATE")]
    from: String,
    /// Đến ngày: the last day, included; at most 366 days.
    #[arg(long, env = "LIENTHONG_TO", value_name = "DATE")]
    to: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Statistics {
    async fn run(self) -> Result<(), Failure> {
        let mut asked = v1::GetReadStatisticsRequest {
            agency_code: self.of,
            from_date: self.from,
            to_date: self.to,
            ..Default::default()
        };
        let session = self.connection.connect().await?;
        let mut lines = Vec::new();
        loop {
            let page = ask!(async || session.supervision().get_read_statistics(asked.clone()).await)?;
            lines.extend(page.lines);
            asked.page_token = page.next_page_token;
            if asked.page_token.is_empty() {
                break;
            }
        }
        self.output.print(
            || json!({ "lines": lines.iter().map(text::line_value).collect::<Value>() }),
            || text::statistics(&lines),
        );
        Ok(())
    }
}
