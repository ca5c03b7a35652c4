//! Measures by themselves: take in, list.

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message as _;
use tonic::Request;

use super::{ACCOUNT_PAGE, RequestService, page_size, page_size_of};
use crate::app::measures::MeasuresWrite;
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, MeasureId, RelatedId};
use crate::grpc::caller::{actor, caller, viewer};
use crate::grpc::convert::agency::{idempotency_key, with_key_fault};
use crate::grpc::convert::measure as convert;
use crate::grpc::convert::receipt::receipt;
use crate::grpc::convert::request::{account_hold, measure};
use crate::grpc::page::Tokens;

impl RequestService {
    pub(super) async fn take_in_measures(
        &self,
        request: Request<v1::RegisterMeasuresRequest>,
    ) -> Result<v1::RegisterMeasuresResponse> {
        let caller = caller(&request)?;
        let message = request.into_inner();
        let measures = convert::new_measures(&message, self.app.clock.now());
        let key = match idempotency_key(&message.idempotency_key) {
            Ok(key) => key,
            Err(error) => return Err(with_key_fault(&error, measures)),
        };
        let write = MeasuresWrite {
            actor: actor(&caller),
            key,
            content: Bytes::from(message.encode_to_vec()),
        };
        let mut response = v1::RegisterMeasuresResponse::default();
        for registered in self.app.register_measures(write, measures).await? {
            response.measure_ids.push(registered.id.to_string());
            response.receipts.push(receipt(registered.receipt)?);
        }
        Ok(response)
    }

    pub(super) async fn account_hold_page(
        &self,
        request: &Request<v1::ListAccountHoldsRequest>,
    ) -> Result<v1::ListAccountHoldsResponse> {
        let caller = caller(request)?;
        let message = request.get_ref();
        let limit = page_size_of(message.page_size, ACCOUNT_PAGE)?;
        let (account, holder) = convert::account_asked(message)?;
        let holder_text = holder.as_ref().map_or("", AgencyCode::as_str);
        // A token says nothing of the number: anybody can try all numbers against a digest that has no key.
        let digest = self.app.account_digest(&account)?;
        let tokens = Tokens::of(&["account", caller.agency.code.as_str(), digest.as_str(), holder_text]);
        let after: Option<RelatedId> = tokens.position(&message.page_token)?;
        let asked = (&account, holder.as_ref());
        let found = self
            .app
            .account_holds(&viewer(&caller), asked, after.as_ref(), limit)
            .await?;
        let last = found.last.filter(|_| found.page.more);
        Ok(v1::ListAccountHoldsResponse {
            holds: found.page.items.iter().map(account_hold).collect(),
            next_page_token: last.map(|last| tokens.after(last.as_str())).unwrap_or_default(),
            incomplete: found.incomplete,
        })
    }

    pub(super) async fn measure_page(
        &self,
        request: &Request<v1::ListMeasuresRequest>,
    ) -> Result<v1::ListMeasuresResponse> {
        let caller = caller(request)?;
        let agency = &caller.agency.code;
        let message = request.get_ref();
        let limit = page_size(message.page_size)?;
        let filter = convert::filter(message)?;
        let in_force = if filter.in_force_only { "in_force" } else { "" };
        let tokens = Tokens::of(&[
            "measures",
            agency.as_str(),
            &filter.kind,
            &filter.counterparty,
            in_force,
        ]);
        let after: Option<MeasureId> = tokens.position(&message.page_token)?;
        let page = self
            .app
            .measures(&viewer(&caller), &filter, after.as_ref(), limit)
            .await?;
        let last = page.items.last().filter(|_| page.more);
        Ok(v1::ListMeasuresResponse {
            next_page_token: last
                .map(|last| tokens.after(last.measure.id.as_str()))
                .unwrap_or_default(),
            measures: page
                .items
                .iter()
                .map(|view| measure(&view.measure, view.effect))
                .collect(),
        })
    }
}
