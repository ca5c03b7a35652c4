//! Traces, as a collector gets them over OTLP: every call with its parts, under the caller's own trace if it has one, and
//! nobody's data.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use lienthong::client::channel::{HubAddress, HubChannel, connect, with_tokens};
use lienthong::client::pki::KeyedCertificate;
use lienthong::client::token::{TokenMinter, TokenSubject};
use lienthong::server::clock::SystemClock;
use lienthong::server::random::OsRandom;
use lienthong_proto::v1;
use lienthong_proto::v1::request_service_client::RequestServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

use super::get;
use super::serving::{Served, configure_with, texts};
use crate::cli::Desk;
use crate::harness::agencies::{ALL, BANK, Fixture, THADS};
use crate::harness::ledger::HUB;

/// What came.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().expect("a lock").push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// A collector that listens.
    async fn start() -> (Self, SocketAddr) {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("its address");
        let collector = Self::default();
        let service = TraceServiceServer::new(collector.clone());
        let serving = tonic::transport::Server::builder()
            .add_service(service)
            .serve_with_incoming(TcpListenerStream::new(listener));
        tokio::spawn(serving);
        (collector, address)
    }

    fn spans(&self) -> Vec<Span> {
        let came = self.0.lock().expect("a lock");
        let scopes = came
            .iter()
            .flat_map(|request| &request.resource_spans)
            .flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }

    /// Everything that came, as bytes.
    fn bytes(&self) -> Vec<u8> {
        let came = self.0.lock().expect("a lock");
        came.iter().flat_map(prost::Message::encode_to_vec).collect()
    }
}

/// A client of an agency, with the keys of its profile.
async fn client(desk: &Desk, agency: Fixture) -> RequestServiceClient<HubChannel> {
    let file = |name: &str| std::fs::read_to_string(desk.path(name)).expect("a file");
    let code = agency.code_text();
    let keys = KeyedCertificate {
        certificate: file(&format!("{code}.pem")),
        key: file(&format!("{code}.key")),
    };
    let hub = HubAddress {
        uri: format!("https://localhost:{}", desk.listens_at().port()),
        server_name: None,
        ca: file("ca.pem"),
    };
    let clock = Arc::new(SystemClock);
    let channel = connect(&hub, &keys, clock.clone()).await.expect("a connection");
    let subject = TokenSubject {
        agency: agency.code(),
        officer: agency.officer_id(),
        roles: Vec::new(),
        hub_id: HUB.to_owned(),
    };
    let minter = TokenMinter::new(subject, &keys, &keys.certificate, clock, Arc::new(OsRandom));
    RequestServiceClient::new(with_tokens(channel, Arc::new(minter.expect("a minter"))))
}

/// A text among the attributes of a span.
fn text(span: &Span, name: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == name)?;
    let Any::StringValue(text) = attribute.value.as_ref()?.value.as_ref()? else {
        return None;
    };
    Some(text.clone())
}

backends! {
    async fn every_call_is_traced_with_its_parts_and_names_nobody(database) {
        let (collector, address) = Collector::start().await;
        let mut desk = Desk::open(&database).await;
        let listen = desk.listens_at();
        desk.stop_hub().await;
        let folder = desk.path("");
        let more = format!("[traces]\nendpoint = \"http://{address}\"\n");
        configure_with(&folder, &database, &listen.to_string(), &more);
        let served = tokio::task::spawn_blocking({
            let folder = folder.clone();
            move || Served::start(&folder)
        });
        let served = served.await.expect("it serves");
        assert_eq!(get(served.metrics, "/healthz/ready").await.status, 200);
        let id = desk.order("account-freeze", THADS, BANK, "order.json").await;
        desk.ask(BANK, &["ack", &id]).await;
        desk.run(BANK, &["get", "req_00000000000000000000000000000000"]).await;
        // A partner that traces finds the hub's part under its own trace.
        let mine = "4bf92f3577b34da6a3ce929d0e0e4736";
        let mut ask = Request::new(v1::GetRequest { enforcement_request_id: id.clone(), ..Default::default() });
        let parent = format!("00-{mine}-00f067aa0ba902b7-00");
        ask.metadata_mut().insert("traceparent", parent.parse().expect("a value"));
        client(&desk, BANK).await.get(ask).await.expect("the bank's");
        let log = tokio::task::spawn_blocking(move || served.stop()).await.expect("it stops");

        let spans = collector.spans();
        let call = |method: &str, code: &str| {
            let found = spans.iter().find(|span| span.name == method && text(span, "code").as_deref() == Some(code));
            found.unwrap_or_else(|| panic!("{method} {code}: {spans:#?}"))
        };
        let submit = call("RequestService/Submit", "OK");
        assert_eq!(text(submit, "agency").as_deref(), Some(THADS.code_text()));
        assert_eq!((text(submit, "role").as_deref(), submit.kind), (Some("ENFORCEMENT"), 2));
        let parts: Vec<&str> = spans
            .iter()
            .filter(|span| span.trace_id == submit.trace_id && span.parent_span_id == submit.span_id)
            .map(|span| span.name.as_str())
            .collect();
        assert_eq!(parts, ["authenticate", "ledger.execute"]);
        call("RequestService/Get", "NOT_FOUND");
        let under_mine: Vec<&Span> = spans
            .iter()
            .filter(|span| span.trace_id == 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes())
            .collect();
        let root = under_mine.iter().find(|span| span.name == "RequestService/Get").expect("my call");
        assert_eq!(root.parent_span_id, 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes());
        assert_eq!(text(root, "request_id").as_deref(), Some(mine));
        assert!(spans.iter().any(|span| span.name == "ledger.batch" && span.parent_span_id.is_empty()));
        // The log goes on as without traces, and shows nothing of them.
        assert!(log.contains(mine) && !log.contains("otel") && !log.contains("ledger.execute"), "{log}");

        let mut personal = Vec::new();
        texts(&desk.json("order.json")["payload"], &mut personal);
        for fixture in ALL {
            personal.extend([fixture.officer_id().to_string(), fixture.officer().full_name]);
        }
        let bytes = collector.bytes();
        assert!(bytes.len() > 1_000);
        for text in personal {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "the traces hold {text}");
        }
    }

    async fn a_collector_that_is_away_holds_up_nothing(database) {
        let mut desk = Desk::open(&database).await;
        let listen = desk.listens_at();
        desk.stop_hub().await;
        let folder = desk.path("");
        // Nobody listens there.
        configure_with(&folder, &database, &listen.to_string(), "[traces]\nendpoint = \"http://127.0.0.1:9\"\n");
        let served = tokio::task::spawn_blocking({
            let folder = folder.clone();
            move || Served::start(&folder)
        });
        let served = served.await.expect("it serves");
        let id = desk.order("account-freeze", THADS, BANK, "order.json").await;
        desk.ask(BANK, &["ack", &id]).await;
        assert_eq!(get(served.metrics, "/healthz/ready").await.status, 200);
        tokio::task::spawn_blocking(move || served.stop()).await.expect("it stops in order");
    }
}
