//! From the wire to what the printer of papers takes: for whoever prints what the hub answered.

use std::collections::BTreeMap;

use lienthong_proto::v1;

use super::vocabulary::OnWire;
use crate::domain::print::Form;
use crate::domain::register::{Judgment, Paper, RegisterEntry, RegisterParty};
use crate::domain::time::Timestamp;

/// What printing needs of a kind that GetKind answered.
///
/// # Errors
/// A schema is not JSON.
pub fn form(kind: &v1::Kind) -> serde_json::Result<Form> {
    let title = |title: Option<&v1::LocalizedText>| title.map(|title| title.vi.clone()).unwrap_or_default();
    let attachments = kind
        .required_attachments
        .iter()
        .chain(&kind.optional_attachments)
        .map(|attachment| (attachment.code.clone(), title(attachment.title.as_ref())));
    let reasons = kind
        .refusal_reasons
        .iter()
        .chain(&kind.return_reasons)
        .map(|coded| (coded.code.clone(), title(coded.title.as_ref())));
    let outcomes = kind
        .outcomes
        .iter()
        .map(|outcome| (outcome.code.clone(), title(outcome.title.as_ref())));
    let titles: BTreeMap<String, String> = attachments.chain(reasons).chain(outcomes).collect();
    let summary = kind.summary.as_ref();
    Ok(Form {
        title: title(summary.and_then(|summary| summary.title.as_ref())),
        order_schema: serde_json::from_str(&kind.order_schema)?,
        answer_schema: serde_json::from_str(&kind.answer_schema)?,
        titles,
    })
}

/// A line that ListRegister answered; none if it says what this version does not know.
pub fn register_entry(entry: v1::RegisterEntry) -> Option<RegisterEntry> {
    let instant = |time: Option<prost_types::Timestamp>| {
        let time = time?;
        let micros = time.seconds.checked_mul(1_000_000)?;
        Some(Timestamp::from_micros(
            micros.checked_add(i64::from(time.nanos / 1_000))?,
        ))
    };
    Some(RegisterEntry {
        registered: instant(entry.registered_time)?,
        received: instant(entry.received_time)?,
        channel: OnWire::from_wire(entry.channel)?,
        way: OnWire::from_wire(entry.service_way),
        state: OnWire::from_wire(entry.state)?,
        registry_number: entry.registry_number,
        request_id: entry.enforcement_request_id,
        kind: entry.kind,
        kind_title: entry.kind_title,
        sender: entry.sender_agency_code,
        sender_name: entry.sender_name,
        paper: entry.paper.map(|paper| Paper {
            number: paper.number,
            date: paper.date,
            subject: paper.subject,
        }),
        judgment: entry.judgment.map(|judgment| Judgment {
            number: judgment.number,
            date: judgment.date,
            court: judgment.court,
        }),
        parties: entry
            .parties
            .into_iter()
            .map(|party| RegisterParty {
                full_name: party.full_name,
                address: party.address,
            })
            .collect(),
        attachments: entry.attachments,
        unit_name: entry.unit_name,
        officer_name: entry.officer_name,
        outcome: entry.outcome,
        outcome_title: entry.outcome_title,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;
    use crate::grpc::convert::kind;

    #[test]
    fn a_client_prints_with_the_titles_of_the_catalogue() {
        for known in Catalogue::embedded().unwrap().kinds() {
            let wire = kind::kind(known);
            let (told, own) = (form(&wire).unwrap(), Form::of(known));
            assert_eq!((told.title, told.order_schema), (own.title, own.order_schema));
            assert_eq!(told.titles, own.titles);
        }
    }
}
