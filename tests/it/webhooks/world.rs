//! A hub with webhooks turned on, a partner with a receiver, and orders that come to the partner.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use lienthong::app::webhooks::WebhookLimits;
use lienthong::client::pki::{Authority, KeyedCertificate, Validity};
use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::domain::webhook::address::AddressRules;
use lienthong::server::clock::SystemClock;
use lienthong::server::settings::HubSettings;
use lienthong::server::webhooks::{Resolver, WebhookSettings};
use lienthong_proto::v1;
use lienthong_proto::v1::webhook_service_client::WebhookServiceClient;
use tempfile::TempDir;
use tonic::Status;

use super::receiver::Receiver;
use crate::harness::agencies::{BANK, LAND_OFFICE, THADS};
use crate::harness::commands::kind;
use crate::harness::hub::{Client, settings};
use crate::harness::{Fixture, TestDatabase, TestHub, documents};
use crate::rpc::same_key::submit;

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const HOUR: i64 = 3_600 * SECOND;

/// Names that a test knows.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<BTreeMap<String, Vec<IpAddr>>>);

impl Names {
    pub(super) fn set(&self, name: &str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|text| text.parse().expect("an address")).collect();
        self.0.lock().expect("whole").insert(name.to_owned(), addresses);
    }
}

impl Resolver for Names {
    fn addresses<'a>(&'a self, name: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        let found = self.0.lock().expect("whole").get(name).cloned();
        Box::pin(async move { found.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

/// What receivers need.
pub(super) struct Partners {
    pub(super) authority: Authority,
    pub(super) names: Arc<Names>,
    folder: TempDir,
}

impl Partners {
    pub(super) fn new() -> Self {
        let authority = Authority::new("CA của bên nhận báo", validity()).expect("an authority");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), authority.certificate_pem()).expect("a file");
        let names = Arc::new(Names::default());
        names.set("localhost", &["127.0.0.1"]);
        Self {
            authority,
            names,
            folder,
        }
    }

    /// The file of the authority that they believe in.
    pub(super) fn authorities(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub(super) fn keys(&self) -> KeyedCertificate {
        self.authority.issue_server(validity()).expect("a certificate")
    }

    pub(super) async fn receiver(&self) -> Receiver {
        Receiver::start(Some(&self.keys())).await
    }

    /// How a hub calls them: this machine is allowed.
    pub(super) fn settings(&self) -> WebhookSettings {
        let rules = AddressRules {
            networks: vec!["127.0.0.0/8".parse().expect("a network")],
            ports: "1-65535".parse().expect("ports"),
            plain: false,
        };
        WebhookSettings {
            limits: WebhookLimits {
                on: true,
                rules,
                ..WebhookLimits::default()
            },
            authorities: Some(self.authorities()),
            resolver: self.names.clone(),
        }
    }
}

/// Certificates of receivers are checked by the time of the machine.
pub(super) fn validity() -> Validity {
    Validity::days(SystemClock.now(), 7)
}

/// A hub with its partners.
pub(super) struct World {
    pub(super) hub: TestHub,
    pub(super) partners: Partners,
}

impl World {
    pub(super) async fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, |_| ()).await
    }

    pub(super) async fn start_with(database: &TestDatabase, change: impl FnOnce(&mut WebhookSettings)) -> Self {
        let partners = Partners::new();
        let mut webhooks = partners.settings();
        change(&mut webhooks);
        let hub = TestHub::start_with(database, |settings| settings.webhooks = webhooks).await;
        Self { hub, partners }
    }

    /// Settings of another hub on this database.
    pub(super) fn again(&self, database: &TestDatabase) -> HubSettings {
        HubSettings {
            webhooks: self.partners.settings(),
            ..settings(database, &self.hub.authority)
        }
    }

    pub(super) async fn partner(&self, agency: Fixture) -> Partner {
        Partner(self.hub.client(agency).await)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.hub.clock.now()
    }

