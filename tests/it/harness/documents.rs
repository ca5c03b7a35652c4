//! Documents as agencies send them, made from the catalogue's examples.

use lienthong::domain::catalogue::Kind;
use lienthong::domain::ids::KindCode;
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::agencies::Fixture;

/// The order of the kind's example, with its own key, sender and recipients.
pub(crate) fn order(kind: &Kind, key: &str, sender: Fixture, recipients: &[Fixture]) -> Value {
    let mut order: Value = serde_json::from_str(&kind.order_example).expect("JSON");
    order["idempotency_key"] = key.into();
    order["agency"] = sender.code_text().into();
    order["recipients"] = recipients.iter().map(|recipient| recipient.code_text()).collect();
    order["head"]["signer"]["officer_id"] = sender.officer_id().as_str().into();
    // What is signed names its signer as he is registered.
    if !kind.definition.signed_steps.is_empty() {
        order["head"]["signer"]["position"] = signing_position(kind, sender).into();
        order["head"]["signer"]["full_name"] = sender.full_name().into();
    }
    // What names one recipient's accounts does not go to several.
    if recipients.len() > 1
        && let Some(payload) = order["payload"].as_object_mut()
    {
        payload.remove("accounts");
        payload.insert("scope".to_owned(), "WHOLE_CLIENT".into());
    }
    order
}

/// What the example of an order cites, for a test to send first.
pub(crate) struct Cited {
    /// How it is related.
    pub(crate) relation: String,
    /// The kind.
    pub(crate) kind: KindCode,
    /// The answer that leaves the measure which must be in force.
    pub(crate) outcome: Option<String>,
}

/// What the example's order of a kind cites.
pub(crate) fn cited(kind: &Kind) -> Option<Cited> {
    let order: Value = serde_json::from_str(&kind.order_example).expect("JSON");
    let relation = order["relations"][0]["type"].as_str()?.to_owned();
    let mut known = kind.definition.relations.iter();
    let known = known
        .find(|known| known.r#type.as_str() == relation)
        .expect("a relation of the kind");
    let first = known.kinds.first().expect("a kind").clone();
    let outcome = known.measure.then(|| {
        let first = super::commands::kind(first.as_str());
        let mut outcomes = first.definition.outcomes.iter();
        let outcome = outcomes.find(|outcome| outcome.r#final && outcome.measure);
        outcome.expect("an outcome with a measure").code.to_string()
    });
    Some(Cited {
        relation,
        kind: first,
        outcome,
    })
}

/// In which position the sender's officer signs orders of this kind: his own where it may sign, else the first that may.
pub(crate) fn signing_position(kind: &Kind, sender: Fixture) -> &str {
    let positions = &kind.definition.signer_positions;
    if positions.iter().any(|known| known == sender.position()) {
        return sender.position();
    }
    positions.first().map_or(sender.position(), String::as_str)
}

/// The officer of `sender` in another position, to be registered.
pub(crate) fn in_position(sender: Fixture, position: &str, key: String) -> v1::RegisterOfficerRequest {
    v1::RegisterOfficerRequest {
        idempotency_key: key,
        agency_code: String::new(),
        officer: Some(v1::Officer {
            officer_id: sender.officer_id().to_string(),
            full_name: sender.full_name().to_owned(),
            position: position.to_owned(),
            valid_from: "2026-01-01".to_owned(),
            scope: v1::OfficerScope::All.into(),
            ..Default::default()
        }),
    }
}

/// The answer of the kind's example for an outcome.
pub(crate) fn answer(kind: &Kind, outcome: &str, key: &str, recipient: Fixture, request: &str) -> Value {
    let example = kind
        .answer_examples
        .iter()
        .find(|(code, _)| code.as_str() == outcome)
        .expect("an example")
        .1;
    let mut answer: Value = serde_json::from_str(example).expect("JSON");
    answer["idempotency_key"] = key.into();
    answer["agency"] = recipient.code_text().into();
    answer["enforcement_request_id"] = request.into();
    if answer.get("head").is_some() {
        answer["head"]["signer"]["officer_id"] = recipient.officer_id().as_str().into();
    }
    answer
}

/// A small document: schema `lienthong/<name>/1`, the members that all have, and its own.
pub(crate) fn small(name: &str, key: &str, agency: Fixture, request: &str, own: &Value) -> Value {
    let mut document = json!({
        "schema": format!("lienthong/{name}/1"),
        "idempotency_key": key,
        "agency": agency.code_text(),
        "enforcement_request_id": request,
    });
    for (member, value) in own.as_object().expect("an object") {
        document[member] = value.clone();
    }
    document
}

/// Registering (vào sổ).
pub(crate) fn acknowledge(key: &str, agency: Fixture, request: &str) -> Value {
    small(
        "acknowledge",
        key,
        agency,
        request,
        &json!({ "officer_id": agency.officer_id().as_str() }),
    )
}

/// A return for want of papers.
pub(crate) fn send_back(key: &str, agency: Fixture, request: &str) -> Value {
    let reason = json!({ "code": "MISSING_PAPERS", "text": "Thiếu quyết định thi hành án" });
    small("send-back", key, agency, request, &json!({ "reason": reason }))
}

/// What was asked for.
pub(crate) fn clarify(key: &str, agency: Fixture, request: &str) -> Value {
    small(
        "clarify",
        key,
        agency,
        request,
        &json!({ "text": "Bổ sung số tờ bản đồ, số thửa." }),
    )
}

/// Taking back.
pub(crate) fn withdraw(key: &str, agency: Fixture, request: &str) -> Value {
    small(
        "withdraw",
        key,
        agency,
        request,
        &json!({ "explanation": "Gửi nhầm nơi nhận." }),
    )
}
