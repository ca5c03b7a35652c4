//! Documents that are wrong, with marks in the wrong places. Nobody hears them again, the caller neither.

use lienthong_proto::{Rpc, v1};
use prost::Message;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::lives;
use super::marks::Sort;
use super::papers::PAPERS;
use super::world::World;
use super::{around, wrong_messages};
use crate::harness::Fixture;
use crate::harness::seals;

pub(super) fn marks() -> Vec<String> {
    Sort::ALL.iter().map(|sort| sort.mark(11, 200)).collect()
}

/// Messages of a reply to wait for: a stream that opens all the same stays open.
pub(super) fn most(rpc: Rpc) -> usize {
    if rpc == Rpc::MailboxServiceSubscribe {
        1
    } else {
        usize::MAX
    }
}

/// Says something wrong: what comes back, a reply too, must hold no mark. Gives whether it was refused.
pub(super) async fn say(world: &World, by: Fixture, rpc: Rpc, messages: Vec<Vec<u8>>) -> bool {
    let heard = world.hear(by, rpc.path(), messages, most(rpc), |_| {}).await;
    for message in &heard.messages {
        world.keep(
            format!("the reply of {} to something wrong", rpc.path()),
            message.clone(),
        );
    }
    heard.end.is_err()
}

pub(super) async fn wrong<Q: Message + std::fmt::Debug>(world: &World, by: Fixture, rpc: Rpc, message: &Q) {
    let refused = say(world, by, rpc, vec![message.encode_to_vec()]).await;
    assert!(refused, "{} takes {message:?}", rpc.path());
}

/// Sends a text as an order by every way that takes one.
async fn wrong_order(world: &World, by: Fixture, text: &str) {
    let content = seals::submit_now(text);
    let message = v1::SubmitRequest { content };
    say(world, by, Rpc::RequestServiceSubmit, vec![message.encode_to_vec()]).await;
    let content = seals::submit_in_stream_now(text);
    let message = v1::SubmitStreamRequest { sequence: 1, content };
    say(
        world,
        by,
        Rpc::RequestServiceSubmitStream,
        vec![message.encode_to_vec()],
    )
    .await;
    let document = Some(v1::validate_request::Document::Order(text.to_owned()));
    let message = v1::ValidateRequest {
        document,
        ..Default::default()
    };
    say(world, by, Rpc::CatalogueServiceValidate, vec![message.encode_to_vec()]).await;
}

/// Every leaf of a value becomes a mark, each the next one.
fn spoil(value: &mut Value, marks: &mut dyn Iterator<Item = String>) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|value| spoil(value, marks)),
        Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, marks)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            *value = marks.next().expect("marks without end").into();
        }
    }
}

/// Adds a member to every object whose name is a mark.
fn named(value: &mut Value, marks: &mut dyn Iterator<Item = String>) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|value| named(value, marks));
            let mark = marks.next().expect("marks without end");
            members.insert(mark.clone(), mark.into());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| named(item, marks)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Members of an order that get a mark of the wrong form.
const MEMBERS: &[&str] = &[
    "/schema",
    "/idempotency_key",
    "/agency",
    "/kind",
    "/recipients/0",
    "/recipients",
    "/head",
    "/head/date",
    "/head/signer/officer_id",
    "/head/signer/position",
    "/head/urgency",
    "/head/secrecy",
    "/case",
    "/case/judgment/date",
    "/relations",
    "/attachments",
    "/effective_date",
    "/unit",
    "/contact",
    "/payload",
];

/// Puts a value where a pointer leads, or at the top under its name.
fn put(order: &mut Value, pointer: &str, value: &str) {
    match order.pointer_mut(pointer) {
        Some(place) => *place = value.into(),
        None => order[pointer.trim_start_matches('/')] = value.into(),
    }
}

/// Texts that are no document, or one that breaks a rule of JSON text, with the mark in them.
fn broken(text: &str, mark: &str) -> Vec<String> {
    let before = |place: &str, more: String| text.replacen(place, &more, 1);
    vec![
        before("{", format!("{{\"{mark}\":1,\"{mark}\":2,")),
        before("\"debtor\":{", format!("\"debtor\":{{\"{mark}\":1,\"{mark}\":2,")),
        before(
            "\"debtor\":{",
            format!("\"{mark}\":{{\"a\":{{\"{mark}\":\"\\u0000\"}}}},\"debtor\":{{"),
        ),
        before("{", format!("{{{mark}:1,")),
        format!("{text}{mark}"),
        format!("\"{mark}\""),
        mark.to_owned(),
        text.split_at(text.floor_char_boundary(text.len() / 2)).0.to_owned() + mark,
    ]
}

async fn orders(world: &World) {
    let mut endless = marks().into_iter().cycle();
    for papers in &PAPERS.0 {
        let (good, sender) = lives::order(world, papers.kind.code().as_str()).await;
        for _ in 0..2 {
            let mut order = good.clone();
            spoil(&mut order["payload"], &mut endless);
            wrong_order(world, sender, &order.to_string()).await;
            let mut order = good.clone();
            named(&mut order, &mut endless);
            wrong_order(world, sender, &order.to_string()).await;
        }
    }
    let (good, sender) = lives::order(world, "account-freeze").await;
    for pointer in MEMBERS {
        for mark in [Sort::Words, Sort::PersonId].map(|sort| sort.mark(11, 200)) {
            let mut order = good.clone();
            put(&mut order, pointer, &mark);
            wrong_order(world, sender, &order.to_string()).await;
        }
    }
    for mark in marks() {
        for text in broken(&good.to_string(), &mark) {
            wrong_order(world, sender, &text).await;
        }
        let written: [String; 5] = [
            mark.nfd().collect::<String>() + "e\u{301}",
            format!("{mark}\u{0}"),
            format!("{mark}\u{7}"),
            format!("{mark}\u{202e}"),
            mark.repeat(2_000 / mark.len() + 8),
        ];
        for text in written {
            let mut order = good.clone();
            order["head"]["subject"] = text.as_str().into();
            order["payload"]["debtor"]["full_name"] = text.into();
            wrong_order(world, sender, &order.to_string()).await;
        }
    }
    let mut large = good.clone();
    large["payload"]["note"] = Sort::Words.mark(1, 200).repeat(20_000).into();
    wrong_order(world, sender, &large.to_string()).await;
    codes(world, &good, sender).await;
}

/// Codes, ids and keys of the right form that hold digits of people, and name nothing.
async fn codes(world: &World, good: &Value, sender: Fixture) {
    let digits = Sort::PersonId.mark(12, 200);
    for (pointer, value) in [
        ("/recipients/0", format!("GIA-LAP.{digits}")),
        ("/agency", format!("GIA-LAP.{digits}")),
        ("/kind", format!("k{digits}")),
        ("/head/signer/officer_id", digits.clone()),
        ("/unit", digits.clone()),
    ] {
        let mut order = good.clone();
        order["idempotency_key"] = world.key().into();
        put(&mut order, pointer, &value);
        wrong_order(world, sender, &order.to_string()).await;
    }
    let mut first = good.clone();
    first["idempotency_key"] = digits.into();
    for subject in ["Nội dung", "Nội dung khác"] {
        first["head"]["subject"] = subject.into();
        wrong_order(world, sender, &first.to_string()).await;
    }
}

/// Everything wrong that can be said; `id` is a request of THADS at BANK.
pub(super) async fn err(world: &World, id: &str) {
    orders(world).await;
    wrong_messages::messages(world, id).await;
    wrong_messages::fields(world).await;
    around::around(world).await;
}
