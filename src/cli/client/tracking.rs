//! `lienthong deadline` with a hub: the hub counts, on its catalogue and its calendar.

use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::session::{ask, incomplete};
use super::{view, words};
use crate::cli::failure::Failure;
use crate::domain::catalogue::rule::{Certainty, Nature};
use crate::grpc::convert::vocabulary::OnWire as _;

/// The kind's title and the deadlines, as the command prints them.
pub(in crate::cli) async fn computed(
    connection: &ConnectionArgs,
    asked: v1::ComputeDeadlineRequest,
) -> Result<(v1::LocalizedText, Vec<Value>), Failure> {
    let session = connection.connect().await?;
    let answer = ask!(async || session.tracking().compute_deadline(asked.clone()).await)?;
    let wanted = v1::GetKindRequest {
        code: asked.kind.clone(),
        revision: answer.kind_revision,
    };
    let kind = ask!(async || session.catalogue().get_kind(wanted.clone()).await)?.kind;
    let title = kind
        .and_then(|kind| kind.summary?.title)
        .ok_or_else(|| incomplete("kind"))?;
    Ok((title, answer.deadlines.iter().map(object).collect()))
}

fn object(deadline: &v1::ComputedDeadline) -> Value {
    let limit = deadline.limit.clone().unwrap_or_default();
    let nature = Nature::from_wire(deadline.source);
    let certainty = Certainty::from_wire(deadline.certainty);
    json!({
        "name": deadline.name,
        "obligor": words::party(deadline.obligor),
        "due_time": view::time(deadline.due_time),
        "nature": nature.map(Nature::as_str),
        "article": deadline.basis,
        "certainty": certainty.map(Certainty::as_str),
        "immediately": deadline.immediately,
        "regime": deadline.regime,
        "starts_on": deadline.starts_on,
        "condition": condition(&deadline.condition),
        "limit": { "vi": limit.vi, "en": limit.en },
        "note": view::text(&deadline.note),
        "trace": deadline.trace.iter().map(view::trace_step).collect::<Value>(),
    })
}

/// `/scope = "WHOLE_CLIENT"` in its parts.
fn condition(text: &str) -> Value {
    text.split_once(" = ").map_or(Value::Null, |(pointer, equals)| {
        let equals = serde_json::from_str(equals).unwrap_or_else(|_error| Value::from(equals));
        json!({ "pointer": pointer, "equals": equals })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_told_in_its_parts() {
        assert_eq!(condition(""), Value::Null);
        let whole = json!({ "pointer": "/scope", "equals": "WHOLE_CLIENT" });
        assert_eq!(condition("/scope = \"WHOLE_CLIENT\""), whole);
    }
}
