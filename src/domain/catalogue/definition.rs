//! What `kind.toml` says, as it is written. `catalogue/README.md` explains every key; unknown keys are refused.

use jiff::civil::Date;
use serde::Deserialize;

use super::directive::DirectiveItem;
use super::pattern::Pattern;
use super::rule::{Certainty, Condition, DeadlineRule, Span};
use super::sums::{SumRule, TimeRule};
use crate::domain::agency::Role;
use crate::domain::document::parts::{Code, MediaType, RelationType};
use crate::domain::ids::KindCode;
use crate::domain::macros::text_enum;
use crate::domain::mailbox::Lane;
use crate::domain::workflow::Action;

text_enum! {
    /// How long what a kind asks for stays in force.
    pub enum Effect {
        /// Over with the answer; no measure.
        Once => "once",
        /// A measure that acts again each period, such as a deduction from each month's income.
        Periodic => "periodic",
        /// A measure that binds its holder until it is released, such as a freeze.
        UntilReleased => "until_released",
    }
}

impl Effect {
    /// Whether a measure stays in force after the answer.
    pub const fn is_measure(self) -> bool {
        match self {
            Self::Once => false,
            Self::Periodic | Self::UntilReleased => true,
        }
    }

    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Once => "Một lần",
            Self::Periodic => "Theo kỳ",
            Self::UntilReleased => "Đến khi có quyết định chấm dứt",
        }
    }
}

text_enum! {
    /// A part of the order's envelope that a kind may require.
    pub enum OrderPart {
        /// The judgment or decision that is enforced.
        Judgment => "/case/judgment",
        /// The enforcement decision.
        EnforcementDecision => "/case/enforcement_decision",
        /// The grounds.
        LegalBasis => "/legal_basis",
        /// Whom to ask.
        Contact => "/contact",
    }
}

