//! gRPC: decode, call `app`, encode. The only place in the hub that knows `tonic::Status`.

pub mod admin_service;
pub mod agency_service;
pub mod auth_layer;
mod bundle;
pub mod calendar_service;
mod caller;
pub mod case_service;
pub mod catalogue_service;
pub mod convert;
pub mod document_service;
mod erasure;
pub mod evidence_service;
pub mod mailbox_service;
pub mod notice_service;
mod page;
pub(crate) mod refusal;
pub mod report_book_service;
pub mod report_service;
pub mod request_service;
pub mod sandbox_service;
pub mod status;
mod subscription;
pub mod supervision_service;
pub mod suspension_service;
pub mod tracking_service;
pub mod webhook_service;

#[cfg(test)]
mod auth_layer_tests;
#[cfg(test)]
mod services_tests;
