//! What each method asks of its caller before any of its work is done. Total: a method without a line here does not
//! compile. Which requests a caller may see or act on is decided where they are read (`domain::viewer`).

use lienthong_proto::Rpc;

use super::principal::Principal;
use crate::domain::agency::{Role, Scope};
use crate::domain::error::{Error, ErrorCode, Result};

/// Which agencies may call a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleRule {
    /// Every registered agency.
    AnyAgency,
    /// The operator for any agency, others for themselves: the method holds the agency named in the message against
    /// the caller.
    OperatorOrSelf,
    /// The operator alone.
    Operator,
    /// The operator and those who watch over it ([`OVERSEERS`]).
    Overseer,
}

/// Who may see what the operator does with the hub itself: nothing of it is about a case. Policy; no law names them.
pub const OVERSEERS: [Role; 4] = [
    Role::Operator,
    Role::Procuracy,
    Role::EnforcementAdmin,
    Role::SteeringCommittee,
];

/// What a method asks of its caller. Every method asks for an officer in office; health and reflection, which are not
/// methods of the hub, ask for a registered connection only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Which agencies may call it.
    pub roles: RoleRule,
    /// How far the officer's rights within the agency must go at least.
    pub scope: Scope,
    /// Whether it changes anything: such calls go through the ledger's admission.
    pub write: bool,
}

/// Reads what the officer may see.
const READ: Access = Access {
    roles: RoleRule::AnyAgency,
    scope: Scope::Own,
    write: false,
};
/// Acts on what the officer may see.
const WRITE: Access = Access { write: true, ..READ };
/// Looks at what the table in `domain::supervision` lets the agency and the officer see; each look is an entry of the log.
const LOOK: Access = WRITE;
/// Reads what belongs to the agency as a whole.
const READ_WHOLE: Access = Access {
    scope: Scope::All,
    ..READ
};
/// Changes what belongs to the agency as a whole.
const WRITE_WHOLE: Access = Access {
    write: true,
    ..READ_WHOLE
};
/// Changes who may act for an agency.
const ADMINISTER: Access = Access {
    roles: RoleRule::OperatorOrSelf,
    ..WRITE_WHOLE
};
/// Changes the hub.
const OPERATE: Access = Access {
    roles: RoleRule::Operator,
    ..WRITE_WHOLE
};

/// Reads what the operator did.
const OVERSEE: Access = Access {
    roles: RoleRule::Overseer,
    ..READ_WHOLE
};

