//! `lienthong notices`: notices above the recipient's line that the hub drafted; the sender's head confirms or discards them.

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::{OutputArgs, Table};
use super::session::{Session, ask, incomplete};
use super::steps::key_or_fresh;
use super::{help, view, words};
use crate::cli::failure::Failure;
use crate::cli::output;

/// Notices per page.
const PAGE: i32 = 200;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Notices {
    /// Danh sách: the notices drafted for what the agency sent, newest first.
    #[command(after_help = help::NOTICES_LIST)]
    List(List),
    /// Bản in: the page of a notice (HTML, A4), to read or to sign.
    #[command(after_help = help::NOTICES_SHOW)]
    Show(Show),
    /// Xác nhận gửi: lets a notice go to its addressee.
    #[command(after_help = help::NOTICES_CONFIRM)]
    Confirm(Decide),
    /// Bỏ dự thảo: the notice does not go.
    #[command(after_help = help::NOTICES_DISCARD)]
    Discard(Decide),
}

impl Notices {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run().await,
            Self::Show(command) => command.run().await,
            Self::Confirm(command) => command.run(true).await,
            Self::Discard(command) => command.run(false).await,
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Chờ xác nhận: only those that wait for a decision.
    #[arg(long)]
    drafted: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let notices = all(&session, self.drafted).await?;
        self.output.print(
            || json!({ "notices": notices.iter().map(drafted).collect::<Value>() }),
            || text(&notices),
        );
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// Số của dự thảo: number of the notice.
    number: i64,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Show {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let notices = all(&session, false).await?;
        let found = notices.into_iter().find(|notice| notice.notice_index == self.number);
        let found = found.ok_or_else(|| {
            Failure::configuration("Không có dự thảo báo cáo này.", "There is no such drafted notice.")
        })?;
        output::text(&found.page_html);
        Ok(())
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Decide {
    /// Số của dự thảo: number of the notice.
    number: i64,
    /// Khóa chống trùng: the same key is the same decision.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Decide {
    async fn run(self, confirm: bool) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let (idempotency_key, notice_index) = (key_or_fresh(self.key), self.number);
        let receipt = if confirm {
            let asked = v1::ConfirmNoticeRequest {
                idempotency_key,
                notice_index,
            };
            ask!(async || session.notices().confirm_notice(asked.clone()).await)?.receipt
        } else {
            let asked = v1::DiscardNoticeRequest {
                idempotency_key,
                notice_index,
            };
            ask!(async || session.notices().discard_notice(asked.clone()).await)?.receipt
        };
        let receipt = receipt.ok_or_else(|| incomplete("receipt"))?;
        let done = if confirm {
            "Đã gửi báo cáo. / The notice has gone."
        } else {
            "Đã bỏ dự thảo. / The draft was discarded."
        };
        self.output.print(
            || json!({ "notice_index": notice_index, "log_index": receipt.log_index, "confirmed": confirm }),
            || format!("{done} Biên nhận / receipt: {}\n", receipt.log_index),
        );
        Ok(())
    }
}

async fn all(session: &Session, drafted_only: bool) -> Result<Vec<v1::DraftedNotice>, Failure> {
    let mut asked = v1::ListNoticesRequest {
        drafted_only,
        page_size: PAGE,
        page_token: String::new(),
    };
    let mut notices = Vec::new();
    loop {
        let page = ask!(async || session.notices().list_notices(asked.clone()).await)?;
        notices.extend(page.notices);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(notices);
        }
    }
}

fn state_vi(state: v1::NoticeState) -> &'static str {
    match state {
        v1::NoticeState::Unspecified => "",
        v1::NoticeState::Drafted => "Chờ xác nhận",
        v1::NoticeState::Confirmed => "Đã gửi",
        v1::NoticeState::Discarded => "Đã bỏ",
    }
}

fn drafted(notice: &v1::DraftedNotice) -> Value {
    json!({
        "notice_index": notice.notice_index,
        "enforcement_request_id": notice.enforcement_request_id,
        "state": notice.state().as_str_name().trim_start_matches("NOTICE_STATE_"),
        "draft_time": view::time(notice.draft_time),
        "decided_index": notice.decided_index,
        "notice": notice.notice.as_ref().map(view::notice),
    })
}

fn text(notices: &[v1::DraftedNotice]) -> String {
    if notices.is_empty() {
        return "Không có dự thảo báo cáo nào. / No drafted notices.\n".to_owned();
    }
    let mut table = Table::new(&[
        "Số",
        "Tình trạng",
        "Kính gửi",
        "Nơi nhận chậm",
        "Loại",
        "Hạn chót",
        "Chậm (ngày)",
        "Mã yêu cầu",
    ]);
    for drafted in notices {
        let notice = drafted.notice.clone().unwrap_or_default();
        let to = if notice.addressee_missing {
            "CHƯA CÓ CƠ QUAN NHẬN: in, gửi bằng giấy".to_owned()
        } else {
            notice.addressee_agency_code.clone()
        };
        table.row(&[
            drafted.notice_index.to_string(),
            state_vi(drafted.state()).to_owned(),
            to,
            notice.recipient_agency_code.clone(),
            notice.kind.clone(),
            words::clock(notice.due_time),
            notice.late_working_days.to_string(),
            drafted.enforcement_request_id.clone(),
        ]);
    }
    table.text("")
}