/// A kind, as its `kind.toml` states it (DESIGN section 5).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindDefinition {
    /// Its code; also the name of its folder.
    pub code: KindCode,
    /// Its revision, from 1. A request keeps the revision it was submitted under.
    pub revision: u32,
    /// Vietnamese title, as the law writes it.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// The provisions it rests on, Vietnamese.
    pub legal_basis: Vec<String>,
    /// How well the basis has been checked.
    pub certainty: Certainty,
    /// The rows of the law page (section 4 of docs/law.md) that it serves; none if it is beyond that table.
    #[serde(default)]
    pub law_rows: Vec<String>,
    /// The item of a province's directive under which its six-month report tells of it.
    #[serde(default = "DirectiveItem::other")]
    pub directive: DirectiveItem,
    /// First day on which it may be submitted.
    pub effective_from: Date,
    /// Last day.
    pub effective_to: Option<Date>,
    /// Roles that may send it.
    pub sender_roles: Vec<Role>,
    /// Roles that may receive it.
    pub recipient_roles: Vec<Role>,
    /// Positions (chức vụ) whose holders may sign the order.
    pub signer_positions: Vec<String>,
    /// Actions whose document must come signed.
    #[serde(default)]
    pub signed_steps: Vec<Action>,
    /// Those of them that must bear the officer's own signature beside the agency's seal.
    #[serde(default)]
    pub officer_signed_steps: Vec<Action>,
    /// Whether one order may go to several recipients.
    pub broadcast: bool,
    /// Payload members that concern one recipient only: an order with one of them goes to one recipient.
    #[serde(default)]
    pub recipient_specific: Vec<Pattern>,
    /// The mailbox lane of its submit.
    pub lane: Lane,
    /// Whether it must not become known to the debtor (Decree 152/2026 Art. 21.6b).
    pub confidential: bool,
    /// How long bodies are kept after the end, in years.
    pub retention_years: u32,
    /// Days without an event after which the hub closes an answered or returned request; 0: never.
    pub quiet_period_days: u32,
    /// How long a clarification may pause clocks before they run again by themselves.
    pub clarification_limit: Span,
    /// Whether a measure stays in force after the answer.
    pub effect: Effect,
    /// The recipient's book in which it is registered.
    #[serde(default = "Register::incoming")]
    pub register: Register,
    /// The persons and bodies of the order that the printed register names: objects with `full_name` and `address`.
    #[serde(default)]
    pub parties: Vec<Pattern>,
    /// The codes of communes or provinces in the order that decide which office is competent.
    #[serde(default)]
    pub territory: Vec<Pattern>,
    /// How it relates to earlier requests.
    #[serde(default, rename = "relation")]
    pub relations: Vec<RelationDefinition>,
    /// Parts of the envelope that an order must have.
    #[serde(default)]
    pub requires: Vec<OrderPart>,
    /// The list of result lines in the answer's payload.
    pub lines: Option<Pattern>,
    /// When the recipient executed the order: a time in the answer's payload.
    pub executed_time: Option<Pattern>,
    /// The amount that the measure binds: money in the answer's payload.
    pub measure_amount: Option<Pattern>,
    /// What its documents may be: those of the order and of every step after it.
    pub documents: DocumentRule,
    /// Sorts of attachments.
    #[serde(default, rename = "attachment")]
    pub attachments: Vec<AttachmentDefinition>,
    /// Outcomes that an answer may state.
    #[serde(rename = "outcome")]
    pub outcomes: Vec<OutcomeDefinition>,
    /// Reasons for refusing (từ chối).
    #[serde(default, rename = "refuse_reason")]
    pub refuse_reasons: Vec<ReasonDefinition>,
    /// Reasons for sending back (trả lại).
    #[serde(rename = "send_back_reason")]
    pub send_back_reasons: Vec<ReasonDefinition>,
    /// Clocks.
    #[serde(default, rename = "deadline")]
    pub deadlines: Vec<DeadlineRule>,
    /// Copies that the hub makes by right.
    #[serde(default, rename = "copy")]
    pub copies: Vec<CopyDefinition>,
    /// Kinds that may follow it. They need not be in this catalogue yet.
    #[serde(default)]
    pub follow_ups: Vec<KindCode>,
    /// Sums that must add up.
    #[serde(default, rename = "sum")]
    pub sums: Vec<SumRule>,
    /// Times that must stand in order.
    #[serde(default, rename = "time")]
    pub times: Vec<TimeRule>,
}

text_enum! {
    /// A book of a recipient (sổ), numbered anew each year.
    pub enum Register {
        /// Sổ nhận bản án, quyết định (Decree 152/2026 Art. 7.4).
        Judgments => "judgments",
        /// Sổ văn bản đến (Decree 30/2020 Art. 22).
        Incoming => "incoming",
    }
}

impl Register {
    const fn incoming() -> Self {
        Self::Incoming
    }

    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Judgments => "Sổ nhận bản án, quyết định",
            Self::Incoming => "Sổ văn bản đến",
        }
    }
}

/// How a kind relates to earlier requests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationDefinition {
    /// The sort of relation.
    pub r#type: RelationType,
    /// The kinds that it may name.
    pub kinds: Vec<KindCode>,
    /// Whether an order must have one.
    #[serde(default)]
    pub required: bool,
    /// Whether it must name a measure that this recipient still holds, or a request still open there.
    #[serde(default)]
    pub measure: bool,
    /// Whether both orders must be about the same person or body (`parties`).
    #[serde(default)]
    pub same_party: bool,
    /// Money in the order that may not be more than the same member of the order that it names.
    #[serde(default)]
    pub at_most: Vec<Pattern>,
}

text_enum! {
    /// A document that may state an outcome.
    pub enum StatedBy {
        /// An answer or its correction.
        Answer => "answer",
        /// A report of what arose later.
        Report => "report",
    }
}

