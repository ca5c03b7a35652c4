//! What each method asks of its caller before any of its work is done. Total: a method without a line here does not
//! compile. Which requests a caller may see or act on is decided where they are read.

use lienthong_proto::Rpc;

use super::principal::Principal;
use crate::domain::agency::Role;
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
}

/// What a method asks of its caller. Every method asks for an officer in office; health and reflection, which are not
/// methods of the hub, ask for a registered connection only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Which agencies may call it.
    pub roles: RoleRule,
    /// Whether it changes anything: such calls go through the ledger's admission.
    pub write: bool,
}

const READ: Access = Access {
    roles: RoleRule::AnyAgency,
    write: false,
};
const WRITE: Access = Access {
    roles: RoleRule::AnyAgency,
    write: true,
};
const OPERATE: Access = Access {
    roles: RoleRule::Operator,
    write: true,
};
const WRITE_OWN: Access = Access {
    roles: RoleRule::OperatorOrSelf,
    write: true,
};

/// The access rule of `rpc`.
pub const fn policy(rpc: Rpc) -> Access {
    match rpc {
        Rpc::AdminServiceGetServerInfo
        | Rpc::AgencyServiceGetAgency
        | Rpc::AgencyServiceListAgencies
        | Rpc::CalendarServiceListCalendarDays
        | Rpc::CatalogueServiceListKinds
        | Rpc::CatalogueServiceGetKind
        | Rpc::CatalogueServiceValidate
        | Rpc::DocumentServiceDownload
        | Rpc::DocumentServiceGetDocument
        | Rpc::DocumentServiceGetUpload
        | Rpc::MailboxServicePull
        | Rpc::MailboxServiceSubscribe
        | Rpc::RequestServiceGet
        | Rpc::RequestServiceList
        | Rpc::RequestServiceListEvents
        | Rpc::RequestServiceGetBroadcast
        | Rpc::RequestServiceListMeasures
        | Rpc::RequestServiceListRegister
        | Rpc::TrackingServiceComputeDeadline => READ,

        Rpc::DocumentServiceUpload
        | Rpc::MailboxServiceAdvance
        | Rpc::MailboxServiceSeek
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
        | Rpc::RequestServiceRegisterMeasures
        | Rpc::RequestServiceClose => WRITE,

        Rpc::CalendarServiceImportCalendarDays
        | Rpc::AgencyServiceCreateAgency
        | Rpc::AgencyServiceUpdateAgency
        | Rpc::AgencyServiceSuspendAgency => OPERATE,

        Rpc::AgencyServiceRegisterOfficer
        | Rpc::AgencyServiceEndOfficer
        | Rpc::AgencyServiceRegisterCredential
        | Rpc::AgencyServiceRevokeCredential => WRITE_OWN,
    }
}

/// Whether `principal` may call `rpc`; METHOD_NOT_ALLOWED if not.
pub fn admit(rpc: Rpc, principal: &Principal) -> Result<()> {
    let allowed = match policy(rpc).roles {
        RoleRule::AnyAgency | RoleRule::OperatorOrSelf => true,
        RoleRule::Operator => principal.agency.role == Role::Operator,
    };
    if allowed {
        Ok(())
    } else {
        Err(Error::new(ErrorCode::MethodNotAllowed).with("method", rpc.method()))
    }
}
