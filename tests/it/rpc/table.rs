//! The table: who may call each RPC, with what message, and what comes of it. [`row`] is a total match, so a new RPC does
//! not compile without its line here.

use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use serde_json::json;

use super::messages::{
    answer_on_paper, bank, bundle_of, calendar_day, close, new_officer, of_the_log, order, receipt_of, restated,
    seek_first, silence_of, stream_order,
};
use super::{cases, clocks, erasing, noticing, report_books, reports, supervised, tracking, webhooks};
use crate::documents::exchange;
use crate::harness::agencies::{BANK, LAND_OFFICE, OPERATOR, THADS};
use crate::harness::commands::kind;
use crate::harness::{Fixture, documents};

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// Nothing that belongs to an agency.
    Nothing,
    /// A freeze of THADS at BANK, just submitted.
    Request,
    /// A broadcast of THADS.
    Broadcast,
    /// The agency BANK.
    Agency,
    /// A document that THADS uploaded and that no request names.
    Document,
}

/// Makes the message of `caller` about `subject`, with a key of its own.
pub(crate) type Make = fn(caller: Fixture, subject: &str, key: &str) -> Vec<u8>;

/// One line of the table. Outcomes are `OK` or the reason of the refusal.
pub(crate) struct Row {
    /// Who has the right.
    pub(crate) caller: Fixture,
    pub(crate) about: About,
    pub(crate) make: Make,
    /// To the caller.
    pub(crate) own: &'static str,
    /// To another agency of the same role.
    pub(crate) foreign: &'static str,
    /// To that agency about something that does not exist.
    pub(crate) missing: &'static str,
}

const NOT_FOUND: &str = "REQUEST_NOT_FOUND";
const WRONG_STATE: &str = "TRANSITION_NOT_ALLOWED";

/// A method that everyone may call and that is about nothing of an agency's.
pub(super) fn open(make: Make) -> Row {
    Row {
        caller: BANK,
        about: About::Nothing,
        make,
        own: "OK",
        foreign: "OK",
        missing: "OK",
    }
}

/// A method about a request, for one of its parties.
pub(super) fn party(caller: Fixture, own: &'static str, make: Make) -> Row {
    Row {
        caller,
        about: About::Request,
        make,
        own,
        foreign: NOT_FOUND,
        missing: NOT_FOUND,
    }
}

/// A method about a document, for its owner.
fn document(make: Make) -> Row {
    let hidden = "DOCUMENT_NOT_FOUND";
    Row {
        caller: THADS,
        about: About::Document,
        make,
        own: "OK",
        foreign: hidden,
        missing: hidden,
    }
}

/// A method for the operator alone. Others are told so before anything is read.
fn operator(make: Make) -> Row {
    let denied = "METHOD_NOT_ALLOWED";
    Row {
        caller: OPERATOR,
        about: About::Agency,
        make,
        own: "OK",
        foreign: denied,
        missing: denied,
    }
}

/// A method on an agency's own officers and certificates.
pub(super) fn own_agency(own: &'static str, make: Make) -> Row {
    let hidden = "AGENCY_NOT_FOUND";
    Row {
        caller: BANK,
        about: About::Agency,
        make,
        own,
        foreign: hidden,
        missing: hidden,
    }
}

/// A message that carries a document.
macro_rules! carrying {
    ($message:ident, $module:ident, $document:expr) => {
        v1::$message {
            content: Some(v1::$module::Content::Document($document.to_string())),
            ..Default::default()
        }
        .encode_to_vec()
    };
}

