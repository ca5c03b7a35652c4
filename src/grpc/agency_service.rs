//! AgencyService: the registry of agencies, officers and certificates.

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message;
use tonic::{Request, Response, Status};

use super::caller::{actor, caller, reply};
use super::convert::agency as convert;
use super::convert::receipt::receipt;
use crate::app::App;
use crate::app::agencies::{RegistryWrite, administered};
use crate::app::ledger::command::RegistryChange;
use crate::auth::principal::Principal;
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;

/// The service.
#[derive(Debug, Clone)]
pub struct AgencyService {
    app: App,
}

impl AgencyService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    /// Carries out a write: its content is the message encoded again.
    async fn write<M: Write>(&self, request: Request<M>) -> Result<Option<v1::Receipt>> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let change = message.change(&self.app, &caller);
        let key = match convert::idempotency_key(message.key()) {
            Ok(key) => key,
            Err(error) => return Err(convert::with_key_fault(&error, change)),
        };
        let content = Bytes::from(message.encode_to_vec());
        let write = RegistryWrite {
            actor: actor(&caller),
            key,
            content,
            action: M::ACTION,
        };
        receipt(self.app.write_registry(write, change).await?).map(Some)
    }

    async fn get(&self, request: &Request<v1::GetAgencyRequest>) -> Result<v1::GetAgencyResponse> {
        let caller = caller(request)?;
        let code = convert::agency_code(&request.get_ref().code)?;
        let view = self.app.agency_view(&caller.agency, &code).await?;
        Ok(convert::agency_view(&view))
    }

    async fn list(&self, request: &Request<v1::ListAgenciesRequest>) -> Result<v1::ListAgenciesResponse> {
        let caller = caller(request)?;
        let page = convert::agency_page(request.get_ref(), &caller.agency.code)?;
        let (agencies, more) = self
            .app
            .agencies(page.after.as_ref(), page.role, &page.province_code, page.limit)
            .await?;
        let last = agencies.last().filter(|_| more);
        Ok(v1::ListAgenciesResponse {
            next_page_token: last
                .map(|agency| page.tokens.after(agency.code.as_str()))
                .unwrap_or_default(),
            agencies: agencies.iter().map(convert::agency_to_wire).collect(),
        })
    }
}

/// A message that changes the registry.
trait Write: Message {
    /// The action as the log names it.
    const ACTION: &'static str;

    /// The key that makes the retry safe.
    fn key(&self) -> &str;

    /// What it asks for, or what is wrong with it.
    fn change(&self, app: &App, caller: &Principal) -> Result<RegistryChange>;
}

macro_rules! writes {
    ($($message:ident as $action:literal: |$this:ident, $app:ident, $caller:ident| $change:expr;)+) => {
        $(impl Write for v1::$message {
            const ACTION: &'static str = $action;

            fn key(&self) -> &str {
                &self.idempotency_key
            }

            fn change(&self, $app: &App, $caller: &Principal) -> Result<RegistryChange> {
                let $this = self;
                $change
            }
        })+
    };
}

// The policy lets only operators call the first three.
writes! {
    CreateAgencyRequest as "create_agency": |message, app, _caller| convert::create_agency(message, app.clock.machine_now());
    UpdateAgencyRequest as "update_agency": |message, _app, _caller| convert::update_agency(message);
    SuspendAgencyRequest as "suspend_agency": |message, _app, _caller| convert::suspend_agency(message);
    RegisterOfficerRequest as "register_officer": |message, _app, caller| {
        convert::register_officer(message, &target(caller, &message.agency_code)?)
    };
    EndOfficerRequest as "end_officer": |message, _app, caller| {
        convert::end_officer(message, target(caller, &message.agency_code)?)
    };
    RegisterCredentialRequest as "register_credential": |message, app, caller| {
        convert::register_credential(message, target(caller, &message.agency_code)?, app.clock.machine_now())
    };
    RevokeCredentialRequest as "revoke_credential": |message, _app, caller| {
        convert::revoke_credential(message, target(caller, &message.agency_code)?)
    };
}

/// The agency that a message is about, if the caller may change it.
fn target(caller: &Principal, named: &str) -> Result<AgencyCode> {
    administered(&caller.agency, convert::named_agency(named)?)
}

#[tonic::async_trait]
impl v1::agency_service_server::AgencyService for AgencyService {
    async fn get_agency(
        &self,
        request: Request<v1::GetAgencyRequest>,
    ) -> Result<Response<v1::GetAgencyResponse>, Status> {
        reply(self.get(&request).await)
    }

    async fn list_agencies(
        &self,
        request: Request<v1::ListAgenciesRequest>,
    ) -> Result<Response<v1::ListAgenciesResponse>, Status> {
        reply(self.list(&request).await)
    }

    async fn create_agency(
        &self,
        request: Request<v1::CreateAgencyRequest>,
    ) -> Result<Response<v1::CreateAgencyResponse>, Status> {
        let receipt = self.write(request).await;
        reply(receipt.map(|receipt| v1::CreateAgencyResponse { receipt }))
    }

    async fn update_agency(
        &self,
        request: Request<v1::UpdateAgencyRequest>,
    ) -> Result<Response<v1::UpdateAgencyResponse>, Status> {
        let receipt = self.write(request).await;
        reply(receipt.map(|receipt| v1::UpdateAgencyResponse { receipt }))
    }

    async fn suspend_agency(
        &self,
        request: Request<v1::SuspendAgencyRequest>,
    ) -> Result<Response<v1::SuspendAgencyResponse>, Status> {
        let receipt = self.write(request).await;
        reply(receipt.map(|receipt| v1::SuspendAgencyResponse { receipt }))
    }

    async fn register_officer(
        &self,
        request: Request<v1::RegisterOfficerRequest>,
    ) -> Result<Response<v1::RegisterOfficerResponse>, Status> {
        let receipt = self.write(request).await;
        reply(receipt.map(|receipt| v1::RegisterOfficerResponse { receipt }))
    }

    async fn end_officer(
        &self,
        request: Request<v1::EndOfficerRequest>,
    ) -> Result<Response<v1::EndOfficerResponse>, Status> {
        let receipt = self.write(request).await;
        reply(receipt.map(|receipt| v1::EndOfficerResponse { receipt }))
    }

    async fn register_credential(
        &self,
        request: Request<v1::RegisterCredentialRequest>,
    ) -> Result<Response<v1::RegisterCredentialResponse>, Status> {
        let receipt = self.write(request).await;
        reply(receipt.map(|receipt| v1::RegisterCredentialResponse { receipt }))
    }

    async fn revoke_credential(
        &self,
        request: Request<v1::RevokeCredentialRequest>,
    ) -> Result<Response<v1::RevokeCredentialResponse>, Status> {
        let receipt = self.write(request).await;
        reply(receipt.map(|receipt| v1::RevokeCredentialResponse { receipt }))
    }
}
