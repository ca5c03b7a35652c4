//! Mailboxes: two lanes of dense positions per agency, read by cursors (DESIGN, promise 4).

use super::ids::{AgencyCode, OfficerId, RequestId, UnitId};
use super::macros::text_enum;

text_enum! {
    /// A lane of a mailbox. Order is promised within a lane; URGENT is read first.
    pub enum Lane {
        /// Khẩn: freezes, releases and what the kind says.
        Urgent => "URGENT",
        /// Thường.
        Normal => "NORMAL",
    }
}

/// One entry of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxEntry {
    /// Whose mailbox.
    pub agency: AgencyCode,
    /// The lane.
    pub lane: Lane,
    /// The position in the lane, from 1, without gaps.
    pub position: i64,
    /// The log entry that it announces.
    pub log_index: i64,
    /// The request that it is about.
    pub request_id: RequestId,
    /// The unit it is addressed to, if any.
    pub unit: Option<UnitId>,
    /// The officer it is addressed to, if any.
    pub officer: Option<OfficerId>,
    /// A freeze that was lifted before it was read.
    pub lifted: bool,
}

/// How far a mailbox lane goes and how far it was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LaneHead {
    /// The last position in use; 0 if none.
    pub last_position: i64,
    /// The highest position that the `intake` cursor has passed.
    pub delivered_position: i64,
}