/// What an answer does to the measure that the order's relation names.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelatedEffect {
    /// The relation that names the measure.
    pub r#type: RelationType,
    /// Money in the answer by which the measure holds less from now on.
    pub reduce_by: Option<Pattern>,
    /// It is over.
    #[serde(default)]
    pub end: bool,
    /// It is over if the order's payload has this value.
    pub end_if: Option<Condition>,
}

/// An outcome of a kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "keys of kind.toml, each independent of the others"
)]
pub struct OutcomeDefinition {
    /// Its code.
    pub code: Code,
    /// Vietnamese title (GLOSSARY, outcomes).
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// The regulation that adds it; none if the kind itself has it.
    #[serde(skip)]
    pub regulation: Option<String>,
    /// Whether an answer with it is final.
    pub r#final: bool,
    /// Whether it is a refusal, which must give reasons.
    #[serde(default)]
    pub refusal: bool,
    /// Whether a measure is in force after it.
    #[serde(default)]
    pub measure: bool,
    /// If there: the measure is in force only if the payload has a value here.
    pub measure_if: Option<Pattern>,
    /// The documents that may state it.
    #[serde(default = "by_answer")]
    pub stated_by: Vec<StatedBy>,
    /// Whether the request's own measure is over with it.
    #[serde(default)]
    pub ends_measure: bool,
    /// What it does to the measure of an earlier request.
    pub related: Option<RelatedEffect>,
    /// What the payload must have: each pattern matches at least once.
    #[serde(default)]
    pub required: Vec<Pattern>,
    /// What the payload may have besides.
    #[serde(default)]
    pub optional: Vec<Pattern>,
    /// What the payload must not have, inside a member that it may have.
    #[serde(default)]
    pub forbidden: Vec<Pattern>,
}

fn by_answer() -> Vec<StatedBy> {
    vec![StatedBy::Answer]
}

impl OutcomeDefinition {
    /// Whether no answer may state it: it arises later.
    pub fn is_for_reports_only(&self) -> bool {
        self.stated_by == [StatedBy::Report]
    }

    /// Whether a measure is in force after an answer with this payload.
    pub fn has_measure(&self, payload: &serde_json::Value) -> bool {
        let condition = self.measure_if.as_ref();
        self.measure && condition.is_none_or(|pattern| !pattern.matches(payload, "").is_empty())
    }

    /// Whether its payload may have this member at the top.
    pub fn allows_member(&self, name: &str) -> bool {
        self.required
            .iter()
            .chain(&self.optional)
            .any(|pattern| pattern.first_member() == Some(name))
    }
}

/// A reason for a no.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonDefinition {
    /// Its code.
    pub code: Code,
    /// Vietnamese title.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// Whether it must be explained in words.
    #[serde(default)]
    pub text_required: bool,
}

/// What documents may be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRule {
    /// Their media types. The hub knows how each of them begins, so none of its documents can be under a wrong label.
    pub media_types: Vec<MediaType>,
    /// Most MiB of one, from 1.
    pub max_mib: u32,
}

/// A sort of attachment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentDefinition {
    /// Its code.
    pub code: Code,
    /// Vietnamese title.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// Whether an order must come with one.
    pub required: bool,
    /// Its media types, some of the kind's; the kind's if absent.
    pub media_types: Option<Vec<MediaType>>,
    /// Most MiB, not more than the kind's; the kind's if absent.
    pub max_mib: Option<u32>,
}

/// A copy that the hub makes by right, in the same write.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyDefinition {
    /// The role of the agency that gets it.
    pub role: Role,
    /// The kind under which it gets it.
    #[serde(default = "CopyDefinition::decision_copy")]
    pub kind: KindCode,
    /// Its basis, Vietnamese.
    pub basis: String,
    /// How well the basis has been checked.
    pub certainty: Certainty,
    /// The clock that it meets, if any.
    pub clock: Option<String>,
}

impl CopyDefinition {
    /// Gửi quyết định về thi hành án (Law 106/2025 Art. 35.2).
    fn decision_copy() -> KindCode {
        KindCode::decision_copy()
    }
}
