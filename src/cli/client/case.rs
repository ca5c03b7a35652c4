//! `lienthong case`: cases (việc thi hành án) of an enforcement agency.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::content::write_new;
use super::print::OutputArgs;
use super::session::{ask, fresh_key, incomplete};
use super::{case_text as text, help_case as help, view};
use crate::cli::args::read_text;
use crate::cli::failure::Failure;
use crate::cli::output;

/// Cases and events that are asked for at once.
const CASES: i32 = 200;
const EVENTS: i32 = 500;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Case {
    /// Lập việc: registers 1 to 200 cases of one file, all or none. Safe to repeat.
    #[command(after_help = help::REGISTER)]
    Register(Register),
    /// Ghi tiến độ: what happened in cases, 1 to 200 steps of one file, all or nothing. Safe to repeat.
    #[command(after_help = help::PROGRESS)]
    Progress(Progress),
    /// Một việc: its obligations, requests, live measures, the way of its money and its events.
    #[command(after_help = help::SHOW)]
    Show(Show),
    /// Danh sách việc: newest first.
    #[command(after_help = help::LIST)]
    List(List),
    /// Dự thảo chấm dứt: orders to end measures of a case that must end or hold less, to be completed, signed and sent.
    #[command(after_help = help::DRAFTS)]
    Drafts(Drafts),
    /// Mẫu: a file to start from, with the agency's own code and a fresh key.
    #[command(after_help = help::TEMPLATE)]
    Template(Template),
}