pub(crate) fn row(rpc: Rpc) -> Row {
    match rpc {
        Rpc::AdminServiceGetServerInfo => open(|_, _, _| v1::GetServerInfoRequest {}.encode_to_vec()),
        Rpc::SandboxServiceAdvanceClock => clocks::advance(),
        Rpc::SuspensionServicePublishMaintenance => clocks::maintenance(),
        Rpc::SuspensionServiceRecordOutage => clocks::outage(),
        Rpc::SuspensionServiceSuspendClocks => clocks::decree(),
        Rpc::SuspensionServiceEndSuspension => clocks::end(),
        Rpc::SuspensionServiceListSuspensions => clocks::list(),
        Rpc::CalendarServiceListCalendarDays => open(|_, _, _| v1::ListCalendarDaysRequest::default().encode_to_vec()),
        Rpc::CalendarServiceImportCalendarDays => Row {
            about: About::Nothing,
            ..operator(calendar_day)
        },
        Rpc::TrackingServiceComputeDeadline => tracking::compute(),
        Rpc::TrackingServiceListDeadlines => tracking::deadlines(),
        Rpc::TrackingServiceGetTimeline => tracking::timeline(),
        Rpc::TrackingServiceGetScorecard => tracking::scorecard(),
        Rpc::TrackingServiceQueryResponseTimes => tracking::response_times(),
        Rpc::ReportBookServiceClosePeriod
        | Rpc::ReportBookServiceGetPeriodFigures
        | Rpc::ReportBookServiceListClosings
        | Rpc::ReportBookServiceSetTargets
        | Rpc::ReportBookServiceListTargets
        | Rpc::ReportBookServiceSetCampaign
        | Rpc::ReportBookServiceListCampaigns => report_books::row(rpc),
        Rpc::ReportServiceListReports => reports::list(),
        Rpc::ReportServiceRunReport => reports::run(),
        Rpc::SupervisionServiceGetSupervisedTimeline => supervised::timeline(),
        Rpc::CaseServiceRegisterCases => cases::register(),
        Rpc::CaseServiceRecordProgress => cases::record(),
        Rpc::CaseServiceGetCase | Rpc::CaseServiceListReleaseDrafts => cases::one(),
        Rpc::CaseServiceListCaseEvents => cases::events(),
        Rpc::CaseServiceListCases => cases::list(),
        Rpc::CatalogueServiceListKinds => open(|_, _, _| v1::ListKindsRequest::default().encode_to_vec()),
        Rpc::CatalogueServiceGetKind => open(|_, _, _| {
            v1::GetKindRequest {
                code: "account-freeze".to_owned(),
                revision: 0,
            }
            .encode_to_vec()
        }),
        Rpc::CatalogueServiceValidate => open(|_, _, key| {
            let order = documents::order(&kind("land-information"), key, THADS, &[LAND_OFFICE]).to_string();
            let document = Some(v1::validate_request::Document::Order(order));
            v1::ValidateRequest {
                document,
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::RequestServiceCheckOrder => open(|caller, _, key| {
            let order = documents::order(&kind("land-information"), key, caller, &[LAND_OFFICE]).to_string();
            let content = Some(v1::check_order_request::Content::Document(order));
            v1::CheckOrderRequest { content }.encode_to_vec()
        }),
        Rpc::MailboxServicePull => open(|_, _, _| v1::PullRequest::default().encode_to_vec()),
        Rpc::MailboxServiceSubscribe => open(|_, _, _| v1::SubscribeRequest::default().encode_to_vec()),
        Rpc::MailboxServiceAdvance => open(|_, _, _| {
            let positions = vec![v1::LanePosition {
                lane: v1::Lane::Normal.into(),
                position: 0,
            }];
            v1::AdvanceRequest {
                cursor: "intake".to_owned(),
                positions,
            }
            .encode_to_vec()
        }),
        Rpc::EvidenceServiceGetReceipt => party(BANK, "OK", receipt_of),
        Rpc::EvidenceServiceGetBundle => party(BANK, "OK", bundle_of),
        Rpc::EvidenceServiceGetSilenceCertificate => party(BANK, "CLOCK_NOT_OVERDUE", silence_of),
        Rpc::EvidenceServiceProposeErasure => erasing::propose(),
        Rpc::EvidenceServiceDecideErasure => erasing::decide(),
        Rpc::EvidenceServiceListErasures | Rpc::EvidenceServiceListErasable => erasing::lists(),
        Rpc::NoticeServiceListNotices => noticing::list(),
        Rpc::NoticeServiceConfirmNotice | Rpc::NoticeServiceDiscardNotice => noticing::decide(),
        Rpc::EvidenceServiceGetCheckpoint
        | Rpc::EvidenceServiceGetInclusionProof
        | Rpc::EvidenceServiceGetConsistencyProof
        | Rpc::EvidenceServiceGetTile
        | Rpc::EvidenceServiceListHubKeys => open(of_the_log(rpc)),
        Rpc::MailboxServiceSeek => open(|_, _, _| seek_first("replay").encode_to_vec()),
        Rpc::AgencyServiceListAgencies => open(|_, _, _| v1::ListAgenciesRequest::default().encode_to_vec()),
        Rpc::RequestServiceList => open(|_, _, _| {
            v1::ListRequest {
                filter: "direction = IN AND state = SUBMITTED".to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        // Names and codes are for everyone; officers and certificates are not (`others_see_no_officers`).
        Rpc::AgencyServiceGetAgency => Row {
            foreign: "OK",
            ..own_agency("OK", |_, code, _| {
                v1::GetAgencyRequest { code: code.to_owned() }.encode_to_vec()
            })
        },
        Rpc::SupervisionServiceGetSupervised => supervised::get(),
        Rpc::SupervisionServiceListSupervised => supervised::list(),
        Rpc::SupervisionServiceListSupervisedEvents => supervised::events(),
        Rpc::SupervisionServiceListReads => supervised::reads(),
        Rpc::SupervisionServiceListAgencyReads => supervised::agency_reads(),
        Rpc::SupervisionServiceGetReadStatistics => supervised::statistics(),
        Rpc::WebhookServiceRegisterEndpoint
        | Rpc::WebhookServiceUpdateEndpoint
        | Rpc::WebhookServiceRotateEndpointKey
        | Rpc::WebhookServiceRemoveEndpoint
        | Rpc::WebhookServiceListEndpoints
        | Rpc::WebhookServiceListDeliveries
        | Rpc::WebhookServiceReplayDeliveries
        | Rpc::WebhookServiceSendTestEvent => webhooks::row(rpc),
        Rpc::AdminServiceListOperatorActions => supervised::operator_actions(),
        Rpc::RequestServiceListMeasures => open(|_, _, _| v1::ListMeasuresRequest::default().encode_to_vec()),
        Rpc::RequestServiceListAccountHolds => open(|_, _, _| super::measures::account_asked()),
        Rpc::RequestServiceListRegister => open(|_, _, _| super::measures::register_asked()),
        // Only its holder and its issuer may register a measure; here the holder is always BANK.
        Rpc::RequestServiceRegisterMeasures => Row {
            foreign: "FIELD_INVALID",
            missing: "FIELD_INVALID",
            ..open(|_, _, key| super::measures::import(key, vec![super::measures::old_freeze(key)]).encode_to_vec())
        },
        // Anyone may upload; a header alone keeps nothing.
        Rpc::DocumentServiceUpload => Row {
            own: "FIELD_INVALID",
            foreign: "FIELD_INVALID",
            missing: "FIELD_INVALID",
            ..open(|_, _, key| exchange::header(key, b"%PDF-1.7").encode_to_vec())
        },
        Rpc::DocumentServiceGetUpload => open(|_, _, key| {
            let header = Some(exchange::of(key, b"%PDF-1.7"));
            v1::GetUploadRequest { header }.encode_to_vec()
        }),
        Rpc::DocumentServiceGetDocument => document(|_, id, _| {
            v1::GetDocumentRequest {
                document_id: id.to_owned(),
            }
            .encode_to_vec()
        }),
        Rpc::DocumentServiceDownload => document(|_, id, _| {
            v1::DownloadRequest {
                document_id: id.to_owned(),
                offset: 0,
            }
            .encode_to_vec()
        }),

        Rpc::RequestServiceSubmit => Row {
            caller: THADS,
            foreign: "KIND_NOT_ALLOWED",
            missing: "KIND_NOT_ALLOWED",
            ..open(order)
        },
        Rpc::RequestServiceSubmitStream => Row {
            caller: THADS,
            foreign: "KIND_NOT_ALLOWED",
            missing: "KIND_NOT_ALLOWED",
            ..open(stream_order)
        },

        Rpc::RequestServiceGet => party(BANK, "OK", |_, id, _| {
            v1::GetRequest {
                enforcement_request_id: id.to_owned(),
                include_documents: true,
            }
            .encode_to_vec()
        }),
        Rpc::RequestServiceListEvents => party(BANK, "OK", |_, id, _| {
            v1::ListEventsRequest {
                enforcement_request_id: id.to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::RequestServiceGetBroadcast => Row {
            caller: THADS,
            about: About::Broadcast,
            make: |_, id, _| {
                v1::GetBroadcastRequest {
                    broadcast_id: id.to_owned(),
                }
                .encode_to_vec()
            },
            own: "OK",
            foreign: "BROADCAST_NOT_FOUND",
            missing: "BROADCAST_NOT_FOUND",
        },
        Rpc::RequestServiceAcknowledge => party(BANK, "OK", |caller, id, key| {
            carrying!(
                AcknowledgeRequest,
                acknowledge_request,
                documents::acknowledge(key, caller, id)
            )
        }),
        Rpc::RequestServiceAnswer => party(BANK, "OK", |caller, id, key| {
            carrying!(
                AnswerRequest,
                answer_request,
                documents::answer(&kind("account-freeze"), "NO_CLIENT", key, caller, id)
            )
        }),
        Rpc::RequestServiceSendBack => party(BANK, "OK", |caller, id, key| {
            carrying!(
                SendBackRequest,
                send_back_request,
                documents::send_back(key, caller, id)
            )
        }),
        Rpc::RequestServiceReport => party(BANK, WRONG_STATE, |caller, id, key| {
            carrying!(ReportRequest, report_request, restated("report", caller, id, key))
        }),
        Rpc::RequestServiceCorrect => party(BANK, WRONG_STATE, |caller, id, key| {
            carrying!(CorrectRequest, correct_request, restated("correct", caller, id, key))
        }),
        Rpc::RequestServiceClarify => party(THADS, WRONG_STATE, |caller, id, key| {
            carrying!(ClarifyRequest, clarify_request, documents::clarify(key, caller, id))
        }),
        Rpc::RequestServiceWithdraw => party(THADS, "OK", |caller, id, key| {
            carrying!(WithdrawRequest, withdraw_request, documents::withdraw(key, caller, id))
        }),
        // Only a recipient that is not connected is served on paper and answered for.
        Rpc::RequestServiceServe => party(THADS, WRONG_STATE, |caller, id, key| {
            let own = json!({ "served_time": "2026-11-20T08:30:00+07:00", "way": "EXPRESS_POST" });
            carrying!(
                ServeRequest,
                serve_request,
                documents::small("serve", key, caller, id, &own)
            )
        }),
        // Its scan was not uploaded.
        Rpc::RequestServiceRecordAnswer => party(THADS, "REFERENCE_NOT_FOUND", |caller, id, key| {
            carrying!(
                RecordAnswerRequest,
                record_answer_request,
                answer_on_paper(caller, id, key)
            )
        }),
        Rpc::RequestServiceAssign => party(BANK, "OK", |caller, id, key| {
            let officer_id = caller.officer_id().to_string();
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            v1::AssignRequest {
                idempotency_key,
                enforcement_request_id,
                officer_id,
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::RequestServiceForward => party(BANK, "OK", |_, id, key| {
            let unit_id = "pgd.hoan-kiem".to_owned();
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            v1::ForwardRequest {
                idempotency_key,
                enforcement_request_id,
                unit_id,
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::RequestServiceAskClarification => party(BANK, WRONG_STATE, |_, id, key| {
            let question = "Đề nghị làm rõ số tài khoản.".to_owned();
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            v1::AskClarificationRequest {
                idempotency_key,
                enforcement_request_id,
                question,
                ..Default::default()
            }
            .encode_to_vec()
        }),
        // No kind has a clock that can be extended yet: the name of the clock is refused.
        Rpc::RequestServiceExtend => party(BANK, "FIELD_INVALID", |_, id, key| {
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            let (deadline_name, reason) = ("answer".to_owned(), "Hồ sơ phức tạp.".to_owned());
            v1::ExtendRequest {
                idempotency_key,
                enforcement_request_id,
                deadline_name,
                reason,
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::RequestServiceDispute => party(THADS, WRONG_STATE, |_, id, key| {
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            let (reason_code, reason) = ("INCOMPLETE".to_owned(), "Chưa trả lời đủ.".to_owned());
            v1::DisputeRequest {
                idempotency_key,
                enforcement_request_id,
                reason_code,
                reason,
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::RequestServiceDecideWithdrawal => party(BANK, WRONG_STATE, |_, id, key| {
            let (idempotency_key, enforcement_request_id) = (key.to_owned(), id.to_owned());
            v1::DecideWithdrawalRequest {
                idempotency_key,
                enforcement_request_id,
                accept: true,
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::RequestServiceClose => party(THADS, WRONG_STATE, close),
        Rpc::AgencyServiceCreateAgency => operator(|_, _, key| {
            let agency = v1::Agency {
                code: format!("GIA-LAP.{key}"),
                channel: v1::Channel::Paper.into(),
                ..bank()
            };
            let idempotency_key = key.to_owned();
            v1::CreateAgencyRequest {
                idempotency_key,
                agency: Some(agency),
                ..Default::default()
            }
            .encode_to_vec()
        }),
        Rpc::AgencyServiceUpdateAgency => operator(|_, _, key| {
            v1::UpdateAgencyRequest {
                idempotency_key: key.to_owned(),
                agency: Some(bank()),
            }
            .encode_to_vec()
        }),
        Rpc::AgencyServiceSuspendAgency => operator(|_, code, key| {
            let (idempotency_key, code, reason) = (key.to_owned(), code.to_owned(), "Kiểm tra".to_owned());
            v1::SuspendAgencyRequest {
                idempotency_key,
                code,
                suspended: false,
                reason,
            }
            .encode_to_vec()
        }),
        Rpc::AgencyServiceRegisterOfficer => own_agency("OK", |_, code, key| new_officer(code, key)),
        Rpc::AgencyServiceEndOfficer => own_agency("OFFICER_NOT_FOUND", |_, code, key| {
            let (idempotency_key, agency_code) = (key.to_owned(), code.to_owned());
            let (officer_id, valid_to) = ("nh.khong-co".to_owned(), "2026-11-30".to_owned());
            v1::EndOfficerRequest {
                idempotency_key,
                agency_code,
                officer_id,
                valid_to,
            }
            .encode_to_vec()
        }),
        Rpc::AgencyServiceRegisterCredential => own_agency("FIELD_INVALID", |_, code, key| {
            v1::RegisterCredentialRequest {
                idempotency_key: key.to_owned(),
                agency_code: code.to_owned(),
                credential: Some(v1::NewCredential::default()),
            }
            .encode_to_vec()
        }),
        Rpc::AgencyServiceRevokeCredential => own_agency("CREDENTIAL_NOT_FOUND", |_, code, key| {
            v1::RevokeCredentialRequest {
                idempotency_key: key.to_owned(),
                agency_code: code.to_owned(),
                sha256: vec![7; 32].into(),
                reason: "Lộ khóa".to_owned(),
                ..Default::default()
            }
            .encode_to_vec()
        }),
    }
}
