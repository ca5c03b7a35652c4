//! Every service that the hub offers, with the limits on their messages.

use std::sync::Arc;

use lienthong_proto::v1::admin_service_server::AdminServiceServer;
use lienthong_proto::v1::agency_service_server::AgencyServiceServer;
use lienthong_proto::v1::calendar_service_server::CalendarServiceServer;
use lienthong_proto::v1::case_service_server::CaseServiceServer;
use lienthong_proto::v1::catalogue_service_server::CatalogueServiceServer;
use lienthong_proto::v1::document_service_server::DocumentServiceServer;
use lienthong_proto::v1::evidence_service_server::EvidenceServiceServer;
use lienthong_proto::v1::mailbox_service_server::MailboxServiceServer;
use lienthong_proto::v1::notice_service_server::NoticeServiceServer;
use lienthong_proto::v1::report_book_service_server::ReportBookServiceServer;
use lienthong_proto::v1::report_service_server::ReportServiceServer;
use lienthong_proto::v1::request_service_server::RequestServiceServer;
use lienthong_proto::v1::sandbox_service_server::SandboxServiceServer;
use lienthong_proto::v1::supervision_service_server::SupervisionServiceServer;
use lienthong_proto::v1::suspension_service_server::SuspensionServiceServer;
use lienthong_proto::v1::tracking_service_server::TrackingServiceServer;
use lienthong_proto::v1::webhook_service_server::WebhookServiceServer;
use lienthong_proto::{FILE_DESCRIPTOR_SET, Rpc};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};
use tonic_reflection::server::Builder;

use super::settings::ServerLimits;
use super::start_error::StartError;
use crate::app::App;
use crate::app::documents::Documents;
use crate::app::webhooks::Webhooks;
use crate::auth::admission::Admission;
use crate::auth::directory::Authenticator;
use crate::grpc::admin_service::AdminService;
use crate::grpc::agency_service::AgencyService;
use crate::grpc::calendar_service::CalendarService;
use crate::grpc::case_service::CaseService;
use crate::grpc::catalogue_service::CatalogueService;
use crate::grpc::document_service::DocumentService;
use crate::grpc::evidence_service::EvidenceService;
use crate::grpc::mailbox_service::MailboxService;
use crate::grpc::notice_service::NoticeService;
use crate::grpc::report_book_service::ReportBookService;
use crate::grpc::report_service::ReportService;
use crate::grpc::request_service::RequestService;
use crate::grpc::sandbox_service::SandboxService;
use crate::grpc::supervision_service::SupervisionService;
use crate::grpc::suspension_service::SuspensionService;
use crate::grpc::tracking_service::TrackingService;
use crate::grpc::webhook_service::WebhookService;

/// All services over the use cases, within `limits`.
pub(super) fn routes(
    (app, documents, webhooks): (App, Documents, Webhooks),
    authenticator: &Arc<Authenticator>,
    admission: &Arc<Admission>,
    health: &HealthReporter,
    limits: &ServerLimits,
) -> Result<Routes, StartError> {
    let (message_bytes, is_sandbox) = (limits.message_bytes, app.clock.is_sandbox());
    macro_rules! limited {
        ($server:ident, $service:expr) => {
            $server::new($service).max_decoding_message_size(message_bytes)
        };
    }
    let mut routes = Routes::builder();
    routes
        .add_service(limited!(
            RequestServiceServer,
            RequestService::new(
                app.clone(),
                Arc::clone(authenticator),
                Arc::clone(admission),
                message_bytes
            )
        ))
        .add_service(limited!(
            MailboxServiceServer,
            MailboxService::new(app.clone(), Arc::clone(authenticator), limits.accept.stalled_reader)
        ))
        .add_service(limited!(
            DocumentServiceServer,
            DocumentService::new(documents, Arc::clone(authenticator), message_bytes)
        ))
        .add_service(limited!(CatalogueServiceServer, CatalogueService::new(app.clone())))
        .add_service(limited!(CalendarServiceServer, CalendarService::new(app.clone())))
        .add_service(limited!(CaseServiceServer, CaseService::new(app.clone())))
        .add_service(limited!(TrackingServiceServer, TrackingService::new(app.clone())))
        .add_service(limited!(
            ReportServiceServer,
            ReportService::new(app.clone(), Arc::clone(authenticator))
        ))
        .add_service(limited!(AgencyServiceServer, AgencyService::new(app.clone())))
        .add_service(limited!(
            EvidenceServiceServer,
            EvidenceService::new(app.clone(), Arc::clone(authenticator))
        ))
        .add_service(limited!(SupervisionServiceServer, SupervisionService::new(app.clone())))
        .add_service(limited!(SuspensionServiceServer, SuspensionService::new(app.clone())))
        .add_service(limited!(WebhookServiceServer, WebhookService::new(webhooks)))
        .add_service(limited!(ReportBookServiceServer, ReportBookService::new(app.clone())))
        .add_service(limited!(NoticeServiceServer, NoticeService::new(app.clone())))
        .add_service(limited!(AdminServiceServer, AdminService::new(app.clone())))
        .add_service(limited!(
            HealthServer,
            HealthService::from_health_reporter(health.clone())
        ))
        .add_service(reflection(is_sandbox)?.build_v1()?)
        .add_service(reflection(is_sandbox)?.build_v1alpha()?);
    if is_sandbox {
        routes.add_service(limited!(SandboxServiceServer, SandboxService::new(app.clone())));
    }
    Ok(routes.routes())
}

/// The file of the service that sandboxes alone have.
const SANDBOX_FILE: &str = "lienthong/hub/v1/sandbox_service.proto";

fn described(is_sandbox: bool) -> Result<FileDescriptorSet, tonic_reflection::server::Error> {
    let mut described = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET)?;
    described.file.retain(|file| is_sandbox || file.name() != SANDBOX_FILE);
    Ok(described)
}

fn reflection(is_sandbox: bool) -> Result<Builder<'static>, StartError> {
    Ok(Builder::configure()
        .register_file_descriptor_set(described(is_sandbox)?)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET))
}

/// Tells the health of every service, and of the hub as a whole (the empty name).
pub(super) async fn report(health: &HealthReporter, status: ServingStatus, is_sandbox: bool) {
    health.set_service_status("", status).await;
    let mut told = "";
    for rpc in Rpc::ALL {
        let is_offered = is_sandbox || *rpc != Rpc::SandboxServiceAdvanceClock;
        if rpc.service() != told && is_offered {
            told = rpc.service();
            health.set_service_status(told, status).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflection_tells_of_the_service_of_sandboxes_in_a_sandbox_alone() {
        let tells = |is_sandbox| {
            let described = described(is_sandbox).unwrap();
            let mut services = described.file.iter().flat_map(|file| &file.service);
            services.any(|service| service.name() == "SandboxService")
        };
        assert!(tells(true) && !tells(false));
    }
}