impl Case {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Register(command) => command.run().await,
            Self::Progress(command) => command.run().await,
            Self::Show(command) => command.run().await,
            Self::List(command) => command.run().await,
            Self::Drafts(command) => command.run().await,
            Self::Template(command) => command.run().await,
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Register {
    /// Tệp: a CaseDocument. `lienthong case template register` makes one.
    file: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Register {
    async fn run(self) -> Result<(), Failure> {
        let document = read_text("FILE", &self.file)?;
        let session = self.connection.connect().await?;
        let message = v1::RegisterCasesRequest { document };
        let answer = ask!(async || session.cases().register_cases(message.clone()).await)?;
        self.output.print(
            || {
                let receipts = answer.receipts.iter().map(view::receipt).collect::<Value>();
                json!({ "case_ids": answer.case_ids, "receipts": receipts })
            },
            || text::registered(&answer.case_ids),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Progress {
    /// Tệp: a ProgressDocument. `lienthong case template progress` makes one.
    file: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Progress {
    async fn run(self) -> Result<(), Failure> {
        let document = read_text("FILE", &self.file)?;
        let session = self.connection.connect().await?;
        let message = v1::RecordProgressRequest { document };
        let answer = ask!(async || session.cases().record_progress(message.clone()).await)?;
        self.output.print(
            || json!({ "receipts": answer.receipts.iter().map(view::receipt).collect::<Value>() }),
            || text::recorded(&answer.receipts),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// Mã việc: id of the case, `cas_…`.
    id: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Show {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let asked = v1::GetCaseRequest {
            case_id: self.id.clone(),
        };
        let answer = ask!(async || session.cases().get_case(asked.clone()).await)?;
        let case = answer.case.as_ref().ok_or_else(|| incomplete("case"))?;
        let mut asked = v1::ListCaseEventsRequest {
            case_id: self.id,
            page_size: EVENTS,
            ..Default::default()
        };
        let mut events = Vec::new();
        loop {
            let page = ask!(async || session.cases().list_case_events(asked.clone()).await)?;
            events.extend(page.events);
            asked.page_token = page.next_page_token;
            if asked.page_token.is_empty() {
                break;
            }
        }
        self.output.print(
            || text::detail_value(case, &answer, &events),
            || text::detail(case, &answer, &events),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Trạng thái: only cases that stand there, for example `NO_CONDITIONS`.
    #[arg(long, env = "LIENTHONG_STATUS", value_name = "STATUS")]
    status: Option<String>,
    /// Nhãn: only cases with this mark, for example `CREDIT`.
    #[arg(long, env = "LIENTHONG_TAG", value_name = "TAG")]
    tag: Option<String>,
    /// Đơn vị: only cases of this unit.
    #[arg(long, env = "LIENTHONG_UNIT", value_name = "ID")]
    unit: Option<String>,
    /// Chấp hành viên: only cases of this officer.
    #[arg(long, env = "LIENTHONG_OFFICER", value_name = "ID")]
    officer: Option<String>,
    /// Số quyết định: only the case of this enforcement decision.
    #[arg(long, env = "LIENTHONG_NUMBER", value_name = "NUMBER")]
    number: Option<String>,
    /// Lập từ ngày này trở về trước: opened on this day or before.
    #[arg(long, env = "LIENTHONG_OPENED_UNTIL", value_name = "DATE")]
    opened_until: Option<String>,
    /// Đến hạn: something is due on this day or before.
    #[arg(long, env = "LIENTHONG_DUE_UNTIL", value_name = "DATE")]
    due_until: Option<String>,
    /// Tiền phong tỏa chưa xử lý: held since this day or before, with no debit or release ordered.
    #[arg(long, env = "LIENTHONG_HELD_UNTIL", value_name = "DATE")]
    held_until: Option<String>,
    /// Tiền đã khấu trừ chưa về: debited on this day or before, and not arrived.
    #[arg(long, env = "LIENTHONG_UNDER_WAY_UNTIL", value_name = "DATE")]
    under_way_until: Option<String>,
    /// Tất cả: every page; without it the newest ones only.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl List {
    fn filter(&self) -> String {
        let conditions = [
            ("status", &self.status),
            ("tag", &self.tag),
            ("unit", &self.unit),
            ("officer", &self.officer),
            ("number", &self.number),
            ("opened_until", &self.opened_until),
            ("due_until", &self.due_until),
            ("held_until", &self.held_until),
            ("under_way_until", &self.under_way_until),
        ];
        let stated = conditions
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name} = {}", value.as_ref()?)));
        stated.collect::<Vec<_>>().join(" AND ")
    }

    async fn run(self) -> Result<(), Failure> {
        let mut asked = v1::ListCasesRequest {
            filter: self.filter(),
            page_size: CASES,
            ..Default::default()
        };
        let session = self.connection.connect().await?;
        let mut cases = Vec::new();
        loop {
            let page = ask!(async || session.cases().list_cases(asked.clone()).await)?;
            cases.extend(page.cases);
            asked.page_token = page.next_page_token;
            if !self.all || asked.page_token.is_empty() {
                break;
            }
        }
        let more = !asked.page_token.is_empty();
        self.output.print(
            || json!({ "cases": cases.iter().map(text::value).collect::<Value>(), "more": more }),
            || text::list(&cases, more),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Drafts {
    /// Mã việc: id of the case, `cas_…`.
    id: String,
    /// Thư mục: writes each draft into a new file here, `draft-mea_….json`.
    #[arg(long, env = "LIENTHONG_DOCUMENTS", value_name = "DIR")]
    documents: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Drafts {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let asked = v1::ListReleaseDraftsRequest { case_id: self.id };
        let answer = ask!(async || session.cases().list_release_drafts(asked.clone()).await)?;
        for draft in &answer.drafts {
            if let Some(folder) = &self.documents {
                let path = folder.join(format!("draft-{}.json", draft.measure_id));
                write_new(&path, &format!("{}\n", draft.document))?;
            }
        }
        self.output.print(
            || json!({ "drafts": answer.drafts.iter().map(text::draft_value).collect::<Value>() }),
            || text::drafts(&answer.drafts),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Template {
    /// Mẫu nào: `register` (lập việc) or `progress` (ghi tiến độ).
    #[arg(value_parser = ["register", "progress"])]
    which: String,
    /// Tệp kết quả: a new file for it, instead of stdout.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Template {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let example = if self.which == "register" {
            text::REGISTER_EXAMPLE
        } else {
            text::PROGRESS_EXAMPLE
        };
        let mut document: Value = serde_json::from_str(example).map_err(|_error| incomplete("example"))?;
        view::set(&mut document, "idempotency_key", fresh_key());
        view::set(&mut document, "agency", session.agency());
        let text = format!("{document:#}\n");
        if let Some(path) = &self.out {
            return write_new(path, &text);
        }
        output::text(&text);
        Ok(())
    }
}
