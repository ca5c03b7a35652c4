//! Commands for the ledger, as the use cases make them after their checks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use lienthong::app::ledger::command::{Advance, Holding, NewBody, Statement, Step, Submit, SupervisedRead, Way};
use lienthong::app::ledger::{Command, Operation};
use lienthong::domain::agency::Scope;
use lienthong::domain::catalogue::{Catalogue, Kind};
use lienthong::domain::event::{DecisionRef, Relation};
use lienthong::domain::ids::{AgencyCode, CursorName, IdempotencyKey, KindCode, RequestId};
use lienthong::domain::mailbox::Lane;
use lienthong::domain::supervision::Look;
use lienthong::domain::workflow::table::TABLE;
use lienthong::domain::workflow::{Action, Party};
use serde_json::Value;

use super::agencies::{Fixture, LAND_OFFICE, THADS, fixture};

/// The catalogue of the binary.
pub(crate) static CATALOGUE: LazyLock<Arc<Catalogue>> =
    LazyLock::new(|| Catalogue::embedded().expect("the catalogue is sound"));

/// The newest revision of a kind.
pub(crate) fn kind(code: &str) -> Arc<Kind> {
    let code = KindCode::parse(code).expect("a kind code");
    Arc::clone(CATALOGUE.newest(&code).expect("a kind of the catalogue"))
}

/// Writes the catalogue of the binary into a folder.
pub(crate) fn write_catalogue(folder: &Path) {
    for (path, text) in CATALOGUE.files() {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("written");
    }
}

/// The payload of a document's JSON text.
fn payload(document: &str) -> Value {
    let document: Value = serde_json::from_str(document).expect("JSON");
    document["payload"].clone()
}

fn json(content: &str) -> Bytes {
    Bytes::copy_from_slice(content.as_bytes())
}

/// An order to make commands of.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) kind: Arc<Kind>,
    pub(crate) sender: Fixture,
    pub(crate) recipients: Vec<Fixture>,
    pub(crate) relations: Vec<Relation>,
}

impl Order {
    /// A freeze to these banks.
    pub(crate) fn freeze(recipients: &[Fixture]) -> Self {
        Self {
            kind: kind("account-freeze"),
            sender: THADS,
            recipients: recipients.to_vec(),
            relations: Vec::new(),
        }
    }

    /// A land enquiry.
    pub(crate) fn land() -> Self {
        Self {
            kind: kind("land-information"),
            sender: THADS,
            recipients: vec![LAND_OFFICE],
            relations: Vec::new(),
        }
    }

    /// The command with `key`; two orders under the same key differ only if `text` does.
    pub(crate) fn submit(&self, key: &str, text: &str) -> Command {
        let recipients: Vec<&str> = self.recipients.iter().map(|fixture| fixture.code_text()).collect();
        let content = serde_json::json!({ "key": key, "to": recipients, "text": text }).to_string();
        Command::new(
            self.sender.actor(),
            IdempotencyKey::parse(key).expect("a key"),
            "application/json",
            json(&content),
            Operation::Submit(Submit {
                accounts: Vec::new(),
                kind: Arc::clone(&self.kind),
                recipients: self.recipients.iter().map(|fixture| fixture.code()).collect(),
                relations: self.relations.clone(),
                payload: payload(&self.kind.order_example),
                attachments: Vec::new(),
                issue_date: jiff::civil::date(2026, 11, 20),
                units: Vec::new(),
                copies: Vec::new(),
                copies_missing: Vec::new(),
                case: None,
            }),
        )
    }
}

/// A request to take steps on.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) id: RequestId,
    pub(crate) kind: Arc<Kind>,
    pub(crate) sender: AgencyCode,
    pub(crate) recipient: AgencyCode,
}

impl Target {
    /// The command by which the party whose turn it is takes `action`.
    pub(crate) fn step(&self, key: &str, action: Action, statement: Statement) -> Command {
        let party = TABLE
            .iter()
            .find(|row| row.action == action)
            .expect("a line of the table")
            .who;
        self.step_by(party, key, action, statement)
    }

    /// The command by which `party` tries `action`.
    pub(crate) fn step_by(&self, party: Party, key: &str, action: Action, statement: Statement) -> Command {
        let actor = match party {
            Party::Recipient => fixture(&self.recipient),
            Party::Sender | Party::Hub => fixture(&self.sender),
        };
        let answers = matches!(
            action,
            Action::AnswerInterim | Action::AnswerFinal | Action::Report | Action::Correct | Action::RecordAnswer
        );
        let outcome = statement.outcome.as_deref();
        let answer = answers.then(|| {
            let example = self
                .kind
                .answer_examples
                .iter()
                .find(|(code, _)| Some(code.as_str()) == outcome);
            example.map_or(Value::Null, |(_, text)| payload(text))
        });
        let content = serde_json::json!({ "key": key, "request": self.id, "action": action, "outcome": outcome });
        Command::new(
            actor.actor(),
            IdempotencyKey::parse(key).expect("a key"),
            "application/json",
            json(&content.to_string()),
            Operation::Step(Box::new(Step {
                accounts: Vec::new(),
                request_id: self.id.clone(),
                sender: self.sender.clone(),
                recipient: self.recipient.clone(),
                kind: Arc::clone(&self.kind),
                action,
                expected_version: None,
                order_payload: payload(&self.kind.order_example),
                answer_payload: answer,
                related: Vec::new(),
                decision: Some(DecisionRef {
                    number: "125/QĐ-THADS".to_owned(),
                    date: jiff::civil::date(2026, 11, 20),
                    office: None,
                }),
                done: None,
                statement,
            })),
        )
    }
}

/// The statement of a final answer: what the kind's first outcome with a measure says, or its first one.
pub(crate) fn final_answer(kind: &Kind) -> Statement {
    if kind.code().as_str() == "account-freeze" {
        let amounts = BTreeMap::from([("VND".to_owned(), "153500000".to_owned())]);
        return Statement {
            outcome: Some("HELD_FULL".to_owned()),
            holding: Some(Holding::Measure(amounts)),
            ..Statement::default()
        };
    }
    Statement {
        outcome: Some("FOUND".to_owned()),
        ..Statement::default()
    }
}

/// A move of a cursor of `agency`.
pub(crate) fn advance(agency: Fixture, cursor: &str, positions: &[(Lane, i64)]) -> Command {
    Command {
        actor: agency.actor(),
        key: None,
        content_sha256: [0; 32],
        body: None,
        verified: None,
        operation: Operation::Advance(Advance {
            cursor: CursorName::parse(cursor).expect("a cursor name"),
            positions: positions.iter().copied().collect(),
            way: Way::Forward,
        }),
    }
}

/// A look of `agency`'s officer at these requests, decided under this version of the registry.
pub(crate) fn look(agency: Fixture, look: Look, registry_version: i64, shown: &[&RequestId]) -> Command {
    let message = Bytes::from(format!("{look} {registry_version} {shown:?}"));
    Command {
        actor: agency.actor(),
        key: None,
        content_sha256: lienthong::evidence::digest::sha256(&message),
        body: Some(NewBody {
            media_type: "application/protobuf",
            content: message,
        }),
        verified: None,
        operation: Operation::Read(Box::new(SupervisedRead {
            look,
            registry_version,
            scope: Scope::All,
            shown: shown.iter().map(|id| (*id).clone()).collect::<BTreeSet<_>>(),
            is_cited: look == Look::List,
        })),
    }
}
