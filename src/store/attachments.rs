//! Reading uploaded documents. The viewer is an argument of every query that finds one.

use std::collections::BTreeSet;

use super::backend::on_pool;
use super::rows::{AttachmentRow, NamedAttachment};
use super::{Store, json_list, sql, store_error};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DocumentId, RequestId, UnitId};
use crate::domain::request::EnforcementRequest;
use crate::domain::viewer::Viewer;

impl Store {
    /// A document that `viewer` uploaded (the viewer's agency, if he sees all of it), or that a request names which he may see.
    pub async fn attachment_of(&self, viewer: &Viewer, id: &DocumentId) -> Result<Option<AttachmentRow>> {
        on_pool!(self, sql::ATTACHMENT_OF_READER, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .bind(viewer.agency.as_str())
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_optional(pool))
        .map_err(store_error)
    }

    /// The documents with these digests (hex) that `viewer` may read; the agency's own first, then the oldest.
    pub async fn attachments_by_digest<'a>(
        &self,
        viewer: &Viewer,
        digests: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<AttachmentRow>> {
        let list = json_list(digests);
        on_pool!(self, sql::ATTACHMENTS_BY_DIGESTS, |sql, pool| sqlx::query_as(sql)
            .bind(&list)
            .bind(viewer.agency.as_str())
            .bind(viewer.scope.as_str())
            .bind(viewer.officer.as_str())
            .bind(viewer.unit_reached().map(UnitId::as_str))
            .fetch_all(pool))
        .map_err(store_error)
    }

    /// Which of these are ids of documents that are not erased.
    pub async fn documents_among(&self, ids: &BTreeSet<DocumentId>) -> Result<BTreeSet<DocumentId>> {
        let list = json_list(ids.iter().map(DocumentId::as_str));
        let found: Vec<String> = on_pool!(self, sql::ATTACHMENTS_AMONG, |sql, pool| sqlx::query_scalar(sql)
            .bind(&list)
            .fetch_all(pool))
        .map_err(store_error)?;
        let parse = |id: &String| DocumentId::parse(id).map_err(Error::internal);
        found.iter().map(parse).collect()
    }

    /// The requests that name a document and that `viewer` may see, newest first, at most `limit`.
    pub async fn requests_naming(&self, viewer: &Viewer, id: &DocumentId, limit: i64) -> Result<Vec<RequestId>> {
        let ids: Vec<String> = on_pool!(self, sql::REQUESTS_NAMING_ATTACHMENT, |sql, pool| sqlx::query_scalar(
            sql
        )
        .bind(id.as_str())
        .bind(viewer.agency.as_str())
        .bind(viewer.scope.as_str())
        .bind(viewer.officer.as_str())
        .bind(viewer.unit_reached().map(UnitId::as_str))
        .bind(limit)
        .fetch_all(pool))
        .map_err(store_error)?;
        let parse = |id: &String| RequestId::parse(id).map_err(Error::internal);
        ids.iter().map(parse).collect()
    }

    /// The documents that a request's order and steps name, in their order.
    pub async fn attachments_of(&self, request: &EnforcementRequest) -> Result<Vec<NamedAttachment>> {
        let id = &request.id;
        on_pool!(self, sql::ATTACHMENTS_OF_REQUEST, |sql, pool| sqlx::query_as(sql)
            .bind(id.as_str())
            .fetch_all(pool))
        .map_err(store_error)
    }
}
