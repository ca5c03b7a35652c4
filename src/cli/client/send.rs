//! `lienthong send`: submits an order.

use clap::Args;
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::check::check;
use super::connection::ConnectionArgs;
use super::content::{DocumentArgs, oneof};
use super::print::{Lines, OutputArgs, Table};
use super::session::{Session, ask, incomplete};
use super::{show, view, words};
use crate::cli::failure::Failure;
use crate::cli::output;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Send {
    #[command(flatten)]
    document: DocumentArgs,
    /// Chỉ kiểm tra: tells what the hub would refuse the order for, what to know before sending, and which clocks would begin; sends nothing.
    /// Status 1 if it would be refused.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Send {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let draft = self.document.read()?;
        let session = self.connection.connect().await?;
        if self.check {
            let (text, _) = draft.json()?;
            let content = Some(v1::check_order_request::Content::Document(text));
            return check(&session, v1::CheckOrderRequest { content }, self.output).await;
        }
        let content = draft.uploaded(&session).await?;
        let content = session.signed(content, None).await?;
        let message = v1::SubmitRequest {
            content: oneof!(submit_request, content),
        };
        let sent = ask!(async || session.requests().submit(message.clone()).await)?;
        let members = match members(&session, &sent).await {
            Ok(members) => members,
            Err(_failure) => {
                // It is sent all the same: the receipt must be shown.
                output::error("Đã gửi; chưa đọc được hạn chót. / Sent; the due times could not be read.\n");
                Vec::new()
            }
        };
        self.output.print(|| json(&sent, &members), || text(&sent, &members));
        let first = sent.receipts.first();
        session
            .hold(first.and_then(|receipt| receipt.checkpoint.as_ref()))
            .await
    }
}

/// Where each request of the order stands now.
async fn members(session: &Session, sent: &v1::SubmitResponse) -> Result<Vec<v1::BroadcastMember>, Failure> {
    if sent.broadcast_id.is_empty() {
        let first = sent.receipts.first().ok_or_else(|| incomplete("receipts"))?;
        let asked = v1::GetRequest {
            enforcement_request_id: first.enforcement_request_id.clone(),
            include_documents: false,
        };
        let request = ask!(async || session.requests().get(asked.clone()).await)?.enforcement_request;
        let request = request.ok_or_else(|| incomplete("enforcement_request"))?;
        return Ok(vec![v1::BroadcastMember {
            enforcement_request_id: request.enforcement_request_id,
            recipient_agency_code: request.recipient_agency_code,
            state: request.state,
            version: request.version,
            delivered: request.delivered,
            outcome: request.outcome,
            due_time: request.due_time,
        }]);
    }
    let asked = v1::GetBroadcastRequest {
        broadcast_id: sent.broadcast_id.clone(),
    };
    Ok(ask!(async || session.requests().get_broadcast(asked.clone()).await)?.members)
}

fn json(sent: &v1::SubmitResponse, members: &[v1::BroadcastMember]) -> Value {
    json!({
        "broadcast_id": view::text(&sent.broadcast_id),
        "receipts": sent.receipts.iter().map(view::receipt).collect::<Value>(),
        "requests": members.iter().map(member).collect::<Value>(),
    })
}

/// A request of a broadcast.
pub(super) fn member(member: &v1::BroadcastMember) -> Value {
    json!({
        "enforcement_request_id": member.enforcement_request_id,
        "recipient_agency_code": member.recipient_agency_code,
        "state": words::state(member.state),
        "version": member.version,
        "delivered": member.delivered,
        "outcome": view::text(&member.outcome),
        "due_time": view::time(member.due_time),
    })
}

fn text(sent: &v1::SubmitResponse, members: &[v1::BroadcastMember]) -> String {
    let mut lines = Lines::default();
    lines.add("Gửi nhiều nơi nhận / broadcast", &sent.broadcast_id);
    if let [receipt] = sent.receipts.as_slice() {
        lines.text(&show::receipt(receipt));
    } else if let Some(first) = sent.receipts.first() {
        let hub_time = words::clock(first.hub_time);
        lines.add(
            "Biên nhận điện tử / receipts",
            &format!("{} ({hub_time})", sent.receipts.len()),
        );
    }
    lines.text(&table(members));
    lines.finish()
}

/// The requests of a broadcast.
pub(super) fn table(members: &[v1::BroadcastMember]) -> String {
    let mut table = Table::new(&["Mã yêu cầu", "Nơi nhận", "Trạng thái", "Đã đến", "Kết quả", "Hạn chót"]);
    for member in members {
        table.row(&[
            member.enforcement_request_id.clone(),
            member.recipient_agency_code.clone(),
            words::state_vi(member.state),
            if member.delivered { "có" } else { "chưa" }.to_owned(),
            member.outcome.clone(),
            words::clock(member.due_time),
        ]);
    }
    table.text("")
}
