//! What is told of clocks, and drafted notices, on the wire.

use lienthong_proto::v1;

use super::fields::Fields;
use super::vocabulary::{OnWire as _, number_of};
use super::{localized, text_or_empty, time};
use crate::app::notices::{DraftView, NoticeView};
use crate::domain::error::Result;
use crate::domain::ids::AgencyCode;

/// What is told of a clock: nothing that a stranger may not see.
pub(crate) fn notice(view: &NoticeView) -> v1::Notice {
    let told = &view.notice;
    v1::Notice {
        tell: told.tell.to_wire(),
        text: Some(localized(&told.text_vi, &told.text_en)),
        kind: told.kind.to_string(),
        kind_title: Some(localized(&view.kind_title.vi, &view.kind_title.en)),
        clock: told.clock.clone(),
        obligor: told.obligor.to_wire(),
        article: told.article.clone(),
        due_time: Some(time(told.due)),
        late_working_days: i32::try_from(told.late_working_days).unwrap_or(i32::MAX),
        sender_agency_code: told.sender.to_string(),
        recipient_agency_code: told.recipient.to_string(),
        basis: told.basis.clone(),
        addressee_agency_code: text_or_empty(told.addressee.as_ref().map(AgencyCode::as_str)),
        addressee_role: number_of(told.role),
        addressee_missing: told.missing,
    }
}

/// A drafted notice.
pub(crate) fn drafted(draft: &DraftView) -> v1::DraftedNotice {
    let row = &draft.drafted.row;
    let mut notice = notice(&draft.view);
    notice.addressee_agency_code = text_or_empty(row.addressee.as_ref().map(AgencyCode::as_str));
    notice.addressee_missing = row.addressee.is_none();
    v1::DraftedNotice {
        notice_index: row.drafted_index,
        enforcement_request_id: row.request_id.to_string(),
        state: row.state.to_wire(),
        notice: Some(notice),
        draft_time: Some(time(draft.drafted.event.hub_time)),
        decided_index: row.decided_index,
        page_html: draft.page.clone(),
    }
}

/// Which notice is decided.
pub(crate) fn decided(index: i64) -> Result<i64> {
    let mut fields = Fields::default();
    if index < 0 {
        let (vi, en) = ("Phải từ 0 trở lên.", "Expected 0 or more.");
        fields.push("notice_index", "out_of_range", vi, en);
    }
    fields.finish(Some(index))
}