    /// Moves the clock.
    pub(super) fn pass(&self, micros: i64) {
        self.hub.clock.advance_micros(micros);
    }

    /// Sends an order to BANK, in the lane NORMAL; gives its request.
    pub(super) async fn freeze(&self, key: &str) -> String {
        self.order("account-freeze", BANK, key).await
    }

    /// Sends an order to the land office.
    pub(super) async fn land(&self, key: &str) -> String {
        self.order("land-information", LAND_OFFICE, key).await
    }

    async fn order(&self, code: &str, to: Fixture, key: &str) -> String {
        let order = documents::order(&kind(code), key, THADS, &[to]);
        let sender = self.hub.client(THADS).await;
        let reply = sender.requests().submit(submit(&order)).await.expect("accepted");
        reply.into_inner().receipts[0].enforcement_request_id.clone()
    }
}

/// An agency that is called.
#[derive(Debug, Clone)]
pub(super) struct Partner(pub(super) Client);

impl Partner {
    pub(super) fn service(&self) -> WebhookServiceClient<lienthong::client::channel::HubChannel> {
        self.0.webhooks()
    }

    pub(super) async fn try_register(
        &self,
        message: v1::RegisterEndpointRequest,
    ) -> Result<v1::RegisterEndpointResponse, Status> {
        let reply = self.service().register_endpoint(message).await;
        reply.map(tonic::Response::into_inner)
    }

    /// Registers a receiver with the key `key`.
    pub(super) async fn register(
        &self,
        receiver: &Receiver,
        key: &str,
        signing: v1::WebhookSigning,
    ) -> v1::RegisterEndpointResponse {
        self.try_register(registration(&url(receiver), key, signing))
            .await
            .expect("registered")
    }

    /// Its one endpoint.
    pub(super) async fn endpoint(&self) -> v1::WebhookEndpoint {
        let mut endpoints = self.endpoints().await;
        assert_eq!(endpoints.len(), 1);
        endpoints.remove(0)
    }

    pub(super) async fn endpoints(&self) -> Vec<v1::WebhookEndpoint> {
        let reply = self.service().list_endpoints(v1::ListEndpointsRequest {}).await;
        reply.expect("a list").into_inner().endpoints
    }

    pub(super) async fn deliveries(&self, endpoint_id: &str) -> Vec<v1::WebhookDelivery> {
        let ask = v1::ListDeliveriesRequest {
            endpoint_id: endpoint_id.to_owned(),
            page_size: 200,
            ..Default::default()
        };
        let reply = self.service().list_deliveries(ask).await;
        reply.expect("a list").into_inner().deliveries
    }

    pub(super) async fn test(&self, endpoint_id: &str) -> v1::SendTestEventResponse {
        let ask = v1::SendTestEventRequest {
            endpoint_id: endpoint_id.to_owned(),
        };
        self.service().send_test_event(ask).await.expect("sent").into_inner()
    }

    pub(super) async fn update(
        &self,
        endpoint: &v1::WebhookEndpoint,
        key: &str,
        enabled: bool,
    ) -> Result<v1::WebhookEndpoint, Status> {
        let message = v1::UpdateEndpointRequest {
            idempotency_key: key.to_owned(),
            endpoint_id: endpoint.endpoint_id.clone(),
            url: endpoint.url.clone(),
            lanes: endpoint.lanes.clone(),
            actions: endpoint.actions.clone(),
            enabled,
        };
        let reply = self.service().update_endpoint(message).await?;
        Ok(reply.into_inner().endpoint.expect("an endpoint"))
    }
}

pub(super) fn url(receiver: &Receiver) -> String {
    format!("https://localhost:{}/hook", receiver.address.port())
}

pub(super) fn registration(url: &str, key: &str, signing: v1::WebhookSigning) -> v1::RegisterEndpointRequest {
    v1::RegisterEndpointRequest {
        idempotency_key: key.to_owned(),
        url: url.to_owned(),
        signing: signing.into(),
        ..Default::default()
    }
}
