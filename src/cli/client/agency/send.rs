//! Sending what changes: superiors before those under them; what the hub refuses is told by its row and the rest goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use lienthong_proto::v1;
use prost::Message as _;
use serde_json::{Value, json};
use tonic::Code;

use super::faults::Place;
use super::plan::{Planned, column_of};
use super::sheet::Sheet;
use crate::app::keep::Progress as _;
use crate::cli::client::session::{Session, ask, tell_wait};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::progress::Told;
use crate::client::call::{Refusal, call};
use crate::evidence::digest::{hex, sha256};

/// Most certificates in one CreateAgency.
const MAX_CREDENTIALS: usize = 10;

/// One call.
#[derive(Debug)]
pub(super) struct Step {
    /// The agency that it is about.
    code: String,
    place: Place,
    sheet: Sheet,
    what: What,
}

#[derive(Debug)]
enum What {
    Create(Box<v1::CreateAgencyRequest>),
    Update(Box<v1::UpdateAgencyRequest>),
    Officer(v1::RegisterOfficerRequest),
    Credential(v1::RegisterCredentialRequest),
}

/// A row that the hub refused.
#[derive(Debug)]
pub(super) struct Refused {
    place: Place,
    code: String,
    reason: String,
    vi: String,
    en: String,
}

impl Refused {
    /// For scripts.
    pub(super) fn value(&self) -> Value {
        json!({
            "file": self.place.file,
            "row": self.place.row,
            "agency_code": self.code,
            "reason": self.reason,
            "vi": self.vi,
            "en": self.en,
        })
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Calls that the hub receipted.
    pub(super) done: usize,
    /// What it refused.
    pub(super) refused: Vec<Refused>,
    /// Calls that were left when the hub could no longer be reached or let nobody write.
    pub(super) left: usize,
}

/// A key that follows from what is sent. `state` is the size of the log at which the hub was read: an agency may go back to what it
/// was before, and then the same content must act again. What acts once for ever has none.
fn key(name: &str, state: Option<i64>, of: &str, message: &[u8]) -> String {
    let content = [of.as_bytes(), b"\n", message].concat();
    let state = state.map(|size| format!("{size}-")).unwrap_or_default();
    format!("agency-{name}-{state}{}", hex(&sha256(&content)))
}

/// The calls, in an order in which each finds what it names. `size` is that of the hub's log before it was read.
pub(super) fn steps(planned: BTreeMap<String, Planned>, size: i64) -> Vec<Step> {
    let order = by_superiors(&planned);
    let mut entered: BTreeSet<String> = BTreeSet::new();
    let new: BTreeSet<String> = planned
        .iter()
        .filter(|(_, one)| one.is_new)
        .map(|(code, _)| code.clone())
        .collect();
    let (mut creates, mut updates, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    let mut planned = planned;
    for code in order {
        let Some(mut one) = planned.remove(&code) else { continue };
        if one.is_new {
            let successor = &one.agency.successor_code;
            let waits = new.contains(successor) && !entered.contains(successor);
            if waits {
                updates.push(update(&one, size));
            }
            creates.push(create(&mut one, waits));
            entered.insert(code.clone());
        } else if !one.changed.is_empty() {
            updates.push(update(&one, size));
        }
        rest.extend(officers(&code, one.officers, size));
        rest.extend(credentials(&code, one.credentials));
    }
    creates.extend(updates);
    creates.extend(rest);
    creates
}

/// The codes, superiors first.
fn by_superiors(planned: &BTreeMap<String, Planned>) -> Vec<String> {
    let depth = |code: &str| {
        let (mut at, mut depth) = (code, 0_usize);
        // A cycle was told before; the bound is for safety alone.
        while let Some(one) = planned.get(at).filter(|_| depth <= planned.len()) {
            at = &one.agency.parent_code;
            depth += 1;
        }
        depth
    };
    let mut order: Vec<(usize, String)> = planned.keys().map(|code| (depth(code), code.clone())).collect();
    order.sort();
    order.into_iter().map(|(_, code)| code).collect()
}

/// The call that enters a new agency; takes its first officer and certificates.
fn create(one: &mut Planned, without_successor: bool) -> Step {
    let all = i32::from(v1::OfficerScope::All);
    let first = one.officers.iter().position(|(_, officer)| officer.scope == all);
    let first = first.or_else(|| (!one.officers.is_empty()).then_some(0));
    let first_officer = first.map(|index| one.officers.remove(index).1);
    let id = first_officer
        .as_ref()
        .map(|officer| officer.officer_id.clone())
        .unwrap_or_default();
    let connects = |new: &v1::NewCredential| {
        let needed = [v1::CredentialPurpose::Tls, v1::CredentialPurpose::Token];
        new.purposes
            .iter()
            .any(|purpose| needed.iter().any(|needed| i32::from(*needed) == *purpose))
    };
    one.credentials.sort_by_key(|(_, new)| !connects(new));
    let (mut credentials, mut later) = (Vec::new(), Vec::new());
    for (place, new) in one.credentials.drain(..) {
        let is_known = new.officer_id.is_empty() || new.officer_id == id;
        if is_known && credentials.len() < MAX_CREDENTIALS {
            credentials.push(new);
        } else {
            later.push((place, new));
        }
    }
    one.credentials = later;
    let mut message = v1::CreateAgencyRequest {
        idempotency_key: String::new(),
        agency: Some(v1::Agency {
            successor_code: if without_successor {
                String::new()
            } else {
                one.agency.successor_code.clone()
            },
            ..one.agency.clone()
        }),
        first_officer,
        credentials,
    };
    message.idempotency_key = key("create", None, "", &message.encode_to_vec());
    Step {
        code: one.agency.code.clone(),
        place: one.place.clone(),
        sheet: Sheet::Agencies,
        what: What::Create(Box::new(message)),
    }
}

fn update(one: &Planned, size: i64) -> Step {
    let mut message = v1::UpdateAgencyRequest {
        idempotency_key: String::new(),
        agency: Some(one.agency.clone()),
    };
    message.idempotency_key = key("update", Some(size), "", &message.encode_to_vec());
    Step {
        code: one.agency.code.clone(),
        place: one.place.clone(),
        sheet: Sheet::Agencies,
        what: What::Update(Box::new(message)),
    }
}

fn officers(code: &str, officers: Vec<(Place, v1::Officer)>, size: i64) -> impl Iterator<Item = Step> {
    officers.into_iter().map(move |(place, officer)| Step {
        code: code.to_owned(),
        place,
        sheet: Sheet::Officers,
        what: What::Officer(v1::RegisterOfficerRequest {
            idempotency_key: key("officer", Some(size), code, &officer.encode_to_vec()),
            agency_code: code.to_owned(),
            officer: Some(officer),
        }),
    })
}

fn credentials(code: &str, credentials: Vec<(Place, v1::NewCredential)>) -> impl Iterator<Item = Step> {
    credentials.into_iter().map(move |(place, credential)| Step {
        code: code.to_owned(),
        place,
        sheet: Sheet::Credentials,
        what: What::Credential(v1::RegisterCredentialRequest {
            idempotency_key: key("credential", None, code, &credential.encode_to_vec()),
            agency_code: code.to_owned(),
            credential: Some(credential),
        }),
    })
}

/// Sends them one after the other.
///
/// # Errors
/// The hub's log does not go on from what is remembered of it.
pub(super) async fn send(session: &Session, steps: Vec<Step>) -> Result<Sent, Failure> {
    let total = steps.len();
    let told = Told::new("Nhập cơ quan", "importing agencies");
    let mut sent = Sent::default();
    let mut receipt = None;
    let mut not_entered: BTreeSet<String> = BTreeSet::new();
    let mut steps = steps.into_iter();
    while let Some(step) = steps.next() {
        if not_entered.contains(&step.code) {
            let (vi, en) = (
                "Chưa gửi, vì cơ quan chưa được đăng ký.",
                "Not sent, since the agency was not entered.",
            );
            sent.refused.push(told_of(&step, "", vi, en));
            continue;
        }
        match one(session, &step).await {
            Ok(new) => {
                sent.done += 1;
                receipt = new.or(receipt);
            }
            Err(refusal) => {
                let is_hopeless =
                    refusal.is_temporary() || matches!(refusal.code, Code::Unauthenticated | Code::PermissionDenied);
                if matches!(step.what, What::Create(_)) {
                    not_entered.insert(step.code.clone());
                }
                sent.refused.push(refused(&step, &refusal));
                if is_hopeless {
                    sent.left = steps.count();
                    break;
                }
            }
        }
        let done = u64::try_from(sent.done).unwrap_or(u64::MAX);
        told.step(&format!("trong/of {total}:"), done);
    }
    drop(told);
    for refused in &sent.refused {
        let (Place { file, row }, code, reason) = (&refused.place, &refused.code, &refused.reason);
        output::error(&format!(
            "{file}, dòng {row} ({code}): {} ({reason})\n{file}, row {row} ({code}): {}\n",
            refused.vi, refused.en
        ));
    }
    let checkpoint = receipt.and_then(|receipt| receipt.checkpoint);
    session.hold(checkpoint.as_ref()).await?;
    Ok(sent)
}

async fn one(session: &Session, step: &Step) -> Result<Option<v1::Receipt>, Refusal> {
    match &step.what {
        What::Create(message) => call(tell_wait, async || {
            session.agencies().create_agency((**message).clone()).await
        })
        .await
        .map(|answer| answer.receipt),
        What::Update(message) => call(tell_wait, async || {
            session.agencies().update_agency((**message).clone()).await
        })
        .await
        .map(|answer| answer.receipt),
        What::Officer(message) => call(tell_wait, async || {
            session.agencies().register_officer(message.clone()).await
        })
        .await
        .map(|answer| answer.receipt),
        What::Credential(message) => call(tell_wait, async || {
            session.agencies().register_credential(message.clone()).await
        })
        .await
        .map(|answer| answer.receipt),
    }
}

fn told_of(step: &Step, reason: &str, vi: &str, en: &str) -> Refused {
    Refused {
        place: step.place.clone(),
        code: step.code.clone(),
        reason: reason.to_owned(),
        vi: vi.to_owned(),
        en: en.to_owned(),
    }
}

/// A refusal with the columns in place of the message's fields.
fn refused(step: &Step, refusal: &Refusal) -> Refused {
    let (mut vi, mut en) = (refusal.vi.clone(), refusal.en.clone());
    for field in &refusal.fields {
        let member = field.field.rsplit('.').next().unwrap_or_default();
        let column = column_of(step.sheet, member);
        write!(vi, " {column}: {}", field.vi).ok();
        write!(en, " {column}: {}", field.en).ok();
    }
    let reason = if refusal.reason.is_empty() {
        format!("{:?}", refusal.code)
    } else {
        refusal.reason.clone()
    };
    told_of(step, &reason, &vi, &en)
}

/// The size of the hub's log, which goes into keys.
pub(super) async fn log_size(session: &Session) -> Result<i64, Failure> {
    let info = ask!(async || session.admin().get_server_info(v1::GetServerInfoRequest {}).await)?;
    Ok(info.tree_size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(code: &str, parent: &str, successor: &str, is_new: bool) -> (String, Planned) {
        let one = Planned {
            place: Place::new("agencies.csv", 2),
            is_new,
            agency: v1::Agency {
                code: code.to_owned(),
                parent_code: parent.to_owned(),
                successor_code: successor.to_owned(),
                ..Default::default()
            },
            changed: if is_new { Vec::new() } else { vec!["name"] },
            officers: Vec::new(),
            credentials: Vec::new(),
        };
        (code.to_owned(), one)
    }

    fn told(steps: &[Step]) -> Vec<(&str, &str)> {
        steps
            .iter()
            .map(|step| {
                let what = match &step.what {
                    What::Create(_) => "create",
                    What::Update(_) => "update",
                    What::Officer(_) => "officer",
                    What::Credential(_) => "credential",
                };
                (what, step.code.as_str())
            })
            .collect()
    }

    #[test]
    fn superiors_come_first_and_a_successor_that_comes_later_is_entered_afterwards() {
        let all = [
            planned("A", "C", "", true),
            planned("B", "A", "", true),
            planned("C", "", "B", true),
            planned("D", "Z", "", false),
        ];
        let steps = steps(all.into(), 7);
        let expected = [
            ("create", "C"),
            ("create", "A"),
            ("create", "B"),
            ("update", "C"),
            ("update", "D"),
        ];
        assert_eq!(told(&steps), expected);
        let What::Create(message) = &steps[0].what else {
            panic!("a new agency")
        };
        assert_eq!(message.agency.as_ref().unwrap().successor_code, "");
    }

    #[test]
    fn an_agency_is_entered_with_its_first_officer_of_all_and_what_connects_it() {
        let (code, mut one) = planned("A", "", "", true);
        let place = || Place::new("officers.csv", 2);
        let officer = |id: &str, scope: v1::OfficerScope| v1::Officer {
            officer_id: id.to_owned(),
            scope: scope.into(),
            ..Default::default()
        };
        one.officers = vec![
            (place(), officer("own", v1::OfficerScope::Own)),
            (place(), officer("all", v1::OfficerScope::All)),
        ];
        let new = |purpose: v1::CredentialPurpose, owner: &str| v1::NewCredential {
            certificate_pem: String::new(),
            purposes: vec![purpose.into()],
            officer_id: owner.to_owned(),
        };
        one.credentials = vec![
            (place(), new(v1::CredentialPurpose::Officer, "own")),
            (place(), new(v1::CredentialPurpose::Seal, "")),
            (place(), new(v1::CredentialPurpose::Tls, "")),
        ];
        let steps = steps([(code, one)].into(), 7);
        assert_eq!(told(&steps), [("create", "A"), ("officer", "A"), ("credential", "A")]);
        let What::Create(message) = &steps[0].what else {
            panic!("a new agency")
        };
        assert_eq!(message.first_officer.as_ref().unwrap().officer_id, "all");
        assert_eq!(message.credentials.len(), 2);
        assert_eq!(message.credentials[0].purposes, [i32::from(v1::CredentialPurpose::Tls)]);
    }

    #[test]
    fn keys_follow_from_content_and_a_change_back_is_a_change() {
        let of = |size| {
            let all = [planned("A", "", "", true), planned("B", "", "", false)];
            let keys = steps(all.into(), size).into_iter().map(|step| match step.what {
                What::Create(message) => message.idempotency_key,
                What::Update(message) => message.idempotency_key,
                What::Officer(_) | What::Credential(_) => String::new(),
            });
            keys.collect::<Vec<_>>()
        };
        assert_eq!(of(7), of(7));
        assert_eq!(of(7)[0], of(8)[0]);
        assert_ne!(of(7)[1], of(8)[1]);
        assert!(
            of(i64::MAX)
                .iter()
                .all(|key| key.parse::<crate::domain::ids::IdempotencyKey>().is_ok())
        );
    }
}
