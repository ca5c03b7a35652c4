//! Supervisors above the agencies of the tests, and two requests under them.

use std::collections::BTreeMap;

use lienthong::client::pki::KeyedCertificate;
use lienthong::domain::agency::Role;
use lienthong::grpc::convert::vocabulary::OnWire as _;
use lienthong_proto::{Rpc, v1};
use prost::Message;
use tonic::Status;

use crate::harness::agencies::{BANK, BANK_2, OPERATOR, PROCURACY_37, THADS, THADS_37};
use crate::harness::commands::kind;
use crate::harness::hub::{Client, validity};
use crate::harness::{Fixture, TestDatabase, TestHub, documents};
use crate::rpc::same_key::submit;

/// Cục Quản lý THADS, above THADS.
pub(super) const ADMINISTRATION: Fixture = Fixture::another("GIA-LAP.CUC.00", Role::EnforcementAdmin, "79");
/// The committee of THADS's province.
pub(super) const COMMITTEE: Fixture = Fixture::another("GIA-LAP.BCD.01", Role::SteeringCommittee, "01");
/// A procuracy elsewhere, above that of province 37.
pub(super) const HIGHER_PROCURACY: Fixture = Fixture::another("GIA-LAP.VKS.00", Role::Procuracy, "79");
/// A bank above BANK.
pub(super) const HEAD_OFFICE: Fixture = Fixture::another("GIA-LAP.NH.970000", Role::Bank, "79");

/// A request that does not exist.
pub(super) const MISSING: &str = "req_019aa9c0a1007000800000000000abcd";

/// A hub with supervisors, and a freeze of each of two enforcement agencies.
pub(super) struct World {
    pub(super) hub: TestHub,
    /// Of THADS (province 01) at BANK.
    pub(super) near: String,
    /// Of THADS_37 at BANK_2.
    pub(super) far: String,
    /// Of the supervisors beside those that every test has.
    keys: BTreeMap<&'static str, KeyedCertificate>,
}

impl World {
    pub(super) async fn start(database: &TestDatabase) -> Self {
        let hub = TestHub::start(database).await;
        let operator = hub.client(OPERATOR).await;
        let mut keys = BTreeMap::new();
        for supervisor in [ADMINISTRATION, COMMITTEE, HIGHER_PROCURACY, HEAD_OFFICE] {
            keys.insert(supervisor.code_text(), create(&hub, &operator, supervisor).await);
        }
        for (under, above) in [
            (THADS, ADMINISTRATION),
            (PROCURACY_37, HIGHER_PROCURACY),
            (BANK, HEAD_OFFICE),
        ] {
            subordinate(&operator, under, above).await;
        }
        let near = send(&hub, THADS, BANK, "near-00001").await;
        let far = send(&hub, THADS_37, BANK_2, "far-000001").await;
        Self { hub, near, far, keys }
    }

    /// A client of an agency's first officer.
    pub(super) async fn client(&self, agency: Fixture) -> Client {
        self.officer(agency, agency.officer_text()).await
    }

    /// A client of another of its officers.
    pub(super) async fn officer(&self, agency: Fixture, officer: &str) -> Client {
        let own = self.keys.get(agency.code_text());
        let keys = own.unwrap_or_else(|| self.hub.keys(agency));
        self.hub.officer_with(agency, officer, keys).await
    }

    pub(super) async fn get(&self, client: &Client, id: &str) -> Result<v1::GetSupervisedResponse, Status> {
        self.get_for(client, id, "").await
    }

    pub(super) async fn get_for(
        &self,
        client: &Client,
        id: &str,
        purpose: &str,
    ) -> Result<v1::GetSupervisedResponse, Status> {
        let asked = v1::GetSupervisedRequest {
            enforcement_request_id: id.to_owned(),
            purpose: purpose.to_owned(),
            include_documents: true,
        };
        ask(client, Rpc::SupervisionServiceGetSupervised, &asked).await
    }

