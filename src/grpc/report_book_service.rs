//! ReportBookService: what heads sign off and assign.

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message;
use tonic::{Request, Response, Status};

use super::caller::{actor, caller, reply};
use super::convert::agency::{idempotency_key, with_key_fault};
use super::convert::fields::Fields;
use super::convert::receipt::receipt;
use super::convert::report_book as convert;
use super::page::Tokens;
use crate::app::App;
use crate::app::ledger::Actor;
use crate::app::report_books::ReportWrite;
use crate::domain::error::Result;
use crate::evidence::digest::hex;

/// Entries per page when the caller names no number, and at most.
const PAGE: (i32, i32) = (50, 200);
/// The same of the targets of years, which are large.
const YEARS: (i32, i32) = (10, 50);

/// The service.
#[derive(Debug, Clone)]
pub struct ReportBookService {
    app: App,
}

/// The write that a message is; without a key what is wrong with both is told.
fn write<T>(actor: Actor, key: &str, message: &impl Message, asked: Result<T>) -> Result<(ReportWrite, Result<T>)> {
    let key = match idempotency_key(key) {
        Ok(key) => key,
        Err(error) => return Err(with_key_fault(&error, asked)),
    };
    let content = Bytes::from(message.encode_to_vec());
    Ok((ReportWrite { actor, key, content }, asked))
}

fn size(value: i32, (default, most): (i32, i32)) -> Result<usize> {
    let mut fields = Fields::default();
    let limit = fields.page_size("page_size", value, default, most);
    fields.finish(Some(limit))
}

impl ReportBookService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn close(&self, request: &Request<v1::ClosePeriodRequest>) -> Result<v1::ClosePeriodResponse> {
        let (caller, message) = (caller(request)?, request.get_ref());
        let asked = convert::to_close(message);
        let (write, asked) = write(actor(&caller), &message.idempotency_key, message, asked)?;
        let (closing, proof) = self.app.close_period(write, asked).await?;
        Ok(v1::ClosePeriodResponse {
            closing: Some(convert::closing(&closing)),
            receipt: Some(receipt(proof)?),
        })
    }

    async fn figures(&self, request: &Request<v1::GetPeriodFiguresRequest>) -> Result<v1::GetPeriodFiguresResponse> {
        let caller = caller(request)?;
        let period = convert::period(&request.get_ref().period)?;
        let view = self.app.period_figures(&caller.agency.code, period).await?;
        Ok(v1::GetPeriodFiguresResponse {
            figures: view.text,
            figures_digest: hex(&view.digest),
            closing: view.closing.as_ref().map(convert::closing),
        })
    }

    async fn closings(&self, request: &Request<v1::ListClosingsRequest>) -> Result<v1::ListClosingsResponse> {
        let (caller, message) = (caller(request)?, request.get_ref());
        let (agency, limit) = (&caller.agency.code, size(message.page_size, PAGE)?);
        let tokens = Tokens::of(&["closings", agency.as_str()]);
        let before: Option<i64> = tokens.position(&message.page_token)?;
        let page = self.app.closings(agency, before, limit).await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListClosingsResponse {
            next_page_token: last
                .map(|last| tokens.after(&last.by.log_index.to_string()))
                .unwrap_or_default(),
            closings: page.items.iter().map(convert::closing).collect(),
        })
    }

    async fn set_targets(&self, request: &Request<v1::SetTargetsRequest>) -> Result<v1::SetTargetsResponse> {
        let (caller, message) = (caller(request)?, request.get_ref());
        let asked = convert::targets_to_set(message);
        let (write, asked) = write(actor(&caller), &message.idempotency_key, message, asked)?;
        let (row, proof) = self.app.set_targets(write, asked).await?;
        Ok(v1::SetTargetsResponse {
            targets: Some(convert::targets(&row)),
            receipt: Some(receipt(proof)?),
        })
    }

    async fn targets(&self, request: &Request<v1::ListTargetsRequest>) -> Result<v1::ListTargetsResponse> {
        let (caller, message) = (caller(request)?, request.get_ref());
        let (agency, limit) = (&caller.agency.code, size(message.page_size, YEARS)?);
        let tokens = Tokens::of(&["targets", agency.as_str()]);
        let before: Option<i64> = tokens.position(&message.page_token)?;
        let page = self.app.targets(agency, before, limit).await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListTargetsResponse {
            next_page_token: last
                .map(|last| tokens.after(&last.year.to_string()))
                .unwrap_or_default(),
            targets: page.items.iter().map(convert::targets).collect(),
        })
    }

    async fn set_campaign(&self, request: &Request<v1::SetCampaignRequest>) -> Result<v1::SetCampaignResponse> {
        let (caller, message) = (caller(request)?, request.get_ref());
        let asked = convert::campaign_to_set(message);
        let (write, asked) = write(actor(&caller), &message.idempotency_key, message, asked)?;
        let (row, proof) = self.app.set_campaign(write, asked).await?;
        Ok(v1::SetCampaignResponse {
            campaign: Some(convert::campaign(&row)),
            receipt: Some(receipt(proof)?),
        })
    }

    async fn campaigns(&self, request: &Request<v1::ListCampaignsRequest>) -> Result<v1::ListCampaignsResponse> {
        let (caller, message) = (caller(request)?, request.get_ref());
        let (agency, limit) = (&caller.agency.code, size(message.page_size, PAGE)?);
        let tokens = Tokens::of(&["campaigns", agency.as_str()]);
        let after: Option<String> = tokens.position(&message.page_token)?;
        let page = self.app.campaigns(agency, &after.unwrap_or_default(), limit).await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListCampaignsResponse {
            next_page_token: last.map(|last| tokens.after(last.code.as_str())).unwrap_or_default(),
            campaigns: page.items.iter().map(convert::campaign).collect(),
        })
    }
}

#[tonic::async_trait]
impl v1::report_book_service_server::ReportBookService for ReportBookService {
    async fn close_period(
        &self,
        request: Request<v1::ClosePeriodRequest>,
    ) -> Result<Response<v1::ClosePeriodResponse>, Status> {
        reply(self.close(&request).await)
    }

    async fn get_period_figures(
        &self,
        request: Request<v1::GetPeriodFiguresRequest>,
    ) -> Result<Response<v1::GetPeriodFiguresResponse>, Status> {
        reply(self.figures(&request).await)
    }

    async fn list_closings(
        &self,
        request: Request<v1::ListClosingsRequest>,
    ) -> Result<Response<v1::ListClosingsResponse>, Status> {
        reply(self.closings(&request).await)
    }

    async fn set_targets(
        &self,
        request: Request<v1::SetTargetsRequest>,
    ) -> Result<Response<v1::SetTargetsResponse>, Status> {
        reply(self.set_targets(&request).await)
    }

    async fn list_targets(
        &self,
        request: Request<v1::ListTargetsRequest>,
    ) -> Result<Response<v1::ListTargetsResponse>, Status> {
        reply(self.targets(&request).await)
    }

    async fn set_campaign(
        &self,
        request: Request<v1::SetCampaignRequest>,
    ) -> Result<Response<v1::SetCampaignResponse>, Status> {
        reply(self.set_campaign(&request).await)
    }

    async fn list_campaigns(
        &self,
        request: Request<v1::ListCampaignsRequest>,
    ) -> Result<Response<v1::ListCampaignsResponse>, Status> {
        reply(self.campaigns(&request).await)
    }
}
