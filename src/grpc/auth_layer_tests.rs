//! Every method against bad credentials: refused before the handler runs and before the body is read.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lienthong_proto::Rpc;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{Layer as _, Service as _, service_fn};

use super::auth_layer::AuthLayer;
use crate::auth::peer::PeerIdentity;
use crate::auth::policy::{RoleRule, policy};
use crate::auth::principal::Principal;
use crate::auth::test_registry::{Member, Registry};
use crate::domain::agency::{Officer, Scope};

struct Outcome {
    reached: bool,
    code: Code,
    reason: String,
}

/// A body that fails the test when it is read.
struct Untouched;

impl http_body::Body for Untouched {
    type Data = bytes::Bytes;
    type Error = Status;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Status>>> {
        panic!("the body was read")
    }
}

async fn call(registry: &Registry, path: &str, peer: Option<PeerIdentity>, tokens: &[String]) -> Outcome {
    let reached = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&reached);
    let needs_principal = Rpc::from_path(path);
    let handler = service_fn(move |request: http::Request<Body>| {
        counter.fetch_add(1, Ordering::SeqCst);
        assert_eq!(
            request.extensions().get::<Arc<Principal>>().is_some(),
            needs_principal.is_some()
        );
        assert_eq!(request.extensions().get::<Rpc>().copied(), needs_principal);
        std::future::ready(Ok::<_, Infallible>(http::Response::new(Body::empty())))
    });
    let mut service = AuthLayer::new(Arc::clone(&registry.authenticator)).layer(handler);
    let mut request = http::Request::post(path).body(Body::new(Untouched)).unwrap();
    for token in tokens {
        request.headers_mut().append("authorization", token.parse().unwrap());
    }
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    let response = service.call(request).await.unwrap();
    let status = Status::from_header_map(response.headers());
    let reason = status
        .as_ref()
        .and_then(StatusExt::get_details_error_info)
        .map_or(String::new(), |info| {
            info.metadata.get("reason").cloned().unwrap_or(info.reason)
        });
    Outcome {
        reached: reached.load(Ordering::SeqCst) == 1,
        code: status.map_or(Code::Ok, |status| status.code()),
        reason,
    }
}

async fn call_as(registry: &Registry, path: &str, member: &Member) -> Outcome {
    call(registry, path, Some(member.peer()), &[member.bearer(&registry.clock)]).await
}

#[tokio::test]
async fn no_method_is_reached_without_good_credentials() {
    let registry = Registry::new().await;
    let (bank, court) = (&registry.bank, &registry.court);
    let good = bank.bearer(&registry.clock);
    let stranger = PeerIdentity {
        certificate_fingerprint: [9; 32],
        ..bank.peer()
    };
    let mut forged = good.clone();
    forged.replace_range(forged.len() - 4.., "AAAA");
    let bad: [(Option<PeerIdentity>, &[String], &str); 9] = [
        (None, std::slice::from_ref(&good), "no_certificate"),
        (Some(stranger), std::slice::from_ref(&good), "not_registered"),
        (Some(bank.peer()), &[], "missing"),
        (Some(bank.peer()), &[String::new()], "wrong_scheme"),
        (Some(bank.peer()), &["Basic YTpi".to_owned()], "wrong_scheme"),
        (Some(bank.peer()), &[good.clone(), good.clone()], "wrong_scheme"),
        (Some(bank.peer()), &["Bearer a.b.c".to_owned()], "malformed"),
        (Some(bank.peer()), &[forged], "bad_signature"),
        (Some(court.peer()), std::slice::from_ref(&good), "certificate_mismatch"),
    ];
    for &rpc in Rpc::ALL {
        for (peer, tokens, reason) in &bad {
            let outcome = call(&registry, rpc.path(), *peer, tokens).await;
            assert!(!outcome.reached, "{rpc:?} {reason}");
            assert_eq!(
                (outcome.code, outcome.reason.as_str()),
                (Code::Unauthenticated, *reason),
                "{rpc:?}"
            );
        }
    }
}

#[tokio::test]
async fn every_method_is_reached_by_exactly_the_roles_of_its_policy() {
    let registry = Registry::new().await;
    for &rpc in Rpc::ALL {
        assert!(
            call_as(&registry, rpc.path(), &registry.operator).await.reached,
            "{rpc:?}"
        );
        let outcome = call_as(&registry, rpc.path(), &registry.bank).await;
        if matches!(policy(rpc).roles, RoleRule::Operator | RoleRule::Overseer) {
            assert!(!outcome.reached, "{rpc:?}");
            assert_eq!(
                (outcome.code, outcome.reason.as_str()),
                (Code::PermissionDenied, "METHOD_NOT_ALLOWED")
            );
        } else {
            assert!(outcome.reached, "{rpc:?}");
        }
    }
}

