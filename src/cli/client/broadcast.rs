//! `lienthong broadcast`: one order to many, where each stands, and what they answered in one view.

use clap::Args;
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::{Lines, OutputArgs};
use super::session::{Session, ask, incomplete};
use super::{send, view, words};
use crate::cli::failure::Failure;
use crate::evidence::jws::document_in;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Broadcast {
    /// Mã gửi nhiều nơi nhận: id of the broadcast, `brd_…`.
    id: String,
    /// Kèm nội dung trả lời: what each answered, one after the other.
    #[arg(long)]
    answers: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A recipient, and the payload of its answer if it gave one that is kept.
type Answered<'b> = (&'b v1::BroadcastMember, Option<Value>);

impl Broadcast {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let asked = v1::GetBroadcastRequest { broadcast_id: self.id };
        let told = ask!(async || session.requests().get_broadcast(asked.clone()).await)?;
        let mut answered = Vec::new();
        let mut titles = Value::Null;
        if self.answers {
            titles = titles_of(&session, &told.kind).await?;
            for member in &told.members {
                answered.push((member, answer(&session, member).await?));
            }
        }
        self.output
            .print(|| object(&told, &answered), || text(&told, &answered, &titles));
        Ok(())
    }
}

/// The payload of a recipient's newest answer.
async fn answer(session: &Session, member: &v1::BroadcastMember) -> Result<Option<Value>, Failure> {
    if member.outcome.is_empty() {
        return Ok(None);
    }
    let asked = v1::GetRequest {
        enforcement_request_id: member.enforcement_request_id.clone(),
        include_documents: true,
    };
    let told = ask!(async || session.requests().get(asked.clone()).await)?;
    let is_answer = |document: &&v1::Document| {
        let action = document.action();
        [v1::Action::AnswerFinal, v1::Action::RecordAnswer, v1::Action::Correct].contains(&action)
    };
    let newest = told.documents.iter().rfind(is_answer);
    Ok(newest.and_then(|document| {
        let text = document_in(&document.media_type, &document.content).ok()?;
        serde_json::from_slice::<Value>(&text).ok()?.get("payload").cloned()
    }))
}

/// What the members of the kind's answers are called.
async fn titles_of(session: &Session, kind: &str) -> Result<Value, Failure> {
    let asked = v1::GetKindRequest {
        code: kind.to_owned(),
        revision: 0,
    };
    let told = ask!(async || session.catalogue().get_kind(asked.clone()).await)?;
    let kind = told.kind.ok_or_else(|| incomplete("kind"))?;
    let schema: Value = serde_json::from_str(&kind.answer_schema).unwrap_or_default();
    Ok(schema.get("properties").cloned().unwrap_or_default())
}

fn object(told: &v1::GetBroadcastResponse, answered: &[Answered<'_>]) -> Value {
    let requests = told.members.iter().enumerate().map(|(number, member)| {
        let mut value = send::member(member);
        if let Some((_, payload)) = answered.get(number) {
            view::set(&mut value, "answer", payload.clone());
        }
        value
    });
    json!({
        "broadcast_id": told.broadcast_id,
        "kind": told.kind,
        "sender_agency_code": told.sender_agency_code,
        "submit_time": view::time(told.submit_time),
        "requests": requests.collect::<Value>(),
    })
}

fn text(told: &v1::GetBroadcastResponse, answered: &[Answered<'_>], titles: &Value) -> String {
    let mut lines = Lines::default();
    lines.add("Gửi nhiều nơi nhận / broadcast", &told.broadcast_id);
    lines.add("Loại / kind", &told.kind);
    lines.add("Nơi gửi / sender", &told.sender_agency_code);
    lines.add("Gửi lúc / submitted", &words::clock(told.submit_time));
    lines.text(&send::table(&told.members));
    for (member, payload) in answered {
        lines.heading(&format!("{} {}", member.recipient_agency_code, member.outcome));
        let members = payload.as_ref().and_then(Value::as_object);
        if members.is_none() {
            lines.text("  chưa trả lời / no answer\n");
        }
        for (name, value) in members.into_iter().flatten() {
            let title = titles.get(name).and_then(|property| property.get("title"));
            let title = title.and_then(Value::as_str).unwrap_or(name);
            lines.add(&format!("  {title}"), &in_words(value));
        }
    }
    lines.finish()
}

/// A member of an answer on one line.
fn in_words(value: &Value) -> String {
    let money = value
        .get("amount")
        .and_then(Value::as_str)
        .zip(value.get("currency").and_then(Value::as_str));
    match (value, money) {
        (_, Some((amount, currency))) => format!("{amount} {currency}"),
        (Value::String(text), None) => text.clone(),
        (Value::Array(items), None) => items.iter().map(in_words).collect::<Vec<_>>().join("; "),
        (Value::Object(members), None) => {
            let members = members.values().map(in_words);
            members.collect::<Vec<_>>().join(", ")
        }
        (other, None) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_in_lines() {
        let lines =
            json!([{ "account": { "number": "0011" }, "held": { "amount": "5", "currency": "VND" } }, { "note": "x" }]);
        assert_eq!(in_words(&lines), "0011, 5 VND; x");
        assert_eq!(in_words(&json!(true)), "true");
    }
}