    pub(super) async fn list(&self, client: &Client, filter: &str) -> Result<Vec<String>, Status> {
        let asked = v1::ListSupervisedRequest {
            filter: filter.to_owned(),
            ..Default::default()
        };
        let reply: v1::ListSupervisedResponse = ask(client, Rpc::SupervisionServiceListSupervised, &asked).await?;
        let ids = reply
            .enforcement_requests
            .into_iter()
            .map(|request| request.enforcement_request_id);
        Ok(ids.collect())
    }

    pub(super) async fn events(&self, client: &Client, id: &str) -> Result<v1::ListSupervisedEventsResponse, Status> {
        let asked = v1::ListSupervisedEventsRequest {
            enforcement_request_id: id.to_owned(),
            ..Default::default()
        };
        ask(client, Rpc::SupervisionServiceListSupervisedEvents, &asked).await
    }
}

/// Calls a method.
pub(super) async fn ask<Q: Message, A: Message + Default>(client: &Client, rpc: Rpc, message: &Q) -> Result<A, Status> {
    let reply = client.send(rpc, message).await?;
    Ok(A::decode(reply.as_slice()).expect("a reply"))
}

/// Opens a request; gives its id.
pub(super) async fn send(hub: &TestHub, from: Fixture, to: Fixture, key: &str) -> String {
    let order = documents::order(&kind("account-freeze"), key, from, &[to]);
    let reply = hub
        .client(from)
        .await
        .requests()
        .submit(submit(&order))
        .await
        .expect("accepted");
    reply.into_inner().receipts[0].enforcement_request_id.clone()
}

/// Lets the operator create a supervisor; gives its keys.
async fn create(hub: &TestHub, operator: &Client, supervisor: Fixture) -> KeyedCertificate {
    let keys = hub
        .authority
        .issue_client(supervisor.code_text(), validity())
        .expect("a certificate");
    let agency = supervisor.agency();
    let officer = supervisor.officer();
    let purposes = [v1::CredentialPurpose::Tls, v1::CredentialPurpose::Token];
    let message = v1::CreateAgencyRequest {
        idempotency_key: format!("create-{}", supervisor.code_text()),
        agency: Some(v1::Agency {
            code: agency.code.to_string(),
            role: agency.role.to_wire(),
            name: agency.name,
            province_code: agency.province_code,
            channel: v1::Channel::Digital.into(),
            ..Default::default()
        }),
        first_officer: Some(v1::Officer {
            officer_id: officer.id.to_string(),
            full_name: officer.full_name,
            position: officer.position,
            valid_from: "2026-01-01".to_owned(),
            ..Default::default()
        }),
        credentials: vec![v1::NewCredential {
            certificate_pem: keys.certificate.clone(),
            purposes: purposes.map(i32::from).to_vec(),
            officer_id: String::new(),
        }],
    };
    operator.agencies().create_agency(message).await.expect("created");
    keys
}

/// Puts an agency under another.
pub(super) async fn subordinate(operator: &Client, under: Fixture, above: Fixture) {
    let asked = v1::GetAgencyRequest {
        code: under.code_text().to_owned(),
    };
    let found = operator
        .agencies()
        .get_agency(asked)
        .await
        .expect("an agency")
        .into_inner();
    let message = v1::UpdateAgencyRequest {
        idempotency_key: format!("under-{}-{}", under.code_text(), above.code_text()),
        agency: Some(v1::Agency {
            parent_code: above.code_text().to_owned(),
            ..found.agency.expect("an agency")
        }),
    };
    operator.agencies().update_agency(message).await.expect("updated");
}

/// Registers an officer of a supervisor.
pub(super) async fn add_officer(client: &Client, id: &str, scope: v1::OfficerScope) {
    let officer = v1::Officer {
        officer_id: id.to_owned(),
        full_name: "Đinh Thị Dự".to_owned(),
        position: "Chuyên viên".to_owned(),
        valid_from: "2026-01-01".to_owned(),
        scope: scope.into(),
        ..Default::default()
    };
    let message = v1::RegisterOfficerRequest {
        idempotency_key: format!("officer-{id}"),
        agency_code: String::new(),
        officer: Some(officer),
    };
    client.agencies().register_officer(message).await.expect("registered");
}
