//! `lienthong suspension`: clocks of many requests that stand still together.

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::{OutputArgs, Table};
use super::session::{ask, incomplete};
use super::steps::key_or_fresh;
use super::{help, view, words};
use crate::cli::failure::Failure;
use crate::domain::suspension::Cause;
use crate::domain::time::Timestamp;
use crate::grpc::convert;
use crate::grpc::convert::vocabulary::OnWire as _;

/// Suspensions that are asked for at once.
const PAGE: i32 = 200;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Suspension {
    /// Danh sách: those that are not over, or all, newest first.
    #[command(after_help = help::SUSPENSION_LIST)]
    List(List),
    /// Công bố bảo trì: of the own agency's systems, at least 72 hours in advance.
    #[command(after_help = help::SUSPENSION_MAINTENANCE)]
    Maintenance(Maintenance),
    /// Ghi nhận sự cố của cổng: when it is over, for operators.
    #[command(after_help = help::SUSPENSION_OUTAGE)]
    Outage(Outage),
    /// Tạm dừng theo văn bản: by a decision, for operators; --dry-run tells what it would move.
    #[command(after_help = help::SUSPENSION_DECREE)]
    Decree(Decree),
    /// Kết thúc: ends one now, or at a moment.
    #[command(after_help = help::SUSPENSION_END)]
    End(End),
}

impl Suspension {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run().await,
            Self::Maintenance(command) => command.run().await,
            Self::Outage(command) => command.run().await,
            Self::Decree(command) => command.run().await,
            Self::End(command) => command.run().await,
        }
    }
}

/// A moment with its offset.
fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| {
        "phải là thời điểm có múi giờ, ví dụ 2026-12-01T08:00:00+07:00 / expected a moment with its offset".to_owned()
    })
}

