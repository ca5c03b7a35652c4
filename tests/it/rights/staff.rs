//! Two agencies, each with officers of every scope, and requests between them.

use std::collections::BTreeMap;

use lienthong::domain::agency::Scope;
use lienthong::domain::ids::{OfficerId, UnitId};
use lienthong::domain::viewer::Viewer;
use lienthong_proto::v1;
use tonic::Status;

use crate::harness::agencies::{BANK, OPERATOR, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::{Fixture, TestDatabase, TestHub, documents};
use crate::rpc::same_key::submit;

/// An officer of both agencies. The one whom each agency has from the start is not among them: he sees all, and has no unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) id: &'static str,
    pub(super) scope: Scope,
    pub(super) unit: &'static str,
}

const fn person(id: &'static str, scope: Scope, unit: &'static str) -> Person {
    Person { id, scope, unit }
}

pub(super) const STAFF: [Person; 6] = [
    person("own.1", Scope::Own, "p1"),
    person("own.2", Scope::Own, "p1"),
    person("own.3", Scope::Own, ""),
    person("unit.1", Scope::Unit, "p1"),
    person("unit.2", Scope::Unit, "p2"),
    person("all.1", Scope::All, "p1"),
];

/// The member of [`STAFF`] with this id.
pub(super) fn of_staff(id: &str) -> Person {
    *STAFF.iter().find(|person| person.id == id).expect("one of the staff")
}

impl Person {
    /// The rule, told once more: what belongs to this officer and this unit (empty: to none) is seen or not.
    pub(super) fn sees(self, officer: &str, unit: &str) -> bool {
        match self.scope {
            Scope::All => true,
            Scope::Unit => officer == self.id || (!unit.is_empty() && unit == self.unit),
            Scope::Own => officer == self.id,
        }
    }

    /// The same person as the domain's rule takes him.
    pub(super) fn viewer(self, agency: Fixture) -> Viewer {
        Viewer {
            agency: agency.code(),
            officer: OfficerId::parse(self.id).expect("an officer id"),
            unit: UnitId::parse(self.unit).ok(),
            scope: self.scope,
        }
    }

    /// As he is registered.
    pub(super) fn on_wire(self) -> v1::Officer {
        let scope = match self.scope {
            Scope::Own => v1::OfficerScope::Own,
            Scope::Unit => v1::OfficerScope::Unit,
            Scope::All => v1::OfficerScope::All,
        };
        v1::Officer {
            officer_id: self.id.to_owned(),
            full_name: "Nguyễn Văn Giả".to_owned(),
            position: "Chuyên viên".to_owned(),
            unit_id: self.unit.to_owned(),
            valid_from: "2026-01-01".to_owned(),
            valid_to: String::new(),
            scope: scope.into(),
        }
    }
}

/// A freeze of THADS at BANK: who sent it, and to whom it is assigned (empty: to none).
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) id: String,
    by: &'static str,
    officer: &'static str,
    unit: &'static str,
}

impl Sent {
    /// Whether a person of the agency sees it, by the rule.
    pub(super) fn is_seen_by(&self, agency: Fixture, person: Person) -> bool {
        if agency == THADS {
            // The officer whom an agency has from the start has no unit.
            let unit = STAFF
                .iter()
                .find(|known| known.id == self.by)
                .map_or("", |known| known.unit);
            person.sees(self.by, unit)
        } else {
            person.sees(self.officer, self.unit)
        }
    }
}

/// Who sends, and whom it is assigned to: each sort of each side.
pub(super) const SENT: [(&str, &str, &str); 6] = [
    ("", "", ""),
    ("own.1", "own.1", ""),
    ("own.3", "", "p1"),
    ("unit.2", "own.1", "p2"),
    ("all.1", "own.2", "p1"),
    ("own.2", "unit.1", ""),
];

/// A hub with the two agencies at work.
pub(super) struct World {
    pub(super) hub: TestHub,
    clients: BTreeMap<(&'static str, &'static str), Client>,
}

