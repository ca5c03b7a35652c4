//! Events: what happened, one per log entry. Codes, ids and times only; free text stands in the body.

use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::agency::{Channel, Role};
use super::catalogue::definition::Register;
use super::deadline::Deadline;
use super::document::step::ServiceWay;
use super::enforcement_case::{CaseStatus, Dong, MeasureFate, ObligationId, OrderPurpose};
use super::ids::{
    AgencyCode, BroadcastId, CaseId, DocumentId, KindCode, MeasureId, OfficerId, RelatedId, RequestId, SuspensionId,
    UnitId,
};
use super::mailbox::Lane;
use super::money::Currency;
use super::response_time::Counted;
use super::signature::Signed;
use super::time::Timestamp;
use super::timer::Notice;
use super::workflow::Party;

/// What stands beside an entry in tables of their own, as the entry's event says. So nothing of it can be changed, added or taken
/// away without the log telling. The first entry of a command says it, whatever it is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// The media type of the bytes that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// SHA-256 of those bytes as they are stored, 64 hex digits, if they are sealed with their salt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// The digest of the row of the key that the command used, 64 hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Beside {
    /// What an event's details say; nothing if the event is from before they did.
    ///
    /// # Errors
    /// The details are no JSON object, or say it in another form.
    pub fn of(details: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Details {
            #[serde(default)]
            beside: Beside,
        }
        serde_json::from_str(details).map(|Details { beside }| beside)
    }

    /// The details with this as their first member.
    ///
    /// # Errors
    /// None that can occur: it holds texts alone.
    pub fn put_into(&self, details: &str) -> Result<String, serde_json::Error> {
        let own = serde_json::to_string(self)?;
        let rest = details.strip_prefix('{').unwrap_or(details);
        let comma = if rest.starts_with('}') { "" } else { "," };
        Ok(format!("{{\"beside\":{own}{comma}{rest}"))
    }
}

/// What a step of a request says, apart from its body. Absent members were not touched by the step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventDetails {
    /// What stands beside it in tables of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// Submit: what was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
    /// The registry number given or stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_number: Option<String>,
    /// The book that it stands in; absent: sổ văn bản đến.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<Register>,
    /// The requests whose measure this step ended for good.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<RequestId>,
    /// The requests whose measure this step's request had ended, and does not end any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restored: Vec<RequestId>,
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
    /// Serve: when and how the paper was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served: Option<Served>,
    /// Recompute: when the clocks were due before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerDue>,
    /// Suspended, released: by what was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_by: Option<SuspensionId>,
    /// Succeed: who took whose place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succession: Option<Succession>,
    /// Submit: roles that are due a copy by right and that no registered agency has for the place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies_missing: Vec<Role>,
    /// The uploaded documents that come with it, in the order in which it names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<DocumentId>,
    /// The signatures that its document came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    /// What is told of a clock, by a reminder and what follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Box<Notice>>,
    /// The earliest open deadline after this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_time: Option<Timestamp>,
    /// What it counts in whose response times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
    /// Of an order that names a case: what the answer debited, nothing included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debited: Option<Dong>,
    /// Of a case whose status changed: what its agency says will become of the measure. By the hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_notice: Option<CaseNotice>,
    /// Of a request that another one follows: the first of the order that does. By the hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followed_by: Option<RequestId>,
    /// Where it was entered in mailboxes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<Entered>,
}

impl EventDetails {
    /// Where it was entered in an agency's mailbox.
    pub fn position_of(&self, agency: &AgencyCode) -> Option<i64> {
        let entered = self
            .entered
            .iter()
            .find(|entered| entered.agency == *agency && entered.lifted.is_none());
        entered.map(|entered| entered.position)
    }
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
    /// The case that the order names.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case: Option<OpenedCase>,
}

/// What an order says of its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedCase {
    /// The case.
    pub case_id: CaseId,
    /// The obligations for which it is; none: all of them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub obligations: Vec<ObligationId>,
    /// What the order does.
    pub purpose: OrderPurpose,
    /// What it states of them in đồng, costs apart.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amount: Option<Dong>,
    /// What it states of costs in đồng.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub costs: Option<Dong>,
}