/// What every command that enters something has.
#[derive(Debug, Args)]
struct Common {
    /// Khóa: makes the retry safe; without it a fresh one is made and told.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Which clocks. What is left out means all.
#[derive(Debug, Args)]
struct Scope {
    /// Loại yêu cầu: codes of kinds, separated by commas.
    #[arg(long, env = "LIENTHONG_KINDS", value_name = "KINDS", value_delimiter = ',')]
    kinds: Vec<String>,
    /// Tên thời hạn: `answer`, `execute`…, separated by commas.
    #[arg(long, env = "LIENTHONG_DEADLINES", value_name = "NAMES", value_delimiter = ',')]
    deadlines: Vec<String>,
    /// Tỉnh, thành phố: of the agency whose duty it is, two digits each.
    #[arg(long, env = "LIENTHONG_PROVINCES", value_name = "CODES", value_delimiter = ',')]
    provinces: Vec<String>,
    /// Cơ quan: codes of the agencies whose duty it is.
    #[arg(long, env = "LIENTHONG_AGENCIES", value_name = "CODES", value_delimiter = ',')]
    agencies: Vec<String>,
}

impl Scope {
    fn wire(self) -> v1::SuspensionScope {
        v1::SuspensionScope {
            kinds: self.kinds,
            deadlines: self.deadlines,
            province_codes: self.provinces,
            agency_codes: self.agencies,
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Tất cả: those that are over too.
    #[arg(long)]
    all: bool,
    /// Mã yêu cầu: only those that concern the deadlines of this request, `req_…`, and what each does there.
    #[arg(long, env = "LIENTHONG_REQUEST", value_name = "REQUEST", default_value = "")]
    request: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let mut asked = v1::ListSuspensionsRequest {
            page_size: PAGE,
            current_only: !self.all,
            enforcement_request_id: self.request,
            ..Default::default()
        };
        let session = self.connection.connect().await?;
        let mut found = Vec::new();
        loop {
            let page = ask!(async || session.suspensions().list_suspensions(asked.clone()).await)?;
            found.extend(page.suspensions);
            asked.page_token = page.next_page_token;
            if asked.page_token.is_empty() {
                break;
            }
        }
        self.output.print(
            || json!({ "suspensions": found.iter().map(value).collect::<Value>() }),
            || table(&found),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Maintenance {
    /// Từ: when it begins.
    #[arg(value_name = "FROM", value_parser = moment)]
    from: Timestamp,
    /// Đến: when it ends.
    #[arg(value_name = "TO", value_parser = moment)]
    to: Timestamp,
    /// Loại yêu cầu: codes of kinds; left out, all that may wait.
    #[arg(long, env = "LIENTHONG_KINDS", value_name = "KINDS", value_delimiter = ',')]
    kinds: Vec<String>,
    /// Lý do: in words, without names of persons.
    #[arg(long, env = "LIENTHONG_REASON", value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Maintenance {
    async fn run(self) -> Result<(), Failure> {
        let asked = v1::PublishMaintenanceRequest {
            idempotency_key: key_or_fresh(self.common.key),
            start_time: Some(convert::time(self.from)),
            end_time: Some(convert::time(self.to)),
            kinds: self.kinds,
            reason: self.reason,
        };
        let session = self.common.connection.connect().await?;
        let answer = ask!(async || session.suspensions().publish_maintenance(asked.clone()).await)?;
        told(self.common.output, answer.suspension)
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Outage {
    /// Từ: when it began.
    #[arg(value_name = "FROM", value_parser = moment)]
    from: Timestamp,
    /// Đến: when it was over.
    #[arg(value_name = "TO", value_parser = moment)]
    to: Timestamp,
    /// Bằng chứng: which record of which system.
    #[arg(long, env = "LIENTHONG_EVIDENCE", value_name = "TEXT")]
    evidence: String,
    /// Lý do: in words, without names of persons.
    #[arg(long, env = "LIENTHONG_REASON", value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    common: Common,
}

impl Outage {
    async fn run(self) -> Result<(), Failure> {
        let asked = v1::RecordOutageRequest {
            idempotency_key: key_or_fresh(self.common.key),
            start_time: Some(convert::time(self.from)),
            end_time: Some(convert::time(self.to)),
            scope: Some(self.scope.wire()),
            evidence: self.evidence,
            reason: self.reason,
        };
        let session = self.common.connection.connect().await?;
        let answer = ask!(async || session.suspensions().record_outage(asked.clone()).await)?;
        told(self.common.output, answer.suspension)
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Decree {
    /// Từ: when it begins.
    #[arg(value_name = "FROM", value_parser = moment)]
    from: Timestamp,
    /// Đến: when it ends; left out, when somebody ends it.
    #[arg(value_name = "TO", value_parser = moment)]
    to: Option<Timestamp>,
    /// Căn cứ: the article.
    #[arg(long, env = "LIENTHONG_BASIS", value_name = "TEXT")]
    basis: String,
    /// Văn bản: its number, symbol and date.
    #[arg(id = "decree", long = "decree", env = "LIENTHONG_DECREE", value_name = "TEXT")]
    document: String,
    /// Lý do: in words, without names of persons.
    #[arg(long, env = "LIENTHONG_REASON", value_name = "TEXT")]
    reason: String,
    /// Tính thử: tells what it would move, and enters nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    common: Common,
}

impl Decree {
    async fn run(self) -> Result<(), Failure> {
        let asked = v1::SuspendClocksRequest {
            idempotency_key: key_or_fresh(self.common.key),
            start_time: Some(convert::time(self.from)),
            end_time: self.to.map(convert::time),
            scope: Some(self.scope.wire()),
            basis: self.basis,
            document: self.document,
            reason: self.reason,
            dry_run: self.dry_run,
        };
        let session = self.common.connection.connect().await?;
        let answer = ask!(async || session.suspensions().suspend_clocks(asked.clone()).await)?;
        match answer.preview {
            Some(preview) => {
                self.common
                    .output
                    .print(|| preview_value(&preview), || preview_text(&preview));
                Ok(())
            }
            None => told(self.common.output, answer.suspension),
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct End {
    /// Mã: id of the suspension, `sus_…`.
    id: String,
    /// Lúc kết thúc: left out, now.
    #[arg(long, env = "LIENTHONG_AT", value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
    #[command(flatten)]
    common: Common,
}

impl End {
    async fn run(self) -> Result<(), Failure> {
        let asked = v1::EndSuspensionRequest {
            idempotency_key: key_or_fresh(self.common.key),
            suspension_id: self.id,
            end_time: self.at.map(convert::time),
        };
        let session = self.common.connection.connect().await?;
        let answer = ask!(async || session.suspensions().end_suspension(asked.clone()).await)?;
        told(self.common.output, answer.suspension)
    }
}

fn told(output: OutputArgs, suspension: Option<v1::Suspension>) -> Result<(), Failure> {
    let suspension = suspension.ok_or_else(|| incomplete("suspension"))?;
    output.print(|| value(&suspension), || table(std::slice::from_ref(&suspension)));
    Ok(())
}

fn value(suspension: &v1::Suspension) -> Value {
    let scope = suspension.scope.clone().unwrap_or_default();
    json!({
        "suspension_id": suspension.suspension_id,
        "cause": Cause::from_wire(suspension.cause).map(Cause::as_str),
        "start_time": view::time(suspension.start_time),
        "end_time": view::time(suspension.end_time),
        "scope": {
            "kinds": scope.kinds, "deadlines": scope.deadlines, "province_codes": scope.province_codes,
            "agency_codes": scope.agency_codes,
        },
        "basis": suspension.basis,
        "document": suspension.document,
        "reason": suspension.reason,
        "agency_code": suspension.agency_code,
        "log_index": suspension.log_index,
        "changed_index": suspension.changed_index,
        "effect": effect(suspension).map(|(code, _)| code),
    })
}

/// What it does to the request that was asked about, if one was.
fn effect(suspension: &v1::Suspension) -> Option<(&'static str, &'static str)> {
    match suspension.effect() {
        v1::SuspensionEffect::Unspecified => None,
        v1::SuspensionEffect::Moves => Some(("MOVES", "tạm dừng thời hạn")),
        v1::SuspensionEffect::Explains => Some(("EXPLAINS", "giải thích, không đổi hạn")),
    }
}

fn table(found: &[v1::Suspension]) -> String {
    if found.is_empty() {
        return "Không có đợt tạm dừng thời hạn nào. / No suspensions.\n".to_owned();
    }
    let mut table = Table::new(&[
        "Mã/id",
        "Lý do/cause",
        "Từ/from",
        "Đến/to",
        "Văn bản/document",
        "Tác động/effect",
    ]);
    for suspension in found {
        let cause = Cause::from_wire(suspension.cause)
            .map(Cause::label_vi)
            .unwrap_or_default();
        table.row(&[
            suspension.suspension_id.clone(),
            cause.to_owned(),
            words::clock(suspension.start_time),
            words::clock(suspension.end_time),
            suspension.document.clone(),
            effect(suspension).map(|(_, vi)| vi).unwrap_or_default().to_owned(),
        ]);
    }
    table.text("")
}

fn preview_value(preview: &v1::SuspensionPreview) -> Value {
    let sample = |sample: &v1::SuspensionSample| {
        json!({
            "enforcement_request_id": sample.enforcement_request_id,
            "deadline_name": sample.deadline_name,
            "occurrence": sample.occurrence,
            "due_time": view::time(sample.due_time),
            "new_due_time": view::time(sample.new_due_time),
        })
    };
    json!({
        "requests": preview.requests,
        "deadlines": preview.deadlines,
        "complete": preview.complete,
        "samples": preview.samples.iter().map(sample).collect::<Value>(),
    })
}

fn preview_text(preview: &v1::SuspensionPreview) -> String {
    let mut table = Table::new(&[
        "Yêu cầu/request",
        "Thời hạn/deadline",
        "Hạn chót/due",
        "Hạn chót mới/new",
    ]);
    for sample in &preview.samples {
        table.row(&[
            sample.enforcement_request_id.clone(),
            sample.deadline_name.clone(),
            words::clock(sample.due_time),
            words::clock(sample.new_due_time),
        ]);
    }
    let more = if preview.complete { "" } else { " trở lên / or more" };
    format!(
        "Yêu cầu / requests: {}{more}\nThời hạn / deadlines: {}{more}\n{}",
        preview.requests,
        preview.deadlines,
        table.text("")
    )
}
