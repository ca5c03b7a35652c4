//! Events: what happened, one per log entry. Codes, ids and times only; free text stands in the body.

use serde::{Deserialize, Serialize};

use super::agency::Channel;
use super::deadline::Deadline;
use super::ids::{AgencyCode, BroadcastId, KindCode, MeasureId, OfficerId, RequestId, UnitId};
use super::mailbox::Lane;
use super::time::Timestamp;

/// What a step of a request says, apart from its body. Absent members were not touched by the step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventDetails {
    /// Submit: what was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
    /// The registry number given or stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_number: Option<String>,
    /// The unit assigned or forwarded to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The officer assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerId>,
    /// The outcome of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The reason code of a return, refusal or dispute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The agency that a return names as competent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub competent: Option<AgencyCode>,
    /// The clock that was extended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// The clocks that this step started or changed, as they stand after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deadlines: Vec<Deadline>,
    /// The measures that this step started or changed, as they stand after it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
    /// The earliest open deadline after this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_time: Option<Timestamp>,
    /// Where it was entered in mailboxes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<Entered>,
}

/// What a submit opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The broadcast.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub broadcast_id: Option<BroadcastId>,
    /// The kind.
    pub kind: KindCode,
    /// Its revision.
    pub kind_revision: i64,
    /// How the recipient is reached.
    pub channel: Channel,
    /// The lane of the order.
    pub lane: Lane,
    /// The log index of the order's bytes.
    pub body_index: i64,
    /// The requests that it relates to.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub relations: Vec<Relation>,
}

/// How one request relates to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// supersedes, releases, follows or in_reply_to.
    pub relation: String,
    /// The other request.
    pub related_id: RequestId,
}

/// A place in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entered {
    /// Whose mailbox.
    pub agency: AgencyCode,
    /// Which lane.
    pub lane: Lane,
    /// Which position.
    pub position: i64,
}

/// A measure (biện pháp đang có hiệu lực): what still binds a holder after its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Its id.
    pub id: MeasureId,
    /// Whether it is in force.
    pub in_force: bool,
    /// What is held, per currency or unit, as decimal text.
    pub amounts: std::collections::BTreeMap<String, String>,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended: Option<Timestamp>,
}