/// What becomes of a measure, as the status of its case says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseNotice {
    /// The status of the case from now on.
    pub status: CaseStatus,
    /// What follows of it.
    pub fate: MeasureFate,
}

/// How one request relates to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// supersedes, releases, follows, in_reply_to or copy_of.
    pub relation: String,
    /// The other request, or the measure.
    pub related_id: RelatedId,
}

/// The relation of a copy by right to the request whose order it is a copy of.
pub const COPY_OF: &str = "copy_of";

/// How a paper reached a partner that is not connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Served {
    /// When.
    pub at: Timestamp,
    /// How.
    pub way: ServiceWay,
    /// Whether it was refused and minuted (Decree 152/2026 Art. 43.3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
}

/// When a clock was due before it was computed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerDue {
    /// The clock.
    pub name: String,
    /// Which of that name.
    pub occurrence: u32,
    /// Its due time before; none: it waited for the calendar.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<Timestamp>,
}

/// An agency took another's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// Which side of the request.
    pub party: Party,
    /// Who had it.
    pub from: AgencyCode,
    /// Who has it now.
    pub to: AgencyCode,
    /// Whether the order had been delivered before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delivered: bool,
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
    /// An order that this step lifts and that was still unread: entered again just before it, marked lifted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lifted: Option<Lifted>,
}

/// An order entered again because it is lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifted {
    /// The order's request.
    pub request_id: RequestId,
    /// The log index of its submit.
    pub log_index: i64,
}

/// A measure (biện pháp đang có hiệu lực): what still binds a holder after its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Its id.
    pub id: MeasureId,
    /// The request whose answer made it; none: it is from before or outside the hub.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<RequestId>,
    /// The kind of order that makes such measures.
    pub kind: KindCode,
    /// Whom it binds.
    pub holder: AgencyCode,
    /// Whose decision it carries out.
    pub issuer: AgencyCode,
    /// The decision.
    pub decision: DecisionRef,
    /// Whether it is in force.
    pub in_force: bool,
    /// What is held, per currency or unit, as decimal text.
    pub amounts: BTreeMap<String, String>,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended: Option<Timestamp>,
    /// The release, debit or other order whose answer changed it last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub changed_by: Option<RequestId>,
    /// What each debit or release took off it, as its answer now stands: an answer given again replaces its own part.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub taken: BTreeMap<RequestId, Taken>,
}

impl Measure {
    /// The đồng that it holds.
    pub fn held_dong(&self) -> Dong {
        let text = self.amounts.get(Currency::Vnd.as_str());
        text.and_then(|text| Dong::parse(text)).unwrap_or_default()
    }
}

/// The decision behind a measure, as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRef {
    /// Số, ký hiệu, for example 125/QĐ-THADS.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// The office that issued it, as printed; none: the issuing agency itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub office: Option<String>,
}

/// What an order took off a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// In which currency.
    pub currency: String,
    /// How much, as decimal text.
    pub amount: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_an_entry_is_the_first_member_of_any_details() {
        let beside = Beside {
            media_type: Some("application/json".into()),
            sealed: Some("ff00".into()),
            key: Some("00ff".into()),
        };
        for details in ["{}", r#"{"reason":"X"}"#, r#"{"agency":{"code":"A"}}"#] {
            let told = beside.put_into(details).unwrap();
            assert_eq!(Beside::of(&told).unwrap(), beside, "{told}");
            let value: serde_json::Value = serde_json::from_str(&told).unwrap();
            let before: serde_json::Value = serde_json::from_str(details).unwrap();
            for (name, member) in before.as_object().unwrap() {
                assert_eq!(&value[name], member);
            }
            assert_eq!(Beside::of(details).unwrap(), Beside::default(), "{details}");
        }
        let told = beside.put_into(r#"{"reason":"X"}"#).unwrap();
        let read: EventDetails = serde_json::from_str(&told).unwrap();
        assert_eq!(read.beside, Some(beside));
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            told,
            "the order of members is kept"
        );
    }
}
