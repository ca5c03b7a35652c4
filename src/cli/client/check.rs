//! `lienthong send --check`: what the hub would say of an order, and what its sender should know, before it is sent.

use lienthong_proto::v1;
use serde_json::{Value, json};

use super::print::{Lines, OutputArgs, Table};
use super::session::{Session, ask};
use super::{view, words};
use crate::cli::failure::Failure;

/// Asks the hub and tells all that it found.
///
/// # Errors
/// If the order would be refused.
pub(super) async fn check(session: &Session, asked: v1::CheckOrderRequest, output: OutputArgs) -> Result<(), Failure> {
    let found = ask!(async || session.requests().check_order(asked.clone()).await)?;
    output.print(|| object(&found), || text(&found));
    match found.refusals.len() {
        0 => Ok(()),
        count => Err(Failure::failed(
            format!("Văn bản sẽ bị từ chối vì {count} lý do."),
            format!("The order would be refused for {count} reasons."),
        )),
    }
}

fn object(found: &v1::CheckOrderResponse) -> Value {
    let violations = found.refusals.iter().flat_map(|refusal| &refusal.violations);
    json!({
        "valid": found.refusals.is_empty(),
        "refusals": found.refusals.iter().map(refusal).collect::<Value>(),
        "violations": violations.map(violation).collect::<Value>(),
        "advice": found.advice.iter().map(advice).collect::<Value>(),
        "openings": found.openings.iter().map(opening).collect::<Value>(),
    })
}

fn message(text: Option<&v1::LocalizedText>) -> Value {
    let text = text.cloned().unwrap_or_default();
    json!({ "vi": text.vi, "en": text.en })
}

fn violation(violation: &v1::Violation) -> Value {
    json!({
        "field": violation.field,
        "reason": violation.reason,
        "message": message(violation.message.as_ref()),
    })
}

fn refusal(refusal: &v1::Failure) -> Value {
    json!({
        "reason": refusal.reason,
        "message": message(refusal.message.as_ref()),
        "violations": refusal.violations.iter().map(violation).collect::<Value>(),
    })
}

fn advice(advice: &v1::Advice) -> Value {
    json!({
        "reason": words::advice(advice.reason),
        "field": view::text(&advice.field),
        "message": message(advice.message.as_ref()),
        "enforcement_request_id": view::text(&advice.enforcement_request_id),
    })
}

fn opening(opening: &v1::OrderOpening) -> Value {
    json!({
        "agency_code": opening.agency_code,
        "kind": opening.kind,
        "channel": words::channel(opening.channel),
        "unit_id": view::text(&opening.unit_id),
        "copy": opening.copy,
        "deadlines": opening.deadlines.iter().map(view::deadline).collect::<Value>(),
    })
}

fn text(found: &v1::CheckOrderResponse) -> String {
    let mut lines = Lines::default();
    if found.refusals.is_empty() {
        lines.heading("Cổng sẽ nhận văn bản này. / The hub would take this order.");
    } else {
        lines.heading("Cổng sẽ từ chối văn bản này: / The hub would refuse this order:");
    }
    let both = |text: &Option<v1::LocalizedText>| text.clone().unwrap_or_default();
    for refusal in &found.refusals {
        let said = both(&refusal.message);
        lines.text(&format!("- {}: {}\n  {}\n", refusal.reason, said.vi, said.en));
        for violation in &refusal.violations {
            let said = both(&violation.message);
            let place = [&violation.field, " [", &violation.reason, "]"].concat();
            lines.text(&format!("    {place}: {}\n      {}\n", said.vi, said.en));
        }
    }
    if !found.advice.is_empty() {
        lines.heading("Nên biết trước khi gửi: / Before you send it:");
    }
    for advice in &found.advice {
        let said = both(&advice.message);
        lines.text(&format!("- {}\n  {}\n", said.vi, said.en));
    }
    if !found.openings.is_empty() {
        lines.heading("Nếu gửi bây giờ: / If it is sent now:");
        lines.text(&table(&found.openings));
    }
    lines.finish()
}

/// Who would get it, and the clocks that begin.
fn table(openings: &[v1::OrderOpening]) -> String {
    let mut table = Table::new(&["Nơi nhận", "Loại", "Đơn vị", "Thời hạn", "Hạn chót"]);
    for opening in openings {
        let clocks = opening
            .deadlines
            .iter()
            .map(|clock| (clock.name.clone(), words::clock(clock.due_time)));
        let clocks: Vec<_> = if opening.deadlines.is_empty() {
            vec![(String::new(), String::new())]
        } else {
            clocks.collect()
        };
        let copy = if opening.copy { " (bản sao)" } else { "" };
        for (name, due) in clocks {
            table.row(&[
                opening.agency_code.clone(),
                format!("{}{copy}", opening.kind),
                opening.unit_id.clone(),
                name,
                due,
            ]);
        }
    }
    table.text("  ")
}
