//! The steps without a document: ask, assign, forward, extend, dispute, decide on a withdrawal, close.

use clap::{ArgGroup, Args};
use lienthong_proto::v1;

use super::connection::ConnectionArgs;
use super::print::OutputArgs;
use super::session::{ask, incomplete};
use super::steps::{VersionArgs, finish, key_or_fresh};
use crate::cli::failure::Failure;

/// What all of them have.
#[derive(Debug, Args)]
struct Common {
    /// Mã yêu cầu: id of the request, `req_…`.
    id: String,
    /// Khóa: makes the retry safe; without it a fresh one is made and told.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    version: VersionArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Declares how a command sends its message: the members that all have, and its own.
macro_rules! command {
    ($command:ident, $method:ident, $message:ident, |$own:ident| { $($member:ident: $value:expr),+ $(,)? }) => {
        impl $command {
            pub(super) async fn run(self) -> Result<(), Failure> {
                let $own = self;
                let session = $own.common.connection.connect().await?;
                let key = key_or_fresh($own.common.key);
                let message = v1::$message {
                    idempotency_key: key.clone(),
                    enforcement_request_id: $own.common.id,
                    expected_version: $own.common.version.expected_version,
                    $($member: $value,)+
                };
                let answer = ask!(async || session.requests().$method(message.clone()).await)?;
                let receipt = answer.receipt.ok_or_else(|| incomplete("receipt"))?;
                finish(&session, $own.common.output, &receipt, Some(&key)).await
            }
        }
    };
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Ask {
    #[command(flatten)]
    common: Common,
    /// Nội dung đề nghị làm rõ: what is unclear.
    #[arg(long, env = "LIENTHONG_QUESTION", value_name = "TEXT")]
    question: String,
}

command!(Ask, ask_clarification, AskClarificationRequest, |own| { question: own.question });

/// See the command's help.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("who").args(["unit", "officer"]).required(true).multiple(true))]
pub(in crate::cli) struct Assign {
    #[command(flatten)]
    common: Common,
    /// Đơn vị: id of the unit in charge.
    #[arg(long, env = "LIENTHONG_UNIT", value_name = "ID")]
    unit: Option<String>,
    /// Cán bộ: id of the officer in charge.
    #[arg(long, env = "LIENTHONG_OFFICER", value_name = "ID")]
    officer: Option<String>,
}

command!(Assign, assign, AssignRequest, |own| {
    unit_id: own.unit.unwrap_or_default(),
    officer_id: own.officer.unwrap_or_default(),
});

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Forward {
    #[command(flatten)]
    common: Common,
    /// Đơn vị: id of the unit that takes over.
    #[arg(long, env = "LIENTHONG_UNIT", value_name = "ID")]
    unit: String,
}

command!(Forward, forward, ForwardRequest, |own| { unit_id: own.unit });

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Extend {
    #[command(flatten)]
    common: Common,
    /// Tên thời hạn: name of the deadline, for example `answer`.
    #[arg(long, env = "LIENTHONG_CLOCK", value_name = "NAME")]
    clock: String,
    /// Lý do: why.
    #[arg(long, env = "LIENTHONG_REASON", value_name = "TEXT")]
    reason: String,
}

command!(Extend, extend, ExtendRequest, |own| { deadline_name: own.clock, reason: own.reason });

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Dispute {
    #[command(flatten)]
    common: Common,
    /// Mã lý do: code of the reason, for example `INCOMPLETE`.
    #[arg(long, env = "LIENTHONG_REASON", value_name = "CODE")]
    reason: String,
    /// Nội dung: why, in words.
    #[arg(long, env = "LIENTHONG_TEXT", value_name = "TEXT")]
    text: String,
    /// Trả lại không có căn cứ: the return was unfounded, so that the first clock runs on instead of a new one.
    #[arg(long)]
    unfounded: bool,
}

command!(Dispute, dispute, DisputeRequest, |own| {
    reason_code: own.reason,
    reason: own.text,
    unfounded_return: own.unfounded,
});

/// See the command's help.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("decision").args(["accept", "refuse"]).required(true))]
pub(in crate::cli) struct DecideWithdrawal {
    #[command(flatten)]
    common: Common,
    /// Đồng ý lấy lại.
    #[arg(long)]
    accept: bool,
    /// Không đồng ý lấy lại; needs --reason.
    #[arg(long, requires = "reason")]
    refuse: bool,
    /// Lý do: why.
    #[arg(long, env = "LIENTHONG_REASON", value_name = "TEXT")]
    reason: Option<String>,
}

command!(DecideWithdrawal, decide_withdrawal, DecideWithdrawalRequest, |own| {
    accept: own.accept && !own.refuse,
    reason: own.reason.unwrap_or_default(),
});

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Close {
    #[command(flatten)]
    common: Common,
    /// Lý do: why.
    #[arg(long, env = "LIENTHONG_REASON", value_name = "TEXT")]
    reason: Option<String>,
}

command!(Close, close, CloseRequest, |own| { reason: own.reason.unwrap_or_default() });
