//! `lienthong track deadlines`: what we owe or are owed, soonest first.

use clap::{Args, ValueEnum};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::{ConnectionArgs, malformed};
use super::print::{Lines, OutputArgs, Table};
use super::session::ask;
use super::{view, words};
use crate::cli::failure::Failure;
use crate::domain::time::Timestamp;
use crate::grpc::convert::time;

/// Entries that are asked for at once.
const PAGE: i32 = 200;

/// Which deadlines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Status {
    /// Đang tính.
    #[default]
    Running,
    /// Tạm dừng.
    Paused,
    /// Chờ lịch làm việc.
    Pending,
    /// Đã làm nhưng quá hạn.
    Breached,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Deadlines {
    /// Việc của đối tác: what others owe to us; without it, what we owe.
    #[arg(long)]
    owed_to_us: bool,
    /// Chỉ việc quá hạn.
    #[arg(long)]
    overdue: bool,
    /// Trạng thái thời hạn.
    #[arg(long, env = "LIENTHONG_STATUS", value_name = "STATUS", default_value = "running")]
    status: Status,
    /// Đến hạn từ lúc này: RFC 3339 with an offset.
    #[arg(long, env = "LIENTHONG_DUE_FROM", value_name = "TIME")]
    due_from: Option<String>,
    /// Đến hạn trước lúc này: RFC 3339 with an offset.
    #[arg(long, env = "LIENTHONG_DUE_BEFORE", value_name = "TIME")]
    due_before: Option<String>,
    /// Loại yêu cầu: code of the kind.
    #[arg(long, env = "LIENTHONG_KIND", value_name = "CODE", default_value = "")]
    kind: String,
    /// Bên kia: code of the other agency.
    #[arg(long, env = "LIENTHONG_COUNTERPARTY", value_name = "CODE", default_value = "")]
    counterparty: String,
    /// Đơn vị: id of the unit that has it on our side.
    #[arg(long, env = "LIENTHONG_UNIT", value_name = "ID", default_value = "")]
    unit: String,
    /// Cán bộ: id of the officer who has it on our side.
    #[arg(long, env = "LIENTHONG_ASSIGNED", value_name = "ID", default_value = "")]
    assigned: String,
    /// Tất cả: every page; without it the first.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Deadlines {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let side = if self.owed_to_us {
            v1::DeadlineSide::OwedToUs
        } else {
            v1::DeadlineSide::OwedByUs
        };
        let status = match self.status {
            Status::Running => v1::DeadlineStatus::Running,
            Status::Paused => v1::DeadlineStatus::Paused,
            Status::Pending => v1::DeadlineStatus::PendingCalendar,
            Status::Breached => v1::DeadlineStatus::Breached,
        };
        let mut asked = v1::ListDeadlinesRequest {
            side: side.into(),
            status: status.into(),
            overdue_only: self.overdue,
            due_from: instant("--due-from", self.due_from.as_deref())?,
            due_before: instant("--due-before", self.due_before.as_deref())?,
            kind: self.kind,
            counterparty_agency_code: self.counterparty,
            unit_id: self.unit,
            officer_id: self.assigned,
            page_size: PAGE,
            page_token: String::new(),
        };
        let session = self.connection.connect().await?;
        let mut deadlines = Vec::new();
        loop {
            let page = ask!(async || session.tracking().list_deadlines(asked.clone()).await)?;
            deadlines.extend(page.deadlines);
            asked.page_token = page.next_page_token;
            if !self.all || asked.page_token.is_empty() {
                break;
            }
        }
        let more = !asked.page_token.is_empty();
        self.output.print(
            || json!({ "deadlines": deadlines.iter().map(object).collect::<Value>(), "more": more }),
            || text(&deadlines, more),
        );
        Ok(())
    }
}

fn instant(flag: &str, text: Option<&str>) -> Result<Option<prost_types::Timestamp>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let parsed = Timestamp::parse_rfc3339(text).map(time);
    let expected = "RFC 3339, +07:00: 2026-11-20T09:00:00+07:00";
    parsed.map(Some).ok_or_else(|| malformed(flag, &expected))
}

fn object(listed: &v1::ListedDeadline) -> Value {
    json!({
        "enforcement_request_id": listed.enforcement_request_id,
        "kind": listed.kind,
        "sender_agency_code": listed.sender_agency_code,
        "recipient_agency_code": listed.recipient_agency_code,
        "state": words::state(listed.state),
        "lane": words::lane(listed.lane),
        "registry_number": view::text(&listed.registry_number),
        "assigned_unit_id": view::text(&listed.assigned_unit_id),
        "assigned_officer_id": view::text(&listed.assigned_officer_id),
        "duty": words::duty(listed.duty),
        "deadline": listed.deadline.as_ref().map(view::deadline),
    })
}

fn text(deadlines: &[v1::ListedDeadline], more: bool) -> String {
    let mut table = Table::new(&[
        "Hạn chót",
        "Thời hạn",
        "Việc",
        "Loại",
        "Bên gửi",
        "Bên nhận",
        "Số vào sổ",
        "Mã yêu cầu",
    ]);
    for listed in deadlines {
        let deadline = listed.deadline.clone().unwrap_or_default();
        table.row(&[
            words::clock(deadline.due_time),
            words::deadline_status_vi(deadline.status),
            words::duty_vi(listed.duty),
            listed.kind.clone(),
            listed.sender_agency_code.clone(),
            listed.recipient_agency_code.clone(),
            listed.registry_number.clone(),
            listed.enforcement_request_id.clone(),
        ]);
    }
    let mut lines = Lines::default();
    if table.is_empty() {
        lines.text("Không có thời hạn nào. / No deadlines.\n");
    } else {
        lines.text(&table.text(""));
    }
    if more {
        lines.text("… còn nữa: dùng --all. / There is more: use --all.\n");
    }
    lines.finish()
}
