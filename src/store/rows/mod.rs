//! The rows as the ledger writes them and as queries read them.

mod account;
mod attachment;
mod book;
mod calendar;
mod content;
mod enforcement_case;
mod erasure;
mod followed;
mod log;
mod mailbox;
mod registry;
mod report;
mod report_book;
mod report_case;
mod request;
mod response;
mod supervision;
mod timer;
mod webhook;

pub(crate) use account::AccountKeyRow;
pub use account::{AccountDocumentRow, KeptDocument, NamingDocument};
pub(crate) use attachment::RequestAttachmentRow;
pub use attachment::{AttachmentRow, NamedAttachment};
pub use book::StoredMovement;
pub(crate) use book::{BookRow, MovementRow, StoredBookSum};
pub(crate) use calendar::{CalendarDayRow, MeasureIdRow, SuccessionRow};
pub use calendar::{JobRow, RequestParties};
pub(crate) use content::KeptBody;
pub use content::{Body, ContentKeyRow};
pub(crate) use enforcement_case::{CaseRequestRow, CaseRow};
pub(crate) use erasure::ErasedContentRow;
pub use erasure::OpenRelation;
pub use followed::{FollowedCount, FollowedRow};
pub use log::{BodyRow, Checkpoint, EventRow, Head, HubKeyRow, LogEntry, TreeNodeRow, TrustPaperRow, UsedKey};
pub use mailbox::DeliveredEvent;
pub(crate) use mailbox::{CursorRow, HeadRow};
pub use registry::RegisteredAgency;
pub(crate) use registry::{ConnectedAgency, CredentialRow, OfficerRow};
pub use report::{
    CaseAgeRow, CountedAct, CountedCase, OpenCaseRow, OverdueOfKind, OverdueRequest, TransferCount, TransferRow,
};
pub(crate) use report_book::ClosedBooksRow;
pub use report_book::{CampaignRow, ClosingRow, StatedBy, TargetsRow};
pub use report_case::{CaseEntry, DividedPublicity, GroundCount, OverdueInCase, PublicityRow};
pub use request::ListedDeadline;
pub(crate) use request::{DeadlineRow, MeasureRow, RegisterCounter, RelationRow, StoredDeadline};
pub(crate) use response::{CountRow, HistogramRow};
pub use response::{OverdueOf, StoredSum, TimedAnswers};
pub(crate) use supervision::ShownRow;
pub use supervision::{ReadCount, ReadRow};
pub use timer::NoticeRow;
pub(crate) use timer::TimerRow;
pub use webhook::{DeliveryRow, EndpointRow, WebhookCursorRow, WebhookKeyRow};

use super::bulk::Cell;
use crate::domain::time::Timestamp;

fn text(value: &str) -> Cell<'_> {
    Cell::Text(Some(value))
}

fn integer<'a>(value: i64) -> Cell<'a> {
    Cell::Integer(Some(value))
}

fn time<'a>(value: Option<Timestamp>) -> Cell<'a> {
    Cell::Integer(value.map(Timestamp::micros))
}

/// Writes a row as the cells of its table.
macro_rules! row {
    ($type:ty, $table:ident, |$row:ident| [$($cell:expr),* $(,)?]) => {
        impl $crate::store::bulk::Row for $type {
            const TABLE: &'static $crate::store::bulk::Table = &$crate::store::schema::$table;
            fn cells(&self) -> Vec<Cell<'_>> {
                let $row = self;
                vec![$($cell),*]
            }
        }
    };
}
use row;
