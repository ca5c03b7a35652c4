//! `lienthong erase`: erasing content whose retention is over, by two persons.

use std::io::BufRead as _;

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::OutputArgs;
use super::session::{Session, ask, incomplete};
use super::steps::key_or_fresh;
use super::{erase_text as text, help, view};
use crate::cli::failure::Failure;
use crate::cli::output;

/// Requests and proposals that are asked for at once.
const REQUESTS: i32 = 200;
const PROPOSALS: i32 = 100;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Erase {
    /// Đến hạn: requests of the agency that have ended and whose retention is over, oldest first.
    #[command(after_help = help::ERASE_DUE)]
    Due(Due),
    /// Đề nghị xóa: the first person proposes to erase the content of an order, and says why.
    #[command(after_help = help::ERASE_PROPOSE)]
    Propose(Propose),
    /// Xác nhận xóa: the second person confirms. Nothing brings the content back.
    #[command(after_help = help::ERASE_CONFIRM)]
    Confirm(Confirm),
    /// Không đồng ý xóa: the second person rejects a proposal.
    #[command(after_help = help::ERASE_REJECT)]
    Reject(Reject),
    /// Danh sách đề nghị: what the agency proposed to erase, newest first.
    #[command(after_help = help::ERASE_LIST)]
    List(List),
}

impl Erase {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Due(command) => command.run().await,
            Self::Propose(command) => command.run().await,
            Self::Confirm(command) => command.run().await,
            Self::Reject(command) => command.run().await,
            Self::List(command) => command.run().await,
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Due {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Due {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let mut asked = v1::ListErasableRequest {
            page_size: REQUESTS,
            ..Default::default()
        };
        let mut requests = Vec::new();
        loop {
            let page = ask!(async || session.evidence().list_erasable(asked.clone()).await)?;
            requests.extend(page.requests);
            asked.page_token = page.next_page_token;
            if asked.page_token.is_empty() {
                break;
            }
        }
        self.output.print(
            || json!({ "requests": requests.iter().map(text::request_value).collect::<Value>() }),
            || text::due(&requests),
        );
        Ok(())
    }
}

/// What every write has.
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

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Propose {
    /// Mã yêu cầu: id of a request of the order, `req_…`; what shares its content goes with it.
    id: String,
    /// Lý do: why it is erased.
    #[arg(long, env = "LIENTHONG_REASON", value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Propose {
    async fn run(self) -> Result<(), Failure> {
        let session = self.common.connection.connect().await?;
        let message = v1::ProposeErasureRequest {
            idempotency_key: key_or_fresh(self.common.key),
            enforcement_request_id: self.id,
            reason: self.reason,
        };
        let answer = ask!(async || session.evidence().propose_erasure(message.clone()).await)?;
        finish(&session, self.common.output, answer.erasure, answer.receipt).await
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Confirm {
    /// Số đề nghị: number of the proposal, as `erase list` tells it.
    proposal: i64,
    /// Không hỏi lại: does not ask before the content goes.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    common: Common,
}

impl Confirm {
    async fn run(self) -> Result<(), Failure> {
        let session = self.common.connection.connect().await?;
        if !self.yes {
            let erasure = pending(&session, self.proposal).await?;
            agree(&erasure)?;
        }
        let decision = v1::ErasureDecision::Confirm;
        decide(
            &session,
            self.common.key,
            self.common.output,
            self.proposal,
            decision,
            String::new(),
        )
        .await
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Reject {
    /// Số đề nghị: number of the proposal, as `erase list` tells it.
    proposal: i64,
    /// Lý do: why it stays.
    #[arg(long, env = "LIENTHONG_REASON", value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    common: Common,
}

impl Reject {
    async fn run(self) -> Result<(), Failure> {
        let session = self.common.connection.connect().await?;
        let decision = v1::ErasureDecision::Reject;
        decide(
            &session,
            self.common.key,
            self.common.output,
            self.proposal,
            decision,
            self.reason,
        )
        .await
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Chờ quyết định: only what waits for the second person.
    #[arg(long)]
    pending: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let erasures = proposals(&session, self.pending).await?;
        self.output.print(
            || json!({ "erasures": erasures.iter().map(text::value).collect::<Value>() }),
            || text::list(&erasures),
        );
        Ok(())
    }
}

async fn proposals(session: &Session, pending_only: bool) -> Result<Vec<v1::Erasure>, Failure> {
    let mut asked = v1::ListErasuresRequest {
        pending_only,
        page_size: PROPOSALS,
        ..Default::default()
    };
    let mut erasures = Vec::new();
    loop {
        let page = ask!(async || session.evidence().list_erasures(asked.clone()).await)?;
        erasures.extend(page.erasures);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(erasures);
        }
    }
}

async fn pending(session: &Session, proposal: i64) -> Result<v1::Erasure, Failure> {
    let erasures = proposals(session, true).await?;
    let found = erasures.into_iter().find(|erasure| erasure.proposal_index == proposal);
    found.ok_or_else(|| {
        Failure::failed(
            format!("Không có đề nghị số {proposal} đang chờ quyết định; xem: lienthong erase list --pending"),
            format!("No proposal {proposal} waits for a decision; see: lienthong erase list --pending"),
        )
    })
}

/// Shows what will be lost and has the proposal's number typed.
fn agree(erasure: &v1::Erasure) -> Result<(), Failure> {
    output::error(&text::question(erasure));
    let mut typed = String::new();
    let read = std::io::stdin().lock().read_line(&mut typed);
    if read.is_ok() && typed.trim() == erasure.proposal_index.to_string() {
        return Ok(());
    }
    Err(Failure::failed(
        "Chưa xóa gì: số đề nghị không được gõ lại.",
        "Nothing was erased: the proposal's number was not typed.",
    ))
}

async fn decide(
    session: &Session,
    key: Option<String>,
    output: OutputArgs,
    proposal_index: i64,
    decision: v1::ErasureDecision,
    reason: String,
) -> Result<(), Failure> {
    let message = v1::DecideErasureRequest {
        idempotency_key: key_or_fresh(key),
        proposal_index,
        decision: decision.into(),
        reason,
    };
    let answer = ask!(async || session.evidence().decide_erasure(message.clone()).await)?;
    finish(session, output, answer.erasure, answer.receipt).await
}

async fn finish(
    session: &Session,
    output: OutputArgs,
    erasure: Option<v1::Erasure>,
    receipt: Option<v1::Receipt>,
) -> Result<(), Failure> {
    let erasure = erasure.ok_or_else(|| incomplete("erasure"))?;
    let receipt = receipt.ok_or_else(|| incomplete("receipt"))?;
    output.print(
        || {
            let mut value = text::value(&erasure);
            view::set(&mut value, "receipt", view::receipt(&receipt));
            value
        },
        || text::one(&erasure),
    );
    session.hold(receipt.checkpoint.as_ref()).await
}
