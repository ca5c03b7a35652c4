//! Reading auth.002. What this hub's partners write comes back whole; of what others write, the statuses are read and the
//! rest is listed.

use serde_json::{Map, Value};

use super::iso20022::{
    AccountAnswer, ImportedAnswer, InvestigationStatus, Outcome, RESPONSE_NAMESPACE, ResponseStatus, request_id,
};
use super::xml::{Limits, parse};
use super::xml_at::{At, Ignored};
use super::{Fault, payload};

/// Reads an answer.
///
/// # Errors
/// What [`parse`] finds; `root` if it is no auth.002.001.01; `required`, `repeated`, `too_long`, `unknown_value`, `shape`;
/// `contradiction` if the statuses and the outcome do not agree.
pub fn import_answer(bytes: &[u8], limits: &Limits) -> Result<ImportedAnswer, Fault> {
    let root = parse(bytes, limits)?;
    let root = At::root(&root);
    if root.element().name() != "Document" || root.element().namespace() != Some(RESPONSE_NAMESPACE) {
        return Err(root.fault(
            "root",
            format!("Phải là Document của {RESPONSE_NAMESPACE}."),
            format!("Must be a Document of {RESPONSE_NAMESPACE}."),
        ));
    }
    let mut ignored = Ignored::default();
    root.note_unknown(&["InfReqRspn"], &mut ignored);
    let response = root.required("InfReqRspn")?;
    // What was asked for is repeated in the answer; the hub knows it.
    response.note_unknown(&["RspnId", "InvstgtnId", "RspnSts", "SchCrit", "RtrInd"], &mut ignored);
    let response_id = response.required_text("RspnId", 35)?;
    let investigation = response.required_text("InvstgtnId", 35)?;
    let status_at = response.required("RspnSts")?;
    let Ok(status) = status_at.element().text().parse::<ResponseStatus>() else {
        return Err(status_at.unknown_value());
    };
    let indicators = response.children("RtrInd");
    if indicators.is_empty() {
        // Says where it is missing.
        response.required("RtrInd")?;
    }
    let mut whole = None;
    let mut statuses = Vec::new();
    let mut words = Vec::new();
    for indicator in indicators {
        indicator.note_unknown(&["AuthrtyReqTp", "InvstgtnRslt", "AddtlInf"], &mut ignored);
        words.extend(indicator.text("AddtlInf", 500)?);
        let result = indicator.required("InvstgtnRslt")?;
        result.note_unknown(&["Rslt", "InvstgtnSts"], &mut ignored);
        if let Some(told) = result.child("InvstgtnSts")? {
            let Ok(told) = told.element().text().parse::<InvestigationStatus>() else {
                return Err(told.unknown_value());
            };
            statuses.push(told);
        }
        let Some(details) = result.child("Rslt")? else { continue };
        for one in details.all() {
            let is_ours = one.element().name() == "Answer" && one.element().namespace() == Some(payload::NAMESPACE);
            if is_ours && whole.is_none() {
                whole = Some(read_whole(&one, &response_id, &mut ignored)?);
            } else {
                ignored.push(one.path().to_owned());
            }
        }
    }
    let answer = match whole {
        Some(answer) if answer.outcome.response_status() != status => {
            return Err(status_at.fault(
                "contradiction",
                "Trạng thái trả lời không khớp với kết quả.",
                "The response status and the outcome do not agree.",
            ));
        }
        Some(answer) => answer,
        None => guessed(response_id, status, &statuses, &words),
    };
    let required = answer.outcome.required().iter().copied();
    Ok(ImportedAnswer {
        request_id: request_id(&investigation),
        missing: required
            .filter(|pointer| answer.payload.pointer(pointer).is_none())
            .collect(),
        answer,
        ignored: ignored.into_paths(),
    })
}

fn read_whole(at: &At<'_>, response_id: &str, ignored: &mut Ignored) -> Result<AccountAnswer, Fault> {
    at.note_unknown(&["outcome", "reasons", "payload"], ignored);
    let outcome = at.required("outcome")?;
    let Ok(known) = outcome.element().text().parse::<Outcome>() else {
        return Err(outcome.unknown_value());
    };
    let reasons = match at.child("reasons")? {
        Some(reasons) => payload::read(&reasons, payload::REASONS, ignored)?,
        None => Value::Array(Vec::new()),
    };
    Ok(AccountAnswer {
        response_id: response_id.to_owned(),
        outcome: known,
        reasons,
        payload: payload::read(&at.required("payload")?, payload::ANSWER, ignored)?,
    })
}

/// What the statuses alone say. The words that came with them are kept where the outcome has a place for them.
fn guessed(
    response_id: String,
    status: ResponseStatus,
    statuses: &[InvestigationStatus],
    words: &[String],
) -> AccountAnswer {
    let has = |status: InvestigationStatus| statuses.contains(&status);
    let outcome = match status {
        ResponseStatus::NoResponse => Outcome::InProgress,
        ResponseStatus::Partial => Outcome::FoundPartly,
        ResponseStatus::Complete if has(InvestigationStatus::Found) || statuses.is_empty() => Outcome::Found,
        ResponseStatus::Complete if has(InvestigationStatus::NotFound) => Outcome::NotFound,
        ResponseStatus::Complete => Outcome::Refused,
    };
    let mut payload = Map::new();
    if !words.is_empty() {
        let member = outcome.told_by().unwrap_or("/note").trim_start_matches('/');
        payload.insert(member.to_owned(), Value::String(words.join("; ")));
    }
    AccountAnswer {
        response_id,
        outcome,
        reasons: Value::Array(Vec::new()),
        payload: Value::Object(payload),
    }
}