/// What belongs to an agency as a whole. A method that is added here or taken out is a decision.
const NEED_ALL: [Rpc; 46] = [
    Rpc::SuspensionServicePublishMaintenance,
    Rpc::SuspensionServiceRecordOutage,
    Rpc::SuspensionServiceSuspendClocks,
    Rpc::SuspensionServiceEndSuspension,
    Rpc::SandboxServiceAdvanceClock,
    Rpc::AdminServiceListOperatorActions,
    Rpc::AgencyServiceCreateAgency,
    Rpc::AgencyServiceUpdateAgency,
    Rpc::AgencyServiceSuspendAgency,
    Rpc::AgencyServiceRegisterOfficer,
    Rpc::AgencyServiceEndOfficer,
    Rpc::AgencyServiceRegisterCredential,
    Rpc::AgencyServiceRevokeCredential,
    Rpc::CalendarServiceImportCalendarDays,
    Rpc::EvidenceServiceProposeErasure,
    Rpc::EvidenceServiceDecideErasure,
    Rpc::EvidenceServiceListErasures,
    Rpc::EvidenceServiceListErasable,
    Rpc::MailboxServicePull,
    Rpc::MailboxServiceSubscribe,
    Rpc::MailboxServiceAdvance,
    Rpc::MailboxServiceSeek,
    Rpc::NoticeServiceListNotices,
    Rpc::NoticeServiceConfirmNotice,
    Rpc::NoticeServiceDiscardNotice,
    Rpc::ReportBookServiceClosePeriod,
    Rpc::ReportBookServiceGetPeriodFigures,
    Rpc::ReportBookServiceListClosings,
    Rpc::ReportBookServiceSetTargets,
    Rpc::ReportBookServiceListTargets,
    Rpc::ReportBookServiceSetCampaign,
    Rpc::ReportBookServiceListCampaigns,
    Rpc::ReportServiceRunReport,
    Rpc::RequestServiceRegisterMeasures,
    Rpc::SupervisionServiceListAgencyReads,
    Rpc::SupervisionServiceGetReadStatistics,
    Rpc::TrackingServiceGetScorecard,
    Rpc::TrackingServiceQueryResponseTimes,
    Rpc::WebhookServiceListEndpoints,
    Rpc::WebhookServiceListDeliveries,
    Rpc::WebhookServiceRegisterEndpoint,
    Rpc::WebhookServiceUpdateEndpoint,
    Rpc::WebhookServiceRotateEndpointKey,
    Rpc::WebhookServiceRemoveEndpoint,
    Rpc::WebhookServiceReplayDeliveries,
    Rpc::WebhookServiceSendTestEvent,
];

#[tokio::test]
async fn every_method_is_reached_by_exactly_the_scopes_of_its_policy() {
    let registry = Registry::new().await;
    let operator = &registry.operator;
    for &scope in Scope::ALL {
        let officer = Officer {
            scope,
            ..operator.officer.clone()
        };
        registry.put(&[], &[officer], &[]).await;
        for &rpc in Rpc::ALL {
            let needs_all = NEED_ALL.contains(&rpc);
            assert_eq!(
                policy(rpc).scope,
                if needs_all { Scope::All } else { Scope::Own },
                "{rpc:?}"
            );
            let outcome = call_as(&registry, rpc.path(), operator).await;
            let told = (outcome.reached, outcome.code, outcome.reason.as_str());
            if scope >= policy(rpc).scope {
                assert_eq!(told, (true, Code::Ok, ""), "{rpc:?} {scope}");
            } else {
                let refused = (false, Code::PermissionDenied, "OFFICER_SCOPE_TOO_NARROW");
                assert_eq!(told, refused, "{rpc:?} {scope}");
            }
        }
    }
}

#[tokio::test]
async fn health_and_reflection_need_a_registered_connection_and_no_token() {
    let registry = Registry::new().await;
    for path in [
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ] {
        assert!(
            call(&registry, path, Some(registry.bank.peer()), &[]).await.reached,
            "{path}"
        );
        let stranger = PeerIdentity {
            certificate_fingerprint: [9; 32],
            ..registry.bank.peer()
        };
        for peer in [None, Some(stranger)] {
            let outcome = call(&registry, path, peer, &[]).await;
            assert_eq!(
                (outcome.reached, outcome.code),
                (false, Code::Unauthenticated),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn an_unknown_method_is_told_only_to_a_registered_connection() {
    let registry = Registry::new().await;
    for path in [
        "/",
        "/x",
        "/lienthong.hub.v1.RequestService/Delete",
        "/lienthong.hub.v1.RequestService/submit",
    ] {
        let known = call(&registry, path, Some(registry.bank.peer()), &[]).await;
        assert_eq!((known.reached, known.code), (false, Code::Unimplemented), "{path}");
        let unknown = call(&registry, path, None, &[]).await;
        assert_eq!(
            (unknown.reached, unknown.code),
            (false, Code::Unauthenticated),
            "{path}"
        );
    }
}