impl World {
    pub(super) async fn start(database: &TestDatabase) -> Self {
        let hub = TestHub::start(database).await;
        let mut clients = BTreeMap::new();
        for agency in [THADS, BANK] {
            let chief = hub.client(agency).await;
            give_units(&hub.client(OPERATOR).await, agency).await;
            for person in STAFF {
                register(&chief, &format!("staff-{}", person.id), person)
                    .await
                    .expect("registered");
                clients.insert((agency.code_text(), person.id), hub.officer(agency, person.id).await);
            }
            clients.insert((agency.code_text(), ""), chief);
        }
        Self { hub, clients }
    }

    /// A client of an officer; of the one whom the agency has from the start if `id` is empty.
    pub(super) fn client(&self, agency: Fixture, id: &str) -> &Client {
        let found = self
            .clients
            .iter()
            .find(|((code, officer), _)| *code == agency.code_text() && *officer == id);
        found.expect("one of the staff").1
    }

    /// Sends a freeze and assigns it.
    pub(super) async fn send(&self, by: &'static str, officer: &'static str, unit: &'static str, key: &str) -> Sent {
        let order = documents::order(&kind("account-freeze"), key, THADS, &[BANK]);
        let reply = self
            .client(THADS, by)
            .requests()
            .submit(submit(&order))
            .await
            .expect("accepted");
        let id = reply.into_inner().receipts[0].enforcement_request_id.clone();
        if !(officer.is_empty() && unit.is_empty()) {
            let assign = assign(&format!("{key}-assign"), &id, officer, unit);
            self.client(BANK, "").requests().assign(assign).await.expect("assigned");
        }
        Sent { id, by, officer, unit }
    }

    /// Sends all of [`SENT`].
    pub(super) async fn send_all(&self) -> Vec<Sent> {
        let mut sent = Vec::new();
        for (number, (by, officer, unit)) in SENT.into_iter().enumerate() {
            sent.push(self.send(by, officer, unit, &format!("sent-{number:04}")).await);
        }
        sent
    }

    /// Takes the freeze's final answer in the name of the whole bank; it registers the request and makes a measure.
    pub(super) async fn answer(&self, sent: &Sent, key: &str) {
        let answer = documents::answer(&kind("account-freeze"), "HELD_FULL", key, BANK, &sent.id);
        let message = v1::AnswerRequest {
            content: Some(v1::answer_request::Content::Document(answer.to_string())),
            expected_version: 0,
        };
        self.client(BANK, "")
            .requests()
            .answer(message)
            .await
            .expect("answered");
    }
}

/// An assignment to an officer, a unit or both.
pub(super) fn assign(key: &str, id: &str, officer: &str, unit: &str) -> v1::AssignRequest {
    v1::AssignRequest {
        idempotency_key: key.to_owned(),
        enforcement_request_id: id.to_owned(),
        officer_id: officer.to_owned(),
        unit_id: unit.to_owned(),
        ..Default::default()
    }
}

/// Registers an officer of the client's agency, or registers him anew.
pub(super) async fn register(client: &Client, key: &str, person: Person) -> Result<v1::Receipt, Status> {
    let message = v1::RegisterOfficerRequest {
        idempotency_key: key.to_owned(),
        agency_code: String::new(),
        officer: Some(person.on_wire()),
    };
    let reply = client.agencies().register_officer(message).await?;
    Ok(reply.into_inner().receipt.expect("a receipt"))
}

async fn give_units(operator: &Client, agency: Fixture) {
    let ask = v1::GetAgencyRequest {
        code: agency.code_text().to_owned(),
    };
    let found = operator
        .agencies()
        .get_agency(ask)
        .await
        .expect("an agency")
        .into_inner();
    let mut whole = found.agency.expect("an agency");
    whole.units.extend(["p1", "p2"].map(|id| v1::Unit {
        unit_id: id.to_owned(),
        name: format!("Phòng {id}"),
        territory: Vec::new(),
    }));
    let update = v1::UpdateAgencyRequest {
        idempotency_key: format!("units-{}", agency.code_text()),
        agency: Some(whole),
    };
    operator.agencies().update_agency(update).await.expect("updated");
}
