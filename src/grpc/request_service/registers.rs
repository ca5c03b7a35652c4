//! The registers of the caller, and of the agencies that it took over from.

use lienthong_proto::v1;
use tonic::Request;

use super::RequestService;
use crate::app::registers::Book;
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;
use crate::grpc::caller::{caller, viewer};
use crate::grpc::convert::fields::Fields;
use crate::grpc::convert::register as convert;
use crate::grpc::page::Tokens;
use crate::store::RegisterPosition;

/// Lines per page when the caller names no number, and at most.
const PAGE: (i32, i32) = (50, 200);

impl RequestService {
    pub(super) async fn register_page(
        &self,
        request: &Request<v1::ListRegisterRequest>,
    ) -> Result<v1::ListRegisterResponse> {
        let caller = caller(request)?;
        let agency = &caller.agency;
        let message = request.get_ref();
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, PAGE.0, PAGE.1);
        let of: Option<AgencyCode> = fields.optional_id("agency_code", &message.agency_code);
        let limit = fields.finish(Some(limit))?;
        let owner = self.app.register_owner(agency, of.as_ref()).await?;
        let (register, year) = convert::book(message, self.app.clock.now())?;
        let of_year = year.to_string();
        let tokens = Tokens::of(&["register", owner.as_str(), register.as_str(), &of_year]);
        let after: Option<RegisterPosition> = tokens.position(&message.page_token)?;
        let book = Book { owner, register, year };
        let page = self.app.register(agency, &viewer(&caller), &book, after, limit).await?;
        Ok(v1::ListRegisterResponse {
            entries: page.entries.into_iter().map(convert::entry).collect(),
            next_page_token: page
                .next
                .map(|next| tokens.after(&next.to_string()))
                .unwrap_or_default(),
        })
    }
}