/// The access rule of `rpc`.
pub const fn policy(rpc: Rpc) -> Access {
    match rpc {
        Rpc::AdminServiceGetServerInfo
        | Rpc::AgencyServiceGetAgency
        | Rpc::AgencyServiceListAgencies
        | Rpc::CalendarServiceListCalendarDays
        | Rpc::CaseServiceGetCase
        | Rpc::CaseServiceListCases
        | Rpc::CaseServiceListCaseEvents
        | Rpc::CaseServiceListReleaseDrafts
        | Rpc::CatalogueServiceListKinds
        | Rpc::CatalogueServiceGetKind
        | Rpc::CatalogueServiceValidate
        | Rpc::DocumentServiceDownload
        | Rpc::DocumentServiceGetDocument
        | Rpc::DocumentServiceGetUpload
        | Rpc::EvidenceServiceGetReceipt
        | Rpc::EvidenceServiceGetCheckpoint
        | Rpc::EvidenceServiceGetInclusionProof
        | Rpc::EvidenceServiceGetConsistencyProof
        | Rpc::EvidenceServiceGetTile
        | Rpc::EvidenceServiceListHubKeys
        | Rpc::EvidenceServiceGetBundle
        | Rpc::EvidenceServiceGetSilenceCertificate
        | Rpc::ReportServiceListReports
        | Rpc::RequestServiceCheckOrder
        | Rpc::RequestServiceGet
        | Rpc::RequestServiceList
        | Rpc::RequestServiceListEvents
        | Rpc::RequestServiceGetBroadcast
        | Rpc::RequestServiceListMeasures
        | Rpc::RequestServiceListAccountHolds
        | Rpc::RequestServiceListRegister
        | Rpc::SupervisionServiceListReads
        | Rpc::SuspensionServiceListSuspensions
        | Rpc::TrackingServiceComputeDeadline
        | Rpc::TrackingServiceListDeadlines
        | Rpc::TrackingServiceGetTimeline => READ,

        Rpc::NoticeServiceListNotices
        | Rpc::MailboxServicePull
        | Rpc::MailboxServiceSubscribe
        | Rpc::EvidenceServiceListErasures
        | Rpc::EvidenceServiceListErasable
        | Rpc::WebhookServiceListEndpoints
        | Rpc::WebhookServiceListDeliveries
        | Rpc::ReportBookServiceGetPeriodFigures
        | Rpc::ReportBookServiceListClosings
        | Rpc::ReportBookServiceListTargets
        | Rpc::ReportBookServiceListCampaigns
        | Rpc::ReportServiceRunReport
        | Rpc::SupervisionServiceListAgencyReads
        | Rpc::SupervisionServiceGetReadStatistics
        | Rpc::TrackingServiceGetScorecard
        | Rpc::TrackingServiceQueryResponseTimes => READ_WHOLE,

        Rpc::EvidenceServiceProposeErasure
        | Rpc::EvidenceServiceDecideErasure
        | Rpc::NoticeServiceConfirmNotice
        | Rpc::NoticeServiceDiscardNotice
        | Rpc::MailboxServiceAdvance
        | Rpc::MailboxServiceSeek
        | Rpc::ReportBookServiceClosePeriod
        | Rpc::ReportBookServiceSetTargets
        | Rpc::ReportBookServiceSetCampaign
        | Rpc::WebhookServiceRegisterEndpoint
        | Rpc::WebhookServiceUpdateEndpoint
        | Rpc::WebhookServiceRotateEndpointKey
        | Rpc::WebhookServiceRemoveEndpoint
        | Rpc::WebhookServiceReplayDeliveries
        | Rpc::WebhookServiceSendTestEvent
        | Rpc::RequestServiceRegisterMeasures
        | Rpc::SandboxServiceAdvanceClock
        | Rpc::SuspensionServicePublishMaintenance
        | Rpc::SuspensionServiceEndSuspension => WRITE_WHOLE,

        Rpc::CaseServiceRegisterCases
        | Rpc::CaseServiceRecordProgress
        | Rpc::DocumentServiceUpload
        | Rpc::RequestServiceSubmit
        | Rpc::RequestServiceSubmitStream
        | Rpc::RequestServiceAcknowledge
        | Rpc::RequestServiceAssign
        | Rpc::RequestServiceForward
        | Rpc::RequestServiceAnswer
        | Rpc::RequestServiceReport
        | Rpc::RequestServiceCorrect
        | Rpc::RequestServiceSendBack
        | Rpc::RequestServiceAskClarification
        | Rpc::RequestServiceClarify
        | Rpc::RequestServiceExtend
        | Rpc::RequestServiceDispute
        | Rpc::RequestServiceWithdraw
        | Rpc::RequestServiceDecideWithdrawal
        | Rpc::RequestServiceServe
        | Rpc::RequestServiceRecordAnswer
        | Rpc::RequestServiceClose => WRITE,

        Rpc::SupervisionServiceGetSupervised
        | Rpc::SupervisionServiceListSupervised
        | Rpc::SupervisionServiceListSupervisedEvents
        | Rpc::SupervisionServiceGetSupervisedTimeline => LOOK,

        Rpc::AdminServiceListOperatorActions => OVERSEE,

        Rpc::CalendarServiceImportCalendarDays
        | Rpc::AgencyServiceCreateAgency
        | Rpc::AgencyServiceUpdateAgency
        | Rpc::AgencyServiceSuspendAgency
        | Rpc::SuspensionServiceRecordOutage
        | Rpc::SuspensionServiceSuspendClocks => OPERATE,

        Rpc::AgencyServiceRegisterOfficer
        | Rpc::AgencyServiceEndOfficer
        | Rpc::AgencyServiceRegisterCredential
        | Rpc::AgencyServiceRevokeCredential => ADMINISTER,
    }
}

/// Whether `principal` may call `rpc`.
///
/// # Errors
/// METHOD_NOT_ALLOWED by its agency's role; OFFICER_SCOPE_TOO_NARROW by its officer's rights.
pub fn admit(rpc: Rpc, principal: &Principal) -> Result<()> {
    let access = policy(rpc);
    let allowed = match access.roles {
        RoleRule::AnyAgency | RoleRule::OperatorOrSelf => true,
        RoleRule::Operator => principal.agency.role == Role::Operator,
        RoleRule::Overseer => OVERSEERS.contains(&principal.agency.role),
    };
    if !allowed {
        return Err(Error::new(ErrorCode::MethodNotAllowed).with("method", rpc.method()));
    }
    let scope = principal.officer.scope.require(access.scope);
    scope.map_err(|error| error.with("method", rpc.method()))
}
